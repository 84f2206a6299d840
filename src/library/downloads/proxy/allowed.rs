//! What may be fetched from although it is not public, by name: a store of music in the house, a server of a test.

use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;

use super::addresses::{v4_is_in, v6_is_in};
use crate::base::quote::quoted;

const MOST: usize = 64;
const LONGEST_HOST: usize = 253;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Allowed(Vec<Entry>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Entry {
    /// As it stands in an address, whatever it leads to.
    Name(String, u16),
    Address(SocketAddr),
    Network(IpAddr, u32),
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AllowedError {
    #[error("more than {MOST} private addresses are allowed")]
    TooMany,
    #[error("{0:?} is neither a server with a port (nas.local:8080, [fd00::1]:80) nor a network (192.168.1.0/24)")]
    Unreadable(String),
}

impl AllowedError {
    /// Stable: clients depend on it.
    pub fn code(&self) -> &'static str {
        "invalid_allowed_addresses"
    }
}

impl Allowed {
    pub fn parse<T: AsRef<str>>(entries: &[T]) -> Result<Allowed, AllowedError> {
        if entries.len() > MOST {
            return Err(AllowedError::TooMany);
        }
        let read = |text: &T| text.as_ref().parse().map_err(|()| AllowedError::Unreadable(quoted(text.as_ref())));
        Ok(Allowed(entries.iter().map(read).collect::<Result<_, _>>()?))
    }

    /// Whether a server that was asked for as `host` may be connected to at `address`.
    pub fn has(&self, host: &str, address: SocketAddr) -> bool {
        self.0.iter().any(|entry| match entry {
            Entry::Name(name, port) => *port == address.port() && name.eq_ignore_ascii_case(host),
            Entry::Address(allowed) => (allowed.ip(), allowed.port()) == (address.ip(), address.port()),
            Entry::Network(network, bits) => is_in(address.ip(), *network, *bits),
        })
    }
}

fn is_in(address: IpAddr, network: IpAddr, bits: u32) -> bool {
    match (address, network) {
        (IpAddr::V4(address), IpAddr::V4(network)) => v4_is_in(address, network, bits),
        (IpAddr::V6(address), IpAddr::V6(network)) => v6_is_in(address, network, bits),
        _ => false,
    }
}

impl FromStr for Entry {
    type Err = ();

    fn from_str(text: &str) -> Result<Entry, ()> {
        if let Some((network, bits)) = text.split_once('/') {
            let network: IpAddr = network.parse().map_err(drop)?;
            let most = if network.is_ipv4() { 32 } else { 128 };
            let bits = bits.parse().ok().filter(|bits| *bits <= most).ok_or(())?;
            return Ok(Entry::Network(network, bits));
        }
        if let Ok(address) = text.parse::<SocketAddr>() {
            return if address.port() == 0 { Err(()) } else { Ok(Entry::Address(address)) };
        }
        let (host, port) = text.rsplit_once(':').ok_or(())?;
        let is_usual = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
        let is_name = !host.is_empty() && host.len() <= LONGEST_HOST && host.bytes().all(is_usual);
        let port = port.parse().ok().filter(|port| *port > 0).ok_or(())?;
        if is_name { Ok(Entry::Name(host.to_owned(), port)) } else { Err(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(entry: &str, host: &str, address: &str, expected: bool) {
        let allowed = Allowed::parse(&[entry]).expect("an entry");
        assert_eq!(allowed.has(host, address.parse().expect("an address")), expected);
    }

    #[test]
    fn only_what_is_named_is_allowed() {
        check("nas.local:8080", "NAS.local", "192.168.1.9:8080", true);
        check("nas.local:8080", "nas.local", "192.168.1.9:80", false);
        check("nas.local:8080", "other.local", "192.168.1.9:8080", false);
        check("127.0.0.1:8080", "localhost", "127.0.0.1:8080", true);
        check("127.0.0.1:8080", "127.0.0.1", "127.0.0.1:8081", false);
        check("[fd00::1]:80", "x", "[fd00::1]:80", true);
        check("192.168.1.0/24", "x", "192.168.1.77:5000", true);
        check("192.168.1.0/24", "x", "192.168.2.1:5000", false);
        check("192.168.1.0/24", "x", "[::ffff:192.168.1.77]:5000", false);
        check("fd00::/8", "x", "[fd12::1]:80", true);
    }

    #[test]
    fn what_is_unclear_is_refused() {
        for entry in [
            "",
            "nas",
            "nas:",
            ":80",
            "nas:0",
            "127.0.0.1:0",
            "10.0.0.0/33",
            "10.0.0.0/-1",
            "nas/8",
            "::/129",
            "a b:80",
            "http://nas:80",
        ] {
            assert_eq!(Allowed::parse(&[entry]), Err(AllowedError::Unreadable(entry.to_owned())), "{entry}");
        }
        assert_eq!(Allowed::parse(&["a:1"; MOST + 1]), Err(AllowedError::TooMany));
    }
}
