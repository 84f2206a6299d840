//! Graphics cards, opened once however many displays hang on them: only one of those who open a card may show pictures.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use drm::control::{self, Device as _, Event, connector, crtc};
use rustix::event::{PollFd, PollFlags, Timespec, poll};

use crate::send::display::DisplayError;

/// The cards that are open.
#[derive(Clone, Default)]
pub struct Cards(Arc<Mutex<BTreeMap<PathBuf, Weak<Card>>>>);

pub struct Card {
    pub name: String,
    file: File,
    /// Shown on by us.
    taken: Mutex<Vec<(connector::Handle, crtc::Handle)>>,
    /// Flips that are done, and not yet asked about. Whoever reads the card's news reads that of others, too.
    flipped: Mutex<Vec<crtc::Handle>>,
}

impl AsFd for Card {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.file.as_fd()
    }
}

impl drm::Device for Card {}
impl control::Device for Card {}

impl Cards {
    pub(super) fn open(&self, path: &Path) -> Result<Arc<Card>, DisplayError> {
        let name = path.display().to_string();
        // By whichever of its names.
        let path = path.canonicalize().map_err(|error| DisplayError::of(&error, &name))?;
        let mut open = held(&self.0);
        if let Some(card) = open.get(&path).and_then(Weak::upgrade) {
            return Ok(card);
        }
        let file = OpenOptions::new().read(true).write(true).open(&path).map_err(|error| DisplayError::of(&error, &name))?;
        // Two displays may look for news at once, and only one of them finds it.
        rustix::io::ioctl_fionbio(&file, true).map_err(|error| DisplayError::Io(format!("{name}: {error}")))?;
        let card = Arc::new(Card { name, file, taken: Mutex::default(), flipped: Mutex::default() });
        open.insert(path, Arc::downgrade(&card));
        Ok(card)
    }
}

impl Card {
    pub fn error(&self, error: &io::Error) -> DisplayError {
        DisplayError::of(error, &self.name)
    }

    pub fn has_connectors(&self) -> bool {
        self.resource_handles().is_ok_and(|resources| !resources.connectors().is_empty())
    }

    pub fn taken(&self) -> Vec<(connector::Handle, crtc::Handle)> {
        held(&self.taken).clone()
    }

    /// False if somebody was faster.
    pub fn take(&self, connector: connector::Handle, crtc: crtc::Handle) -> bool {
        let mut taken = held(&self.taken);
        let is_free = taken.iter().all(|(other, source)| *other != connector && *source != crtc);
        if is_free {
            taken.push((connector, crtc));
        }
        is_free
    }

    pub fn give_back(&self, crtc: crtc::Handle) {
        held(&self.taken).retain(|(_, source)| *source != crtc);
        held(&self.flipped).retain(|source| *source != crtc);
    }

    /// Waits until the picture that was asked for is seen. False if that takes longer than any screen does.
    pub fn wait_for_flip(&self, crtc: crtc::Handle) -> io::Result<bool> {
        const SLICE: Timespec = Timespec { tv_sec: 0, tv_nsec: 10_000_000 };
        const SLICES: u32 = 20;
        for _ in 0..SLICES {
            if self.has_flipped(crtc)? {
                return Ok(true);
            }
            // Short, as the news may be read by another before this one looks.
            match poll(&mut [PollFd::new(&self.file, PollFlags::IN)], Some(&SLICE)) {
                Ok(_) | Err(rustix::io::Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
        }
        self.has_flipped(crtc)
    }

    fn has_flipped(&self, crtc: crtc::Handle) -> io::Result<bool> {
        let mut flipped = held(&self.flipped);
        match self.receive_events() {
            Ok(events) => flipped.extend(events.filter_map(|event| match event {
                Event::PageFlip(flip) => Some(flip.crtc),
                Event::Vblank(_) | Event::Unknown(_) => None,
            })),
            Err(error) if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted) => {}
            Err(error) => return Err(error),
        }
        let before = flipped.len();
        flipped.retain(|source| *source != crtc);
        Ok(flipped.len() < before)
    }
}

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
