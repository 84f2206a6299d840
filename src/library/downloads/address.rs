//! The address of something to download, as a stranger gave it. What passes here is handed to another program, so it is a plain
//! web address and nothing else.

use std::fmt;

use url::{Host, Url};

/// Browsers and servers take no more, either.
pub const LONGEST: usize = 2_048;

/// yt-dlp hides settings for itself in the part behind the `#` of addresses; nobody else may.
const SETTINGS_OF_THE_DOWNLOADER: &str = "__youtubedl_smuggle";

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address(Url);

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    #[error("the address is empty: give one that begins with https://")]
    Empty,
    #[error("the address is longer than {LONGEST} characters")]
    TooLong,
    #[error("the address has a line break or another control character in it")]
    Control,
    #[error("this is no web address: give one that begins with https:// or http://")]
    Unreadable,
    #[error("only addresses that begin with https:// or http:// can be downloaded from")]
    Scheme,
    /// Neither is repeated: the address is kept, shown and logged, and a password must not be.
    #[error("the address has a user name or a password in it: leave it out")]
    Login,
    #[error("the address names no server")]
    NoHost,
    #[error("the part of the address behind the # is not for others to set: leave it out")]
    Smuggled,
}

impl AddressError {
    /// Stable: clients depend on it.
    pub fn code(&self) -> &'static str {
        match self {
            AddressError::TooLong => "url_too_long",
            AddressError::Scheme => "url_scheme_forbidden",
            AddressError::Login => "url_has_login",
            AddressError::Empty
            | AddressError::Control
            | AddressError::Unreadable
            | AddressError::NoHost
            | AddressError::Smuggled => "invalid_url",
        }
    }
}

impl Address {
    pub fn parse(text: &str) -> Result<Address, AddressError> {
        let text = text.trim_matches(' ');
        match text {
            "" => return Err(AddressError::Empty),
            _ if text.len() > LONGEST => return Err(AddressError::TooLong),
            // The parser of addresses would quietly leave out line breaks, and the address would be another one.
            _ if text.contains(char::is_control) => return Err(AddressError::Control),
            _ => {}
        }
        let url = Url::parse(text).map_err(|_| AddressError::Unreadable)?;
        check(&url)?;
        Ok(Address(url))
    }

    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// Never empty.
    pub fn host(&self) -> Host<&str> {
        self.0.host().unwrap_or(Host::Domain(""))
    }

    pub fn port(&self) -> u16 {
        self.0.port_or_known_default().unwrap_or(0)
    }
}

fn check(url: &Url) -> Result<(), AddressError> {
    if !matches!(url.scheme(), "http" | "https") {
        return Err(AddressError::Scheme);
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(AddressError::Login);
    }
    if url.host_str().is_none_or(str::is_empty) {
        return Err(AddressError::NoHost);
    }
    if url.fragment().is_some_and(|fragment| fragment.contains(SETTINGS_OF_THE_DOWNLOADER)) {
        return Err(AddressError::Smuggled);
    }
    // What is no ASCII has become longer.
    if url.as_str().len() > LONGEST { Err(AddressError::TooLong) } else { Ok(()) }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(Address::parse(text).expect("an address").as_str(), expected);
    }

    #[track_caller]
    fn check_refused(text: &str, code: &str) {
        let error = Address::parse(text).expect_err("refused");
        assert_eq!(error.code(), code, "{error}");
    }

    #[test]
    fn web_addresses_pass() {
        check("https://www.youtube.com/watch?v=abc&t=1", "https://www.youtube.com/watch?v=abc&t=1");
        check("  http://example.com:8080/a b ", "http://example.com:8080/a%20b");
        check("HTTPS://Müller.example/ü#teil", "https://xn--mller-kva.example/%C3%BC#teil");
        check("http://[2001:db8::1]/", "http://[2001:db8::1]/");
        // However it is written, it is the address that is looked at.
        check("http://0x7f.1/", "http://127.0.0.1/");
    }

    #[test]
    fn options_and_other_schemes_do_not() {
        for option in ["--version", "-o /etc/x", "--exec=reboot", "-", "--", "-https://example.com/", "//x/y"] {
            check_refused(option, "invalid_url");
        }
        for scheme in [
            "file:///etc/passwd",
            "ftp://example.com/a",
            "javascript:alert(1)",
            "data:text/html,x",
            "rtmp://h/a",
            "ytsearch5:cats",
        ] {
            check_refused(scheme, "url_scheme_forbidden");
        }
    }

    #[test]
    fn what_would_hide_something_is_refused() {
        check_refused("https://example.com/a\n--exec=reboot", "invalid_url");
        check_refused("https://exa\tmple.com/", "invalid_url");
        check_refused("https://example.com/\0", "invalid_url");
        check_refused("https://user:secret@example.com/", "url_has_login");
        check_refused("https://user@example.com/", "url_has_login");
        check_refused("https://example.com/#__youtubedl_smuggle=%7B%7D", "invalid_url");
        check_refused("", "invalid_url");
        check_refused("https://", "invalid_url");
        check_refused(&format!("https://example.com/{}", "a".repeat(LONGEST)), "url_too_long");
        check_refused(&format!("https://example.com/{}", "ä".repeat(LONGEST / 3)), "url_too_long");
    }
}
