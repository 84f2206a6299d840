//! One thing of a frame: seven bytes for a step, two or three for a note, little for what is rare, and whatever is still to come in
//! a form that those who do not know it can skip.

use super::Malformed;
use super::varint::{Reader, put_counted, put_number, put_signed};
use crate::jam::ask::Ask;
use crate::show::jam::beat::{Beat, Tempo, Timeline};
use crate::show::jam::event::{JamEvent, Step, Struck};
use crate::show::jam::module::Module;
use crate::show::jam::music::{ColorMode, Root, Scale};
use crate::show::jam::participant::ParticipantId;
use crate::show::jam::pattern::PatternId;
use crate::show::time::ShowTime;

const STEP: u8 = 0x01;
const COLOR_MODE: u8 = 0x02;
const KEY: u8 = 0x03;
const TEMPO: u8 = 0x04;
const BY: u8 = 0x05;
const ACK: u8 = 0x06;
const PLAYBACK: u8 = 0x07;
const SELECT: u8 = 0x08;
const OP: u8 = 0x09;
/// A note of any module; the low bits say which.
const NOTE: u8 = 0x10;
/// From here up to the notes, what follows says how long it is.
const JSON: u8 = 0x20;
/// A note of the piano: the key is in the kind itself.
const PIANO: u8 = 0x80;
const OFF: u8 = 0x80;

/// What is in a frame of events, besides times.
#[derive(Clone, Debug, PartialEq)]
pub enum Item {
    Event(JamEvent),
    /// Whoever did what follows.
    By(ParticipantId),
    /// The author's number of the next event, in logs.
    Op(u32),
    /// Of the reader's own: done, and told.
    Ack(u32),
    /// Of a later version.
    Unknown,
}

pub fn put_by(out: &mut Vec<u8>, by: ParticipantId) {
    out.push(BY);
    put_number(out, u64::from(by.0));
}

pub fn put_op(out: &mut Vec<u8>, op: u32) {
    out.push(OP);
    put_number(out, u64::from(op));
}

pub fn put_ack(out: &mut Vec<u8>, op: u32) {
    out.push(ACK);
    put_number(out, u64::from(op));
}

pub fn put_event(out: &mut Vec<u8>, event: &JamEvent) {
    match event {
        JamEvent::DrumStep(step) => put_step(out, step),
        JamEvent::Note(note) => put_note(out, note),
        JamEvent::ColorMode { mode } => out.extend([COLOR_MODE, *mode as u8]),
        JamEvent::KeyChange { key, scale } => out.extend([KEY, key.half_tones(), *scale as u8]),
        JamEvent::TempoChange { line, .. } => {
            out.push(TEMPO);
            put_number(out, u64::from(line.tempo.micros()));
            put_signed(out, line.beat_origin.0);
            put_signed(out, line.time_origin.0);
        }
        JamEvent::PlaybackControl { is_playing, beat } => {
            out.extend([PLAYBACK, u8::from(*is_playing)]);
            put_signed(out, beat.0);
        }
        JamEvent::PatternSelect { pattern, since } => {
            out.extend([SELECT, pattern.number()]);
            put_signed(out, since.0);
        }
        rare => put_json(out, rare),
    }
}

fn put_step(out: &mut Vec<u8>, step: &Step) {
    out.extend([STEP, step.pattern.number(), step.track, step.step, u8::from(step.enabled), step.velocity, step.extra]);
}

fn put_note(out: &mut Vec<u8>, note: &Struck) {
    let off = if note.on { 0 } else { OFF };
    if note.module == Module::Piano {
        out.extend([PIANO | note.note & 0x7f, off | note.velocity & 0x7f]);
    } else {
        out.extend([NOTE | note.module.number(), off | note.note & 0x7f, note.velocity]);
    }
}

fn put_json(out: &mut Vec<u8>, value: &impl serde::Serialize) {
    out.push(JSON);
    // Plain data with text keys always becomes JSON.
    put_counted(out, &serde_json::to_vec(value).unwrap_or_default());
}

pub fn item(reader: &mut Reader<'_>) -> Result<Item, Malformed> {
    let kind = reader.byte().ok_or(Malformed::Short)?;
    Ok(match kind {
        BY => Item::By(ParticipantId(small(reader)?)),
        OP => Item::Op(small(reader)?),
        ACK => Item::Ack(small(reader)?),
        JSON => Item::Event(json(reader)?),
        TEMPO => Item::Event(tempo(reader)?),
        PLAYBACK => {
            let is_playing = flag(reader)?;
            Item::Event(JamEvent::PlaybackControl { is_playing, beat: beat(reader)? })
        }
        SELECT => {
            let pattern = pattern(reader)?;
            Item::Event(JamEvent::PatternSelect { pattern, since: beat(reader)? })
        }
        kind => match common(kind, reader)? {
            Some(common) => Item::Event(common.into()),
            None => Item::Unknown,
        },
    })
}

/// What is the same in both directions.
enum Common {
    Step(Step),
    Note(Struck),
    ColorMode(ColorMode),
    Key(Root, Scale),
}

impl From<Common> for JamEvent {
    fn from(common: Common) -> Self {
        match common {
            Common::Step(step) => JamEvent::DrumStep(step),
            Common::Note(note) => JamEvent::Note(note),
            Common::ColorMode(mode) => JamEvent::ColorMode { mode },
            Common::Key(key, scale) => JamEvent::KeyChange { key, scale },
        }
    }
}

impl From<Common> for Ask {
    fn from(common: Common) -> Self {
        match common {
            Common::Step(step) => Ask::DrumStep(step),
            Common::Note(note) => Ask::Note(note),
            Common::ColorMode(mode) => Ask::ColorMode { mode },
            Common::Key(key, scale) => Ask::KeyChange { key, scale },
        }
    }
}

/// None: of a later version, and skipped.
fn common(kind: u8, reader: &mut Reader<'_>) -> Result<Option<Common>, Malformed> {
    let known = match kind {
        STEP => {
            let pattern = pattern(reader)?;
            let [track, step] = [byte(reader)?, byte(reader)?];
            Common::Step(Step {
                pattern,
                track,
                step,
                enabled: flag(reader)?,
                velocity: byte(reader)?,
                extra: byte(reader)?,
            })
        }
        COLOR_MODE => Common::ColorMode(one_of(&ColorMode::ALL, byte(reader)?)?),
        KEY => {
            let key = Root::new(byte(reader)?).ok_or(Malformed::Value)?;
            Common::Key(key, one_of(&Scale::ALL, byte(reader)?)?)
        }
        PIANO.. => {
            let second = byte(reader)?;
            let (note, velocity) = (kind & 0x7f, second & 0x7f);
            Common::Note(Struck { note, velocity, module: Module::Piano, on: second & OFF == 0 })
        }
        NOTE..JSON => {
            let [first, velocity] = [byte(reader)?, byte(reader)?];
            let Some(module) = Module::numbered(kind & 0x0f) else { return Ok(None) };
            if velocity > 0x7f {
                return Err(Malformed::Value);
            }
            Common::Note(Struck { note: first & 0x7f, velocity, module, on: first & OFF == 0 })
        }
        JSON.. => {
            reader.counted().ok_or(Malformed::Short)?;
            return Ok(None);
        }
        // Nobody knows how long it is.
        _ => return Err(Malformed::Kind(kind)),
    };
    Ok(Some(known))
}

pub fn put_ask(out: &mut Vec<u8>, ask: &Ask) {
    match ask {
        Ask::DrumStep(step) => put_step(out, step),
        Ask::Note(note) => put_note(out, note),
        Ask::ColorMode { mode } => out.extend([COLOR_MODE, *mode as u8]),
        Ask::KeyChange { key, scale } => out.extend([KEY, key.half_tones(), *scale as u8]),
        rare => put_json(out, rare),
    }
}

/// None: of a later version.
pub fn ask(reader: &mut Reader<'_>) -> Result<Option<Ask>, Malformed> {
    let kind = reader.byte().ok_or(Malformed::Short)?;
    if kind == JSON { json(reader).map(Some) } else { Ok(common(kind, reader)?.map(Ask::from)) }
}

fn tempo(reader: &mut Reader<'_>) -> Result<JamEvent, Malformed> {
    let tempo = Tempo::try_from(small::<u32>(reader)?).map_err(|_| Malformed::Value)?;
    let beat_origin = beat(reader)?;
    let time_origin = ShowTime(reader.signed().ok_or(Malformed::Short)?);
    Ok(JamEvent::TempoChange { tempo: tempo.bpm(), line: Timeline { tempo, beat_origin, time_origin } })
}

fn byte(reader: &mut Reader<'_>) -> Result<u8, Malformed> {
    reader.byte().ok_or(Malformed::Short)
}

fn flag(reader: &mut Reader<'_>) -> Result<bool, Malformed> {
    Ok(byte(reader)? & 1 == 1)
}

fn pattern(reader: &mut Reader<'_>) -> Result<PatternId, Malformed> {
    PatternId::try_from(byte(reader)?).map_err(|_| Malformed::Value)
}

fn beat(reader: &mut Reader<'_>) -> Result<Beat, Malformed> {
    reader.signed().map(Beat).ok_or(Malformed::Short)
}

fn one_of<T: Copy>(all: &[T], place: u8) -> Result<T, Malformed> {
    all.get(usize::from(place)).copied().ok_or(Malformed::Value)
}

fn small<T: TryFrom<u64>>(reader: &mut Reader<'_>) -> Result<T, Malformed> {
    T::try_from(reader.number().ok_or(Malformed::Short)?).map_err(|_| Malformed::Value)
}

fn json<T: serde::de::DeserializeOwned>(reader: &mut Reader<'_>) -> Result<T, Malformed> {
    let bytes = reader.counted().ok_or(Malformed::Short)?;
    serde_json::from_slice(bytes).map_err(|error| Malformed::Json(error.to_string()))
}
