//! What was acknowledged is kept: through a kill, a full disk, and a disk that can not be written.

use std::process::Command;
use std::time::Duration;

use serde_json::json;

use crate::support::server::Server;
use crate::support::small_disk::SmallDisk;
use crate::support::{PATIENCE, eventually, let_pass};

fn put(server: &Server, name: &str) -> u16 {
    server.http.put(&format!("/api/scenes/{name}"), &json!({"name": "x".repeat(100)})).status
}

#[test]
fn a_full_disk_turns_commands_away_while_the_show_goes_on() {
    let Some(disk) = SmallDisk::mount(12) else {
        eprintln!("skipped: no right to mount a small disk");
        return;
    };
    let data_dir = disk.path().join("data");
    let server = Server::start_in(&data_dir, &["--demo", "--live"]);
    assert_eq!(put(&server, "before"), 201);
    let filler = disk.path().join("filler");
    // All of it: what `write` gives up on is left as zeros.
    let _ = std::fs::write(&filler, vec![0; 12 << 20]);
    let mut acknowledged = vec!["before".to_owned()];
    let mut number = 0;
    let refused = eventually("a command is turned away", PATIENCE, || {
        number += 1;
        let name = format!("s{number}");
        let answer = server.http.put(&format!("/api/scenes/{name}"), &json!({"name": "x".repeat(100)}));
        if answer.status == 201 {
            acknowledged.push(name);
            return None;
        }
        answer.refused(503, "storage_unavailable");
        Some(format!("/api/scenes/{name}"))
    });
    server.http.get(&refused).refused(404, "scene_not_found");
    let health = server.http.get("/api/health").ok().json();
    assert_eq!(health["components"]["storage"]["state"], "degraded", "{health}");
    let painted = server.metric("marquee_frames_painted_total");
    eventually("the show goes on", PATIENCE, || {
        (server.metric("marquee_frames_painted_total") > painted + 10.0).then_some(())
    });

    std::fs::remove_file(&filler).unwrap();
    eventually("commands work again", PATIENCE, || (put(&server, "after") < 300).then_some(()));
    acknowledged.push("after".to_owned());
    server.kill();
    let server = Server::start_in(&data_dir, &[]);
    for name in acknowledged {
        server.http.get(&format!("/api/scenes/{name}")).ok();
    }
    server.http.get(&refused).refused(404, "scene_not_found");
}

#[test]
fn a_recording_that_finds_no_space_waits_for_it() {
    let Some(disk) = SmallDisk::mount(12) else {
        eprintln!("skipped: no right to mount a small disk");
        return;
    };
    let server = Server::start_in(&disk.path().join("data"), &["--demo", "--live"]);
    server.record("file", "mkv");
    server.wait_for_destination("file", "live", PATIENCE);
    let filler = disk.path().join("filler");
    let _ = std::fs::write(&filler, vec![0; 12 << 20]);
    server.wait_for_destination("file", "backing_off", PATIENCE);
    let view = server.http.get("/api/destinations/file").json();
    assert!(view["status"]["reason"].as_str().is_some_and(|reason| !reason.is_empty()), "{view}");
    std::fs::remove_file(&filler).unwrap();
    server.wait_for_destination("file", "live", PATIENCE);
    assert!(server.recordings().iter().all(|file| file.metadata().unwrap().len() > 0), "no empty file is left");
}

#[test]
fn a_data_directory_that_can_not_be_written_stops_the_start_and_says_so() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("data");
    std::fs::write(&file, "in the way").unwrap();
    let output = crate::support::server::command(&file, &[]).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success() && said.contains("data directory") && said.contains("data"), "{said}");
}

#[test]
fn a_live_show_that_was_killed_comes_back_live_with_the_same_scene() {
    let dir = tempfile::tempdir().unwrap();
    let data_dir = dir.path().join("data");
    let server = Server::start_in(&data_dir, &["--demo", "--live"]);
    server.http.post("/api/scenes/test-card/take", &json!({})).ok();
    server.record("file", "mkv");
    server.wait_for_destination("file", "live", PATIENCE);
    let_pass(Duration::from_secs(2));
    server.kill();
    let server = Server::start_in(&data_dir, &[]);
    server.wait_for_destination("file", "live", PATIENCE);
    let state = server.http.get("/api/stream/state").ok().json();
    assert_eq!(state["isLive"], true);
    assert_eq!(server.http.get("/api/show").json()["show"]["program"]["scene"], "test-card");
    assert_eq!(server.recordings().len(), 2, "a new file for the new life");
}

#[test]
fn check_says_what_is_in_a_data_directory_or_what_is_wrong() {
    let dir = tempfile::tempdir().unwrap();
    let data_dir = dir.path().join("data");
    let server = Server::start_in(&data_dir, &["--demo"]);
    let check =
        || Command::new(crate::support::server::binary()).args(["check", "--data-dir"]).arg(&data_dir).output().unwrap();
    assert!(String::from_utf8_lossy(&check().stderr).contains("in use"));
    assert_eq!(server.stop().code(), Some(0));
    let output = check();
    assert!(output.status.success());
    let summary: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(summary["scenes"], 2);
    std::fs::write(data_dir.join("journal.redb"), "garbage").unwrap();
    let output = check();
    assert!(!output.status.success() && String::from_utf8_lossy(&output.stderr).contains("journal"));
}
