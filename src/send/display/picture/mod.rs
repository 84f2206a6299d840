//! From the program's picture to a display's pixels: scaled, turned, toned and packed, a row at a time.
//!
//! Everything happens on the picture as people see it, upright; only the last step, `turn`, knows how the display is mounted.

mod axis;
mod color;
mod place;
mod planes;
mod row;
mod scale;
#[cfg(test)]
mod tests;
mod tone;
mod turn;

pub use planes::Planes;
pub use row::Row;

use super::LONGEST;
use super::format::PixelFormat;
use super::look::Look;
use super::test_card::TestCard;
use scale::Scaler;
use tone::Tone;

/// Rows that are turned together: as many as there are pixels in a line of a processor's cache.
const BAND: usize = 16;

/// Paints pictures for one display. It keeps what it needs for that, so that painting allocates nothing as long as the
/// pictures that come are of one size.
pub struct Painter {
    scaler: Scaler,
    target: Target,
}

struct Target {
    size: (usize, usize),
    format: PixelFormat,
    pixels: Vec<u8>,
    tone: Tone,
    row: Row,
    band: Vec<u8>,
}

impl Painter {
    pub fn new(size: (u32, u32), format: PixelFormat) -> Self {
        let size = (size.0.min(LONGEST) as usize, size.1.min(LONGEST) as usize);
        let longest = size.0.max(size.1);
        let pixels = vec![0; size.0 * size.1 * format.bytes()];
        let (row, band) = (Row::default(), vec![0; BAND * longest * format.bytes()]);
        let target = Target { size, format, pixels, tone: Tone::default(), row, band };
        Self { scaler: Scaler::default(), target }
    }

    /// The newest picture, row after row without gaps.
    pub fn pixels(&self) -> &[u8] {
        &self.target.pixels
    }

    /// Bytes of a row.
    pub fn stride(&self) -> usize {
        self.target.size.0 * self.target.format.bytes()
    }

    pub fn paint(&mut self, picture: &Planes<'_>, look: &Look) {
        self.scaler.aim(picture.size(), look.fit, self.target.upright(look));
        let scaler = &mut self.scaler;
        self.target.paint(look, |y, row| scaler.row(picture, y, row));
    }

    pub fn paint_test_card(&mut self, look: &Look) {
        let card = TestCard::new(self.target.upright(look));
        self.target.paint(look, |y, row| card.row(y, row));
    }

    pub fn paint_black(&mut self) {
        self.target.paint(&Look::default(), |_, row| row.fill([0; 3]));
    }
}

impl Target {
    /// The display's size as people see it.
    fn upright(&self, look: &Look) -> (usize, usize) {
        let (width, height) = self.size;
        if look.rotation.is_sideways() { (height, width) } else { (width, height) }
    }

    /// `draw` makes an upright row.
    fn paint(&mut self, look: &Look, mut draw: impl FnMut(usize, &mut Row)) {
        let (width, height) = self.upright(look);
        self.tone.set(look.brightness, look.gamma);
        self.row.resize(width);
        let bytes = width * self.format.bytes();
        let Some(band) = self.band.get_mut(..BAND * bytes).filter(|band| !band.is_empty()) else { return };
        for top in (0..height).step_by(BAND) {
            for (y, packed) in (top..height).zip(band.chunks_exact_mut(bytes)) {
                draw(y, &mut self.row);
                self.tone.apply(&mut self.row);
                self.format.pack(self.row.colors(), packed);
            }
            let rows = BAND.min(height - top);
            let Some(band) = band.get(..rows * bytes) else { return };
            turn::put(look.rotation, self.format, band, turn::Place { width, height, top }, &mut self.pixels);
        }
    }
}
