//! Fills the ring from `tracing`, beside whatever else the log goes to.

use std::fmt;

use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::layer::{Context, Layer};

use super::line::{self, MOST_FIELDS};
use super::ring::LogRing;

pub struct RingLayer(LogRing);

impl RingLayer {
    pub fn new(ring: LogRing) -> Self {
        Self(ring)
    }
}

impl<S: Subscriber> Layer<S> for RingLayer {
    fn on_event(&self, event: &Event<'_>, _context: Context<'_, S>) {
        let mut said = Said::default();
        event.record(&mut said);
        let metadata = event.metadata();
        self.0.push((*metadata.level()).into(), line::target(metadata.target()), said.message, said.fields);
    }
}

#[derive(Default)]
struct Said {
    message: String,
    fields: Vec<(String, String)>,
}

impl Said {
    fn take(&mut self, field: &Field, text: &str) {
        if field.name() == "message" {
            self.message = line::message(text);
        } else if self.fields.len() < MOST_FIELDS {
            self.fields.push(line::field(field.name(), text));
        }
    }
}

impl Visit for Said {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.take(field, value);
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        // What is a secret is not even written down to be thrown away.
        let is_shown = field.name() == "message" || !line::is_secret(field.name());
        let text = if is_shown { format!("{value:?}") } else { String::new() };
        self.take(field, &text);
    }
}

#[cfg(test)]
mod tests {
    use tracing_subscriber::layer::SubscriberExt;

    use super::super::line::LogLevel;
    use super::*;
    use crate::base::clock::Clock;
    use crate::show::time::ShowTime;

    #[test]
    fn what_is_logged_is_kept_with_its_fields_and_without_secrets() {
        let ring = LogRing::new(Clock::manual(ShowTime(7)), Default::default());
        let subscriber = tracing_subscriber::registry().with(RingLayer::new(ring.clone()));
        tracing::subscriber::with_default(subscriber, || {
            tracing::warn!(target: "marquee::send", bytes = 7, ring_name = %"r", stream_key = "hunter2", "it {} there\n", "is");
            tracing::info!(token = ?Some("hunter2"), reason = ?"two\nlines");
        });
        let lines = ring.newest(10, LogLevel::Trace, 0);
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!((lines[0].level, lines[0].target.as_str()), (LogLevel::Warn, "marquee::send"));
        assert_eq!(lines[0].message, "it is there\u{fffd}");
        assert_eq!(lines[0].fields, [pair("bytes", "7"), pair("ring_name", "r"), pair("stream_key", "…")]);
        assert_eq!(lines[1].fields, [pair("token", "…"), pair("reason", "\"two\\nlines\"")]);
        assert!(!format!("{lines:?}").contains("hunter2"));
    }
}
