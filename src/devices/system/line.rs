//! One line of the log as it may be shown: without secrets, and without anything that would steer a terminal or a browser.

use std::str::FromStr;

use serde::Serialize;
use tracing::Level;

use crate::show::time::ShowTime;

const LONGEST_MESSAGE: usize = 2_000;
const LONGEST_VALUE: usize = 400;
const LONGEST_NAME: usize = 64;
pub const MOST_FIELDS: usize = 32;
const HIDDEN: &str = "…";

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LogLine {
    /// Greater than that of the line before it.
    pub seq: u64,
    pub at: ShowTime,
    pub level: LogLevel,
    pub target: String,
    pub message: String,
    pub fields: Vec<(String, String)>,
}

/// From the worst on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LogLevel {
    Error,
    Warn,
    Info,
    Debug,
    Trace,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a level is one of error, warn, info, debug, trace")]
pub struct InvalidLevel;

impl FromStr for LogLevel {
    type Err = InvalidLevel;

    fn from_str(text: &str) -> Result<Self, InvalidLevel> {
        match text {
            "error" => Ok(LogLevel::Error),
            "warn" => Ok(LogLevel::Warn),
            "info" => Ok(LogLevel::Info),
            "debug" => Ok(LogLevel::Debug),
            "trace" => Ok(LogLevel::Trace),
            _ => Err(InvalidLevel),
        }
    }
}

impl From<Level> for LogLevel {
    fn from(level: Level) -> Self {
        match level {
            Level::ERROR => LogLevel::Error,
            Level::WARN => LogLevel::Warn,
            Level::INFO => LogLevel::Info,
            Level::DEBUG => LogLevel::Debug,
            Level::TRACE => LogLevel::Trace,
        }
    }
}

impl LogLine {
    /// About what it takes in memory.
    pub fn bytes(&self) -> usize {
        let fields: usize = self.fields.iter().map(|(name, value)| name.len() + value.len() + 2 * size_of::<String>()).sum();
        size_of::<Self>() + self.target.len() + self.message.len() + fields
    }
}

pub fn message(text: &str) -> String {
    clean(text, LONGEST_MESSAGE)
}

pub fn target(text: &str) -> String {
    clean(text, LONGEST_NAME * 2)
}

pub fn field(name: &str, value: &str) -> (String, String) {
    let value = if is_secret(name) { HIDDEN.to_owned() } else { clean(value, LONGEST_VALUE) };
    (clean(name, LONGEST_NAME), value)
}

fn clean(text: &str, longest: usize) -> String {
    let cut = &text[..text.floor_char_boundary(longest)];
    let mut clean: String = cut.chars().map(|c| if is_unsafe(c) { '\u{fffd}' } else { c }).collect();
    // What takes the place of a character may be longer than it.
    clean.truncate(clean.floor_char_boundary(longest));
    if cut.len() < text.len() {
        clean.push('…');
    }
    clean
}

/// Control characters, and those that turn the direction of what follows.
fn is_unsafe(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// By its name alone: what is called like a secret is one, whatever it holds.
pub fn is_secret(name: &str) -> bool {
    const WITHIN: [&str; 9] =
        ["token", "password", "passwd", "passphrase", "psk", "secret", "authorization", "cookie", "credential"];
    let plain = name.to_lowercase();
    let is_key = |word: &str| matches!(word, "key" | "keys" | "apikey" | "streamkey" | "auth" | "bearer");
    WITHIN.iter().any(|word| plain.contains(word))
        || plain.split(|c: char| !c.is_alphanumeric()).any(is_key)
        || name.ends_with("Key")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_called_like_a_secret_is_not_shown() {
        for name in [
            "key",
            "stream_key",
            "streamKey",
            "api.key",
            "token",
            "access_token",
            "Authorization",
            "set-cookie",
            "psk",
            "wifi_passphrase",
            "PASSWORD",
            "client_secret",
            "apikey",
            "auth",
        ] {
            assert_eq!(field(name, "hunter2").1, "…", "{name}");
        }
        for name in ["keyframe", "monkeys", "author", "ssid", "path", "error"] {
            assert_eq!(field(name, "value").1, "value", "{name}");
        }
    }

    #[test]
    fn nothing_steers_a_terminal_and_nothing_is_endless() {
        assert_eq!(message("a\u{1b}[2J\nb\u{202e}c\u{7}"), "a\u{fffd}[2J\u{fffd}b\u{fffd}c\u{fffd}");
        let long = message(&"ä".repeat(9_000));
        assert!(long.len() < 2_010 && long.ends_with('…'));
    }

    #[test]
    fn levels_are_ordered_from_the_worst_on() {
        assert!(LogLevel::Error < LogLevel::Warn && LogLevel::Debug < LogLevel::Trace);
        assert_eq!("warn".parse(), Ok(LogLevel::Warn));
        assert_eq!("WARNING".parse::<LogLevel>(), Err(InvalidLevel));
    }
}
