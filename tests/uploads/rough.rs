//! A long run: two large files at the same time, by tus and in chunks, over a way on which connections break, to a server that is killed
//! again and again. What was acknowledged is never lost, and both arrive as they were.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::process::Stdio;
use std::sync::{Mutex, mpsc};
use std::time::Duration;

use marquee::base::clock::Stopwatch;
use serde_json::{Value, json};

use crate::support::chunks::{RAW, Session, playlist};
use crate::support::cuts::Cuts;
use crate::support::http::Http;
use crate::support::npm::node_within;
use crate::support::process::{Ended, peak};
use crate::support::server::Server;
use crate::support::uploads::{SoundFile, killed_and_started};
use crate::support::{eventually, is_long, let_pass};

const FLAGS: [&str; 2] = ["--rate-limit", "off"];
/// For one request to come through at last: a server is started anew meanwhile, and a large file is read through.
const PATIENCE: Duration = Duration::from_secs(300);
/// Chunks on their way at once.
const AT_ONCE: usize = 3;

struct Form {
    bytes: usize,
    tus_part: usize,
    chunk: usize,
    cuts: u64,
    kills: u64,
}

fn form() -> Form {
    if is_long() {
        Form { bytes: 1 << 30, tus_part: 16 << 20, chunk: 1 << 20, cuts: 50, kills: 10 }
    } else {
        Form { bytes: 24 << 20, tus_part: 1 << 20, chunk: 256 << 10, cuts: 8, kills: 3 }
    }
}

/// Two large files come through cut connections and kills, and nothing that was acknowledged is ever lost.
#[test]
fn soak_uploads() {
    let Form { bytes, tus_part, chunk, cuts, kills } = form();
    let files = tempfile::tempdir().unwrap();
    let by_tus = SoundFile::write(files.path().join("by-tus"), bytes, 1);
    let in_chunks = SoundFile::write(files.path().join("in-chunks"), bytes + 4_321, 2);
    let all = (by_tus.bytes + in_chunks.bytes) as u64;
    let server = Server::start(&FLAGS);
    let (idle, seed) = (peak(server.pid()), fastrand::u64(..));
    let mut random = fastrand::Rng::with_seed(seed);
    let way = Cuts::before(server.http.address(), cuts, all, &mut random);
    let endpoint = format!("http://{}/api/uploads/tus", way.address);
    let Some(mut tus) = node_within(3_600, "tus_stream.mjs") else { return };
    let watch = Stopwatch::start();
    tus.arg(endpoint).arg(&by_tus.path).arg(tus_part.to_string()).stdout(Stdio::piped());
    let mut tus = Ended(tus.spawn().unwrap());
    let said = BufReader::new(tus.0.stdout.take().unwrap());
    let mix = playlist(&server.http, "Mix");
    let asked = json!({ "filename": "chunks.wav", "file_size": in_chunks.bytes, "chunk_size": chunk });
    let session = Session::begin(&server.http, &mix, &asked);
    let over = session.over(&Http::new(&way.address));
    let (begun, has_begun) = mpsc::channel();
    let (server, most, track) = std::thread::scope(|scope| {
        way.allow(all / kills / 8);
        let follow = scope.spawn(move || follow(said, &begun));
        // Whoever begins an upload and does not hear of it can not go on with it, so that is let through.
        has_begun.recv_timeout(PATIENCE).unwrap();
        let send = scope.spawn(|| send(&over, &in_chunks));
        let is_over = || follow.is_finished() && send.is_finished();
        let (server, most) = kill_now_and_then(server, &way, (kills, all), &mut random, is_over);
        follow.join().unwrap();
        (server, most, send.join().unwrap())
    });
    assert!(tus.0.wait().unwrap().success());
    let seconds = watch.elapsed().as_secs_f64();
    assert_eq!(way.left(), 0, "every cut was made");
    check_kept(&server, [&by_tus, &in_chunks]);
    check_track(&session, &track, &in_chunks);
    let most = most.max(peak(server.pid()));
    println!(
        "two files of {} MB, {cuts} cuts, {kills} kills (seed {seed}): {seconds:.1} s, {:.1} MB/s, {:.1} MB were sent; at most {} MB of memory, idle {} MB",
        bytes >> 20,
        all as f64 / seconds / 1e6,
        way.carried() as f64 / 1e6,
        most >> 20,
        idle >> 20
    );
    // Of the files themselves there is hardly anything in memory, however large they are.
    assert!(most < idle + (96 << 20), "{idle} to {most}");
}

/// What the tus client says, to its end. It fails by itself when the server has forgotten anything.
fn follow(said: impl BufRead, begun: &mpsc::Sender<()>) {
    let (mut beginnings, mut last) = (BTreeSet::new(), String::new());
    for line in said.lines() {
        last = line.unwrap();
        // It says so each time that it goes on.
        if let Some(url) = last.strip_prefix("begun ") {
            beginnings.insert(url.to_owned());
            let _ = begun.send(());
        }
    }
    assert!(last.starts_with("done "), "tus: {last}");
    assert_eq!(beginnings.len(), 1, "it never had to begin anew: {beginnings:?}");
}

/// At random moments, the last one when one of the files is whole. Gives the most memory that any of them took.
fn kill_now_and_then(
    mut server: Server,
    way: &Cuts,
    (kills, all): (u64, u64),
    random: &mut fastrand::Rng,
    is_over: impl Fn() -> bool,
) -> (Server, u64) {
    let (part, mut most) = (all / kills, 0);
    for number in 0..kills {
        let is_last = number + 1 == kills;
        let at = number * part + random.u64(part / 8..part);
        // So that not all has come through before somebody notices.
        way.allow(if is_last { u64::MAX } else { at + part / 8 });
        while !(is_over() || if is_last { is_one_whole(&server) } else { way.carried() >= at }) {
            let_pass(Duration::from_millis(1));
        }
        let_pass(Duration::from_micros(random.u64(..20_000)));
        most = most.max(peak(server.pid()));
        way.allow(u64::MAX);
        server = killed_and_started(server, &FLAGS);
    }
    (server, most)
}

fn is_one_whole(server: &Server) -> bool {
    let told = server.http.get("/api/uploads/sessions").ok().json();
    let sessions = told["data"]["sessions"].as_array().unwrap();
    sessions.iter().any(|session| ["processing", "completed"].map(Value::from).contains(&session["status"]))
}

/// In chunks, in any order, until all have been acknowledged. What became of it.
fn send(session: &Session, file: &SoundFile) -> Value {
    let mut order: Vec<usize> = (0..session.chunks).collect();
    fastrand::shuffle(&mut order);
    let (left, acknowledged) = (Mutex::new(order), Mutex::new(BTreeSet::new()));
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                let opened = std::fs::File::open(&file.path).unwrap();
                while let Some(index) = { left.lock().unwrap().pop() } {
                    let bounds = session.bounds(index, file.bytes);
                    let mut chunk = vec![0; bounds.len()];
                    opened.read_exact_at(&mut chunk, bounds.start as u64).unwrap();
                    eventually("a chunk comes through", PATIENCE, || put(session, index, &chunk, file, &acknowledged));
                    acknowledged.lock().unwrap().insert(index);
                }
            });
        }
    });
    eventually("it is finalized", PATIENCE, || finalize(session, file))
}

/// None where it has to be tried again.
fn put(
    session: &Session,
    index: usize,
    chunk: &[u8],
    file: &SoundFile,
    acknowledged: &Mutex<BTreeSet<usize>>,
) -> Option<()> {
    match session.http.try_send("PUT", &session.chunk_path(index), Some(RAW), chunk.to_vec()) {
        Ok(answer) if answer.status == 200 => Some(()),
        // Another request for it has not been given up yet.
        Ok(answer) if [423, 503].contains(&answer.status) => None,
        Ok(answer) => panic!("chunk {index}: {} {}", answer.status, answer.text()),
        Err(_) => {
            eventually("the server is there again", PATIENCE, || nothing_is_lost(session, file, acknowledged));
            None
        }
    }
}

/// None where there is no answer.
fn nothing_is_lost(session: &Session, file: &SoundFile, acknowledged: &Mutex<BTreeSet<usize>>) -> Option<()> {
    let before = acknowledged.lock().unwrap().clone();
    let answer = session.http.try_send("GET", &session.path(), None, Vec::new()).ok()?;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let told = answer.json()["data"].clone();
    let missing: Vec<[usize; 2]> = serde_json::from_value(told["missing"].clone()).unwrap();
    for index in &before {
        let bounds = session.bounds(*index, file.bytes);
        let is_lost = missing.iter().any(|[from, to]| *from < bounds.end && bounds.start < *to);
        assert!(!is_lost, "chunk {index} was acknowledged, and is missing: {told}");
    }
    assert!(told["chunks_uploaded"].as_u64().unwrap() >= before.len() as u64, "{told}");
    Some(())
}

fn finalize(session: &Session, file: &SoundFile) -> Option<Value> {
    let body = json!({ "file_hash": file.sha256 }).to_string().into_bytes();
    let answer =
        session.http.try_send("POST", &format!("{}/finalize", session.path()), Some("application/json"), body).ok()?;
    match answer.status {
        200 => Some(answer.json()["data"]["track"].clone()),
        // An earlier word of it is still being worked on.
        409 | 423 | 503 => None,
        status => panic!("finalize: {status} {}", answer.text()),
    }
}

fn names(directory: &Path) -> BTreeSet<String> {
    std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

/// Both, byte by byte, and nothing besides.
fn check_kept(server: &Server, files: [&SoundFile; 2]) {
    let assets = server.data_dir.join("assets");
    assert_eq!(names(&assets), files.map(|file| format!("{}.wav", file.asset())).into());
    for file in files {
        assert!(file.is_at(&assets.join(format!("{}.wav", file.asset()))), "as it was");
        let told = server.http.get(&format!("/api/assets/{}", file.asset())).ok().json();
        assert_eq!((&told["bytes"], &told["kind"]), (&json!(file.bytes), &json!("sound")));
    }
    let uploads = server.data_dir.join("uploads");
    assert_eq!(names(&uploads).len(), 2, "what is told of them for a while");
    for upload in names(&uploads) {
        assert_eq!(names(&uploads.join(upload)), ["journal".to_owned()].into());
    }
    println!("in the data directory: {:?}", names(&server.data_dir));
}

/// It is there once.
fn check_track(session: &Session, track: &Value, file: &SoundFile) {
    assert_eq!(session.finalize(&json!({})).ok().json()["data"]["track"]["id"], track["id"]);
    assert_eq!(session.told()["status"], "completed");
    let told = session.http.get(&format!("/api/playlists/{}", session.playlist)).ok().json()["data"]["playlist"].clone();
    assert_eq!((&told["track_count"], &told["tracks"][0]["media"]), (&json!(1), &json!(file.asset())));
}
