//! What is painted aside: a transparent picture of its own, kept from frame to frame as long as it is shown, so that only what
//! differs in it is painted again.

use super::damage::{self, Damage};
use super::list::{DisplayList, Item, Job, SurfaceKey};
use super::paint::paint_list;
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
        Surface { key: None, place, bounds: Rect::default(), planes, held: Vec::new(), is_used: true }
    }

    /// Part of a row that lies within it.
    pub fn run(&self, plane: PlaneOf, y: i32, from: i32, to: i32) -> &[u8] {
        let bounds = match plane {
            PlaneOf::Luma | PlaneOf::Alpha => self.bounds,
            PlaneOf::U | PlaneOf::V | PlaneOf::CoarseAlpha => halved(self.bounds),
        };
        let row = (y - bounds.y) as usize * bounds.width as usize;
        &self.planes[plane as usize][row + (from - bounds.x) as usize..row + (to - bounds.x) as usize]
    }

    fn target(&mut self) -> Target<'_> {
        let fine = self.bounds;
        let coarse = halved(fine);
        let [luma, u, v, alpha, coarse_alpha] = &mut self.planes;
        let plane = |bytes, rect: Rect| Plane { bytes, stride: rect.width as usize, x: rect.x, y: rect.y };
        Target {
            bounds: fine,
            luma: plane(luma, fine),
            u: plane(u, coarse),
            v: plane(v, coarse),
            alpha: Some([plane(alpha, fine), plane(coarse_alpha, coarse)]),
        }
    }

    fn settle(&mut self, bounds: Rect) {
        if self.bounds == bounds {
            return;
        }
        self.bounds = bounds;
        self.key = None;
        let sizes = [bounds, halved(bounds)].map(|rect| (rect.width * rect.height) as usize);
        for (index, plane) in self.planes.iter_mut().enumerate() {
            let size = if matches!(index, 0 | 3) { sizes[0] } else { sizes[1] };
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
        surface.settle(job.bounds);
        let items = list.list(job.list).items();
        let damage = match surface.key {
            Some(_) => damage::between(&surface.held, items, job.bounds),
            None => Damage::whole(job.bounds),
        };
        let mut target = surface.target();
        paint_list(items, pictures, self, &mut target, &damage);
        surface.held.clear();
        surface.held.extend_from_slice(items);
        surface.key = Some(job.key);
    }
}
