//! An upload's journal on disk: records are added at its end, and each is on disk before anybody hears of it.

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::disk::{Disk, Opened};
use super::error::UploadError;
use super::record::{Decoded, Record, decode, encode, version_of};

pub const FILE: &str = "journal";
/// The shorter journal that will take the place of a long one.
pub const SHORTER: &str = "journal.new";
/// Longer than one with every chunk in it several times.
const LONGEST: u64 = 16 * 1024 * 1024;
/// So many records more than needed are kept before the journal is written anew. Tests see it happen often.
const SLACK: usize = if cfg!(test) { 3 } else { 1024 };

pub struct Journal {
    path: PathBuf,
    /// Where the next record goes: what stands behind it was torn, and is written over.
    end: u64,
    records: usize,
    /// A shorter one has taken the old one's place, but after a crash the old one might be back: nothing may be added before that is over.
    is_unsettled: bool,
}

/// Why a journal can not be gone on with.
pub enum Unreadable {
    /// By this version; it is left alone.
    Newer(u32),
    Broken(&'static str),
}

impl Journal {
    /// Of an upload's directory, in which there is none yet.
    pub fn unwritten(directory: &Path) -> Journal {
        Journal { path: directory.join(FILE), end: 0, records: 0, is_unsettled: false }
    }

    /// What stands in it; a torn end is forgotten.
    pub fn read(directory: &Path) -> io::Result<Result<(Journal, Vec<Record>), Unreadable>> {
        let path = directory.join(FILE);
        let mut bytes = Vec::new();
        fs::File::open(&path)?.take(LONGEST).read_to_end(&mut bytes)?;
        if let Some(version) = version_of(&bytes).filter(|version| *version > super::record::VERSION) {
            return Ok(Err(Unreadable::Newer(version)));
        }
        let Decoded { records, whole } = decode(&bytes);
        if records.is_empty() {
            return Ok(Err(Unreadable::Broken("its journal can not be read")));
        }
        Ok(Ok((Journal { path, end: whole as u64, records: records.len(), is_unsettled: false }, records)))
    }

    /// On disk when Ok. When not, the next record takes its place.
    pub fn add(&mut self, disk: &dyn Disk, record: &Record) -> Result<(), UploadError> {
        let line =
            encode(record).ok_or_else(|| UploadError::Storage("the journal takes no line as long as this".to_owned()))?;
        self.settle(disk)?;
        let opened = disk.open(&self.path)?;
        disk.write(&opened, &line, self.end)?;
        disk.sync(&opened)?;
        self.end += line.len() as u64;
        self.records += 1;
        Ok(())
    }

    /// Whether so much could be left out that writing it anew is worth while.
    pub fn is_long(&self, needed: usize) -> bool {
        self.records > needed * 2 + SLACK
    }

    /// Puts a shorter one in its place, all at once. When that fails, the old one goes on.
    pub fn shorten(&mut self, disk: &dyn Disk, records: &[Record]) -> Result<(), UploadError> {
        let shorter = self.path.with_file_name(SHORTER);
        let lines: Vec<u8> = records.iter().filter_map(encode).flatten().collect();
        disk.remove(&shorter)?;
        let opened: Opened = disk.open(&shorter)?;
        disk.write(&opened, &lines, 0)?;
        disk.sync(&opened)?;
        disk.rename(&shorter, &self.path)?;
        // From here on whoever opens the journal finds the shorter one.
        (self.end, self.records, self.is_unsettled) = (lines.len() as u64, records.len(), true);
        self.settle(disk)
    }

    fn settle(&mut self, disk: &dyn Disk) -> Result<(), UploadError> {
        if self.is_unsettled {
            disk.sync_directory(self.path.parent().unwrap_or(Path::new(".")))?;
            self.is_unsettled = false;
        }
        Ok(())
    }
}
