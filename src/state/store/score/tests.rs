//! The score says what happened, whatever stops it, and nothing that is secret.

use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};

use super::keep::{self, Bounds};
use super::open::open_show;
use super::replay::Replay;
use super::*;
use crate::base::clock::Clock;
use crate::base::tasks::StopFlag;
use crate::base::vitals::Vitals;
use crate::show::Show;
use crate::show::time::ShowTime;
use crate::state::command::Command;
use crate::state::store::journal::Journal;
use crate::state::{Origin, StateHandle, writer};
use std::sync::Arc;

const START: i64 = 1_700_000_000_000_000;
const PLENTY: Bounds = Bounds { age: Duration::from_secs(3_600), bytes: 256 << 20 };

/// A writer over a journal in a directory, at a time that tests turn.
struct House {
    state: StateHandle,
    clock: Clock,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl House {
    fn open(directory: &Path, journal: &str, clock: &Clock) -> House {
        let (journal, loaded) = Journal::open(&directory.join(journal)).unwrap();
        let env = writer::Env { clock: clock.clone(), vitals: Arc::new(Vitals::new()) };
        let (state, thread) = writer::start(Box::new(journal), loaded, env).unwrap();
        House { state, clock: clock.clone(), thread: Some(thread) }
    }

    /// A second later.
    fn tell(&self, command: Value) -> Arc<Show> {
        self.clock.set(ShowTime(self.clock.now().0 + 1_000_000));
        let command: Command = serde_json::from_value(command).unwrap();
        let pending = self.state.begin(command, Origin::door("test")).unwrap();
        tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(pending).unwrap().snapshot
    }

    fn title(&self, text: &str) -> Arc<Show> {
        let layer = json!({"id": "t", "kind": "text", "text": text});
        self.tell(json!({"command": "put_scene", "scene": {"id": "a", "layers": [layer]}}))
    }

    /// Until all that was told is in the score.
    fn keep(&self, shelf: &Shelf, bounds: Bounds) {
        let (stop, vitals) = (StopFlag::default(), Arc::new(Vitals::new()));
        stop.stop();
        let (state, clock, shelf) = (self.state.clone(), self.clock.clone(), shelf.clone());
        keep::start(keep::Env { state, shelf, bounds, clock, vitals: vitals.clone(), stop }).unwrap().join().unwrap();
        assert!(!vitals.status.conditions().contains_key("score"), "{:?}", vitals.status.conditions());
    }
}

impl Drop for House {
    fn drop(&mut self) {
        self.state.close();
        if let Some(thread) = self.thread.take() {
            thread.join().unwrap();
        }
    }
}

fn clock() -> Clock {
    Clock::manual(ShowTime(START))
}

fn shelf(directory: &Path) -> Shelf {
    Shelf::new(directory.join("score"))
}

fn text_of(shelf: &Shelf) -> String {
    shelf.files().unwrap().iter().map(|(_, path)| std::fs::read_to_string(path).unwrap()).collect()
}

#[track_caller]
fn check_shows(mut replay: Replay, shows: &[(i64, Arc<Show>)]) {
    for (at, show) in shows {
        replay.advance(ShowTime(START + at * 1_000_000)).unwrap();
        assert_eq!(**replay.show(), open_show(show), "{at}");
    }
}

#[test]
fn every_instant_has_the_show_that_it_had() {
    let dir = tempfile::tempdir().unwrap();
    let (clock, shelf) = (clock(), shelf(dir.path()));
    let house = House::open(dir.path(), "j", &clock);
    let mut shows: Vec<(i64, Arc<Show>)> = Vec::new();
    for second in 1..=40_i64 {
        shows.push((second, house.title(&format!("{second}"))));
        // Sometimes it has fallen behind.
        if second % 7 == 0 {
            house.keep(&shelf, PLENTY);
        }
    }
    house.keep(&shelf, PLENTY);
    check_shows(Replay::of_shelf(&shelf, ShowTime(START + 1_000_000)).unwrap(), &shows);
    let between: Vec<_> = shows.iter().map(|(at, show)| (*at, show.clone())).step_by(5).collect();
    check_shows(Replay::of_shelf(&shelf, ShowTime(START + 20_000_000)).unwrap(), &between[4..]);
    let stretch = |from: i64, to: i64| Stretch { from: ShowTime(START + from), to: ShowTime(START + to) };
    assert_eq!(shelf.stretches().unwrap(), [stretch(1_000_000, 40_000_000)]);
    assert!(matches!(Replay::of_shelf(&shelf, ShowTime(START)), Err(ScoreError::NotCovered(_))));
    // A stretch of it, as one file.
    let part = Part::of(&shelf, Some(ShowTime(START + 10_500_000)), Some(ShowTime(START + 20_000_000))).unwrap();
    let path = dir.path().join("part");
    write_part(part, &mut std::fs::File::create(&path).unwrap()).unwrap();
    check_shows(Replay::of_file(&path).unwrap(), &shows[9..20]);
    let mut replay = Replay::of_file(&path).unwrap();
    replay.advance(ShowTime(i64::MAX)).unwrap();
    assert_eq!(**replay.show(), open_show(&shows[19].1), "no more than was asked for");
}

#[test]
fn after_a_crash_it_goes_on_where_it_left_off() {
    let dir = tempfile::tempdir().unwrap();
    let (clock, shelf) = (clock(), shelf(dir.path()));
    let mut shows = Vec::new();
    for life in 0..4_i64 {
        let house = House::open(dir.path(), "j", &clock);
        for step in 1..=5 {
            shows.push((life * 5 + step, house.title(&format!("{life} {step}"))));
            if step == 2 {
                house.keep(&shelf, PLENTY);
            }
        }
        // What was told after the second step is in the journal only; and a line was half written.
        let (_, newest) = shelf.files().unwrap().pop().unwrap();
        let mut text = std::fs::read(&newest).unwrap();
        text.extend(b"{\"seq\": 17, \"at\"");
        std::fs::write(&newest, text).unwrap();
    }
    House::open(dir.path(), "j", &clock).keep(&shelf, PLENTY);
    check_shows(Replay::of_shelf(&shelf, ShowTime(START + 1_000_000)).unwrap(), &shows);
    assert_eq!(verify(&shelf).unwrap(), Checked { files: 1, changes: 19, stretches: 1 });
}

#[test]
fn no_secret_goes_into_it() {
    let dir = tempfile::tempdir().unwrap();
    let (clock, shelf) = (clock(), shelf(dir.path()));
    let house = House::open(dir.path(), "j", &clock);
    let target = json!({"id": "tv", "kind": "rtmp", "url": "rtmp://h/live", "key": "s3cret"});
    for round in 0..2 {
        house.tell(json!({"command": "put_destination", "destination": target}));
        house.tell(json!({"command": "put_input", "input": {"id": "p", "kind": "published", "key": "s3cret"}}));
        let input = json!({"id": "n", "kind": "network", "url": "srt://h:9", "secret": "s3cret"});
        house.tell(json!({"command": "put_input", "input": input}));
        house.keep(&shelf, PLENTY);
        assert!(text_of(&shelf).contains("srt://h:9"), "{round}");
        assert!(!text_of(&shelf).contains("s3cret") && !text_of(&shelf).contains("rtmp://"), "{round}");
        // The second time they are in the show that a file begins with.
        std::fs::remove_dir_all(shelf.directory()).unwrap();
    }
}

#[test]
fn files_end_and_the_oldest_go() {
    let dir = tempfile::tempdir().unwrap();
    let (clock, shelf) = (clock(), shelf(dir.path()));
    let house = House::open(dir.path(), "j", &clock);
    let long = "x".repeat(4_000);
    let mut files = Vec::new();
    for round in 0..12 {
        for step in 0..30 {
            house.title(&format!("{round} {step} {long}"));
        }
        house.keep(&shelf, Bounds { bytes: 1 << 20, ..PLENTY });
        files.push(shelf.files().unwrap().into_iter().map(|(number, _)| number).collect::<Vec<_>>());
        verify(&shelf).unwrap();
    }
    let last = files.last().unwrap();
    assert!(last.len() >= 2 && last[0] > 1, "{files:?}");
    let bytes: u64 = shelf.files().unwrap().iter().map(|(_, path)| path.metadata().unwrap().len()).sum();
    assert!(bytes < (1 << 20) + (512 << 10), "{bytes}");
    assert_eq!(shelf.stretches().unwrap().len(), 1);
    // An hour later nothing of it is young enough, but for the newest.
    clock.set(ShowTime(clock.now().0 + 7_200_000_000));
    for step in 0..200 {
        house.title(&format!("{step} {long}"));
    }
    house.keep(&shelf, PLENTY);
    let kept = shelf.files().unwrap();
    assert!(kept[0].0 >= *last.last().unwrap(), "{kept:?}");
}

#[test]
fn another_life_of_the_numbers_is_another_stretch() {
    let dir = tempfile::tempdir().unwrap();
    let (clock, shelf) = (clock(), shelf(dir.path()));
    let first = House::open(dir.path(), "one", &clock);
    let before = first.title("before");
    first.keep(&shelf, PLENTY);
    let second = House::open(dir.path(), "two", &clock);
    clock.set(ShowTime(START + 10_000_000));
    let after = second.title("after");
    second.keep(&shelf, PLENTY);
    let mut replay = Replay::of_shelf(&shelf, ShowTime(START + 1_000_000)).unwrap();
    assert_eq!(shelf.stretches().unwrap().len(), 2);
    for (at, show) in [(1, &before), (10, &before), (11, &after), (12, &after)] {
        replay.advance(ShowTime(START + at * 1_000_000)).unwrap();
        assert_eq!(**replay.show(), open_show(show), "{at}");
    }
    assert_eq!(replay.gaps(), [(ShowTime(START + 1_000_000), ShowTime(START + 11_000_000))]);
}

#[test]
fn damage_is_found_and_nothing_of_it_is_quoted() {
    let dir = tempfile::tempdir().unwrap();
    let (clock, shelf) = (clock(), shelf(dir.path()));
    let house = House::open(dir.path(), "j", &clock);
    (0..9).for_each(|step| drop(house.title(&format!("title {step}"))));
    house.keep(&shelf, PLENTY);
    let (_, path) = shelf.files().unwrap().pop().unwrap();
    let whole = std::fs::read_to_string(&path).unwrap();
    let lines: Vec<&str> = whole.lines().collect();
    let without_one = [&lines[..4], &lines[5..]].concat().join("\n") + "\n";
    for damaged in
        [without_one, whole.replace("\"title 5\"", "5"), whole.replacen("\"marquee_score\":1", "\"marquee_score\":2", 1)]
    {
        std::fs::write(&path, damaged).unwrap();
        let told = verify(&shelf).expect_err("it is damaged").to_string();
        assert!(told.contains("00000001.score") && !told.contains("title"), "{told}");
    }
}

#[test]
fn a_file_that_anybody_damaged_is_read_or_refused() {
    let dir = tempfile::tempdir().unwrap();
    let (clock, shelf) = (clock(), shelf(dir.path()));
    let house = House::open(dir.path(), "j", &clock);
    (0..4).for_each(|step| drop(house.title(&format!("title {step}"))));
    house.tell(json!({"command": "take_scene", "scene": "a"}));
    house.tell(json!({"command": "put_scene", "scene": {"id": "a", "layers": []}}));
    house.keep(&shelf, PLENTY);
    let (_, path) = shelf.files().unwrap().pop().unwrap();
    let whole = std::fs::read(&path).unwrap();
    let mut random = fastrand::Rng::with_seed(7);
    let (mut read, mut refused) = (0, 0);
    for round in 0..600 {
        let mut damaged = whole.clone();
        for _ in 0..=round % 3 {
            let at = random.usize(..damaged.len());
            match random.u8(..3) {
                0 => damaged[at] = random.u8(..),
                1 => drop(damaged.drain(at..(at + random.usize(..80)).min(damaged.len()))),
                _ => {
                    let copied = damaged[at..(at + random.usize(..80)).min(damaged.len())].to_vec();
                    drop(damaged.splice(at..at, copied));
                }
            }
        }
        std::fs::write(&path, damaged).unwrap();
        match verify(&shelf) {
            Ok(_) => read += 1,
            Err(_) => refused += 1,
        }
    }
    assert!(read > 5 && refused > 300, "{read} {refused}");
}
