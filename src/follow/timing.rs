//! When the leader is asked for its time, and what its answers are worth: pairs of questions, 25 ms apart.

use std::pin::Pin;
use std::time::Duration;

use tokio::time::{Sleep, sleep};

use super::Node;
use crate::base::following::ClockState;
use crate::base::probe::{Exchange, Probe, WITHIN_A_PAIR};
use crate::show::time::ShowTime;

pub struct Timing {
    probe: Probe,
    due: Pin<Box<Sleep>>,
    /// The second question of a pair is what comes next.
    second: bool,
    first: Option<Exchange>,
}

impl Timing {
    pub fn new() -> Self {
        Self { probe: Probe::default(), due: Box::pin(sleep(Duration::ZERO)), second: false, first: None }
    }

    /// Comes back when a question is due.
    pub async fn due(&mut self) {
        (&mut self.due).await;
        let pause = if self.second { self.probe.pause() } else { WITHIN_A_PAIR };
        self.second = !self.second;
        self.due = Box::pin(sleep(pause));
    }

    pub fn hear(&mut self, node: &Node, sent: i64, arrived: ShowTime, left: ShowTime) {
        let now = node.clock.steady();
        let exchange = Exchange { sent, arrived: arrived.0, left: left.0, returned: now };
        // Whose sibling was lost with a line is alone.
        let Some(first) = self.first.take_if(|first| sent.saturating_sub(first.sent) < 1_000_000) else {
            self.first = Some(exchange);
            return;
        };
        if !self.probe.hear(first, exchange) {
            return;
        }
        let Some(found) = self.probe.estimate(now) else { return };
        node.clock.guide(found.offset);
        // What is added to the clock of this machine, not to the microseconds since the start.
        let offset = found.offset.saturating_add(now).saturating_sub(node.clock.of_the_system().0);
        node.vitals.follow_clock_offset.set(offset as f64 / 1e6);
        let clock = ClockState { offset_ms: offset as f64 / 1_000.0, round_trip_ms: found.round_trip as f64 / 1_000.0 };
        node.vitals.following.change(|following| following.clock = Some(clock));
    }
}
