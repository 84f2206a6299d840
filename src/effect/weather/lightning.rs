//! Lightning: a jagged bolt on a surface, a lit stretch on a line; it flickers a few times, and then it is dark again.

use crate::effect::Paint;
use crate::effect::chance::{chance, hash};
use crate::effect::curve::{bump, decay, mix};
use crate::effect::moment::Moment;
use crate::effect::senses::Senses;
use crate::effect::setting::Setting;
use crate::effect::shade;
use crate::show::light::Rgb;

/// Corners of the bolt from top to bottom.
const CORNERS: usize = 24;

pub struct Lightning {
    places: Vec<[f32; 2]>,
    is_filled: bool,
    /// Half of a bolt's width.
    core: f32,
    density: f32,
    seed: u32,
    flash: Rgb,
    ground: Rgb,
}

impl Lightning {
    /// Chances for a bolt.
    const PER_SECOND: f64 = 0.7;

    pub fn new(setting: &Setting) -> Lightning {
        Lightning {
            places: setting.plane.places().collect(),
            is_filled: setting.plane.is_filled(),
            core: (1.2 / setting.plane.columns.max(1) as f32).max(0.015),
            density: setting.number("density"),
            seed: setting.seed,
            flash: setting.primary(),
            ground: setting.secondary(),
        }
    }
}

/// How bright a strike is, 0 to 1, at a part of its time.
fn flicker(salt: u32, part: f32) -> f32 {
    let (mut level, mut start) = (0.0_f32, 0.3 * chance(salt, 100));
    for stroke in 0..2 + hash(salt, 101) % 4 {
        let strength = 0.5 + 0.5 * chance(salt, 102 + stroke);
        if part >= start {
            level = level.max(strength * decay((part - start) * 18.0));
        }
        start += 0.04 + 0.12 * chance(salt, 110 + stroke);
    }
    level
}

/// Where a bolt is at each of its corners, 0 to 1 across.
fn bolt(salt: u32) -> [f32; CORNERS + 1] {
    let mut corners = [0.0; CORNERS + 1];
    let mut x = 0.2 + 0.6 * chance(salt, 200);
    let lean = 0.03 * (chance(salt, 201) - 0.5);
    for (corner, place) in corners.iter_mut().enumerate() {
        *place = x;
        x += lean + 0.13 * (chance(salt, 210 + corner as u32) - 0.5);
    }
    corners
}

fn along(corners: &[f32; CORNERS + 1], y: f32) -> f32 {
    let place = y * CORNERS as f32;
    let corner = (place as usize).min(CORNERS - 1);
    match corners.get(corner..) {
        Some([from, to, ..]) => mix(*from, *to, place - corner as f32),
        _ => 0.5,
    }
}

impl Paint for Lightning {
    fn paint(&mut self, t: f64, _: &Senses, out: &mut [Rgb]) {
        let moment = Moment::of(t * Lightning::PER_SECOND);
        let salt = hash(self.seed, moment.step);
        let level = if chance(salt, 0) < self.density { flicker(salt, moment.part) } else { 0.0 };
        let corners = bolt(salt);
        let (middle, reach) = (chance(salt, 1), 0.1 + 0.3 * chance(salt, 2));
        for (light, &[x, y]) in out.iter_mut().zip(&self.places) {
            let lit = if self.is_filled {
                let off = x - along(&corners, y);
                // The bolt, its shine, and the sky that it lights up.
                bump(off / self.core) + 0.3 * bump(off / 0.25) + 0.08
            } else {
                bump((x - middle) / reach)
            };
            *light = shade::mix(self.ground, self.flash, if lit < 1.0 { lit * level } else { level });
        }
    }
}
