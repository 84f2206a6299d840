//! The face: one page that shows and steers the show, without a build step and without anything from elsewhere.

use axum::http::{HeaderName, Uri, header};
use axum::response::IntoResponse;

use crate::api::error::ApiError;

type Part = ([(HeaderName, &'static str); 2], &'static str);

/// Asked for again each time: it changes with the server.
fn part(kind: &'static str, text: &'static str) -> Part {
    ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "no-cache")], text)
}

pub async fn page() -> impl IntoResponse {
    part("text/html; charset=utf-8", include_str!("index.html"))
}

/// Reads the API's document to people.
pub async fn docs() -> impl IntoResponse {
    part("text/html; charset=utf-8", include_str!("docs.html"))
}

pub async fn script(uri: Uri) -> Result<impl IntoResponse, ApiError> {
    let text = match uri.path() {
        "/app.js" => include_str!("app.js"),
        "/docs.js" => include_str!("docs.js"),
        "/destinations.js" => include_str!("destinations.js"),
        "/lights.js" => include_str!("lights.js"),
        "/login.js" => include_str!("login.js"),
        "/figures.js" => include_str!("figures.js"),
        "/page.js" => include_str!("page.js"),
        "/picture.js" => include_str!("picture.js"),
        _ => return Err(ApiError::UnknownPath),
    };
    Ok(part("text/javascript; charset=utf-8", text))
}

pub async fn style() -> impl IntoResponse {
    part("text/css; charset=utf-8", include_str!("style.css"))
}

pub async fn icon() -> impl IntoResponse {
    part("image/svg+xml", include_str!("favicon.svg"))
}
