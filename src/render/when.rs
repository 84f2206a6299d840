//! Which stretch is meant.

use std::time::Duration;

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::error::RenderError;
use super::request::Request;
use super::story::Span;
use crate::show::time::ShowTime;

/// A time as people say it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    At(ShowTime),
    /// Counted back from the end of what there is.
    BeforeEnd(Duration),
}

/// Milliseconds of Unix time, a time as `2026-01-31T23:59:59.5Z`, or `-90s`.
pub fn when(text: &str) -> Result<When, String> {
    let bad = || "give milliseconds of Unix time, a time such as 2026-01-31T23:59:59Z, or -90s for so long before the end";
    if let Some(back) = text.strip_prefix('-').and_then(|rest| rest.strip_suffix('s')) {
        return seconds(back).map(When::BeforeEnd).map_err(|_| bad().to_owned());
    }
    if let Ok(millis) = text.parse::<i64>() {
        return Ok(When::At(ShowTime(millis.saturating_mul(1_000))));
    }
    let time = OffsetDateTime::parse(text, &Rfc3339).map_err(|_| bad().to_owned())?;
    let micros = i64::try_from(time.unix_timestamp_nanos() / 1_000).map_err(|_| bad().to_owned())?;
    Ok(When::At(ShowTime(micros)))
}

pub fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse::<f64>().ok().filter(|seconds| *seconds > 0.0 && *seconds <= 604_800.0);
    seconds.map(Duration::from_secs_f64).ok_or_else(|| "give a number of seconds, such as 90 or 2.5".to_owned())
}

pub fn told(at: ShowTime) -> String {
    let time = OffsetDateTime::from_unix_timestamp_nanos(i128::from(at.millis()) * 1_000_000);
    time.ok().and_then(|time| time.format(&Rfc3339).ok()).unwrap_or_else(|| at.millis().to_string())
}

/// From the first frame that is not before the one, to the last that is before the other.
pub fn resolved(request: &Request, span: &Span) -> Result<(ShowTime, ShowTime), RenderError> {
    let back = |at: ShowTime, by: Duration| ShowTime(at.micros().saturating_sub(by.as_micros() as i64));
    let placed = |when: When| match when {
        When::At(at) => at,
        When::BeforeEnd(by) => back(span.to, by),
    };
    let (from, to) = (request.from.map(placed), request.to.map(placed));
    let (from, to) = match (from, to, request.length) {
        (Some(from), Some(to), _) => (from, to),
        (Some(from), None, Some(length)) => (from, from.plus(length)),
        (Some(from), None, None) => (from, span.to),
        (None, to, Some(length)) if span.counts_from_its_end => {
            let to = to.unwrap_or(span.to);
            (back(to, length), to)
        }
        (None, None, Some(length)) => (span.from, span.from.plus(length)),
        (None, Some(to), _) if !span.counts_from_its_end => (span.from, to),
        (None, None, None) if !span.counts_from_its_end && span.to > span.from => (span.from, span.to),
        _ => return Err(RenderError::NoStretch(span.words())),
    };
    if from < span.from || to > span.latest {
        return Err(RenderError::NotCovered(span.words()));
    }
    if from >= to { Err(RenderError::Empty) } else { Ok((from, to)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_said_in_three_ways() {
        for (text, expected) in [
            ("1700000000123", Some(When::At(ShowTime(1_700_000_000_123_000)))),
            ("2023-11-14T22:13:20.123Z", Some(When::At(ShowTime(1_700_000_000_123_000)))),
            ("2023-11-14T23:13:20.123+01:00", Some(When::At(ShowTime(1_700_000_000_123_000)))),
            ("-90s", Some(When::BeforeEnd(Duration::from_secs(90)))),
            ("-0.5s", Some(When::BeforeEnd(Duration::from_millis(500)))),
            ("-s", None),
            ("yesterday", None),
            ("", None),
        ] {
            assert_eq!(when(text).ok(), expected, "{text}");
        }
        for bad in ["0", "-1", "NaN", "inf", "", "1e300"] {
            assert!(seconds(bad).is_err(), "{bad}");
        }
    }

    fn request(from: Option<&str>, to: Option<&str>, length: Option<u64>) -> Request {
        Request {
            source: "x".into(),
            assets: None,
            output: "a.y4m".into(),
            from: from.map(|text| when(text).unwrap()),
            to: to.map(|text| when(text).unwrap()),
            length: length.map(Duration::from_secs),
            size: None,
            fps: None,
            coding: super::super::request::Coding {
                rate: super::super::request::Rate::Quality(18),
                preset: crate::show::stream::Preset::Veryfast,
                sound: 128,
            },
            overwrite: false,
        }
    }

    #[test]
    fn a_stretch_is_what_any_two_say() {
        let second = |second: i64| ShowTime(second * 1_000_000);
        let kept = Span { from: second(100), to: second(200), latest: second(200), counts_from_its_end: true };
        let part = Span { counts_from_its_end: false, ..kept };
        for (span, from, to, length, expected) in [
            (kept, Some("150000"), Some("160000"), None, Some((150, 160))),
            (kept, Some("150000"), None, Some(5), Some((150, 155))),
            (kept, None, None, Some(5), Some((195, 200))),
            (kept, None, Some("-10s"), Some(5), Some((185, 190))),
            (kept, Some("-10s"), None, None, Some((190, 200))),
            (kept, None, None, None, None),
            (kept, Some("99000"), None, Some(5), None),
            (kept, Some("199000"), None, Some(5), None),
            (kept, Some("160000"), Some("150000"), None, None),
            (part, None, None, None, Some((100, 200))),
            (part, None, None, Some(5), Some((100, 105))),
            (part, None, Some("-90s"), None, Some((100, 110))),
        ] {
            let resolved = resolved(&request(from, to, length), &span).ok();
            assert_eq!(resolved, expected.map(|(from, to)| (second(from), second(to))), "{from:?} {to:?} {length:?}");
        }
    }
}
