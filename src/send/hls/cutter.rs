//! Cuts packets into segments, at key frames.

use std::sync::Arc;

use bytes::Bytes;

use crate::frame::encoded::{Headers, Packet, Track};
use crate::send::mux::boxes::init;
use crate::send::mux::fragment::fragment;
use crate::send::mux::ts::TsWriter;
use crate::show::destination::HlsFormat;
use crate::show::time::ShowTime;

pub(super) struct Cutter {
    format: HlsFormat,
    segment_us: i64,
    /// Where the times in segments count from: the same for all renditions.
    base: ShowTime,
    fragments: u32,
    stream: TsWriter,
    /// What belongs to the next segment. A segment is never longer than its own length and a group of pictures.
    open: Vec<Arc<Packet>>,
    start: Option<ShowTime>,
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
        Self { format, segment_us, base, fragments: 0, stream, open: Vec::new(), start: None, is_new: true }
    }

    /// What comes now is from another encoder, or does not follow on what came before.
    pub fn begin(&mut self) {
        self.open.clear();
        self.start = None;
        self.is_new = true;
    }

    /// The place in time of what begins then. Cuts depend on it alone, so they are at the same times in all renditions.
    pub fn slot(&self, at: ShowTime) -> u64 {
        u64::try_from(at.micros().div_euclid(self.segment_us)).unwrap_or(0)
    }

    pub fn take(&mut self, packet: Arc<Packet>, headers: &Headers) -> Option<Cut> {
        let is_start = packet.key && packet.track == Track::Video;
        let cut = match self.start {
            None if !is_start => return None,
            Some(start) if is_start && self.slot(start) != self.slot(packet.at) => self.cut(headers, packet.at),
            _ => None,
        };
        self.start.get_or_insert(packet.at);
        self.open.push(packet);
        cut
    }

    /// What is left when nothing more will come.
    pub fn finish(&mut self, headers: &Headers) -> Option<Cut> {
        let last = self.open.iter().rfind(|packet| packet.track == Track::Video)?;
        let end = ShowTime(last.at.micros() + i64::from(last.duration_us));
        self.cut(headers, end)
    }

    fn cut(&mut self, headers: &Headers, end: ShowTime) -> Option<Cut> {
        let at = self.start.take()?;
        let packets = std::mem::take(&mut self.open);
        let is_new = std::mem::take(&mut self.is_new);
        self.fragments += 1;
        let (data, head) = match self.format {
            HlsFormat::Fmp4 => (fragment(self.fragments, &packets, self.base, end), is_new.then(|| init(headers))),
            HlsFormat::Ts => (self.stream.piece(headers, &packets, self.base), None),
        };
        let duration_us = u64::try_from(end.micros() - at.micros()).unwrap_or(0);
        Some(Cut { at, duration_us, data, init: head })
    }
}
