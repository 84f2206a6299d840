//! Many lights beside a stream: how late their frames leave, that none is lost without being counted, and how soon a command is seen.

use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use futures_util::StreamExt;
use serde_json::json;
use tokio_tungstenite::tungstenite::Message;

use crate::support::leds::{Controller, now};
use crate::support::load::Cost;
use crate::support::server::Server;
use crate::support::ws::Ws;
use crate::support::{PATIENCE, eventually, is_long, let_pass, long_for};

/// Fixtures of so many LEDs each, all with something to say in every frame.
fn many(server: &Server, fixtures: usize, pixels: u32) -> Vec<Controller> {
    let controllers: Vec<Controller> = (0..fixtures).map(|_| Controller::start()).collect();
    for (number, controller) in controllers.iter().enumerate() {
        let id = format!("z{number}");
        server.http.post("/api/v1/zones", &json!({"id": id, "pixel_count": pixels})).ok();
        controller.fixture(server, &format!("f{number}"), &id, &json!({"power_limit": {"limit_ma": 20_000}}));
    }
    let zones: Vec<String> = (0..fixtures).map(|number| format!("z{number}")).collect();
    let start = json!({"zones": zones, "params": {"speed": 3.0}});
    server.http.post("/api/v1/animations/RAINBOW/start", &start).ok();
    controllers
}

/// How late the frames of the first fixtures leave: the worst of their p50 and p99, in milliseconds.
fn lateness(server: &Server, count: usize) -> (f64, f64) {
    let all = server.http.get("/api/fixtures").json();
    let of = |number: usize| {
        let id = format!("f{number}");
        all.as_array().unwrap().iter().find(|fixture| fixture["id"] == id).unwrap()["status"].clone()
    };
    let worst = |name: &str| (0..count).map(|number| of(number)[name].as_f64().unwrap()).fold(0.0, f64::max);
    (worst("late_p50_ms"), worst("late_p99_ms"))
}

/// Frames computed, and dropped for each fixture, until now.
fn counts(server: &Server, fixtures: usize) -> (f64, Vec<f64>) {
    let dropped =
        |number| server.http.get(&format!("/api/fixtures/f{number}")).json()["status"]["frames_dropped"].as_f64().unwrap();
    (server.metric("marquee_lights_frames_total"), (0..fixtures).map(dropped).collect())
}

/// Every frame that was computed since has left for each fixture, or is counted as dropped there.
#[track_caller]
fn nothing_is_missing(server: &Server, controllers: &[Controller], before: &(f64, Vec<f64>)) {
    let after = counts(server, controllers.len());
    let computed = after.0 - before.0;
    for (number, controller) in controllers.iter().enumerate() {
        let got = controller.take().len() as f64;
        let dropped = after.1[number] - before.1[number];
        // At both ends some are on their way.
        assert!(
            (got + dropped - computed).abs() <= 0.02 * computed + 12.0,
            "f{number}: {got} of {computed}, {dropped} dropped"
        );
    }
}

/// A server whose stream is recorded, of the usual size where it is to be a load.
fn on_air(args: &[&str]) -> Server {
    let server = Server::start(args);
    if is_long() {
        server.http.patch("/api/stream/config", &json!({"width": 1280, "height": 720, "preset": "ultrafast"})).ok();
    } else {
        server.small();
    }
    server.pattern_on_air();
    server.record("file", "mkv");
    server.http.post("/api/stream/start", &json!({})).ok();
    server.wait_for_destination("file", "live", PATIENCE);
    server
}

fn all_are_lit(controllers: &[Controller]) {
    eventually("all are lit", PATIENCE, || controllers.iter().all(|controller| controller.last().is_some()).then_some(()));
    controllers.iter().for_each(|controller| drop(controller.take()));
}

/// For so long: what it costs, how late frames leave, and that each has come or was counted.
#[track_caller]
fn shine(server: &Server, controllers: &[Controller], seconds: u64, beside: &str) {
    let fixtures = controllers.len();
    let before = counts(server, fixtures);
    let busy = Cost::of(server.pid(), || let_pass(Duration::from_secs(seconds)));
    let (p50, p99) = lateness(server, fixtures);
    let performance = server.http.get("/api/v1/system/performance").json();
    println!("{fixtures} fixtures for {seconds} s {beside}: {busy}");
    println!(
        "  late by {p50:.3} ms (p50), {p99:.3} ms (p99) at worst; {} ms for a frame, {} of {} skipped",
        performance["frame_time_ms"], performance["frames_skipped"], performance["frames"]
    );
    nothing_is_missing(server, controllers, &before);
}

/// Many LEDs beside a stream; then some of their controllers are gone, deaf or slow, and the others notice nothing.
#[test]
fn soak_lights() {
    let (seconds, fixtures, pixels) = if is_long() { (long_for(300).unwrap_or(300), 16, 1_024) } else { (6, 4, 256) };
    let folder = tempfile::tempdir().unwrap();
    let server = on_air(&["--light-devices", folder.path().to_str().unwrap()]);
    let controllers = many(&server, fixtures, pixels);
    all_are_lit(&controllers);
    shine(&server, &controllers, seconds, "beside a stream");

    // Gone: nobody listens. Deaf: a host that takes nothing from its socket. Slow: a pipe that is read now and then.
    let deaf = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    let gone = crate::support::free_port();
    for (id, port) in [("deaf", deaf.local_addr().unwrap().port()), ("gone", gone)] {
        let fixture = json!({"kind": "ddp", "host": "127.0.0.1", "port": port, "segments": [{"zone": "z0"}]});
        server.http.put(&format!("/api/fixtures/{id}"), &fixture).ok();
    }
    let pipe = folder.path().join("slow");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let (reader, stop) = slow_reader(pipe.clone());
    server.http.put("/api/fixtures/slow", &json!({"kind": "adalight", "device": pipe, "segments": [{"zone": "z0"}]})).ok();
    let state = |id: &str| server.http.get(&format!("/api/fixtures/{id}")).json()["status"]["state"].clone();
    eventually("it is told who is gone", PATIENCE, || {
        (state("gone") == "unreachable" && state("slow") == "live").then_some(())
    });
    controllers.iter().for_each(|controller| drop(controller.take()));
    shine(&server, &controllers, seconds.min(60), "and beside one that is gone, one that is deaf and one that is slow");
    stop.store(true, Ordering::Relaxed);
    server.http.send("DELETE", "/api/fixtures/slow", None, Vec::new()).ok();
    server.stop();
    let _ = reader.join();
}

/// Reads a little ten times a second.
fn slow_reader(pipe: std::path::PathBuf) -> (std::thread::JoinHandle<()>, Arc<AtomicBool>) {
    let stop = Arc::new(AtomicBool::new(false));
    let stopped = stop.clone();
    let reader = std::thread::spawn(move || {
        use std::io::Read;
        let Ok(mut file) = std::fs::File::open(pipe) else { return };
        let mut buffer = [0; 256];
        while file.read(&mut buffer).is_ok_and(|length| length > 0) {
            if !stopped.load(Ordering::Relaxed) {
                let_pass(Duration::from_millis(100));
            }
        }
    });
    (reader, stop)
}

/// As many small fixtures as a house may have.
#[test]
fn soak_fixtures() {
    let (seconds, fixtures, pixels) = if is_long() { (long_for(120).unwrap_or(120), 200, 170) } else { (4, 24, 20) };
    let server = on_air(&["--rate-limit", "off"]);
    let controllers = many(&server, fixtures, pixels);
    all_are_lit(&controllers);
    shine(&server, &controllers, seconds, "beside a stream");
    server.stop();
}

/// Clients that are told what LEDs show, and how many frames came to them all.
struct Watchers {
    runtime: tokio::runtime::Runtime,
    frames: Arc<AtomicU64>,
}

impl Watchers {
    fn join(server: &Server, count: usize) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let frames = Arc::new(AtomicU64::new(0));
        for _ in 0..count {
            let (url, frames) = (format!("{}/?preview=off", server.ws), frames.clone());
            let mut client = runtime.block_on(Ws::open(&url));
            let wish = json!({"type": "subscribe", "payload": {"rooms": ["frames"], "format": "binary"}});
            runtime.block_on(client.send(&wish.to_string()));
            runtime.spawn(async move {
                while let Some(Ok(message)) = client.0.next().await {
                    frames.fetch_add(u64::from(matches!(message, Message::Binary(_))), Ordering::Relaxed);
                }
            });
        }
        eventually("all are told", PATIENCE, || (frames.load(Ordering::Relaxed) > count as u64).then_some(()));
        Self { runtime, frames }
    }
}

/// From a command to the first packet that shows it, while many look on.
#[test]
fn soak_reaction() {
    let (commands, clients, fixtures, pixels) = if is_long() { (1_000, 100, 16, 1_024) } else { (20, 10, 2, 64) };
    let server = on_air(&["--rate-limit", "off"]);
    let others = many(&server, fixtures, pixels);
    server.http.post("/api/v1/zones", &json!({"id": "lamp", "pixel_count": 60})).ok();
    let lamp = Controller::start();
    lamp.fixture(&server, "lamp", "lamp", &json!({}));
    all_are_lit(&others);
    let watchers = Watchers::join(&server, clients);
    let seen = watchers.frames.load(Ordering::Relaxed);
    let began = now();
    let mut took: Vec<f64> = Vec::new();
    let busy = Cost::of(server.pid(), || {
        for number in 0..commands {
            let color = [(number % 251) as u8 + 4, 9, 200];
            let asked = now();
            let body = json!({"color": {"mode": "RGB", "rgb": color}, "transition": "CUT"});
            server.http.put("/api/v1/zones/lamp/color", &body).ok();
            let shows = |channels: &Vec<u8>| channels.get(..3) == Some(&color[..]);
            let first =
                eventually("it is shown", PATIENCE, || lamp.take().into_iter().find(|(_, channels)| shows(channels)));
            took.push((first.0 - asked) * 1e3);
            // At another moment of a frame each time.
            let_pass(Duration::from_micros(20_000 + 7_919 * (number % 13)));
        }
    });
    let each = (watchers.frames.load(Ordering::Relaxed) - seen) as f64 / clients as f64 / (now() - began);
    took.sort_by(f64::total_cmp);
    let part = |share: f64| took[((took.len() - 1) as f64 * share) as usize];
    println!(
        "{commands} commands to first packet, {fixtures} fixtures of {pixels} LEDs beside a stream, {clients} clients of frame:update at {each:.1} \
         frames/s each: {:.1} ms (p50), {:.1} ms (p99), {:.1} ms (longest); {busy}",
        part(0.5),
        part(0.99),
        part(1.0)
    );
    server.stop();
    watchers.runtime.shutdown_background();
}
