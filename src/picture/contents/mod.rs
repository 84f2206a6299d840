//! What layers show, as plain RGBA pixels at their final size. Slow, so only `prepare` asks for it.

pub mod gradient;
pub mod image;
pub mod shape;
pub mod text;

use crate::show::color::Color;

/// Pixels in sRGB with straight alpha, row after row without padding.
pub struct Raster {
    pub width: i32,
    pub height: i32,
    pub rgba: Vec<u8>,
}

impl Raster {
    pub fn transparent(width: i32, height: i32) -> Raster {
        let (width, height) = (width.max(0), height.max(0));
        Raster { width, height, rgba: vec![0; width as usize * height as usize * 4] }
    }

    pub fn filled(color: Color, (width, height): (i32, i32)) -> Raster {
        let mut raster = Raster::transparent(width, height);
        let Color { red, green, blue, alpha } = color;
        raster.rgba.as_chunks_mut::<4>().0.fill([red, green, blue, alpha]);
        raster
    }
}

impl Raster {
    /// White, as solid as the picture is bright.
    pub fn white_where_bright(mut self) -> Raster {
        for pixel in self.rgba.as_chunks_mut::<4>().0 {
            let [red, green, blue, alpha] = pixel.map(u32::from);
            let luma = (2126 * red + 7152 * green + 722 * blue + 5_000) / 10_000;
            *pixel = [255, 255, 255, ((luma * alpha + 127) / 255) as u8];
        }
        self
    }
}

/// A pixel with another one in front of it, both with straight alpha.
pub fn over(below: [u8; 4], above: [u8; 4]) -> [u8; 4] {
    match (above[3], below[3]) {
        (255, _) | (_, 0) => return above,
        (0, _) => return below,
        _ => {}
    }
    let (above_alpha, below_alpha) = (f32::from(above[3]) / 255.0, f32::from(below[3]) / 255.0);
    let alpha = above_alpha + below_alpha * (1.0 - above_alpha);
    let mixed = |channel: usize| {
        let (above, below) = (f32::from(above[channel]), f32::from(below[channel]));
        ((above * above_alpha + below * below_alpha * (1.0 - above_alpha)) / alpha).round() as u8
    };
    [mixed(0), mixed(1), mixed(2), (alpha * 255.0).round() as u8]
}
