//! A small picture that a module draws of itself, and how it is cast on lights: so a step is found once for each cell, not for each
//! light.

use crate::effect::shade::{BLACK, lighten};
use crate::show::light::Rgb;

pub const MOST_COLUMNS: usize = 88;
pub const MOST_ROWS: usize = 32;

/// Where the rows of a board are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// One after the other along a line.
    Lanes,
    /// The first one at the top,
    Falling,
    /// or at the bottom.
    Rising,
    /// Seen from a corner: columns run from the left one down to the right, rows from there up to the right.
    Diamond,
}

pub struct Board {
    columns: usize,
    rows: usize,
    cells: Vec<Rgb>,
}

impl Board {
    pub fn new() -> Self {
        Self { columns: 1, rows: 1, cells: vec![BLACK; MOST_COLUMNS * MOST_ROWS] }
    }

    /// An empty one of that size, as far as there is room for.
    pub fn clear(&mut self, columns: usize, rows: usize) {
        (self.columns, self.rows) = (columns.clamp(1, MOST_COLUMNS), rows.clamp(1, MOST_ROWS));
        self.cells.iter_mut().take(self.columns * self.rows).for_each(|cell| *cell = BLACK);
    }

    pub fn columns(&self) -> usize {
        self.columns
    }

    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Where the place `index` of `count` is, if those are the columns of this board.
    pub fn column_of(&self, index: usize, count: usize) -> usize {
        index * self.columns / count.max(1)
    }

    pub fn row_of(&self, index: usize, count: usize) -> usize {
        index * self.rows / count.max(1)
    }

    fn cell(&mut self, column: usize, row: usize) -> Option<&mut Rgb> {
        let is_in = column < self.columns && row < self.rows;
        self.cells.get_mut(row * self.columns + column).filter(|_| is_in)
    }

    /// Two things at one place: of each part the larger.
    pub fn lighten(&mut self, column: usize, row: usize, color: Rgb) {
        if let Some(cell) = self.cell(column, row) {
            *cell = lighten(*cell, color);
        }
    }

    /// Two things at one place are mixed as light is.
    pub fn add(&mut self, column: usize, row: usize, color: Rgb) {
        if let Some(cell) = self.cell(column, row) {
            *cell = [0, 1, 2].map(|part| if cell[part] + color[part] < 1.0 { cell[part] + color[part] } else { 1.0 });
        }
    }

    pub fn lighten_row(&mut self, row: usize, color: Rgb) {
        (0..self.columns).for_each(|column| self.lighten(column, row, color));
    }

    pub fn lighten_column(&mut self, column: usize, color: Rgb) {
        (0..self.rows).for_each(|row| self.lighten(column, row, color));
    }

    /// Every light in the colour of its cell. `spots` are places across and down, 0 to 1.
    pub fn cast(&self, layout: Layout, spots: &[[f32; 2]], out: &mut [Rgb]) {
        match layout {
            Layout::Lanes => self.by(spots, out, |[x, _], [columns, rows]| {
                let lane = x * rows;
                let whole = lane as i32 as f32;
                [(lane - whole) * columns, whole]
            }),
            Layout::Falling => self.by(spots, out, |[x, y], [columns, rows]| [x * columns, y * rows]),
            Layout::Rising => self.by(spots, out, |[x, y], [columns, rows]| [x * columns, (1.0 - y) * rows]),
            Layout::Diamond => self
                .by(spots, out, |[x, y], [columns, rows]| [(x + y - 0.5 + NUDGE) * columns, (x - y + 0.5 + NUDGE) * rows]),
        }
    }

    #[inline(always)]
    fn by(&self, spots: &[[f32; 2]], out: &mut [Rgb], place: impl Fn([f32; 2], [f32; 2]) -> [f32; 2]) {
        let size = [self.columns as f32, self.rows as f32];
        for (light, spot) in out.iter_mut().zip(spots) {
            let [column, row] = place(*spot, size);
            let is_in = column >= 0.0 && row >= 0.0 && column <= size[0] && row <= size[1];
            // The very edge is part of the last cell.
            let column = (column as i32 as usize).min(self.columns - 1);
            let row = (row as i32 as usize).min(self.rows - 1);
            let cell = self.cells.get(row * self.columns + column).copied().unwrap_or(BLACK);
            *light = if is_in { cell } else { BLACK };
        }
    }
}

/// In a diamond, lights lie exactly on the edges of cells: this says to which of them they belong, whatever the last bit is.
const NUDGE: f32 = 1.0 / 1_024.0;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::effect::plane::Plane;

    fn cast(board: &Board, layout: Layout, plane: &Plane) -> Vec<Rgb> {
        let spots: Vec<[f32; 2]> = plane.places().collect();
        let mut out = vec![[f32::NAN; 3]; spots.len()];
        board.cast(layout, &spots, &mut out);
        out
    }

    fn lit(board: &Board, layout: Layout, plane: &Plane) -> Vec<usize> {
        let lights = cast(board, layout, plane);
        (0..lights.len()).filter(|light| lights[*light] != BLACK).collect()
    }

    #[test]
    fn rows_fall_rise_or_follow_each_other() {
        let mut board = Board::new();
        board.clear(4, 2);
        board.lighten(1, 0, [1.0; 3]);
        assert_eq!(lit(&board, Layout::Falling, &Plane::matrix(4, 2)), [1]);
        assert_eq!(lit(&board, Layout::Rising, &Plane::matrix(4, 2)), [5]);
        assert_eq!(lit(&board, Layout::Lanes, &Plane::strip(8)), [1]);
        assert_eq!(lit(&board, Layout::Lanes, &Plane::strip(16)), [2, 3]);
    }

    #[test]
    fn every_cell_of_a_diamond_is_seen_where_it_has_half_as_many_as_the_matrix() {
        let mut board = Board::new();
        for side in [16, 24, 32, 64] {
            let cells = (side as usize / 2).min(MOST_ROWS);
            for (column, row) in (0..cells).flat_map(|column| (0..cells).map(move |row| (column, row))) {
                board.clear(cells, cells);
                board.lighten(column, row, [1.0; 3]);
                assert!(!lit(&board, Layout::Diamond, &Plane::matrix(side, side)).is_empty(), "{side}: {column}, {row}");
            }
        }
        board.clear(8, 8);
        board.lighten(0, 0, [1.0; 3]);
        let first = lit(&board, Layout::Diamond, &Plane::matrix(16, 16));
        assert!(
            first.iter().all(|light| light % 16 < 2 && (6..10).contains(&(light / 16))),
            "at the left corner: {first:?}"
        );
    }

    #[test]
    fn what_lies_beyond_a_diamond_is_dark() {
        let mut board = Board::new();
        board.clear(8, 8);
        (0..8).for_each(|row| board.lighten_row(row, [1.0; 3]));
        let lights = cast(&board, Layout::Diamond, &Plane::matrix(16, 16));
        assert_eq!([0, 15, 240, 255].map(|corner| lights[corner]), [BLACK; 4]);
        let share = lights.iter().filter(|light| **light != BLACK).count();
        assert!((110..=150).contains(&share), "{share}");
    }

    #[test]
    fn light_adds_up_to_full_and_not_beyond() {
        let mut board = Board::new();
        board.clear(1, 1);
        (0..3).for_each(|_| board.add(0, 0, [0.25, 0.5, 0.0]));
        board.add(7, 7, [1.0; 3]);
        board.lighten(0, 9, [1.0; 3]);
        assert_eq!(cast(&board, Layout::Lanes, &Plane::strip(1)), [[0.75, 1.0, 0.0]]);
    }

    #[test]
    fn a_board_is_never_larger_than_its_room() {
        let mut board = Board::new();
        board.clear(1_000, 0);
        assert_eq!((board.columns(), board.rows()), (MOST_COLUMNS, 1));
        board.clear(88, 99);
        board.lighten(87, 31, [1.0; 3]);
        assert_eq!(board.rows(), MOST_ROWS);
    }
}
