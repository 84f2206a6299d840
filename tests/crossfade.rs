//! The sound goes with the picture from scene to scene: measured in a recording, which ffmpeg decodes.

use std::f64::consts::{SQRT_2, TAU};

use serde_json::json;

use crate::support::server::Server;
use crate::support::{PATIENCE, eventually, media};

const RATE: f64 = 48_000.0;
/// -12 dBFS; what ffmpeg makes of two sides that are the same is 3 dB louder.
const PEAK: f64 = 0.251_188_6 * SQRT_2;
/// So many samples hold whole periods of both tones: neither is seen in the other's level.
const SHORT: usize = 1_200;
const LONG: usize = 4_800;

/// How loud that tone is there: 1 is all of it.
fn level(samples: &[f32], hz: f64) -> f64 {
    let (mut sine, mut cosine) = (0.0, 0.0);
    for (index, sample) in samples.iter().enumerate() {
        let angle = TAU * hz * index as f64 / RATE;
        sine += f64::from(*sample) * angle.sin();
        cosine += f64::from(*sample) * angle.cos();
    }
    2.0 * f64::hypot(sine, cosine) / samples.len() as f64 / PEAK
}

/// Both tones, in windows of that length, 5 ms from one to the next: the middle's time, 440 Hz, 1 kHz.
fn levels(samples: &[f32], length: usize) -> Vec<(f64, f64, f64)> {
    let windows = samples.windows(length).step_by(240).enumerate();
    windows
        .map(|(index, window)| {
            let middle = (index * 240 + length / 2) as f64 / RATE;
            (middle, level(window, 440.0), level(window, 1_000.0))
        })
        .collect()
}

fn prepared() -> Server {
    let server = Server::start(&["--live"]);
    server.small();
    for (scene, hz, color) in [("a", 440, "#000000"), ("b", 1_000, "#ffffff")] {
        server.http.put(&format!("/api/inputs/{scene}"), &json!({"kind": "tone", "hz": hz, "level_db": -12})).ok();
        let layers =
            json!([{"id": "color", "kind": "color", "color": color}, {"id": "tone", "kind": "input", "input": scene}]);
        server.http.put(&format!("/api/scenes/{scene}"), &json!({"layers": layers})).ok();
    }
    server.http.post("/api/scenes/a/take", &json!({})).ok();
    server.record("tape", "mkv");
    server.wait_for_destination("tape", "live", PATIENCE);
    server
}

/// So many frames are encoded from now on.
fn frames(server: &Server, count: f64) {
    let before = server.metric("marquee_encoder_frames_out_total");
    eventually("frames", PATIENCE, || (server.metric("marquee_encoder_frames_out_total") >= before + count).then_some(()));
}

fn recorded(server: Server) -> (Vec<f32>, Vec<(f64, f64)>) {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("tape.mkv");
    let path = server.recordings()[0].clone();
    server.http.send("DELETE", "/api/destinations/tape", None, Vec::new()).ok();
    eventually("the recording is closed", PATIENCE, || {
        let list = server.http.get("/api/recordings").json();
        (list[0]["recording"] == false).then_some(())
    });
    std::fs::copy(path, &file).unwrap();
    let file = file.to_str().unwrap();
    let brightness = |luma: &[u8]| luma.iter().map(|value| f64::from(*value)).sum::<f64>() / luma.len() as f64;
    let pictures = media::looked_at(file, (640, 360), brightness);
    // 0 is the first scene's black, 1 the other's white.
    let (black, white) =
        pictures.iter().fold((255.0_f64, 0.0_f64), |(low, high), (_, seen)| (low.min(*seen), high.max(*seen)));
    let pictures = pictures.into_iter().map(|(at, seen)| (at, (seen - black) / (white - black))).collect();
    (media::samples(file), pictures)
}

/// From the first tone on; a gap or a click would be in here.
fn sounding(samples: &[f32]) -> &[f32] {
    let begin = samples.iter().position(|sample| f64::from(sample.abs()) > 0.9 * PEAK).expect("something is heard");
    &samples[begin + 4_800..samples.len() - 9_600]
}

#[track_caller]
fn has_no_gap_and_no_click(samples: &[f32]) {
    let sounding = sounding(samples);
    let quietest = sounding
        .chunks_exact(480)
        .map(|piece| (piece.iter().map(|sample| f64::from(sample * sample)).sum::<f64>() / 480.0).sqrt() / PEAK)
        .fold(f64::INFINITY, f64::min);
    // Two tones of half the loudness each have half the power of one.
    assert!(quietest > 0.35, "a gap: {quietest}");
    let steepest = sounding.windows(2).map(|pair| f64::from((pair[1] - pair[0]).abs())).fold(0.0, f64::max) / PEAK;
    // 1 kHz has steps of 0.131 of its peak; the encoder adds a little.
    assert!(steepest < 0.16, "a click: {steepest}");
    eprintln!("quietest 10 ms {quietest:.3}, steepest step {steepest:.4} of the peak");
}

#[test]
fn the_sound_fades_over_with_the_picture() {
    let server = prepared();
    frames(&server, 45.0);
    let how = json!({"transition": {"kind": "fade", "duration_ms": 1000, "easing": "linear"}});
    server.http.post("/api/scenes/b/take", &how).ok();
    frames(&server, 75.0);
    let (samples, pictures) = recorded(server);
    has_no_gap_and_no_click(&samples);
    let levels = levels(&samples, LONG);
    let end = levels.iter().position(|(_, _, b)| *b > 0.9).expect("it ends");
    let begin = levels[..end].iter().rposition(|(_, _, b)| *b < 0.1).expect("it begins");
    let took = levels[end].0 - levels[begin].0;
    // In a straight line: from 0.1 to 0.9 in 0.8 s.
    assert!((took - 0.8).abs() < 0.03, "{took} s");
    let mut farthest = (0.0_f64, 0.0_f64);
    for (time, a, b) in &levels[begin..=end] {
        let straight = 0.1 + (time - levels[begin].0) * 0.8 / took;
        farthest.0 = farthest.0.max((b - straight).abs()).max((a - (1.0 - straight)).abs());
        // The picture between two frames.
        let next = pictures.iter().position(|(at, _)| at >= time).expect("there are pictures");
        let ((from, before), (to, after)) = (pictures[next - 1], pictures[next]);
        let seen = before + (after - before) * (time - from) / (to - from);
        farthest.1 = farthest.1.max((seen - b).abs());
    }
    eprintln!("0.1 to 0.9 in {took:.3} s, off the line by {:.3}, off the picture by {:.3}", farthest.0, farthest.1);
    assert!(farthest.0 < 0.04, "off the straight line by {}", farthest.0);
    // A frame is 33 ms: 0.033 of the way.
    assert!(farthest.1 < 0.05, "off the picture by {}", farthest.1);
}

/// Neither scene's tone runs while the scene is not on air.
#[test]
fn a_cut_is_heard_in_its_frame() {
    let server = prepared();
    frames(&server, 30.0);
    for scene in ["b", "a"] {
        server.http.post(&format!("/api/scenes/{scene}/take"), &json!({"transition": {"kind": "cut"}})).ok();
        frames(&server, 45.0);
    }
    let (samples, pictures) = recorded(server);
    let levels = levels(&samples, SHORT);
    // To 1 kHz and back.
    let first_b = levels.iter().position(|(_, _, b)| *b > 0.95).expect("the second scene was heard");
    let last_a = levels[..first_b].iter().rposition(|(_, a, _)| *a > 0.95).expect("after the first");
    let last_b = levels.iter().rposition(|(_, _, b)| *b > 0.95).expect("the second scene was heard");
    let first_a = last_b + levels[last_b..].iter().position(|(_, a, _)| *a > 0.95).expect("and then the first again");
    let cuts: Vec<(f64, f64)> = pictures
        .windows(2)
        .filter(|pair| (pair[0].1 - pair[1].1).abs() > 0.5)
        .map(|pair| (pair[1].0, pair[1].0 - pair[0].0))
        .collect();
    assert_eq!(cuts.len(), 2, "{cuts:?}");
    for ((before, after), (cut, step)) in [(last_a, first_b), (last_b, first_a)].into_iter().zip(cuts) {
        let (before, after) = (levels[before].0, levels[after].0);
        let (took, late) = (after - before, (before + after) / 2.0 - cut);
        eprintln!("a cut took {took:.3} s, {late:+.3} s after the picture's");
        // A frame, and a window that must leave the one and come to the other.
        assert!(took <= 1.0 / 30.0 + SHORT as f64 / RATE, "{took} s");
        // Nearer than the picture before it, which is a frame away unless some were skipped.
        assert!(late.abs() < step, "{late} s from the picture's cut");
    }
    has_no_gap_and_no_click(&samples);
}

#[test]
fn a_bar_that_is_held_half_way_holds_the_sound() {
    let server = prepared();
    frames(&server, 30.0);
    server.http.patch("/api/studio", &json!({"preview": "b", "transition": {"kind": "fade", "duration_ms": 500}})).ok();
    server.http.post("/api/studio/bar", &json!({"position": 0.5})).ok();
    frames(&server, 60.0);
    server.http.post("/api/studio/bar", &json!({"position": 1.0})).ok();
    frames(&server, 45.0);
    let (samples, pictures) = recorded(server);
    let long = levels(&samples, LONG);
    let held = long.iter().filter(|(_, a, b)| (a - 0.5).abs() < 0.02 && (b - 0.5).abs() < 0.02).count();
    assert!(held as f64 * 0.005 > 1.5, "half of each for {} s", held as f64 * 0.005);
    let half = pictures.iter().filter(|(_, seen)| (seen - 0.5).abs() < 0.03).count() as f64 / 30.0;
    eprintln!("half of each was heard for {:.2} s and seen for {half:.2} s", held as f64 * 0.005);
    has_no_gap_and_no_click(&samples);
}
