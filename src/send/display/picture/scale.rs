//! Makes one row of the display out of a picture of another size.

use super::axis::{self, Axis};
use super::color;
use super::place::Place;
use super::planes::{Plane, Planes};
use super::row::Row;
use crate::show::display::Fit;

type Size = (usize, usize);

#[derive(Default)]
pub struct Scaler {
    /// Picture, fit and display that the rest was made for.
    of: Option<(Size, Fit, Size)>,
    place: Place,
    luma: Axes,
    chroma: Axes,
    /// Of Y, U and V.
    mixers: [Mixer; 3],
}

#[derive(Default)]
struct Axes {
    across: Axis,
    down: Axis,
}

/// What one plane needs on its way.
#[derive(Default)]
struct Mixer {
    sums: Vec<u32>,
    deep: Vec<u16>,
    /// Of the plane, as wide as the picture is on the display: one with an even number and one with an odd one.
    lines: [Line; 2],
    out: Vec<u8>,
}

#[derive(Default)]
struct Line {
    number: Option<usize>,
    samples: Vec<u16>,
}

impl Scaler {
    /// Before every picture.
    pub fn aim(&mut self, picture: Size, fit: Fit, display: Size) {
        self.mixers.iter_mut().for_each(Mixer::forget);
        let of = Some((picture, fit, display));
        if self.of == of {
            return;
        }
        self.of = of;
        self.place = Place::new(picture, fit, display);
        let Place { columns, rows, across, down } = &self.place;
        let halved = |(start, end): (f64, f64)| (start / 2.0, end / 2.0);
        self.luma.across = Axis::new(*across, picture.0, columns.len());
        self.luma.down = Axis::new(*down, picture.1, rows.len());
        self.chroma.across = Axis::new(halved(*across), picture.0.div_ceil(2), columns.len());
        self.chroma.down = Axis::new(halved(*down), picture.1.div_ceil(2), rows.len());
        self.mixers.iter_mut().for_each(|mixer| mixer.resize(picture.0, columns.len()));
    }

    /// Row `y` of the display; black where there is no picture.
    pub fn row(&mut self, picture: &Planes<'_>, y: usize, out: &mut Row) {
        let Some(index) = y.checked_sub(self.place.rows.start).filter(|_| self.place.rows.contains(&y)) else {
            return out.fill([0; 3]);
        };
        let [luma, u, v] = &mut self.mixers;
        let [plane_u, plane_v] = &picture.chroma;
        luma.mix(&self.luma, &picture.luma, index);
        u.mix(&self.chroma, plane_u, index);
        v.mix(&self.chroma, plane_v, index);
        let columns = self.place.columns.clone();
        out.each(|plane| {
            plane.get_mut(..columns.start).unwrap_or_default().fill(0);
            plane.get_mut(columns.end..).unwrap_or_default().fill(0);
        });
        let Row { red, green, blue } = out;
        let [red, green, blue] = [red, green, blue].map(|plane| plane.get_mut(columns.clone()).unwrap_or_default());
        color::to_rgb([&luma.out, &u.out, &v.out], [red, green, blue]);
    }
}

impl Mixer {
    fn forget(&mut self) {
        self.lines.iter_mut().for_each(|line| line.number = None);
    }

    fn resize(&mut self, from: usize, to: usize) {
        self.sums.resize(from, 0);
        self.deep.resize(from, 0);
        self.lines.iter_mut().for_each(|line| line.samples.resize(to, 0));
        self.out.resize(to, 0);
    }

    fn mix(&mut self, axes: &Axes, plane: &Plane<'_>, index: usize) {
        // Whichever way fewer samples are made: those of one row are mixed much more slowly than whole rows.
        match axes.down.pair(index) {
            Some(pair) => self.across_first(axes, plane, pair),
            None => self.down_first(axes, plane, index),
        }
    }

    fn across_first(&mut self, axes: &Axes, plane: &Plane<'_>, pair: axis::Pair) {
        let [even, odd] = &mut self.lines;
        for number in [pair.first as usize, pair.second as usize] {
            let line = if number.is_multiple_of(2) { &mut *even } else { &mut *odd };
            if line.number != Some(number) {
                line.number = Some(number);
                axis::mix_samples(&axes.across, plane.row(number), &mut line.samples, axis::deep);
            }
        }
        let (first, second) = if pair.first.is_multiple_of(2) { (even, odd) } else { (odd, even) };
        axis::mix_two(
            &first.samples,
            &second.samples,
            if pair.first == pair.second { 0 } else { pair.weight },
            &mut self.out,
        );
    }

    fn down_first(&mut self, axes: &Axes, plane: &Plane<'_>, index: usize) {
        let width = plane.row(0).len();
        let (Some(sums), Some(deep)) = (self.sums.get_mut(..width), self.deep.get_mut(..width)) else { return };
        axis::mix_many(axes.down.span(index).map(|(y, weight)| (plane.row(y), weight)), sums, deep);
        axis::mix_samples(&axes.across, deep, &mut self.out, axis::whole);
    }
}
