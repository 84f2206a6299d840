//! `/hls`: what players of HTTP Live Streaming fetch. They can send no header and keep no query, so a token that came in the query is
//! handed on to every address in a playlist.

use axum::extract::{RawQuery, State};
use axum::http::header;
use axum::response::IntoResponse;
use bytes::Bytes;

use super::Answer;
use crate::api::Api;
use crate::api::error::ApiError;
use crate::api::request::At;

const PLAYLIST: &str = "application/vnd.apple.mpegurl";

pub async fn master(State(api): State<Api>, At(destination): At<String>, RawQuery(query): RawQuery) -> Answer {
    let channel = api.shelf.find(&destination).ok_or(ApiError::NoHls)?;
    playlist(channel.master(&handed_on(query.as_deref())))
}

pub async fn file(
    State(api): State<Api>,
    At((destination, rendition, file)): At<(String, String, String)>,
    RawQuery(query): RawQuery,
) -> Answer {
    let channel = api.shelf.find(&destination).ok_or(ApiError::NoHls)?;
    if file == "index.m3u8" {
        return playlist(channel.playlist(&rendition, &handed_on(query.as_deref())));
    }
    let piece: Bytes = channel.piece(&rendition, &file).ok_or(ApiError::NoHls)?;
    let kind = if file.starts_with("init-") { "video/mp4" } else { channel.segment_type() };
    // No name is ever used again for something else.
    let headers = [(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "private, max-age=3600, immutable")];
    Ok((headers, piece).into_response())
}

/// It is another one after each segment.
fn playlist(text: Option<String>) -> Answer {
    let text = text.ok_or(ApiError::NoHls)?;
    Ok(([(header::CONTENT_TYPE, PLAYLIST), (header::CACHE_CONTROL, "private, no-cache")], text).into_response())
}

/// The token, if one is there, and nothing that could be more than a token.
fn handed_on(query: Option<&str>) -> String {
    let token = query.unwrap_or("").split('&').find_map(|pair| pair.strip_prefix("access_token="));
    let is_plain = |token: &&str| token.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.~%".contains(&byte));
    token.filter(is_plain).map_or_else(String::new, |token| format!("?access_token={token}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_handed_on_and_nothing_else() {
        for (query, expected) in [
            (None, ""),
            (Some("x=1"), ""),
            (Some("x=1&access_token=mq_a.b-c_d%7E"), "?access_token=mq_a.b-c_d%7E"),
            (Some("access_token=a\n#EXT-X-ENDLIST"), ""),
            (Some("access_token=\"><script>"), ""),
        ] {
            assert_eq!(handed_on(query), expected, "{query:?}");
        }
    }
}
