//! What lights there are to show a jam on.

use super::board::Layout;
use crate::effect::plane::Plane;

pub struct Ground {
    /// Across and down, 0 to 1.
    pub spots: Vec<[f32; 2]>,
    /// A matrix, rather than a line.
    pub is_filled: bool,
    columns: usize,
    rows: usize,
}

/// From so many columns and rows on there is room to look at something from a corner.
const WIDE: usize = 16;

impl Ground {
    pub fn new(plane: &Plane) -> Self {
        let (columns, rows) = (plane.columns as usize, plane.rows as usize);
        Self { spots: plane.places().collect(), is_filled: plane.is_filled(), columns, rows }
    }

    pub fn is_wide(&self) -> bool {
        self.columns >= WIDE && self.rows >= WIDE
    }

    /// How many columns and rows can be told apart; `lanes` are those that a line is cut into.
    pub fn room(&self, layout: Layout, lanes: usize) -> [usize; 2] {
        let half = self.columns.min(self.rows) / 2;
        match layout {
            Layout::Lanes => [(self.spots.len() / lanes.max(1)).max(1), self.spots.len().max(1)],
            Layout::Falling | Layout::Rising => [self.columns, self.rows],
            Layout::Diamond => [half, half],
        }
    }
}
