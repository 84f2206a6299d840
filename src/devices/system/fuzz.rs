//! Fuzz target: fields of log lines, and what a machine's firmware says, as anything may have made them.

use super::heat::Throttling;
use super::line::{self, LogLevel, is_secret};
use super::ring::{LogRing, RingBounds};
use crate::base::clock::Clock;
use crate::show::time::ShowTime;

/// Lines; each a level, a name and a value with "=" between them.
pub fn log_fields(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    Throttling::parse(&text);
    let bounds = RingBounds { lines: 50, bytes: 20_000 };
    let ring = LogRing::new(Clock::manual(ShowTime(0)), bounds);
    for given in text.split('\n').take(1_000) {
        let (name, value) = given.split_once('=').unwrap_or((given, given));
        let level = given.get(..4).and_then(|level| level.parse().ok()).unwrap_or(LogLevel::Info);
        let (shown, kept) = line::field(name, value);
        assert!(!is_secret(name) || kept == "…");
        ring.push(level, line::target(name), line::message(value), vec![(shown, kept)]);
    }
    let lines = ring.newest(usize::MAX, LogLevel::Trace, 0);
    assert!(lines.len() <= bounds.lines && lines.iter().map(|line| line.bytes()).sum::<usize>() <= bounds.bytes);
    assert!(lines.is_sorted_by(|one, next| one.seq < next.seq));
    for line in &lines {
        let all =
            [&line.target, &line.message].into_iter().chain(line.fields.iter().flat_map(|(name, value)| [name, value]));
        all.for_each(|text| assert!(text.len() < 2_100 && !text.contains(char::is_control), "{text:?}"));
    }
}
