//! How the layers of a zone meet.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How a colour meets the one below it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LightBlend {
    /// The colour hides what is below.
    #[default]
    Normal,
    /// The sum, cut off at full.
    #[serde(alias = "additive")]
    Add,
    /// Lighter: black changes nothing.
    Screen,
    /// Darker: white changes nothing.
    Multiply,
    /// The brighter of both, for each part of the colour.
    Max,
    /// The darker of both, for each part of the colour.
    Min,
    /// What is below less the colour, cut off at black.
    Subtract,
    Difference,
    /// Multiplied where it is dark below, screened where it is light.
    Overlay,
}

impl LightBlend {
    pub const ALL: [LightBlend; 9] = [
        LightBlend::Normal,
        LightBlend::Add,
        LightBlend::Screen,
        LightBlend::Multiply,
        LightBlend::Max,
        LightBlend::Min,
        LightBlend::Subtract,
        LightBlend::Difference,
        LightBlend::Overlay,
    ];
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mode_is_read_back_as_written_and_additive_is_another_word_for_add() {
        for mode in LightBlend::ALL {
            let text = serde_json::to_string(&mode).unwrap();
            assert_eq!(text, text.to_lowercase());
            assert_eq!(serde_json::from_str::<LightBlend>(&text).unwrap(), mode);
        }
        assert_eq!(serde_json::from_str::<LightBlend>(r#""additive""#).unwrap(), LightBlend::Add);
        assert!(serde_json::from_str::<LightBlend>(r#""dissolve""#).is_err());
    }
}
