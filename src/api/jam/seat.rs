//! A place in a jam, whichever door its holder came in by: who it is there, what it was told last, how much it may still ask, and what
//! it is to be told next. It has no queue: it is a place in the row of what happened.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use futures_util::future::BoxFuture;
use futures_util::stream::FuturesOrdered;
use futures_util::{FutureExt, StreamExt};
use tokio::sync::{oneshot, watch};
use tokio::time::Instant;

use super::Papers;
use super::acks::Acks;
use super::allowance::Allowance;
use crate::api::Api;
use crate::api::error::ApiError;
use crate::identity::Caller;
use crate::jam::ask::Ask;
use crate::jam::hall::{Done, Guest, Hall};
use crate::jam::refused::Refused;
use crate::jam::room::{Happened, Room, Since};
use crate::jam::wire::frame::{Hello, MOST_ASKS, Welcome};
use crate::show::jam::Jam;
use crate::show::jam::color::COLOR_TABLE_VERSION;
use crate::show::jam::participant::ParticipantId;

/// What happens closer together is told together: a message costs more than a step.
const TOGETHER: Duration = Duration::from_millis(20);
/// Events that are told at once; what is more follows.
const MOST_AT_ONCE: usize = 256;
/// Operations on their way. Beyond, nothing more is heard from their author until one is answered.
const MAX_PENDING: usize = 64;

static NUMBERS: AtomicU64 = AtomicU64::new(1);

/// What is to be said to whoever sits there. `T`: the name under which the door answers.
pub enum Telling<T> {
    /// What happened, and whose operations are done with it.
    Events {
        happened: Vec<Arc<Happened>>,
        acks: Vec<(T, u64)>,
    },
    /// So much has happened that it can not be told any more.
    Whole {
        seq: u64,
        jam: Arc<Jam>,
        acks: Vec<(T, u64)>,
    },
    Refused(T, ApiError),
    /// Nothing comes after this.
    Over(Over),
}

/// Why somebody is in a jam no longer.
#[derive(Clone, Copy, Debug)]
pub struct Over {
    pub code: &'static str,
    pub message: &'static str,
}

const LEFT: Over = Over { code: "left", message: "you have left" };
const JAM_OVER: Over = Over { code: "jam_over", message: "the jam is over" };

pub struct Seat<T> {
    hall: Hall,
    pub room: Arc<Room>,
    /// None: looks on.
    id: Option<ParticipantId>,
    /// Its own, of all that there are.
    pub number: u64,
    /// The newest event that it was told.
    told: u64,
    newest: watch::Receiver<u64>,
    acks: Acks<T>,
    pending: FuturesOrdered<BoxFuture<'static, (T, Result<Done, ApiError>)>>,
    /// Not before then is more told.
    next: Instant,
    is_due: bool,
    allowance: Allowance,
}

impl<T: Send + 'static> Seat<T> {
    /// Comes in: as somebody new, as whom the token names, or to look on.
    pub async fn take(
        api: &Api,
        caller: Option<&Caller>,
        address: IpAddr,
        hello: &Hello,
    ) -> Result<(Self, Welcome), ApiError> {
        let papers = Papers { caller, address, token: hello.token.as_deref() };
        let (room, who) = if hello.watch {
            (api.jam_to_watch(&hello.code, &papers)?, None)
        } else {
            let room = api.jam_for(&hello.code, &papers)?;
            let guest = Guest { name: hello.name.clone(), color: hello.color };
            let who = api.enter_jam(&room, &papers, guest).await?;
            (room, Some(who))
        };
        if let Some((id, _)) = &who {
            api.jams.hall.arrive(room.code, *id, hello.outputs).await;
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
        let seat = Self {
            hall: api.jams.hall.clone(),
            room,
            id,
            number: NUMBERS.fetch_add(1, Ordering::Relaxed),
            told: welcome.seq,
            newest,
            acks: Acks::default(),
            pending: FuturesOrdered::new(),
            next: Instant::now(),
            is_due: true,
            allowance: Allowance::new(),
        };
        Ok((seat, welcome))
    }

    /// The answer comes by `next`, in the order in which things were asked.
    pub fn ask(&mut self, name: T, op: u32, asks: Vec<Ask>) {
        let begun = self.begin(op, asks);
        let answered = async move {
            let result = match begun {
                Ok(answer) => answer.await.unwrap_or(Err(Refused::Closing)).map_err(ApiError::from),
                Err(error) => Err(error),
            };
            (name, result)
        };
        self.pending.push_back(answered.boxed());
    }

    fn begin(&mut self, op: u32, asks: Vec<Ask>) -> Result<oneshot::Receiver<Result<Done, Refused>>, ApiError> {
        let id = self.id.ok_or(Refused::NotAParticipant)?;
        if asks.len() > MOST_ASKS {
            return Err(Refused::Invalid(format!("at most {MOST_ASKS} things are asked for at once")).into());
        }
        self.allowance.take(asks.len().max(1))?;
        Ok(self.hall.begin(self.room.code, id, op, asks)?)
    }

    /// Else it only looks on.
    pub fn is_participant(&self) -> bool {
        self.id.is_some()
    }

    /// So much is on its way that nothing more is to be heard.
    pub fn is_full(&self) -> bool {
        self.pending.len() >= MAX_PENDING
    }

    /// May be given up at any point: nothing is lost then.
    pub async fn next(&mut self) -> Telling<T> {
        loop {
            if let Some(over) = self.over() {
                return Telling::Over(over);
            }
            tokio::select! {
                biased;
                Some((name, result)) = self.pending.next() => {
                    self.is_due = true;
                    match result {
                        Ok(Done { seq }) => self.acks.add(name, seq),
                        Err(error) => return Telling::Refused(name, error),
                    }
                }
                changed = self.newest.changed(), if !self.is_due => match changed {
                    Ok(()) => self.is_due = true,
                    Err(_) => return Telling::Over(JAM_OVER),
                },
                () = tokio::time::sleep_until(self.next), if self.is_due => {
                    if let Some(telling) = self.tell() {
                        return telling;
                    }
                }
            }
        }
    }

    fn tell(&mut self) -> Option<Telling<T>> {
        self.newest.borrow_and_update();
        self.is_due = false;
        match self.room.since(self.told, MOST_AT_ONCE) {
            Since::Events(happened) => {
                self.told = happened.last().map_or(self.told, |one| one.entry.seq);
                self.is_due = happened.len() == MOST_AT_ONCE;
                let acks = self.acks.take(self.told);
                if happened.is_empty() && acks.is_empty() {
                    return None;
                }
                self.next = Instant::now() + TOGETHER;
                Some(Telling::Events { happened, acks })
            }
            Since::Whole { seq, jam } => {
                self.told = seq;
                Some(Telling::Whole { seq, jam, acks: self.acks.take(seq) })
            }
        }
    }

    /// Once all has been told and answered.
    fn over(&self) -> Option<Over> {
        let (seq, jam) = self.room.whole();
        if self.is_due || self.told != seq || !self.pending.is_empty() || !self.acks.is_empty() {
            return None;
        }
        let is_out = self.id.is_some_and(|id| !jam.participants.contains_key(&id));
        if is_out { Some(LEFT) } else { self.room.is_over().then_some(JAM_OVER) }
    }

    /// Gone, but still a participant.
    pub async fn leave(self) {
        self.room.left(self.number);
        if let Some(id) = self.id {
            self.hall.depart(self.room.code, id).await;
        }
    }
}
