//! How many connections there may be at once: altogether, and from one address.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use super::limits::household;

/// Clients at once, per port. A thousand viewers are planned for; what is more would take the file descriptors that
/// destinations and the journal need.
const MOST: usize = 4_096;

#[derive(Clone)]
pub struct Places {
    most: usize,
    taken: Arc<Mutex<Taken>>,
}

#[derive(Default)]
struct Taken {
    all: usize,
    by_address: HashMap<IpAddr, usize>,
}

/// Given back when it is dropped.
pub struct Place {
    address: IpAddr,
    taken: Arc<Mutex<Taken>>,
}

impl Places {
    /// At most a quarter of the file descriptors that the process may open, for each of the two ports.
    /// Or as many as somebody says who has made room for them.
    pub fn for_this_process(said: Option<usize>) -> Self {
        let limits = std::fs::read_to_string("/proc/self/limits").unwrap_or_default();
        let files = limits.lines().find_map(|line| line.strip_prefix("Max open files"));
        let soft = files.and_then(|line| line.split_whitespace().next()?.parse::<usize>().ok());
        let usual = soft.map_or(MOST, |soft| (soft / 4).clamp(16, MOST));
        Self::new(said.unwrap_or(usual))
    }

    pub fn new(most: usize) -> Self {
        Self { most, taken: Arc::default() }
    }

    /// Nobody waits for a place: one who is let in and never served could not tell why. One address gets half of them, so that
    /// it can not shut out everybody else; a proxy on this machine speaks for many and may have all.
    pub fn take(&self, address: IpAddr) -> Option<Place> {
        let address = household(address);
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let share = if address.is_loopback() { self.most } else { self.most.div_ceil(2) };
        let own = taken.by_address.get(&address).copied().unwrap_or(0);
        if taken.all >= self.most || own >= share {
            return None;
        }
        taken.all += 1;
        *taken.by_address.entry(address).or_default() += 1;
        Some(Place { address, taken: self.taken.clone() })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        taken.all -= 1;
        let left = taken.by_address.get_mut(&self.address).map(|own| {
            *own -= 1;
            *own
        });
        if left == Some(0) {
            taken.by_address.remove(&self.address);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_address_gets_half_and_places_come_back() {
        let places = Places::new(4);
        let [one, other, local] = ["192.0.2.1", "192.0.2.2", "127.0.0.1"].map(|text| text.parse().expect("an address"));
        let held = [places.take(one), places.take(one)];
        assert!(held.iter().all(Option::is_some) && places.take(one).is_none());
        let second = places.take(other);
        assert!(second.is_some());
        let third = places.take(local);
        assert!(third.is_some() && places.take(local).is_none(), "all are taken");
        drop(held);
        assert!(places.take(one).is_some());
        drop((second, third));
        assert!(places.taken.lock().expect("not poisoned").by_address.is_empty());
    }
}
