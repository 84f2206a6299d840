//! Keying: alpha made from what the pixels look like.
//!
//! Chroma is keyed at its own resolution; `scale` brings that alpha to the size of luma, without steps at edges. A keyed picture
//! is then premultiplied by mixing it with nothing: `mix_masked(target, &zeroes, source, alpha)`.

pub mod chroma;
pub mod luma;
