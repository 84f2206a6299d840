//! A jam of another server as it is known here.

use std::sync::Arc;

use arc_swap::ArcSwap;

use crate::frame::jams::LiveJam;
use crate::jam::evolve::evolve;
use crate::jam::wire::frame::{Told, Welcome};
use crate::show::jam::Jam;
use crate::show::jam::event::Entry;

/// What is told does not follow what is known: the whole is needed.
#[derive(Debug, PartialEq, Eq)]
pub struct Gap;

pub struct Mirror {
    jam: Arc<Jam>,
    shown: Arc<ArcSwap<Jam>>,
    live: LiveJam,
    epoch: String,
    seq: u64,
}

impl Mirror {
    /// From the first welcome.
    pub fn new(welcome: Welcome) -> Option<Self> {
        let jam: Arc<Jam> = Arc::new(*welcome.jam?);
        let shown = Arc::new(ArcSwap::new(jam.clone()));
        let live = LiveJam::new(shown.clone());
        Some(Self { jam, shown, live, epoch: welcome.epoch, seq: welcome.seq })
    }

    pub fn live(&self) -> &LiveJam {
        &self.live
    }

    pub fn seq(&self) -> u64 {
        self.seq
    }

    pub fn epoch(&self) -> &str {
        &self.epoch
    }

    /// Back again: either what follows goes on from what is known, or the whole is there.
    pub fn welcome(&mut self, welcome: Welcome) -> Result<(), Gap> {
        match welcome.jam {
            Some(jam) => {
                self.epoch = welcome.epoch;
                self.take_whole(welcome.seq, *jam);
                Ok(())
            }
            None if welcome.epoch == self.epoch && welcome.seq == self.seq => Ok(()),
            None => Err(Gap),
        }
    }

    pub fn take_whole(&mut self, seq: u64, jam: Jam) {
        (self.seq, self.jam) = (seq, Arc::new(jam));
        self.shown.store(self.jam.clone());
    }

    pub fn take(&mut self, told: Vec<Told>) -> Result<(), Gap> {
        for one in told {
            let Told::Entry(entry) = one else { continue };
            self.happen(&entry)?;
        }
        self.shown.store(self.jam.clone());
        Ok(())
    }

    fn happen(&mut self, entry: &Entry) -> Result<(), Gap> {
        if entry.seq <= self.seq {
            return Ok(());
        }
        if entry.seq != self.seq + 1 {
            return Err(Gap);
        }
        evolve(Arc::make_mut(&mut self.jam), entry);
        self.seq = entry.seq;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
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
        assert_eq!(mirror.welcome(welcome(90, Some(jam()))), Ok(()));
        assert_eq!(mirror.seq(), 90);
    }
}
