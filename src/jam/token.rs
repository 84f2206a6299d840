//! What a participant shows to be who it is. Nothing is stored of it: it follows from a key that only this server has.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use subtle::ConstantTimeEq;

use crate::show::jam::Millis;
use crate::show::jam::code::JamCode;
use crate::show::jam::participant::ParticipantId;

pub const KEY_LENGTH: usize = 32;
/// 128 bits: nobody guesses that.
const LENGTH: usize = 16;

#[derive(Clone)]
pub struct TokenKey([u8; KEY_LENGTH]);

impl TokenKey {
    pub fn new(key: [u8; KEY_LENGTH]) -> Self {
        Self(key)
    }

    /// `created_at`: a code may be used again for another jam.
    pub fn token(&self, code: JamCode, created_at: Millis, id: ParticipantId) -> String {
        let token = URL_SAFE_NO_PAD.encode(self.mark(code, created_at, id));
        format!("{}.{token}", id.0)
    }

    /// Whose token it is.
    pub fn check(&self, code: JamCode, created_at: Millis, token: &str) -> Option<ParticipantId> {
        let (id, mark) = token.split_once('.')?;
        let id = ParticipantId(id.parse().ok()?);
        let mark = URL_SAFE_NO_PAD.decode(mark).ok()?;
        bool::from(mark.ct_eq(&self.mark(code, created_at, id))).then_some(id)
    }

    fn mark(&self, code: JamCode, created_at: Millis, id: ParticipantId) -> [u8; LENGTH] {
        let mut hasher = blake3::Hasher::new_keyed(&self.0);
        hasher.update(code.as_str().as_bytes());
        hasher.update(&created_at.to_le_bytes());
        hasher.update(&id.0.to_le_bytes());
        let mut mark = [0; LENGTH];
        hasher.finalize_xof().fill(&mut mark);
        mark
    }
}

impl std::fmt::Debug for TokenKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TokenKey")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_good_for_its_participant_in_its_jam_and_no_other() {
        let (key, code) = (TokenKey::new([7; KEY_LENGTH]), JamCode::of(1));
        let token = key.token(code, 5, ParticipantId(3));
        assert_eq!(key.check(code, 5, &token), Some(ParticipantId(3)));
        assert_eq!(key.check(JamCode::of(2), 5, &token), None);
        assert_eq!(key.check(code, 6, &token), None);
        assert_eq!(TokenKey::new([8; KEY_LENGTH]).check(code, 5, &token), None);
        let forged = token.replacen('3', "4", 1);
        for bad in [forged.as_str(), "", "3", "3.", "3.AAAA", "x.y", "3.AAAAAAAAAAAAAAAAAAAAAA"] {
            assert_eq!(key.check(code, 5, bad), None, "{bad}");
        }
    }
}
