//! Patterns that repeat along a line and move along it.

use super::parameter::schema::{
    BLACK, MAPPING, MIRROR, NO_PALETTE, PALETTE, REVERSE, SPEED, WHITE, choice, float, int, part, primary, secondary,
};
use super::{Dimensions, Entry, Needs};

pub(super) static RAINBOW: Entry = Entry {
    id: "RAINBOW",
    name: "Rainbow",
    description: "All hues side by side, moving along.",
    dimensions: Dimensions::One,
    needs: Needs::Nothing,
    parameters: &[SPEED, NO_PALETTE, float("repeats", 0.1, 10.0, 1.0), part("saturation", 1.0), MAPPING, REVERSE, MIRROR],
};

pub(super) static WAVE: Entry = Entry {
    id: "WAVE",
    name: "Wave",
    description: "Soft waves of light that roll along.",
    dimensions: Dimensions::One,
    needs: Needs::Nothing,
    parameters: &[
        SPEED,
        primary([0, 120, 255]),
        secondary(BLACK),
        NO_PALETTE,
        float("repeats", 0.1, 10.0, 2.0),
        MAPPING,
        REVERSE,
        MIRROR,
    ],
};

pub(super) static GRADIENT: Entry = Entry {
    id: "GRADIENT",
    name: "Gradient",
    description: "The palette laid out along the lights, still or moving.",
    dimensions: Dimensions::One,
    needs: Needs::Nothing,
    parameters: &[
        SPEED,
        primary([0, 80, 255]),
        secondary([255, 0, 120]),
        PALETTE,
        choice("motion", &["scroll", "swing", "still"], "scroll"),
        float("repeats", 0.1, 10.0, 1.0),
        MAPPING,
        REVERSE,
        MIRROR,
    ],
};

pub(super) static THEATER: Entry = Entry {
    id: "THEATER",
    name: "Theater",
    description: "Every third light is lit, and they run, as around the sign of a theatre.",
    dimensions: Dimensions::One,
    needs: Needs::Nothing,
    parameters: &[
        SPEED,
        primary([255, 160, 0]),
        secondary(BLACK),
        NO_PALETTE,
        int("spacing", 2, 10, 3),
        MAPPING,
        REVERSE,
        MIRROR,
    ],
};

pub(super) static CHASE: Entry = Entry {
    id: "CHASE",
    name: "Chase",
    description: "Blocks of light chase each other over a background.",
    dimensions: Dimensions::One,
    needs: Needs::Nothing,
    parameters: &[
        SPEED,
        primary(WHITE),
        secondary([0, 0, 60]),
        NO_PALETTE,
        int("count", 1, 20, 3),
        float("size", 0.05, 0.95, 0.3),
        MAPPING,
        REVERSE,
        MIRROR,
    ],
};
