//! The face: one page that shows and steers the show, without a build step and without anything from elsewhere.

use axum::http::{HeaderName, Uri, header};
use axum::response::IntoResponse;

use crate::api::error::ApiError;
use crate::api::request::At;

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

/// Where people play together.
pub async fn jam() -> impl IntoResponse {
    part("text/html; charset=utf-8", include_str!("jam/jam.html"))
}

pub async fn jam_part(At(file): At<String>) -> Result<impl IntoResponse, ApiError> {
    let text = match file.as_str() {
        "jam.css" => return Ok(part("text/css; charset=utf-8", include_str!("jam/jam.css"))),
        "app.js" => include_str!("jam/app.js"),
        "beat.js" => include_str!("jam/beat.js"),
        "bytes.js" => include_str!("jam/bytes.js"),
        "cell.js" => include_str!("jam/cell.js"),
        "clock.js" => include_str!("jam/clock.js"),
        "colors.js" => include_str!("jam/colors.js"),
        "evolve.js" => include_str!("jam/evolve.js"),
        "glow.js" => include_str!("jam/glow.js"),
        "grid.js" => include_str!("jam/grid.js"),
        "lights.js" => include_str!("jam/lights.js"),
        "link.js" => include_str!("jam/link.js"),
        "mixer.js" => include_str!("jam/mixer.js"),
        "music.js" => include_str!("jam/music.js"),
        "names.js" => include_str!("jam/names.js"),
        "pads.js" => include_str!("jam/pads.js"),
        "pattern.js" => include_str!("jam/pattern.js"),
        "people.js" => include_str!("jam/people.js"),
        "played.js" => include_str!("jam/played.js"),
        "sound.js" => include_str!("jam/sound.js"),
        "start.js" => include_str!("jam/start.js"),
        "state.js" => include_str!("jam/state.js"),
        "transport.js" => include_str!("jam/transport.js"),
        "voices.js" => include_str!("jam/voices.js"),
        "wire.js" => include_str!("jam/wire.js"),
        "wish.js" => include_str!("jam/wish.js"),
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
