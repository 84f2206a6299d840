//! A jam of another server as it is known here.

use std::sync::Arc;

use crate::frame::jams::LiveJam;
use crate::jam::evolve::evolve;
use crate::jam::room::Room;
use crate::jam::wire::frame::{Told, Welcome};
use crate::show::jam::Jam;
use crate::show::jam::event::Entry;

/// What is told does not follow what is known: the whole is needed.
#[derive(Debug, PartialEq, Eq)]
pub struct Gap;

pub struct Mirror {
    room: Arc<Room>,
    live: LiveJam,
    is_torn: bool,
}

impl Mirror {
    /// From the first welcome.
    pub fn new(welcome: Welcome) -> Option<Self> {
        Some(Self::of(*welcome.jam?, welcome.seq, welcome.epoch))
    }

    fn of(jam: Jam, seq: u64, epoch: String) -> Self {
        let room = Arc::new(Room::new(Arc::new(jam), seq, epoch));
        let live = LiveJam::new(room.live());
        Self { room, live, is_torn: false }
    }

    pub fn live(&self) -> &LiveJam {
        &self.live
    }

    /// For those who look on.
    pub fn room(&self) -> &Arc<Room> {
        &self.room
    }

    pub fn seq(&self) -> u64 {
        self.room.whole().0
    }

    /// From where it could go on, if it could.
    pub fn place(&self) -> Option<(String, u64)> {
        (!self.is_torn).then(|| (self.room.epoch.clone(), self.seq()))
    }

    /// Back again: either what follows goes on from what is known, or the whole is there.
    pub fn welcome(&mut self, Welcome { epoch, seq, jam, .. }: Welcome) -> Result<(), Gap> {
        match jam {
            Some(jam) if epoch == self.room.epoch => self.take_whole(seq, *jam),
            Some(jam) => {
                // Another jam, which has the same code.
                self.room.end();
                *self = Self::of(*jam, seq, epoch);
            }
            None if !self.is_torn && epoch == self.room.epoch && seq == self.seq() => {}
            None => return Err(self.torn()),
        }
        Ok(())
    }

    pub fn take_whole(&mut self, seq: u64, jam: Jam) {
        self.room.renew(seq, Arc::new(jam));
        self.is_torn = false;
    }

    pub fn take(&mut self, told: Vec<Told>) -> Result<(), Gap> {
        let (mut seq, mut jam) = self.room.whole();
        let mut entries: Vec<Entry> = Vec::new();
        for one in told {
            let Told::Entry(entry) = one else { continue };
            if entry.seq <= seq {
                continue;
            }
            if entry.seq != seq + 1 {
                return Err(self.torn());
            }
            evolve(Arc::make_mut(&mut jam), &entry);
            seq = entry.seq;
            entries.push(entry);
        }
        self.room.publish(entries, jam);
        Ok(())
    }

    fn torn(&mut self) -> Gap {
        self.is_torn = true;
        Gap
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jam::room::Since;
    use crate::show::jam::code::JamCode;
    use crate::show::jam::event::JamEvent;
    use crate::show::jam::music::ColorMode;
    use crate::show::jam::participant::ParticipantId;
    use crate::show::time::ShowTime;

    fn welcome(seq: u64, jam: Option<Jam>) -> Welcome {
        let epoch = "e".to_owned();
        Welcome { id: None, token: None, epoch, seq, created_at: 0, color_table_version: 1, jam: jam.map(Box::new) }
    }

    fn jam() -> Jam {
        Jam::new(JamCode::of(1), "test".to_owned(), 0)
    }

    fn told(seq: u64, mode: ColorMode) -> Told {
        Told::Entry(Entry { seq, at: 5, by: ParticipantId(0), op: 0, event: JamEvent::ColorMode { mode } })
    }

    #[test]
    fn what_is_missing_is_seen_and_what_comes_twice_does_nothing() {
        let mut mirror = Mirror::new(welcome(7, Some(jam()))).unwrap();
        mirror.take(vec![told(8, ColorMode::Chromatic), told(9, ColorMode::Spectrum)]).unwrap();
        mirror.take(vec![told(8, ColorMode::Chromatic)]).unwrap();
        assert_eq!(mirror.live().look(ShowTime(0)).0.color_mode, ColorMode::Spectrum);
        assert_eq!(mirror.take(vec![told(11, ColorMode::Chromatic)]), Err(Gap));
        assert_eq!(mirror.seq(), 9);
    }

    #[test]
    fn it_goes_on_from_where_it_was_or_begins_anew() {
        let mut mirror = Mirror::new(welcome(7, Some(jam()))).unwrap();
        assert_eq!(mirror.welcome(welcome(7, None)), Ok(()));
        assert_eq!(mirror.welcome(welcome(6, None)), Err(Gap));
        assert_eq!(mirror.place(), None);
        assert_eq!(mirror.welcome(welcome(90, Some(jam()))), Ok(()));
        assert_eq!(mirror.place(), Some(("e".to_owned(), 90)));
    }

    #[test]
    fn who_looks_on_here_goes_on_over_a_gap_and_hears_when_it_is_another_jam() {
        let mut mirror = Mirror::new(welcome(7, Some(jam()))).unwrap();
        let room = mirror.room().clone();
        mirror.take(vec![told(8, ColorMode::Chromatic)]).unwrap();
        assert!(matches!(room.since(7, 9), Since::Events(events) if events.len() == 1));
        mirror.take(vec![told(10, ColorMode::Spectrum)]).unwrap_err();
        mirror.welcome(welcome(10, Some(jam()))).unwrap();
        assert!(matches!(room.since(8, 9), Since::Whole { seq: 10, .. }));
        mirror.take(vec![told(11, ColorMode::Chromatic)]).unwrap();
        assert!(matches!(room.since(10, 9), Since::Events(events) if events.len() == 1));
        assert!(!room.is_over());
        mirror.welcome(Welcome { epoch: "f".to_owned(), ..welcome(3, Some(jam())) }).unwrap();
        assert!(room.is_over() && !mirror.room().is_over());
        assert_eq!(mirror.place(), Some(("f".to_owned(), 3)));
    }
}
