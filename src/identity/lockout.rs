//! Who has to wait after failed logins. Kept in memory only: a restart forgives, and takes longer than the wait it forgives.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::time::Duration;

use crate::show::time::ShowTime;

use super::error::IdentityError;

/// Failures that are free: people mistype, and a crew behind one router has many people.
const FREE_PER_PAIR: u32 = 5;
const FREE_PER_ADDRESS: u32 = 20;

const SHORTEST_WAIT: Duration = Duration::from_secs(1);
/// Twelve guesses an hour are hopeless; a person who has remembered the password can wait this long.
const LONGEST_WAIT: Duration = Duration::from_secs(300);
/// Well over the longest wait. Without it an address would carry the slips of months.
const FORGOTTEN_AFTER: Duration = Duration::from_secs(3_600);

/// About a megabyte. The oldest goes, which only someone with thousands of addresses can bring about.
const MAX_ENTRIES: usize = 10_000;

/// A pair, so that a stranger can not lock out a user who sits elsewhere; the address alone, so that trying one password on
/// every name is stopped as well.
#[derive(Clone, PartialEq, Eq, Hash)]
enum Who {
    Pair(String, IpAddr),
    Address(IpAddr),
}

impl Who {
    fn free(&self) -> u32 {
        match self {
            Who::Pair(..) => FREE_PER_PAIR,
            Who::Address(_) => FREE_PER_ADDRESS,
        }
    }

    fn both(user: &str, from: IpAddr) -> [Who; 2] {
        let from = one_household(from);
        [Who::Pair(user.to_owned(), from), Who::Address(from)]
    }
}

/// Whoever has one IPv6 address has the other 2^64 of its network, too.
fn one_household(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX))),
        v4 => v4,
    }
}

struct Entry {
    failures: u32,
    last: ShowTime,
}

#[derive(Default)]
pub struct Lockout {
    entries: HashMap<Who, Entry>,
}

impl Lockout {
    /// `user` is the key of a user name, or empty for what can be no name.
    pub fn check(&self, user: &str, from: IpAddr, now: ShowTime) -> Result<(), IdentityError> {
        let left = |who: &Who| {
            let entry = self.entries.get(who).filter(|entry| !entry.is_forgotten(now))?;
            Some(wait_after(entry.failures, who.free()).saturating_sub(now.since(entry.last)))
        };
        match Who::both(user, from).iter().filter_map(left).max() {
            Some(retry_after) if !retry_after.is_zero() => Err(IdentityError::LockedOut { retry_after }),
            _ => Ok(()),
        }
    }

    pub fn failed(&mut self, user: &str, from: IpAddr, now: ShowTime) {
        for who in Who::both(user, from) {
            self.make_room_for(&who);
            let entry = self.entries.entry(who).or_insert(Entry { failures: 0, last: now });
            if entry.is_forgotten(now) {
                entry.failures = 0;
            }
            *entry = Entry { failures: entry.failures.saturating_add(1), last: now };
        }
    }

    /// Takes back what this user failed at from here, and no more: otherwise one good account would clear the way for guessing
    /// at all others.
    pub fn succeeded(&mut self, user: &str, from: IpAddr) {
        let [pair, address] = Who::both(user, from);
        let Some(Entry { failures, .. }) = self.entries.remove(&pair) else { return };
        if let Some(entry) = self.entries.get_mut(&address) {
            entry.failures = entry.failures.saturating_sub(failures);
        }
    }

    fn make_room_for(&mut self, who: &Who) {
        if self.entries.len() < MAX_ENTRIES || self.entries.contains_key(who) {
            return;
        }
        // Looking at all of them is short beside the password check that led here.
        let oldest = self.entries.iter().min_by_key(|(_, entry)| entry.last).map(|(who, _)| who.clone());
        if let Some(oldest) = oldest {
            self.entries.remove(&oldest);
        }
    }
}

impl Entry {
    fn is_forgotten(&self, now: ShowTime) -> bool {
        now.since(self.last) >= FORGOTTEN_AFTER
    }
}

fn wait_after(failures: u32, free: u32) -> Duration {
    match failures.checked_sub(free) {
        None => Duration::ZERO,
        Some(over) => SHORTEST_WAIT.saturating_mul(2_u32.saturating_pow(over)).min(LONGEST_WAIT),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(last: u8) -> IpAddr {
        IpAddr::from([192, 0, 2, last])
    }

    #[test]
    fn waits_double_up_to_five_minutes() {
        let waits: Vec<_> = (4..16).map(|failures| wait_after(failures, FREE_PER_PAIR).as_secs()).collect();
        assert_eq!(waits, [0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]);
        assert_eq!(wait_after(u32::MAX, FREE_PER_PAIR), LONGEST_WAIT);
    }

    #[test]
    fn the_table_keeps_its_bound_and_the_newest() {
        let mut lockout = Lockout::default();
        for number in 0..12_000 {
            lockout.failed(&format!("user{number}"), address((number % 250) as u8), ShowTime(number));
        }
        assert_eq!(lockout.entries.len(), MAX_ENTRIES);
        assert!(lockout.entries.contains_key(&Who::Pair("user11999".to_owned(), address((11_999 % 250) as u8))));
        assert!(!lockout.entries.contains_key(&Who::Pair("user0".to_owned(), address(0))));
    }

    #[test]
    fn one_network_is_one_address() {
        let home = |text: &str| one_household(text.parse().unwrap());
        assert_eq!(home("2001:db8::1"), home("2001:db8::ffff:2"));
        assert_ne!(home("2001:db8::1"), home("2001:db8:0:1::1"));
        assert_eq!(home("::ffff:192.0.2.1"), home("192.0.2.1"));
    }

    #[test]
    fn an_hour_without_a_failure_is_a_fresh_start() {
        let mut lockout = Lockout::default();
        for _ in 0..FREE_PER_PAIR + 3 {
            lockout.failed("bob", address(1), ShowTime(0));
        }
        let later = ShowTime(0).plus(FORGOTTEN_AFTER);
        lockout.failed("bob", address(1), later);
        assert_eq!(lockout.check("bob", address(1), later), Ok(()));
    }

    #[test]
    fn a_success_does_not_forgive_what_was_tried_on_others() {
        let mut lockout = Lockout::default();
        for number in 0..FREE_PER_ADDRESS {
            lockout.failed(&format!("user{number}"), address(1), ShowTime(0));
        }
        lockout.succeeded("user0", address(1));
        assert_eq!(lockout.check("user1", address(1), ShowTime(0)), Ok(()), "its own slip is taken back");
        lockout.failed("user1", address(1), ShowTime(0));
        lockout.succeeded("mallory", address(1));
        assert!(lockout.check("user1", address(1), ShowTime(0)).is_err());
    }
}
