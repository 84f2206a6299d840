//! The colour of white light by its temperature: Tanner Helland's fit to measured black bodies.

const LEAST: u16 = 1_000;
const MOST: u16 = 40_000;

/// Coded red, green and blue of something that glows at so many Kelvin; the fit holds from 1,000 to 40,000.
pub fn kelvin(temperature: u16) -> [u8; 3] {
    let hundreds = f64::from(temperature.clamp(LEAST, MOST)) / 100.0;
    let [red, green, blue] = if hundreds <= 66.0 { warm(hundreds) } else { cold(hundreds) };
    [red, green, blue].map(|value| value.clamp(0.0, 255.0).round() as u8)
}

fn warm(hundreds: f64) -> [f64; 3] {
    let green = 99.470_802_586_1 * hundreds.ln() - 161.119_568_166_1;
    // Below this there is no blue at all, and no logarithm either.
    let blue = if hundreds <= 19.0 { 0.0 } else { 138.517_731_223_1 * (hundreds - 10.0).ln() - 305.044_792_730_7 };
    [255.0, green, blue]
}

fn cold(hundreds: f64) -> [f64; 3] {
    let above = hundreds - 60.0;
    [329.698_727_446 * above.powf(-0.133_204_759_2), 288.122_169_528_3 * above.powf(-0.075_514_849_2), 255.0]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn temperatures_have_the_colours_that_everyone_gives_them() {
        for (temperature, rgb) in [
            (1_900, [255, 132, 0]),
            (2_700, [255, 167, 87]),
            (4_000, [255, 206, 166]),
            (6_600, [255, 255, 253]),
            (10_000, [202, 218, 255]),
        ] {
            assert_eq!(kelvin(temperature), rgb, "{temperature}");
        }
    }

    #[test]
    fn beyond_its_ends_the_fit_stays_where_it_is() {
        assert_eq!(kelvin(0), kelvin(1_000));
        assert_eq!(kelvin(u16::MAX), kelvin(40_000));
    }

    #[test]
    fn what_is_hotter_is_never_redder_nor_less_blue() {
        for temperature in (1_000..40_000).step_by(50) {
            let ([red, _, blue], [later_red, _, later_blue]) = (kelvin(temperature), kelvin(temperature + 50));
            assert!(later_red <= red && later_blue >= blue, "{temperature}");
        }
    }
}
