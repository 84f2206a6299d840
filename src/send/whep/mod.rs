//! WHEP: the show in a browser, less than half a second late. A viewer sends an offer (SDP) through the HTTP door and gets an
//! answer; from then on pictures and sound come over one UDP socket, which all viewers share.
//!
//! Nothing is encoded for a viewer: pictures are the packets of the feed that every destination reads. Each viewer is one task
//! with its own place in the feed, so one that is slow, gone or hostile costs the others nothing.

#[cfg(feature = "whep")]
mod crypto;
#[cfg(feature = "whep")]
mod nal;
#[cfg(feature = "whep")]
mod session;
#[cfg(feature = "whep")]
mod sound;
#[cfg(feature = "whep")]
mod switchboard;
#[cfg(feature = "whep")]
mod timeline;
#[cfg(feature = "whep")]
mod viewer;
#[cfg(feature = "whep")]
mod viewers;
#[cfg(not(feature = "whep"))]
mod without;

use std::net::IpAddr;
use std::sync::Arc;

use arc_swap::ArcSwap;

use super::program::Programs;
use super::{Pipelines, Waker};
use crate::base::vitals::Vitals;
use crate::frame::mailbox::Mailbox;
use crate::frame::sound::SoundChunk;
use crate::show::Show;
use crate::show::ids::RenditionId;

#[cfg(feature = "whep")]
pub use viewers::Viewers;
#[cfg(not(feature = "whep"))]
pub use without::Viewers;

/// What viewers need of the rest of the house.
#[derive(Clone)]
pub struct Env {
    pub show: Arc<ArcSwap<Show>>,
    pub programs: Programs,
    pub sound: Arc<Mailbox<SoundChunk>>,
    pub pipelines: Pipelines,
    pub waker: Waker,
    pub vitals: Arc<Vitals>,
}

/// An offer is some ten kilobytes.
pub const LARGEST_OFFER: usize = 64 * 1024;

/// Somebody who wants to watch.
pub struct Wish {
    pub rendition: RenditionId,
    pub offer: String,
    /// Addresses of this machine that the viewer is known to reach, or thinks it does.
    pub reached: Vec<IpAddr>,
    /// Asked every second: whether whoever was let in still may be.
    pub may_stay: Box<dyn Fn() -> bool + Send>,
}

/// What the viewer is told.
#[derive(Debug)]
pub struct Opened {
    pub viewer: String,
    pub answer: String,
}

#[derive(Debug, thiserror::Error)]
pub enum WhepError {
    #[error("WHEP is not part of this build: build it with the feature `whep`")]
    NotBuilt,
    #[error("WHEP is off: the setting `whep` says where it may be")]
    Off,
    #[error("the body is no offer that can be answered: {0}")]
    BadOffer(String),
    #[error("the offer takes no H.264 with packetization-mode=1, which is all there is")]
    NoH264,
    #[error("there is no rendition {0}")]
    UnknownRendition(RenditionId),
    #[error("the rendition is not encoded at the moment: start the stream first")]
    NotEncoded,
    #[error("there are {0} viewers, and no more are allowed")]
    TooMany(usize),
    #[error("pictures can not reach you: the setting `whep` names another address than the one that you came to")]
    Unreachable,
}

impl WhepError {
    pub fn code(&self) -> &'static str {
        match self {
            WhepError::NotBuilt | WhepError::Off => "whep_off",
            WhepError::BadOffer(_) => "bad_offer",
            WhepError::NoH264 => "no_h264_in_offer",
            WhepError::UnknownRendition(_) => "rendition_not_found",
            WhepError::NotEncoded => "not_encoded",
            WhepError::TooMany(_) => "too_many_viewers",
            WhepError::Unreachable => "whep_unreachable",
        }
    }
}
