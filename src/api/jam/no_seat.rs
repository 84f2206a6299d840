//! Why a client that may be in several jams has no seat for what it says.

use super::seats::MOST_SEATS;

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoSeat {
    #[error("this client is not in that jam: come into its room first")]
    NotIn,
    #[error("this client is in several jams: `room` says which one is meant")]
    NotNamed,
    #[error("a client is in at most {MOST_SEATS} jams at once: leave one first")]
    TooMany,
}

impl NoSeat {
    /// Stable, for programs.
    pub fn code(self) -> &'static str {
        match self {
            NoSeat::NotIn => "not_in_jam",
            NoSeat::NotNamed => "jam_not_named",
            NoSeat::TooMany => "too_many_seats",
        }
    }
}
