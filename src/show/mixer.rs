//! How the show is mixed: a strip for each input, and what all of them go through.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::ids::InputId;
use super::motion::{self, Animation, Property};
use super::time::ShowTime;

/// Most ducks in a mixer: each is worked out for every piece of sound.
pub const MAX_DUCKS: usize = 16;
/// Most inputs that one duck may name.
pub const MAX_TARGETS: usize = 64;

/// How one input goes into the mix.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Strip {
    #[schemars(range(min = -60, max = 20))]
    pub gain_db: f32,
    #[serde(skip_serializing_if = "is_off")]
    pub mute: bool,
    /// While any input is solo, only those that are solo are heard. A muted one stays silent.
    #[serde(skip_serializing_if = "is_off")]
    pub solo: bool,
    /// -1 is left, 1 is right. Equal power: the middle changes nothing, a side alone is 3 dB louder there.
    #[schemars(range(min = -1, max = 1))]
    #[serde(skip_serializing_if = "is_nothing")]
    pub pan: f32,
    /// Held back by this much, to meet a picture that is late. Nothing can be brought forward.
    #[schemars(range(max = 2000))]
    #[serde(skip_serializing_if = "is_none_at_all")]
    pub delay_ms: u16,
    /// What moves by itself: `gain_db`, `pan`, and `volume`, a factor beside the gain that reaches down to silence. `taken` is
    /// when the scene that shows the input came on air.
    #[schemars(length(max = 8))]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub animations: Vec<Animation>,
}

/// Where the faders of an input stand at an instant.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Faders {
    pub gain_db: f32,
    pub pan: f32,
    /// 1 changes nothing, 0 is silence.
    pub volume: f32,
}

impl Default for Strip {
    fn default() -> Self {
        Self { gain_db: 0.0, mute: false, solo: false, pan: 0.0, delay_ms: 0, animations: Vec::new() }
    }
}

/// What all inputs go through.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Mixer {
    pub master: Master,
    #[schemars(length(max = 16))]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ducks: Vec<Duck>,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Master {
    #[schemars(range(min = -60, max = 20))]
    pub gain_db: f32,
    #[serde(skip_serializing_if = "is_off")]
    pub mute: bool,
    /// Ceiling in dBFS that no sample gets above; null for none, then what is too loud is cut off at 0 dBFS.
    #[schemars(range(min = -30, max = 0))]
    pub limiter: Option<f32>,
}

impl Default for Master {
    fn default() -> Self {
        Self { gain_db: 0.0, mute: false, limiter: Some(-1.0) }
    }
}

/// While `trigger` is heard, `targets` are quieter: music under a voice.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Duck {
    pub trigger: InputId,
    /// Empty: all other inputs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 64))]
    pub targets: Vec<InputId>,
    /// Loudness (RMS) above which the trigger counts as heard.
    #[serde(default = "threshold_db")]
    #[schemars(range(min = -60, max = 0))]
    pub threshold_db: f32,
    /// How much quieter the targets become.
    #[serde(default = "amount_db")]
    #[schemars(range(min = 0, max = 60))]
    pub amount_db: f32,
    /// From loud to quiet; less than 10 ms is 10 ms.
    #[serde(default = "attack_ms")]
    #[schemars(range(max = 5000))]
    pub attack_ms: u16,
    /// From quiet to loud.
    #[serde(default = "release_ms")]
    #[schemars(range(max = 10_000))]
    pub release_ms: u16,
}

/// A setting that lies outside its range.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum BadMix {
    #[error("{field} is {value}: it goes from {min} to {max}")]
    OutOfRange { field: &'static str, value: f32, min: f32, max: f32 },
    #[error("there are too many {what}: at most {most}")]
    TooMany { what: &'static str, most: usize },
    #[error("animation: {0}")]
    Animation(String),
    #[error("animation: {0} is of a layer; sound has gain_db, pan and volume")]
    Unheard(Property),
}

fn within(field: &'static str, value: f32, min: f32, max: f32) -> Result<(), BadMix> {
    // Written so that NaN is outside.
    if (min..=max).contains(&value) { Ok(()) } else { Err(BadMix::OutOfRange { field, value, min, max }) }
}

impl Strip {
    pub const MAX_DELAY_MS: u16 = 2_000;
    pub const MAX_ANIMATIONS: usize = 8;

    /// Where its animations have brought the faders; `taken` is when the scene came on air.
    pub fn faders_at(&self, at: ShowTime, taken: ShowTime) -> Faders {
        let mut faders = Faders::of(self);
        for animation in &self.animations {
            if let Some(value) = motion::value(animation, at, taken).filter(|value| value.is_finite()) {
                faders.set(animation.property, value as f32);
            }
        }
        faders
    }

    pub fn check(&self) -> Result<(), BadMix> {
        within("gain_db", self.gain_db, -60.0, 20.0)?;
        within("pan", self.pan, -1.0, 1.0)?;
        within("delay_ms", f32::from(self.delay_ms), 0.0, f32::from(Self::MAX_DELAY_MS))?;
        if self.animations.len() > Self::MAX_ANIMATIONS {
            return Err(BadMix::TooMany { what: "animations", most: Self::MAX_ANIMATIONS });
        }
        self.animations.iter().try_for_each(|animation| {
            animation.check().map_err(|error| BadMix::Animation(error.to_string()))?;
            let is_heard = animation.property.is_heard();
            if is_heard { Ok(()) } else { Err(BadMix::Unheard(animation.property)) }
        })
    }
}

impl Faders {
    /// As they were set.
    pub fn of(strip: &Strip) -> Faders {
        Faders { gain_db: strip.gain_db, pan: strip.pan, volume: 1.0 }
    }

    /// A curve may go beyond what is allowed.
    fn set(&mut self, property: Property, value: f32) {
        match property {
            Property::GainDb => self.gain_db = value.clamp(-60.0, 20.0),
            Property::Pan => self.pan = value.clamp(-1.0, 1.0),
            Property::Volume => self.volume = value.clamp(0.0, 10.0),
            // Seen, not heard.
            _ => {}
        }
    }
}

impl Mixer {
    pub fn check(&self) -> Result<(), BadMix> {
        within("master.gain_db", self.master.gain_db, -60.0, 20.0)?;
        within("master.limiter", self.master.limiter.unwrap_or(0.0), -30.0, 0.0)?;
        if self.ducks.len() > MAX_DUCKS {
            return Err(BadMix::TooMany { what: "ducks", most: MAX_DUCKS });
        }
        self.ducks.iter().try_for_each(Duck::check)
    }
}

impl Duck {
    pub fn check(&self) -> Result<(), BadMix> {
        if self.targets.len() > MAX_TARGETS {
            return Err(BadMix::TooMany { what: "targets", most: MAX_TARGETS });
        }
        within("threshold_db", self.threshold_db, -60.0, 0.0)?;
        within("amount_db", self.amount_db, 0.0, 60.0)?;
        within("attack_ms", f32::from(self.attack_ms), 0.0, 5_000.0)?;
        within("release_ms", f32::from(self.release_ms), 0.0, 10_000.0)
    }

    /// Whether this duck lowers that input. It never lowers its own trigger.
    pub fn lowers(&self, input: &InputId) -> bool {
        *input != self.trigger && (self.targets.is_empty() || self.targets.contains(input))
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde gives a reference")]
fn is_off(value: &bool) -> bool {
    !value
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde gives a reference")]
fn is_nothing(value: &f32) -> bool {
    *value == 0.0
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde gives a reference")]
fn is_none_at_all(value: &u16) -> bool {
    *value == 0
}

fn threshold_db() -> f32 {
    -40.0
}

fn amount_db() -> f32 {
    12.0
}

fn attack_ms() -> u16 {
    50
}

fn release_ms() -> u16 {
    500
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_said_is_as_usual_and_what_is_usual_is_not_said() {
        assert_eq!(serde_json::from_str::<Strip>("{}").unwrap(), Strip::default());
        assert_eq!(serde_json::to_string(&Strip::default()).unwrap(), r#"{"gain_db":0.0}"#);
        let mixer: Mixer = serde_json::from_str(r#"{"ducks":[{"trigger":"mic"}]}"#).unwrap();
        assert_eq!(mixer.master.limiter, Some(-1.0));
        let duck = &mixer.ducks[0];
        assert_eq!((duck.amount_db, duck.attack_ms, duck.release_ms, duck.threshold_db), (12.0, 50, 500, -40.0));
        assert_eq!(serde_json::from_str::<Mixer>(r#"{"master":{"limiter":null}}"#).unwrap().master.limiter, None);
        assert!(serde_json::from_str::<Strip>(r#"{"gain":1}"#).is_err(), "a mistyped name is told");
        for mixer in [mixer, Mixer::default()] {
            let text = serde_json::to_string(&mixer).unwrap();
            assert_eq!(serde_json::from_str::<Mixer>(&text).unwrap(), mixer);
        }
    }

    #[test]
    fn ranges_are_held() {
        let strip = |text: &str| serde_json::from_str::<Strip>(text).unwrap().check();
        for good in ["{}", r#"{"gain_db":-60,"pan":-1}"#, r#"{"gain_db":20,"pan":1,"delay_ms":2000}"#] {
            assert_eq!(strip(good), Ok(()), "{good}");
        }
        for bad in [r#"{"gain_db":-60.1}"#, r#"{"gain_db":21}"#, r#"{"pan":1.01}"#, r#"{"delay_ms":2001}"#] {
            assert!(strip(bad).is_err(), "{bad}");
        }
        assert!(Strip { gain_db: f32::NAN, ..Strip::default() }.check().is_err());
        let mixer = |text: &str| serde_json::from_str::<Mixer>(text).unwrap().check();
        assert_eq!(mixer(r#"{"master":{"gain_db":3,"limiter":-30}}"#), Ok(()));
        for bad in [
            r#"{"master":{"limiter":0.1}}"#,
            r#"{"ducks":[{"trigger":"a","amount_db":-1}]}"#,
            r#"{"ducks":[{"trigger":"a","threshold_db":1}]}"#,
            r#"{"ducks":[{"trigger":"a","attack_ms":5001}]}"#,
        ] {
            assert!(mixer(bad).is_err(), "{bad}");
        }
        let many = vec![serde_json::from_str::<Duck>(r#"{"trigger":"a"}"#).unwrap(); MAX_DUCKS + 1];
        assert!(Mixer { ducks: many, ..Mixer::default() }.check().is_err());
    }

    #[test]
    fn a_duck_lowers_those_it_names_or_all_others() {
        let id = |name| InputId::new(name).unwrap();
        let mut duck: Duck = serde_json::from_str(r#"{"trigger":"mic"}"#).unwrap();
        assert!(duck.lowers(&id("music")) && !duck.lowers(&id("mic")));
        duck.targets = vec![id("music"), id("mic")];
        assert!(duck.lowers(&id("music")) && !duck.lowers(&id("mic")) && !duck.lowers(&id("film")));
    }
}
