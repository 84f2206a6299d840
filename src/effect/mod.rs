//! What animations look like: pure functions of time, seed, parameters, palette and the places of the lights.
//!
//! The same on every machine to the last bit, at any order of times; so devices that share a clock need not share frames.
//! Nothing here is random, remembers what was asked before, or allocates once it is prepared.

pub mod blend;
mod cells;
mod chance;
mod clock;
mod course;
mod curve;
mod fields;
mod fireworks;
mod font;
pub mod jam;
mod moment;
mod nature;
mod noise;
pub mod part;
mod picture;
pub mod plane;
mod pulses;
pub mod ramp;
mod raster;
pub mod senses;
mod setting;
mod shade;
mod sound;
mod sparks;
mod text;
mod travellers;
mod waves;
mod weather;

use plane::Plane;
use ramp::Ramp;
use senses::Senses;
use setting::Setting;

use crate::show::light::Rgb;
use crate::show::light::animation::Animation;
use crate::show::light::animation::parameter::Parameters;

/// One animation, prepared. `out` has at most as many lights as it was prepared for; it is painted over completely.
trait Paint: Send {
    fn paint(&mut self, t: f64, senses: &Senses, out: &mut [Rgb]);
}

pub struct Effect {
    painter: Box<dyn Paint>,
    lights: usize,
}

impl Effect {
    /// What is missing in `parameters` has its default, what is out of range its limit.
    pub fn new(animation: Animation, parameters: &Parameters, seed: u32, ramp: &Ramp, plane: &Plane) -> Effect {
        let setting = Setting { animation, parameters, seed, ramp, plane };
        Effect { painter: painter(&setting), lights: plane.points.len() }
    }

    /// `t` in seconds of the effect's own time: its speed is already in it. Lights beyond those of the plane stay dark.
    pub fn render(&mut self, t: f64, senses: &Senses, out: &mut [Rgb]) {
        let t = if t.is_finite() { t } else { 0.0 };
        let (lights, beyond) = out.split_at_mut(self.lights.min(out.len()));
        self.painter.paint(t, senses, lights);
        // Palettes and pictures come from outside: whatever they hold, a light is between dark and full.
        lights.iter_mut().flatten().for_each(|part| *part = curve::unit(*part));
        beyond.fill(shade::BLACK);
    }
}

/// The only place that knows which animation is painted by what.
fn painter(setting: &Setting) -> Box<dyn Paint> {
    match setting.animation {
        Animation::Solid => Box::new(pulses::Solid::new(setting)),
        Animation::Breathe => Box::new(pulses::Breathe::new(setting)),
        Animation::Blink => Box::new(pulses::Flash::new(setting, 1.0)),
        Animation::Strobe => Box::new(pulses::Flash::new(setting, 6.0)),
        Animation::ColorCycle => Box::new(pulses::ColorCycle::new(setting)),
        Animation::Rainbow => Box::new(waves::Rainbow::new(setting)),
        Animation::Wave => Box::new(waves::Wave::new(setting)),
        Animation::Gradient => Box::new(waves::Gradient::new(setting)),
        Animation::Theater => Box::new(waves::Theater::new(setting)),
        Animation::Chase => Box::new(waves::Chase::new(setting)),
        Animation::Snake => Box::new(travellers::Snake::new(setting)),
        Animation::Comet => Box::new(travellers::Comet::new(setting)),
        Animation::Meteor => Box::new(travellers::Meteor::new(setting)),
        Animation::Scanner => Box::new(travellers::Scanner::new(setting)),
        Animation::Wipe => Box::new(travellers::Wipe::new(setting)),
        Animation::Sparkle => Box::new(sparks::Sparkle::new(setting)),
        Animation::Twinkle => Box::new(sparks::Twinkle::new(setting)),
        Animation::Lightning => Box::new(weather::Lightning::new(setting)),
        Animation::Fireworks => Box::new(fireworks::Fireworks::new(setting)),
        Animation::Plasma => Box::new(fields::Plasma::new(setting)),
        Animation::Noise => Box::new(fields::Noise::new(setting)),
        Animation::Ripple => Box::new(fields::Ripple::new(setting)),
        Animation::Metaballs => Box::new(fields::Metaballs::new(setting)),
        Animation::Julia => Box::new(fields::Julia::new(setting)),
        Animation::Tartan => Box::new(fields::Tartan::new(setting)),
        Animation::Lissajous => Box::new(fields::Lissajous::new(setting)),
        Animation::Fire => Box::new(nature::Fire::new(setting)),
        Animation::Candle => Box::new(nature::Candle::new(setting)),
        Animation::Aurora => Box::new(nature::Aurora::new(setting)),
        Animation::Ocean => Box::new(nature::Ocean::new(setting)),
        Animation::Rain => Box::new(weather::Rain::new(setting)),
        Animation::Matrix => Box::new(weather::Matrix::new(setting)),
        Animation::Life => Box::new(cells::Life::new(setting)),
        Animation::ScrollText => Box::new(text::ScrollText::new(setting)),
        Animation::Clock => clock::clock(setting),
        Animation::Image => Box::new(picture::Image::new(setting)),
        Animation::Program => Box::new(picture::Program::new(setting)),
        Animation::Vu => Box::new(sound::Vu::new(setting)),
        Animation::Spectrum => Box::new(sound::Spectrum::new(setting)),
        Animation::Beat => Box::new(sound::Beat::new(setting)),
    }
}

#[cfg(test)]
mod tests;
