//! What everyone stands on.

pub mod asking;
pub mod clock;
pub mod config;
pub mod dial;
pub mod following;
#[cfg(any(test, feature = "fuzzing"))]
pub mod fuzz;
pub mod memory;
pub mod probe;
pub mod quote;
pub mod status;
pub mod tasks;
pub mod telemetry;
pub mod vitals;
pub mod watched;
