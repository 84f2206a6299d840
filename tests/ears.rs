//! Lights that listen: a file, a stream and a microphone drive the visualiser of a jam, none of them seen or heard in the show.

use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::json;

use crate::support::leds::Controller;
use crate::support::process::Ended;
use crate::support::pulse::Pulse;
use crate::support::senders::{self, Clip};
use crate::support::server::Server;
use crate::support::{PATIENCE, eventually};

/// What is no brighter is dark.
const DARK: u8 = 30;
/// A burst is at least so much brighter than what is between. Bars fall slowly, so that need not be dark.
const RISE: u8 = 40;

/// A strip whose visualiser listens to this input. Nobody plays in its jam, and nothing is on air.
fn listening(server: &Server, input: &str) -> Controller {
    let controller = Controller::start();
    let jam = server.http.post("/api/jams", &json!({"name": "test", "by": "Host"})).ok().json();
    server.http.post("/api/v1/zones", &json!({"id": "strip", "pixel_count": 32})).ok();
    let layer = json!({"kind": "jam", "jam": jam["code"], "module": "dj-visualizer", "input": input});
    server.http.put("/api/v1/zones/strip/layers/dj", &layer).ok();
    controller.fixture(server, "leds", "strip", &json!({}));
    controller
}

fn state(server: &Server, input: &str) -> String {
    server.http.get(&format!("/api/inputs/{input}")).ok().json()["status"]["state"].as_str().unwrap().to_owned()
}

fn becomes(server: &Server, input: &str, wanted: &str) {
    eventually(&format!("{input} is {wanted}"), PATIENCE, || (state(server, input) == wanted).then_some(()));
}

fn brightest(channels: &[u8]) -> u8 {
    channels.iter().copied().max().unwrap_or(0)
}

/// When light came up.
fn bursts(told: &[(f64, Vec<u8>)]) -> Vec<f64> {
    let levels = || told.iter().map(|(_, channels)| brightest(channels));
    let (least, most) = (levels().min().unwrap_or(0), levels().max().unwrap_or(0));
    if most - least < RISE {
        return Vec::new();
    }
    let third = (most - least) / 3;
    let (mut is_lit, mut bursts) = (true, Vec::new());
    for (at, channels) in told {
        let level = brightest(channels);
        if level > most - third && !is_lit {
            bursts.push(*at);
        }
        is_lit = level > if is_lit { least + third } else { most - third };
    }
    bursts
}

/// One burst of light for each of the sound, and dark between them.
#[track_caller]
fn follow_a_burst_a_second(controller: &Controller) {
    let mut told: Vec<(f64, Vec<u8>)> = Vec::new();
    let found = eventually("a burst of light a second", PATIENCE, || {
        told.extend(controller.take());
        let now = told.last()?.0;
        told.retain(|(at, _)| now - at < 6.0);
        let bursts = bursts(&told);
        let apart: Vec<f64> = bursts.windows(2).map(|pair| pair[1] - pair[0]).collect();
        // Those of a moment in which the machine stood still do not count.
        apart.windows(3).any(|three| three.iter().all(|seconds| (seconds - 1.0).abs() < 0.15)).then_some(bursts)
    });
    println!("light came up at {found:.3?}");
}

#[track_caller]
fn stay_dark(controller: &Controller) {
    eventually("nothing is heard, so nothing shines", PATIENCE, || {
        controller.take();
        crate::support::let_pass(std::time::Duration::from_millis(1_500));
        let told = controller.take();
        (!told.is_empty() && told.iter().all(|(_, channels)| brightest(channels) < DARK)).then_some(())
    });
}

/// Two tenths of a second of 1 kHz in each second.
fn sound(seconds: u32) -> [String; 2] {
    let burst = "if(lt(mod(t\\,1)\\,0.2)\\,0.4*sin(2*PI*1000*t)\\,0)";
    ["-i".to_owned(), format!("aevalsrc='{burst}':s=48000:d={seconds}")]
}

fn file(dir: &Path, name: &str) -> Vec<u8> {
    let path = dir.join(name);
    let mut ffmpeg = Command::new("ffmpeg");
    ffmpeg.args(["-nostdin", "-v", "error", "-y", "-f", "lavfi"]).args(sound(8)).args(["-ac", "2"]).arg(&path);
    assert!(ffmpeg.status().expect("ffmpeg is installed").success());
    std::fs::read(path).unwrap()
}

#[test]
fn a_file_that_nobody_sees_drives_the_visualiser() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::start(&[]);
    for name in ["bursts.wav", "bursts.mp3"] {
        let asset = server.http.upload("/api/assets", name, &file(dir.path(), name)).ok().json()["id"].clone();
        server.http.put("/api/inputs/music", &json!({"kind": "video", "asset": asset})).ok();
        let controller = listening_again(&server);
        follow_a_burst_a_second(&controller);
        becomes(&server, "music", "playing");
        server.http.post("/api/inputs/music/play", &json!({"action": "stop"})).ok();
        stay_dark(&controller);
    }
    server.http.send("DELETE", "/api/inputs/music", None, Vec::new()).refused(409, "input_in_use");
    server.http.send("DELETE", "/api/v1/zones/strip/layers/dj", None, Vec::new()).ok();
    becomes(&server, "music", "idle");
    server.http.send("DELETE", "/api/inputs/music", None, Vec::new()).ok();
}

fn listening_again(server: &Server) -> Controller {
    server.http.send("DELETE", "/api/fixtures/leds", None, Vec::new());
    server.http.send("DELETE", "/api/v1/zones/strip", None, Vec::new());
    listening(server, "music")
}

/// No layer shows the sound, nobody meters it, nothing is on air as a stream.
#[test]
fn lights_hear_the_program_whoever_else_does() {
    let server = Server::start(&[]);
    server.http.put("/api/inputs/tone", &json!({"kind": "tone", "level_db": -6})).ok();
    server.http.put("/api/scenes/loud", &json!({"layers": [{"id": "t", "kind": "input", "input": "tone"}]})).ok();
    let controller = Controller::start();
    server.http.post("/api/v1/zones", &json!({"id": "strip", "pixel_count": 32})).ok();
    controller.fixture(&server, "leds", "strip", &json!({}));
    server.http.post("/api/v1/animations/VU/start", &json!({"zones": ["strip"]})).ok();
    stay_dark(&controller);
    server.http.post("/api/scenes/loud/take", &json!({})).ok();
    eventually("the meter rises", PATIENCE, || controller.last().filter(|channels| brightest(channels) > 100));
    server.http.patch("/api/inputs/tone", &json!({"sound": {"mute": true}})).ok();
    stay_dark(&controller);
}

#[test]
fn a_stream_that_nobody_sees_drives_the_visualiser() {
    let server = Server::start(&[]);
    server.http.put("/api/inputs/guest", &json!({"kind": "published", "key": "k3y"})).ok();
    let controller = listening(&server, "guest");
    becomes(&server, "guest", "waiting");
    let clip = Clip { size: (160, 90), hz: 1_000 };
    let sender = senders::send(clip, &["-f", "flv", &server.rtmp.replace("program", "k3y")]);
    follow_a_burst_a_second(&controller);
    drop(sender);
    becomes(&server, "guest", "lost");
    stay_dark(&controller);
}

/// Somebody who makes noise in the room.
fn play(pulse: &Pulse) -> Ended {
    let mut ffmpeg = Command::new("ffmpeg");
    ffmpeg.args(["-nostdin", "-v", "error", "-re", "-f", "lavfi"]).args(sound(3_600));
    ffmpeg.args(["-ac", "2", "-f", "pulse", "-device", "room", "noise"]).envs(pulse.environment());
    Ended(ffmpeg.stdin(Stdio::null()).stdout(Stdio::null()).spawn().expect("ffmpeg is installed"))
}

#[test]
fn a_microphone_drives_the_visualiser_also_after_it_was_unplugged() {
    let dir = tempfile::tempdir().unwrap();
    let mut pulse = Pulse::at(&dir.path().join("pulse"));
    pulse.start();
    // Unplugged, the first must not become the other.
    pulse.plug_in("other");
    let server = Server::start_among(&dir.path().join("data"), &[], &pulse.environment());
    server.http.put("/api/inputs/mic", &json!({"kind": "microphone", "device": "pulse:room.monitor"})).ok();
    becomes(&server, "mic", "idle");
    let controller = listening(&server, "mic");
    becomes(&server, "mic", "playing");
    stay_dark(&controller);
    let noise = play(&pulse);
    follow_a_burst_a_second(&controller);
    drop(noise);
    pulse.unplug("room");
    becomes(&server, "mic", "lost");
    println!("{}", server.http.get("/api/inputs/mic").ok().json()["status"]["reason"]);
    stay_dark(&controller);
    pulse.plug_in("room");
    becomes(&server, "mic", "playing");
    let noise = play(&pulse);
    follow_a_burst_a_second(&controller);
    drop(noise);
    // The sound server itself comes and goes, and the usual microphone is whichever is there.
    pulse.stop();
    becomes(&server, "mic", "lost");
    server.http.put("/api/inputs/mic", &json!({"kind": "microphone"})).ok();
    pulse.start();
    let noise = play(&pulse);
    follow_a_burst_a_second(&controller);
    drop(noise);
    server.http.put("/api/inputs/mic", &json!({"kind": "microphone", "device": "alsa:room"})).ok();
    let _noise = play(&pulse);
    follow_a_burst_a_second(&controller);
    becomes(&server, "mic", "playing");
}

#[test]
fn microphones_that_are_not_there_are_told_and_bad_names_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    let pulse = Pulse::at(&dir.path().join("pulse"));
    let server = Server::start_among(&dir.path().join("data"), &[], &pulse.environment());
    let put = |device: &str| server.http.put("/api/inputs/mic", &json!({"kind": "microphone", "device": device}));
    for bad in ["hw:1", "alsa:file:x,raw", "alsa:hw:'|touch x'", "pulse:a ! fakesink", "pulse:\u{0}", &"a".repeat(300)] {
        put(bad).refused(400, "invalid_value");
    }
    server.http.get("/api/inputs/mic").refused(404, "input_not_found");
    put("pulse:nobody").ok();
    let _controller = listening(&server, "mic");
    let reason = |device: &str, word: &str| {
        put(device).ok();
        eventually(&format!("{device}: the reason"), PATIENCE, || {
            let status = server.http.get("/api/inputs/mic").ok().json()["status"].clone();
            let reason = status["reason"].as_str().unwrap_or_default().to_owned();
            (status["state"] == "lost" && reason.contains(word)).then_some(reason)
        })
    };
    println!("{}", reason("pulse:nobody", "onnect"));
    println!("{}", reason("alsa:hw:CARD=Nobody", "open"));
    server.http.put("/api/inputs/mic", &json!({"kind": "microphone"})).ok();
    let both = eventually("both reasons", PATIENCE, || {
        let status = server.http.get("/api/inputs/mic").ok().json()["status"].clone();
        status["reason"].as_str().filter(|reason| reason.contains("pulse: ") && reason.contains("alsa: ")).map(str::to_owned)
    });
    println!("{both}");
}
