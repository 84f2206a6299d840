//! Lights that come and go by chance.

use super::parameter::schema::{BLACK, NO_PALETTE, PALETTE, SPEED, WHITE, int, part, primary, secondary};
use super::{Dimensions, Entry, Needs};

pub(super) static SPARKLE: Entry = Entry {
    id: "SPARKLE",
    name: "Sparkle",
    description: "Single lights flash up over a background.",
    dimensions: Dimensions::Both,
    needs: Needs::Nothing,
    parameters: &[SPEED, primary(WHITE), secondary([0, 0, 20]), NO_PALETTE, part("density", 0.1)],
};

pub(super) static TWINKLE: Entry = Entry {
    id: "TWINKLE",
    name: "Twinkle",
    description: "Lights glow up and fade like stars, each in its own time.",
    dimensions: Dimensions::Both,
    needs: Needs::Nothing,
    parameters: &[SPEED, primary([255, 220, 160]), secondary(BLACK), PALETTE, part("density", 0.5)],
};

pub(super) static LIGHTNING: Entry = Entry {
    id: "LIGHTNING",
    name: "Lightning",
    description: "Dark, and every now and then a flickering bolt.",
    dimensions: Dimensions::Both,
    needs: Needs::Nothing,
    parameters: &[SPEED, primary([210, 225, 255]), secondary([0, 0, 8]), part("density", 0.6)],
};

pub(super) static FIREWORKS: Entry = Entry {
    id: "FIREWORKS",
    name: "Fireworks",
    description: "Rockets rise and burst into falling sparks.",
    dimensions: Dimensions::Both,
    needs: Needs::Nothing,
    parameters: &[SPEED, primary([255, 180, 60]), PALETTE, int("count", 1, 8, 3), part("size", 0.5)],
};
