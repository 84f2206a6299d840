//! A recording is played again, in a jam of its own: as fast or as slow as somebody wants it, from wherever they want it.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::watch;

use super::hall::{Fed, Guest, Hall, Joined, Opening};
use super::recording::Recording;
use super::refused::Refused;
use crate::base::clock::Clock;
use crate::show::jam::beat::{Course, Tempo, Timeline};
use crate::show::jam::code::JamCode;
use crate::show::jam::event::{Entry, JamEvent};
use crate::show::jam::participant::ParticipantId;
use crate::show::jam::{Jam, Millis, Note, millis};
use crate::show::time::ShowTime;

pub const SLOWEST: f64 = 0.25;
pub const FASTEST: f64 = 4.0;
/// What is due within this is fed together.
const STRIDE: Duration = Duration::from_millis(20);

/// How it is to be played.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Wish {
    pub speed: f64,
    /// From its beginning.
    pub from_ms: Millis,
}

impl Wish {
    pub fn check(self) -> Result<Self, Refused> {
        let is_right = (SLOWEST..=FASTEST).contains(&self.speed) && self.from_ms >= 0;
        is_right
            .then_some(self)
            .ok_or_else(|| Refused::Invalid("a speed is 0.25 to 4, a place not before the beginning".to_owned()))
    }
}

/// Where recorded time stands in the time of those who hear it.
#[derive(Clone, Copy, Debug)]
struct Mapping {
    recorded: Millis,
    now: Millis,
    speed: f64,
}

impl Mapping {
    fn time(&self, recorded: ShowTime) -> ShowTime {
        let past = recorded.0.saturating_sub(millis(self.recorded).0);
        let past = if self.speed == 1.0 { past } else { (past as f64 / self.speed).round() as i64 };
        ShowTime(millis(self.now).0.saturating_add(past))
    }

    fn millis(&self, recorded: Millis) -> Millis {
        self.time(millis(recorded)).millis()
    }

    fn line(&self, line: &Timeline) -> Timeline {
        let micros = (f64::from(line.tempo.micros()) / self.speed).round() as u32;
        let tempo = if self.speed == 1.0 { line.tempo } else { Tempo::try_from(micros).unwrap_or(line.tempo) };
        Timeline { tempo, beat_origin: line.beat_origin, time_origin: self.time(line.time_origin) }
    }

    fn event(&self, event: &JamEvent) -> Option<JamEvent> {
        Some(match event {
            JamEvent::TempoChange { line, .. } => {
                let line = self.line(line);
                JamEvent::TempoChange { tempo: line.tempo.bpm(), line }
            }
            // Those who listen are others.
            JamEvent::Joined { .. }
            | JamEvent::Left { .. }
            | JamEvent::Presence { .. }
            | JamEvent::Profile { .. }
            | JamEvent::Host { .. }
            | JamEvent::Room { .. }
            | JamEvent::Whole { .. } => return None,
            other => other.clone(),
        })
    }

    fn jam(&self, jam: &Jam) -> Jam {
        let lines: Vec<Timeline> = jam.course.lines().iter().map(|line| self.line(line)).collect();
        let note = |note: &Note| Note { at: self.millis(note.at), until: self.millis(note.until), ..*note };
        let course = Course::try_from(lines).unwrap_or_else(|_| jam.course.clone());
        let (participants, ops) = (BTreeMap::new(), BTreeMap::new());
        Jam { course, notes: jam.notes.iter().map(note).collect(), participants, ops, ..jam.clone() }
    }
}

/// Those that are being played.
#[derive(Clone, Default)]
pub struct Replays(Arc<Mutex<HashMap<JamCode, watch::Sender<Wish>>>>);

impl Replays {
    /// Somebody wants another place, or another speed.
    pub fn steer(&self, code: JamCode, change: impl FnOnce(Wish) -> Wish) -> Result<(), Refused> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let wish = known.get(&code).ok_or_else(|| Refused::Invalid("this jam is no replay, or it is over".to_owned()))?;
        let changed = change(*wish.borrow()).check()?;
        wish.send_replace(changed);
        Ok(())
    }

    /// In a new jam. It goes on until the recording is over, and stays as it is then.
    pub async fn start(
        &self,
        hall: &Hall,
        clock: &Clock,
        recording: Recording,
        wish: Wish,
        guest: Guest,
    ) -> Result<Joined, Refused> {
        let wish = wish.check()?;
        let opening = Opening { name: format!("{} (again)", recording.about.name), ..Opening::default() };
        let joined = hall.open(opening, guest).await?;
        let (sender, wishes) = watch::channel(wish);
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(joined.room.code, sender);
        let (replays, hall, clock, code) = (self.clone(), hall.clone(), clock.clone(), joined.room.code);
        tokio::spawn(async move {
            let player = Player { hall, clock, code, recording };
            if let Err(refused) = player.play(wishes).await {
                tracing::debug!(jam = %code, %refused, "a replay has ended");
            }
            replays.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&code);
        });
        Ok(joined)
    }
}

struct Player {
    hall: Hall,
    clock: Clock,
    code: JamCode,
    recording: Recording,
}

impl Player {
    async fn play(&self, mut wishes: watch::Receiver<Wish>) -> Result<(), Refused> {
        loop {
            let wish = *wishes.borrow_and_update();
            if !self.play_from(wish, &mut wishes).await? {
                return Ok(());
            }
        }
    }

    /// Says whether it is to go on elsewhere.
    async fn play_from(&self, wish: Wish, wishes: &mut watch::Receiver<Wish>) -> Result<bool, Refused> {
        let recorded = self.recording.about.created_at.saturating_add(wish.from_ms);
        let mapping = Mapping { recorded, now: self.clock.now().millis(), speed: wish.speed };
        let whole = mapping.jam(&self.recording.jam_at(recorded));
        let event = JamEvent::Whole { jam: Box::new(whole) };
        self.hall.feed(self.code, vec![Fed { at: mapping.now, by: ParticipantId(0), event }]).await?;
        let entries = &self.recording.entries;
        let mut next = entries.partition_point(|entry| entry.at <= recorded);
        while next < entries.len() {
            let now = self.clock.now().millis();
            let first = next;
            next += entries[first..].partition_point(|entry| mapping.millis(entry.at) <= now);
            let events = entries[first..next].iter();
            let fed = |entry: &Entry| {
                Some(Fed { at: mapping.millis(entry.at), by: entry.by, event: mapping.event(&entry.event)? })
            };
            let due: Vec<Fed> = events.filter_map(fed).collect();
            if !due.is_empty() {
                self.hall.feed(self.code, due).await?;
            }
            tokio::select! {
                changed = wishes.changed() => return Ok(changed.is_ok()),
                () = tokio::time::sleep(STRIDE) => {}
            }
        }
        Ok(false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::show::jam::beat::Beat;

    #[test]
    fn at_another_speed_each_beat_comes_as_much_sooner() {
        let line = Timeline { time_origin: ShowTime(10_000_000), ..Timeline::default() };
        let mapping = Mapping { recorded: 20_000, now: 500_000, speed: 2.0 };
        let mapped = mapping.line(&line);
        for beats in [0, 20, 21, 100] {
            let recorded = line.time_of(Beat::whole(beats));
            assert_eq!(mapped.time_of(Beat::whole(beats)), mapping.time(recorded), "{beats}");
        }
        assert_eq!(mapping.time(ShowTime(20_000_000)), ShowTime(500_000_000));
        assert_eq!(mapping.time(ShowTime(24_000_000)), ShowTime(502_000_000));
    }

    #[test]
    fn speeds_are_a_quarter_to_four_times() {
        for (speed, is_right) in [(0.25, true), (4.0, true), (0.2, false), (4.1, false), (f64::NAN, false)] {
            assert_eq!(Wish { speed, from_ms: 0 }.check().is_ok(), is_right, "{speed}");
        }
        assert!(Wish { speed: 1.0, from_ms: -1 }.check().is_err());
    }
}
