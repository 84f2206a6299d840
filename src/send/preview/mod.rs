//! The preview: each due frame is scaled and JPEG-encoded once, however many watch, and not at all while nobody does. The
//! multiview's pictures go out the same way, from a thread of their own.
//!
//! One thread takes frames from its mailbox and asks for them only while someone watches. Its pictures go out through a short
//! ring; a watcher that is too slow jumps ahead to the oldest that is kept, and learns how many it missed.
//!
//! A picture as a binary message (`PreviewPicture::binary`) has a header of 24 bytes, big-endian, before the JPEG:
//!
//! | offset | bytes | what |
//! | ---: | ---: | --- |
//! | 0 | 4 | `MQPF` |
//! | 4 | 1 | version of this header: 1 |
//! | 5 | 1 | format of the picture: 1 is JPEG |
//! | 6 | 2 | length of this header: 24. A reader skips what it does not know |
//! | 8 | 8 | number of the frame |
//! | 16 | 8 | time of the frame, milliseconds since 1970 |

#[cfg(test)]
pub mod by_hand;
mod color;
mod jpeg;
mod picture;
mod run;
mod still;
mod subject;
#[cfg(test)]
mod tests;

use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread::{JoinHandle, Thread};
use std::time::Duration;

use arc_swap::ArcSwap;
use bytes::Bytes;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{Semaphore, broadcast, oneshot};
use tokio::time::timeout;

use crate::base::status::Condition;
use crate::base::tasks::StopFlag;
use crate::base::vitals::{Vitals, WatchCounts};
use crate::base::watched::{Failing, spawn_watched};
use crate::frame::mailbox::Mailbox;
use crate::frame::picture::Frame;
use crate::show::Show;
pub use picture::PreviewPicture;
pub use still::png_from_frame;
pub use subject::Subject;

/// Pictures kept for watchers that are behind: 1.6 s at 10 a second. When it is full the oldest goes.
const KEPT_PICTURES: usize = 16;
/// How long someone who wants one picture waits for it: an idle engine has to start painting first.
const STILL_WITHIN: Duration = Duration::from_secs(2);

/// What the preview stands on.
pub struct Env {
    pub subject: Subject,
    /// Where the engine puts frames while they are wanted. Besides what lies there, the preview holds at most two frames, and a
    /// full-size still holds one for as long as it takes to convert it.
    pub frames: Arc<Mailbox<Frame>>,
    pub show: Arc<ArcSwap<Show>>,
    pub vitals: Arc<Vitals>,
    pub stop: StopFlag,
}

/// Starts the preview's thread.
pub fn start(env: Env) -> io::Result<(PreviewHandle, JoinHandle<()>)> {
    let (sender, _) = broadcast::channel(KEPT_PICTURES);
    let shared = Arc::new(Shared {
        watchers: AtomicUsize::new(0),
        still: Mutex::default(),
        one_still: Arc::new(Semaphore::new(1)),
        thread: OnceLock::new(),
        counts: env.subject.counts(&env.vitals),
    });
    let handle = PreviewHandle { shared: shared.clone(), pictures: sender.downgrade() };
    let failing = Failing::of(env.subject.name(), &env.vitals, Condition::degraded("its thread has failed"));
    let thread = spawn_watched(env.subject.name(), failing, {
        let shared = shared.clone();
        move || run::run(&env, &shared, &sender)
    })?;
    // It is set once, here.
    let _ = shared.thread.set(thread.thread().clone());
    Ok((handle, thread))
}

/// What the thread and the doors both know.
struct Shared {
    watchers: AtomicUsize,
    /// Who waits for a frame at full size.
    still: Mutex<Option<oneshot::Sender<Frame>>>,
    /// One still at a time, so that stills never hold more than one of the engine's buffers.
    one_still: Arc<Semaphore>,
    /// Waits in its mailbox; woken when someone begins or ceases to watch.
    thread: OnceLock<Thread>,
    counts: WatchCounts,
}

impl Shared {
    fn wake(&self) {
        if let Some(thread) = self.thread.get() {
            thread.unpark();
        }
    }

    fn is_watched(&self) -> bool {
        self.watchers.load(Ordering::Acquire) > 0
    }

    fn awaits_still(&self) -> bool {
        let still = self.still.lock().unwrap_or_else(PoisonError::into_inner);
        still.as_ref().is_some_and(|waiting| !waiting.is_closed())
    }

    fn give_still(&self, frame: &Frame) {
        let waiting = self.still.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(waiting) = waiting {
            // Who has stopped waiting needs none.
            let _ = waiting.send(frame.clone());
        }
    }
}

/// Cloned to every door.
#[derive(Clone)]
pub struct PreviewHandle {
    shared: Arc<Shared>,
    /// Weak: the thread alone keeps the ring open, so that watchers see when it ends.
    pictures: broadcast::WeakSender<Arc<PreviewPicture>>,
}

impl PreviewHandle {
    /// While a watcher lives, pictures are encoded.
    pub fn watch(&self) -> Watcher {
        let pictures = match self.pictures.upgrade() {
            Some(pictures) => pictures.subscribe(),
            // The preview has ended, and so has this.
            None => broadcast::channel(1).1,
        };
        self.shared.watchers.fetch_add(1, Ordering::AcqRel);
        self.shared.counts.watchers.inc();
        self.shared.wake();
        Watcher { shared: self.shared.clone(), pictures, missed: 0 }
    }

    /// The next picture's JPEG; None when none is made within two seconds.
    pub async fn jpeg(&self) -> Option<Bytes> {
        let mut watcher = self.watch();
        let (picture, _) = timeout(STILL_WITHIN, watcher.next()).await.ok()??;
        Some(picture.jpeg.clone())
    }

    /// The newest frame of the show at full size as PNG; None when the engine makes none within two seconds.
    pub async fn full_size_png(&self) -> Option<Bytes> {
        let asked = async {
            let turn = self.shared.one_still.clone().acquire_owned().await.ok()?;
            let (sender, frame) = oneshot::channel();
            *self.shared.still.lock().unwrap_or_else(PoisonError::into_inner) = Some(sender);
            self.shared.wake();
            Some((frame.await.ok()?, turn))
        };
        let (frame, turn) = timeout(STILL_WITHIN, asked).await.ok()??;
        let encoded = tokio::task::spawn_blocking(move || {
            let png = still::png_from_frame(frame);
            drop(turn);
            png
        });
        encoded.await.ok()?
    }
}

/// Someone who watches. Dropping it ends the watching.
pub struct Watcher {
    shared: Arc<Shared>,
    pictures: broadcast::Receiver<Arc<PreviewPicture>>,
    /// Not yet told.
    missed: u64,
}

impl Watcher {
    /// The next picture, and how many were missed since the last call because this watcher was too slow (already counted
    /// as dropped). None when the preview has ended. Safe to cancel.
    pub async fn next(&mut self) -> Option<(Arc<PreviewPicture>, u64)> {
        loop {
            match self.pictures.recv().await {
                Ok(picture) => {
                    self.shared.counts.sent.inc();
                    return Some((picture, std::mem::take(&mut self.missed)));
                }
                Err(RecvError::Lagged(count)) => {
                    self.shared.counts.dropped.inc_by(count);
                    self.missed += count;
                }
                Err(RecvError::Closed) => return None,
            }
        }
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        self.shared.watchers.fetch_sub(1, Ordering::AcqRel);
        self.shared.counts.watchers.dec();
        self.shared.wake();
    }
}
