//! Everything that painting keeps from frame to frame: what was painted aside, and the threads.

use super::crew::Crew;
use super::damage::Damage;
use super::list::DisplayList;
use super::paint::paint;
use super::pictures::Pictures;
use super::surface::Surfaces;
use crate::frame::pool::FrameMut;

pub struct Easel {
    surfaces: Surfaces,
    crew: Crew,
}

impl Easel {
    /// The thread that makes it is the one that paints.
    pub fn new(threads: usize) -> Easel {
        Easel { surfaces: Surfaces::default(), crew: Crew::new(threads) }
    }

    /// With as many threads as this machine has use for.
    pub fn of_machine() -> Easel {
        Easel { surfaces: Surfaces::default(), crew: Crew::of_machine() }
    }

    /// The canvas is another one: nothing that was painted aside fits.
    pub fn clear(&mut self) {
        self.surfaces = Surfaces::default();
    }

    /// Paints what is damaged. `pictures` are those that the list was planned with.
    pub fn paint(&mut self, list: &DisplayList, pictures: &Pictures, target: &mut FrameMut, damage: &Damage) {
        self.surfaces.develop(list, pictures, &mut self.crew);
        paint(list, pictures, &self.surfaces, target, damage, &mut self.crew);
    }
}
