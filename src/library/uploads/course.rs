//! How far an upload has come: what its journal says, record by record. Nothing else changes it, so what is known after a crash is what
//! was known before.

use serde_json::Value;

use super::ranges::Ranges;
use super::record::{Beginning, Record};
use crate::show::time::ShowTime;

#[derive(Clone, Debug, PartialEq)]
pub struct Course {
    pub length: Option<u64>,
    pub received: Ranges,
    /// Chunks may come again with other bytes.
    pub disputed: bool,
    pub stage: Stage,
    /// Why it was not finished when that was tried last.
    pub trouble: Option<Trouble>,
    pub updated_at: ShowTime,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Stage {
    Receiving,
    /// All is there and has this hash; the file may have been moved away already.
    Finishing {
        blake3: String,
        bytes: u64,
    },
    Finished {
        result: Value,
    },
    GivenUp,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    pub code: String,
    pub message: String,
}

impl Course {
    pub fn begin(beginning: &Beginning) -> Course {
        Course {
            length: beginning.length,
            received: Ranges::default(),
            disputed: false,
            stage: Stage::Receiving,
            trouble: None,
            updated_at: beginning.at,
        }
    }

    /// Total: what makes no sense changes nothing.
    pub fn apply(&mut self, record: &Record) {
        match record {
            Record::Begun(_) => {}
            Record::Received { from, to, at } => {
                self.received.insert(*from..(*to).min(self.length.unwrap_or(u64::MAX)));
                self.updated_at = *at;
            }
            Record::Forgotten { from, to } => self.received.remove(*from..*to),
            Record::Length { length } if self.length.is_none() && *length >= self.received.end() => {
                self.length = Some(*length);
            }
            Record::Length { .. } => {}
            Record::Disputed => self.disputed = true,
            Record::Finishing { blake3, bytes, at } => {
                (self.disputed, self.trouble, self.updated_at) = (false, None, *at);
                self.stage = Stage::Finishing { blake3: blake3.clone(), bytes: *bytes };
            }
            Record::Finished { result, at } => {
                (self.trouble, self.updated_at) = (None, *at);
                self.stage = Stage::Finished { result: result.clone() };
            }
            Record::Failed { code, message, give_up, at } => {
                self.trouble = Some(Trouble { code: code.clone(), message: message.clone() });
                self.updated_at = *at;
                if *give_up {
                    self.stage = Stage::GivenUp;
                }
            }
        }
    }

    /// The shortest journal that says the same.
    pub fn records(&self, beginning: &Beginning) -> Vec<Record> {
        let at = self.updated_at;
        let mut records = vec![Record::Begun(beginning.clone())];
        if let (None, Some(length)) = (beginning.length, self.length) {
            records.push(Record::Length { length });
        }
        records.extend(self.received.iter().map(|part| Record::Received { from: part.start, to: part.end, at }));
        match &self.stage {
            Stage::Receiving | Stage::GivenUp => {}
            Stage::Finishing { blake3, bytes } => {
                records.push(Record::Finishing { blake3: blake3.clone(), bytes: *bytes, at });
            }
            Stage::Finished { result } => records.push(Record::Finished { result: result.clone(), at }),
        }
        if self.disputed {
            records.push(Record::Disputed);
        }
        if let Some(Trouble { code, message }) = self.trouble.clone() {
            records.push(Record::Failed { code, message, give_up: self.stage == Stage::GivenUp, at });
        }
        records
    }

    /// All bytes have come.
    pub fn is_complete(&self) -> bool {
        self.length.is_some_and(|length| self.received.prefix() >= length)
    }

    /// Nothing more happens to it.
    pub fn has_ended(&self) -> bool {
        matches!(self.stage, Stage::Finished { .. } | Stage::GivenUp)
    }

    /// Bytes on disk.
    pub fn staged(&self) -> u64 {
        if self.has_ended() { 0 } else { self.received.sum() }
    }

    /// Bytes that will be on disk, as far as that was said.
    pub fn reserved(&self) -> u64 {
        if self.has_ended() { 0 } else { self.length.unwrap_or_else(|| self.received.end()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::library::uploads::fuzz::any_record;

    #[test]
    fn a_shortened_journal_says_the_same() {
        let mut random = fastrand::Rng::with_seed(11);
        for _ in 0..3_000 {
            let beginning = crate::library::uploads::fuzz::any_beginning(&mut random);
            let mut course = Course::begin(&beginning);
            (0..random.usize(0..20)).for_each(|_| course.apply(&any_record(&mut random)));
            let mut again = Course::begin(&beginning);
            course.records(&beginning).iter().for_each(|record| again.apply(record));
            again.updated_at = course.updated_at;
            assert_eq!(again, course);
        }
    }

    #[test]
    fn a_promise_that_reaches_too_far_is_cut() {
        let mut random = fastrand::Rng::with_seed(1);
        let beginning = Beginning { length: Some(10), ..crate::library::uploads::fuzz::any_beginning(&mut random) };
        let mut course = Course::begin(&beginning);
        course.apply(&Record::Received { from: 5, to: u64::MAX, at: ShowTime(1) });
        assert_eq!((course.staged(), course.is_complete()), (5, false));
        course.apply(&Record::Length { length: 5 });
        assert_eq!(course.length, Some(10), "said once is said");
    }
}
