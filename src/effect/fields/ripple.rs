//! Drops that fall at random places, and the rings that run out from them.

use crate::effect::Paint;
use crate::effect::chance::{chance, hash};
use crate::effect::curve::{bump, mix};
use crate::effect::moment::Moment;
use crate::effect::ramp::Ramp;
use crate::effect::senses::Senses;
use crate::effect::setting::Setting;
use crate::effect::shade;
use crate::show::light::Rgb;

pub struct Ripple {
    spots: Vec<[f32; 2]>,
    proportions: [f32; 2],
    count: u32,
    width: f32,
    seed: u32,
    ring: Rgb,
    ground: Rgb,
    palette: Option<Box<Ramp>>,
}

impl Ripple {
    /// Of one drop; the others fall in between.
    const PER_SECOND: f64 = 0.35;

    pub fn new(setting: &Setting) -> Ripple {
        Ripple {
            spots: setting.plane.spots().collect(),
            proportions: setting.plane.proportions(),
            count: setting.count("count"),
            width: mix(0.03, 0.2, setting.number("size")),
            seed: setting.seed,
            ring: setting.primary(),
            ground: setting.secondary(),
            palette: setting.palette(),
        }
    }
}

impl Paint for Ripple {
    fn paint(&mut self, t: f64, _: &Senses, out: &mut [Rgb]) {
        out.fill(self.ground);
        for drop in 0..self.count {
            let apart = f64::from(drop) / f64::from(self.count.max(1));
            let moment = Moment::of(t * Ripple::PER_SECOND + apart);
            let own = hash(hash(self.seed, drop), moment.step);
            let [width, height] = self.proportions;
            let (x_center, y_center) = ((chance(own, 0) - 0.5) * width, (chance(own, 1) - 0.5) * height);
            let color = self.palette.as_ref().map_or(self.ring, |palette| palette.at(chance(own, 2)));
            let (radius, left) = (0.8 * moment.part, 1.0 - moment.part);
            for (light, [x, y]) in out.iter_mut().zip(&self.spots) {
                let (x, y) = (x - x_center, y - y_center);
                let off = ((x * x + y * y).sqrt() - radius) / self.width;
                *light = shade::mix(*light, color, bump(off) * left);
            }
        }
    }
}
