//! The universes of one frame: a frame is whole when all have come, and is shown as it is if some do not.

/// Nothing waits longer for what is missing: a source may send only what has changed.
pub const PATIENCE: i64 = 20_000;

pub struct Round {
    came: Vec<bool>,
    missing: usize,
    /// When the first came.
    since: Option<i64>,
}

impl Round {
    pub fn new(universes: usize) -> Self {
        Self { came: vec![false; universes], missing: universes, since: None }
    }

    /// Whether this one has come already: then it belongs to the next frame.
    pub fn has(&self, universe: usize) -> bool {
        self.came.get(universe).is_some_and(|came| *came)
    }

    /// True if that was the last one.
    pub fn come(&mut self, universe: usize, now: i64) -> bool {
        self.since.get_or_insert(now);
        if let Some(came) = self.came.get_mut(universe).filter(|came| !**came) {
            *came = true;
            self.missing = self.missing.saturating_sub(1);
        }
        self.missing == 0
    }

    pub fn begin(&mut self) {
        self.came.fill(false);
        self.missing = self.came.len();
        self.since = None;
    }

    pub fn waits(&self) -> bool {
        self.since.is_some()
    }

    pub fn is_overdue(&self, now: i64) -> bool {
        self.since.is_some_and(|since| now.saturating_sub(since) >= PATIENCE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_is_whole_when_all_of_it_came_in_whatever_order() {
        let mut round = Round::new(3);
        for _ in 0..2 {
            assert!(!round.come(2, 0));
            assert!(!round.come(0, 0));
            assert!(round.has(2) && !round.has(1));
            assert!(!round.come(2, 0), "twice is once");
            assert!(round.come(1, 0));
            round.begin();
            assert!(!round.waits());
        }
    }

    #[test]
    fn it_waits_for_so_long_from_the_first_on() {
        let mut round = Round::new(2);
        assert!(!round.is_overdue(i64::MAX), "nothing waits");
        round.come(0, 100);
        round.come(0, 10_000);
        assert!(!round.is_overdue(20_099));
        assert!(round.is_overdue(20_100));
    }

    #[test]
    fn what_is_no_universe_of_it_completes_nothing() {
        let mut round = Round::new(1);
        assert!(!round.come(1, 0));
        assert!(!round.has(7));
        assert!(round.come(0, 0));
    }
}
