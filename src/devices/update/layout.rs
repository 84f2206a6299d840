//! How releases lie on disk, and the steps by which one takes another's place. Whenever the power goes, `current` points to a
//! release that is whole and has shown that it works.
//!
//! ```text
//! releases/1.2.0/marquee …   current → releases/1.2.0   pending.json   rolled_back.json   downloads/
//! ```

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::error::UpdateError;
use super::version::Version;

pub const PROGRAM: &str = "marquee";
/// What is written here has a hundred bytes.
const LONGEST_NOTE: u64 = 4_096;

/// A new release that has not shown yet that it works.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Trial {
    pub version: Version,
    pub attempts: u32,
    /// How long it has to come up before it has to be well.
    pub seconds: u64,
    /// How long after that it has to have said whether it is.
    #[serde(default = "usual_grace")]
    pub grace: u64,
}

pub const fn usual_grace() -> u64 {
    60
}

/// No release is on trial for longer, whatever was noted down.
const LONGEST_TRIAL: Duration = Duration::from_secs(3_600);

impl Trial {
    pub fn length(&self) -> Duration {
        Duration::from_secs(self.seconds).min(LONGEST_TRIAL)
    }
}

/// A release that did not work.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RolledBack {
    pub version: Version,
    pub to: Version,
    pub reason: String,
}

/// Lets tests cut the power before any step.
pub struct Power(Option<std::cell::Cell<u32>>);

impl Power {
    pub const STEADY: Power = Power(None);

    #[cfg(test)]
    pub fn for_steps(steps: u32) -> Self {
        Power(Some(std::cell::Cell::new(steps)))
    }

    fn step(&self) -> io::Result<()> {
        let Some(left) = &self.0 else { return Ok(()) };
        left.set(left.get().checked_sub(1).ok_or_else(|| io::Error::other("the power is gone"))?);
        Ok(())
    }
}

#[derive(Clone, Debug)]
pub struct Layout {
    root: PathBuf,
}

impl Layout {
    /// None: `current` points to no release there.
    pub fn open(root: &Path) -> Option<Self> {
        let layout = Self { root: root.to_owned() };
        layout.current().map(|_| layout)
    }

    /// From where a program lies, which also says which release it is: `…/releases/1.2.0/marquee`.
    pub fn of_executable(program: &Path) -> Option<(Self, Version)> {
        let release = program.parent()?;
        let own = release.file_name()?.to_str()?.parse::<Version>().ok()?;
        let releases = release.parent()?;
        let layout = (releases.file_name()? == "releases").then(|| Self::open(releases.parent()?))??;
        Some((layout, own))
    }

    fn at(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    pub fn release(&self, version: Version) -> PathBuf {
        self.at("releases").join(version.to_string())
    }

    pub fn program(&self, version: Version) -> PathBuf {
        self.release(version).join(PROGRAM)
    }

    pub fn unpacking(&self, version: Version) -> PathBuf {
        self.at("releases").join(format!("{version}.new"))
    }

    pub fn downloads(&self) -> PathBuf {
        self.at("downloads")
    }

    pub fn current(&self) -> Option<Version> {
        let target = fs::read_link(self.at("current")).ok()?;
        let version = target.strip_prefix("releases").ok()?.to_str()?.parse().ok()?;
        self.release(version).is_dir().then_some(version)
    }

    pub fn trial(&self) -> Option<Trial> {
        read(&self.at("pending.json"))
    }

    pub fn rolled_back(&self) -> Option<RolledBack> {
        read(&self.at("rolled_back.json"))
    }

    pub fn write_trial(&self, trial: &Trial, power: &Power) -> Result<(), UpdateError> {
        self.write("pending.json", trial, power)
    }

    pub fn write_rolled_back(&self, told: &RolledBack, power: &Power) -> Result<(), UpdateError> {
        self.write("rolled_back.json", told, power)
    }

    pub fn clear_trial(&self, power: &Power) -> Result<(), UpdateError> {
        self.clear("pending.json", power)
    }

    pub fn clear_rolled_back(&self, power: &Power) -> Result<(), UpdateError> {
        self.clear("rolled_back.json", power)
    }

    /// The unpacked release gets its name. One that was tried before has to go first.
    pub fn place(&self, version: Version, power: &Power) -> Result<(), UpdateError> {
        let (from, to) = (self.unpacking(version), self.release(version));
        let stored = UpdateError::storage(&to);
        if to.exists() {
            power.step().and_then(|()| fs::remove_dir_all(&to)).map_err(&stored)?;
        }
        power.step().and_then(|()| fs::rename(&from, &to)).map_err(&stored)?;
        sync(&self.at("releases"), power).map_err(stored)
    }

    /// From one moment to the next `current` is another release.
    pub fn switch(&self, version: Version, power: &Power) -> Result<(), UpdateError> {
        let (new, current) = (self.at("current.new"), self.at("current"));
        let stored = UpdateError::storage(&current);
        remove_file(&new, power).map_err(&stored)?;
        let target = Path::new("releases").join(version.to_string());
        power.step().and_then(|()| symlink(target, &new)).map_err(&stored)?;
        power.step().and_then(|()| fs::rename(&new, &current)).map_err(&stored)?;
        sync(&self.root, power).map_err(stored)
    }

    fn write(&self, name: &str, value: &impl Serialize, power: &Power) -> Result<(), UpdateError> {
        let (new, path) = (self.at(&format!("{name}.new")), self.at(name));
        let write = || {
            let mut file = File::create(&new)?;
            serde_json::to_writer(&mut file, value)?;
            file.sync_all()
        };
        let stored = UpdateError::storage(&path);
        power.step().and_then(|()| write()).map_err(&stored)?;
        power.step().and_then(|()| fs::rename(&new, &path)).map_err(&stored)?;
        sync(&self.root, power).map_err(stored)
    }

    fn clear(&self, name: &str, power: &Power) -> Result<(), UpdateError> {
        let path = self.at(name);
        remove_file(&path, power).and_then(|()| sync(&self.root, power)).map_err(UpdateError::storage(&path))
    }
}

fn read<T: DeserializeOwned>(path: &Path) -> Option<T> {
    let is_small = fs::metadata(path).is_ok_and(|metadata| metadata.len() <= LONGEST_NOTE);
    if is_small { serde_json::from_slice(&fs::read(path).ok()?).ok() } else { None }
}

fn remove_file(path: &Path, power: &Power) -> io::Result<()> {
    power.step()?;
    match fs::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

fn sync(dir: &Path, power: &Power) -> io::Result<()> {
    power.step()?;
    File::open(dir)?.sync_all()
}
