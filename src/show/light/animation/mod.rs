//! The catalogue of animations: what there is, what each needs, and which parameters it takes.
//!
//! An animation is a noun here; what it looks like is the room `effect`.

mod fields;
mod nature;
pub mod parameter;
mod pulses;
pub mod reading;
mod shown;
mod sparks;
mod travellers;
mod waves;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use parameter::Parameter;

/// What lights it is made for. It can be shown on any.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Dimensions {
    /// A line of lights; on a surface, `mapping` says how the line lies.
    One,
    /// A surface.
    Two,
    /// It looks different on each, and right on both.
    Both,
}

/// What it shows besides itself. Without it, it is black.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Needs {
    Nothing,
    /// The program's picture.
    Picture,
    /// The program's sound.
    Sound,
    /// A picture of the library, named by the parameter `asset`.
    Asset,
}

/// All there is to say about one animation.
struct Entry {
    id: &'static str,
    name: &'static str,
    description: &'static str,
    dimensions: Dimensions,
    needs: Needs,
    parameters: &'static [Parameter],
}

/// The enum, the list of all and the way to their entries are one list, so that none can be forgotten in another.
macro_rules! animations {
    ($($animation:ident => $entry:path,)*) => {
        /// An animation, by the name that clients use.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
        #[serde(rename_all = "SCREAMING_SNAKE_CASE")]
        pub enum Animation {
            $($animation,)*
        }

        impl Animation {
            pub const ALL: &[Animation] = &[$(Animation::$animation,)*];

            fn entry(self) -> &'static Entry {
                match self {
                    $(Animation::$animation => &$entry,)*
                }
            }
        }
    };
}

animations! {
    Solid => pulses::SOLID,
    Breathe => pulses::BREATHE,
    Blink => pulses::BLINK,
    Strobe => pulses::STROBE,
    ColorCycle => pulses::COLOR_CYCLE,
    Rainbow => waves::RAINBOW,
    Wave => waves::WAVE,
    Gradient => waves::GRADIENT,
    Theater => waves::THEATER,
    Chase => waves::CHASE,
    Snake => travellers::SNAKE,
    Comet => travellers::COMET,
    Meteor => travellers::METEOR,
    Scanner => travellers::SCANNER,
    Wipe => travellers::WIPE,
    Sparkle => sparks::SPARKLE,
    Twinkle => sparks::TWINKLE,
    Lightning => sparks::LIGHTNING,
    Fireworks => sparks::FIREWORKS,
    Plasma => fields::PLASMA,
    Noise => fields::NOISE,
    Ripple => fields::RIPPLE,
    Metaballs => fields::METABALLS,
    Julia => fields::JULIA,
    Tartan => fields::TARTAN,
    Lissajous => fields::LISSAJOUS,
    Fire => nature::FIRE,
    Candle => nature::CANDLE,
    Aurora => nature::AURORA,
    Ocean => nature::OCEAN,
    Rain => nature::RAIN,
    Matrix => nature::MATRIX,
    Life => nature::LIFE,
    ScrollText => shown::SCROLL_TEXT,
    Clock => shown::CLOCK,
    Image => shown::IMAGE,
    Program => shown::PROGRAM,
    Vu => shown::VU,
    Spectrum => shown::SPECTRUM,
    Beat => shown::BEAT,
}

impl Animation {
    /// As it is written: `BREATHE`.
    pub fn id(self) -> &'static str {
        self.entry().id
    }

    pub fn named(id: &str) -> Option<Animation> {
        Animation::ALL.iter().copied().find(|animation| animation.id() == id)
    }

    /// For people: `Breathe`.
    pub fn name(self) -> &'static str {
        self.entry().name
    }

    pub fn description(self) -> &'static str {
        self.entry().description
    }

    pub fn dimensions(self) -> Dimensions {
        self.entry().dimensions
    }

    pub fn needs(self) -> Needs {
        self.entry().needs
    }

    pub fn parameters(self) -> &'static [Parameter] {
        self.entry().parameters
    }

    pub fn parameter(self, name: &str) -> Option<&'static Parameter> {
        self.parameters().iter().find(|parameter| parameter.name == name)
    }

    /// Whether it runs at a speed; the others stand still, or follow what they show.
    pub fn moves(self) -> bool {
        self.parameter("speed").is_some()
    }
}

#[cfg(test)]
mod tests;
