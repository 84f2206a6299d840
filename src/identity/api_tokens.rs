//! API tokens: for programs, which can not type a password. Each has a role and lasts until it expires or is revoked; users come
//! and go without touching them.

use schemars::JsonSchema;
use serde::Serialize;

use crate::show::time::ShowTime;

use super::Identity;
use super::book::{ApiToken, Book};
use super::caller::Caller;
use super::error::IdentityError;
use super::role::Role;
use super::secret::{Digest, new_api_token};

/// One for every program there is, many times over; more are a script that makes one per run.
pub const MAX_TOKENS: usize = 256;

const LONGEST_NAME: usize = 64;

/// What may be shown of an API token. Times are in milliseconds of Unix time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct TokenView {
    pub id: String,
    pub name: String,
    pub role: Role,
    pub created_at: i64,
    pub expires_at: Option<i64>,
    pub created_by: String,
}

impl TokenView {
    fn of(id: &str, token: &ApiToken) -> Self {
        let ApiToken { name, role, secret: _, created_at, expires_at, created_by } = token;
        Self {
            id: id.to_owned(),
            name: name.clone(),
            role: *role,
            created_at: created_at.millis(),
            expires_at: expires_at.map(ShowTime::millis),
            created_by: created_by.clone(),
        }
    }
}

impl Identity {
    pub fn tokens(&self) -> Vec<TokenView> {
        self.0.register.book().tokens.iter().map(|(id, token)| TokenView::of(id, token)).collect()
    }

    /// The token itself is returned this once and kept nowhere. Whether `by` may give `role` is for the door to say.
    pub async fn create_token(
        &self,
        name: &str,
        role: Role,
        expires_at: Option<ShowTime>,
        by: &Caller,
    ) -> Result<(TokenView, String), IdentityError> {
        let name = checked_name(name)?;
        let (by, for_log) = (by.name().to_owned(), by.name().to_owned());
        let create = move |book: &mut Book, now| book.create_token(name, role, expires_at, by, now);
        let (view, secret) = self.0.register.change(create).await?;
        tracing::info!(id = view.id, token = view.name, %role, by = for_log, "an API token was made");
        Ok((view, secret))
    }

    pub async fn revoke_token(&self, id: &str) -> Result<(), IdentityError> {
        let id = id.to_owned();
        let revoked = self.0.register.change(move |book, _| book.revoke_token(&id)).await?;
        tracing::info!(id = revoked.id, token = revoked.name, "an API token was revoked");
        Ok(())
    }
}

fn checked_name(name: &str) -> Result<String, IdentityError> {
    let is_fine = (1..=LONGEST_NAME).contains(&name.chars().count()) && !name.contains(char::is_control);
    if is_fine { Ok(name.to_owned()) } else { Err(IdentityError::InvalidTokenName) }
}

impl Book {
    fn create_token(
        &mut self,
        name: String,
        role: Role,
        expires_at: Option<ShowTime>,
        created_by: String,
        now: ShowTime,
    ) -> Result<(TokenView, String), IdentityError> {
        if expires_at.is_some_and(|expires_at| expires_at <= now) {
            return Err(IdentityError::InvalidExpiry);
        }
        if self.tokens.len() >= MAX_TOKENS {
            return Err(IdentityError::TooManyTokens);
        }
        let (id, secret) = self.unused_token();
        let token = ApiToken { name, role, secret: Digest::of(&secret), created_at: now, expires_at, created_by };
        let view = TokenView::of(&id, &token);
        self.tokens.insert(id, token);
        Ok((view, secret))
    }

    /// Two equal ids of 48 bits are unlikely, and would be someone else's token.
    fn unused_token(&self) -> (String, String) {
        loop {
            let (id, secret) = new_api_token();
            if !self.tokens.contains_key(&id) {
                return (id, secret);
            }
        }
    }

    fn revoke_token(&mut self, id: &str) -> Result<TokenView, IdentityError> {
        let token = self.tokens.remove(id).ok_or(IdentityError::TokenNotFound)?;
        Ok(TokenView::of(id, &token))
    }
}
