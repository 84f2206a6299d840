//! Where the show goes: encoded once, carried to every destination, scaled down for the preview.

pub mod preview;
pub mod rtmp_server;
