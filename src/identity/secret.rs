//! Random secrets, and what is kept of them: a digest is enough to know a secret again and too little to use it.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;

/// Nothing of ours is longer than a few hundred characters, and what is longer need not be looked at.
pub const LONGEST_BEARER: usize = 2_048;

const REFRESH_PREFIX: &str = "mqr_";
/// 16 bytes in base64.
const FAMILY_LENGTH: usize = 22;
/// 32 bytes in base64.
const FRESH_LENGTH: usize = 43;

pub const API_PREFIX: &str = "mqt_";

pub fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the operating system always has random bytes");
    bytes
}

fn text_of(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// A plain hash will do, because the secrets are random and long: there is nothing to guess.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Digest(String);

impl Digest {
    pub fn of(secret: &str) -> Self {
        Self(text_of(blake3::hash(secret.as_bytes()).as_bytes()))
    }

    /// Takes the same time wherever the two differ.
    pub fn is_of(&self, secret: &str) -> bool {
        self.0.as_bytes().ct_eq(Digest::of(secret).0.as_bytes()).into()
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Digest(…)")
    }
}

/// `mqr_`, then 16 random bytes that all tokens of one session share, then 32 that each has for itself. The shared part is why
/// any replaced token, however old, can still be told from one that never was: the session's id is made from it.
#[derive(Clone, PartialEq, Eq)]
pub struct RefreshToken(String);

impl RefreshToken {
    /// The first of a new session.
    pub fn first() -> Self {
        Self::of_family(&text_of(&random::<16>()))
    }

    /// The one that takes this one's place.
    pub fn next(&self) -> Self {
        Self::of_family(self.family())
    }

    fn of_family(family: &str) -> Self {
        Self(format!("{REFRESH_PREFIX}{family}{}", text_of(&random::<32>())))
    }

    /// None if this can not be one.
    pub fn parse(text: &str) -> Option<Self> {
        let secret = text.strip_prefix(REFRESH_PREFIX)?;
        let is_whole = secret.len() == FAMILY_LENGTH + FRESH_LENGTH;
        let is_base64 = secret.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
        (is_whole && is_base64).then(|| Self(text.to_owned()))
    }

    fn family(&self) -> &str {
        &self.0[REFRESH_PREFIX.len()..][..FAMILY_LENGTH]
    }

    /// A hash, so that the id, which every access token shows, does not give the family away.
    pub fn session_id(&self) -> String {
        text_of(&blake3::hash(self.family().as_bytes()).as_bytes()[..16])
    }

    pub fn digest(&self) -> Digest {
        Digest::of(&self.0)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for RefreshToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RefreshToken(…)")
    }
}

/// A new API token: its id, and the whole of it. The id is in hexadecimal, so that the `_` after it is the first one.
pub fn new_api_token() -> (String, String) {
    let id: String = random::<6>().iter().map(|byte| format!("{byte:02x}")).collect();
    let secret = format!("{API_PREFIX}{id}_{}", text_of(&random::<32>()));
    (id, secret)
}

/// The id that an API token says it has.
pub fn api_token_id(text: &str) -> Option<&str> {
    Some(text.strip_prefix(API_PREFIX)?.split_once('_')?.0)
}

/// For people to read from a log and type: 20 of 32 letters and digits that nobody confuses, 100 bits.
pub fn easy_password() -> String {
    const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let letters = random::<20>().map(|byte| char::from(LETTERS[usize::from(byte % 32)]));
    letters.chunks(5).map(String::from_iter).collect::<Vec<_>>().join("-")
}
