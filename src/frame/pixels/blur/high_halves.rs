//! The upper halves of products of sixteen-bit numbers, sixteen at a time.

use std::arch::asm;
use std::arch::x86_64::__m256i;

/// Written as the instruction itself. The compiler takes the intrinsic for 32-bit products, whose factors it prepares outside of
/// the loop, and then can not see any longer that one instruction would do: twice the time for a whole blur.
#[inline]
#[target_feature(enable = "avx2")]
pub(super) fn high_halves(left: __m256i, right: __m256i) -> __m256i {
    let high;
    // SAFETY: the instruction is there (see the attribute), and touches nothing but these registers.
    unsafe {
        asm!("vpmulhuw {high}, {left}, {right}", high = lateout(ymm_reg) high, left = in(ymm_reg) left,
            right = in(ymm_reg) right, options(pure, nomem, nostack, preserves_flags));
    }
    high
}
