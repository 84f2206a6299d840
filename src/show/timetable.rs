//! When something may be: on which days, from when to when. A pure function of the time; the rules of time zones come with the
//! program, so that every machine agrees.

use std::fmt;

use jiff::Timestamp;
use jiff::civil::{Date, Time, Weekday};
use jiff::tz::{TimeZone, TimeZoneDatabase};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::time::ShowTime;

/// It may be whenever one of its windows is open; without any, never.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Timetable {
    /// As `Europe/Berlin`; UTC where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timezone: Option<String>,
    #[schemars(length(max = 32))]
    pub windows: Vec<Window>,
}

/// A time of day, on some days.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Window {
    /// Those on which it opens; all, where none is named.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 7))]
    pub days: Vec<Day>,
    /// `18:30` or `18:30:15`; from the beginning of the day where nothing is said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// To this time, which is not in it any more; one that is not later than `from` is of the next day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// The first day on which it opens, `2026-12-01`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<String>,
    /// The last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Day {
    Monday,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday,
    Sunday,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidTimetable {
    #[error("there is no time zone {0:?}: write one like \"Europe/Berlin\"")]
    Zone(String),
    #[error("{0:?} is no time of day: write one like \"18:30\"")]
    Time(String),
    #[error("{0:?} is no date: write one like \"2026-12-01\"")]
    Date(String),
    #[error("a timetable has at most 32 windows, and a window names at most 7 days")]
    TooMany,
}

pub const MAX_WINDOWS: usize = 32;
/// What opens later is looked for again when that time has come.
const HORIZON_DAYS: i32 = 400;

impl Timetable {
    pub fn check(&self) -> Result<(), InvalidTimetable> {
        self.zone()?;
        if self.windows.len() > MAX_WINDOWS || self.windows.iter().any(|window| window.days.len() > 7) {
            return Err(InvalidTimetable::TooMany);
        }
        self.windows.iter().try_for_each(|window| window.read().map(drop))
    }

    fn zone(&self) -> Result<TimeZone, InvalidTimetable> {
        let Some(name) = &self.timezone else { return Ok(TimeZone::UTC) };
        let invalid = || InvalidTimetable::Zone(name.chars().take(64).collect());
        TimeZoneDatabase::bundled().get(name).map_err(|_| invalid())
    }

    pub fn is_open(&self, at: ShowTime) -> bool {
        self.window_since(at).is_some()
    }

    /// Since when it has been open at that time. Windows that follow each other without a gap, or lie one over the other, are one.
    pub fn open_since(&self, at: ShowTime) -> Option<ShowTime> {
        let before = |since: &ShowTime| self.window_since(ShowTime(since.0.saturating_sub(1)));
        // What is always open has no beginning that anyone asks for.
        std::iter::successors(self.window_since(at), before).take(2 * MAX_WINDOWS).last()
    }

    /// When the first of the windows opened that are open at that time.
    fn window_since(&self, at: ShowTime) -> Option<ShowTime> {
        let (zone, now) = (self.zone().ok()?, timestamp(at)?);
        let today = zone.to_datetime(now).date();
        // One that opened yesterday may still be open.
        let days = [today.yesterday().ok(), Some(today)].into_iter().flatten();
        let open = days.flat_map(|day| self.spans_on(day, &zone).filter(|span| span.holds(now)).collect::<Vec<_>>());
        open.map(|span| ShowTime(span.from.as_microsecond())).min()
    }

    /// When it has to be looked at next, after `at`: a window opens or closes, or nobody has looked any further.
    pub fn next_change(&self, at: ShowTime) -> Option<ShowTime> {
        let (zone, now) = (self.zone().ok()?, timestamp(at)?);
        let mut day = zone.to_datetime(now).date().yesterday().ok()?;
        for _ in 0..HORIZON_DAYS {
            let edges = self.spans_on(day, &zone).flat_map(|span| [span.from, span.to]);
            let next = edges.filter(|edge| *edge > now).min();
            // What begins today may end after what begins tomorrow does: a day more is looked at.
            if let Some(next) = next {
                let tomorrow = day.tomorrow().ok().into_iter();
                let edges = tomorrow.flat_map(|day| self.spans_on(day, &zone).map(|span| span.from).collect::<Vec<_>>());
                return Some(of_timestamp(edges.filter(|edge| *edge > now).min().map_or(next, |edge| edge.min(next))));
            }
            day = day.tomorrow().ok()?;
        }
        let may_open = self.windows.iter().filter_map(|window| window.read().ok()).any(|window| window.may_open_from(day));
        may_open.then(|| zone.to_timestamp(day.to_datetime(Time::midnight())).ok()).flatten().map(of_timestamp)
    }

    /// When the windows that open on that day are open.
    fn spans_on<'a>(&'a self, day: Date, zone: &'a TimeZone) -> impl Iterator<Item = Span> + 'a {
        let read = self.windows.iter().filter_map(|window| window.read().ok());
        read.filter(move |window| window.opens_on(day)).filter_map(move |window| window.span(day, zone))
    }
}

#[derive(Clone, Copy)]
struct Span {
    from: Timestamp,
    to: Timestamp,
}

impl Span {
    fn holds(&self, at: Timestamp) -> bool {
        (self.from..self.to).contains(&at)
    }
}

/// A window whose texts have been read.
struct Read<'a> {
    days: &'a [Day],
    from: Time,
    /// None: to the end of the day.
    to: Option<Time>,
    since: Option<Date>,
    until: Option<Date>,
}

impl Window {
    fn read(&self) -> Result<Read<'_>, InvalidTimetable> {
        let (from, to) = (time(self.from.as_deref())?, time(self.to.as_deref())?);
        let (since, until) = (date(self.since.as_deref())?, date(self.until.as_deref())?);
        Ok(Read { days: &self.days, from: from.unwrap_or(Time::midnight()), to, since, until })
    }
}

impl Read<'_> {
    fn opens_on(&self, day: Date) -> bool {
        let is_named = self.days.is_empty() || self.days.iter().any(|named| named.weekday() == day.weekday());
        is_named && self.since.is_none_or(|since| day >= since) && self.until.is_none_or(|until| day <= until)
    }

    fn may_open_from(&self, day: Date) -> bool {
        self.until.is_none_or(|until| day <= until)
    }

    /// Hours that a change of the clocks leaves out begin when the clocks have moved.
    fn span(&self, day: Date, zone: &TimeZone) -> Option<Span> {
        let ends_on = match self.to {
            Some(to) if to > self.from => day,
            _ => day.tomorrow().ok()?,
        };
        let at = |day: Date, time: Time| zone.to_timestamp(day.to_datetime(time)).ok();
        let span = Span { from: at(day, self.from)?, to: at(ends_on, self.to.unwrap_or(Time::midnight()))? };
        (span.from < span.to).then_some(span)
    }
}

impl Day {
    fn weekday(self) -> Weekday {
        match self {
            Day::Monday => Weekday::Monday,
            Day::Tuesday => Weekday::Tuesday,
            Day::Wednesday => Weekday::Wednesday,
            Day::Thursday => Weekday::Thursday,
            Day::Friday => Weekday::Friday,
            Day::Saturday => Weekday::Saturday,
            Day::Sunday => Weekday::Sunday,
        }
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.weekday())
    }
}

fn timestamp(at: ShowTime) -> Option<Timestamp> {
    Timestamp::from_microsecond(at.micros()).ok()
}

fn of_timestamp(at: Timestamp) -> ShowTime {
    ShowTime(at.as_microsecond())
}

/// `18:30`, `7:05` or `18:30:15`.
fn time(text: Option<&str>) -> Result<Option<Time>, InvalidTimetable> {
    let Some(text) = text else { return Ok(None) };
    let invalid = || InvalidTimetable::Time(text.chars().take(32).collect());
    let is_plain = text.len() <= 8 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b':');
    let numbers: Option<Vec<i8>> = text.split(':').map(|part| part.parse().ok()).collect();
    let (hour, minute, second) = match numbers.filter(|_| is_plain).as_deref() {
        Some([hour, minute]) => (*hour, *minute, 0),
        Some([hour, minute, second]) => (*hour, *minute, *second),
        _ => return Err(invalid()),
    };
    Time::new(hour, minute, second, 0).map(Some).map_err(|_| invalid())
}

fn date(text: Option<&str>) -> Result<Option<Date>, InvalidTimetable> {
    let Some(text) = text else { return Ok(None) };
    let invalid = || InvalidTimetable::Date(text.chars().take(32).collect());
    if text.len() != 10 {
        return Err(invalid());
    }
    text.parse::<Date>().map(Some).map_err(|_| invalid())
}

#[cfg(test)]
mod tests {
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
        let table = table(r#"{"windows": [{"from": "08:00", "to": "12:00"}, {"from": "10:00", "to": "14:00"}, {"from": "14:00", "to": "15:00"}]}"#);
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
}
