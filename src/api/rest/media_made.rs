//! `/api/media/{slug}/thumbnail` and `/waveform`: what was made from a file after it was taken in.

use std::path::PathBuf;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::Answer;
use super::media::find_media;
use crate::api::Api;
use crate::api::error::ApiError;
use crate::api::request::At;
use crate::show::asset::Asset;
use crate::show::ids::AssetId;

/// The slug is the content, and so is what is made of it.
const FOR_EVER: HeaderValue = HeaderValue::from_static("private, max-age=31536000, immutable");

pub async fn thumbnail(State(api): State<Api>, At(slug): At<AssetId>, headers: HeaderMap) -> Answer {
    let asset = find_media(&api.state.snapshot().show, &slug)?.clone();
    let kind = HeaderValue::from_static("image/jpeg");
    made(api.details.thumbnail(&slug), kind, &headers).await.ok_or(ApiError::NoThumbnail(why(&asset)))
}

pub async fn waveform(State(api): State<Api>, At(slug): At<AssetId>, headers: HeaderMap) -> Answer {
    let asset = find_media(&api.state.snapshot().show, &slug)?.clone();
    let kind = HeaderValue::from_static("application/json");
    made(api.details.waveform(&slug), kind, &headers).await.ok_or(ApiError::NoWaveform(why(&asset)))
}

fn why(asset: &Asset) -> &'static str {
    match &asset.details {
        None => "its file is still looked into: ask again in a while",
        Some(details) if details.trouble.is_some() => "its file could not be looked into, see `trouble`",
        Some(_) => "this is nothing that has one",
    }
}

async fn made(path: PathBuf, kind: HeaderValue, asked: &HeaderMap) -> Option<Response> {
    // Some kilobytes.
    let bytes = tokio::fs::read(path).await.ok()?;
    let tag = format!("\"{}\"", &blake3::hash(&bytes).to_hex()[..24]);
    let is_known = asked.get_all(header::IF_NONE_MATCH).iter().any(|known| knows(known, &tag));
    let mut response =
        if is_known { StatusCode::NOT_MODIFIED.into_response() } else { (StatusCode::OK, bytes).into_response() };
    let headers = response.headers_mut();
    if !is_known {
        headers.insert(header::CONTENT_TYPE, kind);
    }
    headers.insert(header::CACHE_CONTROL, FOR_EVER);
    headers.extend(HeaderValue::from_str(&tag).ok().map(|tag| (header::ETAG, tag)));
    Some(response)
}

/// One of several, or any.
fn knows(known: &HeaderValue, tag: &str) -> bool {
    let known = known.to_str().unwrap_or("");
    known.split(',').map(|known| known.trim().trim_start_matches("W/")).any(|known| known == tag || known == "*")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_known_is_not_sent_again() {
        let knows = |known: &'static str| knows(&HeaderValue::from_static(known), "\"a\"");
        assert!(knows("\"a\"") && knows("W/\"a\"") && knows("\"b\", \"a\"") && knows("*"));
        assert!(!knows("\"b\"") && !knows("a") && !knows(""));
    }
}
