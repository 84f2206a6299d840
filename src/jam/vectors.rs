//! What the page computes for itself, written down by the server's own code: tests/peers/jam_vectors.json, which the page's tests
//! read (`node --test tests/peers/jam_*.test.mjs`). Written anew by `UPDATE=1 cargo test --lib -- jam::vectors`.

use std::fmt::Write;
use std::sync::Arc;

use serde_json::{Value, json};

use super::ask::Ask;
use super::decide::{Given, admit, decide};
use super::evolve::evolve;
use super::refused::Refused;
use super::wire::frame::{Down, Events, Hello, Probe, Probed, Up};
use super::wire::item::put_event;
use crate::show::jam::Jam;
use crate::show::jam::beat::{Beat, Tempo};
use crate::show::jam::code::JamCode;
use crate::show::jam::color::{brightness, note_color};
use crate::show::jam::event::{Entry, JamEvent};
use crate::show::jam::music::{ColorMode, Root, Scale};
use crate::show::jam::participant::ParticipantId;
use crate::show::jam::pattern::{Cell, PatternId};
use crate::show::jam::played::{each_strike, step_at};
use crate::show::time::ShowTime;

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/peers/jam_vectors.json");
const START_MS: i64 = 1_700_000_000_000;

/// The same throws every time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % below
    }

    fn of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.roll(all.len() as u64) as usize]
    }

    fn is_one_of(&mut self, many: u64) -> bool {
        self.roll(many) == 0
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}

/// Of every colour that there is, so that none is left out.
fn all_colors() -> String {
    let mut hash = 2_166_136_261_u32;
    for mode in ColorMode::ALL {
        for (root, scale) in Root::all().flat_map(|root| Scale::ALL.map(|scale| (root, scale))) {
            for part in (0..=255).flat_map(|note| note_color(note, mode, root, scale)) {
                hash = (hash ^ u32::from(part)).wrapping_mul(16_777_619);
            }
        }
    }
    format!("{hash:08x}")
}

fn wish(dice: &mut Dice) -> Ask {
    let text = match dice.roll(20) {
        0..=6 => {
            let extra = if dice.is_one_of(2) { 0 } else { dice.roll(128) };
            json!({
                "type": "drum-step", "pattern": dice.of(&[0, 0, 0, 1, 8, 8, 9]), "track": dice.roll(8), "step": dice.roll(18),
                "enabled": !dice.is_one_of(4), "velocity": dice.roll(101), "extra": extra,
            })
        }
        7..=9 => {
            let module = dice.of(&["piano", "piano", "drum-machine", "isometric-sequencer"]);
            json!({ "type": "note", "note": dice.roll(128), "velocity": dice.roll(101), "module": module, "on": !dice.is_one_of(3) })
        }
        10 => json!({ "type": "color-mode", "mode": dice.of(&["chromatic", "harmonic", "spectrum"]) }),
        11 => {
            let scale = dice.of(&["major", "dorian", "blues", "chromatic"]);
            json!({ "type": "key-change", "key": dice.of(&["C", "Eb", "F#", "B"]), "scale": scale })
        }
        12 => json!({ "type": "tempo-change", "tempo": 20.0 + dice.roll(97_900) as f64 / 100.0 }),
        13 => json!({ "type": "playback-control", "isPlaying": !dice.is_one_of(4) }),
        14 => json!({ "type": "bar", "meter": 1 + dice.roll(8), "quantum": 1 + dice.roll(8), "swing": dice.roll(76) }),
        15 => json!({ "type": "pattern-select", "pattern": dice.of(&[0, 1, 2, 8, 9]) }),
        16 => whole_pattern(dice),
        17 => json!({
            "type": "track", "pattern": dice.of(&[0, 8]), "track": dice.roll(8), "muted": dice.is_one_of(3),
            "solo": dice.is_one_of(4), "volume": dice.roll(101),
        }),
        _ => rare(dice),
    };
    serde_json::from_value(text).unwrap()
}

fn whole_pattern(dice: &mut Dice) -> Value {
    let (steps, count) = (dice.of(&[16, 32, 64]), 8 + dice.roll(3));
    let tracks = (0..count).map(|track| {
        json!({
            "id": format!("t-{track}"),
            "steps": (0..steps).map(|_| dice.is_one_of(8)).collect::<Vec<_>>(),
            "velocities": (0..steps).map(|_| dice.roll(101)).collect::<Vec<_>>(),
            "muted": dice.is_one_of(5), "solo": dice.is_one_of(9), "volume": dice.roll(101),
        })
    });
    let tracks: Vec<_> = tracks.collect();
    json!({ "type": "drum-pattern-reset", "pattern": dice.of(&[0, 1, 9]), "tracks": tracks })
}

fn rare(dice: &mut Dice) -> Value {
    match dice.roll(8) {
        0 => json!({
            "type": "module", "module": dice.of(&["piano", "drum-machine", "dj-visualizer"]), "volume": dice.roll(101),
            "blend": dice.of(&["add", "screen", "overlay"]), "enabled": dice.is_one_of(2),
        }),
        1 => json!({ "type": "visual", "visual": dice.of(&["pulse", "level", "spectrum"]) }),
        2 => json!({ "type": "profile", "name": dice.of(&["Ada", "Bob", "Jürgen <b>"]), "color": "#0a0b0c" }),
        3 => json!({ "type": "room", "name": dice.of(&["Friday", "Monday"]), "open": dice.is_one_of(2) }),
        4 => json!({ "type": "outputs", "outputs": dice.roll(300) }),
        5 => json!({ "type": "host", "id": 1 + dice.roll(4) }),
        6 => json!({ "type": "leave", "id": 1 + dice.roll(6) }),
        _ => json!({ "type": "leave" }),
    }
}

fn strikes(jam: &Jam, from: i64, until: i64) -> Value {
    let mut seen = Vec::new();
    each_strike(jam, ShowTime(from), ShowTime(until), &mut |strike| {
        seen.push(json!([strike.module.number(), strike.track, strike.velocity, strike.at.0, strike.step]));
    });
    seen.into()
}

/// A jam from its beginning: what was asked, what happened, what was told, and what it was at some times.
struct Story {
    dice: Dice,
    jam: Jam,
    now: i64,
    seq: u64,
    frame: Option<Events>,
    entries: Vec<Value>,
    frames: Vec<String>,
    wishes: Vec<Value>,
    looks: Vec<Value>,
    strikes: Vec<Value>,
}

impl Story {
    fn told(seed: u64, turns: u32) -> Value {
        let mut dice = Dice(seed);
        let now = START_MS + dice.roll(100_000) as i64;
        let jam = Jam::new(JamCode::of(seed * 977), "Story".to_owned(), now);
        let start = json!(jam);
        let (entries, frames, wishes, looks, strikes) = Default::default();
        let mut story = Self { dice, jam, now, seq: 0, frame: None, entries, frames, wishes, looks, strikes };
        (0..turns).for_each(|turn| story.turn(turn));
        story.frames.extend(story.frame.take().map(|frame| hex(&frame.bytes())));
        json!({
            "start": start, "created_at": story.jam.created_at, "entries": story.entries, "frames": story.frames,
            "wishes": story.wishes, "looks": story.looks, "strikes": story.strikes, "end": story.jam.told(),
        })
    }

    fn turn(&mut self, turn: u32) {
        self.now += self.dice.of(&[0, 1, 3, 20, 200, 900, 4_500]);
        let by = ParticipantId(1 + self.dice.roll(3) as u16);
        let Ok(Some(event)) = self.decided(turn, by) else { return };
        self.seq += 1;
        let entry = Entry { seq: self.seq, at: self.now, by, op: 0, event };
        evolve(&mut self.jam, &entry);
        self.tell(turn, &entry);
        self.entries.push(json!(entry));
        if self.seq.is_multiple_of(3) {
            self.look();
        }
        if self.seq.is_multiple_of(7) {
            let from = self.now * 1_000 + self.dice.roll(3_000_000) as i64;
            let until = from + 400_000 + self.dice.roll(1_500_000) as i64;
            self.strikes.push(json!([self.seq, from, until, strikes(&self.jam, from, until)]));
        }
    }

    fn decided(&mut self, turn: u32, by: ParticipantId) -> Result<Option<JamEvent>, Refused> {
        if self.jam.participants.len() < 2 || self.dice.is_one_of(30) {
            return admit(&self.jam, self.dice.of(&["Ada", "Bob", "Cleo"]), None, self.now).map(Some);
        }
        if self.dice.is_one_of(30) {
            let id = ParticipantId(1 + self.dice.roll(4) as u16);
            let outputs = self.dice.roll(3) as u16;
            return Ok(Some(JamEvent::Presence { id, present: self.dice.is_one_of(2), outputs }));
        }
        let ask = wish(&mut self.dice);
        if turn < 40 {
            let op = turn * 7;
            let bytes = hex(&Up::Asks { op, asks: vec![ask.clone()] }.bytes());
            // As text: the order of its fields is part of the bytes.
            self.wishes.push(json!({ "ask": serde_json::to_string(&ask).unwrap(), "op": op, "bytes": bytes }));
        }
        let lead_ms = 100 + self.dice.roll(400) as i64;
        decide(&self.jam, &ask, Given { by, now: self.now, lead_ms })
    }

    fn tell(&mut self, turn: u32, entry: &Entry) {
        let frame = self.frame.get_or_insert_with(|| Events::new(self.jam.created_at, entry.seq));
        let mut bytes = Vec::new();
        put_event(&mut bytes, &entry.event);
        frame.put(entry.at, entry.by, &bytes);
        if self.dice.is_one_of(4) {
            frame.put_ack(turn);
            self.frames.extend(self.frame.take().map(|frame| hex(&frame.bytes())));
        }
    }

    fn look(&mut self) {
        let at = self.now * 1_000 + self.dice.roll(3_000_000) as i64;
        let beat = self.jam.course.beat_at(ShowTime(at));
        let far = Beat(beat.0 + self.dice.roll(20_000_000) as i64 - 10_000_000);
        let (time, step) = (self.jam.course.time_of(far), step_at(&self.jam, ShowTime(at)));
        self.looks.push(json!([self.seq, at, beat.0, far.0, time.0, step]));
    }
}

/// Everything that a step can have, and a change of tempo in its middle.
fn groove() -> Value {
    let mut jam = Jam::new(JamCode::of(5), "Groove".to_owned(), START_MS + 123);
    jam.swing = 61;
    jam.transport.from = Some(Beat::whole(4));
    let mut dice = Dice(99);
    for id in [PatternId::drums(0), PatternId::sequencer(0)] {
        let pattern = Arc::make_mut(jam.patterns.get_mut(&id).unwrap());
        for (track, step) in (0..8).flat_map(|track| (0..16).map(move |step| (track, step))) {
            let (enabled, velocity) = (dice.is_one_of(3), dice.roll(101) as u8);
            let (again, skipped) = (dice.roll(16).min(7) as u8, dice.roll(16) as u8);
            *pattern.cell_mut(track, step).unwrap() = Cell { enabled, velocity, again, skipped };
        }
        pattern.track_mut(3).unwrap().volume = 37;
        pattern.track_mut(5).unwrap().muted = true;
    }
    let line = jam.course.line(Tempo::of_bpm(171.3).unwrap(), ShowTime(START_MS * 1_000 + 5_500_777));
    jam.course.go_on(line, ShowTime(START_MS * 1_000 + 5_000_000));
    let (from, until) = (START_MS * 1_000, START_MS * 1_000 + 9_000_000);
    json!({ "jam": jam, "from": from, "until": until, "strikes": strikes(&jam, from, until) })
}

fn frames() -> Value {
    let hello = Hello { code: "AB12CD".to_owned(), name: "Jürgen".to_owned(), seq: Some(7), ..Hello::default() };
    let (t0, t1, t2) = (1_700_000_000_000_123, 1_700_000_000_100_000, 1_700_000_000_100_007);
    let message = "only the host of a jam may do this – no".to_owned();
    json!({
        "hello": hex(&Up::Hello(hello).bytes()),
        "probe": hex(&Up::Probe(Probe { id: 300, t0, rtt: 80 }).bytes()),
        "probed": hex(&Down::Probed(Probed { id: 300, t0, t1, t2 }).bytes()),
        "refused": hex(&Down::Refused { op: u32::MAX, code: "host_only".to_owned(), message }.bytes()),
    })
}

#[test]
fn what_the_page_computes_is_what_the_server_does() {
    let brightness: Vec<_> = (0..=100).map(brightness).collect();
    let stories = [(1, 90), (2, 110)].map(|(seed, turns)| Story::told(seed, turns));
    let made = json!({
        "frames": frames(), "colors": all_colors(), "brightness": brightness, "groove": groove(), "stories": stories,
    });
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(FILE, format!("{made}\n")).unwrap();
    }
    let written: Value = serde_json::from_str(&std::fs::read_to_string(FILE).unwrap()).unwrap();
    assert!(written == made, "tests/peers/jam_vectors.json is not what this makes: UPDATE=1 writes it anew");
}
