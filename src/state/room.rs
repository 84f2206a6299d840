//! Parts of the show that a client can follow by themselves. Every room numbers its own changes without gaps, so whoever
//! follows one can tell that a change is missing without knowing the others.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Room {
    /// On air or not, how it is encoded, and which scene is on.
    Stream,
    Scenes,
    Assets,
    Destinations,
    /// What live fields show by name.
    Values,
    /// What happens at a time: batches that wait, macros, and those that run.
    Schedule,
    /// Lights: zones, what they show, and the fixtures that they are wired to.
    Zones,
    Playlists,
    Player,
    /// Tags, and what they stand for.
    Nfc,
    Downloads,
}

impl Room {
    pub const ALL: [Room; 11] = [
        Room::Stream,
        Room::Scenes,
        Room::Assets,
        Room::Destinations,
        Room::Values,
        Room::Schedule,
        Room::Zones,
        Room::Playlists,
        Room::Player,
        Room::Nfc,
        Room::Downloads,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Room::Stream => "stream",
            Room::Scenes => "scenes",
            Room::Assets => "assets",
            Room::Destinations => "destinations",
            Room::Values => "values",
            Room::Schedule => "schedule",
            Room::Zones => "zones",
            Room::Playlists => "playlists",
            Room::Player => "player",
            Room::Nfc => "nfc",
            Room::Downloads => "downloads",
        }
    }

    pub fn named(name: &str) -> Option<Room> {
        Room::ALL.into_iter().find(|room| room.name() == name)
    }
}

/// How many changes each room has seen.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RoomSeqs(BTreeMap<Room, u64>);

impl RoomSeqs {
    pub fn of(&self, room: Room) -> u64 {
        self.0.get(&room).copied().unwrap_or(0)
    }

    /// Counts one change in each of `rooms`; says their numbers.
    pub fn count(&mut self, rooms: impl IntoIterator<Item = Room>) -> Vec<(Room, u64)> {
        let mut numbered: Vec<(Room, u64)> = Vec::with_capacity(1);
        for room in rooms {
            if numbered.iter().all(|(seen, _)| *seen != room) {
                let number = self.0.entry(room).or_default();
                *number += 1;
                numbered.push((room, *number));
            }
        }
        numbered
    }
}
