//! From Y'CbCr to R'G'B': BT.709, limited range.

/// What a unit of luma adds to all three, times 2^14.
const FROM_Y: i16 = 19_077;
/// What a unit of chroma adds, times 2^13.
const RED_FROM_V: i16 = 14_686;
const GREEN_FROM_U: i16 = -1_747;
const GREEN_FROM_V: i16 = -4_366;
const BLUE_FROM_U: i16 = 17_305;

/// All slices are of one length; what is longer is left as it is.
///
/// Of sixteen-bit products the upper half is kept: twice as many of them fit a register as of wider ones, and what comes out
/// is within 1 of the exact colour.
pub fn to_rgb([y, u, v]: [&[u8]; 3], [red, green, blue]: [&mut [u8]; 3]) {
    let from = y.iter().zip(u).zip(v);
    let to = red.iter_mut().zip(green).zip(blue);
    for (((y, u), v), ((red, green), blue)) in from.zip(to) {
        // With half of one, so that it is rounded in the end.
        let luma = high((i16::from(*y) - 16) << 6, FROM_Y) + 8;
        let (u, v) = ((i16::from(*u) - 128) << 7, (i16::from(*v) - 128) << 7);
        *red = byte(luma + high(v, RED_FROM_V));
        *green = byte(luma + high(u, GREEN_FROM_U) + high(v, GREEN_FROM_V));
        *blue = byte(luma + high(u, BLUE_FROM_U));
    }
}

/// In sixteenths.
#[inline(always)]
fn high(sample: i16, weight: i16) -> i16 {
    ((i32::from(sample) * i32::from(weight)) >> 16) as i16
}

#[inline(always)]
fn byte(sixteenths: i16) -> u8 {
    (sixteenths >> 4).clamp(0, 255) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rgb(y: u8, u: u8, v: u8) -> [u8; 3] {
        let (mut red, mut green, mut blue) = ([0], [0], [0]);
        to_rgb([&[y], &[u], &[v]], [&mut red, &mut green, &mut blue]);
        [red[0], green[0], blue[0]]
    }

    #[test]
    fn well_known_colours() {
        assert_eq!(rgb(16, 128, 128), [0, 0, 0]);
        assert_eq!(rgb(235, 128, 128), [255, 255, 255]);
        assert_eq!(rgb(126, 128, 128), [128, 128, 128]);
        assert_eq!(rgb(63, 102, 240), [255, 0, 0]);
        assert_eq!(rgb(173, 42, 26), [0, 255, 1]);
        assert_eq!(rgb(32, 240, 118), [1, 0, 255]);
    }

    #[test]
    fn every_colour_is_within_one_of_the_exact_one() {
        let exact = |y: f64, u: f64, v: f64| {
            let (y, u, v) = ((y - 16.0) / 219.0, (u - 128.0) / 224.0, (v - 128.0) / 224.0);
            [y + 1.5748 * v, y - 0.187_324 * u - 0.468_124 * v, y + 1.8556 * u].map(|part| (part * 255.0).clamp(0.0, 255.0))
        };
        for y in 0..=255 {
            for (u, v) in (0..=255_u8).step_by(5).flat_map(|u| (0..=255_u8).step_by(3).map(move |v| (u, v))) {
                for (ours, exact) in rgb(y, u, v).into_iter().zip(exact(y.into(), u.into(), v.into())) {
                    assert!((f64::from(ours) - exact).abs() < 0.75, "{y} {u} {v}: {ours} for {exact}");
                }
            }
        }
    }
}
