//! Paints a list into a frame, only where it is damaged.

use super::blended::{self, Scratch};
use super::crew::{Crew, MOST_HANDS};
use super::damage::Damage;
use super::list::{DisplayList, Film, Item, MaskAt, MixPlan, Source};
use super::pictures::Pictures;
use super::prepared::{Coverage, Kind, Picture, Span};
use super::sheets::{PlaneOf, Sheets};
use super::surface::Surfaces;
use super::target::{Plane, Target, halved};
use super::transition::{self, Inputs, LumaMask, Overlay};
use super::yuv::Yuv;
use crate::frame::picture::Layout;
use crate::frame::pixels::{fade, faded, masked, over, tint};
use crate::frame::pool::FrameMut;
use crate::frame::video;
use crate::show::geometry::{Canvas, Rect};
use crate::show::look::Blend;

/// All items are painted into so many rows before the next ones, so that what lies over each other is still in the cache.
/// Must be even, because two rows share one of chroma.
const BAND_ROWS: i32 = 64;

/// Fewer pixels are painted sooner than another thread is awake.
const WORTH_SHARING: i64 = 600_000;

/// `pictures` are those that the list was planned with; `surfaces` have been developed.
pub fn paint(
    list: &DisplayList,
    pictures: &Pictures,
    surfaces: &Surfaces,
    target: &mut FrameMut,
    damage: &Damage,
    crew: &mut Crew,
) {
    let layout = target.layout();
    let mut target = Target::of_frame(target.planes_mut(), layout);
    let painting = Painting { list, items: list.items(), pictures, surfaces };
    if crew.size() == 1 || damage.area() < WORTH_SHARING {
        return paint_list(&painting, &mut target, damage, &mut crew.first().scratch);
    }
    let count = crew.size();
    crew.each(&mut parts(target, damage, count)[..count], |part, hand| {
        if let Some(target) = part {
            paint_list(&painting, target, damage, &mut hand.scratch);
        }
    });
}

/// The damaged rows in so many parts, each with about as many.
fn parts<'a>(target: Target<'a>, damage: &Damage, count: usize) -> [Option<Target<'a>>; MOST_HANDS] {
    let whole = damage.rects().iter().fold(Rect::default(), |whole, rect| whole.union(*rect));
    let mut rest = Some(target);
    std::array::from_fn(|number| {
        let target = rest.take()?;
        if number + 1 >= count {
            return Some(target);
        }
        let below = whole.y + ((whole.height * (number as i32 + 1) / count as i32) & !1);
        let (part, others) = target.split(below);
        rest = Some(others);
        Some(part)
    })
}

pub(super) fn paint_list(painting: &Painting<'_>, target: &mut Target<'_>, damage: &Damage, scratch: &mut Scratch) {
    for damaged in damage.rects() {
        let damaged = damaged.even().intersection(target.bounds);
        let mut y = damaged.y;
        while y < damaged.bottom() {
            let height = BAND_ROWS.min(damaged.bottom() - y);
            painting.clip(Rect { y, height, ..damaged }, target, scratch);
            y += height;
        }
    }
}

pub(super) struct Painting<'a> {
    pub list: &'a DisplayList,
    pub items: &'a [Item],
    pub pictures: &'a Pictures,
    pub surfaces: &'a Surfaces,
}

/// Below this nothing is gained by painting around a solid item.
const WORTH_PARTING: i32 = 32;

impl Painting<'_> {
    /// Everything within a rectangle. What a solid item hides is not painted.
    fn clip(&self, clip: Rect, target: &mut Target<'_>, scratch: &mut Scratch) {
        let first = self.items.iter().rposition(|item| item.solid.contains(clip));
        if let (None, Some(_)) = (first, &target.alpha) {
            clear(target, clip);
        }
        let items = &self.items[first.unwrap_or(0)..];
        // A solid item that fills the whole height leaves one part to its left, one to its right, and itself.
        let parting = items.iter().rev().find_map(|item| parted(item.solid.even_inside(), clip));
        if let Some(parts) = parting {
            parts.into_iter().filter(|part| !part.is_empty()).for_each(|part| self.clip(part, target, scratch));
            return;
        }
        for item in items {
            match item.blend {
                Blend::Normal => self.item(item, clip, target),
                blend => blended::paint(self, item, blend, clip, target, scratch),
            }
        }
    }

    /// Lays an item over what is there; whatever its blend mode says.
    pub fn item(&self, item: &Item, clip: Rect, target: &mut Target<'_>) {
        let seen = item.clip.intersection(clip);
        if seen.is_empty() {
            return;
        }
        match item.source {
            Source::Fill(color) => paint_fill(color, item, clip, target),
            Source::Picture(key) => {
                if let Some(picture) = self.pictures.get(key) {
                    paint_picture(picture, item, seen, target);
                }
            }
            Source::Film(key) => {
                if let Some(film) = self.list.film_of(key) {
                    paint_film(film, item, seen, target);
                }
            }
            Source::Mix(key) => {
                if let Some(mix) = self.list.mix(key) {
                    self.mix(mix, clip, target);
                }
            }
            Source::Surface(key) => {
                if let Some(surface) = self.surfaces.get(key) {
                    self.surface(&surface.sheets, item, seen, target);
                }
            }
        }
    }

    /// Rows of two canvases. They are mixed in their whole width: an item that changes is damaged as a whole.
    fn mix(&self, mix: &MixPlan, clip: Rect, target: &mut Target<'_>) {
        let (Some(from), Some(to)) = (self.surfaces.get(mix.from), self.surfaces.get(mix.to)) else { return };
        let layout = Layout::new(self.list.canvas());
        let picture = mix.picture.and_then(|key| self.pictures.get(key));
        let mask = picture.map(|picture| LumaMask { fine: &picture.fine.coverage.alpha, coarse: &picture.coarse.alpha });
        let overlay = picture.map(|picture| Overlay {
            planes: [&picture.fine.luma, &picture.u, &picture.v],
            fine: &picture.fine.coverage.alpha,
            coarse: &picture.coarse.alpha,
            luma_stride: picture.width as usize,
            chroma_stride: picture.coarse.width,
        });
        let moving = mix.clip.and_then(|key| self.surfaces.get(key)).map(|surface| surface.sheets.overlay());
        let overlay = moving.or(overlay);
        let inputs = Inputs { layout, from: from.frame(), to: to.frame(), mask, overlay };
        let rows = clip.y as usize..clip.bottom() as usize;
        let planes = [target.luma.rows_from(clip.y), target.u.rows_from(clip.y / 2), target.v.rows_from(clip.y / 2)];
        transition::mix(&mix.transition, mix.progress, &inputs, rows, planes);
    }

    fn surface(&self, surface: &Sheets, item: &Item, seen: Rect, target: &mut Target<'_>) {
        let mask = match item.mask {
            Some(MaskAt { key, x, y }) => match self.pictures.get(key) {
                Some(picture) => Some((picture, Rect { x, y, width: picture.width, height: picture.height })),
                None => return,
            },
            None => None,
        };
        let fine = mask.map(|(picture, rect)| (&picture.fine.coverage, rect));
        let coarse = mask.map(|(picture, rect)| (&picture.coarse, halved(rect)));
        let blended = |plane, alpha, mask, seen| Aside { surface, plane, alpha, mask, seen, opacity: item.opacity };
        let small = halved(seen);
        blended(PlaneOf::Luma, PlaneOf::Alpha, fine, seen).paint(&mut target.luma);
        blended(PlaneOf::U, PlaneOf::CoarseAlpha, coarse, small).paint(&mut target.u);
        blended(PlaneOf::V, PlaneOf::CoarseAlpha, coarse, small).paint(&mut target.v);
        if let Some([alpha, coarse_alpha]) = &mut target.alpha {
            blended(PlaneOf::Alpha, PlaneOf::Alpha, fine, seen).paint(alpha);
            blended(PlaneOf::CoarseAlpha, PlaneOf::CoarseAlpha, coarse, small).paint(coarse_alpha);
        }
    }
}

pub(super) fn clear(target: &mut Target<'_>, clip: Rect) {
    let wipe = |plane: &mut Plane<'_>, rect: Rect| {
        (rect.y..rect.bottom()).for_each(|y| plane.run(y, rect.x, rect.right()).fill(0));
    };
    wipe(&mut target.luma, clip);
    wipe(&mut target.u, halved(clip));
    wipe(&mut target.v, halved(clip));
    if let Some([alpha, coarse]) = &mut target.alpha {
        wipe(alpha, clip);
        wipe(coarse, halved(clip));
    }
}

fn parted(solid: Rect, clip: Rect) -> Option<[Rect; 3]> {
    let within = solid.intersection(clip);
    let is_worth = within.width >= WORTH_PARTING && within.width < clip.width && within.height == clip.height;
    is_worth.then(|| {
        let left = Rect { width: within.x - clip.x, ..clip };
        let right = Rect { x: within.right(), width: clip.right() - within.right(), ..clip };
        [left, within, right]
    })
}

fn blend(target: &mut [u8], value: u8, alpha: u8) {
    if alpha == 255 { target.fill(value) } else { tint::tint(target, value, alpha) }
}

fn paint_fill(color: Yuv, item: &Item, clip: Rect, target: &mut Target<'_>) {
    fill_fine(&mut target.luma, color.y, item, clip);
    fill_coarse(&mut target.u, color.u, item, clip);
    fill_coarse(&mut target.v, color.v, item, clip);
    if let Some([alpha, coarse]) = &mut target.alpha {
        fill_fine(alpha, 255, item, clip);
        fill_coarse(coarse, 255, item, clip);
    }
}

fn fill_fine(plane: &mut Plane<'_>, value: u8, item: &Item, clip: Rect) {
    let seen = item.rect.intersection(clip);
    for y in seen.y..seen.bottom() {
        blend(plane.run(y, seen.x, seen.right()), value, item.opacity);
    }
}

/// A sample that the rectangle covers only partly gets that part of the colour.
fn fill_coarse(plane: &mut Plane<'_>, value: u8, item: &Item, clip: Rect) {
    let rect = item.rect;
    let seen = halved(rect).intersection(halved(clip));
    // Samples from `first` to `last` are covered in their whole width.
    let first = ((rect.x + 1) >> 1).clamp(seen.x, seen.right());
    let last = (rect.right() >> 1).clamp(first, seen.right());
    for y in seen.y..seen.bottom() {
        let rows = (2 * y + 2).min(rect.bottom()) - (2 * y).max(rect.y);
        let part = |quarters: i32| ((i32::from(item.opacity) * quarters + 2) / 4) as u8;
        blend(plane.run(y, seen.x, first), value, part(rows));
        blend(plane.run(y, first, last), value, part(2 * rows));
        blend(plane.run(y, last, seen.right()), value, part(rows));
    }
}

fn paint_picture(picture: &Picture, item: &Item, seen: Rect, target: &mut Target<'_>) {
    let fine = &picture.fine;
    let place = Place { rect: item.rect, seen, opacity: item.opacity };
    paint_plane(&mut target.luma, &fine.luma, &fine.coverage, place);
    let small = Place { rect: halved(item.rect), seen: halved(seen), ..place };
    paint_plane(&mut target.u, &picture.u, &picture.coarse, small);
    paint_plane(&mut target.v, &picture.v, &picture.coarse, small);
    if let Some([alpha, coarse]) = &mut target.alpha {
        paint_plane(alpha, &fine.coverage.alpha, &fine.coverage, place);
        paint_plane(coarse, &picture.coarse.alpha, &picture.coarse, small);
    }
}

/// Straight from where the decoder left it.
fn paint_film(film: &Film, item: &Item, seen: Rect, target: &mut Target<'_>) {
    let [luma, u, v] = film.film.planes();
    let (fine, coarse) = ((film.x as i32, film.y as i32), (film.x as i32 / 2, film.y as i32 / 2));
    film_plane(&mut target.luma, luma, item.rect, fine, seen, item.opacity);
    let (small, seen_small) = (halved(item.rect), halved(seen));
    film_plane(&mut target.u, u, small, coarse, seen_small, item.opacity);
    film_plane(&mut target.v, v, small, coarse, seen_small, item.opacity);
    if let Some([alpha, coarse_alpha]) = &mut target.alpha {
        for (plane, seen) in [(alpha, seen), (coarse_alpha, seen_small)] {
            (seen.y..seen.bottom()).for_each(|y| blend(plane.run(y, seen.x, seen.right()), 255, item.opacity));
        }
    }
}

fn film_plane(target: &mut Plane<'_>, source: video::Plane<'_>, rect: Rect, first: (i32, i32), seen: Rect, opacity: u8) {
    let columns = (seen.x - rect.x + first.0) as usize;
    for y in seen.y..seen.bottom() {
        let start = (y - rect.y + first.1) as usize * source.stride + columns;
        let target = target.run(y, seen.x, seen.right());
        // A decoder that gave less than it said must not stop the show.
        let Some(source) = source.bytes.get(start..start + target.len()) else { return };
        match opacity {
            255 => target.copy_from_slice(source),
            opacity => fade::fade(target, source, opacity),
        }
    }
}

/// Where a plane of a picture goes, in the samples of that plane.
#[derive(Clone, Copy)]
struct Place {
    rect: Rect,
    seen: Rect,
    opacity: u8,
}

fn paint_plane(target: &mut Plane<'_>, source: &[u8], coverage: &Coverage, place: Place) {
    let Place { rect, seen, opacity } = place;
    for y in seen.y..seen.bottom() {
        let row = (y - rect.y) as usize;
        for span in coverage.row(row) {
            let Some((from, to)) = cut(span, rect, seen) else { continue };
            let start = row * coverage.width + (from - rect.x) as usize;
            let pixels = start..start + (to - from) as usize;
            let (target, source) = (target.run(y, from, to), &source[pixels.clone()]);
            match (span.kind, opacity) {
                (Kind::Opaque, 255) => target.copy_from_slice(source),
                (Kind::Opaque, _) => fade::fade(target, source, opacity),
                (Kind::Blend, 255) => over::over(target, source, &coverage.alpha[pixels]),
                (Kind::Blend, _) => faded::faded(target, source, &coverage.alpha[pixels], opacity),
            }
        }
    }
}

/// What of a span is seen.
fn cut(span: &Span, rect: Rect, seen: Rect) -> Option<(i32, i32)> {
    let from = (span.from as i32 + rect.x).max(seen.x);
    let to = (span.to as i32 + rect.x).min(seen.right());
    (from < to).then_some((from, to))
}

/// The alpha of what has none; as wide as the widest canvas.
static OPAQUE: [u8; Canvas::MAX as usize] = [255; Canvas::MAX as usize];

/// Alpha of what is covered by something solid at this opacity.
fn blend_up(alpha: &mut [u8], opacity: u8) {
    blend(alpha, 255, opacity);
}

/// A plane of a surface on its way to the same plane of a target.
struct Aside<'a> {
    surface: &'a Sheets,
    plane: PlaneOf,
    alpha: PlaneOf,
    mask: Option<(&'a Coverage, Rect)>,
    seen: Rect,
    opacity: u8,
}

impl Aside<'_> {
    fn paint(&self, target: &mut Plane<'_>) {
        let seen = self.seen;
        for y in seen.y..seen.bottom() {
            match self.mask {
                None => self.run(target, y, seen.x, seen.right()),
                Some((coverage, rect)) if (rect.y..rect.bottom()).contains(&y) => {
                    self.masked_row(target, y, coverage, rect);
                }
                Some(_) => {}
            }
        }
    }

    fn run(&self, target: &mut Plane<'_>, y: i32, from: i32, to: i32) {
        if self.surface.is_opaque {
            return self.opaque_run(target.run(y, from, to), y, from, to);
        }
        let (source, alpha) = (self.surface.run(self.plane, y, from, to), self.surface.run(self.alpha, y, from, to));
        match self.opacity {
            255 => over::over(target.run(y, from, to), source, alpha),
            opacity => faded::faded(target.run(y, from, to), source, alpha, opacity),
        }
    }

    fn opaque_run(&self, target: &mut [u8], y: i32, from: i32, to: i32) {
        if self.plane == self.alpha {
            return blend_up(target, self.opacity);
        }
        let source = self.surface.run(self.plane, y, from, to);
        match self.opacity {
            255 => target.copy_from_slice(source),
            opacity => fade::fade(target, source, opacity),
        }
    }

    fn masked_row(&self, target: &mut Plane<'_>, y: i32, coverage: &Coverage, rect: Rect) {
        let row = (y - rect.y) as usize;
        for span in coverage.row(row) {
            let Some((from, to)) = cut(span, rect, self.seen) else { continue };
            if span.kind == Kind::Opaque {
                self.run(target, y, from, to);
                continue;
            }
            let start = row * coverage.width + (from - rect.x) as usize;
            let mask = &coverage.alpha[start..start + (to - from) as usize];
            let opaque = &OPAQUE[..(to - from) as usize];
            let run = |plane| {
                if self.surface.is_opaque && plane == self.alpha { opaque } else { self.surface.run(plane, y, from, to) }
            };
            let (source, alpha) = (run(self.plane), run(self.alpha));
            masked::masked(target.run(y, from, to), source, alpha, mask, self.opacity);
        }
    }
}
