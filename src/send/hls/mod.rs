//! HTTP Live Streaming: segments cut at key frames from the packets that everyone shares, kept in memory, and fetched through the
//! HTTP door. Nothing of it touches a disk, so a playlist is never half written, and what is old is gone.

mod cutter;
mod playlist;
pub(in crate::send) mod runner;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;

use crate::frame::encoded::Headers;
use crate::show::destination::HlsFormat;
use crate::show::ids::{DestinationId, RenditionId};
use crate::show::time::ShowTime;
use cutter::Cut;

/// Who has just read the playlist may still fetch what has left it since.
const KEPT_BEYOND_WINDOW: usize = 3;
/// Of each rendition. More than this is only kept where even the shortest playlist would have it.
const MOST_BYTES: usize = 256 << 20;
/// A player needs so many to begin.
const FEWEST_SEGMENTS: usize = 3;

/// Everything that is to be fetched now. Cloning shares it.
#[derive(Clone, Default)]
pub struct Shelf(Arc<Mutex<BTreeMap<DestinationId, Arc<Channel>>>>);

impl Shelf {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<DestinationId, Arc<Channel>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn find(&self, destination: &str) -> Option<Arc<Channel>> {
        self.lock().get(destination).cloned()
    }

    /// In the place of an older one of the same name, whose numbers it carries on.
    pub(super) fn put(&self, id: &DestinationId, channel: Channel) -> Arc<Channel> {
        let mut shelf = self.lock();
        if let Some(before) = shelf.get(id) {
            for (rendition, variant) in &channel.variants {
                let next = before.variants.get(rendition).map_or(0, |variant| variant.lock().next);
                variant.lock().next = next;
            }
        }
        let channel = Arc::new(channel);
        shelf.insert(id.clone(), channel.clone());
        channel
    }

    pub(super) fn remove(&self, id: &DestinationId) {
        self.lock().remove(id);
    }
}

/// One HLS destination, as players see it.
pub struct Channel {
    format: HlsFormat,
    window: usize,
    /// Whole seconds, rounded up: it must never change.
    target_duration: u32,
    /// In the order of the destination: players begin with the first.
    order: Vec<RenditionId>,
    variants: BTreeMap<RenditionId, Variant>,
}

/// One rendition of it.
#[derive(Default)]
struct Variant(Mutex<Segments>);

#[derive(Default)]
struct Segments {
    headers: Option<Headers>,
    /// What players must have before the segments that name it; none for transport streams.
    inits: BTreeMap<u64, Bytes>,
    segments: VecDeque<Segment>,
    bytes: usize,
    /// Number of the next segment. Never used twice, so that whoever keeps copies may keep them for ever.
    next: u64,
    /// Breaks that have left the playlist.
    breaks_gone: u64,
    /// The next segment does not continue the one before.
    is_broken: bool,
    has_ended: bool,
}

struct Segment {
    number: u64,
    at: ShowTime,
    duration_us: u64,
    data: Bytes,
    init: u64,
    is_break: bool,
}

impl Variant {
    fn lock(&self) -> MutexGuard<'_, Segments> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Channel {
    pub(super) fn new(format: HlsFormat, window: u32, target_duration: u32, order: Vec<RenditionId>) -> Self {
        let variants = order.iter().map(|rendition| (rendition.clone(), Variant::default())).collect();
        Self { format, window: window as usize, target_duration, order, variants }
    }

    /// All renditions that can be played. `query` is added to every address in it, here and below.
    pub fn master(&self, query: &str) -> Option<String> {
        let playable = self.order.iter().filter_map(|rendition| {
            let segments = self.variants.get(rendition)?.lock();
            let headers = segments.headers.clone().filter(|_| !segments.segments.is_empty())?;
            Some((rendition, headers))
        });
        let playable: Vec<_> = playable.collect();
        (!playable.is_empty()).then(|| playlist::master(&playable, query))
    }

    pub fn playlist(&self, rendition: &str, query: &str) -> Option<String> {
        let segments = self.variants.get(rendition)?.lock();
        let shown = segments.segments.len().saturating_sub(self.window);
        (!segments.segments.is_empty()).then(|| playlist::media(self, &segments, shown, query))
    }

    /// A segment, or what must come before it.
    pub fn piece(&self, rendition: &str, name: &str) -> Option<Bytes> {
        let segments = self.variants.get(rendition)?.lock();
        if let Some(init) = name.strip_prefix("init-").and_then(|name| name.strip_suffix(".mp4")) {
            return segments.inits.get(&init.parse().ok()?).cloned();
        }
        let number: u64 = name.strip_suffix(self.extension())?.parse().ok()?;
        segments.segments.iter().find(|segment| segment.number == number).map(|segment| segment.data.clone())
    }

    fn extension(&self) -> &'static str {
        match self.format {
            HlsFormat::Fmp4 => ".m4s",
            HlsFormat::Ts => ".ts",
        }
    }

    pub fn segment_type(&self) -> &'static str {
        match self.format {
            HlsFormat::Fmp4 => "video/mp4",
            HlsFormat::Ts => "video/mp2t",
        }
    }

    /// `slot` is the segment's place in time: the first one's number, so that all renditions count alike.
    fn add(&self, rendition: &RenditionId, headers: &Headers, cut: Cut, slot: u64) {
        let Some(variant) = self.variants.get(rendition) else { return };
        let mut segments = variant.lock();
        let number = if segments.segments.is_empty() { segments.next.max(slot) } else { segments.next };
        segments.next = number + 1;
        let is_break = std::mem::take(&mut segments.is_broken) && !segments.segments.is_empty();
        if let Some(init) = cut.init {
            segments.inits.insert(number, init);
            segments.headers = Some(headers.clone());
        }
        let init = segments.inits.keys().next_back().copied().unwrap_or(number);
        segments.headers.get_or_insert_with(|| headers.clone());
        segments.bytes += cut.data.len();
        let Cut { at, duration_us, data, .. } = cut;
        segments.segments.push_back(Segment { number, at, duration_us, data, init, is_break });
        segments.forget(self.window);
    }

    fn break_off(&self, rendition: &RenditionId) {
        if let Some(variant) = self.variants.get(rendition) {
            variant.lock().is_broken = true;
        }
    }

    /// Players come to an end there.
    fn end(&self) {
        self.variants.values().for_each(|variant| variant.lock().has_ended = true);
    }
}

impl Segments {
    fn forget(&mut self, window: usize) {
        let is_too_much = |segments: &Self| {
            let count = segments.segments.len();
            count > window + KEPT_BEYOND_WINDOW || (segments.bytes > MOST_BYTES && count > FEWEST_SEGMENTS)
        };
        while is_too_much(self) {
            let Some(gone) = self.segments.pop_front() else { return };
            self.bytes -= gone.data.len();
            self.breaks_gone += u64::from(gone.is_break);
        }
        let oldest = self.segments.front().map_or(0, |segment| segment.init);
        self.inits.retain(|init, _| *init >= oldest);
    }
}
