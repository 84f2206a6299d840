//! The way from a command to what a player, a server and a file receive.

use std::process::Command;
use std::time::Duration;

use serde_json::{Value, json};

use crate::support::nginx::Nginx;
use crate::support::server::Server;
use crate::support::{PATIENCE, eventually, let_pass, media};

fn codecs(probed: &Value) -> Vec<String> {
    let streams = probed["streams"].as_array().unwrap();
    let mut names: Vec<_> = streams.iter().map(|stream| stream["codec_name"].as_str().unwrap_or("?").to_owned()).collect();
    names.sort();
    names
}

/// Copies some seconds of a stream into a file, as a player would read it.
fn pull(url: &str, file: &str, seconds: &str) {
    let status = Command::new("ffmpeg")
        .args(["-nostdin", "-v", "error", "-y", "-i", url, "-t", seconds, "-c", "copy", file])
        .status()
        .expect("ffmpeg is installed");
    assert!(status.success());
}

#[test]
fn the_demo_is_what_ffprobe_finds_at_the_program_address() {
    let server = Server::start(&["--demo", "--live"]);
    let probed = media::probe(&server.rtmp, &["-show_entries", "stream=codec_name,width,height,avg_frame_rate"]);
    assert_eq!(codecs(&probed), ["aac", "h264"]);
    let video = probed["streams"].as_array().unwrap().iter().find(|stream| stream["codec_name"] == "h264").unwrap();
    assert_eq!((video["width"].as_u64(), video["height"].as_u64()), (Some(1280), Some(720)));
    assert_eq!(video["avg_frame_rate"], "30/1");
}

#[test]
fn a_recording_finished_by_stop_plays_and_holds_every_frame_but_those_counted_as_skipped() {
    let server = Server::start(&[]);
    server.small();
    server.pattern_on_air();
    for (id, format) in [("matroska", "mkv"), ("fragments", "mp4")] {
        server.record(id, format);
    }
    server.http.post("/api/stream/start", &json!({})).ok();
    server.wait_for_destination("matroska", "live", PATIENCE);
    server.wait_for_destination("fragments", "live", PATIENCE);
    let_pass(Duration::from_secs(6));
    server.http.post("/api/stream/stop", &json!({})).ok();
    server.wait_for_destination("matroska", "stopped", PATIENCE);
    server.wait_for_destination("fragments", "stopped", PATIENCE);
    let lost = server.lost_frames();
    let files = server.recordings();
    assert_eq!(files.len(), 2, "{files:?}");
    for file in files {
        let file = file.to_str().unwrap();
        let pictures = media::pictures(file, 640, 360);
        assert!(pictures.len() as f64 + lost >= 150.0, "{file}: {} pictures", pictures.len());
        let missing = media::missing_frames(&pictures);
        assert!(missing as f64 <= lost, "{file}: {missing} missing, {lost} counted");
        media::are_in_sync(&media::lip_sync(file, &pictures), 4, lost);
    }
}

#[test]
fn a_push_reaches_nginx_and_comes_back_after_it_was_away() {
    let mut nginx = Nginx::start();
    let server = Server::start(&[]);
    server.small();
    server.pattern_on_air();
    let url = nginx.url("live", "s1?key=sekret");
    server.http.put("/api/destinations/tv", &json!({"kind": "rtmp", "url": url})).ok();
    server.http.post("/api/stream/start", &json!({})).ok();
    server.wait_for_destination("tv", "live", PATIENCE);
    let probed = media::probe(&nginx.url("live", "s1"), &["-show_entries", "stream=codec_name"]);
    assert_eq!(codecs(&probed).iter().filter(|name| *name == "aac" || *name == "h264").count(), 2, "{probed}");

    nginx.kill();
    server.wait_for_destination("tv", "backing_off", PATIENCE);
    nginx.go();
    server.wait_for_destination("tv", "live", PATIENCE);
    eventually("nginx has a publisher again", PATIENCE, || nginx.bytes_in().filter(|bytes| *bytes > 100_000));
    assert!(server.metric("marquee_destination_reconnects_total") >= 1.0);
    assert!(!server.log().contains("sekret"), "the key is in no log");
    assert!(!server.http.get("/api/destinations").text().contains("sekret"));
    assert!(!server.http.get("/metrics").text().contains("sekret"));
}

#[test]
fn a_wrong_key_is_refused_and_said() {
    let nginx = Nginx::start();
    let server = Server::start(&[]);
    server.small();
    server.record("file", "mkv");
    server.http.put("/api/destinations/tv", &json!({"kind": "rtmp", "url": nginx.url("live", "s1?key=wrong")})).ok();
    server.http.post("/api/stream/start", &json!({})).ok();
    server.wait_for_destination("tv", "refused", PATIENCE);
    server.wait_for_destination("file", "live", PATIENCE);
    assert!(!server.log().contains("wrong"), "the key is in no log");
    // The right key is used as soon as it is given.
    let url = nginx.url("live", "s1");
    server.http.patch("/api/destinations/tv", &json!({"url": url.replace("/s1", ""), "key": "s1?key=sekret"})).ok();
    server.wait_for_destination("tv", "live", PATIENCE);
}

#[test]
fn a_pause_freezes_the_picture_silences_the_sound_and_keeps_the_connection() {
    let server = Server::start(&[]);
    server.small();
    server.pattern_on_air();
    server.record("file", "mkv");
    server.http.post("/api/stream/start", &json!({})).ok();
    server.wait_for_destination("file", "live", PATIENCE);
    let_pass(Duration::from_secs(3));
    server.http.post("/api/stream/pause", &json!({})).ok();
    server.http.post("/api/stream/pause", &json!({})).refused(409, "already_paused");
    let_pass(Duration::from_secs(10));
    server.http.post("/api/stream/resume", &json!({})).ok();
    let_pass(Duration::from_secs(4));
    server.http.post("/api/stream/stop", &json!({})).ok();
    server.wait_for_destination("file", "stopped", PATIENCE);
    assert_eq!(server.metric("marquee_encoder_starts_total"), 1.0, "one encoder all along");

    let files = server.recordings();
    let file = files[0].to_str().unwrap();
    let pictures = media::pictures(file, 640, 360);
    let frozen: Vec<_> =
        pictures.windows(2).filter(|pair| pair[0].counter == pair[1].counter).map(|pair| pair[1].at).collect();
    let lost = server.lost_frames();
    assert!(frozen.len() as f64 + lost >= 200.0, "{} pictures stand still", frozen.len());
    let (from, to) = (frozen[0], frozen[frozen.len() - 1]);
    let missing = media::missing_pictures(file, 30.0);
    assert!(missing <= lost, "pictures keep coming through the pause: {missing} missing, {lost} counted");
    let samples = media::samples(file);
    let silent = &samples[((from + 0.2) * 48_000.0) as usize..((to - 0.1) * 48_000.0) as usize];
    assert!(silent.iter().all(|sample| sample.abs() < 0.01), "the pause is silent");
    let after: Vec<_> = pictures.iter().copied().filter(|seen| seen.at > to).collect();
    media::are_in_sync(&media::lip_sync(file, &after), 2, lost);
}

#[test]
fn a_player_gets_every_frame_in_order() {
    let server = Server::start(&[]);
    server.small();
    server.pattern_on_air();
    server.http.post("/api/stream/start", &json!({})).ok();
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("pulled.mkv");
    eventually("the encoder runs", PATIENCE, || (server.metric("marquee_encoder_frames_out_total") > 0.0).then_some(()));
    pull(&server.rtmp, file.to_str().unwrap(), "5");
    let lost = server.lost_frames();
    let pictures = media::pictures(file.to_str().unwrap(), 640, 360);
    assert!(pictures.len() as f64 + lost >= 120.0, "{} pictures", pictures.len());
    assert!(media::missing_frames(&pictures) as f64 <= lost);
}

#[test]
fn what_can_change_live_does_and_what_can_not_says_what_to_do() {
    let server = Server::start(&["--demo"]);
    server.small();
    server.http.post("/api/stream/start", &json!({})).ok();
    server.http.post("/api/stream/start", &json!({})).refused(409, "already_live");
    eventually("the encoder runs", PATIENCE, || (server.metric("marquee_encoder_frames_out_total") > 0.0).then_some(()));
    server.http.patch("/api/stream/config", &json!({"bitrate": 800})).ok();
    let refused = server.http.patch("/api/stream/config", &json!({"fps": 25})).refused(409, "needs_restart");
    assert!(refused.text().contains("restart"));
    assert_eq!(server.metric("marquee_encoder_starts_total"), 1.0);
    server.http.patch("/api/stream/config", &json!({"width": 320, "height": 180, "restart": true})).ok();
    eventually("the encoder starts anew", PATIENCE, || (server.metric("marquee_encoder_starts_total") >= 2.0).then_some(()));
    eventually("players see the new size", PATIENCE, || {
        let probed = media::probe(&server.rtmp, &["-select_streams", "v", "-show_entries", "stream=width,height"]);
        (probed["streams"][0]["width"] == 320).then_some(())
    });
}
