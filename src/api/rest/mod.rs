//! One file per resource; what their answers have in common is here.

pub mod animations;
pub mod asset_file;
pub mod assets;
pub mod auth;
pub mod colors;
pub mod dashboard;
pub mod destinations;
pub mod displays;
pub mod exchange;
pub mod fixtures;
pub mod follow;
pub mod hls;
pub mod inputs;
pub mod jam_links;
pub mod jam_recordings;
pub mod jams;
pub mod layers;
pub mod light_feeds;
pub mod light_presets;
pub mod lights;
pub mod loops;
pub mod machine;
pub mod macros;
pub mod media;
pub mod media_made;
pub mod media_upload;
pub mod nfc;
pub mod past;
pub mod player;
pub mod playlists;
pub mod preview;
pub mod recordings;
pub mod scenes;
pub mod schedule;
pub mod score;
pub mod show_archive;
pub mod stream;
pub mod studio;
pub mod system;
pub mod templates;
pub mod tokens;
pub mod tus;
pub mod unified;
pub mod updates;
pub mod uploads;
pub mod users;
pub mod values;
pub mod whep;
pub mod wifi;
pub mod youtube;
pub mod zones;

use axum::Json;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::error::ApiError;
use crate::state::Receipt;

pub type Answer = Result<Response, ApiError>;

/// Number of the change that the request made.
const SEQ: HeaderName = HeaderName::from_static("x-marquee-seq");
/// It had been made by an earlier request of the same name.
const REPEATED: HeaderName = HeaderName::from_static("x-marquee-repeated");

fn ok(body: impl Serialize) -> Answer {
    Ok(Json(body).into_response())
}

fn changed(receipt: &Receipt, status: StatusCode, body: impl Serialize) -> Answer {
    Ok((status, about(receipt), Json(body)).into_response())
}

/// The thing that was changed. Asked for again much later it may be gone, which is no error of the request.
fn changed_thing(receipt: &Receipt, status: StatusCode, thing: Result<impl Serialize, ApiError>) -> Answer {
    match thing {
        Ok(thing) => changed(receipt, status, thing),
        Err(_) if receipt.repeated => removed(receipt),
        Err(error) => Err(error),
    }
}

fn removed(receipt: &Receipt) -> Answer {
    Ok((StatusCode::NO_CONTENT, about(receipt)).into_response())
}

fn about(receipt: &Receipt) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(SEQ, receipt.seq.0.into());
    if receipt.repeated {
        headers.insert(REPEATED, HeaderValue::from_static("true"));
    }
    headers
}

/// 201 for what was not there before.
fn saved(receipt: &Receipt) -> StatusCode {
    if receipt.created { StatusCode::CREATED } else { StatusCode::OK }
}
