//! Live fields in a text: what stands in braces is filled in at the time that is shown.
//!
//! ```text
//! {clock} {clock:H:MM AP}     {date} {date:WWW, D MMMM YYYY}     {elapsed} {elapsed:start}
//! {countdown:2026-01-31T20:00:00+01:00} {countdown:1769886000000} {countdown:start}
//! {value:score} {score}       any value that was set by name
//! ```
//! `{{` and `}}` are braces. What is no field, or names a value that is not set, stays as it is written.

mod moment;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::fmt::{self, Write};
use std::hash::{Hash, Hasher};

use super::offset::UtcOffset;
use super::time::ShowTime;
use super::value::Values;

/// What fields are filled in with.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    pub at: ShowTime,
    /// When the scene came on air; `{elapsed}` counts from here.
    pub since: Option<ShowTime>,
    pub timezone: UtcOffset,
    pub values: &'a Values,
}

/// How often time alone changes a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Granularity {
    Never,
    Day,
    Minute,
    Second,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Field<'a> {
    Clock(&'a str),
    Date(&'a str),
    Countdown(&'a str),
    /// Since the scene came on air.
    Elapsed,
    /// Since an instant. A value that holds none is shown as it is: a clock that stands.
    Since(&'a str),
    Value(&'a str),
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Piece<'a> {
    Literal(&'a str),
    /// A field, and how it is written.
    Field(Field<'a>, &'a str),
}

/// Longest text between two braces; beyond it they are no field.
const LONGEST: usize = 128;

/// The pieces of a text in their order.
struct Pieces<'a>(&'a str);

impl<'a> Iterator for Pieces<'a> {
    type Item = Piece<'a>;

    fn next(&mut self) -> Option<Piece<'a>> {
        let rest = self.0;
        let Some(brace) = rest.find(['{', '}']) else {
            self.0 = "";
            return (!rest.is_empty()).then_some(Piece::Literal(rest));
        };
        if brace > 0 {
            self.0 = &rest[brace..];
            return Some(Piece::Literal(&rest[..brace]));
        }
        if rest.starts_with("{{") || rest.starts_with("}}") {
            self.0 = &rest[2..];
            return Some(Piece::Literal(&rest[..1]));
        }
        if let Some((field, length)) = field(rest) {
            self.0 = &rest[length..];
            return Some(Piece::Field(field, &rest[..length]));
        }
        self.0 = &rest[1..];
        Some(Piece::Literal(&rest[..1]))
    }
}

/// The field that `text` begins with, and how long it is.
fn field(text: &str) -> Option<(Field<'_>, usize)> {
    let body = text.strip_prefix('{')?;
    let end = body.bytes().take(LONGEST).position(|byte| matches!(byte, b'{' | b'}' | b'\n'))?;
    let inner = body[..end].trim_matches(' ');
    if body.as_bytes()[end] != b'}' {
        return None;
    }
    let (name, argument) = inner.split_once(':').unwrap_or((inner, ""));
    let field = match name {
        "clock" if argument.is_empty() => Field::Clock("HH:MM:SS"),
        "clock" => Field::Clock(argument),
        "date" if argument.is_empty() => Field::Date("YYYY-MM-DD"),
        "date" => Field::Date(argument),
        "countdown" if !argument.is_empty() => Field::Countdown(argument),
        "elapsed" if argument.is_empty() => Field::Elapsed,
        "elapsed" => Field::Since(argument),
        "value" if is_name(argument) => Field::Value(argument),
        _ if is_name(inner) => Field::Value(inner),
        _ => return None,
    };
    Some((field, end + 2))
}

fn is_name(text: &str) -> bool {
    let plain = |character: char| character.is_alphanumeric() || matches!(character, '_' | '-' | '.');
    !text.is_empty() && text.chars().all(plain)
}

/// The text with its fields filled in.
pub fn fill<'a>(text: &'a str, context: &Context<'_>) -> Cow<'a, str> {
    if !text.contains(['{', '}']) {
        return Cow::Borrowed(text);
    }
    let mut filled = String::with_capacity(text.len());
    for piece in Pieces(text) {
        match piece {
            Piece::Literal(literal) => filled.push_str(literal),
            Piece::Field(field, written) => {
                let before = filled.len();
                if !matches!(write_field(field, context, &mut filled), Ok(true)) {
                    filled.truncate(before);
                    filled.push_str(written);
                }
            }
        }
    }
    Cow::Owned(filled)
}

/// False if there is nothing to fill in.
fn write_field(field: Field<'_>, context: &Context<'_>, to: &mut String) -> Result<bool, fmt::Error> {
    match field {
        Field::Clock(format) => moment::write_clock(seconds(context), format, to)?,
        Field::Date(format) => moment::write_date(seconds(context), format, to)?,
        Field::Countdown(target) => match target_of(target, context) {
            Some(target) => moment::write_duration(left(target, context.at), to)?,
            None => return Ok(false),
        },
        Field::Elapsed => moment::write_duration(elapsed(context), to)?,
        Field::Since(from) => match (target_of(from, context), context.values.text(from)) {
            (Some(from), _) => moment::write_duration(seconds_since(from, context.at), to)?,
            (None, Some(text)) => to.write_str(text)?,
            (None, None) => return Ok(false),
        },
        Field::Value(name) => match context.values.text(name) {
            Some(value) => to.write_str(value)?,
            None => return Ok(false),
        },
    }
    Ok(true)
}

/// Seconds of Unix time, moved so that reading them as UTC gives the local time.
fn seconds(context: &Context<'_>) -> i64 {
    context.at.micros().div_euclid(1_000_000) + 60 * context.timezone.minutes()
}

/// What is counted down to: an instant, or the name of a value that holds one.
fn target_of(target: &str, context: &Context<'_>) -> Option<ShowTime> {
    moment::instant(target).or_else(|| moment::instant(context.values.text(target)?))
}

/// Seconds that are left, begun ones included, so that zero is shown when it is time.
fn left(target: ShowTime, at: ShowTime) -> i64 {
    let micros = target.micros().saturating_sub(at.micros());
    if micros <= 0 { 0 } else { (micros - 1) / 1_000_000 + 1 }
}

fn elapsed(context: &Context<'_>) -> i64 {
    context.since.map_or(0, |since| seconds_since(since, context.at))
}

fn seconds_since(from: ShowTime, at: ShowTime) -> i64 {
    at.micros().saturating_sub(from.micros()).max(0) / 1_000_000
}

/// How often time changes the text. A countdown that is over, or has nothing to count to, may be said to change.
pub fn changes(text: &str) -> Granularity {
    let of_piece = |piece| match piece {
        Piece::Literal(_) | Piece::Field(Field::Value(_), _) => Granularity::Never,
        Piece::Field(Field::Clock(format), _) => moment::clock_changes(format),
        Piece::Field(Field::Date(_), _) => Granularity::Day,
        Piece::Field(Field::Countdown(_) | Field::Elapsed | Field::Since(_), _) => Granularity::Second,
    };
    if text.contains('{') { Pieces(text).map(of_piece).max().unwrap_or(Granularity::Never) } else { Granularity::Never }
}

/// Whether any value is named in the text.
pub fn names_values(text: &str) -> bool {
    let names = |field| matches!(field, Field::Value(_) | Field::Countdown(_) | Field::Since(_));
    Pieces(text).any(|piece| matches!(piece, Piece::Field(field, _) if names(field)))
}

/// Hashes the text and what its fields are filled in with. Equal hashes mean the same filled text; nothing is allocated.
pub fn hash(text: &str, context: &Context<'_>, hasher: &mut impl Hasher) {
    text.hash(hasher);
    if !text.contains('{') {
        return;
    }
    for piece in Pieces(text) {
        match piece {
            Piece::Literal(_) => {}
            Piece::Field(Field::Clock(format), _) => {
                let step = if moment::clock_changes(format) == Granularity::Second { 1 } else { 60 };
                seconds(context).div_euclid(step).hash(hasher);
            }
            Piece::Field(Field::Date(_), _) => seconds(context).div_euclid(DAY).hash(hasher),
            Piece::Field(Field::Countdown(target), _) => {
                target_of(target, context).map(|target| left(target, context.at)).hash(hasher);
            }
            Piece::Field(Field::Elapsed, _) => elapsed(context).hash(hasher),
            Piece::Field(Field::Since(from), _) => {
                target_of(from, context).map(|from| seconds_since(from, context.at)).hash(hasher);
                context.values.text(from).hash(hasher);
            }
            Piece::Field(Field::Value(name), _) => context.values.text(name).hash(hasher),
        }
    }
}

const DAY: i64 = 86_400;

/// When time changes the text next, as long as the values stay; None if it never does.
pub fn next_change(text: &str, context: &Context<'_>) -> Option<ShowTime> {
    let at = context.at.micros();
    let local = 60_000_000 * context.timezone.minutes();
    let boundary = |phase: i64, step: i64| {
        let into = at.saturating_sub(phase).rem_euclid(step);
        ShowTime(at.saturating_add(step - into))
    };
    let of_piece = |piece| match piece {
        Piece::Literal(_) | Piece::Field(Field::Value(_), _) => None,
        Piece::Field(Field::Clock(format), _) if moment::clock_changes(format) == Granularity::Second => {
            Some(boundary(0, 1_000_000))
        }
        Piece::Field(Field::Clock(_), _) => Some(boundary(-local, 60_000_000)),
        Piece::Field(Field::Date(_), _) => Some(boundary(-local, DAY * 1_000_000)),
        Piece::Field(Field::Countdown(target), _) => {
            let target = target_of(target, context)?;
            (target > context.at).then(|| boundary(target.micros(), 1_000_000))
        }
        Piece::Field(Field::Elapsed, _) => context.since.map(|since| boundary(since.micros(), 1_000_000)),
        Piece::Field(Field::Since(from), _) => target_of(from, context).map(|from| boundary(from.micros(), 1_000_000)),
    };
    Pieces(text).filter_map(of_piece).min()
}
