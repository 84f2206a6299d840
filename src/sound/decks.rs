//! What the player plays, as sound: the track that is heard and the one before it, each from its own tap, joined on the very
//! sample where the one ends and the other begins.

use std::f32::consts::FRAC_PI_2;

use crate::frame::sound::CHANNELS;
use crate::frame::tap::{Tap, position};
use crate::show::Show;
use crate::show::ids::InputId;
use crate::show::input::Playback;
use crate::show::player::{Leaving, Now};

/// What is heard of one play: the samples from `from` to `to` of the grid, and how it comes and goes.
#[derive(Clone, Debug, PartialEq)]
pub struct Deck {
    pub input: InputId,
    from: i64,
    to: i64,
    comes_until: i64,
    goes_from: i64,
}

/// The one before first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Decks(pub [Option<Deck>; 2]);

impl Decks {
    pub fn of(show: &Show) -> Decks {
        let is_heard = |asset| show.assets.get(asset).is_some_and(|asset| asset.kind.is_played());
        let leaving = show.player.leaving.as_ref();
        let now = show.player.now.as_ref().filter(|now| is_heard(&now.asset));
        let before = leaving.filter(|leaving| is_heard(&leaving.asset)).map(going);
        Decks([before, now.and_then(|now| coming(now, leaving))])
    }

    pub fn is_empty(&self) -> bool {
        self.0.iter().all(Option::is_none)
    }

    /// Interleaved, from `first` on; what nobody plays is NaN. How many frames there are.
    pub fn read<'a>(
        &self,
        first: i64,
        tap: impl Fn(&InputId) -> Option<&'a Tap>,
        out: &mut [f32],
        aside: &mut [f32],
    ) -> usize {
        out.fill(f32::NAN);
        for deck in self.0.iter().flatten() {
            let Some(tap) = tap(&deck.input) else { continue };
            if tap.read_marked(first, aside) > 0 {
                deck.add(first, aside, out);
            }
        }
        out.chunks_exact(CHANNELS).filter(|frame| !frame[0].is_nan()).count()
    }
}

fn going(leaving: &Leaving) -> Deck {
    let (goes_from, to) = (position(leaving.from), position(leaving.until));
    Deck { input: leaving.input(), from: i64::MIN, to, comes_until: i64::MIN, goes_from }
}

fn coming(now: &Now, leaving: Option<&Leaving>) -> Option<Deck> {
    let Playback::Playing { since, .. } = now.playback else { return None };
    let from = position(since);
    // Only what begins where another leaves comes slowly.
    let together = leaving.filter(|leaving| leaving.from == since);
    let comes_until = together.map_or(from, |leaving| position(leaving.until));
    let to = now.ends_at().map_or(i64::MAX, position);
    Some(Deck { input: now.input(), from, to, comes_until, goes_from: i64::MAX })
}

/// Equal power: what comes and what goes are together as loud as each of them.
fn share(at: i64, from: i64, to: i64) -> f32 {
    let part = (at - from) as f32 / (to - from).max(1) as f32;
    (part.clamp(0.0, 1.0) * FRAC_PI_2).sin()
}

impl Deck {
    fn weight(&self, at: i64) -> f32 {
        match () {
            () if at < self.from || at >= self.to => 0.0,
            () if at < self.comes_until => share(at, self.from, self.comes_until),
            () if at >= self.goes_from => share(self.to - 1 - at, 0, self.to - self.goes_from),
            () => 1.0,
        }
    }

    fn add(&self, first: i64, samples: &[f32], out: &mut [f32]) {
        let frames = samples.chunks_exact(CHANNELS).zip(out.chunks_exact_mut(CHANNELS));
        for (at, (frame, out)) in (first..).zip(frames) {
            let weight = self.weight(at);
            if weight == 0.0 || frame[0].is_nan() {
                continue;
            }
            for (out, sample) in out.iter_mut().zip(frame) {
                *out = if out.is_nan() { sample * weight } else { *out + sample * weight };
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::tap::time_of;

    fn deck(play: u64, from: i64, to: i64) -> Deck {
        Deck { input: InputId::of_play(play), from, to, comes_until: i64::MIN, goes_from: i64::MAX }
    }

    fn ramp(tap: &Tap, from: i64, length: i64, first: f32) {
        let samples: Vec<f32> = (0..length).flat_map(|index| [(first + index as f32) / 65_536.0; 2]).collect();
        tap.write(time_of(from), &samples);
    }

    fn read(decks: &Decks, first: i64, taps: [&Tap; 2]) -> Vec<f32> {
        let (mut out, mut aside) = (vec![0.0; 960], vec![0.0; 960]);
        decks.read(first, |input| Some(taps[input.play().unwrap_or(0) as usize]), &mut out, &mut aside);
        out.chunks_exact(2).map(|frame| frame[0] * 65_536.0).collect()
    }

    #[test]
    fn one_follows_the_other_on_the_sample() {
        let (before, after) = (Tap::new(), Tap::new());
        ramp(&before, 10_000, 2_000, 0.0);
        ramp(&after, 11_717, 2_000, 1_717.0);
        // What the one still has behind its end, and the other before its beginning, is not heard.
        let decks = Decks([Some(deck(0, i64::MIN, 11_717)), Some(deck(1, 11_717, i64::MAX))]);
        let heard = read(&decks, 11_500, [&before, &after]);
        assert!(heard.iter().enumerate().all(|(index, sample)| *sample == 1_500.0 + index as f32), "{heard:?}");
        let silent = read(&Decks::default(), 11_500, [&before, &after]);
        assert!(silent.iter().all(|sample| sample.is_nan()));
    }

    #[test]
    fn two_that_fade_into_each_other_are_as_loud_as_one() {
        let (from, until) = (48_000, 52_800);
        let going = Deck { goes_from: from, ..deck(0, i64::MIN, until) };
        let coming = Deck { comes_until: until, ..deck(1, from, i64::MAX) };
        for at in from..until {
            let power = going.weight(at).powi(2) + coming.weight(at).powi(2);
            assert!((power - 1.0).abs() < 1e-3, "{at}: {power}");
        }
        assert_eq!((going.weight(from - 1), going.weight(until), coming.weight(from - 1)), (1.0, 0.0, 0.0));
        assert_eq!(coming.weight(until), 1.0);
    }
}
