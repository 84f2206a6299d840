//! A test card at a display's own size: its border and corners show whether all of it is seen and which way up, its bars and
//! steps how colours come out, its lines whether the picture is scaled on the way, and its text how large it is.

mod letters;
#[cfg(test)]
mod tests;

use std::ops::Range;

use super::picture::Row;

type Color = [u8; 3];

const WHITE: Color = [255; 3];
const GROUND: Color = [32; 3];
/// From left to right.
const BARS: [Color; 8] = [WHITE, [255, 255, 0], [0, 255, 255], [0, 255, 0], [255, 0, 255], [255, 0, 0], [0, 0, 255], [0; 3]];
/// Shades of grey, with black and white.
const STEPS: usize = 11;
/// Top left, top right, bottom left, bottom right.
const CORNERS: [Color; 4] = [[255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 0]];

pub struct TestCard {
    width: usize,
    height: usize,
    /// Of the border, which is thick enough to be seen.
    line: usize,
    /// Legs of the triangles in the corners.
    corner: usize,
    inside: Range<usize>,
    text: String,
    /// Where the text is, and how large its dots are.
    text_at: (usize, usize),
    dot: usize,
}

impl TestCard {
    pub fn new((width, height): (usize, usize)) -> Self {
        let text = format!("{width}x{height}");
        let shorter = width.min(height);
        let inside = width / 10..width - width / 10;
        let across = letters::width(&text);
        let dot = (inside.len() / across.max(1)).min(height * 14 / 100 / letters::HEIGHT).max(1);
        let text_at = (width.saturating_sub(across * dot) / 2, height * 12 / 100);
        Self { width, height, line: (shorter / 360).max(1), corner: shorter / 10, inside, text, text_at, dot }
    }

    pub fn row(&self, y: usize, out: &mut Row) {
        for x in 0..out.len() {
            out.set(x, self.color(x, y));
        }
    }

    fn color(&self, x: usize, y: usize) -> Color {
        // What is measured from the nearest edge is the same on both sides.
        let (right, bottom) = (self.width.saturating_sub(x + 1), self.height.saturating_sub(y + 1));
        let (across, down) = (x.min(right), y.min(bottom));
        if across.min(down) < self.line {
            return WHITE;
        }
        if across + down < self.corner {
            let index = usize::from(right < x) + 2 * usize::from(bottom < y);
            return CORNERS.get(index).copied().unwrap_or(WHITE);
        }
        if self.is_text(x, y) { WHITE } else { self.field(x, y).unwrap_or(GROUND) }
    }

    /// The bars, the steps and the lines, one below the other.
    fn field(&self, x: usize, y: usize) -> Option<Color> {
        let place = x.checked_sub(self.inside.start).filter(|_| self.inside.contains(&x))?;
        let of = |count: usize| place * count / self.inside.len().max(1);
        let is_lit = |place: usize| if place.is_multiple_of(2) { WHITE } else { [0; 3] };
        match y * 100 / self.height.max(1) {
            30..50 => BARS.get(of(BARS.len())).copied(),
            55..70 => Some([(of(STEPS) * 255 / (STEPS - 1)).min(255) as u8; 3]),
            75..88 => Some(is_lit(if of(2) == 0 { x } else { y })),
            _ => None,
        }
    }

    fn is_text(&self, x: usize, y: usize) -> bool {
        let (Some(x), Some(y)) = (x.checked_sub(self.text_at.0), y.checked_sub(self.text_at.1)) else { return false };
        letters::is_dot(&self.text, x / self.dot, y / self.dot)
    }
}
