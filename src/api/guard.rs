//! Whose pages may steer: not those of another site in the same browser (Origin), unless the configuration names it, and not one
//! that made its own name point here (DNS rebinding: Host).

use std::net::{IpAddr, Ipv6Addr};

use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::Api;
use super::error::ApiError;

pub async fn guard(State(api): State<Api>, request: Request, next: Next) -> Response {
    match check(&request, &api.addresses.names, &api.settings.allowed_origins) {
        Ok(()) => next.run(request).await,
        Err(refused) => refused.into_response(),
    }
}

pub(super) fn check(request: &Request, names: &[String], origins: &[String]) -> Result<(), ApiError> {
    let headers = request.headers();
    let mut own = None;
    for host in headers.get_all(header::HOST) {
        let host = host.to_str().unwrap_or("?");
        own = Some(known_host(host, names)?);
    }
    if let Some(authority) = request.uri().authority() {
        own = Some(known_host(authority.as_str(), names)?);
    }
    if changes_something(request.method()) || headers.contains_key(header::UPGRADE) {
        check_origin(headers, own.as_deref(), origins)?;
    }
    Ok(())
}

fn changes_something(method: &Method) -> bool {
    !matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

/// The host without its port, in lower case, if this server goes by it.
fn known_host(host: &str, names: &[String]) -> Result<String, ApiError> {
    let name = host_name(host);
    let literal = name.parse::<IpAddr>().is_ok()
        || name
            .strip_prefix('[')
            .and_then(|rest| rest.strip_suffix(']'))
            .is_some_and(|inner| inner.parse::<Ipv6Addr>().is_ok());
    let configured = names.iter().any(|known| known.eq_ignore_ascii_case(&name));
    if literal || name == "localhost" || configured { Ok(name) } else { Err(ApiError::ForbiddenHost(shown(host))) }
}

fn check_origin(headers: &HeaderMap, own: Option<&str>, allowed: &[String]) -> Result<(), ApiError> {
    for origin in headers.get_all(header::ORIGIN) {
        let origin = origin.to_str().unwrap_or("?");
        if allowed.iter().any(|allowed| allowed.eq_ignore_ascii_case(origin)) {
            continue;
        }
        let theirs = origin.split_once("://").map(|(_, host)| host_name(host));
        // The port may differ: the page lies on the HTTP port and opens the WebSocket port.
        if theirs.is_none() || theirs.as_deref() != own {
            return Err(ApiError::ForbiddenOrigin(shown(origin)));
        }
    }
    Ok(())
}

/// `localhost:4200` → `localhost`, `[::1]:4200` → `[::1]`.
pub fn host_name(host: &str) -> String {
    let end = match host.find(']') {
        Some(bracket) if host.starts_with('[') => bracket + 1,
        _ => host.find(':').unwrap_or(host.len()),
    };
    host[..end].to_ascii_lowercase()
}

/// It goes into a message and a log line: short, and without control characters.
fn shown(text: &str) -> String {
    text.chars().filter(|character| !character.is_control()).take(80).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;

    #[track_caller]
    fn outcome(method: &str, headers: &[(&str, &str)], expected: Option<&str>) {
        let mut request = Request::builder().method(method).uri("/api/stream/start");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::empty()).expect("a request");
        let code = check(&request, &["studio.example".to_owned()], &["https://friend.example".to_owned()])
            .err()
            .map(|error| error.code());
        assert_eq!(code, expected, "{method} {headers:?}");
    }

    #[test]
    fn only_names_that_can_not_be_rebound_are_answered() {
        let good = ["localhost", "LOCALHOST:4200", "127.0.0.1:4200", "[::1]:4200", "192.168.1.7", "Studio.Example:80"];
        for host in good {
            outcome("GET", &[("host", host)], None);
        }
        for host in ["evil.example", "localhost.evil.example:4200", "127.0.0.1.evil.example", "", "[evil]", "::1:4200:x"] {
            outcome("GET", &[("host", host)], Some("forbidden_host"));
        }
        outcome("GET", &[], None);
    }

    #[test]
    fn other_sites_may_neither_change_nor_listen() {
        let local = ("host", "127.0.0.1:4200");
        outcome("POST", &[local, ("origin", "http://127.0.0.1:4200")], None);
        outcome("POST", &[local], None);
        outcome("POST", &[local, ("origin", "http://evil.example")], Some("forbidden_origin"));
        outcome("DELETE", &[local, ("origin", "null")], Some("forbidden_origin"));
        outcome("POST", &[("origin", "http://evil.example")], Some("forbidden_origin"));
        outcome("GET", &[local, ("origin", "http://evil.example")], None);
        outcome("POST", &[local, ("origin", "https://friend.example")], None);
        outcome("POST", &[local, ("origin", "http://friend.example")], Some("forbidden_origin"));
        outcome("GET", &[local, ("upgrade", "websocket"), ("origin", "http://evil.example")], Some("forbidden_origin"));
        outcome("GET", &[local, ("upgrade", "websocket"), ("origin", "http://127.0.0.1:4201")], None);
    }
}
