//! Paints a list into a frame, only where it is damaged.

use super::damage::Damage;
use super::pictures::Pictures;
use super::plan::{DisplayList, Item, Source};
use super::prepared::{Coverage, Kind, Picture};
use super::yuv::Yuv;
use crate::frame::picture::Layout;
use crate::frame::pixels::{fade, faded, over, tint};
use crate::frame::pool::FrameMut;
use crate::show::geometry::Rect;

/// All items are painted into so many rows before the next ones, so that what lies over each other is still in the cache.
/// Must be even, because two rows share one of chroma.
const BAND_ROWS: i32 = 64;

/// `pictures` are those that the list was planned with.
pub fn paint(list: &DisplayList, pictures: &Pictures, target: &mut FrameMut, damage: &Damage) {
    let layout = target.layout();
    let canvas = layout.canvas.bounds();
    let mut planes = target.planes_mut();
    for damaged in damage.rects() {
        let damaged = damaged.even().intersection(canvas);
        let mut y = damaged.y;
        while y < damaged.bottom() {
            let height = BAND_ROWS.min(damaged.bottom() - y);
            paint_clip(list.items(), pictures, &mut planes, layout, Rect { y, height, ..damaged });
            y += height;
        }
    }
}

fn paint_clip(items: &[Item], pictures: &Pictures, planes: &mut [&mut [u8]; 3], layout: Layout, clip: Rect) {
    // What an opaque item hides is not painted.
    let first = items.iter().rposition(|item| item.is_opaque && item.rect.contains(clip)).unwrap_or(0);
    for item in &items[first..] {
        let seen = item.rect.intersection(clip);
        if seen.is_empty() {
            continue;
        }
        match item.source {
            Source::Fill(color) => paint_fill(color, item, clip, planes, layout),
            Source::Picture(key) => {
                if let Some(picture) = pictures.get(key) {
                    paint_picture(picture, item, clip, planes, layout);
                }
            }
        }
    }
}

/// A rectangle of a plane, at least partly within the clip.
fn halved(rect: Rect) -> Rect {
    let (x, y) = (rect.x >> 1, rect.y >> 1);
    Rect { x, y, width: ((rect.right() + 1) >> 1) - x, height: ((rect.bottom() + 1) >> 1) - y }
}

/// Part of a row; the rectangle lies within the plane.
fn run(plane: &mut [u8], stride: usize, y: i32, from: i32, to: i32) -> &mut [u8] {
    let row = y as usize * stride;
    &mut plane[row + from as usize..row + to as usize]
}

fn blend(target: &mut [u8], value: u8, alpha: u8) {
    if alpha == 255 { target.fill(value) } else { tint::tint(target, value, alpha) }
}

fn paint_fill(color: Yuv, item: &Item, clip: Rect, planes: &mut [&mut [u8]; 3], layout: Layout) {
    let [luma, u, v] = planes;
    let seen = item.rect.intersection(clip);
    for y in seen.y..seen.bottom() {
        blend(run(luma, layout.luma_stride, y, seen.x, seen.right()), color.y, item.opacity);
    }
    fill_chroma(u, layout.chroma_stride, color.u, item, clip);
    fill_chroma(v, layout.chroma_stride, color.v, item, clip);
}

/// A sample that the rectangle covers only partly gets that part of the colour.
fn fill_chroma(plane: &mut [u8], stride: usize, value: u8, item: &Item, clip: Rect) {
    let rect = item.rect;
    let seen = halved(rect).intersection(halved(clip));
    // Samples from `first` to `last` are covered in their whole width.
    let first = ((rect.x + 1) >> 1).clamp(seen.x, seen.right());
    let last = (rect.right() >> 1).clamp(first, seen.right());
    for y in seen.y..seen.bottom() {
        let rows = (2 * y + 2).min(rect.bottom()) - (2 * y).max(rect.y);
        let part = |quarters: i32| ((i32::from(item.opacity) * quarters + 2) / 4) as u8;
        blend(run(plane, stride, y, seen.x, first), value, part(rows));
        blend(run(plane, stride, y, first, last), value, part(2 * rows));
        blend(run(plane, stride, y, last, seen.right()), value, part(rows));
    }
}

fn paint_picture(picture: &Picture, item: &Item, clip: Rect, planes: &mut [&mut [u8]; 3], layout: Layout) {
    let [luma, u, v] = planes;
    let place = Place { rect: item.rect, clip, stride: layout.luma_stride, opacity: item.opacity };
    paint_plane(luma, &picture.luma, &picture.fine, place);
    let place = Place { rect: halved(item.rect), clip: halved(clip), stride: layout.chroma_stride, ..place };
    paint_plane(u, &picture.u, &picture.coarse, place);
    paint_plane(v, &picture.v, &picture.coarse, place);
}

/// Where a plane of a picture goes, in the samples of that plane.
#[derive(Clone, Copy)]
struct Place {
    rect: Rect,
    clip: Rect,
    stride: usize,
    opacity: u8,
}

fn paint_plane(target: &mut [u8], source: &[u8], coverage: &Coverage, place: Place) {
    let Place { rect, clip, stride, opacity } = place;
    let seen = rect.intersection(clip);
    for y in seen.y..seen.bottom() {
        let row = (y - rect.y) as usize;
        for span in coverage.row(row) {
            let from = (span.from as i32 + rect.x).max(seen.x);
            let to = (span.to as i32 + rect.x).min(seen.right());
            if from >= to {
                continue;
            }
            let start = row * coverage.width + (from - rect.x) as usize;
            let pixels = start..start + (to - from) as usize;
            let (target, source) = (run(target, stride, y, from, to), &source[pixels.clone()]);
            match (span.kind, opacity) {
                (Kind::Opaque, 255) => target.copy_from_slice(source),
                (Kind::Opaque, _) => fade::fade(target, source, opacity),
                (Kind::Blend, 255) => over::over(target, source, &coverage.alpha[pixels]),
                (Kind::Blend, _) => faded::faded(target, source, &coverage.alpha[pixels], opacity),
            }
        }
    }
}
