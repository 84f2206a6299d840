//! Text as a picture: shaped, in as many scripts as there are fonts for, with what lies under and around it.
//!
//! `fonts` knows who has which character, `set` chooses among them and lays lines out (parley), `draw` draws glyphs
//! (vello_cpu), `crawl` says where a moving text is. Called from the preparing thread alone.

pub mod crawl;
mod draw;
mod emoji;
pub mod fonts;
mod rank;
mod set;
#[cfg(test)]
mod tests;

use std::panic::{AssertUnwindSafe, catch_unwind};

use parley::Layout;
use vello_cpu::Pixmap;

use self::draw::Drawing;
use self::fonts::Fonts;
use super::Raster;
use crate::show::text::{Align, TextStyle, VerticalAlign};

/// Sizes of type, in pixels per em. A glyph larger than the largest canvas would only cost memory.
const SMALLEST: f64 = 1.0;
const LARGEST: f64 = 2_160.0;

/// Longest side of a text that stays, and of one that crawls; neither has more pixels than the largest canvas.
const LONGEST_STILL: i32 = 8_192;
pub const LONGEST_CRAWL: i32 = 32_768;
const MOST_PIXELS: i32 = 4_096 * 4_096;

/// The box that a text is set in. A side that is not given is as long as the text needs, and at most this long.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TextBox {
    pub width: i32,
    pub height: i32,
    pub width_given: bool,
    pub height_given: bool,
}

impl TextBox {
    /// No larger than this, and no larger than it needs to be.
    pub fn at_most(width: i32, height: i32) -> TextBox {
        TextBox { width, height, width_given: false, height_given: false }
    }

    pub fn exactly(width: i32, height: i32) -> TextBox {
        TextBox { width, height, width_given: true, height_given: true }
    }
}

/// The text as a picture; what does not fit into the box is cut off.
///
/// A side of the box that is given is the picture's. Along the others the picture has room for the padding and the outline. A crawling text is not cut off in the direction that it crawls in (up to `LONGEST_CRAWL`), and has no
/// background, which stays where it is while the text moves: `backdrop` makes that.
pub fn raster(text: &str, style: &TextStyle, fonts: &mut Fonts, text_box: TextBox) -> Raster {
    if let Ok(raster) = catch_unwind(AssertUnwindSafe(|| Sheet::of(text, style, fonts, text_box).raster(fonts))) {
        return raster;
    }
    // A font that passes all checks and still can not be drawn must not take the text off the air.
    tracing::error!(font = style.font, "the text could not be set in its font, and is set in the built-in one");
    fonts.forget_work();
    let plain = TextStyle { font: None, ..style.clone() };
    let mut safe = Fonts::without_system();
    catch_unwind(AssertUnwindSafe(|| Sheet::of(text, &plain, &mut safe, text_box).raster(&mut safe)))
        .unwrap_or_else(|_| Raster::transparent(0, 0))
}

/// The background of a crawling text, as large as its box; None if it has none, or the text does not crawl.
pub fn backdrop(style: &TextStyle, text_box: TextBox) -> Option<Raster> {
    let background = style.background.filter(|_| style.crawl.is_some())?;
    let size = (side(text_box.width, LONGEST_STILL), side(text_box.height, LONGEST_STILL));
    let inner = (0.0, 0.0, f64::from(size.0), f64::from(size.1));
    Some(straight(draw::panel((size.0 as u16, size.1 as u16), inner, background.radius, background.color)))
}

fn side(length: i32, most: i32) -> i32 {
    length.clamp(0, most)
}

/// A text that is set, and how its picture is laid out.
struct Sheet<'a> {
    style: &'a TextStyle,
    layout: Layout<()>,
    size: f64,
    /// What the picture may have at most, and whether it has exactly that.
    limit: (i32, i32),
    given: (bool, bool),
    /// Around the text: outline and padding.
    pad: i32,
}

impl<'a> Sheet<'a> {
    fn of(text: &str, style: &'a TextStyle, fonts: &mut Fonts, text_box: TextBox) -> Sheet<'a> {
        let size = f64::from(set::finite(style.size, SMALLEST, SMALLEST, LARGEST));
        let sideways = style.crawl.map(|crawl| crawl.direction.is_sideways());
        let (limit, given) = limits(text_box, sideways);
        let outline = style.outline.map_or(0.0, |outline| outline.width);
        let padding = style.background.filter(|_| sideways.is_none()).map_or(0.0, |background| background.padding);
        let pad = set::finite(outline.ceil() + padding.round(), 0.0, 0.0, 2_048.0) as i32;
        let wraps = sideways != Some(true) && style.wrap.unwrap_or(given.0);
        let width = wraps.then(|| (limit.0 - 2 * pad).max(1) as f32);
        let text = set::cleaned(text, sideways == Some(true));
        let layout = set::set(&text, style, size as f32, fonts, width);
        Sheet { style, layout, size, limit, given, pad }
    }

    /// Room that the text takes, with what is around it.
    fn natural(&self) -> (i32, i32) {
        let (width, height) = (self.layout.width().ceil(), self.layout.height().ceil());
        let fitting = |length: f32, most: i32| (length.min(LONGEST_CRAWL as f32) as i32 + 2 * self.pad).min(most);
        // Nothing is nothing, whatever is around it.
        if self.layout.text_len() == 0 {
            (0, fitting(height, self.limit.1))
        } else {
            (fitting(width, self.limit.0), fitting(height, self.limit.1))
        }
    }

    fn raster(&self, fonts: &mut Fonts) -> Raster {
        let natural = self.natural();
        let outer =
            (if self.given.0 { self.limit.0 } else { natural.0 }, if self.given.1 { self.limit.1 } else { natural.1 });
        if outer.0 <= 0 || outer.1 <= 0 {
            return Raster::transparent(outer.0, outer.1);
        }
        let spill = self.spill();
        let size = ((outer.0 + 2 * spill.0) as u16, (outer.1 + 2 * spill.1) as u16);
        let corner = self.corner(outer, spill);
        let drawing = Drawing {
            layout: &self.layout,
            size,
            corner,
            color: self.style.color,
            outline: self
                .style
                .outline
                .map(|outline| (f64::from(set::finite(outline.width, 0.0, 0.0, 64.0)), outline.color)),
            reach: (3.0 * self.size + 128.0) as f32,
        };
        let (text, glyphs) = drawing.draw(&mut fonts.glyphs);
        fonts.tidy(glyphs);
        let raster = straight(self.with_surroundings(text, outer, spill));
        cropped(raster, outer, spill, self.limit)
    }

    /// How far ink may go beyond a side that is as long as the text needs: some letters lean out.
    fn spill(&self) -> (i32, i32) {
        let overhang = 0.5 * self.size + f64::from(self.pad);
        let spill = |given: bool| if given { 0 } else { set::finite(overhang.ceil(), 0.0, 0.0, 4_096.0) as i32 };
        (spill(self.given.0), spill(self.given.1))
    }

    /// Where the text begins in the picture.
    fn corner(&self, outer: (i32, i32), spill: (i32, i32)) -> (f64, f64) {
        let room = |outer: i32, text: f32| (f64::from(outer - 2 * self.pad) - f64::from(text.ceil())).max(0.0);
        // Lines that are broken at the width are aligned in it already.
        let free = if self.layout.layout_max_advance() < f32::MAX { 0.0 } else { room(outer.0, self.layout.width()) };
        let is_rtl = self.layout.is_rtl();
        let x = match (self.style.align, is_rtl) {
            (Align::Center, _) => free / 2.0,
            (Align::Right, _) | (Align::End, false) | (Align::Start | Align::Justify, true) => free,
            (Align::Left, _) | (Align::End, true) | (Align::Start | Align::Justify, false) => 0.0,
        };
        let free = room(outer.1, self.layout.height());
        let y = match self.style.vertical_align {
            VerticalAlign::Top => 0.0,
            VerticalAlign::Middle => free / 2.0,
            VerticalAlign::Bottom => free,
        };
        (x.floor() + f64::from(spill.0 + self.pad), y.floor() + f64::from(spill.1 + self.pad))
    }

    /// The text over its panel.
    fn with_surroundings(&self, text: Pixmap, outer: (i32, i32), spill: (i32, i32)) -> Pixmap {
        let background = self.style.background.filter(|_| self.style.crawl.is_none());
        let Some(background) = background else { return text };
        let inner = (f64::from(spill.0), f64::from(spill.1), f64::from(outer.0), f64::from(outer.1));
        let mut below = draw::panel((text.width(), text.height()), inner, background.radius, background.color);
        draw::over(text.data_as_u8_slice(), below.data_as_u8_slice_mut());
        below
    }
}

/// Largest picture for a box, and which of its sides are the box' own.
fn limits(text_box: TextBox, sideways: Option<bool>) -> ((i32, i32), (bool, bool)) {
    let (width, height) = (side(text_box.width, LONGEST_STILL), side(text_box.height, LONGEST_STILL));
    let crawl = |across: i32| (MOST_PIXELS / across.max(1)).min(LONGEST_CRAWL);
    match sideways {
        None => ((width, height), (text_box.width_given, text_box.height_given)),
        Some(true) => ((crawl(height), height), (false, text_box.height_given)),
        Some(false) => ((width, crawl(width)), (text_box.width_given, false)),
    }
}

fn straight(pixmap: Pixmap) -> Raster {
    let (width, height) = (i32::from(pixmap.width()), i32::from(pixmap.height()));
    Raster { width, height, rgba: pixmap.take_rgba8(vello_cpu::peniko::ImageAlphaType::Alpha) }
}

/// The part of the picture that counts: the room that it should take, and beyond it what has ink.
fn cropped(raster: Raster, outer: (i32, i32), spill: (i32, i32), limit: (i32, i32)) -> Raster {
    if spill == (0, 0) {
        return raster;
    }
    let (mut left, mut top) = spill;
    let (mut right, mut bottom) = (spill.0 + outer.0, spill.1 + outer.1);
    let row = 4 * raster.width as usize;
    for (y, pixels) in raster.rgba.chunks_exact(row).enumerate() {
        let pixels = pixels.as_chunks::<4>().0;
        // What can not be seen makes no picture larger.
        let Some(first) = pixels.iter().position(|pixel| pixel[3] > 2) else { continue };
        let last = pixels.iter().rposition(|pixel| pixel[3] > 2).unwrap_or(first);
        (left, right) = (left.min(first as i32), right.max(last as i32 + 1));
        (top, bottom) = (top.min(y as i32), bottom.max(y as i32 + 1));
    }
    let (width, height) = ((right - left).min(limit.0), (bottom - top).min(limit.1));
    let mut rgba = Vec::with_capacity(4 * width as usize * height as usize);
    for y in top..top + height {
        let from = y as usize * row + 4 * left as usize;
        rgba.extend_from_slice(&raster.rgba[from..from + 4 * width as usize]);
    }
    Raster { width, height, rgba }
}
