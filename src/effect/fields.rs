//! Pictures that a formula fills a surface with.

mod julia;
mod lissajous;
mod metaballs;
mod noise;
mod plasma;
mod ripple;
mod tartan;

pub use julia::Julia;
pub use lissajous::Lissajous;
pub use metaballs::Metaballs;
pub use noise::Noise;
pub use plasma::Plasma;
pub use ripple::Ripple;
pub use tartan::Tartan;
