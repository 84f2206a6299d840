//! The thread that keeps the score: it follows the row of changes as any reader does, so nobody ever waits for it.

use std::fs;
use std::io;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use super::line::Place;
use super::segment::{Segment, Writing};
use super::{ScoreError, Shelf, storage};
use crate::base::clock::{Clock, Stopwatch};
use crate::base::status::Condition;
use crate::base::tasks::StopFlag;
use crate::base::vitals::Vitals;
use crate::base::watched::{Failing, spawn_watched};
use crate::show::Show;
use crate::show::time::ShowTime;
use crate::state::history::{Change, Replay as Missed};
use crate::state::{Epoch, Seq, StateHandle};

/// How often it looks for changes.
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// How much a power failure may take, of what the journal still has.
const SYNC_EVERY: Duration = Duration::from_secs(1);
const SIGN_EVERY: Duration = Duration::from_millis(250);
/// From a decision until it is published, at most.
const MOMENT: Duration = Duration::from_secs(1);
/// A disk that takes nothing is asked again at this distance.
const TRY_AGAIN: Duration = Duration::from_secs(1);
/// A file ends when its changes have this many times the bytes of the show that it begins with, within these bounds: reading any
/// stretch begins with a show, and not far before it.
const TIMES_THE_SHOW: u64 = 16;
const SMALLEST: u64 = 256 << 10;
const LARGEST: u64 = 8 << 20;

/// How much is kept. The newest file always is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    pub age: Duration,
    pub bytes: u64,
}

pub struct Env {
    pub state: StateHandle,
    pub shelf: Shelf,
    pub bounds: Bounds,
    pub clock: Clock,
    pub vitals: Arc<Vitals>,
    pub stop: StopFlag,
}

/// Starts the thread `score`. Once `stop` is set it writes what is left, and ends.
pub fn start(env: Env) -> io::Result<JoinHandle<()>> {
    let failing = Failing::of("score", &env.vitals, Condition::degraded("the thread that keeps the score has failed"));
    spawn_watched("score", failing, move || {
        let mut keeper = Keeper { env, kept: None, unsynced: None, is_failing: false, signed: None };
        loop {
            // Before it writes: what was published until then is written once more after it.
            let is_last = keeper.env.stop.is_set();
            let nap = keeper.look();
            if is_last {
                return keeper.end();
            }
            std::thread::sleep(nap);
        }
    })
}

struct Keeper {
    env: Env,
    /// None before the first change, and after a failure: where it stood is found out from the files.
    kept: Option<Kept>,
    /// Since the first line that may not be on disk.
    unsynced: Option<Stopwatch>,
    is_failing: bool,
    /// Since the last sign of life.
    signed: Option<Stopwatch>,
}

struct Kept {
    writing: Writing,
    number: u64,
    epoch: Epoch,
    seq: Seq,
    began: ShowTime,
}

impl Keeper {
    /// Says how long there is nothing to do.
    fn look(&mut self) -> Duration {
        match self.follow().and_then(|()| self.sync(SYNC_EVERY)).and_then(|()| self.sign(MOMENT)) {
            Ok(()) => {
                if std::mem::take(&mut self.is_failing) {
                    self.env.vitals.status.report("score", Condition::ok());
                }
                LOOK_EVERY
            }
            Err(error) => {
                if !std::mem::replace(&mut self.is_failing, true) {
                    tracing::warn!(%error, "the score can not be written; the show goes on");
                }
                self.env.vitals.status.report("score", Condition::degraded(error.to_string()));
                (self.kept, self.unsynced) = (None, None);
                TRY_AGAIN
            }
        }
    }

    fn end(&mut self) {
        self.signed = None;
        if let Err(error) = self.sync(Duration::ZERO).and_then(|()| self.sign(Duration::ZERO)) {
            tracing::warn!(%error, "the end of the score may be missing");
        }
    }

    fn sync(&mut self, after: Duration) -> Result<(), ScoreError> {
        if let Some(kept) = &self.kept
            && self.unsynced.as_ref().is_some_and(|since| since.elapsed() >= after)
        {
            kept.writing.sync()?;
            self.unsynced = None;
        }
        Ok(())
    }

    /// Nothing happens for hours, and that is known too; but what was decided a moment ago may still be on its way.
    fn sign(&mut self, moment: Duration) -> Result<(), ScoreError> {
        if self.signed.as_ref().is_none_or(|since| since.elapsed() >= SIGN_EVERY) {
            let now = self.env.clock.now().micros();
            self.env.shelf.sign(ShowTime(now - moment.as_micros() as i64))?;
            self.signed = Some(Stopwatch::start());
        }
        Ok(())
    }

    fn follow(&mut self) -> Result<(), ScoreError> {
        let newest = self.env.state.snapshot();
        let mut kept = match self.kept.take() {
            Some(kept) => kept,
            None => match self.found(newest.epoch)? {
                Some(kept) => kept,
                None => self.begin_anew()?,
            },
        };
        match self.env.state.changes_since(kept.seq) {
            Missed::Changes(changes) => self.write(&mut kept, &changes)?,
            // Further behind than is kept: a gap that says so by its numbers.
            Missed::TooOld => kept = self.begin_anew()?,
        }
        self.kept = Some(kept);
        Ok(())
    }

    fn write(&mut self, kept: &mut Kept, changes: &[Arc<Change>]) -> Result<(), ScoreError> {
        let Some(last) = changes.last() else { return Ok(()) };
        kept.writing.append(changes)?;
        kept.seq = last.seq;
        self.unsynced.get_or_insert_with(Stopwatch::start);
        let most = (kept.writing.key_frame_bytes * TIMES_THE_SHOW).clamp(SMALLEST, LARGEST);
        let is_full = kept.writing.bytes - kept.writing.key_frame_bytes >= most;
        let is_old = last.at.since(kept.began) >= self.env.bounds.age / 8;
        if is_full || is_old {
            kept.writing.sync()?;
            let place = Place { seq: last.seq, at: last.at };
            *kept = self.begin(kept.number + 1, kept.epoch, place, &last.show)?;
        }
        Ok(())
    }

    /// The newest file, if it belongs to this life of the numbers.
    fn found(&self, epoch: Epoch) -> Result<Option<Kept>, ScoreError> {
        let Some((number, path)) = self.env.shelf.files()?.pop() else { return Ok(None) };
        let segment = Segment::look(&path)?;
        let newest = self.env.state.snapshot().seq;
        if segment.head.epoch != epoch || segment.last.seq > newest {
            return Ok(None);
        }
        let writing = Writing::go_on(&segment)?;
        Ok(Some(Kept { writing, number, epoch, seq: segment.last.seq, began: segment.head.at }))
    }

    /// With the oldest change that is still known, or with the show as it is.
    fn begin_anew(&self) -> Result<Kept, ScoreError> {
        let newest = self.env.state.snapshot();
        let number = self.env.shelf.files()?.last().map_or(1, |(number, _)| number + 1);
        match self.env.state.kept_changes().first() {
            Some(oldest) => {
                let place = Place { seq: oldest.seq, at: oldest.at };
                self.begin(number, newest.epoch, place, &oldest.show)
            }
            None => {
                let at = if newest.seq == Seq(0) { self.env.clock.now() } else { newest.at };
                self.begin(number, newest.epoch, Place { seq: newest.seq, at }, &newest.show)
            }
        }
    }

    fn begin(&self, number: u64, epoch: Epoch, place: Place, show: &Show) -> Result<Kept, ScoreError> {
        let directory = self.env.shelf.directory();
        fs::create_dir_all(directory).map_err(storage(directory))?;
        let writing = Writing::begin(self.env.shelf.path_of(number), epoch, place, show)?;
        self.prune(place.at)?;
        Ok(Kept { writing, number, epoch, seq: place.seq, began: place.at })
    }

    /// Old files go: those that end before the age, and the oldest of what is too much.
    fn prune(&self, now: ShowTime) -> Result<(), ScoreError> {
        let Bounds { age, bytes } = self.env.bounds;
        let files = self.env.shelf.files()?;
        let mut kept_bytes = 0;
        let mut is_over = false;
        // Where one begins the one before it ends.
        let mut next_begins: Option<ShowTime> = None;
        for (_, path) in files.iter().rev() {
            let length = fs::metadata(path).map_err(storage(path))?.len();
            is_over |= next_begins.is_some_and(|ends| now.since(ends) > age || kept_bytes + length > bytes);
            if is_over {
                fs::remove_file(path).map_err(storage(path))?;
                continue;
            }
            kept_bytes += length;
            next_begins = Some(Segment::look(path).map_or(now, |segment| segment.head.at));
        }
        Ok(())
    }
}
