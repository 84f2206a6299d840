//! What a drawing's outline throws on what is below.

use super::{Finished, soft};
use crate::picture::contents::Raster;
use crate::show::look::Shadow;

/// The shadow, with the drawing in front of it or alone.
pub(super) fn with_shadow(finished: Finished, shadow: Shadow, with_drawing: bool) -> Finished {
    let Finished { raster, offset } = finished;
    let (dx, dy) = (shadow.x.round() as i32, shadow.y.round() as i32);
    let margin = soft::margin(shadow.blur);
    // Room for both: the drawing where it was, the shadow moved and softened.
    let (left, top) = ((margin - dx).max(0), (margin - dy).max(0));
    let (right, bottom) = ((margin + dx).max(0), (margin + dy).max(0));
    let (width, height) = (raster.width + left + right, raster.height + top + bottom);
    let mut alpha = vec![0.0; (width * height) as usize];
    each_pixel(&raster, |x, y, pixel| {
        let (x, y) = (x + left + dx, y + top + dy);
        if (0..width).contains(&x) && (0..height).contains(&y) {
            alpha[(y * width + x) as usize] = f32::from(pixel[3]);
        }
    });
    soft::plane(&mut alpha, width as usize, shadow.blur, false);
    let mut whole = Raster::transparent(width, height);
    let color = shadow.color;
    for (pixel, alpha) in whole.rgba.as_chunks_mut::<4>().0.iter_mut().zip(alpha) {
        *pixel = [color.red, color.green, color.blue, (alpha * f32::from(color.alpha) / 255.0).round() as u8];
    }
    if with_drawing {
        each_pixel(&raster, |x, y, pixel| {
            let below = &mut whole.rgba[4 * ((y + top) * width + x + left) as usize..][..4];
            let over = super::super::contents::over([below[0], below[1], below[2], below[3]], pixel);
            below.copy_from_slice(&over);
        });
    }
    Finished { raster: whole, offset: (offset.0 - left, offset.1 - top) }
}

fn each_pixel(raster: &Raster, mut see: impl FnMut(i32, i32, [u8; 4])) {
    for (index, pixel) in (0..).zip(raster.rgba.as_chunks::<4>().0) {
        see(index % raster.width, index / raster.width, *pixel);
    }
}
