//! Brightness and gamma, by a table.

use super::row::Row;

pub struct Tone {
    of: (f64, f64),
    table: [u8; 256],
    is_plain: bool,
}

impl Default for Tone {
    fn default() -> Self {
        Self { of: (1.0, 1.0), table: std::array::from_fn(|value| value as u8), is_plain: true }
    }
}

impl Tone {
    /// Black stays black. What is no number changes nothing.
    pub fn set(&mut self, brightness: f64, gamma: f64) {
        let sane = |value: f64, least: f64, most: f64| if value.is_nan() { 1.0 } else { value.clamp(least, most) };
        let of = (sane(brightness, 0.0, 1.0), sane(gamma, 0.2, 5.0));
        if self.of == of {
            return;
        }
        let toned = |value: usize| ((value as f64 / 255.0).powf(of.1) * of.0 * 255.0).round() as u8;
        *self = Self { of, table: std::array::from_fn(toned), is_plain: of == (1.0, 1.0) };
    }

    pub fn apply(&self, row: &mut Row) {
        if !self.is_plain {
            row.each(|plane| plane.iter_mut().for_each(|value| *value = self.table[usize::from(*value)]));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn toned(brightness: f64, gamma: f64) -> [u8; 3] {
        let mut tone = Tone::default();
        tone.set(brightness, gamma);
        let mut row = Row { red: vec![0], green: vec![128], blue: vec![255] };
        tone.apply(&mut row);
        [row.red[0], row.green[0], row.blue[0]]
    }

    #[test]
    fn brightness_lowers_white_and_gamma_bends_what_is_between() {
        assert_eq!(toned(1.0, 1.0), [0, 128, 255]);
        assert_eq!(toned(0.5, 1.0), [0, 64, 128]);
        assert_eq!(toned(1.0, 2.0), [0, 64, 255]);
        assert_eq!(toned(1.0, 0.5), [0, 181, 255]);
        assert_eq!(toned(0.0, 1.0), [0, 0, 0]);
    }

    #[test]
    fn what_is_no_number_does_no_harm() {
        assert_eq!(toned(f64::NAN, f64::NAN), [0, 128, 255]);
        assert_eq!(toned(f64::INFINITY, 1.0), [0, 128, 255]);
        assert_eq!(toned(1.0, f64::NEG_INFINITY), toned(1.0, 0.2));
    }

    #[test]
    fn it_can_become_plain_again() {
        let mut tone = Tone::default();
        tone.set(0.1, 3.0);
        tone.set(1.0, 1.0);
        let mut row = Row { red: vec![7], green: vec![128], blue: vec![255] };
        tone.apply(&mut row);
        assert_eq!(row.colors(), [[7], [128], [255]]);
    }
}
