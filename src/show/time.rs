//! Time of the show, and the grid that frames lie on.
//!
//! A frame's number is its place on a grid that starts at the Unix epoch, so the number is a function of
//! time: every node, and every restart, counts the same frames.

use std::fmt;
use std::time::Duration;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

/// How long before its time a picture may be shown: times are rounded here and there, and none must be missed for that.
pub const PICTURE_EARLY_US: i64 = 2_000;

/// Microseconds of Unix time, read from one slewed monotonic clock (`base::clock`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ShowTime(pub i64);

impl ShowTime {
    pub fn micros(self) -> i64 {
        self.0
    }

    pub fn millis(self) -> i64 {
        self.0.div_euclid(1_000)
    }

    /// Time since `earlier`; zero when `earlier` is later.
    pub fn since(self, earlier: ShowTime) -> Duration {
        Duration::from_micros(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }

    pub fn plus(self, duration: Duration) -> ShowTime {
        ShowTime(self.0.saturating_add(i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)))
    }
}

/// Place of a frame on the grid of its frame rate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FrameNumber(pub u64);

/// Frames per second as a fraction: 30, or 30000/1001.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "FpsText", into = "FpsText")]
pub struct Fps {
    numerator: u32,
    denominator: u32,
}

#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{0} is not a frame rate: give 1 to 120, or a fraction such as \"30000/1001\"")]
pub struct InvalidFps(String);

impl Fps {
    pub const MIN: u32 = 1;
    /// Above this an encoder on a common CPU has no chance, and a mistyped 1000 would starve the machine.
    pub const MAX: u32 = 120;

    pub fn new(numerator: u32, denominator: u32) -> Result<Self, InvalidFps> {
        let in_range = denominator > 0
            && denominator <= 1001
            && u64::from(numerator) >= u64::from(Self::MIN) * u64::from(denominator)
            && u64::from(numerator) <= u64::from(Self::MAX) * u64::from(denominator);
        if in_range { Ok(Self { numerator, denominator }) } else { Err(InvalidFps(format!("{numerator}/{denominator}"))) }
    }

    pub fn numerator(self) -> u32 {
        self.numerator
    }

    pub fn denominator(self) -> u32 {
        self.denominator
    }

    pub fn as_f64(self) -> f64 {
        f64::from(self.numerator) / f64::from(self.denominator)
    }

    /// When the frame is due, to the microsecond below.
    pub fn time_of(self, frame: FrameNumber) -> ShowTime {
        let micros = u128::from(frame.0) * u128::from(self.denominator) * 1_000_000 / u128::from(self.numerator);
        ShowTime(i64::try_from(micros).unwrap_or(i64::MAX))
    }

    /// The frame that is on screen at `at`: the last one due at or before it (half a microsecond is forgiven,
    /// because `time_of` rounds down).
    pub fn frame_at(self, at: ShowTime) -> FrameNumber {
        let micros = u128::try_from(at.0.max(0)).unwrap_or(0) + 1;
        let frame = micros * u128::from(self.numerator) / (u128::from(self.denominator) * 1_000_000);
        let frame = u64::try_from(frame).unwrap_or(u64::MAX);
        if self.time_of(FrameNumber(frame)) > at { FrameNumber(frame.saturating_sub(1)) } else { FrameNumber(frame) }
    }

    /// The place of a frame on a coarser grid of so many places a second: the first frame of each is due there. So what is made
    /// of only some frames is spread evenly, and how much is due is known from frame numbers alone.
    pub fn place_of(self, number: FrameNumber, per_second: u32) -> u64 {
        let per_second = u128::from(per_second.max(1));
        let (numerator, denominator) = (u128::from(self.numerator), u128::from(self.denominator));
        let scaled = (u128::from(number.0) * per_second * denominator / numerator).min(u128::from(u64::MAX));
        u64::try_from(scaled).unwrap_or(u64::MAX)
    }

    pub fn frame_duration(self) -> Duration {
        Duration::from_nanos(1_000_000_000 * u64::from(self.denominator) / u64::from(self.numerator))
    }
}

impl JsonSchema for Fps {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Fps".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "Frames per second: a whole number from 1 to 120, or a fraction such as 30000/1001.",
            "anyOf": [
                { "type": "integer", "minimum": 1, "maximum": 120 },
                { "type": "string", "pattern": "^[0-9]{1,6}(/[0-9]{1,4})?$" },
            ],
        })
    }
}

impl fmt::Display for Fps {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.denominator == 1 {
            write!(f, "{}", self.numerator)
        } else {
            write!(f, "{}/{}", self.numerator, self.denominator)
        }
    }
}

/// A frame rate as people write it: a whole number, or a fraction in a string.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum FpsText {
    Whole(u32),
    Decimal(f64),
    Fraction(String),
}

impl TryFrom<FpsText> for Fps {
    type Error = InvalidFps;

    fn try_from(text: FpsText) -> Result<Self, InvalidFps> {
        match text {
            FpsText::Whole(whole) => Self::new(whole, 1).map_err(|_| InvalidFps(whole.to_string())),
            FpsText::Decimal(decimal) => Err(InvalidFps(decimal.to_string())),
            FpsText::Fraction(fraction) => {
                let parsed = match fraction.split_once('/') {
                    Some((above, below)) => above.parse().ok().zip(below.parse().ok()),
                    None => fraction.parse().ok().map(|whole| (whole, 1)),
                };
                let (numerator, denominator) = parsed.ok_or(InvalidFps(fraction))?;
                Self::new(numerator, denominator)
            }
        }
    }
}

impl From<Fps> for FpsText {
    fn from(fps: Fps) -> Self {
        if fps.denominator == 1 { FpsText::Whole(fps.numerator) } else { FpsText::Fraction(fps.to_string()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_frame_is_found_at_its_own_time() {
        for fps in [Fps::new(30, 1), Fps::new(30_000, 1001), Fps::new(60, 1), Fps::new(25, 1), Fps::new(24_000, 1001)] {
            let fps = fps.expect("a usual rate");
            for number in (0..2_000).chain(50_000_000_000..50_000_002_000) {
                let frame = FrameNumber(number);
                assert_eq!(fps.frame_at(fps.time_of(frame)), frame, "{fps} {number}");
                let just_before = ShowTime(fps.time_of(frame).0 - 1);
                assert!(number == 0 || fps.frame_at(just_before) < frame, "{fps} {number}");
            }
        }
    }

    #[track_caller]
    fn check_places(fps: (u32, u32), per_second: u32, frames: u64, due: usize) {
        let fps = Fps::new(fps.0, fps.1).expect("a rate");
        let places: Vec<_> = (0..frames).map(|number| fps.place_of(FrameNumber(number), per_second)).collect();
        let starts: Vec<_> = (1..places.len()).filter(|index| places[*index] != places[index - 1]).collect();
        assert_eq!(starts.len() + 1, due);
        let gaps: Vec<_> = starts.windows(2).map(|pair| pair[1] - pair[0]).collect();
        let even = gaps.iter().max().zip(gaps.iter().min()).is_none_or(|(most, least)| most - least <= 1);
        assert!(even, "{gaps:?}");
    }

    #[test]
    fn places_of_a_coarser_grid_are_spread_evenly() {
        check_places((30, 1), 10, 300, 100);
        check_places((30, 1), 30, 300, 300);
        check_places((25, 1), 10, 250, 100);
        check_places((60, 1), 7, 600, 70);
        check_places((30_000, 1001), 10, 2_997, 1_000);
        // No more than there are frames.
        check_places((24, 1), 60, 240, 240);
    }

    #[test]
    fn times_that_a_damaged_file_brings_are_as_far_apart_as_can_be() {
        assert_eq!(ShowTime(i64::MAX).since(ShowTime(i64::MIN)), Duration::from_micros(i64::MAX as u64));
        assert_eq!(ShowTime(i64::MIN).since(ShowTime(i64::MAX)), Duration::ZERO);
    }

    #[test]
    fn rates_out_of_range_are_refused() {
        for bad in ["0", "1000", "30.5", "-1", "\"0/0\"", "\"x\"", "121", "\"30/0\""] {
            assert!(serde_json::from_str::<Fps>(bad).is_err(), "{bad}");
        }
        for good in ["1", "30", "\"30000/1001\"", "120", "\"25\""] {
            assert!(serde_json::from_str::<Fps>(good).is_ok(), "{good}");
        }
    }
}
