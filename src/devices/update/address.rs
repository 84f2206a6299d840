//! Where updates come from: over https from anywhere, over http only from this machine itself.

use std::fmt;
use std::net::IpAddr;

/// Longer ones are nobody's.
const LONGEST: usize = 2_048;

#[derive(Clone, PartialEq, Eq)]
pub struct Address {
    text: String,
    is_local: bool,
}

impl Address {
    /// None: it is neither.
    pub fn parse(text: &str) -> Option<Self> {
        let is_plain = text.len() <= LONGEST && text.bytes().all(|byte| byte.is_ascii_graphic());
        let uri: ureq::http::Uri = if is_plain { text.parse().ok()? } else { return None };
        let host = uri.host()?;
        // A name and a password would end up in messages.
        let is_bare = !uri.authority()?.as_str().contains('@');
        let host = host.trim_start_matches('[').trim_end_matches(']');
        let is_loopback = host == "localhost" || host.parse::<IpAddr>().is_ok_and(|host| host.is_loopback());
        match (uri.scheme_str()?, is_bare) {
            ("https", true) => Some(Self { text: text.to_owned(), is_local: false }),
            ("http", true) if is_loopback => Some(Self { text: text.to_owned(), is_local: true }),
            _ => None,
        }
    }

    /// Of what lies beside it.
    pub fn with_suffix(&self, suffix: &str) -> Self {
        Self { text: format!("{}{suffix}", self.text), is_local: self.is_local }
    }

    pub fn as_str(&self) -> &str {
        &self.text
    }

    pub fn is_local(&self) -> bool {
        self.is_local
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_https_or_this_machine() {
        for good in ["https://example.org/a", "http://127.0.0.1:8/a", "http://localhost/a", "http://[::1]:8/a"] {
            assert!(Address::parse(good).is_some(), "{good}");
        }
        for bad in [
            "",
            "http://example.org/",
            "file:///etc/passwd",
            "https:///a",
            "/a",
            "http://127.0.0.1@example.org/",
            "https://me:secret@example.org/",
            "http://localhost.example.org/",
            "https://a b/",
            "ftp://127.0.0.1/",
        ] {
            assert!(Address::parse(bad).is_none(), "{bad}");
        }
    }
}
