//! Blur of a plane: box blurs one after the other, at the same cost for every radius. Three of them are close to a Gaussian of
//! standard deviation `sqrt(radius * (radius + 1))`.
//!
//! Beyond the edges the outermost sample repeats, in every pass anew.

pub mod area;
pub mod column;
#[cfg(target_arch = "x86_64")]
mod high_halves;
mod mean;
pub mod row;

pub use mean::{MAX_RADIUS, Mean};
