//! When a source runs, and what it takes.

use super::clips::{ffmpeg, numbered};
use super::*;
use crate::base::status::InputState;
use crate::frame::pixels::allocations;

#[test]
fn hidden_it_stops_decoding_and_keeps_its_place_by_time() {
    let dir = tempfile::tempdir().unwrap();
    let clip = numbered(dir.path(), "a.mp4", 90, 30);
    let stand = Stand::of_file(&clip, "");
    stand.shows(1_000_000, 30);
    stand.order(false);
    stand.state_is("idle");
    let decoded = stand.frames();
    for step in 0..100_i64 {
        stand.clock.set(ShowTime(START.micros() + 1_000_000 + step * 33_333));
        std::thread::sleep(Duration::from_millis(1));
    }
    assert_eq!(stand.frames(), decoded, "nothing is decoded for nobody");
    assert!(stand.frame(stand.clock.now()).is_none());
    stand.clock.set(ShowTime(START.micros() + 5_000_000));
    stand.order(true);
    stand.shows(5_000_000, 60);
    stand.sources.order(&BTreeMap::new(), None);
    assert!(stand.frame(stand.clock.now()).is_none() && stand.state().is_none());
}

#[test]
fn one_that_is_kept_goes_on_unseen() {
    let dir = tempfile::tempdir().unwrap();
    let clip = numbered(dir.path(), "a.mp4", 90, 30);
    let mut stand = Stand::of_file(&clip, "");
    stand.input.when_hidden = crate::show::input::WhenHidden::Keep;
    stand.order(false);
    stand.shows(2_000_000, 60);
}

#[test]
fn few_pictures_wait_however_slow_the_show_is() {
    let dir = tempfile::tempdir().unwrap();
    let clip = dir.path().join("hd.mp4");
    ffmpeg("-f lavfi -i testsrc2=s=1920x1080:r=30:d=2 -pix_fmt yuv420p -c:v libx264 -preset ultrafast", &clip);
    let stand = Stand::of_file(&clip, "");
    eventually("a frame", || stand.frame(START));
    // The clock stands: it fills its queue and stops there.
    std::thread::sleep(Duration::from_millis(500));
    let decoded = stand.frames();
    assert!(decoded <= 8, "{decoded}");
    std::thread::sleep(Duration::from_millis(300));
    assert_eq!(stand.frames(), decoded);
    let frame = stand.frame(START).unwrap();
    assert!(frame.bytes() < 1920 * 1088 * 3 / 2 + 200_000, "{}", frame.bytes());
}

#[test]
fn while_the_show_is_held_a_file_stands() {
    let dir = tempfile::tempdir().unwrap();
    let clip = numbered(dir.path(), "a.mp4", 90, 30);
    let stand = Stand::of_file(&clip, "");
    stand.shows(500_000, 15);
    let held = stand.clock.now();
    stand.order_held(true, Some(held));
    std::thread::sleep(Duration::from_millis(50));
    let decoded = stand.frames();
    for step in 0..60_i64 {
        stand.clock.set(ShowTime(held.micros() + step * 33_333));
        std::thread::sleep(Duration::from_millis(1));
    }
    assert_eq!(stand.frame(held).map(|frame| number_of(&frame)), Some(15));
    assert!(stand.frames() <= decoded + 4);
    stand.order(true);
    stand.shows(2_500_000, 75);
}

#[test]
fn a_tone_plays_while_it_is_seen_and_leaves_its_sound_to_the_mixer() {
    let stand = Stand::new(Clock::manual(START), r#""kind": "tone", "hz": 440"#, None);
    stand.order(true);
    stand.state_is("playing");
    let tap = stand.sources.tap(stand.id()).expect("a tap");
    assert!(tap.written().is_empty());
    stand.order(false);
    stand.state_is("idle");
}

#[test]
fn looking_for_a_frame_allocates_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let clip = numbered(dir.path(), "a.mp4", 90, 30);
    let stand = Stand::of_file(&clip, "");
    // The first look of a thread may set something up.
    stand.shows(0, 0);
    let mut wrong = 0;
    for number in 1..60_u32 {
        let micros = i64::from(number) * 1_000_000 / 30;
        stand.shows(micros, number);
        let at = ShowTime(START.micros() + micros);
        let allocated = allocations::during(|| drop(stand.frame(at)));
        wrong += allocated;
    }
    assert_eq!(wrong, 0);
}

#[test]
fn a_camera_that_is_not_there_is_told_and_looked_for_again() {
    let stand = Stand::new(Clock::system(), r#""kind": "camera", "device": "/dev/video987", "width": 640, "fps": 30"#, None);
    stand.order(true);
    let mut reasons = std::collections::BTreeSet::new();
    eventually("a second try", || match stand.state()? {
        InputState::Lost { reason, attempt, .. } => {
            reasons.insert(reason);
            (attempt >= 2).then_some(())
        }
        _ => None,
    });
    assert_eq!(reasons.into_iter().collect::<Vec<_>>(), ["there is no camera at /dev/video987"]);
    assert!(stand.frame(stand.clock.now()).is_none());
}

#[test]
fn a_page_without_webkit_names_the_package() {
    let stand =
        Stand::new(Clock::system(), r#""kind": "page", "url": "http://127.0.0.1:9/", "width": 320, "height": 180"#, None);
    stand.order(true);
    let said = eventually("a word", || match stand.state()? {
        InputState::Lost { reason, .. } => Some(reason),
        // Where it is installed, a page that is not there is a page that says so.
        InputState::Playing { .. } => Some("gstreamer1.0-wpe".to_owned()),
        _ => None,
    });
    assert!(said.contains("gstreamer1.0-wpe"), "{said}");
}
