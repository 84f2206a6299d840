//! Clients that steer the player at random moments, and follow what becomes of it: over REST, on the WebSocket, and Socket.IO's own.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{ChildStdin, ChildStdout, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tokio::sync::watch;

use super::process::Ended;
use super::server::Server;
use super::ws::Ws;

/// What was told of the player, and when it came to be, in seconds.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Told {
    pub seq: u64,
    pub at: f64,
    pub state: String,
    pub track: Option<String>,
    pub play: Option<u64>,
    pub volume: u64,
    pub position_ms: u64,
    /// Where a change says it: since when it is there.
    #[serde(default)]
    pub since: Option<f64>,
}

impl Told {
    /// Of a change on the WebSocket: there is no position in it, but what it follows from.
    fn of_change(seq: u64, at: f64, player: &Value) -> Self {
        let (now, playback) = (&player["now"], &player["now"]["playback"]);
        let since = playback["since"].as_f64().map(|ms| ms / 1e3);
        let offset_ms = playback["offset_ms"].as_u64().unwrap_or(0);
        let passed_ms = since.map_or(0.0, |since| ((at - since) * 1e3).max(0.0).round());
        Self {
            seq,
            at,
            state: playback["state"].as_str().unwrap_or("stopped").to_owned(),
            track: now["track"].as_str().map(str::to_owned),
            play: now["play"].as_u64(),
            volume: player["volume"].as_u64().unwrap(),
            position_ms: offset_ms + passed_ms as u64,
            since,
        }
    }

    pub fn position_at(&self, at: f64) -> f64 {
        let passed = if self.since.is_some() { at - self.began() } else { 0.0 };
        self.position_ms as f64 / 1e3 + passed
    }

    /// It was told, and what it says has begun.
    pub fn began(&self) -> f64 {
        self.since.map_or(self.at, |since| since.max(self.at))
    }

    #[track_caller]
    pub fn is_same(&self, other: &Told) {
        let plain = |told: &Told| (told.seq, told.state.clone(), told.track.clone(), told.play, told.volume);
        assert_eq!(plain(self), plain(other));
        // Times are told in whole milliseconds.
        assert!(self.position_ms.abs_diff(other.position_ms) <= 2, "{self:?} and {other:?}");
    }
}

/// One thing that a client does: for REST, and as a command.
fn step() -> (String, Value, Value) {
    let control = |action: &str, body: Value| {
        let mut control = body.clone();
        control["action"] = json!(action);
        (format!("/api/player/{action}"), body, json!({"command": "control_player", "control": control}))
    };
    match fastrand::u8(0..100) {
        0..35 => control("seek", json!({"position_ms": fastrand::u64(0..18_000)})),
        35..45 => control("pause", json!({})),
        45..65 => control("play", json!({})),
        65..78 => control("next", json!({})),
        78..86 => control("previous", json!({})),
        _ => {
            let volume = json!({"volume": fastrand::u8(40..=100)});
            ("/api/player/volume".to_owned(), volume.clone(), json!({"command": "change_player", "patch": volume}))
        }
    }
}

/// As often several at once as one with time before it.
fn pause(longest: Duration) -> Duration {
    let longest = if fastrand::bool() { Duration::from_millis(300) } else { longest };
    longest.mul_f64(fastrand::f64())
}

pub async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    tokio::task::spawn_blocking(work).await.unwrap()
}

/// Says of each answer what it tells of the player.
pub async fn steer_by_rest(server: Arc<Server>, steps: usize, longest: Duration) -> Vec<Value> {
    let mut answers = Vec::new();
    for _ in 0..steps {
        tokio::time::sleep(pause(longest)).await;
        let (server, (path, body, _)) = (server.clone(), step());
        answers.push(blocking(move || server.http.post(&path, &body).ok().json()).await);
    }
    answers
}

/// In the room `player`, change by change.
pub struct Follower {
    ws: Ws,
    told: Vec<Told>,
    acknowledged: usize,
}

impl Follower {
    pub async fn join(url: &str) -> Self {
        let mut ws = Ws::open(url).await;
        ws.send(r#"{"type": "hello", "payload": {"protocol": 1}}"#).await;
        ws.send(r#"{"type": "subscribe", "payload": {"rooms": ["player"]}}"#).await;
        ws.next_of("subscribed").await;
        Self { ws, told: Vec::new(), acknowledged: 0 }
    }

    fn hear(&mut self, message: &Value) {
        let payload = &message["payload"];
        assert_ne!(message["type"], "err", "{message}");
        self.acknowledged += usize::from(message["type"] == "ack");
        let is_news = message["type"] == "change" && payload["room"] == "player";
        for event in payload["events"].as_array().into_iter().flatten().filter(|_| is_news) {
            let (seq, at) = (message["seq"].as_u64().unwrap(), payload["at"].as_f64().unwrap() / 1e3);
            self.told.push(Told::of_change(seq, at, &event["player"]));
        }
    }

    fn has(&self, seq: u64) -> bool {
        self.told.last().is_some_and(|told| told.seq >= seq)
    }

    /// Until it was told what has that number, which is known some day.
    pub async fn follow(mut self, mut last: watch::Receiver<u64>) -> Vec<Told> {
        while !self.has(*last.borrow()) {
            tokio::select! {
                message = self.ws.next_json() => self.hear(&message.expect("it stays open")),
                _ = last.changed() => {}
            }
        }
        self.told
    }

    pub async fn steer(mut self, steps: usize, longest: Duration) -> Self {
        for number in 0..steps {
            let wait = tokio::time::sleep(pause(longest));
            tokio::pin!(wait);
            loop {
                tokio::select! {
                    () = &mut wait => break,
                    message = self.ws.next_json() => self.hear(&message.expect("it stays open")),
                }
            }
            let (_, _, command) = step();
            let operation = format!("ws-{number}");
            self.ws.send(&json!({"type": "command", "client_op_id": operation, "payload": command}).to_string()).await;
        }
        while self.acknowledged < steps {
            let message = self.ws.next_json().await.expect("it stays open");
            self.hear(&message);
        }
        self
    }
}

/// Socket.IO's own clients, in a process of their own (tests/peers/player_clients.mjs).
pub struct Npm {
    _child: Ended,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
}

impl Npm {
    pub fn join(peers: &Path, server: &Server, clients: usize, steps: usize, longest: Duration) -> Self {
        let mut node = Command::new("node");
        let numbers = [clients, steps, longest.as_millis() as usize].map(|number| number.to_string());
        node.args(["player_clients.mjs", &server.http.base]).args(numbers).current_dir(peers);
        let mut child = Ended(node.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("node is installed"));
        let (to, from) = (child.0.stdin.take().unwrap(), BufReader::new(child.0.stdout.take().unwrap()));
        let mut npm = Self { _child: child, to, from };
        assert_eq!(npm.hear::<String>(), "joined");
        npm
    }

    /// They end by themselves when something is wrong, and say what on standard error.
    pub fn hear<T: DeserializeOwned>(&mut self) -> T {
        let mut line = String::new();
        self.from.read_line(&mut line).unwrap();
        serde_json::from_str(&line).expect("nothing went wrong")
    }

    pub fn end(mut self, last: u64) -> Vec<Vec<Told>> {
        writeln!(self.to, "{last}").unwrap();
        self.hear()
    }
}
