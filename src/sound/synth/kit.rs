//! What drums are made of.

use super::wave::{Cell, GRID, Hue, decay, first_of, noise, pace, ramp, seconds, sine};

/// Several of these sound together.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Part {
    /// A skin: it falls from `hz + fall` to `hz`.
    Skin { hz: f32, fall: f32, fall_life: f32, life: f32, gain: f32 },
    /// Wires, metal, hands.
    Noise { hue: Hue, life: f32, gain: f32 },
    /// Several hands, not quite together.
    Hands { life: f32, gain: f32 },
}

#[derive(Debug, PartialEq)]
pub struct Drum {
    pub parts: &'static [Part],
    /// Left of the middle, up to -1, or right of it.
    pub pan: f32,
    /// One of the pair of cymbals that a foot brings together: it ends the other's sound.
    pub is_hat: bool,
}

const fn drum(parts: &'static [Part], pan: f32) -> Drum {
    Drum { parts, pan, is_hat: false }
}

const fn skin(hz: f32, fall: f32, life: f32, gain: f32) -> Part {
    Part::Skin { hz, fall, fall_life: 0.03, life, gain }
}

const fn wires(hue: Hue, life: f32, gain: f32) -> Part {
    Part::Noise { hue, life, gain }
}

static KICK: Drum = drum(&[skin(48.0, 140.0, 0.16, 0.95), wires(Hue::Middle, 0.004, 0.12)], 0.0);
static SNARE: Drum = drum(&[skin(182.0, 60.0, 0.07, 0.4), wires(Hue::Bright, 0.09, 0.6)], 0.0);
static CLOSED: Drum = Drum { parts: &[wires(Hue::Sharp, 0.022, 0.55)], pan: 0.2, is_hat: true };
static OPEN: Drum = Drum { parts: &[wires(Hue::Sharp, 0.16, 0.5)], pan: 0.2, is_hat: true };
static CLAP: Drum = drum(&[Part::Hands { life: 0.07, gain: 0.6 }], -0.1);
static LOW: Drum = drum(&[skin(85.0, 50.0, 0.18, 0.75), wires(Hue::Middle, 0.006, 0.1)], -0.35);
static MIDDLE: Drum = drum(&[skin(120.0, 60.0, 0.16, 0.7), wires(Hue::Middle, 0.006, 0.1)], 0.0);
static HIGH: Drum = drum(&[skin(165.0, 80.0, 0.14, 0.7), wires(Hue::Middle, 0.005, 0.1)], 0.35);
static CRASH: Drum = drum(&[wires(Hue::Bright, 0.25, 0.35), wires(Hue::Sharp, 0.1, 0.2)], -0.3);
static RIDE: Drum = drum(&[wires(Hue::Sharp, 0.2, 0.25), skin(5_200.0, 0.0, 0.12, 0.06)], 0.35);
static RIM: Drum = drum(&[skin(1_700.0, 0.0, 0.012, 0.4), wires(Hue::Middle, 0.008, 0.3)], 0.1);
static SHAKER: Drum = drum(&[wires(Hue::Sharp, 0.035, 0.35)], -0.25);

/// By what a track is called, or by a part of that; the first that fits.
static NAMES: [(&str, &Drum); 16] = [
    ("kick", &KICK),
    ("bass", &KICK),
    ("snare", &SNARE),
    ("hat-open", &OPEN),
    ("open-hat", &OPEN),
    ("hat", &CLOSED),
    ("clap", &CLAP),
    ("tom-low", &LOW),
    ("tom-high", &HIGH),
    ("tom", &MIDDLE),
    ("crash", &CRASH),
    ("cymbal", &CRASH),
    ("ride", &RIDE),
    ("rim", &RIM),
    ("shaker", &SHAKER),
    ("stick", &RIM),
];

/// None for what is called otherwise.
pub fn drum_of(id: &str) -> Option<&'static Drum> {
    NAMES.iter().find(|(name, _)| id.contains(name)).map(|(_, drum)| *drum)
}

/// After so many lives of it nothing is heard.
const LIVES: f32 = 7.0;

impl Drum {
    pub fn seconds(&self) -> f32 {
        let lives = self.parts.iter().map(|part| match part {
            Part::Skin { life, .. } | Part::Noise { life, .. } | Part::Hands { life, .. } => *life,
        });
        lives.fold(0.0, f32::max) * LIVES
    }

    pub fn cell(&self, cell: i64, seed: u32) -> Cell {
        self.parts.iter().fold([0.0; GRID], |sum, part| {
            let part = part.cell(cell, seed);
            std::array::from_fn(|index| sum[index] + part[index])
        })
    }
}

/// Two edges of a cell, in seconds.
fn edges(cell: i64) -> [f32; 2] {
    [cell, cell + 1].map(|edge| seconds(edge * GRID as i64))
}

impl Part {
    fn cell(&self, cell: i64, seed: u32) -> Cell {
        let (wave, loudness) = match *self {
            Part::Skin { hz, fall, fall_life, life, gain } => {
                (skin_wave(cell, hz, fall, fall_life), edges(cell).map(|edge| gain * decay(edge, life)))
            }
            Part::Noise { hue, life, gain } => (noise(cell, seed, hue), edges(cell).map(|edge| gain * decay(edge, life))),
            Part::Hands { life, gain } => {
                (noise(cell, seed, Hue::Middle), [cell, cell + 1].map(|edge| gain * hands(edge, life)))
            }
        };
        let loudness = ramp(loudness);
        std::array::from_fn(|index| wave[index] * loudness[index])
    }
}

/// The phase is the sum of all frequencies until then; within a cell, the one that falls is taken to be even.
fn skin_wave(cell: i64, hz: f32, fall: f32, fall_life: f32) -> Cell {
    let fallen = ramp(edges(cell).map(|edge| fall * fall_life * (1.0 - decay(edge, fall_life))));
    let (first, pace) = (first_of(cell), pace(hz));
    std::array::from_fn(|index| {
        let even = first.wrapping_add(index as u32 + 1).wrapping_mul(pace);
        sine(even.wrapping_add((fallen[index] * 4_294_967_296.0) as i64 as u32))
    })
}

/// One after the other every 11 ms, the third with what the room adds.
fn hands(edge: i64, life: f32) -> f32 {
    const APART: i64 = 16;
    let last = edge.min(2 * APART - 1) / APART * APART;
    if edge < 2 * APART {
        decay(seconds((edge - last) * GRID as i64), 0.004)
    } else {
        decay(seconds((edge - 2 * APART) * GRID as i64), life)
    }
}
