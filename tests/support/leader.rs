//! A server that others follow, and those that do.

use marquee::jam::ask::Ask;
use marquee::jam::wire::frame::Hello;
use marquee::show::jam::event::Step;
use marquee::show::jam::pattern::PatternId;
use serde_json::{Value, json};

use super::jammer::{Form, Jammer};
use super::server::Server;
use super::{PATIENCE, eventually, free_port};

/// A leader that can be killed and started again at the same place.
pub struct Leader {
    server: Option<Server>,
    pub dir: tempfile::TempDir,
    pub port: u16,
    flags: Vec<String>,
}

impl Leader {
    pub fn start(flags: &[&str]) -> Self {
        let flags = flags.iter().map(|flag| (*flag).to_owned()).collect();
        let mut leader = Self { server: None, dir: tempfile::tempdir().unwrap(), port: free_port(), flags };
        leader.go();
        leader
    }

    pub fn go(&mut self) {
        let port = format!("127.0.0.1:{}", self.port);
        let flags: Vec<&str> = self.flags.iter().map(String::as_str).collect();
        let flags = [&["--http", &port], &flags[..]].concat();
        self.server = Some(Server::start_in(&self.dir.path().join("data"), &flags));
    }

    pub fn kill(&mut self) {
        self.server.take().unwrap().kill();
    }

    pub fn stop(&mut self) {
        self.server.take().unwrap().stop();
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }
}

impl std::ops::Deref for Leader {
    type Target = Server;
    fn deref(&self) -> &Server {
        self.server.as_ref().unwrap()
    }
}

pub fn follower(url: &str, more: &[&str]) -> Server {
    let server = Server::start(&[&["--follow", url], more].concat());
    until(&server, "following");
    server
}

pub fn following(server: &Server) -> Value {
    server.http.get("/api/follow").ok().json()["following"].clone()
}

#[track_caller]
pub fn until(server: &Server, state: &str) {
    eventually(&format!("it is {state}"), PATIENCE, || (following(server)["state"] == state).then_some(()));
}

pub fn seq(server: &Server) -> u64 {
    server.http.get("/api/show").ok().json()["seq"].as_u64().unwrap()
}

/// But for what tells whether a key is set: that the leader alone knows.
pub fn show(server: &Server) -> Value {
    let mut show = server.http.get("/api/show").ok().json()["show"].take();
    for kind in ["inputs", "destinations"] {
        for one in show[kind].as_array_mut().into_iter().flatten().filter_map(Value::as_object_mut) {
            one.retain(|name, _| !name.ends_with("_set") && name != "status");
        }
    }
    show
}

/// The same show under the same numbers. What only the leader does by itself may come at any time.
#[track_caller]
pub fn agree(leader: &Server, follower: &Server) {
    let is_same = || (seq(leader) == seq(follower) && show(leader) == show(follower)).then_some(());
    eventually("they hold the same show", PATIENCE, is_same);
}

/// A jam of the leader's that goes on.
pub fn jam(leader: &Server) -> String {
    let made = leader.http.post("/api/jams", &json!({"name": "both", "by": "Host", "open": true})).ok().json();
    let code = made["code"].as_str().unwrap().to_owned();
    let step = |track: u8, step: u8| {
        let pattern = PatternId::default();
        Ask::DrumStep(Step { pattern, track, step, enabled: true, velocity: 100, extra: 0 })
    };
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let hello = Hello { code: code.clone(), name: "Ada".to_owned(), ..Hello::default() };
        let mut ada = Jammer::join(&leader.ws, Form::Bytes, hello, None).await.unwrap();
        ada.done((0..16).map(|place| step(place % 8, place)).collect()).await;
        ada.done(vec![Ask::PlaybackControl { is_playing: true }]).await;
    });
    code
}

/// What is played on the leader is known here, though nobody joined it here.
pub fn wait_for_jam(follower: &Server) {
    eventually("the follower knows the jam", PATIENCE, || {
        (follower.http.get("/api/inputs/band").json()["status"]["state"] == "playing").then_some(())
    });
}
