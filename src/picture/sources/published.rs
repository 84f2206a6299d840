//! What somebody pushes to this server: wait for a publisher, then give what comes to a decoder of its own, which lives as long as
//! that publisher does. The next may send another size and another rate.

use std::sync::Arc;
use std::time::Duration;

use super::live;
use super::queue::Order;
use super::session::{DEAD_AFTER, End, Session, must_reopen};
use crate::base::status::InputState;
use crate::frame::ingest::{Codec, Next, Reader, Stream};
use crate::gst::GstError;
use crate::gst::decode::Decoder;
use crate::gst::decode::inlet::Inlet;
use crate::show::destination::Secret;

/// It is woken when a publisher comes; this is how soon it hears of other orders.
const IDLE: Duration = Duration::from_millis(200);

pub(super) fn play(session: &mut Session, order: &Arc<Order>, key: &Secret, latency_ms: u32) -> End {
    match publisher(session, order, key) {
        Some(stream) => live::play_pushed(session, order, Feeder::new(&stream), latency_ms),
        None => End::Left,
    }
}

/// Waits for somebody who sends. None: there are other orders.
fn publisher(session: &mut Session, order: &Order, key: &Secret) -> Option<Arc<Stream>> {
    loop {
        let next = session.slot.ordered();
        if !session.should_run(&next) || must_reopen(&order.wanted, &next.wanted) {
            return None;
        }
        let stream = session.outside.ingest.stream_or_wake(key.reveal());
        // Of one that has fallen silent there is only the past.
        if let Some(stream) = stream.filter(|stream| matches!(stream.came(), (1.., silent) if silent < DEAD_AFTER)) {
            return Some(stream);
        }
        // Whoever was there and left was reported as lost, and stays so.
        if !session.is_lost() {
            session.report(InputState::Waiting);
        }
        session.queue.publish();
        session.rest(IDLE);
    }
}

/// From the stream's ring into the decoder.
pub(super) struct Feeder {
    reader: Reader,
    pictures: Option<Inlet>,
    sound: Option<Inlet>,
}

/// What feeding came to.
pub(super) enum Fed {
    All,
    /// So many pieces were lost, because decoding is too slow.
    Missed(u64),
    Ended(&'static str),
}

impl Feeder {
    fn new(stream: &Arc<Stream>) -> Self {
        Self { reader: stream.read(), pictures: None, sound: None }
    }

    /// Gives on what has come, as long as there is room.
    pub fn feed(&mut self, decoder: &Decoder) -> Result<Fed, GstError> {
        let has_room = |inlet: &Option<Inlet>| inlet.as_ref().is_none_or(Inlet::has_room);
        while has_room(&self.pictures) && has_room(&self.sound) {
            let piece = match self.reader.next() {
                Next::Piece(piece) => piece,
                Next::Missed(count) => return Ok(Fed::Missed(count)),
                Next::Pending => return Ok(Fed::All),
                Next::Ended(why) => return Ok(Fed::Ended(why)),
            };
            let codec = piece.setup.codec;
            let inlet = match codec {
                Codec::H264 => &mut self.pictures,
                Codec::Aac => &mut self.sound,
            };
            let inlet = match inlet {
                Some(inlet) => inlet,
                None => inlet.insert(decoder.inlet(codec)?),
            };
            if !inlet.push(piece)? {
                return Err(GstError::Failed("the decoder takes nothing more".to_owned()));
            }
        }
        Ok(Fed::All)
    }
}
