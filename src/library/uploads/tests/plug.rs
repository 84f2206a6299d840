//! A disk that fails at a step of one's choice, and whose plug can be pulled: then it is again as it was when it was synced last.

use std::collections::BTreeMap;
use std::fs;
use std::sync::Mutex;

use super::super::disk::Opened;
use super::*;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// This step fails, the next succeeds.
    Once(io::ErrorKind),
    /// From here on nothing works, and what was not synced will not have happened.
    Plug,
    /// This step fails, so many later the plug is pulled.
    OnceThenPlug(u64),
    /// As with the plug, but everything that was done stays: a kill, or a disk that was quick.
    Kill,
}

pub struct Faulty {
    fault: Fault,
    at: u64,
    inside: Mutex<Inside>,
}

#[derive(Default)]
struct Inside {
    step: u64,
    /// What stands in each file once the power is back.
    synced: BTreeMap<PathBuf, Vec<u8>>,
    /// Names in directories that were not synced, oldest first.
    names: Vec<Name>,
}

enum Name {
    Made(PathBuf),
    Renamed { to: PathBuf, old: Option<Vec<u8>> },
}

impl Name {
    fn path(&self) -> &Path {
        match self {
            Name::Made(path) | Name::Renamed { to: path, .. } => path,
        }
    }
}

impl Faulty {
    pub fn new(fault: Fault, at: u64) -> Arc<Faulty> {
        Arc::new(Faulty { fault, at, inside: Mutex::default() })
    }

    pub fn steps(&self) -> u64 {
        self.inside.lock().expect("not poisoned").step
    }

    /// Whether this step is one that fails.
    fn step(&self) -> (std::sync::MutexGuard<'_, Inside>, io::Result<()>) {
        let mut inside = self.inside.lock().expect("not poisoned");
        inside.step += 1;
        let failed = match self.fault {
            Fault::Once(kind) if inside.step == self.at => Err(kind.into()),
            Fault::OnceThenPlug(_) if inside.step == self.at => Err(io::ErrorKind::StorageFull.into()),
            Fault::OnceThenPlug(later) if inside.step >= self.at + later => Err(io::Error::other("there is no power")),
            Fault::Plug | Fault::Kill if inside.step >= self.at => Err(io::Error::other("there is no power")),
            _ => Ok(()),
        };
        (inside, failed)
    }

    /// To be called when nothing works any more, before the next start.
    pub fn pull(&self) {
        if !matches!(self.fault, Fault::Plug | Fault::OnceThenPlug(_)) {
            return;
        }
        let mut inside = self.inside.lock().expect("not poisoned");
        for name in std::mem::take(&mut inside.names).into_iter().rev() {
            match name {
                Name::Made(path) if path.is_dir() => fs::remove_dir_all(&path).expect("removed"),
                Name::Made(path) => drop(fs::remove_file(&path)),
                Name::Renamed { to, old: Some(old) } => drop(inside.synced.insert(to, old)),
                Name::Renamed { to, old: None } => drop(fs::remove_file(&to)),
            }
        }
        for (path, bytes) in &inside.synced {
            if path.exists() {
                fs::write(path, bytes).expect("as it was");
            }
        }
    }
}

impl Disk for Faulty {
    fn make_directory(&self, path: &Path) -> io::Result<()> {
        let (mut inside, failed) = self.step();
        failed?;
        inside.names.push(Name::Made(path.to_owned()));
        Local.make_directory(path)
    }

    fn open(&self, path: &Path) -> io::Result<Opened> {
        let (mut inside, failed) = self.step();
        failed?;
        if !path.exists() {
            inside.names.push(Name::Made(path.to_owned()));
            inside.synced.insert(path.to_owned(), Vec::new());
        }
        Local.open(path)
    }

    fn write(&self, opened: &Opened, bytes: &[u8], at: u64) -> io::Result<()> {
        let (_inside, failed) = self.step();
        if failed.is_err() {
            // As disks do that run full: half of it is written.
            Local.write(opened, &bytes[..bytes.len() / 2], at)?;
        }
        failed?;
        Local.write(opened, bytes, at)
    }

    fn cut(&self, opened: &Opened, length: u64) -> io::Result<()> {
        self.step().1?;
        Local.cut(opened, length)
    }

    fn sync(&self, opened: &Opened) -> io::Result<()> {
        let (mut inside, failed) = self.step();
        failed?;
        let bytes = fs::read(&opened.path)?;
        inside.synced.insert(opened.path.clone(), bytes);
        Ok(())
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        let (mut inside, failed) = self.step();
        failed?;
        let moved = inside.synced.remove(from).unwrap_or_default();
        let old = inside.synced.insert(to.to_owned(), moved);
        inside.names.push(Name::Renamed { to: to.to_owned(), old });
        Local.rename(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        self.step().1?;
        Local.remove(path)
    }

    fn remove_directory(&self, path: &Path) -> io::Result<()> {
        self.step().1?;
        Local.remove_directory(path)
    }

    fn sync_directory(&self, path: &Path) -> io::Result<()> {
        let (mut inside, failed) = self.step();
        failed?;
        inside.names.retain(|name| name.path().parent() != Some(path));
        Ok(())
    }

    fn free(&self, path: &Path) -> io::Result<u64> {
        self.step().1?;
        Local.free(path)
    }
}
