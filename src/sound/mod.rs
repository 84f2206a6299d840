//! Sound: what the show sounds like at an instant. `mix` decides (pure), `run` makes every piece of the grid in order.

pub mod mix;
pub mod run;
