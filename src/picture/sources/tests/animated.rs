//! Animated pictures, on a clock that the test turns.

use image::Rgba;

use super::*;
use crate::frame::video::Films;
use crate::media::animation::tests::gif;
use crate::picture::sources::animated::Moving;
use crate::show::asset::Format;
use crate::show::ids::AssetId;

/// Picture N of a GIF is grey of the level 8 N.
struct Screen {
    sources: Arc<Sources>,
    clock: Clock,
    wanted: BTreeMap<AssetId, Moving>,
    dir: tempfile::TempDir,
}

fn id() -> AssetId {
    AssetId::new("a").unwrap()
}

impl Screen {
    fn of(bytes: &[u8], period_ms: u64) -> Screen {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("a.gif");
        std::fs::write(&file, bytes).unwrap();
        let clock = Clock::manual(START);
        let sources = Sources::new(
            clock.clone(),
            Taps::new(),
            Outside { ingest: Ingest::new(), jams: Arc::default() },
            Arc::new(Vitals::new()),
        );
        let wanted = BTreeMap::from([(id(), Moving { file, format: Format::Gif, period_ms })]);
        sources.order_moving(&wanted, None);
        Screen { sources, clock, wanted, dir }
    }

    fn level(&self, at: ShowTime) -> Option<u8> {
        Some(self.sources.moving(&id(), at)?.planes()[0].row(0, 1)[0])
    }

    fn shows(&self, at: ShowTime, level: u8) {
        self.clock.set(at);
        let expected = (16.0 + f64::from(level) * 219.0 / 255.0).round() as i32;
        let near = || self.level(at).is_some_and(|found| (i32::from(found) - expected).abs() <= 2);
        eventually(&format!("the level {level} at {at:?}, not {:?}", self.level(at)), || near().then_some(()));
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        self.sources.stop();
    }
}

fn rising(count: u8, ms: u32) -> Vec<u8> {
    gif((16, 16), (0..count).map(|number| (Rgba([8 * number, 8 * number, 8 * number, 255]), ms)))
}

#[test]
fn which_picture_is_shown_follows_from_the_time_alone() {
    let screen = Screen::of(&rising(10, 100), 1_000);
    // START is a full second. From lap to lap without a gap, there and back, and far away.
    for at in [0, 50, 150, 950, 990, 1_010, 1_950, 2_020, 500, 100_000_350, 3_600_000_720, 20] {
        let number = at / 100 % 10;
        screen.shows(ShowTime(START.micros() + at * 1_000), 8 * number as u8);
    }
}

#[test]
fn laps_join_without_a_gap() {
    let screen = Screen::of(&rising(4, 50), 200);
    screen.shows(START, 0);
    for tick in 0..100 {
        let at = ShowTime(START.micros() + tick * 20_000);
        screen.clock.set(at);
        std::thread::sleep(Duration::from_millis(15));
        assert!(screen.level(at).is_some(), "something is there at tick {tick}");
    }
}

#[test]
fn a_long_one_takes_no_more_memory_than_a_short_one() {
    let screen = Screen::of(&rising(30, 1_000).repeat(1), 30_000);
    screen.shows(START, 8 * (START.micros() / 1_000_000 % 30) as u8);
    let known = screen.sources.moving(&id(), START).expect("a picture");
    // Of thirty pictures, those that are not due soon are not decoded.
    std::thread::sleep(Duration::from_millis(300));
    let ahead = ShowTime(START.micros() + 10_000_000);
    let later = screen.sources.moving(&id(), ahead).expect("a picture");
    assert!(later.id <= known.id + 4, "{} pictures were decoded ahead", later.id - known.id);
}

#[test]
fn what_is_hidden_is_stopped_after_a_while() {
    let screen = Screen::of(&rising(4, 100), 400);
    screen.shows(START, 8 * (START.micros() / 100_000 % 4) as u8);
    let after = |ms: i64| ShowTime(START.micros() + ms * 1_000);
    screen.sources.order_moving(&BTreeMap::new(), None);
    assert!(screen.level(START).is_some(), "often it comes back at once");
    screen.clock.set(after(5_000));
    screen.sources.order_moving(&BTreeMap::new(), None);
    assert_eq!(screen.level(after(5_000)), None);
    screen.sources.order_moving(&screen.wanted, None);
    screen.shows(after(5_100), 8 * ((START.micros() / 100_000 + 51) % 4) as u8);
}

#[test]
fn a_held_show_holds_it() {
    let screen = Screen::of(&rising(10, 100), 1_000);
    let held = ShowTime(START.micros() + 320_000);
    screen.shows(held, 24);
    screen.sources.order_moving(&screen.wanted, Some(held));
    screen.clock.set(ShowTime(START.micros() + 60_000_000));
    std::thread::sleep(Duration::from_millis(200));
    let expected = (16.0 + 24.0 * 219.0 / 255.0_f64).round() as i32;
    assert!((i32::from(screen.level(held).expect("a picture")) - expected).abs() <= 2);
}

#[test]
fn a_damaged_one_leaves_the_still_picture_alone() {
    let mut bytes = rising(4, 100);
    let screen = Screen::of(&bytes, 400);
    bytes.truncate(bytes.len() / 2);
    let file = screen.dir.path().join("b.gif");
    std::fs::write(&file, &bytes).unwrap();
    let b = AssetId::new("b").unwrap();
    let wanted = BTreeMap::from([(b.clone(), Moving { file, format: Format::Gif, period_ms: 400 })]);
    screen.sources.order_moving(&wanted, None);
    std::thread::sleep(Duration::from_millis(200));
    assert!(screen.sources.moving(&b, START).is_none());
}

#[test]
fn what_can_be_seen_through_stays_so() {
    let clear = Rgba([0, 0, 0, 0]);
    let screen = Screen::of(&gif((16, 16), [(clear, 100), (Rgba([255, 255, 255, 255]), 100)]), 200);
    let frame = eventually("a picture", || screen.sources.moving(&id(), START));
    assert_eq!(frame.alpha().map(|alpha| alpha.row(3, 16).to_vec()), Some(vec![0; 16]));
}
