//! A request that asks for a WebSocket becomes one.

use axum::body::Body;
use axum::extract::Request;
use axum::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use axum::response::Response;
use yawc::{UpgradeFut, WebSocket};

use super::socket::{self, Limits};
use crate::api::error::ApiError;

/// An answer for the client, and the socket that there is once it has been sent.
pub fn upgrade(
    mut request: Request,
    protocol: Option<&'static str>,
    limits: Limits,
) -> Result<(Response, UpgradeFut), ApiError> {
    let headers = request.headers_mut();
    check(headers).map_err(|why| ApiError::UpgradeRequired(why.to_owned()))?;
    // What is negotiated is decided here, because the library would promise window sizes that it can not keep to.
    let deflate = limits.deflate && offers_deflate(headers);
    headers.remove(header::SEC_WEBSOCKET_EXTENSIONS);
    if deflate {
        headers.insert(header::SEC_WEBSOCKET_EXTENSIONS, HeaderValue::from_static(DEFLATE));
    }
    let (response, socket) = WebSocket::upgrade_with_options(&mut request, socket::options(Limits { deflate, ..limits }))
        .map_err(|error| ApiError::UpgradeRequired(error.to_string()))?;
    let mut response = response.map(Body::new);
    if let Some(protocol) = protocol {
        response.headers_mut().insert(header::SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static(protocol));
    }
    Ok((response, socket))
}

/// The first of ours that the client named.
pub fn chosen_protocol(headers: &HeaderMap, ours: &[&'static str]) -> Option<&'static str> {
    listed(headers, header::SEC_WEBSOCKET_PROTOCOL).find_map(|asked| ours.iter().copied().find(|own| *own == asked))
}

fn check(headers: &HeaderMap) -> Result<(), &'static str> {
    let says = |name: HeaderName, word: &str| listed(headers, name).any(|said| said.eq_ignore_ascii_case(word));
    if !says(header::CONNECTION, "upgrade") {
        return Err("there is no `Connection: upgrade`");
    }
    if !says(header::UPGRADE, "websocket") {
        return Err("there is no `Upgrade: websocket`");
    }
    if !says(header::SEC_WEBSOCKET_VERSION, "13") {
        return Err("only version 13 is spoken");
    }
    if !headers.contains_key(header::SEC_WEBSOCKET_KEY) {
        return Err("there is no `Sec-WebSocket-Key`");
    }
    Ok(())
}

fn listed(headers: &HeaderMap, name: HeaderName) -> impl Iterator<Item = &str> {
    headers.get_all(name).iter().filter_map(|value| value.to_str().ok()).flat_map(|list| list.split(',').map(str::trim))
}

const DEFLATE: &str = "permessage-deflate";

/// Whether one of the client's offers can be taken as it stands. Each message is compressed by itself (no "context takeover"): one
/// that stays small goes as it is, and a thousand clients cost no memory of thousands of windows.
fn offers_deflate(headers: &HeaderMap) -> bool {
    listed(headers, header::SEC_WEBSOCKET_EXTENSIONS).any(|offer| {
        let mut parts = offer.split(';').map(str::trim);
        parts.next() == Some(DEFLATE) && parts.all(can_be_kept)
    })
}

/// A smaller window for our own messages is more than the compressor beneath can promise.
fn can_be_kept(parameter: &str) -> bool {
    let (name, value) =
        parameter.split_once('=').map_or((parameter, None), |(name, value)| (name.trim(), Some(value.trim())));
    match (name, value) {
        ("client_no_context_takeover" | "server_no_context_takeover" | "client_max_window_bits", None) => true,
        ("client_max_window_bits", Some(bits)) => {
            bits.trim_matches('"').parse().is_ok_and(|bits: u8| (8..=15).contains(&bits))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offer(text: &str) -> HeaderMap {
        HeaderMap::from_iter([(header::SEC_WEBSOCKET_EXTENSIONS, HeaderValue::from_str(text).unwrap())])
    }

    #[test]
    fn only_what_can_be_kept_is_promised() {
        for good in [
            "permessage-deflate",
            "permessage-deflate; client_max_window_bits",
            "permessage-deflate;client_max_window_bits=10; server_no_context_takeover",
            "x-webkit-deflate-frame, permessage-deflate",
            "permessage-deflate; server_max_window_bits=10, permessage-deflate",
        ] {
            assert!(offers_deflate(&offer(good)), "{good}");
        }
        for bad in [
            "",
            "deflate",
            "permessage-deflate; server_max_window_bits=10",
            "permessage-deflate; client_max_window_bits=7",
            "permessage-deflate; client_max_window_bits=99999",
            "permessage-deflate; client_no_context_takeover=1",
            "permessage-deflate; something_else",
            "permessage-deflate2",
        ] {
            assert!(!offers_deflate(&offer(bad)), "{bad}");
        }
    }
}
