//! The last of light before it goes out: what was mixed becomes what the LEDs of one fixture are told.
//!
//! Everything is a number with a point until the very last step, so that dark colours keep all their levels.

mod dither;
mod gamma;
mod power;
mod tone;
mod white;

#[cfg(test)]
mod tests;

pub use dither::{Residues, Step, rounded};
pub use power::{Draw, PowerLimit};

use crate::show::light::correction::Correction;
use tone::{Tone, finite};

/// One fixture. First `light` for all that hang on one supply, then their `draw` together to its `PowerLimit`, then `write`.
pub struct Finish {
    tone: Tone,
    channels: Channels,
    /// How long each LED is on, from 0 to 1, in the order of the wire.
    pwm: Vec<f32>,
    residues: Residues,
    draw: Draw,
}

#[derive(Clone, Copy, PartialEq)]
enum Channels {
    Three,
    Four,
}

impl Finish {
    /// Of 4 channels the last one is white; with any other number a pixel has the three colours.
    pub fn new(correction: &Correction, pixels: usize, channels: usize) -> Self {
        let channels = if channels == 4 { Channels::Four } else { Channels::Three };
        let count = pixels.saturating_mul(channels.count());
        let idle_mw = idle_mw(correction, pixels);
        Self {
            tone: Tone::new(correction),
            channels,
            pwm: vec![0.0; count],
            residues: Residues::new(count),
            draw: Draw { idle_mw, lit_mw: 0.0 },
        }
    }

    /// From the next frame on with another correction; nothing is allocated, and nothing flickers.
    pub fn set(&mut self, correction: &Correction) {
        self.tone.set(correction);
        self.draw.idle_mw = idle_mw(correction, self.pixels());
    }

    pub fn pixels(&self) -> usize {
        self.pwm.len() / self.channels.count()
    }

    /// Takes the frame that was mixed, coded as for a screen. Pixels that it does not have are dark.
    pub fn light(&mut self, pixels: &[[f32; 3]]) {
        let tone = &self.tone;
        let [first, second, third, white] = tone.full_mw();
        self.draw.lit_mw = match self.channels {
            Channels::Three => fill(&mut self.pwm, pixels, [first, second, third], |from, to| tone.threes(from, to)),
            Channels::Four => fill(&mut self.pwm, pixels, [first, second, third, white], |from, to| tone.fours(from, to)),
        };
    }

    /// How long each LED is on, from 0 to 1, in the order of the wire.
    pub fn pwm(&self) -> &[f32] {
        &self.pwm
    }

    /// What the frame would draw without a limit.
    pub fn draw(&self) -> Draw {
        self.draw
    }

    /// What goes over the wire, in 8 bits, into a buffer that is kept. `scale` is what the supply allows.
    pub fn write(&mut self, scale: f32, dither: bool, out: &mut Vec<u8>) {
        self.quantise(scale, dither, out);
    }

    /// The same in 16 bits, for LEDs that have more than 8.
    pub fn write16(&mut self, scale: f32, dither: bool, out: &mut Vec<u16>) {
        self.quantise(scale, dither, out);
    }

    fn quantise<S: Step>(&mut self, scale: f32, dither: bool, out: &mut Vec<S>) {
        let scale = gamma::unit(scale);
        if dither {
            self.residues.dithered(&self.pwm, scale, out);
        } else {
            // While power is short, what is rounded up all over a large fixture could be too much again.
            rounded(&self.pwm, scale, scale < 1.0, out);
        }
    }
}

impl Channels {
    fn count(self) -> usize {
        match self {
            Channels::Three => 3,
            Channels::Four => 4,
        }
    }
}

fn idle_mw(correction: &Correction, pixels: usize) -> f64 {
    finite(correction.power.idle_mw() * pixels as f64).max(0.0)
}

/// Returns what the light draws.
fn fill<const N: usize>(
    pwm: &mut [f32],
    pixels: &[[f32; 3]],
    full_mw: [f32; N],
    tone: impl Fn(&[[f32; 3]], &mut [[f32; N]]),
) -> f64 {
    let (slots, _) = pwm.as_chunks_mut::<N>();
    let (lit, dark) = slots.split_at_mut(slots.len().min(pixels.len()));
    tone(pixels, lit);
    dark.fill([0.0; N]);
    let mut on = [0.0; N];
    for slot in lit {
        on.iter_mut().zip(slot).for_each(|(on, value)| *on += f64::from(*value));
    }
    on.iter().zip(full_mw).map(|(on, mw)| on * f64::from(mw)).sum()
}
