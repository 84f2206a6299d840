//! What strikes when: a function of the jam and the time.

use super::Jam;
use super::beat::{BEAT, Beat};
use super::module::Module;
use super::pattern::{Cell, Pattern, PatternId, STEPS_PER_BEAT, Track};
use crate::show::time::ShowTime;

/// A step that has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Strike<'a> {
    pub module: Module,
    pub track: u8,
    pub of: &'a Track,
    /// The track's volume is in it, the module's is not.
    pub velocity: u8,
    pub at: ShowTime,
    /// Counted from where it began to play.
    pub step: i64,
}

const STEP: i64 = BEAT / STEPS_PER_BEAT;
/// Whoever asks for more than this many steps at once means something else.
const MOST_STEPS: i64 = 4_096;

/// Where it is: the step that was last, counted from where it began to play. None while it does not.
pub fn step_at(jam: &Jam, at: ShowTime) -> Option<i64> {
    let beat = jam.course.beat_at(at);
    let from = jam.transport.from.filter(|_| jam.transport.is_playing(beat))?;
    Some((beat.0 - from.0).div_euclid(STEP))
}

/// The beat at which a step strikes.
fn beat_of(jam: &Jam, from: Beat, step: i64) -> Beat {
    let late = if step.rem_euclid(2) == 1 { STEP * i64::from(jam.swing.min(75)) / 100 } else { 0 };
    Beat(from.0.saturating_add(step.saturating_mul(STEP)).saturating_add(late))
}

/// Calls `see` with everything that strikes from `from` on and before `until`, in the order of its steps.
pub fn each_strike<'a>(jam: &'a Jam, from: ShowTime, until: ShowTime, see: &mut dyn FnMut(Strike<'a>)) {
    let Some(start) = jam.transport.from else { return };
    // A beat that 64 bits do not hold is the first or last that they do.
    let steps = |time: ShowTime| jam.course.beat_at(time).0.saturating_sub(start.0).div_euclid(STEP);
    // One that swings, or strikes several times, may have begun a step before.
    let first = (steps(from) - 1).max(0);
    let last = steps(until).min(first.saturating_add(MOST_STEPS));
    for step in first..=last {
        let beat = beat_of(jam, start, step);
        if !jam.transport.is_playing(beat) {
            continue;
        }
        for (module, playing) in [(Module::DrumMachine, jam.drums), (Module::IsometricSequencer, jam.sequencer)] {
            let Some(pattern) = jam.patterns.get(&playing.at(beat)) else { continue };
            strikes_of(jam, module, (playing.at(beat), pattern), (step, beat), [from, until], see);
        }
    }
}

fn strikes_of<'a>(
    jam: &Jam,
    module: Module,
    (id, pattern): (PatternId, &'a Pattern),
    (step, beat): (i64, Beat),
    [from, until]: [ShowTime; 2],
    see: &mut dyn FnMut(Strike<'a>),
) {
    let place = step.rem_euclid(pattern.steps() as i64) as usize;
    for (number, track) in pattern.tracks().iter().enumerate() {
        let Some(cell) = track.cells.get(place).filter(|cell| cell.enabled && pattern.is_heard(track)) else { continue };
        if is_left_out(*cell, id, number as u8, step) {
            continue;
        }
        let velocity = (u32::from(cell.velocity) * u32::from(track.volume) / 100) as u8;
        let times = i64::from(cell.again) + 1;
        for time in 0..times {
            let at = jam.course.time_of(Beat(beat.0.saturating_add(STEP * time / times)));
            if at >= from && at < until {
                see(Strike { module, track: number as u8, of: track, velocity, at, step });
            }
        }
    }
}

/// By the place alone (the last steps of SplitMix64), so that it is the same everywhere.
fn is_left_out(cell: Cell, pattern: PatternId, track: u8, step: i64) -> bool {
    if cell.skipped == 0 {
        return false;
    }
    let place = (u64::from(pattern.number()) << 8 | u64::from(track)) << 40;
    let mut bits = ((step as u64) ^ place).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    (bits >> 60) < u64::from(cell.skipped)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::show::jam::Transport;
    use crate::show::jam::code::JamCode;

    /// At 120 beats a minute a step takes 125 ms.
    fn jam() -> Jam {
        let mut jam = Jam::new(JamCode::of(1), "test".to_owned(), 0);
        jam.transport = Transport { from: Some(Beat::whole(4)), until: None };
        jam
    }

    fn set(jam: &mut Jam, pattern: PatternId, track: u8, step: u8, cell: Cell) {
        let pattern = jam.patterns.get_mut(&pattern).expect("it is there");
        *Arc::make_mut(pattern).cell_mut(track, step).expect("it is there") = cell;
    }

    fn strikes(jam: &Jam, from_ms: i64, until_ms: i64) -> Vec<(u8, i64)> {
        let mut seen = Vec::new();
        each_strike(jam, ShowTime(from_ms * 1_000), ShowTime(until_ms * 1_000), &mut |strike| {
            seen.push((strike.track, strike.at.millis()));
        });
        seen
    }

    #[test]
    fn steps_strike_on_their_beats_and_go_round() {
        let mut jam = jam();
        set(&mut jam, PatternId::drums(0), 0, 0, Cell::struck(80));
        set(&mut jam, PatternId::drums(0), 1, 4, Cell::struck(80));
        assert_eq!(strikes(&jam, 0, 2_000), [], "it has not begun");
        assert_eq!(strikes(&jam, 2_000, 4_001), [(0, 2_000), (1, 2_500), (0, 4_000)]);
        jam.transport.until = Some(Beat::whole(8));
        assert_eq!(strikes(&jam, 2_000, 9_000), [(0, 2_000), (1, 2_500)]);
    }

    #[test]
    fn every_strike_is_in_exactly_one_of_the_pieces_that_time_is_cut_into() {
        let mut jam = jam();
        jam.swing = 60;
        for step in 0..16 {
            set(&mut jam, PatternId::drums(0), 0, step, Cell { again: step % 4, ..Cell::struck(80) });
            set(&mut jam, PatternId::sequencer(0), 3, step, Cell { skipped: step, ..Cell::struck(80) });
        }
        let whole = strikes(&jam, 0, 20_000);
        let mut pieces: Vec<_> =
            (0..20_000 / 7 + 1).flat_map(|piece| strikes(&jam, piece * 7, (piece * 7 + 7).min(20_000))).collect();
        let mut sorted = whole.clone();
        sorted.sort_by_key(|(track, at)| (*at, *track));
        pieces.sort_by_key(|(track, at)| (*at, *track));
        assert_eq!(pieces, sorted);
        assert!(whole.len() > 300, "{}", whole.len());
    }

    #[test]
    fn another_pattern_begins_with_its_beat() {
        let mut jam = jam();
        let other = PatternId::drums(1);
        jam.patterns.insert(other, Arc::new(Pattern::empty_drums()));
        set(&mut jam, PatternId::drums(0), 0, 0, Cell::struck(80));
        set(&mut jam, other, 5, 0, Cell::struck(80));
        jam.drums = crate::show::jam::Playing { pattern: other, since: Beat::whole(8), before: PatternId::drums(0) };
        assert_eq!(strikes(&jam, 0, 6_001), [(0, 2_000), (5, 4_000), (5, 6_000)]);
    }

    #[test]
    fn chance_leaves_out_about_as_many_as_it_should() {
        let cell = Cell { skipped: 4, ..Cell::struck(80) };
        let left_out = (0..10_000).filter(|step| is_left_out(cell, PatternId::drums(0), 0, *step)).count();
        assert!((2_200..2_800).contains(&left_out), "{left_out}");
    }
}
