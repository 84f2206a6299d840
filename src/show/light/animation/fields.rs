//! Pictures that a formula fills a surface with.

use super::parameter::schema::{PALETTE, SPEED, int, part, primary, secondary};
use super::{Dimensions, Entry, Needs};

pub(super) static PLASMA: Entry = Entry {
    id: "PLASMA",
    name: "Plasma",
    description: "Soft colours flow through each other.",
    dimensions: Dimensions::Both,
    needs: Needs::Nothing,
    parameters: &[SPEED, primary([255, 0, 120]), secondary([0, 40, 255]), PALETTE, part("size", 0.5)],
};

pub(super) static NOISE: Entry = Entry {
    id: "NOISE",
    name: "Noise",
    description: "Clouds of colour drift and change.",
    dimensions: Dimensions::Both,
    needs: Needs::Nothing,
    parameters: &[SPEED, primary([0, 200, 255]), secondary([20, 0, 80]), PALETTE, part("size", 0.5)],
};

pub(super) static RIPPLE: Entry = Entry {
    id: "RIPPLE",
    name: "Ripple",
    description: "Drops fall, and rings run out from them.",
    dimensions: Dimensions::Both,
    needs: Needs::Nothing,
    parameters: &[SPEED, primary([80, 180, 255]), secondary([0, 0, 20]), PALETTE, int("count", 1, 12, 4), part("size", 0.4)],
};

pub(super) static METABALLS: Entry = Entry {
    id: "METABALLS",
    name: "Metaballs",
    description: "Drops of light drift, meet and melt into one another.",
    dimensions: Dimensions::Two,
    needs: Needs::Nothing,
    parameters: &[SPEED, primary([255, 60, 0]), secondary([20, 0, 40]), PALETTE, int("count", 2, 8, 4), part("size", 0.5)],
};

pub(super) static JULIA: Entry = Entry {
    id: "JULIA",
    name: "Julia",
    description: "A Julia set that never stops changing.",
    dimensions: Dimensions::Two,
    needs: Needs::Nothing,
    parameters: &[SPEED, primary([255, 200, 80]), secondary([0, 0, 40]), PALETTE, part("size", 0.5)],
};

pub(super) static TARTAN: Entry = Entry {
    id: "TARTAN",
    name: "Tartan",
    description: "Woven bands of colour that slide over each other.",
    dimensions: Dimensions::Two,
    needs: Needs::Nothing,
    parameters: &[SPEED, primary([200, 20, 30]), secondary([0, 40, 20]), PALETTE, part("size", 0.5)],
};

pub(super) static LISSAJOUS: Entry = Entry {
    id: "LISSAJOUS",
    name: "Lissajous",
    description: "A point draws the curves of two swings.",
    dimensions: Dimensions::Two,
    needs: Needs::Nothing,
    parameters: &[
        SPEED,
        primary([0, 255, 160]),
        PALETTE,
        int("x_frequency", 1, 9, 3),
        int("y_frequency", 1, 9, 2),
        part("size", 0.5),
    ],
};
