//! Who is asking: users with passwords, sessions of short access tokens and rotating refresh tokens, API tokens, and the wait
//! after failed logins. It says who someone is and in which role; what that role may do is the doors' business.
//!
//! Everything lies in one file, identity.json, which a running server and `marquee user …` may change side by side
//! (`register`). Requests read the newest book in memory; only changes wait for the disk.

mod accounts;
mod api_tokens;
mod bearer;
mod book;
mod caller;
mod error;
mod file;
#[cfg(any(test, feature = "fuzzing"))]
pub mod fuzz;
mod jwt;
mod lockout;
mod password;
mod register;
mod role;
mod secret;
mod sessions;

#[cfg(test)]
mod tests;

use std::fmt;
use std::path::Path;
use std::sync::{Arc, Mutex};

use crate::base::clock::Clock;

use lockout::Lockout;
use password::{Cost, Passwords};
use register::Register;

pub use accounts::UserView;
pub use api_tokens::TokenView;
pub use caller::{Caller, CallerKind};
pub use error::{IdentityError, Kind};
pub use role::Role;
pub use sessions::Session;

/// A cheap handle; all of them know the same.
#[derive(Clone)]
pub struct Identity(Arc<Parts>);

struct Parts {
    register: Arc<Register>,
    passwords: Passwords,
    /// A std mutex: it is held for a look at a table, never while something is awaited.
    lockout: Mutex<Lockout>,
}

impl Identity {
    /// `dir` is the data directory. Nothing is made there until something must be kept.
    pub fn open(dir: &Path, clock: Clock) -> Result<Identity, IdentityError> {
        Self::open_at_cost(dir, clock, Cost::CAREFUL)
    }

    fn open_at_cost(dir: &Path, clock: Clock, cost: Cost) -> Result<Identity, IdentityError> {
        let register = Arc::new(Register::open(dir, clock)?);
        Ok(Self(Arc::new(Parts { register, passwords: Passwords::new(cost), lockout: Mutex::default() })))
    }

    /// Neither users nor API tokens: the house is open to whoever is on this machine. Who else could reach it is for the caller
    /// to know.
    pub fn nobody_known(&self) -> bool {
        self.0.register.book().knows_nobody()
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity").finish_non_exhaustive()
    }
}
