//! Which parts of a buffer differ from what is to be shown: a few rectangles, found by comparing lists.

use super::list::{Item, Source};
use crate::show::geometry::Rect;

/// More would cost more in walking the list than they save in pixels.
const MOST_RECTS: usize = 16;

/// So many items further on what is alike again is looked for. A meter's steps are fewer.
const FAR: usize = 32;

/// Even-aligned rectangles within the canvas. They may touch and overlap: each is painted from the ground up.
#[derive(Default)]
pub struct Damage {
    rects: [Rect; MOST_RECTS],
    count: usize,
}

impl Damage {
    pub fn whole(canvas: Rect) -> Damage {
        let mut damage = Damage::default();
        damage.add(canvas, canvas);
        damage
    }

    pub fn rects(&self) -> &[Rect] {
        &self.rects[..self.count]
    }

    /// Pixels to paint.
    pub fn area(&self) -> i64 {
        self.rects().iter().map(|rect| area(*rect)).sum()
    }

    fn add(&mut self, rect: Rect, canvas: Rect) {
        let mut rect = rect.intersection(canvas).even();
        if rect.is_empty() {
            return;
        }
        // Joining makes a rectangle larger, and then it may join with more.
        while let Some(index) = self.rects().iter().position(|other| is_worth_joining(*other, rect)) {
            rect = rect.union(self.take(index));
        }
        if self.count == MOST_RECTS {
            rect = rect.union(self.take(self.closest(rect)));
        }
        self.rects[self.count] = rect;
        self.count += 1;
    }

    fn take(&mut self, index: usize) -> Rect {
        let rect = self.rects[index];
        self.count -= 1;
        self.rects[index] = self.rects[self.count];
        rect
    }

    fn closest(&self, rect: Rect) -> usize {
        let growth = |index: &usize| area(self.rects[*index].union(rect)) - area(self.rects[*index]);
        (0..self.count).min_by_key(growth).unwrap_or(0)
    }
}

fn area(rect: Rect) -> i64 {
    i64::from(rect.width) * i64::from(rect.height)
}

fn is_worth_joining(one: Rect, other: Rect) -> bool {
    area(one.union(other)) <= area(one) + area(other)
}

/// What must be painted so that a buffer that holds `old` shows `new`.
pub fn between(old: &[Item], new: &[Item], canvas: Rect) -> Damage {
    let mut damage = Damage::default();
    if old.len() == new.len() {
        for (old, new) in old.iter().zip(new) {
            add_difference(old, new, canvas, &mut damage);
        }
        return damage;
    }
    let (mut old, mut new) = (old, new);
    while let ([was, old_rest @ ..], [is, new_rest @ ..]) = (old, new) {
        if was == is {
            (old, new) = (old_rest, new_rest);
            continue;
        }
        // Something came or went: a little later they are alike again.
        let gone = old.iter().take(FAR).position(|item| item == is);
        let come = new.iter().take(FAR).position(|item| item == was);
        match (gone, come) {
            (None, None) => {
                add_difference(was, is, canvas, &mut damage);
                (old, new) = (old_rest, new_rest);
            }
            (Some(gone), come) if come.is_none_or(|come| gone <= come) => {
                old[..gone].iter().for_each(|item| damage.add(item.clip, canvas));
                old = &old[gone..];
            }
            (_, come) => {
                let come = come.unwrap_or(0);
                new[..come].iter().for_each(|item| damage.add(item.clip, canvas));
                new = &new[come..];
            }
        }
    }
    old.iter().chain(new).for_each(|item| damage.add(item.clip, canvas));
    damage
}

fn add_difference(old: &Item, new: &Item, canvas: Rect, damage: &mut Damage) {
    if old == new {
        return;
    }
    let (a, b) = (old.clip, new.clip);
    let of = |item: &Item| (item.source, item.opacity, item.blend, item.mask);
    let same_fill = matches!(old.source, Source::Fill(_)) && of(old) == of(new);
    let same_rows = a.y == b.y && a.height == b.height;
    let same_columns = a.x == b.x && a.width == b.width;
    let overlap = !a.intersection(b).is_empty();
    if same_fill && same_rows && overlap {
        // A plain rectangle that moved or grew sideways differs at its two ends only.
        damage.add(Rect { x: a.x.min(b.x), width: (a.x - b.x).abs(), ..a }, canvas);
        damage.add(Rect { x: a.right().min(b.right()), width: (a.right() - b.right()).abs(), ..a }, canvas);
    } else if same_fill && same_columns && overlap {
        damage.add(Rect { y: a.y.min(b.y), height: (a.y - b.y).abs(), ..a }, canvas);
        damage.add(Rect { y: a.bottom().min(b.bottom()), height: (a.bottom() - b.bottom()).abs(), ..a }, canvas);
    } else {
        damage.add(a, canvas);
        damage.add(b, canvas);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::picture::yuv::Yuv;
    use crate::show::look::Blend;

    const CANVAS: Rect = Rect { x: 0, y: 0, width: 1000, height: 500 };

    fn rect(x: i32, y: i32, width: i32, height: i32) -> Rect {
        Rect { x, y, width, height }
    }

    fn item(rect: Rect) -> Item {
        let (blend, mask) = (Blend::Normal, None);
        Item { source: Source::Fill(Yuv::BLACK), rect, clip: rect, opacity: 255, blend, mask, solid: rect }
    }

    #[track_caller]
    fn check(old: &[Rect], new: &[Rect], expected: &[Rect]) {
        let items = |rects: &[Rect]| rects.iter().copied().map(item).collect::<Vec<_>>();
        assert_eq!(between(&items(old), &items(new), CANVAS).rects(), expected);
    }

    #[test]
    fn only_what_differs_is_damaged() {
        let (a, b, c) = (rect(0, 0, 10, 10), rect(100, 100, 10, 10), rect(201, 201, 9, 9));
        check(&[a, b], &[a, b], &[]);
        check(&[a, b], &[a, c], &[b, rect(200, 200, 10, 10)]);
        check(&[a, b], &[a, c, b], &[rect(200, 200, 10, 10)]);
        check(&[a, c, b], &[a, b], &[rect(200, 200, 10, 10)]);
        check(&[c, a, b, a], &[a, b], &[rect(200, 200, 10, 10), a]);
        check(&[a], &[rect(4, 0, 10, 10)], &[rect(0, 0, 4, 10), rect(10, 0, 4, 10)]);
        check(&[a], &[rect(0, 4, 10, 12)], &[rect(0, 0, 10, 4), rect(0, 10, 10, 6)]);
        check(&[a], &[rect(-50, -50, 10, 10)], &[a]);
    }

    #[test]
    fn many_small_rectangles_become_few_and_nothing_is_lost() {
        let mut damage = Damage::default();
        let all: Vec<_> = (0..90).map(|index| rect(index * 11, index * 5, 3, 3)).collect();
        for rect in &all {
            damage.add(*rect, CANVAS);
        }
        assert!(damage.rects().len() <= MOST_RECTS);
        for lost in all {
            let lost = lost.intersection(CANVAS);
            assert!(damage.rects().iter().any(|rect| rect.contains(lost)), "{lost:?}");
        }
    }
}
