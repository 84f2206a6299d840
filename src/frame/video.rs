//! A decoded picture of a video, where the decoder left it: I420 (BT.709, limited range), with an alpha plane if it has one.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::sight::Sight;
use crate::show::ids::{AssetId, FeedId, InputId};
use crate::show::lit::Lit;
use crate::show::time::{Fps, ShowTime};

/// The memory of a decoded picture. Whoever decodes implements it; nobody else needs to know what keeps the bytes alive.
pub trait Planes {
    /// Y, U, V, and alpha as the fourth if there is one. Rows are `stride` bytes apart.
    fn plane(&self, index: usize) -> Option<Plane<'_>>;
}

#[derive(Clone, Copy)]
pub struct Plane<'a> {
    pub bytes: &'a [u8],
    pub stride: usize,
}

impl<'a> Plane<'a> {
    /// A row's first `width` bytes; empty if the picture has no such row.
    pub fn row(self, row: usize, width: usize) -> &'a [u8] {
        let start = row * self.stride;
        self.bytes.get(start..start + width).unwrap_or_default()
    }
}

#[derive(Clone)]
pub struct VideoFrame {
    /// Equal ids mean equal pixels: no two decoded pictures of this process have the same.
    pub id: u64,
    /// Pixels as stored. Turned upright already, if the file says that it must be.
    pub width: u32,
    pub height: u32,
    /// Width and height of a pixel; 1:1 nearly always.
    pub pixel_aspect: (u32, u32),
    /// When it is due on the source's own time line, in microseconds.
    pub pts: i64,
    has_alpha: bool,
    planes: Arc<dyn Planes + Send + Sync>,
}

impl VideoFrame {
    pub fn new(size: (u32, u32), pixel_aspect: (u32, u32), pts: i64, planes: Arc<dyn Planes + Send + Sync>) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        let id = NEXT.fetch_add(1, Ordering::Relaxed);
        let has_alpha = planes.plane(3).is_some();
        Self { id, width: size.0, height: size.1, pixel_aspect, pts, has_alpha, planes }
    }

    /// Y, U and V. The colour planes have half as many pixels each way, rounded up.
    pub fn planes(&self) -> [Plane<'_>; 3] {
        const NOTHING: Plane<'static> = Plane { bytes: &[], stride: 0 };
        [0, 1, 2].map(|index| self.planes.plane(index).unwrap_or(NOTHING))
    }

    /// As large as Y, 0 to 255. Y, U and V are not multiplied by it.
    pub fn alpha(&self) -> Option<Plane<'_>> {
        if self.has_alpha { self.planes.plane(3) } else { None }
    }

    /// The size that it should be seen at: with square pixels.
    pub fn shown_size(&self) -> (u32, u32) {
        let (across, down) = self.pixel_aspect;
        if across == down || across == 0 || down == 0 {
            return (self.width, self.height);
        }
        let width = u64::from(self.width) * u64::from(across) / u64::from(down);
        (u32::try_from(width.max(1)).unwrap_or(u32::MAX), self.height)
    }

    /// About how much memory it holds.
    pub fn bytes(&self) -> usize {
        let color: usize = self.planes().iter().map(|plane| plane.bytes.len()).sum();
        color + self.alpha().map_or(0, |plane| plane.bytes.len())
    }
}

impl fmt::Debug for VideoFrame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "VideoFrame #{} {}x{} at {} us", self.id, self.width, self.height, self.pts)
    }
}

/// Where what moves by itself comes from: decoded pictures, and what sound looks like.
pub trait Films {
    /// The one that is due at `at`. It must not wait.
    fn film(&self, input: &InputId, at: ShowTime) -> Option<Arc<VideoFrame>>;

    /// The picture of an animated asset that is due at `at`. Without one, the first of it stands still. It must not wait either.
    fn moving(&self, _asset: &AssetId, _at: ShowTime) -> Option<Arc<VideoFrame>> {
        None
    }

    /// What is computed light by light, as it is due at `at` on the grid of this rate. It must not wait either.
    fn lit(&self, _lit: Lit<'_>, _fps: Fps, _at: ShowTime) -> Option<Arc<VideoFrame>> {
        None
    }

    /// What others have sent, as it is to be seen at `at`. It must not wait either.
    fn feed(&self, _feed: &FeedId, _at: ShowTime) -> Option<Arc<VideoFrame>> {
        None
    }

    /// What the sound of an input looks like, or with None that of the program; None if it is silence. It must not wait either.
    fn sight(&self, _of: Option<&InputId>, _at: ShowTime) -> Option<Arc<Sight>> {
        None
    }

    /// What the clip of a stinger shows, while it runs. It must not wait either.
    fn stinger(&self, _asset: &AssetId, _at: ShowTime) -> Option<Arc<VideoFrame>> {
        None
    }
}

/// A show without inputs has none.
pub struct NoFilms;

impl Films for NoFilms {
    fn film(&self, _: &InputId, _: ShowTime) -> Option<Arc<VideoFrame>> {
        None
    }
}
