//! The colour of a note: a table that every node and every page makes for itself, of whole numbers only, so that all of them make
//! the same. Whoever changes a value of it gives it another version.

use super::music::{ColorMode, Root, Scale};

/// Of the table. It is part of every recording.
pub const COLOR_TABLE_VERSION: u8 = 1;

/// Steps around the colours: red, yellow, green, cyan, blue, magenta, 510 steps from one to the next.
const SEXTANT: u32 = 510;
const AROUND: u32 = 6 * SEXTANT;
/// The keys of a piano: what is below or above has the colour of its end.
const LOWEST: u32 = 21;
const HIGHEST: u32 = 108;

/// Of a note that is struck as hard as it can be.
pub fn note_color(note: u8, mode: ColorMode, root: Root, scale: Scale) -> [u8; 3] {
    let note = note.min(127);
    let degree = (12 + note % 12 - root.half_tones()) % 12;
    let hue = match mode {
        ColorMode::Chromatic => u32::from(degree) * AROUND / 12,
        ColorMode::Harmonic => u32::from(degree) * 7 % 12 * AROUND / 12,
        // Three quarters around: red and violet must not be the same.
        ColorMode::Spectrum => (u32::from(note).clamp(LOWEST, HIGHEST) - LOWEST) * (AROUND * 3 / 4) / (HIGHEST - LOWEST),
    };
    let mut color = full(hue);
    if !scale.steps().contains(&degree) {
        color = color.map(|part| paler(part, 35));
    }
    if mode == ColorMode::Spectrum {
        return color;
    }
    // The octave of middle C is as it is; those above are paler, those below darker.
    match u32::from(note) / 12 {
        octave @ 6.. => color.map(|part| paler(part, 100 - 6 * (octave - 5))),
        octave => color.map(|part| (u32::from(part) * (100 - 10 * (5 - octave)) / 100) as u8),
    }
}

/// The same, struck with that velocity of 0 to 100.
pub fn struck_color(color: [u8; 3], velocity: u8) -> [u8; 3] {
    let value = brightness(velocity);
    color.map(|part| (u32::from(part) * value / 255) as u8)
}

/// Of 255: as the square, and never dark.
pub fn brightness(velocity: u8) -> u32 {
    let velocity = u32::from(velocity.min(100));
    26 + 229 * velocity * velocity / 10_000
}

fn full(hue: u32) -> [u8; 3] {
    let (sextant, rest) = (hue / SEXTANT % 6, hue % SEXTANT);
    let (rise, fall) = ((rest / 2) as u8, 255 - (rest / 2) as u8);
    match sextant {
        0 => [255, rise, 0],
        1 => [fall, 255, 0],
        2 => [0, 255, rise],
        3 => [0, fall, 255],
        4 => [rise, 0, 255],
        _ => [255, 0, fall],
    }
}

/// What is left of its colour, in hundredths; the rest is white.
fn paler(part: u8, left: u32) -> u8 {
    (255 - (255 - u32::from(part)) * left / 100) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    fn in_major(note: u8, mode: ColorMode) -> [u8; 3] {
        note_color(note, mode, Root::default(), Scale::Major)
    }

    #[test]
    fn the_root_is_red_and_its_neighbours_are_those_of_the_mode() {
        for mode in [ColorMode::Chromatic, ColorMode::Harmonic] {
            assert_eq!(in_major(60, mode), [255, 0, 0]);
        }
        // A fifth above is the next colour but one of twelve: 30 degrees.
        assert_eq!(in_major(67, ColorMode::Harmonic), [255, 127, 0]);
        assert_eq!(in_major(62, ColorMode::Chromatic), [255, 255, 0]);
        assert_eq!(in_major(21, ColorMode::Spectrum), [255, 0, 0]);
        assert_eq!(in_major(108, ColorMode::Spectrum), [127, 0, 255]);
    }

    #[test]
    fn a_key_turns_the_colours_with_it() {
        let eb = Root::new(3).unwrap();
        for mode in [ColorMode::Chromatic, ColorMode::Harmonic] {
            for degree in 0..9 {
                assert_eq!(
                    note_color(63 + degree, mode, eb, Scale::Dorian),
                    note_color(60 + degree, mode, Root::default(), Scale::Dorian)
                );
            }
        }
    }

    #[test]
    fn what_is_not_in_the_scale_is_pale_and_what_is_low_is_dark() {
        assert_eq!(in_major(61, ColorMode::Harmonic), [166, 211, 255]);
        let [low, middle, high] = [48, 60, 72].map(|note| in_major(note, ColorMode::Harmonic));
        assert_eq!((low, middle, high), ([229, 0, 0], [255, 0, 0], [255, 16, 16]));
    }

    #[test]
    fn it_shines_as_hard_as_it_is_struck_and_never_not_at_all() {
        assert_eq!([0, 50, 100, 255].map(brightness), [26, 83, 255, 255]);
        assert_eq!(struck_color([255, 100, 0], 100), [255, 100, 0]);
    }
}
