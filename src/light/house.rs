//! All lights together, as they come and go: which states are seen at a time.

use super::zone::Entry;
use crate::show::light::house::{House, HouseState};
use crate::show::time::ShowTime;

/// Oldest first; each but the first comes in over the one before.
#[derive(Default)]
pub struct HouseStage(Vec<(Option<Entry>, HouseState)>);

impl HouseStage {
    pub fn new(house: &House) -> Self {
        let mut states = vec![(house.before.as_ref().map(|before| Entry::of(before)), house.state)];
        let mut before = house.before.as_ref();
        while let Some(inner) = before {
            states.push((inner.before.as_ref().map(|before| Entry::of(before)), inner.was));
            before = inner.before.as_ref();
        }
        states.reverse();
        Self(states)
    }

    /// Those that are seen, and when each came in; the first one lies below the others.
    pub fn seen(&self, at: ShowTime) -> &[(Option<Entry>, HouseState)] {
        let is_all_there = |(entry, _): &(Option<Entry>, _)| entry.is_none_or(|entry| entry.progress(at) >= 1.0);
        let first = self.0.iter().rposition(is_all_there).unwrap_or(0);
        self.0.get(first..).unwrap_or_default()
    }
}
