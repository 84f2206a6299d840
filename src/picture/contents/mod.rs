//! What layers show, as plain RGBA pixels at their final size. Slow, so only `prepare` asks for it.

pub mod gradient;
pub mod image;
#[cfg_attr(not(test), expect(dead_code, reason = "uploaded fonts are not asked for yet, and nothing crawls yet"))]
pub mod text;

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
}
