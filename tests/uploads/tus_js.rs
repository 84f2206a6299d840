//! tus-js-client, against the door.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::Stdio;

use crate::support::npm::node;
use crate::support::process::Ended;
use crate::support::server::Server;
use crate::support::uploads::{kept, killed_and_started, sound, staged};

/// None where there is no such client.
fn upload(server: &Server, file: &Path, way: &str) -> Option<Ended> {
    let mut command = node("tus.mjs")?;
    command.arg(format!("{}/api/uploads/tus", server.http.base)).arg(file).arg(way).stdout(Stdio::piped());
    Some(Ended(command.spawn().unwrap()))
}

/// What it says until it ends, which must be well.
fn said(mut client: Ended) -> Vec<String> {
    let lines = BufReader::new(client.0.stdout.take().unwrap()).lines().map(Result::unwrap).collect();
    assert!(client.0.wait().unwrap().success(), "{lines:?}");
    lines
}

#[test]
fn whichever_way_a_file_comes_it_is_kept_as_it_was() {
    let (server, directory) = (Server::start(&[]), tempfile::tempdir().unwrap());
    for (seed, way) in ["whole", "resumed", "deferred", "early", "guise", "checked"].into_iter().enumerate() {
        let bytes = sound(3_000_000 + seed, 100 + seed as u64);
        let file = directory.path().join(way);
        std::fs::write(&file, &bytes).unwrap();
        let Some(client) = upload(&server, &file, way) else { return };
        let said = said(client);
        assert!(said.last().is_some_and(|last| last.starts_with("done http://")), "{way}: {said:?}");
        assert_eq!(said.iter().any(|line| line.starts_with("stopped ")), way == "resumed", "{said:?}");
        assert!(kept(&server, &bytes).is_some_and(|kept| kept == bytes), "{way}");
    }
}

#[test]
fn what_a_client_ends_is_gone() {
    let server = Server::start(&[]);
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("file");
    std::fs::write(&file, sound(2_000_000, 200)).unwrap();
    let Some(client) = upload(&server, &file, "ended") else { return };
    said(client);
    assert_eq!(staged(&server), 0);
}

#[test]
fn a_client_gets_its_file_through_though_the_server_goes_away_several_times() {
    let mut server = Server::start(&[]);
    let bytes = sound(6_000_000, 300);
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("file");
    std::fs::write(&file, &bytes).unwrap();
    let Some(mut client) = upload(&server, &file, "patient") else { return };
    let mut kills = 0;
    for line in BufReader::new(client.0.stdout.take().unwrap()).lines() {
        let line = line.unwrap();
        let at: Option<u64> = line.strip_prefix("at ").map(|at| at.parse().unwrap());
        if at.is_some_and(|at| at > (kills + 1) * 1_000_000) && kills < 5 {
            server = killed_and_started(server, &[]);
            kills += 1;
        }
    }
    assert!(client.0.wait().unwrap().success());
    assert_eq!(kills, 5);
    assert!(kept(&server, &bytes).is_some_and(|kept| kept == bytes));
}
