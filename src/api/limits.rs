//! How often each client may ask, and how many requests are worked on at once.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::access::Class;
use super::error::ApiError;
use crate::base::clock::Clock;
use crate::show::time::ShowTime;

/// What a client may do: so much at once, and then one more each time this long has passed.
struct Allowance {
    burst: u32,
    every: Duration,
}

/// None where nothing is counted.
fn allowance(class: Class) -> Option<Allowance> {
    let (burst, every) = match class {
        Class::Free => return None,
        Class::Read => (1_000, Duration::from_millis(5)),
        // A slider that is dragged sends sixty a second; two of them are steered with both hands.
        Class::Write | Class::Part => (1_000, Duration::from_millis(5)),
        Class::Heavy => (60, Duration::from_millis(50)),
        // Passwords are guessed by asking often; people mistype theirs a few times.
        Class::Login => (10, Duration::from_secs(5)),
    };
    Some(Allowance { burst, every })
}

/// Clients that are remembered. Each is some hundred bytes, and forgotten once its allowance is full again.
const MOST_CLIENTS: usize = 10_000;
/// Somebody who waits longer for their turn should hear that the server is busy.
const PATIENCE: Duration = Duration::from_secs(2);
/// A Raspberry Pi has four slow cores and the show to paint.
const IN_FLIGHT_ON_A_PI: usize = 12;
const IN_FLIGHT: usize = 64;
const RECEIVING: usize = 64;

/// Whom requests are counted to: a user wherever they are, and strangers by address.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Client {
    Named(String),
    At(IpAddr),
}

impl Client {
    pub fn at(address: IpAddr) -> Self {
        Client::At(household(address))
    }
}

/// Of the newer addresses a household has billions, which begin alike.
pub fn household(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V6(v6) if v6.to_ipv4_mapped().is_none() => {
            let [a, b, c, d, ..] = v6.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
        other => other.to_canonical(),
    }
}

#[derive(Clone)]
pub struct Limits(Arc<Inner>);

struct Inner {
    /// None: nothing is counted.
    factor: Option<f64>,
    clock: Clock,
    /// When each client's allowance is full again.
    full_at: Mutex<HashMap<(Client, Class), ShowTime>>,
    working: Arc<Semaphore>,
    /// Uploads and pictures take long; they do not keep others from asking.
    working_hard: Arc<Semaphore>,
    /// Somebody with a slow line keeps nobody else from sending.
    receiving: Arc<Semaphore>,
    /// Strangers log in, and may take their time over it.
    logging_in: Arc<Semaphore>,
    patience: Duration,
}

impl Limits {
    pub fn new(factor: Option<f64>, in_flight: Option<usize>, clock: Clock) -> Self {
        Self::with_patience(factor, in_flight, clock, PATIENCE)
    }

    fn with_patience(factor: Option<f64>, in_flight: Option<usize>, clock: Clock, patience: Duration) -> Self {
        let in_flight = in_flight.unwrap_or_else(|| if is_raspberry_pi() { IN_FLIGHT_ON_A_PI } else { IN_FLIGHT });
        Self(Arc::new(Inner {
            factor,
            clock,
            full_at: Mutex::default(),
            working: Arc::new(Semaphore::new(in_flight)),
            working_hard: Arc::new(Semaphore::new(in_flight.div_ceil(2))),
            receiving: Arc::new(Semaphore::new(RECEIVING)),
            logging_in: Arc::new(Semaphore::new(in_flight)),
            patience,
        }))
    }

    /// Counts one request, or says how long to wait.
    pub fn count(&self, client: Client, class: Class) -> Result<(), ApiError> {
        let (Some(factor), Some(Allowance { burst, every })) = (self.0.factor, allowance(class)) else { return Ok(()) };
        let every = every.div_f64(factor);
        let now = self.0.clock.now();
        let mut full_at = self.0.full_at.lock().unwrap_or_else(PoisonError::into_inner);
        if full_at.len() >= MOST_CLIENTS {
            full_at.retain(|_, full| *full > now);
            if full_at.len() >= MOST_CLIENTS {
                tracing::warn!("more clients than can be counted: all begin anew");
                full_at.clear();
            }
        }
        let full = full_at.entry((client, class)).or_insert(now);
        let owed = full.since(now);
        let most = every * (burst - 1);
        if owed > most {
            return Err(ApiError::RateLimited { retry_after: owed - most });
        }
        *full = now.plus(owed + every);
        Ok(())
    }

    /// A turn to work; what is asked for waits for it, but not for ever.
    pub async fn turn(&self, class: Class) -> Result<Option<OwnedSemaphorePermit>, ApiError> {
        let turns = match class {
            Class::Free => return Ok(None),
            Class::Heavy => &self.0.working_hard,
            Class::Part => &self.0.receiving,
            Class::Login => &self.0.logging_in,
            Class::Read | Class::Write => &self.0.working,
        };
        match tokio::time::timeout(self.0.patience, turns.clone().acquire_owned()).await {
            Ok(Ok(turn)) => Ok(Some(turn)),
            _ => Err(ApiError::Busy),
        }
    }
}

fn is_raspberry_pi() -> bool {
    std::fs::read_to_string("/proc/device-tree/model").is_ok_and(|model| model.contains("Raspberry Pi"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits(factor: Option<f64>) -> (Limits, Clock) {
        let clock = Clock::manual(ShowTime(1_000_000));
        (Limits::with_patience(factor, Some(2), clock.clone(), Duration::from_millis(10)), clock)
    }

    fn somebody() -> Client {
        Client::at("192.0.2.1".parse().expect("an address"))
    }

    #[test]
    fn a_burst_is_allowed_and_then_one_at_a_time() {
        let (limits, clock) = limits(Some(1.0));
        for _ in 0..10 {
            limits.count(somebody(), Class::Login).expect("allowed");
        }
        let Err(ApiError::RateLimited { retry_after }) = limits.count(somebody(), Class::Login) else { panic!("too many") };
        assert_eq!(retry_after, Duration::from_secs(5));
        limits.count(somebody(), Class::Read).expect("another class");
        limits.count(Client::at("192.0.2.2".parse().expect("an address")), Class::Login).expect("another client");
        clock.set(ShowTime(1_000_000).plus(retry_after));
        limits.count(somebody(), Class::Login).expect("allowed again");
        assert!(limits.count(somebody(), Class::Login).is_err());
    }

    #[test]
    fn a_factor_is_generous_and_off_is_off() {
        let (generous, _) = limits(Some(100.0));
        let (off, _) = limits(None);
        (0..10).for_each(|_| generous.count(somebody(), Class::Login).expect("allowed"));
        let Err(ApiError::RateLimited { retry_after }) = generous.count(somebody(), Class::Login) else {
            panic!("too many")
        };
        assert_eq!(retry_after, Duration::from_millis(50));
        (0..10_000).for_each(|_| off.count(somebody(), Class::Login).expect("allowed"));
    }

    #[test]
    fn a_household_is_one_client() {
        let at = |text: &str| Client::at(text.parse().expect("an address"));
        assert_eq!(at("2001:db8:1:2::3"), at("2001:db8:1:2:ffff::4"));
        assert_ne!(at("2001:db8:1:2::3"), at("2001:db8:1:3::3"));
        assert_eq!(at("::ffff:192.0.2.1"), somebody());
    }

    #[test]
    fn the_table_of_clients_has_an_end() {
        let (limits, _) = limits(Some(1.0));
        for number in 0..MOST_CLIENTS * 2 {
            limits.count(Client::Named(number.to_string()), Class::Read).expect("allowed");
        }
        assert!(limits.0.full_at.lock().expect("not poisoned").len() <= MOST_CLIENTS);
    }

    #[tokio::test]
    async fn who_waits_too_long_hears_that_the_server_is_busy() {
        let (limits, _) = limits(None);
        let held = [limits.turn(Class::Read).await, limits.turn(Class::Write).await];
        assert!(held.iter().all(Result::is_ok));
        assert!(matches!(limits.turn(Class::Read).await, Err(ApiError::Busy)));
        assert!(limits.turn(Class::Free).await.is_ok() && limits.turn(Class::Heavy).await.is_ok());
        drop(held);
        assert!(limits.turn(Class::Read).await.is_ok());
    }
}
