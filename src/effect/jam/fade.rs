//! How light comes and goes: at once, and slowly.

use crate::effect::shade::{dim, from_bytes};
use crate::show::jam::color::{note_color, struck_color};
use crate::show::jam::{Jam, Note, millis};
use crate::show::light::Rgb;
use crate::show::time::ShowTime;

/// Of a strike.
pub const STRIKE_US: i64 = 250_000;
/// Of a note that was held.
const NOTE_US: i64 = 400_000;

/// What is left of something that was over at `since`, and takes so long to fade: from 1 down, level at its end. Before, it is not.
fn left(at: ShowTime, since: ShowTime, fade_us: i64) -> f32 {
    let age = at.0.saturating_sub(since.0);
    if age < 0 || age >= fade_us {
        return 0.0;
    }
    let rest = 1.0 - age as f32 / fade_us as f32;
    rest * rest
}

/// How bright a strike still is.
pub fn struck(at: ShowTime, strike: ShowTime) -> f32 {
    left(at, strike, STRIKE_US)
}

/// How bright a note is: full as long as it is held.
pub fn held(at: ShowTime, note: &Note) -> f32 {
    let (from, until) = (millis(note.at), millis(note.until.max(note.at)));
    if at < from {
        0.0
    } else if at < until {
        1.0
    } else {
        left(at, until, NOTE_US)
    }
}

/// All strikes that may be seen at a time are from the first of these on, and before the second.
pub fn seen(at: ShowTime) -> [ShowTime; 2] {
    [ShowTime(at.0.saturating_sub(STRIKE_US)), ShowTime(at.0.saturating_add(1))]
}

/// The colour of a note in that jam, as bright as it was struck, of which `level` is left.
pub fn color(jam: &Jam, note: u8, velocity: u8, level: f32) -> Rgb {
    dim(from_bytes(struck_color(note_color(note, jam.color_mode, jam.key, jam.scale), velocity)), level)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::show::jam::module::Module;
    use crate::show::jam::participant::ParticipantId;

    const NOW: i64 = 1_790_000_000_000;

    fn note(at: i64, until: i64) -> Note {
        Note { module: Module::Piano, note: 60, velocity: 100, by: ParticipantId(1), at, until }
    }

    #[test]
    fn a_strike_is_brightest_as_it_begins_and_not_seen_before() {
        let begun = millis(NOW);
        let level = |micros: i64| struck(ShowTime(begun.0 + micros), begun);
        assert_eq!([-1, 0, 125_000, 250_000, i64::MAX - begun.0].map(level), [0.0, 1.0, 0.25, 0.0, 0.0]);
        assert!((0..249_000).step_by(1_000).all(|micros| level(micros) > level(micros + 1_000)));
    }

    #[test]
    fn a_note_is_full_until_it_ends() {
        let note = note(NOW, NOW + 500);
        let level = |ms: i64| held(millis(NOW + ms), &note);
        assert_eq!([-1, 0, 499, 500, 700, 900, 5_000].map(level), [0.0, 1.0, 1.0, 1.0, 0.25, 0.0, 0.0]);
    }

    #[test]
    fn no_time_is_too_far_away() {
        for wild in [i64::MIN, -1, 0, i64::MAX] {
            for other in [i64::MIN, 0, i64::MAX] {
                let level = held(ShowTime(wild), &note(other, wild)) + struck(ShowTime(wild), ShowTime(other));
                assert!((0.0..=2.0).contains(&level));
                assert!(seen(ShowTime(wild))[0] <= seen(ShowTime(wild))[1]);
            }
        }
    }
}
