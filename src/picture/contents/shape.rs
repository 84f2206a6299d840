//! Rectangles, ellipses, lines and paths.

use resvg::tiny_skia::{FillRule, Paint, Path, PathBuilder, Pixmap, Rect, Stroke, Transform};
use resvg::usvg;

use super::Raster;
use crate::show::color::Color;
use crate::show::layer::{Outline, Shape};

/// Side of the square that paths are drawn in.
const SQUARE: f32 = 100.0;

pub fn raster(shape: &Shape, scale: f64, size: (i32, i32)) -> Raster {
    let mut raster = Raster::transparent(size.0, size.1);
    let pixmap = u32::try_from(size.0).ok().zip(u32::try_from(size.1).ok());
    let Some(mut pixmap) = pixmap.and_then(|(width, height)| Pixmap::new(width, height)) else { return raster };
    let width = if shape.stroke.is_some() { (shape.stroke_width * scale) as f32 } else { 0.0 };
    let Some(path) = path(shape, size, width) else { return raster };
    if let Some(color) = shape.fill {
        pixmap.fill_path(&path, &paint(color), FillRule::EvenOdd, Transform::identity(), None);
    }
    if let Some(color) = shape.stroke.filter(|_| width > 0.0) {
        let stroke = Stroke { width, ..Stroke::default() };
        pixmap.stroke_path(&path, &paint(color), &stroke, Transform::identity(), None);
    }
    for (target, pixel) in raster.rgba.as_chunks_mut::<4>().0.iter_mut().zip(pixmap.pixels()) {
        let color = pixel.demultiply();
        *target = [color.red(), color.green(), color.blue(), color.alpha()];
    }
    raster
}

fn paint(color: Color) -> Paint<'static> {
    let mut paint = Paint { anti_alias: true, ..Paint::default() };
    paint.set_color_rgba8(color.red, color.green, color.blue, color.alpha);
    paint
}

/// The line of a rectangle or an ellipse lies within the box.
fn path(shape: &Shape, size: (i32, i32), stroke_width: f32) -> Option<Path> {
    let (width, height) = (size.0 as f32, size.1 as f32);
    let half = stroke_width / 2.0;
    let inner = Rect::from_ltrb(half, half, width - half, height - half);
    match shape.shape {
        Outline::Rectangle => Some(PathBuilder::from_rect(inner?)),
        Outline::Ellipse => PathBuilder::from_oval(inner?),
        Outline::Line => {
            let mut builder = PathBuilder::new();
            builder.move_to(0.0, 0.0);
            builder.line_to(width, height);
            builder.finish()
        }
        Outline::Path => stretched(&shape.path, size),
    }
}

/// A path of SVG, from its square to a box of this size. None if it can not be read: then nothing is drawn.
pub fn stretched(path: &str, (width, height): (i32, i32)) -> Option<Path> {
    let path = read(path)?;
    path.transform(Transform::from_scale(width as f32 / SQUARE, height as f32 / SQUARE))
}

/// SVG's own reader knows arcs and relative commands.
fn read(path: &str) -> Option<Path> {
    if path.contains(['"', '<', '&']) {
        return None;
    }
    let text = format!(r#"<svg xmlns="http://www.w3.org/2000/svg" width="100" height="100"><path d="{path}"/></svg>"#);
    let tree = usvg::Tree::from_str(&text, &usvg::Options::default()).ok()?;
    first_path(tree.root())
}

fn first_path(group: &usvg::Group) -> Option<Path> {
    group.children().iter().find_map(|node| match node {
        usvg::Node::Path(path) => Some(path.data().clone()),
        usvg::Node::Group(group) => first_path(group),
        _ => None,
    })
}

/// A rectangle with round corners.
pub fn rounded(rect: Rect, radius: f32) -> Path {
    let radius = radius.min(rect.width() / 2.0).min(rect.height() / 2.0);
    if radius <= 0.0 {
        return PathBuilder::from_rect(rect);
    }
    // A circle's quarter as a cubic curve.
    let bend = radius * 0.447_715_25;
    let (left, top, right, bottom) = (rect.left(), rect.top(), rect.right(), rect.bottom());
    let mut path = PathBuilder::new();
    path.move_to(left + radius, top);
    path.line_to(right - radius, top);
    path.cubic_to(right - bend, top, right, top + bend, right, top + radius);
    path.line_to(right, bottom - radius);
    path.cubic_to(right, bottom - bend, right - bend, bottom, right - radius, bottom);
    path.line_to(left + radius, bottom);
    path.cubic_to(left + bend, bottom, left, bottom - bend, left, bottom - radius);
    path.line_to(left, top + radius);
    path.cubic_to(left, top + bend, left + bend, top, left + radius, top);
    path.close();
    path.finish().unwrap_or_else(|| PathBuilder::from_rect(rect))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(json: &str, size: (i32, i32)) -> (Raster, f64) {
        let raster = raster(&serde_json::from_str(json).expect("a shape"), 1.0, size);
        let alpha: f64 = raster.rgba.as_chunks::<4>().0.iter().map(|pixel| f64::from(pixel[3]) / 255.0).sum();
        (raster, alpha)
    }

    #[test]
    fn shapes_cover_what_they_should() {
        let check = |json: &str, expected: f64| {
            let (_, found) = drawn(json, (100, 50));
            assert!((found - expected).abs() < expected * 0.02 + 1.0, "{json}: {found} is not {expected}");
        };
        check(r##"{"fill":"#ff0000"}"##, 5000.0);
        check(r##"{"shape":"ellipse","fill":"#ff0000"}"##, std::f64::consts::PI * 50.0 * 25.0);
        check(r##"{"stroke":"#ff0000","stroke_width":10}"##, 5000.0 - 80.0 * 30.0);
        check(r##"{"shape":"path","path":"M0 0 h100 v50 h-100 z","fill":"#00ff00"}"##, 2500.0);
        check(r##"{"shape":"line","stroke":"#ffffff","stroke_width":2}"##, 223.0);
        check(r##"{"shape":"path","path":"nonsense","fill":"#00ff00"}"##, 0.0);
        check(r##"{"shape":"path","path":"\"/><image href=\"x\"/>","fill":"#00ff00"}"##, 0.0);
        assert_eq!(drawn(r##"{"fill":"#ff0000"}"##, (0, 9)).0.rgba.len(), 0);
        assert_eq!(drawn(r##"{"fill":"#ff800080"}"##, (9, 9)).0.rgba[..4], [255, 128, 0, 128]);
    }
}
