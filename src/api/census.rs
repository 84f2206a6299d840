//! How many listen to what, right now.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};

#[derive(Clone, Default)]
pub struct Census(Arc<Mutex<BTreeMap<String, usize>>>);

impl Census {
    fn counts(&self) -> MutexGuard<'_, BTreeMap<String, usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn view(&self) -> Value {
        json!(*self.counts())
    }

    /// Somebody who is in no room yet.
    pub fn somebody(&self) -> Present {
        Present { census: self.clone(), rooms: Vec::new() }
    }
}

/// Counted in its rooms until dropped.
pub struct Present {
    census: Census,
    rooms: Vec<String>,
}

impl Present {
    /// These are the rooms that it is in now.
    pub fn is_in(&mut self, rooms: impl IntoIterator<Item = impl Into<String>>) {
        let rooms: Vec<String> = rooms.into_iter().map(Into::into).collect();
        let mut counts = self.census.counts();
        for left in std::mem::take(&mut self.rooms) {
            if let Some(count) = counts.get_mut(&left) {
                *count -= 1;
                if *count == 0 {
                    counts.remove(&left);
                }
            }
        }
        rooms.iter().for_each(|room| *counts.entry(room.clone()).or_default() += 1);
        drop(counts);
        self.rooms = rooms;
    }
}

impl Drop for Present {
    fn drop(&mut self) {
        self.is_in([] as [String; 0]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_leaves_is_counted_no_more() {
        let census = Census::default();
        let (mut one, mut other) = (census.somebody(), census.somebody());
        one.is_in(["wifi", "progress"]);
        other.is_in(["wifi"]);
        assert_eq!(census.view(), json!({ "progress": 1, "wifi": 2 }));
        one.is_in(["dashboard"]);
        drop(other);
        assert_eq!(census.view(), json!({ "dashboard": 1 }));
    }
}
