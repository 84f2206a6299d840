//! OKLab, where equal steps look equal: for mixing colours, and for telling how far apart they are.
//!
//! The numbers are those that Björn Ottosson published with it. Coded values are sRGB's, as screens take them.

/// Lightness from 0 to 1, and how far to red from green and to yellow from blue.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Oklab {
    pub lightness: f64,
    pub a: f64,
    pub b: f64,
}

/// The same by hue (in degrees) and chroma.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Oklch {
    pub lightness: f64,
    pub chroma: f64,
    pub hue: f64,
}

/// How far outside 0 to 1 light may be and still counts as inside: the published numbers are inverse only to so many places.
const ROUNDING: f64 = 1e-5;
/// Halvings of the chroma; the last one is far below a step of 16 bits.
const HALVINGS: usize = 20;

/// Coded to linear light. What lies below 0 is mirrored.
pub fn linear(coded: f64) -> f64 {
    let size = coded.abs();
    (if size <= 0.040_45 { size / 12.92 } else { ((size + 0.055) / 1.055).powf(2.4) }).copysign(coded)
}

/// Linear light to coded. What lies below 0 is mirrored.
pub fn coded(linear: f64) -> f64 {
    let size = linear.abs();
    (if size <= 0.003_130_8 { size * 12.92 } else { 1.055 * size.powf(1.0 / 2.4) - 0.055 }).copysign(linear)
}

impl Oklab {
    pub fn from_coded(rgb: [f64; 3]) -> Self {
        Self::from_linear(rgb.map(linear))
    }

    pub fn from_bytes(rgb: [u8; 3]) -> Self {
        Self::from_coded(rgb.map(|value| f64::from(value) / 255.0))
    }

    pub fn from_linear([red, green, blue]: [f64; 3]) -> Self {
        let long = (0.412_221_470_8 * red + 0.536_332_536_3 * green + 0.051_445_992_9 * blue).cbrt();
        let middle = (0.211_903_498_2 * red + 0.680_699_545_1 * green + 0.107_396_956_6 * blue).cbrt();
        let short = (0.088_302_461_9 * red + 0.281_718_837_6 * green + 0.629_978_700_5 * blue).cbrt();
        Self {
            lightness: 0.210_454_255_3 * long + 0.793_617_785_0 * middle - 0.004_072_046_8 * short,
            a: 1.977_998_495_1 * long - 2.428_592_205_0 * middle + 0.450_593_709_9 * short,
            b: 0.025_904_037_1 * long + 0.782_771_766_2 * middle - 0.808_675_766_0 * short,
        }
    }

    /// Linear light; outside 0 to 1 where no screen can show it.
    pub fn linear(self) -> [f64; 3] {
        let Self { lightness, a, b } = self;
        let long = (lightness + 0.396_337_777_4 * a + 0.215_803_757_3 * b).powi(3);
        let middle = (lightness - 0.105_561_345_8 * a - 0.063_854_172_8 * b).powi(3);
        let short = (lightness - 0.089_484_177_5 * a - 1.291_485_548_0 * b).powi(3);
        [
            4.076_741_662_1 * long - 3.307_711_591_3 * middle + 0.230_969_929_2 * short,
            -1.268_438_004_6 * long + 2.609_757_401_1 * middle - 0.341_319_396_5 * short,
            -0.004_196_086_3 * long - 0.703_418_614_7 * middle + 1.707_614_701_0 * short,
        ]
    }

    /// Coded values from 0 to 1, of this colour or of the nearest of its hue and lightness that a screen can show.
    pub fn coded(self) -> [f64; 3] {
        self.inside().linear().map(|light| if light > 0.0 { coded(light.min(1.0)) } else { 0.0 })
    }

    pub fn bytes(self) -> [u8; 3] {
        self.coded().map(|value| (value * 255.0).round() as u8)
    }

    /// With as much of its chroma as a screen can show.
    pub fn inside(self) -> Self {
        if self.is_inside() {
            return self;
        }
        if !(self.lightness > 0.0 && self.lightness < 1.0 && self.a.is_finite() && self.b.is_finite()) {
            return Self { lightness: if self.lightness > 0.0 { self.lightness.min(1.0) } else { 0.0 }, a: 0.0, b: 0.0 };
        }
        let (mut fits, mut too_much) = (0.0, 1.0);
        for _ in 0..HALVINGS {
            let half = (fits + too_much) / 2.0;
            if self.with_chroma(half).is_inside() { fits = half } else { too_much = half }
        }
        self.with_chroma(fits)
    }

    /// The way from here (0) to `other` (1), which is straight: between opposite hues it leads past grey.
    pub fn mix(self, other: Self, progress: f64) -> Self {
        let between = |from: f64, to: f64| from + (to - from) * progress;
        Self {
            lightness: between(self.lightness, other.lightness),
            a: between(self.a, other.a),
            b: between(self.b, other.b),
        }
    }

    /// How different two colours look.
    pub fn distance(self, other: Self) -> f64 {
        (self.lightness - other.lightness).hypot((self.a - other.a).hypot(self.b - other.b))
    }

    fn with_chroma(self, factor: f64) -> Self {
        Self { a: self.a * factor, b: self.b * factor, ..self }
    }

    fn is_inside(self) -> bool {
        self.linear().iter().all(|light| (-ROUNDING..=1.0 + ROUNDING).contains(light))
    }
}

impl From<Oklab> for Oklch {
    fn from(Oklab { lightness, a, b }: Oklab) -> Self {
        // rem_euclid of a tiny negative angle rounds up to the whole turn.
        let hue = b.atan2(a).to_degrees().rem_euclid(360.0) % 360.0;
        Self { lightness, chroma: a.hypot(b), hue }
    }
}

impl From<Oklch> for Oklab {
    fn from(Oklch { lightness, chroma, hue }: Oklch) -> Self {
        let (sine, cosine) = hue.to_radians().sin_cos();
        Self { lightness, a: chroma * cosine, b: chroma * sine }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(rgb: [u8; 3], lab: [f64; 3]) {
        let Oklab { lightness, a, b } = Oklab::from_bytes(rgb);
        let near = [lightness, a, b].iter().zip(lab).all(|(got, wanted)| (got - wanted).abs() < 1e-5);
        assert!(near, "{lightness} {a} {b}");
    }

    #[test]
    fn colours_lie_where_the_author_of_oklab_puts_them() {
        check([255, 255, 255], [1.0, 0.0, 0.0]);
        check([255, 0, 0], [0.627_955, 0.224_863, 0.125_846]);
        check([0, 255, 0], [0.866_440, -0.233_888, 0.179_498]);
        check([0, 0, 255], [0.452_014, -0.032_457, -0.311_528]);
        check([0, 0, 0], [0.0, 0.0, 0.0]);
    }

    #[test]
    fn light_is_coded_as_srgb_says() {
        for (value, light) in [(0.0, 0.0), (0.04, 0.003_095_98), (0.5, 0.214_041_14), (1.0, 1.0), (-0.5, -0.214_041_14)] {
            assert!((linear(value) - light).abs() < 1e-8, "{value}");
            assert!((coded(light) - value).abs() < 1e-7, "{light}");
        }
    }

    #[test]
    fn colours_of_eight_bits_come_back() {
        for red in (0..=255).step_by(17) {
            for green in (0..=255).step_by(15) {
                for blue in (0..=255).step_by(15) {
                    let rgb = [red, green, blue];
                    let lab = Oklab::from_bytes(rgb);
                    assert!(lab.is_inside(), "{rgb:?}");
                    assert_eq!(lab.bytes(), rgb);
                    assert_eq!(Oklab::from(Oklch::from(lab)).bytes(), rgb);
                }
            }
        }
    }

    #[test]
    fn what_no_screen_can_show_loses_chroma_but_neither_hue_nor_lightness() {
        for hue in (0..360).step_by(10) {
            let vivid = Oklch { lightness: 0.7, chroma: 0.5, hue: f64::from(hue) };
            let shown = Oklch::from(Oklab::from_coded(Oklab::from(vivid).coded()));
            assert!(shown.chroma > 0.05 && shown.chroma < 0.5, "{shown:?}");
            assert!((shown.lightness - 0.7).abs() < 1e-3, "{shown:?}");
            let turned = (shown.hue - vivid.hue).rem_euclid(360.0);
            assert!(turned.min(360.0 - turned) < 0.5, "{shown:?}");
        }
    }

    #[test]
    fn no_more_chroma_is_lost_than_must_be() {
        let shown = Oklab { lightness: 0.627_955, a: 2.0 * 0.224_863, b: 2.0 * 0.125_846 }.bytes();
        assert_eq!(shown, [255, 0, 0]);
    }

    #[test]
    fn halfway_between_black_and_white_lies_the_grey_that_looks_it() {
        let half = Oklab::from_bytes([0; 3]).mix(Oklab::from_bytes([255; 3]), 0.5);
        assert_eq!(half.bytes(), [99, 99, 99]);
    }

    #[test]
    fn what_looks_alike_is_near() {
        let red = Oklab::from_bytes([255, 0, 0]);
        assert!(red.distance(Oklab::from_bytes([240, 10, 0])) < red.distance(Oklab::from_bytes([255, 120, 0])));
        assert_eq!(red.distance(red), 0.0);
    }

    proptest! {
        #[test]
        fn no_number_leads_out_of_the_screen(lightness in any::<f64>(), a in any::<f64>(), b in any::<f64>(), odd in 0..8) {
            let odd = |bit: i32, value: f64| if odd & bit == 0 { value } else { [f64::NAN, f64::INFINITY][(odd % 2) as usize] };
            let lab = Oklab { lightness: odd(1, lightness), a: odd(2, a), b: odd(4, b) };
            prop_assert!(lab.coded().iter().all(|value| (0.0..=1.0).contains(value)));
            let again = Oklab::from(Oklch::from(lab));
            prop_assert!(again.coded().iter().all(|value| (0.0..=1.0).contains(value)));
        }
    }
}
