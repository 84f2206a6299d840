//! The README's tour, executed as it is written.

use std::process::Command;

use crate::support::server::Server;

/// The `sh` blocks under the tour's heading.
fn tour(readme: &str) -> Vec<String> {
    let (_, after) = readme.split_once("\n## A tour in five minutes\n").expect("the README has a tour");
    let section = after.split("\n## ").next().unwrap();
    let blocks = section.split("```").skip(1).step_by(2);
    blocks.filter_map(|block| block.strip_prefix("sh\n").map(str::to_owned)).collect()
}

#[test]
fn the_tour_works_line_by_line() {
    let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
    let blocks = tour(&readme);
    assert!(blocks.len() >= 5, "the tour has {} blocks", blocks.len());
    let server = Server::start(&["--demo", "--live"]);
    let rtmp = server.rtmp.trim_start_matches("rtmp://").split('/').next().unwrap();
    let dir = tempfile::tempdir().unwrap();
    for block in blocks {
        let script = block
            .replace("127.0.0.1:4200", server.http.address())
            .replace("127.0.0.1:4201", server.ws.trim_start_matches("ws://"))
            .replace("127.0.0.1:1935", rtmp);
        let output =
            Command::new("bash").args(["-euo", "pipefail", "-c", &script]).current_dir(dir.path()).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{block}\nsays {said}");
    }
}
