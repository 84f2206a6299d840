//! One who plays, or looks on. It has no queue: it is a place in the row of what happened.

use std::net::IpAddr;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, MissedTickBehavior};

use super::seat::{Over, Seat, Telling};
use super::tell::{Form, Message};
use crate::api::error::ApiError;
use crate::api::ws::socket::{Farewell, Gone, Heard, Socket};
use crate::api::{Api, close};
use crate::base::vitals::Counted;
use crate::identity::Caller;
use crate::jam::refused::Refused;
use crate::jam::room::Happened;
use crate::jam::wire::frame::{Bye, Devices, Down, Hello, Place, Probe, Probed, Up, Whole};
use crate::show::time::ShowTime;

const PING_EVERY: Duration = Duration::from_secs(20);
/// Pings in a row without any sign of life before somebody counts as gone.
const MAX_SILENT_PINGS: u32 = 3;
const HELLO: Duration = Duration::from_secs(10);
const FAREWELL: Duration = Duration::from_secs(2);
/// Messages that make no sense, before the connection is closed.
const MOST_NONSENSE: u32 = 16;

pub struct Connection {
    socket: Socket,
    api: Api,
    caller: Option<Caller>,
    address: IpAddr,
    form: Form,
    /// Where it is in what it was told.
    place: Place,
    nonsense: u32,
    silent_pings: u32,
    _counted: Counted,
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
        let place = Place::default();
        Self { socket, api, caller, address, form, place, nonsense: 0, silent_pings: 0, _counted: counted }
    }

    pub async fn run(mut self) {
        let farewell = match self.enter().await {
            ControlFlow::Continue(mut seat) => {
                let ControlFlow::Break(farewell) = self.play(&mut seat).await else { return };
                self.leave(seat).await;
                farewell
            }
            ControlFlow::Break(farewell) => farewell,
        };
        let _ = tokio::time::timeout(FAREWELL, self.socket.end(farewell)).await;
    }

    /// Until it is known who comes to which jam.
    async fn enter(&mut self) -> Flow<Seat<u32>> {
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

    async fn welcome(&mut self, hello: Hello) -> Flow<Seat<u32>> {
        let (seat, welcome) = match Seat::take(&self.api, self.caller.as_ref(), self.address, &hello).await {
            Ok(entered) => entered,
            Err(error) => return self.refuse_entry(&error).await,
        };
        self.place = Place::after_whole(welcome.seq, welcome.created_at);
        match self.say(&Down::Welcome(welcome)).await {
            ControlFlow::Continue(()) => ControlFlow::Continue(seat),
            ControlFlow::Break(farewell) => {
                self.leave(seat).await;
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

    async fn play(&mut self, seat: &mut Seat<u32>) -> Flow {
        let mut ping = tokio::time::interval(PING_EVERY);
        ping.set_missed_tick_behavior(MissedTickBehavior::Delay);
        ping.reset();
        loop {
            let is_full = seat.is_full();
            tokio::select! {
                biased;
                () = self.api.closed() => return closing(close::AWAY, "the server is going down"),
                _ = ping.tick() => self.ping().await?,
                incoming = self.socket.hear(), if !is_full => {
                    self.silent_pings = 0;
                    match gone(incoming)? {
                        Heard::Text(bytes) | Heard::Binary(bytes) => self.heard(seat, &bytes).await?,
                        Heard::SignOfLife => {}
                    }
                }
                telling = seat.next() => self.tell(telling).await?,
            }
        }
    }

    async fn ping(&mut self) -> Flow {
        self.silent_pings += 1;
        let is_good = self.caller.as_ref().is_none_or(|caller| self.api.still_good(caller));
        if self.silent_pings > MAX_SILENT_PINGS || !is_good {
            return closing(close::POLICY, "no sign of life, or no longer let in");
        }
        gone(self.socket.ping().await)
    }

    async fn heard(&mut self, seat: &mut Seat<u32>, message: &[u8]) -> Flow {
        let ups = match self.form.read(message) {
            Ok(ups) => ups,
            Err(error) => {
                self.nonsense += 1;
                if self.nonsense > MOST_NONSENSE {
                    return closing(close::POLICY, "too much that makes no sense");
                }
                return self.refused(0, &Refused::Invalid(error.to_string()).into()).await;
            }
        };
        for up in ups {
            match up {
                Up::Probe(probe) => {
                    if probe.rtt > 0 {
                        seat.room.measured(seat.number, u32::try_from(probe.rtt).unwrap_or(u32::MAX));
                    }
                    self.probed(probe).await?;
                }
                Up::Asks { op, asks } => seat.ask(op, op, asks),
                Up::Lease(Devices { devices }) => {
                    if !seat.is_participant() {
                        self.refused(0, &Refused::NotAParticipant.into()).await?;
                        continue;
                    }
                    let devices = self.api.jams.leases.claim(seat.number, &devices);
                    self.say(&Down::Leased(Devices { devices })).await?;
                }
                Up::Hello(_) => {
                    self.refused(0, &Refused::Invalid("the hello has been said".to_owned()).into()).await?;
                }
                Up::Unknown => {}
            }
        }
        ControlFlow::Continue(())
    }

    async fn tell(&mut self, telling: Telling<u32>) -> Flow {
        match telling {
            Telling::Events { happened, acks } => self.tell_events(&happened, acks).await,
            Telling::Whole { seq, jam, acks } => {
                self.say(&Down::Snapshot(Whole { seq, jam: Box::new(jam.told()) })).await?;
                self.place = Place::after_whole(seq, jam.created_at);
                // Acks go with events, and there are none to come before them.
                self.tell_events(&[], acks).await
            }
            Telling::Refused(op, error) => self.refused(op, &error).await,
            Telling::Over(Over { code, message }) => {
                self.say(&Down::Bye(Bye { code: code.to_owned(), message: message.to_owned() })).await?;
                closing(close::NORMAL, message)
            }
        }
    }

    /// Who gave an operation no number does not want to know.
    async fn tell_events(&mut self, happened: &[Arc<Happened>], mut acks: Vec<(u32, u64)>) -> Flow {
        acks.retain(|(op, _)| *op > 0);
        if happened.is_empty() && acks.is_empty() {
            return ControlFlow::Continue(());
        }
        let message = self.form.events(&mut self.place, happened, &acks);
        self.send(message).await
    }

    async fn probed(&mut self, Probe { id, t0, .. }: Probe) -> Flow {
        let now = |at: ShowTime| u64::try_from(at.micros()).unwrap_or(0);
        let t1 = now(self.api.clock.now());
        self.say(&Down::Probed(Probed { id, t0, t1, t2: now(self.api.clock.now()) })).await
    }

    async fn refused(&mut self, op: u32, error: &ApiError) -> Flow {
        self.say(&Down::Refused { op, code: error.code().to_owned(), message: error.to_string() }).await
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

    async fn leave(&mut self, seat: Seat<u32>) {
        self.api.jams.leases.release(seat.number);
        seat.leave().await;
    }
}
