//! Networks that NetworkManager knows already, and how a new one is described to it.

use std::collections::HashMap;

use futures_util::stream::{self, StreamExt};
use zbus::{OwnedObjectPath, OwnedVariant, Variant};

use super::link::Link;
use super::proxies::{Settings, SettingsRef};
use super::request::Wish;
use super::security::Security;
use super::ssid::Ssid;

const CONNECTION: &str = "connection";
const WIRELESS: &str = "802-11-wireless";
const SECURITY: &str = "802-11-wireless-security";
/// Of networks with users of their own, which no passphrase is for.
const USERS: &str = "802-1x";
/// What makes a profile itself, and no other.
const OWN: [(&str, &str); 2] = [(CONNECTION, "uuid"), (CONNECTION, "timestamp")];
/// More have never been seen, and each is asked for.
const MOST: usize = 512;
const AT_ONCE: usize = 16;

pub struct Profile {
    pub path: OwnedObjectPath,
    pub ssid: Ssid,
    /// When it was used last.
    used: u64,
    /// None: any device's.
    interface: Option<String>,
    /// Without its secrets.
    settings: Settings,
}

fn value<'a, T: TryFrom<&'a OwnedVariant>>(settings: &'a Settings, group: &str, name: &str) -> Option<T> {
    T::try_from(settings.get(group)?.get(name)?).ok()
}

fn read(path: OwnedObjectPath, settings: Settings) -> Option<Profile> {
    let is_wireless = value::<&str>(&settings, CONNECTION, "type") == Some(WIRELESS);
    // What this machine itself offers to others is nothing to join.
    let is_joined = value::<&str>(&settings, WIRELESS, "mode").is_none_or(|mode| mode == "infrastructure");
    (is_wireless && is_joined).then_some(())?;
    let used = value(&settings, CONNECTION, "timestamp").unwrap_or(0);
    let interface = value::<&str>(&settings, CONNECTION, "interface-name").map(str::to_owned);
    Some(Profile { path, ssid: ssid_in(&settings)?, used, interface, settings })
}

pub fn ssid_in(settings: &Settings) -> Option<Ssid> {
    let bytes: Vec<u8> = settings.get(WIRELESS)?.get("ssid")?.try_clone().ok()?.try_into().ok()?;
    Ssid::of_bytes(&bytes)
}

impl Profile {
    /// One that is for another device is no use to this one, and none of its business.
    pub fn is_for(&self, interface: &str) -> bool {
        self.interface.as_deref().is_none_or(|name| name.is_empty() || name == interface)
    }
}

impl Link {
    pub async fn known(&self) -> zbus::Result<Vec<Profile>> {
        let paths = self.profiles().await?.list_connections().await?;
        let asked = stream::iter(paths.into_iter().take(MOST));
        // One that may not be seen, or was deleted meanwhile, is not known.
        let profiles = asked.map(|path| async move {
            let settings = self.profile(&path).await.ok()?.get_settings().await.ok()?;
            read(path, settings)
        });
        Ok(profiles.buffered(AT_ONCE).filter_map(std::future::ready).collect().await)
    }
}

fn borrowed(settings: &Settings) -> SettingsRef<'_> {
    let pairs = settings.iter().map(|(name, group)| {
        let group = group.iter().map(|(name, value)| (name.as_str(), &**value));
        (name.as_str(), group.collect())
    });
    pairs.collect()
}

/// The one that was used last.
pub fn latest(profiles: Vec<Profile>) -> Option<Profile> {
    profiles.into_iter().max_by_key(|profile| profile.used)
}

/// The values that a new profile is made of. It borrows the passphrase and copies it nowhere.
pub struct Described<'a> {
    ssid: Variant<'a>,
    is_hidden: bool,
    hidden: Variant<'a>,
    kind: Variant<'a>,
    key_management: Option<Variant<'a>>,
    passphrase: Option<Variant<'a>>,
}

impl<'a> Described<'a> {
    pub fn of(wish: &'a Wish, security: Security) -> Self {
        Self {
            ssid: Variant::from(wish.ssid.bytes()),
            is_hidden: wish.hidden,
            hidden: Variant::from(true),
            kind: Variant::from(WIRELESS),
            key_management: security.key_management().map(Variant::from),
            passphrase: wish.passphrase.as_ref().map(|passphrase| Variant::from(passphrase.reveal())),
        }
    }

    /// As the one whose place it takes, which may have been given an address; NetworkManager fills in the rest.
    pub fn as_new(&'a self, before: Option<&'a Profile>) -> SettingsRef<'a> {
        let mut settings = before.map(|profile| borrowed(&profile.settings)).unwrap_or_default();
        for (group, name) in OWN {
            settings.get_mut(group).and_then(|group| group.remove(name));
        }
        settings.remove(USERS);
        settings.entry(CONNECTION).or_default().insert("type", &self.kind);
        let wireless = settings.entry(WIRELESS).or_default();
        wireless.insert("ssid", &self.ssid);
        if self.is_hidden {
            wireless.insert("hidden", &self.hidden);
        }
        settings.remove(SECURITY);
        settings.extend(self.security());
        settings
    }

    fn security(&'a self) -> Option<(&'static str, HashMap<&'a str, &'a Variant<'a>>)> {
        let mut security = HashMap::from([("key-mgmt", self.key_management.as_ref()?)]);
        security.extend(self.passphrase.as_ref().map(|passphrase| ("psk", passphrase)));
        Some((SECURITY, security))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::devices::wifi::request::JoinRequest;

    fn wish(json: &str) -> Wish {
        serde_json::from_str::<JoinRequest>(json).unwrap().check().unwrap()
    }

    fn settings(ssid: &[u8], used: u64) -> Settings {
        let own = |value: Variant<'_>| value.try_to_owned().unwrap();
        let group = |pairs: Vec<(&str, OwnedVariant)>| -> HashMap<String, OwnedVariant> {
            pairs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
        };
        let connection = group(vec![("type", own(WIRELESS.into())), ("timestamp", own(used.into()))]);
        let wireless = group(vec![("ssid", own(ssid.into())), ("mode", own("infrastructure".into()))]);
        Settings::from([(CONNECTION.to_owned(), connection), (WIRELESS.to_owned(), wireless)])
    }

    fn path(text: &str) -> OwnedObjectPath {
        OwnedObjectPath::try_from(text.to_owned()).unwrap()
    }

    #[test]
    fn the_profile_that_was_used_last_is_taken() {
        let profiles = [("/1", 5), ("/2", 9), ("/3", 7)].map(|(at, used)| read(path(at), settings(b"home", used)).unwrap());
        let latest = latest(profiles.into()).unwrap();
        assert_eq!(latest.path.as_str(), "/2");
    }

    #[test]
    fn only_networks_that_can_be_joined_are_known() {
        let with = |name: &str, value: &str| {
            let mut settings = settings(b"home", 1);
            let group = if name == "type" { CONNECTION } else { WIRELESS };
            settings.get_mut(group).unwrap().insert(name.to_owned(), Variant::from(value).try_to_owned().unwrap());
            read(path("/1"), settings).is_some()
        };
        assert!(with("mode", "infrastructure") && !with("mode", "ap") && !with("type", "802-3-ethernet"));
        assert!(read(path("/1"), Settings::new()).is_none());
    }

    #[test]
    fn a_new_network_has_the_keys_that_its_security_wants() {
        let wish = wish(r#"{"ssid":"home","passphrase":"hunter2hunter2"}"#);
        let described = Described::of(&wish, Security::Wpa3Sae);
        let new = described.as_new(None);
        assert_eq!(<&str>::try_from(new[SECURITY]["key-mgmt"]), Ok("sae"));
        assert_eq!(<&str>::try_from(new[SECURITY]["psk"]), Ok("hunter2hunter2"));
        let open = self::wish(r#"{"ssid":"cafe","hidden":true}"#);
        let described = Described::of(&open, Security::Open);
        let new = described.as_new(None);
        assert!(!new.contains_key(SECURITY));
        assert_eq!(bool::try_from(new[WIRELESS]["hidden"]), Ok(true));
    }

    #[test]
    fn a_profile_that_takes_the_place_of_another_has_what_that_one_said() {
        let mut settings = settings(b"home", 5);
        let own = |text: &'static str| Variant::from(text).try_to_owned().unwrap();
        settings.insert("ipv4".to_owned(), HashMap::from([("method".to_owned(), own("manual"))]));
        settings.insert(USERS.to_owned(), HashMap::from([("identity".to_owned(), own("someone"))]));
        settings.get_mut(CONNECTION).unwrap().insert("uuid".to_owned(), own("of another"));
        let profile = read(path("/1"), settings).unwrap();
        let wish = wish(r#"{"ssid":"home","passphrase":"hunter2hunter2"}"#);
        let described = Described::of(&wish, Security::WpaPsk);
        let new = described.as_new(Some(&profile));
        assert_eq!(<&str>::try_from(new["ipv4"]["method"]), Ok("manual"));
        assert_eq!(<&str>::try_from(new[SECURITY]["psk"]), Ok("hunter2hunter2"));
        assert!(!new[CONNECTION].contains_key("uuid") && !new[CONNECTION].contains_key("timestamp"));
        assert!(!new.contains_key(USERS));
    }

    #[test]
    fn a_profile_for_another_device_is_left_alone() {
        let is_for = |name: &str| {
            let mut settings = settings(b"home", 5);
            let name = Variant::from(name).try_to_owned().unwrap();
            settings.get_mut(CONNECTION).unwrap().insert("interface-name".to_owned(), name);
            read(path("/1"), settings).unwrap().is_for("wlan0")
        };
        assert!(is_for("wlan0") && is_for("") && !is_for("wlan1"));
        assert!(read(path("/1"), settings(b"home", 5)).unwrap().is_for("wlan0"));
    }
}
