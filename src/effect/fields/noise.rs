//! Clouds: coarse noise and finer noise on it, drifting.

use crate::effect::Paint;
use crate::effect::curve::mix;
use crate::effect::moment::Moment;
use crate::effect::noise::Sheet;
use crate::effect::ramp::Ramp;
use crate::effect::senses::Senses;
use crate::effect::setting::Setting;
use crate::show::light::Rgb;

pub struct Noise {
    /// In coarse cells, from the upper left.
    places: Vec<[f32; 2]>,
    coarse: Sheet,
    fine: Sheet,
    tint: Box<Ramp>,
}

impl Noise {
    pub fn new(setting: &Setting) -> Noise {
        let cells = mix(9.0, 2.0, setting.number("size"));
        let [width, height] = setting.plane.proportions().map(|side| side * cells);
        let places = setting.plane.boxed().map(|[x, y]| [x * width, y * height]).collect();
        let coarse = Sheet::new(setting.seed, width, height);
        let fine = Sheet::new(setting.seed ^ 1, 2.0 * width, 2.0 * height);
        Noise { places, coarse, fine, tint: setting.tint() }
    }
}

impl Paint for Noise {
    fn paint(&mut self, t: f64, _: &Senses, out: &mut [Rgb]) {
        let (across, down) = (Moment::of(t * 0.22), Moment::of(t * 0.09));
        let (across_fine, down_fine) = (Moment::of(t * -0.17), Moment::of(t * 0.31));
        self.coarse.drift(across, down, Moment::of(t * 0.25));
        self.fine.drift(across_fine, down_fine, Moment::of(t * 0.4));
        for (light, &[x, y]) in out.iter_mut().zip(&self.places) {
            let coarse = self.coarse.at(x + across.part, y + down.part);
            let fine = self.fine.at(2.0 * x + across_fine.part, 2.0 * y + down_fine.part);
            // Sums of noise keep to the middle; the palette is to be seen to its ends.
            *light = self.tint.along(0.5 + 1.6 * (0.68 * coarse + 0.32 * fine - 0.5));
        }
    }
}
