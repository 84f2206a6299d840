//! Fuzz target: what a tus client sends in its headers.

use axum::http::{HeaderMap, HeaderValue};

use super::headers::{
    CHECKSUM, DEFER_LENGTH, LENGTH, METADATA, OFFSET, RESUMABLE, announced, check_version, checksum, number,
};
use super::metadata::Metadata;

/// One header in a line, its first byte saying which.
pub fn tus_headers(bytes: &[u8]) {
    let names = [LENGTH, DEFER_LENGTH, OFFSET, METADATA, CHECKSUM, RESUMABLE];
    let mut headers = HeaderMap::new();
    for line in bytes.split(|byte| *byte == b'\n').take(32) {
        let Some((which, value)) = line.split_first() else { continue };
        let name = names[usize::from(*which) % names.len()].clone();
        headers.extend(HeaderValue::from_bytes(value).ok().map(|value| (name, value)));
    }
    check(&headers);
}

fn check(headers: &HeaderMap) {
    for name in [LENGTH, OFFSET] {
        if let Ok(Some(number)) = number(headers, name.clone()) {
            assert!(i64::try_from(number).is_ok() && headers.get_all(name).iter().count() == 1);
        }
    }
    assert!(announced(headers).is_err() || headers.contains_key(LENGTH) != headers.contains_key(DEFER_LENGTH));
    assert!(check_version(headers).is_err() || headers.contains_key(RESUMABLE));
    if let Ok(Some(checksum)) = checksum(headers) {
        assert_eq!(checksum.digest.len(), checksum.algorithm.bytes());
    }
    for value in headers.get_all(METADATA).iter().filter_map(|value| value.to_str().ok()) {
        if let Err(trouble) = Metadata::parse(value) {
            assert!(trouble.status().is_client_error() && trouble.to_string().len() < 200);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_stands_in_the_headers_they_are_read_or_refused() {
        let good = b"\x00123\n\x011\n\x02456\n\x03filename c29uZy5tcDM=,is_private,sha256 YQ==\n\x04sha1 2jmj7l5rSw0yVb/vlWAYkK/YBwk=\n\x051.0.0";
        let mut random = fastrand::Rng::with_seed(31);
        for _ in 0..6_000 {
            let mut bytes = good.to_vec();
            for _ in 0..random.usize(0..5) {
                let at = random.usize(0..bytes.len());
                match random.u8(0..4) {
                    0 => bytes[at] ^= 1 << random.u8(0..8),
                    1 => bytes.truncate(at.max(1)),
                    2 => bytes.insert(at, random.u8(..)),
                    _ => drop(bytes.drain(at..(at + 3).min(bytes.len() - 1).max(at))),
                }
            }
            tus_headers(&bytes);
        }
    }
}
