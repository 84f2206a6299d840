//! Where the stream goes.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::ids::{DestinationId, RenditionId};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Destination {
    pub id: DestinationId,
    #[serde(default)]
    #[schemars(length(max = 128))]
    pub name: String,
    #[serde(default = "yes")]
    pub enabled: bool,
    /// Which encoding of the program it gets.
    #[serde(default, skip_serializing_if = "RenditionId::is_main")]
    pub rendition: RenditionId,
    /// Lower the rendition's bit rate while this is its only destination and takes packets too slowly.
    #[serde(default, skip_serializing_if = "is_false")]
    pub dynamic_bitrate: bool,
    #[serde(flatten)]
    pub target: Target,
}

impl Destination {
    /// All encodings that it needs.
    pub fn renditions(&self) -> Vec<RenditionId> {
        match &self.target {
            Target::Hls { renditions, .. } => renditions.clone(),
            _ => vec![self.rendition.clone()],
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Target {
    /// Push to an RTMP server. `url` ends with the application (`rtmp://host/live`), `key` is the stream's name there.
    Rtmp {
        #[schemars(length(max = 1024))]
        url: String,
        #[serde(default)]
        key: Secret,
    },
    /// A file in the recordings directory, one for each time the stream starts.
    Record { format: RecordFormat },
    /// MPEG transport stream over SRT: to a server that listens (`caller`), or to everyone who calls us (`listener`).
    Srt {
        /// `srt://host:port`; a listener's host is the address to listen on.
        #[schemars(length(max = 1024))]
        url: String,
        #[serde(default)]
        mode: SrtMode,
        /// 10 to 79 characters; without one nothing is encrypted.
        #[serde(default)]
        passphrase: Secret,
        #[serde(default = "srt_latency")]
        #[schemars(range(min = 20, max = 8_000))]
        latency_ms: u32,
        #[serde(default, skip_serializing_if = "String::is_empty")]
        #[schemars(length(max = 512))]
        streamid: String,
    },
    /// HTTP Live Streaming, served by this server at `/hls/{id}/master.m3u8`.
    Hls {
        #[serde(default = "segment")]
        #[schemars(range(min = 1_000, max = 10_000))]
        segment_ms: u32,
        /// Segments in a playlist.
        #[serde(default = "window")]
        #[schemars(range(min = 3, max = 30))]
        window: u32,
        #[serde(default)]
        format: HlsFormat,
        /// What a player may choose from.
        #[serde(default = "only_main")]
        #[schemars(length(min = 1, max = 5))]
        renditions: Vec<RenditionId>,
    },
}

impl Target {
    /// A stream key or a passphrase; empty where there is none.
    pub fn secret(&self) -> Option<&Secret> {
        match self {
            Target::Rtmp { key, .. } => Some(key),
            Target::Srt { passphrase, .. } => Some(passphrase),
            Target::Record { .. } | Target::Hls { .. } => None,
        }
    }

    pub fn forget_secret(&mut self) {
        match self {
            Target::Rtmp { key, .. } => *key = Secret::default(),
            Target::Srt { passphrase, .. } => *passphrase = Secret::default(),
            Target::Record { .. } | Target::Hls { .. } => {}
        }
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum SrtMode {
    #[default]
    Caller,
    Listener,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum HlsFormat {
    /// Fragmented MP4 (CMAF).
    #[default]
    Fmp4,
    /// MPEG transport stream, for old players.
    Ts,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum RecordFormat {
    /// Matroska.
    Mkv,
    /// Fragmented MP4.
    Mp4,
}

/// A stream key: stored and used, but shown by no door and in no log.
#[derive(Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(transparent)]
#[schemars(extend("writeOnly" = true, "maxLength" = 1024))]
pub struct Secret(String);

impl<'de> Deserialize<'de> for Secret {
    /// What is no string is not quoted in the error, as the derived one would: it may be a key all the same.
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match serde_json::Value::deserialize(deserializer)? {
            serde_json::Value::String(text) => Ok(Self(text)),
            _ => Err(serde::de::Error::custom("a key must be a string")),
        }
    }
}

impl Secret {
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    pub fn reveal(&self) -> &str {
        &self.0
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_empty() { "Secret(none)" } else { "Secret(***)" })
    }
}

fn yes() -> bool {
    true
}

fn is_false(flag: &bool) -> bool {
    !flag
}

fn srt_latency() -> u32 {
    125
}

fn segment() -> u32 {
    2_000
}

fn window() -> u32 {
    6
}

fn only_main() -> Vec<RenditionId> {
    vec![RenditionId::main()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_of_the_wrong_kind_is_not_quoted() {
        let text = r#"{"id": "tv", "kind": "rtmp", "url": "rtmp://h/live", "key": 123456789}"#;
        let error = serde_json::from_str::<Destination>(text).unwrap_err().to_string();
        assert!(error.contains("must be a string") && !error.contains("123456789"), "{error}");
    }

    #[test]
    fn a_destination_from_before_there_were_renditions_gets_main_and_is_written_as_it_was() {
        let text = r#"{"id":"tv","name":"","enabled":true,"kind":"rtmp","url":"rtmp://h/live","key":"k"}"#;
        let destination = serde_json::from_str::<Destination>(text).unwrap();
        assert_eq!(destination.renditions(), [RenditionId::main()]);
        assert_eq!(serde_json::to_string(&destination).unwrap(), text);
    }

    #[test]
    fn what_is_left_out_of_a_new_kind_has_a_default() {
        let srt = r#"{"id": "relay", "kind": "srt", "url": "srt://h:1", "passphrase": "0123456789"}"#;
        let srt = serde_json::from_str::<Destination>(srt).unwrap();
        assert!(matches!(srt.target, Target::Srt { mode: SrtMode::Caller, latency_ms: 125, .. }));
        assert!(!format!("{srt:?}").contains("0123456789"), "no log shows it");
        let hls = serde_json::from_str::<Destination>(r#"{"id": "web", "kind": "hls"}"#).unwrap();
        assert!(matches!(hls.target, Target::Hls { segment_ms: 2_000, window: 6, format: HlsFormat::Fmp4, .. }));
    }
}
