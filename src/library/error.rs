//! What can be wrong with an upload.

use std::io;

use super::MAX_UPLOAD;

#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum LibraryError {
    #[error("the file is larger than {limit} bytes")]
    TooLarge { limit: usize },
    #[error("only PNG, JPEG and WebP pictures can be used: {0}")]
    Unsupported(&'static str),
    #[error("the picture is {width} × {height}: at most 8192 × 8192 and 64 million pixels are possible")]
    TooManyPixels { width: u32, height: u32 },
    #[error("the picture is damaged: {0}")]
    Broken(String),
    #[error("the upload broke off: {0}")]
    Interrupted(String),
    #[error("the file can not be stored: {0}")]
    Storage(String),
}

impl LibraryError {
    /// Stable: clients depend on it.
    pub fn code(&self) -> &'static str {
        match self {
            LibraryError::TooLarge { .. } => "upload_too_large",
            LibraryError::Unsupported(_) => "unsupported_image",
            LibraryError::TooManyPixels { .. } => "image_too_large",
            LibraryError::Broken(_) => "broken_image",
            LibraryError::Interrupted(_) => "upload_interrupted",
            LibraryError::Storage(_) => "storage_unavailable",
        }
    }
}

impl From<io::Error> for LibraryError {
    fn from(error: io::Error) -> Self {
        LibraryError::Storage(error.to_string())
    }
}

/// Why the next piece of an upload does not come.
#[derive(Clone, Debug, PartialEq)]
pub enum ChunkError {
    TooLarge,
    Interrupted(String),
}

impl From<ChunkError> for LibraryError {
    fn from(error: ChunkError) -> Self {
        match error {
            ChunkError::TooLarge => LibraryError::TooLarge { limit: MAX_UPLOAD },
            ChunkError::Interrupted(why) => LibraryError::Interrupted(why),
        }
    }
}
