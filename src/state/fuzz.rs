//! Fuzz targets: commands against a show, and what snapshots and journals are read from.

use std::sync::{Arc, OnceLock};

use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::apply::{apply, check_whole};
use super::command::Command;
use super::event::{Event, evolve};
use super::format::{SnapshotRecord, VERSION};
use super::history::{Change, History, Replay, condensed};
use super::operation::Digest;
use super::room::RoomSeqs;
use super::{Origin, Published, Seq, Snapshot, StateHandle};
use crate::base::fuzz::{SECRET, check_code, check_secret, check_told, with_secrets};
use crate::show::Show;
use crate::show::time::ShowTime;

/// More than one needs for any two commands to meet; the rest would only be slow.
const MOST_COMMANDS: usize = 64;
const NOON: i64 = 1_700_000_000_000_000;

/// One command a line, given to a show that has something of everything. Returns where they led, and what happened.
pub fn command_apply(bytes: &[u8]) -> (Show, Vec<Event>) {
    let (mut show, mut replayed, mut rooms) = (some_show(), some_show(), RoomSeqs::default());
    let (mut follower, mut changes) = (some_show(), Vec::new());
    for (number, line) in bytes.split(|byte| *byte == b'\n').take(MOST_COMMANDS).enumerate() {
        let Some(command) = read_command(line) else { continue };
        let (before, now) = (show.clone(), ShowTime(NOON + number as i64));
        match apply(&mut show, command, now) {
            Ok(events) => {
                let text = serde_json::to_vec(&events).expect("events are plain data");
                let read: Vec<Event> = serde_json::from_slice(&text).expect("what is written can be read");
                assert_eq!(read, events);
                read.iter().for_each(|event| evolve(&mut replayed, event));
                let seq = Seq(changes.len() as u64 + 1);
                let mut apart = before;
                changes.push(Arc::new(Change::happen(&mut apart, &mut rooms, seq, now, Origin::door("fuzz"), read.into())));
                assert_eq!(apart, show);
            }
            Err(rejection) => {
                assert_eq!(before, show, "a rejection changes nothing");
                check_code(rejection.code());
                check_told(&rejection.to_string());
            }
        }
        assert_eq!(check_whole(&show), Ok(()), "what was accepted keeps the show whole");
    }
    assert_eq!(show, replayed, "events replay to the same show");
    condensed(&changes, |_| true).into_iter().for_each(|event| evolve(&mut follower, event));
    assert_eq!(show, follower, "condensed events lead to the same show");
    check_secret(&format!("{show:?}"));
    check_snapshot(&show);
    let events = changes.iter().flat_map(|change| change.events.iter().cloned()).collect();
    (show, events)
}

/// A command, given to that show: it leaves it whole, or as it was.
pub fn check_command(command: Command) {
    let before = some_show();
    let (mut show, mut replayed) = (before.clone(), before.clone());
    match apply(&mut show, command, ShowTime(NOON)) {
        Ok(events) => {
            events.iter().for_each(|event| evolve(&mut replayed, event));
            assert_eq!(show, replayed, "events replay to the same show");
            check_snapshot(&show);
        }
        Err(rejection) => {
            assert_eq!(before, show, "a rejection changes nothing");
            check_code(rejection.code());
            check_told(&rejection.to_string());
        }
    }
    assert_eq!(check_whole(&show), Ok(()), "what was accepted keeps the show whole");
}

/// As doors make one of a JSON object.
fn read_command(line: &[u8]) -> Option<Command> {
    let mut value: Value = serde_json::from_slice(line).ok()?;
    with_secrets(&mut value);
    let command: Command = serde_json::from_value(value).ok()?;
    let again: Command = serde_json::from_value(json!(command)).expect("what is written can be read");
    assert_eq!(again, command);
    assert_eq!(Digest::of(&again), Digest::of(&command));
    Some(command)
}

fn check_snapshot(show: &Show) {
    let rooms = RoomSeqs::default();
    let record = SnapshotRecord {
        v: VERSION,
        seq: Seq(1),
        at: ShowTime(NOON),
        rooms,
        show: Arc::new(show.clone()),
        past: Default::default(),
    };
    let text = serde_json::to_vec(&record).expect("a show is plain data");
    let read: SnapshotRecord = serde_json::from_slice(&text).expect("what is written can be read");
    assert_eq!(*read.show, *show);
}

/// Something of everything, so that commands find what they are about.
pub fn some_show() -> Show {
    static SHOW: OnceLock<Show> = OnceLock::new();
    SHOW.get_or_init(|| changes_so_far().last().map(|change| Show::clone(&change.show)).unwrap_or_default()).clone()
}

/// A snapshot right after a change, as it is written.
pub fn record_of(change: &Change) -> (SnapshotRecord, Vec<u8>) {
    let rooms = change.rooms.iter().map(|(room, _)| *room);
    let mut numbers = RoomSeqs::default();
    numbers.count(rooms);
    let record = SnapshotRecord {
        v: VERSION,
        seq: change.seq,
        at: change.at,
        rooms: numbers,
        show: change.show.clone(),
        past: Default::default(),
    };
    let json = serde_json::to_vec(&record).expect("a show is plain data");
    (record, json)
}

pub fn changes_so_far() -> Vec<Arc<Change>> {
    let commands = [
        json!({"command": "add_asset", "asset": {"id": "a0", "name": "logo.png", "format": "png", "width": 64, "height": 48,
            "bytes": 900}}),
        json!({"command": "put_scene", "scene": {"id": "s0", "name": "Main", "layers": [
            {"id": "l0", "kind": "gradient", "from": "#102030", "to": "#40506080", "angle": 30},
            {"id": "l1", "kind": "image", "asset": "a0", "x": 10.5, "width": 640},
            {"id": "l2", "kind": "text", "text": "{clock} {date}", "opacity": 0.5}]}}),
        json!({"command": "put_scene", "scene": {"id": "s1", "layers": [{"id": "l0", "kind": "pattern"}]}}),
        json!({"command": "take_scene", "scene": "s0"}),
        json!({"command": "put_destination", "destination": {"id": "d0", "kind": "rtmp", "url": "rtmp://h/live", "key": SECRET}}),
        json!({"command": "put_destination", "destination": {"id": "d1", "kind": "record", "format": "mkv"}}),
    ];
    let (mut show, mut rooms) = (Show::default(), RoomSeqs::default());
    let happen = |(number, value): (usize, Value)| {
        let command: Command = serde_json::from_value(value).expect("the commands above are right");
        let now = ShowTime(NOON - 1_000 + number as i64);
        let events = super::apply::decide(&show, command, now).expect("the commands above are accepted");
        let seq = Seq(number as u64 + 1);
        Arc::new(Change::happen(&mut show, &mut rooms, seq, now, Origin::door("fuzz"), events.into()))
    };
    commands.into_iter().enumerate().map(happen).collect()
}

/// A state that knows those changes and takes no commands, for doors to catch up with.
pub fn some_state() -> StateHandle {
    let changes = changes_so_far();
    let (history, mut snapshot) = (History::default(), Snapshot::default());
    if let Some(last) = changes.last() {
        (snapshot.seq, snapshot.at, snapshot.show) = (last.seq, last.at, last.show.clone());
    }
    changes.into_iter().for_each(|change| history.push(change));
    let (requests, _nobody) = mpsc::channel(1);
    StateHandle::new(requests, Arc::new(Published::new(snapshot, history)))
}

/// Any number that a client says it has come to.
pub fn check_catching_up(state: &StateHandle, seen: Seq) {
    let newest = state.snapshot().seq;
    match state.changes_since(seen) {
        Replay::Changes(changes) => {
            let numbers: Vec<u64> = changes.iter().map(|change| change.seq.0).collect();
            assert_eq!(numbers, (seen.0.saturating_add(1)..=newest.0).collect::<Vec<_>>(), "all that was missed, in order");
        }
        Replay::TooOld => {
            assert!(seen > newest || state.oldest_change().is_none_or(|oldest| oldest.0 > seen.0.saturating_add(1)))
        }
    }
}
