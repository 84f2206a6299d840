//! The sea: slow waves of several lengths, and foam where their crests meet.

use crate::effect::Paint;
use crate::effect::curve::{mix, sin};
use crate::effect::moment::phase;
use crate::effect::ramp::Ramp;
use crate::effect::senses::Senses;
use crate::effect::setting::Setting;
use crate::show::light::Rgb;

pub struct Ocean {
    spots: Vec<[f32; 2]>,
    /// Of the longest, across the longer side.
    waves: f32,
    water: Box<Ramp>,
}

impl Ocean {
    pub fn new(setting: &Setting) -> Ocean {
        let waves = mix(3.0, 0.5, setting.number("size"));
        Ocean { spots: setting.plane.spots().collect(), waves, water: setting.palette_or(water) }
    }
}

/// From the deep to the foam.
fn water() -> Ramp {
    Ramp::through(&[
        (0.0, [0.0, 0.02, 0.12]),
        (0.35, [0.0, 0.12, 0.4]),
        (0.6, [0.0, 0.35, 0.6]),
        (0.8, [0.05, 0.65, 0.7]),
        (0.93, [0.55, 0.92, 0.9]),
        (1.0, [0.95, 1.0, 1.0]),
    ])
}

impl Paint for Ocean {
    fn paint(&mut self, t: f64, _: &Senses, out: &mut [Rgb]) {
        // Longer waves run faster, as they do; some come back from the shore.
        let [a, b, c, d] = [0.16, -0.11, 0.21, -0.07].map(|pace| phase(t, pace));
        for (light, &[x, y]) in out.iter_mut().zip(&self.spots) {
            let (x, y) = (x * self.waves, y * self.waves);
            let swell = sin(0.3 * x + y - a) + 0.7 * sin(1.1 * x - 0.8 * y - b);
            // The swell bends the shorter waves on it, so that none of them is a straight line.
            let bend = 0.22 * swell;
            let chop = 0.5 * sin(0.7 * x + 2.1 * y + bend - c) + 0.35 * sin(2.3 * x - 1.3 * y - bend - d);
            *light = self.water.along(0.45 + 0.24 * (swell + chop));
        }
    }
}
