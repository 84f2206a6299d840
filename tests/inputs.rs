//! Inputs as a user meets them: pushed by ffmpeg and GStreamer, and those that this machine can not have.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::process::Ended;
use crate::support::senders::{self, Clip};
use crate::support::server::Server;
use crate::support::{PATIENCE, eventually, picture};

const KEY: &str = "pushed-k3y";

const RED: [u8; 3] = [230, 20, 20];
const GREEN: [u8; 3] = [20, 200, 20];
const BLUE: [u8; 3] = [20, 20, 230];

fn address(server: &Server, key: &str) -> String {
    server.rtmp.replace("program", key)
}

/// Pictures of one colour and a tone, sent until it is dropped.
fn ffmpeg(to: &str, size: &str, rate: u32, color: [u8; 3]) -> Ended {
    let [red, green, blue] = color;
    let source = format!("color=c=0x{red:02x}{green:02x}{blue:02x}:s={size}:r={rate}");
    let mut ffmpeg = Command::new("ffmpeg");
    ffmpeg.args(["-nostdin", "-v", "error", "-re", "-f", "lavfi", "-i", &source, "-f", "lavfi", "-i", "sine=r=48000"]);
    let codec = "-c:v libx264 -preset ultrafast -tune zerolatency -pix_fmt yuv420p -colorspace bt709 -g 60 -c:a aac -f flv";
    ffmpeg.args(codec.split(' ')).arg(to).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    Ended(ffmpeg.spawn().expect("ffmpeg is installed"))
}

fn gstreamer(to: &str, color: [u8; 3]) -> Ended {
    let [red, green, blue] = color;
    let pipeline = format!(
        "videotestsrc is-live=true pattern=solid-color foreground-color=0xff{red:02x}{green:02x}{blue:02x} ! \
         video/x-raw,width=480,height=270,framerate=24/1 ! videoconvert ! x264enc tune=zerolatency speed-preset=ultrafast \
         key-int-max=48 ! h264parse ! flvmux name=mux streamable=true latency=100000000 ! rtmp2sink location={to} \
         audiotestsrc is-live=true ! audio/x-raw,rate=44100,channels=2 ! avenc_aac ! aacparse ! mux."
    );
    let mut gst = Command::new("gst-launch-1.0");
    gst.arg("-q").args(pipeline.split_whitespace());
    gst.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    Ended(gst.spawn().expect("gst-launch-1.0 is installed"))
}

fn status(server: &Server, input: &str) -> Value {
    server.http.get(&format!("/api/inputs/{input}")).ok().json()["status"].clone()
}

fn state_is(server: &Server, input: &str, state: &str) {
    eventually(&format!("{input} is {state}"), PATIENCE, || (status(server, input)["state"] == state).then_some(()));
}

fn shows(server: &Server, color: [u8; 3]) -> Option<()> {
    picture::is_about(picture::middle(&server.http), color).then_some(())
}

/// How long after it was let in its picture is on air.
#[expect(clippy::disallowed_methods, reason = "it is the figure that is asked for")]
fn appears(server: &Server, what: &str, color: [u8; 3]) -> Duration {
    eventually("somebody publishes", PATIENCE, || (server.metric("marquee_rtmp_publishers") == 1.0).then_some(()));
    let since = Instant::now();
    eventually(what, PATIENCE, || shows(server, color));
    let after = since.elapsed();
    println!("{what} is on air {} ms after it was let in", after.as_millis());
    after
}

fn with_an_input(fields: &Value) -> Server {
    let server = Server::start(&[]);
    server.small();
    server.http.put("/api/inputs/cam", fields).ok();
    let layer = json!({"id": "cam", "kind": "input", "input": "cam", "width": "100%", "height": "100%"});
    server.http.put("/api/scenes/stage", &json!({"layers": [layer]})).ok();
    server.http.post("/api/scenes/stage/take", &json!({})).ok();
    // Inputs are decoded while somebody sees the show.
    server.http.post("/api/stream/start", &json!({})).ok();
    server
}

#[test]
fn what_is_pushed_is_on_air_within_a_second_in_every_size_and_comes_back() {
    let server = with_an_input(&json!({"kind": "published", "key": KEY, "hold_ms": 500}));
    state_is(&server, "cam", "waiting");
    let to = address(&server, KEY);
    let mut took = Vec::new();
    for (what, size, rate, color) in
        [("ffmpeg", "640x360", 30, RED), ("ffmpeg again", "320x180", 25, GREEN), ("a third one", "1280x720", 50, BLUE)]
    {
        let sender = ffmpeg(&to, size, rate, color);
        took.push(appears(&server, what, color));
        state_is(&server, "cam", "playing");
        drop(sender);
        state_is(&server, "cam", "lost");
        eventually("it is no longer held", PATIENCE, || shows(&server, [0, 0, 0]));
    }
    let sender = gstreamer(&to, RED);
    took.push(appears(&server, "GStreamer", RED));
    println!("seen after {took:?}");
    eventually("it is heard", PATIENCE, || (server.metric("marquee_input_frames_total") > 0.0).then_some(()));
    drop(sender);
    state_is(&server, "cam", "lost");
    assert_eq!(status(&server, "cam")["reason"], "the publisher has left");
}

#[test]
fn wrong_keys_are_refused_a_second_publisher_waits_its_turn_and_no_key_leaves() {
    let server = with_an_input(&json!({"kind": "published", "key": KEY}));
    let mut wrong = ffmpeg(&address(&server, "guessed"), "320x180", 30, RED);
    let ended = eventually("it is turned away", PATIENCE, || wrong.0.try_wait().unwrap());
    assert!(!ended.success());
    assert!(status(&server, "cam")["state"] == "waiting" && server.metric("marquee_rtmp_refused_connections_total") >= 1.0);
    let to = address(&server, KEY);
    let first = ffmpeg(&to, "320x180", 30, GREEN);
    eventually("the first", PATIENCE, || shows(&server, GREEN));
    let mut second = ffmpeg(&to, "320x180", 30, RED);
    assert!(!eventually("the second is turned away", PATIENCE, || second.0.try_wait().unwrap()).success());
    assert!(shows(&server, GREEN).is_some());
    // One that hangs, as if its network were lost, makes room.
    crate::support::process::signal(first.0.id(), "STOP");
    let _third = eventually("another has its place", PATIENCE, || {
        let sender = ffmpeg(&to, "320x180", 30, BLUE);
        let until = marquee::base::clock::Stopwatch::start();
        while until.elapsed() < Duration::from_secs(5) {
            if shows(&server, BLUE).is_some() {
                return Some(sender);
            }
            crate::support::let_pass(Duration::from_millis(50));
        }
        None
    });
    // Another key ends it, and lets in whoever has that.
    server.http.patch("/api/inputs/cam", &json!({"key": "an0ther-k3y"})).ok();
    eventually("the old key's publisher is gone", PATIENCE, || {
        (server.metric("marquee_rtmp_publishers") == 0.0).then_some(())
    });
    let _fourth = ffmpeg(&address(&server, "an0ther-k3y"), "320x180", 30, RED);
    eventually("the new key's", PATIENCE, || shows(&server, RED));
    for path in ["/api/inputs", "/api/inputs/cam", "/api/scenes", "/metrics", "/api/health", "/api/openapi.json"] {
        let told = server.http.get(path).ok().text();
        assert!(!told.contains(KEY) && !told.contains("an0ther-k3y"), "{path}");
    }
    assert_eq!(server.http.get("/api/inputs/cam").json()["secret_set"], true);
    let log = server.log();
    assert!(!log.contains(KEY) && !log.contains("an0ther-k3y") && !log.contains("guessed"), "{log}");
}

/// Whether this machine's GStreamer has it.
/// Its playlist stands still when the sender is gone, which only time tells.
#[test]
fn an_hls_stream_that_stands_still_is_lost_and_comes_back() {
    const VIEWERS: usize = 6;
    let server = Server::start(&[]);
    server.small();
    let dir = tempfile::tempdir().unwrap();
    let port = senders::serve_directory(dir.path());
    let ids: Vec<String> = (0..VIEWERS).map(|number| format!("web{number}")).collect();
    for id in &ids {
        let url = format!("http://127.0.0.1:{port}/live.m3u8");
        server.http.put(&format!("/api/inputs/{id}"), &json!({"kind": "network", "url": url})).ok();
    }
    let layers: Vec<Value> = ids.iter().map(|id| json!({"id": id, "kind": "input", "input": id})).collect();
    server.http.put("/api/scenes/stage", &json!({"layers": layers})).ok();
    server.http.post("/api/scenes/stage/take", &json!({})).ok();
    server.http.post("/api/stream/start", &json!({})).ok();
    let clip = Clip { size: (160, 90), hz: 440 };
    let playlist = dir.path().join("live.m3u8").display().to_string();
    for _ in 0..2 {
        let sender = senders::send(clip, &senders::hls(&playlist));
        ids.iter().for_each(|id| state_is(&server, id, "playing"));
        drop(sender);
        ids.iter().for_each(|id| state_is(&server, id, "lost"));
    }
}

/// A playlist from elsewhere may name what lies on this machine: by itself, or by another playlist that lies here.
#[test]
fn a_playlist_that_leads_to_a_file_of_this_machine_is_not_played() {
    let dir = tempfile::tempdir().unwrap();
    let port = senders::serve_directory(dir.path());
    let clip = Clip { size: (160, 90), hz: 440 };
    let local = clip.file(dir.path(), "local.ts");
    let head = "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:16\n#EXT-X-MEDIA-SEQUENCE:0";
    let segments = format!("{head}\n#EXTINF:16,\nfile://{}\n#EXT-X-ENDLIST\n", local.display());
    std::fs::write(dir.path().join("segments.m3u8"), &segments).unwrap();
    let variants = format!("#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=500000\nfile://{}/segments.m3u8\n", dir.path().display());
    std::fs::write(dir.path().join("variants.m3u8"), variants).unwrap();
    for playlist in ["segments.m3u8", "variants.m3u8"] {
        let url = format!("http://127.0.0.1:{port}/{playlist}");
        let server = with_an_input(&json!({"kind": "network", "url": url}));
        let status = eventually("it is given up", PATIENCE, || {
            Some(status(&server, "cam")).filter(|status| status["state"] == "lost")
        });
        assert_eq!(status["reason"], "the stream leads to a file of this machine, which is not played", "{playlist}");
        assert_eq!(server.metric("marquee_input_frames_total"), 0.0, "{playlist}");
    }
}

fn is_missing(server: &Server, element: &str) -> bool {
    let capabilities = server.http.get("/api/capabilities").ok().json();
    capabilities["missing"].as_array().unwrap().iter().any(|missing| missing["element"] == element)
}

#[test]
fn what_this_machine_lacks_is_named() {
    let server = Server::start(&[]);
    let kinds = server.http.get("/api/capabilities").ok().json()["inputs"].clone();
    let page = json!({"kind": "page", "url": "http://127.0.0.1:9/", "width": 320, "height": 180});
    let has_pages = kinds.as_array().unwrap().contains(&json!("page"));
    assert_eq!(has_pages, !is_missing(&server, "wpesrc"));
    let answer = server.http.put("/api/inputs/web", &page);
    if has_pages {
        answer.ok();
    } else {
        let body = answer.refused(501, "not_installed").json();
        assert_eq!(body["details"]["package"], "gstreamer1.0-wpe");
        server.http.put("/api/inputs/web", &json!({"kind": "tone"})).ok();
        server.http.patch("/api/inputs/web", &page).refused(501, "not_installed");
    }
    // A camera may be plugged in later, so it may be asked for; what is wrong is said where it is shown.
    let server = with_an_input(&json!({"kind": "camera", "device": "/dev/video987"}));
    state_is(&server, "cam", "lost");
    assert_eq!(status(&server, "cam")["reason"], "there is no camera at /dev/video987");
}

/// Clients ask for these before they offer anything.
#[test]
fn every_kind_of_layer_and_input_is_among_what_it_can_do() {
    let server = Server::start(&[]);
    let can = server.http.get("/api/capabilities").ok().json();
    let described = server.http.get("/api/openapi.json").ok().json()["components"]["schemas"].clone();
    let kinds = |schema: &str| -> Vec<Value> {
        let variants = described[schema]["oneOf"].as_array().expect("its kinds").iter();
        variants.map(|variant| variant["properties"]["kind"]["const"].clone()).collect()
    };
    let layers = can["layers"].as_array().unwrap();
    assert_eq!(layers.len(), kinds("Layer").len());
    assert!(kinds("Layer").iter().all(|kind| layers.contains(kind)), "{layers:?}");
    // Some need what is not installed everywhere.
    let inputs = can["inputs"].as_array().unwrap();
    assert!(inputs.iter().all(|kind| kinds("InputView").contains(kind)), "{inputs:?}");
    assert!(["tone", "jam", "video"].iter().all(|kind| inputs.contains(&json!(kind))), "{inputs:?}");
}
