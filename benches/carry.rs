//! How many videos this machine decodes, composes and encodes into one live program without leaving out a frame, and where the time
//! goes.
//!
//! `script/bench carry`. Each video is a file as large and as fast as the program; they stand in a grid. The program is encoded
//! with x264's `ultrafast` and read by a player. A number is carried if, over twenty seconds, no frame was skipped, dropped or
//! repeated. It has three tries, because others on the machine take the time of a frame now and then; each is printed.

#![expect(clippy::unwrap_used, reason = "a bench that can not go on says where")]

#[path = "../tests/support/mod.rs"]
#[expect(dead_code, reason = "a bench needs less of it than the tests")]
mod support;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::json;

use support::process::Ended;
use support::server::Server;
use support::{eventually, let_pass};

const SECONDS: u64 = 20;
const TRIES: usize = 3;
const PATIENCE: Duration = Duration::from_secs(60);

struct Size {
    width: u32,
    height: u32,
    fps: u32,
    kbps: u32,
}

fn main() {
    println!("{} threads of the machine", std::thread::available_parallelism().unwrap());
    for size in
        [Size { width: 1280, height: 720, fps: 24, kbps: 3_000 }, Size { width: 1920, height: 1080, fps: 30, kbps: 4_500 }]
    {
        let directory = tempfile::tempdir().unwrap();
        let file = video(directory.path(), &size);
        let mut most = 0;
        for count in 1..=16 {
            if !(0..TRIES).any(|_| carries(&size, &file, count)) {
                break;
            }
            most = count;
        }
        println!("{}p{}: {most} videos in one program, and no frame left out", size.height, size.fps);
    }
}

/// Moves everywhere, with some noise, as a camera's picture does.
fn video(directory: &Path, size: &Size) -> PathBuf {
    let file = directory.join("video.mp4");
    let source = format!("testsrc2=s={}x{}:r={}:d=20,noise=alls=6:allf=t", size.width, size.height, size.fps);
    let rate = format!("{}k", size.kbps);
    let mut ffmpeg = Command::new("ffmpeg");
    ffmpeg.args(["-nostdin", "-v", "error", "-f", "lavfi", "-i", &source, "-f", "lavfi", "-i", "sine=d=20:r=48000"]);
    ffmpeg.args(["-c:v", "libx264", "-preset", "fast", "-pix_fmt", "yuv420p", "-b:v", &rate, "-maxrate", &rate]);
    ffmpeg.args(["-bufsize", &rate, "-c:a", "aac"]).arg(&file);
    assert!(ffmpeg.status().unwrap().success());
    file
}

fn carries(size: &Size, file: &Path, count: usize) -> bool {
    let server = Server::start(&[]);
    let config =
        json!({"width": size.width, "height": size.height, "fps": size.fps, "bitrate": size.kbps, "preset": "ultrafast"});
    server.http.patch("/api/stream/config", &config).ok();
    let asset = server.http.upload("/api/assets", "video.mp4", &std::fs::read(file).unwrap()).ok().json();
    let mut layers = Vec::new();
    for number in 0..count {
        // Each begins elsewhere, so that no two show the same picture.
        let input = json!({"kind": "video", "asset": asset["id"], "playback": {"state": "playing", "since": 0, "offset_ms": 900 * number}});
        server.http.put(&format!("/api/inputs/v{number}"), &input).ok();
        layers.push(json!({"id": format!("l{number}"), "kind": "input", "input": format!("v{number}")}));
    }
    let grid =
        json!({"layers": [{"id": "grid", "kind": "layout", "arrange": {"order": "grid", "gap": 8}, "layers": layers}]});
    server.http.put("/api/scenes/grid", &grid).ok();
    server.http.post("/api/scenes/grid/take", &json!({})).ok();
    server.http.post("/api/stream/start", &json!({})).ok();
    eventually("the encoder runs", PATIENCE, || (server.metric("marquee_encoder_frames_out_total") > 0.0).then_some(()));
    for number in 0..count {
        let state = || server.http.get(&format!("/api/inputs/v{number}")).json()["status"]["state"] == "playing";
        eventually("a video plays", PATIENCE, || state().then_some(()));
    }
    let mut player = Command::new("ffmpeg");
    player.args(["-nostdin", "-v", "quiet", "-i", &server.rtmp, "-c", "copy", "-f", "null", "-"]);
    let _player = Ended(player.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap());
    let_pass(Duration::from_secs(5));
    let (lost, painted, before) = (server.lost_frames(), server.metric("marquee_frames_painted_total"), busy(server.pid()));
    let_pass(Duration::from_secs(SECONDS));
    let (lost, painted) = (server.lost_frames() - lost, server.metric("marquee_frames_painted_total") - painted);
    let mut spent: Vec<(String, f64)> = busy(server.pid())
        .into_iter()
        .map(|(name, nanos)| {
            let since = nanos - before.get(&name).copied().unwrap_or(0.0);
            (name, since / 1e7 / SECONDS as f64)
        })
        .collect();
    spent.sort_by(|one, other| other.1.total_cmp(&one.1));
    let told: Vec<String> = spent
        .iter()
        .filter(|(_, percent)| *percent >= 1.0)
        .map(|(name, percent)| format!("{name} {percent:.0} %"))
        .collect();
    println!(
        "{}p{} with {count}: {painted} painted, {lost} left out; of a core: {}",
        size.height,
        size.fps,
        told.join(", ")
    );
    lost == 0.0
}

/// Nanoseconds that each kind of thread was busy; numbers in names are left out.
fn busy(pid: u32) -> BTreeMap<String, f64> {
    let mut busy = BTreeMap::new();
    for task in std::fs::read_dir(format!("/proc/{pid}/task")).unwrap().flatten() {
        let read = |file: &str| std::fs::read_to_string(task.path().join(file)).unwrap_or_default();
        let name: String = read("comm").trim().chars().filter(|character| !character.is_ascii_digit()).collect();
        let nanos: f64 = read("schedstat").split_whitespace().next().and_then(|number| number.parse().ok()).unwrap_or(0.0);
        *busy.entry(name).or_insert(0.0) += nanos;
    }
    busy
}
