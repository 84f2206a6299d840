//! The networks that are in reach: one of each name, as its strongest access point has it.

use std::collections::BTreeMap;

use serde::Serialize;

use super::security::Security;
use super::ssid::Ssid;

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Network {
    /// For people.
    pub ssid: String,
    /// For machines: different networks always differ here.
    pub ssid_hex: String,
    /// 0 to 100.
    pub strength: u8,
    pub security: Security,
    pub frequency_mhz: Option<u32>,
    pub access_points: u32,
    /// It was joined before, and its passphrase is kept by NetworkManager.
    pub known: bool,
    pub in_use: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub struct AccessPoint {
    pub path: String,
    pub ssid: Ssid,
    pub strength: u8,
    pub security: Security,
    pub frequency_mhz: Option<u32>,
}

impl AccessPoint {
    /// The safest comes first, so that a stranger who calls an open network by a known name takes nobody in.
    fn rank(&self) -> (Security, u8) {
        (self.security, self.strength)
    }
}

/// The one to join of all that have a name.
pub fn best<'a>(points: &'a [AccessPoint], ssid: &Ssid) -> Option<&'a AccessPoint> {
    points.iter().filter(|point| point.ssid == *ssid).max_by_key(|point| point.rank())
}

/// The one in use first, then from the strongest to the weakest.
pub fn networks(points: &[AccessPoint], known: &[Ssid], in_use: Option<&Ssid>) -> Vec<Network> {
    let mut counts: BTreeMap<&Ssid, u32> = BTreeMap::new();
    points.iter().for_each(|point| *counts.entry(&point.ssid).or_default() += 1);
    let network = |(ssid, count): (&Ssid, u32)| {
        let point = best(points, ssid)?;
        Some(Network {
            ssid: ssid.shown(),
            ssid_hex: ssid.hex(),
            strength: point.strength,
            security: point.security,
            frequency_mhz: point.frequency_mhz,
            access_points: count,
            known: known.contains(ssid),
            in_use: in_use == Some(ssid),
        })
    };
    let mut networks: Vec<_> = counts.into_iter().filter_map(network).collect();
    networks.sort_by_key(|network| (!network.in_use, u8::MAX - network.strength));
    networks
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(name: &str, strength: u8, security: Security) -> AccessPoint {
        let ssid = Ssid::of_text(name).unwrap();
        AccessPoint { path: format!("/{name}/{strength}"), ssid, strength, security, frequency_mhz: Some(2_412) }
    }

    #[test]
    fn the_strongest_of_each_name_is_listed_once() {
        let points = [point("a", 20, Security::WpaPsk), point("b", 50, Security::Open), point("a", 70, Security::WpaPsk)];
        let (a, b) = (Ssid::of_text("a").unwrap(), Ssid::of_text("b").unwrap());
        let listed = networks(&points, std::slice::from_ref(&a), Some(&b));
        let told: Vec<_> =
            listed.iter().map(|it| (it.ssid.as_str(), it.strength, it.access_points, it.known, it.in_use)).collect();
        assert_eq!(told, [("b", 50, 1, false, true), ("a", 70, 2, true, false)]);
    }

    #[test]
    fn an_open_network_of_the_same_name_takes_nobody_in() {
        let points = [point("home", 90, Security::Open), point("home", 40, Security::WpaPsk)];
        let home = Ssid::of_text("home").unwrap();
        assert_eq!(best(&points, &home).unwrap().security, Security::WpaPsk);
        assert_eq!(networks(&points, &[], None)[0].security, Security::WpaPsk);
    }
}
