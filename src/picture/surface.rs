//! What is painted aside: a transparent picture of its own, kept from frame to frame as long as it is shown, so that only what
//! differs in it is painted again.

use super::damage::{self, Damage};
use super::list::{DisplayList, Item, Job, SurfaceKey};
use super::paint::{Painting, paint_list};
use super::pictures::Pictures;
use super::target::{Plane, Target, halved};
use crate::show::geometry::Rect;

/// Premultiplied planes and their coverage.
pub struct Surface {
    /// What it shows; None before it was painted.
    key: Option<SurfaceKey>,
    place: u64,
    pub bounds: Rect,
    planes: [Vec<u8>; 5],
    /// From one row to the next, of luma and of chroma: as a frame has them.
    strides: [usize; 2],
    is_canvas: bool,
    held: Vec<Item>,
    /// Whether this frame shows it.
    is_used: bool,
}

/// Planes of a surface, in the order that they are kept.
#[derive(Clone, Copy)]
pub enum PlaneOf {
    Luma,
    U,
    V,
    Alpha,
    CoarseAlpha,
}

impl Surface {
    fn new(place: u64) -> Surface {
        let planes = [const { Vec::new() }; 5];
        let (bounds, held) = (Rect::default(), Vec::new());
        Surface { key: None, place, bounds, planes, strides: [0; 2], is_canvas: false, held, is_used: true }
    }

    /// Part of a row that lies within it.
    pub fn run(&self, plane: PlaneOf, y: i32, from: i32, to: i32) -> &[u8] {
        let (bounds, stride) = match plane {
            PlaneOf::Luma | PlaneOf::Alpha => (self.bounds, self.strides[0]),
            PlaneOf::U | PlaneOf::V | PlaneOf::CoarseAlpha => (halved(self.bounds), self.strides[1]),
        };
        let row = (y - bounds.y) as usize * stride;
        &self.planes[plane as usize][row + (from - bounds.x) as usize..row + (to - bounds.x) as usize]
    }

    /// Y, U and V as a frame has them; for one that covers the canvas.
    pub fn frame(&self) -> [&[u8]; 3] {
        [&self.planes[0], &self.planes[1], &self.planes[2]]
    }

    fn target(&mut self) -> Target<'_> {
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
            alpha: (!self.is_canvas).then_some(alpha),
        }
    }

    fn settle(&mut self, job: &Job) {
        if (self.bounds, self.is_canvas) == (job.bounds, job.is_canvas) {
            return;
        }
        (self.bounds, self.is_canvas, self.key) = (job.bounds, job.is_canvas, None);
        let [fine, coarse] = [job.bounds, halved(job.bounds)];
        self.strides = [fine, coarse].map(|rect| (rect.width as usize).next_multiple_of(4));
        let sizes = [self.strides[0] * fine.height as usize, self.strides[1] * coarse.height as usize];
        let alphas = if job.is_canvas { [0, 0] } else { sizes };
        for (plane, size) in self.planes.iter_mut().zip([sizes[0], sizes[1], sizes[1], alphas[0], alphas[1]]) {
            plane.resize(size, 0);
        }
    }
}

/// All surfaces of an engine.
#[derive(Default)]
pub struct Surfaces(Vec<Surface>);

impl Surfaces {
    pub fn get(&self, key: SurfaceKey) -> Option<&Surface> {
        self.0.iter().find(|surface| surface.key == Some(key))
    }

    /// Paints what the list wants aside. Surfaces that it does not want are given up.
    pub fn develop(&mut self, list: &DisplayList, pictures: &Pictures) {
        self.0.iter_mut().for_each(|surface| surface.is_used = false);
        for job in list.jobs() {
            let index = self.find(job);
            self.0[index].is_used = true;
            if self.0[index].key == Some(job.key) {
                continue;
            }
            // Out of the row while it is painted: it may show others, and never itself.
            let mut surface = std::mem::replace(&mut self.0[index], Surface::new(job.place));
            self.paint(&mut surface, job, list, pictures);
            self.0[index] = surface;
        }
        self.0.retain(|surface| surface.is_used);
    }

    fn find(&mut self, job: &Job) -> usize {
        if let Some(index) = self.0.iter().position(|surface| surface.place == job.place && !surface.is_used) {
            return index;
        }
        self.0.push(Surface::new(job.place));
        self.0.len() - 1
    }

    fn paint(&self, surface: &mut Surface, job: &Job, list: &DisplayList, pictures: &Pictures) {
        surface.settle(job);
        let items = list.list(job.list).items();
        let damage = match surface.key {
            Some(_) => damage::between(&surface.held, items, job.bounds),
            None => Damage::whole(job.bounds),
        };
        let mut target = surface.target();
        paint_list(Painting { list, items, pictures, surfaces: self }, &mut target, &damage);
        surface.held.clear();
        surface.held.extend_from_slice(items);
        surface.key = Some(job.key);
    }
}
