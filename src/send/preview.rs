//! The preview: each due frame is scaled and JPEG-encoded once, however many watch, and not at all while nobody does.
//!
//! STUB of the doors' clone: carries pictures that a test puts in. The real one replaces it.

use std::sync::Arc;

use base64::Engine;
use bytes::{BufMut, Bytes, BytesMut};
use tokio::sync::watch;

use crate::show::time::{FrameNumber, ShowTime};

/// One encoded picture, shared by all watchers.
pub struct PreviewPicture {
    pub number: FrameNumber,
    pub at: ShowTime,
    pub width: u32,
    pub height: u32,
    pub jpeg: Bytes,
}

impl PreviewPicture {
    pub fn json(&self) -> Bytes {
        let data = base64::engine::general_purpose::STANDARD.encode(&self.jpeg);
        let payload = serde_json::json!({ "frame": self.number.0, "timestamp": self.at.millis(), "width": self.width,
            "height": self.height, "format": "jpeg", "data": data });
        serde_json::json!({ "type": "previewFrame", "payload": payload }).to_string().into()
    }

    pub fn binary(&self) -> Bytes {
        let mut out = BytesMut::with_capacity(24 + self.jpeg.len());
        out.put_slice(b"MQP1");
        out.put_u16(self.width as u16);
        out.put_u16(self.height as u16);
        out.put_u64(self.number.0);
        out.put_i64(self.at.micros());
        out.put_slice(&self.jpeg);
        out.freeze()
    }
}

/// Cloned to every door.
#[derive(Clone)]
pub struct PreviewHandle {
    pictures: watch::Receiver<Option<Arc<PreviewPicture>>>,
}

impl PreviewHandle {
    pub fn of(pictures: watch::Receiver<Option<Arc<PreviewPicture>>>) -> Self {
        Self { pictures }
    }

    /// While a watcher lives, pictures are encoded.
    pub fn watch(&self) -> Watcher {
        let mut pictures = self.pictures.clone();
        pictures.mark_changed();
        Watcher { pictures }
    }

    pub async fn jpeg(&self) -> Option<Bytes> {
        self.watch().next().await.map(|(picture, _)| picture.jpeg.clone())
    }

    /// The newest frame of the show at full size as PNG; None when the engine makes none within two seconds.
    pub async fn full_size_png(&self) -> Option<Bytes> {
        None
    }
}

/// Someone who watches. Dropping it ends the watching.
pub struct Watcher {
    pictures: watch::Receiver<Option<Arc<PreviewPicture>>>,
}

impl Watcher {
    /// The next picture, and how many were missed since the last call because this watcher was too slow (already counted
    /// in `vitals.preview_dropped`). None when the preview has ended. Safe to cancel.
    pub async fn next(&mut self) -> Option<(Arc<PreviewPicture>, u64)> {
        loop {
            self.pictures.changed().await.ok()?;
            if let Some(picture) = &*self.pictures.borrow_and_update() {
                return Some((picture.clone(), 0));
            }
        }
    }
}
