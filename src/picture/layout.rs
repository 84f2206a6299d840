//! Where a layer lies on the canvas, in whole pixels.

use crate::show::geometry::{Canvas, Rect};
use crate::show::layer::Layer;

/// Farther from the canvas nothing is distinguished, so that sums of coordinates can not overflow.
const FARTHEST: f64 = 32_768.0;

/// Largest side of a layer. Above it (four times the largest canvas) a mistyped size would only cost memory.
const LARGEST: f64 = 4.0 * Canvas::MAX as f64;

fn pixel(value: f64) -> i32 {
    // A value that is not a number becomes 0.
    value.clamp(-FARTHEST, FARTHEST).round() as i32
}

fn side(value: f64) -> i32 {
    value.clamp(0.0, LARGEST).round() as i32
}

/// The upper left corner.
pub fn corner(layer: &Layer) -> (i32, i32) {
    (pixel(layer.x), pixel(layer.y))
}

/// Size of a layer whose content has none of its own.
pub fn size_on(layer: &Layer, canvas: Canvas) -> (i32, i32) {
    (layer.width.map_or(canvas.width as i32, side), layer.height.map_or(canvas.height as i32, side))
}

/// Size of a layer whose content is `natural` large: one side given keeps the ratio, both stretch.
pub fn size_of_image(layer: &Layer, natural: (u32, u32)) -> (i32, i32) {
    let (width, height) = (f64::from(natural.0.max(1)), f64::from(natural.1.max(1)));
    let (width, height) = match (layer.width, layer.height) {
        (Some(width), Some(height)) => (width, height),
        (Some(given), None) => (given, given * height / width),
        (None, Some(given)) => (given * width / height, given),
        (None, None) => (width, height),
    };
    (side(width), side(height))
}

pub fn rect_on(layer: &Layer, canvas: Canvas) -> Rect {
    let (x, y) = corner(layer);
    let (width, height) = size_on(layer, canvas);
    Rect { x, y, width, height }
}

/// Opacity as a weight; anything that is not between 0 and 1 is brought there.
pub fn weight(opacity: f64) -> u8 {
    (opacity.clamp(0.0, 1.0) * 255.0).round() as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_side_keeps_the_ratio_and_two_stretch() {
        let layer = |json: &str| serde_json::from_str::<Layer>(json).expect("a layer");
        let check = |extra: &str, expected| {
            let layer = layer(&format!(r#"{{"id":"a","kind":"image","asset":"b"{extra}}}"#));
            assert_eq!(size_of_image(&layer, (400, 200)), expected, "{extra}");
        };
        check("", (400, 200));
        check(r#","width":100"#, (100, 50));
        check(r#","height":100"#, (200, 100));
        check(r#","width":7,"height":9"#, (7, 9));
        check(r#","width":-7,"height":9"#, (0, 9));
        check(r#","width":1e300,"height":9"#, (16_384, 9));
    }

    #[test]
    fn numbers_that_are_none_do_no_harm() {
        assert_eq!((pixel(f64::NAN), side(f64::NAN), weight(f64::NAN)), (0, 0, 0));
        assert_eq!((pixel(f64::INFINITY), pixel(-1.5), weight(2.0)), (32_768, -2, 255));
    }
}
