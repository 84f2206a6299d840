//! Instants and durations as fields show them, and as people write them.

use std::fmt::{self, Write};

use time::format_description::well_known::Rfc3339;
use time::{Month, OffsetDateTime, Weekday};

use super::Granularity;
use crate::show::time::ShowTime;

/// An instant: milliseconds of Unix time, or RFC 3339 such as `2026-01-31T20:00:00+01:00`.
pub(super) fn instant(text: &str) -> Option<ShowTime> {
    let text = text.trim();
    if let Ok(millis) = text.parse::<i64>() {
        return Some(ShowTime(millis.saturating_mul(1_000)));
    }
    let micros = OffsetDateTime::parse(text, &Rfc3339).ok()?.unix_timestamp_nanos() / 1_000;
    i64::try_from(micros).ok().map(ShowTime)
}

/// Years beyond 9999 are shown as the epoch: nobody means them.
fn day_and_time(seconds: i64) -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp(seconds).unwrap_or(OffsetDateTime::UNIX_EPOCH)
}

/// Cuts off the longest of `tokens` that `format` begins with, in capitals or not.
fn token<'a>(format: &'a str, tokens: &[&'static str]) -> Option<(&'static str, &'a str)> {
    let begins = |token: &&&'static str| format.get(..token.len()).is_some_and(|head| head.eq_ignore_ascii_case(token));
    let token = tokens.iter().filter(begins).max_by_key(|token| token.len())?;
    Some((token, &format[token.len()..]))
}

fn write_literal<'a>(format: &'a str, to: &mut String) -> &'a str {
    let mut characters = format.chars();
    to.extend(characters.next());
    characters.as_str()
}

const CLOCK: &[&str] = &["HH", "H", "MM", "M", "SS", "S", "AP"];

/// `HH` `MM` `SS`, with one letter without a leading zero; with `AP` (AM or PM) hours go from 1 to 12.
pub(super) fn write_clock(seconds: i64, mut format: &str, to: &mut String) -> fmt::Result {
    let time = day_and_time(seconds);
    let halves = format.to_ascii_uppercase().contains("AP");
    let hour = if halves { (time.hour() + 11) % 12 + 1 } else { time.hour() };
    while !format.is_empty() {
        let Some((token, rest)) = token(format, CLOCK) else {
            format = write_literal(format, to);
            continue;
        };
        match token {
            "HH" => write!(to, "{hour:02}")?,
            "H" => write!(to, "{hour}")?,
            "MM" => write!(to, "{:02}", time.minute())?,
            "M" => write!(to, "{}", time.minute())?,
            "SS" => write!(to, "{:02}", time.second())?,
            "S" => write!(to, "{}", time.second())?,
            _ => to.push_str(if time.hour() < 12 { "AM" } else { "PM" }),
        }
        format = rest;
    }
    Ok(())
}

pub(super) fn clock_changes(format: &str) -> Granularity {
    if format.contains(['S', 's']) { Granularity::Second } else { Granularity::Minute }
}

const DATE: &[&str] = &["YYYY", "YY", "MMMM", "MMM", "MM", "M", "DD", "D", "WWWW", "WWW"];

/// `YYYY` `MM` `DD`, `MMM` as Jan, `MMMM` as January, `WWW` as Sat, `WWWW` as Saturday.
pub(super) fn write_date(seconds: i64, mut format: &str, to: &mut String) -> fmt::Result {
    let date = day_and_time(seconds).date();
    let (month, day): (Month, Weekday) = (date.month(), date.weekday());
    while !format.is_empty() {
        let Some((token, rest)) = token(format, DATE) else {
            format = write_literal(format, to);
            continue;
        };
        match token {
            "YYYY" => write!(to, "{:04}", date.year())?,
            "YY" => write!(to, "{:02}", date.year().rem_euclid(100))?,
            "MMMM" => write!(to, "{month}")?,
            "MMM" => write!(to, "{:.3}", month.to_string())?,
            "MM" => write!(to, "{:02}", u8::from(month))?,
            "M" => write!(to, "{}", u8::from(month))?,
            "DD" => write!(to, "{:02}", date.day())?,
            "D" => write!(to, "{}", date.day())?,
            "WWWW" => write!(to, "{day}")?,
            _ => write!(to, "{:.3}", day.to_string())?,
        }
        format = rest;
    }
    Ok(())
}

/// `05:00`, and from an hour on `1:05:00`.
pub(super) fn write_duration(seconds: i64, to: &mut String) -> fmt::Result {
    let (hours, minutes, seconds) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    if hours > 0 { write!(to, "{hours}:{minutes:02}:{seconds:02}") } else { write!(to, "{minutes:02}:{seconds:02}") }
}
