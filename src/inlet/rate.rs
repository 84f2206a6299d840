//! So many a second and no more: what a flood costs is bounded by this and not by who sends it.

use super::SECOND;

pub struct Rate {
    most: u32,
    since: i64,
    came: u32,
}

impl Rate {
    pub fn new(most: u32) -> Self {
        Self { most, since: i64::MIN, came: 0 }
    }

    /// Whether one more is within bounds.
    pub fn allows(&mut self, now: i64) -> bool {
        if now.saturating_sub(self.since) >= SECOND || now < self.since {
            (self.since, self.came) = (now, 0);
        }
        let allowed = self.came < self.most;
        self.came = self.came.saturating_add(1);
        allowed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_second_has_so_many() {
        let mut rate = Rate::new(3);
        let mut allowed = |now| (0..10).filter(|_| rate.allows(now)).count();
        assert_eq!(allowed(5 * SECOND), 3);
        assert_eq!(allowed(6 * SECOND - 1), 0);
        assert_eq!(allowed(6 * SECOND), 3);
        assert_eq!(allowed(0), 3, "a clock that was put back stops nothing");
        assert_eq!(allowed(i64::MAX), 3);
        assert_eq!(allowed(i64::MIN), 3);
    }
}
