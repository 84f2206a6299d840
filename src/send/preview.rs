//! The preview: each due frame is scaled and JPEG-encoded once, however many watch, and not at all while nobody does.

use std::sync::Arc;

use bytes::Bytes;

use crate::show::time::{FrameNumber, ShowTime};

/// One encoded picture, shared by all watchers.
pub struct PreviewPicture {
    pub number: FrameNumber,
    pub at: ShowTime,
    pub width: u32,
    pub height: u32,
    pub jpeg: Bytes,
}

/// Cloned to every door.
#[derive(Clone)]
pub struct PreviewHandle {}

impl PreviewHandle {
    /// While a watcher lives, pictures are encoded.
    pub fn watch(&self) -> Watcher {
        unreachable!("filled in by the preview")
    }

    /// The newest frame of the show at full size as PNG; None when the engine makes none within two seconds.
    pub async fn full_size_png(&self) -> Option<Bytes> {
        unreachable!("filled in by the preview")
    }
}

/// Someone who watches. Dropping it ends the watching.
pub struct Watcher {}

impl Watcher {
    /// The next picture, and how many were missed since the last call because this watcher was too slow (already counted
    /// in `vitals.preview_dropped`). None when the preview has ended. Safe to cancel.
    pub async fn next(&mut self) -> Option<(Arc<PreviewPicture>, u64)> {
        unreachable!("filled in by the preview")
    }
}
