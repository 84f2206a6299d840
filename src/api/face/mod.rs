//! The face: one page that shows and steers the show, without a build step and without anything from elsewhere.

use axum::http::{HeaderName, header};
use axum::response::IntoResponse;

type Part = ([(HeaderName, &'static str); 2], &'static str);

/// Asked for again each time: it changes with the server.
fn part(kind: &'static str, text: &'static str) -> Part {
    ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "no-cache")], text)
}

pub async fn page() -> impl IntoResponse {
    part("text/html; charset=utf-8", include_str!("index.html"))
}

pub async fn script() -> impl IntoResponse {
    part("text/javascript; charset=utf-8", include_str!("app.js"))
}

pub async fn style() -> impl IntoResponse {
    part("text/css; charset=utf-8", include_str!("style.css"))
}

pub async fn icon() -> impl IntoResponse {
    part("image/svg+xml", include_str!("favicon.svg"))
}
