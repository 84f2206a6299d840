//! What shows something else: text, time, pictures, sound.

use super::parameter::schema::{
    BLACK, MAPPING, MIRROR, NO_PALETTE, PALETTE, REVERSE, SPEED, WHITE, choice, color, float, int, part, primary, secondary,
    switch, text,
};
use super::{Dimensions, Entry, Needs};

pub(super) static SCROLL_TEXT: Entry = Entry {
    id: "SCROLL_TEXT",
    name: "Scroll Text",
    description: "A text runs from right to left.",
    dimensions: Dimensions::Two,
    needs: Needs::Nothing,
    parameters: &[SPEED, text("text", 200, "Hello"), primary(WHITE), secondary(BLACK), NO_PALETTE],
};

pub(super) static CLOCK: Entry = Entry {
    id: "CLOCK",
    name: "Clock",
    description: "The time of day in digits, or as hands along a ring or strip.",
    dimensions: Dimensions::Both,
    needs: Needs::Nothing,
    parameters: &[
        primary([255, 180, 80]),
        secondary([0, 120, 255]),
        color("color_seconds", [255, 0, 60]),
        color("color_background", BLACK),
        switch("seconds", false),
        switch("twelve_hours", false),
        MAPPING,
        REVERSE,
    ],
};

pub(super) static IMAGE: Entry = Entry {
    id: "IMAGE",
    name: "Image",
    description: "A picture of the library, still or moving.",
    dimensions: Dimensions::Two,
    needs: Needs::Asset,
    parameters: &[
        SPEED,
        text("asset", 64, ""),
        choice("fit", &["contain", "cover", "fill"], "contain"),
        switch("smooth", true),
    ],
};

pub(super) static PROGRAM: Entry = Entry {
    id: "PROGRAM",
    name: "Program",
    description: "What the lights see of the program's picture.",
    dimensions: Dimensions::Both,
    needs: Needs::Picture,
    parameters: &[float("saturation", 0.0, 2.0, 1.0), part("brightness", 1.0)],
};

pub(super) static VU: Entry = Entry {
    id: "VU",
    name: "VU Meter",
    description: "A bar as long as the sound is loud.",
    dimensions: Dimensions::Both,
    needs: Needs::Sound,
    parameters: &[NO_PALETTE, switch("stereo", false), float("gain", 0.1, 10.0, 1.0), MAPPING, REVERSE, MIRROR],
};

pub(super) static SPECTRUM: Entry = Entry {
    id: "SPECTRUM",
    name: "Spectrum",
    description: "The sound by its pitches, low ones first.",
    dimensions: Dimensions::Both,
    needs: Needs::Sound,
    parameters: &[PALETTE, int("count", 4, 32, 16), float("gain", 0.1, 10.0, 1.0), MAPPING, REVERSE, MIRROR],
};

pub(super) static BEAT: Entry = Entry {
    id: "BEAT",
    name: "Beat",
    description: "All lights flash with the beat.",
    dimensions: Dimensions::Both,
    needs: Needs::Sound,
    parameters: &[primary(WHITE), secondary(BLACK), NO_PALETTE, part("intensity", 1.0)],
};
