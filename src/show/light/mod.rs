//! The nouns of light: zones of LEDs, what they show, and the fixtures that they are wired to.

pub mod animation;
pub mod blend;
pub mod carried;
pub mod color;
pub mod correction;
pub mod effect;
pub mod feed;
pub mod fixture;
pub mod geometry;
pub mod harmony;
pub mod house;
pub mod listening;
pub mod oklab;
pub mod palette;
pub mod preset;
pub mod region;
pub mod seeing;
pub mod transition;
pub mod usage;
pub mod zone;

/// Red, green and blue as colours are written, 0 to 1: what is half as large looks half as bright.
pub type Rgb = [f32; 3];
