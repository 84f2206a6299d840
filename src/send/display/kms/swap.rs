//! Two buffers in turn: the one that is written next has not got what changed in the picture before.

use crate::send::display::damage::MOST;
use crate::show::geometry::Rect;

pub struct Swap {
    back: usize,
    /// What changed in the picture that is seen now.
    older: Vec<Rect>,
}

impl Swap {
    pub fn new() -> Self {
        Self { back: 0, older: Vec::with_capacity(MOST) }
    }

    /// Which buffer is written next.
    pub fn back(&self) -> usize {
        self.back
    }

    /// What has to be written to it for a picture with this damage.
    pub fn stale<'a>(&'a self, damage: &'a [Rect]) -> impl Iterator<Item = Rect> + 'a {
        self.older.iter().chain(damage).copied()
    }

    /// It was written, and is seen.
    pub fn swap(&mut self, damage: &[Rect]) {
        self.older.clear();
        self.older.extend_from_slice(damage);
        self.back = 1 - self.back.min(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::send::display::damage::Damage;
    use crate::send::display::part::Part;

    #[test]
    fn both_buffers_show_the_newest_picture_when_it_is_their_turn() {
        let size = (100, 40);
        let mut picture = vec![0_u8; 4_000];
        let mut buffers = [vec![9; 4_000], vec![9; 4_000]];
        let (mut damage, mut swap) = (Damage::new(size, 1), Swap::new());
        for turn in 0..20 {
            picture[turn * 197 % 4_000] ^= 0xff;
            let damage = damage.find(&picture);
            let back = &mut buffers[swap.back()];
            for part in swap.stale(damage).filter_map(|rect| Part::of(rect, size)) {
                part.copy(1, (&picture, 100), (back, 100));
            }
            assert_eq!(*back, picture, "turn {turn}");
            swap.swap(damage);
        }
    }
}
