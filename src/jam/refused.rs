//! Why something is not done. Nothing has changed then.

use crate::show::jam::beat::InvalidTempo;
use crate::show::jam::pattern::InvalidTracks;

#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Refused {
    #[error("there is no jam {0}")]
    NotFound(String),
    #[error("{0}")]
    BadCode(#[from] crate::show::jam::code::InvalidCode),
    #[error("there is a jam with this code already")]
    CodeTaken,
    #[error("{most} are in this jam already")]
    Full { most: usize },
    #[error("there are {most} jams already")]
    TooMany { most: usize },
    #[error("the token is not that of a participant of this jam")]
    NotAParticipant,
    #[error("there is no recording {0}")]
    NoRecording(String),
    #[error("the recording {0} is of a jam that goes on: end the jam first")]
    RecordingGoesOn(String),
    #[error("only the host of a jam may do this")]
    HostOnly,
    #[error("{0}")]
    Invalid(String),
    #[error("the jam can not be stored, so nothing was changed: {0}")]
    StorageUnavailable(String),
    #[error("the server is overloaded: too much is waiting")]
    Overloaded,
    #[error("the server is going down")]
    Closing,
}

impl Refused {
    /// Stable, for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Refused::NotFound(_) => "jam_not_found",
            Refused::BadCode(_) => "invalid_jam_code",
            Refused::CodeTaken => "jam_code_taken",
            Refused::Full { .. } => "jam_full",
            Refused::TooMany { .. } => "too_many_jams",
            Refused::NotAParticipant => "not_a_participant",
            Refused::NoRecording(_) => "jam_recording_not_found",
            Refused::RecordingGoesOn(_) => "jam_recording_goes_on",
            Refused::HostOnly => "host_only",
            Refused::Invalid(_) => "invalid_jam_value",
            Refused::StorageUnavailable(_) => "storage_unavailable",
            Refused::Overloaded => "overloaded",
            Refused::Closing => "closing",
        }
    }
}

impl From<InvalidTempo> for Refused {
    fn from(error: InvalidTempo) -> Self {
        Refused::Invalid(error.to_string())
    }
}

impl From<InvalidTracks> for Refused {
    fn from(error: InvalidTracks) -> Self {
        Refused::Invalid(error.to_string())
    }
}
