//! States as metrics: one line per possible state, 1 for the one that holds. Made when asked for, beside the counters.

use std::fmt::Write;

use crate::base::status::{DestinationState, Health};
use crate::base::vitals::Vitals;

pub fn states(vitals: &Vitals) -> String {
    let mut text = String::new();
    let destination = "marquee_destination_state";
    text.push_str("# HELP marquee_destination_state What each destination is doing: 1 for the state that holds.\n");
    text.push_str("# TYPE marquee_destination_state gauge\n");
    for (id, state) in vitals.status.destinations() {
        for label in DestinationState::LABELS {
            let holds = u8::from(label == state.label());
            // Writing to a String does not fail; ids and labels need no escaping.
            let _ = writeln!(text, "{destination}{{destination=\"{id}\",state=\"{label}\"}} {holds}");
        }
    }
    text.push_str("# HELP marquee_component_health How each part is: 2 ok, 1 degraded, 0 down.\n");
    text.push_str("# TYPE marquee_component_health gauge\n");
    for (component, condition) in vitals.status.conditions() {
        let value = match condition.state {
            Health::Ok => 2,
            Health::Degraded => 1,
            Health::Down => 0,
        };
        let _ = writeln!(text, "marquee_component_health{{component=\"{component}\"}} {value}");
    }
    text
}
