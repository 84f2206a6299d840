//! What was made from assets, so that nobody has to wait for it: one folder for each. All of it can be made again.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::PathBuf;

use crate::show::ids::AssetId;

/// A file that is not whole yet.
const NEW: &str = "new";
/// How often it was begun to look into the asset, and not ended.
const TRIES: &str = "tries";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Made {
    /// A JPEG, some hundred pixels across.
    Thumbnail,
    /// JSON: how loud it is when.
    Waveform,
}

impl Made {
    fn file_name(self) -> &'static str {
        match self {
            Made::Thumbnail => "thumb.jpg",
            Made::Waveform => "wave.json",
        }
    }
}

/// What there is of an asset.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Held {
    pub thumbnail: bool,
    pub waveform: bool,
    pub bytes: u64,
}

#[derive(Clone, Debug)]
pub struct Derived {
    directory: PathBuf,
}

impl Derived {
    pub fn new(directory: impl Into<PathBuf>) -> Self {
        Self { directory: directory.into() }
    }

    /// Where it is, if it was made.
    pub fn path(&self, asset: &AssetId, made: Made) -> PathBuf {
        self.folder(asset).join(made.file_name())
    }

    fn folder(&self, asset: &AssetId) -> PathBuf {
        self.directory.join(asset.as_str())
    }

    /// All there is. The directory is made where it is missing, and whatever is of no asset is removed.
    pub fn survey(&self, is_known: impl Fn(&AssetId) -> bool) -> io::Result<BTreeMap<AssetId, Held>> {
        fs::create_dir_all(&self.directory)?;
        let mut held = BTreeMap::new();
        for entry in fs::read_dir(&self.directory)? {
            let name = entry?.file_name();
            // What is called otherwise is not ours.
            let Some(id) = name.to_str().and_then(|name| AssetId::new(name).ok()) else { continue };
            if is_known(&id) {
                let there = self.held(&id);
                held.insert(id, there);
            } else {
                self.remove(&id);
            }
        }
        Ok(held)
    }

    pub fn held(&self, asset: &AssetId) -> Held {
        let bytes = |made: Made| {
            let file = fs::metadata(self.folder(asset).join(made.file_name()));
            file.map_or(0, |file| file.len())
        };
        let (thumbnail, waveform) = (bytes(Made::Thumbnail), bytes(Made::Waveform));
        Held { thumbnail: thumbnail > 0, waveform: waveform > 0, bytes: thumbnail + waveform }
    }

    /// Whole or not at all.
    pub fn write(&self, asset: &AssetId, made: Made, bytes: &[u8]) -> io::Result<()> {
        let folder = self.folder(asset);
        fs::create_dir_all(&folder)?;
        let new = folder.join(NEW);
        let mut file = File::create(&new)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&new, folder.join(made.file_name()))
    }

    /// What was made of it before and is not any more.
    pub fn discard(&self, asset: &AssetId, made: Made) {
        discard(&self.path(asset, made));
    }

    /// Counts that it was begun to look into the asset, so that a file which ends the server does not do so for ever.
    pub fn begin(&self, asset: &AssetId) -> io::Result<u32> {
        let folder = self.folder(asset);
        fs::create_dir_all(&folder)?;
        let tries = fs::read_to_string(folder.join(TRIES)).ok().and_then(|text| text.trim().parse().ok()).unwrap_or(0);
        let mut file = File::create(folder.join(TRIES))?;
        writeln!(file, "{}", u32::saturating_add(tries, 1))?;
        // It must be known after the worst.
        file.sync_all()?;
        Ok(tries)
    }

    pub fn end(&self, asset: &AssetId) {
        discard(&self.folder(asset).join(TRIES));
    }

    pub fn remove(&self, asset: &AssetId) {
        let folder = self.folder(asset);
        match fs::remove_dir_all(&folder) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                tracing::warn!(folder = %folder.display(), %error, "what was made of a removed asset stays: {error}");
            }
            _ => {}
        }
    }
}

/// One that is not there is as good as removed, and one that stays is only space.
fn discard(path: &std::path::Path) {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            tracing::warn!(file = %path.display(), %error, "a file can not be removed: {error}");
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_of_no_asset_is_gone_and_the_rest_is_known() {
        let directory = tempfile::tempdir().unwrap();
        let derived = Derived::new(directory.path().join("derived"));
        let (kept, gone) = (AssetId::new("kept").unwrap(), AssetId::new("gone").unwrap());
        for asset in [&kept, &gone] {
            derived.write(asset, Made::Thumbnail, b"a picture").unwrap();
        }
        derived.write(&kept, Made::Waveform, b"a wave").unwrap();
        std::fs::write(directory.path().join("derived/notes.txt"), "not ours").unwrap();
        // As a power failure leaves it.
        std::fs::write(derived.folder(&kept).join(NEW), "half").unwrap();
        let held = derived.survey(|id| *id == kept).unwrap();
        assert_eq!(held, BTreeMap::from([(kept.clone(), Held { thumbnail: true, waveform: true, bytes: 15 })]));
        assert!(!derived.folder(&gone).exists() && directory.path().join("derived/notes.txt").exists());
        derived.discard(&kept, Made::Waveform);
        assert_eq!(derived.held(&kept), Held { thumbnail: true, waveform: false, bytes: 9 });
    }

    #[test]
    fn what_was_begun_and_not_ended_is_counted() {
        let directory = tempfile::tempdir().unwrap();
        let (derived, asset) = (Derived::new(directory.path()), AssetId::new("a").unwrap());
        assert_eq!([0, 1, 2].map(|_| derived.begin(&asset).unwrap()), [0, 1, 2]);
        derived.end(&asset);
        assert_eq!(derived.begin(&asset).unwrap(), 0);
    }
}
