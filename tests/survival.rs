//! What a show has to live through: sixteen sources of which some go and come back, and scenes that are switched all the time.

use std::collections::BTreeMap;
use std::time::Duration;

use marquee::base::clock::Stopwatch;
use serde_json::{Value, json};

use crate::soak::{lateness, lateness_buckets};
use crate::support::flashes::{self, Wall};
use crate::support::process::{self, Ended};
use crate::support::senders::{self, Clip};
use crate::support::server::Server;
use crate::support::{PATIENCE, eventually, let_pass, long_for};

/// Each of the sixteen has a cell of the canvas and a tone of its own.
const FILES: usize = 12;
const STREAMS: std::ops::Range<usize> = FILES..FILES + 4;

/// The short form has fewer files: without optimisation, sixteen decoders are a good part of a small machine.
fn sources() -> impl Iterator<Item = usize> {
    let files = if long_for(1).is_some() { FILES } else { 4 };
    (0..files).chain(STREAMS)
}

const ACROSS: usize = 4;
const CELL: (usize, usize) = (160, 90);
const KEY: &str = "wall-k3y";
/// How far a flash may be from its beep, and how far the two may drift apart: one piece of coded sound at 48 kHz.
const TOGETHER: f64 = 0.020;
const DRIFT: f64 = 0.0214;

fn clip(number: usize) -> Clip {
    Clip { size: CELL, hz: 600 + 300 * number as u32 }
}

/// A peer that can be killed and started anew.
struct Peer {
    input: &'static str,
    start: Box<dyn Fn() -> Ended>,
    running: Option<Ended>,
}

impl Peer {
    fn new(input: &'static str, start: impl Fn() -> Ended + 'static) -> Self {
        let running = Some(start());
        Self { input, start: Box::new(start), running }
    }

    /// Away, until the input says so, and back.
    fn dies_and_returns(&mut self, server: &Server) {
        self.running = None;
        wait_for_input(server, self.input, &["lost"]);
        self.running = Some((self.start)());
        wait_for_input(server, self.input, &["playing"]);
    }
}

fn wait_for_input(server: &Server, input: &str, states: &[&str]) {
    let ask = || server.http.get(&format!("/api/inputs/{input}")).json()["status"].clone();
    eventually(&format!("{input} is one of {states:?}"), PATIENCE, || {
        states.iter().any(|state| ask()["state"] == *state).then_some(())
    });
}

/// Four ways in; the first two notice at once when their peer goes.
fn peers(server: &Server, dir: &std::path::Path) -> Vec<Peer> {
    let published = server.rtmp.replace("program", KEY);
    let (srt, udp) = (crate::support::free_port(), crate::support::free_port());
    let web = senders::serve_directory(dir);
    let urls = [
        ("n12", json!({"kind": "published", "key": KEY})),
        ("n13", json!({"kind": "network", "url": format!("srt://127.0.0.1:{srt}")})),
        ("n14", json!({"kind": "network", "url": format!("udp://127.0.0.1:{udp}")})),
        ("n15", json!({"kind": "network", "url": format!("http://127.0.0.1:{web}/live.m3u8")})),
    ];
    for (id, input) in urls {
        server.http.put(&format!("/api/inputs/{id}"), &input).ok();
    }
    let playlist = dir.join("live.m3u8").display().to_string();
    vec![
        Peer::new("n12", move || senders::send(clip(12), &["-f", "flv", &published])),
        Peer::new("n13", move || {
            senders::send(clip(13), &["-f", "mpegts", &format!("srt://127.0.0.1:{srt}?mode=listener")])
        }),
        Peer::new("n14", move || {
            senders::send(clip(14), &["-f", "mpegts", &format!("udp://127.0.0.1:{udp}?pkt_size=1316")])
        }),
        Peer::new("n15", move || senders::send(clip(15), &senders::hls(&playlist))),
    ]
}

fn files(server: &Server, dir: &std::path::Path) {
    for number in sources().filter(|number| *number < FILES) {
        let file = clip(number).file(dir, &format!("{number}.mp4"));
        let asset = server.http.upload("/api/assets", &format!("{number}.mp4"), &std::fs::read(file).unwrap()).ok().json();
        server.http.put(&format!("/api/inputs/n{number}"), &json!({"kind": "video", "asset": asset["id"]})).ok();
    }
}

fn wall_on_air(server: &Server) {
    let layer = |number: usize| {
        let (x, y) = (number % ACROSS * CELL.0, number / ACROSS * CELL.1);
        json!({"id": format!("l{number}"), "kind": "input", "input": format!("n{number}"), "x": x, "y": y,
            "width": CELL.0, "height": CELL.1})
    };
    let layers: Vec<Value> = sources().map(layer).collect();
    server.http.put("/api/scenes/wall", &json!({"layers": layers})).ok();
    server.http.post("/api/scenes/wall/take", &json!({})).ok();
}

/// Records for a while, and says how far each source's beeps are from its flashes: the median, in seconds.
fn recorded(server: &Server, seconds: u64, what: &str) -> BTreeMap<usize, f64> {
    let before = server.recordings();
    server.record("look", "mkv");
    server.wait_for_destination("look", "live", PATIENCE);
    let_pass(Duration::from_secs(seconds));
    server.http.patch("/api/destinations/look", &json!({"enabled": false})).ok();
    server.wait_for_destination("look", "stopped", PATIENCE);
    server.http.send("DELETE", "/api/destinations/look", None, Vec::new()).ok();
    let file = eventually("a recording", PATIENCE, || server.recordings().into_iter().find(|file| !before.contains(file)));
    let wall = Wall::of(file.to_str().unwrap(), (ACROSS * CELL.0, ACROSS * CELL.1), CELL, ACROSS);
    let offsets: BTreeMap<_, _> =
        sources().filter_map(|number| Some((number, flashes::median(wall.offsets(number, clip(number).hz))?))).collect();
    let told = |(number, offset): (&usize, &f64)| format!("{number}: {:+.1}", offset * 1_000.0);
    println!("{what}: beep after flash, ms: {}", offsets.iter().map(told).collect::<Vec<_>>().join("  "));
    std::fs::remove_file(file).unwrap();
    offsets
}

/// Twelve files and four streams in one scene; streams are killed and return; everything stays together, and nothing grows.
#[test]
fn soak_sources() {
    let (seconds, look) = long_for(20 * 60).map_or((6, 5), |seconds| (seconds, 12));
    let server = Server::start(&[]);
    let dir = tempfile::tempdir().unwrap();
    server.small();
    files(&server, dir.path());
    let mut peers = peers(&server, dir.path());
    wall_on_air(&server);
    server.http.post("/api/stream/start", &json!({})).ok();
    for number in sources() {
        wait_for_input(&server, &format!("n{number}"), &["playing"]);
    }
    // Streams find their pace within some seconds.
    let_pass(Duration::from_secs(look));
    let first = recorded(&server, look, "at first");
    let (memory, threads) = (process::resident(server.pid()), process::threads(server.pid()));
    let buckets = lateness_buckets(&server);
    let_pass(Duration::from_secs(3));
    let (_, quiet) = lateness(&server, &buckets);
    let buckets = lateness_buckets(&server);
    let (watch, stolen, mut deaths) = (Stopwatch::start(), process::stolen(), 0);
    // In the short form those die that notice it at once.
    let mortal = if long_for(1).is_some() { peers.len() } else { 2 };
    while watch.elapsed() < Duration::from_secs(seconds) {
        peers[deaths % mortal].dies_and_returns(&server);
        deaths += 1;
        let_pass(Duration::from_secs(2));
    }
    let (_, p99) = lateness(&server, &buckets);
    let stolen = (process::stolen() - stolen) / watch.elapsed().as_secs_f64();
    let_pass(Duration::from_secs(look));
    let last = recorded(&server, look, "at last");
    let (memory_after, threads_after) = (process::resident(server.pid()), process::threads(server.pid()));
    let skipped = server.metric("marquee_frames_skipped_total");
    println!(
        "{deaths} deaths in {} s: tick lateness p99 at most {p99} s (before: {quiet} s), {skipped} frames skipped, while other \
         machines on the same host took {:.0} % of a core; {} MB and {threads_after} threads, at first {} MB and {threads}",
        watch.elapsed().as_secs(),
        stolen * 100.0,
        memory_after >> 20,
        memory >> 20
    );
    for (when, offsets) in [("at first", &first), ("at last", &last)] {
        assert_eq!(offsets.len(), sources().count(), "{when} all are seen and heard: {offsets:?}");
        assert!(offsets.values().all(|offset| offset.abs() <= TOGETHER), "{when}: {offsets:?}");
    }
    assert!(first.iter().all(|(number, offset)| (last[number] - offset).abs() <= DRIFT), "{first:?} {last:?}");
    if long_for(1).is_some() {
        assert!(memory_after < memory + memory / 10, "{memory} to {memory_after}");
    }
}

/// One of each kind of thing that a scene can hold, somewhere among fifty scenes.
fn fifty_scenes(server: &Server, dir: &std::path::Path) {
    let mut png = std::io::Cursor::new(Vec::new());
    image::RgbaImage::from_fn(320, 180, |x, y| image::Rgba([x as u8, y as u8, 90, 200]))
        .write_to(&mut png, image::ImageFormat::Png)
        .unwrap();
    let asset = server.http.upload("/api/assets", "picture.png", png.get_ref()).ok().json()["id"].clone();
    let video = std::fs::read(clip(0).file(dir, "clip.mp4")).unwrap();
    let video = server.http.upload("/api/assets", "clip.mp4", &video).ok().json()["id"].clone();
    server.http.put("/api/inputs/clip", &json!({"kind": "video", "asset": video})).ok();
    server.http.put("/api/inputs/tone", &json!({"kind": "tone"})).ok();
    for number in 0..50 {
        let back = json!({"id": "back", "kind": "gradient", "from": format!("#{:06x}", number * 5_000), "to": "#0b1026"});
        let mut layers =
            vec![back, json!({"id": "text", "kind": "text", "text": format!("Scene {number} at {{clock}}"), "size": 40})];
        match number % 5 {
            0 => layers.push(
                json!({"id": "image", "kind": "image", "asset": asset, "x": 20 * (number % 7), "y": 90, "opacity": 0.8}),
            ),
            1 => layers.push(
                json!({"id": "clip", "kind": "input", "input": "clip", "x": 300, "y": 100, "width": 320, "height": 180}),
            ),
            2 => layers.push(json!({"id": "tone", "kind": "input", "input": "tone"})),
            3 => layers.push(json!({"id": "card", "kind": "pattern", "x": 300, "width": 300, "height": 200})),
            _ => {}
        }
        server.http.put(&format!("/api/scenes/s{number}"), &json!({"layers": layers})).ok();
    }
}

/// Takes one after the other, ten a second; how many came later than that is not made up for.
fn switch(server: &Server, seconds: u64) -> u64 {
    let (watch, mut taken) = (Stopwatch::start(), 0);
    while watch.elapsed() < Duration::from_secs(seconds) {
        server.http.post(&format!("/api/scenes/s{}/take", taken % 50), &json!({})).ok();
        taken += 1;
        let_pass(Duration::from_millis(100 * taken).saturating_sub(watch.elapsed()));
    }
    server.http.post("/api/scenes/s4/take", &json!({})).ok();
    taken
}

/// When what lingers after a switch has gone.
fn at_rest(server: &Server) -> (u64, usize, usize) {
    let figures = || (process::resident(server.pid()), process::descriptors(server.pid()), process::threads(server.pid()));
    let (mut last, mut same) = (figures(), 0);
    eventually("it comes to rest", PATIENCE, || {
        let_pass(Duration::from_millis(200));
        let now = figures();
        same = if (now.1, now.2) == (last.1, last.2) { same + 1 } else { 0 };
        last = now;
        // Inputs linger for two seconds.
        (same >= 15).then_some(now)
    })
}

/// Fifty scenes, another one ten times a second: neither memory nor threads nor files stay behind.
#[test]
fn soak_switching() {
    let (settle, seconds) = long_for(60).map_or((5, 5), |seconds| (seconds.min(60), seconds));
    let server = Server::start(&[]);
    let dir = tempfile::tempdir().unwrap();
    server.small();
    fifty_scenes(&server, dir.path());
    server.http.post("/api/stream/start", &json!({})).ok();
    // The first minute fills caches, and the gaps of the heap.
    switch(&server, settle);
    let (memory, descriptors, threads) = at_rest(&server);
    let buckets = lateness_buckets(&server);
    let taken = switch(&server, seconds);
    let (_, p99) = lateness(&server, &buckets);
    let (memory_after, descriptors_after, threads_after) = at_rest(&server);
    println!(
        "{taken} switches among 50 scenes: {} MB, {descriptors_after} descriptors, {threads_after} threads; before {} MB, \
         {descriptors}, {threads}; tick lateness p99 at most {p99} s",
        memory_after >> 20,
        memory >> 20
    );
    assert_eq!(descriptors, descriptors_after);
    // GStreamer keeps some threads of its pool for a while.
    assert!(threads_after <= threads + 4, "{threads} to {threads_after}");
    assert!(taken > 0);
    if long_for(60).is_some() {
        assert!(memory_after < memory + memory / 10, "{memory} to {memory_after}");
    }
}

/// A GIF that says its one picture a hundred thousand times.
fn endless_gif() -> Vec<u8> {
    let mut one = Vec::new();
    let frame = image::Frame::new(image::RgbaImage::from_pixel(1, 1, image::Rgba([0, 0, 0, 255])));
    image::codecs::gif::GifEncoder::new(&mut one).encode_frame(frame).unwrap();
    // After the head and the screen's description, of 13 bytes, stands a table of colours, whose size the last bits of the eleventh tell.
    let table = if one[10] & 0x80 == 0 { 0 } else { 3 << ((one[10] & 7) + 1) };
    let (head, picture) = one[..one.len() - 1].split_at(13 + table);
    [head, &picture.repeat(100_000), b";"].concat()
}

/// Files and streams that are broken or lie: each is told by a code or a state, soon; the show goes on beside them, and little is kept.
#[test]
fn hostile_media_disturbs_nothing() {
    let server = Server::start(&[]);
    let dir = tempfile::tempdir().unwrap();
    server.small();
    server.pattern_on_air();
    server.http.post("/api/stream/start", &json!({})).ok();
    eventually("the encoder runs", PATIENCE, || (server.metric("marquee_encoder_frames_out_total") > 0.0).then_some(()));
    let whole = std::fs::read(clip(0).file(dir.path(), "whole.mp4")).unwrap();
    let stream = std::fs::read(clip(1).file(dir.path(), "small.ts")).unwrap();
    let larger = std::fs::read(Clip { size: (320, 180), hz: 900 }.file(dir.path(), "larger.ts")).unwrap();
    let noise: Vec<u8> = (0..300_000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    let memory = process::resident(server.pid());
    let buckets = lateness_buckets(&server);
    let watch = Stopwatch::start();
    server.http.upload("/api/assets", "many.gif", &endless_gif()).refused(422, "too_many_frames");
    server.http.upload("/api/assets", "cut.mp4", &whole[..whole.len() / 2]).refused(422, "broken_media");
    assert!((400..500).contains(&server.http.upload("/api/assets", "noise.mp4", &noise).status));
    // What is fetched is played as far as it goes; the noise is lost, with a reason.
    let files: [(&str, Vec<u8>, &[&str]); 4] = [
        ("noise", noise.clone(), &["lost"]),
        ("cut", stream[..stream.len() / 3 + 77].to_vec(), &["playing", "lost"]),
        ("grows", [&stream[..], &larger].concat(), &["playing"]),
        ("torn", [&stream[..stream.len() / 4], &noise, &larger[..]].concat(), &["playing", "lost"]),
    ];
    let web = senders::serve_directory(dir.path());
    let mut layers = vec![json!({"id": "card", "kind": "pattern"})];
    for (id, bytes, _) in &files {
        std::fs::write(dir.path().join(format!("{id}.ts")), bytes).unwrap();
        let input = json!({"kind": "network", "url": format!("http://127.0.0.1:{web}/{id}.ts"), "hold_ms": 100});
        server.http.put(&format!("/api/inputs/{id}"), &input).ok();
        layers.push(json!({"id": id, "kind": "input", "input": id, "width": 160, "height": 90}));
    }
    server.http.put("/api/scenes/hostile", &json!({"layers": layers})).ok();
    server.http.post("/api/scenes/hostile/take", &json!({})).ok();
    for (id, _, states) in &files {
        wait_for_input(&server, id, states);
    }
    let_pass(Duration::from_secs(5));
    let (_, p99) = lateness(&server, &buckets);
    let (after, skipped) = (process::resident(server.pid()), server.metric("marquee_frames_skipped_total"));
    println!(
        "hostile media for {} s: tick lateness p99 at most {p99} s, {skipped} frames skipped, {} MB, before {} MB",
        watch.elapsed().as_secs(),
        after >> 20,
        memory >> 20
    );
    assert!(after < memory + (250 << 20), "{memory} to {after}");
    // The picture goes on.
    let painted = server.metric("marquee_encoder_frames_out_total");
    eventually("more pictures", PATIENCE, || {
        (server.metric("marquee_encoder_frames_out_total") > painted + 30.0).then_some(())
    });
    assert_eq!(server.http.get("/api/health").ok().json()["components"]["engine"]["state"], "ok");
}
