//! One who plays, or looks on. It has no queue: it is a place in the row of what happened.

use std::net::IpAddr;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesOrdered;
use tokio::sync::watch;
use tokio::time::{Instant, MissedTickBehavior};

use super::Papers;
use super::tell::{Acks, Form, Message};
use crate::api::error::ApiError;
use crate::api::ws::socket::{Farewell, Gone, Heard, Socket};
use crate::api::{Api, close};
use crate::base::vitals::Counted;
use crate::identity::Caller;
use crate::jam::hall::{Done, Guest};
use crate::jam::refused::Refused;
use crate::jam::room::{Room, Since};
use crate::jam::wire::frame::{Bye, Devices, Down, Hello, Place, Probe, Probed, Up, Welcome, Whole};
use crate::show::jam::color::COLOR_TABLE_VERSION;
use crate::show::jam::participant::ParticipantId;
use crate::show::time::ShowTime;

const PING_EVERY: Duration = Duration::from_secs(20);
/// Pings in a row without any sign of life before somebody counts as gone.
const MAX_SILENT_PINGS: u32 = 3;
const HELLO: Duration = Duration::from_secs(10);
const FAREWELL: Duration = Duration::from_secs(2);
/// What happens closer together is told together: a message costs more than a step.
const TOGETHER: Duration = Duration::from_millis(20);
/// Events in one message; what is more follows in the next one.
const MOST_AT_ONCE: usize = 256;
/// Operations on their way. Beyond, nothing more is read until one is answered.
const MAX_PENDING: usize = 64;
/// Somebody plays: so much at once, and so many a second. A glissando of two hands is a tenth of it.
const BURST: f64 = 400.0;
const PER_SECOND: f64 = 200.0;
/// Messages that make no sense, before the connection is closed.
const MOST_NONSENSE: u32 = 16;

static CONNECTIONS: AtomicU64 = AtomicU64::new(1);

struct Answered {
    op: u32,
    result: Result<Done, Refused>,
}

pub struct Connection {
    socket: Socket,
    api: Api,
    caller: Option<Caller>,
    address: IpAddr,
    form: Form,
    number: u64,
    _counted: Counted,
}

/// Where it is.
struct Seat {
    room: Arc<Room>,
    /// None: looks on.
    id: Option<ParticipantId>,
    /// What it was told last.
    told: Place,
    newest: watch::Receiver<u64>,
    acks: Acks,
    pending: FuturesOrdered<BoxFuture<'static, Answered>>,
    /// Not before then is more told.
    next: Instant,
    is_due: bool,
    allowance: Allowance,
    nonsense: u32,
    silent_pings: u32,
}

type Flow<T = ()> = ControlFlow<Option<Farewell>, T>;

fn gone<T>(result: Result<T, Gone>) -> Flow<T> {
    result.map_or(ControlFlow::Break(None), ControlFlow::Continue)
}

fn closing<T>(code: u16, reason: &'static str) -> Flow<T> {
    ControlFlow::Break(Some(Farewell { code, reason }))
}

impl Connection {
    pub fn new(socket: Socket, api: Api, caller: Option<Caller>, address: IpAddr, form: Form) -> Self {
        let counted = Counted::in_gauge(&api.vitals.websocket_clients);
        let number = CONNECTIONS.fetch_add(1, Ordering::Relaxed);
        Self { socket, api, caller, address, form, number, _counted: counted }
    }

    pub async fn run(mut self) {
        let farewell = match self.enter().await {
            ControlFlow::Continue(mut seat) => {
                let ControlFlow::Break(farewell) = self.play(&mut seat).await else { return };
                self.leave(&mut seat).await;
                farewell
            }
            ControlFlow::Break(farewell) => farewell,
        };
        let _ = tokio::time::timeout(FAREWELL, self.socket.end(farewell)).await;
    }

    /// Until it is known who comes to which jam.
    async fn enter(&mut self) -> Flow<Seat> {
        let until = Instant::now() + HELLO;
        loop {
            let heard = tokio::select! {
                () = self.api.closed() => return closing(close::AWAY, "the server is going down"),
                heard = tokio::time::timeout_at(until, self.socket.hear()) => heard,
            };
            let Ok(heard) = heard else { return closing(close::POLICY, "a hello comes first") };
            let message = match gone(heard)? {
                Heard::Text(bytes) | Heard::Binary(bytes) => bytes,
                Heard::SignOfLife => continue,
            };
            let ups = match self.form.read(&message) {
                Ok(ups) => ups,
                Err(error) => return self.refuse_entry(&Refused::Invalid(error.to_string()).into()).await,
            };
            for up in ups {
                match up {
                    Up::Hello(hello) => return self.welcome(hello).await,
                    // The clock may be asked before.
                    Up::Probe(probe) => self.probed(probe).await?,
                    _ => return closing(close::POLICY, "a hello comes first"),
                }
            }
        }
    }

    async fn welcome(&mut self, hello: Hello) -> Flow<Seat> {
        let papers = Papers { caller: self.caller.as_ref(), address: self.address, token: hello.token.as_deref() };
        let entered = match self.api.jam_for(&hello.code, &papers) {
            Ok(room) if hello.watch => self.api.may_watch_jam(&room, &papers).map(|()| (room, None)),
            Ok(room) => {
                let guest = Guest { name: hello.name.clone(), color: hello.color };
                self.api.enter_jam(&room, &papers, guest).await.map(|who| (room, Some(who)))
            }
            Err(error) => Err(error),
        };
        let (room, who) = match entered {
            Ok(entered) => entered,
            Err(error) => return self.refuse_entry(&error).await,
        };
        if let Some((id, _)) = &who {
            self.api.jams.hall.arrive(room.code, *id, hello.outputs).await;
        }
        let newest = room.newest();
        let (seq, jam) = room.whole();
        let knew = hello.seq.filter(|_| hello.epoch.as_deref() == Some(&room.epoch));
        let resumes = knew.filter(|knew| matches!(room.since(*knew, 0), Since::Events(_)));
        let (id, token) = who.unzip();
        let welcome = Welcome {
            id,
            token,
            epoch: room.epoch.clone(),
            seq: resumes.unwrap_or(seq),
            created_at: room.created_at,
            color_table_version: COLOR_TABLE_VERSION,
            jam: resumes.is_none().then(|| Box::new(jam.told())),
        };
        let mut seat = Seat {
            id,
            told: Place::after_whole(welcome.seq, room.created_at),
            newest,
            acks: Acks::default(),
            pending: FuturesOrdered::new(),
            next: Instant::now(),
            is_due: true,
            allowance: Allowance::new(),
            nonsense: 0,
            silent_pings: 0,
            room,
        };
        match self.say(&Down::Welcome(welcome)).await {
            ControlFlow::Continue(()) => ControlFlow::Continue(seat),
            ControlFlow::Break(farewell) => {
                self.leave(&mut seat).await;
                ControlFlow::Break(farewell)
            }
        }
    }

    async fn refuse_entry<T>(&mut self, error: &ApiError) -> Flow<T> {
        let bye = Bye { code: error.code().to_owned(), message: error.to_string() };
        self.say(&Down::Bye(bye)).await?;
        let code = if matches!(error, ApiError::LoginRequired) { close::LOGIN_NEEDED } else { close::POLICY };
        closing(code, error.code())
    }

    async fn play(&mut self, seat: &mut Seat) -> Flow {
        let mut ping = tokio::time::interval(PING_EVERY);
        ping.set_missed_tick_behavior(MissedTickBehavior::Delay);
        ping.reset();
        loop {
            tokio::select! {
                biased;
                () = self.api.closed() => return closing(close::AWAY, "the server is going down"),
                _ = ping.tick() => {
                    seat.silent_pings += 1;
                    let is_good = self.caller.as_ref().is_none_or(|caller| self.api.still_good(caller));
                    if seat.silent_pings > MAX_SILENT_PINGS || !is_good {
                        return closing(close::POLICY, "no sign of life, or no longer let in");
                    }
                    gone(self.socket.ping().await)?;
                }
                Some(answered) = seat.pending.next() => self.answered(seat, answered).await?,
                incoming = self.socket.hear(), if seat.pending.len() < MAX_PENDING => {
                    seat.silent_pings = 0;
                    match gone(incoming)? {
                        Heard::Text(bytes) | Heard::Binary(bytes) => self.heard(seat, &bytes).await?,
                        Heard::SignOfLife => {}
                    }
                }
                changed = seat.newest.changed(), if !seat.is_due => match changed {
                    Ok(()) => seat.is_due = true,
                    Err(_) => return closing(close::AWAY, "the server is going down"),
                },
                () = tokio::time::sleep_until(seat.next), if seat.is_due => self.tell(seat).await?,
            }
        }
    }

    async fn heard(&mut self, seat: &mut Seat, message: &[u8]) -> Flow {
        let ups = match self.form.read(message) {
            Ok(ups) => ups,
            Err(error) => {
                seat.nonsense += 1;
                if seat.nonsense > MOST_NONSENSE {
                    return closing(close::POLICY, "too much that makes no sense");
                }
                return self.refused(0, &Refused::Invalid(error.to_string())).await;
            }
        };
        for up in ups {
            match up {
                Up::Probe(probe) => {
                    if probe.rtt > 0 {
                        seat.room.measured(self.number, u32::try_from(probe.rtt).unwrap_or(u32::MAX));
                    }
                    self.probed(probe).await?;
                }
                Up::Asks { op, asks } => self.asked(seat, op, asks).await?,
                Up::Lease(Devices { devices }) => {
                    let devices = self.api.jams.leases.claim(self.number, &devices);
                    self.say(&Down::Leased(Devices { devices })).await?;
                }
                Up::Hello(_) => self.refused(0, &Refused::Invalid("the hello has been said".to_owned())).await?,
                Up::Unknown => {}
            }
        }
        ControlFlow::Continue(())
    }

    async fn asked(&mut self, seat: &mut Seat, op: u32, asks: Vec<crate::jam::ask::Ask>) -> Flow {
        let Some(id) = seat.id else { return self.refused(op, &Refused::NotAParticipant).await };
        if !seat.allowance.takes(asks.len()) {
            let message = "more than anybody can play: wait a second".to_owned();
            return self.say(&Down::Refused { op, code: "rate_limited".to_owned(), message }).await;
        }
        match self.api.jams.hall.begin(seat.room.code, id, op, asks) {
            Ok(answer) => {
                let answered = async move { Answered { op, result: answer.await.unwrap_or(Err(Refused::Closing)) } };
                seat.pending.push_back(Box::pin(answered));
                ControlFlow::Continue(())
            }
            Err(refused) => self.refused(op, &refused).await,
        }
    }

    async fn answered(&mut self, seat: &mut Seat, Answered { op, result }: Answered) -> Flow {
        match result {
            Ok(Done { seq }) if op > 0 => {
                seat.acks.add(op, seq);
                seat.is_due = true;
            }
            Ok(_) => {}
            Err(refused) => self.refused(op, &refused).await?,
        }
        ControlFlow::Continue(())
    }

    async fn tell(&mut self, seat: &mut Seat) -> Flow {
        seat.newest.borrow_and_update();
        seat.is_due = false;
        match seat.room.since(seat.told.seq, MOST_AT_ONCE) {
            Since::Events(happened) => {
                let told = happened.last().map_or(seat.told.seq, |one| one.entry.seq);
                let acks = seat.acks.take(told);
                if !happened.is_empty() || !acks.is_empty() {
                    let message = self.form.events(&mut seat.told, &happened, &acks);
                    self.send(message).await?;
                    seat.next = Instant::now() + TOGETHER;
                }
                seat.is_due = happened.len() == MOST_AT_ONCE;
            }
            Since::Whole { seq, jam } => {
                self.say(&Down::Snapshot(Whole { seq, jam: Box::new(jam.told()) })).await?;
                seat.told = Place::after_whole(seq, seat.room.created_at);
                // Acks go with events, and there are none to come before them.
                let acks = seat.acks.take(seq);
                if !acks.is_empty() {
                    let message = self.form.events(&mut seat.told, &[], &acks);
                    self.send(message).await?;
                }
            }
        }
        let is_out = seat.id.is_some_and(|id| !seat.room.jam().participants.contains_key(&id));
        if seat.room.is_over() || is_out {
            let (code, message) = if is_out { ("left", "you have left") } else { ("jam_over", "the jam is over") };
            self.say(&Down::Bye(Bye { code: code.to_owned(), message: message.to_owned() })).await?;
            return closing(close::NORMAL, message);
        }
        ControlFlow::Continue(())
    }

    async fn probed(&mut self, Probe { id, t0, .. }: Probe) -> Flow {
        let now = |at: ShowTime| u64::try_from(at.micros()).unwrap_or(0);
        let t1 = now(self.api.clock.now());
        self.say(&Down::Probed(Probed { id, t0, t1, t2: now(self.api.clock.now()) })).await
    }

    async fn refused(&mut self, op: u32, refused: &Refused) -> Flow {
        self.say(&Down::Refused { op, code: refused.code().to_owned(), message: refused.to_string() }).await
    }

    async fn say(&mut self, down: &Down) -> Flow {
        self.send(self.form.write(down)).await
    }

    async fn send(&mut self, message: Message) -> Flow {
        gone(match message {
            Message::Binary(bytes) => self.socket.tell_bytes(bytes).await,
            Message::Text(text) => self.socket.tell(text).await,
        })
    }

    async fn leave(&mut self, seat: &mut Seat) {
        seat.room.left(self.number);
        self.api.jams.leases.release(self.number);
        if let Some(id) = seat.id {
            self.api.jams.hall.depart(seat.room.code, id).await;
        }
    }
}

/// How much somebody may still play right now.
struct Allowance {
    left: f64,
    at: Instant,
}

impl Allowance {
    fn new() -> Self {
        Self { left: BURST, at: Instant::now() }
    }

    fn takes(&mut self, asks: usize) -> bool {
        let now = Instant::now();
        self.left = (self.left + (now - self.at).as_secs_f64() * PER_SECOND).min(BURST);
        self.at = now;
        let is_enough = self.left >= asks as f64;
        if is_enough {
            self.left -= asks as f64;
        }
        is_enough
    }
}
