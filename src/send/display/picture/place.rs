//! Where on the display the picture lies, and which part of it.

use crate::show::display::Fit;

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Place {
    /// Columns of the display.
    pub columns: std::ops::Range<usize>,
    pub rows: std::ops::Range<usize>,
    /// From where to where in the picture, in its pixels.
    pub across: (f64, f64),
    pub down: (f64, f64),
}

impl Place {
    pub fn new(picture: (usize, usize), fit: Fit, display: (usize, usize)) -> Self {
        let whole = |length: usize| (0.0, length as f64);
        let mut place =
            Place { columns: 0..display.0, rows: 0..display.1, across: whole(picture.0), down: whole(picture.1) };
        // Pictures are small enough that both products are exact.
        let (wide, high) = (picture.0 as u64 * display.1 as u64, picture.1 as u64 * display.0 as u64);
        match fit {
            Fit::Contain if wide > high => place.rows = middle(display.1, scaled(picture.1, display.0, picture.0)),
            Fit::Contain if wide < high => place.columns = middle(display.0, scaled(picture.0, display.1, picture.1)),
            Fit::Cover if wide > high => place.across = part(picture.0, high as f64 / display.1.max(1) as f64),
            Fit::Cover if wide < high => place.down = part(picture.1, wide as f64 / display.0.max(1) as f64),
            Fit::Contain | Fit::Cover | Fit::Fill => {}
        }
        place
    }
}

fn scaled(length: usize, by: usize, over: usize) -> usize {
    let over = over.max(1);
    ((length * by + over / 2) / over).max(1)
}

fn middle(whole: usize, length: usize) -> std::ops::Range<usize> {
    let length = length.min(whole);
    let start = (whole - length) / 2;
    start..start + length
}

fn part(whole: usize, length: f64) -> (f64, f64) {
    let start = (whole as f64 - length) / 2.0;
    (start, start + length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_contained_covers_or_fills() {
        #[track_caller]
        fn check(fit: Fit, picture: (usize, usize), display: (usize, usize), expected: Place) {
            assert_eq!(Place::new(picture, fit, display), expected);
        }
        let whole = Place { columns: 0..100, rows: 0..100, across: (0.0, 200.0), down: (0.0, 100.0) };
        check(Fit::Fill, (200, 100), (100, 100), whole.clone());
        check(Fit::Contain, (200, 100), (100, 100), Place { rows: 25..75, ..whole.clone() });
        check(Fit::Cover, (200, 100), (100, 100), Place { across: (50.0, 150.0), ..whole });
        let high = Place { columns: 0..160, rows: 0..90, across: (0.0, 90.0), down: (0.0, 160.0) };
        check(Fit::Contain, (90, 160), (160, 90), Place { columns: 54..105, ..high.clone() });
        check(Fit::Cover, (90, 160), (160, 90), Place { down: (54.6875, 105.3125), ..high });
        let same = Place { columns: 0..1920, rows: 0..1080, across: (0.0, 1280.0), down: (0.0, 720.0) };
        for fit in [Fit::Contain, Fit::Cover, Fit::Fill] {
            check(fit, (1280, 720), (1920, 1080), same.clone());
        }
    }

    #[test]
    fn what_is_much_too_wide_is_still_seen() {
        assert_eq!(Place::new((4096, 2), Fit::Contain, (100, 101)).rows, 50..51);
    }
}
