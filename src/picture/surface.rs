//! What is painted aside: a transparent picture of its own, kept from frame to frame as long as it is shown, so that only what
//! differs in it is painted again.

use super::blended::Scratch;
use super::damage::{self, Damage};
use super::film::{self, Bench, Sheet};
use super::filtered::{Room, filter};
use super::list::{DisplayList, Item, Job, SurfaceKey, Work};
use super::paint::{Painting, paint_list};
use super::pictures::Pictures;
use super::place::Frame;
use super::sheets::Sheets;
use super::turned::turn;
use crate::frame::video::VideoFrame;

pub struct Surface {
    /// What it shows; None before it was painted.
    key: Option<SurfaceKey>,
    place: u64,
    pub sheets: Sheets,
    held: Vec<Item>,
    /// Whether this frame shows it.
    is_used: bool,
}

impl Surface {
    fn new(place: u64) -> Surface {
        Surface { key: None, place, sheets: Sheets::default(), held: Vec::new(), is_used: true }
    }

    /// Y, U and V as a frame has them; for one that covers the canvas.
    pub fn frame(&self) -> [&[u8]; 3] {
        let [luma, u, v, ..] = &self.sheets.planes;
        [luma, u, v]
    }
}

fn develop(sheets: &mut Sheets, film: &VideoFrame, from: Frame, bench: &mut Bench) {
    let (fine, coarse) = (sheets.size(false), sheets.size(true));
    let [luma_stride, chroma_stride] = sheets.strides;
    let has_alpha = !sheets.is_opaque;
    let sheet = |bytes, stride, (width, height)| Some(Sheet { bytes, stride, width, height });
    let [luma, u, v, alpha, _] = &mut sheets.planes;
    let alpha = if has_alpha { sheet(alpha, luma_stride, fine) } else { None };
    let developed =
        [sheet(luma, luma_stride, fine), sheet(u, chroma_stride, coarse), sheet(v, chroma_stride, coarse), alpha];
    film::develop(film, from, developed, bench);
    if has_alpha {
        // A decoder gives colours as they are.
        sheets.halve_alpha();
        sheets.premultiply();
    }
}

/// All surfaces of an engine.
#[derive(Default)]
pub struct Surfaces {
    surfaces: Vec<Surface>,
    bench: Bench,
    room: Room,
    scratch: Scratch,
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
        if surface.sheets.settle(job.bounds, job.work.is_opaque()) {
            surface.key = None;
        }
        match &job.work {
            Work::List { list: number, items, .. } => {
                self.paint(surface, &list.list(*number).items()[..*items], list, pictures);
            }
            Work::Film { film, from } => develop(&mut surface.sheets, film, *from, &mut self.bench),
            Work::Filtered { from, steps, .. } => {
                if let Some(source) = self.surfaces.iter().find(|surface| surface.key == Some(*from)) {
                    surface.sheets.copy_from(&source.sheets);
                    filter(&mut surface.sheets, steps, &mut self.room);
                }
            }
            Work::Turned { from, degrees, about } => {
                if let Some(source) = self.get(*from) {
                    turn(&mut surface.sheets, &source.sheets, *degrees, *about);
                }
            }
        }
        surface.key = Some(job.key);
    }

    fn paint(&mut self, surface: &mut Surface, items: &[Item], list: &DisplayList, pictures: &Pictures) {
        let bounds = surface.sheets.bounds;
        let damage = match surface.key {
            Some(_) => damage::between(&surface.held, items, bounds),
            None => Damage::whole(bounds),
        };
        // Out of its place while it is used, because painting looks at the surfaces.
        let mut scratch = std::mem::take(&mut self.scratch);
        let painting = Painting { list, items, pictures, surfaces: self };
        paint_list(painting, &mut surface.sheets.target(), &damage, &mut scratch);
        self.scratch = scratch;
        surface.held.clear();
        surface.held.extend_from_slice(items);
    }
}
