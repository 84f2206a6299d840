//! Cuts packets into segments: pictures at key frames, and sound at the same times.

use std::sync::Arc;

use bytes::Bytes;

use crate::frame::encoded::{Headers, Packet, Track};
use crate::send::mux::boxes::init;
use crate::send::mux::fragment::fragment;
use crate::send::mux::ts::TsWriter;
use crate::show::destination::HlsFormat;
use crate::show::time::ShowTime;

/// Sound that comes this much later than the pictures it belongs to is not waited for.
const LATEST_SOUND: i64 = 500_000;

pub(super) struct Cutter {
    format: HlsFormat,
    segment_us: i64,
    /// Where the times in segments count from: the same for all renditions.
    base: ShowTime,
    fragments: u32,
    stream: TsWriter,
    /// Of the segment that is being made, and the first of the next. A segment is never longer than its own length and a group of
    /// pictures.
    open: Vec<Arc<Packet>>,
    start: Option<ShowTime>,
    /// Where the segment ends, once its pictures are there and some of its sound may still come. How late sound is differs from one
    /// rendition to another: cut as it comes, whoever changes over would hear a hole.
    end: Option<ShowTime>,
    /// The next cut begins with what a player must know first.
    is_new: bool,
}

/// A segment.
pub(super) struct Cut {
    pub at: ShowTime,
    pub duration_us: u64,
    pub data: Bytes,
    /// For the first after `begin`.
    pub init: Option<Bytes>,
}

impl Cutter {
    pub fn new(format: HlsFormat, segment_us: i64, base: ShowTime) -> Self {
        let stream = TsWriter::default();
        Self { format, segment_us, base, fragments: 0, stream, open: Vec::new(), start: None, end: None, is_new: true }
    }

    /// What comes now is from another encoder, or does not follow on what came before.
    pub fn begin(&mut self) {
        self.open.clear();
        (self.start, self.end) = (None, None);
        self.is_new = true;
    }

    /// The place in time of what begins then. Cuts depend on it alone, so they are at the same times in all renditions.
    pub fn slot(&self, at: ShowTime) -> u64 {
        u64::try_from(at.micros().div_euclid(self.segment_us)).unwrap_or(0)
    }

    pub fn take(&mut self, packet: Arc<Packet>, headers: &Headers) -> Option<Cut> {
        let is_start = packet.key && packet.track == Track::Video;
        if self.start.is_none() && !is_start {
            return None;
        }
        let start = *self.start.get_or_insert(packet.at);
        let is_next = is_start && self.slot(self.end.unwrap_or(start)) != self.slot(packet.at);
        let whole = self.end.filter(|end| is_next || is_beyond(&packet, *end));
        let cut = whole.and_then(|end| self.cut(headers, end));
        if is_next {
            self.end = Some(packet.at);
        }
        self.open.push(packet);
        cut
    }

    /// What is left when nothing more will come, one segment after the other.
    pub fn finish(&mut self, headers: &Headers) -> Option<Cut> {
        if let Some(end) = self.end {
            return self.cut(headers, end);
        }
        let packets = std::mem::take(&mut self.open);
        let last = packets.iter().rfind(|packet| packet.track == Track::Video)?;
        let end = ShowTime(last.at.micros() + i64::from(last.duration_us));
        let at = self.start.take()?;
        Some(self.segment(headers, &packets, at, end))
    }

    fn cut(&mut self, headers: &Headers, end: ShowTime) -> Option<Cut> {
        let at = self.start.replace(end)?;
        self.end = None;
        let open = std::mem::take(&mut self.open).into_iter();
        let (packets, next): (Vec<_>, _) = open.partition(|packet| packet.at < end);
        self.open = next;
        Some(self.segment(headers, &packets, at, end))
    }

    fn segment(&mut self, headers: &Headers, packets: &[Arc<Packet>], at: ShowTime, end: ShowTime) -> Cut {
        let is_new = std::mem::take(&mut self.is_new);
        self.fragments += 1;
        let (data, head) = match self.format {
            HlsFormat::Fmp4 => (fragment(self.fragments, packets, self.base, end), is_new.then(|| init(headers))),
            HlsFormat::Ts => (self.stream.piece(headers, packets, self.base), None),
        };
        let duration_us = u64::try_from(end.micros() - at.micros()).unwrap_or(0);
        Cut { at, duration_us, data, init: head }
    }
}

/// Once it has come, the sound from before `end` has come as well, or will not be waited for.
fn is_beyond(packet: &Packet, end: ShowTime) -> bool {
    let waited_for = match packet.track {
        Track::Audio => 0,
        Track::Video => LATEST_SOUND,
    };
    packet.at.micros() >= end.micros() + waited_for
}
