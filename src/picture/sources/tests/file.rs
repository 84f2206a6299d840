//! Files follow the time: order, repeats, seeking, pausing, speed, sound.

use super::clips::{ffmpeg, flash_and_beep, numbered};
use super::*;
use crate::picture::sources::session::DEAD_AFTER;

/// When frame `number` is due, in microseconds after the start.
fn due(number: u32, rate: u32) -> i64 {
    i64::from(number) * 1_000_000 / i64::from(rate)
}

#[test]
fn three_repetitions_show_every_frame_once_and_in_time() {
    let dir = tempfile::tempdir().unwrap();
    for name in ["a.mp4", "a.mkv", "a.webm", "a.ts"] {
        let clip = numbered(dir.path(), name, 45, 30);
        let stand = Stand::of_file(&clip, "");
        let mut ids = std::collections::BTreeSet::new();
        for number in 0..3 * 45 {
            let at = ShowTime(START.micros() + due(number, 30));
            if number > 0 {
                // A moment before it is due it is still the one before.
                let before = ShowTime(at.micros() - 5_000);
                assert_eq!(stand.frame(before).map(|frame| number_of(&frame)), Some((number - 1) % 45), "{name} {number}");
            }
            stand.shows(due(number, 30), number % 45);
            assert!(ids.insert(stand.frame(at).unwrap().id), "{name}: each is a picture of its own");
        }
        let decoded = stand.frames();
        assert!(decoded <= 3 * 45 + 20, "{name}: {decoded} were decoded: it reads ahead a little, and nothing twice");
        assert_eq!(stand.vitals.input_dropped.with_label_values(&["clip"]).get(), 0, "{name}");
    }
}

/// A seek into the last instant of a file plays nothing of it, as far as GStreamer says what was played.
#[test]
fn begun_in_the_last_instant_of_a_repetition_it_is_in_time_in_the_next() {
    let dir = tempfile::tempdir().unwrap();
    let silent = numbered(dir.path(), "silent.mp4", 102, 25);
    // 192 pieces of AAC: its sound goes on when its pictures are over.
    let longer = dir.path().join("longer.mp4");
    let video = "-f lavfi -i color=s=64x64:r=25,format=yuv420p,geq=lum=16+2*N:cb=128:cr=128";
    let codec = "-c:v libx264 -preset ultrafast -qp 8 -pix_fmt yuv420p -g 50 -c:a aac -ac 2";
    ffmpeg(&format!("{video} -f lavfi -i aevalsrc='0.2*sin(2500*t)':s=48000 -t 4.096 {codec}"), &longer);
    for (clip, length) in [(&silent, 4_080_000), (&longer, 4_096_000)] {
        for before_end in [1, 300, 1_000, 4_000, 15_000, 20_000, 40_000] {
            let since = START.micros() - 7 * length + before_end;
            let playback = format!(r#""playback": {{"state": "playing", "since": {since}}}"#);
            let stand =
                Stand::new(Clock::manual(START), &format!(r#""kind": "video", "asset": "a", {playback}"#), Some(clip));
            stand.order(true);
            eventually("it begins", || (stand.frames() > 0).then_some(()));
            // Had it to jump once more, it would come too late for what paints without haste.
            for number in (0..102).step_by(3) {
                stand.shows(before_end + due(number, 25) + 100, number);
            }
            let decoded = stand.frames();
            assert!(decoded < 125, "{clip:?}, {before_end}: {decoded} were decoded");
        }
    }
}

#[test]
fn a_clip_of_three_frames_and_one_of_one_repeat() {
    let dir = tempfile::tempdir().unwrap();
    for frames in [3, 1] {
        let clip = numbered(dir.path(), "short.mp4", frames, 30);
        let stand = Stand::of_file(&clip, "");
        for number in 0..40 {
            stand.shows(due(number, 30), number % frames);
        }
    }
}

#[test]
fn a_part_of_it_repeats_from_between_key_frames() {
    let dir = tempfile::tempdir().unwrap();
    let clip = numbered(dir.path(), "a.mp4", 90, 30);
    let stand = Stand::of_file(&clip, r#", "from_ms": 1500, "to_ms": 2500"#);
    for number in 0..75 {
        stand.shows(due(number, 30), 45 + number % 30);
    }
}

#[test]
fn seeking_pausing_and_resuming_are_exact() {
    let dir = tempfile::tempdir().unwrap();
    let clip = numbered(dir.path(), "a.mp4", 90, 30);
    let mut stand = Stand::of_file(&clip, "");
    stand.shows(due(10, 30), 10);
    let now = ShowTime(START.micros() + due(10, 30));
    stand.set_playback(Playback::Playing { since: now, offset_ms: 2_000 });
    stand.shows(due(10, 30), 60);
    stand.shows(due(11, 30), 61);
    // Back again, and the picture before stays until the new one is there.
    stand.set_playback(Playback::Playing { since: now, offset_ms: 500 });
    assert!(stand.frame(now).is_some());
    stand.shows(due(11, 30), 16);
    // Pausing holds.
    let now = ShowTime(START.micros() + due(12, 30));
    stand.shows(due(12, 30), 17);
    let InputKind::Video(video) = &stand.input.kind else { panic!("it is a video") };
    let paused = video.playback.paused(1.0, now);
    stand.set_playback(paused);
    stand.state_is("paused");
    stand.shows(due(40, 30), 17);
    stand.shows(due(90, 30), 17);
    let id = stand.frame(now).unwrap().id;
    stand.set_playback(paused.resumed(ShowTime(START.micros() + due(90, 30))));
    stand.state_is("playing");
    stand.shows(due(90, 30), 17);
    assert_eq!(stand.frame(ShowTime(START.micros() + due(90, 30))).unwrap().id, id, "without decoding it anew");
    stand.shows(due(91, 30), 18);
    // Sought while it is paused.
    stand.set_playback(Playback::Paused { offset_ms: 2_700 });
    stand.shows(due(92, 30), 81);
    stand.set_playback(Playback::Stopped);
    stand.state_is("idle");
    assert!(stand.frame(now).is_none());
}

#[test]
fn sound_alone_may_be_paused_for_as_long_as_one_likes() {
    let dir = tempfile::tempdir().unwrap();
    let tone = dir.path().join("tone.wav");
    ffmpeg("-f lavfi -i sine=d=30", &tone);
    let mut stand = Stand::of_file(&tone, r#", "repeat": false"#);
    stand.state_is("playing");
    stand.set_playback(Playback::Paused { offset_ms: 4_000 });
    stand.state_is("paused");
    // The time itself is the matter here: a file that gives nothing for so long is given up.
    let watch = Stopwatch::start();
    while watch.elapsed() < DEAD_AFTER + Duration::from_secs(1) {
        std::thread::sleep(Duration::from_millis(50));
        assert_eq!(stand.state().unwrap().label(), "paused");
    }
}

#[test]
fn speed_is_kept_by_choosing_frames() {
    let dir = tempfile::tempdir().unwrap();
    let clip = numbered(dir.path(), "a.mp4", 90, 30);
    let double = Stand::of_file(&clip, r#", "speed": 2"#);
    for number in 0..60 {
        double.shows(due(number, 30), number * 2 % 90);
    }
    let slow = Stand::of_file(&clip, r#", "speed": 0.5"#);
    for number in 0..60 {
        slow.shows(due(number, 30), number / 2);
    }
    let fast = Stand::of_file(&clip, r#", "speed": 4"#);
    for number in 0..40 {
        fast.shows(due(number, 30), number * 4 % 90);
    }
}

#[test]
fn one_that_is_not_repeated_holds_its_last_picture_or_hides() {
    let dir = tempfile::tempdir().unwrap();
    let clip = numbered(dir.path(), "a.mp4", 30, 30);
    let held = Stand::of_file(&clip, r#", "repeat": false"#);
    let hidden = Stand::of_file(&clip, r#", "repeat": false, "at_end": "hide""#);
    for number in 0..30 {
        held.shows(due(number, 30), number);
        hidden.shows(due(number, 30), number);
    }
    held.shows(due(100, 30), 29);
    held.state_is("ended");
    hidden.clock.set(ShowTime(START.micros() + 1_100_000));
    assert!(hidden.frame(ShowTime(START.micros() + 1_100_000)).is_none());
    hidden.state_is("ended");
    // Opened when it has long been over, it shows its end.
    let late = Stand::of_file(&clip, r#", "repeat": false"#);
    late.shows(60_000_000, 29);
}

#[test]
fn far_behind_it_jumps() {
    let dir = tempfile::tempdir().unwrap();
    let clip = numbered(dir.path(), "a.mp4", 90, 30);
    let stand = Stand::of_file(&clip, "");
    stand.shows(0, 0);
    // 50 minutes and a second later: nobody decodes what lies between.
    stand.shows(3_001_000_000, 30);
    assert!(stand.frames() < 400, "{}", stand.frames());
}

/// Where sound begins after silence, in microseconds after the start.
fn onsets(stand: &Stand) -> Vec<i64> {
    let tap = stand.sources.tap(stand.id()).unwrap();
    let mut quiet_since = i64::MIN / 2;
    let mut onsets = Vec::new();
    for (at, samples) in tap.written() {
        for (index, pair) in samples.chunks_exact(2).enumerate() {
            let micros = at.micros() - START.micros() + index as i64 * 1_000_000 / 48_000;
            if pair[0].abs() > 0.1 {
                if micros - quiet_since > 300_000 {
                    onsets.push(micros);
                }
                quiet_since = micros;
            }
        }
    }
    onsets
}

#[test]
fn flash_and_beep_stay_together_over_repetitions() {
    let dir = tempfile::tempdir().unwrap();
    for (name, seconds) in [("a.mp4", 2), ("a.mkv", 2)] {
        let clip = flash_and_beep(dir.path(), name, seconds);
        let stand = Stand::of_file(&clip, "");
        let mut flashes = Vec::new();
        let mut was_bright = true;
        // ffmpeg lets a Matroska file begin some milliseconds late.
        for step in 5..500_i64 {
            let at = ShowTime(START.micros() + step * 10_000);
            stand.clock.set(at);
            let frame = eventually("a frame", || {
                let tap = stand.sources.tap(stand.id())?;
                // Both have come this far.
                let heard = tap.written().last().is_some_and(|(end, _)| end.micros() > at.micros() + 100_000);
                stand.frame(at).filter(|_| heard && stand.is_ahead(at))
            });
            let is_bright = number_of(&frame) > 60;
            if is_bright && !was_bright {
                flashes.push(step * 10_000);
            }
            was_bright = is_bright;
        }
        let onsets = onsets(&stand);
        assert!(flashes.len() >= 4 && onsets.len() >= flashes.len(), "{name} {flashes:?} {onsets:?}");
        for flash in &flashes {
            let nearest = onsets.iter().map(|onset| (flash - onset).abs()).min();
            assert!(nearest.is_some_and(|apart| apart <= 20_000), "{name} {flashes:?} {onsets:?}");
        }
    }
}

impl Stand {
    /// Whether a later picture is there already.
    fn is_ahead(&self, at: ShowTime) -> bool {
        let later = self.frame(ShowTime(at.micros() + 70_000)).map(|frame| frame.id);
        later != self.frame(at).map(|frame| frame.id)
    }
}

#[test]
fn alpha_and_rotation_arrive() {
    let dir = tempfile::tempdir().unwrap();
    let half = "-f lavfi -i color=white:s=64x48:r=10:d=1,format=yuva420p,geq=lum=235:cb=128:cr=128:a='if(lt(X,32),255,0)'";
    for (name, codec) in [("a.webm", "-c:v libvpx-vp9 -auto-alt-ref 0"), ("a.mov", "-c:v prores_ks -profile:v 4444")] {
        let clip = dir.path().join(name);
        ffmpeg(&format!("{half} {codec}"), &clip);
        let stand = Stand::of_file(&clip, "");
        let frame = eventually("a frame", || stand.frame(START));
        let row = frame.alpha().unwrap_or_else(|| panic!("{name} has alpha")).row(20, 64);
        assert!(row[8] > 250 && row[56] < 5, "{name} {row:?}");
    }
    let clip = dir.path().join("plain.mp4");
    let turned = dir.path().join("turned.mp4");
    ffmpeg("-f lavfi -i color=white:s=64x48:r=10:d=1,format=yuv420p,geq=lum='if(lt(X,32),235,16)' -c:v libx264", &clip);
    ffmpeg(&format!("-i {} -c copy -metadata:s:v rotate=90", clip.display()), &turned);
    let stand = Stand::of_file(&turned, "");
    let frame = eventually("a frame", || stand.frame(START));
    assert_eq!((frame.width, frame.height), (48, 64));
    let luma = frame.planes()[0];
    assert_ne!(luma.row(8, 48)[24] > 128, luma.row(56, 48)[24] > 128, "left has become top or bottom");
    assert!(frame.alpha().is_none());
}

#[test]
fn a_size_that_changes_on_the_way_changes_the_frames() {
    let dir = tempfile::tempdir().unwrap();
    let (small, large, both) = (dir.path().join("s.ts"), dir.path().join("l.ts"), dir.path().join("both.ts"));
    ffmpeg("-f lavfi -i testsrc2=s=64x64:r=30:d=1 -pix_fmt yuv420p -c:v libx264 -g 15", &small);
    ffmpeg("-f lavfi -i testsrc2=s=128x96:r=30:d=1 -pix_fmt yuv420p -c:v libx264 -g 15 -output_ts_offset 1", &large);
    let bytes = [std::fs::read(&small).unwrap(), std::fs::read(&large).unwrap()].concat();
    std::fs::write(&both, bytes).unwrap();
    let stand = Stand::of_file(&both, r#", "repeat": false"#);
    let mut sizes = Vec::new();
    for number in 0..70 {
        let at = ShowTime(START.micros() + due(number, 30));
        stand.clock.set(at);
        let watch = Stopwatch::start();
        while !stand.is_ahead(at) && watch.elapsed() < Duration::from_millis(300) {
            std::thread::sleep(Duration::from_millis(1));
        }
        sizes.extend(stand.frame(at).map(|frame| (frame.width, frame.height)));
    }
    sizes.dedup();
    assert_eq!(sizes, [(64, 64), (128, 96)]);
}

/// Each of them has colours that are converted, and none has alpha: a plane of it would be half transparent.
#[test]
fn pictures_without_alpha_stay_without() {
    let dir = tempfile::tempdir().unwrap();
    for (name, tags) in [
        ("plain", ""),
        ("bt601", "-colorspace smpte170m -color_primaries smpte170m -color_trc smpte170m"),
        ("matrix_only", "-colorspace bt709"),
        ("full", "-color_range pc"),
        ("422", "-pix_fmt yuv422p"),
    ] {
        let clip = dir.path().join(format!("{name}.mp4"));
        ffmpeg(&format!("-f lavfi -i color=c=red:s=64x64:r=10:d=1 -pix_fmt yuv420p -c:v libx264 {tags}"), &clip);
        let stand = Stand::of_file(&clip, "");
        let frame = eventually(name, || stand.frame(START));
        assert!(frame.alpha().is_none(), "{name}");
    }
}
