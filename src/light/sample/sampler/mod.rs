//! Which part of the picture each LED of a zone sees, worked out once, and looked up for every frame.

#[cfg(test)]
mod tests;

use super::borders::Borders;
use super::coding::Coding;
use super::dominant::dominant;
use super::proxy::Proxy;
use super::sums::{Span, Sums};
use crate::light::map::Place;
use crate::show::light::Rgb;
use crate::show::light::region::Region;
use crate::show::light::seeing::Reduction;

pub struct Sampler {
    width: u32,
    height: u32,
    reduction: Reduction,
    coding: &'static Coding,
    /// `None` stays dark.
    areas: Vec<Option<Area>>,
}

/// A rectangle of the picture, with edges between pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Area {
    pub across: Span,
    pub down: Span,
    /// One by its size.
    part: f32,
}

/// Where a zone lies in one direction of the picture, in pixels.
#[derive(Clone, Copy)]
struct Side {
    from: f64,
    to: f64,
    pixels: u32,
}

impl Side {
    /// So much of what is left between the borders.
    fn new(start: f64, length: f64, pixels: u32, borders: [u32; 2]) -> Self {
        let lost = u64::from(borders[0]) + u64::from(borders[1]);
        let [before, after] = if lost < u64::from(pixels) { borders } else { [0, 0] };
        let left = f64::from(pixels - before - after);
        let from = f64::from(before) + start * left;
        Side { from, to: from + length * left, pixels }
    }

    /// A footprint with its middle there; what of it is outside the zone is not seen.
    fn span(self, middle: f32, length: f32) -> Span {
        let (middle, half) = (f64::from(middle), f64::from(length.max(0.0)) / 2.0);
        let place = |part: f64| self.from + part.clamp(0.0, 1.0) * (self.to - self.from);
        Span::new(place(middle - half), place(middle + half), self.pixels)
    }
}

impl Sampler {
    /// For pictures of that size. The region is a part of what is left when the borders are cut off.
    pub fn new(places: &[Place], region: Region, crop: Option<Borders>, width: u32, height: u32) -> Self {
        let Borders { left, top, right, bottom } = crop.unwrap_or_default();
        let across = Side::new(region.x, region.width, width, [left, right]);
        let down = Side::new(region.y, region.height, height, [top, bottom]);
        let area = |place: &Place| {
            let (across, down) = (across.span(place.x, place.width), down.span(place.y, place.height));
            let part = (1.0 / (across.length() * down.length())) as f32;
            (!place.dark).then_some(Area { across, down, part })
        };
        Self { width, height, reduction: Reduction::Mean, coding: Coding::get(), areas: places.iter().map(area).collect() }
    }

    pub fn with(self, reduction: Reduction) -> Self {
        Self { reduction, ..self }
    }

    /// Whether it was made for pictures of this size.
    pub fn fits(&self, proxy: &Proxy) -> bool {
        (self.width, self.height) == (proxy.width(), proxy.height()) && !proxy.pixels().is_empty()
    }

    /// Display-coded colours, in the order of the places. All is black in a picture of another size, and beyond the last place.
    pub fn sample(&self, proxy: &Proxy, out: &mut [Rgb]) {
        if !self.fits(proxy) {
            return out.fill([0.0; 3]);
        }
        let rest = out.get_mut(self.areas.len()..).unwrap_or_default();
        rest.fill([0.0; 3]);
        match self.reduction {
            Reduction::Mean => self.each(out, |area| mean(&proxy.sums, area)),
            Reduction::MeanOfSquares => self.each(out, |area| mean(&proxy.squares, area).map(f32::sqrt)),
            Reduction::Dominant => self.each(out, |area| dominant(proxy, area)),
        }
    }

    fn each(&self, out: &mut [Rgb], light: impl Fn(&Area) -> Rgb) {
        for (out, area) in out.iter_mut().zip(&self.areas) {
            *out = area.as_ref().map_or([0.0; 3], &light);
        }
        self.coding.code_each(out.as_flattened_mut());
    }
}

#[inline]
fn mean(sums: &Sums, area: &Area) -> Rgb {
    sums.over(area.across, area.down).map(|sum| (sum as f32 * area.part).max(0.0))
}
