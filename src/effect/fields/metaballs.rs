//! Drops whose fields add up, so that they melt into one another where they meet.

use crate::effect::Paint;
use crate::effect::chance::{chance, hash};
use crate::effect::curve::{mix, sin};
use crate::effect::moment::Moment;
use crate::effect::ramp::Ramp;
use crate::effect::senses::Senses;
use crate::effect::setting::Setting;
use crate::show::light::Rgb;

const MOST: usize = 8;

pub struct Metaballs {
    spots: Vec<[f32; 2]>,
    proportions: [f32; 2],
    count: usize,
    /// The square of a drop's radius.
    size: f32,
    seed: u32,
    tint: Box<Ramp>,
}

impl Metaballs {
    pub fn new(setting: &Setting) -> Metaballs {
        let radius = mix(0.06, 0.2, setting.number("size"));
        Metaballs {
            spots: setting.plane.spots().collect(),
            proportions: setting.plane.proportions(),
            count: (setting.count("count") as usize).min(MOST),
            size: radius * radius,
            seed: setting.seed,
            tint: setting.tint(),
        }
    }

    fn center(&self, drop: u32, t: f64) -> [f32; 2] {
        let salt = hash(self.seed, drop);
        let [width, height] = self.proportions;
        let swing = |side: u32| {
            let pace = 0.06 + 0.07 * f64::from(chance(salt, side));
            sin(Moment::of(t * pace).later(chance(salt, side + 2)).part)
        };
        [0.42 * width * swing(0), 0.42 * height * swing(1)]
    }
}

impl Paint for Metaballs {
    fn paint(&mut self, t: f64, _: &Senses, out: &mut [Rgb]) {
        let mut centers = [[0.0; 2]; MOST];
        for (drop, center) in centers.iter_mut().enumerate() {
            *center = self.center(drop as u32, t);
        }
        let centers = centers.get(..self.count).unwrap_or(&[]);
        for (light, &[x, y]) in out.iter_mut().zip(&self.spots) {
            let mut field = 0.0;
            for center in centers {
                let (x, y) = (x - center[0], y - center[1]);
                field += self.size / (x * x + y * y + 1e-6);
            }
            let square = field * field;
            *light = self.tint.along(square / (1.0 + square));
        }
    }
}
