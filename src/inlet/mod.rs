//! Pixels that come in from the network: who may send them, how packets become frames, and how long a frame is shown.
//!
//! Anybody in a network may send anything under any name, so nobody is heard who was not named, no packet is believed further
//! than it reaches, and nothing that is remembered of senders grows with what they send.

mod answer;
mod artnet;
mod canvas;
mod contest;
mod ddp;
#[cfg(any(test, feature = "fuzzing"))]
pub mod fuzz;
mod groups;
pub mod listen;
mod order;
mod rate;
mod receiver;
mod round;
pub mod run;
mod sacn;
mod taken;
mod tally;
mod timeout;
mod universes;
mod wled;

#[cfg(test)]
mod tests;

pub use answer::Identity;
pub use receiver::Receiver;
pub use taken::{Question, Taken};
pub use tally::{Counts, Tally};
pub use timeout::Timeout;

/// Microseconds of a second: all times here are in microseconds of the show's clock.
const SECOND: i64 = 1_000_000;
