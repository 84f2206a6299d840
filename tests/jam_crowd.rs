//! Many jams at once: what they cost, and how long it takes from one to the others. And those who come to do harm.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use marquee::jam::ask::Ask;
use marquee::jam::wire::frame::{Down, Hello, Place, Told, Up};
use marquee::show::jam::event::{JamEvent, Step};
use marquee::show::jam::pattern::PatternId;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{Instant, Interval, MissedTickBehavior, interval, sleep};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use crate::support::is_long;
use crate::support::load::processor as cpu_seconds;
use crate::support::process::resident;
use crate::support::server::Server;

/// The seed's rate: a hundred edits a minute.
const EVERY: Duration = Duration::from_millis(600);
const USERS: usize = 4;
/// One of so many jams is looked at; those who look need more of the machine than those who only play.
const LOOKED_AT: usize = 8;

/// One jam's own: when each of its players last set each step, in microseconds since the beginning.
struct Sent([AtomicU64; 16 * USERS]);

struct Crowd {
    begun: Instant,
    stop: AtomicBool,
    latencies: std::sync::Mutex<Vec<u32>>,
    asked: AtomicU64,
}

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

async fn joined(ws: &str, code: String, user: usize) -> Socket {
    let mut request = format!("{ws}/ws").into_client_request().unwrap();
    request.headers_mut().insert("sec-websocket-protocol", HeaderValue::from_static("jam.v1"));
    let (mut socket, _) = connect_async(request).await.expect("there is a place");
    let hello = Hello { code, name: format!("user {user}"), ..Hello::default() };
    socket.send(Message::binary(Up::Hello(hello).bytes())).await.unwrap();
    socket
}

async fn beat() -> Interval {
    let mut beat = interval(EVERY);
    beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    sleep(EVERY.mul_f64(fastrand::f64())).await;
    beat
}

fn edit(user: usize, turn: usize) -> Vec<u8> {
    let (track, step, enabled) = (user as u8, (turn % 16) as u8, (turn / 16).is_multiple_of(2));
    let step = Step { pattern: PatternId::default(), track, step, enabled, velocity: 80, extra: 0 };
    Up::Asks { op: turn as u32, asks: vec![Ask::DrumStep(step)] }.bytes()
}

/// Plays, and does not look at what comes: so that the machine is the server's as far as can be.
async fn play_along(ws: String, code: String, user: usize, crowd: Arc<Crowd>) {
    let MaybeTlsStream::Plain(mut stream) = joined(&ws, code, user).await.into_inner() else { return };
    let (mut beat, mut turn, mut waste) = (beat().await, 0, [0; 2_048]);
    while !crowd.stop.load(Ordering::Relaxed) {
        tokio::select! {
            _ = beat.tick() => {
                turn += 1;
                crowd.asked.fetch_add(1, Ordering::Relaxed);
                let edit = edit(user, turn);
                // Binary, at once, and masked with nothing.
                let frame = [&[0x82, 0x80 | edit.len() as u8, 0, 0, 0, 0], &edit[..]].concat();
                if stream.write_all(&frame).await.is_err() {
                    break;
                }
            }
            read = stream.read(&mut waste) => if !matches!(read, Ok(1..)) {
                break;
            },
        }
    }
}

async fn play(ws: String, code: String, user: usize, sent: Arc<Sent>, crowd: Arc<Crowd>) {
    let mut socket = joined(&ws, code, user).await;
    let (mut beat, mut place, mut turn, mut found) = (beat().await, Place::default(), 0_usize, Vec::new());
    while !crowd.stop.load(Ordering::Relaxed) {
        tokio::select! {
            _ = beat.tick() => {
                turn += 1;
                sent.0[user * 16 + turn % 16].store(crowd.begun.elapsed().as_micros() as u64, Ordering::Relaxed);
                crowd.asked.fetch_add(1, Ordering::Relaxed);
                if socket.send(Message::binary(edit(user, turn))).await.is_err() {
                    break;
                }
            }
            message = socket.next() => {
                let Some(Ok(message)) = message else { break };
                let Message::Binary(bytes) = message else { continue };
                let Ok(Down::Events(told)) = Down::read(&bytes, &mut place) else { continue };
                let now = crowd.begun.elapsed().as_micros() as u64;
                for one in told {
                    let Told::Entry(entry) = one else { continue };
                    if let JamEvent::DrumStep(step) = entry.event && usize::from(step.track) != user {
                        let at = sent.0[usize::from(step.track) * 16 + usize::from(step.step)].load(Ordering::Relaxed);
                        found.push(u32::try_from(now.saturating_sub(at)).unwrap_or(u32::MAX));
                    }
                }
            }
        }
    }
    crowd.latencies.lock().unwrap().append(&mut found);
}

/// What so many jams cost.
struct Cost {
    jams: usize,
    p99_ms: f64,
    /// Of a core, in hundredths.
    cpu: f64,
    /// Beyond what it takes without jams, in megabytes.
    memory: f64,
}

/// A bar for each, as long as its share of the largest; where growth is linear, what a jam costs stays the same.
fn plot(costs: &[Cost]) {
    type Measure = fn(&Cost) -> f64;
    let measures: [(&str, Measure); 3] =
        [("p99, ms", |cost| cost.p99_ms), ("% of a core", |cost| cost.cpu), ("MB beyond idle", |cost| cost.memory)];
    for (name, of) in measures {
        let most = costs.iter().map(of).fold(f64::MIN_POSITIVE, f64::max);
        println!("{name}");
        for cost in costs {
            let value = of(cost);
            let bar = "█".repeat((value / most * 50.0).round() as usize);
            println!("{:>6} jams {bar} {value:.1} ({:.4} a jam)", cost.jams, value / cost.jams as f64);
        }
    }
}

/// Jams of four, all of them edited at the seed's rate.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn soak_jam_crowd() {
    let (sizes, seconds): (&[usize], u64) = if is_long() { (&[100, 500, 1_000, 2_000], 30) } else { (&[10], 2) };
    let mut costs = Vec::new();
    for size in sizes {
        let server = Server::start(&["--rate-limit", "off", "--max-connections", "10000"]);
        let idle = resident(server.pid());
        let latencies = std::sync::Mutex::default();
        let crowd =
            Arc::new(Crowd { begun: Instant::now(), stop: AtomicBool::new(false), latencies, asked: AtomicU64::new(0) });
        let mut players = Vec::new();
        for number in 0..*size {
            let made = server
                .http
                .post("/api/jams", &json!({"name": format!("jam {number}"), "by": "Host", "open": true}))
                .ok()
                .json();
            let code = made["code"].as_str().unwrap().to_owned();
            let sent = Arc::new(Sent(std::array::from_fn(|_| AtomicU64::new(0))));
            for user in 0..USERS {
                let (ws, code, crowd) = (server.ws.clone(), code.clone(), crowd.clone());
                players.push(match number % LOOKED_AT {
                    0 => tokio::spawn(play(ws, code, user, sent.clone(), crowd)),
                    _ => tokio::spawn(play_along(ws, code, user, crowd)),
                });
            }
            if number % 50 == 49 {
                sleep(Duration::from_millis(100)).await;
            }
        }
        sleep(Duration::from_secs(2)).await;
        let (asked, cpu) = (crowd.asked.load(Ordering::Relaxed), cpu_seconds(server.pid()));
        sleep(Duration::from_secs(seconds)).await;
        let (asked, cpu) = (crowd.asked.load(Ordering::Relaxed) - asked, cpu_seconds(server.pid()) - cpu);
        let memory = resident(server.pid());
        crowd.stop.store(true, Ordering::Relaxed);
        for player in players {
            let _ = player.await;
        }
        let mut latencies = std::mem::take(&mut *crowd.latencies.lock().unwrap());
        latencies.sort_unstable();
        let at =
            |part: f64| f64::from(latencies[((latencies.len() as f64 * part) as usize).min(latencies.len() - 1)]) / 1_000.0;
        println!(
            "{size} jams of {USERS}: {:.0} edits/s, told p50 {:.1} ms, p99 {:.1} ms; {:.0} % of a core, {:.1} ms of CPU an edit; {} MB (idle {} MB), {:.0} kB a jam",
            asked as f64 / seconds as f64,
            at(0.5),
            at(0.99),
            cpu * 100.0 / seconds as f64,
            cpu * 1_000.0 / asked as f64,
            memory / 1_000_000,
            idle / 1_000_000,
            (memory - idle) as f64 / *size as f64 / 1_000.0
        );
        assert!(!latencies.is_empty() && asked > 0);
        let (cpu, memory) = (cpu * 100.0 / seconds as f64, memory.saturating_sub(idle) as f64 / 1e6);
        costs.push(Cost { jams: *size, p99_ms: at(0.99), cpu, memory });
    }
    plot(&costs);
}

/// Codes that are none, more guests than there are places, and those who say that they are somebody else.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_comes_to_do_harm_is_turned_away_and_the_others_play_on() {
    let joins = if is_long() { 10_000 } else { 300 };
    let server = Server::start(&["--rate-limit", "off"]);
    let made = server.http.post("/api/jams", &json!({"name": "target", "by": "Host", "open": true})).ok().json();
    let (code, token) = (made["code"].as_str().unwrap(), made["token"].as_str().unwrap());
    for bad in ["../../", "AB12C", "AB12CDE", "AB%2012", "%00%00%00", "AAAAAA"] {
        let answer = server.http.get(&format!("/api/jams/{bad}"));
        assert!([400, 404].contains(&answer.status), "{bad}: {}", answer.status);
    }
    let mut codes = std::collections::BTreeMap::<String, u32>::new();
    for number in 0..joins {
        let answer = server.http.post(&format!("/api/jams/{code}/join"), &json!({"by": format!("guest {number}")}));
        let code =
            if answer.status == 201 { "in".to_owned() } else { answer.json()["error"]["code"].as_str().unwrap().to_owned() };
        *codes.entry(code).or_default() += 1;
    }
    println!("{joins} joins: {codes:?}");
    assert_eq!(codes.keys().collect::<Vec<_>>(), ["in", "jam_full"]);
    // A token of somebody else's, one that is made up, and one of another jam.
    let other = server.http.post("/api/jams", &json!({"name": "other", "by": "Eve"})).ok().json();
    let forged = token.replacen('1', "2", 1);
    for bad in [forged.as_str(), "1.AAAAAAAAAAAAAAAAAAAAAA", other["token"].as_str().unwrap(), ""] {
        let body = json!({"token": bad, "asks": [{"type": "playback-control", "isPlaying": true}]});
        let answer = server.http.post(&format!("/api/jams/{code}/play"), &body);
        assert_eq!((answer.status, answer.json()["error"]["code"].as_str().unwrap()), (403, "not_a_participant"), "{bad:?}");
    }
    let good = json!({"token": token, "asks": [{"type": "color-mode", "mode": "spectrum"}]});
    server.http.post(&format!("/api/jams/{code}/play"), &good).ok();
}
