//! What errors of pcscd mean: some are about one card, all others about the daemon.

use pcsc::Error;

use super::super::reader::{ReaderFault, Unreadable};
use crate::base::quote::quoted;

/// What goes wrong with everything, not with one card.
pub fn of_daemon(error: Error) -> ReaderFault {
    match error {
        Error::NoService | Error::ServiceStopped => ReaderFault::NoDaemon,
        Error::NoAccess | Error::SecurityViolation => ReaderFault::Denied,
        error => ReaderFault::Daemon(quoted(&error.to_string())),
    }
}

/// What went wrong with a card. When it is the daemon that has failed, whoever waits for changes learns it in the same moment.
pub fn of_card(error: Error) -> Unreadable {
    match error {
        Error::NoSmartcard | Error::RemovedCard | Error::ResetCard | Error::NotTransacted | Error::ReaderUnavailable => {
            Unreadable::Moved
        }
        Error::UnresponsiveCard | Error::UnpoweredCard | Error::Timeout | Error::NotReady => Unreadable::Silent,
        Error::SharingViolation => Unreadable::InUse,
        error => Unreadable::Other(quoted(&error.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_daemon_that_is_away_is_told_from_one_that_refuses_and_one_that_fails() {
        let code = |error| of_daemon(error).code();
        assert_eq!(code(Error::NoService), "nfc_daemon_missing");
        assert_eq!(code(Error::ServiceStopped), "nfc_daemon_missing");
        assert_eq!(code(Error::NoAccess), "nfc_denied");
        assert_eq!(code(Error::CommError), "nfc_daemon_failed");
        assert_eq!(code(Error::InvalidHandle), "nfc_daemon_failed");
    }

    #[test]
    fn what_a_person_can_mend_is_told_apart() {
        let code = |error| of_card(error).code();
        assert_eq!(code(Error::RemovedCard), "card_moved");
        assert_eq!(code(Error::UnresponsiveCard), "card_silent");
        assert_eq!(code(Error::SharingViolation), "card_in_use");
        assert_eq!(code(Error::ProtoMismatch), "card_unreadable");
    }
}
