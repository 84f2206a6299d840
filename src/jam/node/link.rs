//! Holds on to a jam of another server: joins it, follows it, measures its clock, and comes back whenever it was away. What is known
//! stays meanwhile: lights go on with the beat, until it is over.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::{SinkExt, StreamExt};
use tokio::sync::watch;
use tokio::time::{Instant, Interval, MissedTickBehavior};
use yawc::OpCode;
use yawc::frame::Frame;

use super::mirror::Mirror;
use super::status::{LinkBoard, LinkState};
use crate::base::asking::Asking;
use crate::base::clock::Clock;
use crate::base::dial::{Dialled, Dialler};
use crate::base::probe::{Estimate, Exchange, Slewed};
use crate::frame::jams::JamBoard;
use crate::jam::hall::Rooms;
use crate::jam::wire::frame::{Devices, Down, Hello, Place, Probe, Probed, Up};
use crate::show::jam::address::JamAddress;

pub const PROTOCOL: &str = "jam.v1";
/// A whole jam has some tens of kB.
pub const LONGEST: usize = 4 * 1024 * 1024;
/// How often the idea of the other clock is moved.
const SLEW: Duration = Duration::from_millis(100);
/// Devices that somebody else lights may become free.
const CLAIM_AGAIN: Duration = Duration::from_secs(5);
/// The other server says something at least every twenty seconds.
const SILENCE: Duration = Duration::from_secs(50);
const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// For the leader, whose show this is.
const LONGEST_WITHOUT_LEADER: Duration = Duration::from_secs(2);
/// A server that has just started may not have it yet. One that has not had it for so long will not.
const MISSING: Duration = Duration::from_secs(10);

pub struct Env {
    pub clock: Clock,
    pub board: Arc<JamBoard>,
    pub links: LinkBoard,
    /// Speaks `jam.v1`, and shows who we are.
    pub dialler: Dialler,
    pub role: Role,
    /// Devices that this node could light, and how many LEDs they have.
    pub devices: watch::Receiver<(Vec<String>, u16)>,
}

/// What this node is to the jam.
pub enum Role {
    /// Has a name there, lights of its own, and a clock of its own.
    Guest(String),
    /// Shows what the other server shows, by that one's clock: looks on, and lights nothing that others could. Here it can be looked on
    /// at in turn.
    Follower(Rooms),
}

/// What is kept from one connection to the next.
struct Link {
    address: JamAddress,
    env: Env,
    mirror: Option<Mirror>,
    asking: Asking,
    /// How far the other clock is believed to be ahead of our steady one.
    offset: Slewed,
    /// What was told last on this connection.
    told: Place,
    token: Option<String>,
    /// Since when the other server says that it has no such jam.
    missing_since: Option<Instant>,
    /// With a server that says nothing.
    patience: Duration,
}

#[derive(Debug, PartialEq)]
enum Ended {
    Stopped,
    /// It is not to be had, at least for now.
    Refused {
        code: String,
        reason: String,
    },
    Lost(String),
    /// Something is missing: the whole is asked for.
    Gap,
}

/// Until `stop` says so: then nothing of it is shown any more. Or until the one who could say so is gone: where the server goes down, the
/// jam is not over for those who look on here.
pub async fn hold(address: JamAddress, env: Env, mut stop: watch::Receiver<bool>) {
    let code = address.code;
    let mut link = Link {
        address,
        env,
        mirror: None,
        asking: Asking::default(),
        offset: Slewed::default(),
        told: Place::default(),
        token: None,
        missing_since: None,
        patience: SILENCE,
    };
    let mut pause = FIRST_PAUSE;
    loop {
        let ended = link.connect(&mut stop).await;
        let (reason, longest) = match ended {
            Ended::Stopped => break,
            Ended::Gap => continue,
            Ended::Refused { code, reason } => {
                link.may_be_over(&code);
                if link.is_guest() {
                    pause = LONGEST_PAUSE;
                }
                (reason, LONGEST_PAUSE)
            }
            Ended::Lost(reason) => (reason, if link.is_guest() { LONGEST_PAUSE } else { LONGEST_WITHOUT_LEADER }),
        };
        if link.env.links.set(code, LinkState::Lost { reason: reason.clone() }) {
            tracing::warn!(jam = %code, reason, "the jam can not be reached");
            pause = FIRST_PAUSE;
        }
        // Those who were cut off together do not all come back at once.
        let pause_now = pause.min(longest).mul_f64(0.5 + fastrand::f64());
        pause = (pause * 2).min(longest);
        tokio::select! {
            () = stopped(&mut stop) => break,
            () = tokio::time::sleep(pause_now) => {}
        }
    }
    if *stop.borrow() {
        link.forget();
    }
    link.env.links.remove(code);
}

/// Also when nobody is left who could.
async fn stopped(stop: &mut watch::Receiver<bool>) {
    let _ = stop.wait_for(|stop| *stop).await;
}

fn every(period: Duration) -> Interval {
    let mut interval = tokio::time::interval(period);
    interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
    interval
}

impl Link {
    fn is_guest(&self) -> bool {
        matches!(self.env.role, Role::Guest(_))
    }

    fn show(&self, mirror: &Mirror) {
        match &self.env.role {
            Role::Guest(_) => self.env.board.put(self.address.code, mirror.live()),
            Role::Follower(rooms) => rooms.add(mirror.room().clone()),
        }
    }

    /// Nothing of it is shown any more.
    fn forget(&mut self) {
        self.env.links.release(self.address.code);
        let Some(mirror) = self.mirror.take() else { return };
        match &self.env.role {
            Role::Guest(_) => self.env.board.remove(self.address.code, mirror.live()),
            Role::Follower(rooms) => rooms.remove(self.address.code),
        }
        mirror.room().end();
    }

    /// Whoever is cut off goes on with what is known; but not for ever with a jam that is no more.
    fn may_be_over(&mut self, code: &str) {
        let is_missing = code == "jam_not_found";
        self.missing_since = is_missing.then(|| self.missing_since.unwrap_or_else(Instant::now));
        if code == "jam_over" || self.missing_since.is_some_and(|since| since.elapsed() >= MISSING) {
            self.forget();
        }
    }

    async fn connect(&mut self, stop: &mut watch::Receiver<bool>) -> Ended {
        self.env.links.set(self.address.code, LinkState::Connecting);
        let dialled = tokio::select! {
            () = stopped(stop) => return Ended::Stopped,
            dialled = self.env.dialler.dial(&self.address.url) => dialled,
        };
        let mut socket = match dialled {
            Ok(socket) => socket,
            Err(reason) => return Ended::Lost(reason),
        };
        match self.follow(&mut socket, stop).await {
            Err(ended) => ended,
            Ok(never) => match never {},
        }
    }

    async fn follow(
        &mut self,
        socket: &mut Dialled,
        stop: &mut watch::Receiver<bool>,
    ) -> Result<std::convert::Infallible, Ended> {
        // Answers of another connection say nothing of this one's ways.
        self.asking = Asking::default();
        send(socket, &Up::Hello(self.hello())).await?;
        let (mut slew, mut claim) = (every(SLEW), every(CLAIM_AGAIN));
        let mut granted: Option<Vec<String>> = None;
        let is_guest = self.is_guest();
        let quiet = tokio::time::sleep(self.patience);
        tokio::pin!(quiet);
        loop {
            let wants_more =
                is_guest && granted.as_ref().is_none_or(|granted| granted.len() < self.env.devices.borrow().0.len());
            tokio::select! {
                () = stopped(stop) => return Err(Ended::Stopped),
                () = self.asking.due(), if is_guest => self.probe(socket).await?,
                _ = slew.tick() => self.slew(),
                _ = claim.tick(), if wants_more && self.mirror.is_some() => self.claim(socket).await?,
                Ok(()) = self.env.devices.changed(), if is_guest => {
                    let outputs = self.env.devices.borrow().1;
                    send(socket, &Up::Asks { op: 0, asks: vec![crate::jam::ask::Ask::Outputs { outputs }] }).await?;
                    self.claim(socket).await?;
                }
                () = &mut quiet => return Err(Ended::Lost("it has gone silent".to_owned())),
                heard = socket.next() => {
                    quiet.as_mut().reset(Instant::now() + self.patience);
                    match heard {
                        None => return Err(Ended::Lost("it has closed the connection".to_owned())),
                        Some(frame) if frame.opcode() == OpCode::Binary => {
                            let payload = frame.into_payload();
                            self.heard(&payload, &mut granted)?;
                        }
                        Some(_) => {}
                    }
                }
            }
        }
    }

    fn hello(&self) -> Hello {
        let (name, watch) = match &self.env.role {
            Role::Guest(name) => (name.clone(), false),
            Role::Follower(_) => (String::new(), true),
        };
        let (epoch, seq) = self.mirror.as_ref().and_then(Mirror::place).unzip();
        Hello {
            code: self.address.code.to_string(),
            name,
            color: None,
            token: self.token.clone(),
            epoch,
            seq,
            outputs: self.env.devices.borrow().1,
            watch,
        }
    }

    fn estimate(&self) -> Option<Estimate> {
        self.asking.probe.estimate(self.env.clock.steady())
    }

    async fn probe(&mut self, socket: &mut Dialled) -> Result<(), Ended> {
        let rtt = self.estimate().map_or(0, |found| found.round_trip.unsigned_abs().div_ceil(1_000));
        let t0 = self.env.clock.steady().unsigned_abs();
        send(socket, &Up::Probe(Probe { id: 0, t0, rtt })).await
    }

    /// How far the other clock is ahead of what ours shows.
    fn ahead(&mut self) -> Option<i64> {
        let (steady, now) = (self.env.clock.steady(), self.env.clock.now().micros());
        let found = self.estimate().map(|found| found.offset);
        let offset = self.offset.towards(found, steady)?;
        Some(offset.saturating_add(steady).saturating_sub(now))
    }

    fn slew(&mut self) {
        if let (Some(ahead), Some(mirror)) = (self.ahead(), &self.mirror) {
            mirror.live().set_ahead(ahead);
        }
    }

    async fn claim(&mut self, socket: &mut Dialled) -> Result<(), Ended> {
        let devices = self.env.devices.borrow_and_update().0.clone();
        send(socket, &Up::Lease(Devices { devices })).await
    }

    fn heard(&mut self, bytes: &[u8], granted: &mut Option<Vec<String>>) -> Result<(), Ended> {
        let down =
            Down::read(bytes, &mut self.told).map_err(|error| Ended::Lost(format!("it is not understood: {error}")))?;
        match down {
            Down::Welcome(welcome) => {
                self.token = welcome.token.clone().or(self.token.take());
                self.missing_since = None;
                let without = || Ended::Lost("it does not tell the whole of it".to_owned());
                match &mut self.mirror {
                    Some(mirror) => {
                        let needs_whole = mirror.place().is_none();
                        mirror.welcome(welcome).map_err(|_| if needs_whole { without() } else { Ended::Gap })?;
                    }
                    None => self.mirror = Some(Mirror::new(welcome).ok_or_else(without)?),
                }
                self.slew();
                if let Some(mirror) = &self.mirror {
                    self.show(mirror);
                }
                tracing::info!(jam = %self.address.code, "joined a jam");
            }
            Down::Events(told) => self.mirror.as_mut().map_or(Ok(()), |mirror| mirror.take(told)).map_err(|_| Ended::Gap)?,
            Down::Snapshot(whole) => {
                if let Some(mirror) = &mut self.mirror {
                    mirror.take_whole(whole.seq, *whole.jam);
                }
            }
            Down::Probed(Probed { t0, t1, t2, .. }) => {
                let [sent, arrived, left] = [t0, t1, t2].map(|micros| i64::try_from(micros).unwrap_or(i64::MAX));
                self.asking.probe.hear(Exchange { sent, arrived, left, returned: self.env.clock.steady() });
                self.slew();
            }
            Down::Leased(Devices { devices }) => {
                self.env.links.grant(self.address.code, &devices);
                *granted = Some(devices);
            }
            Down::Bye(bye) => {
                if bye.code == "not_a_participant" {
                    // The place was given to somebody else while we were away.
                    self.token = None;
                }
                return Err(Ended::Refused { code: bye.code, reason: bye.message });
            }
            Down::Refused { code, message, .. } => tracing::debug!(code, message, "the jam refused something"),
            Down::Unknown => {}
        }
        self.report();
        Ok(())
    }

    fn report(&mut self) {
        let (way_us, ahead_us) = (self.estimate().map(|found| found.round_trip), self.ahead());
        let Some(mirror) = &self.mirror else { return };
        let state = LinkState::Joined { seq: mirror.seq(), way_us, ahead_us };
        self.env.links.set(self.address.code, state);
    }
}

async fn send(socket: &mut Dialled, up: &Up) -> Result<(), Ended> {
    let sent = socket.send(Frame::binary(Bytes::from(up.bytes()))).await;
    sent.map_err(|error| Ended::Lost(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use yawc::{Options, Role as Side, WebSocket};

    use crate::base::dial::Wire;

    fn link(role: Role) -> Link {
        let (clock, dialler) = (Clock::system(), Dialler::new(PROTOCOL, LONGEST, None, None).unwrap());
        let devices = watch::channel((Vec::new(), 0)).1;
        let env = Env { clock, board: Arc::default(), links: LinkBoard::default(), dialler, role, devices };
        let address = JamAddress::parse("ws://127.0.0.1:9/ABC234").unwrap();
        let (asking, offset, told) = (Asking::default(), Slewed::default(), Place::default());
        let patience = Duration::from_millis(300);
        Link { address, env, mirror: None, asking, offset, told, token: None, missing_since: None, patience }
    }

    /// The two ends of a connection.
    fn connected() -> (Dialled, Dialled) {
        let (here, there) = tokio::io::duplex(65_536);
        let end = |end, side| {
            let wire: Box<dyn Wire> = Box::new(end);
            WebSocket::from_stream(wire, side, Options::default()).unwrap()
        };
        (end(here, Side::Client), end(there, Side::Server))
    }

    #[tokio::test]
    async fn a_server_that_says_nothing_for_long_is_gone_also_where_the_connection_stands() {
        for role in [Role::Follower(Rooms::default()), Role::Guest("Lamp".to_owned())] {
            let (mut here, _there) = connected();
            let stop = watch::Sender::new(false);
            let mut link = link(role);
            let (mut stopped, a_long_time) = (stop.subscribe(), Duration::from_secs(20));
            let ended = tokio::time::timeout(a_long_time, link.follow(&mut here, &mut stopped)).await;
            assert_eq!(ended.expect("it is noticed").err(), Some(Ended::Lost("it has gone silent".to_owned())));
        }
    }
}
