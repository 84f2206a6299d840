//! What a controller tells of itself, as far as it is to be believed.

use std::net::IpAddr;

use mdns_sd::ResolvedService;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::SERVICE;

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Found {
    pub name: String,
    /// `wled-stage.local`
    pub host: String,
    pub address: IpAddr,
    pub port: u16,
    /// Twelve hexadecimal digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mac: Option<String>,
}

/// Each controller once.
#[derive(Debug, Default)]
pub struct FoundList(Vec<Found>);

/// Anybody in the network may invent controllers.
const MOST: usize = 256;
const LONGEST_TEXT: usize = 255;

impl Found {
    /// None for one without an address.
    pub fn read(service: &ResolvedService) -> Option<Self> {
        let name = service.fullname.strip_suffix(SERVICE).unwrap_or(&service.fullname);
        let addresses = service.addresses.iter().map(mdns_sd::ScopedIp::to_ip_addr);
        Some(Self {
            name: plain(&unescaped(name.strip_suffix('.').unwrap_or(name))),
            host: plain(service.host.strip_suffix('.').unwrap_or(&service.host)),
            address: addresses.min_by_key(|address| (rank(*address), *address))?,
            port: service.port,
            mac: service.get_property_val_str("mac").and_then(mac),
        })
    }

    fn is(&self, other: &Found) -> bool {
        match (&self.mac, &other.mac) {
            (Some(one), Some(other)) => one == other,
            _ => (&self.host, self.port) == (&other.host, other.port),
        }
    }
}

impl FoundList {
    /// One that is known already is as it was told last: addresses come one after the other.
    pub fn add(&mut self, found: Option<Found>) {
        let Some(found) = found else { return };
        if let Some(known) = self.0.iter_mut().find(|known| known.is(&found)) {
            *known = found;
        } else if self.0.len() < MOST {
            self.0.push(found);
        }
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn sorted(mut self) -> Vec<Found> {
        self.0.sort();
        self.0
    }
}

/// Controllers listen to IPv4; an address of a single link is of no use without its interface.
fn rank(address: IpAddr) -> u8 {
    match address {
        IpAddr::V4(address) if address.is_link_local() || address.is_loopback() => 1,
        IpAddr::V4(_) => 0,
        IpAddr::V6(address) if address.is_unicast_link_local() => 3,
        IpAddr::V6(_) => 2,
    }
}

fn mac(text: &str) -> Option<String> {
    let digits: String = text.chars().filter(|letter| !matches!(letter, ':' | '-')).collect();
    let is_mac = digits.len() == 12 && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    is_mac.then(|| digits.to_ascii_lowercase())
}

/// It is shown to people and written into logs.
fn plain(text: &str) -> String {
    text.chars().filter(|letter| !letter.is_control()).take(LONGEST_TEXT).collect()
}

/// A dot in a name is written with a backslash before it, and anything else may be.
fn unescaped(name: &str) -> String {
    let mut escaped = false;
    let keep = |letter: &char| {
        escaped = *letter == '\\' && !escaped;
        !escaped
    };
    name.chars().filter(keep).collect()
}
