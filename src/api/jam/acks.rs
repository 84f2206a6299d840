//! Operations that are done, in their order, until what they led to has been told.

use std::collections::VecDeque;

pub struct Acks<T>(VecDeque<(T, u64)>);

impl<T> Default for Acks<T> {
    fn default() -> Self {
        Self(VecDeque::new())
    }
}

impl<T> Acks<T> {
    pub fn add(&mut self, name: T, seq: u64) {
        self.0.push_back((name, seq));
    }

    /// Those that can be told along with everything up to `told`.
    pub fn take(&mut self, told: u64) -> Vec<(T, u64)> {
        let due = self.0.iter().take_while(|(_, seq)| *seq <= told).count();
        self.0.drain(..due).collect()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
