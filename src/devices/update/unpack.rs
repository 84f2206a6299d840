//! Unpacks a release: a tar archive of plain files and directories, and of nothing else. It was signed, but whoever signs may
//! have made a mistake.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Component, Path, PathBuf};

use tar::{Archive, Entry, EntryType};

use super::error::UpdateError;

const MOST_ENTRIES: usize = 10_000;
const LONGEST_PATH: usize = 1_024;
/// Of all files together.
const MOST_BYTES: u64 = 2 << 30;

fn unreadable(_: io::Error) -> UpdateError {
    UpdateError::InvalidArchive("it is damaged")
}

/// Into a directory that is there and empty; all of it is on disk when this returns.
pub fn unpack(archive: &Path, into: &Path) -> Result<(), UpdateError> {
    let file = File::open(archive).map_err(UpdateError::storage(archive))?;
    let mut archive = Archive::new(file);
    let (mut entries, mut bytes) = (0, 0_u64);
    for entry in archive.entries().map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        entries += 1;
        bytes = bytes.saturating_add(entry.size());
        if entries > MOST_ENTRIES || bytes > MOST_BYTES {
            return Err(UpdateError::InvalidArchive("there is too much in it"));
        }
        place(entry, into)?;
    }
    if entries == 0 { Err(UpdateError::InvalidArchive("it is empty")) } else { sync_all(into) }
}

fn place(mut entry: Entry<'_, File>, into: &Path) -> Result<(), UpdateError> {
    let path = into.join(inside(&entry.path().map_err(unreadable)?)?);
    let stored = UpdateError::storage(&path);
    match entry.header().entry_type() {
        EntryType::Directory => fs::create_dir_all(&path).map_err(stored),
        EntryType::Regular => {
            // Nothing but whether it can be run is taken over: no owner, no special bits.
            let runs = entry.header().mode().map_err(unreadable)? & 0o111 != 0;
            if let Some(parent) = path.parent() {
                fs::create_dir_all(parent).map_err(&stored)?;
            }
            let mode = if runs { 0o755 } else { 0o644 };
            let mut file = OpenOptions::new().write(true).create_new(true).mode(mode).open(&path).map_err(&stored)?;
            let (expected, copied) = (entry.size(), io::copy(&mut entry, &mut file).map_err(unreadable)?);
            if copied != expected {
                return Err(UpdateError::InvalidArchive("it breaks off"));
            }
            file.set_permissions(fs::Permissions::from_mode(mode)).map_err(&stored)?;
            file.sync_all().map_err(stored)
        }
        _ => Err(UpdateError::InvalidArchive("there is something other than files and directories in it")),
    }
}

/// A path that stays inside, without the "./" that tar likes to begin with.
pub fn inside(path: &Path) -> Result<PathBuf, UpdateError> {
    let refused = UpdateError::InvalidArchive("a path in it leads out of it");
    if path.as_os_str().len() > LONGEST_PATH {
        return Err(refused);
    }
    let mut clean = PathBuf::new();
    for component in path.components() {
        match component {
            Component::Normal(name) => clean.push(name),
            Component::CurDir => {}
            Component::ParentDir | Component::RootDir | Component::Prefix(_) => return Err(refused),
        }
    }
    Ok(clean)
}

fn sync_all(dir: &Path) -> Result<(), UpdateError> {
    let stored = UpdateError::storage(dir);
    for entry in fs::read_dir(dir).map_err(&stored)? {
        let entry = entry.map_err(&stored)?;
        if entry.file_type().map_err(&stored)?.is_dir() {
            sync_all(&entry.path())?;
        }
    }
    File::open(dir).and_then(|dir| dir.sync_all()).map_err(stored)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn archive(dir: &Path, entries: &[(&str, EntryType, &[u8])]) -> PathBuf {
        let path = dir.join("release.tar");
        let mut builder = tar::Builder::new(File::create(&path).unwrap());
        for (name, kind, content) in entries {
            let mut header = tar::Header::new_gnu();
            header.as_gnu_mut().unwrap().name[..name.len()].copy_from_slice(name.as_bytes());
            header.set_entry_type(*kind);
            header.set_size(content.len() as u64);
            header.set_mode(0o6755);
            if matches!(kind, EntryType::Symlink | EntryType::Link) {
                header.set_link_name("/etc/passwd").unwrap();
            }
            header.set_cksum();
            builder.append(&header, *content).unwrap();
        }
        builder.finish().unwrap();
        path
    }

    fn unpacked(entries: &[(&str, EntryType, &[u8])]) -> Result<tempfile::TempDir, UpdateError> {
        let dir = tempfile::tempdir().unwrap();
        let path = archive(dir.path(), entries);
        fs::create_dir(dir.path().join("in")).unwrap();
        unpack(&path, &dir.path().join("in")).map(|()| dir)
    }

    #[test]
    fn files_and_directories_are_unpacked_without_special_bits() {
        let entries: [(&str, EntryType, &[u8]); 3] = [
            ("./", EntryType::Directory, b""),
            ("./marquee", EntryType::Regular, b"#!/bin/sh\n"),
            ("share/a/b.txt", EntryType::Regular, b"text"),
        ];
        let dir = unpacked(&entries).unwrap();
        let mode = fs::metadata(dir.path().join("in/marquee")).unwrap().permissions().mode();
        assert_eq!(mode & 0o7777, 0o755);
        assert_eq!(fs::read(dir.path().join("in/share/a/b.txt")).unwrap(), b"text");
    }

    #[test]
    fn whatever_could_lead_out_is_refused() {
        let refused = |name, kind| unpacked(&[(name, kind, b"")]).unwrap_err().code();
        for name in ["../out", "/etc/out", "a/../../out"] {
            assert_eq!(refused(name, EntryType::Regular), "invalid_archive", "{name}");
        }
        for kind in [EntryType::Symlink, EntryType::Link, EntryType::Fifo, EntryType::Char, EntryType::Block] {
            assert_eq!(refused("a", kind), "invalid_archive", "{kind:?}");
        }
        assert!(unpacked(&[]).is_err());
        let twice: [(&str, EntryType, &[u8]); 2] = [("a", EntryType::Regular, b"1"), ("a", EntryType::Regular, b"2")];
        assert!(unpacked(&twice).is_err(), "the second would be written over the first");
    }

    #[test]
    fn an_archive_that_breaks_off_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let path = archive(dir.path(), &[("marquee", EntryType::Regular, &[7; 5_000])]);
        let whole = fs::read(&path).unwrap();
        for (at, length) in [100, 512, 700, 4_000].into_iter().enumerate() {
            fs::write(&path, &whole[..length]).unwrap();
            let into = dir.path().join(at.to_string());
            fs::create_dir(&into).unwrap();
            assert_eq!(unpack(&path, &into).unwrap_err().code(), "invalid_archive", "{length}");
        }
    }
}
