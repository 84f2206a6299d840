//! A load of changes that many clients follow: how soon everyone has each, and what that costs.

use std::collections::BTreeMap;
use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::json;

use super::http::Http;
use super::npm::Peer;
use super::server::Server;
use super::{let_pass, process};

/// Changes a second: a slider that is dragged.
pub const RATE: u64 = 60;

/// Whom the clients follow: a marquee, or a peer that does as much of the same as they need.
#[derive(Clone, Copy)]
pub struct Leader<'a> {
    pub name: &'a str,
    pub http: &'a Http,
    pub ws: &'a str,
    pub pid: u32,
}

impl<'a> From<&'a Server> for Leader<'a> {
    fn from(server: &'a Server) -> Self {
        Self { name: "marquee", http: &server.http, ws: &server.ws, pid: server.pid() }
    }
}

impl<'a> From<&'a Peer> for Leader<'a> {
    fn from(peer: &'a Peer) -> Self {
        Self { name: peer.name, http: &peer.http, ws: &peer.ws, pid: peer.pid() }
    }
}

/// Unix time in milliseconds, which other processes can tell as well.
#[expect(clippy::disallowed_methods, reason = "a load is measured in real time")]
pub fn now() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs_f64() * 1e3
}

/// The scene whose layer is changed.
pub fn scene(server: &Http) {
    server.put("/api/scenes/a", &json!({"layers": [{"id": "l", "kind": "color", "color": "#000000"}]})).ok();
}

/// What came to one client when: the number in the room, and the time.
pub type Arrivals = Vec<(u64, f64)>;

/// When each change was sent.
pub struct Sent {
    /// The room's number before the first one.
    after: u64,
    at: Vec<f64>,
}

impl Sent {
    pub fn after(after: u64) -> Self {
        Self { after, at: Vec::new() }
    }

    pub fn one(&mut self, http: &Http) {
        let x = self.at.len() % 1000;
        self.at.push(now());
        http.patch("/api/scenes/a/layers/l", &json!({ "x": x })).ok();
    }

    pub fn steadily(&mut self, http: &Http, seconds: u64) {
        let began = now();
        for number in 0..seconds * RATE {
            let due = began + number as f64 * 1e3 / RATE as f64;
            let_pass(Duration::from_secs_f64((due - now()).max(0.0) / 1e3));
            self.one(http);
        }
    }

    pub fn last(&self) -> u64 {
        self.after + self.at.len() as u64
    }

    /// From sending to arriving, for what was sent after the first `skipped` and arrived anywhere.
    pub fn each<'a>(&self, skipped: usize, clients: impl Iterator<Item = &'a Arrivals>) -> Times {
        let sent = clients.flatten().map(|(number, at)| ((number - self.after - 1) as usize, at));
        Times::of(sent.filter(|(index, _)| *index >= skipped).map(|(index, at)| at - self.at[index]))
    }

    /// From sending one until the last client has it.
    pub fn until_all<'a>(&self, which: std::ops::Range<usize>, clients: impl Iterator<Item = &'a Arrivals>) -> Times {
        let mut latest: BTreeMap<u64, f64> = BTreeMap::new();
        for (number, at) in clients.flatten() {
            let latest = latest.entry(*number).or_insert(*at);
            *latest = latest.max(*at);
        }
        Times::of(which.map(|index| latest[&(self.after + 1 + index as u64)] - self.at[index]))
    }
}

/// Milliseconds.
pub struct Times(Vec<f64>);

impl Times {
    fn of(times: impl Iterator<Item = f64>) -> Self {
        let mut times: Vec<f64> = times.collect();
        times.sort_by(f64::total_cmp);
        Self(times)
    }

    /// The time below which this share of them lies.
    pub fn share(&self, share: f64) -> f64 {
        let index = ((self.0.len() as f64 * share) as usize).min(self.0.len().saturating_sub(1));
        self.0.get(index).copied().unwrap_or_default()
    }
}

impl fmt::Display for Times {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "p50 {:.1}, p99 {:.1}, max {:.1} ms", self.share(0.5), self.share(0.99), self.share(1.0))
    }
}

/// What a process uses for a while.
pub struct Cost {
    pub cores: f64,
    pub resident: f64,
}

impl Cost {
    pub fn of(pid: u32, while_doing: impl FnOnce()) -> Self {
        let (began, used) = (now(), processor(pid));
        while_doing();
        Self { cores: (processor(pid) - used) * 1e3 / (now() - began), resident: process::resident(pid) as f64 }
    }
}

impl fmt::Display for Cost {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{:.0} % of a core, {:.0} MB", 100.0 * self.cores, self.resident / 1e6)
    }
}

/// Seconds of processor that a process has used.
pub fn processor(pid: u32) -> f64 {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
    (fields[11].parse::<f64>().unwrap() + fields[12].parse::<f64>().unwrap()) / 100.0
}

/// What one leader reached.
pub struct Figures {
    pub until_all: Times,
    pub cost: Cost,
}

/// Prints marquee's figures in shares of a peer's: below 1 is less.
pub fn compare(peer_name: &str, marquee: &Figures, peer: &Figures) {
    let time = |share| marquee.until_all.share(share) / peer.until_all.share(share);
    println!(
        "marquee / {peer_name}: until all have it p50 {:.2}, p99 {:.2}; processor {:.2}, memory {:.2}. \
         {peer_name} keeps nothing on disk; each of marquee's changes is on disk (fsync) before anyone is told",
        time(0.5),
        time(0.99),
        marquee.cost.cores / peer.cost.cores,
        marquee.cost.resident / peer.cost.resident
    );
}
