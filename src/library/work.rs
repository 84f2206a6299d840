//! How many threads are at work on files that may never let go of them: a thread can not be stopped from outside, so where too many
//! are, no more are begun.

use std::sync::atomic::{AtomicUsize, Ordering};

pub struct Work(&'static AtomicUsize);

impl Work {
    /// None where as many are at work.
    pub fn begin(at_work: &'static AtomicUsize, most: usize) -> Option<Work> {
        if at_work.fetch_add(1, Ordering::Relaxed) >= most {
            at_work.fetch_sub(1, Ordering::Relaxed);
            return None;
        }
        Some(Work(at_work))
    }
}

impl Drop for Work {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_free_again_when_the_work_is_done() {
        static AT_WORK: AtomicUsize = AtomicUsize::new(0);
        let begin = || Work::begin(&AT_WORK, 2);
        let (first, second) = (begin(), begin());
        assert!(first.is_some() && second.is_some() && begin().is_none());
        drop(first);
        let third = begin();
        assert!(third.is_some() && begin().is_none());
        drop((second, third));
        assert_eq!(AT_WORK.load(Ordering::Relaxed), 0);
    }
}
