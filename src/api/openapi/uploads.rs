//! What the rows about uploads that live longer than a request, and about what is fetched from elsewhere, take, give, and can refuse.

use schemars::JsonSchema;
use serde_json::{Map, Value};

use super::bodies::ClientOpId;
use super::lights::body;
use super::musicbox::{gives, perhaps, with};
use super::operation::{Answer, Body, Operation, acts, reads, shape};
use crate::api::routes::Row;
use crate::show::ids::PlaylistId;

body! {
    SessionBody {
        filename: String,
        file_size: u64,
        chunk_size: Option<u64>,
        /// A SHA-256 in hexadecimal digits.
        file_hash: Option<String>,
    }
    FinalizeBody {
        file_hash: Option<String>,
        /// `title`, `artist`, `album`.
        metadata_override: Option<Map<String, Value>>,
    }
    DownloadBody {
        url: String,
        playlist_id: PlaylistId,
        /// `best`, `worst`, `bestaudio`, or a height like `720p`.
        quality: Option<String>,
    }
}

const BEGIN: &[&str] =
    &["playlist_not_found", "upload_too_large", "too_many_uploads", "storage_full", "invalid_metadata", "wrong_chunk_size"];
const PART: &[&str] = &[
    "upload_not_found",
    "upload_expired",
    "upload_failed",
    "upload_too_long",
    "upload_interrupted",
    "upload_locked",
    "upload_taken_over",
    "storage_full",
    "storage_unavailable",
    "upload_finishing",
    "upload_finished",
];
const CHUNK: &[&str] =
    &["chunk_not_found", "wrong_chunk_size", "chunk_differs", "length_unknown", "upload_not_found", "storage_full"];
const FINAL: &[&str] = &[
    "upload_not_found",
    "upload_incomplete",
    "upload_finishing",
    "upload_failed",
    "checksum_mismatch",
    "unsupported_media",
    "broken_media",
    "broken_image",
    "storage_full",
];
const TUS: &[&str] = &[
    "unsupported_tus_version",
    "invalid_header",
    "invalid_metadata",
    "upload_too_large",
    "too_many_uploads",
    "wrong_offset",
    "wrong_length",
    "checksum_mismatch",
    "upload_refused",
    "upload_not_found",
    "upload_expired",
    "upload_too_long",
    "upload_locked",
    "storage_full",
];
const FETCH: &[&str] = &[
    "downloads_disabled",
    "downloader_unavailable",
    "playlist_not_found",
    "invalid_url",
    "url_too_long",
    "url_scheme_forbidden",
    "url_has_login",
    "unknown_quality",
    "too_many",
];

pub fn describe(row: &Row) -> Option<Operation> {
    sessions(row).or_else(|| tus(row)).or_else(|| downloads(row))
}

fn gone(operation: Operation) -> Operation {
    Operation { answers: vec![(204, Answer::Empty)], ..operation }
}

fn sessions(row: &Row) -> Option<Operation> {
    Some(match (row.method, row.path) {
        ("POST", "/api/playlists/{playlist}/uploads/session") => {
            let begins = with(shape::<SessionBody>(), acts("uploads", "Begin an upload in chunks", gives(), BEGIN));
            Operation { answers: vec![(201, gives())], ..begins }
        }
        ("PUT", "/api/playlists/{playlist}/uploads/{session}/chunks/{index}") => {
            let sends = reads("uploads", "Send a chunk: as it is, or as `file` of a form", gives(), CHUNK);
            Operation { body: Body::Raw("application/octet-stream"), ..sends }
        }
        ("POST", "/api/playlists/{playlist}/uploads/{session}/finalize") => {
            perhaps(shape::<FinalizeBody>(), acts("uploads", "It is whole: make a track of it", gives(), FINAL))
        }
        ("GET", "/api/playlists/{playlist}/uploads/{session}") => {
            reads("uploads", "How far an upload is", gives(), &["upload_not_found", "upload_expired"])
        }
        ("GET", "/api/uploads/sessions") => reads("uploads", "Your uploads", gives(), &["invalid_query"]),
        ("DELETE", "/api/uploads/sessions/{session}") => acts("uploads", "Give an upload up", gives(), PART),
        ("POST", "/api/uploads/cleanup") => acts("uploads", "Forget what was left lying", gives(), &["invalid_query"]),
        _ => return None,
    })
}

fn tus(row: &Row) -> Option<Operation> {
    let does = |summary| gone(reads("uploads", summary, Answer::Empty, TUS));
    let sends = |operation| Operation { body: Body::Raw("application/offset+octet-stream"), ..operation };
    Some(match (row.method, row.path) {
        ("OPTIONS", "/api/uploads/tus" | "/api/uploads/tus/{upload}") => does("tus: what the server can do"),
        ("POST", "/api/uploads/tus") => {
            Operation { answers: vec![(201, Answer::Empty)], ..sends(does("tus: begin an upload")) }
        }
        ("HEAD", "/api/uploads/tus/{upload}") => {
            Operation { answers: vec![(200, Answer::Empty)], ..does("tus: how far an upload is") }
        }
        ("PATCH", "/api/uploads/tus/{upload}") => sends(does("tus: go on with an upload")),
        ("POST", "/api/uploads/tus/{upload}") => {
            sends(does("tus: what `X-HTTP-Method-Override` says, where a proxy lets no PATCH through"))
        }
        ("DELETE", "/api/uploads/tus/{upload}") => does("tus: give an upload up"),
        _ => return None,
    })
}

fn downloads(row: &Row) -> Option<Operation> {
    Some(match (row.method, row.path) {
        ("POST", "/api/youtube/download") => {
            let fetches = with(shape::<DownloadBody>(), acts("youtube", "Fetch a video or a sound", gives(), FETCH));
            Operation { answers: vec![(202, gives())], ..fetches }
        }
        ("GET", "/api/youtube/status/{download}") => {
            reads("youtube", "How far a download is", gives(), &["download_not_found"])
        }
        ("GET", "/api/youtube/downloads") => reads("youtube", "All downloads", gives(), &[]),
        ("DELETE", "/api/youtube/downloads/{download}") => {
            acts("youtube", "Call a download off, or forget it", gives(), &["download_not_found", "download_over"])
        }
        ("GET", "/api/youtube/search") => {
            let errors = &[
                "downloads_disabled",
                "search_disabled",
                "invalid_query",
                "too_many_searches",
                "downloader_unavailable",
                "search_timeout",
                "video_search_failed",
            ];
            reads("youtube", "Search for videos", gives(), errors)
        }
        _ => return None,
    })
}
