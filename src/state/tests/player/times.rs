//! Playlists with a timetable: what they interrupt, and what becomes of it.

use super::*;

fn when(from: &str, to: &str) -> Value {
    json!({"windows": [{"from": from, "to": to}]})
}

/// Its name, its files, and from when to when it is open.
type List<'a> = (&'a str, &'a [&'a str], Option<(&'a str, &'a str)>);

impl Desk {
    /// It begins at 14:13:20 UTC.
    fn with(lists: &[List<'_>]) -> Self {
        let mut desk = Desk::new();
        for (id, assets, times) in lists {
            let mut list = playlist(id, assets);
            if let Some((from, to)) = times {
                list["when"] = when(from, to);
            }
            desk.tell(json!({"command": "put_playlist", "playlist": list}));
        }
        desk
    }

    /// Waits until a time of that day.
    #[track_caller]
    fn until(&mut self, hour: i64, minute: i64, second: i64) {
        let midnight = NOON - NOON.rem_euclid(86_400 * SECOND);
        let at = midnight + (hour * 3_600 + minute * 60 + second) * SECOND;
        assert!(at >= self.now.0, "that was earlier");
        self.wait(at - self.now.0);
    }

    fn list(&self) -> (&str, &'static str) {
        (self.playing().playlist.as_str(), self.state().1)
    }

    fn waiting(&self) -> Vec<&str> {
        self.show.player.waiting.iter().map(|left| left.playlist.as_str()).collect()
    }
}

#[test]
fn what_is_over_before_its_time_is_gives_back_at_once_and_where_it_was() {
    let mut desk = Desk::with(&[("news", &["s1"], Some(("15:10", "15:20")))]);
    desk.tell(json!({"command": "put_playlist", "playlist": playlist("music", &["s4", "s5"])}));
    desk.until(15, 5, 0);
    desk.tell(play("music"));
    desk.until(15, 10, 30);
    assert_eq!((desk.list(), desk.waiting()), (("news", "playing"), vec!["music"]));
    desk.until(15, 11, 10);
    assert_eq!((desk.list(), desk.track(), desk.waiting()), (("music", "playing"), "s5", vec![]));
    let seconds = desk.seconds();
    assert!((66..71).contains(&seconds), "a minute of it had been heard: {seconds}");
    desk.until(15, 30, 0);
    assert_eq!(desk.state(), ("s4", "stopped"), "nothing comes back twice");
}

#[test]
fn what_waits_below_another_comes_back_in_its_turn() {
    let lists: [List<'_>; 3] =
        [("music", &["s3"], None), ("b", &["s4"], Some(("15:00", "17:00"))), ("c", &["s5"], Some(("15:30", "16:00")))];
    let mut desk = Desk::with(&lists);
    desk.tell(json!({"command": "change_player", "patch": {"repeat": "all"}}));
    desk.tell(play("music"));
    desk.until(15, 31, 0);
    assert_eq!((desk.list(), desk.waiting()), (("c", "playing"), vec!["music", "b"]));
    desk.until(16, 1, 0);
    assert_eq!((desk.list(), desk.waiting()), (("b", "playing"), vec!["music"]));
    desk.until(17, 1, 0);
    assert_eq!((desk.list(), desk.waiting()), (("music", "playing"), vec![]));
}

#[test]
fn a_window_that_begins_or_ends_within_another_starts_nothing() {
    let mut desk = Desk::with(&[("b", &["s5"], None)]);
    let windows = json!({"windows": [{"from": "15:00", "to": "17:00"}, {"from": "16:00", "to": "18:00"}]});
    desk.tell(json!({"command": "change_playlist", "playlist": "b", "patch": {"when": windows}}));
    desk.until(15, 1, 0);
    assert_eq!(desk.list(), ("b", "playing"));
    desk.control("stop");
    for hour in [16, 17, 18] {
        desk.until(hour, 1, 0);
        assert_eq!(desk.list(), ("b", "stopped"), "{hour}");
    }
}

/// The server is away until that time.
fn away_until(desk: &mut Desk, hour: i64, minute: i64) -> usize {
    let day = NOON - NOON.rem_euclid(86_400 * SECOND);
    away(desk, day + (hour * 3_600 + minute * 60) * SECOND - desk.now.0)
}

pub fn away(desk: &mut Desk, micros: i64) -> usize {
    let (alive, back) = (desk.now, ShowTime(desk.now.0 + micros));
    if let Some(player) = left_alone(&desk.show, alive, back) {
        desk.show.player = player;
    }
    desk.now = back;
    let mut changes = 0;
    while let Some((at, happening)) = due::missed(&desk.show, back) {
        assert!(at <= back && !happening.events.is_empty());
        happening.events.iter().for_each(|event| evolve(&mut desk.show, event));
        assert_eq!(check_whole(&desk.show), Ok(()));
        changes += 1;
        assert!(changes < 1_000, "it ends");
    }
    assert!(due::next(&desk.show, back).is_none_or(|at| at > back));
    changes
}

#[test]
fn what_closed_while_the_server_was_away_does_not_go_on() {
    let mut desk = Desk::with(&[("b", &["s5"], Some(("14:00", "20:00")))]);
    desk.tell(json!({"command": "change_player", "patch": {"repeat": "all"}}));
    desk.tell(play("b"));
    desk.until(19, 0, 0);
    assert_eq!(desk.list(), ("b", "playing"));
    away_until(&mut desk, 21, 0);
    assert_eq!(desk.list(), ("b", "stopped"));
    let mut desk = Desk::with(&[("b", &["s5"], Some(("14:00", "20:00")))]);
    desk.tell(play("b"));
    desk.until(14, 15, 0);
    let seconds = desk.seconds();
    away_until(&mut desk, 19, 0);
    assert_eq!((desk.list(), desk.seconds()), (("b", "playing"), seconds), "its time is not over");
}

#[test]
fn what_opened_while_the_server_was_away_gives_back() {
    let mut desk = Desk::with(&[("music", &["s4"], None), ("b", &["s1"], Some(("15:00", "16:00")))]);
    desk.until(14, 59, 0);
    desk.tell(play("music"));
    desk.until(14, 59, 30);
    let seconds = desk.seconds();
    away_until(&mut desk, 15, 30);
    assert_eq!((desk.list(), desk.waiting()), (("b", "playing"), vec!["music"]));
    desk.until(15, 31, 1);
    assert_eq!(desk.list(), ("music", "playing"));
    assert!(desk.seconds().abs_diff(seconds) <= 1, "{} {seconds}", desk.seconds());
}

#[test]
fn what_opened_and_closed_while_the_server_was_away_was_not_heard() {
    let mut desk = Desk::with(&[]);
    let tracks = json!([{"id": "x", "asset": "p"}, {"id": "y", "asset": "p"}]);
    let times = when("15:00", "16:00");
    desk.tell(json!({"command": "put_playlist", "playlist": {"id": "loop", "title": "L", "tracks": tracks, "when": times}}));
    desk.tell(json!({"command": "change_player", "patch": {"repeat": "all"}}));
    let counts = |desk: &Desk| desk.show.playlists["loop"].tracks.iter().map(|track| track.play_count).sum::<u32>();
    assert_eq!(away_until(&mut desk, 30 * 24 + 12, 0), 1, "it is looked at once, whatever happened in a month");
    assert_eq!((counts(&desk), &desk.show.player.now), (0, &None));
    assert_eq!(away_until(&mut desk, 60 * 24 + 15, 30), 1);
    assert_eq!((counts(&desk), desk.list()), (1, ("loop", "playing")), "from now on");
    desk.control("stop");
    away_until(&mut desk, 60 * 24 + 15, 40);
    assert_eq!(desk.list(), ("loop", "stopped"), "it was open before");
}

#[test]
fn what_a_batch_began_while_the_server_was_away_goes_on_from_now() {
    let mut desk = Desk::with(&[]);
    desk.tell(json!({"command": "change_player", "patch": {"repeat": "all"}}));
    let at = NOON / 1_000 + 60_000;
    desk.tell(json!({"command": "batch", "at": at, "id": "x", "commands": [play("a")]}));
    assert!(away_until(&mut desk, 40 * 24, 0) <= 3);
    assert_eq!(desk.state().1, "playing");
}

#[test]
fn what_was_interrupted_does_not_go_on_outside_of_its_own_time() {
    let mut desk = Desk::with(&[("b", &["s4"], Some(("15:00", "16:00"))), ("c", &["s5"], Some(("15:30", "16:30")))]);
    desk.tell(json!({"command": "change_player", "patch": {"repeat": "all"}}));
    desk.until(15, 31, 0);
    assert_eq!((desk.list(), desk.waiting()), (("c", "playing"), vec!["b"]));
    desk.until(16, 31, 0);
    assert_eq!((desk.list(), desk.waiting()), (("c", "stopped"), vec![]));
}

#[test]
fn whoever_begins_or_stops_something_meanwhile_is_not_interrupted_by_what_was_before() {
    let lists: [List<'_>; 2] = [("music", &["s3"], None), ("news", &["s5"], Some(("15:00", "15:10")))];
    let mut desk = Desk::with(&lists);
    desk.until(14, 59, 0);
    desk.tell(play("music"));
    desk.until(15, 1, 0);
    desk.control("pause");
    desk.control("play");
    desk.tell(json!({"command": "play_playlist", "playlist": "news", "track": 1}));
    assert_eq!(desk.waiting(), ["music"], "it is still the news");
    desk.tell(play("a"));
    assert_eq!(desk.waiting(), [""; 0]);
    desk.until(15, 30, 0);
    assert_eq!(desk.list(), ("a", "stopped"));
    let mut desk = Desk::with(&lists);
    desk.until(14, 59, 0);
    desk.tell(play("music"));
    desk.until(15, 1, 0);
    desk.control("stop");
    desk.until(15, 30, 0);
    assert_eq!((desk.list(), desk.waiting()), (("news", "stopped"), vec![]));
}

#[test]
fn what_can_not_be_played_gives_back_too() {
    let mut desk = Desk::with(&[("music", &["s3"], None), ("news", &["s5"], Some(("15:00", "15:10")))]);
    desk.until(14, 59, 0);
    desk.tell(play("music"));
    desk.until(15, 1, 0);
    let play = desk.playing().play;
    desk.tell(json!({"command": "end_play", "play": play, "fault": "it is broken"}));
    assert_eq!(desk.list(), ("music", "playing"));
    assert!(desk.show.player.fault.is_some(), "and it is told");
}

#[test]
fn a_playlist_or_track_that_waits_may_go() {
    let mut desk = Desk::with(&[("music", &["s3", "s4"], None), ("news", &["s1"], Some(("15:00", "15:10")))]);
    desk.until(14, 59, 0);
    desk.tell(play("music"));
    desk.until(15, 0, 30);
    desk.tell(json!({"command": "remove_tracks", "playlist": "music", "tracks": ["s3"]}));
    desk.until(15, 2, 0);
    assert_eq!((desk.list(), desk.track()), (("music", "playing"), "s4"), "what came after it");
    let mut desk = Desk::with(&[("music", &["s3"], None), ("news", &["s1"], Some(("15:00", "15:10")))]);
    desk.until(14, 59, 0);
    desk.tell(play("music"));
    desk.until(15, 0, 30);
    desk.tell(json!({"command": "remove_playlist", "playlist": "music"}));
    desk.until(15, 2, 0);
    assert_eq!((desk.list(), desk.waiting()), (("news", "stopped"), vec![]));
}

/// Six pictures of ten seconds, of which nothing can be written down for ten minutes.
#[test]
fn what_could_not_be_written_down_for_long_is_seen_all_the_same() {
    let mut desk = Desk::new();
    let tracks: Vec<Value> =
        (1..=6).map(|number| json!({"id": format!("p{number}"), "asset": "p", "still_ms": 10_000})).collect();
    desk.tell(json!({"command": "put_playlist", "playlist": {"id": "pictures", "title": "P", "tracks": tracks}}));
    desk.tell(json!({"command": "change_player", "patch": {"repeat": "all"}}));
    desk.tell(play("pictures"));
    let (written, told) = (Arc::new(desk.show.clone()), desk.now);
    for seconds in [5, 61, 200, 605] {
        let now = ShowTime(told.0 + seconds * SECOND);
        let seen = crate::state::ahead::look(&written, told, now).timeline;
        desk.wait(now.0 - desk.now.0);
        let seen = seen.at(now).player.now.clone().expect("something is seen");
        assert_eq!((&seen.track, seen.play), (&desk.playing().track, desk.playing().play), "after {seconds} s");
    }
}

#[test]
fn a_playlist_that_waits_for_its_time_is_looked_at_again_when_it_changes() {
    let waiting = || {
        let mut desk = Desk::with(&[]);
        let tracks = json!([{"id": "s1", "asset": "s1", "when": when("20:00", "21:00")}, {"id": "s2", "asset": "s2"}]);
        desk.tell(json!({"command": "put_playlist", "playlist": {"id": "b", "title": "B", "tracks": tracks}}));
        desk.tell(play("b"));
        desk.tell(
            json!({"command": "change_track", "playlist": "b", "track": "s2", "patch": {"when": when("20:00", "21:00")}}),
        );
        desk.wait(200 * SECOND);
        assert_eq!(desk.state().1, "stopped");
        assert!(desk.playing().waits_until.is_some());
        assert_eq!(desk.refused(json!({"command": "control_player", "control": {"action": "play"}})), "nothing_to_play");
        desk
    };
    let changes = [
        json!({"command": "change_track", "playlist": "b", "track": "s2", "patch": {"when": when("10:00", "21:00")}}),
        json!({"command": "change_track", "playlist": "b", "track": "s2", "patch": {"when": null}}),
        json!({"command": "add_tracks", "playlist": "b", "tracks": [{"id": "s3", "asset": "s3"}]}),
    ];
    for change in changes {
        let mut desk = waiting();
        desk.tell(change.clone());
        desk.wait(SECOND);
        assert_eq!(desk.state().1, "playing", "{change}");
    }
    let mut desk = waiting();
    let until = desk.playing().waits_until;
    desk.tell(json!({"command": "change_track", "playlist": "b", "track": "s2", "patch": {"title": "Other"}}));
    desk.wait(SECOND);
    assert_eq!((desk.state().1, desk.playing().waits_until), ("stopped", until));
}
