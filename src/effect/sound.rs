//! Sound made visible: how loud it is, at which pitches, and its beat. Nothing is made up: without sound it is dark.

use super::Paint;
use super::course::Lie;
use super::curve::unit;
use super::ramp::Ramp;
use super::senses::{Senses, Sound};
use super::setting::Setting;
use super::shade::{BLACK, dim, mix};
use crate::show::light::Rgb;

pub struct Vu {
    /// How far each light is along its bar, and whether the bar is the right side's.
    places: Vec<(f32, bool)>,
    /// Of a bar, in lights.
    length: f32,
    is_stereo: bool,
    gain: f32,
    tint: Box<Ramp>,
}

impl Vu {
    pub fn new(setting: &Setting) -> Vu {
        let (course, is_stereo) = (setting.course_or(Lie::Up), setting.flag("stereo"));
        // Both sides have bars beside each other, or on a line, one from its middle to each end.
        let is_split = is_stereo && course.beside.is_empty();
        let split = |place: f32| ((2.0 * place - 1.0).abs(), place >= 0.5);
        let aside = course.beside.iter().copied().chain(std::iter::repeat(0.0));
        let places = course.places.iter().zip(aside);
        Vu {
            places: places.map(|(&place, aside)| if is_split { split(place) } else { (place, aside >= 0.5) }).collect(),
            length: if is_split { course.length / 2.0 } else { course.length },
            is_stereo,
            gain: setting.number("gain"),
            tint: setting.palette_or(scale),
        }
    }

    fn levels(&self, sound: &Sound) -> [f32; 2] {
        let [left, right] = [sound.left, sound.right].map(|side| unit(side * self.gain));
        let louder = if left > right { left } else { right };
        if self.is_stereo { [left, right] } else { [louder, louder] }
    }
}

/// Green as long as it is well, yellow where it is loud, red at the end.
fn scale() -> Ramp {
    Ramp::through(&[(0.0, [0.0, 0.8, 0.1]), (0.55, [0.3, 0.9, 0.0]), (0.75, [1.0, 0.8, 0.0]), (0.9, [1.0, 0.05, 0.0])])
}

impl Paint for Vu {
    fn paint(&mut self, _: f64, senses: &Senses, out: &mut [Rgb]) {
        let Some(sound) = senses.sound else {
            out.fill(BLACK);
            return;
        };
        let [left, right] = self.levels(sound).map(|level| level * self.length + 0.5);
        for (light, &(place, is_right)) in out.iter_mut().zip(&self.places) {
            let end = if is_right { right } else { left };
            *light = dim(self.tint.along(place), unit(end - place * self.length));
        }
    }
}

const BANDS: usize = 32;

pub struct Spectrum {
    /// Which bar each light is in, and how high up.
    places: Vec<(u8, f32)>,
    /// Of a bar, in lights; a line of lights has no height, and shows how loud each pitch is by its brightness.
    height: Option<f32>,
    count: usize,
    gain: f32,
    bars: [f32; BANDS],
    tint: Box<Ramp>,
}

impl Spectrum {
    pub fn new(setting: &Setting) -> Spectrum {
        let course = setting.course();
        let count = (setting.count("count") as usize).clamp(1, BANDS);
        let bar = |place: f32| ((place * count as f32) as usize).min(count - 1) as u8;
        let beside = course.beside.iter().copied().chain(std::iter::repeat(0.0));
        let [columns, rows] = setting.plane.size().map(|side| side as f32);
        let height = if setting.choice("mapping") == "up" { columns } else { rows };
        Spectrum {
            places: course.places.iter().zip(beside).map(|(&place, beside)| (bar(place), beside)).collect(),
            height: (!course.beside.is_empty()).then_some(height),
            count,
            gain: setting.number("gain"),
            bars: [0.0; BANDS],
            tint: setting.palette_or(scale),
        }
    }

    /// Each bar is the loudest of its pitches: an average would hide a single tone.
    fn listen(&mut self, sound: &Sound) {
        let count = self.count;
        for (bar, level) in self.bars.iter_mut().take(count).enumerate() {
            let bands = sound.bands.get(bar * BANDS / count..(bar + 1) * BANDS / count).unwrap_or(&[]);
            let loudest = bands.iter().fold(0.0, |loudest: f32, &band| if band > loudest { band } else { loudest });
            *level = unit(loudest * self.gain);
        }
    }
}

impl Paint for Spectrum {
    fn paint(&mut self, _: f64, senses: &Senses, out: &mut [Rgb]) {
        let Some(sound) = senses.sound else {
            out.fill(BLACK);
            return;
        };
        self.listen(sound);
        for (light, &(bar, up)) in out.iter_mut().zip(&self.places) {
            let level = self.bars.get(usize::from(bar)).copied().unwrap_or(0.0);
            *light = match self.height {
                Some(height) => dim(self.tint.along(up), unit((level - up) * height + 0.5)),
                None => dim(self.tint.along(f32::from(bar) / (self.count.max(2) - 1) as f32), level),
            };
        }
    }
}

pub struct Beat {
    tint: Box<Ramp>,
    ground: Rgb,
    intensity: f32,
}

impl Beat {
    pub fn new(setting: &Setting) -> Beat {
        Beat { tint: setting.tint(), ground: setting.secondary(), intensity: setting.number("intensity") }
    }
}

impl Paint for Beat {
    fn paint(&mut self, _: f64, senses: &Senses, out: &mut [Rgb]) {
        let color = match senses.sound {
            Some(sound) => mix(self.ground, self.tint.along(sound.beat), unit(sound.beat) * self.intensity),
            None => BLACK,
        };
        out.fill(color);
    }
}
