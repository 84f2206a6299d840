//! A house of its own for every test: a directory, a clock that is turned by hand, and passwords that cost nothing.
//! A new test goes into the file of what it is about.

mod accounts;
mod api_tokens;
mod bearers;
mod lockout;
mod secrecy;
mod sessions;
mod sharing;
mod storage;

use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use tempfile::TempDir;

use crate::base::clock::Clock;
use crate::show::time::ShowTime;

use super::password::Cost;
use super::{Caller, Identity, IdentityError, Role, Session};

const HOME: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1));
const PASSWORD: &str = "correct horse";

/// Half a second after a whole one, so that rounding shows.
const START: ShowTime = ShowTime(1_800_000_000_500_000);

struct House {
    dir: TempDir,
    clock: Clock,
    identity: Identity,
}

impl House {
    fn new() -> Self {
        let (dir, clock) = (tempfile::tempdir().unwrap(), Clock::manual(START));
        let identity = Identity::open_at_cost(dir.path(), clock.clone(), Cost::NONE).unwrap();
        Self { dir, clock, identity }
    }

    /// With `ada`, an admin, and `bob`, an operator.
    async fn with_users() -> Self {
        let house = Self::new();
        house.identity.add_user("ada", PASSWORD, Role::Admin).await.unwrap();
        house.identity.add_user("bob", PASSWORD, Role::Operator).await.unwrap();
        house
    }

    /// Another process on the same directory, or the same one after a restart.
    fn another(&self) -> Identity {
        Identity::open_at_cost(self.dir.path(), self.clock.clone(), Cost::NONE).unwrap()
    }

    fn turn(&self, by: Duration) {
        self.clock.set(self.clock.now().plus(by));
    }

    fn file(&self) -> PathBuf {
        self.dir.path().join("identity.json")
    }

    async fn login(&self, user: &str) -> Session {
        self.identity.login(user, PASSWORD, HOME).await.unwrap()
    }

    async fn caller(&self, user: &str) -> Caller {
        self.identity.identify(&self.login(user).await.access_token).unwrap()
    }

    fn names(&self) -> Vec<String> {
        names(&self.identity)
    }
}

fn names(identity: &Identity) -> Vec<String> {
    identity.users().into_iter().map(|user| user.name).collect()
}

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn days(days: u64) -> Duration {
    seconds(days * 24 * 3_600)
}

#[track_caller]
fn code<T: std::fmt::Debug>(result: Result<T, IdentityError>) -> &'static str {
    result.expect_err("it is refused").code()
}
