//! One upload in memory: what was said at its beginning, how far it has come, its journal, and who is at work on it.

use std::ops::Range;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::claims::Claims;
use super::course::{Course, Stage, Trouble};
use super::error::UploadError;
use super::journal::Journal;
use super::limits::Limits;
use super::record::Beginning;
use super::status::{Fault, State, Status};
use crate::show::time::ShowTime;

/// The bytes.
pub const DATA: &str = "data.part";
/// Gaps that are told; whoever fills them hears of the next.
const MOST_GAPS: usize = 1_000;

pub struct Session {
    pub beginning: Beginning,
    pub directory: PathBuf,
    pub claims: Arc<Claims>,
    /// Whoever writes it holds it while the disk is at work: records lie one behind the other.
    pub journal: Arc<tokio::sync::Mutex<Journal>>,
    inside: Mutex<Inside>,
    /// What the count of all changes was at the last one of this upload.
    changed: AtomicU64,
}

pub struct Inside {
    pub course: Course,
    /// Bytes that an upload of unknown length has room for.
    pub ahead: u64,
    /// Removed, though somebody may still hold it.
    pub is_gone: bool,
}

impl Inside {
    pub fn reserved(&self) -> u64 {
        if self.course.has_ended() || self.is_gone { 0 } else { self.course.reserved().max(self.ahead) }
    }

    pub fn staged(&self) -> u64 {
        if self.is_gone { 0 } else { self.course.staged() }
    }
}

impl Session {
    pub fn new(beginning: Beginning, directory: PathBuf, journal: Journal, course: Course) -> Session {
        Session {
            beginning,
            directory,
            claims: Arc::default(),
            journal: Arc::new(tokio::sync::Mutex::new(journal)),
            inside: Mutex::new(Inside { course, ahead: 0, is_gone: false }),
            changed: AtomicU64::new(0),
        }
    }

    /// Held for a look or a change in memory, never while something is awaited or written.
    pub fn inside(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn data(&self) -> PathBuf {
        self.directory.join(DATA)
    }

    pub fn mark_changed(&self, count: u64) {
        self.changed.store(count, Ordering::Relaxed);
    }

    pub fn changed(&self) -> u64 {
        self.changed.load(Ordering::Relaxed)
    }

    /// Bytes may still come.
    pub fn check_open(&self) -> Result<(), UploadError> {
        let inside = self.inside();
        if inside.is_gone {
            return Err(UploadError::NotFound);
        }
        match &inside.course.stage {
            Stage::Receiving => Ok(()),
            Stage::Finishing { .. } => Err(UploadError::Finishing),
            Stage::Finished { .. } => Err(UploadError::Finished),
            Stage::GivenUp => Err(given_up(inside.course.trouble.clone())),
        }
    }

    /// The bytes of a chunk.
    pub fn bounds(&self, index: u64) -> Result<Range<u64>, UploadError> {
        let length = self.inside().course.length.ok_or(UploadError::LengthUnknown)?;
        let size = self.beginning.chunk_size.max(1);
        let total = length.div_ceil(size);
        if index >= total {
            return Err(UploadError::NoSuchChunk { index, total });
        }
        Ok(index * size..(index * size).saturating_add(size).min(length))
    }

    pub fn status(&self, limits: &Limits) -> Status {
        let is_whole = self.claims.is_whole();
        let inside = self.inside();
        let (course, beginning) = (&inside.course, &self.beginning);
        let missing = course.length.map(|length| course.received.missing(length)).unwrap_or_default();
        Status {
            id: beginning.id,
            name: beginning.name.clone(),
            owner: beginning.owner.clone(),
            playlist: beginning.playlist.clone(),
            metadata: beginning.metadata.clone(),
            length: course.length,
            received: course.received.sum(),
            offset: course.received.prefix(),
            missing: missing.into_iter().take(MOST_GAPS).map(|gap| [gap.start, gap.end]).collect(),
            chunk_size: beginning.chunk_size,
            chunks_total: course.length.map(|length| length.div_ceil(beginning.chunk_size.max(1))),
            chunks_received: whole_chunks(course, beginning.chunk_size.max(1)),
            state: state_of(course, is_whole),
            error: course.trouble.clone().map(|Trouble { code, message }| Fault { code, message }),
            created_at: beginning.at,
            updated_at: course.updated_at,
            expires_at: expiry(course, limits),
            result: if let Stage::Finished { result } = &course.stage { Some(result.clone()) } else { None },
        }
    }
}

pub fn given_up(trouble: Option<Trouble>) -> UploadError {
    let Trouble { code, message } = trouble.unwrap_or(Trouble { code: "failed".to_owned(), message: String::new() });
    UploadError::GivenUp { code, message }
}

/// When it is forgotten, unless something happens to it before.
pub fn expiry(course: &Course, limits: &Limits) -> ShowTime {
    course.updated_at.plus(if course.has_ended() { limits.remembered } else { limits.idle })
}

fn state_of(course: &Course, is_whole: bool) -> State {
    match &course.stage {
        Stage::Finished { .. } => State::Completed,
        Stage::GivenUp => State::Error,
        _ if is_whole => State::Processing,
        Stage::Finishing { .. } if course.trouble.is_none() => State::Processing,
        _ if course.received.is_empty() && course.trouble.is_none() => State::Pending,
        _ => State::Uploading,
    }
}

/// Chunks of which every byte has come.
fn whole_chunks(course: &Course, size: u64) -> u64 {
    let length = course.length.unwrap_or(u64::MAX);
    let whole = |part: Range<u64>| {
        // The last chunk is whole although it is short.
        let behind = if part.end >= length { length.div_ceil(size) } else { part.end / size };
        behind.saturating_sub(part.start.div_ceil(size))
    };
    course.received.iter().map(whole).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::library::uploads::fuzz::any_beginning;

    #[test]
    fn chunks_count_when_every_byte_is_there() {
        let mut random = fastrand::Rng::with_seed(5);
        for _ in 0..2_000 {
            let (length, size) = (random.u64(0..100), random.u64(1..20));
            let mut course = Course::begin(&Beginning { length: Some(length), ..any_beginning(&mut random) });
            for _ in 0..random.usize(0..6) {
                let from = random.u64(0..=length);
                course.received.insert(from..random.u64(from..=length));
            }
            let chunks = (0..length.div_ceil(size)).map(|index| index * size..(index * size + size).min(length));
            let whole = chunks.filter(|chunk| course.received.contains(chunk.clone())).count() as u64;
            assert_eq!(whole_chunks(&course, size), whole, "{course:?} {size}");
        }
    }
}
