//! What comes down: rain, code, and lightning.

mod falling;
mod lightning;

pub use falling::{Matrix, Rain};
pub use lightning::Lightning;
