//! Access tokens: JWTs of ten minutes, HS256 and nothing else. A token only says which session it is of; whether that session
//! still is, and what its user may do now, is for the book to say.

use std::collections::HashSet;
use std::fmt;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode};
use serde::{Deserialize, Serialize};

use crate::show::time::ShowTime;

use super::error::IdentityError;
use super::role::Role;
use super::secret::random;

/// Short, because whoever reads one over a shoulder has it; the refresh token that makes the next is sent rarely.
pub const LASTS: Duration = Duration::from_secs(600);

const ISSUER: &str = "marquee";

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Claims {
    pub iss: String,
    /// The user's name.
    pub sub: String,
    /// The session.
    pub sid: String,
    /// The role when it was signed, for clients to read. It decides nothing here.
    pub role: Role,
    /// Seconds of Unix time.
    pub iat: i64,
    pub exp: i64,
}

impl Claims {
    pub fn new(user: &str, role: Role, session: &str, now: ShowTime) -> Self {
        let seconds = now.millis().div_euclid(1_000);
        let lasts = i64::try_from(LASTS.as_secs()).expect("ten minutes are few");
        Self {
            iss: ISSUER.to_owned(),
            sub: user.to_owned(),
            sid: session.to_owned(),
            role,
            iat: seconds,
            // The second that has begun is given on top, so that no token ends before its time.
            exp: seconds + lasts + i64::from(now.micros().rem_euclid(1_000_000) > 0),
        }
    }

    pub fn expires_at(&self) -> ShowTime {
        ShowTime(self.exp.saturating_mul(1_000_000))
    }
}

/// What tokens are signed with. Whoever has it can be anyone, so it is never shown.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SigningKey([u8; 32]);

impl SigningKey {
    pub fn new() -> Self {
        Self(random())
    }

    pub fn sign(&self, claims: &Claims) -> String {
        let signed = encode(&Header::new(Algorithm::HS256), claims, &EncodingKey::from_secret(&self.0));
        signed.expect("plain claims can be signed with a key of 32 bytes")
    }

    /// Checks everything but the time.
    pub fn read(&self, token: &str) -> Result<Claims, IdentityError> {
        let mut validation = Validation::new(Algorithm::HS256);
        // The crate would ask the system's clock; the caller asks ours. That all claims are there, their type sees to.
        validation.validate_exp = false;
        validation.required_spec_claims = HashSet::new();
        validation.set_issuer(&[ISSUER]);
        let read = decode::<Claims>(token, &DecodingKey::from_secret(&self.0), &validation);
        read.map(|token| token.claims).map_err(|_| IdentityError::InvalidToken)
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningKey(…)")
    }
}

impl TryFrom<String> for SigningKey {
    type Error = &'static str;

    /// A short or empty key would let anyone sign, so a file that has one is damaged.
    fn try_from(text: String) -> Result<Self, &'static str> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok().and_then(|bytes| bytes.try_into().ok());
        bytes.map(Self).ok_or("the key is not 32 bytes in base64url")
    }
}

impl From<SigningKey> for String {
    fn from(key: SigningKey) -> String {
        URL_SAFE_NO_PAD.encode(key.0)
    }
}
