//! The Socket.IO door, as its own client from npm finds it.

use std::io::{BufRead, BufReader, Write};
use std::process::{ChildStdin, ChildStdout, Command, Stdio};

use serde::Deserialize;

use crate::support::is_long;
use crate::support::load::{Arrivals, Cost, Figures, Leader, RATE, Sent, compare, scene};
use crate::support::npm::{self, Peer};
use crate::support::process::Ended;
use crate::support::server::Server;
use crate::support::users::{add_user, log_in};

/// A script of tests/peers against a server of its own.
#[track_caller]
fn holds(script: &str, transports: &str) {
    let Some(mut node) = npm::node(script) else { return };
    let server = Server::start(&[]);
    npm::succeeds(node.args([&server.http.base, transports]));
}

#[test]
fn its_own_client_talks_over_websocket() {
    holds("talk.mjs", "websocket");
}

#[test]
fn its_own_client_talks_by_polling() {
    holds("talk.mjs", "polling");
}

#[test]
fn its_own_client_talks_while_polling_becomes_a_websocket() {
    holds("talk.mjs", "polling,websocket");
}

#[test]
fn its_own_client_comes_back_and_is_told_what_it_missed() {
    for transport in ["websocket", "polling"] {
        holds("return.mjs", transport);
    }
}

#[test]
fn its_own_client_steers_lights_and_sees_what_they_show() {
    for transport in ["websocket", "polling"] {
        holds("lights.mjs", transport);
    }
}

#[test]
fn its_own_client_plays_in_a_jam() {
    for transport in ["websocket", "polling"] {
        holds("jam_rooms.mjs", transport);
    }
}

#[test]
fn its_own_client_logs_in_with_a_token_and_not_without() {
    let Some(_) = npm::peers() else { return };
    let dir = tempfile::tempdir().unwrap();
    for (name, role) in [("ada", "admin"), ("bob", "operator"), ("eve", "viewer")] {
        add_user(dir.path(), name, role, "correct horse");
    }
    let server = Server::start_in(dir.path(), &[]);
    for (name, role) in [("ada", "admin"), ("bob", "operator"), ("eve", "viewer")] {
        let session = log_in(&server, name, "correct horse");
        let mut node = npm::node("login.mjs").unwrap();
        let token = session["access_token"].as_str().unwrap();
        npm::succeeds(node.args([&server.http.base, token, role]));
    }
}

/// Clients in a process of their own, half of them by WebSocket and half by polling (tests/peers/followers.mjs).
struct Followers {
    _child: Ended,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
}

#[derive(Deserialize)]
struct Joined {
    joined: u64,
}

#[derive(Deserialize)]
struct Report {
    /// What the clients used themselves: one process has one core.
    cores: f64,
    followers: Vec<Follower>,
}

#[derive(Deserialize)]
struct Follower {
    transport: String,
    arrived: Arrivals,
}

impl Followers {
    /// When all have joined, and the room's number by then.
    fn join(leader: Leader, clients: usize) -> Option<(Self, u64)> {
        let mut node = Command::new("node");
        node.args(["followers.mjs", &leader.http.base, &clients.to_string()]).current_dir(npm::peers()?);
        let mut child = Ended(node.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("node is installed"));
        let (to, from) = (child.0.stdin.take().unwrap(), BufReader::new(child.0.stdout.take().unwrap()));
        let mut followers = Self { _child: child, to, from };
        let Joined { joined } = followers.hear();
        Some((followers, joined))
    }

    /// They end by themselves when something is wrong, and say what on standard error.
    fn hear<T: for<'de> Deserialize<'de>>(&mut self) -> T {
        let mut line = String::new();
        self.from.read_line(&mut line).unwrap();
        serde_json::from_str(&line).expect("they missed nothing")
    }

    fn end(mut self, last: u64) -> Report {
        writeln!(self.to, "{last}").unwrap();
        self.hear()
    }
}

fn fan_out(leader: Leader, clients: usize, seconds: u64) -> Option<Figures> {
    let (followers, joined_at) = Followers::join(leader, clients)?;
    let mut sent = Sent::after(joined_at);
    let cost = Cost::of(leader.pid, || sent.steadily(leader.http, seconds));
    let last = sent.last();
    let Report { cores, followers } = followers.end(last);
    let all = || followers.iter().map(|follower| &follower.arrived);
    let until_all = sent.until_all(0..(last - joined_at) as usize, all());
    let by = |transport: &str| {
        let those = followers.iter().filter(|follower| follower.transport == transport);
        sent.each(0, those.map(|follower| &follower.arrived))
    };
    println!(
        "{}: {clients} Socket.IO clients, {RATE} changes/s for {seconds} s, until all have it: {until_all}; \
         each by websocket: {}; each by polling: {}; server {cost}; the clients {:.0} % of a core",
        leader.name,
        by("websocket"),
        by("polling"),
        100.0 * cores
    );
    Some(Figures { until_all, cost })
}

/// Everyone is told everything, at once, as on the WebSocket; how soon, and at what cost, is printed.
#[test]
fn soak_socketio() {
    let (clients, seconds) = if is_long() { (200, 60) } else { (20, 3) };
    let server = Server::start(&["--rate-limit", "off", "--demo"]);
    scene(&server.http);
    let Some(marquee) = fan_out(Leader::from(&server), clients, seconds) else { return };
    server.kill();
    if !is_long() {
        return;
    }
    let Some(peer) = Peer::start("socket.io", "fanout_socketio.mjs") else { return };
    compare(peer.name, &marquee, &fan_out(Leader::from(&peer), clients, seconds).unwrap());
}
