//! For tests of the doors: a preview without an engine, whose pictures the test itself sends.

use super::*;

/// The ring is open as long as the sender lives.
pub fn preview_by_hand(counts: WatchCounts) -> (PreviewHandle, broadcast::Sender<Arc<PreviewPicture>>) {
    let (sender, _) = broadcast::channel(KEPT_PICTURES);
    let shared = Shared {
        watchers: AtomicUsize::new(0),
        still: Mutex::default(),
        one_still: Arc::new(Semaphore::new(1)),
        thread: OnceLock::new(),
        counts,
    };
    (PreviewHandle { shared: Arc::new(shared), pictures: sender.downgrade() }, sender)
}
