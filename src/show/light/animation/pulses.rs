//! What happens to all lights at once.

use super::parameter::schema::{BLACK, NO_PALETTE, SPEED, WHITE, float, part, primary, secondary};
use super::{Dimensions, Entry, Needs};

pub(super) static SOLID: Entry = Entry {
    id: "SOLID",
    name: "Solid",
    description: "One colour, standing still.",
    dimensions: Dimensions::Both,
    needs: Needs::Nothing,
    parameters: &[primary(WHITE)],
};

pub(super) static BREATHE: Entry = Entry {
    id: "BREATHE",
    name: "Breathe",
    description: "A gentle fade in and out.",
    dimensions: Dimensions::Both,
    needs: Needs::Nothing,
    parameters: &[SPEED, primary([255, 0, 0]), NO_PALETTE, part("minimum", 0.0)],
};

pub(super) static BLINK: Entry = Entry {
    id: "BLINK",
    name: "Blink",
    description: "On and off, or between two colours.",
    dimensions: Dimensions::Both,
    needs: Needs::Nothing,
    parameters: &[SPEED, primary([255, 0, 0]), secondary(BLACK), NO_PALETTE, float("duty", 0.05, 0.95, 0.5)],
};

pub(super) static STROBE: Entry = Entry {
    id: "STROBE",
    name: "Strobe",
    description: "Short, fast flashes.",
    dimensions: Dimensions::Both,
    needs: Needs::Nothing,
    parameters: &[SPEED, primary(WHITE), secondary(BLACK), NO_PALETTE, float("duty", 0.02, 0.9, 0.1)],
};

pub(super) static COLOR_CYCLE: Entry = Entry {
    id: "COLOR_CYCLE",
    name: "Color Cycle",
    description: "All lights go through the palette together.",
    dimensions: Dimensions::Both,
    needs: Needs::Nothing,
    parameters: &[SPEED],
};
