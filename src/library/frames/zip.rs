//! A ZIP archive in memory, read with distrust: only what plain programs make of plain files. No name in it ever becomes a path here, but
//! whoever sends one that wants to be more than a file's name gets nothing read at all.

use std::collections::BTreeSet;
use std::io::Read;
use std::ops::Range;

use flate2::Crc;
use flate2::bufread::DeflateDecoder;

use super::FramesError;

pub(super) const MOST_ENTRIES: usize = 4_096;
/// Of one entry, and of all of them together, as they are when they are unpacked.
const LARGEST_ENTRY: u64 = 32 << 20;
const LARGEST_WHOLE: u64 = 768 << 20;
/// What is larger than this shrinks by less than the factor: frames of one colour are small, bombs are not.
const SMALL: u64 = 1 << 20;
const LARGEST_RATIO: u64 = 200;
const LONGEST_NAME: usize = 255;

const END: u32 = 0x0605_4b50;
const END_LENGTH: usize = 22;
const LONGEST_COMMENT: usize = 65_535;
const CENTRAL: u32 = 0x0201_4b50;
const LOCAL: u32 = 0x0403_4b50;
/// Numbers that do not fit into their field stand here, in archives larger than any that is taken.
const ZIP64_FIELD: u16 = 1;
const ENCRYPTED: u16 = 1 | 1 << 6 | 1 << 13;
/// The local header does not know the sizes.
const SIZES_BEHIND: u16 = 1 << 3;
const UNIX: u8 = 3;

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Entry {
    pub name: String,
    deflated: bool,
    crc: u32,
    pub size: u64,
    header: u64,
    packed: u64,
    /// Where its bytes lie in the archive.
    data: Range<usize>,
}

fn broken(why: &'static str) -> FramesError {
    FramesError::Broken(why)
}

/// Takes numbers off the front.
struct Walk<'a>(&'a [u8]);

impl<'a> Walk<'a> {
    fn take(&mut self, count: usize) -> Result<&'a [u8], FramesError> {
        let (taken, rest) = self.0.split_at_checked(count).ok_or(broken("it ends too early"))?;
        self.0 = rest;
        Ok(taken)
    }

    fn u16(&mut self) -> Result<u16, FramesError> {
        Ok(self.take(2)?.iter().rev().fold(0, |sum, byte| sum << 8 | u16::from(*byte)))
    }

    fn u32(&mut self) -> Result<u32, FramesError> {
        Ok(self.take(4)?.iter().rev().fold(0, |sum, byte| sum << 8 | u32::from(*byte)))
    }
}

/// All files of the archive, as its directory names them; folders are left out.
pub(super) fn entries(bytes: &[u8]) -> Result<Vec<Entry>, FramesError> {
    let (count, directory) = end(bytes)?;
    let mut walk = Walk(&bytes[directory.clone()]);
    let mut entries = Vec::with_capacity(count);
    let mut names = BTreeSet::new();
    for _ in 0..count {
        let Some(mut entry) = central(&mut walk)? else { continue };
        entry.data = local(bytes, &entry, directory.start)?;
        if !names.insert(entry.name.to_lowercase()) {
            return Err(broken("two files in it have the same name"));
        }
        entries.push(entry);
    }
    if !walk.0.is_empty() {
        return Err(broken("there is more in its directory than it says"));
    }
    check_apart(&entries)?;
    let whole: u64 = entries.iter().map(|entry| entry.size).sum();
    if whole > LARGEST_WHOLE { Err(FramesError::TooLarge) } else { Ok(entries) }
}

/// How many entries there are, and where the directory lies: right before the end, with nothing in between.
fn end(bytes: &[u8]) -> Result<(usize, Range<usize>), FramesError> {
    let no_zip = broken("it is no ZIP archive, or cut off");
    let last = bytes.len().checked_sub(END_LENGTH).ok_or(no_zip.clone())?;
    let is_end = |at: &usize| bytes[*at..].starts_with(&END.to_le_bytes());
    let at = (last.saturating_sub(LONGEST_COMMENT)..=last).rev().find(is_end).ok_or(no_zip)?;
    let mut walk = Walk(&bytes[at + 4..]);
    let (disk, first_disk) = (walk.u16()?, walk.u16()?);
    let (here, count) = (walk.u16()?, walk.u16()?);
    let (length, start) = (walk.u32()? as usize, walk.u32()? as usize);
    let comment = usize::from(walk.u16()?);
    if comment != walk.0.len() {
        return Err(broken("something stands behind its end"));
    }
    if disk != 0 || first_disk != 0 || here != count {
        return Err(broken("it is in several parts"));
    }
    if usize::from(count) > MOST_ENTRIES {
        return Err(FramesError::TooMany);
    }
    // With numbers of 64 bits there would be something in between.
    if start.checked_add(length) != Some(at) {
        return Err(broken("its directory is not where it should be"));
    }
    Ok((usize::from(count), start..at))
}

fn central(walk: &mut Walk<'_>) -> Result<Option<Entry>, FramesError> {
    if walk.u32()? != CENTRAL {
        return Err(broken("its directory is damaged"));
    }
    let made_by = walk.take(2)?[1];
    walk.u16()?;
    let (flags, method) = (walk.u16()?, walk.u16()?);
    walk.u32()?;
    let crc = walk.u32()?;
    let (packed, size) = (u64::from(walk.u32()?), u64::from(walk.u32()?));
    let (name, extra, comment) = (walk.u16()?, walk.u16()?, walk.u16()?);
    let disk = walk.u16()?;
    walk.u16()?;
    let attributes = walk.u32()?;
    let header = u64::from(walk.u32()?);
    let name = name_of(walk.take(name.into())?)?;
    check_extra(walk.take(extra.into())?)?;
    walk.take(comment.into())?;
    if disk != 0 {
        return Err(broken("it is in several parts"));
    }
    check_kind(made_by, attributes, &name)?;
    let deflated = deflated(flags, method)?;
    if name.ends_with('/') {
        return if size == 0 { Ok(None) } else { Err(broken("a folder in it has a content")) };
    }
    check_size(size, packed, deflated)?;
    Ok(Some(Entry { name, deflated, crc, size, header, packed, data: 0..0 }))
}

fn deflated(flags: u16, method: u16) -> Result<bool, FramesError> {
    if flags & ENCRYPTED != 0 {
        return Err(broken("it is encrypted"));
    }
    match method {
        0 => Ok(false),
        8 => Ok(true),
        _ => Err(broken("it is packed in a way that is not read here: use plain ZIP (deflate)")),
    }
}

fn check_size(size: u64, packed: u64, deflated: bool) -> Result<(), FramesError> {
    if !deflated && size != packed {
        return Err(broken("a file in it has two sizes"));
    }
    let swells = size > SMALL && size / packed.max(1) > LARGEST_RATIO;
    if size > LARGEST_ENTRY || swells { Err(FramesError::TooLarge) } else { Ok(()) }
}

/// Plain files and folders only: no links, and nothing that stands for a device.
fn check_kind(made_by: u8, attributes: u32, name: &str) -> Result<(), FramesError> {
    let kind = if made_by == UNIX { attributes >> 16 & 0o170_000 } else { 0 };
    match kind {
        0 | 0o100_000 => Ok(()),
        0o040_000 if name.ends_with('/') => Ok(()),
        _ => Err(broken("there is something in it that is neither file nor folder, such as a link")),
    }
}

fn check_extra(extra: &[u8]) -> Result<(), FramesError> {
    let mut walk = Walk(extra);
    // What is too short to be a field is padding.
    while walk.0.len() >= 4 {
        let (kind, length) = (walk.u16()?, walk.u16()?);
        walk.take(length.into())?;
        if kind == ZIP64_FIELD {
            return Err(broken("it is a ZIP64 archive: so large it can not be"));
        }
    }
    Ok(())
}

fn name_of(bytes: &[u8]) -> Result<String, FramesError> {
    let bad = || broken("a file in it has a name that no file should have");
    let name = str::from_utf8(bytes).map_err(|_| bad())?;
    let parts = name.strip_suffix('/').unwrap_or(name).split('/');
    let is_part = |part: &str| !part.is_empty() && part != "." && part != "..";
    let is_good = name.len() <= LONGEST_NAME && !name.contains(['\\', ':']) && !name.contains(char::is_control);
    if is_good && parts.into_iter().all(is_part) { Ok(name.to_owned()) } else { Err(bad()) }
}

/// Both headers must say the same: programs that believe the one or the other would see two different archives.
fn local(bytes: &[u8], entry: &Entry, directory: usize) -> Result<Range<usize>, FramesError> {
    let differs = || broken("a file in it is described in two ways");
    let start = usize::try_from(entry.header).map_err(|_| differs())?;
    let mut walk = Walk(bytes.get(start..directory).ok_or_else(differs)?);
    if walk.u32()? != LOCAL {
        return Err(differs());
    }
    walk.u16()?;
    let (flags, method) = (walk.u16()?, walk.u16()?);
    walk.u32()?;
    let told = (walk.u32()?, u64::from(walk.u32()?), u64::from(walk.u32()?));
    let (name, extra) = (walk.u16()?, walk.u16()?);
    let name = walk.take(name.into())?;
    check_extra(walk.take(extra.into())?)?;
    let is_same = deflated(flags, method)? == entry.deflated && name == entry.name.as_bytes();
    let sizes = (entry.crc, entry.packed, entry.size);
    if !is_same || (told != sizes && (flags & SIZES_BEHIND == 0 || told != (0, 0, 0))) {
        return Err(differs());
    }
    let from = directory - walk.0.len();
    let packed = usize::try_from(entry.packed).map_err(|_| differs())?;
    walk.take(packed)?;
    Ok(from..from + packed)
}

/// Files that share their bytes make much of little.
fn check_apart(entries: &[Entry]) -> Result<(), FramesError> {
    let mut places: Vec<(u64, u64)> = entries.iter().map(|entry| (entry.header, entry.data.end as u64)).collect();
    places.sort_unstable();
    let is_apart = places.windows(2).all(|two| matches!(two, [one, other] if one.1 <= other.0));
    if is_apart { Ok(()) } else { Err(broken("files in it overlap")) }
}

impl Entry {
    /// As it was before it was packed: exactly as large as it says, and with the sum that it says.
    pub(super) fn unpacked(&self, bytes: &[u8]) -> Result<Vec<u8>, FramesError> {
        let packed = bytes.get(self.data.clone()).ok_or(broken("it ends too early"))?;
        let content = if self.deflated { self.inflated(packed)? } else { packed.to_vec() };
        let mut crc = Crc::new();
        crc.update(&content);
        if crc.sum() == self.crc { Ok(content) } else { Err(broken("a file in it is damaged")) }
    }

    fn inflated(&self, packed: &[u8]) -> Result<Vec<u8>, FramesError> {
        let mut inflater = DeflateDecoder::new(packed);
        let mut content = Vec::new();
        let read = inflater.by_ref().take(self.size + 1).read_to_end(&mut content);
        let is_whole = content.len() as u64 == self.size && inflater.total_in() == self.packed;
        if read.is_ok() && is_whole { Ok(content) } else { Err(broken("a file in it is damaged")) }
    }
}
