//! Windows, by the clocks of their places.

use super::*;

fn table(json: &str) -> Timetable {
    let table: Timetable = serde_json::from_str(json).expect("a timetable");
    table.check().expect("a good one");
    table
}

fn at(text: &str) -> ShowTime {
    ShowTime(text.parse::<Timestamp>().expect("a time").as_microsecond())
}

/// Open from each first to each second time, and these are all changes.
#[track_caller]
fn check(json: &str, from: &str, changes: &[&str]) {
    let table = table(json);
    let mut now = at(from);
    let mut is_open = table.is_open(now);
    for change in changes {
        let next = table.next_change(now).expect("there is one");
        assert_eq!(next, at(change), "after {now:?}");
        assert_eq!(table.is_open(ShowTime(next.0 - 1)), is_open, "until {change}");
        is_open = !is_open;
        assert_eq!(table.is_open(next), is_open, "from {change} on");
        now = next;
    }
}

#[test]
fn windows_open_and_close_by_the_clocks_of_their_place() {
    let evening = r#"{"timezone": "Europe/Berlin", "windows": [{"from": "18:00", "to": "22:30"}]}"#;
    check(evening, "2026-07-01T00:00:00Z", &["2026-07-01T16:00:00Z", "2026-07-01T20:30:00Z", "2026-07-02T16:00:00Z"]);
    check(evening, "2026-12-01T00:00:00Z", &["2026-12-01T17:00:00Z", "2026-12-01T21:30:00Z"]);
    let weekend = r#"{"windows": [{"days": ["saturday", "sunday"]}]}"#;
    check(weekend, "2026-11-20T12:00:00Z", &["2026-11-21T00:00:00Z"]);
    assert!(table(weekend).is_open(at("2026-11-22T23:59:59Z")) && !table(weekend).is_open(at("2026-11-23T00:00:00Z")));
}

#[test]
fn windows_without_a_gap_are_one() {
    let table = table(
        r#"{"windows": [{"from": "08:00", "to": "12:00"}, {"from": "10:00", "to": "14:00"}, {"from": "14:00", "to": "15:00"}]}"#,
    );
    let since = |text: &str| table.open_since(at(text));
    for open in ["2026-11-20T08:00:00Z", "2026-11-20T11:00:00Z", "2026-11-20T13:00:00Z", "2026-11-20T14:00:00Z"] {
        assert_eq!(since(open), Some(at("2026-11-20T08:00:00Z")), "{open}");
    }
    assert_eq!((since("2026-11-20T15:00:00Z"), since("2026-11-20T07:59:59Z")), (None, None));
    let always = super::Timetable { windows: vec![Window::default()], timezone: None };
    assert!(always.open_since(at("2026-11-20T08:00:00Z")).is_some_and(|since| since < at("2026-10-20T08:00:00Z")));
}

#[test]
fn what_opens_in_years_is_looked_for_again() {
    let table = table(r#"{"windows": [{"from": "08:00", "to": "09:00", "since": "2029-06-01", "until": "2029-06-01"}]}"#);
    let mut now = at("2026-11-20T08:00:00Z");
    let mut looks = 0;
    while !table.is_open(now) {
        now = table.next_change(now).expect("it will open");
        looks += 1;
    }
    assert_eq!((now, looks), (at("2029-06-01T08:00:00Z"), 3));
    let closed = table.next_change(now).expect("it closes");
    assert_eq!(table.next_change(closed), None, "and never opens again");
}

#[test]
fn a_night_belongs_to_the_day_on_which_it_begins() {
    let night = r#"{"windows": [{"days": ["friday"], "from": "22:00", "to": "02:00"}]}"#;
    check(night, "2026-11-19T00:00:00Z", &["2026-11-20T22:00:00Z", "2026-11-21T02:00:00Z", "2026-11-27T22:00:00Z"]);
    // To the end of the last day, and what begins on it goes on into the next.
    let bounded = r#"{"windows": [{"from": "23:00", "to": "01:00", "since": "2026-11-20", "until": "2026-11-20"}]}"#;
    check(bounded, "2026-11-01T00:00:00Z", &["2026-11-20T23:00:00Z", "2026-11-21T01:00:00Z"]);
    assert_eq!(table(bounded).next_change(at("2026-11-21T01:00:00Z")), None);
}

#[test]
fn clocks_that_are_moved_leave_no_hole() {
    // In the night to the 29th of March the hour from 2 to 3 is left out, in that to the 25th of October it comes twice.
    let early = r#"{"timezone": "Europe/Berlin", "windows": [{"from": "02:30", "to": "04:00"}]}"#;
    check(early, "2026-03-28T12:00:00Z", &["2026-03-29T01:30:00Z", "2026-03-29T02:00:00Z"]);
    check(early, "2026-10-24T12:00:00Z", &["2026-10-25T00:30:00Z", "2026-10-25T03:00:00Z"]);
}

#[test]
fn what_is_no_time_day_or_place_is_refused() {
    let refused = |json: &str| serde_json::from_str::<Timetable>(json).map_or(true, |table| table.check().is_err());
    for json in [
        r#"{"windows": [{"from": "25:00"}]}"#,
        r#"{"windows": [{"from": "7"}]}"#,
        r#"{"windows": [{"to": "18:00:00:00"}]}"#,
        r#"{"windows": [{"since": "2026-13-01"}]}"#,
        r#"{"windows": [{"since": "tomorrow"}]}"#,
        r#"{"windows": [{"days": ["someday"]}]}"#,
        r#"{"windows": [{"hours": 3}]}"#,
        r#"{"timezone": "Middle/Earth", "windows": []}"#,
    ] {
        assert!(refused(json), "{json}");
    }
    assert!(!table(r#"{"windows": []}"#).is_open(at("2026-11-20T12:00:00Z")), "no window is never open");
    assert!(!table(r#"{"windows": [{}]}"#).is_open(ShowTime(i64::MAX)), "a time that there is not");
}
