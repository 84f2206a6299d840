//! The life of a destination: wait for the program, connect, carry, and when it breaks, back off and connect again.

use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use super::carrier::Carrier;
use super::congestion::{Congestion, DROP_BEHIND, Rates};
use super::counts::Counts;
use super::message::{is_refusal, without_key};
use super::{Env, Manner, Order, discard_if_empty, manner, way};
use crate::base::clock::Stopwatch;
use crate::base::status::DestinationState;
use crate::base::tasks::{StopFlag, spawn_thread};
use crate::frame::feed::{Feed, Next, Reader};
use crate::gst::pipeline::filled;
use crate::send::program::Program;
use crate::show::destination::Target;
use crate::show::ids::{DestinationId, RenditionId};
use crate::show::time::ShowTime;

const LOOK: Duration = Duration::from_millis(50);
const FIRST_PAUSE: Duration = Duration::from_millis(300);
/// Who is away for long is asked less often.
const LONG_PAUSE: Duration = Duration::from_secs(30);
const PATIENT_AFTER: Duration = Duration::from_secs(600);
/// Whoever said no is not asked again at once.
const REFUSED_PAUSE: Duration = Duration::from_secs(15);
/// A server that lost sight of us may for a while refuse the name that it thinks we still hold.
const GHOST_AFTER_LIVE: Duration = Duration::from_secs(90);
/// When the stream stops, the encoder's last packets come within this time, and then the feed ends. When only this
/// destination stops, the feed goes on, and it stops in the middle.
const WAIT_FOR_THE_END: Duration = Duration::from_millis(1_000);
/// What a slow disk has not taken by then is lost.
const LONGEST_GOODBYE: Duration = Duration::from_millis(2_500);
/// Old connections that may still be closing. A hung peer makes that slow.
const MOST_CLOSING: usize = 3;

pub(super) struct Runner {
    id: DestinationId,
    target: Target,
    manner: Manner,
    dynamic_bitrate: bool,
    program: Arc<Program>,
    env: Env,
    stop: StopFlag,
    state: Option<DestinationState>,
    last_live: Option<ShowTime>,
    /// Since when it is away.
    away_since: Option<ShowTime>,
    attempt: u32,
    closing: Vec<JoinHandle<()>>,
}

/// Why a connection ended.
enum End {
    /// It was told to, or the program ended.
    Finished,
    Broken(String),
}

impl Runner {
    pub fn new(id: DestinationId, order: Order, env: Env, stop: StopFlag) -> Self {
        let manner = manner(&order.target);
        let program = env.programs.of(order.renditions.first().unwrap_or(&RenditionId::main()));
        Self {
            id,
            target: order.target,
            manner,
            dynamic_bitrate: order.dynamic_bitrate,
            program,
            env,
            stop,
            state: None,
            last_live: None,
            away_since: None,
            attempt: 0,
            closing: Vec::new(),
        }
    }

    pub fn run(mut self) {
        while !self.stop.is_set() {
            if matches!(self.state, Some(DestinationState::Live { .. } | DestinationState::Congested { .. })) {
                self.report(DestinationState::Connecting);
            }
            let Some(feed) = self.wait_for_program() else { break };
            self.report(DestinationState::Connecting);
            if let End::Broken(reason) = self.connect_and_carry(&feed) {
                self.back_off(&self.scrubbed(&reason));
            }
        }
        self.report(DestinationState::Stopped);
        self.closing.drain(..).for_each(|thread| drop(thread.join()));
    }

    fn wait_for_program(&self) -> Option<Arc<Feed>> {
        while !self.stop.is_set() {
            if let Some(feed) = self.program.running() {
                return Some(feed);
            }
            std::thread::sleep(LOOK);
        }
        None
    }

    fn connect_and_carry(&mut self, feed: &Arc<Feed>) -> End {
        let way = match way(&self.target, &self.id, &self.env.recordings, self.env.clock.now()) {
            Ok(way) => way,
            Err(reason) => return End::Broken(reason),
        };
        let text = filled(self.env.pipelines.text(self.manner.pipeline), &[]);
        let mut carrier = match Carrier::connect(&text, &way, &self.manner, &feed.headers) {
            Ok(carrier) => carrier,
            Err(error) => return End::Broken(error.to_string()),
        };
        let mut reader = match self.manner.skips_beyond {
            Some(_) => feed.read_from_newest_key(),
            None => feed.read_from_oldest_key(),
        };
        let end = self.carry(&mut carrier, &mut reader);
        if self.dynamic_bitrate {
            self.program.keep_below(u32::MAX);
        }
        if matches!(end, End::Finished) && !carrier.finish(&self.manner) {
            tracing::warn!(destination = %self.id, "it could not be finished properly");
        }
        self.close(carrier);
        discard_if_empty(&way);
        end
    }

    fn carry(&mut self, carrier: &mut Carrier, reader: &mut Reader) -> End {
        let begun = Stopwatch::start();
        let mut counts = Counts::of(&self.env.vitals, &self.id);
        let mut congestion = Congestion::default();
        let mut told_to_stop = None;
        let mut behind = Duration::ZERO;
        loop {
            if self.stop.is_set() {
                let waited = told_to_stop.get_or_insert_with(Stopwatch::start).elapsed();
                if waited > LONGEST_GOODBYE || (waited > WAIT_FOR_THE_END && carrier.has_room()) {
                    return End::Finished;
                }
            }
            let next = if carrier.has_room() { reader.next_blocking(LOOK) } else { Next::Pending };
            match next {
                Next::Packet(packet) if self.is_push() && !congestion.lets_through(&packet, behind) => counts.dropped.inc(),
                Next::Packet(packet) if carrier.push(&packet) => counts.packets.inc(),
                Next::Packet(_) => {}
                Next::Missed(count) => counts.dropped.inc_by(count),
                Next::Ended => return End::Finished,
                Next::Pending if !carrier.has_room() => std::thread::sleep(Duration::from_millis(5)),
                Next::Pending => {}
            }
            if let Some(reason) = carrier.trouble() {
                return End::Broken(reason);
            }
            let out = carrier.bytes_out();
            counts.bytes_so_far(out);
            if let Some(reason) = self.watch(carrier, out, begun) {
                return End::Broken(reason);
            }
            let late = Duration::from_micros(u64::try_from(reader.behind_micros()).unwrap_or(0)) + carrier.queued();
            counts.dropped.inc_by(self.keep_up(reader, late));
            behind = self.steer(&mut congestion, late, out, reader);
        }
    }

    /// A server wants the present, a file everything.
    fn is_push(&self) -> bool {
        self.manner.skips_beyond.is_some()
    }

    /// Fits what the encoder makes to what goes through, where nobody else has to live with it. How far behind that is congestion.
    fn steer(&self, congestion: &mut Congestion, late: Duration, bytes_out: u64, reader: &Reader) -> Duration {
        if !matches!(self.state, Some(DestinationState::Live { .. } | DestinationState::Congested { .. })) {
            return Duration::ZERO;
        }
        let now = self.env.clock.now();
        let behind = congestion.look(now, late, bytes_out);
        let is_alone = self.program.has_one_destination() && self.env.vitals.rtmp_players.get() == 0;
        if self.dynamic_bitrate && self.is_push() && is_alone {
            let headers = &reader.feed().headers;
            let rates = Rates { video: headers.video_kbps, audio: headers.audio_kbps };
            if let Some(kbps) = congestion.steer(now, behind, rates) {
                tracing::info!(destination = %self.id, kbps, "the encoder's bit rate is kept below");
                self.program.keep_below(kbps);
            }
        }
        behind
    }

    /// Our own eye on the peer: the sink of GStreamer 1.22 notices a hung one late or never.
    fn watch(&mut self, carrier: &Carrier, bytes_out: u64, begun: Stopwatch) -> Option<String> {
        if bytes_out >= self.manner.live_after_bytes {
            let now = self.env.clock.now();
            if !matches!(self.state, Some(DestinationState::Live { .. } | DestinationState::Congested { .. })) {
                self.report(DestinationState::Live { since: now });
                self.attempt = 0;
                self.away_since = None;
            }
            self.last_live = Some(now);
        } else if begun.elapsed() > self.manner.connect_within {
            return Some("it accepted the connection, but did not take the stream in time".to_owned());
        }
        let still = carrier.stands_still_for();
        (still > self.manner.dead_after).then(|| format!("it took nothing for {} seconds", still.as_secs()))
    }

    /// Says when it is congested; gives up the past when it is too far behind. How many packets that cost.
    fn keep_up(&mut self, reader: &mut Reader, behind: Duration) -> u64 {
        let now = self.env.clock.now();
        match self.state {
            Some(DestinationState::Live { .. }) if behind > DROP_BEHIND => {
                self.report(DestinationState::Congested { since: now })
            }
            Some(DestinationState::Congested { .. }) if behind < DROP_BEHIND / 4 => {
                self.report(DestinationState::Live { since: now })
            }
            _ => {}
        }
        match self.manner.skips_beyond {
            Some(limit) if behind > limit => reader.skip_to_next_key(),
            _ => 0,
        }
    }

    /// Stopping a pipeline whose peer hangs takes seconds; nobody waits for it.
    fn close(&mut self, carrier: Carrier) {
        self.closing.retain(|thread| !thread.is_finished());
        while self.closing.len() >= MOST_CLOSING && !self.stop.is_set() {
            std::thread::sleep(LOOK);
            self.closing.retain(|thread| !thread.is_finished());
        }
        match spawn_thread("closing", move || drop(carrier)) {
            Ok(thread) => self.closing.push(thread),
            Err(error) => tracing::error!(%error, "a connection was closed in line"),
        }
    }

    fn back_off(&mut self, reason: &str) {
        let now = self.env.clock.now();
        let away = now.since(*self.away_since.get_or_insert(now));
        let is_ghost = self.last_live.is_some_and(|live| now.since(live) < GHOST_AFTER_LIVE);
        self.attempt += 1;
        self.env.vitals.destination_reconnects.with_label_values(&[self.id.as_str()]).inc();
        if is_refusal(reason) && !is_ghost {
            let next_try = now.plus(REFUSED_PAUSE);
            self.report(DestinationState::Refused { next_try, reason: reason.to_owned() });
            return self.wait_until(next_try);
        }
        let longest = if away > PATIENT_AFTER { LONG_PAUSE } else { self.manner.tried_every };
        let doubled = FIRST_PAUSE * 2_u32.pow((self.attempt - 1).min(8));
        // Many servers that lose one peer must not all come back in the same instant.
        let pause = doubled.min(longest).mul_f64(0.75 + 0.25 * fastrand::f64());
        let next_try = now.plus(pause);
        self.report(DestinationState::BackingOff { next_try, attempt: self.attempt, reason: reason.to_owned() });
        self.wait_until(next_try);
    }

    fn wait_until(&self, time: ShowTime) {
        while !self.stop.is_set() && self.program.feed.borrow().is_some() && self.env.clock.now() < time {
            std::thread::sleep(LOOK);
        }
    }

    fn scrubbed(&self, message: &str) -> String {
        match self.target.secret() {
            Some(secret) if !secret.is_empty() => without_key(message, secret.reveal()),
            _ => message.to_owned(),
        }
    }

    fn report(&mut self, state: DestinationState) {
        match &state {
            DestinationState::BackingOff { reason, attempt, .. } => {
                tracing::warn!(destination = %self.id, attempt, reason, "the destination is away");
            }
            DestinationState::Refused { reason, .. } => {
                tracing::warn!(destination = %self.id, reason, "the destination refuses the stream")
            }
            other => tracing::info!(destination = %self.id, state = other.label(), "the destination"),
        }
        self.env.vitals.status.report_destination(self.id.as_str(), state.clone());
        self.state = Some(state);
    }
}
