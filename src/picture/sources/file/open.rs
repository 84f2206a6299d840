//! Opening a file: until it is known what is in it, and how long it is.

use std::path::PathBuf;
use std::time::Duration;

use super::super::queue::Order;
use super::super::session::{End, OPEN_WITHIN, Session, must_reopen};
use super::{NAP, SHORTEST_US, UNKNOWN, micros};
use crate::base::clock::Stopwatch;
use crate::gst::decode::{Decoder, Origin, Said};
use crate::show::input::Video;

/// A file is opened in a fraction of a second. GStreamer 1.22's decoder now and then (once in thousands of times, on a machine
/// with too much to do) never starts its streams and says nothing; another one is made then.
const STUCK_AFTER: Duration = Duration::from_secs(3);

/// The decoder, paused, when it knows what is in the file.
pub(super) fn opened(session: &mut Session, order: &Order, file: PathBuf) -> Result<Decoder, End> {
    let origin = Origin::File(file);
    for patience in [STUCK_AFTER, OPEN_WITHIN] {
        let decoder = Decoder::open(&origin, None, Session::wake()).map_err(|error| broken(error.to_string()))?;
        if is_ready(session, order, &decoder, patience)? {
            return Ok(decoder);
        }
        tracing::warn!(input = order.wanted.input.id.as_str(), "a decoder did not start");
    }
    Err(broken(format!("it could not be opened within {} seconds", OPEN_WITHIN.as_secs())))
}

fn broken(reason: String) -> End {
    End::Broken { reason, had_played: false }
}

/// False if it said nothing in that time.
fn is_ready(session: &mut Session, order: &Order, decoder: &Decoder, patience: Duration) -> Result<bool, End> {
    let watch = Stopwatch::start();
    while watch.elapsed() < patience {
        let next = session.slot.ordered();
        if !session.should_run(&next) || must_reopen(&order.wanted, &next.wanted) {
            return Err(End::Left);
        }
        match decoder.said() {
            Some(Said::Ready) if decoder.has_video() || decoder.has_sound() => return Ok(true),
            Some(Said::Ready | Said::Ended) => return Err(broken("there is neither picture nor sound in it".to_owned())),
            Some(Said::Failed(reason)) => return Err(broken(reason)),
            Some(Said::ReadAll) | None => {}
        }
        session.rest(NAP);
    }
    Ok(false)
}

pub(super) fn length(decoder: &Decoder, video: &Video) -> i64 {
    let end = match (video.to_ms.map(micros), decoder.length()) {
        (Some(to), Some(length)) => to.min(length),
        (Some(only), None) | (None, Some(only)) => only,
        (None, None) => return UNKNOWN,
    };
    end.saturating_sub(micros(video.from_ms)).max(SHORTEST_US)
}
