//! What becomes of what is asked. Pure: the jam, the wish, who and when; an event, or why not.

use super::ask::{Ask, Bar, ModuleChange, TrackChange};
use super::refused::Refused;
use crate::show::jam::beat::{Beat, Tempo};
use crate::show::jam::event::{JamEvent, Step, Struck};
use crate::show::jam::module::{Module, Setting};
use crate::show::jam::participant::{Color, Participant, ParticipantId, plain_name};
use crate::show::jam::pattern::{LOUDEST, Pattern, Track};
use crate::show::jam::{Jam, Millis, millis};

/// Who asks, and when.
#[derive(Clone, Copy, Debug)]
pub struct Given {
    pub by: ParticipantId,
    pub now: Millis,
    /// What is scheduled is so far ahead that it is known everywhere by then.
    pub lead_ms: i64,
}

/// None: it is so already.
pub fn decide(jam: &Jam, ask: &Ask, given: Given) -> Result<Option<JamEvent>, Refused> {
    let author = jam.participants.get(&given.by).ok_or(Refused::NotAParticipant)?;
    let event = match ask {
        Ask::DrumStep(step) => return set_step(jam, step),
        Ask::Note(note) => return strike(jam, note, given),
        Ask::ColorMode { mode } => JamEvent::ColorMode { mode: *mode },
        Ask::KeyChange { key, scale } => JamEvent::KeyChange { key: *key, scale: *scale },
        Ask::TempoChange { tempo } => return change_tempo(jam, *tempo, given),
        Ask::PlaybackControl { is_playing } => return Ok(play(jam, *is_playing, given)),
        Ask::Bar(bar) => change_bar(jam, bar)?,
        Ask::PatternSelect { pattern } => {
            let playing = if pattern.is_drums() { jam.drums } else { jam.sequencer };
            if playing.pattern == *pattern {
                return Ok(None);
            }
            JamEvent::PatternSelect { pattern: *pattern, since: next_bar(jam, given) }
        }
        Ask::DrumPatternReset { pattern, tracks } => {
            let tracks: Result<Vec<Track>, _> = tracks.iter().cloned().map(Track::try_from).collect();
            let whole = Pattern::try_from(tracks?)?;
            JamEvent::DrumPatternReset { pattern: *pattern, tracks: whole.into() }
        }
        Ask::Track(change) => change_track(jam, change)?,
        Ask::Module(change) => change_module(jam, change)?,
        Ask::Visual { visual } => JamEvent::Visual { visual: *visual },
        Ask::Profile { name, color } => change_profile(author, name.as_deref(), *color)?,
        Ask::Outputs { outputs } => JamEvent::Presence { id: given.by, present: author.present, outputs: *outputs },
        Ask::Leave { id } => {
            let id = id.unwrap_or(given.by);
            if id != given.by && !author.is_host {
                return Err(Refused::HostOnly);
            }
            known(jam, id)?;
            JamEvent::Left { id }
        }
        Ask::Host { id } => {
            let next = known(jam, *id)?;
            if !author.is_host {
                return Err(Refused::HostOnly);
            }
            if next.is_host {
                return Ok(None);
            }
            JamEvent::Host { id: *id }
        }
        Ask::Room { name, open } => {
            if !author.is_host {
                return Err(Refused::HostOnly);
            }
            let name = name.as_deref().map_or(Some(jam.name.clone()), plain_name);
            JamEvent::Room { name: name.ok_or_else(nameless)?, open: open.unwrap_or(jam.open) }
        }
    };
    Ok((!is_so(jam, &event)).then_some(event))
}

fn nameless() -> Refused {
    Refused::Invalid("a name has at least one letter".to_owned())
}

fn known(jam: &Jam, id: ParticipantId) -> Result<&Participant, Refused> {
    let found = jam.participants.get(&id).map(AsRef::as_ref);
    found.ok_or_else(|| Refused::Invalid(format!("there is no participant {}", id.0)))
}

fn in_range(name: &str, value: u8, from: u8, to: u8) -> Result<u8, Refused> {
    let is_right = (from..=to).contains(&value);
    is_right.then_some(value).ok_or_else(|| Refused::Invalid(format!("{name} is {from} to {to}")))
}

fn set_step(jam: &Jam, step: &Step) -> Result<Option<JamEvent>, Refused> {
    in_range("a velocity", step.velocity, 0, LOUDEST)?;
    in_range("extra", step.extra, 0, 127)?;
    let mut pattern = jam.pattern(step.pattern);
    let pattern = std::sync::Arc::make_mut(&mut pattern);
    let (tracks, steps) = (pattern.tracks().len(), pattern.steps());
    let cell = pattern.cell_mut(step.track, step.step).ok_or_else(|| {
        Refused::Invalid(format!("this pattern has tracks 0 to {} and steps 0 to {}", tracks - 1, steps - 1))
    })?;
    Ok((*cell != step.cell()).then_some(JamEvent::DrumStep(*step)))
}

fn strike(jam: &Jam, note: &Struck, given: Given) -> Result<Option<JamEvent>, Refused> {
    in_range("a note", note.note, 0, 127)?;
    in_range("a velocity", note.velocity, 0, LOUDEST)?;
    if note.module == Module::DjVisualizer {
        return Err(Refused::Invalid("the visualizer has no notes".to_owned()));
    }
    let sounds = jam
        .notes
        .iter()
        .any(|known| (known.module, known.note, known.by) == (note.module, note.note, given.by) && known.until > given.now);
    Ok((note.on || sounds).then_some(JamEvent::Note(*note)))
}

fn change_tempo(jam: &Jam, tempo: f64, given: Given) -> Result<Option<JamEvent>, Refused> {
    let tempo = Tempo::of_bpm(tempo)?;
    if jam.course.newest().tempo == tempo {
        return Ok(None);
    }
    let line = jam.course.line(tempo, millis(given.now.saturating_add(given.lead_ms)));
    Ok(Some(JamEvent::TempoChange { tempo: tempo.bpm(), line }))
}

/// The first bar that everybody can know of in time.
fn next_bar(jam: &Jam, given: Given) -> Beat {
    jam.course.beat_at(millis(given.now.saturating_add(given.lead_ms))).next_multiple(jam.quantum)
}

fn play(jam: &Jam, is_playing: bool, given: Given) -> Option<JamEvent> {
    let (transport, bar) = (jam.transport, next_bar(jam, given));
    if transport.is_wanted() == is_playing {
        return None;
    }
    let beat = match (is_playing, transport.from, transport.until) {
        // It was to stop, and has not yet: it goes on.
        (true, Some(from), Some(until)) if from < until && until > jam.course.beat_at(millis(given.now)) => from,
        // It was to begin, and has not yet: it does not.
        (false, Some(from), _) if from >= bar => from,
        _ => bar,
    };
    Some(JamEvent::PlaybackControl { is_playing, beat })
}

fn change_bar(jam: &Jam, bar: &Bar) -> Result<JamEvent, Refused> {
    let meter = in_range("a meter", bar.meter.unwrap_or(jam.meter), 1, 16)?;
    let quantum = in_range("a quantum", bar.quantum.unwrap_or(jam.quantum), 1, 64)?;
    let swing = in_range("swing", bar.swing.unwrap_or(jam.swing), 0, 75)?;
    Ok(JamEvent::Bar { meter, quantum, swing })
}

fn change_track(jam: &Jam, change: &TrackChange) -> Result<JamEvent, Refused> {
    let pattern = jam.pattern(change.pattern);
    let known = pattern.tracks().get(usize::from(change.track));
    let known = known.ok_or_else(|| Refused::Invalid(format!("this pattern has no track {}", change.track)))?;
    let volume = in_range("a volume", change.volume.unwrap_or(known.volume), 0, LOUDEST)?;
    let (muted, solo) = (change.muted.unwrap_or(known.muted), change.solo.unwrap_or(known.solo));
    Ok(JamEvent::Track { pattern: change.pattern, track: change.track, muted, solo, volume })
}

fn change_module(jam: &Jam, change: &ModuleChange) -> Result<JamEvent, Refused> {
    let known = jam.setting(change.module);
    let setting = Setting {
        enabled: change.enabled.unwrap_or(known.enabled),
        volume: in_range("a volume", change.volume.unwrap_or(known.volume), 0, LOUDEST)?,
        opacity: in_range("opacity", change.opacity.unwrap_or(known.opacity), 0, 100)?,
        blend: change.blend.unwrap_or(known.blend),
    };
    Ok(JamEvent::Module { module: change.module, setting })
}

fn change_profile(author: &Participant, name: Option<&str>, color: Option<Color>) -> Result<JamEvent, Refused> {
    let name = name.map_or(Some(author.name.clone()), plain_name).ok_or_else(nameless)?;
    Ok(JamEvent::Profile { id: author.id, name, color: color.unwrap_or(author.color) })
}

/// What would change nothing is not told.
fn is_so(jam: &Jam, event: &JamEvent) -> bool {
    match event {
        JamEvent::ColorMode { mode } => jam.color_mode == *mode,
        JamEvent::KeyChange { key, scale } => (jam.key, jam.scale) == (*key, *scale),
        JamEvent::Bar { meter, quantum, swing } => (jam.meter, jam.quantum, jam.swing) == (*meter, *quantum, *swing),
        JamEvent::DrumPatternReset { pattern, tracks } => jam.pattern(*pattern).tracks() == tracks,
        JamEvent::Track { pattern, track, muted, solo, volume } => {
            let pattern = jam.pattern(*pattern);
            let known = pattern.tracks().get(usize::from(*track));
            known.is_some_and(|known| (known.muted, known.solo, known.volume) == (*muted, *solo, *volume))
        }
        JamEvent::Module { module, setting } => jam.setting(*module) == *setting,
        JamEvent::Visual { visual } => jam.visual == *visual,
        JamEvent::Profile { id, name, color } => {
            jam.participants.get(id).is_some_and(|known| (&known.name, known.color) == (name, *color))
        }
        JamEvent::Presence { id, present, outputs } => {
            jam.participants.get(id).is_some_and(|known| (known.present, known.outputs) == (*present, *outputs))
        }
        JamEvent::Room { name, open } => (&jam.name, jam.open) == (name, *open),
        _ => false,
    }
}

/// Somebody new comes in. The first one is the host.
pub fn admit(jam: &Jam, name: &str, color: Option<Color>, now: Millis) -> Result<JamEvent, Refused> {
    use crate::show::jam::MOST_PARTICIPANTS;
    use crate::show::jam::participant::usual_color;
    if jam.participants.len() >= MOST_PARTICIPANTS || jam.next_participant == u16::MAX {
        return Err(Refused::Full { most: MOST_PARTICIPANTS });
    }
    let id = ParticipantId(jam.next_participant);
    let participant = Participant {
        id,
        name: plain_name(name).ok_or_else(nameless)?,
        is_host: jam.participants.is_empty(),
        joined_at: now,
        color: color.unwrap_or(usual_color(id)),
        present: false,
        outputs: 0,
    };
    Ok(JamEvent::Joined { participant })
}
