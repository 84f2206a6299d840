//! The page where people play together: its half of a jam is the server's, and two browsers play on it.

use std::path::Path;
use std::process::Command;

use serde_json::json;

use crate::support::npm;
use crate::support::server::Server;

/// Its own tests, in the engine that Chromium has.
#[test]
fn the_page_reads_writes_and_counts_as_the_server_does() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/peers");
    let mut files: Vec<_> = std::fs::read_dir(&root).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.file_name().is_some_and(|name| name.to_string_lossy().starts_with("jam_")));
    files.retain(|file| file.to_string_lossy().ends_with(".test.mjs"));
    assert!(files.len() >= 2, "{files:?}");
    npm::succeeds(Command::new("timeout").args(["120", "node", "--test"]).args(files).current_dir(root));
}

/// What one of them does is seen in the other, and both compute the strikes that the server does.
#[test]
fn two_browsers_play_together() {
    let Some(mut players) = npm::node("jam.mjs") else { return };
    let server = Server::start(&[]);
    npm::succeeds(players.arg(server.http.address()));
    let jams = server.http.get("/api/jams").json();
    assert_eq!(jams[0]["participants"], json!(2), "{jams}");
}
