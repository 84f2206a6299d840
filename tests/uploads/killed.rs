//! A server that is killed again and again while somebody sends: what it has acknowledged is there.

use std::time::Duration;

use crate::support::let_pass;
use crate::support::server::Server;
use crate::support::uploads::{kept, killed_and_started, sound, staged};
use crate::support::wire::{BYTES, begin, patch, tus};

const KILLS: usize = 6;

#[test]
fn whenever_a_server_is_killed_no_acknowledged_byte_is_lost() {
    let mut server = Server::start(&["--rate-limit", "off"]);
    let (mut random, mut acknowledged) = (fastrand::Rng::with_seed(99), 0_u64);
    let bytes = sound(KILLS * 3_000_000, 8);
    let length = bytes.len().to_string();
    let created = tus(server.http.address(), "POST", "/api/uploads/tus", &[("Upload-Length", &length)], b"");
    let path = created.header("location").unwrap().to_owned();
    for round in 0..KILLS {
        let address = server.http.address().to_owned();
        let offset = tus(&address, "HEAD", &path, &[], b"").offset();
        assert!(offset >= acknowledged, "round {round}: {acknowledged} were acknowledged, {offset} are there");
        let piece = random.usize(1..600_000).min(bytes.len() - offset as usize);
        let answer = patch(&address, &path, offset, &bytes[offset as usize..][..piece]);
        acknowledged = answer.offset();
        assert_eq!(acknowledged, offset + piece as u64);
        let rest = &bytes[acknowledged as usize..];
        let sent = random.usize(0..=rest.len().min(9_000_000));
        let at = acknowledged.to_string();
        let headers = [("Tus-Resumable", "1.0.0"), BYTES, ("Upload-Offset", at.as_str())];
        let hanging = begin(&address, "PATCH", &path, &headers, rest.len(), &rest[..sent]).unwrap();
        // Any moment will do: also one in which the server is writing.
        let_pass(Duration::from_micros(random.u64(0..30_000)));
        server = killed_and_started(server, &["--rate-limit", "off"]);
        drop(hanging);
    }
    let offset = tus(server.http.address(), "HEAD", &path, &[], b"").offset();
    assert!(offset >= acknowledged);
    let last = patch(server.http.address(), &path, offset, &bytes[offset as usize..]);
    assert_eq!(last.status, 204, "{last:?}");
    assert_eq!(last.offset(), bytes.len() as u64);
    assert!(kept(&server, &bytes).is_some_and(|kept| kept == bytes));
    assert_eq!(staged(&server), 1, "what is told of it for a while, and no more");
}
