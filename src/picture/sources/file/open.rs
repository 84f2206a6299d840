//! Opening a file: until it is known what is in it, and how long it is.

use super::super::queue::Order;
use super::super::session::{End, OPEN_WITHIN, Session, must_reopen};
use super::{NAP, SHORTEST_US, UNKNOWN, micros};
use crate::base::clock::Stopwatch;
use crate::gst::decode::{Decoder, Said};
use crate::show::input::Video;

pub(super) fn wait_until_ready(session: &mut Session, order: &Order, decoder: &Decoder) -> Result<(), End> {
    let watch = Stopwatch::start();
    let broken = |reason: String| Err(End::Broken { reason, had_played: false });
    loop {
        let next = session.slot.ordered();
        if !session.should_run(&next) || must_reopen(&order.wanted, &next.wanted) {
            return Err(End::Left);
        }
        match decoder.said() {
            Some(Said::Ready) if decoder.has_video() || decoder.has_sound() => return Ok(()),
            Some(Said::Ready | Said::Ended) => return broken("there is neither picture nor sound in it".to_owned()),
            Some(Said::Failed(reason)) => return broken(reason),
            Some(Said::ReadAll) | None => {}
        }
        if watch.elapsed() > OPEN_WITHIN {
            return broken(format!("it could not be opened within {} seconds", OPEN_WITHIN.as_secs()));
        }
        session.rest(NAP);
    }
}

pub(super) fn length(decoder: &Decoder, video: &Video) -> i64 {
    let end = match (video.to_ms.map(micros), decoder.length()) {
        (Some(to), Some(length)) => to.min(length),
        (Some(only), None) | (None, Some(only)) => only,
        (None, None) => return UNKNOWN,
    };
    end.saturating_sub(micros(video.from_ms)).max(SHORTEST_US)
}
