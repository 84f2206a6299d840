//! Several people play together over ways that are long, stand still and break, and nodes light what they play.

use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdout, Stdio};
use std::time::Duration;

use marquee::jam::ask::Ask;
use marquee::jam::wire::frame::Hello;
use marquee::show::jam::Jam;
use marquee::show::jam::event::{Step, Struck};
use marquee::show::jam::module::Module;
use marquee::show::jam::pattern::PatternId;
use marquee::show::jam::played::each_strike;
use marquee::show::time::ShowTime;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use crate::support::jammer::{Form, Jammer};
use crate::support::lag::Lag;
use crate::support::leds::{Controller, now};
use crate::support::npm;
use crate::support::server::Server;
use crate::support::{PATIENCE, eventually, is_long};

const QUIET: [&str; 2] = ["--rate-limit", "off"];

fn hello(code: &str, name: &str) -> Hello {
    Hello { code: code.to_owned(), name: name.to_owned(), ..Hello::default() }
}

fn step(track: u8, step: u8, enabled: bool) -> Ask {
    Ask::DrumStep(Step { pattern: PatternId::default(), track, step, enabled, velocity: 100, extra: 0 })
}

/// A room of this server, kept by somebody who has no connection.
fn room(server: &Server) -> String {
    let made = server.http.post("/api/jams", &json!({"name": "test", "by": "Host", "open": true})).ok().json();
    made["code"].as_str().unwrap().to_owned()
}

fn port(ws: &str) -> u16 {
    ws.rsplit(':').next().unwrap().parse().unwrap()
}

fn percentile(values: &mut [f64], part: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(((values.len() as f64 * part) as usize).min(values.len().saturating_sub(1))).copied().unwrap_or(f64::NAN)
}

/// A strip on a controller of its own.
fn lit(server: &Server) -> Controller {
    let controller = Controller::start();
    server.http.put("/api/v1/zones/strip", &json!({"pixel_count": 8}));
    server.http.post("/api/v1/zones", &json!({"id": "strip", "pixel_count": 8})).ok();
    controller.fixture(server, "leds", "strip", &json!({}));
    controller
}

/// When the first light of the strip went on, in seconds of Unix time.
fn onsets(controller: &Controller) -> Vec<f64> {
    let told = controller.take();
    let level = |channels: &[u8]| channels.iter().take(3).copied().max().unwrap_or(0);
    told.windows(2).filter(|pair| level(&pair[1].1) > level(&pair[0].1).saturating_add(60)).map(|pair| pair[1].0).collect()
}

fn strikes(jam: &Jam, from: f64, until: f64) -> Vec<f64> {
    let at = |seconds: f64| ShowTime((seconds * 1e6) as i64);
    let mut strikes = Vec::new();
    each_strike(jam, at(from), at(until), &mut |strike| {
        if strike.track == 0 && strike.module == Module::DrumMachine {
            strikes.push(strike.at.micros() as f64 / 1e6);
        }
    });
    strikes
}

/// For each strike, how much later the light went on; None where it did not.
fn errors(strikes: &[f64], onsets: &[f64]) -> Vec<Option<f64>> {
    let nearest = |strike: &f64| {
        let offsets = onsets.iter().map(|onset| onset - strike);
        offsets.min_by(|a, b| a.abs().total_cmp(&b.abs())).filter(|offset| offset.abs() < 0.2)
    };
    strikes.iter().map(nearest).collect()
}

async fn in_threads<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    tokio::task::spawn_blocking(work).await.unwrap()
}

/// Two browsers over that way: one of them programs what is lit.
struct Browsers {
    child: Child,
    said: BufReader<ChildStdout>,
}

impl Browsers {
    /// Until it plays; None where there are no browsers.
    fn play(address: &str, code: &str, turns: u32) -> Option<Self> {
        let mut command = npm::node_within(900, "jam_far.mjs")?;
        let mut child = command.args([address, code, &turns.to_string()]).stdout(Stdio::piped()).spawn().unwrap();
        let said = BufReader::new(child.stdout.take().unwrap());
        let mut browsers = Self { child, said };
        assert_eq!(browsers.line(), "playing\n");
        Some(browsers)
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.said.read_line(&mut line).unwrap();
        line
    }

    /// What they measured.
    fn end(mut self) -> Value {
        let told = self.line();
        assert!(self.child.wait().unwrap().success());
        serde_json::from_str(&told).unwrap()
    }
}

fn print_latencies(who: &str, latencies: &mut [f64]) {
    let count = latencies.len();
    let (p50, p99) = (percentile(latencies, 0.5), percentile(latencies, 0.99));
    println!("from one {who} to the other, over twice 80 ± 20 ms: p50 {p50:.0} ms, p99 {p99:.0} ms of {count}");
}

/// What one plays is known to the other, and lit on a node that has joined from elsewhere, on the beat; over a way of 80 ms, give or
/// take 20, that stands still and breaks meanwhile.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn soak_jam() {
    let seconds = if is_long() { 120 } else { 12 };
    let host = in_threads(|| Server::start(&QUIET)).await;
    let code = room(&host);
    let lag = Lag::before(port(host.http.address()), 80.0, 20.0).await;
    let far = format!("ws://127.0.0.1:{}", lag.port);
    let node = {
        let url = format!("{far}/{code}");
        in_threads(move || Server::start(&["--rate-limit", "off", "--join", &url])).await
    };
    let (here, there) = (lit(&host), lit(&node));
    // It joined before it had a strip.
    for (server, url) in [(&host, None), (&node, Some(format!("{far}/{code}")))] {
        match url {
            Some(url) => drop(server.http.post("/api/jam-links", &json!({"url": url})).ok()),
            None => drop(server.http.put("/api/v1/zones/strip/layers/jam", &json!({"kind": "jam", "jam": code})).ok()),
        }
        server.http.put("/api/v1/system/mode", &json!({"mode": "ANIMATION"}));
    }
    let mut ada = Jammer::join(&far, Form::Bytes, hello(&code, "Ada"), None).await.unwrap();
    let bob = Jammer::join(&far, Form::Bytes, hello(&code, "Bob"), None).await.unwrap();
    let browsers = {
        let (address, code) = (format!("127.0.0.1:{}", lag.port), code.clone());
        in_threads(move || Browsers::play(&address, &code, seconds)).await
    };
    if browsers.is_none() {
        ada.done([0, 4, 8, 12].map(|place| step(0, place, true)).to_vec()).await;
        ada.done(vec![Ask::PlaybackControl { is_playing: true }]).await;
    }
    sleep(Duration::from_secs(5)).await;
    drop((here.take(), there.take()));

    let from = now() + 0.5;
    let mut latencies = Vec::new();
    for turn in 0..seconds * 2 {
        let asked = Instant::now();
        ada.ask(vec![step(6, (turn % 16) as u8, turn / 16 % 2 == 0)]).await;
        bob.until("Bob is told", |known| known.told_of(6).len() > turn as usize).await;
        latencies.push((bob.known().told_of(6)[turn as usize] - asked).as_secs_f64() * 1_000.0);
        sleep(Duration::from_millis(500)).await;
    }
    if let Some(browsers) = browsers {
        let told = in_threads(|| browsers.end()).await;
        let mut between: Vec<f64> = serde_json::from_value(told["latencies"].clone()).unwrap();
        print_latencies("browser", &mut between);
        println!("the browsers' idea of the clock is ahead by {} µs", told["offsets"]);
    }
    let until = now() - 0.5;
    sleep(Duration::from_secs(1)).await;
    let jam = bob.jam();
    let due = strikes(&jam, from, until);
    let (at_host, at_node) = (errors(&due, &onsets(&here)), errors(&due, &onsets(&there)));
    for (name, found) in [("the host", &at_host), ("the node", &at_node)] {
        let mut late: Vec<f64> = found.iter().flatten().map(|error| error * 1_000.0).collect();
        let missing = found.len() - late.len();
        let (p50, p99) = (percentile(&mut late, 0.5), percentile(&mut late, 0.99));
        println!(
            "beats on {name}: {} due, {missing} not seen; lit p50 {p50:.1} ms, p99 {p99:.1} ms after them",
            found.len()
        );
    }
    let mut apart: Vec<f64> =
        at_host.iter().zip(&at_node).filter_map(|(a, b)| Some((a.as_ref()? - b.as_ref()?).abs() * 1_000.0)).collect();
    println!("nodes apart: p50 {:.1} ms, p99 {:.1} ms", percentile(&mut apart, 0.5), percentile(&mut apart, 0.99));
    print_latencies("node", &mut latencies);
    // A machine that stands still skips frames, and with them a light now and then; most of them were seen.
    assert!(due.len() > 10, "{}", due.len());
    for found in [&at_host, &at_node] {
        let seen = found.iter().flatten().count();
        assert!(seen * 10 >= due.len() * 8, "{seen} of {}", due.len());
    }

    // The way stands still, and breaks: the node goes on with what it knew.
    lag.stand_still(true);
    sleep(Duration::from_secs(1)).await;
    lag.stand_still(false);
    lag.cut(true);
    there.take();
    let cut_from = now();
    sleep(Duration::from_secs(3)).await;
    let beats = strikes(&jam, cut_from + 0.3, now() - 0.3);
    let seen = errors(&beats, &onsets(&there)).iter().flatten().count();
    println!("while it was cut off: {seen} of {} beats lit", beats.len());
    assert!(seen > 0, "of {} beats", beats.len());
    lag.cut(false);
    let url = format!("/api/jam-links/{code}");
    eventually("the node is back", PATIENCE, || {
        let link = node.http.get(&url).json();
        (link["link"]["state"] == "joined").then_some(())
    });
}

/// Everybody edits, is cut off, and the server is killed: in the end all of them have what the log has.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn soak_jam_cuts() {
    let (rounds, cut) = if is_long() { (6, 30) } else { (2, 1) };
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let ws_port = crate::support::free_port();
    let ws = format!("127.0.0.1:{ws_port}");
    let start = || Server::start_in(&data, &["--rate-limit", "off", "--ws", &ws]);
    let mut host = start();
    let code = room(&host);
    let lag = Lag::before(ws_port, 20.0, 10.0).await;
    let far = format!("ws://127.0.0.1:{}", lag.port);
    let mut players = Vec::new();
    for name in ["Ada", "Bob", "Cem", "Dora"] {
        players.push(Jammer::join(&far, Form::Bytes, hello(&code, name), None).await.unwrap());
    }
    for round in 0..rounds {
        let mut asked = Vec::new();
        for number in 0..40_u8 {
            for (place, player) in players.iter_mut().enumerate() {
                let ask = step((place as u8) * 2 + number % 2, (number * 5 + round) % 16, number % 3 != 0);
                let op = player.ask(vec![ask.clone()]).await;
                asked.push((place, op, ask));
            }
            sleep(Duration::from_millis(5)).await;
            if number == 20 && round % 2 == 0 {
                lag.cut(true);
            }
            if number == 20 && round % 2 == 1 {
                host.kill();
                host = start();
            }
        }
        sleep(Duration::from_secs(cut)).await;
        lag.cut(false);
        for (place, player) in players.iter_mut().enumerate() {
            let again = Jammer::join(&far, Form::Bytes, hello(&code, "again"), Some(player)).await.unwrap();
            *player = again;
            // What was not answered is asked for again, in order, under its own number.
            let acked = player.known().acked;
            for (_, op, ask) in asked.iter().filter(|(of, op, _)| *of == place && *op > acked) {
                player.ask_again(*op, vec![ask.clone()]).await;
            }
            player.done(vec![Ask::Note(Struck { note: 60, velocity: 80, module: Module::Piano, on: true })]).await;
        }
    }
    let view = host.http.get(&format!("/api/jams/{code}")).json();
    let (seq, jam): (u64, Jam) = (view["seq"].as_u64().unwrap(), serde_json::from_value(view["jam"].clone()).unwrap());
    for player in &players {
        player.until("it is told all", |known| known.seq >= seq).await;
        assert_eq!(player.jam().told(), jam);
    }
    // And so has the log.
    let recordings = host.http.get("/api/jam-recordings").json();
    let id = recordings[0]["id"].as_str().unwrap().to_owned();
    let lines = host.http.get(&format!("/api/jam-recordings/{id}")).text();
    let recording = marquee::jam::recording::Recording::from_lines(lines.lines()).unwrap();
    let replayed = recording.jam_at(i64::MAX);
    assert_eq!(replayed.told(), jam);
    // Each operation happened once: the last word of each player on each step counts.
    println!("{rounds} rounds, {} events, all of one mind", recording.entries.len());
}

/// What an hour of four costs each of them; and that a pattern that goes round costs nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn soak_jam_bytes() {
    // The seed's rate: 100 edits a minute of each of four, for an hour. What is not close together is not told together, so it can
    // be done faster than that.
    let (edits, loops) = if is_long() { (6_000_u32, 600) } else { (150, 3) };
    let host = in_threads(|| Server::start(&QUIET)).await;
    for form in [Form::Bytes, Form::Text] {
        let code = room(&host);
        let mut players = Vec::new();
        for name in ["Ada", "Bob", "Cem", "Dora"] {
            players.push(Jammer::join(&host.ws, form, hello(&code, name), None).await.unwrap());
        }
        for edit in 0..edits {
            for (place, player) in players.iter_mut().enumerate() {
                let ask = if edit % 4 == 3 {
                    Ask::Note(Struck {
                        note: 48 + (edit % 24) as u8,
                        velocity: 80,
                        module: Module::Piano,
                        on: edit % 8 == 3,
                    })
                } else {
                    step(place as u8 * 2, (edit % 16) as u8, edit / 16 % 2 == 0)
                };
                player.ask(vec![ask]).await;
                sleep(Duration::from_millis(23)).await;
            }
        }
        players[0].done(vec![Ask::PlaybackControl { is_playing: true }]).await;
        sleep(Duration::from_millis(500)).await;
        let name = if form == Form::Bytes { "jam.v1" } else { "jam.v1.json" };
        let scale = 6_000.0 / f64::from(edits);
        let most = players.iter().map(|player| player.known().bytes + player.sent).max().unwrap();
        let messages = players.iter().map(|player| player.known().messages).max().unwrap();
        println!(
            "{name}: {edits} edits of each of four: {most} bytes for each, up and down, in {messages} messages; an hour: {:.0} KB",
            most as f64 * scale / 1_000.0
        );
        let before: Vec<u64> = players.iter().map(|player| player.known().bytes).collect();
        if form == Form::Bytes {
            sleep(Duration::from_secs(loops)).await;
            let after: Vec<u64> = players.iter().map(|player| player.known().bytes).collect();
            println!("{loops} s of a pattern that goes round: {} bytes", after[0] - before[0]);
            assert_eq!(after, before);
            // The whole at the beginning is once, whatever is edited after.
            assert!(most as f64 * scale < 500_000.0 + 8_000.0 * scale, "{most}");
        }
    }
}

/// Two nodes could light one device: one of them does, and the other takes over when it goes.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_device_that_two_nodes_share_is_lit_by_one_of_them() {
    let host = in_threads(|| Server::start(&QUIET)).await;
    let code = room(&host);
    let url = format!("{}/{code}", host.ws);
    let start = |url: String| in_threads(move || Server::start(&["--rate-limit", "off", "--join", &url]));
    let (first, second) = (start(url.clone()).await, start(url.clone()).await);
    let controller = lit(&first);
    first.http.put("/api/v1/zones/strip/color", &json!({"color": {"mode": "RGB", "rgb": [200, 0, 0]}}));
    eventually("the first lights it", PATIENCE, || controller.last().filter(|channels| channels[0] > 150));
    eventually("it holds it", PATIENCE, || {
        let participants = host.http.get(&format!("/api/jams/{code}")).json()["jam"]["participants"].clone();
        participants.as_object()?.values().any(|one| one["outputs"] == 8).then_some(())
    });
    let fixture = json!({
        "kind": "ddp", "host": "127.0.0.1", "port": controller.port, "segments": [{"zone": "strip"}], "correction": {"gamma": 1.0},
    });
    second.http.post("/api/v1/zones", &json!({"id": "strip", "pixel_count": 8})).ok();
    second.http.put("/api/v1/zones/strip/color", &json!({"color": {"mode": "RGB", "rgb": [0, 200, 0]}}));
    second.http.put("/api/fixtures/leds", &fixture).ok();
    // Until it has heard that the device is another's, it may send a frame or two.
    sleep(Duration::from_secs(3)).await;
    controller.take();
    sleep(Duration::from_secs(1)).await;
    let told = controller.take();
    let (red, green) = (told.iter().filter(|one| one.1[0] > 150).count(), told.iter().filter(|one| one.1[1] > 150).count());
    assert!(red > 0 && green == 0, "{red} red, {green} green");
    second.http.put("/api/inputs/band", &json!({"kind": "jam", "jam": code, "when_hidden": "keep"})).ok();
    let state = || second.http.get("/api/inputs/band").json()["status"]["state"].as_str().map(str::to_owned);
    eventually("the jam is heard", PATIENCE, || state().filter(|state| state == "playing"));
    host.http.send("DELETE", &format!("/api/jams/{code}"), None, Vec::new()).ok();
    eventually("each lights its own when it is over", PATIENCE, || controller.last().filter(|channels| channels[1] > 150));
    eventually("nothing is heard of it", PATIENCE, || state().filter(|state| state != "playing"));
    first.kill();
    eventually("the second takes over", PATIENCE, || controller.last().filter(|channels| channels[1] > 150));
}
