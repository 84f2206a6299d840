//! What is painted again is what was on air: frame by frame, and sample by sample.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use image::RgbImage;
use marquee::picture::pattern;
use marquee::show::geometry::Rect;
use serde_json::{Value, json};

use crate::support::server::{Server, binary};
use crate::support::{PATIENCE, eventually, media};

const SIZE: (u32, u32) = (640, 360);
/// Where the counter stands: in a corner, above what moves.
const CARD: Rect = Rect { x: 400, y: 20, width: 204, height: 116 };

fn run(arguments: &[&str]) -> Output {
    Command::new(binary()).arg("render").args(arguments).output().expect("it runs")
}

#[track_caller]
fn render(arguments: &[&str]) -> String {
    let output = run(arguments);
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{arguments:?}: {told}");
    told
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[expect(clippy::disallowed_methods, reason = "the server's clock is the system's")]
fn now_ms() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as i64
}

/// Something of everything that follows from the show and the time: a clock, a counter, a movement, an animation, a video of the
/// library, something blurred, a group that is seen through.
fn scene(color: &str) -> Value {
    let move_x = json!({"property": "x", "keyframes": [{"at_ms": 0, "value": 0}, {"at_ms": 2000, "value": 300}],
        "repeat": 0});
    json!({"layers": [
        {"id": "back", "kind": "gradient", "from": color, "to": "#102040", "angle": 30},
        {"id": "plasma", "kind": "effect", "animation": "PLASMA", "seed": 7, "columns": 16, "rows": 9,
         "x": 20, "y": 200, "width": 160, "height": 90},
        {"id": "clip", "kind": "input", "input": "clip", "x": 200, "y": 190, "width": 160, "height": 90,
         "filters": [{"kind": "hue", "amount": 60}]},
        {"id": "group", "kind": "group", "x": 380, "y": 180, "width": 200, "height": 120, "opacity": 0.6, "layers": [
            {"id": "paper", "kind": "color", "color": "#ff8800"},
            {"id": "glass", "kind": "backdrop", "x": 20, "y": 20, "width": 100, "height": 60,
             "filters": [{"kind": "blur", "amount": 6}]}]},
        {"id": "runner", "kind": "color", "color": "#ffffff", "y": 150, "width": 60, "height": 20, "animations": [move_x]},
        {"id": "clock", "kind": "text", "x": 20, "y": 20, "size": 36, "text": "{clock} UTC", "color": "#ffd166"},
        {"id": "card", "kind": "pattern", "x": CARD.x, "y": CARD.y, "width": CARD.width, "height": CARD.height, "beep": false}
    ]})
}

/// Four seconds in which no picture is like another, at a rate that is not the canvas', and a sound that rises.
fn clip(file: &Path) {
    let mut ffmpeg = Command::new("ffmpeg");
    ffmpeg.args(["-nostdin", "-v", "error", "-y", "-f", "lavfi", "-i", "testsrc2=s=320x180:r=25", "-f", "lavfi", "-i"]);
    ffmpeg.args(["aevalsrc='0.2*sin(2*PI*(200+50*t)*t)':s=48000", "-t", "4.096", "-ac", "2"]);
    ffmpeg.args(["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-g", "50", "-c:a", "aac"]).arg(file);
    assert!(ffmpeg.status().expect("ffmpeg is installed").success());
}

/// On air, and about to be another scene.
fn on_air(server: &Server) {
    server.small();
    let config = json!({"fps": 20, "bitrate": 8000, "preset": "veryfast", "restart": true});
    server.http.patch("/api/stream/config", &config).ok();
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("clip.mp4");
    clip(&file);
    let asset = server.http.upload("/api/assets", "clip.mp4", &std::fs::read(file).unwrap()).ok().json();
    server.http.put("/api/inputs/clip", &json!({"kind": "video", "asset": asset["id"], "repeat": true})).ok();
    server.http.put("/api/scenes/one", &scene("#400060")).ok();
    server.http.put("/api/scenes/two", &scene("#006040")).ok();
    server.http.post("/api/scenes/one/take", &json!({})).ok();
}

fn counter(picture: &RgbImage) -> Option<u32> {
    let luma = image::DynamicImage::ImageRgb8(picture.clone()).to_luma8();
    pattern::read_counter(luma.as_raw(), SIZE.0 as usize, CARD)
}

/// Pictures of what is on air, by their counters, until that time.
fn looked_at_until(server: &Server, end_ms: i64) -> BTreeMap<u32, RgbImage> {
    let mut seen = BTreeMap::new();
    while now_ms() < end_ms {
        let picture = image::load_from_memory(&server.http.get("/api/frame.png").ok().body).unwrap().to_rgb8();
        seen.extend(counter(&picture).map(|counter| (counter, picture)));
    }
    seen
}

/// The score reaches that far.
fn wait_for_score(server: &Server, end_ms: i64) {
    eventually("the score has it all", PATIENCE, || {
        let stretches = server.http.get("/api/score/stretches").ok().json();
        let last = stretches.as_array()?.last()?["to"].as_i64()?;
        (last >= end_ms).then_some(())
    });
}

fn pictures_in(directory: &Path) -> BTreeMap<u32, PathBuf> {
    let entries = std::fs::read_dir(directory).unwrap();
    let named = entries.map(|entry| entry.unwrap().path());
    let number = |path: &PathBuf| path.file_stem().unwrap().to_str().unwrap().parse::<u64>().unwrap() as u32;
    named.map(|path| (number(&path), path)).collect()
}

#[test]
fn every_frame_is_the_one_that_was_on_air() {
    let server = Server::start(&["--rate-limit", "off"]);
    on_air(&server);
    let dir = tempfile::tempdir().unwrap();
    // What runs is looked at until it has been on air for a moment: a file is not open at once.
    looked_at_until(&server, now_ms() + 2_000);
    let skipped = || server.metric("marquee_input_late_total") + server.metric("marquee_frames_repeated_total");
    let (before, begin) = (skipped(), now_ms());
    // It changes in the midst of it, with a fade, at a time that is not a frame's.
    let take = json!({"command": "take_scene", "scene": "two", "transition": {"kind": "fade", "duration_ms": 1500}});
    server.http.post("/api/batch", &json!({"commands": [take], "at": begin + 2_013})).ok();
    let end = begin + 6_000;
    let live = looked_at_until(&server, end);
    let late = skipped() - before;
    wait_for_score(&server, end);
    let frames = dir.path().join("frames");
    let pattern = frames.join("%d.png");
    // Beside the server, which goes on.
    let (from, to) = ((begin).to_string(), end.to_string());
    let told = render(&[text(&server.data_dir), "-o", text(&pattern), "--from", &from, "--to", &to]);
    assert!(told.contains("120 frames"), "{told}");
    let painted = pictures_in(&frames);
    assert_eq!(painted.len(), 120);
    let mut compared = 0;
    let mut other = Vec::new();
    for (number, live) in &live {
        let Some(path) = painted.get(number) else { continue };
        let again = image::open(path).unwrap().to_rgb8();
        assert_eq!(counter(&again), Some(*number), "its name is its number");
        compared += 1;
        if again != *live {
            other.push(*number);
            if let Some(keep) = std::env::var_os("MARQUEE_KEEP") {
                let keep = PathBuf::from(keep);
                live.save(keep.join(format!("{number}-live.png"))).unwrap();
                again.save(keep.join(format!("{number}-again.png"))).unwrap();
            }
        }
    }
    assert!(compared >= 20, "{compared} frames were compared");
    // Only where the live one was late may it have shown something older.
    assert!(other.len() as f64 <= late, "{} of {compared} differ ({late} were late): {other:?}", other.len());
}
