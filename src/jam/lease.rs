//! Devices that several nodes of a jam could light: one of them does, until it goes.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Longer names are no device's.
const LONGEST: usize = 200;
/// Devices of one node.
const MOST: usize = 512;

/// Who lights what. A connection is known by its number.
#[derive(Clone, Default)]
pub struct Leases(Arc<Mutex<HashMap<String, u64>>>);

impl Leases {
    /// What this node may light of what it wants: all that no other one has. What it does not want any more is free.
    pub fn claim(&self, node: u64, wanted: &[String]) -> Vec<String> {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        held.retain(|device, holder| *holder != node || wanted.contains(device));
        let mut granted = Vec::new();
        for device in wanted.iter().filter(|device| device.len() <= LONGEST).take(MOST) {
            if *held.entry(device.clone()).or_insert(node) == node {
                granted.push(device.clone());
            }
        }
        granted
    }

    pub fn release(&self, node: u64) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).retain(|_, holder| *holder != node);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn one_node_lights_a_device_until_it_goes() {
        let leases = Leases::default();
        assert_eq!(leases.claim(1, &names(&["a", "b"])), names(&["a", "b"]));
        assert_eq!(leases.claim(2, &names(&["b", "c"])), names(&["c"]));
        assert_eq!(leases.claim(1, &names(&["a"])), names(&["a"]));
        assert_eq!(leases.claim(2, &names(&["b", "c"])), names(&["b", "c"]));
        leases.release(2);
        assert_eq!(leases.claim(1, &names(&["a", "b", "c"])), names(&["a", "b", "c"]));
    }
}
