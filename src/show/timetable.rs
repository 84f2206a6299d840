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
mod tests;
