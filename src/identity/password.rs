//! Passwords, as argon2id. Checking one is slow on purpose, so it happens on blocking threads, two at a time.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use argon2::password_hash::phc::{Output, ParamsString, PasswordHash, Salt};
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{ARGON2ID_IDENT, Algorithm, Argon2, Params, Version};
use serde::{Deserialize, Serialize};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::error::IdentityError;
use super::secret::random;

/// In characters. Shorter ones are guessed; longer ones are not typed.
pub const SHORTEST: usize = 8;
pub const LONGEST: usize = 256;

/// One would let a slow login hold up all others; more would take the machine away from the show.
const AT_ONCE: usize = 2;
/// Six seconds of work: whoever would wait longer than that is told so instead.
const MAY_WAIT: usize = 256;
const COME_BACK_AFTER: Duration = Duration::from_secs(1);

/// What guessing one password costs.
#[derive(Clone, Copy, Debug)]
pub struct Cost {
    kibibytes: u32,
    passes: u32,
}

impl Cost {
    /// About 50 ms on a common machine: nobody notices it at a login, and whoever stole the file tries twenty guesses a second
    /// where a plain hash would let them try millions. 19 MiB is what OWASP asks for at least, and two at once are still little.
    pub const CAREFUL: Cost = Cost { kibibytes: 19 * 1_024, passes: 3 };
    /// For tests that log in a hundred times.
    #[cfg(any(test, feature = "fuzzing"))]
    pub const NONE: Cost = Cost { kibibytes: 8, passes: 1 };
}

/// A PHC string: the hash with its salt and its cost.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct StoredPassword(String);

impl fmt::Debug for StoredPassword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StoredPassword(…)")
    }
}

/// The right to keep a processor busy with a password; it goes along to the thread that does, so that callers who hang up do
/// not make room for more.
pub struct Turn {
    _turn: OwnedSemaphorePermit,
    _place: OwnedSemaphorePermit,
}

pub struct Passwords {
    argon2: Argon2<'static>,
    /// Stands in for the hash of users that do not exist: nothing matches it, and finding that out takes as long.
    nobody: PasswordHash,
    turns: Arc<Semaphore>,
    places: Arc<Semaphore>,
}

impl Passwords {
    pub fn new(cost: Cost) -> Self {
        let params = Params::new(cost.kibibytes, cost.passes, 1, None).expect("the costs above are within argon2's limits");
        let nobody = PasswordHash {
            algorithm: ARGON2ID_IDENT,
            version: Some(Version::V0x13.into()),
            params: ParamsString::try_from(&params).expect("parameters have a text form"),
            salt: Some(Salt::new(&random::<16>()).expect("16 bytes are a salt")),
            hash: Some(Output::new(&random::<{ Params::DEFAULT_OUTPUT_LEN }>()).expect("32 bytes are an output")),
        };
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        Self { argon2, nobody, turns: Arc::new(Semaphore::new(AT_ONCE)), places: Arc::new(Semaphore::new(MAY_WAIT)) }
    }

    pub async fn turn(&self) -> Result<Turn, IdentityError> {
        let too_many = |_| IdentityError::TooManyLogins { retry_after: COME_BACK_AFTER };
        let place = self.places.clone().try_acquire_owned().map_err(too_many)?;
        let turn = self.turns.clone().acquire_owned().await.expect("the semaphore is never closed");
        Ok(Turn { _turn: turn, _place: place })
    }

    /// Slow; the caller has checked the password's length.
    pub fn hash(&self, password: &str) -> StoredPassword {
        let hash = self.argon2.hash_password(password.as_bytes());
        StoredPassword(hash.expect("a short password and fixed parameters can be hashed").to_string())
    }

    /// As slow for None, a user that does not exist, as for one who does.
    pub fn is_right(&self, stored: Option<&StoredPassword>, password: &str) -> bool {
        let known = stored.and_then(|stored| PasswordHash::new(&stored.0).ok());
        let matches = self.argon2.verify_password(password.as_bytes(), known.as_ref().unwrap_or(&self.nobody)).is_ok();
        matches && known.is_some()
    }
}

pub fn check_length(password: &str) -> Result<(), IdentityError> {
    let is_fine = (SHORTEST..=LONGEST).contains(&password.chars().count());
    if is_fine { Ok(()) } else { Err(IdentityError::WeakPassword) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_costs_what_somebody_costs() {
        let passwords = Passwords::new(Cost::CAREFUL);
        let known = PasswordHash::new(&passwords.hash("correct horse").0).unwrap();
        assert_eq!(known.algorithm, passwords.nobody.algorithm);
        assert_eq!(known.version, passwords.nobody.version);
        assert_eq!(known.params.to_string(), passwords.nobody.params.to_string());
        assert!(!passwords.is_right(None, "correct horse"));
    }

    #[test]
    fn a_password_is_known_again_and_no_other_is() {
        let passwords = Passwords::new(Cost::NONE);
        let stored = passwords.hash("correct horse");
        assert!(passwords.is_right(Some(&stored), "correct horse"));
        assert!(!passwords.is_right(Some(&stored), "correct hors"));
        assert_ne!(stored, passwords.hash("correct horse"), "each has a salt of its own");
        // What can not be read is nobody's password.
        assert!(!passwords.is_right(Some(&StoredPassword("plain".to_owned())), "plain"));
    }

    #[test]
    fn lengths_count_characters() {
        for (password, is_fine) in [("1234567", false), ("12345678", true), ("äöüßäöüß", true)] {
            assert_eq!(check_length(password).is_ok(), is_fine, "{password}");
        }
        assert!(check_length(&"ä".repeat(256)).is_ok());
        assert!(check_length(&"a".repeat(257)).is_err());
    }

    #[tokio::test]
    async fn two_at_once_and_a_bounded_queue() {
        let passwords = Passwords::new(Cost::NONE);
        let _first = passwords.turn().await.unwrap();
        let second = passwords.turn().await.unwrap();
        let mut waiting: Vec<_> = (2..MAY_WAIT).map(|_| Box::pin(passwords.turn())).collect();
        for turn in &mut waiting {
            assert!(futures_util::poll!(turn.as_mut()).is_pending());
        }
        assert!(matches!(passwords.turn().await, Err(IdentityError::TooManyLogins { .. })));
        drop(second);
        assert!(futures_util::poll!(waiting[0].as_mut()).is_ready());
    }
}
