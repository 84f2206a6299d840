//! Frames as an animated picture (APNG, without loss), which everything else of the house can show.

use image::RgbaImage;
use png::{BitDepth, ColorType, Encoder};

use super::{Frames, FramesError};

/// A delay's parts of a second.
const PARTS: u16 = 1_000;

impl Frames {
    /// Out of the same archive. Frames of another size than the first have no place in it.
    pub fn animation(&self, archive: &[u8]) -> Result<Vec<u8>, FramesError> {
        let first = self.picture(archive, 0)?;
        let mut bytes = Vec::new();
        let mut encoder = Encoder::new(&mut bytes, first.width(), first.height());
        encoder.set_color(ColorType::Rgba);
        encoder.set_depth(BitDepth::Eight);
        let count = u32::try_from(self.len()).map_err(|_| FramesError::TooMany)?;
        if count > 1 {
            encoder.set_animated(count, 0).map_err(not_written)?;
        }
        let mut writer = encoder.write_header().map_err(not_written)?;
        for index in 0..self.len() {
            let picture = self.picture(archive, index)?;
            check_size(&first, &picture, index + 1)?;
            if count > 1 {
                writer.set_frame_delay(self.delay_ms(index), PARTS).map_err(not_written)?;
            }
            writer.write_image_data(&picture).map_err(not_written)?;
        }
        writer.finish().map_err(not_written)?;
        Ok(bytes)
    }

    fn delay_ms(&self, index: usize) -> u16 {
        u16::try_from(self.metadata.delay_us(index).div_ceil(1_000)).unwrap_or(u16::MAX)
    }
}

fn check_size(first: &RgbaImage, picture: &RgbaImage, number: usize) -> Result<(), FramesError> {
    let why = "it has another size than the first";
    if first.dimensions() == picture.dimensions() { Ok(()) } else { Err(FramesError::Frame { number, why }) }
}

/// To memory, and with frames that were looked at.
fn not_written(_: png::EncodingError) -> FramesError {
    FramesError::Broken("it can not be made an animation")
}
