//! What someone must show to confirm something that could lock everyone out.

use std::fmt;

use subtle::ConstantTimeEq;

/// 128 random bits: nobody who was not told it has it.
#[derive(Clone)]
pub struct ConfirmToken(String);

impl ConfirmToken {
    pub fn random() -> Self {
        let mut bytes = [0_u8; 16];
        getrandom::fill(&mut bytes).expect("the operating system always has random bytes");
        Self(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
    }

    /// To be told to the one who asked, and to nobody else.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// Takes the same time wherever the two differ.
    pub fn is(&self, shown: &str) -> bool {
        self.0.as_bytes().ct_eq(shown.as_bytes()).into()
    }
}

impl fmt::Debug for ConfirmToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ConfirmToken(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_only_itself_and_is_not_printed() {
        let (token, other) = (ConfirmToken::random(), ConfirmToken::random());
        assert_eq!(token.reveal().len(), 32);
        assert!(token.is(token.reveal()) && !token.is(other.reveal()) && !token.is(""));
        assert!(!format!("{token:?}").contains(token.reveal()));
    }
}
