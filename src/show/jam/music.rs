//! Keys, scales, and how notes become colours.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The note that a key stands on, counted in half tones from C.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "&'static str")]
pub struct Root(u8);

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a key: use C, C# or Db, up to B")]
pub struct InvalidRoot(String);

const NAMES: [&str; 12] = ["C", "Db", "D", "Eb", "E", "F", "Gb", "G", "Ab", "A", "Bb", "B"];
const SHARPS: [&str; 12] = ["C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B"];

impl Root {
    pub fn all() -> impl Iterator<Item = Root> {
        (0..12).map(Root)
    }

    pub fn half_tones(self) -> u8 {
        self.0
    }

    pub fn new(half_tones: u8) -> Option<Self> {
        (half_tones < 12).then_some(Self(half_tones))
    }

    pub fn name(self) -> &'static str {
        NAMES[usize::from(self.0 % 12)]
    }
}

impl TryFrom<String> for Root {
    type Error = InvalidRoot;

    fn try_from(text: String) -> Result<Self, InvalidRoot> {
        let place = |names: [&str; 12]| names.iter().position(|name| name.eq_ignore_ascii_case(&text));
        match place(NAMES).or_else(|| place(SHARPS)) {
            Some(place) => Ok(Self(place as u8)),
            None => Err(InvalidRoot(text.chars().take(16).collect())),
        }
    }
}

impl From<Root> for &'static str {
    fn from(root: Root) -> &'static str {
        root.name()
    }
}

impl JsonSchema for Root {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Key".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "examples": ["C", "Eb", "F#"] })
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Scale {
    #[default]
    Major,
    Minor,
    Dorian,
    Phrygian,
    Lydian,
    Mixolydian,
    Locrian,
    HarmonicMinor,
    MelodicMinor,
    #[serde(alias = "pentatonic")]
    MajorPentatonic,
    MinorPentatonic,
    Blues,
    WholeTone,
    Chromatic,
}

impl Scale {
    pub const ALL: [Scale; 14] = [
        Scale::Major,
        Scale::Minor,
        Scale::Dorian,
        Scale::Phrygian,
        Scale::Lydian,
        Scale::Mixolydian,
        Scale::Locrian,
        Scale::HarmonicMinor,
        Scale::MelodicMinor,
        Scale::MajorPentatonic,
        Scale::MinorPentatonic,
        Scale::Blues,
        Scale::WholeTone,
        Scale::Chromatic,
    ];

    /// Half tones above the root, rising.
    pub fn steps(self) -> &'static [u8] {
        match self {
            Scale::Major => &[0, 2, 4, 5, 7, 9, 11],
            Scale::Minor => &[0, 2, 3, 5, 7, 8, 10],
            Scale::Dorian => &[0, 2, 3, 5, 7, 9, 10],
            Scale::Phrygian => &[0, 1, 3, 5, 7, 8, 10],
            Scale::Lydian => &[0, 2, 4, 6, 7, 9, 11],
            Scale::Mixolydian => &[0, 2, 4, 5, 7, 9, 10],
            Scale::Locrian => &[0, 1, 3, 5, 6, 8, 10],
            Scale::HarmonicMinor => &[0, 2, 3, 5, 7, 8, 11],
            Scale::MelodicMinor => &[0, 2, 3, 5, 7, 9, 11],
            Scale::MajorPentatonic => &[0, 2, 4, 7, 9],
            Scale::MinorPentatonic => &[0, 3, 5, 7, 10],
            Scale::Blues => &[0, 3, 5, 6, 7, 10],
            Scale::WholeTone => &[0, 2, 4, 6, 8, 10],
            Scale::Chromatic => &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11],
        }
    }

    /// The note so many steps above the root that is `base` or the next one above it.
    pub fn note(self, root: Root, base: u8, degree: u8) -> u8 {
        let steps = self.steps();
        let (octave, step) = (usize::from(degree) / steps.len(), usize::from(degree) % steps.len());
        let above = (12 + root.half_tones() - base % 12) % 12;
        let note = usize::from(base) + usize::from(above) + 12 * octave + usize::from(steps[step]);
        note.min(127) as u8
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ColorMode {
    /// Round the colours by half tones.
    Chromatic,
    /// Round the colours by fifths: what sounds close looks close.
    #[default]
    Harmonic,
    /// From low and red to high and violet.
    Spectrum,
}

impl ColorMode {
    pub const ALL: [ColorMode; 3] = [ColorMode::Chromatic, ColorMode::Harmonic, ColorMode::Spectrum];
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_have_two_names() {
        for (name, half_tones) in [("C", 0), ("c#", 1), ("Db", 1), ("eb", 3), ("D#", 3), ("B", 11)] {
            assert_eq!(Root::try_from(name.to_owned()), Ok(Root(half_tones)), "{name}");
        }
        for bad in ["", "H", "Cb#", "C ", "c\u{266f}"] {
            assert!(Root::try_from(bad.to_owned()).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn degrees_of_a_scale_are_its_notes() {
        let note = |scale: Scale, root, base, degree| scale.note(Root(root), base, degree);
        assert_eq!([0, 1, 2, 6, 7, 8].map(|degree| note(Scale::Major, 0, 48, degree)), [48, 50, 52, 59, 60, 62]);
        // From Eb above middle C.
        assert_eq!([0, 2, 7].map(|degree| note(Scale::Dorian, 3, 60, degree)), [63, 66, 75]);
        assert_eq!(note(Scale::MinorPentatonic, 9, 48, 5), 69);
        assert_eq!(note(Scale::Chromatic, 11, 120, 255), 127);
    }

    #[test]
    fn scales_rise_within_an_octave() {
        for scale in Scale::ALL {
            let steps = scale.steps();
            assert!(
                steps[0] == 0 && steps.windows(2).all(|pair| pair[0] < pair[1]) && steps[steps.len() - 1] < 12,
                "{scale:?}"
            );
        }
    }
}
