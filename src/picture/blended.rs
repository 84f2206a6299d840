//! Items whose colours meet those below in another way than lying over them. That is defined on R'G'B', so a strip of the item
//! is painted by itself, and then both go through red, green and blue, two rows at a time.

use super::list::Item;
use super::paint::{Painting, clear};
use super::sheets::{PlaneOf, Sheets, straighten};
use super::target::{Plane, Target};
use crate::frame::pixels::blend_rgb::{self, Mode};
use crate::frame::pixels::by_alpha::by_alpha;
use crate::frame::pixels::over::over;
use crate::frame::pixels::rgb::from_rgb::from_rgb;
use crate::frame::pixels::rgb::to_rgb::to_rgb;
use crate::show::geometry::Rect;
use crate::show::look::Blend;

/// Room to work in, kept from frame to frame.
#[derive(Default)]
pub struct Scratch {
    /// The item alone.
    strip: Sheets,
    above: Rows,
    below: Rows,
    /// What is below, as if nothing could be seen through it: two rows of luma, one of U and one of V.
    solid: [Vec<u8>; 4],
}

/// One row of what is below and of the item, in red, green and blue.
#[derive(Default)]
struct Rows {
    target: [Vec<u8>; 3],
    source: [Vec<u8>; 3],
}

impl Rows {
    fn resize(&mut self, width: usize) {
        self.target.iter_mut().chain(&mut self.source).for_each(|row| row.resize(width, 0));
    }

    fn source(&mut self) -> [&mut [u8]; 3] {
        self.source.each_mut().map(Vec::as_mut_slice)
    }

    fn target(&mut self) -> [&mut [u8]; 3] {
        self.target.each_mut().map(Vec::as_mut_slice)
    }

    fn blend(&mut self, mode: Mode, alpha: &[u8]) {
        for (target, source) in self.target.iter_mut().zip(&self.source) {
            blend_rgb::blend_rgb(mode, target, source, alpha, 255);
        }
    }
}

fn mode_of(blend: Blend) -> Option<Mode> {
    Some(match blend {
        Blend::Normal => return None,
        Blend::Multiply => Mode::Multiply,
        Blend::Screen => Mode::Screen,
        Blend::Add => Mode::Add,
        Blend::Overlay => Mode::Overlay,
        Blend::Darken => Mode::Darken,
        Blend::Lighten => Mode::Lighten,
        Blend::Difference => Mode::Difference,
    })
}

pub(super) fn paint(
    painting: &Painting<'_>,
    item: &Item,
    blend: Blend,
    clip: Rect,
    target: &mut Target<'_>,
    scratch: &mut Scratch,
) {
    let Some(mode) = mode_of(blend) else { return painting.item(item, clip, target) };
    // Of both rows that share a row of chroma, and within what may be painted.
    let seen = item.clip.intersection(clip).even().intersection(clip);
    if seen.is_empty() {
        return;
    }
    scratch.strip.settle(seen, false);
    clear(&mut scratch.strip.target(), seen);
    painting.item(item, seen, &mut scratch.strip.target());
    // At an edge a sample of chroma covers less than its pixels do: its colour counts, and each pixel's own alpha.
    scratch.strip.straighten();
    for y in (seen.y..seen.bottom()).step_by(2) {
        Merge { mode, y, from: seen.x, to: seen.right() }.rows(target, scratch);
    }
}

/// Two rows, from one column to another.
struct Merge {
    mode: Mode,
    y: i32,
    from: i32,
    to: i32,
}

impl Merge {
    fn rows(&self, target: &mut Target<'_>, scratch: &mut Scratch) {
        let strip = &scratch.strip;
        let source = |plane, y| strip.run(plane, y, self.from, self.to);
        let alphas = [source(PlaneOf::Alpha, self.y), source(PlaneOf::Alpha, self.y + 1)];
        if alphas.iter().all(|alpha| alpha.iter().all(|alpha| *alpha == 0)) {
            return;
        }
        let (half_y, half_from, half_to) = (self.y >> 1, self.from >> 1, self.to >> 1);
        let coarse = |plane| strip.run(plane, half_y, half_from, half_to);
        let (u, v) = (coarse(PlaneOf::U), coarse(PlaneOf::V));
        let width = (self.to - self.from) as usize;
        for (rows, y, alpha) in [(&mut scratch.above, self.y, alphas[0]), (&mut scratch.below, self.y + 1, alphas[1])] {
            rows.resize(width);
            to_rgb(rows.source(), [source(PlaneOf::Luma, y), u, v]);
            rows.source.iter_mut().for_each(|row| by_alpha(row, alpha));
        }
        let is_translucent = target.alpha.is_some();
        self.solid(target, &mut scratch.solid);
        let [upper, lower, solid_u, solid_v] = &mut scratch.solid;
        to_rgb(scratch.above.target(), [upper, solid_u, solid_v]);
        to_rgb(scratch.below.target(), [lower, solid_u, solid_v]);
        scratch.above.blend(self.mode, alphas[0]);
        scratch.below.blend(self.mode, alphas[1]);
        from_rgb([upper, lower], [solid_u, solid_v], slices(&scratch.above), slices(&scratch.below));
        if is_translucent {
            self.merge_translucent(target, scratch);
        } else {
            self.put(target, &scratch.solid);
        }
    }

    /// What is below, with its alpha divided out.
    fn solid(&self, target: &mut Target<'_>, solid: &mut [Vec<u8>; 4]) {
        let (half_y, half_from, half_to) = (self.y >> 1, self.from >> 1, self.to >> 1);
        let mut keep = |number: usize, plane: &mut Plane<'_>, y: i32, from: i32, to: i32| {
            solid[number].clear();
            solid[number].extend_from_slice(plane.run(y, from, to));
        };
        keep(0, &mut target.luma, self.y, self.from, self.to);
        keep(1, &mut target.luma, self.y + 1, self.from, self.to);
        keep(2, &mut target.u, half_y, half_from, half_to);
        keep(3, &mut target.v, half_y, half_from, half_to);
        if let Some([fine, coarse]) = &mut target.alpha {
            straighten(&mut solid[0], fine.run(self.y, self.from, self.to));
            straighten(&mut solid[1], fine.run(self.y + 1, self.from, self.to));
            straighten(&mut solid[2], coarse.run(half_y, half_from, half_to));
            straighten(&mut solid[3], coarse.run(half_y, half_from, half_to));
        }
    }

    fn put(&self, target: &mut Target<'_>, solid: &[Vec<u8>; 4]) {
        let (half_y, half_from, half_to) = (self.y >> 1, self.from >> 1, self.to >> 1);
        target.luma.run(self.y, self.from, self.to).copy_from_slice(&solid[0]);
        target.luma.run(self.y + 1, self.from, self.to).copy_from_slice(&solid[1]);
        target.u.run(half_y, half_from, half_to).copy_from_slice(&solid[2]);
        target.v.run(half_y, half_from, half_to).copy_from_slice(&solid[3]);
    }

    /// Where something is below, both are blended; where nothing is, the item is seen as it is; in between, in proportion.
    fn merge_translucent(&self, target: &mut Target<'_>, scratch: &mut Scratch) {
        let Some([fine, coarse]) = &mut target.alpha else { return };
        let (half_y, half_from, half_to) = (self.y >> 1, self.from >> 1, self.to >> 1);
        let strip = &scratch.strip;
        for (number, y) in [(0, self.y), (1, self.y + 1)] {
            let source = strip.run(PlaneOf::Luma, y, self.from, self.to);
            let covered = fine.run(y, self.from, self.to);
            let alpha = strip.run(PlaneOf::Alpha, y, self.from, self.to);
            proportion(target.luma.run(y, self.from, self.to), (source, alpha), &mut scratch.solid[number], covered);
        }
        let covered = coarse.run(half_y, half_from, half_to);
        for (number, plane, name) in [(2, &mut target.u, PlaneOf::U), (3, &mut target.v, PlaneOf::V)] {
            let source = strip.run(name, half_y, half_from, half_to);
            let alpha = strip.run(PlaneOf::CoarseAlpha, half_y, half_from, half_to);
            proportion(plane.run(half_y, half_from, half_to), (source, alpha), &mut scratch.solid[number], covered);
        }
        for y in [self.y, self.y + 1] {
            let alpha = strip.run(PlaneOf::Alpha, y, self.from, self.to);
            over(fine.run(y, self.from, self.to), alpha, alpha);
        }
        let alpha = strip.run(PlaneOf::CoarseAlpha, half_y, half_from, half_to);
        over(coarse.run(half_y, half_from, half_to), alpha, alpha);
    }
}

fn slices(rows: &Rows) -> [&[u8]; 3] {
    rows.target.each_ref().map(Vec::as_slice)
}

/// `blended * covered + source * alpha * (1 - covered)`.
fn proportion(target: &mut [u8], (source, alpha): (&[u8], &[u8]), blended: &mut [u8], covered: &[u8]) {
    by_alpha(blended, covered);
    target.copy_from_slice(source);
    by_alpha(target, alpha);
    over(target, blended, covered);
}
