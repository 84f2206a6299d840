//! Sound: what the show sounds like. `plan` decides (pure), `mix` makes it audible, `run` makes every piece of the grid in order.
//!
//! A piece goes `strip` by `strip` (gain, pan, delay, fades), under `duck`, through the master and `limit`; `meter`, `loudness`
//! and `levels` tell how loud it is, and `look`, with `spectrum`, what it looks like. Nothing here waits, and in steady state
//! nothing allocates.

pub mod bounce;
mod decibel;
mod decks;
mod duck;
mod edge;
pub mod generate;
mod jammed;
pub mod levels;
mod limit;
mod look;
mod loudness;
mod meter;
pub mod mix;
mod pieces;
pub mod plan;
mod ramp;
pub mod run;
mod spectrum;
mod strip;
pub mod synth;
#[cfg(test)]
mod tests;
