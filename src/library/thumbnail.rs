//! A picture as a small JPEG. What can be seen through lies on a checkerboard, as everywhere else where pictures are chosen.

use jpeg_encoder::{ColorType, Encoder};

/// Longest side, in pixels.
pub const SIDE: u32 = 320;
const QUALITY: u8 = 82;
/// Of one field of the board, in pixels, and how bright they are.
const FIELD: u32 = 8;
const GREYS: [u8; 2] = [0x30, 0x48];

/// Rows of red, green, blue and straight alpha.
pub fn jpeg(width: u32, height: u32, rgba: &[u8]) -> Result<Vec<u8>, String> {
    let (pixels, _) = rgba.as_chunks::<4>();
    let (Ok(across), Ok(down)) = (u16::try_from(width), u16::try_from(height)) else {
        return Err("it is too large".to_owned());
    };
    if across == 0 || down == 0 || pixels.len() != width as usize * height as usize {
        return Err("it is no whole picture".to_owned());
    }
    let places = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
    let rgb: Vec<u8> = pixels.iter().zip(places).flat_map(|(pixel, place)| over_board(*pixel, place)).collect();
    let mut bytes = Vec::new();
    let encoded = Encoder::new(&mut bytes, QUALITY).encode(&rgb, across, down, ColorType::Rgb);
    encoded.map(|()| bytes).map_err(|error| error.to_string())
}

fn over_board([red, green, blue, alpha]: [u8; 4], (x, y): (u32, u32)) -> [u8; 3] {
    let board = GREYS[((x / FIELD + y / FIELD) % 2) as usize];
    let mixed = |channel: u8| {
        let sum = u32::from(channel) * u32::from(alpha) + u32::from(board) * (255 - u32::from(alpha));
        ((sum + 127) / 255) as u8
    };
    [mixed(red), mixed(green), mixed(blue)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_keeps_its_colour_and_what_is_clear_shows_the_board() {
        let rgba = [[200, 10, 10, 255], [0, 0, 0, 0]].map(|pixel: [u8; 4]| pixel.repeat(64 * 32)).concat();
        let bytes = jpeg(64, 64, &rgba).unwrap();
        let picture = image::load_from_memory_with_format(&bytes, image::ImageFormat::Jpeg).unwrap().into_rgb8();
        assert_eq!(picture.dimensions(), (64, 64));
        let is_near = |x: u32, y: u32, wanted: [u8; 3]| {
            picture.get_pixel(x, y).0.iter().zip(wanted).all(|(is, wanted)| is.abs_diff(wanted) < 10)
        };
        assert!(is_near(20, 10, [200, 10, 10]), "{:?}", picture.get_pixel(20, 10));
        assert!(is_near(4, 52, [0x30; 3]) && is_near(12, 52, [0x48; 3]));
        assert!(jpeg(64, 63, &rgba).is_err() && jpeg(0, 0, &[]).is_err() && jpeg(70_000, 1, &[0; 280_000]).is_err());
    }
}
