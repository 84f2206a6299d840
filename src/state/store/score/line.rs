//! The lines of a score, each one JSON object. A file begins with a head and the show as it was; changes follow, in order.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::show::Show;
use crate::show::time::ShowTime;
use crate::state::event::Event;
use crate::state::{Epoch, Seq};

/// The first line.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Head {
    /// The format; the name says what kind of file it is.
    pub marquee_score: u32,
    pub epoch: Epoch,
    /// The change that led to the show in the second line, and when it was.
    pub seq: Seq,
    pub at: ShowTime,
    /// Of a stretch that was cut out: what was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<ShowTime>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<ShowTime>,
}

/// The second line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct KeyFrame {
    pub show: Arc<Show>,
}

/// All that follow. Events that are of no interest are left out, numbers are not.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChangeLine {
    pub seq: Seq,
    pub at: ShowTime,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub events: Vec<Event>,
}

/// As much of a change as is needed to know where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
pub struct Place {
    pub seq: Seq,
    pub at: ShowTime,
}
