//! What a jam sounds like: drums, notes and the sequencer. What is heard at a sample follows from the jam and the sample, whatever
//! the pieces are that sound is made in; only what changes while it sounds is heard to change from then on.

mod kit;
mod place;
mod score;
mod tone;
mod voice;
mod wave;

#[cfg(test)]
mod tests;

use voice::{NoteKey, Voice};

use crate::frame::sound::CHANNELS;
use crate::show::jam::{Jam, MOST_NOTES};

/// That sound at once and are not just going out. Beyond, the oldest goes.
const MOST_VOICES: usize = 64;
/// So many samples are looked at in one go: what begins in them, at the fastest, has room below.
const STRETCH: i64 = 480;
const ROOM: usize = 1_024;
/// Of whoever begins in the midst of it: longer than any drum sounds.
const LOOK_BACK: i64 = 96_000;

pub struct Synth {
    /// In the order in which they began.
    voices: Vec<Voice>,
    /// What begins in a stretch.
    coming: Vec<Voice>,
    /// Notes that have begun, as long as the jam knows them.
    begun: Vec<NoteKey>,
    /// The sample after the last one that was made.
    next: Option<i64>,
}

impl Default for Synth {
    fn default() -> Self {
        Self::new()
    }
}

impl Synth {
    pub fn new() -> Self {
        let room = || Vec::with_capacity(ROOM);
        Self { voices: room(), coming: room(), begun: Vec::with_capacity(2 * MOST_NOTES), next: None }
    }

    /// What is heard from the sample `first` on, counted from the Unix epoch in the jam's own time: both sides in turn, over
    /// whatever was there.
    pub fn fill(&mut self, jam: &Jam, first: i64, out: &mut [f32]) {
        out.fill(0.0);
        if self.next != Some(first) {
            self.look_back(jam, first);
        }
        self.follow(jam, first);
        for (stretch, out) in out.chunks_mut(STRETCH as usize * CHANNELS).enumerate() {
            let first = first.saturating_add(stretch as i64 * STRETCH);
            let frames = (out.len() / CHANNELS) as i64;
            self.begin(jam, [first, first.saturating_add(frames)], first);
            self.voices.iter().for_each(|voice| voice.add_to(first, out));
        }
        out.iter_mut().for_each(|sample| *sample = soft(*sample));
        self.next = Some(first.saturating_add((out.len() / CHANNELS) as i64));
    }

    /// Begins everything that sounds already.
    fn look_back(&mut self, jam: &Jam, first: i64) {
        self.voices.clear();
        self.begun.clear();
        let mut at = first.saturating_sub(LOOK_BACK);
        while at < first {
            let until = at.saturating_add(STRETCH).min(first);
            self.begin(jam, [at, until], i64::MIN);
            at = until;
        }
    }

    /// Goes after what has changed in the jam: notes that end, and modules that are switched off.
    fn follow(&mut self, jam: &Jam, first: i64) {
        self.begun.retain(|key| jam.notes.iter().any(|note| NoteKey::of(note) == *key));
        for voice in &mut self.voices {
            if !jam.setting(voice.module).enabled && voice.cut.is_none() {
                voice.cut = Some(first);
            }
            let Some((key, known)) = voice.held else { continue };
            let length = jam.notes.iter().find(|note| NoteKey::of(note) == key).map_or(known, score::length);
            if length != known {
                voice.held = Some((key, length));
                // What has ended meanwhile ends now: sound that was made is not taken back.
                voice.hold(length.max(first.saturating_sub(voice.onset)));
            }
        }
    }

    /// Begins what begins from `first` on and before `until`, and notes that should have begun before, but were not known. What was
    /// before `made` cannot be heard any more.
    fn begin(&mut self, jam: &Jam, [first, until]: [i64; 2], made: i64) {
        self.voices.retain(|voice| voice.end() > first);
        self.coming.clear();
        let coming = &mut self.coming;
        score::each_struck(jam, [first, until], &mut |voice| {
            if coming.len() < ROOM - MOST_NOTES {
                coming.push(voice);
            }
        });
        for note in &jam.notes {
            let key = NoteKey::of(note);
            let is_new = !self.begun.contains(&key) && self.begun.len() < 2 * MOST_NOTES && coming.len() < ROOM;
            let voice = if is_new { score::voice_of_note(jam, note) } else { None };
            if let Some(voice) = voice.filter(|voice| voice.onset < until && voice.over > first) {
                self.begun.push(key);
                coming.push(Voice { enters: voice.onset.max(made), ..voice });
            }
        }
        // What begins at once has an order of its own: sums of numbers with a point depend on it.
        coming.sort_unstable_by_key(|voice| (voice.onset, voice.kind, voice.held.is_some(), voice.gain.to_bits()));
        for place in 0..self.coming.len() {
            self.add(self.coming[place]);
        }
    }

    fn add(&mut self, voice: Voice) {
        let now = voice.onset.max(voice.enters);
        self.voices.iter_mut().filter(|old| old.lasts(now) && old.kind == voice.kind).for_each(|old| old.cut = Some(now));
        if self.voices.iter().filter(|old| old.lasts(now)).count() >= MOST_VOICES
            && let Some(oldest) = self.voices.iter_mut().find(|old| old.lasts(now))
        {
            oldest.cut = Some(now);
        }
        if self.voices.len() < ROOM {
            self.voices.push(voice);
        }
    }
}

/// From here on it is pressed together, so that no sum is more than 1.
const KNEE: f32 = 0.7;

fn soft(sample: f32) -> f32 {
    let beyond = sample.abs() - KNEE;
    if beyond <= 0.0 {
        return sample;
    }
    let room = 1.0 - KNEE;
    (KNEE + room * beyond / (beyond + room)).copysign(sample)
}
