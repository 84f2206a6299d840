//! What is painted again is what was on air: frame by frame, and sample by sample.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{SystemTime, UNIX_EPOCH};

use image::RgbImage;
use marquee::picture::pattern;
use marquee::show::geometry::Rect;
use serde_json::{Value, json};

use crate::support::server::{Server, binary};
use crate::support::{PATIENCE, eventually, media};

const SIZE: (u32, u32) = (640, 360);
/// Where the counter stands: in a corner, above what moves.
pub const CARD: Rect = Rect { x: 400, y: 20, width: 204, height: 116 };

fn run(arguments: &[&str]) -> Output {
    Command::new(binary()).arg("render").args(arguments).output().expect("it runs")
}

#[track_caller]
fn render(arguments: &[&str]) -> String {
    let output = run(arguments);
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{arguments:?}: {told}");
    told
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[expect(clippy::disallowed_methods, reason = "the server's clock is the system's")]
pub fn now_ms() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as i64
}

/// Something of everything that follows from the show and the time: a clock, a counter, a movement, an animation, a video of the
/// library, something blurred, a group that is seen through.
fn scene(color: &str) -> Value {
    let move_x = json!({"property": "x", "keyframes": [{"at_ms": 0, "value": 0}, {"at_ms": 2000, "value": 300}],
        "repeat": 0});
    json!({"layers": [
        {"id": "back", "kind": "gradient", "from": color, "to": "#102040", "angle": 30},
        {"id": "plasma", "kind": "effect", "animation": "PLASMA", "seed": 7, "columns": 16, "rows": 9,
         "x": 20, "y": 200, "width": 160, "height": 90},
        {"id": "clip", "kind": "input", "input": "clip", "x": 200, "y": 190, "width": 160, "height": 90,
         "filters": [{"kind": "hue", "amount": 60}]},
        {"id": "group", "kind": "group", "x": 380, "y": 180, "width": 200, "height": 120, "opacity": 0.6, "layers": [
            {"id": "paper", "kind": "color", "color": "#ff8800"},
            {"id": "glass", "kind": "backdrop", "x": 20, "y": 20, "width": 100, "height": 60,
             "filters": [{"kind": "blur", "amount": 6}]}]},
        {"id": "runner", "kind": "color", "color": "#ffffff", "y": 150, "width": 60, "height": 20, "animations": [move_x]},
        {"id": "clock", "kind": "text", "x": 20, "y": 20, "size": 36, "text": "{clock} UTC", "color": "#ffd166"},
        {"id": "card", "kind": "pattern", "x": CARD.x, "y": CARD.y, "width": CARD.width, "height": CARD.height, "beep": false}
    ]})
}

/// Four seconds in which no picture is like another, at a rate that is not the canvas', and a sound that rises.
fn clip(file: &Path) {
    let mut ffmpeg = Command::new("ffmpeg");
    ffmpeg.args(["-nostdin", "-v", "error", "-y", "-f", "lavfi", "-i", "testsrc2=s=320x180:r=25", "-f", "lavfi", "-i"]);
    ffmpeg.args(["aevalsrc='0.2*sin(2*PI*(200+50*t)*t)':s=48000", "-t", "4.096", "-ac", "2"]);
    ffmpeg.args(["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-g", "50", "-c:a", "aac"]).arg(file);
    assert!(ffmpeg.status().expect("ffmpeg is installed").success());
}

/// On air, and about to be another scene.
fn on_air(server: &Server) {
    server.small();
    let config = json!({"fps": 20, "bitrate": 8000, "preset": "veryfast", "restart": true});
    server.http.patch("/api/stream/config", &config).ok();
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("clip.mp4");
    clip(&file);
    let asset = server.http.upload("/api/assets", "clip.mp4", &std::fs::read(file).unwrap()).ok().json();
    server.http.put("/api/inputs/clip", &json!({"kind": "video", "asset": asset["id"], "repeat": true})).ok();
    server.http.put("/api/scenes/one", &scene("#400060")).ok();
    server.http.put("/api/scenes/two", &scene("#006040")).ok();
    server.http.post("/api/scenes/one/take", &json!({})).ok();
}

fn counter(picture: &RgbImage) -> Option<u32> {
    let luma = image::DynamicImage::ImageRgb8(picture.clone()).to_luma8();
    pattern::read_counter(luma.as_raw(), SIZE.0 as usize, CARD)
}

/// Pictures of what is on air, by their counters, until that time.
pub fn looked_at_until(server: &Server, end_ms: i64) -> BTreeMap<u32, RgbImage> {
    let mut seen = BTreeMap::new();
    while now_ms() < end_ms {
        let picture = image::load_from_memory(&server.http.get("/api/frame.png").ok().body).unwrap().to_rgb8();
        seen.extend(counter(&picture).map(|counter| (counter, picture)));
    }
    seen
}

/// The score reaches that far.
fn wait_for_score(server: &Server, end_ms: i64) {
    eventually("the score has it all", PATIENCE, || {
        let stretches = server.http.get("/api/score/stretches").ok().json();
        let last = stretches.as_array()?.last()?["to"].as_i64()?;
        (last >= end_ms).then_some(())
    });
}

fn pictures_in(directory: &Path) -> BTreeMap<u32, PathBuf> {
    let entries = std::fs::read_dir(directory).unwrap();
    let named = entries.map(|entry| entry.unwrap().path());
    let number = |path: &PathBuf| path.file_stem().unwrap().to_str().unwrap().parse::<u64>().unwrap() as u32;
    named.map(|path| (number(&path), path)).collect()
}

/// Pictures that the live engine may have shown later than they were due: it was late itself, or what it shows was. Threads that make
/// what it shows, such as animations, are late when it is.
pub fn late(server: &Server) -> f64 {
    let names = ["input_late_frames", "input_dropped_frames", "frames_repeated", "frames_late", "frames_skipped"];
    names.iter().map(|name| server.metric(&format!("marquee_{name}_total"))).sum()
}

/// Pieces of sound, of 10 ms, that were not heard live, or of which an input's part was not there in time.
fn missed(server: &Server) -> f64 {
    server.metric("marquee_sound_skipped_chunks_total") + server.metric("marquee_sound_missing_chunks_total")
}

/// What was on air for a while: beside pictures of it a recording, and the score.
struct Aired {
    server: Server,
    from: i64,
    to: i64,
}

impl Aired {
    fn rendered(&self, output: &Path, more: &[&str]) -> String {
        let (from, to) = (self.from.to_string(), self.to.to_string());
        let arguments = [&[text(&self.server.data_dir), "-o", text(output), "--from", &from, "--to", &to], more].concat();
        render(&arguments)
    }
}

fn frame_hashes(file: &Path) -> String {
    let mut ffmpeg = Command::new("ffmpeg");
    ffmpeg.args(["-nostdin", "-v", "error", "-i"]).arg(file).args(["-map", "0:v", "-f", "framemd5", "-"]);
    let output = ffmpeg.output().expect("ffmpeg is installed");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// Looks at six seconds of what is on air, while `during` (which is told when they begin) changes it, paints them again, and compares.
#[track_caller]
fn is_the_same_again(server: Server, during: impl FnOnce(&Server, i64)) {
    let dir = tempfile::tempdir().unwrap();
    // A file is not open at once.
    looked_at_until(&server, now_ms() + 2_000);
    let (before, from) = (late(&server), now_ms());
    during(&server, from);
    let mut to = from + 6_000;
    let mut live = looked_at_until(&server, to);
    // On a busy machine each picture takes its time.
    while live.len() < 24 && to < from + 60_000 {
        to += 1_000;
        live.extend(looked_at_until(&server, to));
    }
    let late = late(&server) - before;
    wait_for_score(&server, to);
    let frames = dir.path().join("frames");
    // Beside the server, which goes on.
    let told = Aired { server, from, to }.rendered(&frames.join("%d.png"), &[]);
    let painted = pictures_in(&frames);
    let expected = ((to - from) / 50) as usize;
    assert!(told.contains(&format!("{expected} frames")) && painted.len() == expected, "{told}");
    let (mut compared, mut other) = (0, Vec::new());
    for (number, live) in &live {
        let Some(path) = painted.get(number) else { continue };
        let again = image::open(path).unwrap().to_rgb8();
        assert_eq!(counter(&again), Some(*number), "its name is its number");
        compared += 1;
        if again != *live {
            other.push(*number);
            if let Some(keep) = std::env::var_os("MARQUEE_KEEP") {
                live.save(Path::new(&keep).join(format!("{number}-live.png"))).unwrap();
                again.save(Path::new(&keep).join(format!("{number}-again.png"))).unwrap();
            }
        }
    }
    assert!(compared >= 20, "{compared} frames were compared");
    // Only where the live one was late may it have shown something older.
    assert!(other.len() as f64 <= late, "{} of {compared} differ ({late} were late): {other:?}", other.len());
}

#[test]
fn every_frame_is_the_one_that_was_on_air() {
    let server = Server::start(&["--rate-limit", "off"]);
    on_air(&server);
    is_the_same_again(server, |server, from| {
        // In the midst of it, with a fade, at a time that is not a frame's.
        let take = json!({"command": "take_scene", "scene": "two", "transition": {"kind": "fade", "duration_ms": 1500}});
        server.http.post("/api/batch", &json!({"commands": [take], "at": from + 2_013})).ok();
    });
}

/// Sixteen pictures, of 70 ms each.
fn animation(file: &Path) {
    let mut ffmpeg = Command::new("ffmpeg");
    ffmpeg.args(["-nostdin", "-v", "error", "-y", "-f", "lavfi", "-i", "testsrc2=s=96x64:r=14.2857", "-frames:v", "16"]);
    assert!(ffmpeg.arg(file).status().expect("ffmpeg is installed").success());
}

#[test]
fn what_the_player_plays_and_what_moves_by_itself_is_the_same_again() {
    let server = Server::start(&["--rate-limit", "off"]);
    on_air(&server);
    let dir = tempfile::tempdir().unwrap();
    let upload = |name: &str| {
        let path = dir.path().join(name);
        if name.ends_with("gif") {
            animation(&path)
        } else {
            clip(&path)
        }
        server.http.upload("/api/assets", name, &std::fs::read(path).unwrap()).ok().json()["id"].clone()
    };
    let (gif, film) = (upload("a.gif"), upload("b.mp4"));
    // Each track is a piece of the same film; the first ends in the midst of what is looked at.
    let tracks = json!([{"id": "t1", "asset": film}, {"id": "t2", "asset": film}]);
    server.http.post("/api/playlists", &json!({"id": "mix", "title": "Mix", "tracks": tracks})).ok();
    server.http.patch("/api/player/settings", &json!({"repeat": "all"})).ok();
    let card = json!({"id": "card", "kind": "pattern", "x": CARD.x, "y": CARD.y, "width": CARD.width, "height": CARD.height,
        "beep": false});
    let layers = json!([
        {"id": "film", "kind": "player", "part": "picture", "x": 0, "y": 0, "width": 320, "height": 180},
        {"id": "gif", "kind": "image", "asset": gif, "x": 20, "y": 200, "width": 192, "height": 128},
        {"id": "inner", "kind": "scene", "scene": "one", "x": 400, "y": 200, "width": 160, "height": 90},
        card
    ]);
    server.http.put("/api/scenes/three", &json!({"layers": layers})).ok();
    server.http.post("/api/scenes/three/take", &json!({})).ok();
    server.http.post("/api/playlists/mix/start", &json!({})).ok();
    is_the_same_again(server, |_, _| {});
}

/// Luma of every picture, by its counter, and the recording's time of it.
fn lumas(file: &Path) -> BTreeMap<u32, (f64, Vec<u8>)> {
    let size = (SIZE.0 as usize, SIZE.1 as usize);
    let look = |luma: &[u8]| (pattern::read_counter(luma, size.0, CARD), luma.to_vec());
    let seen = media::looked_at(text(file), size, look).into_iter();
    seen.filter_map(|(at, (counter, luma))| Some((counter?, (at, luma)))).collect()
}

fn psnr(one: &[u8], other: &[u8]) -> f64 {
    let squares: f64 = one.iter().zip(other).map(|(one, other)| f64::from(one.abs_diff(*other)).powi(2)).sum();
    10.0 * (255.0_f64.powi(2) * one.len() as f64 / squares.max(1e-9)).log10()
}

/// How much louder the sound is than what differs, in dB.
fn likeness(one: &[f32], other: &[f32]) -> f64 {
    let energy: f64 = one.iter().map(|sample| f64::from(*sample).powi(2)).sum();
    let error: f64 = one.iter().zip(other).map(|(one, other)| f64::from(one - other).powi(2)).sum();
    10.0 * (energy / error.max(1e-12)).log10()
}

/// Coded pictures, live and later, are each this near to what was painted, at least.
const FLOOR_DB: f64 = 40.0;
/// AAC at 128 kbit/s of a rising tone.
const SOUND_FLOOR_DB: f64 = 15.0;
/// 20 ms: about what AAC codes at once.
const PIECE: usize = 960;

/// How many samples later a second of sound is heard than where it is looked for, and how many pieces of it are other than they were.
fn heard_again(mixed: &[f32], heard: &[f32], place: usize) -> (i64, usize) {
    let later = |lag: usize| &heard[(place + lag).saturating_sub(2_048)..][..mixed.len()];
    // Most of it is alike where it lies right, whatever a piece that is missing does to the whole.
    let alike = |lag: usize| {
        let pieces = mixed.chunks_exact(PIECE).zip(later(lag).chunks_exact(PIECE));
        pieces.filter(|(one, other)| likeness(one, other) >= SOUND_FLOOR_DB).count()
    };
    let (most, lag) = (0..4_096).map(|lag| (alike(lag), lag)).max_by_key(|(alike, _)| *alike).unwrap();
    (lag as i64 - 2_048, mixed.len() / PIECE - most)
}

#[test]
fn a_film_looks_and_sounds_as_the_recording_does() {
    let server = Server::start(&["--rate-limit", "off", "--live"]);
    on_air(&server);
    server.record("tape", "mkv");
    server.wait_for_destination("tape", "live", PATIENCE);
    let from = now_ms() + 2_000;
    let to = from + 4_000;
    let before = (late(&server), missed(&server), server.lost_frames());
    looked_at_until(&server, to + 1_000);
    wait_for_score(&server, to);
    let (late, missed) = (late(&server) - before.0, missed(&server) - before.1);
    let lost = server.lost_frames() - before.2;
    server.http.send("DELETE", "/api/destinations/tape", None, Vec::new()).ok();
    eventually("the recording is closed", PATIENCE, || {
        (server.http.get("/api/recordings").json()[0]["recording"] == false).then_some(())
    });
    let dir = tempfile::tempdir().unwrap();
    let (film, sound) = (dir.path().join("a.mp4"), dir.path().join("a.wav"));
    let aired = Aired { server, from, to };
    aired.rendered(&film, &["--quality", "10"]);
    aired.rendered(&sound, &[]);
    let tape = aired.server.recordings()[0].clone();
    let (live, again) = (lumas(&tape), lumas(&film));
    assert_eq!(again.len(), 80);
    let near: Vec<f64> = again.iter().filter_map(|(counter, (_, luma))| Some(psnr(&live.get(counter)?.1, luma))).collect();
    let far: Vec<f64> = near.iter().copied().filter(|near| *near < FLOOR_DB).collect();
    // Only where the live one was late may it have shown something older.
    assert!(!near.is_empty() && (80 - near.len()) as f64 <= lost, "{} of 80 ({lost} were lost)", near.len());
    assert!(far.len() as f64 <= late, "of {} ({late} were late): {far:.1?}", near.len());
    // The first sample is that of the first frame, and the recording says where that is, or one that follows it.
    let (heard, mixed) = (media::samples(text(&tape)), media::samples(text(&sound)));
    assert_eq!(mixed.len(), 4 * 48_000);
    let first = again.keys().next().unwrap();
    let (number, (at, _)) = live.range(first..).next().expect("a frame was recorded");
    let at = (at - f64::from(number - first) / 20.0) * 48_000.0;
    let (lag, other) = heard_again(&mixed[48_000..96_000], &heard, at.round() as usize + 48_000);
    println!("{lag} samples later, {other} of 50 pieces are other; {missed} were missed");
    // The encoder's own beginning is a millisecond or two, whatever is said of it.
    assert!(lag.abs() <= 1_100, "{lag} samples later");
    // A piece that is missing is heard in those beside it too.
    assert!(other as f64 <= 3.0 * missed, "{other} of 50 pieces are other, {missed} were missed");
}

#[test]
fn the_same_stretch_gives_the_same_frames_and_samples_from_whatever_it_is_read() {
    let server = Server::start(&["--rate-limit", "off"]);
    on_air(&server);
    let from = now_ms() + 200;
    let to = from + 2_000;
    wait_for_score(&server, to);
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name);
    let score = server.http.get(&format!("/api/score?from={from}&to={to}")).ok().body;
    assert!(score.len() > 500 && score.starts_with(b"{\"marquee_score\":1,"));
    std::fs::write(path("part.score"), score).unwrap();
    server.http.get(&format!("/api/score?from={to}&to={from}")).refused(400, "invalid_query");
    server.http.get("/api/score?from=1000&to=2000").refused(404, "stretch_not_found");
    let aired = Aired { server, from, to };
    for name in ["a.y4m", "b.y4m", "a.wav", "b.wav", "a.mp4"] {
        aired.rendered(&path(name), &[]);
    }
    let read = |name: &str| std::fs::read(path(name)).unwrap();
    assert!(read("a.y4m") == read("b.y4m") && read("a.wav") == read("b.wav"));
    assert_eq!(read("a.wav").len(), 44 + 2 * 48_000 * 8);
    // One core instead of all.
    let mut alone = Command::new("taskset");
    alone.args(["-c", "0"]).arg(binary()).arg("render").arg(&aired.server.data_dir).arg("-o").arg(path("b.mp4"));
    alone.args(["--from", &from.to_string(), "--to", &to.to_string()]);
    assert!(alone.output().expect("taskset is installed").status.success());
    assert_eq!(frame_hashes(&path("a.mp4")), frame_hashes(&path("b.mp4")));
    // From what was fetched, with the server gone.
    let assets = aired.server.data_dir.join("assets");
    let kept = tempfile::tempdir().unwrap();
    for entry in std::fs::read_dir(&assets).unwrap() {
        let entry = entry.unwrap();
        std::fs::copy(entry.path(), kept.path().join(entry.file_name())).unwrap();
    }
    drop(aired);
    render(&[text(&path("part.score")), "-o", text(&path("c.y4m")), "--assets", text(kept.path())]);
    assert!(read("a.y4m") == read("c.y4m"));
    // Without its video it would not be what was on air.
    let output = run(&[text(&path("part.score")), "-o", text(&path("d.y4m")), "--assets", text(dir.path())]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("--assets"));
    assert_eq!(names(dir.path()), ["a.mp4", "a.wav", "a.y4m", "b.mp4", "b.wav", "b.y4m", "c.y4m", "part.score"]);
}

fn names(directory: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(directory).unwrap();
    let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn a_render_that_is_killed_leaves_no_half_film() {
    let server = Server::start(&["--rate-limit", "off"]);
    server.small();
    let (dir, films) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (show, film) = (dir.path().join("show.tar"), films.path().join("film.mp4"));
    std::fs::write(&show, server.http.get("/api/export").ok().body).unwrap();
    let mut endless = Command::new(binary());
    endless.arg("render").arg(&show).arg("-o").arg(&film).args(["--seconds", "86400"]).stderr(Stdio::null());
    let mut endless = endless.spawn().unwrap();
    eventually("it is being painted", PATIENCE, || (!names(films.path()).is_empty()).then_some(()));
    assert_eq!(names(films.path()), [".film.mp4.part"]);
    endless.kill().unwrap();
    endless.wait().unwrap();
    assert!(!film.exists());
    // What it left is written over by the next one.
    render(&[text(&show), "-o", text(&film), "--seconds", "0.2"]);
    assert_eq!(names(films.path()), ["film.mp4"]);
}

#[test]
fn it_is_drawn_at_any_size_and_what_was_not_kept_is_told() {
    let server = Server::start(&["--rate-limit", "off"]);
    server.small();
    server.http.put("/api/inputs/cam", &json!({"kind": "published", "key": "s3cret"})).ok();
    let layers = json!([
        {"id": "back", "kind": "color", "color": "#0000ff"},
        {"id": "cam", "kind": "input", "input": "cam", "x": 0, "y": 0, "width": 64, "height": 36},
        {"id": "box", "kind": "color", "color": "#ff0000", "x": 320, "y": 180, "width": 160, "height": 90}
    ]);
    server.http.put("/api/scenes/a", &json!({"layers": layers})).ok();
    server.http.post("/api/scenes/a/take", &json!({})).ok();
    let from = now_ms();
    let archive = server.http.get("/api/export").ok().body;
    wait_for_score(&server, from + 500);
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name);
    let aired = Aired { server, from, to: from + 500 };
    let told = aired.rendered(&path("wide/%d.png"), &["--size", "1920x1080"]);
    assert!(told.contains("the input cam (a stream that somebody pushed) was not kept"), "{told}");
    aired.rendered(&path("high/%d.png"), &["--size", "1080x1080"]);
    let first = |name: &str| {
        let pictures = pictures_in(&path(name));
        image::open(pictures.values().next().unwrap()).unwrap().to_rgb8()
    };
    let wide = first("wide");
    let is = |picture: &RgbImage, (x, y): (u32, u32), color: [u8; 3]| {
        let seen = picture.get_pixel(x, y).0;
        assert!(seen.iter().zip(color).all(|(seen, meant)| seen.abs_diff(meant) < 8), "{seen:?} at {x}, {y}");
    };
    // To the pixel: three times as large.
    for (at, color) in
        [((959, 540), [0, 0, 255]), ((960, 541), [255, 0, 0]), ((1_439, 808), [255, 0, 0]), ((1_441, 811), [0, 0, 255])]
    {
        is(&wide, at, color);
    }
    let high = first("high");
    for (at, color) in
        [((540, 200), [0, 0, 0]), ((540, 240), [0, 0, 255]), ((600, 600), [255, 0, 0]), ((540, 860), [0, 0, 0])]
    {
        is(&high, at, color);
    }
    // An exported show, as it stands.
    std::fs::write(path("show.tar"), archive).unwrap();
    render(&[text(&path("show.tar")), "-o", text(&path("still/%d.png")), "--seconds", "0.2"]);
    is(&first("still"), (400, 220), [255, 0, 0]);
    // What can not be done is said, and nothing is written.
    for (arguments, code, words) in [
        (vec![text(&aired.server.data_dir), "-o", "x.mp4"], 1, "--seconds"),
        (
            vec![text(&aired.server.data_dir), "-o", "x.mp4", "--from", "1000", "--seconds", "5"],
            1,
            "that stretch is not all there",
        ),
        (vec![text(dir.path()), "-o", "x.mp4", "--seconds", "5"], 1, "neither a data directory"),
        (vec!["/none", "-o", "x.mp4", "--seconds", "5"], 1, "/none"),
        (vec![text(&aired.server.data_dir), "-o", "x.avi", "--seconds", "5"], 64, ".mp4"),
        (vec![text(&aired.server.data_dir), "--seconds", "5"], 64, "--output"),
        (vec![text(&aired.server.data_dir), "-o", "x.mp4", "--size", "11x11"], 64, "even numbers"),
    ] {
        let output = run(&arguments);
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {told}");
        assert!(told.contains(words), "{arguments:?}: {told}");
    }
    let there = path("show.tar");
    std::fs::write(path("there.y4m"), "mine").unwrap();
    let output = run(&[text(&there), "-o", text(&path("there.y4m")), "--seconds", "1"]);
    assert_eq!((output.status.code(), std::fs::read(path("there.y4m")).unwrap()), (Some(1), b"mine".to_vec()));
}
