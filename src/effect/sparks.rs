//! Lights that come and go by chance, each in its own time.

use super::Paint;
use super::chance::{chance, hash, part};
use super::curve::swell;
use super::moment::Moment;
use super::ramp::Ramp;
use super::senses::Senses;
use super::setting::Setting;
use super::shade::mix;
use crate::show::light::Rgb;

/// A light's own chance: a salt, and how far it is ahead of the others.
struct Own {
    salt: u32,
    ahead: f32,
}

fn own(setting: &Setting) -> Vec<Own> {
    let salt = |index| hash(setting.seed, index);
    let lights = u32::try_from(setting.plane.points.len()).unwrap_or(u32::MAX);
    (0..lights).map(|index| Own { salt: salt(index), ahead: part(hash(salt(index), !0)) }).collect()
}

pub struct Sparkle {
    lights: Vec<Own>,
    density: f32,
    spark: Rgb,
    ground: Rgb,
    palette: Option<Box<Ramp>>,
}

impl Sparkle {
    const PER_SECOND: f64 = 2.5;

    pub fn new(setting: &Setting) -> Sparkle {
        let (spark, ground, palette) = (setting.primary(), setting.secondary(), setting.palette());
        Sparkle { lights: own(setting), density: setting.number("density"), spark, ground, palette }
    }
}

impl Paint for Sparkle {
    fn paint(&mut self, t: f64, _: &Senses, out: &mut [Rgb]) {
        let now = Moment::of(t * Sparkle::PER_SECOND);
        for (light, own) in out.iter_mut().zip(&self.lights) {
            let moment = now.later(own.ahead);
            let draw = chance(own.salt, moment.step);
            let left = 1.0 - moment.part;
            let level = if draw < self.density { left * left } else { 0.0 };
            let spark = self.palette.as_ref().map_or(self.spark, |palette| palette.at(draw * 97.0));
            *light = mix(self.ground, spark, level);
        }
    }
}

pub struct Twinkle {
    lights: Vec<Own>,
    density: f32,
    star: Rgb,
    ground: Rgb,
    palette: Option<Box<Ramp>>,
}

impl Twinkle {
    /// The slowest; others are up to twice as fast.
    const PER_SECOND: f64 = 0.2;

    pub fn new(setting: &Setting) -> Twinkle {
        let (star, ground, palette) = (setting.primary(), setting.secondary(), setting.palette());
        Twinkle { lights: own(setting), density: setting.number("density"), star, ground, palette }
    }
}

impl Paint for Twinkle {
    fn paint(&mut self, t: f64, _: &Senses, out: &mut [Rgb]) {
        for (light, own) in out.iter_mut().zip(&self.lights) {
            let pace = 1.0 + f64::from(part(own.salt));
            let moment = Moment::of(t * Twinkle::PER_SECOND * pace + f64::from(own.ahead));
            let draw = chance(own.salt, moment.step);
            let glow = swell(moment.part);
            let level = if draw < self.density { glow * glow } else { 0.0 };
            let star = self.palette.as_ref().map_or(self.star, |palette| palette.at(draw * 97.0));
            *light = mix(self.ground, star, level);
        }
    }
}
