//! A destination as doors show it: without its key, with what it is doing.

use schemars::JsonSchema;
use serde::Serialize;

use crate::base::status::DestinationState;
use crate::base::vitals::Vitals;
use crate::show::Show;
use crate::show::destination::{Destination, HlsFormat, RecordFormat, SrtMode, Target};
use crate::show::ids::{DestinationId, RenditionId};
use crate::show::time::ShowTime;

#[derive(Debug, Serialize, JsonSchema)]
pub struct DestinationView {
    id: String,
    name: String,
    enabled: bool,
    rendition: RenditionId,
    dynamic_bitrate: bool,
    #[serde(flatten)]
    target: TargetView,
    /// Measured; left out where only what was decided is told.
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<Status>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum TargetView {
    Rtmp {
        url: String,
        key_set: bool,
    },
    Record {
        format: RecordFormat,
    },
    Srt {
        url: String,
        mode: SrtMode,
        passphrase_set: bool,
        latency_ms: u32,
        streamid: String,
    },
    /// `master` is the address that players open.
    Hls {
        segment_ms: u32,
        window: u32,
        format: HlsFormat,
        renditions: Vec<RenditionId>,
        master: String,
    },
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct Status {
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    since: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_try: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    attempt: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

impl DestinationView {
    pub fn new(destination: &Destination, state: Option<DestinationState>) -> Self {
        let status = Status::of(destination, &state.unwrap_or(DestinationState::Stopped));
        Self { status: Some(status), ..Self::decided(destination) }
    }

    /// Without what it is doing.
    pub fn decided(destination: &Destination) -> Self {
        let Destination { id, name, enabled, rendition, dynamic_bitrate, target } = destination;
        Self {
            id: id.to_string(),
            name: name.clone(),
            enabled: *enabled,
            rendition: rendition.clone(),
            dynamic_bitrate: *dynamic_bitrate,
            target: TargetView::new(id, target),
            status: None,
        }
    }

    pub fn all(show: &Show, vitals: &Vitals) -> Vec<DestinationView> {
        let mut states = vitals.status.destinations();
        show.destinations.values().map(|found| Self::new(found, states.remove(found.id.as_str()))).collect()
    }
}

impl TargetView {
    fn new(id: &DestinationId, target: &Target) -> Self {
        match target {
            Target::Rtmp { url, key } => TargetView::Rtmp { url: without_secrets(url), key_set: !key.is_empty() },
            Target::Record { format } => TargetView::Record { format: *format },
            Target::Srt { url, mode, passphrase, latency_ms, streamid } => TargetView::Srt {
                url: without_secrets(url),
                mode: *mode,
                passphrase_set: !passphrase.is_empty(),
                latency_ms: *latency_ms,
                streamid: streamid.clone(),
            },
            Target::Hls { segment_ms, window, format, renditions } => TargetView::Hls {
                segment_ms: *segment_ms,
                window: *window,
                format: *format,
                renditions: renditions.clone(),
                master: format!("/hls/{id}/master.m3u8"),
            },
        }
    }
}

impl Status {
    pub fn of(destination: &Destination, state: &DestinationState) -> Self {
        let mut status = Self::new(state);
        if let Some(secret) = destination.target.secret().filter(|secret| !secret.is_empty()) {
            // A peer's refusal may quote what it was asked for.
            status.reason = status.reason.map(|reason| reason.replace(secret.reveal(), "***"));
        }
        status
    }

    fn new(state: &DestinationState) -> Self {
        let mut status = Status { state: state.label(), since: None, next_try: None, attempt: None, reason: None };
        match state {
            DestinationState::Connecting | DestinationState::Stopped => {}
            DestinationState::Live { since } | DestinationState::Congested { since } => {
                status.since = Some(since.millis());
            }
            DestinationState::BackingOff { next_try, attempt, reason } => {
                status.next_try = Some(ShowTime::millis(*next_try));
                status.attempt = Some(*attempt);
                status.reason = Some(reason.clone());
            }
            DestinationState::Refused { next_try, reason } => {
                status.next_try = Some(next_try.millis());
                status.reason = Some(reason.clone());
            }
        }
        status
    }
}

/// Without user name, password and query, should an address ever hold any.
fn without_secrets(url: &str) -> String {
    let plain = url.split(['?', '#']).next().unwrap_or("");
    let Some((scheme, rest)) = plain.split_once("://") else { return plain.to_owned() };
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let host = authority.rsplit('@').next().unwrap_or(authority);
    format!("{scheme}://{host}{path}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::show::destination::Secret;

    #[test]
    fn no_view_shows_a_key() {
        let destination = Destination {
            id: DestinationId::new("tv").expect("an id"),
            name: String::new(),
            enabled: true,
            rendition: RenditionId::main(),
            dynamic_bitrate: false,
            target: Target::Rtmp { url: "rtmp://me:pass@host/live?auth=abc".to_owned(), key: Secret::new("s3cret") },
        };
        let state = DestinationState::Refused { next_try: ShowTime(2_000_000), reason: "live/s3cret is taken".to_owned() };
        let text = serde_json::to_string(&DestinationView::new(&destination, Some(state))).expect("JSON");
        assert_eq!(
            text,
            r#"{"id":"tv","name":"","enabled":true,"rendition":"main","dynamic_bitrate":false,"kind":"rtmp","url":"rtmp://host/live","key_set":true,"#.to_owned()
                + r#""status":{"state":"refused","next_try":2000,"reason":"live/*** is taken"}}"#
        );
    }
}
