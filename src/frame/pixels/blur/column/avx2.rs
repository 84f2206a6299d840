//! Thirty-two columns at a time.

use std::arch::x86_64::{
    __m256i, _mm_cvtsi32_si128, _mm_loadu_si128, _mm256_add_epi16, _mm256_cvtepu8_epi16, _mm256_loadu_si256,
    _mm256_packus_epi16, _mm256_permute4x64_epi64, _mm256_set1_epi16, _mm256_srl_epi16, _mm256_storeu_si256,
    _mm256_sub_epi16,
};

use super::native;
use crate::frame::pixels::blur::Mean;
use crate::frame::pixels::blur::high_halves::high_halves;

/// Columns in a register of sums.
const RUN: usize = 16;

#[target_feature(enable = "avx2")]
pub fn blur_column(target: &mut [u8], sums: &mut [u16], entering: &[u8], leaving: &[u8], mean: Mean) {
    let (reciprocal, half, shift) = mean.parts();
    let (reciprocal, half) = (_mm256_set1_epi16(reciprocal as i16), _mm256_set1_epi16(half as i16));
    let shift = _mm_cvtsi32_si128(shift as i32);
    let sixteen = |sums: &mut [u16; RUN], entering: &[u8; RUN], leaving: &[u8; RUN]| {
        // SAFETY: there are sixteen numbers of two bytes, and the instructions ask for no alignment.
        let before = unsafe { _mm256_loadu_si256(sums.as_ptr().cast()) };
        let after = _mm256_sub_epi16(_mm256_add_epi16(before, wide(entering)), wide(leaving));
        // SAFETY: as above.
        unsafe { _mm256_storeu_si256(sums.as_mut_ptr().cast(), after) };
        _mm256_srl_epi16(_mm256_add_epi16(high_halves(after, reciprocal), half), shift)
    };
    let columns = target.len().min(sums.len()).min(entering.len()).min(leaving.len());
    let done = columns / (2 * RUN) * (2 * RUN);
    let sum_runs = sums[..done].as_chunks_mut::<RUN>().0.as_chunks_mut::<2>().0;
    let runs = target[..done].as_chunks_mut::<{ 2 * RUN }>().0.iter_mut().zip(sum_runs);
    let changes =
        entering.as_chunks::<RUN>().0.as_chunks::<2>().0.iter().zip(leaving.as_chunks::<RUN>().0.as_chunks::<2>().0);
    for ((run, sums), (entering, leaving)) in runs.zip(changes) {
        let low = sixteen(&mut sums[0], &entering[0], &leaving[0]);
        let high = sixteen(&mut sums[1], &entering[1], &leaving[1]);
        let packed = _mm256_permute4x64_epi64::<0b11011000>(_mm256_packus_epi16(low, high));
        // SAFETY: a run is thirty-two bytes, and the instruction asks for no alignment.
        unsafe { _mm256_storeu_si256(run.as_mut_ptr().cast(), packed) };
    }
    native::blur_column(&mut target[done..], &mut sums[done..], &entering[done..], &leaving[done..], mean);
}

#[inline]
#[target_feature(enable = "avx2")]
fn wide(samples: &[u8; RUN]) -> __m256i {
    // SAFETY: there are sixteen bytes, and the instruction asks for no alignment.
    _mm256_cvtepu8_epi16(unsafe { _mm_loadu_si128(samples.as_ptr().cast()) })
}
