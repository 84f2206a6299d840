//! Fireworks: rockets that rise, and burst into sparks that fall and go out.

use super::Paint;
use super::chance::{chance, hash};
use super::curve::{cos, decay, mix, sin};
use super::moment::Moment;
use super::ramp::Ramp;
use super::raster::Raster;
use super::senses::Senses;
use super::setting::Setting;
use super::shade::dim;
use crate::show::light::Rgb;

pub struct Fireworks {
    raster: Raster,
    count: u32,
    /// How far sparks fly, of the shorter side.
    size: f32,
    seed: u32,
    color: Rgb,
    palette: Option<Box<Ramp>>,
}

impl Fireworks {
    /// Of one rocket; the others rise in between.
    const PER_SECOND: f64 = 0.4;
    /// When it bursts.
    const BURST: f32 = 0.35;
    const SPARKS: u32 = 48;

    pub fn new(setting: &Setting) -> Fireworks {
        Fireworks {
            raster: Raster::new(setting.plane),
            count: setting.count("count"),
            size: mix(0.15, 0.6, setting.number("size")),
            seed: setting.seed,
            color: setting.primary(),
            palette: setting.palette(),
        }
    }

    fn rise(&mut self, [x, y]: [f32; 2], part: f32) {
        let spark = [1.0, 0.8, 0.5];
        for behind in 0..4 {
            let risen = part - 0.04 * behind as f32;
            // It slows down as it nears its height.
            let height = 1.0 - (1.0 - risen) * (1.0 - risen);
            if risen > 0.0 {
                self.raster.dot([x, mix(1.0, y, height)], dim(spark, 0.8 - 0.2 * behind as f32));
            }
        }
    }

    fn burst(&mut self, [x, y]: [f32; 2], part: f32, salt: u32, color: Rgb) {
        let (columns, rows) = (self.raster.columns as f32, self.raster.rows as f32);
        // A line has no shorter side to be kept to.
        let shorter = if self.raster.rows == 1 { 0.5 * columns } else { columns.min(rows) };
        // Thrown fast, and soon stopped by the air, they then only fall.
        let flown = self.size * shorter * (1.0 - decay(4.0 * part));
        let fallen = 0.25 * part * part;
        let left = 1.0 - part * part;
        for spark in 0..Fireworks::SPARKS {
            let (turn, force) = (chance(salt, 2 * spark + 20), 0.55 + 0.45 * chance(salt, 2 * spark + 21));
            let place = [x + flown * force * cos(turn) / columns, y + flown * force * sin(turn) / rows + fallen];
            // White-hot at first.
            let hot = decay(part * 14.0);
            let color = [mix(color[0], 1.0, hot), mix(color[1], 1.0, hot), mix(color[2], 1.0, hot)];
            let glimmer = 0.7 + 0.3 * chance(salt ^ spark, (part * 24.0) as u32);
            self.raster.dot(place, dim(color, left * glimmer));
        }
    }
}

impl Paint for Fireworks {
    fn paint(&mut self, t: f64, _: &Senses, out: &mut [Rgb]) {
        self.raster.clear();
        for rocket in 0..self.count {
            let apart = f64::from(rocket) / f64::from(self.count.max(1));
            let moment = Moment::of(t * Fireworks::PER_SECOND + apart);
            let salt = hash(hash(self.seed, rocket), moment.step);
            let place = [0.15 + 0.7 * chance(salt, 0), 0.15 + 0.35 * chance(salt, 1)];
            let color = self.palette.as_ref().map_or(self.color, |palette| palette.at(chance(salt, 2)));
            if moment.part < Fireworks::BURST {
                self.rise(place, moment.part / Fireworks::BURST);
            } else {
                let part = (moment.part - Fireworks::BURST) / (1.0 - Fireworks::BURST);
                self.burst(place, part, salt, color);
            }
        }
        self.raster.show(out);
    }
}
