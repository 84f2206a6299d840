//! A jam that was played is played again, and painted again: it is the same.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use image::RgbImage;
use marquee::effect::jam::JamPainter;
use marquee::effect::plane::Plane;
use marquee::effect::senses::Senses;
use marquee::jam::ask::{Ask, Bar, ModuleChange};
use marquee::jam::evolve::evolve;
use marquee::jam::fingerprint::fingerprint;
use marquee::jam::recording::Recording;
use marquee::jam::wire::frame::Hello;
use marquee::picture::pattern;
use marquee::show::geometry::Rect;
use marquee::show::jam::Jam;
use marquee::show::jam::event::{JamEvent, Step, Struck};
use marquee::show::jam::module::Module;
use marquee::show::jam::music::ColorMode;
use marquee::show::jam::pattern::PatternId;
use marquee::show::time::ShowTime;
use serde_json::json;
use tokio::time::sleep;

use crate::support::jammer::{Form, Jammer};
use crate::support::server::{Server, binary};
use crate::support::{PATIENCE, eventually};

const QUIET: [&str; 2] = ["--rate-limit", "off"];

fn room(server: &Server) -> String {
    let made = server.http.post("/api/jams", &json!({"name": "test", "by": "Host", "open": true})).ok().json();
    made["code"].as_str().unwrap().to_owned()
}

fn step(track: u8, step: u8, extra: u8) -> Ask {
    Ask::DrumStep(Step { pattern: PatternId::default(), track, step, enabled: true, velocity: 100, extra })
}

fn note(note: u8, on: bool) -> Ask {
    Ask::Note(Struck { note, velocity: 90, module: Module::Piano, on })
}

async fn in_threads<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    tokio::task::spawn_blocking(work).await.unwrap()
}

async fn joined(server: &Server, code: &str) -> Jammer {
    let hello = Hello { code: code.to_owned(), name: "Ada".to_owned(), ..Hello::default() };
    Jammer::join(&server.ws, Form::Bytes, hello, None).await.unwrap()
}

/// A bit of everything, for two seconds.
async fn play(ada: &mut Jammer) {
    ada.done((0..16).step_by(4).map(|place| step(0, place, 0)).collect()).await;
    // One of them by chance, one of them three times.
    ada.done(vec![step(2, 2, 50), step(2, 6, 3 << 4)]).await;
    ada.done(vec![Ask::PlaybackControl { is_playing: true }]).await;
    for key in [60, 64, 67] {
        ada.done(vec![note(key, true)]).await;
        sleep(Duration::from_millis(150)).await;
    }
    ada.done(vec![note(64, false), Ask::ColorMode { mode: ColorMode::Spectrum }]).await;
    ada.done(vec![Ask::TempoChange { tempo: 140.0 }]).await;
    sleep(Duration::from_millis(700)).await;
    ada.done(vec![Ask::Bar(Bar { swing: Some(30), ..Bar::default() }), note(72, true)]).await;
}

fn recording(server: &Server, code: &str) -> (String, Recording) {
    let listed = server.http.get("/api/jam-recordings").ok().json();
    let listed = listed.as_array().unwrap().iter().find(|one| one["code"] == code).expect("it is kept").clone();
    let id = listed["id"].as_str().unwrap().to_owned();
    let text = server.http.get(&format!("/api/jam-recordings/{id}")).ok().text();
    (id, Recording::from_lines(text.lines()).expect("it is read"))
}

/// What was played after each thing that was played, but for who came and went.
fn fingerprints(recording: &Recording) -> Vec<String> {
    let mut jam = recording.beginning.clone();
    let mut all = Vec::new();
    for entry in &recording.entries {
        evolve(&mut jam, entry);
        let is_of_somebody = matches!(
            entry.event,
            JamEvent::Joined { .. } | JamEvent::Presence { .. } | JamEvent::Host { .. } | JamEvent::Room { .. }
        );
        all.extend((!is_of_somebody).then(|| fingerprint(&jam)));
    }
    all
}

/// Four seconds of light, from a second before the newest tempo on.
fn light(jam: &Jam) -> Vec<[f32; 3]> {
    let plane = Plane::matrix(16, 16);
    let (mut painter, mut all) = (JamPainter::new(&plane), Vec::new());
    let origin = jam.course.newest().time_origin.micros() - 1_000_000;
    for frame in 0..240 {
        let mut out = vec![[0.0; 3]; plane.points.len()];
        painter.paint(jam, ShowTime(origin + frame * 16_667), &Senses::default(), &mut out);
        all.extend(out);
    }
    all
}

/// Each state on the way is the same, and so is the light of the last one.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_played_again_is_the_same() {
    let server = in_threads(|| Server::start(&QUIET)).await;
    let code = room(&server);
    let mut ada = joined(&server, &code).await;
    play(&mut ada).await;
    let live = ada.jam();
    let told = server.http.get(&format!("/api/jams/{code}")).ok().json();
    assert_eq!(told["fingerprint"], json!(fingerprint(&live)), "server and player hold the same");
    let (id, first) = recording(&server, &code);
    assert_eq!(fingerprints(&first).last(), Some(&fingerprint(&live)));

    let again = server.http.post(&format!("/api/jam-recordings/{id}/replay"), &json!({"by": "Eve"})).ok().json();
    let again = again["code"].as_str().unwrap().to_owned();
    let eve = joined(&server, &again).await;
    eve.until("it has been played again", |known| {
        known.jam.as_ref().is_some_and(|jam| fingerprint(jam) == fingerprint(&live))
    })
    .await;
    let (_, second) = recording(&server, &again);
    assert_eq!(fingerprints(&second)[1..], fingerprints(&first), "behind the whole that it begins with");
    let (lit, lit_again) = (light(&live), light(&eve.jam()));
    assert!(lit.iter().flatten().any(|level| *level > 0.5));
    assert_eq!(lit, lit_again);
}

fn render(arguments: &[&str]) -> String {
    let output = Command::new(binary()).arg("render").args(arguments).output().expect("it runs");
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{arguments:?}: {told}");
    told
}

const SIZE: (u32, u32) = (640, 360);
/// Where the counter stands.
const CARD: Rect = Rect { x: 400, y: 20, width: 204, height: 116 };

/// The number of the newest frame that has this counter: its lower half.
#[expect(clippy::disallowed_methods, reason = "the server's clock is the system's")]
fn numbered(counter: u32) -> u64 {
    let newest = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as u64 / 50;
    newest - u64::from((newest as u32).wrapping_sub(counter))
}

/// Pictures of what is on air, by their counters.
fn looked_at(server: &Server, count: usize) -> BTreeMap<u32, RgbImage> {
    let mut seen = BTreeMap::new();
    eventually("enough pictures", PATIENCE, || {
        let picture = image::load_from_memory(&server.http.get("/api/frame.png").ok().body).unwrap().to_rgb8();
        let luma = image::DynamicImage::ImageRgb8(picture.clone()).to_luma8();
        let counter = pattern::read_counter(luma.as_raw(), SIZE.0 as usize, CARD);
        seen.extend(counter.map(|counter| (counter, picture)));
        (seen.len() >= count).then_some(())
    });
    seen
}

/// Where no counter stands.
fn beside_the_card(picture: &RgbImage) -> Vec<u8> {
    let rows = picture.enumerate_pixels().filter(|(x, _, _)| *x < CARD.x as u32);
    rows.flat_map(|(_, _, pixel)| pixel.0).collect()
}

fn path(directory: &Path, name: &str) -> String {
    directory.join(name).to_str().unwrap().to_owned()
}

/// The recording of a jam that was on air, at the rate and the size that it had there.
#[test]
fn what_is_painted_again_is_what_was_seen() {
    let server = Server::start(&QUIET);
    server.small();
    server.http.patch("/api/stream/config", &json!({"fps": 20, "restart": true})).ok();
    let code = room(&server);
    let card = json!({"id": "card", "kind": "pattern", "x": CARD.x, "y": CARD.y, "width": CARD.width, "height": CARD.height,
        "beep": false});
    let scene = json!({"layers": [{"id": "jam", "kind": "jam", "jam": code}, card]});
    server.http.put("/api/scenes/stage", &scene).ok();
    server.http.post("/api/scenes/stage/take", &json!({})).ok();
    let played = tokio::runtime::Runtime::new().unwrap();
    let seen = played.block_on(async {
        let mut ada = joined(&server, &code).await;
        // What is heard is not: nothing of it is on air.
        let (volume, opacity, blend) = (None, None, None);
        let dark = ModuleChange { module: Module::DjVisualizer, enabled: Some(false), volume, opacity, blend };
        ada.done(vec![Ask::Module(dark)]).await;
        ada.done((0..16).step_by(2).map(|place| step(place % 8, place, 0)).collect()).await;
        ada.done(vec![Ask::PlaybackControl { is_playing: true }]).await;
        sleep(Duration::from_secs(3)).await;
        tokio::task::block_in_place(|| looked_at(&server, 30))
    });
    let (id, _) = recording(&server, &code);
    let dir = tempfile::tempdir().unwrap();
    let file = path(dir.path(), "jam.jsonl");
    std::fs::write(&file, server.http.get(&format!("/api/jam-recordings/{id}")).ok().body).unwrap();

    let (first, last) = (seen.keys().min().copied().unwrap(), seen.keys().max().copied().unwrap());
    let numbers = numbered(first);
    let at = |number: u64| (number * 50).to_string();
    // Some before the first one, too.
    let (from, to) = (at(numbers - 5), at(numbers + u64::from(last - first) + 1));
    let stretch = ["--from", &from, "--to", &to, "--fps", "20", "--size", "640x360"];
    let pictures = dir.path().join("frames");
    std::fs::create_dir(&pictures).unwrap();
    let told = render(&[&[&file, "-o", &path(&pictures, "%d.png")], &stretch[..]].concat());
    let painted = |number: u64| {
        let file = pictures.join(format!("{number}.png"));
        image::open(file).ok().map(|picture| beside_the_card(&picture.to_rgb8()))
    };
    let mut on_time = 0;
    for (counter, live) in &seen {
        let (number, live) = (numbers + u64::from(counter - first), beside_the_card(live));
        // The thread that paints it may be late on a busy machine; then what it painted last is seen.
        let age = (0..5).find(|age| painted(number - age).as_ref() == Some(&live));
        assert!(age.is_some(), "frame {number} was never painted so\n{told}");
        on_time += usize::from(age == Some(0));
    }
    assert!(2 * on_time > seen.len(), "{on_time} of {} were on time", seen.len());
    let struck = seen.values().filter(|picture| beside_the_card(picture).iter().any(|level| *level > 120)).count();
    assert!(struck > 0, "nothing was struck");

    for name in ["one.y4m", "two.y4m", "heard.wav"] {
        render(&[&[&file, "-o", &path(dir.path(), name)], &stretch[..]].concat());
    }
    let read = |name: &str| std::fs::read(dir.path().join(name)).unwrap();
    assert!(read("one.y4m") == read("two.y4m"), "twice the same");
    let wave = read("heard.wav");
    let samples = wave[44..].chunks_exact(4).map(|sample| f32::from_le_bytes(sample.try_into().unwrap()));
    let loudest = samples.fold(0.0, |loudest: f32, sample| loudest.max(sample.abs()));
    assert!(loudest > 0.1, "its drums are heard: {loudest}");
}
