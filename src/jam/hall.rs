//! All jams of this server: what doors hold. What changes a jam goes to the keeper's thread; what only looks does not wait for it.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use arc_swap::ArcSwapOption;
use redb::Database;
use tokio::sync::{mpsc, oneshot};

use super::ask::Ask;
use super::recording::RecordingId;
use super::refused::Refused;
use super::room::Room;
use super::token::TokenKey;
use crate::frame::jams::{JamBoard, LiveJam};
use crate::show::jam::Millis;
use crate::show::jam::code::JamCode;
use crate::show::jam::event::JamEvent;
use crate::show::jam::participant::{Color, ParticipantId};

/// What somebody who opens a jam says.
#[derive(Clone, Debug, Default)]
pub struct Opening {
    pub name: String,
    /// A code of one's own; else one is found.
    pub code: Option<JamCode>,
    pub open: bool,
    /// What is to be so from the beginning.
    pub asks: Vec<Ask>,
}

/// Somebody who comes in.
#[derive(Clone, Debug, Default)]
pub struct Guest {
    pub name: String,
    pub color: Option<Color>,
}

#[derive(Clone)]
pub struct Joined {
    pub room: Arc<Room>,
    pub id: ParticipantId,
    pub token: String,
}

/// Carried out, and on disk: what it led to has this number, or an earlier one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Done {
    pub seq: u64,
}

/// Decided before, and when it happens here: now, or a moment ago.
#[derive(Clone, Debug)]
pub struct Fed {
    pub at: Millis,
    pub by: ParticipantId,
    pub event: JamEvent,
}

pub(super) type Answer<T> = oneshot::Sender<Result<T, Refused>>;

pub(super) enum Asked {
    Open {
        opening: Opening,
        guest: Guest,
        answer: Answer<Joined>,
    },
    Join {
        code: JamCode,
        guest: Guest,
        answer: Answer<Joined>,
    },
    Asks {
        code: JamCode,
        by: ParticipantId,
        op: u32,
        asks: Vec<Ask>,
        answer: Answer<Done>,
    },
    /// A connection of the participant begins, or has ended.
    Arrive {
        code: JamCode,
        id: ParticipantId,
        outputs: u16,
    },
    Depart {
        code: JamCode,
        id: ParticipantId,
    },
    /// What was played elsewhere, or before.
    Feed {
        code: JamCode,
        events: Vec<Fed>,
        answer: Answer<Done>,
    },
    End {
        code: JamCode,
        answer: Answer<()>,
    },
    /// A recording is not wanted any more.
    Forget {
        id: RecordingId,
        answer: Answer<()>,
    },
    /// Time has passed.
    Look,
}

#[derive(Clone)]
pub struct Hall {
    requests: mpsc::Sender<Asked>,
    pub(super) rooms: Rooms,
    /// Of another server, for those who look on.
    watched: Rooms,
    key: TokenKey,
    file: Arc<ArcSwapOption<Database>>,
    stop: Arc<AtomicBool>,
}

/// Those that go on.
#[derive(Clone, Default)]
pub struct Rooms {
    rooms: Arc<RwLock<HashMap<JamCode, Arc<Room>>>>,
    /// Where those look who make light and sound of them.
    board: Arc<JamBoard>,
}

impl Rooms {
    pub fn new(board: Arc<JamBoard>) -> Self {
        Self { rooms: Arc::default(), board }
    }

    pub fn get(&self, code: JamCode) -> Option<Arc<Room>> {
        self.rooms.read().unwrap_or_else(PoisonError::into_inner).get(&code).cloned()
    }

    pub fn all(&self) -> Vec<Arc<Room>> {
        let mut all: Vec<_> = self.rooms.read().unwrap_or_else(PoisonError::into_inner).values().cloned().collect();
        all.sort_by_key(|room| room.code);
        all
    }

    pub(super) fn add(&self, room: Arc<Room>) {
        self.board.put(room.code, &LiveJam::new(room.live()));
        self.rooms.write().unwrap_or_else(PoisonError::into_inner).insert(room.code, room);
    }

    pub(super) fn remove(&self, code: JamCode) {
        if let Some(room) = self.rooms.write().unwrap_or_else(PoisonError::into_inner).remove(&code) {
            self.board.remove(code, &LiveJam::new(room.live()));
        }
    }
}

impl Hall {
    pub(super) fn new(
        requests: mpsc::Sender<Asked>,
        rooms: Rooms,
        key: TokenKey,
        file: Arc<ArcSwapOption<Database>>,
        stop: Arc<AtomicBool>,
    ) -> Self {
        let watched = Rooms::new(rooms.board.clone());
        Self { requests, rooms, watched, key, file, stop }
    }

    /// One that is kept here.
    pub fn room(&self, code: JamCode) -> Result<Arc<Room>, Refused> {
        self.rooms.get(code).ok_or_else(|| Refused::NotFound(code.to_string()))
    }

    /// One that is kept here, or that this node looks on at.
    pub fn to_watch(&self, code: JamCode) -> Result<Arc<Room>, Refused> {
        self.room(code).or_else(|refused| self.watched.get(code).ok_or(refused))
    }

    pub fn rooms(&self) -> &Rooms {
        &self.rooms
    }

    pub fn watched(&self) -> &Rooms {
        &self.watched
    }

    /// Where recordings are read.
    pub fn file(&self) -> Option<Arc<Database>> {
        self.file.load_full()
    }

    /// Whose token it is, if it is still a participant.
    pub fn identify(&self, room: &Room, token: &str) -> Result<ParticipantId, Refused> {
        let id = self.key.check(room.code, room.created_at, token);
        id.filter(|id| room.jam().participants.contains_key(id)).ok_or(Refused::NotAParticipant)
    }

    pub async fn open(&self, opening: Opening, guest: Guest) -> Result<Joined, Refused> {
        self.ask(|answer| Asked::Open { opening, guest, answer }).await
    }

    pub async fn join(&self, code: JamCode, guest: Guest) -> Result<Joined, Refused> {
        self.ask(|answer| Asked::Join { code, guest, answer }).await
    }

    /// All of them, or none. `op`: the participant's own number for it, rising; 0: none.
    pub async fn play(&self, code: JamCode, by: ParticipantId, op: u32, asks: Vec<Ask>) -> Result<Done, Refused> {
        self.begin(code, by, op, asks)?.await.unwrap_or(Err(Refused::Closing))
    }

    /// In line behind what was asked before; the answer comes later.
    pub fn begin(
        &self,
        code: JamCode,
        by: ParticipantId,
        op: u32,
        asks: Vec<Ask>,
    ) -> Result<oneshot::Receiver<Result<Done, Refused>>, Refused> {
        let (answer, answered) = oneshot::channel();
        self.send(Asked::Asks { code, by, op, asks, answer })?;
        Ok(answered)
    }

    /// Events that were decided before.
    pub async fn feed(&self, code: JamCode, events: Vec<Fed>) -> Result<Done, Refused> {
        self.ask(|answer| Asked::Feed { code, events, answer }).await
    }

    pub async fn end(&self, code: JamCode) -> Result<(), Refused> {
        self.ask(|answer| Asked::End { code, answer }).await
    }

    /// Once it is gone from the disk.
    pub async fn forget(&self, id: RecordingId) -> Result<(), Refused> {
        self.ask(|answer| Asked::Forget { id, answer }).await
    }

    pub async fn arrive(&self, code: JamCode, id: ParticipantId, outputs: u16) {
        // It waits for its turn: a presence that is lost would stay wrong.
        let _ = self.requests.send(Asked::Arrive { code, id, outputs }).await;
    }

    pub async fn depart(&self, code: JamCode, id: ParticipantId) {
        let _ = self.requests.send(Asked::Depart { code, id }).await;
    }

    /// Nothing more is done; who waits is told so.
    pub fn close(&self) {
        self.stop.store(true, Ordering::Relaxed);
        // It may be waiting for something to do.
        let _ = self.requests.try_send(Asked::Look);
    }

    async fn ask<T>(&self, asked: impl FnOnce(Answer<T>) -> Asked) -> Result<T, Refused> {
        let (answer, answered) = oneshot::channel();
        self.send(asked(answer))?;
        answered.await.unwrap_or(Err(Refused::Closing))
    }

    fn send(&self, asked: Asked) -> Result<(), Refused> {
        self.requests.try_send(asked).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => Refused::Overloaded,
            mpsc::error::TrySendError::Closed(_) => Refused::Closing,
        })
    }
}
