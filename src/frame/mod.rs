//! The currency: what makers hand to senders. Makers and senders know this room, and not each other.

pub mod encoded;
pub mod exchange;
pub mod feed;
pub mod ingest;
pub mod jams;
pub mod leds;
pub mod mailbox;
pub mod mosaic;
pub mod picture;
pub mod pixels;
pub mod pool;
pub mod sight;
pub mod sound;
pub mod tap;
pub mod taps;
pub mod video;
