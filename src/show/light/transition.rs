//! How a zone goes from one look to the next.

use std::fmt;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct LightTransition {
    pub kind: LightTransitionKind,
    #[schemars(range(max = 60_000))]
    pub duration_ms: u32,
}

/// Upper or lower case, when read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(extend("enum" = ["CUT", "FADE", "WIPE", "DISSOLVE", "IRIS", "DIP"]))]
pub enum LightTransitionKind {
    /// From one frame to the next.
    Cut,
    #[default]
    Fade,
    /// An edge moves over the zone, from left to right or along a strip.
    Wipe,
    /// Every LED changes at a time of its own.
    Dissolve,
    /// The new look opens from the middle.
    Iris,
    /// To black, and from it.
    Dip,
}

/// Longer than this it would rather be an animation.
pub const MAX_DURATION_MS: u32 = 60_000;

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidLightTransition {
    #[error("duration_ms must be 0 to 60000, not {0}")]
    Duration(u32),
    #[error("{0:?} is not a transition: CUT, FADE, WIPE, DISSOLVE, IRIS or DIP")]
    Kind(String),
}

impl Default for LightTransition {
    fn default() -> Self {
        Self { kind: LightTransitionKind::Fade, duration_ms: 500 }
    }
}

impl LightTransition {
    pub fn check(&self) -> Result<(), InvalidLightTransition> {
        match self.duration_ms {
            0..=MAX_DURATION_MS => Ok(()),
            more => Err(InvalidLightTransition::Duration(more)),
        }
    }

    /// How long it takes; a cut takes no time.
    pub fn duration(&self) -> Duration {
        match self.kind {
            LightTransitionKind::Cut => Duration::ZERO,
            _ => Duration::from_millis(u64::from(self.duration_ms)),
        }
    }

    /// How far it has come, 0 to 1, so long after it began.
    pub fn progress(&self, elapsed: Duration) -> f64 {
        let duration = self.duration();
        if elapsed >= duration { 1.0 } else { elapsed.as_secs_f64() / duration.as_secs_f64() }
    }
}

impl LightTransitionKind {
    pub const ALL: [LightTransitionKind; 6] = [Self::Cut, Self::Fade, Self::Wipe, Self::Dissolve, Self::Iris, Self::Dip];

    pub fn id(self) -> &'static str {
        match self {
            Self::Cut => "CUT",
            Self::Fade => "FADE",
            Self::Wipe => "WIPE",
            Self::Dissolve => "DISSOLVE",
            Self::Iris => "IRIS",
            Self::Dip => "DIP",
        }
    }

    pub fn named(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.id().eq_ignore_ascii_case(id))
    }
}

impl fmt::Display for LightTransitionKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

impl TryFrom<String> for LightTransitionKind {
    type Error = InvalidLightTransition;

    fn try_from(text: String) -> Result<Self, InvalidLightTransition> {
        Self::named(&text).ok_or_else(|| InvalidLightTransition::Kind(text.chars().take(32).collect()))
    }
}

impl From<LightTransitionKind> for String {
    fn from(kind: LightTransitionKind) -> String {
        kind.id().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Result<LightTransition, serde_json::Error> {
        serde_json::from_str(json)
    }

    #[test]
    fn kinds_are_written_in_capitals_and_read_in_any_case() {
        for kind in LightTransitionKind::ALL {
            let text = serde_json::to_string(&kind).unwrap();
            assert_eq!(text, text.to_uppercase());
            for text in [text.clone(), text.to_lowercase()] {
                assert_eq!(serde_json::from_str::<LightTransitionKind>(&text).unwrap(), kind);
            }
        }
        assert!(serde_json::from_str::<LightTransitionKind>(r#""MELT""#).is_err());
    }

    #[test]
    fn the_schema_names_every_kind() {
        let schema = schemars::schema_for!(LightTransitionKind).to_value();
        let ids: Vec<_> = LightTransitionKind::ALL.iter().map(|kind| serde_json::json!(kind.id())).collect();
        assert_eq!(schema["enum"], serde_json::json!(ids));
    }

    #[test]
    fn what_is_not_said_is_a_fade_of_half_a_second() {
        assert_eq!(read("{}").unwrap(), LightTransition { kind: LightTransitionKind::Fade, duration_ms: 500 });
        assert!(read(r#"{"kind": "cut", "colour": 1}"#).is_err());
        assert!(read(r#"{"duration_ms": -1}"#).is_err());
    }

    #[test]
    fn it_lasts_a_minute_at_most() {
        assert_eq!(read(r#"{"duration_ms": 60000}"#).unwrap().check(), Ok(()));
        assert_eq!(read(r#"{"duration_ms": 60001}"#).unwrap().check(), Err(InvalidLightTransition::Duration(60_001)));
    }

    #[test]
    fn progress_stays_between_its_ends_and_a_cut_is_over_at_once() {
        let fade = LightTransition { kind: LightTransitionKind::Fade, duration_ms: 400 };
        let at = |transition: &LightTransition, ms| transition.progress(Duration::from_millis(ms));
        assert_eq!([0, 100, 400, 9_000].map(|ms| at(&fade, ms)), [0.0, 0.25, 1.0, 1.0]);
        assert_eq!(at(&LightTransition { duration_ms: 0, ..fade }, 0), 1.0);
        assert_eq!(at(&LightTransition { kind: LightTransitionKind::Cut, ..fade }, 0), 1.0);
    }
}
