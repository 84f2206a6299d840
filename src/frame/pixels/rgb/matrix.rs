//! The numbers of BT.709, limited range, eight bits.

/// Bits behind the point of the rows below.
pub const FRACTION: u32 = 16;

/// From R'G'B'. Rows of chroma sum to 0, that of luma to 219/255, so that greys have no colour and white is 235.
pub const Y: [i32; 3] = [11_966, 40_254, 4_064];
pub const U: [i32; 3] = [-6_596, -22_189, 28_785];
pub const V: [i32; 3] = [28_785, -26_146, -2_639];

/// To R'G'B': what a unit of luma adds to all three, times 2^14.
const FROM_Y: i16 = 19_077;
/// What a unit of chroma adds, times 2^13.
const RED_FROM_V: i16 = 14_686;
const GREEN_FROM_U: i16 = -1_747;
const GREEN_FROM_V: i16 = -4_366;
const BLUE_FROM_U: i16 = 17_305;

/// Bits behind the point of the sums on the way to R'G'B'.
const SUM: u32 = 4;

/// The upper half of a product.
#[inline(always)]
fn high(left: i16, right: i16) -> i16 {
    ((i32::from(left) * i32::from(right)) >> 16) as i16
}

/// What luma adds to each colour, in sixteenths. Its offset has been taken off.
#[inline(always)]
pub(super) fn from_luma(y: i16) -> i16 {
    high(y << 6, FROM_Y)
}

/// What chroma adds to red, green and blue, in sixteenths. Its offset has been taken off.
#[inline(always)]
pub(super) fn from_chroma(u: i16, v: i16) -> [i16; 3] {
    let (u, v) = (u << 7, v << 7);
    [high(v, RED_FROM_V), high(u, GREEN_FROM_U) + high(v, GREEN_FROM_V), high(u, BLUE_FROM_U)]
}

/// From sixteenths, cut off where eight bits end.
#[inline(always)]
pub(super) fn byte(sum: i16) -> i16 {
    ((sum + (1 << (SUM - 1))) >> SUM).clamp(0, 255)
}

/// Two neighbours as one number.
#[inline(always)]
pub(super) fn joined(first: i16, second: i16) -> u16 {
    byte(first) as u16 | (byte(second) as u16) << 8
}
