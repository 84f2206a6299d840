//! A jam as the keeper has it: besides its state, who is connected, and what needs no disk.

use std::collections::HashMap;
use std::sync::Arc;

use super::room::Room;
use super::store::{About, LoadedJam};
use crate::show::jam::event::JamEvent;
use crate::show::jam::participant::ParticipantId;
use crate::show::jam::{Jam, Millis};

/// Whoever reloads a page, or changes from one network to another, has not gone.
const GRACE_MS: Millis = 5_000;
/// Whoever is away for longer gives up the place, if somebody else wants it.
const AWAY_MS: Millis = 60_000;
/// Whoever is away for so long has left.
const LEFT_FOR_GOOD_MS: Millis = 30 * 60_000;
/// A jam that nobody is in is over after a day.
const LEFT_MS: Millis = 86_400_000;

pub struct Hosted {
    pub jam: Arc<Jam>,
    pub seq: u64,
    pub room: Arc<Room>,
    pub about: About,
    connections: HashMap<ParticipantId, u32>,
    /// When the last connection ended, of those who have none.
    gone_at: HashMap<ParticipantId, Millis>,
    /// The newest operation that changed nothing, so that it left no mark in the log.
    nothing: HashMap<ParticipantId, u32>,
    /// When somebody was there last.
    last_seen: Millis,
}

impl Hosted {
    pub fn new(jam: Arc<Jam>, room: Arc<Room>, about: About) -> Self {
        let (last_seen, seq) = (jam.created_at, 0);
        let (connections, gone_at, nothing) = (HashMap::new(), HashMap::new(), HashMap::new());
        Self { jam, seq, room, about, connections, gone_at, nothing, last_seen }
    }

    /// Nobody is connected right after a start.
    pub fn loaded(LoadedJam { about, jam, seq }: LoadedJam, now: Millis) -> Self {
        let room = Arc::new(Room::new(jam.clone(), seq, about.epoch.clone()));
        let gone_at = jam.participants.keys().map(|id| (*id, now)).collect();
        Self { seq, gone_at, last_seen: now, ..Self::new(jam, room, about) }
    }

    pub fn arrive(&mut self, id: ParticipantId) {
        *self.connections.entry(id).or_default() += 1;
        self.gone_at.remove(&id);
    }

    pub fn depart(&mut self, id: ParticipantId, now: Millis) {
        let Some(count) = self.connections.get_mut(&id) else { return };
        *count -= 1;
        if *count == 0 {
            self.connections.remove(&id);
            self.gone_at.insert(id, now);
            self.last_seen = self.last_seen.max(now);
        }
    }

    fn away_since(&self, id: ParticipantId) -> Option<Millis> {
        if self.connections.contains_key(&id) {
            return None;
        }
        // Whoever joined and never connected is away since then.
        let joined = || self.jam.participants.get(&id).map(|participant| participant.joined_at);
        self.gone_at.get(&id).copied().or_else(joined)
    }

    /// What has happened by nobody being there: some are told to be present and are not, others will not come back.
    pub fn absent(&self, now: Millis) -> impl Iterator<Item = (ParticipantId, JamEvent)> {
        self.jam.participants.values().filter_map(move |known| {
            let id = known.id;
            match now - self.away_since(id)? {
                LEFT_FOR_GOOD_MS.. => Some((id, JamEvent::Left { id })),
                GRACE_MS.. if known.present => Some((id, JamEvent::Presence { id, present: false, outputs: 0 })),
                _ => None,
            }
        })
    }

    /// Whoever plays without a connection is not away.
    pub fn played(&mut self, id: ParticipantId, now: Millis) {
        if !self.connections.contains_key(&id) && self.jam.participants.contains_key(&id) {
            self.gone_at.insert(id, now);
        }
    }

    pub fn longest_gone(&self, now: Millis) -> Option<ParticipantId> {
        let away = self.jam.participants.keys().filter_map(|id| Some((self.away_since(*id)?, *id)));
        away.filter(|(since, _)| now - since >= AWAY_MS).min().map(|(_, id)| id)
    }

    pub fn seen(&mut self, now: Millis) {
        let (known, jam) = (&mut self.gone_at, &self.jam);
        known.retain(|id, _| jam.participants.contains_key(id));
        self.nothing.retain(|id, _| jam.participants.contains_key(id));
        self.last_seen = self.last_seen.max(now);
    }

    pub fn is_left(&self, now: Millis) -> bool {
        self.connections.is_empty() && now - self.last_seen >= LEFT_MS
    }

    pub fn changed_nothing(&self, by: ParticipantId, op: u32) -> bool {
        self.nothing.get(&by).is_some_and(|done| op <= *done)
    }

    pub fn note_nothing(&mut self, by: ParticipantId, op: u32) {
        if op > 0 {
            self.nothing.insert(by, op);
        }
    }
}
