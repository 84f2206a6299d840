//! What is in a file: how long it is, exactly, what it says of itself, how loud it is when, and what it looks like.
//!
//! Containers lie about lengths, or do not tell: of sound all is decoded and counted, of a video every coded picture is looked at without
//! decoding it. GStreamer works on threads that get what others leave; whoever asks waits, and is told how far it is.

mod codec;
mod pictures;
mod pulse;
mod quiet;
mod reading;
mod sound;
mod still;
mod tags;
#[cfg(test)]
mod tests;
mod wave;

use std::path::Path;
use std::time::Duration;

use super::{GstError, warm};
use crate::base::clock::Stopwatch;
use crate::show::media::MAX_LENGTH_US;
use reading::{Reading, Said};

pub use pulse::Pulse;
pub use still::{Still, still};
pub use tags::Tags;
pub use wave::Wave;

/// Nothing was read or decoded for so long: machines may be slow, and others go first. GStreamer 1.22 keeps to itself what goes wrong in the
/// instant in which it puts a demuxer in its place; the file is broken then, and nothing comes any more.
const PATIENCE: Duration = Duration::from_secs(30);
/// How often the pipeline is looked at.
const NAP: Duration = Duration::from_millis(20);
/// Of one file: nothing else is looked into meanwhile.
const LONGEST: Duration = Duration::from_secs(3_600);
pub const MOST_CODECS: usize = 8;

/// What a file is taken for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum About {
    Sound,
    Video,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Surveyed {
    pub length_us: u64,
    pub codecs: Vec<String>,
    pub tags: Tags,
    /// Of sound.
    pub wave: Option<Wave>,
    /// It could be read up to that length only.
    pub trouble: Option<String>,
}

#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum SurveyError {
    #[error(transparent)]
    Gst(#[from] GstError),
    #[error("there is nothing in it that can be played")]
    Empty,
    #[error("it is longer than a week")]
    TooLong,
    #[error("it can not be read to its end: nothing more came for {} s", PATIENCE.as_secs())]
    Stuck,
    #[error("it takes too long to look into")]
    TooSlow,
    #[error("it was told to stop")]
    Stopped,
}

impl SurveyError {
    /// Stable: clients depend on it.
    pub fn code(&self) -> &'static str {
        match self {
            SurveyError::Gst(_) => "survey_failed",
            SurveyError::Empty => "survey_empty",
            SurveyError::TooLong => "survey_too_long",
            SurveyError::Stuck | SurveyError::TooSlow => "survey_stuck",
            SurveyError::Stopped => "survey_stopped",
        }
    }
}

/// Reads the file from its start to its end. It may be waited for as long as `pulse` beats: GStreamer can hang where nobody gets it out.
pub fn survey(path: &Path, about: About, pulse: &Pulse) -> Result<Surveyed, SurveyError> {
    warm::decoding();
    let reading = Reading::open(path, about, pulse)?;
    let trouble = match to_its_end(&reading, pulse) {
        Err(SurveyError::Gst(error)) if reading.length_us() > 0 => Some(error.to_string()),
        ended => ended.map(|()| None)?,
    };
    let surveyed = reading.found(trouble);
    if surveyed.length_us == 0 { Err(SurveyError::Empty) } else { Ok(surveyed) }
}

fn to_its_end(reading: &Reading, pulse: &Pulse) -> Result<(), SurveyError> {
    let watch = Stopwatch::start();
    let (mut beats, mut since) = (pulse.beats(), Stopwatch::start());
    loop {
        match reading.said(NAP) {
            Some(Said::Ended) => return Ok(()),
            Some(Said::Failed(why)) => return Err(GstError::Failed(why).into()),
            Some(Said::Ready) | None => {}
        }
        pulse.set_percent(reading.percent());
        if pulse.is_stopped() {
            return Err(SurveyError::Stopped);
        }
        if reading.length_us() > MAX_LENGTH_US {
            return Err(SurveyError::TooLong);
        }
        if watch.elapsed() > LONGEST {
            return Err(SurveyError::TooSlow);
        }
        if pulse.beats() != beats {
            (beats, since) = (pulse.beats(), Stopwatch::start());
        } else if since.elapsed() > PATIENCE {
            return Err(SurveyError::Stuck);
        }
    }
}
