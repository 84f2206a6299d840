//! What is in a file: readers that both the library, which refuses, and the picture, which shows, stand on. They are told bytes and
//! tell facts; files, threads and the show are others' business.
//!
//! All of them meet files that were made to do harm: sizes are looked at before anything of that size is made, and what would
//! take forever is refused.

pub mod animation;
pub mod cube;
pub mod font;
pub mod kind;
pub mod small;
pub mod svg;
