//! What can be wrong with an upload that lives longer than a request.

use std::io;

#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum UploadError {
    #[error("there is no such upload, or none any more: begin a new one")]
    NotFound,
    #[error("nothing came for this upload for too long, so it was given up: begin a new one")]
    Expired,
    #[error("this upload has failed ({code}): {message}")]
    GivenUp { code: String, message: String },
    #[error("the file is larger than {limit} bytes")]
    TooLarge { limit: u64 },
    #[error("more bytes came than the {length} that were announced")]
    TooLong { length: u64 },
    #[error("{limit} uploads are under way already: finish or remove one first")]
    TooMany { limit: usize },
    #[error("there is no room for the upload: remove what is not needed, or wait until other uploads are finished")]
    StorageFull,
    #[error("the upload can not be stored: {0}")]
    Storage(String),
    #[error("another request is at work on this upload: try again in a moment")]
    Locked,
    #[error("a newer request has taken this upload over")]
    TakenOver,
    #[error("the upload goes on at byte {expected}, not at {given}")]
    WrongOffset { expected: u64, given: u64 },
    #[error("how long the file is was announced already, or more than that has come")]
    WrongLength,
    #[error("how long the file is must be announced first")]
    LengthUnknown,
    #[error("there is no chunk {index}: the upload has {total}")]
    NoSuchChunk { index: u64, total: u64 },
    #[error("the chunk must have exactly {expected} bytes, not {given}")]
    ChunkSize { expected: u64, given: u64 },
    #[error("chunk {index} is there already, with other bytes")]
    ChunkDiffers { index: u64 },
    #[error("{missing} bytes of the upload have not come yet")]
    Incomplete { missing: u64 },
    #[error("what came is not what was sent: the checksum differs")]
    Checksum,
    #[error("the upload is being finished")]
    Finishing,
    #[error("the upload is finished: nothing more can come")]
    Finished,
    #[error("the upload broke off at byte {offset}: {why}")]
    Interrupted { offset: u64, why: String },
    #[error("the upload's metadata can not be used: {0}")]
    Metadata(&'static str),
}

impl UploadError {
    /// Stable: clients depend on it.
    pub fn code(&self) -> &'static str {
        match self {
            UploadError::NotFound => "upload_not_found",
            UploadError::Expired => "upload_expired",
            UploadError::GivenUp { .. } => "upload_failed",
            UploadError::TooLarge { .. } => "upload_too_large",
            UploadError::TooLong { .. } => "upload_too_long",
            UploadError::TooMany { .. } => "too_many_uploads",
            UploadError::StorageFull => "storage_full",
            UploadError::Storage(_) => "storage_unavailable",
            UploadError::Locked => "upload_locked",
            UploadError::TakenOver => "upload_taken_over",
            UploadError::WrongOffset { .. } => "wrong_offset",
            UploadError::WrongLength => "wrong_length",
            UploadError::LengthUnknown => "length_unknown",
            UploadError::NoSuchChunk { .. } => "chunk_not_found",
            UploadError::ChunkSize { .. } => "wrong_chunk_size",
            UploadError::ChunkDiffers { .. } => "chunk_differs",
            UploadError::Incomplete { .. } => "upload_incomplete",
            UploadError::Checksum => "checksum_mismatch",
            UploadError::Finishing => "upload_finishing",
            UploadError::Finished => "upload_finished",
            UploadError::Interrupted { .. } => "upload_interrupted",
            UploadError::Metadata(_) => "invalid_metadata",
        }
    }
}

impl From<io::Error> for UploadError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => UploadError::StorageFull,
            _ => UploadError::Storage(error.to_string()),
        }
    }
}
