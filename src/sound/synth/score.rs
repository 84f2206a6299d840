//! What begins to sound in a stretch of time: strikes of patterns, and notes that are played.

use super::kit::drum_of;
use super::place::{sample_at, time_of};
use super::tone::Tone;
use super::voice::{Kind, NoteKey, Timbre, Voice};
use super::wave::samples;
use crate::show::jam::module::Module;
use crate::show::jam::pattern::Track;
use crate::show::jam::played::each_strike;
use crate::show::jam::{Jam, Note, millis};

/// How long the sequencer holds a note, and a drum that has no drum's name: until it would not be heard any more.
const HELD_S: f32 = 0.18;
/// The notes of the first tracks, as their light has them.
const DRUMS_BASE: u8 = 60;
const SEQUENCER_BASE: u8 = 48;
/// All of it together leaves room above.
const GAIN: f32 = 0.6;

/// Every strike whose first sample is from `first` on and before `until`.
pub fn each_struck(jam: &Jam, [first, until]: [i64; 2], see: &mut dyn FnMut(Voice)) {
    each_strike(jam, time_of(first), time_of(until), &mut |strike| {
        if jam.setting(strike.module).enabled {
            let onset = sample_at(strike.at);
            see(voice_of_track(jam, strike.module, (strike.track, strike.of), strike.velocity, onset));
        }
    });
}

fn gain(jam: &Jam, module: Module, velocity: u8) -> f32 {
    // As ears have it: half as far up is much less than half as loud.
    let part = |value: u8| f32::from(value.min(100)) / 100.0;
    let loudness = part(velocity) * part(jam.setting(module).volume);
    GAIN * loudness * loudness
}

fn voice_of_track(jam: &Jam, module: Module, (number, track): (u8, &Track), velocity: u8, onset: i64) -> Voice {
    let is_drum = module == Module::DrumMachine;
    let drum = drum_of(&track.id).filter(|_| is_drum);
    let held = samples(HELD_S);
    let timbre = match drum {
        Some(drum) => Timbre::Drum(drum),
        None if is_drum => Timbre::Tone(Tone::blip(jam.scale.note(jam.key, DRUMS_BASE, number)), held),
        None => Timbre::Tone(Tone::sequencer(jam.scale.note(jam.key, SEQUENCER_BASE, number)), held),
    };
    let kind = if drum.is_some_and(|drum| drum.is_hat) { Kind::Hats } else { Kind::Track(module, number) };
    let pan = drum.map_or(0.0, |drum| drum.pan);
    Voice { pan, ..Voice::new(onset, timbre, module, kind, gain(jam, module, velocity)) }
}

/// None for what makes no sound.
pub fn voice_of_note(jam: &Jam, note: &Note) -> Option<Voice> {
    let onset = sample_at(millis(note.at));
    if !jam.setting(note.module).enabled {
        return None;
    }
    let tone = match note.module {
        Module::Piano => Tone::piano(note.note),
        Module::IsometricSequencer => Tone::sequencer(note.note),
        Module::DrumMachine => {
            let pattern = jam.patterns.get(&jam.drums.at(jam.course.beat_at(millis(note.at))))?;
            let track = pattern.tracks().get(usize::from(note.note)).filter(|track| pattern.is_heard(track))?;
            let velocity = (u32::from(note.velocity) * u32::from(track.volume) / 100) as u8;
            return Some(voice_of_track(jam, note.module, (note.note, track), velocity, onset));
        }
        Module::DjVisualizer => return None,
    };
    let (kind, gain) = (Kind::Pitch(note.module, note.note), gain(jam, note.module, note.velocity));
    let held = Some((NoteKey::of(note), length(note)));
    // Low strings are on the left.
    let pan = (f32::from(note.note) - 64.0) / 160.0;
    Some(Voice { held, pan, ..Voice::new(onset, Timbre::Tone(tone, length(note)), note.module, kind, gain) })
}

/// In samples.
pub fn length(note: &Note) -> i64 {
    sample_at(millis(note.until)).saturating_sub(sample_at(millis(note.at))).max(0)
}
