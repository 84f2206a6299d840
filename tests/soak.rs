//! Long runs. Each has a short form that runs with all tests, and a long one: `script/soak NAME`.

use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use serde_json::json;

use crate::support::nginx::Nginx;
use crate::support::server::Server;
use crate::support::ws::Ws;
use crate::support::{PATIENCE, eventually, is_long, let_pass, media, process};

fn start_stream(server: &Server) {
    server.http.post("/api/stream/start", &json!({})).ok();
    eventually("the encoder runs", PATIENCE, || (server.metric("marquee_encoder_frames_out_total") > 0.0).then_some(()));
}

fn report_pictures(what: &str, file: &str, size: (usize, usize), lost: f64) {
    let pictures = media::pictures(file, size.0, size.1);
    let missing = media::missing_frames(&pictures);
    let offsets = media::lip_sync(file, &pictures);
    let (least, most) =
        offsets.iter().fold((f64::MAX, f64::MIN), |(least, most), offset| (least.min(*offset), most.max(*offset)));
    let (least, most) = (least * 1000.0, most * 1000.0);
    println!(
        "{what}: {} pictures, {missing} missing, {lost} counted as lost; {} flashes, beep {least:.1} to {most:.1} ms after them",
        pictures.len(),
        offsets.len()
    );
    assert!(missing as f64 <= lost);
    media::are_in_sync(&offsets, 3, lost);
}

/// Every frame recorded and pulled, once and in order; flash and beep together from start to end.
#[test]
fn soak_integrity() {
    let (seconds, size) = if is_long() { (60, (1280, 720)) } else { (6, (640, 360)) };
    let server = Server::start(&[]);
    let config = json!({"width": size.0, "height": size.1, "preset": "ultrafast"});
    server.http.patch("/api/stream/config", &config).ok();
    server.pattern_on_air();
    server.record("file", "mkv");
    start_stream(&server);
    let dir = tempfile::tempdir().unwrap();
    let pulled = dir.path().join("pulled.mkv").to_str().unwrap().to_owned();
    let arguments = ["-nostdin", "-v", "error", "-i", &server.rtmp, "-t", &seconds.to_string(), "-c", "copy", &pulled];
    assert!(Command::new("ffmpeg").args(arguments).status().unwrap().success());
    server.http.post("/api/stream/stop", &json!({})).ok();
    server.wait_for_destination("file", "stopped", PATIENCE);
    let lost = server.lost_frames();
    report_pictures("recorded", server.recordings()[0].to_str().unwrap(), size, lost);
    report_pictures("pulled over RTMP", &pulled, size, lost);
}

/// Median and 99th percentile of how late ticks were, from the histogram's buckets (their upper bounds), in seconds.
pub fn lateness(server: &Server, before: &[(f64, f64)]) -> (f64, f64) {
    let now = lateness_buckets(server);
    let counts: Vec<_> =
        now.iter().enumerate().map(|(n, (bound, count))| (*bound, count - before.get(n).map_or(0.0, |old| old.1))).collect();
    let total = counts.last().map_or(0.0, |(_, count)| *count);
    let at = |share: f64| counts.iter().find(|(_, count)| *count >= total * share).map_or(f64::NAN, |(bound, _)| *bound);
    (at(0.5), at(0.99))
}

pub fn lateness_buckets(server: &Server) -> Vec<(f64, f64)> {
    let text = server.http.get("/metrics").text();
    let lines = text.lines().filter_map(|line| line.strip_prefix("marquee_tick_lateness_seconds_bucket{le=\""));
    lines
        .filter_map(|line| {
            let (bound, count) = line.split_once("\"} ")?;
            Some((bound.parse().unwrap_or(f64::INFINITY), count.parse().ok()?))
        })
        .collect()
}

/// A server that is killed again and again, and once frozen, gets the stream back each time; the recording loses nothing.
#[test]
fn soak_reconnect() {
    let (kills, frozen) = if is_long() { (20, 15) } else { (2, 4) };
    let mut nginx = Nginx::start();
    let server = Server::start(&[]);
    server.small();
    server.pattern_on_air();
    server.record("file", "mkv");
    let url = nginx.url("live", "s1?key=sekret");
    server.http.put("/api/destinations/tv", &json!({"kind": "rtmp", "url": url})).ok();
    start_stream(&server);
    server.wait_for_destination("tv", "live", PATIENCE);
    let buckets = lateness_buckets(&server);
    let_pass(Duration::from_secs(3));
    let (_, quiet_p99) = lateness(&server, &buckets);
    let buckets = lateness_buckets(&server);
    let mut longest = Duration::ZERO;
    let mut back = |nginx: &Nginx, before: u64| {
        let watch = marquee::base::clock::Stopwatch::start();
        eventually("nginx gets the stream again", PATIENCE, || nginx.bytes_in().filter(|bytes| *bytes > before));
        longest = longest.max(watch.elapsed());
    };
    for round in 0..kills {
        nginx.kill();
        server.wait_for_destination("tv", "backing_off", PATIENCE);
        let_pass(Duration::from_millis(400 + 150 * (round % 7)));
        nginx.go();
        back(&nginx, 20_000);
    }
    nginx.signal("STOP");
    let_pass(Duration::from_secs(frozen));
    nginx.signal("CONT");
    // What it had in its sockets it counts at once; more must follow.
    let held = nginx.bytes_in().unwrap_or(0);
    back(&nginx, held + 30_000);
    let (_, p99) = lateness(&server, &buckets);
    server.http.post("/api/stream/stop", &json!({})).ok();
    server.wait_for_destination("file", "stopped", PATIENCE);
    println!(
        "{kills} kills and {frozen} s frozen: back within {longest:?}; tick lateness p99 at most {p99} s (before: {quiet_p99} s)"
    );
    if is_long() {
        assert!(longest < Duration::from_secs(5), "{longest:?}");
    }
    assert_eq!(server.metric("marquee_encoder_starts_total"), 1.0);
    report_pictures("recorded meanwhile", server.recordings()[0].to_str().unwrap(), (640, 360), server.lost_frames());
}

/// Starting and stopping again and again leaves nothing behind.
#[test]
fn soak_restart() {
    // The heap fills its gaps over the first dozens of rounds (some 5 MB), so the long form compares fifty rounds with the
    // fifty before.
    let rounds = if is_long() { 100 } else { 6 };
    let settled_after = if is_long() { 50 } else { 3 };
    let server = Server::start(&[]);
    server.small();
    server.pattern_on_air();
    server.record("file", "mkv");
    let mut settled = None;
    let figures = |server: &Server| {
        (process::resident(server.pid()), process::descriptors(server.pid()), process::threads(server.pid()))
    };
    for round in 1..=rounds {
        server.http.post("/api/stream/start", &json!({})).ok();
        server.wait_for_destination("file", "live", PATIENCE);
        server.http.post("/api/stream/stop", &json!({})).ok();
        server.wait_for_destination("file", "stopped", PATIENCE);
        if round == settled_after {
            settled = Some(quiet(&server, figures));
        }
    }
    let (memory, descriptors, threads) = settled.unwrap();
    let (memory_after, descriptors_after, threads_after) = quiet(&server, figures);
    println!(
        "after {settled_after} rounds: {} MB, {descriptors} descriptors, {threads} threads; after {rounds}: {} MB, {descriptors_after}, {threads_after}",
        memory >> 20,
        memory_after >> 20
    );
    assert_eq!((descriptors, threads), (descriptors_after, threads_after));
    if is_long() {
        assert!(memory_after as f64 <= memory as f64 * 1.05, "{memory} to {memory_after}");
    }
}

/// The figures once two looks in a row agree: threads of GStreamer's pools end a little later.
fn quiet<T: Copy>(server: &Server, figures: impl Fn(&Server) -> (T, usize, usize)) -> (T, usize, usize) {
    let mut same = 0;
    let mut last = figures(server);
    eventually("it comes to rest", PATIENCE, || {
        let_pass(Duration::from_millis(200));
        let now = figures(server);
        same = if (now.1, now.2) == (last.1, last.2) { same + 1 } else { 0 };
        last = now;
        (same >= 10).then_some(last)
    })
}

/// Killed at random moments under a stream of commands: nothing that was acknowledged is lost, and recordings play.
#[test]
fn soak_kill() {
    let rounds = if is_long() { 25 } else { 3 };
    let dir = tempfile::tempdir().unwrap();
    let data_dir = dir.path().join("data");
    let mut acknowledged = 0_u64;
    let mut total_files = 0;
    for round in 0..rounds {
        let server = Server::start_in(&data_dir, if round == 0 { &["--demo", "--live"] } else { &[] });
        if round == 0 {
            server.small();
            server.pattern_on_air();
            server.record("file", if is_long() { "mp4" } else { "mkv" });
            server.http.put("/api/scenes/ledger", &json!({})).ok();
        }
        check_ledger(&server, acknowledged);
        assert_eq!(server.http.get("/api/stream/state").ok().json()["isLive"], true, "live again");
        server.wait_for_destination("file", "live", PATIENCE);
        // Long enough for a fragment, and then at any moment.
        let_pass(Duration::from_millis(2_500 + fastrand::u64(0..700)));
        acknowledged = write_until_killed(server, acknowledged);
        for file in recordings(&data_dir) {
            let pictures = media::pictures(&file, 640, 360);
            assert!(pictures.len() > 20, "{file} has {} pictures", pictures.len());
            media::missing_frames(&pictures);
            total_files += 1;
            std::fs::remove_file(file).unwrap();
        }
    }
    let server = Server::start_in(&data_dir, &[]);
    check_ledger(&server, acknowledged);
    println!("{rounds} kills: {acknowledged} acknowledged commands are all there, {total_files} recordings play");
    assert_eq!(total_files, rounds);
}

fn recordings(data_dir: &std::path::Path) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(data_dir.join("recordings")) else { return Vec::new() };
    entries.map(|entry| entry.unwrap().path().to_str().unwrap().to_owned()).collect()
}

/// The scene's name is the number of the last command; it may be one ahead of what was acknowledged, and no more.
fn check_ledger(server: &Server, acknowledged: u64) {
    let name = server.http.get("/api/scenes/ledger").ok().json()["name"].as_str().unwrap().to_owned();
    let found: u64 = name.parse().unwrap_or(0);
    assert!(found == acknowledged || found == acknowledged + 1, "{found} found, {acknowledged} acknowledged");
}

fn write_until_killed(server: Server, mut acknowledged: u64) -> u64 {
    let http = server.http.clone();
    let newest = Arc::new(AtomicU64::new(acknowledged));
    let writer = {
        let newest = newest.clone();
        std::thread::spawn(move || {
            loop {
                let next = newest.load(Ordering::Relaxed) + 1;
                let body = json!({"name": next.to_string()}).to_string().into_bytes();
                match http.try_send("PATCH", "/api/scenes/ledger", Some("application/json"), body) {
                    Ok(answer) if answer.status == 200 => newest.store(next, Ordering::Relaxed),
                    _ => return,
                }
            }
        })
    };
    let target = acknowledged + fastrand::u64(3..60);
    eventually("commands are acknowledged", PATIENCE, || (newest.load(Ordering::Relaxed) >= target).then_some(()));
    server.kill();
    writer.join().unwrap();
    acknowledged = newest.load(Ordering::Relaxed);
    acknowledged
}

/// A hundred watch the preview and ten of them never read: one encode a picture, and the others get all of them.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn soak_watchers() {
    let (watchers, seconds) = if is_long() { (90, 60) } else { (30, 5) };
    let server = Arc::new(
        tokio::task::spawn_blocking(|| {
            let server = Server::start(&["--demo", "--live"]);
            server.small();
            server.pattern_on_air();
            server
        })
        .await
        .unwrap(),
    );
    let url = format!("{}/?preview=binary", server.ws);
    let mut deaf = Vec::new();
    for _ in 0..10 {
        deaf.push(Ws::open(&url).await);
    }
    let stop = Arc::new(AtomicBool::new(false));
    let mut tasks = Vec::new();
    for _ in 0..watchers {
        let mut ws = Ws::open(&url).await;
        let stop = stop.clone();
        tasks.push(tokio::spawn(async move {
            let mut numbers = Vec::new();
            while !stop.load(Ordering::Relaxed) {
                if let Some(tokio_tungstenite::tungstenite::Message::Binary(bytes)) = ws.next().await {
                    assert_eq!(&bytes[..4], b"MQPF");
                    numbers.push(u64::from_be_bytes(bytes[8..16].try_into().unwrap()));
                }
            }
            numbers
        }));
    }
    let asked = server.clone();
    let (before, memory) = tokio::task::spawn_blocking(move || {
        let count = watchers as f64 + 10.0;
        eventually("all watch", PATIENCE, || (asked.metric("marquee_preview_watchers") == count).then_some(()));
        // The feed's ring fills for ten seconds, and the sockets of those that never read as long.
        let_pass(Duration::from_secs(if is_long() { 15 } else { 0 }));
        (asked.metric("marquee_preview_encoded_frames_total"), process::resident(asked.pid()))
    })
    .await
    .unwrap();
    tokio::time::sleep(Duration::from_secs(seconds)).await;
    let asked = server.clone();
    let (encoded, memory_after) = tokio::task::spawn_blocking(move || {
        (asked.metric("marquee_preview_encoded_frames_total") - before, process::resident(asked.pid()))
    })
    .await
    .unwrap();
    stop.store(true, Ordering::Relaxed);
    let mut least = usize::MAX;
    for task in tasks {
        let numbers = task.await.unwrap();
        // Ten pictures a second of thirty frames: one of every three, wherever it lies among them. One may be missing only
        // where none was made.
        let gaps: u64 = numbers.windows(2).map(|pair| (pair[1] / 3).saturating_sub(pair[0] / 3 + 1)).sum();
        assert!(numbers.windows(2).all(|pair| pair[1] / 3 > pair[0] / 3), "each picture once, in order");
        let asked = server.clone();
        let left_out =
            tokio::task::spawn_blocking(move || asked.metric("marquee_preview_left_out_frames_total")).await.unwrap();
        assert!(gaps as f64 <= left_out, "{gaps} gaps, {left_out} left out");
        least = least.min(numbers.len());
    }
    println!(
        "{watchers} watchers and 10 deaf ones for {seconds} s: {encoded} encodes, at least {least} pictures each; {} MB, before {} MB",
        memory_after >> 20,
        memory >> 20
    );
    assert!(encoded <= (seconds + 2) as f64 * 10.0 + 2.0, "one encode a picture: {encoded}");
    if is_long() {
        assert!(memory_after < memory + (20 << 20));
    }
    drop(deaf);
    tokio::task::spawn_blocking(move || drop(server)).await.unwrap();
}
