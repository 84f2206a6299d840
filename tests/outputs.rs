//! Where the stream goes beside RTMP and files: SRT, HLS, several renditions, replays, and ways that are too narrow.

use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde_json::{Value, json};

use crate::support::nginx::Nginx;
use crate::support::process::Ended;
use crate::support::server::Server;
use crate::support::throttle::Throttle;
use crate::support::{PATIENCE, eventually, free_port, let_pass, media, npm};

const PASSPHRASE: &str = "correct-horse";

fn on_air() -> Server {
    let server = Server::start(&[]);
    server.small();
    server.pattern_on_air();
    server.http.post("/api/stream/start", &json!({})).ok();
    server
}

/// Listens for a stream, and writes it into a file.
fn srt_listener(port: u16, passphrase: &str, file: &Path) -> Ended {
    let address = format!("srt://127.0.0.1:{port}?mode=listener&passphrase={passphrase}&pbkeylen=16");
    let out = std::fs::File::create(file).unwrap();
    let mut srt = Command::new("srt-live-transmit");
    srt.args(["-q", "-a:yes", &address, "file://con"]).stdin(Stdio::null()).stdout(out).stderr(Stdio::null());
    Ended(srt.spawn().expect("srt-tools are installed"))
}

fn size(file: &Path) -> u64 {
    std::fs::metadata(file).map_or(0, |file| file.len())
}

#[test]
fn srt_reaches_whoever_has_the_passphrase_and_comes_back_after_the_peer_was_away() {
    let dir = tempfile::tempdir().unwrap();
    let (port, file) = (free_port(), dir.path().join("got.ts"));
    let listener = srt_listener(port, PASSPHRASE, &file);
    let server = on_air();
    let url = format!("srt://127.0.0.1:{port}");
    let destination = json!({"kind": "srt", "url": url, "passphrase": PASSPHRASE, "streamid": "#!::r=program,m=publish"});
    server.http.put("/api/destinations/out", &destination).ok();
    server.wait_for_destination("out", "live", PATIENCE);
    eventually("some seconds have come", PATIENCE, || (size(&file) > 200_000).then_some(()));
    drop(listener);
    server.wait_for_destination("out", "backing_off", PATIENCE);
    let again = dir.path().join("again.ts");
    let _listener = srt_listener(port, PASSPHRASE, &again);
    server.wait_for_destination("out", "live", PATIENCE);
    eventually("it comes again", PATIENCE, || (size(&again) > 200_000).then_some(()));
    for file in [&file, &again] {
        // The second one still grows.
        let copy = file.with_extension("copy.ts");
        std::fs::copy(file, &copy).unwrap();
        let pictures = media::pictures(copy.to_str().unwrap(), 640, 360);
        assert!(pictures.len() > 30, "{} pictures", pictures.len());
        // The last picture was being sent when the file was taken, and a decoder repeats the one before where it has no more.
        let pictures = &pictures[..pictures.len() - 1];
        let lost = server.lost_frames();
        let missing = media::missing_frames(pictures);
        assert!(missing as f64 <= lost, "{missing} missing, {lost} counted");
    }
    let view = server.http.get("/api/destinations/out").text();
    assert!(!view.contains(PASSPHRASE) && view.contains("\"passphrase_set\":true"), "{view}");
    assert!(!server.log().contains(PASSPHRASE), "the passphrase is in no log");
}

#[test]
fn srt_with_another_passphrase_gets_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let (port, file) = (free_port(), dir.path().join("got.ts"));
    let _listener = srt_listener(port, PASSPHRASE, &file);
    let server = on_air();
    let url = format!("srt://127.0.0.1:{port}");
    server.http.put("/api/destinations/out", &json!({"kind": "srt", "url": url, "passphrase": "wrong-horse-1"})).ok();
    server.record("file", "mkv");
    server.wait_for_destination("out", "backing_off", PATIENCE);
    server.wait_for_destination("file", "live", PATIENCE);
    let_pass(Duration::from_secs(2));
    assert_eq!(size(&file), 0);
    assert!(!server.log().contains("wrong-horse"));
    // And one that is too short is never kept.
    let short = json!({"kind": "srt", "url": url, "passphrase": "short"});
    server.http.put("/api/destinations/out", &short).refused(400, "invalid_destination");
}

/// What ffmpeg says, and how it ended, after some seconds of an address.
fn watched(address: &str) -> (bool, String) {
    let mut ffmpeg = Command::new("timeout");
    ffmpeg.args(["150", "ffmpeg", "-nostdin", "-v", "fatal", "-stats", "-i", address, "-t", "3", "-f", "null", "-"]);
    let output = ffmpeg.output().expect("ffmpeg is installed");
    (output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned())
}

#[test]
fn several_callers_of_an_srt_listener_get_the_program_and_one_without_the_passphrase_does_not() {
    let server = on_air();
    let port = free_port();
    let url = format!("srt://127.0.0.1:{port}");
    let destination = json!({"kind": "srt", "mode": "listener", "url": url, "passphrase": PASSPHRASE});
    server.http.put("/api/destinations/open", &destination).ok();
    server.wait_for_destination("open", "live", PATIENCE);
    let right = format!("{url}?mode=caller&passphrase={PASSPHRASE}&pbkeylen=16");
    let wrong = format!("{url}?mode=caller&passphrase=wrong-horse-1&pbkeylen=16");
    let watchers: Vec<_> =
        [&right, &right, &wrong].into_iter().cloned().map(|address| std::thread::spawn(move || watched(&address))).collect();
    let seen: Vec<_> = watchers.into_iter().map(|watcher| watcher.join().unwrap()).collect();
    assert!(seen[0].0 && seen[1].0, "{seen:?}");
    assert!(!seen[2].0, "{seen:?}");
    assert_eq!(server.destination_state("open"), "live");
}

/// Noise that jumps about, so that an encoder needs all the bits that it is given. Until it is dropped.
struct Unrest(Arc<AtomicBool>);

impl Unrest {
    fn on_air(server: &Server) -> Self {
        let noise = image::GrayImage::from_fn(960, 640, |_, _| image::Luma([fastrand::u8(..)]));
        let mut png = std::io::Cursor::new(Vec::new());
        noise.write_to(&mut png, image::ImageFormat::Png).unwrap();
        let asset = server.http.upload("/api/assets", "noise.png", png.get_ref()).ok().json()["id"].clone();
        let layer = json!({"id": "noise", "kind": "image", "asset": asset});
        server.http.put("/api/scenes/unrest", &json!({"layers": [layer]})).ok();
        server.http.post("/api/scenes/unrest/take", &json!({})).ok();
        let (ended, http) = (Arc::new(AtomicBool::new(false)), server.http.clone());
        let told = ended.clone();
        std::thread::spawn(move || {
            while !told.load(Ordering::Relaxed) {
                let place = json!({"x": -fastrand::i32(0..300), "y": -fastrand::i32(0..270)});
                let body = place.to_string().into_bytes();
                let _ = http.try_send("PATCH", "/api/scenes/unrest/layers/noise", Some("application/json"), body);
                let_pass(Duration::from_millis(40));
            }
        });
        Self(ended)
    }
}

impl Drop for Unrest {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

fn low_rendition(server: &Server) {
    let config =
        json!({"renditions": [{"id": "low", "height": 180, "bitrate": 300}], "keyFrameInterval": 1, "restart": true});
    server.http.patch("/api/stream/config", &config).ok();
}

#[test]
fn players_find_all_renditions_of_an_hls_destination() {
    let server = on_air();
    let unknown = json!({"kind": "hls", "renditions": ["main", "low"]});
    server.http.put("/api/destinations/web", &unknown).refused(422, "rendition_missing");
    low_rendition(&server);
    server
        .http
        .put("/api/destinations/web", &json!({"kind": "hls", "segment_ms": 1000, "renditions": ["main", "low"]}))
        .ok();
    server.http.patch("/api/stream/config", &json!({"renditions": []})).refused(409, "rendition_in_use");
    let master = format!("{}/hls/web/master.m3u8", server.http.base);
    eventually("both can be played", PATIENCE, || {
        let text = server.http.get("/hls/web/master.m3u8").text();
        (text.contains("main/index.m3u8") && text.contains("low/index.m3u8")).then_some(())
    });
    let probed = media::probe(&master, &["-show_entries", "stream=codec_name,height"]);
    let heights: Vec<_> =
        probed["streams"].as_array().unwrap().iter().filter_map(|stream| stream["height"].as_u64()).collect();
    assert_eq!(heights, [360, 180], "{probed}");
    eventually("a whole window", PATIENCE, || {
        let text = server.http.get("/hls/web/main/index.m3u8").text();
        (text.matches("#EXTINF").count() == 6).then_some(())
    });
    let (good, said) = watched(&format!("{}/hls/web/low/index.m3u8", server.http.base));
    assert!(good, "{said}");
    server.http.get("/hls/web/main/nothing.m4s").refused(404, "hls_not_found");
    server.http.get("/hls/nobody/master.m3u8").refused(404, "hls_not_found");
    // Keeping the connections and the main rendition, another encoder: players are told.
    server.http.patch("/api/stream/config", &json!({"keyFrameInterval": 2, "restart": true})).ok();
    server.wait_for_destination("web", "live", PATIENCE);
    server.http.send("DELETE", "/api/destinations/web", None, Vec::new()).ok();
    eventually("it is gone", PATIENCE, || (server.http.get("/hls/web/master.m3u8").status == 404).then_some(()));
}

/// An encoder that fails after as many pictures as its pictures are wide: the small one four times as often as the other.
fn failing_encoders(dir: &Path) {
    let text = std::fs::read_to_string("pipelines/encode-x264enc.launch").unwrap();
    let failing = text.replacen("! x264enc ", "! identity error-after={width}\n! x264enc ", 1);
    assert_ne!(text, failing);
    std::fs::write(dir.join("encode-x264enc.launch"), failing).unwrap();
}

#[test]
fn an_encoder_that_fails_comes_back_and_the_other_notices_nothing() {
    let pipelines = tempfile::tempdir().unwrap();
    failing_encoders(pipelines.path());
    let server = Server::start(&["--encoder", "x264enc", "--pipelines-dir", pipelines.path().to_str().unwrap()]);
    let small = json!({"width": 640, "height": 360, "preset": "ultrafast", "bitrate": 1500, "keyFrameInterval": 1,
        "renditions": [{"id": "low", "height": 90, "bitrate": 300}], "restart": true});
    server.http.patch("/api/stream/config", &small).ok();
    server.pattern_on_air();
    server.http.post("/api/stream/start", &json!({})).ok();
    server
        .http
        .put("/api/destinations/web", &json!({"kind": "hls", "segment_ms": 1000, "renditions": ["main", "low"]}))
        .ok();
    server.record("whole", "mkv");
    let starts = || (server.metric("marquee_encoder_starts_total"), server.metric("marquee_rendition_starts_total"));
    eventually("the small one has failed and come back", PATIENCE, || (starts().1 >= 2.0).then_some(()));
    // The other will fail, too, four times as late; what was recorded till now is one file without a gap.
    server.http.patch("/api/destinations/whole", &json!({"enabled": false})).ok();
    server.wait_for_destination("whole", "stopped", PATIENCE);
    assert_eq!(starts().0, 1.0, "the other goes on");
    let pictures = media::pictures(server.recordings()[0].to_str().unwrap(), 640, 360);
    let (missing, lost) = (media::missing_frames(&pictures), server.lost_frames());
    assert!(pictures.len() > 60 && missing as f64 <= lost, "{} pictures, {missing} missing, {lost} counted", pictures.len());
    eventually("the other fails as well, and comes back", PATIENCE, || (starts().0 >= 2.0).then_some(()));
    let before = server.metric("marquee_encoder_frames_out_total");
    eventually("it encodes again", PATIENCE, || {
        (server.metric("marquee_encoder_frames_out_total") > before + 30.0).then_some(())
    });
    for rendition in ["main", "low"] {
        let (good, said) = watched(&format!("{}/hls/web/{rendition}/index.m3u8", server.http.base));
        assert!(good, "{rendition}: {said}");
    }
}

#[test]
fn chromium_plays_hls_from_a_page_of_another_origin() {
    let port = free_port();
    let Some(mut player) = npm::node("hls.mjs") else { return };
    let server = Server::start(&["--allowed-origins", &format!("http://127.0.0.1:{port}")]);
    server.small();
    server.pattern_on_air();
    low_rendition(&server);
    server
        .http
        .put("/api/destinations/web", &json!({"kind": "hls", "segment_ms": 1000, "renditions": ["main", "low"]}))
        .ok();
    server.http.post("/api/stream/start", &json!({})).ok();
    let address = "/hls/web/master.m3u8";
    eventually("it can be played", PATIENCE, || server.http.get(address).text().contains("low/").then_some(()));
    player.args([port.to_string(), format!("{}{address}", server.http.base), "12".to_owned()]);
    let output = player.stderr(Stdio::inherit()).output().unwrap();
    let seen: Value = serde_json::from_slice(&output.stdout).expect("the player says what it saw");
    // Where the engine skipped frames there may be a hole, and where a browser that was late left parts out to catch up.
    let lost = server.lost_frames();
    println!("{seen}, {lost} frames were lost");
    let told = |name: &str| seen[name].as_f64().unwrap();
    assert!(told("played") >= 12.0 && told("parts") >= 10.0 && told("changes") >= 5.0, "{seen}");
    assert!(told("gap") <= (1.5 + lost) / 30.0, "one part follows the other: {seen}, {lost} frames were lost");
    assert!(
        seen["ranges"].as_array().unwrap().len() as f64 - 1.0 <= lost + told("left_out"),
        "without a gap: {seen}, {lost} frames were lost"
    );
    assert!(!seen["errors"].to_string().contains("fatal"), "{seen}");
    // A browser on a busy machine leaves pictures out, as many as it likes; where there are gaps is said above.
    assert!(seen["frames"].as_u64().unwrap() > 0, "{seen}");
}

#[test]
fn a_replay_becomes_a_recording_that_can_be_fetched_and_removed() {
    let server = on_air();
    server.http.post("/api/stream/replay", &json!({})).refused(409, "replay_off");
    server.http.patch("/api/stream/config", &json!({"replaySeconds": 4})).ok();
    let frames = || server.metric("marquee_encoder_frames_out_total");
    let before = frames();
    eventually("eight seconds", PATIENCE, || (frames() > before + 240.0).then_some(()));
    let saved = server.http.post("/api/stream/replay", &json!({})).ok().json();
    let name = saved["name"].as_str().unwrap();
    let length = saved["duration_ms"].as_f64().unwrap() / 1_000.0;
    assert!((4.0..6.2).contains(&length), "{saved}");
    let list = server.http.get("/api/recordings").json();
    assert_eq!((&list[0]["name"], &list[0]["bytes"]), (&saved["name"], &saved["bytes"]), "{list}");
    let fetched = server.http.get(&format!("/api/recordings/{name}")).ok();
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("replay.mp4");
    std::fs::write(&file, &fetched.body).unwrap();
    assert_eq!(fetched.body.len() as u64, saved["bytes"].as_u64().unwrap());
    let pictures = media::pictures(file.to_str().unwrap(), 640, 360);
    let lost = server.lost_frames();
    assert!((pictures.len() as f64 - length * 30.0).abs() <= 2.0 + lost, "{} in {length} s", pictures.len());
    assert!(media::missing_frames(&pictures) as f64 <= lost);
    media::are_in_sync(&media::lip_sync(file.to_str().unwrap(), &pictures), 1, lost);
    server.http.send("DELETE", &format!("/api/recordings/{name}"), None, Vec::new()).ok();
    server.http.get(&format!("/api/recordings/{name}")).refused(404, "recording_not_found");
    server.http.get("/api/recordings/..%2Fjournal.redb").refused(404, "recording_not_found");
    server.record("tape", "mkv");
    server.wait_for_destination("tape", "live", PATIENCE);
    let list = server.http.get("/api/recordings").json();
    assert_eq!(list[0]["recording"], true, "{list}");
    let open = format!("/api/recordings/{}", list[0]["name"].as_str().unwrap());
    server.http.send("DELETE", &open, None, Vec::new()).refused(409, "recording_in_use");
}

#[test]
fn a_narrow_way_costs_pictures_on_it_and_nothing_elsewhere() {
    let nginx = Nginx::start();
    let throttle = Throttle::before(nginx.port());
    let server = on_air();
    let _unrest = Unrest::on_air(&server);
    server.record("file", "mkv");
    server.wait_for_destination("file", "live", PATIENCE);
    let url = format!("rtmp://127.0.0.1:{}/open", throttle.port);
    server.http.put("/api/destinations/narrow", &json!({"kind": "rtmp", "url": url, "key": "s1"})).ok();
    server.wait_for_destination("narrow", "live", PATIENCE);
    let encoded =
        || (server.metric("marquee_encoder_frames_out_total"), server.metric("marquee_encoder_dropped_frames_total"));
    let before = encoded();
    throttle.let_through(300);
    server.wait_for_destination("narrow", "congested", PATIENCE);
    let dropped = |id: &str| {
        let text = server.http.get("/metrics").text();
        let name = format!("marquee_destination_dropped_packets_total{{destination=\"{id}\"}} ");
        text.lines().find_map(|line| line.strip_prefix(&name)?.parse::<f64>().ok()).unwrap_or(0.0)
    };
    eventually("pictures are left out", PATIENCE, || (dropped("narrow") > 20.0).then_some(()));
    assert_eq!((server.destination_state("file").as_str(), dropped("file")), ("live", 0.0));
    let (made, left_out) = (encoded().0 - before.0, encoded().1 - before.1);
    // A fifth of the bits go through. If the encoder had waited for that, it would have left out most pictures.
    assert!(left_out < made / 2.0, "{made} pictures encoded, {left_out} left out before the encoder");
    throttle.let_through(0);
    server.wait_for_destination("narrow", "live", PATIENCE);
    server.http.post("/api/stream/stop", &json!({})).ok();
    server.wait_for_destination("file", "stopped", PATIENCE);
    let missing = media::missing_pictures(server.recordings()[0].to_str().unwrap(), 30.0);
    let lost = server.lost_frames();
    assert!(missing <= lost, "{missing} pictures are missing from the recording, {lost} were counted as lost");
}

#[test]
fn the_only_destination_of_a_rendition_makes_its_encoder_fit_the_way() {
    let nginx = Nginx::start();
    let throttle = Throttle::before(nginx.port());
    let server = on_air();
    let _unrest = Unrest::on_air(&server);
    let low = json!([{"id": "low", "height": 180, "bitrate": 1500}]);
    server.http.patch("/api/stream/config", &json!({"renditions": low, "restart": true})).ok();
    let url = format!("rtmp://127.0.0.1:{}/open", throttle.port);
    let destination = json!({"kind": "rtmp", "url": url, "key": "s1", "rendition": "low", "dynamic_bitrate": true});
    server.http.put("/api/destinations/narrow", &destination).ok();
    server.wait_for_destination("narrow", "live", PATIENCE);
    throttle.let_through(500);
    eventually("the encoder is told", PATIENCE, || server.log().contains("bit rate is kept below").then_some(()));
    let encoded = || server.metric("marquee_rendition_video_bytes_total");
    let rate = || {
        let before = encoded();
        let_pass(Duration::from_secs(4));
        (encoded() - before) * 8.0 / 4_000.0
    };
    eventually("it makes less", PATIENCE, || (rate() < 500.0).then_some(()));
    throttle.let_through(0);
    server.wait_for_destination("narrow", "live", PATIENCE);
}
