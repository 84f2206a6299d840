//! Patterns that repeat along a line and move along it, from its beginning to its end.

use super::Paint;
use super::course::Course;
use super::curve::{swell, triangle, unit, wrap};
use super::moment::{phase, turn};
use super::ramp::Ramp;
use super::senses::Senses;
use super::setting::Setting;
use super::shade::mix;
use crate::show::light::Rgb;

pub struct Rainbow {
    course: Course,
    repeats: f32,
    ramp: Box<Ramp>,
}

impl Rainbow {
    const PER_SECOND: f64 = 0.2;

    pub fn new(setting: &Setting) -> Rainbow {
        let ramp = setting.palette_or(|| Ramp::spectrum(setting.number("saturation")));
        Rainbow { course: setting.course(), repeats: setting.number("repeats"), ramp }
    }
}

impl Paint for Rainbow {
    fn paint(&mut self, t: f64, _: &Senses, out: &mut [Rgb]) {
        let moved = phase(t, Rainbow::PER_SECOND);
        for (light, &place) in out.iter_mut().zip(&self.course.places) {
            *light = self.ramp.at(place * self.repeats - moved);
        }
    }
}

pub struct Wave {
    course: Course,
    repeats: f32,
    tint: Box<Ramp>,
}

impl Wave {
    const PER_SECOND: f64 = 0.5;

    pub fn new(setting: &Setting) -> Wave {
        Wave { course: setting.course(), repeats: setting.number("repeats"), tint: setting.tint() }
    }
}

impl Paint for Wave {
    fn paint(&mut self, t: f64, _: &Senses, out: &mut [Rgb]) {
        let moved = phase(t, Wave::PER_SECOND);
        for (light, &place) in out.iter_mut().zip(&self.course.places) {
            *light = self.tint.along(swell(place * self.repeats - moved));
        }
    }
}

#[derive(Clone, Copy)]
enum Motion {
    Still,
    Scroll,
    Swing,
}

pub struct Gradient {
    course: Course,
    repeats: f32,
    motion: Motion,
    /// Two colours do not meet at the ends as a palette does: they are read there and back.
    is_pair: bool,
    tint: Box<Ramp>,
}

impl Gradient {
    const PER_SECOND: f64 = 0.1;

    pub fn new(setting: &Setting) -> Gradient {
        let motion = match setting.choice("motion") {
            "still" => Motion::Still,
            "swing" => Motion::Swing,
            _ => Motion::Scroll,
        };
        let (course, repeats, tint) = (setting.course(), setting.number("repeats"), setting.tint());
        Gradient { course, repeats, motion, is_pair: !setting.uses_palette(), tint }
    }
}

impl Paint for Gradient {
    fn paint(&mut self, t: f64, _: &Senses, out: &mut [Rgb]) {
        let cycle = phase(t, Gradient::PER_SECOND);
        let moved = match self.motion {
            Motion::Still => 0.0,
            Motion::Scroll => cycle,
            Motion::Swing => swell(cycle),
        };
        for (light, &place) in out.iter_mut().zip(&self.course.places) {
            let place = place * self.repeats - moved;
            *light = match (self.motion, self.is_pair) {
                (Motion::Still, _) => self.tint.along(wrap(place)),
                (_, true) => self.tint.along(triangle(place)),
                (_, false) => self.tint.at(place),
            };
        }
    }
}

pub struct Theater {
    /// The number of each light in its row, counted anew in each group.
    numbers: Vec<u8>,
    spacing: u32,
    on: Vec<Rgb>,
    off: Rgb,
}

impl Theater {
    const PER_SECOND: f64 = 5.0;

    pub fn new(setting: &Setting) -> Theater {
        let (course, spacing) = (setting.course(), setting.count("spacing").max(1));
        let number = |&place: &f32| (course.light(place) as u32 % spacing) as u8;
        let on = setting.ink(course.places.iter().copied());
        Theater { numbers: course.places.iter().map(number).collect(), spacing, on, off: setting.secondary() }
    }
}

impl Paint for Theater {
    fn paint(&mut self, t: f64, _: &Senses, out: &mut [Rgb]) {
        let lit = turn(t * Theater::PER_SECOND, self.spacing) as u8;
        for ((light, &number), &on) in out.iter_mut().zip(&self.numbers).zip(&self.on) {
            *light = if number == lit { on } else { self.off };
        }
    }
}

pub struct Chase {
    course: Course,
    count: f32,
    size: f32,
    on: Vec<Rgb>,
    off: Rgb,
}

impl Chase {
    /// Laps.
    const PER_SECOND: f64 = 0.25;

    pub fn new(setting: &Setting) -> Chase {
        let course = setting.course();
        let on = setting.ink(course.places.iter().copied());
        Chase { course, count: setting.number("count"), size: setting.number("size"), on, off: setting.secondary() }
    }
}

impl Paint for Chase {
    fn paint(&mut self, t: f64, _: &Senses, out: &mut [Rgb]) {
        let moved = phase(t, Chase::PER_SECOND * f64::from(self.count));
        // Edges are one light wide, so that blocks glide.
        let lights = self.course.length / self.count;
        for ((light, &place), &on) in out.iter_mut().zip(&self.course.places).zip(&self.on) {
            let place = wrap(place * self.count - moved);
            let block = unit(place * lights + 0.5) * unit((self.size - place) * lights + 0.5);
            let next_block = unit((place - 1.0) * lights + 0.5);
            *light = mix(self.off, on, if block > next_block { block } else { next_block });
        }
    }
}
