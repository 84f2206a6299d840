//! What a source of sightings is: pcscd with all of its readers, one simulated reader, a chip on a serial port.
//!
//! A source is asked again and again what it sees, and waits for something to happen each time, but not for long. It tells what it
//! sees *now*, without judging: that a card wobbles, or that a daemon which has just been restarted finds the same cards again, is for
//! `presence` to know. So a source remembers only what it needs for not telling the same thing twice. Each has a thread of its own,
//! because each waits for something else (a call into a daemon, a condition, a port) and nothing waits for all of these at once.
//!
//! A source that fails has let go of what it held before it says so. It is asked again after a pause, opens everything anew and tells
//! everything that it sees from the beginning. That is the only way back from a failure, so it is the same as the way to the start.

use std::sync::Arc;
use std::time::Duration;

use super::apdu::ApduError;
use super::event::{ReaderKind, ReaderName};
use crate::show::tag::TagId;

/// What pcscd serves at most, too.
pub const MOST_READERS: usize = 16;

pub trait TagReader: Send {
    fn kind(&self) -> ReaderKind;

    /// Returns as soon as there is something to tell, and with nothing after `patience` or when it is woken.
    fn wait(&mut self, patience: Duration) -> Result<Vec<Sighting>, ReaderFault>;

    /// What ends a `wait` early. It is called from another thread, once, and may not block.
    fn wake(&self) -> Wake;
}

pub type Wake = Arc<dyn Fn() + Send + Sync>;

/// What is seen at a reader.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sighting {
    /// The reader is there.
    Appeared(ReaderName),
    /// The reader was unplugged.
    Gone(ReaderName),
    /// This tag lies on it.
    Tag(ReaderName, TagId),
    /// Nothing lies on it.
    Nothing(ReaderName),
    /// Something lies on it that does not tell what it is, or not yet.
    Unreadable(ReaderName, Unreadable),
}

/// Why a card is no tag to us.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    #[error(transparent)]
    Answer(#[from] ApduError),
    #[error("the card was taken away while it was read: hold it still for a moment")]
    Moved,
    #[error("the card does not answer: take it away and put it back, flat on the reader")]
    Silent,
    #[error("another program is using the card: close it")]
    InUse,
    #[error("the card can not be read: {0}")]
    Other(String),
}

impl Unreadable {
    /// Stable: clients depend on it.
    pub fn code(&self) -> &'static str {
        match self {
            Unreadable::Answer(error) => error.code(),
            Unreadable::Moved => "card_moved",
            Unreadable::Silent => "card_silent",
            Unreadable::InUse => "card_in_use",
            Unreadable::Other(_) => "card_unreadable",
        }
    }

    /// Whether the same card may be read when it is asked again: it was perhaps only half in the field.
    pub fn may_pass(&self) -> bool {
        match self {
            Unreadable::Answer(error) => *error == ApduError::Truncated,
            Unreadable::Moved | Unreadable::Silent | Unreadable::InUse | Unreadable::Other(_) => true,
        }
    }
}

/// Why a source sees nothing at all.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReaderFault {
    #[error("this build can not use card readers: build it with the feature \"nfc\"")]
    NotBuilt,
    #[error("pcscd is not running: install it with apt-get install pcscd, or start it with systemctl start pcscd.socket")]
    NoDaemon,
    #[error("pcscd does not let this user use card readers: allow org.debian.pcsc-lite.access_pcsc in polkit")]
    Denied,
    #[error("pcscd has failed and is asked again: {0}")]
    Daemon(String),
    #[error("the serial port {device} can not be used: {why}")]
    Port { device: String, why: String },
    #[error(
        "the PN532 on {device} has failed, {why}: set its switches to HSU, and cross its RXD and TXD with those of the port"
    )]
    Chip { device: String, why: String },
}

impl ReaderFault {
    /// Stable: clients depend on it.
    pub fn code(&self) -> &'static str {
        match self {
            ReaderFault::NotBuilt => "nfc_not_built",
            ReaderFault::NoDaemon => "nfc_daemon_missing",
            ReaderFault::Denied => "nfc_denied",
            ReaderFault::Daemon(_) => "nfc_daemon_failed",
            ReaderFault::Port { .. } => "nfc_port_failed",
            ReaderFault::Chip { .. } => "nfc_chip_failed",
        }
    }

    /// Whether asking again is of no use.
    pub fn is_final(&self) -> bool {
        matches!(self, ReaderFault::NotBuilt)
    }
}
