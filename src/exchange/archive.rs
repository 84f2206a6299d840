//! A show as one file: a tar with `show.json`, and the files of its assets behind it. It is written and read as it passes, so
//! its size costs no memory.
//!
//! What is read may come from anybody: nothing of it is believed before `check` has seen all of it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use tar::{Archive, Builder, EntryType, Header};

use crate::base::quote::quoted;
use crate::show::asset::Asset;
use crate::show::collection::Collection;
use crate::show::ids::AssetId;
use crate::show::time::ShowTime;

/// A newer one is refused as a whole. The first had no lights, the second no playlists.
const FORMAT: u32 = 3;
const SHOW: &str = "show.json";
const ASSETS: &str = "assets/";
/// A show of 256 scenes with all their layers has some megabytes.
const LARGEST_SHOW: u64 = 32 * 1024 * 1024;
const PIECE: usize = 64 * 1024;

/// `show.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    format: u32,
    /// What wrote it, for people.
    program: String,
    /// Milliseconds of Unix time.
    exported_at: i64,
    pub show: Collection,
}

/// An archive that was looked through from its beginning to its end.
#[derive(Debug, PartialEq)]
pub struct Checked {
    pub show: Collection,
    /// Those whose files are in it.
    pub files: BTreeSet<AssetId>,
}

#[derive(Debug, PartialEq, thiserror::Error)]
pub enum ArchiveError {
    #[error("the archive can not be read: {0}")]
    Broken(String),
    #[error("the archive is of format {0}, and this server knows 1 to {FORMAT}")]
    Newer(u32),
    #[error("{0:?} does not belong into an archive of a show")]
    Stranger(String),
    #[error("the file of asset {0} is not what its id says")]
    Mismatch(AssetId),
}

impl ArchiveError {
    /// Stable: clients depend on it.
    pub fn code(&self) -> &'static str {
        match self {
            ArchiveError::Broken(_) => "broken_archive",
            ArchiveError::Newer(_) => "archive_too_new",
            ArchiveError::Stranger(_) => "unexpected_file",
            ArchiveError::Mismatch(_) => "asset_mismatch",
        }
    }
}

impl From<io::Error> for ArchiveError {
    fn from(error: io::Error) -> Self {
        // It quotes the archive, which may hold anything.
        ArchiveError::Broken(quoted(&error.to_string()))
    }
}

type Result<T> = std::result::Result<T, ArchiveError>;

impl Manifest {
    pub fn exported_at(&self) -> ShowTime {
        ShowTime(self.exported_at.saturating_mul(1_000))
    }

    pub fn new(show: Collection, now: ShowTime) -> Manifest {
        let program = concat!("marquee/", env!("CARGO_PKG_VERSION")).to_owned();
        Manifest { format: FORMAT, program, exported_at: now.millis(), show }
    }
}

pub fn write(out: impl Write, manifest: &Manifest, path_of: impl Fn(&Asset) -> PathBuf) -> io::Result<()> {
    let mut archive = Builder::new(out);
    let text = serde_json::to_vec_pretty(manifest)?;
    archive.append_data(&mut header(text.len() as u64, manifest), SHOW, &text[..])?;
    for asset in &manifest.show.assets {
        let file = File::open(path_of(asset))?;
        if file.metadata()?.len() != asset.bytes {
            return Err(io::Error::other("the file of an asset is not as long as it was"));
        }
        let name = format!("{ASSETS}{}", asset.file_name());
        archive.append_data(&mut header(asset.bytes, manifest), name, file.take(asset.bytes))?;
    }
    archive.into_inner()?.flush()
}

fn header(size: u64, manifest: &Manifest) -> Header {
    let mut header = Header::new_gnu();
    header.set_entry_type(EntryType::Regular);
    header.set_size(size);
    header.set_mode(0o644);
    header.set_mtime(u64::try_from(manifest.exported_at / 1_000).unwrap_or(0));
    header
}

/// The show alone, which comes first, and when it was exported.
pub fn read_manifest(archive: impl Read) -> Result<Manifest> {
    let mut archive = Archive::new(archive);
    let mut entries = archive.entries()?.raw(true);
    let mut entry = entries.next().ok_or_else(|| ArchiveError::Broken("there is no show.json in it".to_owned()))??;
    let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
    if entry.header().entry_type() != EntryType::Regular || name != SHOW {
        return Err(ArchiveError::Stranger(name.escape_default().take(80).collect()));
    }
    read_show(&mut entry)
}

/// Every entry is what it should be, and every asset's content what its id says.
pub fn check(archive: impl Read) -> Result<Checked> {
    let mut files = BTreeSet::new();
    let show = each_file(archive, |asset, file| {
        let mut hasher = blake3::Hasher::new();
        let mut piece = [0; PIECE];
        let mut bytes = 0;
        loop {
            match file.read(&mut piece)? {
                0 => break,
                count => {
                    bytes += count as u64;
                    hasher.update(&piece[..count]);
                }
            }
        }
        let is_it = Asset::id_of(hasher.finalize().to_hex().as_str()).is_ok_and(|id| id == asset.id);
        if !is_it || bytes != asset.bytes || !files.insert(asset.id.clone()) {
            return Err(ArchiveError::Mismatch(asset.id.clone()));
        }
        Ok(())
    })?;
    Ok(Checked { show, files })
}

/// Calls `see` with each asset whose file is there, and the file. The show comes first, so it is known which those may be.
pub fn each_file<E: From<ArchiveError>>(
    archive: impl Read,
    mut see: impl FnMut(&Asset, &mut dyn Read) -> std::result::Result<(), E>,
) -> std::result::Result<Collection, E> {
    let mut archive = Archive::new(archive);
    // As they are written: long names and sparse files, which could be made to take any amount of memory, are entries of
    // kinds that do not belong here.
    let entries = archive.entries().map_err(ArchiveError::from)?.raw(true);
    let mut show: Option<Collection> = None;
    let mut by_name: BTreeMap<String, Asset> = BTreeMap::new();
    for entry in entries {
        let mut entry = entry.map_err(ArchiveError::from)?;
        let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        let is_file = entry.header().entry_type() == EntryType::Regular;
        match (&show, by_name.get(&name)) {
            (None, _) if is_file && name == SHOW => {
                let read = read_show(&mut entry)?.show;
                by_name =
                    read.assets.iter().map(|asset| (format!("{ASSETS}{}", asset.file_name()), asset.clone())).collect();
                show = Some(read);
            }
            (Some(_), Some(asset)) if is_file => see(asset, &mut entry)?,
            _ => return Err(ArchiveError::Stranger(name.escape_default().take(80).collect()).into()),
        }
    }
    show.ok_or_else(|| ArchiveError::Broken("there is no show.json in it".to_owned()).into())
}

fn read_show(entry: &mut impl Read) -> Result<Manifest> {
    #[derive(Deserialize)]
    struct Version {
        format: u32,
    }
    let mut text = Vec::new();
    entry.take(LARGEST_SHOW + 1).read_to_end(&mut text)?;
    if text.len() as u64 > LARGEST_SHOW {
        return Err(ArchiveError::Broken(format!("its show.json is larger than {LARGEST_SHOW} bytes")));
    }
    // Not quoted: what is wrong in it may be a secret that somebody put there.
    let broken = |error: serde_json::Error| {
        ArchiveError::Broken(format!("show.json is not right in line {}, column {}", error.line(), error.column()))
    };
    // The format first: a newer one may have fields that are not known here.
    let Version { format } = serde_json::from_slice(&text).map_err(broken)?;
    if !(1..=FORMAT).contains(&format) {
        return Err(ArchiveError::Newer(format));
    }
    serde_json::from_slice(&text).map_err(broken)
}

/// One without files, for tests: as it is written, whatever is in its `show.json`.
#[cfg(test)]
pub fn of_text(text: &str) -> Vec<u8> {
    let mut archive = Builder::new(Vec::new());
    let mut header = Header::new_gnu();
    header.set_entry_type(EntryType::Regular);
    header.set_size(text.len() as u64);
    archive.append_data(&mut header, SHOW, text.as_bytes()).expect("written");
    archive.into_inner().expect("written")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    const CONTENT: &[u8] = b"a picture";

    fn asset() -> Asset {
        let id = Asset::id_of(blake3::hash(CONTENT).to_hex().as_str()).expect("an id");
        let json = json!({ "id": id, "name": "a.png", "format": "png", "width": 1, "height": 1, "bytes": CONTENT.len() });
        serde_json::from_value(json).expect("an asset")
    }

    fn manifest() -> Manifest {
        Manifest::new(Collection { assets: vec![asset()], ..Collection::default() }, ShowTime(1_700_000_000_000_000))
    }

    /// An archive of these entries: kind, name, content.
    fn archive(entries: &[(EntryType, &str, &[u8])]) -> Vec<u8> {
        let mut builder = Builder::new(Vec::new());
        for (kind, name, content) in entries {
            let mut header = Header::new_gnu();
            header.set_entry_type(*kind);
            header.set_size(content.len() as u64);
            // Set by hand: the builder refuses names that lead elsewhere.
            header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
            header.set_cksum();
            builder.append(&header, *content).expect("written");
        }
        builder.into_inner().expect("written")
    }

    fn show() -> Vec<u8> {
        serde_json::to_vec(&manifest()).expect("JSON")
    }

    #[test]
    fn what_is_written_is_read() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("a");
        std::fs::write(&path, CONTENT).expect("written");
        let mut bytes = Vec::new();
        write(&mut bytes, &manifest(), |_| path.clone()).expect("written");
        let checked = check(&bytes[..]).expect("read");
        assert_eq!((checked.show, checked.files), (manifest().show, [asset().id].into()));
        std::fs::write(&path, b"shorter").expect("written");
        assert!(write(Vec::new(), &manifest(), |_| path.clone()).is_err(), "a file that has changed is not passed on");
    }

    #[test]
    fn what_does_not_belong_there_is_refused() {
        let (show, asset) = (show(), asset());
        let name = format!("assets/{}", asset.file_name());
        let file = EntryType::Regular;
        let newer =
            String::from_utf8(show.clone()).expect("text").replace("\"format\":3,\"program", "\"format\":4,\"program");
        for (entries, code) in [
            (vec![], "broken_archive"),
            (vec![(file, name.as_str(), CONTENT)], "unexpected_file"),
            (vec![(file, SHOW, b"{}" as &[u8])], "broken_archive"),
            (vec![(file, SHOW, newer.as_bytes())], "archive_too_new"),
            (vec![(file, SHOW, &show), (file, "../../etc/passwd", CONTENT)], "unexpected_file"),
            (vec![(file, SHOW, &show), (file, "/etc/passwd", CONTENT)], "unexpected_file"),
            (vec![(file, SHOW, &show), (file, "assets/../show.json", CONTENT)], "unexpected_file"),
            (vec![(file, SHOW, &show), (file, "assets/other.png", CONTENT)], "unexpected_file"),
            (vec![(file, SHOW, &show), (EntryType::Symlink, &name, b"")], "unexpected_file"),
            (vec![(file, SHOW, &show), (EntryType::Link, &name, b"")], "unexpected_file"),
            (vec![(file, SHOW, &show), (EntryType::Directory, "assets/", b"")], "unexpected_file"),
            (vec![(file, SHOW, &show), (EntryType::GNULongName, "x", &[b'a'; 4096])], "unexpected_file"),
            (vec![(file, SHOW, &show), (EntryType::GNUSparse, &name, CONTENT)], "unexpected_file"),
            (vec![(file, SHOW, &show), (file, SHOW, &show)], "unexpected_file"),
            (vec![(file, SHOW, &show), (file, &name, b"a pixture")], "asset_mismatch"),
            (vec![(file, SHOW, &show), (file, &name, b"longer than it says")], "asset_mismatch"),
            (vec![(file, SHOW, &show), (file, &name, CONTENT), (file, &name, CONTENT)], "asset_mismatch"),
        ] {
            let names: Vec<&str> = entries.iter().map(|(_, name, _)| *name).collect();
            assert_eq!(check(&archive(&entries)[..]).map_err(|error| error.code()).err(), Some(code), "{names:?}");
        }
        let cut = archive(&[(file, SHOW, &show), (file, &name, CONTENT)]);
        assert!(check(&cut[..cut.len() - 1_024 - 512 + 4]).is_err(), "it ends in the middle of a file");
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn a_damaged_archive_is_read_or_refused(at in 0..4_096_usize, byte in any::<u8>()) {
            let show = show();
            let name = format!("assets/{}", asset().file_name());
            let mut bytes = archive(&[(EntryType::Regular, SHOW, &show), (EntryType::Regular, &name, CONTENT)]);
            let at = at % bytes.len();
            bytes[at] = byte;
            if let Ok(checked) = check(&bytes[..]) {
                prop_assert!(checked.files.len() <= 1);
            }
        }
    }
}
