//! One file of a score.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::line::{ChangeLine, Head, KeyFrame, Place};
use super::open::{open_events, open_show};
use super::{ScoreError, VERSION, damaged, storage};
use crate::show::Show;
use crate::state::Epoch;
use crate::state::apply::check_whole;
use crate::state::history::Change;

/// A show has some megabytes at most; a file that was meant to take all memory is none.
const LONGEST_LINE: u64 = 64 << 20;
/// The end of a file is looked for in steps of this size.
const STEP: u64 = 64 << 10;

/// Being written.
pub struct Writing {
    path: PathBuf,
    file: File,
    pub bytes: u64,
    /// Of what it began with.
    pub key_frame_bytes: u64,
}

fn json(value: &impl Serialize) -> io::Result<Vec<u8>> {
    let mut line = serde_json::to_vec(value)?;
    line.push(b'\n');
    Ok(line)
}

/// The head and the show, as the first two lines.
pub fn beginning(head: &Head, show: &Show) -> io::Result<Vec<u8>> {
    let mut text = json(head)?;
    text.extend(json(&KeyFrame { show: Arc::new(open_show(show)) })?);
    Ok(text)
}

pub fn change_line(change: &ChangeLine) -> io::Result<Vec<u8>> {
    json(change)
}

impl Writing {
    pub fn begin(path: PathBuf, epoch: Epoch, place: Place, show: &Show) -> Result<Self, ScoreError> {
        let failed = storage(&path);
        let head = Head { marquee_score: VERSION, epoch, seq: place.seq, at: place.at, from: None, to: None };
        let text = beginning(&head, show).map_err(&failed)?;
        // Whole or not at all: what is read begins with a show.
        let new = path.with_extension("new");
        let mut file = File::create(&new).map_err(&failed)?;
        file.write_all(&text).and_then(|()| file.sync_data()).map_err(&failed)?;
        std::fs::rename(&new, &path).map_err(&failed)?;
        let bytes = text.len() as u64;
        Ok(Self { path, file, bytes, key_frame_bytes: bytes })
    }

    /// Goes on with a file, behind its last whole line.
    pub fn go_on(segment: &Segment) -> Result<Self, ScoreError> {
        let failed = storage(&segment.path);
        let mut file = OpenOptions::new().read(true).write(true).open(&segment.path).map_err(&failed)?;
        file.set_len(segment.whole_bytes).and_then(|()| file.seek(SeekFrom::End(0)).map(drop)).map_err(&failed)?;
        Ok(Self { path: segment.path.clone(), file, bytes: segment.whole_bytes, key_frame_bytes: 0 })
    }

    pub fn append(&mut self, changes: &[Arc<Change>]) -> Result<(), ScoreError> {
        let failed = storage(&self.path);
        let mut text = Vec::new();
        for change in changes {
            let line = ChangeLine { seq: change.seq, at: change.at, events: open_events(&change.events) };
            text.extend(change_line(&line).map_err(&failed)?);
        }
        self.file.write_all(&text).map_err(&failed)?;
        self.bytes += text.len() as u64;
        Ok(())
    }

    pub fn sync(&self) -> Result<(), ScoreError> {
        self.file.sync_data().map_err(storage(&self.path))
    }
}

/// Where a file begins and ends.
#[derive(Clone, Debug)]
pub struct Segment {
    pub path: PathBuf,
    pub head: Head,
    pub last: Place,
    /// Without a last line that was cut off.
    pub whole_bytes: u64,
}

impl Segment {
    pub fn look(path: &Path) -> Result<Segment, ScoreError> {
        let failed = storage(path);
        let mut lines = Lines::open(path)?;
        let head = lines.head()?;
        let mut file = File::open(path).map_err(&failed)?;
        let length = file.metadata().map_err(&failed)?.len();
        let (last, whole_bytes) = last_line(&mut file, length).map_err(&failed)?;
        // A file with nothing but a show has no changes: its second line names no place.
        let last = serde_json::from_slice(&last).unwrap_or(Place { seq: head.seq, at: head.at });
        Ok(Segment { path: path.to_owned(), head, last, whole_bytes })
    }

    /// Whether this one goes on where the other ends.
    pub fn follows(&self, before: &Segment) -> bool {
        self.head.epoch == before.head.epoch && self.head.seq == before.last.seq
    }
}

/// The last line that ends, and where it does.
fn last_line(file: &mut File, length: u64) -> io::Result<(Vec<u8>, u64)> {
    let mut tail: Vec<u8> = Vec::new();
    let mut from = length;
    loop {
        let ends: Vec<usize> = tail.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at).collect();
        if let [.., before, last] = ends[..] {
            return Ok((tail[before + 1..last].to_vec(), from + last as u64 + 1));
        }
        if from == 0 {
            let whole = ends.last().map_or(0, |last| *last as u64 + 1);
            return Ok((Vec::new(), whole));
        }
        let step = STEP.max(tail.len() as u64).min(from);
        from -= step;
        let mut piece = vec![0; step as usize];
        file.seek(SeekFrom::Start(from))?;
        file.read_exact(&mut piece)?;
        piece.extend(tail);
        tail = piece;
    }
}

/// Line by line.
pub struct Lines {
    path: PathBuf,
    reader: BufReader<File>,
    number: usize,
    text: Vec<u8>,
}

impl Lines {
    pub fn open(path: &Path) -> Result<Lines, ScoreError> {
        let file = File::open(path).map_err(storage(path))?;
        Ok(Lines { path: path.to_owned(), reader: BufReader::with_capacity(64 << 10, file), number: 0, text: Vec::new() })
    }

    pub fn head(&mut self) -> Result<Head, ScoreError> {
        #[derive(serde::Deserialize)]
        struct Format {
            marquee_score: u32,
        }
        let Format { marquee_score: found } = self.next()?.ok_or_else(|| self.wrong("it is empty"))?;
        if found > VERSION {
            return Err(ScoreError::Newer { path: self.path.clone(), found });
        }
        self.read()
    }

    pub fn key_frame(&mut self) -> Result<Arc<Show>, ScoreError> {
        let KeyFrame { show } = self.next()?.ok_or_else(|| self.wrong("its show is missing"))?;
        self.check(&show)?;
        Ok(show)
    }

    /// Whatever a score says, everyone past it relies on a show that could have been decided.
    pub fn check(&self, show: &Show) -> Result<(), ScoreError> {
        check_whole(show).map_err(|error| self.wrong(&format!("the show is not whole: {error}")))
    }

    /// None at the end, and where the last line was cut off: it may be in the midst of being written.
    pub fn change(&mut self) -> Result<Option<ChangeLine>, ScoreError> {
        self.next()
    }

    pub fn wrong(&self, why: &str) -> ScoreError {
        ScoreError::Damaged { path: self.path.clone(), line: self.number, why: why.to_owned() }
    }

    fn next<T: DeserializeOwned>(&mut self) -> Result<Option<T>, ScoreError> {
        // What was half a line the last time is read on.
        if self.text.last() == Some(&b'\n') {
            self.text.clear();
        }
        let room = LONGEST_LINE - self.text.len() as u64;
        (&mut self.reader).take(room).read_until(b'\n', &mut self.text).map_err(storage(&self.path))?;
        if self.text.len() as u64 == LONGEST_LINE {
            return Err(self.wrong("it is too long"));
        }
        if self.text.last() != Some(&b'\n') {
            return Ok(None);
        }
        self.number += 1;
        self.read().map(Some)
    }

    fn read<T: DeserializeOwned>(&self) -> Result<T, ScoreError> {
        serde_json::from_slice(&self.text).map_err(|error| damaged(&self.path, self.number, &error))
    }
}
