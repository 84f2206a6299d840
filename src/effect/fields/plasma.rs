//! Waves from several sides, added up.

use crate::effect::Paint;
use crate::effect::curve::{mix, sin};
use crate::effect::moment::phase;
use crate::effect::ramp::Ramp;
use crate::effect::senses::Senses;
use crate::effect::setting::Setting;
use crate::show::light::Rgb;

pub struct Plasma {
    spots: Vec<[f32; 2]>,
    /// Waves across the longer side.
    waves: f32,
    tint: Box<Ramp>,
}

impl Plasma {
    pub fn new(setting: &Setting) -> Plasma {
        let waves = mix(3.0, 0.7, setting.number("size"));
        Plasma { spots: setting.plane.spots().collect(), waves, tint: setting.tint() }
    }
}

impl Paint for Plasma {
    fn paint(&mut self, t: f64, _: &Senses, out: &mut [Rgb]) {
        // Paces without a common measure, so that it does not repeat itself.
        let [a, b, c, d] = [0.11, -0.083, 0.067, 0.139].map(|pace| phase(t, pace));
        let (x_center, y_center) = (0.4 * sin(phase(t, 0.031)), 0.4 * sin(phase(t, 0.043)));
        for (light, &[x, y]) in out.iter_mut().zip(&self.spots) {
            let (x_off, y_off) = (x - x_center, y - y_center);
            let from_center = (x_off * x_off + y_off * y_off).sqrt();
            let straight = sin(x * self.waves + a) + sin((y - 0.4 * x) * self.waves + b);
            let slanted = sin((x + y) * 0.7 * self.waves + c) + sin(from_center * 1.5 * self.waves + d);
            *light = self.tint.along(0.5 + 0.17 * (straight + slanted));
        }
    }
}
