//! What must be done to join a network, found out before anything is changed.

use std::time::Duration;

use zbus::OwnedObjectPath;

use super::error::WifiError;
use super::failure::Failure;
use super::link::{Link, refused};
use super::network::{AccessPoint, best};
use super::profile::{Profile, latest};
use super::request::Wish;
use super::security::Security;

pub struct Plan {
    /// "/": whichever NetworkManager finds.
    pub access_point: String,
    pub security: Security,
    /// The one that was used last.
    pub profile: Option<Profile>,
    /// Those that a new one takes the place of.
    pub replaced: Vec<OwnedObjectPath>,
}

pub async fn plan(link: &Link, wish: &Wish, scanning: Duration) -> Result<Plan, WifiError> {
    let point = find(link, wish, scanning).await?;
    let mut known = link.known().await.map_err(|error| refused(&error))?;
    known.retain(|profile| profile.ssid == wish.ssid && profile.is_for(&link.interface));
    let replaced = known.iter().map(|profile| profile.path.clone()).collect();
    let profile = latest(known);
    let hidden = if wish.passphrase.is_some() { Security::WpaPsk } else { Security::Open };
    let security = point.as_ref().map_or(hidden, |point| point.security);
    allowed(security, wish.passphrase.is_some(), profile.is_some())?;
    let access_point = point.map_or_else(|| "/".to_owned(), |point| point.path);
    Ok(Plan { access_point, security, profile, replaced })
}

/// None: it is hidden.
async fn find(link: &Link, wish: &Wish, scanning: Duration) -> Result<Option<AccessPoint>, WifiError> {
    for is_second in [false, true] {
        let points = link.access_points().await.map_err(|error| refused(&error))?;
        let point = best(&points, &wish.ssid).cloned();
        if point.is_some() || wish.hidden {
            return Ok(point);
        }
        if !is_second {
            link.scan(scanning).await.map_err(|error| refused(&error))?;
        }
    }
    Err(Failure::NetworkNotFound.into())
}

/// A passphrase is given only to a network that asks for one, and nobody waits for a network that can not be joined.
fn allowed(security: Security, has_passphrase: bool, is_known: bool) -> Result<(), WifiError> {
    match (security, has_passphrase) {
        (Security::Open | Security::Owe, true) => Err(WifiError::SecurityMismatch),
        (Security::Wep | Security::Enterprise, true) => Err(WifiError::UnsupportedSecurity),
        (Security::Wep | Security::Enterprise, false) if !is_known => Err(WifiError::UnsupportedSecurity),
        (Security::WpaPsk | Security::Wpa3Sae, false) if !is_known => Err(Failure::PassphraseNeeded.into()),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_not_work_is_refused_before_anything_changes() {
        let code = |security, passphrase, known| allowed(security, passphrase, known).map_err(|error| error.code());
        assert_eq!(code(Security::Open, true, true), Err("security_mismatch"));
        assert_eq!(code(Security::Wep, true, false), Err("unsupported_security"));
        assert_eq!(code(Security::Enterprise, false, false), Err("unsupported_security"));
        assert_eq!(code(Security::Enterprise, false, true), Ok(()));
        assert_eq!(code(Security::WpaPsk, false, false), Err("passphrase_needed"));
        assert_eq!(code(Security::WpaPsk, false, true), Ok(()));
        assert_eq!(code(Security::Open, false, false), Ok(()));
        assert_eq!(code(Security::Wpa3Sae, true, false), Ok(()));
    }
}
