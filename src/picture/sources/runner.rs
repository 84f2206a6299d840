//! The life of a source: wait until it is seen, play, and when it breaks, hold the last picture, back off and open it again.

use std::sync::Arc;
use std::time::Duration;

use super::queue::{FOREVER, Order, Slot};
use super::session::{End, Session, must_reopen};
use super::{Outside, file, jam, live, published, tone};
use crate::base::clock::Clock;
use crate::base::status::InputState;
use crate::base::tasks::StopFlag;
use crate::base::vitals::Vitals;
use crate::show::input::InputKind;
use crate::show::time::ShowTime;

const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);
/// How often a source that does nothing looks up. It is woken when its orders change.
const IDLE: Duration = Duration::from_millis(200);

pub(super) struct Runner {
    session: Session,
    attempt: u32,
}

/// A thread that fails must not look as if it were playing.
struct Alarm(Arc<Vitals>, String);

impl Drop for Alarm {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let reason = "its thread has failed".to_owned();
            self.0.status.report_input(&self.1, InputState::Failed { reason });
        }
    }
}

impl Runner {
    pub fn new(slot: Arc<Slot>, clock: Clock, outside: Outside, vitals: Arc<Vitals>, stop: StopFlag) -> Self {
        Self { session: Session::new(slot, clock, outside, vitals, stop), attempt: 0 }
    }

    pub fn run(mut self) {
        let (vitals, id) = self.session.named();
        let _alarm = Alarm(vitals, id);
        while !self.session.is_stopped() {
            let order = self.session.slot.ordered();
            if !self.session.should_run(&order) {
                self.put_away();
                self.session.settle(&order, FOREVER);
                self.session.rest(IDLE);
                continue;
            }
            if !self.is_awaited(&order) {
                self.session.report(InputState::Connecting);
            }
            match play(&mut self.session, &order) {
                End::Left => self.attempt = 0,
                End::Over { reason } => {
                    self.hold(&order);
                    self.attempt = 0;
                    self.session.count_reconnect();
                    self.session.report(InputState::Lost { next_try: self.session.clock.now(), attempt: 0, reason });
                }
                End::Broken { reason, had_played } => {
                    self.hold(&order);
                    let reason = without_secret(&reason, &order);
                    if had_played || is_live(&order) {
                        self.back_off(&order, reason, had_played);
                    } else {
                        self.give_up(&order, reason);
                    }
                }
            }
        }
        self.put_away();
    }

    /// Whether it is not for us to connect.
    fn is_awaited(&self, order: &Order) -> bool {
        matches!(order.wanted.input.kind, InputKind::Published { .. })
    }

    fn put_away(&mut self) {
        self.attempt = 0;
        if !self.session.queue.is_empty() {
            self.session.queue.clear();
            self.session.sound.clear();
        }
        self.session.queue.show_until(FOREVER);
        self.session.queue.publish();
        self.session.report(InputState::Idle);
    }

    /// The last picture stays for a while.
    fn hold(&mut self, order: &Order) {
        let now = self.session.clock.now();
        let course = self.session.queue.course();
        self.session.queue.jump(now, course);
        self.session.sound.clear();
        self.session.queue.show_until(now.plus(Duration::from_millis(order.wanted.input.hold_ms.into())));
        self.session.queue.publish();
    }

    fn back_off(&mut self, order: &Order, reason: String, had_played: bool) {
        self.attempt = if had_played { 1 } else { self.attempt + 1 };
        self.session.count_reconnect();
        let doubled = FIRST_PAUSE * 2_u32.pow((self.attempt - 1).min(8));
        // Many inputs that lose one server must not all come back in the same instant.
        let pause = doubled.min(LONGEST_PAUSE).mul_f64(0.75 + 0.25 * fastrand::f64());
        let next_try = self.session.clock.now().plus(pause);
        self.session.report(InputState::Lost { next_try, attempt: self.attempt, reason });
        self.wait(order, next_try);
    }

    /// A file that can not be played will not be better in a second.
    fn give_up(&mut self, order: &Order, reason: String) {
        self.session.report(InputState::Failed { reason });
        self.wait(order, FOREVER);
    }

    fn wait(&mut self, order: &Order, until: ShowTime) {
        while self.session.clock.now() < until {
            let next = self.session.slot.ordered();
            let is_changed = must_reopen(&order.wanted, &next.wanted);
            if is_changed || !self.session.should_run(&next) {
                return;
            }
            self.session.queue.publish();
            self.session.settle(&next, FOREVER);
            self.session.rest(IDLE.min(until.since(self.session.clock.now())));
        }
    }
}

/// The only place that knows which kind is played how.
fn play(session: &mut Session, order: &Arc<Order>) -> End {
    match &order.wanted.input.kind {
        InputKind::Video(_) => file::play(session, order),
        InputKind::Network { .. } | InputKind::Camera { .. } | InputKind::Microphone { .. } | InputKind::Page { .. } => {
            live::play(session, order)
        }
        InputKind::Tone { .. } => tone::play(session, order),
        InputKind::Jam { jam } => jam::play(session, order, *jam),
        InputKind::Published { key, latency_ms } => published::play(session, order, key, *latency_ms),
    }
}

fn is_live(order: &Order) -> bool {
    match order.wanted.input.kind {
        InputKind::Network { .. }
        | InputKind::Published { .. }
        | InputKind::Camera { .. }
        | InputKind::Microphone { .. }
        | InputKind::Page { .. } => true,
        InputKind::Video(_) | InputKind::Tone { .. } | InputKind::Jam { .. } => false,
    }
}

/// GStreamer's messages may quote an address with the key in it.
fn without_secret(reason: &str, order: &Order) -> String {
    match &order.wanted.input.kind {
        InputKind::Network { secret, .. } if !secret.is_empty() => {
            let parts = secret.reveal().split(':').chain([secret.reveal()]);
            // One of a letter or two stands in many words, and tells nothing.
            parts.filter(|part| part.len() > 2).fold(reason.to_owned(), |text, part| text.replace(part, "***"))
        }
        _ => reason.to_owned(),
    }
}
