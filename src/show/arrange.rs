//! Where a layout puts its layers: in a row, a column, a grid, or one large and the others small in a corner.
//!
//! Pure, so that whoever decides and whoever paints find the same places. When a layer comes or goes, the decision keeps where
//! the others were (`Moved`), and the picture lets them glide from there.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::ids::LayerId;
use super::look::Anchor;
use super::time::ShowTime;

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Arrange {
    #[serde(default)]
    pub order: Order,
    /// Between the layers, in pixels.
    #[serde(default)]
    #[schemars(range(min = 0, max = 1024))]
    pub gap: f64,
    /// Around them.
    #[serde(default)]
    #[schemars(range(min = 0, max = 1024))]
    pub padding: f64,
    /// Of a grid; 0 finds the number that leaves the largest places.
    #[serde(default)]
    #[schemars(range(min = 0, max = 64))]
    pub columns: u32,
    /// Width divided by height of each place of a grid, where all of them are to have the same; 0 fills the box.
    #[serde(default)]
    #[schemars(range(min = 0, max = 10))]
    pub ratio: f64,
    /// Where the small ones of a picture-in-picture stand.
    #[serde(default = "bottom_right")]
    pub corner: Anchor,
    /// Their width, as a part of the box.
    #[serde(default = "quarter")]
    #[schemars(range(min = 0.05, max = 0.9))]
    pub inset: f64,
    /// How long layers take to glide to their places when one comes or goes.
    #[serde(default = "glide")]
    #[schemars(range(min = 0, max = 10_000))]
    pub glide_ms: u32,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    Row,
    Column,
    #[default]
    Grid,
    /// The lowest fills the box, the others stand small in a corner.
    PictureInPicture,
}

/// A place in a layout, in pixels of its box.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Slot {
    pub x: f64,
    pub y: f64,
    pub width: f64,
    pub height: f64,
}

/// How the layers stood before the layout changed, and when it did.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Moved {
    #[schemars(with = "i64")]
    pub since: ShowTime,
    pub arrange: Arrange,
    /// Those that were seen, in their order.
    pub layers: Vec<LayerId>,
    /// They were on their way then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Arc<Moved>>,
}

/// More changes than this within a glide: the oldest are taken as finished.
const MOST_GLIDES: usize = 4;

impl Moved {
    /// The layout changes at `now`; until then it was arranged so.
    pub fn new(now: ShowTime, arrange: Arrange, layers: Vec<LayerId>, before: Option<&Arc<Moved>>) -> Moved {
        let before = before.filter(|before| before.progress(arrange.glide_ms, now) < 1.0);
        let before = before.map(|before| Arc::new(before.shortened(MOST_GLIDES - 1)));
        Moved { since: now, arrange, layers, before }
    }

    fn shortened(&self, length: usize) -> Moved {
        let before = self.before.as_ref().filter(|_| length > 1);
        Moved { before: before.map(|before| Arc::new(before.shortened(length - 1))), ..self.clone() }
    }

    /// From 0 to 1, softly.
    fn progress(&self, glide_ms: u32, at: ShowTime) -> f64 {
        if glide_ms == 0 {
            return 1.0;
        }
        let part = (at.since(self.since).as_secs_f64() * 1_000.0 / f64::from(glide_ms)).min(1.0);
        part * part * (3.0 - 2.0 * part)
    }

    pub fn is_under_way(&self, glide_ms: u32, at: ShowTime) -> bool {
        self.progress(glide_ms, at) < 1.0
    }

    fn slot(&self, id: &LayerId, size: (f64, f64), at: ShowTime) -> Option<Slot> {
        let index = self.layers.iter().position(|layer| layer == id);
        let here = index.map(|index| self.arrange.slot(index, self.layers.len(), size.0, size.1));
        glided(here, self.before.as_deref(), self.arrange.glide_ms, id, size, at)
    }
}

fn glided(
    here: Option<Slot>,
    moved: Option<&Moved>,
    glide_ms: u32,
    id: &LayerId,
    size: (f64, f64),
    at: ShowTime,
) -> Option<Slot> {
    let Some(moved) = moved else { return here };
    let part = moved.progress(glide_ms, at);
    if part >= 1.0 {
        return here;
    }
    match (moved.slot(id, size, at), here) {
        (Some(before), Some(here)) => Some(before.towards(here, part)),
        (None, Some(here)) => Some(here.vanished().towards(here, part)),
        (Some(before), None) => Some(before.towards(before.vanished(), part)),
        (None, None) => None,
    }
}

fn bottom_right() -> Anchor {
    Anchor::BottomRight
}

fn quarter() -> f64 {
    0.25
}

fn glide() -> u32 {
    400
}

impl Default for Arrange {
    fn default() -> Self {
        Self {
            order: Order::Grid,
            gap: 0.0,
            padding: 0.0,
            columns: 0,
            ratio: 0.0,
            corner: bottom_right(),
            inset: quarter(),
            glide_ms: glide(),
        }
    }
}

impl Slot {
    /// What it becomes on the way to another.
    pub fn towards(self, other: Slot, part: f64) -> Slot {
        let mix = |from: f64, to: f64| from + (to - from) * part;
        Slot {
            x: mix(self.x, other.x),
            y: mix(self.y, other.y),
            width: mix(self.width, other.width),
            height: mix(self.height, other.height),
        }
    }

    /// Nothing of it, in its middle: how a layer comes and goes.
    pub fn vanished(self) -> Slot {
        Slot { x: self.x + self.width / 2.0, y: self.y + self.height / 2.0, width: 0.0, height: 0.0 }
    }
}

impl Arrange {
    /// The place of one of `count` layers in a box of this size.
    pub fn slot(&self, index: usize, count: usize, width: f64, height: f64) -> Slot {
        let inner = Slot {
            x: self.padding,
            y: self.padding,
            width: (width - 2.0 * self.padding).max(0.0),
            height: (height - 2.0 * self.padding).max(0.0),
        };
        let count = count.max(1);
        match self.order {
            Order::Row => self.cell(inner, index, count, count, 1),
            Order::Column => self.cell(inner, index, count, 1, count),
            Order::Grid => {
                let columns = self.columns_for(count, inner);
                self.cell(inner, index, count, columns, count.div_ceil(columns))
            }
            Order::PictureInPicture if index == 0 => inner,
            Order::PictureInPicture => self.inset_slot(inner, index - 1),
        }
    }

    /// Where a layer is at an instant. `seat` is its place among those that are seen, and how many these are; a layer that is
    /// not seen any more may still be on its way out.
    pub fn slot_at(
        &self,
        seat: (Option<usize>, usize),
        moved: Option<&Moved>,
        id: &LayerId,
        size: (f64, f64),
        at: ShowTime,
    ) -> Option<Slot> {
        let here = seat.0.map(|index| self.slot(index, seat.1, size.0, size.1));
        glided(here, moved, self.glide_ms, id, size, at)
    }

    fn columns_for(&self, count: usize, inner: Slot) -> usize {
        if self.columns > 0 {
            return (self.columns as usize).min(count);
        }
        // Pictures are mostly 16:9: the number of columns for which such a picture becomes largest.
        let fitting = |columns: usize| {
            let rows = count.div_ceil(columns) as f64;
            (inner.width / columns as f64).min(inner.height / rows * 16.0 / 9.0)
        };
        (1..=count).max_by(|one, other| fitting(*one).total_cmp(&fitting(*other)).then(other.cmp(one))).unwrap_or(1)
    }

    fn cell(&self, inner: Slot, index: usize, count: usize, columns: usize, rows: usize) -> Slot {
        let side = |whole: f64, parts: usize| ((whole - self.gap * (parts as f64 - 1.0)) / parts as f64).max(0.0);
        let (mut width, mut height) = (side(inner.width, columns), side(inner.height, rows));
        if self.ratio > 0.0 {
            (width, height) = (width.min(height * self.ratio), height.min(width / self.ratio));
        }
        let (column, row) = (index % columns, index / columns);
        // The last row may have fewer: it stands in the middle.
        let in_row = if row + 1 == rows { count - columns * (rows - 1) } else { columns };
        let extent = |side: f64, parts: usize| side * parts as f64 + self.gap * (parts as f64 - 1.0);
        let left = inner.x + (inner.width - extent(width, in_row)) / 2.0;
        let top = inner.y + (inner.height - extent(height, rows)) / 2.0;
        Slot { x: left + column as f64 * (width + self.gap), y: top + row as f64 * (height + self.gap), width, height }
    }

    /// Small ones follow each other along the side, towards the middle of the box.
    fn inset_slot(&self, inner: Slot, index: usize) -> Slot {
        let (width, height) = (inner.width * self.inset, inner.height * self.inset);
        let (across, down) = self.corner.place();
        let x = inner.x + (inner.width - width) * across;
        let y = inner.y + (inner.height - height) * down;
        let step = (height + self.gap) * index as f64;
        Slot { x, y: if down > 0.5 { y - step } else { y + step }, width, height }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(json: &str, count: usize, expected: &[[f64; 4]]) {
        let arrange: Arrange = serde_json::from_str(json).expect("an arrangement");
        let slots = (0..count).map(|index| arrange.slot(index, count, 1600.0, 900.0));
        let found: Vec<_> = slots.map(|slot| [slot.x, slot.y, slot.width, slot.height].map(f64::round)).collect();
        assert_eq!(found, expected, "{json}");
    }

    #[test]
    fn layers_get_their_places() {
        check(r#"{"order":"row","gap":100}"#, 2, &[[0.0, 0.0, 750.0, 900.0], [850.0, 0.0, 750.0, 900.0]]);
        check(r#"{"order":"column","padding":50}"#, 2, &[[50.0, 50.0, 1500.0, 400.0], [50.0, 450.0, 1500.0, 400.0]]);
        check("{}", 3, &[[0.0, 0.0, 800.0, 450.0], [800.0, 0.0, 800.0, 450.0], [400.0, 450.0, 800.0, 450.0]]);
        check(r#"{"ratio":1,"columns":2}"#, 2, &[[0.0, 50.0, 800.0, 800.0], [800.0, 50.0, 800.0, 800.0]]);
        check(
            r#"{"order":"picture_in_picture","padding":20,"gap":10}"#,
            3,
            &[[20.0, 20.0, 1560.0, 860.0], [1190.0, 665.0, 390.0, 215.0], [1190.0, 440.0, 390.0, 215.0]],
        );
    }

    #[test]
    fn layers_glide_when_one_comes_or_goes() {
        let arrange = Arrange { order: Order::Row, ..Arrange::default() };
        let ids: Vec<LayerId> = ["a", "b"].iter().map(|id| LayerId::new(id).expect("an id")).collect();
        let (size, start) = ((1000.0, 100.0), ShowTime(5_000_000));
        let x = |seat, moved: &Moved, id: &LayerId, ms: i64| {
            let at = ShowTime(start.0 + ms * 1_000);
            arrange.slot_at(seat, Some(moved), id, size, at).map(|slot| slot.x.round())
        };
        // `b` comes beside `a`.
        let moved = Moved::new(start, arrange, ids[..1].to_vec(), None);
        let width = |ms: i64| {
            let at = ShowTime(start.0 + ms * 1_000);
            arrange.slot_at((Some(0), 2), Some(&moved), &ids[0], size, at).map(|slot| slot.width)
        };
        assert_eq!([width(0), width(200), width(400), width(9_000)], [1000.0, 750.0, 500.0, 500.0].map(Some));
        assert_eq!([x((Some(1), 2), &moved, &ids[1], 0), x((Some(1), 2), &moved, &ids[1], 400)], [Some(750.0), Some(500.0)]);
        // Before it is there, it goes again: nothing jumps.
        let back = Arc::new(moved);
        let again = Moved::new(ShowTime(start.0 + 200_000), arrange, ids.clone(), Some(&back));
        let before = x((Some(1), 2), &back, &ids[1], 200);
        assert_eq!(x((None, 1), &again, &ids[1], 200), before);
        assert_eq!(x((None, 1), &again, &ids[1], 600), None);
        let many = (0..20).fold(again, |moved, _| Moved::new(start, arrange, ids.clone(), Some(&Arc::new(moved))));
        let depth = std::iter::successors(Some(&many), |moved| moved.before.as_deref()).count();
        assert!(depth <= MOST_GLIDES);
    }

    #[test]
    fn any_number_of_layers_has_places_within_the_box() {
        for order in ["row", "column", "grid", "picture_in_picture"] {
            let arrange: Arrange = serde_json::from_str(&format!(r#"{{"order":"{order}"}}"#)).expect("an arrangement");
            for count in 0..40 {
                for index in 0..count {
                    let slot = arrange.slot(index, count, 160.0, 90.0);
                    assert!(
                        slot.width >= 0.0 && slot.x >= -0.01 && slot.x + slot.width <= 160.01,
                        "{order} {count} {index}"
                    );
                }
            }
        }
    }
}
