//! What lies where in Redis, and for how long.

/// Seconds after which figures are gone unless they are written again: whoever reads them never takes old ones for new.
pub const STREAM_METRICS_TTL: u64 = 60;
pub const SYSTEM_METRICS_TTL: u64 = 300;
pub const SYSTEM_HEALTH_TTL: u64 = 60;

/// Changes that the stream keeps, about.
pub const CHANGES_KEPT: usize = 10_000;

pub struct Keys {
    pub stream_state: String,
    pub stream_config: String,
    pub stream_metrics: String,
    pub system_health: String,
    pub system_metrics: String,
    /// A Redis Stream: one entry for each change, its id is the change's number.
    pub changes: String,
    pub snapshot: String,
    /// The snapshot of another show that lay there before.
    pub previous_snapshot: String,
}

impl Keys {
    pub fn with_prefix(prefix: &str) -> Self {
        let key = |name: &str| format!("{prefix}{name}");
        Self {
            stream_state: key("stream:state"),
            stream_config: key("stream:config"),
            stream_metrics: key("stream:metrics"),
            system_health: key("system:health"),
            system_metrics: key("system:metrics"),
            changes: key("marquee:changes"),
            snapshot: key("marquee:snapshot"),
            previous_snapshot: key("marquee:snapshot:previous"),
        }
    }
}
