//! A drawing turned about its anchor.

use super::Finished;
use crate::picture::contents::Raster;

/// The smallest upright drawing around the turned one. Between pixels, colours are mixed; so are the edges with nothing.
pub fn turned(finished: &Finished, degrees: f64) -> Finished {
    let Finished { raster, offset } = finished;
    let (sine, cosine) = degrees.to_radians().sin_cos();
    let (left, top) = (f64::from(offset.0), f64::from(offset.1));
    let (right, bottom) = (left + f64::from(raster.width), top + f64::from(raster.height));
    let corners = [(left, top), (right, top), (left, bottom), (right, bottom)];
    let turned = corners.map(|(x, y)| (x * cosine - y * sine, x * sine + y * cosine));
    let least = |values: [f64; 4]| values.into_iter().fold(f64::INFINITY, f64::min).floor() as i32 - 1;
    let most = |values: [f64; 4]| values.into_iter().fold(f64::NEG_INFINITY, f64::max).ceil() as i32 + 1;
    let (xs, ys) = (turned.map(|corner| corner.0), turned.map(|corner| corner.1));
    let (x, y) = (least(xs), least(ys));
    let mut whole = Raster::transparent(most(xs) - x, most(ys) - y);
    let width = whole.width;
    for (index, pixel) in (0..).zip(whole.rgba.as_chunks_mut::<4>().0) {
        let (x, y) = (f64::from(x + index % width) + 0.5, f64::from(y + index / width) + 0.5);
        // Backwards: where this pixel was.
        let (from_x, from_y) = (x * cosine + y * sine - left - 0.5, y * cosine - x * sine - top - 0.5);
        *pixel = sampled(raster, from_x, from_y);
    }
    Finished { raster: whole, offset: (x, y) }
}

/// Between the four nearest pixels.
fn sampled(raster: &Raster, x: f64, y: f64) -> [u8; 4] {
    let (left, top) = (x.floor(), y.floor());
    let (across, down) = (x - left, y - top);
    let mut sum = [0.0; 4];
    for (dx, dy, weight) in [
        (0, 0, (1.0 - across) * (1.0 - down)),
        (1, 0, across * (1.0 - down)),
        (0, 1, (1.0 - across) * down),
        (1, 1, across * down),
    ] {
        let (x, y) = (left as i32 + dx, top as i32 + dy);
        if !(0..raster.width).contains(&x) || !(0..raster.height).contains(&y) {
            continue;
        }
        let pixel = &raster.rgba[4 * (y * raster.width + x) as usize..][..4];
        let alpha = f64::from(pixel[3]) * weight;
        (0..3).for_each(|channel| sum[channel] += f64::from(pixel[channel]) * alpha);
        sum[3] += alpha;
    }
    if sum[3] < 0.5 {
        return [0; 4];
    }
    let straight = |channel: usize| (sum[channel] / sum[3]).round() as u8;
    [straight(0), straight(1), straight(2), sum[3].round() as u8]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quarter_turn_moves_pixels_to_where_they_belong() {
        let mut raster = Raster::transparent(4, 2);
        raster.rgba[..4].copy_from_slice(&[255, 0, 0, 255]);
        let turned = turned(&Finished { raster, offset: (0, 0) }, 90.0);
        let (x, y) = (-1 - turned.offset.0, -turned.offset.1);
        let pixel = &turned.raster.rgba[4 * (y * turned.raster.width + x) as usize..][..4];
        assert_eq!(pixel, [255, 0, 0, 255], "the upper left pixel is now left of the anchor");
        let ink = turned.raster.rgba.as_chunks::<4>().0.iter().filter(|pixel| pixel[3] > 0).count();
        assert_eq!(ink, 1);
    }
}
