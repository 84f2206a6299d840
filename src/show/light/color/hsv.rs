//! The colour wheel that everyone knows: hue in degrees, saturation and value from 0 to 1.

/// Coded values from 0 to 1. A hue goes round; what is no number counts as 0, and what is too much as 1.
pub fn hsv_to_rgb([hue, saturation, value]: [f64; 3]) -> [f64; 3] {
    let sixth = if hue.is_finite() { hue.rem_euclid(360.0) / 60.0 } else { 0.0 };
    let (saturation, value) = (unit(saturation), unit(value));
    // Each channel is full for two sixths of the wheel, off for two, and on its way between them.
    let channel = |turn: f64| {
        let away = (turn + sixth) % 6.0;
        value - value * saturation * unit(away.min(4.0 - away))
    };
    [channel(5.0), channel(3.0), channel(1.0)]
}

/// From coded values from 0 to 1. What has no colour has the hue 0.
pub fn rgb_to_hsv(rgb: [f64; 3]) -> [f64; 3] {
    let [red, green, blue] = rgb.map(unit);
    let value = red.max(green).max(blue);
    let spread = value - red.min(green).min(blue);
    if spread <= 0.0 {
        return [0.0, 0.0, value];
    }
    let sixth = if value == red {
        ((green - blue) / spread).rem_euclid(6.0)
    } else if value == green {
        (blue - red) / spread + 2.0
    } else {
        (red - green) / spread + 4.0
    };
    [sixth * 60.0, spread / value, value]
}

fn unit(value: f64) -> f64 {
    if value > 0.0 { value.min(1.0) } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(hsv: [f64; 3]) -> [u8; 3] {
        hsv_to_rgb(hsv).map(|value| (value * 255.0).round() as u8)
    }

    fn comes_back(rgb: [u8; 3]) {
        assert_eq!(bytes(rgb_to_hsv(rgb.map(|value| f64::from(value) / 255.0))), rgb);
    }

    #[track_caller]
    fn check(hsv: [f64; 3], rgb: [u8; 3]) {
        assert_eq!(bytes(hsv), rgb);
        let again = rgb_to_hsv(hsv_to_rgb(hsv));
        assert!(hsv.iter().zip(again).all(|(one, other)| (one - other).abs() < 1e-9), "{again:?}");
    }

    #[test]
    fn the_wheel_turns_from_red_over_green_and_blue() {
        check([0.0, 1.0, 1.0], [255, 0, 0]);
        check([30.0, 1.0, 1.0], [255, 128, 0]);
        check([60.0, 1.0, 1.0], [255, 255, 0]);
        check([120.0, 1.0, 1.0], [0, 255, 0]);
        check([180.0, 1.0, 1.0], [0, 255, 255]);
        check([240.0, 1.0, 1.0], [0, 0, 255]);
        check([300.0, 1.0, 1.0], [255, 0, 255]);
        check([210.0, 0.5, 0.8], [102, 153, 204]);
        check([0.0, 0.0, 0.2], [51, 51, 51]);
    }

    #[test]
    fn a_whole_turn_changes_nothing_and_what_is_no_number_does_no_harm() {
        assert_eq!(hsv_to_rgb([360.0, 1.0, 1.0]), [1.0, 0.0, 0.0]);
        assert_eq!(hsv_to_rgb([-120.0, 1.0, 1.0]), hsv_to_rgb([240.0, 1.0, 1.0]));
        for odd in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, f64::MAX, -f64::MIN_POSITIVE] {
            for hsv in [[odd, 1.0, 1.0], [10.0, odd, 1.0], [10.0, 1.0, odd]] {
                assert!(hsv_to_rgb(hsv).iter().all(|value| (0.0..=1.0).contains(value)), "{hsv:?}");
                let [hue, saturation, value] = rgb_to_hsv(hsv);
                let fits = (0.0..=360.0).contains(&hue) && (0.0..=1.0).contains(&saturation) && (0.0..=1.0).contains(&value);
                assert!(fits, "{hsv:?}");
            }
        }
    }

    #[test]
    fn colours_of_eight_bits_come_back_from_the_wheel() {
        let steps = || (0..=255_u8).filter(|step| step % 5 == 0 || step % 7 == 0 || *step < 4 || *step > 251);
        for red in steps() {
            for green in steps() {
                steps().for_each(|blue| comes_back([red, green, blue]));
            }
        }
        for red in 0..=255 {
            for green in 0..=255 {
                for rgb in [[red, green, 0], [red, green, 255], [red, 0, green], [255, red, green], [red, red, green]] {
                    comes_back(rgb);
                }
            }
        }
    }

    #[test]
    #[ignore = "all 16.7 million of them; worth it in release"]
    fn every_colour_of_eight_bits_comes_back_from_the_wheel() {
        for all in 0..=0x00ff_ffff_u32 {
            let [_, red, green, blue] = all.to_be_bytes();
            comes_back([red, green, blue]);
        }
    }
}
