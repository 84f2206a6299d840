//! The thread of an HLS destination: reads the feed of each rendition, and puts segments on the shelf.

use std::sync::Arc;
use std::time::Duration;

use super::Channel;
use super::cutter::{Cut, Cutter};
use crate::base::status::DestinationState;
use crate::base::tasks::StopFlag;
use crate::frame::feed::{Feed, Next, Reader};
use crate::send::destination::{Env, Order};
use crate::send::program::Program;
use crate::show::destination::Target;
use crate::show::ids::{DestinationId, RenditionId};
use crate::show::time::ShowTime;

/// A segment that comes this much later is no later for anyone.
const LOOK: Duration = Duration::from_millis(20);
/// When the stream stops, the encoder's last packets come within this time.
const WAIT_FOR_THE_END: Duration = Duration::from_millis(1_000);
/// A feed keeps packets of 10 s, and a group of pictures is at most as long: nothing is older when a destination begins.
const OLDEST: i64 = 30_000_000;

pub(in crate::send) struct Runner {
    id: DestinationId,
    env: Env,
    stop: StopFlag,
    channel: Arc<Channel>,
    tracks: Vec<Variant>,
    state: Option<DestinationState>,
}

/// What is being made of a rendition.
struct Variant {
    rendition: RenditionId,
    program: Arc<Program>,
    feed: Option<(Arc<Feed>, Reader)>,
    cutter: Cutter,
}

impl Runner {
    /// None where the order is for something else.
    pub fn new(id: DestinationId, order: &Order, env: Env, stop: StopFlag) -> Option<Self> {
        let Target::Hls { segment_ms, window, format, renditions } = &order.target else { return None };
        let base = ShowTime(env.clock.now().micros() - OLDEST);
        let target = target_duration(*segment_ms, order.key_frame_interval.unwrap_or(1));
        let channel = env.shelf.put(&id, Channel::new(*format, *window, target, renditions.clone()));
        let variant = |rendition: &RenditionId| Variant {
            rendition: rendition.clone(),
            program: env.programs.of(rendition),
            feed: None,
            cutter: Cutter::new(*format, i64::from(*segment_ms) * 1_000, base),
        };
        let tracks = renditions.iter().map(variant).collect();
        Some(Self { id, env, stop, channel, tracks, state: None })
    }

    pub fn run(mut self) {
        self.report(DestinationState::Connecting);
        let mut told_to_stop = None;
        loop {
            let is_idle = !self.work();
            if self.stop.is_set() {
                let now = self.env.clock.now();
                let since = *told_to_stop.get_or_insert(now);
                let all_ended = self.tracks.iter().all(|track| track.feed.is_none());
                if all_ended || now.since(since) > WAIT_FOR_THE_END {
                    break;
                }
            }
            if is_idle {
                std::thread::sleep(LOOK);
            }
        }
        for track in &mut self.tracks {
            track.finish(&self.channel);
        }
        self.channel.end();
        self.report(DestinationState::Stopped);
    }

    /// Whether there was anything to do.
    fn work(&mut self) -> bool {
        let labels = [self.id.as_str()];
        let (mut packets, mut bytes, mut missed) = (0, 0, 0);
        for track in &mut self.tracks {
            let done = track.work(&self.channel, self.stop.is_set());
            packets += done.packets;
            bytes += done.bytes;
            missed += done.missed;
        }
        self.env.vitals.destination_packets.with_label_values(&labels).inc_by(packets);
        self.env.vitals.destination_bytes.with_label_values(&labels).inc_by(bytes);
        self.env.vitals.destination_dropped.with_label_values(&labels).inc_by(missed);
        if bytes > 0 && !matches!(self.state, Some(DestinationState::Live { .. })) {
            let since = self.env.clock.now();
            self.report(DestinationState::Live { since });
        }
        packets > 0
    }

    fn report(&mut self, state: DestinationState) {
        tracing::info!(destination = %self.id, state = state.label(), "the destination");
        self.env.vitals.status.report_destination(self.id.as_str(), state.clone());
        self.state = Some(state);
    }
}

#[derive(Default)]
struct Done {
    packets: u64,
    /// Of finished segments.
    bytes: u64,
    missed: u64,
}

impl Variant {
    /// All that is there now.
    fn work(&mut self, channel: &Channel, is_stopping: bool) -> Done {
        let mut done = Done::default();
        if self.feed.is_none() && !is_stopping {
            self.feed = self.program.running().map(|feed| (feed.clone(), feed.read_from_newest_key()));
        }
        while let Some((feed, reader)) = &mut self.feed {
            match reader.try_next() {
                Next::Packet(packet) => {
                    done.packets += 1;
                    let cut = self.cutter.take(packet, &feed.headers);
                    done.bytes += put(channel, &self.rendition, feed, &self.cutter, cut);
                }
                Next::Missed(count) => {
                    done.missed += count;
                    self.cutter.begin();
                    channel.break_off(&self.rendition);
                }
                Next::Ended => done.bytes += self.finish(channel),
                Next::Pending => break,
            }
        }
        done
    }

    /// The encoder has ended, or we do: what is there becomes the last segment, and what comes then does not continue it.
    fn finish(&mut self, channel: &Channel) -> u64 {
        let Some((feed, _)) = self.feed.take() else { return 0 };
        let mut bytes = 0;
        while let Some(cut) = self.cutter.finish(&feed.headers) {
            bytes += put(channel, &self.rendition, &feed, &self.cutter, Some(cut));
        }
        self.cutter.begin();
        channel.break_off(&self.rendition);
        bytes
    }
}

fn put(channel: &Channel, rendition: &RenditionId, feed: &Feed, cutter: &Cutter, cut: Option<Cut>) -> u64 {
    let Some(cut) = cut else { return 0 };
    let (bytes, slot) = (cut.data.len() as u64, cutter.slot(cut.at));
    channel.add(rendition, &feed.headers, cut, slot);
    bytes
}

/// Where key frames divide a segment it has its own length, else up to a key frame more.
fn target_duration(segment_ms: u32, key_frame_interval: u32) -> u32 {
    let keys_ms = key_frame_interval * 1_000;
    let longest = match segment_ms {
        shorter if shorter <= keys_ms => keys_ms,
        divided if divided.is_multiple_of(keys_ms) => divided,
        other => other + keys_ms,
    };
    longest.div_ceil(1_000)
}
