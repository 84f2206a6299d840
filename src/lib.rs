//! Marquee: one server composes a live show and puts it on every surface.
//!
//! Data flows one way. A door turns a request into a `Command`; `state` decides about it, writes it to its journal and
//! publishes a new `Show`; `picture` and `sound` make frames of the newest show and the time; `send` encodes them once and
//! carries the packets to every destination. What is measured on the way goes to `base::vitals`, and back out of the doors.

// what was decided
pub mod show;
pub mod state;
pub mod template;
// what is made of it
pub mod effect;
pub mod frame;
pub mod inlet;
pub mod light;
pub mod media;
pub mod picture;
pub mod sound;
// where it goes
pub mod gst;
pub mod send;
pub mod wire;
// who asks
pub mod api;
pub mod devices;
pub mod exchange;
pub mod follow;
pub mod identity;
pub mod jam;
pub mod library;
// what everyone stands on
pub mod base;
// the ways in
pub mod app;
pub mod check;
pub mod cli;
pub mod demo;
#[cfg(any(test, feature = "fuzzing"))]
pub mod fuzzing;
pub mod render;
pub mod users;
