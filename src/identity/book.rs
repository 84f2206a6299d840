//! The book of who is known here: pure data, as it lies in identity.json. What may be done to it stands in `accounts`,
//! `sessions` and `api_tokens`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::show::time::ShowTime;

use super::error::IdentityError;
use super::jwt::SigningKey;
use super::password::StoredPassword;
use super::role::Role;
use super::secret::Digest;

/// Of the format. A server that meets a higher one leaves the file alone.
pub const VERSION: u64 = 1;

/// Unknown fields are refused, because writing the book back would lose them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Book {
    pub v: u64,
    pub key: SigningKey,
    /// By name in lower case, so that `Bob` and `bob` can not both be.
    pub users: BTreeMap<String, User>,
    pub sessions: BTreeMap<String, StoredSession>,
    pub tokens: BTreeMap<String, ApiToken>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct User {
    /// As it was first written.
    pub name: String,
    pub role: Role,
    pub password: StoredPassword,
    pub created_at: ShowTime,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StoredSession {
    /// The key of its user.
    pub user: String,
    pub created_at: ShowTime,
    /// Moves on with every refresh.
    pub expires_at: ShowTime,
    /// Of the refresh token that is good now.
    pub refresh: Digest,
    /// Those that were good until a moment ago: whoever shows one may have missed the answer that replaced it.
    pub replaced: Vec<Replaced>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Replaced {
    pub refresh: Digest,
    pub at: ShowTime,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApiToken {
    pub name: String,
    pub role: Role,
    pub secret: Digest,
    pub created_at: ShowTime,
    pub expires_at: Option<ShowTime>,
    pub created_by: String,
}

impl Book {
    /// Empty, with a key of its own that is kept once there is something to keep.
    pub fn new() -> Self {
        let key = SigningKey::new();
        Self { v: VERSION, key, users: BTreeMap::new(), sessions: BTreeMap::new(), tokens: BTreeMap::new() }
    }

    pub fn knows_nobody(&self) -> bool {
        self.users.is_empty() && self.tokens.is_empty()
    }

    /// Drops sessions that have run out and those of users that are gone.
    pub fn purge(&mut self, now: ShowTime) {
        let Self { users, sessions, .. } = self;
        sessions.retain(|_, session| session.expires_at > now && users.contains_key(&session.user));
    }
}

/// The key of a user name: checked, and in lower case.
pub fn user_key(name: &str) -> Result<String, IdentityError> {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.@".contains(&byte);
    // 64 fits an address of most mail systems and a column of a page.
    let is_fine = (1..=64).contains(&name.len()) && name.bytes().all(is_allowed);
    if is_fine { Ok(name.to_ascii_lowercase()) } else { Err(IdentityError::InvalidUserName) }
}
