//! What lights hear: how loud the program or an input is, at each pitch, and when it beats.

use std::sync::Arc;

use crate::effect::senses::Sound;
use crate::frame::sight::{PITCHES, Sight, Sights};
use crate::show::ids::InputId;
use crate::show::time::ShowTime;

/// Pitches that a beat is heard in: the lowest third of three octaves each.
const LOW: usize = PITCHES / 4;
/// A beat is this much louder than what is usual.
const BEAT: f32 = 1.35;
/// And than it was a moment before: what goes on is none.
const RISE: f32 = 1.2;
/// How fast what is usual follows what is heard, and a beat fades: seconds.
const USUAL_S: f32 = 1.0;
const FADE_S: f32 = 0.25;

pub struct Ear {
    sights: Arc<Sights>,
    /// None: the program.
    of: Option<InputId>,
    heard: Sound,
    usual: f32,
    /// How loud the low pitches were the last time.
    before: f32,
    last: ShowTime,
}

impl Ear {
    pub fn new(sights: Arc<Sights>, of: Option<InputId>) -> Self {
        Self { sights, of, heard: Sound::default(), usual: 0.0, before: 0.0, last: ShowTime::default() }
    }

    /// What is heard at `at`; None if nobody measures it (yet).
    pub fn listen(&mut self, at: ShowTime) -> Option<Sound> {
        let sight = self.sights.look(self.of.as_ref(), at)?;
        let seconds = at.since(self.last).as_secs_f32().min(0.1);
        self.last = at;
        self.hear(&sight, seconds);
        Some(self.heard)
    }

    fn hear(&mut self, sight: &Sight, seconds: f32) {
        let Sound { bands, beat, left, right } = &mut self.heard;
        [*left, *right] = sight.loudness();
        *bands = sight.bands();
        let low = sight.powers[..LOW].iter().copied().fold(0.0, f32::max).sqrt();
        let strikes = low > self.usual * BEAT && low > self.before * RISE && low > 0.01;
        self.before = low;
        if strikes {
            *beat = 1.0;
        } else {
            *beat *= 1.0 - (seconds / FADE_S).min(1.0);
        }
        self.usual += (low - self.usual) * (seconds / USUAL_S).min(1.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tone(pitch: usize, amplitude: f32) -> Sight {
        let mut sight = Sight { rms_db: [-6.0, -120.0], ..Sight::default() };
        sight.powers[pitch] = amplitude * amplitude;
        sight
    }

    fn ear() -> Ear {
        Ear::new(Sights::new(), None)
    }

    #[test]
    fn a_tone_lights_its_band_and_silence_none() {
        let mut ear = ear();
        ear.hear(&tone(100, 1.0), 0.01);
        let lit: Vec<usize> = (0..32).filter(|band| ear.heard.bands[*band] > 0.0).collect();
        assert_eq!(lit, [100 * 32 / PITCHES]);
        assert!((ear.heard.bands[lit[0]] - 1.0).abs() < 1e-6);
        assert_eq!((ear.heard.left, ear.heard.right), (0.9, 0.0));
        ear.hear(&Sight::default(), 0.01);
        assert_eq!(ear.heard.bands, [0.0; 32]);
    }

    #[test]
    fn a_drum_is_a_beat_and_a_drone_is_none() {
        let mut ear = ear();
        let mut beats = 0;
        for step in 0..200 {
            let drum = if step % 50 == 0 { 0.8 } else { 0.05 };
            ear.hear(&tone(10, drum), 0.01);
            beats += usize::from(ear.heard.beat == 1.0);
        }
        assert_eq!(beats, 4);
        for _ in 0..400 {
            ear.hear(&tone(10, 0.5), 0.01);
        }
        assert!(ear.heard.beat < 0.01);
    }
}
