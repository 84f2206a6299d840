//! Why a network was not joined, from what NetworkManager says of the device (its `NMDeviceStateReason`).

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    #[error("the network did not accept the passphrase: check it and try again")]
    WrongPassword,
    #[error("this network wants a passphrase, and none is known: give it one")]
    PassphraseNeeded,
    #[error("the network is not in reach: check its name, and go nearer")]
    NetworkNotFound,
    #[error("the network gave no address: check its router")]
    DhcpFailed,
    #[error("the network took too long to answer: go nearer, or try again")]
    Timeout,
    #[error("the WiFi device is gone, or was switched off")]
    DeviceLost,
    #[error("something else changed the network meanwhile: try again")]
    Interrupted,
    #[error("NetworkManager went away meanwhile: look whether it runs")]
    NetworkManagerLost,
    #[error("the network could not be joined (NetworkManager's reason {0})")]
    Other(u32),
}

impl Failure {
    /// Without a passphrase in the request a missing one is not a wrong one.
    pub fn of_reason(reason: u32, gave_passphrase: bool) -> Self {
        match reason {
            7 if !gave_passphrase => Failure::PassphraseNeeded,
            // no secrets: nobody is asked for another one; the supplicant was sent away
            7 | 8 => Failure::WrongPassword,
            5 | 6 | 15..=17 => Failure::DhcpFailed,
            // the supplicant failed, or took too long
            10 | 11 => Failure::Timeout,
            53 => Failure::NetworkNotFound,
            3 | 35 | 36 | 37 | 40 => Failure::DeviceLost,
            38 | 39 | 60 => Failure::Interrupted,
            other => Failure::Other(other),
        }
    }

    pub fn code(self) -> &'static str {
        match self {
            Failure::WrongPassword => "wrong_password",
            Failure::PassphraseNeeded => "passphrase_needed",
            Failure::NetworkNotFound => "network_not_found",
            Failure::DhcpFailed => "dhcp_failed",
            Failure::Timeout => "wifi_timeout",
            Failure::DeviceLost => "wifi_device_lost",
            Failure::Interrupted => "wifi_interrupted",
            Failure::NetworkManagerLost => "network_manager_lost",
            Failure::Other(_) => "wifi_failed",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_become_what_a_person_can_do_something_about() {
        let check = |reason, expected| assert_eq!(Failure::of_reason(reason, true), expected, "{reason}");
        check(7, Failure::WrongPassword);
        check(8, Failure::WrongPassword);
        check(17, Failure::DhcpFailed);
        check(5, Failure::DhcpFailed);
        check(11, Failure::Timeout);
        check(53, Failure::NetworkNotFound);
        check(36, Failure::DeviceLost);
        check(39, Failure::Interrupted);
        check(0, Failure::Other(0));
        check(u32::MAX, Failure::Other(u32::MAX));
        assert_eq!(Failure::of_reason(7, false), Failure::PassphraseNeeded);
        assert_eq!(Failure::of_reason(8, false), Failure::WrongPassword, "a passphrase that is kept may be wrong too");
    }
}
