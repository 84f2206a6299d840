//! How far it is, and how long it will take: a bar on a terminal, lines elsewhere.

use std::io::Write;
use std::time::Duration;

use crate::base::clock::Stopwatch;

const WIDTH: usize = 30;
/// A terminal is not written to more often.
const EVERY: Duration = Duration::from_millis(200);
/// Lines are for logs: one for each tenth.
const LINES: u64 = 10;

pub struct Progress {
    frames: u64,
    is_terminal: bool,
    since: Stopwatch,
    told: Stopwatch,
    lines: u64,
}

impl Progress {
    pub fn new(frames: u64, is_terminal: bool) -> Progress {
        Progress { frames, is_terminal, since: Stopwatch::start(), told: Stopwatch::start(), lines: 0 }
    }

    pub fn tell(&mut self, painted: u64) {
        if self.is_terminal {
            if self.told.elapsed() >= EVERY || painted == self.frames {
                self.told = Stopwatch::start();
                eprint!("\r{}\x1b[K", bar(painted, self.frames, self.since.elapsed()));
                // Nothing depends on it.
                let _ = std::io::stderr().flush();
            }
            return;
        }
        let line = painted * LINES / self.frames.max(1);
        if line > self.lines {
            self.lines = line;
            eprintln!("{}", words(painted, self.frames, self.since.elapsed()));
        }
    }

    pub fn end(&self) {
        if self.is_terminal {
            eprintln!();
        }
    }
}

fn bar(painted: u64, frames: u64, took: Duration) -> String {
    let full = (painted as usize * WIDTH / (frames as usize).max(1)).min(WIDTH);
    format!("[{}{}] {}", "█".repeat(full), "·".repeat(WIDTH - full), words(painted, frames, took))
}

fn words(painted: u64, frames: u64, took: Duration) -> String {
    let percent = painted * 100 / frames.max(1);
    let rate = painted as f64 / took.as_secs_f64().max(1e-3);
    let left = frames.saturating_sub(painted) as f64 / rate.max(1e-3);
    format!("{percent:3} %  {painted} of {frames} frames  {rate:.1} a second  {} left", clock(left))
}

fn clock(seconds: f64) -> String {
    let seconds = seconds.ceil() as u64;
    let (hours, minutes, seconds) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{seconds:02}") } else { format!("{minutes}:{seconds:02}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_says_how_far_it_is_and_how_long_it_takes() {
        let words = words(150, 600, Duration::from_secs(3));
        assert_eq!(words, " 25 %  150 of 600 frames  50.0 a second  0:09 left");
        assert_eq!((clock(59.2), clock(3_725.0)), ("1:00".to_owned(), "1:02:05".to_owned()));
        assert_eq!(bar(600, 600, Duration::from_secs(1)).matches('█').count(), WIDTH);
        assert!(!bar(0, 0, Duration::ZERO).contains("NaN"));
    }
}
