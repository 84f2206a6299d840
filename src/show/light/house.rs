//! All lights together: on or off, how bright, in which mode, and what they are fed from.

use std::collections::BTreeMap;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::transition::{LightTransition, LightTransitionKind};
use super::zone::Before;
use crate::show::ids::SupplyId;
use crate::show::offset::UtcOffset;

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct House {
    pub state: HouseState,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Arc<Before<HouseState>>>,
    #[serde(default)]
    pub settings: LightSettings,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HouseState {
    pub on: bool,
    pub mode: MainMode,
    pub brightness: u8,
}

/// What zones show at all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum MainMode {
    /// Each zone its colour, and nothing else.
    Static,
    /// Each zone its colour and its layers.
    #[default]
    Animation,
    /// Each zone its part of the picture.
    Program,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LightSettings {
    /// How often LEDs get new values.
    #[serde(default = "fps")]
    #[schemars(range(min = 1, max = 240))]
    pub fps: u16,
    /// How looks change where nothing is said.
    #[serde(default = "cut")]
    pub transition: LightTransition,
    /// How power and mode change where nothing is said.
    #[serde(default = "half_a_second")]
    pub power_transition: LightTransition,
    /// What animations that show the time of day go by.
    #[serde(default)]
    pub timezone: UtcOffset,
    /// What several fixtures draw from together.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schemars(length(max = 64))]
    pub supplies: BTreeMap<SupplyId, Supply>,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Supply {
    #[serde(default = "five")]
    #[schemars(range(min = 1, max = 60))]
    pub volts: f64,
    /// What it gives at most.
    #[schemars(range(min = 100, max = 1_000_000))]
    pub limit_ma: f64,
}

impl MainMode {
    pub const ALL: [MainMode; 3] = [MainMode::Static, MainMode::Animation, MainMode::Program];

    pub fn id(self) -> &'static str {
        match self {
            MainMode::Static => "STATIC",
            MainMode::Animation => "ANIMATION",
            MainMode::Program => "PROGRAM",
        }
    }

    pub fn description(self) -> &'static str {
        match self {
            MainMode::Static => "each zone shows its colour",
            MainMode::Animation => "each zone shows its colour, and its animations above it",
            MainMode::Program => "each zone shows its part of the picture",
        }
    }

    pub fn named(name: &str) -> Option<MainMode> {
        MainMode::ALL.into_iter().find(|mode| mode.id().eq_ignore_ascii_case(name))
    }
}

impl Supply {
    pub fn limit_mw(&self) -> f64 {
        self.limit_ma * self.volts
    }
}

impl Default for HouseState {
    fn default() -> Self {
        Self { on: true, mode: MainMode::default(), brightness: u8::MAX }
    }
}

impl Default for LightSettings {
    fn default() -> Self {
        Self {
            fps: fps(),
            transition: cut(),
            power_transition: half_a_second(),
            timezone: UtcOffset::default(),
            supplies: BTreeMap::new(),
        }
    }
}

fn fps() -> u16 {
    60
}

fn five() -> f64 {
    5.0
}

fn half_a_second() -> LightTransition {
    LightTransition { kind: LightTransitionKind::Fade, duration_ms: 500 }
}

fn cut() -> LightTransition {
    LightTransition { kind: LightTransitionKind::Cut, duration_ms: 0 }
}
