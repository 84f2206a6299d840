//! How far an upload is.

use serde_json::{Value, json};

use super::time::rfc3339;
use crate::library::uploads::Status;

pub fn status(status: &Status) -> Value {
    json!({
        "session_id": status.id,
        "playlist_id": status.playlist,
        "filename": status.name,
        "file_size": status.length,
        "bytes_uploaded": status.received,
        "progress_percent": status.percent(),
        "chunk_size": status.chunk_size,
        "chunks_total": status.chunks_total,
        "chunks_uploaded": status.chunks_received,
        "missing": status.missing,
        "status": status.state,
        "error_message": status.error.as_ref().map(|fault| &fault.message),
        "error_code": status.error.as_ref().map(|fault| &fault.code),
        "created_at": rfc3339(status.created_at),
        "updated_at": rfc3339(status.updated_at),
        "expires_at": rfc3339(status.expires_at),
        "result": status.result,
    })
}
