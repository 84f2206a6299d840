//! Which parts of a picture differ from what a display shows, so that a slow one is sent only those.

#[cfg(test)]
mod tests;

use crate::show::geometry::Rect;

/// Pixels of a tile, across and down.
const TILE: (usize, usize) = (32, 16);
/// As many rectangles as are told of one picture; beyond that, some are drawn together.
pub const MOST: usize = 16;

/// What the display shows, and where the newest picture differs from it.
pub struct Damage {
    width: usize,
    height: usize,
    pixel: usize,
    shown: Vec<u8>,
    /// Nobody knows what the display shows.
    is_unknown: bool,
    /// Of one row of tiles: which have changed.
    changed: Vec<bool>,
    rects: Vec<Rect>,
}

impl Damage {
    /// Of pictures whose rows follow each other without gaps.
    pub fn new((width, height): (u32, u32), bytes_of_pixel: usize) -> Self {
        let (width, height) = (width as usize, height as usize);
        let shown = vec![0; width.saturating_mul(height).saturating_mul(bytes_of_pixel)];
        let changed = vec![false; width.div_ceil(TILE.0)];
        Self { width, height, pixel: bytes_of_pixel, shown, is_unknown: true, changed, rects: Vec::with_capacity(MOST + 1) }
    }

    /// What was told of the last picture may not have come to the display.
    pub fn forget(&mut self) {
        self.is_unknown = true;
    }

    /// Where the picture differs from the one before.
    pub fn find(&mut self, picture: &[u8]) -> &[Rect] {
        self.rects.clear();
        if picture.len() != self.shown.len() || picture.is_empty() {
            return &self.rects;
        }
        if std::mem::take(&mut self.is_unknown) {
            self.shown.copy_from_slice(picture);
            self.rects.push(rect(0, 0, self.width, self.height));
            return &self.rects;
        }
        let band = self.width * self.pixel * TILE.1;
        for (index, (now, shown)) in picture.chunks(band).zip(self.shown.chunks_mut(band)).enumerate() {
            if now == shown {
                continue;
            }
            compare(now, shown, self.width * self.pixel, TILE.0 * self.pixel, &mut self.changed);
            shown.copy_from_slice(now);
            let top = index * TILE.1;
            let rows = TILE.1.min(self.height - top);
            for (first, end) in Runs(&self.changed, 0) {
                let (left, right) = (first * TILE.0, (end * TILE.0).min(self.width));
                gather(&mut self.rects, rect(left, top, right - left, rows));
            }
        }
        merge_what_overlaps(&mut self.rects);
        &self.rects
    }
}

fn compare(now: &[u8], shown: &[u8], row: usize, tile: usize, changed: &mut [bool]) {
    changed.fill(false);
    for (now, shown) in now.chunks(row).zip(shown.chunks(row)) {
        for ((now, shown), changed) in now.chunks(tile).zip(shown.chunks(tile)).zip(&mut *changed) {
            *changed |= now != shown;
        }
    }
}

/// First and end of each run of what is true, looked for from a place on.
struct Runs<'a>(&'a [bool], usize);

impl Iterator for Runs<'_> {
    type Item = (usize, usize);

    fn next(&mut self) -> Option<(usize, usize)> {
        let rest = self.0.get(self.1..)?;
        let first = rest.iter().position(|changed| *changed)?;
        let length = rest.iter().skip(first).take_while(|changed| **changed).count();
        let run = (self.1 + first, self.1 + first + length);
        self.1 = run.1;
        Some(run)
    }
}

/// Adds one: to what it continues downwards, or by itself, or where it costs the fewest pixels.
fn gather(rects: &mut Vec<Rect>, new: Rect) {
    let continued = |rect: &&mut Rect| rect.x == new.x && rect.width == new.width && rect.y + rect.height == new.y;
    if let Some(above) = rects.iter_mut().find(continued) {
        above.height += new.height;
    } else if rects.len() < MOST {
        rects.push(new);
    } else if let Some(nearest) = rects.iter_mut().min_by_key(|rect| area(around(**rect, new)) - area(**rect)) {
        *nearest = around(*nearest, new);
    }
}

/// Growing may have made them cover each other; what they share should not be sent twice.
fn merge_what_overlaps(rects: &mut Vec<Rect>) {
    let pairs = |rects: &[Rect]| {
        let after = |index: usize| index + 1..rects.len();
        (0..rects.len()).flat_map(|first| after(first).map(move |second| (first, second))).find(|(first, second)| {
            matches!((rects.get(*first), rects.get(*second)), (Some(one), Some(other)) if overlap(*one, *other))
        })
    };
    while let Some((first, second)) = pairs(rects) {
        let other = rects.swap_remove(second);
        if let Some(one) = rects.get_mut(first) {
            *one = around(*one, other);
        }
    }
}

fn overlap(one: Rect, other: Rect) -> bool {
    let apart =
        |start: i32, length: i32, other: i32, other_length: i32| start + length <= other || other + other_length <= start;
    !apart(one.x, one.width, other.x, other.width) && !apart(one.y, one.height, other.y, other.height)
}

fn around(one: Rect, other: Rect) -> Rect {
    let (x, y) = (one.x.min(other.x), one.y.min(other.y));
    let right = (one.x + one.width).max(other.x + other.width);
    let bottom = (one.y + one.height).max(other.y + other.height);
    Rect { x, y, width: right - x, height: bottom - y }
}

fn area(rect: Rect) -> i64 {
    i64::from(rect.width) * i64::from(rect.height)
}

fn rect(x: usize, y: usize, width: usize, height: usize) -> Rect {
    let number = |value: usize| i32::try_from(value).unwrap_or(i32::MAX);
    Rect { x: number(x), y: number(y), width: number(width), height: number(height) }
}
