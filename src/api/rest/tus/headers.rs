//! The headers of tus, read totally: each at most once, and nothing in them that does not belong there.

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use time::OffsetDateTime;

use super::trouble::Trouble;
use crate::library::uploads::{Algorithm, Checksum, UploadError};
use crate::show::time::ShowTime;

pub const RESUMABLE: HeaderName = HeaderName::from_static("tus-resumable");
pub const VERSION_HEADER: HeaderName = HeaderName::from_static("tus-version");
pub const EXTENSION: HeaderName = HeaderName::from_static("tus-extension");
pub const MAX_SIZE: HeaderName = HeaderName::from_static("tus-max-size");
pub const CHECKSUM_ALGORITHM: HeaderName = HeaderName::from_static("tus-checksum-algorithm");
pub const LENGTH: HeaderName = HeaderName::from_static("upload-length");
pub const DEFER_LENGTH: HeaderName = HeaderName::from_static("upload-defer-length");
pub const OFFSET: HeaderName = HeaderName::from_static("upload-offset");
pub const METADATA: HeaderName = HeaderName::from_static("upload-metadata");
pub const CHECKSUM: HeaderName = HeaderName::from_static("upload-checksum");
pub const EXPIRES: HeaderName = HeaderName::from_static("upload-expires");
const OVERRIDE: HeaderName = HeaderName::from_static("x-http-method-override");

/// The versions there are, and the one that is spoken.
pub const VERSION: &str = "1.0.0";
pub const SPOKEN: &str = VERSION;
const BYTES: &str = "application/offset+octet-stream";
/// A file's length fits a signed number on every system.
const LARGEST: u64 = i64::MAX as u64;

/// What some clients can not say themselves.
pub fn method(request: &Request) -> Method {
    let given = request.headers().get(OVERRIDE).filter(|_| *request.method() == Method::POST);
    let meant = given.and_then(|name| Method::from_bytes(name.as_bytes().to_ascii_uppercase().as_slice()).ok());
    meant.unwrap_or_else(|| request.method().clone())
}

pub fn check_version(headers: &HeaderMap) -> Result<(), Trouble> {
    if text(headers, RESUMABLE)? == Some(SPOKEN) { Ok(()) } else { Err(Trouble::Version) }
}

/// In one line of printable ASCII, as all of tus' headers are.
pub fn text(headers: &HeaderMap, name: HeaderName) -> Result<Option<&str>, Trouble> {
    let mut values = headers.get_all(&name).iter();
    let Some(value) = values.next() else { return Ok(None) };
    if values.next().is_some() {
        return Err(Trouble::header(&name, "it comes twice"));
    }
    value.to_str().map(Some).map_err(|_| Trouble::header(&name, "it is not plain text"))
}

pub fn number(headers: &HeaderMap, name: HeaderName) -> Result<Option<u64>, Trouble> {
    let Some(text) = text(headers, name.clone())? else { return Ok(None) };
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let number = text.parse().ok().filter(|number| digits && *number <= LARGEST);
    number.map(Some).ok_or_else(|| Trouble::header(&name, "it is no number of bytes"))
}

/// How long the file is. None: it will be said later.
pub fn announced(headers: &HeaderMap) -> Result<Option<u64>, Trouble> {
    let (length, deferred) = (number(headers, LENGTH)?, text(headers, DEFER_LENGTH)?);
    match (length, deferred) {
        (Some(length), None) => Ok(Some(length)),
        (None, Some("1")) => Ok(None),
        (Some(_), Some(_)) => Err(Trouble::header(&DEFER_LENGTH, "the length is known already")),
        (None, Some(_)) => Err(Trouble::header(&DEFER_LENGTH, "it can only be 1")),
        (None, None) => Err(Trouble::header(&LENGTH, "it is missing")),
    }
}

/// Whether the body is a part of the file. One of another type is nothing.
pub fn brings_bytes(headers: &HeaderMap) -> Result<bool, Trouble> {
    let has_body = headers.contains_key(header::TRANSFER_ENCODING) || body_length(headers).is_some_and(|bytes| bytes > 0);
    match headers.get(header::CONTENT_TYPE) {
        Some(kind) if kind == BYTES => Ok(true),
        _ if has_body => Err(Trouble::NotBytes),
        _ => Ok(false),
    }
}

fn body_length(headers: &HeaderMap) -> Option<u64> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// What can not fit need not come.
pub fn check_end(headers: &HeaderMap, offset: u64, length: Option<u64>) -> Result<(), Trouble> {
    let end = offset.saturating_add(body_length(headers).unwrap_or(0));
    match length {
        Some(length) if end > length => Err(UploadError::TooLong { length }.into()),
        _ => Ok(()),
    }
}

pub fn checksum(headers: &HeaderMap) -> Result<Option<Checksum>, Trouble> {
    let Some(text) = text(headers, CHECKSUM)? else { return Ok(None) };
    parse_checksum(text).map(Some).ok_or_else(|| Trouble::header(&CHECKSUM, "it is no sha1 or sha256 in base64"))
}

pub fn parse_checksum(text: &str) -> Option<Checksum> {
    let (name, digest) = text.split_once(' ')?;
    let algorithm = Algorithm::named(name)?;
    let digest = STANDARD.decode(digest).ok()?;
    (digest.len() == algorithm.bytes()).then_some(Checksum { algorithm, digest })
}

/// As HTTP writes it.
pub fn date(at: ShowTime) -> Option<HeaderValue> {
    let at = OffsetDateTime::from_unix_timestamp(at.micros().div_euclid(1_000_000)).ok()?;
    let (weekday, month) = (at.weekday().to_string(), at.month().to_string());
    let (day, year, (hour, minute, second)) = (at.day(), at.year(), at.to_hms());
    let text = format!("{:.3}, {day:02} {:.3} {year:04} {hour:02}:{minute:02}:{second:02} GMT", weekday, month);
    HeaderValue::from_str(&text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(of: &[(HeaderName, &str)]) -> HeaderMap {
        of.iter().map(|(name, value)| (name.clone(), value.parse().expect("a value"))).collect()
    }

    #[test]
    fn numbers_are_digits_and_come_once() {
        for (text, number_of) in [("0", 0), ("007", 7), ("9223372036854775807", LARGEST)] {
            assert_eq!(number(&headers(&[(OFFSET, text)]), OFFSET).ok(), Some(Some(number_of)), "{text}");
        }
        for text in ["", "-1", "+1", "1.0", " 1", "0x1", "9223372036854775808", "18446744073709551616", "1,2", "１"] {
            let value = HeaderValue::from_bytes(text.as_bytes()).expect("a value");
            let headers: HeaderMap = [(OFFSET, value)].into_iter().collect();
            assert!(number(&headers, OFFSET).is_err(), "{text}");
        }
        let mut twice = headers(&[(OFFSET, "1")]);
        twice.append(OFFSET, HeaderValue::from(1));
        assert!(number(&twice, OFFSET).is_err());
        assert!(matches!(number(&HeaderMap::new(), OFFSET), Ok(None)));
    }

    #[test]
    fn a_length_is_said_now_or_later() {
        assert_eq!(announced(&headers(&[(LENGTH, "5")])).ok(), Some(Some(5)));
        assert_eq!(announced(&headers(&[(DEFER_LENGTH, "1")])).ok(), Some(None));
        for bad in [&[][..], &[(DEFER_LENGTH, "0")], &[(DEFER_LENGTH, "1"), (LENGTH, "5")], &[(LENGTH, "x")]] {
            assert!(announced(&headers(bad)).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn checksums_are_those_we_know() {
        let empty = parse_checksum("sha1 2jmj7l5rSw0yVb/vlWAYkK/YBwk=").expect("of nothing");
        assert_eq!((empty.algorithm, empty.digest.len()), (Algorithm::Sha1, 20));
        for bad in [
            "",
            "sha1",
            "md5 AAAA",
            "sha1 ",
            "sha1 AAAA",
            "sha256 2jmj7l5rSw0yVb/vlWAYkK/YBwk=",
            "sha1  2jmj7l5rSw0yVb/vlWAYkK/YBwk=",
        ] {
            assert!(parse_checksum(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn dates_are_as_http_writes_them() {
        assert_eq!(date(ShowTime(784_111_777_000_000)).expect("a date"), "Sun, 06 Nov 1994 08:49:37 GMT");
        assert!(date(ShowTime(i64::MAX)).is_none());
    }
}
