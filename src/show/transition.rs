//! How the program goes from one scene to the next.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::color::Color;
use super::easing::{Easing, InvalidEasing};
use super::ids::AssetId;

/// A transition, as it is stored and as every door shows it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Transition {
    #[serde(default = "duration")]
    #[schemars(range(max = 10_000))]
    pub duration_ms: u32,
    /// A stinger is played at its own pace whatever this says.
    #[serde(default)]
    pub easing: Easing,
    /// Its fields stand beside the ones above, `kind` tells which they are.
    #[serde(flatten)]
    pub kind: Kind,
}

/// The kinds of transition. Unknown fields are refused, so a mistyped one is not silently ignored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Kind {
    // Braces, because serde refuses unknown fields only where there could be known ones.
    /// From one frame to the next.
    Cut {},
    Fade {},
    /// To one colour, and from it. Its alpha does not count.
    Dip {
        #[serde(default = "black")]
        color: Color,
    },
    /// The new picture moves over the old one.
    Slide {
        #[serde(default)]
        direction: Direction,
    },
    /// The new picture pushes the old one out.
    Push {
        #[serde(default)]
        direction: Direction,
    },
    /// An edge moves over the picture, and leaves the new one behind.
    Wipe {
        #[serde(default)]
        direction: Heading,
        #[serde(default)]
        #[schemars(range(min = 0, max = 1))]
        softness: f64,
    },
    /// A circle opens.
    Iris {
        #[serde(default)]
        #[schemars(range(min = 0, max = 1))]
        softness: f64,
        /// Its centre, in parts of the canvas.
        #[serde(default = "half")]
        #[schemars(range(min = 0, max = 1))]
        x: f64,
        #[serde(default = "half")]
        #[schemars(range(min = 0, max = 1))]
        y: f64,
    },
    /// The old picture comes nearer and vanishes.
    Zoom {},
    /// A picture or clip with transparency plays over a cut, and hides it.
    Stinger {
        asset: AssetId,
        /// When the cut is, from the beginning.
        #[serde(default)]
        #[schemars(range(max = 10_000))]
        cut_ms: u32,
    },
    /// The brightness of a picture says when each place changes, dark ones first.
    LumaWipe {
        asset: AssetId,
        #[serde(default)]
        #[schemars(range(min = 0, max = 1))]
        softness: f64,
        /// Bright places first.
        #[serde(default)]
        invert: bool,
    },
}

/// Where the new picture moves to: with `left` it comes from the right.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    #[default]
    Left,
    Right,
    Up,
    Down,
}

/// Where an edge moves to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Heading {
    Left,
    #[default]
    Right,
    Up,
    Down,
    UpLeft,
    UpRight,
    DownLeft,
    DownRight,
}

/// Longer than this a change of scenes would rather be a scene of its own.
pub const MAX_DURATION_MS: u32 = 10_000;

#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum InvalidTransition {
    #[error("duration_ms must be 0 to 10000, not {0}")]
    Duration(u32),
    #[error("cut_ms must be no later than the end, {end}, not {cut}")]
    Cut { cut: u32, end: u32 },
    #[error("{field} must be 0 to 1, not {value}")]
    Part { field: &'static str, value: f64 },
    #[error("{0}")]
    Easing(InvalidEasing),
}

fn duration() -> u32 {
    500
}

fn black() -> Color {
    Color::BLACK
}

fn half() -> f64 {
    0.5
}

fn part(field: &'static str, value: f64) -> Result<(), InvalidTransition> {
    if (0.0..=1.0).contains(&value) { Ok(()) } else { Err(InvalidTransition::Part { field, value }) }
}

impl Default for Transition {
    fn default() -> Self {
        Self { duration_ms: 0, easing: Easing::Linear, kind: Kind::Cut {} }
    }
}

impl Transition {
    /// Whether its numbers are such as can be meant. Painting gives an answer in any case.
    pub fn check(&self) -> Result<(), InvalidTransition> {
        if self.duration_ms > MAX_DURATION_MS {
            return Err(InvalidTransition::Duration(self.duration_ms));
        }
        self.easing.check().map_err(InvalidTransition::Easing)?;
        match self.kind {
            Kind::Wipe { softness, .. } | Kind::LumaWipe { softness, .. } => part("softness", softness),
            Kind::Iris { softness, x, y } => part("softness", softness).and(part("x", x)).and(part("y", y)),
            Kind::Stinger { cut_ms, .. } if cut_ms > self.duration_ms => {
                Err(InvalidTransition::Cut { cut: cut_ms, end: self.duration_ms })
            }
            _ => Ok(()),
        }
    }

    /// How long it takes; a cut takes no time.
    pub fn duration(&self) -> Duration {
        match self.kind {
            Kind::Cut {} => Duration::ZERO,
            _ => Duration::from_millis(u64::from(self.duration_ms)),
        }
    }

    /// How far it has come, 0 to 1, so long after it began. Curves that go beyond their ends are cut off: there is no picture
    /// beyond the new one.
    pub fn progress(&self, elapsed: Duration) -> f64 {
        let duration = self.duration();
        if elapsed >= duration {
            return 1.0;
        }
        let passed = elapsed.as_secs_f64() / duration.as_secs_f64();
        match self.kind {
            Kind::Stinger { .. } => passed,
            _ => self.easing.at(passed).clamp(0.0, 1.0),
        }
    }

    /// The picture or mask that it needs.
    pub fn asset(&self) -> Option<&AssetId> {
        match &self.kind {
            Kind::Stinger { asset, .. } | Kind::LumaWipe { asset, .. } => Some(asset),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Result<Transition, serde_json::Error> {
        serde_json::from_str(json)
    }

    #[test]
    fn every_kind_is_read_back_as_written() {
        for json in [
            r#"{"kind": "cut"}"#,
            r#"{"kind": "fade", "duration_ms": 300, "easing": "ease_in_out"}"#,
            r##"{"kind": "dip", "color": "#102030"}"##,
            r#"{"kind": "slide", "direction": "up"}"#,
            r#"{"kind": "push", "direction": "right", "easing": {"spring": {}}}"#,
            r#"{"kind": "wipe", "direction": "down_left", "softness": 0.2}"#,
            r#"{"kind": "iris", "x": 0.1, "y": 1}"#,
            r#"{"kind": "zoom"}"#,
            r#"{"kind": "stinger", "asset": "logo", "cut_ms": 250}"#,
            r#"{"kind": "luma_wipe", "asset": "clouds", "invert": true}"#,
        ] {
            let transition = read(json).expect(json);
            assert_eq!(transition.check(), Ok(()), "{json}");
            let text = serde_json::to_string(&transition).expect("it is written");
            assert_eq!(read(&text).expect("it is read"), transition, "{text}");
        }
        let flat = serde_json::to_value(read(r#"{"kind": "slide"}"#).expect("a slide")).expect("it is written");
        let expected = serde_json::json!({"kind": "slide", "direction": "left", "duration_ms": 500, "easing": "linear"});
        assert_eq!(flat, expected);
    }

    #[test]
    fn unknown_fields_and_kinds_are_refused() {
        for json in [
            r#"{"kind": "cut", "colour": 1}"#,
            r#"{"kind": "fade", "softness": 0.1}"#,
            r#"{"kind": "zoom", "x": 0.1}"#,
            r#"{"kind": "wipe", "direction": "sideways"}"#,
            r#"{"kind": "slide", "direction": "up_left"}"#,
            r#"{"kind": "wipe", "soft": 0.1}"#,
            r#"{"kind": "stinger"}"#,
            r#"{"kind": "melt"}"#,
            r#"{"duration_ms": 100}"#,
            r#"{"kind": "fade", "duration_ms": -1}"#,
        ] {
            assert!(read(json).is_err(), "{json}");
        }
    }

    #[test]
    fn numbers_out_of_range_are_refused() {
        for json in [
            r#"{"kind": "fade", "duration_ms": 10001}"#,
            r#"{"kind": "wipe", "softness": 1.1}"#,
            r#"{"kind": "iris", "y": -0.1}"#,
            r#"{"kind": "stinger", "asset": "a", "cut_ms": 501}"#,
            r#"{"kind": "fade", "easing": {"steps": 0}}"#,
        ] {
            assert!(read(json).expect(json).check().is_err(), "{json}");
        }
    }

    #[test]
    fn progress_is_eased_and_stays_between_its_ends() {
        let half_way = |json: &str| read(json).expect(json).progress(Duration::from_millis(250));
        assert_eq!(half_way(r#"{"kind": "fade"}"#), 0.5);
        assert_eq!(half_way(r#"{"kind": "fade", "easing": "ease_in_quad"}"#), 0.25);
        assert_eq!(half_way(r#"{"kind": "fade", "easing": "ease_out_back"}"#), 1.0);
        assert_eq!(half_way(r#"{"kind": "stinger", "asset": "a", "easing": "ease_in_quad"}"#), 0.5);
        assert_eq!(half_way(r#"{"kind": "cut"}"#), 1.0);
        assert_eq!(half_way(r#"{"kind": "fade", "duration_ms": 0}"#), 1.0);
    }
}
