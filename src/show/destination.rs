//! Where the stream goes.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::ids::DestinationId;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Destination {
    pub id: DestinationId,
    #[serde(default)]
    #[schemars(length(max = 128))]
    pub name: String,
    #[serde(default = "yes")]
    pub enabled: bool,
    #[serde(flatten)]
    pub target: Target,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_of_the_wrong_kind_is_not_quoted() {
        let text = r#"{"id": "tv", "kind": "rtmp", "url": "rtmp://h/live", "key": 123456789}"#;
        let error = serde_json::from_str::<Destination>(text).unwrap_err().to_string();
        assert!(error.contains("must be a string") && !error.contains("123456789"), "{error}");
    }
}
