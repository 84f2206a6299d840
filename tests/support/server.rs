//! A marquee of its own for each test: a data directory that goes with it, and free ports.

use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};

use super::http::Http;
use super::{PATIENCE, eventually, process};

pub fn binary() -> PathBuf {
    std::env::var_os("MARQUEE_BINARY").map_or_else(|| env!("CARGO_BIN_EXE_marquee").into(), PathBuf::from)
}

pub struct Server {
    child: Child,
    pub http: Http,
    pub ws: String,
    pub rtmp: String,
    log: Arc<Mutex<String>>,
    /// The directory of a test that did not bring its own.
    _own_dir: Option<tempfile::TempDir>,
    pub data_dir: PathBuf,
}

/// `marquee serve` on free ports, with more flags.
pub fn command(data_dir: &Path, flags: &[&str]) -> Command {
    let mut command = Command::new(binary());
    command.args(["serve", "--http", "127.0.0.1:0", "--ws", "127.0.0.1:0", "--rtmp", "127.0.0.1:0", "--data-dir"]);
    command.arg(data_dir).args(flags).current_dir(data_dir.parent().unwrap_or(data_dir));
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

impl Server {
    pub fn start(flags: &[&str]) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let data_dir = dir.path().join("data");
        let mut server = Self::start_in(&data_dir, flags);
        server._own_dir = Some(dir);
        server
    }

    pub fn start_in(data_dir: &Path, flags: &[&str]) -> Self {
        Self::start_among(data_dir, flags, &[])
    }

    /// In an environment that has these, too.
    pub fn start_among(data_dir: &Path, flags: &[&str], environment: &[(&str, String)]) -> Self {
        let mut command = command(data_dir, flags);
        let mut child = command.envs(environment.iter().cloned()).spawn().expect("the server starts");
        let log = keep(child.stderr.take().unwrap());
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let addresses: Value = serde_json::from_str(&line).unwrap_or_else(|_| {
            let _ = child.wait();
            panic!("no addresses, but {line:?} and {}", log.lock().unwrap())
        });
        let address = |name: &str| addresses[name].as_str().unwrap_or_default().to_owned();
        Self {
            child,
            http: Http::new(&address("http")),
            ws: format!("ws://{}", address("ws")),
            rtmp: format!("rtmp://{}/live/program", address("rtmp")),
            log,
            _own_dir: None,
            data_dir: data_dir.to_owned(),
        }
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    pub fn log(&self) -> String {
        self.log.lock().unwrap().clone()
    }

    /// A small and quick stream: what the tests are about is seldom the size.
    pub fn small(&self) {
        let config = json!({"width": 640, "height": 360, "preset": "ultrafast", "bitrate": 1500, "restart": true});
        self.http.patch("/api/stream/config", &config).ok();
    }

    /// A scene with the test pattern on the whole canvas, on air.
    pub fn pattern_on_air(&self) {
        self.http.put("/api/scenes/pattern", &json!({"layers": [{"id": "card", "kind": "pattern"}]})).ok();
        self.http.post("/api/scenes/pattern/take", &json!({})).ok();
    }

    pub fn record(&self, id: &str, format: &str) {
        self.http.put(&format!("/api/destinations/{id}"), &json!({"kind": "record", "format": format})).ok();
    }

    pub fn recordings(&self) -> Vec<PathBuf> {
        let Ok(entries) = std::fs::read_dir(self.data_dir.join("recordings")) else { return Vec::new() };
        let mut files: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
        files.sort();
        files
    }

    pub fn destination_state(&self, id: &str) -> String {
        let view = self.http.get(&format!("/api/destinations/{id}")).json();
        view["status"]["state"].as_str().unwrap_or_default().to_owned()
    }

    #[track_caller]
    pub fn wait_for_destination(&self, id: &str, state: &str, patience: Duration) {
        eventually(&format!("{id} becomes {state}"), patience, || (self.destination_state(id) == state).then_some(()));
    }

    /// Frames that may be missing from what is sent, or be there twice: each of them was counted.
    #[track_caller]
    pub fn lost_frames(&self) -> f64 {
        let skipped = self.metric("marquee_frames_skipped_total") + self.metric("marquee_encoder_dropped_frames_total");
        // One that repeats the picture before it is there twice, and its own is missing.
        skipped + 2.0 * self.metric("marquee_frames_repeated_total")
    }

    /// The sum of a metric over its labels; zero when it is not there.
    pub fn metric(&self, name: &str) -> f64 {
        let text = self.http.get("/metrics").text();
        let is_it = |line: &&str| line.strip_prefix(name).is_some_and(|rest| rest.starts_with([' ', '{']));
        text.lines().filter(is_it).filter_map(|line| line.rsplit(' ').next()?.parse::<f64>().ok()).sum()
    }

    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Its directory is there as long as what this gives.
    pub fn kill_and_keep(mut self) -> Option<tempfile::TempDir> {
        let own = self._own_dir.take();
        self.kill();
        own
    }

    pub fn keep(&mut self, dir: Option<tempfile::TempDir>) {
        self._own_dir = dir;
    }

    /// SIGTERM, and how it ended.
    #[track_caller]
    pub fn stop(self) -> ExitStatus {
        process::signal(self.pid(), "TERM");
        self.ended()
    }

    /// How it ends, where that was asked for in another way.
    #[track_caller]
    pub fn ended(mut self) -> ExitStatus {
        eventually("the server ends", PATIENCE, || self.child.try_wait().unwrap())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("--- log of the server\n{}", self.log());
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Reads on in the background, so that the server never waits for its log to be read.
pub fn keep(mut from: impl Read + Send + 'static) -> Arc<Mutex<String>> {
    let kept = Arc::new(Mutex::new(String::new()));
    let log = kept.clone();
    std::thread::spawn(move || {
        let mut part = [0; 4096];
        while let Ok(length @ 1..) = from.read(&mut part) {
            log.lock().unwrap().push_str(&String::from_utf8_lossy(&part[..length]));
        }
    });
    kept
}
