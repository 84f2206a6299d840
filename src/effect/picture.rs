//! What effects see and pass on: the program's picture, and pictures of the library.

use super::Paint;
use super::curve::{floor, mix};
use super::plane::Plane;
use super::senses::{Film, Senses};
use super::setting::Setting;
use super::shade::{self, BLACK, dim};
use crate::show::light::Rgb;

pub struct Program {
    saturation: f32,
    brightness: f32,
}

impl Program {
    pub fn new(setting: &Setting) -> Program {
        Program { saturation: setting.number("saturation"), brightness: setting.number("brightness") }
    }
}

impl Paint for Program {
    fn paint(&mut self, _: f64, senses: &Senses, out: &mut [Rgb]) {
        let Some(picture) = senses.picture else {
            out.fill(BLACK);
            return;
        };
        let is_plain = self.saturation == 1.0 && self.brightness == 1.0;
        for (index, light) in out.iter_mut().enumerate() {
            let seen = picture.at(index);
            *light = if is_plain { seen } else { dim(saturated(seen, self.saturation), self.brightness) };
        }
    }
}

/// 0 is grey of the same brightness, 1 as it is.
fn saturated(color: Rgb, saturation: f32) -> Rgb {
    // How bright the three primaries of BT.709 are.
    let grey = 0.2126 * color[0] + 0.7152 * color[1] + 0.0722 * color[2];
    color.map(|part| mix(grey, part, saturation))
}

#[derive(Clone, Copy, PartialEq)]
enum Fit {
    Contain,
    Cover,
    Fill,
}

pub struct Image {
    places: Vec<[f32; 2]>,
    size: [u32; 2],
    fit: Fit,
    is_smooth: bool,
}

impl Image {
    pub fn new(setting: &Setting) -> Image {
        let fit = match setting.choice("fit") {
            "cover" => Fit::Cover,
            "fill" => Fit::Fill,
            _ => Fit::Contain,
        };
        let plane: &Plane = setting.plane;
        Image { places: plane.boxed().collect(), size: plane.size(), fit, is_smooth: setting.flag("smooth") }
    }

    /// How much of the film's width and height the whole plane spans: more than 1 leaves a margin.
    fn span(&self, film: &Film) -> [f32; 2] {
        let [columns, rows] = self.size.map(|side| side.max(1) as f32);
        let (across, down) = (columns / film.width.max(1) as f32, rows / film.height.max(1) as f32);
        let larger = if across > down { across } else { down };
        let smaller = if across > down { down } else { across };
        match self.fit {
            Fit::Fill => [1.0, 1.0],
            Fit::Contain => [across / smaller, down / smaller],
            Fit::Cover => [across / larger, down / larger],
        }
    }
}

impl Paint for Image {
    fn paint(&mut self, t: f64, senses: &Senses, out: &mut [Rgb]) {
        let Some(film) = senses.image else {
            out.fill(BLACK);
            return;
        };
        let [across, down] = self.span(film);
        let frame = Frame { width: film.width, height: film.height, pixels: film.frame(t) };
        for (light, &[x, y]) in out.iter_mut().zip(&self.places) {
            let (x, y) = (0.5 + (x - 0.5) * across, 0.5 + (y - 0.5) * down);
            let is_inside = (0.0..1.0).contains(&x) && (0.0..1.0).contains(&y);
            *light = match (is_inside, self.is_smooth) {
                (false, _) => BLACK,
                (true, true) => frame.smooth(x, y),
                (true, false) => frame.nearest(x, y),
            };
        }
    }
}

struct Frame<'a> {
    width: u32,
    height: u32,
    pixels: &'a [Rgb],
}

impl Frame<'_> {
    /// What is beyond an edge is as the edge.
    fn pixel(&self, column: f32, row: f32) -> Rgb {
        let inside = |place: f32, count: u32| (place as usize).min(count.saturating_sub(1) as usize);
        let index = inside(row, self.height).saturating_mul(self.width as usize).saturating_add(inside(column, self.width));
        self.pixels.get(index).copied().unwrap_or(BLACK)
    }

    fn nearest(&self, x: f32, y: f32) -> Rgb {
        self.pixel(x * self.width as f32, y * self.height as f32)
    }

    /// Between the middles of the four pixels around the place.
    fn smooth(&self, x: f32, y: f32) -> Rgb {
        let (x, y) = (x * self.width as f32 - 0.5, y * self.height as f32 - 0.5);
        let (column, row) = (floor(x), floor(y));
        let (right, below) = (x - column, y - row);
        let upper = shade::mix(self.pixel(column, row), self.pixel(column + 1.0, row), right);
        let lower = shade::mix(self.pixel(column, row + 1.0), self.pixel(column + 1.0, row + 1.0), right);
        shade::mix(upper, lower, below)
    }
}
