//! Where a source begins, ends, or continues elsewhere (another delay, a piece that came too late): without a click.
//!
//! At such a place the step is taken out and let go over some milliseconds: what is heard goes on from where it was, and nears
//! what the source says from now on.

use crate::frame::sound::CHANNELS;

/// What is left of a step after each frame: a tenth after 2.3 ms.
const LEFT: f32 = 0.979_4;
/// Below this (-100 dB) a step is gone.
const GONE: f32 = 1e-5;

#[derive(Clone, Copy, Debug, Default)]
pub struct Edge {
    was_there: bool,
    jumped: bool,
    /// What was last heard.
    last: [f32; CHANNELS],
    /// What is left of a step.
    step: [f32; CHANNELS],
}

impl Edge {
    /// What comes next does not follow what was.
    pub fn jump(&mut self) {
        self.jumped = true;
    }

    /// Makes silence of what is missing (NaN), and edges soft.
    pub fn soften(&mut self, samples: &mut [f32], all_there: bool) {
        if all_there && self.was_there && !self.jumped && self.step == [0.0; 2] {
            if let Some(last) = samples.last_chunk::<CHANNELS>() {
                self.last = *last;
            }
            return;
        }
        for frame in samples.chunks_exact_mut(CHANNELS) {
            let is_there = !frame[0].is_nan();
            if !is_there {
                frame.fill(0.0);
            }
            if is_there != self.was_there || self.jumped {
                self.step = [self.last[0] - frame[0], self.last[1] - frame[1]];
                (self.was_there, self.jumped) = (is_there, false);
            }
            for (sample, step) in frame.iter_mut().zip(&mut self.step) {
                *sample += *step;
                *step = if step.abs() < GONE { 0.0 } else { *step * LEFT };
            }
            self.last = [frame[0], frame[1]];
        }
    }

    /// Nothing is left to be heard.
    pub fn is_still(&self) -> bool {
        !self.was_there && self.step == [0.0; 2]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gap_has_soft_edges_and_what_is_whole_stays_as_it_is() {
        let mut edge = Edge::default();
        let mut samples = vec![0.5; 4_800];
        samples[960..1_920].fill(f32::NAN);
        edge.soften(&mut samples, false);
        let steepest = samples.windows(3).map(|pair| (pair[2] - pair[0]).abs()).fold(samples[0].abs(), f32::max);
        assert!(steepest < 0.5 * 0.021, "{steepest}");
        assert_eq!(samples[0], 0.0, "it begins softly too");
        assert!((samples[950] - 0.5).abs() < 1e-4 && samples[1_900].abs() < 1e-4);
        let mut whole: Vec<f32> = (0..960).map(|index| index as f32).collect();
        let mut settled = Edge { was_there: true, ..Edge::default() };
        settled.soften(&mut whole, true);
        assert!(whole.iter().enumerate().all(|(index, sample)| *sample == index as f32));
        edge.jump();
        let mut elsewhere = vec![-0.5; 960];
        edge.soften(&mut elsewhere, true);
        assert!((elsewhere[0] - 0.5).abs() < 1e-3 && (elsewhere[958] + 0.5).abs() < 1e-3);
        assert!(!edge.is_still());
    }
}
