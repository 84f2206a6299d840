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
pub mod fade;
pub mod faded;
pub mod level;
pub mod masked;
pub mod over;
pub mod tint;

/// `value / 255`, rounded to nearest; exact for every product of two bytes.
#[inline(always)]
pub fn divided_by_255(value: u16) -> u8 {
    // (y + y / 256) / 256 == y * 257 / 65536, and the latter is one instruction (the high half of a product).
    ((u32::from(value + 128) * 257) >> 16) as u8
}

#[cfg(test)]
mod tests;
