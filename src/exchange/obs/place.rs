//! Where an item of OBS stands, as percentages of what it lies in, so that it fits a canvas of another size too.

use super::data::Data;
use crate::show::layer::{Crop, Layer};
use crate::show::length::Length;
use crate::show::look::{Anchor, Fit};

/// How an item stands: what OBS writes beside its source.
#[derive(Clone, Copy, Debug)]
pub struct Item {
    position: (f64, f64),
    scale: (f64, f64),
    rotation: f64,
    align: u32,
    bounds: (f64, f64),
    bounds_type: u32,
    bounds_align: u32,
    /// Left, top, right, bottom; of the source, in its pixels.
    crop: [f64; 4],
}

/// What the layer shows, as far as it has a size.
#[derive(Clone, Copy, Debug)]
pub enum Natural {
    Known(f64, f64),
    /// It is known once it plays.
    Unknown,
    /// Of type: it follows from the letters.
    Text,
}

/// What had to be given up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Trouble {
    pub mirrored: bool,
    pub size_unknown: bool,
    pub aligned_in_bounds: bool,
    pub far_away: bool,
}

const STRETCH: u32 = 1;
const SCALE_INNER: u32 = 2;
const SCALE_OUTER: u32 = 3;
const SCALE_TO_WIDTH: u32 = 4;
const SCALE_TO_HEIGHT: u32 = 5;
const MAX_ONLY: u32 = 6;

const LEFT: u32 = 1;
const RIGHT: u32 = 2;
const TOP: u32 = 4;
const BOTTOM: u32 = 8;

impl Item {
    pub fn read(item: Data<'_>, extra_crop: [f64; 4], base: (f64, f64)) -> Item {
        let side = |name: &str| item.number_or(name, 0.0).clamp(0.0, 16_384.0);
        let crop = [side("crop_left"), side("crop_top"), side("crop_right"), side("crop_bottom")];
        let scale = item.child("scale");
        Item {
            position: position(item, base),
            scale: (scale.number_or("x", 1.0), scale.number_or("y", 1.0)),
            rotation: item.number_or("rot", 0.0),
            align: item.whole("align").unwrap_or(LEFT | TOP),
            bounds: item.child("bounds").point(),
            bounds_type: item.whole("bounds_type").unwrap_or(0),
            bounds_align: item.whole("bounds_align").unwrap_or(0),
            crop: std::array::from_fn(|index| crop[index] + extra_crop[index]),
        }
    }

    /// How much larger it is than its source, for what is inside it.
    pub fn enlargement(&self, natural: (f64, f64)) -> f64 {
        let size = self.drawn_size(natural.0, natural.1);
        (size.0 / natural.0.max(1.0)).min(size.1 / natural.1.max(1.0)).clamp(0.01, 100.0)
    }

    /// Of the scale alone: type grows with it.
    pub fn type_scale(&self) -> f64 {
        self.scale.1.abs().clamp(0.01, 100.0)
    }

    fn has_bounds(&self) -> bool {
        (STRETCH..=MAX_ONLY).contains(&self.bounds_type) && self.bounds.0 > 0.0 && self.bounds.1 > 0.0
    }

    /// What is left of the source.
    fn kept(&self, width: f64, height: f64) -> (f64, f64) {
        ((width - self.crop[0] - self.crop[2]).max(1.0), (height - self.crop[1] - self.crop[3]).max(1.0))
    }

    /// On the ground, in its pixels.
    fn drawn_size(&self, width: f64, height: f64) -> (f64, f64) {
        let (width, height) = self.kept(width, height);
        if !self.has_bounds() {
            return (width * self.scale.0.abs(), height * self.scale.1.abs());
        }
        let (across, down) = (self.bounds.0 / width, self.bounds.1 / height);
        let same = match self.bounds_type {
            STRETCH => return self.bounds,
            SCALE_OUTER => across.max(down),
            SCALE_TO_WIDTH => across,
            SCALE_TO_HEIGHT => down,
            MAX_ONLY => across.min(down).min(1.0),
            _ => across.min(down),
        };
        (width * same, height * same)
    }

    /// Puts the layer on a ground of this size.
    pub fn put(&self, layer: &mut Layer, natural: Natural, ground: (f64, f64)) -> Trouble {
        let mut trouble = Trouble { mirrored: self.scale.0 < 0.0 || self.scale.1 < 0.0, ..Trouble::default() };
        layer.anchor = anchor(self.mirrored_align());
        layer.rotation = (self.rotation % 36_000.0 * 1_000.0).round() / 1_000.0;
        let mut at = self.position;
        let size = match natural {
            _ if self.has_bounds() => {
                let (place, size) = self.within_bounds(layer, natural, &mut trouble);
                at = (at.0 + place.0, at.1 + place.1);
                Some(size)
            }
            Natural::Known(width, height) => {
                layer.fit = Fit::Fill;
                Some(self.drawn_size(width, height))
            }
            Natural::Unknown => {
                trouble.size_unknown = true;
                Some((ground.0 * self.scale.0.abs(), ground.1 * self.scale.1.abs()))
            }
            Natural::Text => None,
        };
        layer.crop = self.crop_of(natural);
        (layer.x, layer.y) = (percent(at.0, ground.0, &mut trouble), percent(at.1, ground.1, &mut trouble));
        if let Some((width, height)) = size {
            layer.width = Some(side(width, ground.0));
            layer.height = Some(side(height, ground.1));
        }
        trouble
    }

    /// Where the box stands from the position, and how large it is. A picture that is aligned within its bounds stands there as it
    /// is, where its size is known; a turned one is turned about its bounds, so it stays in them.
    fn within_bounds(&self, layer: &mut Layer, natural: Natural, trouble: &mut Trouble) -> ((f64, f64), (f64, f64)) {
        layer.fit = match self.bounds_type {
            STRETCH => Fit::Fill,
            SCALE_OUTER => Fit::Cover,
            _ => Fit::Contain,
        };
        let in_the_middle =
            matches!(self.bounds_type, STRETCH | SCALE_OUTER) || (self.bounds_align == 0 && self.bounds_type == SCALE_INNER);
        let Natural::Known(width, height) = natural else {
            trouble.aligned_in_bounds = !in_the_middle;
            return ((0.0, 0.0), self.bounds);
        };
        if in_the_middle || self.rotation != 0.0 {
            trouble.aligned_in_bounds = !in_the_middle;
            return ((0.0, 0.0), self.bounds);
        }
        let size = self.drawn_size(width, height);
        let (across, down) = anchor(self.align).place();
        let (inner_across, inner_down) = anchor(self.bounds_align).place();
        let corner = (
            -self.bounds.0 * across + (self.bounds.0 - size.0) * inner_across,
            -self.bounds.1 * down + (self.bounds.1 - size.1) * inner_down,
        );
        (layer.anchor, layer.fit) = (Anchor::TopLeft, Fit::Fill);
        (corner, size)
    }

    /// What is mirrored extends to the other side of its position.
    fn mirrored_align(&self) -> u32 {
        let mut align = self.align;
        let swap = |align: u32, one: u32, other: u32| match (align & one != 0, align & other != 0) {
            (true, false) => align & !one | other,
            (false, true) => align & !other | one,
            _ => align,
        };
        if !self.has_bounds() && self.scale.0 < 0.0 {
            align = swap(align, LEFT, RIGHT);
        }
        if !self.has_bounds() && self.scale.1 < 0.0 {
            align = swap(align, TOP, BOTTOM);
        }
        align
    }

    fn crop_of(&self, natural: Natural) -> Crop {
        let [left, top, right, bottom] = self.crop;
        let part = |cut: f64, whole: Option<f64>| match whole {
            _ if cut == 0.0 => Length::ZERO,
            Some(whole) => Length::Percent(rounded((cut / whole.max(1.0) * 100.0).clamp(0.0, 100.0))),
            None => Length::Pixels(cut.min(16_384.0)),
        };
        let (width, height) = match natural {
            Natural::Known(width, height) => (Some(width), Some(height)),
            Natural::Unknown | Natural::Text => (None, None),
        };
        Crop { left: part(left, width), top: part(top, height), right: part(right, width), bottom: part(bottom, height) }
    }
}

/// Newer collections have it as parts of the canvas' height, from its middle.
fn position(item: Data<'_>, base: (f64, f64)) -> (f64, f64) {
    let relative = item.child("pos_rel");
    if item.has("pos") || !item.has("pos_rel") {
        return item.child("pos").point();
    }
    let (x, y) = relative.point();
    ((x * base.1 + base.0) / 2.0, (y * base.1 + base.1) / 2.0)
}

fn anchor(align: u32) -> Anchor {
    match (align & LEFT != 0, align & RIGHT != 0, align & TOP != 0, align & BOTTOM != 0) {
        (true, _, true, _) => Anchor::TopLeft,
        (true, _, _, true) => Anchor::BottomLeft,
        (true, ..) => Anchor::Left,
        (_, true, true, _) => Anchor::TopRight,
        (_, true, _, true) => Anchor::BottomRight,
        (_, true, ..) => Anchor::Right,
        (_, _, true, _) => Anchor::Top,
        (_, _, _, true) => Anchor::Bottom,
        _ => Anchor::Center,
    }
}

fn rounded(value: f64) -> f64 {
    (value * 10_000.0).round() / 10_000.0
}

fn percent(value: f64, whole: f64, trouble: &mut Trouble) -> Length {
    let percent = value / whole.max(1.0) * 100.0;
    let bounded = percent.clamp(-1_000.0, 1_000.0);
    trouble.far_away |= bounded != percent;
    Length::Percent(rounded(bounded))
}

fn side(value: f64, whole: f64) -> Length {
    Length::Percent(rounded((value / whole.max(1.0) * 100.0).clamp(0.001, 1_000.0)))
}
