use std::time::Duration;

use super::{plain, reader, tag};
use crate::devices::nfc::presence::{Graces, Presence};
use crate::devices::nfc::reader::{MOST_READERS, Sighting, Unreadable};
use crate::show::time::ShowTime;

const GRACES: Graces = Graces { wobble: Duration::from_secs(1), outage: Duration::from_secs(5) };

/// Plays lines such as "300 door A": at this many milliseconds, on this reader, this tag is seen. Instead of a tag there may be
/// `nothing`, `unreadable`, `appeared`, `gone`; and instead of all of that `blind` (the source has failed) or `pass`.
#[track_caller]
fn check(seen: &[&str], wanted: &[&str]) {
    let (mut presence, mut events) = (Presence::new(GRACES), Vec::new());
    for line in seen {
        let words: Vec<_> = line.split(' ').collect();
        let at = ShowTime(words[0].parse::<i64>().unwrap() * 1_000);
        // the thread looks when something is due
        while let Some(due) = presence.due().filter(|due| *due <= at) {
            presence.tend(due, &mut events);
        }
        match words[1..] {
            ["blind"] => presence.lose_sight(at, &mut events),
            ["pass"] => presence.tend(at, &mut events),
            [name, what] => presence.see(&sighting(name, what), at, &mut events),
            _ => panic!("{line}"),
        }
    }
    assert_eq!(events.iter().map(plain).collect::<Vec<_>>(), wanted);
}

fn sighting(name: &str, what: &str) -> Sighting {
    match what {
        "appeared" => Sighting::Appeared(reader(name)),
        "gone" => Sighting::Gone(reader(name)),
        "nothing" => Sighting::Nothing(reader(name)),
        "unreadable" => Sighting::Unreadable(reader(name), Unreadable::Silent),
        letter => Sighting::Tag(reader(name), tag(letter)),
    }
}

#[test]
fn a_tag_that_is_held_is_told_once_however_often_it_is_seen() {
    check(
        &["0 door appeared", "100 door A", "200 door A", "9000 door A", "10000 door nothing", "20000 pass"],
        &["0 door appeared", "100 door present 0A", "11000 door removed 0A"],
    );
}

#[test]
fn a_tag_that_comes_back_within_the_grace_never_was_away() {
    check(
        &["0 door A", "100 door nothing", "1099 door A", "1200 door unreadable", "1300 door A", "9000 pass"],
        &["0 door appeared", "0 door present 0A"],
    );
    check(
        &["0 door A", "100 door nothing", "1100 door A"],
        &["0 door appeared", "0 door present 0A", "1100 door removed 0A", "1100 door present 0A"],
    );
}

#[test]
fn seeing_nothing_again_and_again_makes_the_grace_no_longer() {
    check(
        &["0 door A", "100 door nothing", "600 door unreadable", "1000 door nothing", "1050 door nothing", "5000 pass"],
        &["0 door appeared", "0 door present 0A", "1100 door removed 0A"],
    );
}

#[test]
fn two_tags_one_after_the_other_are_two() {
    check(
        &["0 door A", "100 door nothing", "2000 door B", "2100 door nothing", "9000 pass"],
        &["0 door appeared", "0 door present 0A", "1100 door removed 0A", "2000 door present 0B", "3100 door removed 0B"],
    );
}

#[test]
fn another_tag_ends_the_grace_of_the_first_at_once() {
    check(
        &["0 door A", "100 door nothing", "200 door B", "1150 door B", "5000 pass"],
        &["0 door appeared", "0 door present 0A", "200 door removed 0A", "200 door present 0B"],
    );
    check(
        &["0 door A", "200 door B", "300 door A"],
        &[
            "0 door appeared",
            "0 door present 0A",
            "200 door removed 0A",
            "200 door present 0B",
            "300 door removed 0B",
            "300 door present 0A",
        ],
    );
}

#[test]
fn readers_know_nothing_of_each_other() {
    check(
        &["0 door A", "10 desk A", "100 door nothing", "500 desk B", "600 desk nothing", "9000 pass"],
        &[
            "0 door appeared",
            "0 door present 0A",
            "10 desk appeared",
            "10 desk present 0A",
            "500 desk removed 0A",
            "500 desk present 0B",
            "1100 door removed 0A",
            "1600 desk removed 0B",
        ],
    );
}

#[test]
fn a_reader_that_is_unplugged_takes_its_tag_with_it_at_once() {
    check(
        &["0 door A", "100 door gone", "200 door gone", "300 door appeared", "400 door A"],
        &[
            "0 door appeared",
            "0 door present 0A",
            "100 door removed 0A",
            "100 door gone",
            "300 door appeared",
            "400 door present 0A",
        ],
    );
    check(
        &["0 door A", "50 door nothing", "100 door gone", "5000 pass"],
        &["0 door appeared", "0 door present 0A", "100 door removed 0A", "100 door gone"],
    );
}

#[test]
fn an_outage_that_is_short_changes_nothing() {
    check(
        &["0 door A", "0 desk appeared", "100 blind", "600 blind", "4000 door appeared", "4000 door nothing", "4900 door A"],
        &["0 door appeared", "0 door present 0A", "0 desk appeared"],
    );
}

#[test]
fn after_an_outage_other_tags_are_told_and_what_is_away_is_away() {
    check(
        &["0 door A", "100 blind", "1000 door appeared", "1000 door B"],
        &["0 door appeared", "0 door present 0A", "1000 door removed 0A", "1000 door present 0B"],
    );
    check(
        &["0 door A", "100 blind", "1000 door appeared", "1000 door nothing", "9000 pass"],
        &["0 door appeared", "0 door present 0A", "5100 door removed 0A"],
    );
    check(
        &["0 door A", "0 desk B", "100 blind", "1000 desk appeared", "1000 desk B", "9000 pass"],
        &[
            "0 door appeared",
            "0 door present 0A",
            "0 desk appeared",
            "0 desk present 0B",
            "5100 door removed 0A",
            "5100 door gone",
        ],
    );
}

#[test]
fn an_outage_that_lasts_takes_everything_and_its_failures_do_not_prolong_it() {
    check(
        &["0 door A", "100 door nothing", "0 desk B", "200 blind", "3000 blind", "5100 blind", "9000 desk B"],
        &[
            "0 door appeared",
            "0 door present 0A",
            "100 desk appeared",
            "100 desk present 0B",
            "1100 door removed 0A",
            "5200 desk removed 0B",
            "5200 desk gone",
            "5200 door gone",
            "9000 desk appeared",
            "9000 desk present 0B",
        ],
    );
}

#[test]
fn more_readers_than_there_can_be_are_not_known() {
    let (mut presence, mut events) = (Presence::new(GRACES), Vec::new());
    for number in 0..1_000 {
        presence.see(&Sighting::Tag(reader(&number.to_string()), tag("A")), ShowTime(number), &mut events);
    }
    assert_eq!(presence.readers().count(), MOST_READERS);
    assert_eq!(events.len(), 2 * MOST_READERS);
}
