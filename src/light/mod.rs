//! Lights: what zones of LEDs show at a time, and what each fixture is told.
//!
//! A zone is its colour, animations and its part of the picture, laid over each other; a fixture takes pixels of zones, corrects
//! them for its LEDs, and keeps to what its supply gives. All of it is computed in floating point and rounded once, at the end.

pub mod ear;
mod ears;
mod eye;
mod feeds;
pub mod films;
pub mod finish;
mod fixture;
mod house;
mod jams;
pub mod map;
mod pace;
pub mod pass;
pub mod run;
pub mod sample;
mod stage;
mod test_pattern;
mod tick;
pub mod zone;

use crate::effect::part;

pub use crate::effect::blend;

#[cfg(test)]
mod tests;
