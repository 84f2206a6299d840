//! Starting the server anew over REST, and what its log tells of it.

use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};

use super::support::media::probe;
use super::support::server::Server;
use super::support::{PATIENCE, eventually, let_pass};

/// As if nobody looked after it, whoever runs the tests.
fn alone(data_dir: &Path, flags: &[&str]) -> Server {
    Server::start_among(data_dir, flags, &[("INVOCATION_ID", String::new()), ("NOTIFY_SOCKET", String::new())])
}

#[test]
fn a_restart_ends_with_75_and_what_was_recorded_is_whole() {
    let dir = tempfile::tempdir().unwrap();
    let data_dir = dir.path().join("data");
    let server = alone(&data_dir, &["--restart=true"]);
    assert_eq!(server.http.get("/api/system/info").ok().json()["data"]["restart"], "possible");
    server.small();
    server.pattern_on_air();
    server.record("tape", "mp4");
    server.http.post("/api/stream/start", &json!({})).ok();
    server.wait_for_destination("tape", "live", PATIENCE);
    let_pass(Duration::from_secs(3));
    let answer = server.http.post("/api/system/restart", &json!({}));
    assert_eq!((answer.status, &answer.ok().json()["data"]), (202, &json!({"restart_scheduled": true})));
    let recording = server.recordings()[0].clone();
    assert_eq!(server.ended().code(), Some(75));
    let format = probe(recording.to_str().unwrap(), &["-show_entries", "format=duration"]);
    let seconds: f64 = format["format"]["duration"].as_str().unwrap().parse().unwrap();
    assert!(seconds > 1.0, "{seconds}");
    // Whoever starts it again finds the show as it was.
    let again = alone(&data_dir, &["--restart=true"]);
    assert_eq!(again.http.get("/api/scenes/pattern").ok().json()["layers"][0]["id"], "card");
}

#[test]
fn where_nobody_would_start_it_again_it_stays() {
    let dir = tempfile::tempdir().unwrap();
    for (flags, status, code) in [
        (&[][..], 409, "not_supervised"),
        (&["--restart=auto"], 409, "not_supervised"),
        (&["--restart=false"], 403, "restart_switched_off"),
    ] {
        let server = alone(&dir.path().join("data"), flags);
        assert_eq!(server.http.get("/api/system/info").ok().json()["data"]["restart"], code);
        server.http.post("/api/system/restart", &json!({})).refused(status, code);
        assert_eq!(server.http.get("/api/health").ok().json()["status"], "ok");
        assert_eq!(server.stop().code(), Some(0));
    }
}

fn logs(server: &Server, query: &str) -> Vec<Value> {
    let answer = server.http.get(&format!("/api/system/logs{query}")).ok().json();
    answer["data"]["logs"].as_array().unwrap().clone()
}

#[test]
fn the_log_has_what_happened_last_and_no_secret() {
    let server = Server::start(&["--log", "trace"]);
    let hidden = json!({"kind": "rtmp", "url": "rtmp://127.0.0.1:9/live", "key": "zebra-key"});
    server.http.put("/api/destinations/tv", &hidden).ok();
    server.http.post("/api/auth/login", &json!({"username": "ada", "password": "zebra-password"}));
    server.http.post("/api/stream/start", &json!({})).ok();
    let told = eventually("it is told that the destination is tried", PATIENCE, || {
        let lines = logs(&server, "?lines=1000&level=trace");
        lines.iter().any(|line| line.to_string().contains("tv")).then_some(lines)
    });
    let numbers: Vec<u64> = told.iter().map(|line| line["seq"].as_u64().unwrap()).collect();
    assert!(numbers.is_sorted_by(|one, next| one < next), "{numbers:?}");
    for line in &told {
        assert!(line["at"].is_i64() && line["target"].is_string() && line["message"].is_string(), "{line}");
    }
    assert!(!told.iter().any(|line| line.to_string().contains("zebra")), "{told:?}");
    // Those after the newest that are known, and the bad ones alone.
    let newest = numbers.last().unwrap();
    assert!(logs(&server, &format!("?since={newest}&level=trace")).iter().all(|line| line["seq"].as_u64() > Some(*newest)));
    let bad = logs(&server, "?lines=1000&level=warn");
    assert!(bad.iter().all(|line| line["level"] == "warn" || line["level"] == "error"), "{bad:?}");
    assert!(logs(&server, "?lines=1&level=trace").len() == 1);
    for query in ["?lines=1001", "?level=loud", "?colour=red"] {
        server.http.get(&format!("/api/system/logs{query}")).refused(400, "invalid_query");
    }
}
