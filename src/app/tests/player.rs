//! What is played, as it is seen and heard: nothing is missing where one track ends and the next begins.

use std::path::Path;
use std::process::Command;

use serde_json::json;

use super::Stage;
use crate::frame::picture::Frame;
use crate::show::input::Playback;

fn ffmpeg(arguments: &str, to: &Path) {
    let mut ffmpeg = Command::new("ffmpeg");
    ffmpeg.args(["-nostdin", "-v", "error", "-y"]).args(arguments.split_whitespace()).arg(to);
    let output = ffmpeg.output().expect("ffmpeg is installed");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// Noise at half of the loudness that there is, of so many samples; and those samples, interleaved.
fn noise(stage: &Stage, id: &str, samples: u32) -> Vec<i16> {
    let (file, raw) = (stage.assets.join(format!("{id}.flac")), stage.assets.join(format!("{id}.raw")));
    let source =
        format!("-f lavfi -i anoisesrc=r=48000:a=0.5:s={samples} -af atrim=end_sample={samples} -ac 2 -sample_fmt s16");
    ffmpeg(&source, &file);
    ffmpeg(&format!("-i {} -f s16le", file.display()), &raw);
    let bytes = std::fs::read(raw).expect("what was written");
    let read: Vec<i16> = bytes.chunks_exact(2).map(|pair| i16::from_le_bytes([pair[0], pair[1]])).collect();
    assert_eq!(read.len() as u32, samples * 2);
    stage.add(id, "sound", "flac", Some((u64::from(samples) * 1_000_000).div_ceil(48_000)));
    read
}

/// Picture N is grey of the level `from` + 2 N.
fn numbered(stage: &Stage, id: &str, from: u32, frames: u32) {
    let source = format!("-f lavfi -i color=s=64x64:r=30,format=yuv420p,geq=lum={from}+2*N:cb=128:cr=128");
    let file = stage.assets.join(format!("{id}.mp4"));
    ffmpeg(&format!("{source} -frames:v {frames} -c:v libx264 -qp 8 -pix_fmt yuv420p -g 30 -bf 2"), &file);
    stage.add(id, "video", "mp4", Some(u64::from(frames) * 1_000_000 / 30));
}

fn playlist(id: &str, assets: &[&str]) -> serde_json::Value {
    let tracks: Vec<_> = assets.iter().map(|asset| json!({"id": asset, "asset": asset})).collect();
    json!({"command": "put_playlist", "playlist": {"id": id, "title": id, "tracks": tracks}})
}

fn show_player(stage: &Stage) {
    stage.tell(json!({"command": "change_stream_config", "patch": {"width": 320, "height": 180, "fps": 30}}));
    let scene = json!({"id": "s", "layers": [{"id": "p", "kind": "player"}]});
    stage.tell(json!({"command": "put_scene", "scene": scene}));
    stage.tell(json!({"command": "take_scene", "scene": "s"}));
}

fn is_over(stage: &Stage) -> bool {
    let show = stage.state.snapshot().show.clone();
    show.player.now.as_ref().is_some_and(|now| now.playback == Playback::Stopped) && show.player.leaving.is_none()
}

/// Samples after which an edge has been softened.
const SOFT: usize = 1_000;

/// All samples that were mixed, as the numbers that they were in the file.
fn heard(stage: &Stage) -> Vec<i16> {
    let chunks = std::iter::from_fn(|| stage.sounds.try_take());
    let samples = chunks.flat_map(|chunk| chunk.samples.to_vec());
    samples.map(|sample| (sample * 32_768.0).round() as i16).collect()
}

#[test]
fn flac_follows_flac_on_the_sample() {
    let stage = Stage::new();
    stage.sounds.set_wanted(true);
    // None of them ends where a piece, a picture or a millisecond does.
    let files = [("a", 59_261), ("b", 33_333), ("c", 71_993)].map(|(id, samples)| noise(&stage, id, samples));
    stage.tell(playlist("p", &["a", "b", "c"]));
    stage.tell(json!({"command": "change_player", "patch": {"volume": 100}}));
    stage.tell(json!({"command": "play_playlist", "playlist": "p"}));
    stage.until("it was played to its end", || is_over(&stage));
    let (heard, expected) = (heard(&stage), files.concat());
    // Out of silence it comes softly, in some milliseconds; and later, where the machine was not ready in time.
    let begins =
        |from: usize| heard.windows(64).position(|window| window == &expected[from..from + 64]).map(|at| (from, at));
    let (from, at) = (2 * SOFT..files[0].len() - 64).step_by(SOFT).find_map(begins).expect("it is heard");
    let first = at - from;
    let same = heard[at..].iter().zip(&expected[from..]).take_while(|(heard, expected)| heard == expected).count();
    assert_eq!(same + from, expected.len(), "all three without a gap, of {} samples", heard.len());
    let after = &heard[first + expected.len()..];
    assert!(after[2 * SOFT..].iter().all(|sample| *sample == 0), "and then nothing");
}

/// The grey level in the middle of the canvas.
fn level(frame: &Frame) -> u8 {
    let layout = frame.layout();
    frame.planes()[0][90 * layout.luma_stride + 160]
}

/// 20, 22 … 108, 112 … 172, 176 … 226.
fn three_videos(stage: &Stage) -> Vec<u8> {
    let videos = [("a", 20, 45), ("b", 112, 31), ("c", 176, 26)];
    for (id, from, frames) in videos {
        numbered(stage, id, from, frames);
    }
    videos.iter().flat_map(|(_, from, frames)| (0..*frames).map(move |index| (from + 2 * index) as u8)).collect()
}

/// Plays it to its end, and holds what is seen from the first picture on against what should be: by the number of the frame,
/// whatever a busy machine has skipped. For a picture that its decoder was late with, which is counted, the one before is shown.
fn is_seen(stage: &Stage, assets: &[&str], expected: &[u8]) {
    stage.frames.set_wanted(true);
    stage.tell(playlist("p", assets));
    stage.tell(json!({"command": "play_playlist", "playlist": "p"}));
    let mut frames = Vec::new();
    stage.until("it was played to its end", || {
        frames.extend(std::iter::from_fn(|| stage.frames.try_take()).map(|frame| (frame.number.0, level(&frame))));
        is_over(stage)
    });
    let begins = frames.iter().position(|(_, level)| *level >= 19).expect("it is seen");
    let opened_late = expected.iter().position(|level| level.abs_diff(frames[begins].1) <= 1).expect("it is of the first");
    let first = frames[begins].0 - opened_late as u64;
    let mut wrong = Vec::new();
    for (number, seen) in &frames[begins..] {
        let Some(expected) = expected.get((number - first) as usize) else { break };
        if seen.abs_diff(*expected) > 1 {
            wrong.push((number - first, *seen, *expected));
        }
    }
    let late = stage.vitals.input_late.with_label_values(&["player"]).get();
    assert!(wrong.len() as u64 <= late, "frame, seen, expected: {wrong:?}, and {late} were late");
    let last = frames.last().expect("a frame").0 - first;
    assert!(last as usize >= expected.len(), "{last}");
}

#[test]
fn no_frame_is_black_or_missing_where_one_video_follows_the_other() {
    let stage = Stage::new();
    show_player(&stage);
    let expected = three_videos(&stage);
    is_seen(&stage, &["a", "b", "c"], &expected);
}

/// Just after a frame, in the middle between two, and just before one.
#[test]
fn no_frame_is_missing_wherever_between_two_frames_a_video_begins() {
    let stage = Stage::new();
    show_player(&stage);
    let expected = three_videos(&stage);
    for after_ms in [1, 16, 32] {
        // Nothing is to be seen of it.
        let sound = format!("sound-{after_ms}");
        noise(&stage, &sound, 48 * (500 + after_ms));
        is_seen(&stage, &[&sound, "a", "b", "c"], &expected);
        stage.tell(json!({"command": "remove_playlist", "playlist": "p"}));
    }
}

#[test]
fn what_was_seen_before_is_seen_until_what_comes_next_begins() {
    let stage = Stage::new();
    show_player(&stage);
    stage.frames.set_wanted(true);
    numbered(&stage, "a", 20, 60);
    numbered(&stage, "b", 150, 40);
    stage.tell(playlist("p", &["a", "b"]));
    stage.tell(json!({"command": "play_playlist", "playlist": "p"}));
    let mut levels = Vec::new();
    let mut until = |what: &str, is_so: &dyn Fn(&[u8]) -> bool| {
        stage.until(what, || {
            levels.extend(std::iter::from_fn(|| stage.frames.try_take()).map(|frame| level(&frame)));
            is_so(&levels)
        });
    };
    until("the first is seen", &|levels| levels.iter().any(|level| *level > 40));
    stage.tell(json!({"command": "control_player", "control": {"action": "next"}}));
    until("the second is seen", &|levels| levels.iter().any(|level| *level > 200));
    let begins = levels.iter().position(|level| *level >= 19).expect("it is seen");
    assert!(levels[begins..].iter().all(|level| *level >= 19), "{:?}", &levels[begins..]);
    let last = levels.iter().rposition(|level| *level < 145).expect("the first was seen");
    assert_eq!(levels[last + 1].abs_diff(150), 0, "from its beginning: {:?}", &levels[last..]);
}
