//! What clients see: views put together from the show and from what was measured; stored nowhere.
//!
//! Stream types have the camelCase names of the stream API, everything else snake_case. Times are milliseconds of Unix time.

pub mod dashboard;
pub mod destination;
pub mod display;
pub mod encoding;
pub mod event;
pub mod fixture;
pub mod health;
pub mod input;
pub mod jam;
pub mod light;
pub mod looped;
pub mod media;
pub mod message;
pub mod meters;
pub mod musicbox;
pub mod past;
pub mod performance;
pub mod prometheus;
pub mod recording;
pub mod schedule;
pub mod score;
pub mod show;
pub mod status;
pub mod steer;
pub mod story;
pub mod stream;
pub mod system;
pub mod time;
pub mod upload;
