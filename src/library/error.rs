//! What can be wrong with an upload.

use std::io;

use crate::media::animation::AnimationError;
use crate::media::cube::CubeError;
use crate::media::font::FontError;
use crate::media::svg::SvgError;

#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum LibraryError {
    #[error("the file is larger than {limit} bytes")]
    TooLarge { limit: u64 },
    #[error("{0}")]
    UnknownFormat(&'static str),
    #[error("this picture can not be used: {0}")]
    Unsupported(&'static str),
    #[error("the picture is {width} × {height}: at most 8192 × 8192 and 64 million pixels are possible")]
    TooManyPixels { width: u32, height: u32 },
    #[error("the picture is damaged: {0}")]
    Broken(String),
    #[error("the animated picture can not be used: {0}")]
    Animation(AnimationError),
    #[error("the drawing can not be used: {0}")]
    Drawing(SvgError),
    #[error("the drawing takes too long to read or to paint")]
    SlowDrawing,
    #[error("the video or sound can not be played: {0}")]
    UnplayableMedia(String),
    #[error("the video or sound is damaged: {0}")]
    BrokenMedia(String),
    #[error("the video or sound could not be looked into in time: {0}; try again when less is going on")]
    SlowMedia(&'static str),
    #[error(transparent)]
    Font(#[from] FontError),
    #[error("the colour table can not be used: {0}")]
    Table(#[from] CubeError),
    #[error("the upload broke off: {0}")]
    Interrupted(String),
    #[error("the file can not be stored: {0}")]
    Storage(String),
    #[error("there is no room for the file: remove what is not needed")]
    StorageFull,
}

impl LibraryError {
    /// Stable: clients depend on it.
    pub fn code(&self) -> &'static str {
        match self {
            LibraryError::TooLarge { .. } | LibraryError::Font(FontError::TooLarge(_)) => "upload_too_large",
            LibraryError::Drawing(SvgError::TooLarge(_)) => "upload_too_large",
            LibraryError::UnknownFormat(_) | LibraryError::UnplayableMedia(_) => "unsupported_media",
            LibraryError::Unsupported(_) => "unsupported_image",
            LibraryError::TooManyPixels { .. }
            | LibraryError::Drawing(SvgError::BadSize(..))
            | LibraryError::Animation(AnimationError::TooManyPixels(..)) => "image_too_large",
            LibraryError::Animation(AnimationError::TooManyFrames) => "too_many_frames",
            LibraryError::Broken(_) | LibraryError::Animation(AnimationError::Broken(_)) => "broken_image",
            LibraryError::Drawing(SvgError::Broken(_) | SvgError::NotText) => "broken_image",
            LibraryError::Drawing(_) | LibraryError::SlowDrawing => "unsafe_drawing",
            LibraryError::BrokenMedia(_) => "broken_media",
            LibraryError::SlowMedia(_) => "slow_media",
            LibraryError::Font(FontError::Unreadable(_)) => "broken_font",
            LibraryError::Table(_) => "broken_lut",
            LibraryError::Interrupted(_) => "upload_interrupted",
            LibraryError::Storage(_) => "storage_unavailable",
            LibraryError::StorageFull => "storage_full",
        }
    }

    /// The same file may be taken at another time.
    pub fn may_pass(&self) -> bool {
        matches!(
            self,
            LibraryError::SlowMedia(_) | LibraryError::Interrupted(_) | LibraryError::Storage(_) | LibraryError::StorageFull
        )
    }
}

impl From<io::Error> for LibraryError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => LibraryError::StorageFull,
            _ => LibraryError::Storage(error.to_string()),
        }
    }
}

impl From<SvgError> for LibraryError {
    fn from(error: SvgError) -> Self {
        LibraryError::Drawing(error)
    }
}

impl From<AnimationError> for LibraryError {
    fn from(error: AnimationError) -> Self {
        LibraryError::Animation(error)
    }
}

/// Why the next piece of an upload does not come.
#[derive(Clone, Debug, PartialEq)]
pub enum ChunkError {
    TooLarge { limit: u64 },
    Interrupted(String),
}

impl From<ChunkError> for LibraryError {
    fn from(error: ChunkError) -> Self {
        match error {
            ChunkError::TooLarge { limit } => LibraryError::TooLarge { limit },
            ChunkError::Interrupted(why) => LibraryError::Interrupted(why),
        }
    }
}
