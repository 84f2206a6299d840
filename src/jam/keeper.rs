//! The one thread that changes jams: takes what is waiting, decides, writes all of it to the disk at once, lets it be seen, answers.

use std::collections::HashMap;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use arc_swap::ArcSwapOption;
use tokio::sync::mpsc;

use super::ask::Ask;
use super::decide::{Given, admit, decide};
use super::evolve::evolve;
use super::hall::{Answer, Asked, Done, Guest, Hall, Joined, Opening, Rooms};
use super::hosted::Hosted;
use super::recording::RecordingId;
use super::refused::Refused;
use super::room::Room;
use super::store::{About, Loaded, Store, StoreError, Written};
use super::token::TokenKey;
use crate::base::clock::Clock;
use crate::base::status::Condition;
use crate::base::vitals::Vitals;
use crate::base::watched::{Failing, spawn_watched};
use crate::frame::jams::JamBoard;
use crate::show::jam::code::JamCode;
use crate::show::jam::event::{Entry, JamEvent};
use crate::show::jam::participant::ParticipantId;
use crate::show::jam::{Jam, Millis};

/// What may wait. A full queue is told to the caller at once.
const WAITING: usize = 8_192;
/// So many share one commit.
const BATCH: usize = 1_024;
pub const MOST_JAMS: usize = 10_000;
/// How often it is looked whether somebody has gone, or a jam is over.
const LOOK_EVERY: Duration = Duration::from_secs(1);

pub struct Env {
    pub clock: Clock,
    pub vitals: Arc<Vitals>,
    pub board: Arc<JamBoard>,
    /// What recordings may take up; None: all are kept.
    pub recordings_bytes: Option<u64>,
}

/// The jams, and the thread that changes them.
pub struct Keeping {
    pub hall: Hall,
    pub thread: JoinHandle<()>,
}

/// Needs a tokio runtime.
pub fn start(path: &Path, env: Env) -> Result<Keeping, StoreError> {
    let (store, Loaded { key, jams }) = Store::open(path)?;
    let (requests, waiting) = mpsc::channel(WAITING);
    let (rooms, key) = (Rooms::new(env.board.clone()), TokenKey::new(key));
    let now = env.clock.now().millis();
    let hosted: HashMap<_, _> = jams.into_iter().map(|loaded| (loaded.about.code, Hosted::loaded(loaded, now))).collect();
    hosted.values().for_each(|hosted| rooms.add(hosted.room.clone()));
    let file = Arc::new(ArcSwapOption::new(store.reader()));
    let stop = Arc::new(AtomicBool::new(false));
    let hall = Hall::new(requests.clone(), rooms.clone(), key.clone(), file.clone(), stop.clone());
    tokio::spawn(look_now_and_then(requests.downgrade(), stop.clone()));
    let failing = Failing::of("jams", &env.vitals, Condition::degraded("the thread that keeps jams has failed"));
    let keeper = Keeper { store, file, rooms, key, hosted, env, stop: stop.clone() };
    let thread = spawn_watched("jams", failing, move || keeper.run(waiting))
        .map_err(|error: io::Error| StoreError(error.to_string()))?;
    Ok(Keeping { hall, thread })
}

async fn look_now_and_then(requests: mpsc::WeakSender<Asked>, stop: Arc<AtomicBool>) {
    let mut look = tokio::time::interval(LOOK_EVERY);
    look.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        look.tick().await;
        let Some(requests) = requests.upgrade() else { return };
        let _ = requests.try_send(Asked::Look);
        if stop.load(Ordering::Relaxed) {
            return;
        }
    }
}

struct Keeper {
    store: Store,
    file: Arc<ArcSwapOption<redb::Database>>,
    rooms: Rooms,
    key: TokenKey,
    hosted: HashMap<JamCode, Hosted>,
    env: Env,
    stop: Arc<AtomicBool>,
}

/// A jam that a batch touches, as it will be.
struct Touched {
    jam: Arc<Jam>,
    seq: u64,
    entries: Vec<Entry>,
    about: Option<About>,
    /// It was not there before.
    opened: Option<Hosted>,
}

/// To be said once all is on disk.
enum Owed {
    Done(Answer<Done>, JamCode),
    Joined(Answer<Joined>, JamCode, ParticipantId),
    Ended(Answer<()>),
}

#[derive(Default)]
struct Batch {
    touched: HashMap<JamCode, Touched>,
    owed: Vec<Owed>,
}

impl Keeper {
    fn run(mut self, mut waiting: mpsc::Receiver<Asked>) {
        self.env.vitals.status.report("jams", Condition::ok());
        let mut asked = Vec::with_capacity(BATCH);
        while !self.stop.load(Ordering::Relaxed) && waiting.blocking_recv_many(&mut asked, BATCH) > 0 {
            self.take(&mut asked);
        }
    }

    fn take(&mut self, asked: &mut Vec<Asked>) {
        let now = self.env.clock.now().millis();
        let mut batch = Batch::default();
        let mut looks = false;
        for asked in asked.drain(..) {
            match asked {
                Asked::Look => looks = true,
                asked => self.decide(&mut batch, asked, now),
            }
        }
        if looks {
            self.look(&mut batch, now);
        }
        let written: Vec<_> = batch.touched.values().map(Touched::written).collect();
        let is_nothing = written.iter().all(|written| written.entries.is_empty() && written.about.is_none());
        let is_idle = is_nothing && !(looks && self.store.is_due(now));
        let result = if is_idle { Ok(()) } else { self.store.append(&written, now) };
        match result {
            Ok(()) => self.publish(batch, now),
            Err(error) => self.turn_down(batch, &error),
        }
        if looks {
            self.make_room();
        }
    }

    fn decide(&mut self, batch: &mut Batch, asked: Asked, now: Millis) {
        match asked {
            Asked::Open { opening, guest, answer } => match self.open(batch, opening, &guest, now) {
                Ok((code, id)) => batch.owed.push(Owed::Joined(answer, code, id)),
                Err(refused) => drop(answer.send(Err(refused))),
            },
            Asked::Join { code, guest, answer } => match self.join(batch, code, &guest, now) {
                Ok(id) => batch.owed.push(Owed::Joined(answer, code, id)),
                Err(refused) => drop(answer.send(Err(refused))),
            },
            Asked::Asks { code, by, op, asks, answer } => match self.play(batch, code, (by, op), &asks, now) {
                Ok(()) => batch.owed.push(Owed::Done(answer, code)),
                Err(refused) => drop(answer.send(Err(refused))),
            },
            Asked::Arrive { code, id, outputs } => self.arrive(batch, code, id, outputs, now),
            Asked::Depart { code, id } => {
                if let Some(hosted) = self.hosted.get_mut(&code) {
                    hosted.depart(id, now);
                }
            }
            Asked::Feed { code, events, answer } => match self.touch(batch, code) {
                Ok(touched) => {
                    events.into_iter().for_each(|fed| touched.happen([fed.event], fed.by, 0, fed.at.min(now)));
                    batch.owed.push(Owed::Done(answer, code));
                }
                Err(refused) => drop(answer.send(Err(refused))),
            },
            Asked::End { code, answer } => match self.end(batch, code, now) {
                Ok(()) => batch.owed.push(Owed::Ended(answer)),
                Err(refused) => drop(answer.send(Err(refused))),
            },
            Asked::Forget { id, answer } => {
                let result = self.forget(id);
                self.file.store(self.store.reader());
                let _ = answer.send(result);
            }
            Asked::Look => {}
        }
    }

    fn touch<'b>(&self, batch: &'b mut Batch, code: JamCode) -> Result<&'b mut Touched, Refused> {
        use std::collections::hash_map::Entry::{Occupied, Vacant};
        let touched = match batch.touched.entry(code) {
            Occupied(known) => known.into_mut(),
            Vacant(place) => {
                let hosted = self.hosted.get(&code).ok_or_else(|| Refused::NotFound(code.to_string()))?;
                place.insert(Touched::of(hosted))
            }
        };
        let is_over = touched.about.as_ref().is_some_and(|about| about.ended_at.is_some());
        if is_over { Err(Refused::NotFound(code.to_string())) } else { Ok(touched) }
    }

    fn open(
        &self,
        batch: &mut Batch,
        opening: Opening,
        guest: &Guest,
        now: Millis,
    ) -> Result<(JamCode, ParticipantId), Refused> {
        if self.hosted.len() + batch.touched.values().filter(|touched| touched.opened.is_some()).count() >= MOST_JAMS {
            return Err(Refused::TooMany { most: MOST_JAMS });
        }
        let is_free = |code: &JamCode| !self.hosted.contains_key(code) && !batch.touched.contains_key(code);
        let code = match opening.code {
            Some(code) => is_free(&code).then_some(code).ok_or(Refused::CodeTaken)?,
            None => std::iter::repeat_with(|| JamCode::of(fastrand::u64(..))).find(is_free).ok_or(Refused::CodeTaken)?,
        };
        let name = crate::show::jam::participant::plain_name(&opening.name).unwrap_or_else(|| "Jam".to_owned());
        let mut touched = Touched::new(Jam::new(code, name.clone(), now));
        let event = admit(&touched.jam, &guest.name, guest.color, now)?;
        let by = touched.jam.next_participant;
        touched.happen([event], ParticipantId(0), 0, now);
        let id = ParticipantId(by);
        let given = Given { by: id, now, lead_ms: 0 };
        let room = Ask::Room { name: None, open: Some(opening.open) };
        for ask in opening.asks.iter().chain([&room]) {
            let event = decide(&touched.jam, ask, given)?;
            touched.happen(event, id, 0, now);
        }
        batch.touched.insert(code, touched);
        Ok((code, id))
    }

    fn join(&self, batch: &mut Batch, code: JamCode, guest: &Guest, now: Millis) -> Result<ParticipantId, Refused> {
        // Somebody who has been away for long makes room.
        let gone = self.hosted.get(&code).and_then(|hosted| hosted.longest_gone(now));
        let touched = self.touch(batch, code)?;
        let event = match admit(&touched.jam, &guest.name, guest.color, now) {
            Err(Refused::Full { .. }) if let Some(id) = gone.filter(|id| touched.jam.participants.contains_key(id)) => {
                let mut after = touched.clone_of_jam();
                evolve(&mut after, &Entry { seq: 0, at: now, by: ParticipantId(0), op: 0, event: JamEvent::Left { id } });
                let event = admit(&after, &guest.name, guest.color, now)?;
                touched.happen([JamEvent::Left { id }], ParticipantId(0), 0, now);
                event
            }
            result => result?,
        };
        let id = ParticipantId(touched.jam.next_participant);
        touched.happen([event], ParticipantId(0), 0, now);
        Ok(id)
    }

    fn play(
        &mut self,
        batch: &mut Batch,
        code: JamCode,
        (by, op): (ParticipantId, u32),
        asks: &[Ask],
        now: Millis,
    ) -> Result<(), Refused> {
        if let Some(hosted) = self.hosted.get_mut(&code) {
            hosted.played(by, now);
        }
        let lead_ms = self.hosted.get(&code).map_or(100, |hosted| hosted.room.lead_ms());
        let touched = self.touch(batch, code)?;
        if op > 0 && touched.jam.ops.get(&by).is_some_and(|done| op <= *done) {
            return Ok(());
        }
        if op > 0 && self.hosted.get(&code).is_some_and(|hosted| hosted.changed_nothing(by, op)) {
            return Ok(());
        }
        // All of it or none: it is tried on a copy.
        let mut jam = touched.jam.clone();
        let mut events = Vec::new();
        let now = now.max(jam.changed_at);
        for ask in asks {
            let Some(event) = decide(&jam, ask, Given { by, now, lead_ms })? else { continue };
            evolve(Arc::make_mut(&mut jam), &Entry { seq: 0, at: now, by, op: 0, event: event.clone() });
            events.push(event);
        }
        if events.is_empty() {
            if !touched.jam.participants.contains_key(&by) {
                return Err(Refused::NotAParticipant);
            }
            if let Some(hosted) = self.hosted.get_mut(&code) {
                hosted.note_nothing(by, op);
            }
        }
        touched.happen(events, by, op, now);
        Ok(())
    }

    fn arrive(&mut self, batch: &mut Batch, code: JamCode, id: ParticipantId, outputs: u16, now: Millis) {
        if let Some(hosted) = self.hosted.get_mut(&code) {
            hosted.arrive(id);
        }
        let Ok(touched) = self.touch(batch, code) else { return };
        let is_so = touched.jam.participants.get(&id).is_none_or(|known| known.present && known.outputs == outputs);
        if !is_so {
            touched.happen([JamEvent::Presence { id, present: true, outputs }], id, 0, now);
        }
    }

    fn end(&self, batch: &mut Batch, code: JamCode, now: Millis) -> Result<(), Refused> {
        let known = self.hosted.get(&code).map(|hosted| hosted.about.clone());
        let touched = self.touch(batch, code)?;
        let about = touched.about.take().or(known);
        touched.about = about.map(|about| About { ended_at: Some(now), ..about });
        Ok(())
    }

    /// Those who have gone are gone, those who stay away have left, and jams that nobody is in end some day.
    fn look(&mut self, batch: &mut Batch, now: Millis) {
        let absent: Vec<_> = self
            .hosted
            .values()
            .flat_map(|hosted| hosted.absent(now).map(|(id, event)| (hosted.about.code, id, event)))
            .collect();
        for (code, id, event) in absent {
            if let Ok(touched) = self.touch(batch, code)
                && touched.jam.participants.contains_key(&id)
            {
                // Nobody said so.
                touched.happen([event], ParticipantId(0), 0, now);
            }
        }
        let left: Vec<_> =
            self.hosted.values().filter(|hosted| hosted.is_left(now)).map(|hosted| hosted.about.code).collect();
        for code in left {
            let _ = self.end(batch, code, now);
        }
    }

    /// A recording of a jam that goes on stays.
    fn forget(&mut self, id: RecordingId) -> Result<(), Refused> {
        if self.goes_on(id) {
            return Err(Refused::RecordingGoesOn(id.to_string()));
        }
        let was = self.store.forget(&[id]).map_err(|error| Refused::StorageUnavailable(error.to_string()))?;
        if was { Ok(()) } else { Err(Refused::NoRecording(id.to_string())) }
    }

    fn goes_on(&self, id: RecordingId) -> bool {
        self.hosted.get(&id.code).is_some_and(|hosted| hosted.about.created_at == id.made)
    }

    /// The oldest recordings make room for new ones.
    fn make_room(&mut self) {
        let Some(most) = self.env.recordings_bytes else { return };
        let mut too_much = self.store.recorded_bytes().saturating_sub(most);
        if too_much == 0 {
            return;
        }
        let mut dropped = Vec::new();
        for (id, bytes) in self.store.recordings().filter(|(id, _)| !self.goes_on(*id)) {
            dropped.push(id);
            too_much = too_much.saturating_sub(bytes);
            if too_much == 0 {
                break;
            }
        }
        if dropped.is_empty() {
            return;
        }
        match self.store.forget(&dropped) {
            Ok(_) => tracing::info!(recordings = dropped.len(), "the oldest recordings of jams were dropped to make room"),
            Err(error) => tracing::error!(%error, "recordings of jams can not be dropped"),
        }
        self.file.store(self.store.reader());
    }

    fn publish(&mut self, batch: Batch, now: Millis) {
        self.env.vitals.status.report("jams", Condition::ok());
        self.file.store(self.store.reader());
        for (code, touched) in batch.touched {
            let Touched { jam, seq, entries, about, opened } = touched;
            if let Some(opened) = opened {
                self.rooms.add(opened.room.clone());
                self.hosted.insert(code, opened);
            }
            let Some(hosted) = self.hosted.get_mut(&code) else { continue };
            if !entries.is_empty() {
                (hosted.jam, hosted.seq) = (jam.clone(), seq);
                hosted.room.publish(entries, jam);
            }
            if let Some(about) = about {
                if about.ended_at.is_some() {
                    hosted.room.end();
                    self.rooms.remove(code);
                    self.hosted.remove(&code);
                    continue;
                }
                hosted.about = about;
            }
            hosted.seen(now);
        }
        for owed in batch.owed {
            self.answer(owed);
        }
    }

    fn answer(&self, owed: Owed) {
        // A caller that went away does not want to know.
        match owed {
            Owed::Done(answer, code) => {
                let seq = self.hosted.get(&code).map(|hosted| hosted.seq);
                let _ = answer.send(seq.map(|seq| Done { seq }).ok_or_else(|| Refused::NotFound(code.to_string())));
            }
            Owed::Joined(answer, code, id) => {
                let joined = self.hosted.get(&code).map(|hosted| {
                    let token = self.key.token(code, hosted.about.created_at, id);
                    Joined { room: hosted.room.clone(), id, token }
                });
                let _ = answer.send(joined.ok_or_else(|| Refused::NotFound(code.to_string())));
            }
            Owed::Ended(answer) => drop(answer.send(Ok(()))),
        }
    }

    fn turn_down(&self, batch: Batch, error: &StoreError) {
        tracing::error!(%error, "what was asked of jams can not be stored, so it was not done");
        self.env.vitals.status.report("jams", Condition::degraded(error.to_string()));
        // The file is opened anew, which nobody else may hold then.
        self.file.store(None);
        let refused = || Refused::StorageUnavailable(error.to_string());
        for owed in batch.owed {
            match owed {
                Owed::Done(answer, _) => drop(answer.send(Err(refused()))),
                Owed::Joined(answer, ..) => drop(answer.send(Err(refused()))),
                Owed::Ended(answer) => drop(answer.send(Err(refused()))),
            }
        }
    }
}

impl Touched {
    fn of(hosted: &Hosted) -> Self {
        Self { jam: hosted.jam.clone(), seq: hosted.seq, entries: Vec::new(), about: None, opened: None }
    }

    fn new(jam: Jam) -> Self {
        let about = About::new(&jam, format!("{:016x}", fastrand::u64(1..)));
        let jam = Arc::new(jam);
        let room = Arc::new(Room::new(jam.clone(), 0, about.epoch.clone()));
        let opened = Hosted::new(jam.clone(), room, about.clone());
        Self { jam, seq: 0, entries: Vec::new(), about: Some(about), opened: Some(opened) }
    }

    fn clone_of_jam(&self) -> Jam {
        Jam::clone(&self.jam)
    }

    /// The author's number stands at the last of what it led to: before that, it is not done.
    fn happen(&mut self, events: impl IntoIterator<Item = JamEvent>, by: ParticipantId, op: u32, now: Millis) {
        let at = now.max(self.jam.changed_at);
        let mut events = events.into_iter().peekable();
        while let Some(event) = events.next() {
            self.seq += 1;
            let op = if events.peek().is_none() { op } else { 0 };
            let entry = Entry { seq: self.seq, at, by, op, event };
            evolve(Arc::make_mut(&mut self.jam), &entry);
            self.entries.push(entry);
        }
    }

    fn written(&self) -> Written<'_> {
        Written { jam: &self.jam, entries: &self.entries, about: self.about.as_ref() }
    }
}
