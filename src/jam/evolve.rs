//! Lets what was decided happen. Total: whatever a log brings, nothing here fails, and nothing grows without bound.

use std::sync::Arc;

use crate::show::jam::beat::Beat;
use crate::show::jam::event::{Entry, JamEvent, Step, Struck};
use crate::show::jam::participant::{Participant, ParticipantId};
use crate::show::jam::pattern::{PATTERNS, Pattern, PatternId};
use crate::show::jam::{
    FADING_MS, Jam, LONGEST_NOTE_MS, MOST_NOTES, MOST_PARTICIPANTS, Millis, Note, Playing, Transport, millis,
};

pub fn evolve(jam: &mut Jam, entry: &Entry) {
    jam.changed_at = jam.changed_at.max(entry.at);
    if entry.op > 0 && jam.participants.contains_key(&entry.by) {
        jam.ops.insert(entry.by, entry.op);
    }
    match &entry.event {
        JamEvent::DrumStep(step) => set_step(jam, step),
        JamEvent::Note(note) => strike(jam, note, entry.by, entry.at),
        JamEvent::ColorMode { mode } => jam.color_mode = *mode,
        JamEvent::KeyChange { key, scale } => (jam.key, jam.scale) = (*key, *scale),
        JamEvent::TempoChange { line, .. } => jam.course.go_on(*line, millis(entry.at)),
        JamEvent::PlaybackControl { is_playing: true, beat } => jam.transport = Transport { from: Some(*beat), until: None },
        JamEvent::PlaybackControl { is_playing: false, beat } => jam.transport.until = Some(*beat),
        JamEvent::Bar { meter, quantum, swing } => (jam.meter, jam.quantum, jam.swing) = (*meter, *quantum, *swing),
        JamEvent::PatternSelect { pattern, since } => select(jam, *pattern, *since, entry.at),
        JamEvent::DrumPatternReset { pattern, tracks } => {
            if let Ok(whole) = Pattern::try_from(tracks.clone()) {
                jam.patterns.insert(*pattern, Arc::new(whole));
            }
        }
        JamEvent::Track { pattern, track, muted, solo, volume } => {
            if let Some(track) = pattern_mut(jam, *pattern).track_mut(*track) {
                (track.muted, track.solo, track.volume) = (*muted, *solo, *volume);
            }
        }
        JamEvent::Module { module, setting } => drop(jam.modules.insert(*module, *setting)),
        JamEvent::Visual { visual } => jam.visual = *visual,
        JamEvent::Joined { participant } => join(jam, participant),
        JamEvent::Left { id } => leave(jam, *id),
        JamEvent::Presence { id, present, outputs } => {
            change(jam, *id, |participant| (participant.present, participant.outputs) = (*present, *outputs));
        }
        JamEvent::Profile { id, name, color } => {
            change(jam, *id, |participant| (participant.name, participant.color) = (name.clone(), *color));
        }
        JamEvent::Host { id } => make_host(jam, *id),
        JamEvent::Whole { jam: whole } => become_whole(jam, whole),
        JamEvent::Room { name, open } => (jam.name, jam.open) = (name.clone(), *open),
    }
}

/// What it is called, and who is there, stays.
fn become_whole(jam: &mut Jam, whole: &Jam) {
    let is_right = whole.patterns.len() <= 2 * usize::from(PATTERNS) && whole.notes.len() <= MOST_NOTES;
    if !is_right {
        return;
    }
    let before = std::mem::replace(jam, whole.clone());
    (jam.code, jam.name, jam.created_at, jam.open) = (before.code, before.name, before.created_at, before.open);
    (jam.participants, jam.next_participant) = (before.participants, before.next_participant);
    (jam.changed_at, jam.ops) = (before.changed_at, before.ops);
}

fn pattern_mut(jam: &mut Jam, id: PatternId) -> &mut Pattern {
    let pattern = jam.pattern(id);
    Arc::make_mut(jam.patterns.entry(id).or_insert(pattern))
}

fn set_step(jam: &mut Jam, step: &Step) {
    if let Some(cell) = pattern_mut(jam, step.pattern).cell_mut(step.track, step.step) {
        *cell = step.cell();
    }
}

fn strike(jam: &mut Jam, note: &Struck, by: ParticipantId, at: Millis) {
    jam.notes.retain(|known| known.until.saturating_add(FADING_MS) > at);
    for known in &mut jam.notes {
        if (known.module, known.note, known.by) == (note.module, note.note, by) && known.until > at {
            known.until = at;
        }
    }
    if note.on {
        if jam.notes.len() >= MOST_NOTES {
            jam.notes.remove(0);
        }
        let Struck { note, velocity, module, .. } = *note;
        jam.notes.push(Note { module, note, velocity, by, at, until: at.saturating_add(LONGEST_NOTE_MS) });
    }
}

fn select(jam: &mut Jam, pattern: PatternId, since: Beat, at: Millis) {
    let now = jam.course.beat_at(millis(at));
    let playing = if pattern.is_drums() { &mut jam.drums } else { &mut jam.sequencer };
    *playing = Playing { pattern, since, before: playing.at(now) };
}

fn join(jam: &mut Jam, participant: &Participant) {
    if jam.participants.len() < MOST_PARTICIPANTS {
        jam.next_participant = jam.next_participant.max(participant.id.0.saturating_add(1));
        jam.participants.insert(participant.id, Arc::new(participant.clone()));
    }
}

/// The host's place goes to whoever has been there for longest.
fn leave(jam: &mut Jam, id: ParticipantId) {
    jam.ops.remove(&id);
    let was_host = jam.participants.remove(&id).is_some_and(|participant| participant.is_host);
    let oldest = |present_only: bool| {
        let mut rest = jam.participants.values().filter(|participant| participant.present || !present_only);
        rest.next().map(|participant| participant.id)
    };
    if let (true, Some(next)) = (was_host, oldest(true).or_else(|| oldest(false))) {
        make_host(jam, next);
    }
}

fn make_host(jam: &mut Jam, id: ParticipantId) {
    if !jam.participants.contains_key(&id) {
        return;
    }
    for participant in jam.participants.values_mut() {
        let is_host = participant.id == id;
        if participant.is_host != is_host {
            Arc::make_mut(participant).is_host = is_host;
        }
    }
}

fn change(jam: &mut Jam, id: ParticipantId, change: impl FnOnce(&mut Participant)) {
    if let Some(participant) = jam.participants.get_mut(&id) {
        change(Arc::make_mut(participant));
    }
}
