//! What every effect keeps (`rules`), and what each name promises, by how it lies: `lines`, `surfaces`, and `shown` for what shows
//! something else.

mod lines;
mod rules;
mod shown;
mod surfaces;

use serde_json::json;

use super::Effect;
use super::plane::Plane;
use super::ramp::Ramp;
use super::senses::{Film, Senses, Sound, Wall};
use crate::show::light::Rgb;
use crate::show::light::animation::Animation;

const BLACK: Rgb = [0.0; 3];
const WHITE: Rgb = [1.0; 3];

fn effect(animation: Animation, parameters: serde_json::Value, plane: &Plane) -> Effect {
    let parameters = animation.check(&serde_json::from_value(parameters).unwrap()).unwrap();
    Effect::new(animation, &parameters, 1, &Ramp::spectrum(1.0), plane)
}

fn render(effect: &mut Effect, t: f64, senses: &Senses, plane: &Plane) -> Vec<Rgb> {
    // Whatever was there before must be painted over.
    let mut out = vec![[f32::NAN; 3]; plane.points.len()];
    effect.render(t, senses, &mut out);
    out
}

/// One frame without senses.
fn frame(animation: Animation, parameters: serde_json::Value, plane: &Plane, t: f64) -> Vec<Rgb> {
    render(&mut effect(animation, parameters, plane), t, &Senses::default(), plane)
}

fn level(light: &Rgb) -> f32 {
    light.iter().sum::<f32>() / 3.0
}

fn levels(lights: &[Rgb]) -> Vec<f32> {
    lights.iter().map(level).collect()
}

/// The index of the brightest.
fn brightest(lights: &[Rgb]) -> usize {
    let levels = levels(lights);
    (0..levels.len()).max_by(|&a, &b| levels[a].total_cmp(&levels[b])).unwrap()
}

/// As a picture of lit (`#`) and dark (`.`) lights.
fn drawn(lights: &[Rgb], columns: usize) -> Vec<String> {
    let sign = |light: &Rgb| if level(light) > 0.5 { '#' } else { '.' };
    lights.chunks(columns).map(|row| row.iter().map(sign).collect()).collect()
}

/// Something of everything.
struct World {
    picture: Vec<Rgb>,
    sound: Sound,
    film: Film,
}

impl World {
    fn new() -> World {
        let colors = |count: usize| (0..count).map(|index| [index as f32 / count as f32, 0.5, 0.25]).collect::<Vec<_>>();
        let mut bands = [0.0; 32];
        bands.iter_mut().enumerate().for_each(|(index, band)| *band = index as f32 / 31.0);
        World {
            picture: colors(256),
            sound: Sound { left: 0.3, right: 0.6, bands, beat: 0.8 },
            film: Film {
                width: 4,
                height: 3,
                frames: vec![(colors(12), 100), (colors(12).into_iter().rev().collect(), 200)],
            },
        }
    }

    fn senses(&self) -> Senses<'_> {
        let wall = Wall { unix_micros: 1_700_000_000_000_000, utc_offset_minutes: 60 };
        Senses { picture: Some(&self.picture), sound: Some(&self.sound), image: Some(&self.film), wall }
    }
}
