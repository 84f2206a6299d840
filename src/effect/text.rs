//! Text in dots, and the effect that lets it run from right to left.

use super::Paint;
use super::font::{HEIGHT, WIDTH, letter};
use super::moment::turn;
use super::plane::Plane;
use super::senses::Senses;
use super::setting::Setting;
use crate::show::light::Rgb;

/// The cell of each light, and how many cells there are.
pub struct Grid {
    pub cells: Vec<[i32; 2]>,
    pub columns: i32,
    pub rows: i32,
}

impl Grid {
    pub fn new(plane: &Plane) -> Grid {
        let [columns, rows] = plane.size().map(|side| i32::try_from(side).unwrap_or(i32::MAX));
        let cell = |part: f32, count: i32| ((part * count as f32) as i32).min(count - 1);
        Grid { cells: plane.boxed().map(|[x, y]| [cell(x, columns), cell(y, rows)]).collect(), columns, rows }
    }
}

/// A line of letters, one byte a column of dots; after each letter there is a gap of one.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Line {
    columns: Vec<u8>,
}

impl Line {
    pub fn new(text: &str) -> Line {
        let mut line = Line::with_room_for(text.chars().count());
        line.write(text.chars());
        line
    }

    pub fn with_room_for(letters: usize) -> Line {
        Line { columns: Vec::with_capacity(letters * (WIDTH + 1)) }
    }

    /// Instead of what was written; does not allocate if there is room.
    pub fn write(&mut self, text: impl Iterator<Item = char>) {
        self.columns.clear();
        for character in text {
            self.columns.extend_from_slice(letter(character));
            self.columns.push(0);
        }
    }

    /// In dots, without the gap after the last letter.
    pub fn width(&self) -> i32 {
        i32::try_from(self.columns.len()).unwrap_or(i32::MAX).saturating_sub(1).max(0)
    }

    pub fn is_dot(&self, column: i32, row: i32) -> bool {
        let column = usize::try_from(column).ok().and_then(|column| self.columns.get(column));
        (0..HEIGHT as i32).contains(&row) && column.is_some_and(|dots| dots >> row & 1 == 1)
    }
}

/// How many lights a dot is wide and high, so that letters are as high as they can be.
pub fn scale(rows: i32) -> i32 {
    (rows / HEIGHT as i32).max(1)
}

/// Where something of `size` begins in the middle of `room`; before it where it is larger.
pub fn centered(room: i32, size: i32) -> i32 {
    room.saturating_sub(size).div_euclid(2)
}

pub struct ScrollText {
    grid: Grid,
    line: Line,
    scale: i32,
    top: i32,
    ink: Vec<Rgb>,
    ground: Rgb,
}

impl ScrollText {
    /// Dots.
    const PER_SECOND: f64 = 12.0;

    pub fn new(setting: &Setting) -> ScrollText {
        let ink = setting.ink(setting.plane.boxed().map(|[x, _]| x));
        ScrollText::running(Line::new(setting.text("text")), setting.plane, ink, setting.secondary())
    }

    /// Any line, in a colour for each light.
    pub fn running(line: Line, plane: &Plane, ink: Vec<Rgb>, ground: Rgb) -> ScrollText {
        let grid = Grid::new(plane);
        let scale = scale(grid.rows);
        let top = centered(grid.rows, HEIGHT as i32 * scale);
        ScrollText { grid, line, scale, top, ink, ground }
    }

    pub fn write(&mut self, text: impl Iterator<Item = char>) {
        self.line.write(text);
    }

    /// From where nothing is to be seen yet to where nothing is to be seen any more.
    fn way(&self) -> i32 {
        self.line.width().saturating_mul(self.scale).saturating_add(self.grid.columns).max(1)
    }
}

impl Paint for ScrollText {
    fn paint(&mut self, t: f64, _: &Senses, out: &mut [Rgb]) {
        let moved = turn(t * ScrollText::PER_SECOND * f64::from(self.scale), self.way().unsigned_abs());
        let left = self.grid.columns.saturating_sub(i32::try_from(moved).unwrap_or(i32::MAX));
        for ((light, &[column, row]), &ink) in out.iter_mut().zip(&self.grid.cells).zip(&self.ink) {
            let dot = [column.saturating_sub(left), row - self.top].map(|place| place.div_euclid(self.scale));
            *light = if self.line.is_dot(dot[0], dot[1]) { ink } else { self.ground };
        }
    }
}
