//! What a tus client is told went wrong. Its statuses are the protocol's: clients try again on 409, 423 and 5xx, begin anew on 404 and
//! 410, and give up on others.

use axum::http::{HeaderName, StatusCode};
use axum::response::{IntoResponse, Response};

use super::headers::{OFFSET, VERSION, VERSION_HEADER};
use crate::api::error::ApiError;
use crate::library::uploads::UploadError;

#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    #[error(transparent)]
    Upload(#[from] UploadError),
    #[error("this server speaks tus {VERSION}: say so in Tus-Resumable")]
    Version,
    #[error("{0} can not be used: {1}")]
    Header(&'static str, &'static str),
    #[error("the body must be a part of the file: send it with Content-Type: application/offset+octet-stream")]
    NotBytes,
    #[error("an upload does not take this method")]
    Method,
    /// All came, but it was not what is wanted: this is what to answer.
    #[error("the file was not taken")]
    Refused(Box<Response>),
}

impl Trouble {
    pub fn header(name: &HeaderName, why: &'static str) -> Trouble {
        const KNOWN: [&str; 7] = [
            "upload-length",
            "upload-defer-length",
            "upload-offset",
            "upload-metadata",
            "upload-checksum",
            "upload-expires",
            "tus-resumable",
        ];
        Trouble::Header(KNOWN.into_iter().find(|known| name.as_str() == *known).unwrap_or("a header"), why)
    }

    /// Stable: clients depend on it.
    pub fn code(&self) -> &'static str {
        match self {
            Trouble::Upload(error) => error.code(),
            Trouble::Version => "unsupported_tus_version",
            Trouble::Header("upload-metadata", _) => "invalid_metadata",
            Trouble::Header(..) => "invalid_header",
            Trouble::NotBytes => "unsupported_media_type",
            Trouble::Method => "method_not_allowed",
            Trouble::Refused(_) => "upload_refused",
        }
    }

    pub fn status(&self) -> StatusCode {
        match self {
            Trouble::Upload(error) => status_of_resumable(error),
            Trouble::Version => StatusCode::PRECONDITION_FAILED,
            Trouble::Header(..) => StatusCode::BAD_REQUEST,
            Trouble::NotBytes => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Trouble::Method => StatusCode::METHOD_NOT_ALLOWED,
            Trouble::Refused(response) => response.status(),
        }
    }
}

/// As the protocol says.
pub fn status_of_resumable(error: &UploadError) -> StatusCode {
    match error {
        UploadError::NotFound => StatusCode::NOT_FOUND,
        UploadError::Expired | UploadError::GivenUp { .. } => StatusCode::GONE,
        UploadError::TooLarge { .. } | UploadError::TooLong { .. } => StatusCode::PAYLOAD_TOO_LARGE,
        UploadError::TooMany { .. } => StatusCode::TOO_MANY_REQUESTS,
        UploadError::StorageFull => StatusCode::INSUFFICIENT_STORAGE,
        UploadError::Storage(_) => StatusCode::SERVICE_UNAVAILABLE,
        UploadError::Locked | UploadError::TakenOver => StatusCode::LOCKED,
        UploadError::WrongOffset { .. }
        | UploadError::WrongLength
        | UploadError::LengthUnknown
        | UploadError::ChunkDiffers { .. }
        | UploadError::Incomplete { .. }
        | UploadError::Finishing
        | UploadError::Finished
        // A client that hears of it has stalled, not gone: on 409 it asks where to go on, on 400 and 408 it would give up.
        | UploadError::Interrupted { .. } => StatusCode::CONFLICT,
        UploadError::Checksum => StatusCode::from_u16(460).unwrap_or(StatusCode::UNPROCESSABLE_ENTITY),
        UploadError::NoSuchChunk { .. }
        | UploadError::ChunkSize { .. }
        | UploadError::Metadata(_) => StatusCode::BAD_REQUEST,
    }
}

impl IntoResponse for Trouble {
    fn into_response(self) -> Response {
        let (status, code, why) = (self.status(), self.code(), self.to_string());
        let refused = || ApiError::Resumable { status, code, why }.into_response();
        match self {
            Trouble::Refused(response) => *response,
            Trouble::Version => ([(VERSION_HEADER, VERSION)], refused()).into_response(),
            Trouble::Upload(UploadError::WrongOffset { expected: offset, .. } | UploadError::Interrupted { offset, .. }) => {
                ([(OFFSET, offset.to_string())], refused()).into_response()
            }
            _ => refused(),
        }
    }
}
