//! What is painted aside: a transparent picture of its own, kept from frame to frame as long as it is shown, so that only what
//! differs in it is painted again.

use super::blended::Scratch;
use super::crew::{Crew, Hand};
use super::damage::{self, Damage};
use super::film::{self, Bench, Sheet, Stretched};
use super::filtered::filter;
use super::list::{DisplayList, Item, Job, SurfaceKey, Work};
use super::paint::{Painting, paint_list};
use super::pictures::Pictures;
use super::place::Frame;
use super::sheets::Sheets;
use super::turned::turn;
use crate::frame::video::VideoFrame;
use crate::show::geometry::Rect;

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

fn develop(sheets: &mut Sheets, film: &VideoFrame, (from, whole): (Frame, Rect), bench: &mut Bench) {
    let (fine, coarse) = (sheets.size(false), sheets.size(true));
    let [luma_stride, chroma_stride] = sheets.strides;
    let has_alpha = !sheets.is_opaque;
    let (sheets_x, sheets_y) = (sheets.bounds.x, sheets.bounds.y);
    let sheet = |bytes, stride, (width, height)| Some(Sheet { bytes, stride, width, height });
    let [luma, u, v, alpha, _] = &mut sheets.planes;
    let alpha = if has_alpha { sheet(alpha, luma_stride, fine) } else { None };
    let developed =
        [sheet(luma, luma_stride, fine), sheet(u, chroma_stride, coarse), sheet(v, chroma_stride, coarse), alpha];
    let corner = ((sheets_x - whole.x) as usize, (sheets_y - whole.y) as usize);
    let stretched = Stretched { from, size: (whole.width as usize, whole.height as usize), corner };
    film::develop(film, stretched, developed, bench);
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
    /// Films on their way to their size: each with the numbers of its job and of its place.
    reels: Vec<(Surface, usize, usize)>,
}

impl Surfaces {
    pub fn get(&self, key: SurfaceKey) -> Option<&Surface> {
        self.surfaces.iter().find(|surface| surface.key == Some(key))
    }

    /// Paints what the list wants aside. Surfaces that it does not want are given up.
    pub fn develop(&mut self, list: &DisplayList, pictures: &Pictures, crew: &mut Crew) {
        self.surfaces.iter_mut().for_each(|surface| surface.is_used = false);
        self.develop_films(list, crew);
        for job in list.jobs().iter().filter(|job| !job.is_film()) {
            let index = self.find(job);
            self.surfaces[index].is_used = true;
            if self.surfaces[index].key == Some(job.key) {
                continue;
            }
            // Out of the row while it is painted: it may show others, and never itself.
            let mut surface = std::mem::replace(&mut self.surfaces[index], Surface::new(job.place));
            self.make(&mut surface, job, list, pictures, crew.first());
            self.surfaces[index] = surface;
        }
        self.surfaces.retain(|surface| surface.is_used);
    }

    /// They show nothing but themselves, so all threads work at them at once.
    fn develop_films(&mut self, list: &DisplayList, crew: &mut Crew) {
        for (number, job) in list.jobs().iter().enumerate().filter(|(_, job)| job.is_film()) {
            let index = self.find(job);
            self.surfaces[index].is_used = true;
            if self.surfaces[index].key != Some(job.key) {
                let surface = std::mem::replace(&mut self.surfaces[index], Surface::new(job.place));
                self.reels.push((surface, number, index));
            }
        }
        crew.each(&mut self.reels, |(surface, number, _), hand| {
            let job = &list.jobs()[*number];
            if let Work::Film { film, from, whole } = &job.work {
                surface.sheets.settle(job.bounds, job.work.is_opaque());
                develop(&mut surface.sheets, film, (*from, *whole), &mut hand.bench);
                surface.key = Some(job.key);
            }
        });
        for (surface, _, index) in self.reels.drain(..) {
            self.surfaces[index] = surface;
        }
    }

    fn find(&mut self, job: &Job) -> usize {
        if let Some(index) = self.surfaces.iter().position(|surface| surface.place == job.place && !surface.is_used) {
            return index;
        }
        self.surfaces.push(Surface::new(job.place));
        self.surfaces.len() - 1
    }

    fn make(&self, surface: &mut Surface, job: &Job, list: &DisplayList, pictures: &Pictures, hand: &mut Hand) {
        if surface.sheets.settle(job.bounds, job.work.is_opaque()) {
            surface.key = None;
        }
        match &job.work {
            Work::List { list: number, items, .. } => {
                let items = &list.list(*number).items()[..*items];
                paint_aside(surface, Painting { list, items, pictures, surfaces: self }, &mut hand.scratch);
            }
            // All of these have been developed before.
            Work::Film { .. } => {}
            Work::Filtered { from, steps, .. } => {
                if let Some(source) = self.get(*from) {
                    surface.sheets.copy_from(&source.sheets);
                    filter(&mut surface.sheets, steps, &mut hand.room);
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
}

/// Only what differs from what it showed.
fn paint_aside(surface: &mut Surface, painting: Painting<'_>, scratch: &mut Scratch) {
    let bounds = surface.sheets.bounds;
    let damage = match surface.key {
        Some(_) => damage::between(&surface.held, painting.items, bounds),
        None => Damage::whole(bounds),
    };
    paint_list(&painting, &mut surface.sheets.target(), &damage, scratch);
    surface.held.clear();
    surface.held.extend_from_slice(painting.items);
}
