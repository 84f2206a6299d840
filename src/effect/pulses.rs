//! What happens to all lights at once.

use super::Paint;
use super::curve::{mix, swell};
use super::moment::{Moment, phase};
use super::ramp::Ramp;
use super::senses::Senses;
use super::setting::Setting;
use super::shade::dim;
use crate::show::light::Rgb;

pub struct Solid {
    color: Rgb,
}

impl Solid {
    pub fn new(setting: &Setting) -> Solid {
        Solid { color: setting.primary() }
    }
}

impl Paint for Solid {
    fn paint(&mut self, _: f64, _: &Senses, out: &mut [Rgb]) {
        out.fill(self.color);
    }
}

pub struct Breathe {
    color: Rgb,
    palette: Option<Box<Ramp>>,
    minimum: f32,
}

impl Breathe {
    /// A calm breath takes four seconds.
    const PER_SECOND: f64 = 0.25;

    pub fn new(setting: &Setting) -> Breathe {
        Breathe { color: setting.primary(), palette: setting.palette(), minimum: setting.number("minimum") }
    }
}

impl Paint for Breathe {
    fn paint(&mut self, t: f64, _: &Senses, out: &mut [Rgb]) {
        let breath = Moment::of(t * Breathe::PER_SECOND);
        // With a palette each breath has a colour of its own; it changes where it is darkest.
        let color = self.palette.as_ref().map_or(self.color, |palette| palette.nth(breath.step));
        out.fill(dim(color, mix(self.minimum, 1.0, swell(breath.part))));
    }
}

/// Blinking and strobing: one colour for a part of each beat, another for the rest.
pub struct Flash {
    per_second: f64,
    duty: f32,
    on: Rgb,
    off: Rgb,
    palette: Option<Box<Ramp>>,
}

impl Flash {
    pub fn new(setting: &Setting, per_second: f64) -> Flash {
        let duty = setting.number("duty");
        Flash { per_second, duty, on: setting.primary(), off: setting.secondary(), palette: setting.palette() }
    }
}

impl Paint for Flash {
    fn paint(&mut self, t: f64, _: &Senses, out: &mut [Rgb]) {
        let beat = Moment::of(t * self.per_second);
        let on = self.palette.as_ref().map_or(self.on, |palette| palette.nth(beat.step));
        out.fill(if beat.part < self.duty { on } else { self.off });
    }
}

pub struct ColorCycle {
    ramp: Box<Ramp>,
}

impl ColorCycle {
    const PER_SECOND: f64 = 0.1;

    pub fn new(setting: &Setting) -> ColorCycle {
        ColorCycle { ramp: Box::new(setting.ramp.clone()) }
    }
}

impl Paint for ColorCycle {
    fn paint(&mut self, t: f64, _: &Senses, out: &mut [Rgb]) {
        out.fill(self.ramp.at(phase(t, ColorCycle::PER_SECOND)));
    }
}
