//! Single things that travel along a line.

use super::parameter::schema::{
    BLACK, MAPPING, MIRROR, NO_PALETTE, REVERSE, SPEED, WHITE, float, part, primary, secondary, switch,
};
use super::{Dimensions, Entry, Needs};

pub(super) static SNAKE: Entry = Entry {
    id: "SNAKE",
    name: "Snake",
    description: "A snake crawls from light to light, row by row on a matrix.",
    dimensions: Dimensions::Both,
    needs: Needs::Nothing,
    parameters: &[
        SPEED,
        primary([0, 255, 0]),
        secondary([0, 60, 0]),
        NO_PALETTE,
        float("size", 0.02, 0.9, 0.2),
        MAPPING,
        REVERSE,
        MIRROR,
    ],
};

pub(super) static COMET: Entry = Entry {
    id: "COMET",
    name: "Comet",
    description: "A bright head draws a fading tail behind it.",
    dimensions: Dimensions::One,
    needs: Needs::Nothing,
    parameters: &[
        SPEED,
        primary([120, 180, 255]),
        NO_PALETTE,
        float("size", 0.05, 1.0, 0.4),
        switch("wrap", false),
        MAPPING,
        REVERSE,
        MIRROR,
    ],
};

pub(super) static METEOR: Entry = Entry {
    id: "METEOR",
    name: "Meteor",
    description: "Falls past and leaves a trail that breaks up as it fades.",
    dimensions: Dimensions::One,
    needs: Needs::Nothing,
    parameters: &[
        SPEED,
        primary(WHITE),
        NO_PALETTE,
        float("size", 0.05, 1.0, 0.5),
        part("intensity", 0.6),
        MAPPING,
        REVERSE,
        MIRROR,
    ],
};

pub(super) static SCANNER: Entry = Entry {
    id: "SCANNER",
    name: "Scanner",
    description: "An eye of light goes to and fro.",
    dimensions: Dimensions::One,
    needs: Needs::Nothing,
    parameters: &[
        SPEED,
        primary([255, 0, 0]),
        secondary(BLACK),
        NO_PALETTE,
        float("size", 0.02, 0.5, 0.12),
        MAPPING,
        REVERSE,
        MIRROR,
    ],
};

pub(super) static WIPE: Entry = Entry {
    id: "WIPE",
    name: "Wipe",
    description: "One colour covers the other, and then the other way round.",
    dimensions: Dimensions::One,
    needs: Needs::Nothing,
    parameters: &[SPEED, primary([255, 80, 0]), secondary(BLACK), NO_PALETTE, MAPPING, REVERSE, MIRROR],
};
