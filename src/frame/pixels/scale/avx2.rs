//! Sixteen samples at a time. The plain loop fetches bytes one by one; here two shuffles fetch sixteen and their neighbours.

use std::arch::x86_64::{
    __m128i, __m256i, _mm_loadu_si128, _mm_storeu_si128, _mm256_add_epi16, _mm256_castsi256_si128, _mm256_mullo_epi16,
    _mm256_packus_epi16, _mm256_permute4x64_epi64, _mm256_set_m128i, _mm256_set1_epi16, _mm256_shuffle_epi8,
    _mm256_slli_epi16, _mm256_srli_epi16, _mm256_sub_epi16,
};

use super::eight::{Eight, SEEN};
use super::native;

#[target_feature(enable = "avx2")]
pub fn row(target: &mut [u8], source: &[u8], columns: &[Eight]) {
    let mut done = 0;
    for (target, [left, right]) in target.as_chunks_mut::<16>().0.iter_mut().zip(columns.as_chunks::<2>().0) {
        // Only a source of fewer samples than that has none.
        let (Some(left_samples), Some(right_samples)) = (seen(source, left), seen(source, right)) else {
            break;
        };
        let take = both(&left.far, &right.far);
        let before = _mm256_shuffle_epi8(both(from(left_samples, 0), from(right_samples, 0)), take);
        let after = _mm256_shuffle_epi8(both(from(left_samples, 1), from(right_samples, 1)), take);
        let weights = _mm256_set_m128i(wide(&right.weights), wide(&left.weights));
        // 256 * before + weight * (after - before) is right modulo 2^16, and never more than 255 * 256.
        let change = _mm256_mullo_epi16(_mm256_sub_epi16(after, before), weights);
        let sum = _mm256_add_epi16(_mm256_add_epi16(_mm256_slli_epi16::<8>(before), change), _mm256_set1_epi16(128));
        let means = _mm256_srli_epi16::<8>(sum);
        let packed = _mm256_permute4x64_epi64::<0b1000>(_mm256_packus_epi16(means, means));
        // SAFETY: the target is sixteen bytes, and the instruction asks for no alignment.
        unsafe { _mm_storeu_si128(target.as_mut_ptr().cast(), _mm256_castsi256_si128(packed)) };
        done += 1;
    }
    native::row(&mut target[16 * done..], source, &columns[2 * done..]);
}

#[inline(always)]
fn seen<'a>(source: &'a [u8], eight: &Eight) -> Option<&'a [u8; SEEN]> {
    source.get(eight.first as usize..)?.first_chunk()
}

#[inline(always)]
fn from(samples: &[u8; SEEN], at: usize) -> &[u8; 16] {
    if at == 0 { samples.first_chunk() } else { samples.last_chunk() }.unwrap_or(&[0; 16])
}

/// Two halves of a register.
#[inline]
#[target_feature(enable = "avx2")]
fn both(low: &[u8; 16], high: &[u8; 16]) -> __m256i {
    _mm256_set_m128i(half(high), half(low))
}

#[inline]
#[target_feature(enable = "avx2")]
fn half(bytes: &[u8; 16]) -> __m128i {
    // SAFETY: there are sixteen bytes, and the instruction asks for no alignment.
    unsafe { _mm_loadu_si128(bytes.as_ptr().cast()) }
}

#[inline]
#[target_feature(enable = "avx2")]
fn wide(numbers: &[u16; 8]) -> __m128i {
    // SAFETY: as above, of eight numbers of two bytes.
    unsafe { _mm_loadu_si128(numbers.as_ptr().cast()) }
}
