//! What is played: drums, piano, the isometric sequencer, and what a DJ shows of the sound.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::pattern::LOUDEST;
use crate::show::light::blend::LightBlend;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Module {
    DrumMachine,
    Piano,
    IsometricSequencer,
    DjVisualizer,
}

impl Module {
    pub const ALL: [Module; 4] = [Module::DrumMachine, Module::Piano, Module::IsometricSequencer, Module::DjVisualizer];

    pub fn number(self) -> u8 {
        self as u8
    }

    pub fn numbered(number: u8) -> Option<Self> {
        Self::ALL.get(usize::from(number)).copied()
    }
}

/// How loud a module is, and how its light is laid over that of those before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Setting {
    pub enabled: bool,
    #[schemars(range(min = 0, max = 100))]
    pub volume: u8,
    /// Of its light, in hundredths.
    #[schemars(range(min = 0, max = 100))]
    pub opacity: u8,
    pub blend: LightBlend,
}

impl Default for Setting {
    fn default() -> Self {
        Self { enabled: true, volume: LOUDEST, opacity: 100, blend: LightBlend::Add }
    }
}

impl Setting {
    pub fn is_right(&self) -> bool {
        self.volume <= LOUDEST && self.opacity <= 100
    }
}

/// What the visualiser makes of the sound that is heard where it is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Visual {
    /// Low pitches at one end, high ones at the other.
    #[default]
    Spectrum,
    /// All of it, on the beat.
    Pulse,
    /// As far as it is loud.
    Level,
}
