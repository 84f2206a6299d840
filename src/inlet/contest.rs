//! Several senders of one thing: who is there, whose packets count, and in which order they come.

use super::order::{Numbers, Order, Step};

/// A component's id, or an address.
pub type Who = [u8; 16];

/// More are not heard: somebody who invents senders must not fill the memory, nor drive out those who are there.
pub const MOST_SENDERS: usize = 16;

pub struct Contest {
    numbers: &'static Numbers,
    /// Who was silent for longer is gone.
    patience: i64,
    senders: Vec<Sender>,
    /// Whose packets count; nobody's alone if the latest always do.
    holder: Option<Who>,
}

struct Sender {
    who: Who,
    priority: u8,
    heard: i64,
    order: Order,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It counts. So many before it never came.
    Heard {
        missing: u8,
    },
    /// Somebody of a higher priority is there, or somebody of the same was there before.
    Outranked {
        missing: u8,
    },
    Late,
    /// There are too many already.
    Crowded,
}

impl Contest {
    pub fn new(numbers: &'static Numbers, patience: i64) -> Self {
        Self { numbers, patience, senders: Vec::new(), holder: None }
    }

    /// The highest priority counts. Of several with the same it is the one that was first, so that lights do not flicker.
    pub fn rank(&mut self, who: Who, priority: u8, number: u8, now: i64) -> Verdict {
        let missing = match self.meet(who, priority, number, now) {
            Verdict::Heard { missing } => missing,
            other => return other,
        };
        let best = self.senders.iter().map(|sender| sender.priority).max().unwrap_or(0);
        let is_best = |holder: &Who| self.senders.iter().any(|sender| sender.who == *holder && sender.priority == best);
        if !self.holder.is_some_and(|holder| is_best(&holder)) {
            self.holder = (priority == best).then_some(who);
        }
        if self.holder == Some(who) { Verdict::Heard { missing } } else { Verdict::Outranked { missing } }
    }

    /// The latest counts, whoever it is from.
    pub fn hear(&mut self, who: Who, number: u8, now: i64) -> Verdict {
        self.meet(who, 0, number, now)
    }

    fn meet(&mut self, who: Who, priority: u8, number: u8, now: i64) -> Verdict {
        self.forget(now);
        let index = match self.senders.iter().position(|sender| sender.who == who) {
            Some(index) => index,
            None if self.senders.len() >= MOST_SENDERS => return Verdict::Crowded,
            None => {
                self.senders.push(Sender { who, priority, heard: now, order: Order::default() });
                self.senders.len() - 1
            }
        };
        let Some(sender) = self.senders.get_mut(index) else { return Verdict::Crowded };
        match sender.order.take(number, self.numbers) {
            Step::Late => Verdict::Late,
            Step::Next { missing } => {
                (sender.heard, sender.priority) = (now, priority);
                Verdict::Heard { missing }
            }
        }
    }

    fn forget(&mut self, now: i64) {
        let patience = self.patience;
        self.senders.retain(|sender| is_there(sender, now, patience));
        if self.holder.is_some_and(|holder| !self.senders.iter().any(|sender| sender.who == holder)) {
            self.holder = None;
        }
    }

    /// Somebody goes, without waiting to be forgotten.
    pub fn leave(&mut self, who: Who) {
        self.senders.retain(|sender| sender.who != who);
        self.holder = self.holder.filter(|holder| *holder != who);
    }

    /// So many are there.
    pub fn senders(&self, now: i64) -> usize {
        self.senders.iter().filter(|sender| is_there(sender, now, self.patience)).count()
    }

    #[cfg(any(test, feature = "fuzzing"))]
    pub fn room(&self) -> usize {
        self.senders.capacity()
    }
}

fn is_there(sender: &Sender, now: i64, patience: i64) -> bool {
    now.saturating_sub(sender.heard) <= patience
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inlet::SECOND;
    use crate::inlet::order;

    const ONE: Who = [1; 16];
    const TWO: Who = [2; 16];
    const HEARD: Verdict = Verdict::Heard { missing: 0 };
    const OUTRANKED: Verdict = Verdict::Outranked { missing: 0 };

    fn contest() -> Contest {
        Contest::new(&order::SACN, 5 * SECOND / 2)
    }

    #[test]
    fn the_highest_priority_counts_until_it_is_gone() {
        let mut contest = contest();
        assert_eq!(contest.rank(ONE, 100, 0, 0), HEARD);
        assert_eq!(contest.rank(TWO, 150, 0, 1), HEARD);
        assert_eq!(contest.rank(ONE, 100, 1, 2), OUTRANKED);
        assert_eq!(contest.rank(ONE, 100, 2, 2_500_001), OUTRANKED, "for so long it may be silent");
        assert_eq!(contest.rank(ONE, 100, 3, 2_500_002), HEARD);
    }

    #[test]
    fn who_leaves_or_gives_way_makes_room_at_once() {
        let mut contest = contest();
        contest.rank(TWO, 150, 0, 0);
        assert_eq!(contest.rank(ONE, 100, 0, 1), OUTRANKED);
        contest.leave(TWO);
        assert_eq!(contest.rank(ONE, 100, 1, 2), HEARD);
        assert_eq!(contest.rank(TWO, 150, 9, 3), HEARD);
        assert_eq!(contest.rank(TWO, 50, 10, 4), OUTRANKED);
        assert_eq!(contest.rank(ONE, 100, 2, 5), HEARD);
    }

    #[test]
    fn of_the_same_priority_the_first_stays() {
        let mut contest = contest();
        for time in 0..10 {
            assert_eq!(contest.rank(ONE, 100, time, time.into()), HEARD);
            assert_eq!(contest.rank(TWO, 100, time, time.into()), OUTRANKED);
        }
    }

    #[test]
    fn each_has_numbers_of_its_own_and_somebody_who_comes_back_begins_anew() {
        let mut contest = contest();
        assert_eq!(contest.hear(ONE, 10, 0), HEARD);
        assert_eq!(contest.hear(TWO, 200, 0), HEARD);
        assert_eq!(contest.hear(ONE, 13, 0), Verdict::Heard { missing: 2 });
        assert_eq!(contest.hear(ONE, 12, 0), Verdict::Late);
        assert_eq!(contest.hear(ONE, 12, 3 * SECOND), HEARD);
    }

    #[test]
    fn more_than_so_many_are_neither_heard_nor_remembered() {
        let mut contest = contest();
        for sender in 0..=u8::MAX {
            let wanted = if usize::from(sender) < MOST_SENDERS { HEARD } else { Verdict::Crowded };
            assert_eq!(contest.hear([sender; 16], 0, 0), wanted);
        }
        assert_eq!(contest.senders(0), MOST_SENDERS);
        assert_eq!(contest.senders(3 * SECOND), 0, "they are silent");
        assert!(contest.room() <= MOST_SENDERS);
        assert_eq!(contest.hear([200; 16], 0, 3 * SECOND), HEARD, "when others have gone");
    }
}
