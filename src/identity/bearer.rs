//! Who a bearer is, for every request: a signature or a digest, and a look into the book in memory. No argon2, and the disk only
//! when the file has changed.

use crate::show::time::ShowTime;

use super::Identity;
use super::book::{ApiToken, Book, User};
use super::caller::{Caller, Proof};
use super::error::IdentityError;
use super::secret::{API_PREFIX, LONGEST_BEARER, api_token_id};

impl Identity {
    /// `bearer`: an access token or an API token.
    pub fn identify(&self, bearer: &str) -> Result<Caller, IdentityError> {
        if bearer.len() > LONGEST_BEARER {
            return Err(IdentityError::InvalidToken);
        }
        let (book, now) = (self.0.register.book(), self.0.register.now());
        if bearer.starts_with(API_PREFIX) { book.caller_of_api_token(bearer, now) } else { book.caller_of_jwt(bearer, now) }
    }

    /// For connections that stay: false once the token has expired or been revoked, or the user is gone or has another role.
    pub fn still_good(&self, caller: &Caller) -> bool {
        self.check_again(caller).is_ok()
    }

    /// As `still_good`, and says what has happened.
    pub fn check_again(&self, caller: &Caller) -> Result<(), IdentityError> {
        let (book, now) = (self.0.register.book(), self.0.register.now());
        let role_now = match &caller.proof {
            Proof::OpenHouse if book.knows_nobody() => caller.role,
            Proof::OpenHouse => return Err(IdentityError::TokenRevoked),
            // The token was good when it was shown. What counts from then on is the session, which can be ended at any moment.
            Proof::Session { id } => book.user_of_session(id, now)?.role,
            Proof::ApiToken { id } => book.tokens.get(id).ok_or(IdentityError::TokenRevoked)?.unexpired(now)?.role,
        };
        if role_now == caller.role { Ok(()) } else { Err(IdentityError::TokenRevoked) }
    }
}

impl Book {
    fn caller_of_jwt(&self, token: &str, now: ShowTime) -> Result<Caller, IdentityError> {
        let claims = self.key.read(token)?;
        // No leeway: the clock that signed it is the one that checks it.
        if claims.expires_at() <= now {
            return Err(IdentityError::TokenExpired);
        }
        let user = self.user_of_session(&claims.sid, now)?;
        if user.name != claims.sub {
            return Err(IdentityError::InvalidToken);
        }
        let proof = Proof::Session { id: claims.sid };
        Ok(Caller { name: user.name.clone(), role: user.role, proof })
    }

    fn user_of_session(&self, id: &str, now: ShowTime) -> Result<&User, IdentityError> {
        let session = self.sessions.get(id).filter(|session| session.expires_at > now);
        session.and_then(|session| self.users.get(&session.user)).ok_or(IdentityError::TokenRevoked)
    }

    /// One that was revoked is like one that never was: its digest is gone.
    fn caller_of_api_token(&self, text: &str, now: ShowTime) -> Result<Caller, IdentityError> {
        let id = api_token_id(text).ok_or(IdentityError::InvalidToken)?;
        let token = self.tokens.get(id).filter(|token| token.secret.is_of(text)).ok_or(IdentityError::InvalidToken)?;
        let ApiToken { name, role, .. } = token.unexpired(now)?;
        Ok(Caller { name: name.clone(), role: *role, proof: Proof::ApiToken { id: id.to_owned() } })
    }
}

impl ApiToken {
    fn unexpired(&self, now: ShowTime) -> Result<&Self, IdentityError> {
        let has_expired = self.expires_at.is_some_and(|expires_at| expires_at <= now);
        if has_expired { Err(IdentityError::TokenExpired) } else { Ok(self) }
    }
}
