//! Where each LED is, in the order of the wire: by row and column, and as a place in the box of its zone.

mod cells;
mod extent;
mod neighbor;
mod places;
mod wire;

pub use cells::{Cell, cells};
pub use extent::extent;
pub use places::{Place, places};
