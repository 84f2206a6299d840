//! `GET /api/health`.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use crate::base::status::{Condition, Health};
use crate::show::time::ShowTime;

#[derive(Debug, Serialize, JsonSchema)]
pub struct HealthView {
    status: Health,
    components: BTreeMap<&'static str, Condition>,
    /// The same in short, as clients of music boxes read it.
    services: BTreeMap<&'static str, Health>,
    /// Seconds since the epoch.
    timestamp: f64,
    uptime_seconds: u64,
    version: &'static str,
}

impl HealthView {
    /// Down means that somebody should restart or replace the server: nothing is composed, or nothing is sent though it should
    /// be. Everything else that is not well is degraded.
    pub fn new(components: BTreeMap<&'static str, Condition>, on_air: bool, [started, now]: [ShowTime; 2]) -> Self {
        let is_down = |name| components.get(name).is_some_and(|condition: &Condition| condition.state == Health::Down);
        let status = if is_down("engine") || (on_air && is_down("encoder")) {
            Health::Down
        } else if components.values().any(|condition| condition.state != Health::Ok) {
            Health::Degraded
        } else {
            Health::Ok
        };
        Self {
            status,
            services: components.iter().map(|(name, condition)| (*name, condition.state)).collect(),
            components,
            timestamp: now.millis() as f64 / 1_000.0,
            uptime_seconds: now.since(started).as_secs(),
            version: env!("CARGO_PKG_VERSION"),
        }
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
        let view = HealthView::new(BTreeMap::from([(name, condition)]), on_air, [ShowTime(0); 2]);
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
