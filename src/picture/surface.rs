//! What is painted aside: a transparent picture of its own, kept from frame to frame as long as it is shown, so that only what
//! differs in it is painted again.

use super::damage::{self, Damage};
use super::film::{self, Bench, Sheet};
use super::list::{DisplayList, Item, Job, SurfaceKey, Work};
use super::paint::{Painting, paint_list};
use super::pictures::Pictures;
use super::place::Frame;
use super::target::{Plane, Target, halved};
use crate::frame::pixels::by_alpha;
use crate::frame::pixels::scale::plane;
use crate::frame::video::VideoFrame;
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
    is_opaque: bool,
    held: Vec<Item>,
    /// Whether this frame shows it.
    is_used: bool,
}

/// Planes of a surface, in the order that they are kept.
#[derive(Clone, Copy, PartialEq, Eq)]
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
        Surface { key: None, place, bounds, planes, strides: [0; 2], is_opaque: false, held, is_used: true }
    }

    /// Nothing can be seen through it, and it has no alpha.
    pub fn is_opaque(&self) -> bool {
        self.is_opaque
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
            alpha: (!self.is_opaque).then_some(alpha),
        }
    }

    fn develop(&mut self, film: &VideoFrame, from: Frame, bench: &mut Bench) {
        let (fine, coarse) = (self.bounds, halved(self.bounds));
        let [luma_stride, chroma_stride] = self.strides;
        let sheet = |bytes, stride, rect: Rect| {
            Some(Sheet { bytes, stride, width: rect.width as usize, height: rect.height as usize })
        };
        let has_alpha = !self.is_opaque;
        let [luma, u, v, alpha, _] = &mut self.planes;
        let alpha = if has_alpha { sheet(alpha, luma_stride, fine) } else { None };
        let sheets =
            [sheet(luma, luma_stride, fine), sheet(u, chroma_stride, coarse), sheet(v, chroma_stride, coarse), alpha];
        film::develop(film, from, sheets, bench);
        if has_alpha {
            self.premultiply();
        }
    }

    /// A decoder gives colours as they are; what is painted is multiplied by its alpha.
    fn premultiply(&mut self) {
        let (fine, coarse) = (self.bounds, halved(self.bounds));
        let [luma_stride, chroma_stride] = self.strides;
        let [luma, u, v, alpha, coarse_alpha] = &mut self.planes;
        let (width, height) = (fine.width as usize, fine.height as usize);
        plane::halved(coarse_alpha, chroma_stride, alpha, luma_stride, (width, height));
        for row in 0..height {
            let pixels = row * luma_stride..row * luma_stride + width;
            by_alpha::by_alpha(&mut luma[pixels.clone()], &alpha[pixels]);
        }
        for row in 0..coarse.height as usize {
            let samples = row * chroma_stride..row * chroma_stride + coarse.width as usize;
            by_alpha::by_alpha(&mut u[samples.clone()], &coarse_alpha[samples.clone()]);
            by_alpha::by_alpha(&mut v[samples.clone()], &coarse_alpha[samples]);
        }
    }

    fn settle(&mut self, job: &Job) {
        let is_opaque = job.work.is_opaque();
        if (self.bounds, self.is_opaque) == (job.bounds, is_opaque) {
            return;
        }
        (self.bounds, self.is_opaque, self.key) = (job.bounds, is_opaque, None);
        let [fine, coarse] = [job.bounds, halved(job.bounds)];
        self.strides = [fine, coarse].map(|rect| (rect.width as usize).next_multiple_of(4));
        let sizes = [self.strides[0] * fine.height as usize, self.strides[1] * coarse.height as usize];
        let alphas = if is_opaque { [0, 0] } else { sizes };
        for (plane, size) in self.planes.iter_mut().zip([sizes[0], sizes[1], sizes[1], alphas[0], alphas[1]]) {
            plane.resize(size, 0);
        }
    }
}

/// All surfaces of an engine.
#[derive(Default)]
pub struct Surfaces {
    surfaces: Vec<Surface>,
    bench: Bench,
}

impl Surfaces {
    pub fn get(&self, key: SurfaceKey) -> Option<&Surface> {
        self.surfaces.iter().find(|surface| surface.key == Some(key))
    }

    /// Paints what the list wants aside. Surfaces that it does not want are given up.
    pub fn develop(&mut self, list: &DisplayList, pictures: &Pictures) {
        self.surfaces.iter_mut().for_each(|surface| surface.is_used = false);
        for job in list.jobs() {
            let index = self.find(job);
            self.surfaces[index].is_used = true;
            if self.surfaces[index].key == Some(job.key) {
                continue;
            }
            // Out of the row while it is painted: it may show others, and never itself.
            let mut surface = std::mem::replace(&mut self.surfaces[index], Surface::new(job.place));
            self.make(&mut surface, job, list, pictures);
            self.surfaces[index] = surface;
        }
        self.surfaces.retain(|surface| surface.is_used);
    }

    fn find(&mut self, job: &Job) -> usize {
        if let Some(index) = self.surfaces.iter().position(|surface| surface.place == job.place && !surface.is_used) {
            return index;
        }
        self.surfaces.push(Surface::new(job.place));
        self.surfaces.len() - 1
    }

    fn make(&mut self, surface: &mut Surface, job: &Job, list: &DisplayList, pictures: &Pictures) {
        surface.settle(job);
        match &job.work {
            Work::List { list: number, .. } => self.paint(surface, list.list(*number).items(), list, pictures),
            Work::Film { film, from } => surface.develop(film, *from, &mut self.bench),
        }
        surface.key = Some(job.key);
    }

    fn paint(&self, surface: &mut Surface, items: &[Item], list: &DisplayList, pictures: &Pictures) {
        let damage = match surface.key {
            Some(_) => damage::between(&surface.held, items, surface.bounds),
            None => Damage::whole(surface.bounds),
        };
        paint_list(Painting { list, items, pictures, surfaces: self }, &mut surface.target(), &damage);
        surface.held.clear();
        surface.held.extend_from_slice(items);
    }
}
