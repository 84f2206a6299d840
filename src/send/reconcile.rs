//! The difference between what runs and what should: pure. Starting up is the same with nothing running.

use std::collections::BTreeMap;

#[derive(Debug, PartialEq, Eq)]
pub struct Plan<Id> {
    pub stop: Vec<Id>,
    /// Runs, with another specification.
    pub restart: Vec<Id>,
    pub start: Vec<Id>,
}

pub fn reconcile<Id: Ord + Clone, Spec: PartialEq>(running: &BTreeMap<Id, Spec>, desired: &BTreeMap<Id, Spec>) -> Plan<Id> {
    let stop = running.keys().filter(|id| !desired.contains_key(id)).cloned().collect();
    let differs = |(id, spec): &(&Id, &Spec)| running.get(id).is_some_and(|present| present != *spec);
    let restart = desired.iter().filter(differs).map(|(id, _)| id.clone()).collect();
    let start = desired.keys().filter(|id| !running.contains_key(id)).cloned().collect();
    Plan { stop, restart, start }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn carrying_out_the_plan_leads_to_what_is_desired(
            running in proptest::collection::btree_map(0_u8..8, 0_u8..3, 0..8),
            desired in proptest::collection::btree_map(0_u8..8, 0_u8..3, 0..8),
        ) {
            let plan = reconcile(&running, &desired);
            let untouched = running.iter().filter(|(id, spec)| desired.get(id) == Some(spec)).count();
            let mut result = running.clone();
            plan.stop.iter().for_each(|id| assert!(result.remove(id).is_some()));
            plan.restart.iter().for_each(|id| assert!(result.insert(*id, desired[id]).is_some()));
            plan.start.iter().for_each(|id| assert!(result.insert(*id, desired[id]).is_none()));
            prop_assert_eq!(&result, &desired);
            prop_assert_eq!(plan.restart.len() + plan.start.len() + untouched, desired.len(), "nothing else is touched");
        }
    }
}
