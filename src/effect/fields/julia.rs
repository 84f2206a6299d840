//! Julia sets of a constant that goes around a circle: how soon each place escapes.

use crate::effect::Paint;
use crate::effect::curve::{cos, log2, mix, sin};
use crate::effect::moment::phase;
use crate::effect::ramp::Ramp;
use crate::effect::senses::Senses;
use crate::effect::setting::Setting;
use crate::show::light::Rgb;

pub struct Julia {
    /// In the complex plane.
    places: Vec<[f32; 2]>,
    tint: Box<Ramp>,
}

impl Julia {
    const PER_SECOND: f64 = 0.03;
    /// On this circle there are spirals, dust and branches, and hardly a plain disc.
    const RADIUS: f32 = 0.7885;
    const MOST_ROUNDS: u32 = 28;

    pub fn new(setting: &Setting) -> Julia {
        let zoom = mix(4.0, 1.6, setting.number("size"));
        Julia { places: setting.plane.spots().map(|[x, y]| [x * zoom, y * zoom]).collect(), tint: setting.tint() }
    }

    /// 0 almost at once, 1 never; without steps from round to round.
    fn escape([mut x, mut y]: [f32; 2], [x_add, y_add]: [f32; 2]) -> f32 {
        for round in 0..Julia::MOST_ROUNDS {
            let (x_square, y_square) = (x * x, y * y);
            let square = x_square + y_square;
            if square > 16.0 {
                let beyond = log2(log2(square) * 0.25);
                // Most places escape soon: the root spreads them over the palette.
                return ((round as f32 - 1.0 - beyond).max(0.0) / Julia::MOST_ROUNDS as f32).sqrt();
            }
            y = 2.0 * x * y + y_add;
            x = x_square - y_square + x_add;
        }
        1.0
    }
}

impl Paint for Julia {
    fn paint(&mut self, t: f64, _: &Senses, out: &mut [Rgb]) {
        // Not from where the set is least to look at.
        let around = 0.28 + phase(t, Julia::PER_SECOND);
        let add = [Julia::RADIUS * cos(around), Julia::RADIUS * sin(around)];
        for (light, &place) in out.iter_mut().zip(&self.places) {
            *light = self.tint.along(Julia::escape(place, add));
        }
    }
}
