//! Somebody in the network: an address, or all those of a network.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// `10.0.0.7`, `192.168.1.0/24`, `fd00::/8`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String")]
pub struct Source {
    /// Without the bits that its addresses may differ in.
    network: IpAddr,
    prefix: u8,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is neither an address, such as 10.0.0.7, nor a network, such as 192.168.1.0/24")]
pub struct InvalidSource(pub String);

/// Leading bits of an IPv6 address that say that an IPv4 address follows.
const MAPPED: u8 = 96;

impl Source {
    /// IPv4 addresses come as such or inside of IPv6, depending on the socket: they are the same.
    pub fn contains(&self, address: IpAddr) -> bool {
        masked(address.to_canonical(), self.prefix) == self.network
    }

    fn new(address: IpAddr, prefix: u8) -> Option<Self> {
        let canonical = address.to_canonical();
        let prefix = if canonical.is_ipv4() && address.is_ipv6() { prefix.checked_sub(MAPPED)? } else { prefix };
        (prefix <= bits(canonical)).then(|| Self { network: masked(canonical, prefix), prefix })
    }
}

fn bits(address: IpAddr) -> u8 {
    if address.is_ipv4() { 32 } else { 128 }
}

fn masked(address: IpAddr, prefix: u8) -> IpAddr {
    let free = u32::from(bits(address).saturating_sub(prefix));
    match address {
        IpAddr::V4(address) => Ipv4Addr::from_bits(address.to_bits() & u32::MAX.checked_shl(free).unwrap_or(0)).into(),
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & u128::MAX.checked_shl(free).unwrap_or(0)).into(),
    }
}

impl FromStr for Source {
    type Err = InvalidSource;

    fn from_str(text: &str) -> Result<Self, InvalidSource> {
        let read = || {
            let Some((address, prefix)) = text.split_once('/') else {
                let address: IpAddr = text.parse().ok()?;
                return Self::new(address, bits(address));
            };
            // a number may be written with a sign, a prefix may not
            let digits = prefix.bytes().all(|byte| byte.is_ascii_digit());
            Self::new(address.parse().ok()?, prefix.parse().ok().filter(|_| digits)?)
        };
        read().ok_or_else(|| InvalidSource(text.chars().take(64).collect()))
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.network)?;
        if self.prefix == bits(self.network) { Ok(()) } else { write!(f, "/{}", self.prefix) }
    }
}

impl TryFrom<String> for Source {
    type Error = InvalidSource;

    fn try_from(text: String) -> Result<Self, InvalidSource> {
        text.parse()
    }
}

impl From<Source> for String {
    fn from(source: Source) -> String {
        source.to_string()
    }
}
