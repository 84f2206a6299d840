//! The definition: a running sum, made sixteen at a time.

use crate::frame::pixels::blur::Mean;

/// Samples at a time.
const RUN: usize = 16;

#[inline(always)]
pub fn blur_row(target: &mut [u8], padded: &[u8], mean: Mean) {
    let window = mean.window();
    let (Some(entering), Some(leaving)) = (padded.get(window..), padded.get(..target.len())) else {
        return;
    };
    if entering.len() < target.len() {
        return;
    }
    // Of the window that the one of the first sample follows.
    let mut sum = padded[..window].iter().fold(0, |sum: u16, sample| sum.wrapping_add(u16::from(*sample)));
    let (runs, rest) = target.as_chunks_mut::<RUN>();
    let (entering_runs, leaving_runs) = (entering.as_chunks::<RUN>().0, leaving.as_chunks::<RUN>().0);
    let done = runs.len() * RUN;
    for ((run, entering), leaving) in runs.iter_mut().zip(entering_runs).zip(leaving_runs) {
        let changes = std::array::from_fn(|at| u16::from(entering[at]).wrapping_sub(u16::from(leaving[at])));
        let sums = running(changes).map(|change| change.wrapping_add(sum));
        *run = sums.map(|sum| mean.of(sum));
        sum = sums[RUN - 1];
    }
    for ((target, entering), leaving) in rest.iter_mut().zip(&entering[done..]).zip(&leaving[done..]) {
        sum = sum.wrapping_add(u16::from(*entering)).wrapping_sub(u16::from(*leaving));
        *target = mean.of(sum);
    }
}

/// Sums of the first one, two, three … numbers. Each step adds neighbours twice as far away, all sixteen at once.
#[inline(always)]
fn running(mut numbers: [u16; RUN]) -> [u16; RUN] {
    numbers = added::<1>(numbers);
    numbers = added::<2>(numbers);
    numbers = added::<4>(numbers);
    added::<8>(numbers)
}

#[inline(always)]
fn added<const FAR: usize>(numbers: [u16; RUN]) -> [u16; RUN] {
    std::array::from_fn(|at| if at < FAR { numbers[at] } else { numbers[at].wrapping_add(numbers[at - FAR]) })
}
