//! A jam on the stream: its drums are heard, and seen when they are heard.

use std::time::Duration;

use marquee::jam::ask::Ask;
use marquee::jam::wire::frame::Hello;
use marquee::show::jam::event::Step;
use marquee::show::jam::pattern::PatternId;
use serde_json::json;

use crate::support::jammer::{Form, Jammer};
use crate::support::server::Server;
use crate::support::{PATIENCE, eventually, let_pass, media};

/// The hi-hat is the third of eight tracks, and it strikes at the first and the ninth of sixteen steps: once a second.
const TRACK: u8 = 2;
const STEPS: [u8; 2] = [0, 8];
const SIZE: (usize, usize) = (640, 360);

async fn play(ws: &str, code: &str) {
    let hello = Hello { code: code.to_owned(), name: "Ada".to_owned(), ..Hello::default() };
    let mut ada = Jammer::join(ws, Form::Bytes, hello, None).await.unwrap();
    let struck = |step| Step { pattern: PatternId::default(), track: TRACK, step, enabled: true, velocity: 100, extra: 0 };
    ada.done(STEPS.map(|step| Ask::DrumStep(struck(step))).to_vec()).await;
    ada.done(vec![Ask::PlaybackControl { is_playing: true }]).await;
}

/// How bright the brighter of the two steps is.
fn brightness(luma: &[u8]) -> u8 {
    let (column, row) = (SIZE.0 / 16, SIZE.1 / 8);
    let middle = |step: u8| {
        let (x, y) = (usize::from(step) * column + column / 2, usize::from(TRACK) * row + row / 2);
        luma[y * SIZE.0 + x]
    };
    STEPS.map(middle).into_iter().max().unwrap_or_default()
}

#[test]
fn a_jam_is_seen_and_heard_on_the_stream() {
    let server = Server::start(&["--rate-limit", "off"]);
    server.small();
    let made = server.http.post("/api/jams", &json!({"name": "air", "by": "Host", "open": true})).ok().json();
    let code = made["code"].as_str().unwrap();
    server.http.put("/api/inputs/band", &json!({"kind": "jam", "jam": code, "when_hidden": "keep"})).ok();
    let layer = json!({"id": "jam", "kind": "jam", "jam": code, "module": "drum-machine"});
    server.http.put("/api/scenes/stage", &json!({"layers": [layer]})).ok();
    server.http.post("/api/scenes/stage/take", &json!({})).ok();
    tokio::runtime::Runtime::new().unwrap().block_on(play(&server.ws, code));
    eventually("the input plays", PATIENCE, || {
        (server.http.get("/api/inputs/band").json()["status"]["state"] == "playing").then_some(())
    });
    server.record("tape", "mkv");
    server.http.post("/api/stream/start", &json!({})).ok();
    server.wait_for_destination("tape", "live", PATIENCE);
    let_pass(Duration::from_secs(7));
    server.http.post("/api/stream/stop", &json!({})).ok();
    server.wait_for_destination("tape", "stopped", PATIENCE);
    let lost = server.lost_frames();

    let file = server.recordings()[0].clone();
    let file = file.to_str().unwrap();
    let beeps = media::beeps(&media::samples(file));
    let seen = media::looked_at(file, SIZE, brightness);
    let rises = seen.windows(2).filter(|pair| pair[1].1 > pair[0].1.saturating_add(40)).map(|pair| pair[1].0);
    let flashes: Vec<f64> = rises.collect();
    assert!(beeps.len() >= 4 && flashes.len() as f64 + lost >= 4.0, "heard {beeps:?}, seen {flashes:?}");
    assert!(beeps.windows(2).all(|pair| (pair[1] - pair[0] - 1.0).abs() < 0.01), "a second apart: {beeps:?}");
    // The picture of it is painted beside the frame that shows it, and may be one later.
    let apart = |flash: &f64| beeps.iter().map(|beep| flash - beep).min_by(|one, other| one.abs().total_cmp(&other.abs()));
    let apart: Vec<f64> = flashes.iter().filter_map(apart).collect();
    let out = apart.iter().filter(|apart| apart.abs() > 2.5 / 30.0).count();
    assert!(out as f64 <= lost, "{apart:.3?} s, {lost} frames were lost");
    // A node that does not know the jam says so.
    server.http.put("/api/inputs/other", &json!({"kind": "jam", "jam": "ZZ99ZZ", "when_hidden": "keep"})).ok();
    eventually("it waits", PATIENCE, || {
        (server.http.get("/api/inputs/other").json()["status"]["state"] == "waiting").then_some(())
    });
    server.http.put("/api/inputs/none", &json!({"kind": "jam", "jam": "no code"})).refused(400, "invalid_body");
}
