//! A candle: mostly steady, with flickers and now and then a gust.

use crate::effect::Paint;
use crate::effect::chance::{drift, hash};
use crate::effect::moment::Moment;
use crate::effect::senses::Senses;
use crate::effect::setting::Setting;
use crate::show::light::Rgb;

pub struct Candle {
    color: Rgb,
    intensity: f32,
    seed: u32,
    /// Each light is a candle of its own.
    is_many: bool,
}

/// The unsteadiness of all candles at one time, before each adds its own chance.
#[derive(Clone, Copy)]
struct Air {
    flicker: Moment,
    sway: Moment,
    gust: Moment,
}

impl Candle {
    pub fn new(setting: &Setting) -> Candle {
        let (intensity, is_many) = (setting.number("intensity"), setting.flag("multi"));
        Candle { color: setting.primary(), intensity, seed: setting.seed, is_many }
    }

    fn flame(&self, salt: u32, air: Air) -> Rgb {
        let gust = drift(salt ^ 3, air.gust);
        // Gusts are seldom: only the highest of their chances counts.
        let storm = 0.25 + 0.75 * gust * gust * gust;
        let unsteady = 0.55 * drift(salt ^ 1, air.flicker) + 0.45 * drift(salt ^ 2, air.sway);
        let level = 1.0 - self.intensity * (0.35 + 0.6 * storm) * unsteady;
        // A dimmer flame is a redder one.
        let [red, green, blue] = self.color;
        [red * level, green * level * (0.75 + 0.25 * level), blue * level * level]
    }
}

impl Paint for Candle {
    fn paint(&mut self, t: f64, _: &Senses, out: &mut [Rgb]) {
        let air = Air { flicker: Moment::of(t * 9.0), sway: Moment::of(t * 2.3), gust: Moment::of(t * 0.4) };
        if !self.is_many {
            out.fill(self.flame(self.seed, air));
            return;
        }
        for (index, light) in out.iter_mut().enumerate() {
            *light = self.flame(hash(self.seed, index as u32), air);
        }
    }
}
