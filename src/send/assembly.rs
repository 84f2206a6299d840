//! Brings the two outputs of the encoder together into one feed, as soon as both have said what a decoder must know.

use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;

use super::program::Program;
use crate::base::clock::Clock;
use crate::base::vitals::EncoderCounts;
use crate::frame::encoded::{Headers, Packet, Track};
use crate::frame::feed::Feed;
use crate::gst::sink::Taken;
use crate::show::time::ShowTime;

/// The AAC encoder begins with 1024 samples of its own before the first that it was given, and GStreamer 1.22 does not take
/// them off the time stamps.
pub(super) const AAC_PRIMING_MICROS: i64 = 1024 * 1_000_000 / 48_000;

/// Two seconds of packets: sound is never that late.
const MOST_EARLY: usize = 256;

/// `start` is the show time that the pipeline calls zero; known once the first frame is there.
pub(super) struct Assembly {
    pub clock: Clock,
    pub counts: EncoderCounts,
    pub program: Arc<Program>,
    /// With empty configurations, until they are known.
    pub headers: Headers,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    start: ShowTime,
    avc_config: Option<Bytes>,
    aac_config: Option<Bytes>,
    /// Packets from before both configurations were known.
    early: Vec<Packet>,
    feed: Option<Arc<Feed>>,
    /// What still comes then belongs to no feed.
    ended: bool,
}

impl Assembly {
    pub fn new(clock: Clock, counts: EncoderCounts, program: Arc<Program>, headers: Headers) -> Self {
        Self { clock, counts, program, headers, state: Mutex::default() }
    }

    pub fn starts_at(&self, start: ShowTime) {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).start = start;
    }

    pub fn take(&self, track: Track, taken: Taken) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.ended {
            return;
        }
        let packet = self.packet(state.start, track, &taken);
        self.count(&packet);
        let config = match track {
            Track::Video => &mut state.avc_config,
            Track::Audio => &mut state.aac_config,
        };
        *config = config.take().or(taken.codec_data);
        match &state.feed {
            Some(feed) => feed.post(packet),
            None => {
                if state.early.len() < MOST_EARLY {
                    state.early.push(packet);
                }
                self.publish_when_complete(&mut state);
            }
        }
    }

    fn packet(&self, start: ShowTime, track: Track, taken: &Taken) -> Packet {
        let since_start = i64::try_from((taken.at + 500) / 1_000).unwrap_or(0);
        let priming = if track == Track::Audio { AAC_PRIMING_MICROS } else { 0 };
        Packet {
            track,
            at: ShowTime(start.micros() + since_start - priming),
            duration_us: u32::try_from(taken.duration / 1_000).unwrap_or(0),
            key: taken.key,
            data: taken.data.clone(),
        }
    }

    fn count(&self, packet: &Packet) {
        let bytes = packet.data.len() as u64;
        match packet.track {
            Track::Video => {
                self.counts.frames_out.inc();
                self.counts.video_bytes.inc_by(bytes);
                self.counts.latency(self.clock.now().since(packet.at));
            }
            Track::Audio => self.counts.audio_bytes.inc_by(bytes),
        }
    }

    fn publish_when_complete(&self, state: &mut State) {
        let (Some(avc_config), Some(aac_config)) = (&state.avc_config, &state.aac_config) else { return };
        let headers = Headers { avc_config: avc_config.clone(), aac_config: aac_config.clone(), ..self.headers.clone() };
        let feed = Feed::new(headers);
        state.early.sort_by_key(|packet| packet.at);
        state.early.drain(..).for_each(|packet| feed.post(packet));
        state.feed = Some(feed.clone());
        self.program.feed.send_replace(Some(feed));
    }

    /// Nothing more will come.
    pub fn end(&self) {
        let feed = {
            let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
            state.ended = true;
            self.program.feed.send_replace(None);
            state.feed.take()
        };
        if let Some(feed) = feed {
            feed.end();
        }
    }
}
