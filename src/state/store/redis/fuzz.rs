//! Fuzz target: the snapshot that Redis holds, which others may have written.

use super::mirror::snapshot_text;
use super::restore::read;
use crate::base::fuzz::{check_secret, check_told, with_secrets};
use crate::show::time::ShowTime;
use crate::state::apply::check_whole;
use crate::state::room::Room;

pub fn redis_snapshot(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    check(text);
    if let Ok(mut value) = serde_json::from_str(text) {
        with_secrets(&mut value);
        check(&value.to_string());
    }
}

fn check(text: &str) {
    let snapshot = match read(text) {
        Ok(snapshot) => snapshot,
        Err(trouble) => return check_told(&trouble.to_string()),
    };
    assert_eq!(check_whole(&snapshot.show), Ok(()), "a show that was not whole would be put on air");
    for destination in snapshot.show.destinations.values() {
        let has_key = destination.target.secret().is_none_or(|secret| !secret.is_empty());
        assert!(has_key || !destination.enabled, "without its key it would knock at a wrong door");
    }
    // The numbers go on from here.
    let mut rooms = snapshot.rooms.clone();
    assert!(snapshot.seq.0.checked_add(1_000_000).is_some());
    assert!(rooms.count(Room::ALL).iter().all(|(_, number)| *number < u64::MAX / 2));
    let _ = ShowTime(1_800_000_000_000_000).since(snapshot.at);
    let again = read(&snapshot_text(&snapshot)).expect("what is written can be read");
    check_secret(&snapshot_text(&snapshot));
    assert_eq!((again.seq, again.at, again.rooms), (snapshot.seq, snapshot.at, snapshot.rooms));
}
