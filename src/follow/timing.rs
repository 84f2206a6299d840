//! What the leader's answers to questions for its time are worth: its clock is followed.

use super::Node;
use crate::base::asking::Asking;
use crate::base::following::ClockState;
use crate::base::probe::Exchange;
use crate::show::time::ShowTime;

pub fn hear(asking: &mut Asking, node: &Node, sent: i64, arrived: ShowTime, left: ShowTime) {
    let now = node.clock.steady();
    if !asking.probe.hear(Exchange { sent, arrived: arrived.0, left: left.0, returned: now }) {
        return;
    }
    let Some(found) = asking.probe.estimate(now) else { return };
    node.clock.guide(found.offset);
    // What is added to the clock of this machine, not to the microseconds since the start.
    let offset = found.offset.saturating_add(now).saturating_sub(node.clock.of_the_system().0);
    node.vitals.follow_clock_offset.set(offset as f64 / 1e6);
    let clock = ClockState { offset_ms: offset as f64 / 1_000.0, round_trip_ms: found.round_trip as f64 / 1_000.0 };
    node.vitals.following.change(|following| following.clock = Some(clock));
}
