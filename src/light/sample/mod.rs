//! What of a picture each LED sees, as one colour.

mod axis;
mod borders;
mod boxes;
mod coding;
mod contrast;
mod dominant;
mod planes;
mod proxy;
mod sampler;
mod sums;

pub use borders::{BorderWatch, Borders, borders};
pub use planes::Planes;
pub use proxy::{MAX_HEIGHT, MAX_WIDTH, Proxy};
pub use sampler::Sampler;
