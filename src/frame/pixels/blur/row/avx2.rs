//! Two times sixteen samples at a time. The compiler does not find the shifts by which a register adds up its own numbers.

use std::arch::x86_64::{
    __m256i, _mm_cvtsi32_si128, _mm_loadu_si128, _mm256_add_epi16, _mm256_cvtepu8_epi16, _mm256_packus_epi16,
    _mm256_permute2x128_si256, _mm256_permute4x64_epi64, _mm256_set1_epi16, _mm256_shuffle_epi8, _mm256_slli_si256,
    _mm256_srl_epi16, _mm256_storeu_si256, _mm256_sub_epi16,
};

use super::native;
use crate::frame::pixels::blur::Mean;
use crate::frame::pixels::blur::high_halves::high_halves;

/// Samples at a time.
const RUN: usize = 16;

#[target_feature(enable = "avx2")]
pub fn blur_row(target: &mut [u8], padded: &[u8], mean: Mean) {
    let window = mean.window();
    if padded.len() < window + target.len() {
        return;
    }
    let first = padded[..window].iter().fold(0, |sum: u16, sample| sum.wrapping_add(u16::from(*sample)));
    let mut sum = _mm256_set1_epi16(first as i16);
    let (reciprocal, half, shift) = mean.parts();
    let (reciprocal, half) = (_mm256_set1_epi16(reciprocal as i16), _mm256_set1_epi16(half as i16));
    let shift = _mm_cvtsi32_si128(shift as i32);
    // Both bytes of the last number of each half.
    let last = _mm256_set1_epi16(0x0f0e);
    let mut sixteen = |entering: &[u8; RUN], leaving: &[u8; RUN]| {
        let mut sums = _mm256_sub_epi16(wide(entering), wide(leaving));
        sums = _mm256_add_epi16(sums, _mm256_slli_si256::<2>(sums));
        sums = _mm256_add_epi16(sums, _mm256_slli_si256::<4>(sums));
        sums = _mm256_add_epi16(sums, _mm256_slli_si256::<8>(sums));
        // What the lower half sums up to is missing in the upper one.
        let totals = _mm256_shuffle_epi8(sums, last);
        sums = _mm256_add_epi16(sums, _mm256_permute2x128_si256::<0x08>(totals, totals));
        let means = _mm256_add_epi16(sums, sum);
        sum = _mm256_add_epi16(sum, _mm256_permute4x64_epi64::<0xff>(_mm256_shuffle_epi8(sums, last)));
        _mm256_srl_epi16(_mm256_add_epi16(high_halves(means, reciprocal), half), shift)
    };
    let runs = target.as_chunks_mut::<{ 2 * RUN }>().0;
    let done = runs.len() * 2 * RUN;
    let (entering, leaving) = (padded[window..].as_chunks().0, padded.as_chunks().0);
    for (number, run) in runs.iter_mut().enumerate() {
        let low = sixteen(&entering[2 * number], &leaving[2 * number]);
        let high = sixteen(&entering[2 * number + 1], &leaving[2 * number + 1]);
        let packed = _mm256_permute4x64_epi64::<0b11011000>(_mm256_packus_epi16(low, high));
        // SAFETY: a run is thirty-two bytes, and the instruction asks for no alignment.
        unsafe { _mm256_storeu_si256(run.as_mut_ptr().cast(), packed) };
    }
    native::blur_row(&mut target[done..], &padded[done..], mean);
}

#[inline]
#[target_feature(enable = "avx2")]
fn wide(samples: &[u8; RUN]) -> __m256i {
    // SAFETY: there are sixteen bytes, and the instruction asks for no alignment.
    _mm256_cvtepu8_epi16(unsafe { _mm_loadu_si128(samples.as_ptr().cast()) })
}
