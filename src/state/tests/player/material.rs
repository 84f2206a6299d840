//! The files of what is played: gone, measured, or replaced.

use super::*;

impl Desk {
    /// As whoever deletes a file that is used: out of its playlist, and then the file.
    fn delete(&mut self, playlist: &str, asset: &str) {
        self.tell(json!({"command": "remove_tracks", "playlist": playlist, "tracks": [asset]}));
        self.tell(json!({"command": "remove_asset", "asset": asset}));
    }

    fn describe(&mut self, asset: &str, seconds: u64) {
        let details = json!({"length_us": seconds * 1_000_000});
        self.tell(json!({"command": "describe_asset", "asset": asset, "details": details}));
    }
}

#[test]
fn where_the_file_of_what_is_played_is_deleted_the_next_is_played() {
    let mut desk = Desk::new();
    desk.tell(json!({"command": "put_playlist", "playlist": playlist("l", &["s1", "live", "s2"])}));
    desk.tell(json!({"command": "play_playlist", "playlist": "l", "track": "live"}));
    desk.wait(30 * SECOND);
    desk.delete("l", "live");
    assert_eq!((desk.state(), &desk.show.player.leaving), (("s2", "playing"), &None));
    desk.tell(json!({"command": "remove_playlist", "playlist": "a"}));
    desk.wait(SECOND);
    desk.delete("l", "s2");
    assert_eq!((desk.state(), &desk.show.player.leaving), (("s1", "stopped"), &None), "it was the last");
}

#[test]
fn what_is_paused_or_leaves_may_be_deleted_too() {
    let mut desk = Desk::new();
    desk.tell(json!({"command": "put_playlist", "playlist": playlist("l", &["live", "s4"])}));
    desk.tell(play("l"));
    desk.wait(SECOND);
    desk.control("pause");
    desk.delete("l", "live");
    assert_eq!(desk.state().1, "stopped", "whoever has paused wants to hear nothing");
    desk.control("play");
    assert_eq!(desk.state(), ("s4", "playing"));
    let mut desk = Desk::new();
    desk.tell(json!({"command": "put_playlist", "playlist": playlist("l", &["live", "s4"])}));
    desk.tell(play("l"));
    desk.wait(SECOND);
    desk.control("next");
    assert!(desk.show.player.leaving.is_some());
    let play = desk.playing().play;
    desk.delete("l", "live");
    assert_eq!((desk.playing().play, &desk.show.player.leaving), (play, &None));
    assert_eq!(desk.tell(json!({"command": "remove_asset", "asset": "p"})).len(), 1, "others do not concern it");
}

#[test]
fn a_length_that_is_found_out_late_counts_for_what_is_played() {
    let mut desk = Desk::new();
    desk.tell(json!({"command": "put_playlist", "playlist": playlist("l", &["live", "s1"])}));
    desk.tell(play("l"));
    desk.wait(30 * SECOND);
    desk.describe("live", 40);
    assert_eq!((desk.track(), desk.playing().length_us), ("live", Some(40_000_000)));
    desk.wait(11 * SECOND);
    assert_eq!(desk.track(), "s1");
    desk.describe("live", 41);
    assert_eq!(desk.playing().length_us, Some(60_000_000), "it is not of another file");
    desk.wait(30 * SECOND);
    desk.describe("s1", 20);
    assert_eq!(desk.playing().length_us, Some(60_000_000), "what is over by then ends as it would have");
}

#[test]
fn tracks_and_covers_are_replaced_with_their_files() {
    let mut desk = Desk::new();
    let cover = |id: &str| json!({"command": "describe_asset", "asset": "s1", "details": {"cover": id}});
    let mut other = crate::show::asset::Asset::clone(&desk.show.assets["p"]);
    other.id = serde_json::from_value(json!("q")).unwrap();
    Arc::make_mut(&mut desk.show.assets).insert(other.id.clone(), Arc::new(other));
    desk.tell(cover("p"));
    desk.tell(json!({"command": "put_playlist", "playlist": playlist("l", &["p", "s1"])}));
    let version = desk.show.playlists["l"].head.version;
    desk.tell(json!({"command": "replace_asset", "asset": "p", "with": "q"}));
    let track = &desk.show.playlists["l"].tracks[0];
    assert_eq!((track.id.as_str(), track.asset.as_str()), ("p", "q"));
    assert!(desk.show.playlists["l"].head.version > version, "whoever looks at the playlist is told");
    let found = desk.show.assets["s1"].details.as_ref().and_then(|details| details.cover.clone());
    assert_eq!(found.as_ref().map(|id| id.as_str()), Some("q"));
    desk.tell(json!({"command": "remove_asset", "asset": "p"}));
}

#[test]
fn a_player_of_an_older_journal_is_read() {
    let mut desk = Desk::new();
    desk.tell(play("a"));
    let mut stored = serde_json::to_value(&*desk.show.player).unwrap();
    stored["interrupted"] = json!("a");
    stored["now"].as_object_mut().unwrap().remove("first");
    let player: crate::show::player::Player = serde_json::from_value(stored).unwrap();
    assert_eq!(player, *desk.show.player);
}

/// Who has it fade when its time to fade has passed, or adds what it is to fade into, hears the rest of the fade and all of the next.
#[test]
fn what_is_to_fade_since_before_it_was_asked_for_fades_from_now_on() {
    let late = [
        json!({"command": "change_player", "patch": {"crossfade_ms": 12_000}}),
        json!({"command": "add_tracks", "playlist": "one", "tracks": [{"id": "s2", "asset": "s2"}]}),
    ];
    for (first, second) in [(&late[0], &late[1]), (&late[1], &late[0])] {
        let mut desk = Desk::new();
        desk.tell(json!({"command": "put_playlist", "playlist": playlist("one", &["s1"])}));
        desk.tell(first.clone());
        desk.tell(play("one"));
        desk.wait(52 * SECOND);
        let ends = desk.playing().ends_at().expect("it plays");
        assert_eq!(desk.track(), "s1");
        desk.tell(second.clone());
        desk.wait(0);
        assert_eq!(desk.state(), ("s2", "playing"));
        let Playback::Playing { since, offset_ms } = desk.playing().playback else { panic!("it plays") };
        let lead = since.0 - desk.now.0;
        assert!(offset_ms == 0 && (250_000..350_000).contains(&lead), "from its start, when its file is open: {lead}");
        let leaving = desk.show.player.leaving.as_ref().expect("the first is still heard");
        assert_eq!((leaving.from, leaving.until), (since, ends));
    }
}

#[test]
fn whoever_skips_twice_hears_what_was_played_until_the_second_begins() {
    let mut desk = Desk::new();
    desk.tell(play("a"));
    desk.wait(10 * SECOND);
    let heard = desk.playing().play;
    desk.control("next");
    desk.wait(SECOND / 10);
    desk.control("next");
    let Playback::Playing { since, .. } = desk.playing().playback else { panic!("it plays") };
    let leaving = desk.show.player.leaving.clone().expect("something is still heard");
    assert_eq!((desk.track(), leaving.play, leaving.asset.as_str()), ("s3", heard, "s1"));
    assert_eq!((leaving.from, leaving.until), (since, since));
    // What can not be played before it began takes nothing with it either.
    let broken = desk.playing().play;
    desk.tell(json!({"command": "change_player", "patch": {"repeat": "all"}}));
    desk.tell(json!({"command": "end_play", "play": broken, "fault": "it is broken"}));
    assert_eq!(desk.show.player.leaving.as_ref().expect("still heard").play, heard);
    assert_eq!(desk.track(), "s1");
    desk.wait(SECOND);
    desk.tell(json!({"command": "end_play", "play": desk.playing().play, "fault": "it is broken, too"}));
    assert_eq!(desk.show.player.leaving, None, "what is broken is not heard");
}

#[test]
fn what_is_sought_to_its_end_is_followed_when_there_was_time_to_open_that() {
    for crossfade in [0, 12_000] {
        let mut desk = Desk::new();
        desk.tell(json!({"command": "change_player", "patch": {"crossfade_ms": crossfade}}));
        desk.tell(play("a"));
        desk.wait(10 * SECOND);
        desk.tell(json!({"command": "control_player", "control": {"action": "seek", "position_ms": 59_900}}));
        let sought = desk.now;
        desk.wait(SECOND / 5);
        let Playback::Playing { since, offset_ms } = desk.playing().playback else { panic!("it plays") };
        assert_eq!((desk.track(), offset_ms), ("s2", 0));
        assert!(since.0 - sought.0 > 250_000, "{since:?} {sought:?}");
    }
}

#[test]
fn a_sound_of_some_samples_does_not_keep_the_show_busy() {
    let mut desk = Desk::new();
    desk.tell(json!({"command": "put_playlist", "playlist": playlist("one", &["live"])}));
    desk.tell(json!({"command": "change_player", "patch": {"repeat": "one"}}));
    desk.tell(json!({"command": "describe_asset", "asset": "live", "details": {"length_us": 21}}));
    desk.tell(play("one"));
    let before = desk.show.player.plays;
    desk.wait(10 * SECOND);
    let plays = desk.show.player.plays - before;
    assert!((90..=100).contains(&plays), "{plays}");
}

fn slugs(desk: &Desk) -> Vec<(String, String)> {
    let tracks = &desk.show.playlists.get("loop").expect("there is a loop").tracks;
    tracks.iter().map(|track| (track.id.to_string(), track.asset.to_string())).collect()
}

#[test]
fn the_loop_goes_by_what_its_tracks_show_whatever_they_are_called() {
    let mut desk = Desk::new();
    let steer = |wish: Value| json!({"command": "steer_loop", "wish": wish});
    desk.tell(steer(json!({"action": "add", "slug": "s1"})));
    assert_eq!(desk.refused(steer(json!({"action": "add", "slug": "s1"}))), "already_exists");
    desk.tell(json!({"command": "replace_asset", "asset": "s1", "with": "s2"}));
    assert_eq!(desk.refused(steer(json!({"action": "add", "slug": "s2"}))), "already_exists");
    desk.tell(steer(json!({"action": "show", "slug": "s1"})));
    let track = |id: &str, asset: &str| (id.to_owned(), asset.to_owned());
    assert_eq!(slugs(&desk), [track("s1", "s2"), track("s1-2", "s1")]);
    assert_eq!(desk.track(), "s1-2");
    desk.tell(json!({"command": "add_tracks", "playlist": "loop", "tracks": [{"id": "again", "asset": "s2"}]}));
    desk.tell(steer(json!({"action": "order", "slugs": ["s2", "s2", "s1"]})));
    assert_eq!(slugs(&desk), [track("s1", "s2"), track("again", "s2"), track("s1-2", "s1")]);
    assert_eq!(desk.refused(steer(json!({"action": "order", "slugs": ["s2", "s2", "s2"]}))), "order_mismatch");
    assert_eq!(desk.refused(steer(json!({"action": "show", "slug": "nowhere"}))), "asset_not_found");
}

#[test]
fn what_is_removed_by_force_is_removed_from_playlists_and_from_nothing_else() {
    let mut desk = Desk::new();
    desk.tell(json!({"command": "put_playlist", "playlist": playlist("b", &["p", "s1"])}));
    let remove = |asset: &str, force: bool| json!({"command": "remove_asset", "asset": asset, "force": force});
    assert_eq!(desk.refused(remove("p", false)), "asset_in_use");
    desk.tell(remove("p", true));
    assert_eq!(desk.show.playlists.get("b").expect("it stays").tracks.len(), 1);
    desk.tell(json!({"command": "put_input", "input": {"id": "i", "kind": "video", "asset": "s1"}}));
    assert_eq!(desk.refused(remove("s1", true)), "asset_in_use");
    assert_eq!(desk.refused(remove("p", true)), "asset_not_found");
}
