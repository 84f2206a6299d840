//! The newest lines of the log, for whoever can not reach the machine's own: bounded in number and in bytes.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::base::clock::Clock;

use super::line::{LogLevel, LogLine};

#[derive(Clone, Copy, Debug)]
pub struct RingBounds {
    pub lines: usize,
    pub bytes: usize,
}

impl Default for RingBounds {
    fn default() -> Self {
        Self { lines: 2_000, bytes: 1 << 20 }
    }
}

/// A cheap handle; all of them know the same.
#[derive(Clone)]
pub struct LogRing(Arc<Parts>);

struct Parts {
    clock: Clock,
    bounds: RingBounds,
    /// A std mutex: it is held for one line, or to copy some handles.
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    lines: VecDeque<Arc<LogLine>>,
    bytes: usize,
    seq: u64,
}

impl LogRing {
    pub fn new(clock: Clock, bounds: RingBounds) -> Self {
        Self(Arc::new(Parts { clock, bounds, kept: Mutex::default() }))
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The texts are clean already.
    pub(super) fn push(&self, level: LogLevel, target: String, message: String, fields: Vec<(String, String)>) {
        let at = self.0.clock.now();
        let mut line = LogLine { seq: 0, at, level, target, message, fields };
        let bytes = line.bytes();
        let mut kept = self.kept();
        kept.seq += 1;
        line.seq = kept.seq;
        kept.bytes += bytes;
        kept.lines.push_back(Arc::new(line));
        while kept.lines.len() > self.0.bounds.lines || kept.bytes > self.0.bounds.bytes {
            let Some(oldest) = kept.lines.pop_front() else { break };
            kept.bytes -= oldest.bytes();
        }
    }

    /// Of the lines after `since_seq` that are at least as bad as `min_level`, the newest `most`; the oldest of them first.
    pub fn newest(&self, most: usize, min_level: LogLevel, since_seq: u64) -> Vec<Arc<LogLine>> {
        let kept = self.kept();
        let newest = kept.lines.iter().rev().take_while(|line| line.seq > since_seq);
        let mut lines: Vec<_> = newest.filter(|line| line.level <= min_level).take(most).cloned().collect();
        lines.reverse();
        lines
    }

    /// How many lines there are now.
    pub fn lines(&self) -> usize {
        self.kept().lines.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::show::time::ShowTime;

    fn ring(lines: usize, bytes: usize) -> LogRing {
        LogRing::new(Clock::manual(ShowTime(7)), RingBounds { lines, bytes })
    }

    fn push(ring: &LogRing, level: LogLevel, text: &str) {
        ring.push(level, "here".to_owned(), text.to_owned(), vec![]);
    }

    fn texts(lines: &[Arc<LogLine>]) -> Vec<&str> {
        lines.iter().map(|line| line.message.as_str()).collect()
    }

    #[test]
    fn the_oldest_lines_go_first() {
        let ring = ring(3, usize::MAX);
        ["a", "b", "c", "d"].into_iter().for_each(|text| push(&ring, LogLevel::Info, text));
        let lines = ring.newest(10, LogLevel::Trace, 0);
        assert_eq!(texts(&lines), ["b", "c", "d"]);
        assert_eq!((lines[0].seq, lines[2].seq, lines[2].at), (2, 4, ShowTime(7)));
    }

    #[test]
    fn many_bytes_push_many_lines_out() {
        let ring = ring(1_000, 10_000);
        for _ in 0..1_000 {
            push(&ring, LogLevel::Info, &"x".repeat(900));
            let bytes: usize = ring.newest(1_000, LogLevel::Trace, 0).iter().map(|line| line.bytes()).sum();
            assert!(bytes <= 10_000 && bytes == ring.kept().bytes);
        }
        assert!((8..=10).contains(&ring.lines()), "{}", ring.lines());
    }

    #[test]
    fn only_what_is_asked_for_is_told() {
        let ring = ring(100, usize::MAX);
        for (level, text) in [(LogLevel::Error, "a"), (LogLevel::Info, "b"), (LogLevel::Warn, "c"), (LogLevel::Error, "d")] {
            push(&ring, level, text);
        }
        assert_eq!(texts(&ring.newest(10, LogLevel::Warn, 0)), ["a", "c", "d"]);
        assert_eq!(texts(&ring.newest(2, LogLevel::Warn, 0)), ["c", "d"]);
        assert_eq!(texts(&ring.newest(10, LogLevel::Trace, 2)), ["c", "d"]);
        assert!(ring.newest(10, LogLevel::Trace, 4).is_empty() && ring.newest(0, LogLevel::Trace, 0).is_empty());
    }
}
