//! What a network asks of those who join it, read from what its access points announce.

use serde::Serialize;

/// From the least to the most; of access points with the same name, the one that asks most is believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Security {
    Open,
    Wep,
    /// Encrypted without a passphrase.
    Owe,
    /// WPA or WPA2 with a passphrase; also those that take WPA3 as well.
    WpaPsk,
    /// WPA3 only.
    Wpa3Sae,
    /// Users with names, certificates.
    Enterprise,
}

/// Of NetworkManager's `NM80211ApFlags`.
const PRIVACY: u32 = 0x1;
// Of its `NM80211ApSecurityFlags`.
const PSK: u32 = 0x100;
const IEEE_802_1X: u32 = 0x200;
const SAE: u32 = 0x400;
const OWE: u32 = 0x800;
const OWE_TRANSITION: u32 = 0x1000;
const SUITE_B: u32 = 0x2000;

impl Security {
    pub fn announced(flags: u32, wpa: u32, rsn: u32) -> Self {
        let any = wpa | rsn;
        let has = |flag: u32| any & flag != 0;
        if has(PSK) {
            Security::WpaPsk
        } else if has(SAE) {
            Security::Wpa3Sae
        } else if has(IEEE_802_1X) || has(SUITE_B) {
            Security::Enterprise
        } else if has(OWE) {
            Security::Owe
        } else if flags & PRIVACY != 0 && any & !OWE_TRANSITION == 0 {
            Security::Wep
        } else {
            Security::Open
        }
    }

    pub fn wants_passphrase(self) -> bool {
        matches!(self, Security::WpaPsk | Security::Wpa3Sae)
    }

    /// NetworkManager's word for it. None: nothing need be said. With `wpa-psk` it takes WPA3 by itself where both sides can.
    pub fn key_management(self) -> Option<&'static str> {
        match self {
            Security::Open | Security::Wep | Security::Enterprise => None,
            Security::Owe => Some("owe"),
            Security::WpaPsk => Some("wpa-psk"),
            Security::Wpa3Sae => Some("sae"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_access_points_announce_is_understood() {
        let check = |flags, wpa, rsn, expected| assert_eq!(Security::announced(flags, wpa, rsn), expected);
        check(0, 0, 0, Security::Open);
        check(0, 0, OWE_TRANSITION, Security::Open);
        check(PRIVACY, 0, 0, Security::Wep);
        check(PRIVACY, PSK | 0x88, 0, Security::WpaPsk);
        check(PRIVACY, 0, PSK | SAE | 0x88, Security::WpaPsk);
        check(PRIVACY, 0, SAE | 0x88, Security::Wpa3Sae);
        check(PRIVACY, 0, IEEE_802_1X | 0x88, Security::Enterprise);
        check(PRIVACY, 0, SUITE_B, Security::Enterprise);
        check(PRIVACY, 0, OWE | 0x88, Security::Owe);
        check(u32::MAX, u32::MAX, u32::MAX, Security::WpaPsk);
    }
}
