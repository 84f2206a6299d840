//! What can be wrong with who someone says they are. No message repeats a password or a token, not even a wrong one: people
//! mistype their own, and messages end up in logs.

use std::path::Path;
use std::time::Duration;

use super::accounts::MAX_USERS;
use super::api_tokens::MAX_TOKENS;
use super::password::{LONGEST, SHORTEST};

#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum IdentityError {
    /// One error for an unknown user and for a wrong password, so that nobody learns who has an account here.
    #[error("the user name or the password is wrong")]
    InvalidCredentials,
    #[error("too many logins have failed: try again in {} s", whole_seconds(*.retry_after))]
    LockedOut { retry_after: Duration },
    #[error("too many logins are waiting: try again in {} s", whole_seconds(*.retry_after))]
    TooManyLogins { retry_after: Duration },
    #[error("this token has expired: refresh it, or log in again")]
    TokenExpired,
    #[error("this token has been revoked: log in again")]
    TokenRevoked,
    #[error("this is no token of this server: log in, or use an API token")]
    InvalidToken,
    #[error("only a login can be ended by logging out: an API token is revoked instead")]
    NoSession,
    #[error("there is no user {0:?}")]
    UserNotFound(String),
    #[error("there is already a user {0:?}; upper and lower case are the same")]
    UserExists(String),
    #[error("{0:?} is the last admin: make someone else an admin first")]
    LastAdmin(String),
    #[error("a user name has 1 to 64 letters (a-z, A-Z), digits, or any of _ - . @")]
    InvalidUserName,
    #[error("a password has {SHORTEST} to {LONGEST} characters")]
    WeakPassword,
    #[error("a role is one of viewer, operator, admin")]
    InvalidRole,
    #[error("there are {MAX_USERS} users, and no more are possible: remove one first")]
    TooManyUsers,
    #[error("an API token's name has 1 to 64 characters, in one line")]
    InvalidTokenName,
    #[error("an API token can only expire later than now")]
    InvalidExpiry,
    #[error("there is no API token with this id")]
    TokenNotFound,
    #[error("there are {MAX_TOKENS} API tokens, and no more are possible: revoke one first")]
    TooManyTokens,
    #[error("{path} can not be used: {why}")]
    Storage { path: String, why: String },
    #[error("{path} was written by a newer marquee (format {found}, this one knows {known}); nothing was touched")]
    NewerFormat { path: String, found: u64, known: u64 },
    #[error("this was broken off, because the server is going down")]
    BrokenOff,
}

/// Whose turn it is; the doors make a status of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Unauthorized,
    /// Come back after this long.
    TooMany(Duration),
    Invalid,
    NotFound,
    Conflict,
    Storage,
}

impl IdentityError {
    /// Stable: clients depend on it.
    pub fn code(&self) -> &'static str {
        match self {
            IdentityError::InvalidCredentials => "invalid_credentials",
            IdentityError::LockedOut { .. } => "locked_out",
            IdentityError::TooManyLogins { .. } => "too_many_logins",
            IdentityError::TokenExpired => "token_expired",
            IdentityError::TokenRevoked => "token_revoked",
            IdentityError::InvalidToken => "invalid_token",
            IdentityError::NoSession => "no_session",
            IdentityError::UserNotFound(_) => "user_not_found",
            IdentityError::UserExists(_) => "user_exists",
            IdentityError::LastAdmin(_) => "last_admin",
            IdentityError::InvalidUserName => "invalid_user_name",
            IdentityError::WeakPassword => "weak_password",
            IdentityError::InvalidRole => "invalid_role",
            IdentityError::TooManyUsers => "too_many_users",
            IdentityError::InvalidTokenName => "invalid_token_name",
            IdentityError::InvalidExpiry => "invalid_expiry",
            IdentityError::TokenNotFound => "token_not_found",
            IdentityError::TooManyTokens => "too_many_tokens",
            IdentityError::Storage { .. } | IdentityError::NewerFormat { .. } => "identity_storage",
            IdentityError::BrokenOff => "closing",
        }
    }

    pub fn kind(&self) -> Kind {
        match self {
            IdentityError::InvalidCredentials
            | IdentityError::TokenExpired
            | IdentityError::TokenRevoked
            | IdentityError::InvalidToken => Kind::Unauthorized,
            IdentityError::LockedOut { retry_after } | IdentityError::TooManyLogins { retry_after } => {
                Kind::TooMany(*retry_after)
            }
            IdentityError::InvalidUserName
            | IdentityError::WeakPassword
            | IdentityError::InvalidRole
            | IdentityError::InvalidTokenName
            | IdentityError::InvalidExpiry => Kind::Invalid,
            IdentityError::UserNotFound(_) | IdentityError::TokenNotFound => Kind::NotFound,
            IdentityError::UserExists(_)
            | IdentityError::LastAdmin(_)
            | IdentityError::NoSession
            | IdentityError::TooManyUsers
            | IdentityError::TooManyTokens => Kind::Conflict,
            IdentityError::Storage { .. } | IdentityError::NewerFormat { .. } | IdentityError::BrokenOff => Kind::Storage,
        }
    }

    pub(super) fn storage(path: &Path, why: impl ToString) -> Self {
        IdentityError::Storage { path: path.display().to_string(), why: why.to_string() }
    }
}

/// Rounded up: whoever comes back after the seconds they were told is let in.
fn whole_seconds(duration: Duration) -> u64 {
    duration.as_millis().div_ceil(1_000).try_into().unwrap_or(u64::MAX)
}
