//! A rectangle of a plane blurred in place.

use super::column::blur_column;
use super::row::blur_row;
use super::{MAX_RADIUS, Mean};

/// Columns that are blurred together: their rows, twice, stay in the cache nearest to the core but one.
const STRIP: usize = 128;

/// The size of an area, and how it is to be blurred.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Blur {
    pub width: usize,
    pub height: usize,
    /// How far each pass reaches to all sides, at most `MAX_RADIUS`; 0 leaves all as it is.
    pub radius: usize,
    /// 3 is close to a Gaussian; 1 is fast, and shows that it is a box.
    pub passes: usize,
}

impl Blur {
    /// Bytes of scratch that it needs.
    pub fn scratch_size(self) -> usize {
        (2 * STRIP * self.height).max(2 * self.padded())
    }

    /// A row, with what blurring looks at to both sides.
    fn padded(self) -> usize {
        self.width + 2 * self.radius.min(MAX_RADIUS) + 1
    }
}

/// `pixels` begins with the area's first sample. With less scratch than `scratch_size` nothing is done.
pub fn blur(pixels: &mut [u8], stride: usize, blur: Blur, scratch: &mut [u8]) {
    let Blur { width, height, radius, passes } = blur;
    let fits = width <= stride && height > 0 && pixels.len() >= stride * (height - 1) + width;
    if radius == 0 || passes == 0 || width == 0 || !fits || scratch.len() < blur.scratch_size() {
        return;
    }
    let mean = Mean::new(radius);
    for row in pixels.chunks_mut(stride).take(height) {
        let (from, to) = scratch.split_at_mut(blur.padded());
        along(&mut row[..width], passes, mean, from, &mut to[..blur.padded()]);
    }
    for left in (0..width).step_by(STRIP) {
        let size = (STRIP.min(width - left), height);
        let (from, to) = scratch[..2 * size.0 * height].split_at_mut(size.0 * height);
        down(Strip { pixels: &mut pixels[left..], stride }, size, passes, mean, [from, to]);
    }
}

/// Columns of a plane, all of its rows.
struct Strip<'a> {
    pixels: &'a mut [u8],
    stride: usize,
}

/// Every pass along one row.
fn along<'a>(row: &mut [u8], passes: usize, mean: Mean, mut from: &'a mut [u8], mut to: &'a mut [u8]) {
    let radius = mean.window() / 2;
    let inner = radius + 1..radius + 1 + row.len();
    from[inner.clone()].copy_from_slice(row);
    for pass in 1..=passes {
        let (first, last) = (from[inner.start], from[inner.end - 1]);
        from[..inner.start].fill(first);
        from[inner.end..].fill(last);
        if pass == passes {
            blur_row(row, from, mean);
        } else {
            blur_row(&mut to[inner.clone()], from, mean);
            std::mem::swap(&mut from, &mut to);
        }
    }
}

/// Every pass down one strip. Between the passes it stands in `kept`, its rows one after the other.
fn down(strip: Strip<'_>, (columns, height): (usize, usize), passes: usize, mean: Mean, kept: [&mut [u8]; 2]) {
    let Strip { pixels, stride } = strip;
    let [mut from, mut to] = kept;
    if passes == 1 {
        // A pass can not write to where it reads.
        for (kept, row) in from.chunks_mut(columns).zip(pixels.chunks(stride)) {
            kept.copy_from_slice(&row[..columns]);
        }
    } else {
        pass(Strip { pixels: from, stride: columns }, (pixels, stride), (columns, height), mean);
    }
    for _ in 2..passes {
        pass(Strip { pixels: to, stride: columns }, (from, columns), (columns, height), mean);
        std::mem::swap(&mut from, &mut to);
    }
    pass(Strip { pixels, stride }, (from, columns), (columns, height), mean);
}

/// One pass down, from rows that lie `source_stride` apart.
fn pass(target: Strip<'_>, (source, source_stride): (&[u8], usize), (columns, height): (usize, usize), mean: Mean) {
    let radius = mean.window() / 2;
    let row = |number: usize| &source[number.min(height - 1) * source_stride..][..columns];
    // The sums of the window around the row above the first one: it sees the first row `radius + 2` times.
    let mut sums = [0_u16; STRIP];
    add(&mut sums, row(0), radius as u16 + 2);
    for number in 1..radius {
        add(&mut sums, row(number), 1);
    }
    for (number, target) in target.pixels.chunks_mut(target.stride).take(height).enumerate() {
        let leaving = row(number.saturating_sub(radius + 1));
        blur_column(&mut target[..columns], &mut sums, row(number + radius), leaving, mean);
    }
}

fn add(sums: &mut [u16; STRIP], row: &[u8], times: u16) {
    for (sum, sample) in sums.iter_mut().zip(row) {
        *sum = sum.wrapping_add(times * u16::from(*sample));
    }
}
