//! When another is asked for its time, and what has been heard.

use std::pin::Pin;
use std::time::Duration;

use tokio::time::{Sleep, sleep};

use super::probe::Probe;

pub struct Asking {
    pub probe: Probe,
    due: Pin<Box<Sleep>>,
}

impl Default for Asking {
    fn default() -> Self {
        Self { probe: Probe::default(), due: Box::pin(sleep(Duration::ZERO)) }
    }
}

impl Asking {
    /// Comes back when a question is due.
    pub async fn due(&mut self) {
        (&mut self.due).await;
        self.due = Box::pin(sleep(self.probe.until_next()));
    }
}
