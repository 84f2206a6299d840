//! Where a layer is seen: corners and masks; and the border along its edge.

use resvg::tiny_skia::{FillRule, Mask as Stencil, Path, PathBuilder, PathSegment, Rect, Transform};

use crate::picture::contents::{Raster, image, over, shape};
use crate::picture::need::Finish;
use crate::show::color::Color;
use crate::show::look::{Channel, Mask};

/// The form of the layer's edge.
#[derive(Clone, Copy)]
pub(super) enum Edge {
    Rounded(f32),
    Ellipse,
}

pub(super) fn outline(finish: &Finish<'_>, size: (i32, i32)) -> Edge {
    match finish.mask {
        Some((Mask::Ellipse { invert: false }, _)) => Edge::Ellipse,
        _ => Edge::Rounded(finish.radius.min(f64::from(size.0.min(size.1)) / 2.0).max(0.0) as f32),
    }
}

/// The edge, so many pixels further in. None if nothing is left inside.
fn path(edge: Edge, (width, height): (i32, i32), inset: f32) -> Option<Path> {
    let rect = Rect::from_ltrb(inset, inset, width as f32 - inset, height as f32 - inset)?;
    match edge {
        Edge::Ellipse => PathBuilder::from_oval(rect),
        Edge::Rounded(radius) => Some(shape::rounded(rect, radius - inset)),
    }
}

/// None if all of it is seen.
pub(super) fn cover(finish: &Finish<'_>, size: (i32, i32), mask: Option<&Raster>) -> Option<Vec<u8>> {
    let corners = match outline(finish, size) {
        Edge::Rounded(radius) if radius > 0.0 => filled(path(Edge::Rounded(radius), size, 0.0)?, size, FillRule::Winding),
        _ => None,
    };
    let masked = finish.mask.and_then(|(kind, _)| masked(kind, size, mask));
    match (corners, masked) {
        (Some(mut corners), Some(masked)) => {
            corners.iter_mut().zip(masked).for_each(|(one, other)| *one = product(*one, other));
            Some(corners)
        }
        (corners, masked) => corners.or(masked),
    }
}

fn product(one: u8, other: u8) -> u8 {
    ((u16::from(one) * u16::from(other) + 127) / 255) as u8
}

fn masked(kind: &Mask, size: (i32, i32), picture: Option<&Raster>) -> Option<Vec<u8>> {
    let (stencil, invert) = match kind {
        Mask::Ellipse { invert } => (filled(path(Edge::Ellipse, size, 0.0)?, size, FillRule::Winding)?, *invert),
        Mask::Rectangle { radius, invert } => {
            (filled(path(Edge::Rounded(*radius as f32), size, 0.0)?, size, FillRule::Winding)?, *invert)
        }
        Mask::Path { path, invert } => (filled(shape::stretched(path, size)?, size, FillRule::EvenOdd)?, *invert),
        Mask::Image { asset: _, channel, invert } => (from_picture(picture?, size, *channel), *invert),
    };
    Some(if invert { stencil.into_iter().map(|value| 255 - value).collect() } else { stencil })
}

fn from_picture(picture: &Raster, size: (i32, i32), channel: Channel) -> Vec<u8> {
    let scaled = image::scaled(picture, size);
    let scaled = if channel == Channel::Luma { scaled.white_where_bright() } else { scaled };
    scaled.rgba.as_chunks::<4>().0.iter().map(|pixel| pixel[3]).collect()
}

fn filled(path: Path, (width, height): (i32, i32), rule: FillRule) -> Option<Vec<u8>> {
    let mut stencil = Stencil::new(width.try_into().ok()?, height.try_into().ok()?)?;
    stencil.fill_path(&path, rule, true, Transform::identity());
    Some(stencil.take())
}

pub(super) fn keep_covered(raster: &mut Raster, cover: &[u8]) {
    for (pixel, cover) in raster.rgba.as_chunks_mut::<4>().0.iter_mut().zip(cover) {
        pixel[3] = product(pixel[3], *cover);
    }
}

/// A line of the border's width along the inside of the edge.
pub(super) fn draw_border(raster: &mut Raster, finish: &Finish<'_>, edge: Edge) {
    let Some(border) = finish.border.filter(|border| border.width > 0.0) else { return };
    let size = (raster.width, raster.height);
    let Some(outer) = path(edge, size, 0.0) else { return };
    let mut builder = PathBuilder::new();
    append(&mut builder, &outer);
    if let Some(inner) = path(edge, size, border.width as f32) {
        append(&mut builder, &inner);
    }
    let ring = builder.finish().and_then(|ring| filled(ring, size, FillRule::EvenOdd));
    let Color { red, green, blue, alpha } = border.color;
    for (pixel, ring) in raster.rgba.as_chunks_mut::<4>().0.iter_mut().zip(ring.unwrap_or_default()) {
        if ring > 0 {
            *pixel = over(*pixel, [red, green, blue, product(alpha, ring)]);
        }
    }
}

fn append(builder: &mut PathBuilder, path: &Path) {
    for segment in path.segments() {
        match segment {
            PathSegment::MoveTo(point) => builder.move_to(point.x, point.y),
            PathSegment::LineTo(point) => builder.line_to(point.x, point.y),
            PathSegment::QuadTo(control, point) => builder.quad_to(control.x, control.y, point.x, point.y),
            PathSegment::CubicTo(one, other, point) => {
                builder.cubic_to(one.x, one.y, other.x, other.y, point.x, point.y);
            }
            PathSegment::Close => builder.close(),
        }
    }
}
