//! Sessions: begun by a password, kept alive by refresh tokens that change with every use, ended by a logout or by a theft that
//! was noticed.

use std::fmt;
use std::net::IpAddr;
use std::sync::{MutexGuard, PoisonError};
use std::time::Duration;

use crate::show::time::ShowTime;

use super::accounts::UserView;
use super::book::{Book, Replaced, StoredSession, user_key};
use super::caller::{Caller, Proof};
use super::error::IdentityError;
use super::jwt::{self, Claims};
use super::lockout::Lockout;
use super::password::StoredPassword;
use super::register::on_blocking_thread;
use super::secret::{Digest, RefreshToken};
use super::{Identity, Parts};

/// From the last use on: who opens the page once a month stays logged in.
const LASTS: Duration = Duration::from_secs(30 * 24 * 3_600);
/// A client whose answer got lost asks again within seconds; a thief comes when it suits him.
const GRACE: Duration = Duration::from_secs(30);
/// Rotations within the grace that are remembered. More than a few tabs that refresh at once are not honest clients.
const MAX_REPLACED: usize = 8;
/// Of one user. Scripts that log in for every call and never out must not fill the file.
const MAX_SESSIONS: usize = 64;

/// What a login or a refresh gives out. The tokens are nowhere else afterwards: the book has only the refresh token's digest.
#[derive(Clone, PartialEq, Eq)]
pub struct Session {
    pub access_token: String,
    pub refresh_token: String,
    pub expires_in: Duration,
    pub refresh_expires_in: Duration,
    pub user: UserView,
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { expires_in, refresh_expires_in, user, .. } = self;
        let mut shown = f.debug_struct("Session");
        shown.field("user", user).field("expires_in", expires_in).field("refresh_expires_in", refresh_expires_in);
        shown.finish_non_exhaustive()
    }
}

impl Identity {
    pub async fn login(&self, user: &str, password: &str, from: IpAddr) -> Result<Session, IdentityError> {
        // What can be no name is counted as one and the same stranger.
        let key = user_key(user).unwrap_or_default();
        // Asked before and after the wait for a turn: those who have to wait longer do not stand in the way, and a burst of
        // guesses is not let through because none of them has failed yet.
        self.0.check_lockout(&key, from)?;
        let turn = self.0.passwords.turn().await?;
        let (parts, password) = (self.0.clone(), password.to_owned());
        let attempt_key = key.clone();
        let verified = on_blocking_thread(move || {
            let _turn = turn;
            parts.attempt(&attempt_key, &password, from)
        })
        .await?;
        self.0.register.change(move |book, now| book.begin_session(&key, &verified, now)).await
    }

    /// A new pair of tokens for a refresh token, which is spent by it.
    pub async fn refresh(&self, refresh_token: &str) -> Result<Session, IdentityError> {
        let shown = RefreshToken::parse(refresh_token).ok_or(IdentityError::InvalidToken)?;
        // Strangers with made-up tokens are sent away before anything is locked.
        if !self.0.register.fresh_book().sessions.contains_key(&shown.session_id()) {
            return Err(IdentityError::InvalidToken);
        }
        match self.0.register.change(move |book, now| book.refresh_session(&shown, now)).await? {
            Refreshed::Renewed(session) => Ok(session),
            Refreshed::Stolen { user } => {
                tracing::warn!(user, "a spent refresh token was shown again: the session has been ended");
                Err(IdentityError::TokenRevoked)
            }
        }
    }

    /// Ends the session that the caller's access token is of; that it has ended already is fine.
    pub async fn logout(&self, caller: &Caller) -> Result<(), IdentityError> {
        let Proof::Session { id, .. } = &caller.proof else { return Err(IdentityError::NoSession) };
        let id = id.clone();
        self.0.register.change(move |book, _| Ok(book.sessions.remove(&id))).await?;
        Ok(())
    }
}

impl Parts {
    fn lockout(&self) -> MutexGuard<'_, Lockout> {
        self.lockout.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn check_lockout(&self, key: &str, from: IpAddr) -> Result<(), IdentityError> {
        self.lockout().check(key, from, self.register.now())
    }

    /// One guess, counted before its turn ends, even if the caller has hung up. Returns the hash that the password fits.
    pub(super) fn attempt(&self, key: &str, password: &str, from: IpAddr) -> Result<StoredPassword, IdentityError> {
        self.check_lockout(key, from)?;
        let book = self.register.fresh_book();
        let user = book.users.get(key);
        let is_right = self.passwords.is_right(user.map(|user| &user.password), password);
        match user.filter(|_| is_right) {
            Some(user) => {
                self.lockout().succeeded(key, from);
                Ok(user.password.clone())
            }
            None => {
                self.lockout().failed(key, from, self.register.now());
                // Only names that exist: people type passwords into the wrong field.
                tracing::warn!(%from, user = user.map(|user| user.name.as_str()), "a login failed");
                Err(IdentityError::InvalidCredentials)
            }
        }
    }
}

/// A theft changes the book, so it is no error of the change.
enum Refreshed {
    Renewed(Session),
    Stolen { user: String },
}

impl Book {
    /// `verified`: the password was checked outside the lock, so it must still be the user's.
    fn begin_session(&mut self, key: &str, verified: &StoredPassword, now: ShowTime) -> Result<Session, IdentityError> {
        let user = self.users.get(key).filter(|user| user.password == *verified).ok_or(IdentityError::InvalidCredentials)?;
        let user = UserView::from(user);
        self.make_room_for_session_of(key);
        let refresh = RefreshToken::first();
        let session = StoredSession {
            user: key.to_owned(),
            created_at: now,
            expires_at: now.plus(LASTS),
            refresh: refresh.digest(),
            replaced: Vec::new(),
        };
        self.sessions.insert(refresh.session_id(), session);
        Ok(self.hand_out(user, &refresh, now))
    }

    /// The one that was not used for the longest time goes.
    fn make_room_for_session_of(&mut self, key: &str) {
        let mut of_user: Vec<_> = self.sessions.iter().filter(|(_, session)| session.user == key).collect();
        of_user.sort_by_key(|(_, session)| std::cmp::Reverse(session.expires_at));
        let too_many: Vec<_> = of_user.iter().skip(MAX_SESSIONS - 1).map(|(id, _)| (*id).clone()).collect();
        for id in too_many {
            self.sessions.remove(&id);
        }
    }

    fn refresh_session(&mut self, shown: &RefreshToken, now: ShowTime) -> Result<Refreshed, IdentityError> {
        let id = shown.session_id();
        let session = self.sessions.get_mut(&id).ok_or(IdentityError::InvalidToken)?;
        let user = UserView::from(self.users.get(&session.user).ok_or(IdentityError::InvalidToken)?);
        if session.expires_at <= now {
            return Err(IdentityError::TokenExpired);
        }
        if !session.accepts(shown, now) {
            self.sessions.remove(&id);
            return Ok(Refreshed::Stolen { user: user.name });
        }
        let next = shown.next();
        session.rotate_to(next.digest(), now);
        Ok(Refreshed::Renewed(self.hand_out(user, &next, now)))
    }

    fn hand_out(&self, user: UserView, refresh: &RefreshToken, now: ShowTime) -> Session {
        let claims = Claims::new(&user.name, user.role, &refresh.session_id(), now);
        Session {
            access_token: self.key.sign(&claims),
            refresh_token: refresh.as_str().to_owned(),
            expires_in: jwt::LASTS,
            refresh_expires_in: LASTS,
            user,
        }
    }
}

impl StoredSession {
    fn accepts(&self, shown: &RefreshToken, now: ShowTime) -> bool {
        let is_newest = self.refresh.is_of(shown.as_str());
        let got_lost = |old: &Replaced| now.since(old.at) <= GRACE && old.refresh.is_of(shown.as_str());
        is_newest || self.replaced.iter().any(got_lost)
    }

    fn rotate_to(&mut self, refresh: Digest, now: ShowTime) {
        let spent = std::mem::replace(&mut self.refresh, refresh);
        self.replaced.push(Replaced { refresh: spent, at: now });
        self.replaced.retain(|old| now.since(old.at) <= GRACE);
        let too_many = self.replaced.len().saturating_sub(MAX_REPLACED);
        self.replaced.drain(..too_many);
        self.expires_at = now.plus(LASTS);
    }
}
