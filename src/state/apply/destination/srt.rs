//! What an SRT address must be, beyond what its type says.

use super::{MAX_ADDRESS, check_authority};
use crate::show::destination::Target;
use crate::state::apply::check_range;
use crate::state::rejection::Rejection;

const MAX_STREAM_ID: usize = 512;

/// `srt://host:port` and nothing more: what goes with it has fields of its own, so that no secret is in an address.
pub(super) fn checked(target: Target) -> Result<Target, Rejection> {
    let Target::Srt { url, passphrase, latency_ms, streamid, .. } = &target else { return Ok(target) };
    let bad = |why| Err(Rejection::BadDestination(why));
    if url.len() > MAX_ADDRESS {
        return bad("it is longer than 1024 characters");
    }
    let Some(authority) = url.strip_prefix("srt://") else { return bad("it must begin with srt://") };
    if authority.chars().any(|c| c.is_whitespace() || c.is_control() || "\"\\/?#".contains(c)) {
        return bad("it must be srt://host:port; the rest has fields of its own");
    }
    check_authority(authority)?;
    if authority.ends_with(']') || !authority.contains(':') {
        return bad("the port is missing: srt://host:port");
    }
    // Left out where others could read it, and where nothing is to be encrypted.
    let length = passphrase.reveal().len();
    if length > 0 && !(10..=79).contains(&length) {
        return bad("a passphrase has 10 to 79 characters");
    }
    if streamid.len() > MAX_STREAM_ID || streamid.chars().any(char::is_control) {
        return bad("a stream id has at most 512 characters and no control characters");
    }
    check_range("latency_ms", f64::from(*latency_ms), 20.0..=8_000.0, "20 to 8000 milliseconds")?;
    Ok(target)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::show::destination::{Secret, SrtMode};

    fn check(url: &str, passphrase: &str) -> bool {
        let (url, passphrase) = (url.to_owned(), Secret::new(passphrase));
        let streamid = String::new();
        checked(Target::Srt { url, mode: SrtMode::Caller, passphrase, latency_ms: 125, streamid }).is_ok()
    }

    #[test]
    fn an_address_is_a_host_and_a_port() {
        for good in ["srt://h:9000", "srt://0.0.0.0:9000", "srt://[::1]:9000"] {
            assert!(check(good, "") && check(good, "0123456789"), "{good}");
        }
        for bad in ["", "h:1", "srt://h", "srt://[::1]", "srt://:9000", "srt://h:0", "srt://h:1?passphrase=x", "srt://h:1/a"]
        {
            assert!(!check(bad, ""), "{bad}");
        }
        assert!(!check("srt://h:1", "short") && !check("srt://h:1", &"x".repeat(80)));
    }
}
