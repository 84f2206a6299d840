//! Fire, water, sky, and what lives.

use super::parameter::schema::{
    BLACK, MAPPING, MIRROR, NO_PALETTE, REVERSE, SPEED, float, part, primary, secondary, switch,
};
use super::{Dimensions, Entry, Needs};

pub(super) static FIRE: Entry = Entry {
    id: "FIRE",
    name: "Fire",
    description: "Flames that rise and lick, hottest at the bottom.",
    dimensions: Dimensions::Both,
    needs: Needs::Nothing,
    parameters: &[SPEED, NO_PALETTE, part("intensity", 0.6), part("size", 0.5), MAPPING, REVERSE, MIRROR],
};

pub(super) static CANDLE: Entry = Entry {
    id: "CANDLE",
    name: "Candle",
    description: "The unsteady warm light of a candle.",
    dimensions: Dimensions::Both,
    needs: Needs::Nothing,
    parameters: &[SPEED, primary([255, 147, 41]), part("intensity", 0.5), switch("multi", false)],
};

pub(super) static AURORA: Entry = Entry {
    id: "AURORA",
    name: "Aurora",
    description: "Curtains of northern lights.",
    dimensions: Dimensions::Both,
    needs: Needs::Nothing,
    parameters: &[SPEED, NO_PALETTE, part("intensity", 0.6)],
};

pub(super) static OCEAN: Entry = Entry {
    id: "OCEAN",
    name: "Ocean",
    description: "Slow waves of the sea, with white crests.",
    dimensions: Dimensions::Both,
    needs: Needs::Nothing,
    parameters: &[SPEED, NO_PALETTE, part("size", 0.5)],
};

pub(super) static RAIN: Entry = Entry {
    id: "RAIN",
    name: "Rain",
    description: "Drops fall, some faster than others.",
    dimensions: Dimensions::Both,
    needs: Needs::Nothing,
    parameters: &[
        SPEED,
        primary([110, 170, 255]),
        secondary([0, 0, 10]),
        NO_PALETTE,
        part("density", 0.5),
        float("size", 0.02, 1.0, 0.25),
    ],
};

pub(super) static MATRIX: Entry = Entry {
    id: "MATRIX",
    name: "Matrix",
    description: "Green code runs down the columns.",
    dimensions: Dimensions::Both,
    needs: Needs::Nothing,
    parameters: &[
        SPEED,
        primary([0, 255, 70]),
        secondary(BLACK),
        NO_PALETTE,
        part("density", 0.7),
        float("size", 0.05, 1.0, 0.8),
    ],
};

pub(super) static LIFE: Entry = Entry {
    id: "LIFE",
    name: "Life",
    description: "Conway's Game of Life, sown anew when it has been played long enough.",
    dimensions: Dimensions::Two,
    needs: Needs::Nothing,
    parameters: &[
        SPEED,
        primary([0, 255, 120]),
        secondary(BLACK),
        NO_PALETTE,
        float("density", 0.05, 0.95, 0.35),
        part("fade", 0.6),
    ],
};
