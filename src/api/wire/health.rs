//! `GET /api/health`.

use std::collections::BTreeMap;
use std::time::Duration;

use schemars::JsonSchema;
use serde::Serialize;

use crate::base::status::{Condition, Health};

#[derive(Debug, Serialize, JsonSchema)]
pub struct HealthView {
    status: Health,
    components: BTreeMap<&'static str, Condition>,
    uptime_seconds: u64,
    version: &'static str,
}

impl HealthView {
    /// Down means that somebody should restart or replace the server: nothing is composed, or nothing is sent though it should
    /// be. Everything else that is not well is degraded.
    pub fn new(components: BTreeMap<&'static str, Condition>, on_air: bool, uptime: Duration) -> Self {
        let is_down = |name| components.get(name).is_some_and(|condition: &Condition| condition.state == Health::Down);
        let status = if is_down("engine") || (on_air && is_down("encoder")) {
            Health::Down
        } else if components.values().any(|condition| condition.state != Health::Ok) {
            Health::Degraded
        } else {
            Health::Ok
        };
        Self { status, components, uptime_seconds: uptime.as_secs(), version: env!("CARGO_PKG_VERSION") }
    }

    pub fn for_strangers(&self) -> serde_json::Value {
        serde_json::json!({ "status": self.status })
    }

    pub fn status(&self) -> Health {
        self.status
    }

    pub fn is_down(&self) -> bool {
        self.status == Health::Down
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &'static str, condition: Condition, on_air: bool, expected: Health) {
        let view = HealthView::new(BTreeMap::from([(name, condition)]), on_air, Duration::ZERO);
        assert_eq!(view.status, expected);
    }

    #[test]
    fn only_what_stops_the_show_is_down() {
        check("engine", Condition::ok(), true, Health::Ok);
        check("engine", Condition::down("stuck"), false, Health::Down);
        check("encoder", Condition::down("no x264"), false, Health::Degraded);
        check("encoder", Condition::down("no x264"), true, Health::Down);
        check("storage", Condition::down("disk full"), true, Health::Degraded);
        check("rtmp_server", Condition::degraded("busy"), true, Health::Degraded);
    }
}
