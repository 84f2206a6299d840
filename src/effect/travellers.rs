//! Single things that travel along a line, from its beginning to its end.

use super::Paint;
use super::chance::{chance, hash};
use super::course::{Course, Lie};
use super::curve::{bump, triangle, unit, wrap};
use super::moment::{Moment, phase, turn};
use super::ramp::Ramp;
use super::senses::Senses;
use super::setting::Setting;
use super::shade::{BLACK, dim, mix};
use crate::show::light::Rgb;

pub struct Snake {
    course: Course,
    /// From its tail to its head.
    skin: Box<Ramp>,
    size: f32,
}

impl Snake {
    pub fn new(setting: &Setting) -> Snake {
        Snake { course: setting.course_or(Lie::Winding), skin: setting.tint(), size: setting.number("size") }
    }

    /// Laps a second: a long way takes longer, but not as much longer as it is.
    fn laps(&self) -> f64 {
        1.0 / (4.0 * (f64::from(self.course.length) / 60.0).sqrt()).clamp(2.0, 30.0)
    }
}

impl Paint for Snake {
    fn paint(&mut self, t: f64, _: &Senses, out: &mut [Rgb]) {
        let lights = self.course.lights();
        let head = turn(t * self.laps() * f64::from(lights), lights as u32) as f32;
        let body = (self.size * lights).max(2.0);
        for (light, &place) in out.iter_mut().zip(&self.course.places) {
            let ahead = head - self.course.light(place);
            let behind = if ahead < 0.0 { ahead + lights } else { ahead };
            *light = if behind < body { self.skin.along(1.0 - behind / body) } else { BLACK };
        }
    }
}

/// How bright a thing with a tail is so far behind its head, and less than one light before it.
fn tail(behind: f32, size: f32, length: f32) -> f32 {
    if behind < 0.0 {
        return unit(1.0 + behind * length);
    }
    let left = unit(1.0 - behind / size);
    left * left
}

pub struct Comet {
    course: Course,
    /// From the end of the tail to the head.
    tint: Box<Ramp>,
    size: f32,
    wraps: bool,
}

impl Comet {
    const PER_SECOND: f64 = 0.3;

    pub fn new(setting: &Setting) -> Comet {
        let tint = setting.palette_or(|| Ramp::solid(setting.primary()));
        Comet { course: setting.course(), tint, size: setting.number("size"), wraps: setting.flag("wrap") }
    }
}

impl Paint for Comet {
    fn paint(&mut self, t: f64, _: &Senses, out: &mut [Rgb]) {
        let (size, length) = (self.size, self.course.length);
        let passed = phase(t, Comet::PER_SECOND);
        // Without wrapping it goes on until its tail is out of sight too.
        let head = if self.wraps { passed } else { passed * (1.0 + size) };
        for (light, &place) in out.iter_mut().zip(&self.course.places) {
            let behind = if self.wraps { wrap(head - place) } else { head - place };
            let before = if self.wraps { tail(behind - 1.0, size, length) } else { 0.0 };
            let level = tail(behind, size, length).max(before);
            *light = dim(self.tint.along(1.0 - behind / size), level);
        }
    }
}

pub struct Meteor {
    course: Course,
    tint: Box<Ramp>,
    size: f32,
    crumble: f32,
    seed: u32,
}

impl Meteor {
    const PER_SECOND: f64 = 0.4;

    pub fn new(setting: &Setting) -> Meteor {
        let tint = setting.palette_or(|| Ramp::solid(setting.primary()));
        let (size, crumble) = (setting.number("size"), setting.number("intensity"));
        Meteor { course: setting.course(), tint, size, crumble, seed: setting.seed }
    }
}

impl Paint for Meteor {
    fn paint(&mut self, t: f64, _: &Senses, out: &mut [Rgb]) {
        let pass = Moment::of(t * Meteor::PER_SECOND);
        let (length, salt) = (self.course.length, hash(self.seed, pass.step));
        let head = pass.part * (1.0 + self.size);
        // Whatever crumbles, the head itself is whole.
        let whole = 2.0 / length;
        for (light, &place) in out.iter_mut().zip(&self.course.places) {
            let behind = head - place;
            let crumbled = if behind > whole { chance(salt, self.course.light(place) as u32) } else { 0.0 };
            let gone = behind * (1.0 + 4.0 * self.crumble * crumbled);
            let level = if behind < 0.0 { tail(behind, self.size, length) } else { tail(gone, self.size, length) };
            *light = dim(self.tint.along(1.0 - behind / self.size), level);
        }
    }
}

pub struct Scanner {
    course: Course,
    tint: Box<Ramp>,
    size: f32,
}

impl Scanner {
    /// There and back.
    const PER_SECOND: f64 = 0.4;

    pub fn new(setting: &Setting) -> Scanner {
        Scanner { course: setting.course(), tint: setting.tint(), size: setting.number("size") }
    }
}

impl Paint for Scanner {
    fn paint(&mut self, t: f64, _: &Senses, out: &mut [Rgb]) {
        let edge = 0.5 / self.course.length;
        let eye = edge + triangle(phase(t, Scanner::PER_SECOND)) * (1.0 - 2.0 * edge);
        // Never so narrow that it could hide between two lights.
        let reach = self.size.max(2.0 * edge);
        for (light, &place) in out.iter_mut().zip(&self.course.places) {
            *light = self.tint.along(bump((place - eye) / reach));
        }
    }
}

pub struct Wipe {
    course: Course,
    colors: [Rgb; 2],
    palette: Option<Box<Ramp>>,
}

impl Wipe {
    const PER_SECOND: f64 = 0.4;

    pub fn new(setting: &Setting) -> Wipe {
        Wipe { course: setting.course(), colors: [setting.secondary(), setting.primary()], palette: setting.palette() }
    }

    /// The colour that wipe `number` covers everything with.
    fn color(&self, number: u32) -> Rgb {
        let [even, odd] = self.colors;
        let plain = if number.is_multiple_of(2) { even } else { odd };
        self.palette.as_ref().map_or(plain, |palette| palette.nth(number))
    }
}

impl Paint for Wipe {
    fn paint(&mut self, t: f64, _: &Senses, out: &mut [Rgb]) {
        let wipe = Moment::of(t * Wipe::PER_SECOND);
        let (old, new) = (self.color(wipe.step), self.color(wipe.step.wrapping_add(1)));
        let front = wipe.part * (self.course.length + 1.0) + 0.5;
        for (light, &place) in out.iter_mut().zip(&self.course.places) {
            *light = mix(old, new, unit(front - place * self.course.length));
        }
    }
}
