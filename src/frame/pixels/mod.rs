//! Kernels over rows of bytes, one plane at a time: the only room where `unsafe` is allowed.
//!
//! A kernel is a folder: `native` defines the answer, `avx2` is the same loop compiled for wider registers, `mod` chooses.
//! (On ARM the plain loop already uses NEON, so there is nothing to choose.) Planes hold limited-range Y, U or V. Because the
//! weights of a blend sum to 1, its offsets (16, 128) come out right without being taken off first.
//!
//! Filling and copying are not here: `slice::fill` and `copy_from_slice` are already the machine's best.
#![allow(unsafe_code, reason = "wider instructions may only be called where they were found to exist")]

#[cfg(test)]
pub(crate) mod allocations;
pub mod blend_rgb;
pub mod blur;
pub mod by_alpha;
pub mod chroma_matrix;
pub mod fade;
pub mod faded;
pub mod halve;
pub mod key;
pub mod level;
pub mod luma_curve;
pub mod masked;
pub mod mix;
pub mod mix_masked;
pub mod over;
pub mod rgb;
pub mod scale;
pub mod tint;
pub mod weights;

/// `value / 255`, rounded to nearest; exact for every product of two bytes.
#[inline(always)]
pub fn divided_by_255(value: u16) -> u8 {
    // All in sixteen bits: written as the high half of a product by 257, which it is, the compiler now and then took 32.
    let value = value + 128;
    ((value + (value >> 8)) >> 8) as u8
}

/// The byte nearest to `value`; 0 for what is no number.
#[inline(always)]
#[expect(clippy::manual_clamp, reason = "clamp would keep what is no number, and its bits could be any byte")]
fn rounded(value: f32) -> u8 {
    // Added to 2^23, a number of up to 23 bits has no room behind the point: it stands rounded in the lowest bits. Unlike a
    // conversion, this is the same few instructions for a whole register.
    (value.max(0.0).min(255.0) + 8_388_608.0).to_bits() as u8
}

#[cfg(test)]
mod tests;
