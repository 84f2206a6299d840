//! States as metrics: one line per possible state, 1 for the one that holds. Made when asked for, beside the counters.

use std::fmt::Write;

use crate::base::status::{DestinationState, Health};
use crate::base::vitals::Vitals;
use crate::show::time::ShowTime;

/// Which server this is, since when, and whether its show is on air.
pub fn itself(started: ShowTime, on_air: bool) -> String {
    let (version, on_air, started) = (env!("CARGO_PKG_VERSION"), u8::from(on_air), started.millis() as f64 / 1_000.0);
    format!(
        "# HELP marquee_build_info Always 1; the version is in the label.\n\
         # TYPE marquee_build_info gauge\n\
         marquee_build_info{{version=\"{version}\"}} 1\n\
         # HELP marquee_start_time_seconds When the server started, in Unix time.\n\
         # TYPE marquee_start_time_seconds gauge\n\
         marquee_start_time_seconds {started}\n\
         # HELP marquee_on_air Whether the show is on air, paused or not.\n\
         # TYPE marquee_on_air gauge\n\
         marquee_on_air {on_air}\n"
    )
}

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
