//! Drops of rain and lines of code that fall down columns, each column at a pace of its own. On a line they run along it.

use crate::effect::Paint;
use crate::effect::chance::{chance, hash, part};
use crate::effect::curve::{floor, unit};
use crate::effect::moment::Moment;
use crate::effect::ramp::Ramp;
use crate::effect::senses::Senses;
use crate::effect::setting::Setting;
use crate::effect::shade::{dim, lighten, mix};
use crate::show::light::Rgb;

/// An endless row of places for drops runs down each column; chance says which of them hold one.
struct Lanes {
    /// Which column each light is in,
    columns: Vec<u32>,
    /// and how far down it is, in places for drops.
    depths: Vec<f32>,
    /// Where each column's row is now.
    moved: Vec<Moment>,
    seed: u32,
    density: f32,
}

/// How one light stands to the drop in its place.
struct Drop {
    /// 0 at the drop itself, 1 where the next one's place begins.
    behind: f32,
    chance: u32,
}

impl Lanes {
    /// `drops` places from top to bottom.
    fn new(setting: &Setting, drops: f32) -> Lanes {
        let is_filled = setting.plane.is_filled();
        let width = if is_filled { setting.plane.columns } else { 1 };
        let columns = setting.plane.places().map(|[x, _]| if is_filled { column(x, width) } else { 0 });
        let depths = setting.plane.places().map(|[x, y]| drops * if is_filled { y } else { x });
        Lanes {
            columns: columns.collect(),
            depths: depths.collect(),
            moved: vec![Moment::default(); width.max(1) as usize],
            seed: setting.seed,
            density: setting.number("density"),
        }
    }

    /// `pace` in places a second: the slowest column's, and how much faster the fastest is.
    fn fall(&mut self, t: f64, pace: f64, spread: f64) {
        for (column, moved) in self.moved.iter_mut().enumerate() {
            let salt = hash(self.seed, column as u32);
            let own = pace * (1.0 + spread * f64::from(part(salt)));
            *moved = Moment::of(-t * own).later(chance(salt, 1));
        }
    }

    fn drops(&self) -> impl Iterator<Item = Option<Drop>> {
        self.columns.iter().zip(&self.depths).map(|(&column, &depth)| {
            let moved = self.moved.get(column as usize).copied().unwrap_or_default();
            let place = moved.part + depth;
            let number = moved.step.wrapping_add(floor(place) as i32 as u32);
            let chance = hash(hash(self.seed, column), number);
            (part(chance) < self.density).then(|| Drop { behind: 1.0 - (place - floor(place)), chance })
        })
    }
}

fn column(x: f32, width: u32) -> u32 {
    ((x * width as f32) as u32).min(width.saturating_sub(1))
}

pub struct Rain {
    lanes: Lanes,
    /// Of a place.
    size: f32,
    /// One light, in places.
    light: f32,
    drop: Rgb,
    ground: Rgb,
    palette: Option<Box<Ramp>>,
}

impl Rain {
    const DROPS: f32 = 2.0;

    pub fn new(setting: &Setting) -> Rain {
        Rain {
            lanes: Lanes::new(setting, Rain::DROPS),
            size: setting.number("size"),
            light: light(setting, Rain::DROPS),
            drop: setting.primary(),
            ground: setting.secondary(),
            palette: setting.palette(),
        }
    }
}

/// The height of one light, in places for drops.
fn light(setting: &Setting, drops: f32) -> f32 {
    let lights = if setting.plane.is_filled() { setting.plane.rows } else { setting.plane.points.len() as u32 };
    drops / lights.max(1) as f32
}

impl Paint for Rain {
    fn paint(&mut self, t: f64, _: &Senses, out: &mut [Rgb]) {
        self.lanes.fall(t, 1.4, 0.8);
        let size = self.size.max(self.light);
        for (light, drop) in out.iter_mut().zip(self.lanes.drops()) {
            let Some(Drop { behind, chance }) = drop else {
                *light = self.ground;
                continue;
            };
            let left = unit(1.0 - behind / size);
            let color = self.palette.as_ref().map_or(self.drop, |palette| palette.at(part(hash(chance, 1))));
            *light = mix(self.ground, color, left * left);
        }
    }
}

pub struct Matrix {
    lanes: Lanes,
    size: f32,
    light: f32,
    code: Rgb,
    ground: Rgb,
    palette: Option<Box<Ramp>>,
}

impl Matrix {
    const DROPS: f32 = 1.0;

    pub fn new(setting: &Setting) -> Matrix {
        Matrix {
            lanes: Lanes::new(setting, Matrix::DROPS),
            size: setting.number("size"),
            light: light(setting, Matrix::DROPS),
            code: setting.primary(),
            ground: setting.secondary(),
            palette: setting.palette(),
        }
    }
}

impl Paint for Matrix {
    fn paint(&mut self, t: f64, _: &Senses, out: &mut [Rgb]) {
        self.lanes.fall(t, 0.45, 1.2);
        let glyphs = Moment::of(t * 7.0).step;
        for (index, (light, drop)) in out.iter_mut().zip(self.lanes.drops()).enumerate() {
            let Some(Drop { behind, chance }) = drop else {
                *light = self.ground;
                continue;
            };
            let color = self.palette.as_ref().map_or(self.code, |palette| palette.at(part(hash(chance, 1))));
            if behind <= self.light {
                // The newest sign is almost white.
                *light = lighten(color, [0.75, 1.0, 0.85]);
                continue;
            }
            let left = unit(1.0 - behind / self.size);
            // Signs change as they stand there, some of them now.
            let sign = 0.55 + 0.45 * self::chance(glyphs.wrapping_add(index as u32 % 7) / 3, index as u32);
            *light = mix(self.ground, dim(color, sign), left);
        }
    }
}
