//! The player under many hands: all who follow it are told the same, and what they are told is what is heard.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::{oneshot, watch};

use crate::support::hands::{Follower, Npm, Told, blocking, steer_by_rest};
use crate::support::known_sound::{self, Found, Known, WINDOW_S, noise};
use crate::support::server::Server;
use crate::support::{PATIENCE, is_long, let_pass, load, media, npm};

const SIZE: (usize, usize) = (640, 360);
/// Longer than any place that is sought, so that no end is sought by chance.
const TRACKS: [(&str, f64); 5] =
    [("a.flac", 19.3), ("b.wav", 22.71), ("c.flac", 18.917), ("d.wav", 24.003), ("e.flac", 20.2)];
/// After so long it must be heard where it is said to be.
const STEADY_S: f64 = 0.4;
const TOLERANCE_S: f64 = 0.1;

/// A server that plays noise, shows the pattern, which tells the time, and records both.
fn stage(dir: &Path) -> (Server, Vec<(String, PathBuf)>) {
    let server = Server::start(&["--rate-limit", "off"]);
    server.small();
    let layer = json!({"id": "card", "kind": "pattern", "beep": false});
    server.http.put("/api/scenes/pattern", &json!({ "layers": [layer] })).ok();
    server.http.post("/api/scenes/pattern/take", &json!({})).ok();
    let mut files = Vec::new();
    for (seed, (name, seconds)) in (1..).zip(TRACKS) {
        let file = dir.join(name);
        noise(&file, seed, seconds);
        let asset = server.http.upload("/api/assets", name, &std::fs::read(&file).unwrap()).ok().json();
        files.push((asset["id"].as_str().unwrap().to_owned(), file));
    }
    let ids = TRACKS.map(|(name, _)| name.split('.').next().unwrap());
    let tracks: Vec<Value> = files.iter().zip(ids).map(|((asset, _), id)| json!({"id": id, "asset": asset})).collect();
    server.http.post("/api/playlists", &json!({"id": "noise", "title": "Noise", "tracks": tracks})).ok();
    server.http.patch("/api/player/settings", &json!({"repeat": "all"})).ok();
    server.record("tape", "mkv");
    server.http.post("/api/stream/start", &json!({})).ok();
    server.wait_for_destination("tape", "live", PATIENCE);
    (server, ids.into_iter().zip(files).map(|(id, (_, file))| (id.to_owned(), file)).collect())
}

/// The same states in the same order, of which some may be left out; the last is the same.
#[track_caller]
fn are_the_same(seen: &[Told], all: &[Told]) -> usize {
    assert!(seen.windows(2).all(|pair| pair[0].seq < pair[1].seq), "each once, in order");
    for told in seen {
        let place = all.binary_search_by_key(&told.seq, |told| told.seq).expect("everybody is told of it");
        told.is_same(&all[place]);
    }
    assert_eq!(seen.last().map(|told| told.seq), all.last().map(|told| told.seq));
    seen.len()
}

/// An answer over REST is the state that its own change led to.
#[track_caller]
fn is_answer(answer: &Value, all: &[Told]) {
    let (seq, data) = (answer["server_seq"].as_u64().unwrap(), &answer["data"]);
    let Ok(place) = all.binary_search_by_key(&seq, |told| told.seq) else { panic!("{answer} is of no change") };
    assert_eq!(data["volume"], all[place].volume, "{answer}");
    if let Some(state) = data.get("state") {
        assert_eq!((state, &data["active_track_id"]), (&json!(all[place].state), &json!(all[place].track)), "{answer}");
    }
}

#[derive(Default)]
struct Heard {
    errors_ms: Vec<f64>,
    silent: usize,
    wrong: Vec<String>,
}

/// Holds what was said of each instant against what the recording has there.
fn held_against(file: &str, known: &Known, told: &[Told]) -> Heard {
    let pictures = media::pictures(file, SIZE.0, SIZE.1);
    let offset = media::show_time_of(&pictures, 30.0, told[0].at);
    let samples = media::samples_at(file, known_sound::RATE);
    let mut heard = Heard::default();
    for pair in told.windows(2) {
        let (now, until) = (&pair[0], pair[1].at.min(pair[1].since.unwrap_or(f64::MAX)) - WINDOW_S);
        let mut at = now.began() + STEADY_S;
        while at < until {
            look(&mut heard, known, &samples, (now, at, offset));
            at += 0.1;
        }
    }
    heard
}

fn look(heard: &mut Heard, known: &Known, samples: &[f32], (now, at, offset): (&Told, f64, f64)) {
    let (track, position) = (now.track.as_deref().unwrap_or_default(), now.position_at(at));
    let Some(found) = known.find(samples, at - offset, track, position) else { return };
    match (now.state.as_str(), found) {
        ("playing", Found::In(id, found)) if id == track && (found - position).abs() < 2.0 => {
            heard.errors_ms.push((found - position) * 1e3);
            if (found - position).abs() > TOLERANCE_S {
                heard.wrong.push(format!("{:.3} s after {now:?}: {found:.3} s, not {position:.3}", at - now.at));
            }
        }
        ("paused" | "stopped", Found::Silence) => heard.silent += 1,
        (_, found) => heard.wrong.push(format!("{:.3} s after {now:?}: {found:?}, not {position:.3}", at - now.at)),
    }
}

fn report(heard: &Heard, server: &Server) {
    let largest = heard.errors_ms.iter().copied().fold(0.0, |largest: f64, error| largest.max(error.abs()));
    let mean = heard.errors_ms.iter().map(|error| error.abs()).sum::<f64>() / heard.errors_ms.len().max(1) as f64;
    let bias = heard.errors_ms.iter().sum::<f64>() / heard.errors_ms.len().max(1) as f64;
    println!(
        "{} instants were heard where they were said to be, off by {mean:.2} ms in the mean ({bias:+.2} with its sign) and {largest:.2} ms at most; \
         {} were silent as they should; {} were wrong; sound missing {}, skipped {}",
        heard.errors_ms.len(),
        heard.silent,
        heard.wrong.len(),
        server.metric("marquee_sound_missing_chunks_total"),
        server.metric("marquee_sound_skipped_chunks_total"),
    );
}

/// Five clients at once: two over REST, one on the WebSocket, two of Socket.IO.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn soak_player() {
    let (steps, longest) = if is_long() { (100, Duration::from_secs(12)) } else { (12, Duration::from_secs(6)) };
    let Some(peers) = npm::peers() else { return };
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().to_owned();
    let (server, files) = blocking(move || stage(&path)).await;
    let server = Arc::new(server);
    let (follower, steering) = (Follower::join(&server.ws).await, Follower::join(&server.ws).await);
    let joining = server.clone();
    let npm = blocking(move || Npm::join(&peers, &joining, 2, steps, longest)).await;
    let (say_last, last) = watch::channel(u64::MAX);
    let following = tokio::spawn(follower.follow(last.clone()));
    let starting = server.clone();
    blocking(move || starting.http.post("/api/playlists/noise/start", &json!({})).ok()).await;
    let began = load::now();
    let by_rest = [0, 1].map(|_| tokio::spawn(steer_by_rest(server.clone(), steps, longest)));
    let (say_steered, steered) = oneshot::channel();
    let by_ws = tokio::spawn(async move {
        let steered = steering.steer(steps, longest).await;
        say_steered.send(()).unwrap();
        steered.follow(last).await
    });
    let npm = tokio::spawn(blocking(move || {
        let mut npm = npm;
        assert_eq!(npm.hear::<String>(), "steered");
        npm
    }));
    let mut answers = Vec::new();
    for steering in by_rest {
        answers.extend(steering.await.unwrap());
    }
    let npm = npm.await.unwrap();
    steered.await.unwrap();
    let ending = server.clone();
    let last = blocking(move || end(&ending)).await;
    say_last.send(last).unwrap();
    let all = following.await.unwrap();
    let steered = by_ws.await.unwrap();
    let of_npm = blocking(move || npm.end(last)).await;
    let counts: Vec<usize> =
        of_npm.iter().chain([&steered]).map(|seen| are_the_same(&seen[skipped(seen, &all)..], &all)).collect();
    answers.iter().for_each(|answer| is_answer(answer, &all));
    println!(
        "{} steps of five clients in {:.0} s: {} states; the others were told {counts:?} of them",
        5 * steps,
        (load::now() - began) / 1e3,
        all.len()
    );
    blocking(move || {
        let known = Known::of(&files);
        let heard = held_against(server.recordings()[0].to_str().unwrap(), &known, &all);
        report(&heard, &server);
        assert!(heard.wrong.is_empty(), "{:#?}", heard.wrong);
        assert!(heard.errors_ms.len() > 10);
    })
    .await;
}

/// The state on joining is none of the changes.
fn skipped(seen: &[Told], all: &[Told]) -> usize {
    seen.iter().take_while(|told| told.seq < all[0].seq).count()
}

/// Something that is heard whatever chance has paused before, then silence, and the number of a change after which there is no other;
/// then the tape is closed.
fn end(server: &Server) -> u64 {
    server.http.post("/api/player/previous", &json!({})).ok();
    server.http.post("/api/player/play", &json!({})).ok();
    let_pass(Duration::from_secs(8));
    server.http.post("/api/player/pause", &json!({})).ok();
    // What was heard before is let go by itself.
    let_pass(Duration::from_secs(2));
    let last = server.http.post("/api/player/volume", &json!({"volume": 50})).ok().json()["server_seq"].as_u64().unwrap();
    server.http.post("/api/stream/stop", &json!({})).ok();
    server.wait_for_destination("tape", "stopped", PATIENCE);
    last
}
