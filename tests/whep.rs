//! The show in browsers: Chromium's own WebRTC plays it, and whoever asks wrongly is told so.

use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};

use crate::support::http::Answer;
use crate::support::server::Server;
use crate::support::users::{add_user, log_in};
use crate::support::{PATIENCE, eventually, free_port, let_pass, npm};

/// What Chromium offers for a picture and sound to be received. Nobody is behind it.
const OFFER: &str = include_str!("../src/send/whep/tests/chromium-offer.sdp");

fn ask(server: &Server, rendition: &str, offer: &str) -> Answer {
    let path = format!("/whep/{rendition}");
    server.http.send("POST", &path, Some("application/sdp"), offer.as_bytes().to_vec())
}

fn viewers(server: &Server) -> f64 {
    server.metric("marquee_whep_viewers")
}

fn start(flags: &[&str]) -> Server {
    let server = Server::start(flags);
    server.small();
    server.pattern_on_air();
    server
}

fn on_air(flags: &[&str]) -> Server {
    let server = start(flags);
    server.http.post("/api/stream/start", &json!({})).ok();
    eventually("it is encoded", PATIENCE, || (server.metric("marquee_encoder_frames_out_total") > 0.0).then_some(()));
    server
}

/// Chromium watches until it has seen so many pictures, and leaves.
fn watched(server: &Server, mut player: Command, port: u16, rendition: &str, pictures: u32) -> Value {
    let address = format!("{}/whep/{rendition}", server.http.base);
    player.args([port.to_string(), address, pictures.to_string(), "30".to_owned()]);
    let output = player.stderr(Stdio::inherit()).output().unwrap();
    let seen: Value = serde_json::from_slice(&output.stdout).expect("the player says what it saw");
    let mut short = seen.clone();
    (short["seen"], short["answer"]) = (Value::Null, Value::Null);
    println!("{short}");
    seen
}

/// The frames that were seen, in the order of their being seen.
#[track_caller]
fn counters(seen: &Value) -> Vec<u64> {
    let pictures = seen["seen"].as_array().unwrap_or_else(|| panic!("nothing was seen: {seen}"));
    let known = pictures.iter().filter(|picture| picture["known"] == true);
    known.map(|picture| picture["counter"].as_u64().unwrap()).collect()
}

#[test]
fn chromium_watches_and_hears_the_show_from_a_page_of_another_origin() {
    let port = free_port();
    let Some(player) = npm::node("whep.mjs") else { return };
    let server = start(&["--allowed-origins", &format!("http://127.0.0.1:{port}")]);
    server.http.put("/api/inputs/beep", &json!({"kind": "tone", "hz": 440.0})).ok();
    server.http.put("/api/scenes/pattern/layers/beep", &json!({"kind": "input", "input": "beep"})).ok();
    server.http.post("/api/stream/start", &json!({})).ok();
    eventually("it is encoded", PATIENCE, || (server.metric("marquee_encoder_frames_out_total") > 0.0).then_some(()));
    let seen = watched(&server, player, port, "main", 200);
    assert_eq!(seen["status"], 201, "{seen}");
    assert_eq!((seen["width"].as_u64(), seen["height"].as_u64()), (Some(640), Some(360)));
    let counters = counters(&seen);
    // How many it shows in a minute is the browser's affair and the machine's.
    let shown = seen["seen"].as_array().unwrap().len();
    assert!(counters.len() * 20 >= shown * 19, "the counter is read in {} of {shown}", counters.len());
    assert!(counters.windows(2).all(|pair| pair[0] <= pair[1]), "time never goes back: {counters:?}");
    assert!(counters.last().unwrap() > &counters[0], "it moves: {counters:?}");
    assert!(seen["decoded"].as_u64().unwrap() >= counters.len() as u64, "{seen}");
    assert!(seen["energy"].as_f64().unwrap() > 0.001, "the tone is heard: {}", seen["energy"]);
    // Ended by the page.
    assert_eq!(seen["ended"], 200);
    assert_eq!(seen["after"], "closed", "the browser is told");
    eventually("nobody watches", PATIENCE, || (viewers(&server) == 0.0).then_some(()));
    let gone = seen["location"].as_str().unwrap();
    server.http.send("DELETE", gone, None, Vec::new()).refused(404, "viewer_not_found");
}

#[test]
fn a_viewer_has_a_rendition_encoded_that_nobody_else_wants() {
    let port = free_port();
    let Some(player) = npm::node("whep.mjs") else { return };
    let server = start(&["--allowed-origins", &format!("http://127.0.0.1:{port}")]);
    let low = json!([{"id": "low", "height": 180, "bitrate": 300}]);
    server.http.patch("/api/stream/config", &json!({"renditions": low, "keyFrameInterval": 1, "restart": true})).ok();
    server.http.post("/api/stream/start", &json!({})).ok();
    eventually("it is encoded", PATIENCE, || (server.metric("marquee_encoder_frames_out_total") > 0.0).then_some(()));
    let frames = || server.metric("marquee_rendition_frames_total");
    assert_eq!(frames(), 0.0);
    let seen = watched(&server, player, port, "low", 60);
    assert_eq!((seen["status"].as_u64(), seen["height"].as_u64()), (Some(201), Some(180)), "{seen}");
    assert!(frames() > 60.0);
    eventually("its encoder ends", PATIENCE, || {
        let before = frames();
        let_pass(Duration::from_millis(500));
        (frames() == before).then_some(())
    });
}

#[test]
fn whoever_asks_wrongly_is_told_so_and_nothing_changes() {
    let server = start(&[]);
    ask(&server, "main", OFFER).refused(409, "not_encoded");
    ask(&server, "nothing", OFFER).refused(404, "rendition_not_found");
    ask(&server, "no%20id", OFFER).refused(400, "invalid_id");
    server.http.post("/api/stream/start", &json!({})).ok();
    for garbage in ["", "{}", "v=0", "v=0\r\n", &OFFER[..400], &OFFER.replace("a=fingerprint", "a=fingertip")] {
        ask(&server, "main", garbage).refused(400, "bad_offer");
    }
    let sound_only = {
        let (head, rest) = OFFER.split_once("m=video").unwrap();
        format!("{}m=audio{}", head.replace("BUNDLE 0 1", "BUNDLE 1"), rest.split_once("m=audio").unwrap().1)
    };
    ask(&server, "main", &sound_only).refused(422, "no_h264_in_offer");
    ask(&server, "main", &OFFER.replace("H264", "H261")).refused(422, "no_h264_in_offer");
    ask(&server, "main", &OFFER.replace("packetization-mode=1", "packetization-mode=0")).refused(422, "no_h264_in_offer");
    ask(&server, "main", &"a=x\r\n".repeat(200_000)).refused(413, "body_too_large");
    server.http.post("/whep/main", &json!({"sdp": OFFER})).refused(415, "unsupported_media_type");
    let not_text = vec![0xff, 0xfe, 0xff];
    server.http.send("POST", "/whep/main", Some("application/sdp"), not_text).refused(400, "bad_request");
    let patch = b"a=candidate:1 1 udp 1 127.0.0.1 9 typ host\r\n".to_vec();
    let fragment = Some("application/trickle-ice-sdpfrag");
    server.http.send("PATCH", "/whep/main/somebody", fragment, patch).refused(405, "method_not_allowed");
    server.http.send("DELETE", "/whep/main/somebody", None, Vec::new()).refused(404, "viewer_not_found");
    assert_eq!(viewers(&server), 0.0);
    server.http.get("/api/health").ok();
}

#[test]
fn no_more_watch_than_are_allowed_and_who_vanishes_makes_room() {
    let server = on_air(&["--whep-viewers", "2"]);
    for _ in 0..2 {
        let answer = ask(&server, "main", OFFER);
        assert_eq!(answer.status, 201, "{}", answer.text());
        let text = answer.text();
        assert!(text.contains("a=ice-lite") && text.contains("typ host") && text.contains("H264/90000"), "{text}");
        assert!(text.contains("a=sendonly") && text.contains("opus/48000"), "{text}");
    }
    ask(&server, "main", OFFER).refused(503, "too_many_viewers");
    assert_eq!(viewers(&server), 2.0);
    // Nobody is behind these offers, so nothing is ever heard of them.
    eventually("both are given up", PATIENCE, || (viewers(&server) == 0.0).then_some(()));
    assert_eq!(ask(&server, "main", OFFER).status, 201);
}

#[test]
fn off_air_the_browser_is_told_that_it_is_over() {
    let port = free_port();
    let Some(mut player) = npm::node("whep.mjs") else { return };
    let server = on_air(&["--allowed-origins", &format!("http://127.0.0.1:{port}")]);
    player.env("THEN", format!("POST {}/api/stream/stop", server.http.base));
    let seen = watched(&server, player, port, "main", 30);
    assert_eq!((seen["status"].as_u64(), seen["ended"].as_u64()), (Some(201), Some(200)), "{seen}");
    assert_eq!(seen["after"], "closed", "the browser is told");
    eventually("nobody watches", PATIENCE, || (viewers(&server) == 0.0).then_some(()));
}

#[test]
fn it_can_be_off() {
    let server = on_air(&["--whep", "off"]);
    ask(&server, "main", OFFER).refused(501, "whep_off");
    server.http.send("DELETE", "/whep/main/somebody", None, Vec::new()).refused(501, "whep_off");
}

#[test]
fn whose_token_is_revoked_watches_no_longer() {
    let dir = tempfile::tempdir().unwrap();
    let data_dir = dir.path().join("data");
    add_user(&data_dir, "root", "admin", "correct-horse-battery");
    let server = Server::start_in(&data_dir, &["--log", "info,marquee::send=debug"]);
    let session = log_in(&server, "root", "correct-horse-battery");
    let ask = |method: &str, path: &str, token: &str, kind: &str, body: &str| {
        let url = format!("{}{path}", server.http.base);
        let headers = [format!("Authorization: Bearer {token}"), format!("content-type: {kind}")];
        let curl = ["-sS", "-X", method, "-H", &headers[0], "-H", &headers[1], "--data-binary", body, &url];
        String::from_utf8(Command::new("curl").args(curl).output().unwrap().stdout).unwrap()
    };
    let (access, json) = (session["access_token"].as_str().unwrap(), "application/json");
    ask("PATCH", "/api/stream/config", access, json, r#"{"width":320,"height":180,"restart":true}"#);
    ask("POST", "/api/stream/start", access, json, "");
    let made = ask("POST", "/api/tokens", access, json, r#"{"name":"t","role":"viewer"}"#);
    let made: Value = serde_json::from_str(&made).unwrap();
    let answer = ask("POST", "/whep/main", made["token"].as_str().unwrap(), "application/sdp", OFFER);
    assert!(answer.contains("a=ice-lite"), "{answer}");
    ask("DELETE", &format!("/api/tokens/{}", made["id"].as_str().unwrap()), access, json, "");
    eventually("it is sent away", PATIENCE, || server.log().contains("it may no longer watch").then_some(()));
}
