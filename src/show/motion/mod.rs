//! Motion of a layer: what was decided once, from which everyone computes the value at an instant.

mod property;

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::easing::{Easing, InvalidEasing};
use super::time::ShowTime;

pub use property::{InvalidProperty, MAX_FILTERS, Property};

/// Keyframes of one property, and when they are played.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Animation {
    pub property: Property,
    /// In the order of their times. Up to the time of the first one the layer's own value holds.
    #[schemars(length(min = 1, max = 64))]
    pub keyframes: Vec<Keyframe>,
    #[serde(default)]
    pub start: Start,
    /// How often the time from the first to the last keyframe is played; 0 is for ever.
    #[serde(default = "once")]
    pub repeat: u32,
    /// Every second time backwards.
    #[serde(default)]
    pub alternate: bool,
    #[serde(default)]
    pub after: After,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Keyframe {
    /// From the start.
    #[schemars(range(max = 86_400_000))]
    pub at_ms: u32,
    pub value: f64,
    /// From the keyframe before to this one; at the first one it means nothing.
    #[serde(default)]
    pub easing: Easing,
}

/// When an animation starts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Start {
    /// When the command is carried out: what is stored is the time of that (`At`).
    #[default]
    Now,
    /// When the layer's scene comes on air, each time anew.
    Taken,
    /// Milliseconds of Unix time.
    At(i64),
}

/// What holds once an animation is over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum After {
    /// The value that it ended with.
    #[default]
    Hold,
    /// The layer's own value.
    Release,
}

fn once() -> u32 {
    1
}

pub const MAX_KEYFRAMES: usize = 64;

/// A day. Longer than that nothing moves that is seen to move.
pub const MAX_AT_MS: u32 = 86_400_000;

#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum InvalidAnimation {
    #[error("an animation has 1 to 64 keyframes, not {0}")]
    Keyframes(usize),
    #[error("keyframe {0} is not later than the one before it")]
    NotRising(usize),
    #[error("keyframe {0} is more than a day after the start")]
    TooLate(usize),
    #[error("keyframe {index}: {value} is out of range for {property}, which is {low} to {high}")]
    Value { index: usize, property: Property, value: f64, low: f64, high: f64 },
    #[error("keyframe {0}: {1}")]
    Easing(usize, InvalidEasing),
}

impl Animation {
    /// Whether it is one that can be played as it is meant. `value` gives an answer in any case.
    pub fn check(&self) -> Result<(), InvalidAnimation> {
        if self.keyframes.is_empty() || self.keyframes.len() > MAX_KEYFRAMES {
            return Err(InvalidAnimation::Keyframes(self.keyframes.len()));
        }
        let (low, high) = self.property.range();
        for (index, keyframe) in self.keyframes.iter().enumerate() {
            let Keyframe { at_ms, value, easing } = *keyframe;
            if at_ms > MAX_AT_MS {
                return Err(InvalidAnimation::TooLate(index));
            }
            if index > 0 && at_ms <= self.keyframes[index - 1].at_ms {
                return Err(InvalidAnimation::NotRising(index));
            }
            if !(low..=high).contains(&value) {
                return Err(InvalidAnimation::Value { index, property: self.property, value, low, high });
            }
            easing.check().map_err(|error| InvalidAnimation::Easing(index, error))?;
        }
        Ok(())
    }

    /// As it is stored by a command carried out at `now`.
    pub fn started(self, now: ShowTime) -> Animation {
        let start = if self.start == Start::Now { Start::At(now.millis()) } else { self.start };
        Animation { start, ..self }
    }

    /// When it first has a value. One that still says `Now` counts from the scene's coming on air.
    pub fn starts_at(&self, taken: ShowTime) -> ShowTime {
        let start = match self.start {
            Start::Now | Start::Taken => taken,
            Start::At(millis) => ShowTime(millis.saturating_mul(1_000)),
        };
        let delay = self.keyframes.first().map_or(0, |first| first.at_ms);
        start.plus(Duration::from_millis(u64::from(delay)))
    }

    /// When it is over; never, for one that repeats for ever.
    pub fn settles_at(&self, taken: ShowTime) -> Option<ShowTime> {
        let micros = self.period_micros();
        if self.repeat == 0 && micros > 0 {
            return None;
        }
        let micros = micros.saturating_mul(u64::from(self.repeat));
        Some(self.starts_at(taken).plus(Duration::from_micros(micros)))
    }

    /// From the first to the last keyframe.
    fn period_micros(&self) -> u64 {
        let at = |keyframe: Option<&Keyframe>| keyframe.map_or(0, |keyframe| u64::from(keyframe.at_ms));
        1_000 * at(self.keyframes.last()).saturating_sub(at(self.keyframes.first()))
    }
}

/// The property's value at `at`, of a scene that came on air at `taken`; none where the layer's own value holds.
pub fn value(animation: &Animation, at: ShowTime, taken: ShowTime) -> Option<f64> {
    let start = animation.starts_at(taken);
    if at < start {
        return None;
    }
    let is_over = animation.settles_at(taken).is_some_and(|end| at >= end);
    if is_over && animation.after == After::Release {
        return None;
    }
    let period = animation.period_micros();
    let elapsed = u64::try_from(at.since(start).as_micros()).unwrap_or(u64::MAX);
    // A single keyframe has no period: its value holds.
    let round = elapsed.checked_div(period).unwrap_or(0);
    // Having ended, it stands at the end of the last round.
    let (round, passed) =
        if is_over { (u64::from(animation.repeat).saturating_sub(1), period) } else { (round, elapsed - round * period) };
    let is_backwards = animation.alternate && round % 2 == 1;
    Some(interpolated(&animation.keyframes, if is_backwards { period - passed } else { passed }))
}

/// Whether its value may be another one soon after `at`: frames must be painted anew as long as this holds.
pub fn is_moving(animation: &Animation, at: ShowTime, taken: ShowTime) -> bool {
    let has_ended = animation.settles_at(taken).is_some_and(|end| at >= end);
    at >= animation.starts_at(taken) && !has_ended
}

/// The value `micros` after the first keyframe.
fn interpolated(keyframes: &[Keyframe], micros: u64) -> f64 {
    let Some(first) = keyframes.first() else {
        return 0.0;
    };
    let passed = |keyframe: &Keyframe| 1_000 * u64::from(keyframe.at_ms.saturating_sub(first.at_ms));
    let next = keyframes.partition_point(|keyframe| passed(keyframe) <= micros);
    match (next.checked_sub(1).map(|before| &keyframes[before]), keyframes.get(next)) {
        (Some(before), Some(after)) => {
            let (from, to) = (passed(before), passed(after));
            let progress = (micros - from) as f64 / (to - from) as f64;
            before.value + (after.value - before.value) * after.easing.at(progress)
        }
        (Some(last), None) => last.value,
        (None, _) => first.value,
    }
}

#[cfg(test)]
mod tests;
