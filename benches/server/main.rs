//! A running server, measured from outside: encoder, latency from a command to the decoded picture, REST under load, memory. With
//! the word `dashboard` only that page, and what becomes of too many at once.
//!
//! Every figure is printed with what it was measured against; nothing is asserted.

#![expect(clippy::unwrap_used, reason = "a bench that can not go on says where")]

mod dashboard;
#[path = "../../tests/support/mod.rs"]
#[expect(dead_code, reason = "a bench needs less of it than the tests")]
mod support;

use std::io::Read;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use marquee::base::clock::Stopwatch;
use marquee::gst;
use marquee::gst::pipeline::{Pipeline, filled};
use marquee::gst::source::Timing;
use serde_json::json;

use support::server::Server;
use support::{eventually, let_pass, process};

const WIDTH: usize = 1280;
const HEIGHT: usize = 720;
const FRAMES: u64 = 300;

fn main() {
    if !std::env::args().any(|word| word == "dashboard") {
        encode();
        memory();
        latency();
        rest();
    }
    dashboard::looked_at();
    dashboard::too_many();
}

/// The value below which this share of the sorted values lies.
fn share(sorted: &[f64], share: f64) -> f64 {
    sorted.get(((sorted.len() as f64 * share) as usize).min(sorted.len().saturating_sub(1))).copied().unwrap_or(f64::NAN)
}

fn report(what: &str, unit: &str, mut values: Vec<f64>) {
    values.sort_by(f64::total_cmp);
    println!(
        "{what}: median {:.2}, p99 {:.2}, most {:.2} {unit} (n = {})",
        share(&values, 0.5),
        share(&values, 0.99),
        share(&values, 1.0),
        values.len()
    );
}

/// Moving stripes and a little noise, so that the encoder has something to do.
fn picture(number: u64) -> Vec<u8> {
    let mut bytes = vec![128; WIDTH * HEIGHT * 3 / 2];
    let mut noise = fastrand::Rng::with_seed(number);
    for (index, luma) in bytes[..WIDTH * HEIGHT].iter_mut().enumerate() {
        let stripe = ((index % WIDTH + index / WIDTH) as u64 + 4 * number) / 16 % 8;
        *luma = 40 + 20 * stripe as u8 + noise.u8(0..4);
    }
    bytes
}

/// How many frames a second the encoder makes when nothing holds it back, against FFmpeg with the same encoder and settings.
fn encode() {
    gst::start().unwrap();
    let pictures: Vec<_> = (0..30).map(picture).collect();
    let values = [
        ("width", WIDTH.to_string()),
        ("height", HEIGHT.to_string()),
        ("fps", "30/1".to_owned()),
        ("preset", "veryfast".to_owned()),
        ("video_kbps", "3000".to_owned()),
        ("audio_bps", "128000".to_owned()),
        ("key_frames", "60".to_owned()),
        ("threads", "2".to_owned()),
    ];
    let pipeline = Pipeline::from_text(&filled(include_str!("../../pipelines/encode-x264enc.launch"), &values)).unwrap();
    let (done, all_done) = mpsc::channel();
    pipeline.sink("coded_video").unwrap().on_data(|_| (), move || done.send(()).unwrap_or(()));
    pipeline.sink("coded_sound").unwrap().on_data(|_| (), || ());
    let source = pipeline.source("video").unwrap();
    pipeline.play().unwrap();
    let watch = Stopwatch::start();
    for number in 0..FRAMES {
        while source.waiting() > 3 {
            std::thread::yield_now();
        }
        let at = number * 1_000_000_000 / 30;
        source.push(pictures[number as usize % 30].clone(), Timing { pts: at, duration: 33_333_333, key: true });
    }
    source.end();
    pipeline.source("sound").unwrap().end();
    all_done.recv_timeout(Duration::from_secs(60)).unwrap();
    let ours = FRAMES as f64 / watch.elapsed().as_secs_f64();

    let dir = tempfile::tempdir().unwrap();
    let raw = dir.path().join("raw");
    std::fs::write(&raw, pictures.concat()).unwrap();
    let size = format!("{WIDTH}x{HEIGHT}");
    let mut ffmpeg = Command::new("ffmpeg");
    ffmpeg.args([
        "-nostdin",
        "-v",
        "error",
        "-f",
        "rawvideo",
        "-pix_fmt",
        "yuv420p",
        "-s",
        &size,
        "-r",
        "30",
        "-stream_loop",
        "9",
        "-i",
    ]);
    ffmpeg.arg(&raw).args([
        "-c:v",
        "libx264",
        "-preset",
        "veryfast",
        "-tune",
        "zerolatency",
        "-g",
        "60",
        "-sc_threshold",
        "0",
    ]);
    ffmpeg.args(["-b:v", "3000k", "-maxrate", "3000k", "-bufsize", "3000k", "-threads", "2", "-f", "null", "-"]);
    let watch = Stopwatch::start();
    assert!(ffmpeg.status().unwrap().success());
    let theirs = FRAMES as f64 / watch.elapsed().as_secs_f64();
    println!("encode {size} veryfast: {ours:.0} frames/s; FFmpeg in the same run {theirs:.0}; ratio {:.2}", ours / theirs);
}

fn memory() {
    let server = Server::start(&[]);
    let_pass(Duration::from_secs(2));
    let idle = process::resident(server.pid());
    server.http.patch("/api/stream/config", &json!({"width": 1920, "height": 1080, "preset": "ultrafast"})).ok();
    server.pattern_on_air();
    server.http.post("/api/stream/start", &json!({})).ok();
    let_pass(Duration::from_secs(8));
    let live = process::resident(server.pid());
    println!("memory: {} MB idle, {} MB live at 1080p30", idle >> 20, live >> 20);
    report_ticks(&server);
}

fn report_ticks(server: &Server) {
    let painted = server.metric("marquee_frames_painted_total");
    let paint = server.metric("marquee_paint_seconds_sum") / painted * 1000.0;
    let skipped = server.metric("marquee_frames_skipped_total");
    println!("live at 1080p30: {painted} frames painted in {paint:.3} ms each on average, {skipped} skipped");
}

/// From the moment before a PATCH is sent until a decoder behind RTMP shows the change.
fn latency() {
    let server = Server::start(&[]);
    server.http.patch("/api/stream/config", &json!({"preset": "ultrafast"})).ok();
    server.http.put("/api/scenes/flat", &json!({"layers": [{"id": "all", "kind": "color", "color": "#000000"}]})).ok();
    server.http.post("/api/scenes/flat/take", &json!({})).ok();
    server.http.post("/api/stream/start", &json!({})).ok();
    eventually("the encoder runs", Duration::from_secs(20), || {
        (server.metric("marquee_encoder_frames_out_total") > 0.0).then_some(())
    });
    let mut player = Command::new("gst-launch-1.0");
    player.args([
        "-q",
        "rtmp2src",
        &format!("location={}", server.rtmp),
        "!",
        "flvdemux",
        "!",
        "h264parse",
        "!",
        "avdec_h264",
    ]);
    player.args(["!", "videoconvert", "!", "video/x-raw,format=GRAY8", "!", "fdsink", "sync=false"]);
    let mut player = process::Ended(player.stdout(Stdio::piped()).spawn().unwrap());
    let mut out = player.0.stdout.take().unwrap();
    let (seen, changes) = mpsc::channel();
    std::thread::spawn(move || {
        let mut luma = vec![0; WIDTH * HEIGHT];
        let mut bright = None;
        while out.read_exact(&mut luma).is_ok() {
            let now = luma[WIDTH * HEIGHT / 2 + WIDTH / 2] > 128;
            if bright.replace(now) != Some(now) && seen.send(now).is_err() {
                return;
            }
        }
    });
    assert!(!changes.recv_timeout(Duration::from_secs(20)).unwrap(), "it begins dark");
    let_pass(Duration::from_secs(3));
    let mut milliseconds = Vec::new();
    for round in 0..40 {
        let color = if round % 2 == 0 { "#ffffff" } else { "#000000" };
        let watch = Stopwatch::start();
        server.http.patch("/api/scenes/flat/layers/all", &json!({"color": color})).ok();
        assert_eq!(changes.recv_timeout(Duration::from_secs(20)).unwrap(), round % 2 == 0);
        milliseconds.push(watch.elapsed().as_secs_f64() * 1000.0);
        let_pass(Duration::from_millis(100 + fastrand::u64(0..60)));
    }
    report("command to decoded picture behind RTMP, 720p30", "ms", milliseconds);
}

/// Fifty requests a second while the stream is live.
fn rest() {
    let server = Server::start(&["--demo", "--live"]);
    let_pass(Duration::from_secs(2));
    let (mut reads, mut writes) = (Vec::new(), Vec::new());
    let begun = Stopwatch::start();
    for number in 0..500_u64 {
        let due = Duration::from_millis(20 * number);
        let_pass(due.saturating_sub(begun.elapsed()));
        let watch = Stopwatch::start();
        if number % 2 == 0 {
            server.http.get("/api/stream/state").ok();
            reads.push(watch.elapsed().as_secs_f64() * 1000.0);
        } else {
            server.http.patch("/api/scenes/welcome/layers/title", &json!({"x": 80 + number % 40})).ok();
            writes.push(watch.elapsed().as_secs_f64() * 1000.0);
        }
    }
    report("REST read at 50 requests/s while live", "ms", reads);
    report("REST write (durable) at 50 requests/s while live", "ms", writes);
}
