//! A point that swings across and down at two paces, and the fading line that it draws.

use crate::effect::Paint;
use crate::effect::curve::{mix, sin};
use crate::effect::moment::Moment;
use crate::effect::ramp::Ramp;
use crate::effect::raster::Raster;
use crate::effect::senses::Senses;
use crate::effect::setting::Setting;
use crate::effect::shade::dim;
use crate::show::light::Rgb;

pub struct Lissajous {
    raster: Raster,
    across: f32,
    down: f32,
    /// How much of the curve is seen.
    size: f32,
    /// So many that the line has no gaps.
    dots: u32,
    tint: Box<Ramp>,
}

impl Lissajous {
    /// How often it draws the whole curve,
    const PER_SECOND: f64 = 0.2;
    /// and how often the curve turns into all its shapes.
    const TURNS_PER_SECOND: f64 = 0.04;

    pub fn new(setting: &Setting) -> Lissajous {
        let raster = Raster::new(setting.plane);
        let (across, down) = (setting.number("x_frequency"), setting.number("y_frequency"));
        let size = mix(0.05, 1.0, setting.number("size"));
        let length = size * 4.0 * (across * raster.columns as f32 + down * raster.rows as f32);
        let tint = setting.palette_or(|| Ramp::solid(setting.primary()));
        Lissajous { raster, across, down, size, dots: length.clamp(16.0, 6000.0) as u32, tint }
    }
}

impl Paint for Lissajous {
    fn paint(&mut self, t: f64, _: &Senses, out: &mut [Rgb]) {
        let head = Moment::of(t * Lissajous::PER_SECOND);
        let turned = Moment::of(t * Lissajous::TURNS_PER_SECOND).part;
        self.raster.clear();
        for dot in 0..self.dots {
            let back = dot as f32 / self.dots as f32;
            let place = head.later(-back * self.size).part;
            let (x, y) = (sin(place * self.across + turned), sin(place * self.down));
            self.raster.dot([0.5 + 0.45 * x, 0.5 + 0.45 * y], dim(self.tint.along(1.0 - back), 1.0 - back));
        }
        self.raster.show(out);
    }
}
