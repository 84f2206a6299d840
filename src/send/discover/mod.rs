//! Controllers that run WLED tell the network that they are there, by multicast DNS: this listens for a while and lists them.

mod found;
#[cfg(test)]
mod tests;

use std::time::Duration;

use mdns_sd::{DaemonEvent, ServiceDaemon, ServiceEvent};

pub use found::{Found, FoundList};

pub const SERVICE: &str = "_wled._tcp.local.";
/// Whoever has not answered by then is not there.
const LONGEST: Duration = Duration::from_secs(60);

#[derive(Debug, thiserror::Error)]
#[error("the network can not be searched: {0}")]
pub struct DiscoverError(#[from] mdns_sd::Error);

/// Takes as long as it is given, whatever is found. `clock` tells microseconds.
pub fn wled(search: Duration, clock: impl Fn() -> i64) -> Result<Vec<Found>, DiscoverError> {
    let daemon = ServiceDaemon::new()?;
    let found = browse(&daemon, search, clock);
    // it ends with the last that knows it, too
    daemon.shutdown().ok();
    found
}

fn browse(daemon: &ServiceDaemon, search: Duration, clock: impl Fn() -> i64) -> Result<Vec<Found>, DiscoverError> {
    let (troubles, events) = (daemon.monitor()?, daemon.browse(SERVICE)?);
    let (began, search) = (clock(), search.min(LONGEST));
    let left = || search.saturating_sub(Duration::from_micros(clock().saturating_sub(began).max(0).unsigned_abs()));
    let mut list = FoundList::default();
    while !left().is_zero() {
        match events.recv_timeout(left()) {
            Ok(ServiceEvent::ServiceResolved(service)) => list.add(Found::read(&service)),
            Ok(_) => (),
            Err(_) => break,
        }
    }
    // on a machine with several networks one of them may well not work
    let trouble =
        troubles.try_iter().find_map(|event| if let DaemonEvent::Error(error) = event { Some(error) } else { None });
    match trouble {
        Some(error) if list.is_empty() => Err(error.into()),
        _ => Ok(list.sorted()),
    }
}
