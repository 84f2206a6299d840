//! Every level gives the answer of `native`, at widths that end anywhere in a register.

mod areas;
mod levels;
mod values;

use super::level::Level;
use super::{fade, faded, masked, over, tint};

const WIDTHS: [usize; 14] = [0, 1, 2, 7, 15, 16, 17, 31, 32, 33, 63, 65, 127, 1921];

fn bytes(length: usize, seed: u64) -> Vec<u8> {
    let mut random = fastrand::Rng::with_seed(seed);
    // Ends of the range come up often enough to be tried at every place of a register.
    (0..length).map(|_| if random.u8(..) < 64 { if random.bool() { 0 } else { 255 } } else { random.u8(..) }).collect()
}

#[track_caller]
fn check(kernel: impl Fn(Level, &mut [u8], &[u8], &[u8], u8)) {
    for width in WIDTHS {
        let alpha = bytes(width, 1);
        let source: Vec<u8> = bytes(width, 2);
        for opacity in [0, 1, 127, 200, 255] {
            let mut expected = bytes(width, 3);
            kernel(Level::Native, &mut expected, &source, &alpha, opacity);
            for level in Level::available() {
                let mut found = bytes(width, 3);
                kernel(level, &mut found, &source, &alpha, opacity);
                assert_eq!(found, expected, "{level:?} at width {width}, opacity {opacity}");
            }
        }
    }
}

#[test]
fn all_levels_agree() {
    check(|level, target, source, alpha, _| over::at_level(level, target, source, alpha));
    check(faded::at_level);
    check(|level, target, source, alpha, opacity| masked::at_level(level, target, source, alpha, alpha, opacity));
    check(|level, target, source, _, opacity| fade::at_level(level, target, source, opacity));
    check(|level, target, source, _, opacity| tint::at_level(level, target, source.first().copied().unwrap_or(9), opacity));
}

#[test]
fn blends_are_right_to_the_nearest_value() {
    for (below, above, alpha) in [(16, 235, 0), (16, 235, 255), (16, 235, 128), (255, 0, 77), (255, 255, 3), (128, 240, 200)]
    {
        let exact = |alpha: f64| (f64::from(above) * alpha + f64::from(below) * (255.0 - alpha)) / 255.0;
        let mut target = [below];
        tint::tint(&mut target, above, alpha);
        assert_eq!(f64::from(target[0]), exact(f64::from(alpha)).round());
        let mut target = [below];
        fade::fade(&mut target, &[above], alpha);
        assert_eq!(f64::from(target[0]), exact(f64::from(alpha)).round());
        let premultiplied = super::divided_by_255(u16::from(above) * u16::from(alpha));
        let mut target = [below];
        over::over(&mut target, &[premultiplied], &[alpha]);
        // Two roundings: at most one off.
        assert!((f64::from(target[0]) - exact(f64::from(alpha))).abs() <= 1.0);
        let mut twice = [below];
        faded::faded(&mut twice, &[premultiplied], &[alpha], 255);
        assert_eq!(twice, target, "full opacity changes nothing");
    }
}

#[test]
fn division_is_exact() {
    for value in 0..=255 * 255 {
        let exact = (f64::from(value) / 255.0).round();
        assert_eq!(f64::from(super::divided_by_255(value)), exact, "{value}");
    }
}
