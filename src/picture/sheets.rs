//! The planes of something that is painted aside: premultiplied Y, U and V, and how much of it covers what is below.

use super::target::{Plane, Target, halved};
use super::transition::Overlay;
use crate::frame::pixels::by_alpha;
use crate::frame::pixels::scale::plane;
use crate::show::geometry::Rect;

#[derive(Default)]
pub struct Sheets {
    /// On the canvas; even.
    pub bounds: Rect,
    /// In the order of `PlaneOf`. What is opaque has no alpha.
    pub planes: [Vec<u8>; 5],
    /// From one row to the next, of luma and of chroma: as a frame has them.
    pub strides: [usize; 2],
    /// Nothing can be seen through it.
    pub is_opaque: bool,
}

/// Planes, in the order that they are kept.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum PlaneOf {
    Luma,
    U,
    V,
    Alpha,
    CoarseAlpha,
}

impl PlaneOf {
    pub fn is_coarse(self) -> bool {
        matches!(self, PlaneOf::U | PlaneOf::V | PlaneOf::CoarseAlpha)
    }
}

impl Sheets {
    /// Makes room; says whether it was another size, and so has lost what it showed.
    pub fn settle(&mut self, bounds: Rect, is_opaque: bool) -> bool {
        if (self.bounds, self.is_opaque) == (bounds, is_opaque) {
            return false;
        }
        (self.bounds, self.is_opaque) = (bounds, is_opaque);
        let [fine, coarse] = [bounds, halved(bounds)];
        self.strides = [fine, coarse].map(|rect| (rect.width as usize).next_multiple_of(4));
        let sizes = [self.strides[0] * fine.height as usize, self.strides[1] * coarse.height as usize];
        let alphas = if is_opaque { [0, 0] } else { sizes };
        for (plane, size) in self.planes.iter_mut().zip([sizes[0], sizes[1], sizes[1], alphas[0], alphas[1]]) {
            plane.resize(size, 0);
        }
        true
    }

    /// Width and height of luma's planes, or of chroma's.
    pub fn size(&self, is_coarse: bool) -> (usize, usize) {
        let rect = if is_coarse { halved(self.bounds) } else { self.bounds };
        (rect.width as usize, rect.height as usize)
    }

    /// Part of a row that lies within it.
    pub fn run(&self, plane: PlaneOf, y: i32, from: i32, to: i32) -> &[u8] {
        let is_coarse = plane.is_coarse();
        let bounds = if is_coarse { halved(self.bounds) } else { self.bounds };
        let row = (y - bounds.y) as usize * self.strides[usize::from(is_coarse)];
        &self.planes[plane as usize][row + (from - bounds.x) as usize..row + (to - bounds.x) as usize]
    }

    pub fn target(&mut self) -> Target<'_> {
        let fine = self.bounds;
        let coarse = halved(fine);
        let [luma, u, v, alpha, coarse_alpha] = &mut self.planes;
        let [luma_stride, chroma_stride] = self.strides;
        let plane = |bytes, rect: Rect, stride| Plane { bytes, stride, x: rect.x, y: rect.y };
        let alpha = [plane(alpha, fine, luma_stride), plane(coarse_alpha, coarse, chroma_stride)];
        Target {
            bounds: fine,
            luma: plane(luma, fine, luma_stride),
            u: plane(u, coarse, chroma_stride),
            v: plane(v, coarse, chroma_stride),
            alpha: (!self.is_opaque).then_some(alpha),
        }
    }

    /// Laid over a canvas of its size.
    pub fn overlay(&self) -> Overlay<'_> {
        let [luma, u, v, fine, coarse] = &self.planes;
        let [luma_stride, chroma_stride] = self.strides;
        Overlay { planes: [luma, u, v], fine, coarse, luma_stride, chroma_stride }
    }

    /// The same pixels, or as much of them as `other` has. What has no alpha there gets one here that covers all.
    pub fn copy_from(&mut self, other: &Sheets) {
        for (number, (plane, source)) in self.planes.iter_mut().zip(&other.planes).enumerate() {
            if source.is_empty() && number >= PlaneOf::Alpha as usize {
                plane.fill(255);
            } else if plane.len() == source.len() {
                plane.copy_from_slice(source);
            }
        }
    }

    /// Alpha of chroma is the mean of four.
    pub fn halve_alpha(&mut self) {
        let size = self.size(false);
        let [.., alpha, coarse_alpha] = &mut self.planes;
        plane::halved(coarse_alpha, self.strides[1], alpha, self.strides[0], size);
    }

    /// Colours as they are become what is painted: multiplied by their alpha.
    pub fn premultiply(&mut self) {
        let [luma, u, v, alpha, coarse_alpha] = &mut self.planes;
        by_alpha::by_alpha(luma, alpha);
        by_alpha::by_alpha(u, coarse_alpha);
        by_alpha::by_alpha(v, coarse_alpha);
    }

    /// And back, as far as eight bits still know them.
    pub fn straighten(&mut self) {
        let [luma, u, v, alpha, coarse_alpha] = &mut self.planes;
        straighten(luma, alpha);
        straighten(u, coarse_alpha);
        straighten(v, coarse_alpha);
    }
}

/// Divides by alpha; what nothing covers stays 0.
pub fn straighten(plane: &mut [u8], alpha: &[u8]) {
    const CHUNK: usize = 64;
    for (plane, alpha) in plane.chunks_mut(CHUNK).zip(alpha.chunks(CHUNK)) {
        // Nearly all is either covered or not.
        if alpha.iter().all(|alpha| *alpha == 255) || alpha.iter().all(|alpha| *alpha == 0) {
            continue;
        }
        for (value, alpha) in plane.iter_mut().zip(alpha.iter().map(|alpha| u32::from(*alpha))) {
            let straight = (u32::from(*value) * 255 + alpha / 2).checked_div(alpha).unwrap_or(0);
            *value = straight.min(255) as u8;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_straightened_is_premultiplied_again_to_the_same() {
        let alpha: Vec<u8> = (0..=255).collect();
        let before: Vec<u8> = alpha.iter().map(|alpha| (u16::from(*alpha) * 200 / 255) as u8).collect();
        let mut plane = before.clone();
        straighten(&mut plane, &alpha);
        assert_eq!((plane[0], plane[255]), (0, 200));
        assert!(plane[64..].iter().all(|value| value.abs_diff(200) <= 4));
        by_alpha::by_alpha(&mut plane, &alpha);
        assert!(plane.iter().zip(&before).all(|(now, before)| now.abs_diff(*before) <= 1));
    }
}
