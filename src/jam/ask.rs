//! What participants ask for: the seed's messages, as its clients send them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::show::jam::event::{Step, Struck};
use crate::show::jam::module::{Module, Visual};
use crate::show::jam::music::{ColorMode, Root, Scale};
use crate::show::jam::participant::{Color, ParticipantId};
use crate::show::jam::pattern::{PatternId, TrackText};
use crate::show::light::blend::LightBlend;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "kebab-case")]
pub enum Ask {
    /// Sets a step.
    DrumStep(Step),
    /// A note begins, or ends.
    Note(Struck),
    ColorMode {
        mode: ColorMode,
    },
    KeyChange {
        key: Root,
        scale: Scale,
    },
    TempoChange {
        #[schemars(range(min = 20, max = 999))]
        tempo: f64,
    },
    /// From the next bar on.
    #[serde(rename_all = "camelCase")]
    PlaybackControl {
        is_playing: bool,
    },
    Bar(Bar),
    /// From the next bar on.
    PatternSelect {
        #[schemars(with = "u8", range(min = 0, max = 15))]
        pattern: PatternId,
    },
    /// All of a pattern at once.
    DrumPatternReset {
        #[serde(default)]
        #[schemars(with = "u8", range(min = 0, max = 15))]
        pattern: PatternId,
        #[schemars(length(min = 8, max = 16))]
        tracks: Vec<TrackText>,
    },
    Track(TrackChange),
    Module(ModuleChange),
    Visual {
        visual: Visual,
    },
    Profile {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        color: Option<Color>,
    },
    /// Lights that a participant brings.
    Outputs {
        outputs: u16,
    },
    /// Leaves for good; the host may say so of others.
    Leave {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        id: Option<ParticipantId>,
    },
    /// Makes another one the host.
    Host {
        id: ParticipantId,
    },
    Room {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
        /// Strangers who know the code may play.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        open: Option<bool>,
    },
}

impl Ask {
    /// What they are called, as their `type` says.
    pub const NAMES: [&str; 17] = [
        "drum-step",
        "note",
        "color-mode",
        "key-change",
        "tempo-change",
        "playback-control",
        "bar",
        "pattern-select",
        "drum-pattern-reset",
        "track",
        "module",
        "visual",
        "profile",
        "outputs",
        "leave",
        "host",
        "room",
    ];
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Bar {
    /// Beats of a bar.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 16))]
    pub meter: Option<u8>,
    /// What is scheduled happens at a multiple of so many beats.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 64))]
    pub quantum: Option<u8>,
    /// How much later every other step comes, in hundredths of a step.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = 75))]
    pub swing: Option<u8>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct TrackChange {
    #[schemars(with = "u8", range(min = 0, max = 15))]
    pub pattern: PatternId,
    pub track: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub muted: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub solo: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = 100))]
    pub volume: Option<u8>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ModuleChange {
    pub module: Module,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = 100))]
    pub volume: Option<u8>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = 100))]
    pub opacity: Option<u8>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blend: Option<LightBlend>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_names_are_known() {
        let error = serde_json::from_str::<Ask>(r#"{"type":"dance"}"#).unwrap_err().to_string();
        let named: Vec<String> = Ask::NAMES.iter().map(|name| format!("`{name}`")).collect();
        assert!(error.contains(&format!("expected one of {}", named.join(", "))), "{error}");
    }
}
