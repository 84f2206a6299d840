//! A picture as painting wants it: planes at the final size, premultiplied, with the work of looking at alpha already done.
//!
//! It is made for one parity of its position, because that decides which four pixels share a chroma sample. Chroma of a sample
//! that the picture covers only partly is weighted by how much of it is covered.

use std::sync::Arc;

use super::contents::Raster;
use super::finish::Finished;
use super::yuv::{FRACTION, fixed};

/// Whether the picture's left and upper edges stand on odd pixels of the canvas (0 or 1 each).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Parity {
    pub x: i32,
    pub y: i32,
}

impl Parity {
    pub const ALL: [Parity; 4] =
        [Parity { x: 0, y: 0 }, Parity { x: 1, y: 0 }, Parity { x: 0, y: 1 }, Parity { x: 1, y: 1 }];

    pub fn of(x: i32, y: i32) -> Parity {
        Parity { x: x & 1, y: y & 1 }
    }
}

pub struct Picture {
    pub width: i32,
    pub height: i32,
    /// From the anchor's pixel to the picture's corner.
    pub offset: (i32, i32),
    /// Of the corner.
    pub parity: Parity,
    /// What does not depend on the parity is shared by the pictures of all four.
    pub fine: Arc<Fine>,
    pub u: Box<[u8]>,
    pub v: Box<[u8]>,
    /// Where and how much chroma covers what is below.
    pub coarse: Coverage,
}

/// Luma, and how much it covers.
pub struct Fine {
    pub luma: Box<[u8]>,
    pub coverage: Coverage,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Covers all: may be copied.
    Opaque,
    /// Needs alpha, pixel by pixel.
    Blend,
}

/// Pixels `from..to` of a row that are painted alike. What lies between spans is transparent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    pub from: u32,
    pub to: u32,
    pub kind: Kind,
}

/// Alpha of a plane, and its rows cut into spans.
pub struct Coverage {
    pub width: usize,
    pub alpha: Box<[u8]>,
    spans: Vec<Span>,
    /// Where in `spans` each row begins; one more than there are rows.
    rows: Vec<u32>,
}

/// A run of transparent or opaque pixels shorter than this is blended with its neighbours: a span costs more than it saves.
const SHORTEST_RUN: usize = 16;

impl Coverage {
    fn new(alpha: Box<[u8]>, width: usize) -> Self {
        let height = alpha.len().checked_div(width).unwrap_or(0);
        let mut coverage = Self { width, alpha, spans: Vec::new(), rows: Vec::with_capacity(height + 1) };
        for row in 0..height {
            coverage.rows.push(coverage.spans.len() as u32);
            cut(&coverage.alpha[row * width..(row + 1) * width], &mut coverage.spans);
        }
        coverage.rows.push(coverage.spans.len() as u32);
        coverage.spans.shrink_to_fit();
        coverage
    }

    pub fn height(&self) -> usize {
        self.rows.len().saturating_sub(1)
    }

    /// What of a row is not transparent, from left to right.
    #[inline]
    pub fn row(&self, row: usize) -> &[Span] {
        &self.spans[self.rows[row] as usize..self.rows[row + 1] as usize]
    }

    fn is_opaque(&self) -> bool {
        (0..self.height())
            .all(|row| matches!(self.row(row), [Span { from: 0, to, kind: Kind::Opaque }] if *to as usize == self.width))
    }
}

/// Appends the spans of one row.
fn cut(alpha: &[u8], spans: &mut Vec<Span>) {
    let first_of_row = spans.len();
    let mut from = 0;
    while from < alpha.len() {
        let value = alpha[from];
        let pure = value == 0 || value == 255;
        let run = if pure { alpha[from..].iter().take_while(|next| **next == value).count() } else { 1 };
        let to = from + run;
        let long = run >= SHORTEST_RUN || run == alpha.len();
        let kind = match value {
            0 if long => None,
            255 if long => Some(Kind::Opaque),
            _ => Some(Kind::Blend),
        };
        if let Some(kind) = kind {
            match spans[first_of_row..].last_mut() {
                Some(last) if last.kind == kind && last.to as usize == from => last.to = to as u32,
                _ => spans.push(Span { from: from as u32, to: to as u32, kind }),
            }
        }
        from = to;
    }
}

impl Picture {
    /// `anchor` is the parity of the anchor's pixel.
    pub fn new(finished: &Finished, anchor: Parity) -> Picture {
        Picture::sharing(finished, anchor, Arc::new(fine(&finished.raster)))
    }

    /// Another parity of a picture whose luma is there already.
    pub fn sharing(finished: &Finished, anchor: Parity, fine: Arc<Fine>) -> Picture {
        let Finished { raster, offset } = finished;
        let parity = Parity::of(anchor.x + offset.0, anchor.y + offset.1);
        let (width, height) = (raster.width as usize, raster.height as usize);
        let chroma_width = (width + parity.x as usize).div_ceil(2);
        let chroma_height = (height + parity.y as usize).div_ceil(2);
        let mut u = vec![0; chroma_width * chroma_height].into_boxed_slice();
        let mut v = u.clone();
        let mut coarse = u.clone();
        let mut sums = vec![[0_u64; 3]; chroma_width];
        for chroma_row in 0..chroma_height {
            sums.fill([0; 3]);
            let first = (2 * chroma_row).saturating_sub(parity.y as usize);
            let end = (2 * chroma_row + 2 - parity.y as usize).min(height);
            for row in first..end {
                add_chroma(&raster.rgba[4 * row * width..4 * (row + 1) * width], &mut sums, parity.x as usize);
            }
            let samples = chroma_row * chroma_width..(chroma_row + 1) * chroma_width;
            for (sample, [sum_u, sum_v, sum_alpha]) in samples.zip(&sums) {
                u[sample] = rounded(*sum_u, (4 * 255) << FRACTION);
                v[sample] = rounded(*sum_v, (4 * 255) << FRACTION);
                coarse[sample] = rounded(*sum_alpha, 4);
            }
        }
        let coarse = Coverage::new(coarse, chroma_width);
        Picture { width: raster.width, height: raster.height, offset: *offset, parity, fine, u, v, coarse }
    }

    pub fn is_opaque(&self) -> bool {
        self.fine.coverage.is_opaque()
    }

    pub fn bytes(&self) -> usize {
        // Luma and its coverage count in full for each parity: too much rather than too little.
        2 * self.fine.luma.len() + 3 * self.u.len()
    }
}

fn fine(raster: &Raster) -> Fine {
    let pixels = raster.rgba.as_chunks::<4>().0;
    let mut luma = vec![0; pixels.len()].into_boxed_slice();
    let mut alpha = luma.clone();
    for ((luma, alpha), pixel) in luma.iter_mut().zip(&mut alpha).zip(pixels) {
        let [red, green, blue, opacity] = *pixel;
        let y = fixed(red, green, blue)[0];
        *luma = rounded(u64::from(y.unsigned_abs()) * u64::from(opacity), 255 << FRACTION);
        *alpha = opacity;
    }
    Fine { luma, coverage: Coverage::new(alpha, raster.width.max(0) as usize) }
}

fn rounded(sum: u64, divisor: u64) -> u8 {
    u8::try_from((sum + divisor / 2) / divisor).unwrap_or(u8::MAX)
}

/// One row, added to the sums of the row of chroma that it shares.
fn add_chroma(rgba: &[u8], sums: &mut [[u64; 3]], parity: usize) {
    for (x, pixel) in rgba.as_chunks::<4>().0.iter().enumerate() {
        let [red, green, blue, opacity] = *pixel;
        if opacity == 0 {
            continue;
        }
        let [_, u, v] = fixed(red, green, blue).map(|value| u64::from(value.unsigned_abs()) * u64::from(opacity));
        let sum = &mut sums[(x + parity) / 2];
        *sum = [sum[0] + u, sum[1] + v, sum[2] + u64::from(opacity)];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(alpha: &[u8], expected: &[(u32, u32, Kind)]) {
        let mut spans = Vec::new();
        cut(alpha, &mut spans);
        let found: Vec<_> = spans.iter().map(|span| (span.from, span.to, span.kind)).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn rows_are_cut_into_spans() {
        check(&[], &[]);
        check(&[0; 40], &[]);
        check(&[255; 3], &[(0, 3, Kind::Opaque)]);
        check(&[255; 40], &[(0, 40, Kind::Opaque)]);
        let row = [vec![0; 20], vec![9; 3], vec![255; 20], vec![0; 2], vec![255; 4], vec![0; 30]].concat();
        check(&row, &[(20, 23, Kind::Blend), (23, 43, Kind::Opaque), (43, 49, Kind::Blend)]);
    }

    #[test]
    fn a_picture_on_an_odd_place_covers_half_of_its_outer_chroma() {
        let raster = Raster { width: 4, height: 2, rgba: vec![255; 4 * 2 * 4] };
        let raster = Finished { raster, offset: (0, 0) };
        let even = Picture::new(&raster, Parity::of(10, 20));
        assert_eq!((even.coarse.width, even.coarse.height(), &*even.coarse.alpha), (2, 1, &[255, 255][..]));
        let odd = Picture::new(&raster, Parity::of(-7, 21));
        assert_eq!((odd.coarse.width, odd.coarse.height()), (3, 2));
        assert_eq!(&*odd.coarse.alpha, &[64, 128, 64, 64, 128, 64]);
        assert!(even.is_opaque() && odd.is_opaque());
    }
}
