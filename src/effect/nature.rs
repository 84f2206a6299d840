//! Fire, water and sky.

mod aurora;
mod candle;
mod fire;
mod ocean;

pub use aurora::Aurora;
pub use candle::Candle;
pub use fire::Fire;
pub use ocean::Ocean;
