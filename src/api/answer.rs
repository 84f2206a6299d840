//! Around every request: its id, the error body, one log line for each error, the count by class, and the safety headers.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::Api;
use super::ask::AskedAs;
use super::error::ApiError;
use super::rest::unified;
use super::wire::time::rfc3339;
use crate::show::time::ShowTime;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Only what the face itself needs: nothing from elsewhere, no inline script, and no frame around it.
const CONTENT_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; \
     connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const SAFETY: [(HeaderName, &str); 4] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::X_FRAME_OPTIONS, "DENY"),
    // Pages of other sites may not embed the preview either.
    (HeaderName::from_static("cross-origin-resource-policy"), "same-site"),
];

pub async fn answer(State(api): State<Api>, mut request: Request, next: Next) -> Response {
    let id = request_id(request.headers());
    let method = request.method().clone();
    let path = request.uri().path().to_owned();
    let asked_as = AskedAs::default();
    request.extensions_mut().insert(asked_as.clone());
    let mut response = next.run(request).await;
    let status = response.status();
    if status.is_client_error() || status.is_server_error() {
        let known = response.extensions_mut().remove::<Arc<ApiError>>();
        // An error that brings its own body (health says 503 in its own words) is an answer, not an error.
        if let Some(error) = known.or_else(|| foreign(&response)) {
            api.vitals.refused_requests.with_label_values(&[error.code()]).inc();
            log(&error, status, method.as_str(), &path, &id);
            response = with_body(response, &error, (&id, asked_as.get()), (&path, api.clock.now()));
        }
    }
    response = unified::filled(response, &id, asked_as.get(), api.clock.now());
    count(&api, status);
    finish(&mut response, &id);
    response
}

/// An error answer that none of our handlers made.
fn foreign(response: &Response) -> Option<Arc<ApiError>> {
    let is_json = response.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind == "application/json");
    (!is_json).then(|| Arc::new(ApiError::from_status(response.status())))
}

fn request_id(headers: &HeaderMap) -> HeaderValue {
    let well_formed = |id: &&HeaderValue| {
        let bytes = id.as_bytes();
        (1..=64).contains(&bytes.len()) && bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(byte))
    };
    headers.get(REQUEST_ID).filter(well_formed).cloned().unwrap_or_else(|| {
        HeaderValue::from_str(&format!("{:016x}", fastrand::u64(..))).unwrap_or(HeaderValue::from_static("unknown"))
    })
}

fn log(error: &ApiError, status: StatusCode, method: &str, path: &str, id: &HeaderValue) {
    let (code, status, request_id) = (error.code(), status.as_u16(), id.to_str().unwrap_or_default());
    if status >= 500 {
        tracing::warn!(code, status, method, path, request_id, "{method} {path} failed: {error}");
    } else {
        tracing::info!(code, status, method, path, request_id, "{method} {path} was refused: {error}");
    }
}

/// Keeps the headers that were set already (Allow, Retry-After).
fn with_body(
    response: Response,
    error: &ApiError,
    (id, client_op_id): (&HeaderValue, Option<&str>),
    (path, now): (&str, ShowTime),
) -> Response {
    let (mut parts, _) = response.into_parts();
    let is_unified = unified::is_unified(path);
    let (message, details, timestamp) = (error.to_string(), error.details(), rfc3339(now));
    let mut body = json!({
        "status": "error",
        "message": message,
        "error_type": if is_unified { unified::class(parts.status) } else { ApiError::class(parts.status) },
        "details": details,
        "timestamp": if is_unified { json!(unified::seconds(now)) } else { json!(timestamp) },
        "request_id": id.to_str().unwrap_or_default(),
        "error": { "code": error.code(), "message": message, "details": details, "timestamp": timestamp },
    });
    if let Some(client_op_id) = client_op_id {
        body["client_op_id"] = json!(client_op_id);
    }
    parts.headers.remove(header::CONTENT_LENGTH);
    parts.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    (parts, body.to_string()).into_response()
}

fn count(api: &Api, status: StatusCode) {
    let class = match status.as_u16() {
        100..=199 => "1xx",
        200..=299 => "2xx",
        300..=399 => "3xx",
        400..=499 => "4xx",
        _ => "5xx",
    };
    api.vitals.http_requests.with_label_values(&[class]).inc();
}

fn finish(response: &mut Response, id: &HeaderValue) {
    let headers = response.headers_mut();
    headers.insert(REQUEST_ID, id.clone());
    for (name, value) in SAFETY {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(HeaderValue::from_static(CONTENT_POLICY));
    // The show changes any moment; what may be kept (pictures by content) says so itself.
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
}
