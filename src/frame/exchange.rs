//! Between one who makes and one who takes, when only the newest counts: buffers go round, nothing is allocated, nobody waits.

use std::sync::Arc;

use crossbeam_queue::ArrayQueue;

/// One being made, one that is the newest, one being read, and one to spare.
const BUFFERS: usize = 4;

pub struct Exchange<T> {
    newest: ArrayQueue<Box<T>>,
    spare: ArrayQueue<Box<T>>,
}

impl<T: Default> Exchange<T> {
    pub fn new() -> Arc<Self> {
        let spare = ArrayQueue::new(BUFFERS);
        while spare.push(Box::default()).is_ok() {}
        Arc::new(Self { newest: ArrayQueue::new(1), spare })
    }

    /// A buffer to fill: what was in it before is still there. The one that waits to be taken is newer news, but it is about to be
    /// replaced anyway. None if whoever takes has not given back any.
    pub fn buffer(&self) -> Option<Box<T>> {
        self.spare.pop().or_else(|| self.newest.pop())
    }

    /// Says whether one was dropped that nobody has taken.
    pub fn put(&self, made: Box<T>) -> bool {
        match self.newest.force_push(made) {
            Some(dropped) => {
                self.give_back(dropped);
                true
            }
            None => false,
        }
    }

    pub fn take(&self) -> Option<Box<T>> {
        self.newest.pop()
    }

    pub fn give_back(&self, buffer: Box<T>) {
        // There are never more than there are places.
        let _ = self.spare.push(buffer);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_newest_is_taken_and_buffers_go_round() {
        let exchange = Exchange::<Vec<u8>>::new();
        let mut dropped = 0;
        for number in 0..100_u8 {
            let mut buffer = exchange.buffer().unwrap();
            buffer.clear();
            buffer.push(number);
            dropped += usize::from(exchange.put(buffer));
        }
        let taken = exchange.take().unwrap();
        assert_eq!((taken[0], dropped), (99, 99));
        assert!(exchange.take().is_none());
        exchange.give_back(taken);
    }

    #[test]
    fn whoever_takes_and_keeps_stops_nobody_for_long() {
        let exchange = Exchange::<u8>::new();
        let put = || {
            let buffer = exchange.buffer();
            buffer.map(|buffer| exchange.put(buffer))
        };
        let mut kept = Vec::new();
        for _ in 0..BUFFERS {
            assert!(put().is_some());
            kept.extend(exchange.take());
        }
        assert!(put().is_none(), "all buffers are out");
        exchange.give_back(kept.pop().unwrap());
        assert_eq!(put(), Some(false));
    }
}
