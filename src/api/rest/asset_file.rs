//! `/api/assets/{asset}/file`: the file itself, or the part of it that a player asks for.

use std::io::SeekFrom;
use std::ops::Range;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use tokio::io::{AsyncReadExt, AsyncSeekExt};
use tokio_util::io::ReaderStream;

use super::Answer;
use super::assets::find;
use crate::api::Api;
use crate::api::error::ApiError;
use crate::api::request::At;
use crate::show::ids::AssetId;
use crate::state::SubmitError;
use crate::state::rejection::Rejection;

/// A drawing is a document: opened by itself, it could bring scripts along.
const INERT: HeaderValue = HeaderValue::from_static("default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox");

/// Its id is its content, so it may be kept for ever.
pub async fn file(State(api): State<Api>, At(id): At<AssetId>, headers: HeaderMap) -> Answer {
    let asset = find(&api.state.snapshot().show, &id)?.clone();
    let gone = |_| ApiError::from(SubmitError::from(Rejection::NoAsset(id.clone())));
    let mut file = tokio::fs::File::open(api.library.path_of(&asset)).await.map_err(gone)?;
    let length = file.metadata().await.map_err(gone)?.len();
    let asked = headers.get(header::RANGE).and_then(|range| range.to_str().ok()).and_then(|text| range(text, length));
    let (status, part) = match asked {
        None => (StatusCode::OK, 0..length),
        Some(Ok(part)) => (StatusCode::PARTIAL_CONTENT, part),
        Some(Err(NotThere)) => return Err(ApiError::RangeNotThere { length }),
    };
    if part.start > 0 {
        file.seek(SeekFrom::Start(part.start)).await.map_err(gone)?;
    }
    let body = Body::from_stream(ReaderStream::new(file.take(part.end - part.start)));
    let mut response: Response = (status, body).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(asset.format.media_type(asset.kind)));
    headers.insert(header::CONTENT_LENGTH, (part.end - part.start).into());
    headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, max-age=31536000, immutable"));
    headers.insert(header::CONTENT_SECURITY_POLICY, INERT);
    if status == StatusCode::PARTIAL_CONTENT {
        let told = format!("bytes {}-{}/{length}", part.start, part.end - 1);
        headers.extend(HeaderValue::from_str(&told).ok().map(|told| (header::CONTENT_RANGE, told)));
    }
    Ok(response)
}

#[derive(Debug, PartialEq)]
struct NotThere;

/// The bytes that a `Range` header asks for. None for what is not understood, and for several parts at once: then the whole file
/// is the answer.
fn range(text: &str, length: u64) -> Option<Result<Range<u64>, NotThere>> {
    let (from, to) = text.strip_prefix("bytes=")?.trim().split_once('-')?;
    if to.contains([',', '-']) {
        return None;
    }
    let range = match (from.trim(), to.trim()) {
        ("", last) => length.saturating_sub(last.parse().ok()?)..length,
        (from, "") => from.parse().ok()?..length,
        (from, to) => {
            let (from, to) = (from.parse::<u64>().ok()?, to.parse::<u64>().ok()?);
            if to < from {
                return None;
            }
            from..to.saturating_add(1).min(length)
        }
    };
    Some(if range.start < range.end { Ok(range) } else { Err(NotThere) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_as_players_write_them() {
        for (text, expected) in [
            ("bytes=0-", Some(Ok(0..100))),
            ("bytes=10-19", Some(Ok(10..20))),
            ("bytes=90-1000", Some(Ok(90..100))),
            ("bytes=-10", Some(Ok(90..100))),
            ("bytes=-1000", Some(Ok(0..100))),
            ("bytes=100-", Some(Err(NotThere))),
            ("bytes=-0", Some(Err(NotThere))),
            ("bytes=20-10", None),
            ("bytes=0-1,5-6", None),
            ("bytes=a-b", None),
            ("bytes=18446744073709551615-18446744073709551615", Some(Err(NotThere))),
            ("lines=0-1", None),
            ("", None),
        ] {
            assert_eq!(range(text, 100), expected, "{text}");
        }
        assert_eq!(range("bytes=0-", 0), Some(Err(NotThere)));
    }
}
