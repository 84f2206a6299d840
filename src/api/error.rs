//! What a client is told went wrong. Codes are stable and stand in docs/API.md; a test compares the two.
//!
//! An `ApiError` becomes a response without a body; `answer` writes the body, because it knows the request's id and the time.

use std::sync::Arc;
use std::time::Duration;

use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::codes::{CODES, status_of};
use super::jam::no_seat::NoSeat;
use super::rest::tus::status_of_resumable;
use crate::devices::system::{PowerError, RestartRefused};
use crate::devices::update::UpdateError;
use crate::devices::wifi::WifiError;
use crate::exchange::archive::ArchiveError;
use crate::exchange::obs::ObsError;
use crate::identity::{self, IdentityError};
use crate::jam::refused::Refused;
use crate::library::LibraryError;
use crate::library::downloads::{AddressError, SearchError, UnknownQuality};
use crate::library::frames::FramesError;
use crate::library::uploads::UploadError;
use crate::send::discover::DiscoverError;
use crate::send::recordings::RecordingError;
use crate::send::replay::ReplayError;
use crate::send::whep::WhepError;
use crate::show::light::animation::parameter::ParameterError;
use crate::show::light::color::Mode;
use crate::show::light::house::MainMode;
use crate::state::SubmitError;
use crate::state::store::score::ScoreError;

use crate::state::rejection::{Kind, Rejection};
use crate::template::TemplateError;

#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    #[error(transparent)]
    State(#[from] SubmitError),
    #[error(transparent)]
    Library(#[from] LibraryError),
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    #[error("the body must be a show's archive: send it with Content-Type: application/x-tar")]
    NotAnArchive,
    #[error(transparent)]
    Obs(#[from] ObsError),
    #[error(transparent)]
    Template(#[from] TemplateError),
    #[error(transparent)]
    Identity(#[from] IdentityError),
    #[error("log in first, or send an API token: Authorization: Bearer …")]
    LoginRequired,
    #[error("there is nothing at this address")]
    UnknownPath,
    #[error("this address does not take {0}")]
    MethodNotAllowed(Method),
    #[error("the body must be JSON: send it with Content-Type: application/json")]
    NotJson,
    #[error("the body must be multipart/form-data with a field \"file\"")]
    NotMultipart,
    #[error("the body is not JSON: {0}")]
    MalformedJson(String),
    #[error("{}", in_field(.field, .why))]
    InvalidBody { field: String, why: String },
    #[error("the query is not understood: {0}")]
    InvalidQuery(String),
    #[error("the body is larger than {limit} bytes")]
    BodyTooLarge { limit: usize },
    #[error("the request's body did not arrive in time")]
    RequestTimeout,
    #[error("the request's body broke off: {0}")]
    BodyBroken(String),
    #[error("the form has no field \"file\" with a file")]
    MissingFile,
    #[error("{0}")]
    InvalidId(String),
    #[error("the body says id {body:?}, the address says {path:?}")]
    IdMismatch { path: String, body: String },
    #[error("this needs the role {needed}")]
    RoleNeeded { needed: &'static str },
    #[error("the first user must be an admin: who else could make the others?")]
    FirstUserIsAdmin,
    #[error("there is no event {0:?}")]
    UnknownEvent(String),
    #[error("only a user has a password")]
    NotAUser,
    #[error("there are no users: make an admin first, because with a token everyone has to log in")]
    NoUsers,
    #[error("the file has {length} bytes; the range that is asked for is not among them")]
    RangeNotThere { length: u64 },
    #[error("this server follows another: files are sent to the leader, {0}")]
    AskTheLeader(String),
    #[error("an asset is added by uploading its file: POST /api/assets")]
    NeedsUpload,
    #[error("pages of {0} may not steer this server")]
    ForbiddenOrigin(String),
    #[error("this server does not answer to the name {0}; allow it in the configuration")]
    ForbiddenHost(String),
    #[error("too many requests: try again in {} s", .retry_after.as_secs_f64().ceil())]
    RateLimited { retry_after: Duration },
    #[error("the server is busy with other requests")]
    Busy,
    #[error("{what} need GStreamer's {element}, which is not installed here: install {package}, and start the server anew")]
    NotInstalled { what: &'static str, element: &'static str, package: String },
    #[error(transparent)]
    Upload(#[from] UploadError),
    #[error("downloads are off: set downloads = true in the configuration, if you may copy what you fetch")]
    DownloadsOff,
    #[error("{0}")]
    DownloaderMissing(String),
    #[error(transparent)]
    Address(#[from] AddressError),
    #[error(transparent)]
    Quality(#[from] UnknownQuality),
    #[error(transparent)]
    Jam(#[from] Refused),
    #[error(transparent)]
    NoSeat(#[from] NoSeat),
    #[error(transparent)]
    Search(#[from] SearchError),
    #[error(transparent)]
    Frames(#[from] FramesError),
    #[error(transparent)]
    Wifi(#[from] WifiError),
    #[error(transparent)]
    Update(#[from] UpdateError),
    #[error(transparent)]
    Restart(#[from] RestartRefused),
    #[error(transparent)]
    Power(#[from] PowerError),
    /// Of a door that has statuses of its own.
    #[error("{why}")]
    Resumable { status: StatusCode, code: &'static str, why: String },
    #[error("there is no display: create one first, POST /api/displays")]
    NoDisplay,
    #[error("the engine makes no picture at the moment")]
    NoPicture,
    #[error("there is no thumbnail of it: {0}")]
    NoThumbnail(&'static str),
    #[error("there is no waveform of it: {0}")]
    NoWaveform(&'static str),
    #[error("there is no such playlist or segment, or none any more")]
    NoHls,
    #[error(transparent)]
    Recording(#[from] RecordingError),
    #[error(transparent)]
    Replay(#[from] ReplayError),
    #[error(transparent)]
    Score(#[from] ScoreError),
    #[error(transparent)]
    Whep(#[from] WhepError),
    #[error(transparent)]
    Discover(#[from] DiscoverError),
    #[error("there is no such viewer, or none any more")]
    NoViewer,
    #[error("the body must be {0}: say so in Content-Type")]
    NotOfKind(&'static str),
    #[error("this address speaks WebSocket only: {0}")]
    UpgradeRequired(String),
    #[error("the request can not be answered: {0}")]
    BadRequest(String),
    #[error("the server made a mistake; its log says more under this request's id")]
    Internal,
}

fn in_field(field: &str, why: &str) -> String {
    if field.is_empty() { why.to_owned() } else { format!("{field}: {why}") }
}

impl ApiError {
    /// Stable: clients depend on it.
    pub fn code(&self) -> &'static str {
        match self {
            ApiError::State(SubmitError::Rejected(rejection)) => rejection.code(),
            ApiError::State(SubmitError::StorageUnavailable(_)) => "storage_unavailable",
            ApiError::State(SubmitError::OperationReused) => "client_op_id_reused",
            ApiError::State(SubmitError::Overloaded) => "overloaded",
            ApiError::State(SubmitError::Closing) => "closing",
            ApiError::State(SubmitError::LeaderAway(_)) => "leader_away",
            ApiError::State(SubmitError::LeaderSilent(_)) => "leader_silent",
            ApiError::State(SubmitError::LeadersOwn) | ApiError::AskTheLeader(_) => "ask_the_leader",
            ApiError::State(SubmitError::Refused(refused)) => known(&refused.code),
            ApiError::Library(error) => error.code(),
            ApiError::Archive(error) => error.code(),
            ApiError::Obs(error) => error.code(),
            ApiError::Template(error) => error.code(),
            ApiError::Identity(error) => error.code(),
            ApiError::LoginRequired => "login_required",
            ApiError::UnknownPath => "unknown_path",
            ApiError::MethodNotAllowed(_) => "method_not_allowed",
            ApiError::NotJson | ApiError::NotMultipart | ApiError::NotAnArchive => "unsupported_media_type",
            ApiError::NotOfKind(_) => "unsupported_media_type",
            ApiError::MalformedJson(_) => "malformed_json",
            ApiError::InvalidBody { .. } => "invalid_body",
            ApiError::InvalidQuery(_) => "invalid_query",
            ApiError::BodyTooLarge { .. } => "body_too_large",
            ApiError::RequestTimeout => "request_timeout",
            ApiError::BodyBroken(_) => "body_broken",
            ApiError::MissingFile => "missing_file",
            ApiError::InvalidId(_) => "invalid_id",
            ApiError::IdMismatch { .. } => "id_mismatch",
            ApiError::RoleNeeded { .. } => "role_needed",
            ApiError::FirstUserIsAdmin => "first_user_is_admin",
            ApiError::UnknownEvent(_) => "unknown_event",
            ApiError::NotAUser => "not_a_user",
            ApiError::NoUsers => "no_users",
            ApiError::RangeNotThere { .. } => "range_not_there",
            ApiError::NeedsUpload => "needs_upload",
            ApiError::NoDisplay => "no_display",
            ApiError::Upload(error) => error.code(),
            ApiError::Resumable { code, .. } => code,
            ApiError::DownloadsOff => "downloads_disabled",
            ApiError::DownloaderMissing(_) => "downloader_unavailable",
            ApiError::Address(error) => error.code(),
            ApiError::Quality(_) => "unknown_quality",
            ApiError::Frames(error) => error.code(),
            ApiError::Wifi(error) => error.code(),
            ApiError::Update(error) => error.code(),
            ApiError::Restart(refused) => refused.code(),
            ApiError::Power(error) => error.code(),
            ApiError::Search(error) => error.code(),
            ApiError::Jam(refused) => refused.code(),
            ApiError::NoSeat(why) => why.code(),
            ApiError::ForbiddenOrigin(_) => "forbidden_origin",
            ApiError::ForbiddenHost(_) => "forbidden_host",
            ApiError::RateLimited { .. } => "rate_limited",
            ApiError::Busy => "busy",
            ApiError::NotInstalled { .. } => "not_installed",
            ApiError::NoPicture => "no_picture",
            ApiError::NoThumbnail(_) => "no_thumbnail",
            ApiError::NoWaveform(_) => "no_waveform",
            ApiError::NoHls => "hls_not_found",
            ApiError::Recording(RecordingError::Unknown) => "recording_not_found",
            ApiError::Recording(RecordingError::Open) => "recording_in_use",
            ApiError::Recording(RecordingError::Storage(_)) => "recording_storage",
            ApiError::Replay(ReplayError::Nothing) => "replay_off",
            ApiError::Replay(ReplayError::Busy) => "busy",
            ApiError::Replay(ReplayError::Recording(_)) => "recording_storage",
            ApiError::Score(ScoreError::Nothing | ScoreError::NotCovered(_)) => "stretch_not_found",
            ApiError::Score(_) => "score_storage",
            ApiError::Whep(error) => error.code(),
            ApiError::Discover(_) => "search_failed",
            ApiError::NoViewer => "viewer_not_found",
            ApiError::UpgradeRequired(_) => "upgrade_required",
            ApiError::BadRequest(_) => "bad_request",
            ApiError::Internal => "internal",
        }
    }

    pub fn status(&self) -> StatusCode {
        match self {
            ApiError::State(error) => status_of_submit(error),
            ApiError::Library(error) => status_of_library(error),
            ApiError::Archive(_) | ApiError::Obs(_) => StatusCode::UNPROCESSABLE_ENTITY,
            ApiError::Template(TemplateError::Unknown(_)) => StatusCode::NOT_FOUND,
            ApiError::Template(TemplateError::Parameter { .. }) => StatusCode::BAD_REQUEST,
            // The template lies on this machine; whoever uses it can not help it.
            ApiError::Template(TemplateError::Broken(_)) => StatusCode::UNPROCESSABLE_ENTITY,
            ApiError::Identity(error) => status_of_identity(error),
            ApiError::LoginRequired => StatusCode::UNAUTHORIZED,
            ApiError::MalformedJson(_)
            | ApiError::InvalidBody { .. }
            | ApiError::InvalidQuery(_)
            | ApiError::BodyBroken(_)
            | ApiError::MissingFile
            | ApiError::NeedsUpload
            | ApiError::UnknownEvent(_)
            | ApiError::FirstUserIsAdmin
            | ApiError::InvalidId(_)
            | ApiError::IdMismatch { .. }
            | ApiError::BadRequest(_) => StatusCode::BAD_REQUEST,
            ApiError::ForbiddenOrigin(_) | ApiError::ForbiddenHost(_) | ApiError::RoleNeeded { .. } => StatusCode::FORBIDDEN,
            ApiError::UnknownPath | ApiError::NoHls | ApiError::NoViewer => StatusCode::NOT_FOUND,
            ApiError::NoThumbnail(_) | ApiError::NoWaveform(_) => StatusCode::NOT_FOUND,
            ApiError::Whep(error) => status_of_whep(error),
            ApiError::MethodNotAllowed(_) => StatusCode::METHOD_NOT_ALLOWED,
            ApiError::RangeNotThere { .. } => StatusCode::RANGE_NOT_SATISFIABLE,
            ApiError::RequestTimeout => StatusCode::REQUEST_TIMEOUT,
            ApiError::NotAUser | ApiError::NoUsers | ApiError::AskTheLeader(_) => StatusCode::CONFLICT,
            ApiError::BodyTooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            ApiError::NotJson | ApiError::NotMultipart | ApiError::NotAnArchive | ApiError::NotOfKind(_) => {
                StatusCode::UNSUPPORTED_MEDIA_TYPE
            }
            ApiError::UpgradeRequired(_) => StatusCode::UPGRADE_REQUIRED,
            ApiError::Upload(error) => status_of_upload(error),
            ApiError::Resumable { status, .. } => *status,
            ApiError::DownloadsOff => StatusCode::NOT_IMPLEMENTED,
            ApiError::DownloaderMissing(_) => StatusCode::SERVICE_UNAVAILABLE,
            ApiError::Address(_) | ApiError::Quality(_) => StatusCode::BAD_REQUEST,
            ApiError::Search(error) => status_of_search(error),
            // Each of these has one status.
            ApiError::Jam(_) | ApiError::NoSeat(_) => listed(self.code()),
            ApiError::Frames(_) | ApiError::Wifi(_) | ApiError::Update(_) | ApiError::Restart(_) | ApiError::Power(_) => {
                listed(self.code())
            }
            ApiError::Internal => StatusCode::INTERNAL_SERVER_ERROR,
            ApiError::NotInstalled { .. } => StatusCode::NOT_IMPLEMENTED,
            ApiError::RateLimited { .. } => StatusCode::TOO_MANY_REQUESTS,
            ApiError::Recording(RecordingError::Unknown) => StatusCode::NOT_FOUND,
            ApiError::Score(ScoreError::Nothing | ScoreError::NotCovered(_)) => StatusCode::NOT_FOUND,
            ApiError::Recording(RecordingError::Open) | ApiError::Replay(ReplayError::Nothing) => StatusCode::CONFLICT,
            ApiError::Discover(_)
            | ApiError::NoPicture
            | ApiError::NoDisplay
            | ApiError::Busy
            | ApiError::Recording(_)
            | ApiError::Score(_)
            | ApiError::Replay(_) => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// What a program needs to point at the trouble; an empty object when there is nothing to add.
    pub fn details(&self) -> Value {
        match self {
            ApiError::State(SubmitError::Rejected(rejection)) => details_of(rejection),
            ApiError::State(SubmitError::Refused(refused)) => refused.details.clone(),
            ApiError::State(SubmitError::LeaderAway(leader) | SubmitError::LeaderSilent(leader))
            | ApiError::AskTheLeader(leader) => json!({ "leader": leader }),
            ApiError::Template(TemplateError::Parameter { field, .. }) => json!({ "field": field }),
            ApiError::InvalidBody { field, .. } if !field.is_empty() => json!({ "field": field }),
            ApiError::Wifi(WifiError::Unavailable(why)) => json!({ "reason_code": why.code() }),
            ApiError::Update(UpdateError::Unavailable(why)) => json!({ "reason_code": why.code() }),
            ApiError::RateLimited { retry_after } => json!({ "retry_after_ms": retry_after.as_millis() as u64 }),
            ApiError::NotInstalled { element, package, .. } => json!({ "element": element, "package": package }),
            ApiError::BodyTooLarge { limit } => json!({ "limit_bytes": limit }),
            ApiError::Library(LibraryError::TooLarge { limit }) => json!({ "limit_bytes": limit }),
            ApiError::Library(LibraryError::TooManyPixels { width, height }) => json!({ "width": width, "height": height }),
            _ => json!({}),
        }
    }

    /// A rough class, for clients that only want to know whose turn it is.
    pub fn class(status: StatusCode) -> &'static str {
        match status.as_u16() {
            401 => "unauthorized",
            403 => "forbidden",
            404 => "not_found",
            405 => "method_not_allowed",
            408 => "timeout",
            409 => "conflict",
            413 => "too_large",
            415 => "unsupported_media_type",
            422 => "unprocessable",
            426 => "upgrade_required",
            429 => "rate_limit_exceeded",
            400..=499 => "validation",
            501 => "not_installed",
            503 => "unavailable",
            _ => "internal",
        }
    }

    /// For answers that axum makes itself (there should be none): whatever they are, they get our body.
    pub fn from_status(status: StatusCode) -> ApiError {
        match status {
            StatusCode::NOT_FOUND => ApiError::UnknownPath,
            StatusCode::PAYLOAD_TOO_LARGE => ApiError::BodyTooLarge { limit: super::request::MAX_JSON },
            status if status.is_client_error() => ApiError::BadRequest(status.to_string()),
            _ => ApiError::Internal,
        }
    }
}

fn details_of(rejection: &Rejection) -> Value {
    match rejection {
        Rejection::OutOfRange { field, value, allowed } => json!({ "field": field, "value": value, "allowed": allowed }),
        Rejection::NeedsRestart { field } => json!({ "field": field }),
        Rejection::ColorMode { field, .. } => {
            json!({ "field": mode_of(field), "supported": Mode::SUPPORTED })
        }
        Rejection::BadColor { field, .. } => json!({ "field": field }),
        Rejection::LightMode(_) => json!({ "field": "mode", "supported": MainMode::ALL.map(MainMode::id) }),
        Rejection::Parameter(error) => details_of_parameter(error),
        Rejection::InBatch { index, command, why } => {
            let mut details = details_of(why);
            (details["index"], details["command"]) = (json!(index), json!(command));
            details
        }
        _ => json!({}),
    }
}

/// The part of a colour that says how it is written.
fn mode_of(field: &str) -> String {
    if field.ends_with("mode") { field.to_owned() } else { format!("{field}.mode") }
}

fn details_of_parameter(error: &ParameterError) -> Value {
    match error {
        ParameterError::Unknown { name, known } => json!({ "field": name, "supported": known }),
        ParameterError::WrongType { name, wanted } => json!({ "field": name, "wanted": wanted }),
        ParameterError::OutOfRange { name, value, min, max } => {
            json!({ "field": name, "value": value, "allowed": format!("{min} to {max}"), "min": min, "max": max })
        }
        ParameterError::NotAChoice { name, options } => json!({ "field": name, "supported": options }),
        ParameterError::TooLong { name, .. } => json!({ "field": name }),
    }
}

fn status_of_submit(error: &SubmitError) -> StatusCode {
    let rejection = match error {
        SubmitError::Rejected(rejection) => rejection,
        SubmitError::OperationReused => return StatusCode::CONFLICT,
        SubmitError::LeadersOwn => return StatusCode::CONFLICT,
        SubmitError::Refused(refused) => return listed(known(&refused.code)),
        SubmitError::StorageUnavailable(_)
        | SubmitError::Overloaded
        | SubmitError::Closing
        | SubmitError::LeaderAway(_)
        | SubmitError::LeaderSilent(_) => return StatusCode::SERVICE_UNAVAILABLE,
    };
    match rejection.kind() {
        Kind::Invalid => StatusCode::BAD_REQUEST,
        Kind::NotFound => StatusCode::NOT_FOUND,
        Kind::Conflict => StatusCode::CONFLICT,
        Kind::Unprocessable => StatusCode::UNPROCESSABLE_ENTITY,
    }
}

fn status_of_identity(error: &IdentityError) -> StatusCode {
    match error.kind() {
        identity::Kind::Unauthorized => StatusCode::UNAUTHORIZED,
        identity::Kind::TooMany(_) => StatusCode::TOO_MANY_REQUESTS,
        identity::Kind::Invalid => StatusCode::BAD_REQUEST,
        identity::Kind::NotFound => StatusCode::NOT_FOUND,
        identity::Kind::Conflict => StatusCode::CONFLICT,
        identity::Kind::Storage => StatusCode::SERVICE_UNAVAILABLE,
    }
}

fn status_of_whep(error: &WhepError) -> StatusCode {
    match error {
        WhepError::NotBuilt | WhepError::Off => StatusCode::NOT_IMPLEMENTED,
        WhepError::BadOffer(_) => StatusCode::BAD_REQUEST,
        WhepError::UnknownRendition(_) => StatusCode::NOT_FOUND,
        WhepError::NotEncoded | WhepError::Unreachable => StatusCode::CONFLICT,
        WhepError::NoH264 => StatusCode::UNPROCESSABLE_ENTITY,
        WhepError::TooMany(_) => StatusCode::SERVICE_UNAVAILABLE,
    }
}

/// A leader may be newer than this server, and have codes that it does not know.
fn known(code: &str) -> &'static str {
    match CODES.iter().find(|known| known.code == code) {
        Some(known) => known.code,
        None => "refused_by_leader",
    }
}

fn listed(code: &str) -> StatusCode {
    status_of(code).and_then(|status| StatusCode::from_u16(status).ok()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

fn status_of_search(error: &SearchError) -> StatusCode {
    match error.code() {
        "invalid_query" => StatusCode::BAD_REQUEST,
        "search_disabled" => StatusCode::NOT_IMPLEMENTED,
        "too_many_searches" => StatusCode::TOO_MANY_REQUESTS,
        "search_timeout" => StatusCode::GATEWAY_TIMEOUT,
        "video_search_failed" => StatusCode::BAD_GATEWAY,
        _ => StatusCode::SERVICE_UNAVAILABLE,
    }
}

fn status_of_upload(error: &UploadError) -> StatusCode {
    match error {
        UploadError::Checksum => StatusCode::UNPROCESSABLE_ENTITY,
        UploadError::Interrupted { .. } => StatusCode::BAD_REQUEST,
        other => status_of_resumable(other),
    }
}

fn status_of_library(error: &LibraryError) -> StatusCode {
    match error {
        LibraryError::UnknownFormat(_) | LibraryError::Unsupported(_) | LibraryError::UnplayableMedia(_) => {
            StatusCode::UNSUPPORTED_MEDIA_TYPE
        }
        LibraryError::Interrupted(_) => StatusCode::BAD_REQUEST,
        LibraryError::Storage(_) => StatusCode::SERVICE_UNAVAILABLE,
        LibraryError::StorageFull => StatusCode::INSUFFICIENT_STORAGE,
        _ if error.code() == "upload_too_large" => StatusCode::PAYLOAD_TOO_LARGE,
        // Known, and not good.
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        let retry_after = match &self {
            ApiError::RateLimited { retry_after } => Some(*retry_after),
            // A second is long enough for a queue to empty and short enough for a person to wait.
            _ if response.status() == StatusCode::SERVICE_UNAVAILABLE => Some(Duration::from_secs(1)),
            ApiError::Identity(error) => match error.kind() {
                identity::Kind::TooMany(wait) => Some(wait),
                _ => None,
            },
            _ => None,
        };
        if let Some(wait) = retry_after {
            let seconds = wait.as_secs_f64().ceil() as u64;
            response.headers_mut().insert(header::RETRY_AFTER, seconds.max(1).into());
        }
        if response.status() == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response.extensions_mut().insert(Arc::new(self));
        response
    }
}
