//! DDP, as a device that runs WLED takes it: a frame is shown when its sender says so, or at once by one that never does.

use super::SECOND;
use super::canvas::Canvas;
use super::contest::Contest;
use super::order;
use super::taken::{Packet, Question, Taken, unless_heard};
use super::tally::Tally;
use crate::wire::ddp;

const QUERY: u8 = 0x02;
const REPLY: u8 = 0x04;
const STORAGE: u8 = 0x08;
const STATUS: u8 = 251;
const EVERYBODY: u8 = 255;
/// What is sent to those is no pixels.
const NO_PIXELS: [u8; 3] = [246, 250, STATUS];
const PATIENCE: i64 = 5 * SECOND / 2;

pub struct Ddp {
    id: u8,
    /// Bytes of a pixel, where packets do not say.
    channels: usize,
    contest: Contest,
    /// Somebody has said when to show: from then on nothing is shown otherwise.
    pushed: bool,
}

impl Ddp {
    pub fn new(id: u8, channels: usize) -> Self {
        Self { id, channels, contest: Contest::new(&order::DDP, PATIENCE), pushed: false }
    }

    pub fn take(&mut self, packet: Packet<'_>, canvas: &mut Canvas, tally: &Tally) -> Taken {
        let Some(decoded) = ddp::decode(packet.bytes) else { return without_pixels(packet.bytes) };
        if ![self.id, EVERYBODY].contains(&decoded.id) {
            return Taken::Elsewhere;
        }
        let verdict = self.contest.hear(packet.who(), decoded.sequence, packet.now);
        if let Some(taken) = unless_heard(verdict, tally) {
            return taken;
        }
        if !decoded.data.is_empty() {
            canvas.write(channels(packet.bytes).unwrap_or(self.channels), decoded.offset, decoded.data);
        }
        self.pushed |= decoded.push;
        if self.pushed && !decoded.push {
            return Taken::Kept;
        }
        canvas.show();
        Taken::Frame
    }

    #[cfg(any(test, feature = "fuzzing"))]
    pub fn room(&self) -> usize {
        self.contest.room()
    }
}

/// Some say which channels a pixel has, in three bits of the kind. None for those who say nothing, or nothing that we know.
fn channels(packet: &[u8]) -> Option<usize> {
    match packet.get(2)? >> 3 & 7 {
        1 => Some(3),
        3 => Some(4),
        _ => None,
    }
}

fn without_pixels(packet: &[u8]) -> Taken {
    let Some([flags, _, _, id, _, _, _, _, _, _]) = packet.first_chunk() else { return Taken::Malformed };
    let other = NO_PIXELS.contains(id) || flags & (QUERY | REPLY | STORAGE) != 0;
    match (flags & (QUERY | REPLY), *id) {
        (QUERY, STATUS) => Taken::Asked(Question::Status),
        _ if other => Taken::Elsewhere,
        _ => Taken::Malformed,
    }
}
