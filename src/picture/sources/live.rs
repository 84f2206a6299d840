//! What comes from elsewhere: network streams, cameras, microphones, pages. It is shown a fixed latency after it came, and has no past.

use std::sync::Arc;
use std::time::Duration;

use super::course::Course;
use super::drift::{Drift, Pace};
use super::published::{Fed, Feeder};
use super::queue::{FOREVER, Order};
use super::session::{DEAD_AFTER, End, OPEN_WITHIN, Session, must_reopen};
use crate::base::clock::Stopwatch;
use crate::gst::decode::{Decoder, Origin, Picture, Said};
use crate::show::input::InputKind;
use crate::show::time::ShowTime;

/// Pictures that wait for their time: 1.5 s at 60 a second. Their memory is bounded by the queue itself, at 1080p to half that.
const MOST_PICTURES: usize = 90;
/// Where we set the pace a few are enough.
const PULLED_PICTURES: usize = 3;
const PULLED_US: i64 = 150_000;
const MOST_PULLED: usize = 12;
/// A camera and a page have no network that would be uneven.
const LOCAL_LATENCY_MS: u32 = 40;
/// A course that is bent moves less than this; one that moves more has jumped.
const STEP_US: i64 = 5_000;
const NAP: Duration = Duration::from_millis(10);

pub(super) fn play(session: &mut Session, order: &Arc<Order>) -> End {
    let Some((origin, pace, latency_ms)) = origin(&order.wanted.input.kind) else { return End::Left };
    receive(session, order, &origin, pace, latency_ms, None)
}

/// The same for what is pushed to us.
pub(super) fn play_pushed(session: &mut Session, order: &Arc<Order>, feeder: Feeder, latency_ms: u32) -> End {
    receive(session, order, &Origin::Pushed, Pace::Arriving, latency_ms, Some(feeder))
}

fn receive(
    session: &mut Session,
    order: &Arc<Order>,
    origin: &Origin,
    pace: Pace,
    latency_ms: u32,
    feeder: Option<Feeder>,
) -> End {
    let opened = Decoder::open(origin, None, Session::wake()).and_then(|decoder| decoder.play().map(|()| decoder));
    let decoder = match opened {
        Ok(decoder) => decoder,
        Err(error) => return End::Broken { reason: error.to_string(), had_played: false },
    };
    let drift = Drift::new(pace, latency_ms, session.clock.now());
    let last_data = Stopwatch::start();
    let receiver = Receiver { session, order: order.clone(), decoder, feeder, pace, drift, course: None, last_data };
    receiver.run()
}

fn origin(kind: &InputKind) -> Option<(Origin, Pace, u32)> {
    match kind.clone() {
        InputKind::Network { url, secret, latency_ms } => {
            let is_fetched = url.starts_with("http://") || url.starts_with("https://");
            let pace = if is_fetched { Pace::Pulled } else { Pace::Arriving };
            Some((Origin::Network { url, secret, latency_ms }, pace, latency_ms))
        }
        InputKind::Camera { device, width, height, fps } => {
            Some((Origin::Camera { device, width, height, fps }, Pace::Arriving, LOCAL_LATENCY_MS))
        }
        InputKind::Microphone { device, latency_ms } => Some((Origin::Microphone { device }, Pace::Arriving, latency_ms)),
        InputKind::Page { url, width, height, fps } => {
            Some((Origin::Page { url, width, height, fps }, Pace::Arriving, LOCAL_LATENCY_MS))
        }
        InputKind::Video(_) | InputKind::Published { .. } | InputKind::Tone { .. } | InputKind::Jam { .. } => None,
    }
}

struct Receiver<'a> {
    session: &'a mut Session,
    order: Arc<Order>,
    decoder: Decoder,
    /// Of what is pushed to us.
    feeder: Option<Feeder>,
    pace: Pace,
    drift: Drift,
    /// None before the first piece. Pictures and sound are on the same one, so they stay together.
    course: Option<Course>,
    last_data: Stopwatch,
}

impl Receiver<'_> {
    fn run(mut self) -> End {
        loop {
            let next = self.session.slot.ordered();
            if !self.session.should_run(&next) || must_reopen(&self.order.wanted, &next.wanted) {
                return End::Left;
            }
            self.order = next;
            if let Some(end) = self.feed() {
                return end;
            }
            if let Some(reason) = self.trouble() {
                return End::Broken { reason, had_played: self.course.is_some() };
            }
            let now = self.session.clock.now();
            self.take_pictures(now);
            self.take_sound(now);
            if let Some(course) = self.course {
                if let Some(course) = self.drift.corrected(&course, now) {
                    self.follow(course, now);
                }
                self.session.sound.feed(&self.session.queue.course(), now);
                self.session.report_playing();
            }
            let shown = self.session.shown_at(&self.order);
            self.session.queue.prune(shown);
            self.session.queue.publish();
            self.session.rest(NAP);
        }
    }

    /// What comes from a publisher goes to the decoder; what comes from elsewhere is there by itself.
    fn feed(&mut self) -> Option<End> {
        let had_played = self.course.is_some();
        match self.feeder.as_mut()?.feed(&self.decoder) {
            Ok(Fed::All) => None,
            Ok(Fed::Missed(count)) => {
                self.session.count_missed(count);
                None
            }
            Ok(Fed::Ended(why)) => Some(End::Over { reason: why.to_owned() }),
            Err(error) => Some(End::Broken { reason: error.to_string(), had_played }),
        }
    }

    fn trouble(&mut self) -> Option<String> {
        while let Some(said) = self.decoder.said() {
            match said {
                Said::Failed(reason) => return Some(reason),
                Said::Ended => return Some("the stream ended".to_owned()),
                Said::Ready | Said::ReadAll => {}
            }
        }
        let patience = if self.course.is_some() { DEAD_AFTER } else { OPEN_WITHIN };
        let is_dead = self.last_data.elapsed() > patience;
        is_dead.then(|| format!("nothing came for {} seconds", patience.as_secs()))
    }

    fn take_pictures(&mut self, now: ShowTime) {
        let is_held = self.order.held_at.is_some_and(|held| held < now);
        loop {
            if !is_held && !self.has_room(now) {
                // We are what it waits for, so it is not dead.
                self.last_data = Stopwatch::start();
                return;
            }
            let Some(Picture { frame, at }) = self.decoder.picture() else { return };
            self.session.count_frame();
            let course = self.came(at.running, now);
            if at.running + at.duration.max(1) < course.place_at(now) {
                self.session.count_dropped();
            }
            // While the show is held its picture stays, and what comes is the past when it goes on.
            if !is_held {
                self.session.queue.push(at.running, frame);
            }
        }
    }

    /// A stream that sets its own pace and has filled the queue is shown sooner rather than made to wait.
    fn has_room(&mut self, now: ShowTime) -> bool {
        if self.pace == Pace::Pulled {
            return self.session.queue.has_room(now, PULLED_PICTURES, PULLED_US, MOST_PULLED);
        }
        if self.session.queue.has_room(now, MOST_PICTURES, 0, MOST_PICTURES) {
            return true;
        }
        let newest = self.session.queue.newest().unwrap_or(0);
        match self.drift.crowded(newest, &self.session.queue.course(), now) {
            Some(course) => {
                self.follow(course, now);
                self.session.queue.prune(now);
                true
            }
            None => false,
        }
    }

    fn take_sound(&mut self, now: ShowTime) {
        while self.pace == Pace::Arriving || self.session.sound.wants_more(&self.session.queue.course(), now) {
            let mut samples = Vec::with_capacity(4_096);
            let Some(at) = self.decoder.sound(&mut samples) else { return };
            self.came_sound(at.running, now);
            self.session.sound.push(at.running, samples);
        }
    }

    /// Pictures say how the stream is doing; sound only where there are none.
    fn came_sound(&mut self, running: i64, now: ShowTime) {
        if self.course.is_none() || !self.decoder.has_video() {
            self.came(running, now);
        } else {
            self.last_data = Stopwatch::start();
        }
    }

    fn came(&mut self, running: i64, now: ShowTime) -> Course {
        self.last_data = Stopwatch::start();
        let Some(course) = self.course else {
            let course = self.drift.anchored(running, now);
            let shown = self.session.shown_at(&self.order);
            self.session.queue.jump(shown, course);
            self.session.sound.clear();
            self.session.queue.show_until(FOREVER);
            self.course = Some(course);
            return course;
        };
        match self.drift.came(running, &course, now) {
            Some(course) => {
                self.follow(course, now);
                course
            }
            None => course,
        }
    }

    fn follow(&mut self, course: Course, now: ShowTime) {
        let step = self.course.map_or(0, |present| course.place_at(now) - present.place_at(now));
        self.course = Some(course);
        self.session.queue.set_course(course);
        if step.abs() > STEP_US {
            // What was written ahead belongs to the time before.
            self.session.sound.follow(&course, now);
        }
    }
}
