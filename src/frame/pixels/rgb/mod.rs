//! Between Y'CbCr and R'G'B', a row at a time: planes of full-range sRGB on one side, BT.709 in limited range on the other.
//!
//! Sums are made of sixteen-bit products, of which the upper half is kept: twice as many fit a register as of wider ones, and
//! the answer is within 1 of the exact one.

pub mod from_rgb;
pub mod matrix;
pub mod to_rgb;
