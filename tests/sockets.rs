//! The real-time doors under load, by clients that hold every number against the one before.

use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::runtime::Runtime;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::support::http::Http;
use crate::support::load::{Arrivals, Cost, Figures, Leader, RATE, Sent, compare, now, scene};
use crate::support::npm::Peer;
use crate::support::server::{self, Server};
use crate::support::spoken::{Knowledge, Spoken};
use crate::support::{eventually, is_long};

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
}

/// A client that reads until a number is there, and notes when each came.
async fn follow(url: String, until: Arc<AtomicU64>, joined: mpsc::Sender<u64>, arrived: Arc<Mutex<Arrivals>>) {
    let mut spoken = Spoken::open(&url, "scenes").await.expect("it connects");
    let mut known = Knowledge::default();
    assert!(spoken.join(&known).await);
    loop {
        let before = known.room_seq;
        let message = spoken.learn(&mut known).await.expect("it stays connected");
        match message["type"].as_str() {
            Some("subscribed") => joined.send(known.room_seq).await.unwrap(),
            Some("change") => {
                let at = now();
                arrived.lock().unwrap().extend((before + 1..=known.room_seq).map(|number| (number, at)));
            }
            _ => {}
        }
        if known.room_seq >= until.load(Ordering::Relaxed) {
            return;
        }
    }
}

struct Followers {
    runtime: Runtime,
    tasks: Vec<(JoinHandle<()>, Arc<Mutex<Arrivals>>)>,
    until: Arc<AtomicU64>,
}

impl Followers {
    /// When all have joined, and the room's number by then.
    fn join(url: &str, clients: usize) -> (Self, u64) {
        let runtime = runtime();
        let until = Arc::new(AtomicU64::new(u64::MAX));
        let (joined, mut joining) = mpsc::channel(64);
        let task = |_| {
            let arrived = Arc::default();
            let following = follow(url.to_owned(), until.clone(), joined.clone(), Arc::clone(&arrived));
            (runtime.spawn(following), arrived)
        };
        let tasks = (0..clients).map(task).collect();
        let numbers: Vec<u64> = (0..clients).map(|_| runtime.block_on(joining.recv()).unwrap()).collect();
        (Self { runtime, tasks, until }, numbers[0])
    }

    fn all_have(&self, changes: usize) {
        let has = |(_, arrived): &(_, Arc<Mutex<Arrivals>>)| arrived.lock().unwrap().len() >= changes;
        eventually("everyone has it", Duration::from_secs(20), || self.tasks.iter().all(has).then_some(()));
    }

    /// They go up to this number, which must come only after this.
    fn stop_at(&self, last: u64) {
        self.until.store(last, Ordering::Relaxed);
    }

    /// What came to each, once all have all of it.
    fn end(self) -> Vec<Arrivals> {
        let Self { runtime, tasks, .. } = self;
        let arrived = |(task, arrived): (JoinHandle<()>, Arc<Mutex<Arrivals>>)| {
            runtime.block_on(task).expect("it missed nothing");
            std::mem::take(&mut *arrived.lock().unwrap())
        };
        tasks.into_iter().map(arrived).collect()
    }
}

struct Load {
    clients: usize,
    singles: usize,
    seconds: u64,
}

/// One change after the other, and then as many a second as a hand makes.
fn fan_out(leader: Leader, load: &Load) -> Figures {
    let (followers, joined_at) = Followers::join(leader.ws, load.clients);
    let mut sent = Sent::after(joined_at);
    for number in 0..load.singles {
        sent.one(leader.http);
        followers.all_have(number + 1);
    }
    let cost = Cost::of(leader.pid, || {
        sent.steadily(leader.http, load.seconds);
    });
    followers.stop_at(sent.last() + 1);
    sent.one(leader.http);
    let arrived = followers.end();
    let changes = (sent.last() - joined_at) as usize;
    let alone = sent.until_all(0..load.singles, arrived.iter());
    let until_all = sent.until_all(load.singles..changes, arrived.iter());
    let each = sent.each(load.singles, arrived.iter());
    let (name, clients, seconds) = (leader.name, load.clients, load.seconds);
    println!("{name}: {clients} clients, one change until all have it: {alone}");
    println!("{name}: {RATE} changes/s for {seconds} s, until all have it: {until_all}; each client: {each}; server {cost}");
    Figures { until_all, cost }
}

/// Everyone is told everything, at once; how soon, and at what cost, is printed.
#[test]
fn soak_fanout() {
    let (clients, singles, seconds) = if is_long() { (1_000, 50, 60) } else { (100, 10, 3) };
    let load = Load { clients, singles, seconds };
    let server = Server::start(&["--rate-limit", "off", "--demo"]);
    scene(&server.http);
    let marquee = fan_out(Leader::from(&server), &load);
    server.kill();
    if !is_long() {
        return;
    }
    let Some(peer) = Peer::start("ws", "fanout_ws.mjs") else { return };
    compare(peer.name, &marquee, &fan_out(Leader::from(&peer), &load));
}

/// Connects again and again, is cut in the middle of things, and in the end knows what the server knows.
async fn cut_and_resume(
    ws: String,
    room: &'static str,
    cuts: u32,
    done: Arc<AtomicU64>,
    counted: Arc<AtomicU64>,
) -> Knowledge {
    let mut known = Knowledge::default();
    let mut connections = 0;
    loop {
        let Some(mut spoken) = Spoken::open(&ws, room).await else {
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        connections += 1;
        if !spoken.join(&known).await {
            continue;
        }
        let lives = if connections <= cuts { fastrand::u64(20..1_000) } else { u64::MAX };
        let cut = tokio::time::sleep(Duration::from_millis(lives.min(3_600_000)));
        tokio::pin!(cut);
        loop {
            tokio::select! {
                () = &mut cut => break,
                learnt = spoken.learn(&mut known) => if learnt.is_none() { break },
            }
            // Past the last change of all, which is one of the room's own.
            let last = done.load(Ordering::Relaxed);
            if connections > cuts && last > 0 && known.seq >= last {
                return known;
            }
        }
        counted.fetch_add(1, Ordering::Relaxed);
        // Dropped without a word, as when somebody pulls a plug.
        drop(spoken);
    }
}

/// Changes of all sorts, about a hundred a second, until told to stop. The server may be away for a moment.
fn stir(http: &Http, stop: &AtomicBool) {
    for number in 0_u64.. {
        if stop.load(Ordering::Relaxed) {
            return;
        }
        let (path, body) = match number % 10 {
            0 => ("/api/scenes/b", json!({"layers": [{"id": "m", "kind": "pattern"}]})),
            1 => ("/api/scenes/b/layers/n", json!({"kind": "text", "text": number.to_string(), "index": number % 3})),
            2 => ("/api/scenes/b/order", json!({"order": ["n", "m"]})),
            3 => ("/api/destinations/file", json!({"kind": "record", "format": "mkv", "enabled": number % 20 == 3})),
            _ => ("/api/scenes/a/layers/l", json!({"kind": "color", "color": "#000000", "x": number % 1000})),
        };
        let _ = http.try_send("PUT", path, Some("application/json"), body.to_string().into_bytes());
        if number % 50 == 49 {
            let _ = http.try_send("DELETE", "/api/scenes/b", None, Vec::new());
        }
        std::thread::sleep(Duration::from_millis(8));
    }
}

/// Whoever is cut off goes on where it was, however often, and over a restart of the server.
#[test]
fn soak_resume() {
    let (clients, cuts) = if is_long() { (500, 20) } else { (40, 4) };
    let dir = tempfile::tempdir().unwrap();
    let data_dir = dir.path().join("data");
    let server = Server::start_in(&data_dir, &["--rate-limit", "off"]);
    scene(&server.http);
    let (http, ws) = (server.http.clone(), server.ws.clone());
    let ports = ["--rate-limit", "off", "--http", http.address(), "--ws", ws.trim_start_matches("ws://")].map(str::to_owned);
    let runtime = runtime();
    let (stop, done, counted) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
    let stirring = {
        let (http, stop) = (http.clone(), stop.clone());
        std::thread::spawn(move || stir(&http, &stop))
    };
    let rooms = ["show", "show", "scenes", "destinations"];
    let followers: Vec<_> = (0..clients)
        .map(|number| {
            let room = rooms[number % rooms.len()];
            (room, runtime.spawn(cut_and_resume(ws.clone(), room, cuts, done.clone(), counted.clone())))
        })
        .collect();
    let enough = |share: f64| {
        let wanted = (f64::from(clients as u32) * f64::from(cuts) * share) as u64;
        eventually("cuts", Duration::from_secs(900), || (counted.load(Ordering::Relaxed) >= wanted).then_some(()));
    };
    enough(0.5);
    assert!(server.stop().success());
    let ports: Vec<&str> = ports.iter().map(String::as_str).collect();
    let server = Server::start_in(&data_dir, &ports);
    enough(0.95);
    stop.store(true, Ordering::Relaxed);
    stirring.join().unwrap();
    // The last changes of all are in each room, so that everybody hears when it is over. Nobody else changes anything now.
    let seq = server.http.get("/api/show").json()["seq"].as_u64().unwrap() + 3;
    // A client of destinations never hears of the very last one: its own last comes just before.
    done.store(seq - 1, Ordering::Relaxed);
    server.http.put("/api/scenes/end", &json!({"layers": []})).ok();
    server.http.put("/api/destinations/end", &json!({"kind": "record", "format": "mkv", "enabled": false})).ok();
    server.http.put("/api/scenes/end2", &json!({"layers": []})).ok();
    let (mut snapshots, mut changes) = (0, 0);
    for (room, task) in followers {
        let known = runtime.block_on(task).expect("no gap and no double");
        snapshots += known.snapshots;
        changes += known.changes;
        check_state(room, &known, &server);
    }
    println!(
        "{clients} clients, {} cuts, one restart of the server, {seq} changes: {changes} told, {snapshots} snapshots, no gap, no double",
        counted.load(Ordering::Relaxed)
    );
    assert_eq!(u64::from(snapshots), clients as u64, "each began with one, and went on by changes ever after");
}

/// What a client made of what it was told is what a newcomer is told.
fn check_state(room: &'static str, known: &Knowledge, server: &Server) {
    let newcomer = runtime().block_on(async {
        let mut spoken = Spoken::open(&server.ws, room).await.unwrap();
        let mut fresh = Knowledge::default();
        spoken.join(&fresh).await;
        spoken.learn(&mut fresh).await;
        fresh
    });
    // The last scene may not have come yet.
    let without_last = |mut state: Value| {
        if let Some(scenes) = state["scenes"].as_array_mut() {
            scenes.retain(|scene| scene["id"] != "end2");
        }
        state
    };
    assert_eq!(without_last(known.state.clone()), without_last(newcomer.state), "{room}");
}

/// Two doors, the same operations, one in ten sent again: each is carried out once, and stays so.
#[test]
fn soak_race() {
    let operations: u64 = if is_long() { 10_000 } else { 600 };
    let dir = tempfile::tempdir().unwrap();
    let data_dir = dir.path().join("data");
    let server = Server::start_in(&data_dir, &["--rate-limit", "off"]);
    scene(&server.http);
    let runtime = runtime();
    // Every fifth operation is asked for over both doors, every tenth twice over the same.
    let over_rest = |number: u64| number.is_multiple_of(2) || number.is_multiple_of(5);
    let over_ws = |number: u64| !number.is_multiple_of(2) || number.is_multiple_of(5);
    let receipts: Arc<Mutex<std::collections::BTreeMap<u64, u64>>> = Arc::default();
    let noted = {
        let receipts = receipts.clone();
        move |number: u64, seq: u64| {
            let first = *receipts.lock().unwrap().entry(number).or_insert(seq);
            assert_eq!(first, seq, "operation {number} has one receipt");
        }
    };
    let rest = {
        let http = server.http.clone();
        std::thread::spawn(move || {
            for number in (0..operations).filter(|number| over_rest(*number)) {
                let body = json!({"x": number % 1000, "client_op_id": format!("op-{number}")});
                for _ in 0..1 + u64::from(number % 10 == 0) {
                    http.patch("/api/scenes/a/layers/l", &body).ok();
                }
            }
        })
    };
    let acks = runtime.block_on(async {
        let mut spoken = Spoken::open(&server.ws, "show").await.unwrap();
        let mut acks = 0;
        for number in (0..operations).filter(|number| over_ws(*number)) {
            let patch = json!({"command": "change_layer", "scene": "a", "layer": "l", "patch": {"x": number % 1000}});
            let command = json!({"type": "command", "client_op_id": format!("op-{number}"), "payload": patch});
            for _ in 0..1 + u64::from(number % 10 == 0) {
                assert!(spoken.say(command.clone()).await);
                let ack = spoken.next().await.unwrap();
                assert_eq!(ack["type"], "ack", "{ack}");
                noted(number, ack["seq"].as_u64().unwrap());
                acks += 1;
            }
        }
        acks
    });
    rest.join().unwrap();
    let before = server.http.get("/api/show").json();
    assert_eq!(before["seq"], operations + 1, "each was carried out once");
    let repeated = server.metric("marquee_commands_repeated_total");
    server.kill();
    let check = Command::new(server::binary()).arg("check").arg("--data-dir").arg(&data_dir).output().unwrap();
    assert!(check.status.success(), "{}", String::from_utf8_lossy(&check.stderr));
    let again = Server::start_in(&data_dir, &["--rate-limit", "off"]);
    assert_eq!(again.http.get("/api/show").json(), before, "the journal gives the identical show");
    let first = *receipts.lock().unwrap().first_key_value().unwrap().0;
    runtime.block_on(async {
        let mut spoken = Spoken::open(&again.ws, "show").await.unwrap();
        let patch = json!({"command": "change_layer", "scene": "a", "layer": "l", "patch": {"x": first % 1000}});
        spoken.say(json!({"type": "command", "client_op_id": format!("op-{first}"), "payload": patch})).await;
        let ack = spoken.next().await.unwrap();
        assert_eq!(
            (&ack["payload"]["repeated"], ack["seq"].as_u64()),
            (&json!(true), receipts.lock().unwrap().get(&first).copied())
        );
    });
    println!(
        "{operations} operations over two doors, {acks} acks over the WebSocket, {repeated} repeated: each carried out once, also after kill -9"
    );
}
