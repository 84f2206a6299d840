//! The one question that is put to a card, and what its answer says.

use crate::show::tag::{LONGEST_UID, TagId};

/// GET DATA for the UID (PC/SC part 3, 3.2.2.1.3): the reader answers it itself, whatever the card is.
pub const GET_UID: [u8; 5] = [0xff, 0xca, 0x00, 0x00, 0x00];

/// Room for the longest answer to a short command, so that one that is too long is seen as that and not as a fault of the daemon.
pub const LONGEST_ANSWER: usize = 258;

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ApduError {
    #[error("the card's answer is cut short: hold the card still")]
    Truncated,
    #[error("this card can not be used: it does not tell its UID (status {0:04X})")]
    Refused(u16),
    #[error("this card can not be used: its UID is empty")]
    NoUid,
    #[error("this card can not be used: its UID has {0} bytes, and at most {LONGEST_UID} are possible")]
    TooLong(usize),
}

impl ApduError {
    /// Stable: clients depend on it.
    pub fn code(&self) -> &'static str {
        match self {
            ApduError::Truncated => "card_answer_truncated",
            ApduError::Refused(_) => "card_refused",
            ApduError::NoUid | ApduError::TooLong(_) => "card_uid_unusable",
        }
    }
}

/// What the card is called that answered so.
pub fn uid_of(answer: &[u8]) -> Result<TagId, ApduError> {
    let Some((uid, status)) = answer.split_last_chunk::<2>() else { return Err(ApduError::Truncated) };
    match (u16::from_be_bytes(*status), uid) {
        (0x9000, []) => Err(ApduError::NoUid),
        (0x9000, uid) => TagId::from_uid(uid).map_err(|_| ApduError::TooLong(uid.len())),
        (status, _) => Err(ApduError::Refused(status)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(answer: &[u8], wanted: Result<&str, ApduError>) {
        assert_eq!(uid_of(answer).map(|tag| tag.to_string()), wanted.map(str::to_owned));
    }

    #[test]
    fn a_good_answer_is_the_uid_before_9000() {
        check(&[0x04, 0xa1, 0xb2, 0xc3, 0x90, 0x00], Ok("04A1B2C3"));
        check(&[0x04, 1, 2, 3, 4, 5, 6, 0x90, 0x00], Ok("04010203040506"));
        check(&[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0x90, 0x00], Ok("00010203040506070809"));
        // a UID may look like a status
        check(&[0x90, 0x00, 0x90, 0x00], Ok("9000"));
    }

    #[test]
    fn any_other_status_is_a_refusal_even_with_a_uid_before_it() {
        check(&[0x6a, 0x81], Err(ApduError::Refused(0x6a81)));
        check(&[0x63, 0x00], Err(ApduError::Refused(0x6300)));
        check(&[0x04, 0xa1, 0xb2, 0xc3, 0x62, 0x82], Err(ApduError::Refused(0x6282)));
        check(&[0x04, 0xa1, 0xb2, 0xc3], Err(ApduError::Refused(0xb2c3)));
        check(&[0x90, 0x01], Err(ApduError::Refused(0x9001)));
    }

    #[test]
    fn answers_that_are_too_short_or_too_long_are_refused() {
        check(&[], Err(ApduError::Truncated));
        check(&[0x90], Err(ApduError::Truncated));
        check(&[0x90, 0x00], Err(ApduError::NoUid));
        let with_uid_of = |length: usize| [vec![7; length], vec![0x90, 0x00]].concat();
        check(&with_uid_of(16), Ok("07".repeat(16).as_str()));
        check(&with_uid_of(17), Err(ApduError::TooLong(17)));
        check(&with_uid_of(256), Err(ApduError::TooLong(256)));
    }
}
