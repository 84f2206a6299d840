//! The player: what it is told, what it does by itself, and what comes of tags.

mod any;
mod material;
mod times;

use std::sync::Arc;

use serde_json::{Value, json};

use crate::show::Show;
use crate::show::input::Playback;
use crate::show::player::Now;
use crate::show::tag::AssociationState;
use crate::show::time::ShowTime;
use crate::state::apply::{apply, check_whole, due, left_alone};
use crate::state::command::Command;
use crate::state::event::{Event, evolve};
use crate::state::rejection::Rejection;

const NOON: i64 = 1_790_000_000_000_000;
const SECOND: i64 = 1_000_000;

/// A show whose time is turned by hand.
struct Desk {
    show: Show,
    now: ShowTime,
}

impl Desk {
    /// Sounds `s1` … `s5` of one to five minutes, a picture `p`, and a playlist `a` of the first three.
    fn new() -> Self {
        let mut show = Show::default();
        let mut asset = |id: &str, kind: &str, format: &str, length: Value| {
            let asset = json!({"id": id, "name": format!("{id}.{format}"), "kind": kind, "format": format, "width": 0, "height": 0,
                "bytes": 1, "duration_ms": length});
            Arc::make_mut(&mut show.assets)
                .insert(serde_json::from_value(json!(id)).unwrap(), serde_json::from_value(asset).unwrap());
        };
        (1..=5).for_each(|number| asset(&format!("s{number}"), "sound", "flac", json!(number * 60_000)));
        asset("p", "image", "png", Value::Null);
        asset("live", "sound", "mp3", Value::Null);
        let mut desk = Self { show, now: ShowTime(NOON) };
        desk.tell(json!({"command": "put_playlist", "playlist": playlist("a", &["s1", "s2", "s3"])}));
        desk
    }

    fn try_tell(&mut self, command: Value) -> Result<Vec<Event>, Rejection> {
        let command: Command = serde_json::from_value(command).expect("a command");
        let mut replayed = self.show.clone();
        let events = apply(&mut self.show, command, self.now)?;
        events.iter().for_each(|event| evolve(&mut replayed, event));
        assert_eq!(replayed, self.show);
        assert_eq!(check_whole(&self.show), Ok(()));
        Ok(events)
    }

    #[track_caller]
    fn tell(&mut self, command: Value) -> Vec<Event> {
        self.try_tell(command).expect("it is accepted")
    }

    #[track_caller]
    fn refused(&mut self, command: Value) -> &'static str {
        let before = self.show.clone();
        let code = self.try_tell(command).expect_err("it is refused").code();
        assert_eq!(before, self.show);
        code
    }

    /// All that the show does by itself until then.
    fn wait(&mut self, micros: i64) {
        let until = ShowTime(self.now.0 + micros);
        for _ in 0..10_000 {
            let Some(at) = due::next(&self.show, self.now).filter(|at| *at <= until) else { break };
            let happening = due::happen(&self.show, self.now).expect("something happens");
            self.now = at;
            assert!(!happening.events.is_empty());
            happening.events.iter().for_each(|event| evolve(&mut self.show, event));
            assert_eq!(check_whole(&self.show), Ok(()));
        }
        self.now = until;
    }

    fn playing(&self) -> &Now {
        self.show.player.now.as_ref().expect("something is there")
    }

    fn track(&self) -> &str {
        self.playing().track.as_str()
    }

    fn state(&self) -> (&str, &'static str) {
        (self.track(), crate::show::player::staged::state_of(self.playing()))
    }

    fn seconds(&self) -> u64 {
        (self.playing().offset_ms(self.now) + 500) / 1_000
    }

    fn control(&mut self, action: &str) {
        self.tell(json!({"command": "control_player", "control": {"action": action}}));
    }

    fn tap(&mut self, tag: &str, present: bool) {
        self.tell(json!({"command": "report_tag", "tag": tag, "reader": "r", "present": present}));
    }
}

fn playlist(id: &str, assets: &[&str]) -> Value {
    let tracks: Vec<Value> = assets.iter().map(|asset| json!({"id": asset, "asset": asset})).collect();
    json!({"id": id, "title": id.to_uppercase(), "tracks": tracks})
}

fn play(id: &str) -> Value {
    json!({"command": "play_playlist", "playlist": id})
}

#[test]
fn a_playlist_is_played_to_its_end_and_each_track_begins_where_the_one_before_ends() {
    let mut desk = Desk::new();
    desk.tell(play("a"));
    let Playback::Playing { since, .. } = desk.playing().playback else { panic!("it plays") };
    let lead = since.0 - NOON;
    assert!((250_000..350_000).contains(&lead), "there is time to open a file: {lead}");
    let mut expected = since.0;
    desk.wait(lead);
    for (track, minutes) in [("s1", 1), ("s2", 2), ("s3", 3)] {
        let Playback::Playing { since, .. } = desk.playing().playback else { panic!("it plays") };
        assert_eq!(desk.track(), track);
        assert!((since.0 - expected).abs() <= 11, "to the sample: {since:?} {expected}");
        expected += minutes * 60 * SECOND;
        desk.wait(minutes * 60 * SECOND);
    }
    assert_eq!(desk.state(), ("s1", "stopped"), "and then stands at its beginning");
    let counts: Vec<u32> = desk.show.playlists["a"].tracks.iter().map(|track| track.play_count).collect();
    assert_eq!(counts, [1, 1, 1]);
    desk.wait(SECOND);
    assert_eq!(desk.show.player.leaving, None);
    desk.control("play");
    assert_eq!(desk.state(), ("s1", "playing"));
}

#[test]
fn it_can_be_paused_sought_skipped_and_stopped() {
    let mut desk = Desk::new();
    assert_eq!(desk.refused(json!({"command": "control_player", "control": {"action": "play"}})), "nothing_to_play");
    desk.tell(play("a"));
    desk.wait(30 * SECOND);
    desk.control("pause");
    desk.wait(3_600 * SECOND);
    assert_eq!((desk.state(), desk.seconds()), (("s1", "paused"), 30));
    desk.control("toggle");
    desk.wait(10 * SECOND);
    assert_eq!((desk.state(), desk.seconds()), (("s1", "playing"), 40));
    desk.tell(json!({"command": "control_player", "control": {"action": "seek", "position_ms": 55_000}}));
    desk.wait(2 * SECOND);
    assert_eq!(desk.seconds(), 57);
    desk.wait(4 * SECOND);
    assert_eq!((desk.track(), desk.seconds()), ("s2", 1), "a seek moves the end");
    desk.control("next");
    assert_eq!(desk.track(), "s3");
    assert_eq!(desk.refused(json!({"command": "control_player", "control": {"action": "next"}})), "nothing_to_play");
    desk.control("previous");
    assert_eq!(desk.track(), "s2");
    desk.wait(20 * SECOND);
    desk.control("previous");
    assert_eq!((desk.track(), desk.seconds()), ("s2", 0), "far into a track it means to its start");
    desk.control("stop");
    assert_eq!(desk.state(), ("s2", "stopped"));
    // Beyond the end is at the end, and what comes after it comes at once.
    desk.control("play");
    desk.wait(SECOND);
    desk.tell(json!({"command": "control_player", "control": {"action": "seek", "position_ms": 80_000_000}}));
    desk.wait(1);
    assert_eq!(desk.track(), "s3");
}

#[test]
fn it_repeats_and_shuffles() {
    let mut desk = Desk::new();
    desk.tell(json!({"command": "change_player", "patch": {"repeat": "one"}}));
    desk.tell(play("a"));
    desk.wait(200 * SECOND);
    assert_eq!(desk.track(), "s1");
    desk.control("next");
    assert_eq!(desk.track(), "s2", "who asks for the next one gets it");
    desk.tell(json!({"command": "change_player", "patch": {"repeat": "all"}}));
    desk.wait((2 + 3) * 60 * SECOND + SECOND);
    assert_eq!(desk.track(), "s1");
    desk.tell(json!({"command": "put_playlist", "playlist": playlist("b", &["s1", "s2", "s3", "s4", "s5"])}));
    desk.tell(json!({"command": "change_player", "patch": {"shuffle": true}}));
    desk.tell(play("b"));
    let mut heard = Vec::new();
    for _ in 0..100 {
        heard.push(desk.track().to_owned());
        desk.control("next");
    }
    for round in heard.chunks(5) {
        let mut sorted = round.to_vec();
        sorted.sort();
        assert_eq!(sorted, ["s1", "s2", "s3", "s4", "s5"], "each once in every round: {heard:?}");
    }
    assert!(heard.windows(2).all(|pair| pair[0] != pair[1]), "nothing twice in a row: {heard:?}");
    assert!(heard.chunks(5).any(|round| round != &heard[..5]), "rounds differ");
    assert_eq!(desk.refused(json!({"command": "change_player", "patch": {"volume": 101}})), "out_of_range");
    assert_eq!(desk.refused(json!({"command": "change_player", "patch": {"speed": 2}})), "invalid_value");
}

/// All that is heard when somebody skips from one track to the next until there is none.
fn heard_from_here(desk: &mut Desk) -> Vec<String> {
    let mut heard = vec![desk.track().to_owned()];
    while desk.try_tell(json!({"command": "control_player", "control": {"action": "next"}})).is_ok() {
        heard.push(desk.track().to_owned());
    }
    heard.sort();
    heard
}

#[test]
fn a_shuffled_playlist_that_begins_with_a_chosen_track_plays_all_others_after_it() {
    for chosen in 1..=5 {
        let mut desk = Desk::new();
        desk.tell(json!({"command": "put_playlist", "playlist": playlist("b", &["s1", "s2", "s3", "s4", "s5"])}));
        desk.tell(json!({"command": "change_player", "patch": {"shuffle": true}}));
        desk.tell(json!({"command": "play_playlist", "playlist": "b", "track": chosen}));
        assert_eq!(desk.track(), format!("s{chosen}"));
        assert_eq!(heard_from_here(&mut desk), ["s1", "s2", "s3", "s4", "s5"], "from {chosen} on");
    }
}

#[test]
fn what_is_played_when_the_others_are_shuffled_is_the_first_of_them() {
    for playing in 1..=5 {
        let mut desk = Desk::new();
        desk.tell(json!({"command": "put_playlist", "playlist": playlist("b", &["s1", "s2", "s3", "s4", "s5"])}));
        desk.tell(play("b"));
        (1..playing).for_each(|_| desk.control("next"));
        desk.tell(json!({"command": "change_player", "patch": {"shuffle": true}}));
        assert_eq!(heard_from_here(&mut desk), ["s1", "s2", "s3", "s4", "s5"], "from {playing} on");
    }
}

#[test]
fn what_is_played_fades_into_the_next() {
    let mut desk = Desk::new();
    desk.tell(json!({"command": "change_player", "patch": {"crossfade_ms": 5_000}}));
    desk.tell(play("a"));
    let ends = desk.playing().ends_at().expect("it is known");
    desk.wait(ends.0 - NOON - 4 * SECOND);
    assert_eq!((desk.track(), desk.seconds()), ("s2", 1));
    let leaving = desk.show.player.leaving.clone().expect("the first is still heard");
    assert_eq!((leaving.asset.as_str(), leaving.until, leaving.from.0), ("s1", ends, ends.0 - 5 * SECOND));
    desk.wait(5 * SECOND);
    assert_eq!(desk.show.player.leaving, None);
}

#[test]
fn pictures_are_shown_for_a_while_and_tracks_as_often_as_they_are_to_be() {
    let mut desk = Desk::new();
    let tracks = json!([{"id": "x", "asset": "p", "still_ms": 4_000, "times": 2}, {"id": "y", "asset": "p"}]);
    desk.tell(
        json!({"command": "put_playlist", "playlist": {"id": "loop", "title": "Loop", "still_ms": 6_000, "tracks": tracks}}),
    );
    desk.tell(json!({"command": "change_player", "patch": {"repeat": "all"}}));
    // Where nothing was played yet, it is the loop that is.
    desk.control("play");
    desk.wait(SECOND);
    let mut seen = Vec::new();
    for _ in 0..7 {
        seen.push((desk.track().to_owned(), desk.playing().round));
        desk.wait(2 * SECOND);
    }
    let expected = [("x", 1), ("x", 1), ("x", 2), ("x", 2), ("y", 1), ("y", 1), ("y", 1)];
    assert_eq!(seen, expected.map(|(track, round)| (track.to_owned(), round)));
}

#[test]
fn what_can_not_be_played_is_left_out_and_told() {
    let mut desk = Desk::new();
    desk.tell(play("a"));
    let play_number = desk.playing().play;
    desk.tell(json!({"command": "end_play", "play": play_number, "fault": "it is broken"}));
    assert_eq!(desk.track(), "s2");
    let fault = desk.show.player.fault.clone().expect("it is told");
    assert_eq!((fault.track.as_str(), fault.reason.as_str()), ("s1", "it is broken"));
    assert_eq!(desk.refused(json!({"command": "end_play", "play": play_number})), "play_over");
    assert_eq!(desk.show.player.leaving, None, "it was not heard");
    // Where nothing can be played it does not go round and round.
    desk.tell(json!({"command": "change_player", "patch": {"repeat": "all"}}));
    for _ in 0..3 {
        let play = desk.playing().play;
        desk.tell(json!({"command": "end_play", "play": play, "fault": "broken too"}));
    }
    assert_eq!(desk.state().1, "stopped");
    // One whose length nobody knows is over when somebody says so.
    desk.tell(json!({"command": "put_playlist", "playlist": playlist("l", &["live", "s1"])}));
    desk.tell(play("l"));
    desk.wait(500 * SECOND);
    assert_eq!(desk.track(), "live");
    let play = desk.playing().play;
    desk.tell(json!({"command": "end_play", "play": play}));
    assert_eq!((desk.track(), desk.show.player.faults), ("s1", 0));
}

#[test]
fn what_breaks_while_it_is_paused_starts_nothing_and_is_forgiven_by_whoever_goes_on() {
    let mut desk = Desk::new();
    desk.tell(play("a"));
    desk.control("pause");
    let play_number = desk.playing().play;
    desk.tell(json!({"command": "end_play", "play": play_number, "fault": "it is broken"}));
    assert_eq!((desk.track(), desk.state().1, desk.show.player.faults), ("s1", "stopped", 1));
    desk.control("next");
    assert_eq!((desk.track(), desk.state().1, desk.show.player.faults), ("s2", "playing", 0));
}

#[test]
fn a_playlist_that_resumes_goes_on_where_it_was_left() {
    let mut desk = Desk::new();
    desk.tell(json!({"command": "change_playlist", "playlist": "a", "patch": {"resumes": true}}));
    desk.tell(json!({"command": "put_playlist", "playlist": playlist("b", &["s4"])}));
    desk.tell(play("a"));
    desk.wait(90 * SECOND);
    assert_eq!(desk.track(), "s2");
    desk.tell(play("b"));
    desk.wait(10 * SECOND);
    desk.tell(play("a"));
    desk.wait(11 * SECOND);
    assert_eq!((desk.track(), desk.seconds()), ("s2", 41));
    desk.control("stop");
    desk.tell(play("a"));
    desk.wait(10 * SECOND);
    assert_eq!((desk.track(), desk.seconds()), ("s2", 50));
    desk.tell(play("b"));
    desk.wait(10 * SECOND);
    desk.tell(play("b"));
    desk.wait(SECOND);
    assert_eq!(desk.seconds(), 1, "the other begins anew");
}

#[test]
fn tracks_come_go_and_change_places_while_they_are_played() {
    let mut desk = Desk::new();
    desk.tell(play("a"));
    desk.wait(SECOND);
    desk.tell(json!({"command": "order_tracks", "playlist": "a", "order": [3, 1, 2]}));
    assert_eq!(desk.refused(json!({"command": "order_tracks", "playlist": "a", "order": [1, 2]})), "order_mismatch");
    desk.tell(json!({"command": "remove_tracks", "playlist": "a", "tracks": ["s1"]}));
    assert_eq!(desk.state(), ("s1", "playing"), "it goes on to its end");
    desk.wait(60 * SECOND);
    assert_eq!(desk.track(), "s2", "and then what came after it");
    desk.tell(json!({"command": "add_tracks", "playlist": "a", "number": 1, "tracks": [{"id": "x", "asset": "s4"}]}));
    assert_eq!(
        desk.refused(json!({"command": "add_tracks", "playlist": "a", "number": 5, "tracks": [{"id": "y", "asset": "s4"}]})),
        "out_of_range"
    );
    assert_eq!(
        desk.refused(json!({"command": "add_tracks", "playlist": "a", "tracks": [{"id": "x", "asset": "s4"}]})),
        "already_exists"
    );
    assert_eq!(
        desk.refused(json!({"command": "add_tracks", "playlist": "a", "tracks": [{"id": "y", "asset": "none"}]})),
        "asset_missing"
    );
    desk.tell(json!({"command": "put_playlist", "playlist": playlist("b", &[])}));
    desk.tell(json!({"command": "move_track", "playlist": "a", "track": 1, "to": "b"}));
    let names = |desk: &Desk, id: &str| -> Vec<String> {
        desk.show.playlists[id].tracks.iter().map(|track| track.id.to_string()).collect()
    };
    assert_eq!((names(&desk, "a"), names(&desk, "b")), (vec!["s3".to_owned(), "s2".to_owned()], vec!["x".to_owned()]));
    desk.tell(json!({"command": "change_track", "playlist": "b", "track": 1, "patch": {"title": "New"}}));
    assert_eq!(desk.show.playlists["b"].tracks[0].title, "New");
    assert_eq!(
        desk.refused(json!({"command": "change_track", "playlist": "b", "track": 2, "patch": {"title": "New"}})),
        "track_not_found"
    );
    desk.tell(json!({"command": "remove_playlist", "playlist": "a"}));
    assert_eq!(desk.show.player.now, None);
}

#[test]
fn after_the_server_was_away_it_goes_on_where_it_was() {
    let mut desk = Desk::new();
    desk.tell(play("a"));
    desk.wait(20 * SECOND);
    let alive = desk.now;
    desk.now = ShowTime(alive.0 + 3_600 * SECOND);
    desk.show.player = left_alone(&desk.show, alive, desk.now).expect("it plays");
    assert_eq!((desk.state(), desk.seconds()), (("s1", "playing"), 20));
    desk.wait(SECOND);
    assert_eq!((desk.state(), desk.seconds()), (("s1", "playing"), 21));
    desk.control("pause");
    assert_eq!(left_alone(&desk.show, alive, desk.now), None);
}

#[test]
fn playlists_and_tracks_have_their_times() {
    // It begins at 14:13:20 UTC.
    let mut desk = Desk::new();
    let when = |from: &str, to: &str| json!({"windows": [{"from": from, "to": to}]});
    let tracks = json!([{"id": "x", "asset": "p", "when": when("14:40", "16:00")}, {"id": "y", "asset": "p"}]);
    desk.tell(json!({"command": "put_playlist", "playlist": {"id": "loop", "title": "L", "tracks": tracks}}));
    desk.tell(json!({"command": "change_player", "patch": {"repeat": "all"}}));
    desk.tell(play("loop"));
    desk.wait(15 * SECOND);
    assert_eq!(desk.track(), "y", "the other is left out");
    desk.tell(json!({"command": "remove_tracks", "playlist": "loop", "tracks": ["y"]}));
    desk.wait(10 * SECOND);
    assert_eq!(desk.state().1, "stopped");
    desk.wait(30 * 60 * SECOND);
    assert_eq!(desk.state(), ("x", "playing"), "it is its time");
    // A playlist with a timetable interrupts, and gives back.
    desk.tell(json!({"command": "put_playlist", "playlist": {"id": "news", "title": "N", "when": when("15:10", "15:20"),
        "tracks": [{"id": "n", "asset": "s5"}, {"id": "m", "asset": "s5"}, {"id": "o", "asset": "s5"}]}}));
    desk.wait(31 * 60 * SECOND);
    assert_eq!((desk.state(), desk.playing().playlist.as_str()), (("n", "playing"), "news"));
    desk.wait(10 * 60 * SECOND);
    assert_eq!((desk.state(), desk.playing().playlist.as_str()), (("x", "playing"), "loop"));
    assert_eq!(
        desk.refused(
            json!({"command": "change_playlist", "playlist": "news", "patch": {"when": {"windows": [{"from": "x"}]}}})
        ),
        "invalid_value"
    );
}

#[test]
fn a_tag_starts_its_playlist_and_a_second_tap_means_what_was_said() {
    let mut desk = Desk::new();
    desk.tap("04AABBCC", true);
    assert_eq!(desk.show.player.now, None, "nobody knows it");
    desk.tap("04AABBCC", false);
    desk.tell(json!({"command": "associate_tag", "tag": "04:aa:bb:cc", "playlist": "a"}));
    desk.wait(5 * SECOND);
    desk.tap("04AABBCC", true);
    assert_eq!(desk.state(), ("s1", "playing"));
    desk.wait(10 * SECOND);
    desk.tap("04AABBCC", false);
    assert_eq!(desk.state(), ("s1", "playing"), "taking it away means nothing");
    desk.wait(5 * SECOND);
    desk.tap("04AABBCC", true);
    assert_eq!((desk.state(), desk.seconds()), (("s1", "playing"), 15), "nor does another tap");
    desk.tap("04AABBCC", false);
    for (policy, state) in [
        ("toggle", ("s1", "paused")),
        ("toggle", ("s1", "playing")),
        ("next", ("s2", "playing")),
        ("restart", ("s1", "playing")),
    ] {
        desk.tell(json!({"command": "change_nfc", "patch": {"second_tap": policy}}));
        desk.wait(5 * SECOND);
        desk.tap("04AABBCC", true);
        assert_eq!(desk.state(), state, "{policy}");
        // Nobody taps twice in so short a time.
        desk.tap("04AABBCC", false);
        desk.wait(SECOND / 5);
        desk.tap("04AABBCC", true);
        assert_eq!(desk.state(), state, "{policy}");
        desk.tap("04AABBCC", false);
    }
    desk.tell(json!({"command": "change_tag", "tag": "04AABBCC", "patch": {"on_removal": "pause", "second_tap": "ignore"}}));
    desk.wait(5 * SECOND);
    desk.tap("04AABBCC", true);
    desk.wait(5 * SECOND);
    desk.tap("04AABBCC", false);
    assert_eq!(desk.state(), ("s1", "paused"));
    desk.wait(5 * SECOND);
    desk.tap("04AABBCC", true);
    assert_eq!(desk.state(), ("s1", "playing"), "it goes on with the card");
    // What was played to its end begins again.
    desk.wait(1_000 * SECOND);
    assert_eq!(desk.state(), ("s1", "stopped"));
    desk.tap("04AABBCC", false);
    desk.wait(5 * SECOND);
    desk.tap("04AABBCC", true);
    assert_eq!(desk.state(), ("s1", "playing"));
    desk.tell(json!({"command": "remove_playlist", "playlist": "a"}));
    assert!(desk.show.nfc.tags.is_empty(), "a tag goes with its playlist");
}

#[test]
fn a_tag_is_tied_to_a_playlist_as_the_session_says() {
    let mut desk = Desk::new();
    desk.tell(json!({"command": "put_playlist", "playlist": playlist("b", &["s4"])}));
    let start = |id: &str, playlist: &str| json!({"command": "start_association", "id": id, "playlist": playlist, "timeout_ms": 30_000});
    let owner = |desk: &Desk| desk.show.nfc.tags[&"04AABBCC".parse().unwrap()].playlist.to_string();
    let state = |desk: &Desk| desk.show.nfc.association.as_ref().map(|association| association.state).expect("there is one");
    desk.tell(start("one", "a"));
    assert_eq!(state(&desk), AssociationState::Waiting);
    desk.wait(31 * SECOND);
    assert_eq!(state(&desk), AssociationState::Timeout);
    assert_eq!(desk.refused(json!({"command": "cancel_association", "id": "one"})), "association_not_found");
    desk.tell(start("two", "a"));
    desk.tell(json!({"command": "cancel_association", "playlist": "a"}));
    assert_eq!(state(&desk), AssociationState::Cancelled);
    desk.tell(start("three", "a"));
    desk.tap("04AABBCC", true);
    assert_eq!(state(&desk), AssociationState::Success);
    assert_eq!(desk.show.player.now, None, "a tap in a session starts nothing");
    desk.tap("04AABBCC", false);
    desk.tell(start("four", "b"));
    desk.tap("04AABBCC", true);
    let association = desk.show.nfc.association.clone().expect("there is one");
    assert_eq!(association.state, AssociationState::Duplicate);
    assert_eq!(
        (association.existing.as_ref().map(|id| id.as_str()), association.tag.map(|tag| tag.to_string()).as_deref()),
        (Some("a"), Some("04AABBCC"))
    );
    desk.tap("04AABBCC", false);
    // The tag need not be shown again.
    desk.tell(json!({"command": "start_association", "id": "five", "playlist": "b", "replace": true}));
    assert_eq!((state(&desk), owner(&desk)), (AssociationState::Success, "b".to_owned()));
    desk.tell(json!({"command": "start_association", "id": "six", "playlist": "a", "replace": true, "tag": "04AABBCC"}));
    assert_eq!((state(&desk), owner(&desk)), (AssociationState::Success, "a".to_owned()));
    // A phone's number is another one next time.
    desk.tell(start("seven", "a"));
    desk.tap("08112233", true);
    assert_eq!(state(&desk), AssociationState::Error);
    assert_eq!(desk.refused(json!({"command": "associate_tag", "tag": "08112233", "playlist": "a"})), "random_tag");
    assert_eq!(desk.refused(json!({"command": "associate_tag", "tag": "04AABBCC", "playlist": "b"})), "tag_taken");
    // Only one waits at a time.
    desk.tap("08112233", false);
    desk.tell(start("eight", "a"));
    let events = desk.tell(start("nine", "b"));
    assert_eq!(events.len(), 2, "the one before is told that it is over: {events:?}");
    desk.tell(json!({"command": "start_association", "id": "ten", "timeout_ms": 5_000}));
    desk.tap("04AABBCC", true);
    assert_eq!(state(&desk), AssociationState::Success, "asked for no playlist it tells which tag it was");
    assert_eq!(
        desk.refused(json!({"command": "start_association", "id": "x", "playlist": "a", "timeout_ms": 5})),
        "out_of_range"
    );
}

#[test]
fn downloads_wait_end_and_give_way() {
    let mut desk = Desk::new();
    let begin = |id: &str| json!({"command": "begin_download", "id": id, "url": "https://example.org/x", "playlist": "a", "quality": "best"});
    desk.tell(begin("d0"));
    assert_eq!(desk.refused(begin("d0")), "already_exists");
    desk.tell(json!({"command": "end_download", "id": "d0", "course": {"state": "error", "code": "x", "message": "y"}}));
    assert_eq!(
        desk.refused(json!({"command": "end_download", "id": "d0", "course": {"state": "cancelled"}})),
        "download_over"
    );
    for number in 1..=32 {
        desk.tell(begin(&format!("d{number}")));
    }
    assert_eq!(desk.refused(begin("more")), "too_many");
    for number in 1..200 {
        desk.now = ShowTime(NOON + number);
        desk.tell(json!({"command": "end_download", "id": format!("d{number}"), "course": {"state": "cancelled"}}));
        desk.tell(begin(&format!("d{}", number + 32)));
    }
    assert_eq!(desk.show.downloads.len(), 128);
    assert!(!desk.show.downloads.contains_key("d0"), "the oldest that is over gave way");
}
