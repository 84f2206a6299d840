//! Answers in the envelope that music box clients expect: `{status, message, data, client_op_id, server_seq, timestamp, request_id}`.
//! What the request is called is known to whoever answers it in the end, so it is put together there.

use std::sync::Arc;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::{Answer, about};
use crate::api::Api;
use crate::api::wire::musicbox::At;
use crate::show::time::ShowTime;
use crate::state::{Receipt, Seq};

/// What the envelope is filled with.
pub struct Unified {
    message: &'static str,
    data: Value,
    seq: Seq,
}

/// Unix time in seconds, as these clients read it.
pub fn seconds(at: ShowTime) -> f64 {
    at.millis() as f64 / 1_000.0
}

fn marked(status: StatusCode, unified: Unified) -> Response {
    let mut response = status.into_response();
    response.extensions_mut().insert(Arc::new(unified));
    response
}

/// What is there.
pub fn found(api: &Api, message: &'static str, data: Value) -> Answer {
    Ok(marked(StatusCode::OK, Unified { message, data, seq: api.state.snapshot().seq }))
}

/// What was done beside the show.
pub fn made(api: &Api, status: StatusCode, message: &'static str, data: Value) -> Answer {
    Ok(marked(status, Unified { message, data, seq: api.state.snapshot().seq }))
}

/// What a change led to.
pub fn done(receipt: &Receipt, status: StatusCode, message: &'static str, data: Value) -> Answer {
    let mut response = marked(status, Unified { message, data, seq: receipt.seq });
    response.headers_mut().extend(about(receipt));
    Ok(response)
}

/// The show as that change left it.
pub fn at<'a>(api: &Api, receipt: &'a Receipt) -> At<'a> {
    At { show: &receipt.snapshot, now: api.clock.now(), seq: receipt.seq }
}

/// The body, where there is to be one.
pub fn filled(mut response: Response, id: &HeaderValue, client_op_id: Option<&str>, now: ShowTime) -> Response {
    let Some(unified) = response.extensions_mut().remove::<Arc<Unified>>() else { return response };
    let Unified { message, data, seq } = &*unified;
    let mut body = json!({
        "status": "success",
        "message": message,
        "data": data,
        "server_seq": seq,
        "timestamp": seconds(now),
        "request_id": id.to_str().unwrap_or_default(),
    });
    if let Some(client_op_id) = client_op_id {
        body["client_op_id"] = json!(client_op_id);
    }
    let (mut parts, _) = response.into_parts();
    parts.headers.remove(header::CONTENT_LENGTH);
    parts.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    (parts, body.to_string()).into_response()
}

/// What these clients call errors of a status.
pub fn class(status: StatusCode) -> &'static str {
    match status.as_u16() {
        400 => "validation_error",
        401 | 403 => "permission_denied",
        404 => "not_found",
        409 => "conflict",
        429 => "rate_limit_exceeded",
        501 | 503 | 507 => "service_unavailable",
        status if status >= 500 => "internal_error",
        _ => "bad_request",
    }
}

/// Whose errors tell the time in seconds, too.
pub fn is_unified(path: &str) -> bool {
    const PATHS: [&str; 10] = [
        "/api/player/",
        "/api/playlists",
        "/api/nfc/",
        "/api/uploads",
        "/api/youtube/",
        "/api/playback/status",
        "/api/system/info",
        "/api/system/logs",
        "/api/system/power",
        "/api/system/restart",
    ];
    PATHS.iter().any(|prefix| path.starts_with(prefix))
}
