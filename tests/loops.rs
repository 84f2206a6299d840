//! A loop of videos, pictures and sound that goes round beside a stream: each cut is looked at in what was recorded and sent.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};

use crate::support::coded::{self, Code};
use crate::support::process::{Ended, resident};
use crate::support::server::Server;
use crate::support::{PATIENCE, eventually, let_pass, long_for, media};

const FPS: f64 = 30.0;
/// What lies below the player.
const GROUND: usize = 999;

#[derive(Clone, Copy, PartialEq)]
enum Item {
    /// So many pictures.
    Video(u16),
    /// So many milliseconds.
    Still(u32),
    /// So many samples, none of which ends where a picture or a millisecond does.
    Sound(usize),
}
use Item::{Sound, Still, Video};

const SHORT: [Item; 6] = [Video(60), Video(75), Still(2_000), Sound(100_411), Sound(118_307), Video(66)];

const LONG: [Item; 20] = [
    Video(150),
    Video(211),
    Still(4_000),
    Sound(200_003),
    Sound(155_777),
    Sound(240_101),
    Video(91),
    Still(3_000),
    Still(2_500),
    Video(180),
    Sound(131_313),
    Sound(177_771),
    Video(75),
    Video(76),
    Sound(300_007),
    Still(5_000),
    Sound(144_113),
    Sound(99_991),
    Video(240),
    Still(2_333),
];

impl Item {
    fn seconds(self) -> f64 {
        match self {
            Video(pictures) => f64::from(pictures) / FPS,
            Still(ms) => f64::from(ms) / 1e3,
            Sound(samples) => samples as f64 / 48_000.0,
        }
    }
}

/// What is seen: sounds one after the other are one and the same picture.
fn seen_as(items: &[Item]) -> Vec<Item> {
    let mut seen: Vec<Item> = Vec::new();
    for item in items {
        match (seen.last_mut(), item) {
            (Some(Sound(before)), Sound(more)) => *before += more,
            _ => seen.push(*item),
        }
    }
    seen
}

/// Makes a file for each.
fn files(dir: &Path, items: &[Item]) -> Vec<PathBuf> {
    let (mut samples, mut seen, mut is_after_sound) = (0, 0, false);
    let mut made = Vec::new();
    for (number, item) in items.iter().enumerate() {
        let file = |ending: &str| dir.join(format!("item-{number}.{ending}"));
        seen += usize::from(number > 0 && !(is_after_sound && matches!(item, Sound(_))));
        is_after_sound = matches!(item, Sound(_));
        made.push(match item {
            Video(pictures) => (file("mp4"), coded::video(&file("mp4"), seen, *pictures)).0,
            Still(_) => (file("png"), coded::still(&file("png"), seen)).0,
            Sound(length) => {
                coded::sound(&file("flac"), samples..samples + length);
                samples += length;
                file("flac")
            }
        });
    }
    made
}

fn uploaded(server: &Server, file: &Path) -> Value {
    let name = file.file_name().unwrap().to_str().unwrap();
    let asset = server.http.upload("/api/assets", name, &std::fs::read(file).unwrap()).ok().json();
    asset["id"].clone()
}

/// How long a file is, to the sample and to the picture, is found out by itself, once it is there.
fn looked_through(server: &Server) {
    eventually("all files are looked through", PATIENCE, || {
        let media = server.http.get("/api/media").json();
        media["media"].as_array()?.iter().all(|one| one["processing"] == false).then_some(())
    });
}

fn stage(dir: &Path, items: &[Item]) -> Server {
    let server = Server::start(&["--rate-limit", "off"]);
    server.small();
    // Where nothing is to be seen of the player, this is.
    let ground = dir.join("ground.png");
    coded::still(&ground, GROUND);
    let layers = json!([
        {"id": "ground", "kind": "image", "asset": uploaded(&server, &ground), "width": "100%", "height": "100%"},
        {"id": "player", "kind": "player", "width": "100%", "height": "100%"},
    ]);
    server.http.put("/api/scenes/loop", &json!({ "layers": layers })).ok();
    server.http.post("/api/scenes/loop/take", &json!({})).ok();
    let track = |(file, item): (PathBuf, &Item)| {
        let still_ms = if let Still(ms) = item { json!(ms) } else { Value::Null };
        json!({"asset": uploaded(&server, &file), "still_ms": still_ms})
    };
    let tracks: Vec<Value> = files(dir, items).into_iter().zip(items).map(track).collect();
    looked_through(&server);
    server.http.post("/api/playlists", &json!({"id": "loop", "title": "Loop", "tracks": tracks})).ok();
    server.http.patch("/api/player/settings", &json!({"repeat": "all", "crossfade_ms": 0, "volume": 100})).ok();
    server.record("tape", "mkv");
    server.http.post("/api/stream/start", &json!({})).ok();
    server.wait_for_destination("tape", "live", PATIENCE);
    server
}

/// Takes what is sent until the server says that it is over.
fn pull(server: &Server, to: &Path) -> Ended {
    let mut ffmpeg = Command::new("ffmpeg");
    ffmpeg.args(["-nostdin", "-v", "error", "-i", &server.rtmp, "-c", "copy"]).arg(to).stdin(Stdio::null());
    Ended(ffmpeg.spawn().expect("ffmpeg is installed"))
}

/// What is seen of a loop in a file.
#[derive(Default)]
struct Seen {
    pictures: usize,
    cuts: usize,
    /// Pictures that are not there, or twice, each of which must have been counted.
    off: u64,
    wrong: Vec<String>,
    /// From when to when sounds were heard one after the other.
    sounds: Vec<(f64, f64)>,
}

impl Seen {
    fn of(file: &str, items: &[Item]) -> Self {
        let pictures = coded::pictures(file);
        let is_first = |(_, code): &(f64, Option<Code>)| code.is_some_and(|code| code.item != GROUND);
        let begins = pictures.iter().position(is_first).expect("something is seen");
        let mut seen = Self { pictures: pictures.len() - begins, ..Self::default() };
        let (mut since, (mut before, code)) = (None, pictures[begins]);
        let mut from = code.expect("it is the first that can be read");
        for (at, code) in &pictures[begins + 1..] {
            let Some(to) = code.map(|code| after(items, from, code)) else {
                seen.wrong.push(format!("{at:.3} s: after {from:?} comes what is none of them"));
                continue;
            };
            let steps = ((at - before) * FPS).round() as i64;
            if from.item == to.item {
                let wanted = if matches!(items[from.item], Video(_)) { steps } else { 0 };
                seen.count(i64::from(to.picture) - i64::from(from.picture) - wanted, (from, to), *at);
            } else {
                seen.cut(items, (from, to), steps, *at);
                if let Some(since) = since.replace(*at) {
                    seen.lasted(items[from.item], (since, *at));
                }
            }
            (before, from) = (*at, to);
        }
        seen
    }

    fn cut(&mut self, items: &[Item], (from, to): (Code, Code), steps: i64, at: f64) {
        self.cuts += 1;
        if to.item != (from.item + 1) % items.len() {
            self.wrong.push(format!("{at:.3} s: {to:?} after {from:?}"));
        }
        let left =
            if let Video(pictures) = items[from.item] { i64::from(pictures) - 1 - i64::from(from.picture) } else { 0 };
        let first = if let Video(_) = items[to.item] { i64::from(to.picture) } else { 0 };
        // What is missing on either side is at most what the file itself has left out there.
        self.count((left + first - (steps - 1)).max(0), (from, to), at);
    }

    fn count(&mut self, off: i64, (from, to): (Code, Code), at: f64) {
        if off != 0 {
            self.off += off.unsigned_abs();
            println!("{at:.3} s: {to:?} after {from:?} is off by {off}");
        }
    }

    fn lasted(&mut self, item: Item, (since, at): (f64, f64)) {
        let frames = (at - since - item.seconds()) * FPS;
        // A cut is seen with the frame that it falls into. A frame that was skipped there, and counted, moves it further.
        if frames.abs() > 1.05 {
            println!("{at:.3} s: what ended here was seen for {:.3} s, not {:.3}", at - since, item.seconds());
            self.off += (frames.abs() - 1.0).round() as u64;
        }
        if let Sound(_) = item {
            self.sounds.push((since, at));
        }
    }
}

/// The ground is seen while there is sound.
fn after(items: &[Item], from: Code, code: Code) -> Code {
    let is_sound = matches!(items[from.item], Sound(_));
    match code.item {
        GROUND if is_sound => from,
        GROUND => Code { item: (from.item + 1) % items.len(), picture: code.picture },
        _ => code,
    }
}

/// How much memory it takes, each minute.
fn watch(server: &Server, seconds: u64) -> Vec<u64> {
    let mut found = Vec::new();
    for minute in 1..=seconds.div_ceil(60) {
        let_pass(Duration::from_secs(60.min(seconds - (minute - 1) * 60)));
        found.push(resident(server.pid()) >> 20);
        let (skipped, repeated) =
            (server.metric("marquee_frames_skipped_total"), server.metric("marquee_frames_repeated_total"));
        println!("after {minute} min: {} MB, {skipped} frames skipped, {repeated} repeated", found.last().unwrap());
    }
    found
}

/// The tone goes on from file to file as if it were one.
fn listen(file: &str, sounds: &[(f64, f64)]) -> Vec<String> {
    let samples = media::samples(file);
    let (mut off, mut quietest, mut loudest) = (0.0_f64, 1.0_f64, 1.0_f64);
    let mut wrong = Vec::new();
    for (from, to) in sounds {
        // It comes out of silence, and goes into it.
        let Some(tone) = coded::tone(&samples, from + 0.2, to - 0.2) else { continue };
        (off, quietest, loudest) = (off.max(tone.off), quietest.min(tone.quietest), loudest.max(tone.loudest));
        if tone.off > 0.5 || tone.quietest < 0.9 || tone.loudest > 1.1 {
            wrong.push(format!("{from:.3} s: off by {:.2} samples, {:.2} to {:.2}", tone.off, tone.quietest, tone.loudest));
        }
    }
    println!("{} rows of sound: off by {off:.3} samples at most, {quietest:.3} to {loudest:.3} as loud", sounds.len());
    wrong
}

#[test]
fn soak_loop() {
    let long = long_for(1_800);
    let items: &[Item] = if long.is_some() { &LONG } else { &SHORT };
    let round: f64 = items.iter().map(|item| item.seconds()).sum();
    // Once round, and over its seam.
    let seconds = long.unwrap_or(round as u64 + 5);
    let dir = tempfile::tempdir().unwrap();
    let server = stage(dir.path(), items);
    let pulled = dir.path().join("pulled.mkv");
    let mut puller = pull(&server, &pulled);
    server.http.post("/api/playlists/loop/start", &json!({})).ok();
    let memory = watch(&server, seconds);
    // For one that a decoder was late with, the one before is there twice.
    let lost = server.lost_frames() + 2.0 * server.metric("marquee_input_late_frames_total");
    server.http.post("/api/stream/stop", &json!({})).ok();
    server.wait_for_destination("tape", "stopped", PATIENCE);
    eventually("the puller ends", PATIENCE, || puller.0.try_wait().unwrap());
    println!("rounds of {round:.1} s; sound missing in {} pieces", server.metric("marquee_sound_missing_chunks_total"));
    let shown = seen_as(items);
    for (what, file) in [("recorded", server.recordings()[0].as_path()), ("pulled over RTMP", &pulled)] {
        let file = file.to_str().unwrap();
        let seen = Seen::of(file, &shown);
        println!("{what}: {} pictures, {} cuts, {} off, {lost} counted as lost", seen.pictures, seen.cuts, seen.off);
        let unheard = listen(file, &seen.sounds);
        assert!(seen.wrong.is_empty(), "{what}: {:#?}", seen.wrong);
        assert!(seen.off as f64 <= lost, "{what}: {} off, {lost} counted", seen.off);
        assert!(unheard.is_empty(), "{what}: {unheard:#?}");
        assert!(seen.cuts >= shown.len(), "{what}: {} cuts", seen.cuts);
    }
    is_flat(&memory);
}

/// After three minutes, in which each item was seen once, it does not grow.
fn is_flat(memory: &[u64]) {
    if let Some(settled) = memory.get(2..).filter(|settled| settled.len() > 3) {
        let (first, last) = (settled[0], settled[settled.len() - 1]);
        assert!(last as f64 <= first as f64 * 1.05 + 4.0, "{memory:?} MB");
    }
}
