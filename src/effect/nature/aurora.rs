//! Northern lights: curtains with a sharp lower edge, which fade upwards from green into violet.

use crate::effect::Paint;
use crate::effect::curve::{decay, mix, smooth, unit};
use crate::effect::moment::Moment;
use crate::effect::noise::Sheet;
use crate::effect::ramp::Ramp;
use crate::effect::senses::Senses;
use crate::effect::setting::Setting;
use crate::effect::shade::{BLACK, dim};
use crate::show::light::Rgb;

pub struct Aurora {
    /// Across, and up from the bottom.
    places: Vec<[f32; 2]>,
    /// On a line of lights there is no up: it shows the foot of the curtains.
    is_line: bool,
    folds: Sheet,
    rays: Sheet,
    intensity: f32,
    tint: Box<Ramp>,
}

/// Folds of the curtain across the whole width, and rays in it.
const FOLDS: f32 = 4.0;
const RAYS: f32 = 22.0;

impl Aurora {
    pub fn new(setting: &Setting) -> Aurora {
        Aurora {
            places: setting.plane.places().map(|[x, y]| [x, 1.0 - y]).collect(),
            is_line: !setting.plane.is_filled(),
            folds: Sheet::new(setting.seed, FOLDS, 1.0),
            rays: Sheet::new(setting.seed ^ 1, RAYS, 0.0),
            intensity: setting.number("intensity"),
            tint: setting.palette_or(sky),
        }
    }
}

/// From a curtain's foot to its top.
fn sky() -> Ramp {
    Ramp::through(&[
        (0.0, [0.25, 1.0, 0.35]),
        (0.35, [0.0, 0.85, 0.45]),
        (0.65, [0.05, 0.45, 0.75]),
        (0.85, [0.45, 0.1, 0.75]),
        (1.0, [0.6, 0.0, 0.5]),
    ])
}

impl Paint for Aurora {
    fn paint(&mut self, t: f64, _: &Senses, out: &mut [Rgb]) {
        let (folds, rays) = (Moment::of(t * 0.13), Moment::of(t * -0.5));
        let still = Moment::of(0.0);
        self.folds.drift(folds, still, Moment::of(t * 0.12));
        self.rays.drift(rays, still, Moment::of(t * 0.6));
        let gain = mix(0.5, 1.9, self.intensity);
        for (light, &[across, up]) in out.iter_mut().zip(&self.places) {
            let fold = self.folds.at(across * FOLDS + folds.part, 0.0);
            let bright = smooth(1.6 * self.folds.at(across * FOLDS + folds.part, 1.0) - 0.2);
            let ray = 0.55 + 0.45 * self.rays.at(across * RAYS + rays.part, 0.0);
            let above = if self.is_line { 0.7 * fold - 0.1 } else { up - (0.12 + 0.5 * fold) };
            let edge = unit(1.0 + above * 14.0);
            let veil = if self.is_line { 1.0 } else { decay(unit(above) * 3.2) };
            let color = self.tint.along(above * 1.7);
            let level = gain * bright * ray * edge * edge * veil;
            *light = if level > 0.0 { dim(color, level) } else { BLACK };
        }
    }
}
