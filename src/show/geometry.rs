//! Sizes and rectangles on the canvas, in whole pixels.

use serde::{Deserialize, Serialize};

/// The picture that is composed: always even in both directions, because its colour planes are half as large.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Canvas {
    pub width: u32,
    pub height: u32,
}

impl Canvas {
    pub const MIN: u32 = 64;
    /// 4K UHD is 3840 × 2160; DCI 4K is 4096 wide.
    pub const MAX: u32 = 4096;

    /// In the same proportions, at most `width` wide, never larger, and even.
    pub fn shrunk_to(self, width: u32) -> Canvas {
        let even = |length: u32, most: u32| length.min(most & !1).max(2);
        let width = even(width & !1, self.width);
        let half = (u64::from(width) * u64::from(self.height) + u64::from(self.width)) / (2 * u64::from(self.width.max(1)));
        Canvas { width, height: even(2 * u32::try_from(half).unwrap_or(1), self.height) }
    }

    pub fn bounds(self) -> Rect {
        Rect { x: 0, y: 0, width: self.width as i32, height: self.height as i32 }
    }
}

/// A rectangle in canvas pixels; it may lie partly or wholly outside the canvas.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Rect {
    pub x: i32,
    pub y: i32,
    pub width: i32,
    pub height: i32,
}

impl Rect {
    pub fn right(self) -> i32 {
        self.x + self.width
    }

    pub fn bottom(self) -> i32 {
        self.y + self.height
    }

    pub fn is_empty(self) -> bool {
        self.width <= 0 || self.height <= 0
    }

    pub fn intersection(self, other: Rect) -> Rect {
        let x = self.x.max(other.x);
        let y = self.y.max(other.y);
        let width = (self.right().min(other.right()) - x).max(0);
        let height = (self.bottom().min(other.bottom()) - y).max(0);
        Rect { x, y, width, height }
    }

    /// The smallest rectangle around both; an empty one adds nothing.
    pub fn union(self, other: Rect) -> Rect {
        if self.is_empty() {
            return other;
        }
        if other.is_empty() {
            return self;
        }
        let x = self.x.min(other.x);
        let y = self.y.min(other.y);
        Rect { x, y, width: self.right().max(other.right()) - x, height: self.bottom().max(other.bottom()) - y }
    }

    pub fn contains(self, other: Rect) -> bool {
        other.is_empty()
            || (self.x <= other.x && self.y <= other.y && self.right() >= other.right() && self.bottom() >= other.bottom())
    }

    /// Shrunk to even edges.
    pub fn even_inside(self) -> Rect {
        let (x, y) = ((self.x + 1) & !1, (self.y + 1) & !1);
        Rect { x, y, width: ((self.right() & !1) - x).max(0), height: ((self.bottom() & !1) - y).max(0) }
    }

    /// The same with so much more on every side.
    pub fn grown(self, margin: i32) -> Rect {
        let Rect { x, y, width, height } = self;
        Rect { x: x - margin, y: y - margin, width: width + 2 * margin, height: height + 2 * margin }
    }

    /// Grown to even edges, so that it covers whole chroma samples.
    pub fn even(self) -> Rect {
        let x = self.x & !1;
        let y = self.y & !1;
        Rect { x, y, width: ((self.right() + 1) & !1) - x, height: ((self.bottom() + 1) & !1) - y }
    }
}
