//! The networks that the pretended NetworkManager knows: in memory, or on a disk that outlasts it.

use std::collections::HashMap;

use zbus::{Message, ObjectPath, OwnedObjectPath, OwnedVariant, Variant};

use super::{Answer, Core, Refusal, Settings, World, path, unknown};

const PROFILE: &str = "org.freedesktop.NetworkManager.Settings.Connection";

/// A profile, and the passphrase that is never told.
#[derive(Clone)]
pub struct Kept {
    pub settings: Settings,
    pub psk: Option<String>,
    /// On the disk, too.
    pub is_saved: bool,
}

fn own(value: Variant<'_>) -> OwnedVariant {
    value.try_into_owned().unwrap()
}

impl Kept {
    fn uuid(&self) -> Option<&OwnedVariant> {
        self.settings["connection"].get("uuid")
    }

    fn used(&self) -> u64 {
        let told = self.settings["connection"].get("timestamp");
        told.map_or(0, |told| u64::try_from(told.try_clone().unwrap()).unwrap())
    }
}

impl World {
    /// A network that was joined before.
    pub fn know(&mut self, ssid: &[u8], psk: Option<&str>) -> String {
        let connection = HashMap::from([("type".to_owned(), own("802-11-wireless".into()))]);
        let wireless = HashMap::from([("ssid".to_owned(), own(ssid.into()))]);
        let settings = Settings::from([("connection".to_owned(), connection), ("802-11-wireless".to_owned(), wireless)]);
        self.keep(Kept { settings, psk: psk.map(str::to_owned), is_saved: true })
    }

    pub fn keep(&mut self, mut kept: Kept) -> String {
        let path = self.fresh("Settings");
        let connection = kept.settings.get_mut("connection").unwrap();
        connection.entry("uuid".to_owned()).or_insert_with(|| own(path.as_str().into()));
        self.profiles.insert(path.clone(), kept);
        path
    }

    /// Says something more of a profile.
    pub fn set_in(&mut self, profile: &str, group: &str, name: &str, value: Variant<'_>) {
        let settings = &mut self.profiles.get_mut(profile).unwrap().settings;
        settings.entry(group.to_owned()).or_default().insert(name.to_owned(), own(value));
    }

    /// As if it had been joined long ago.
    pub fn use_now(&mut self, profile: &str) {
        let active = self.fresh("ActiveConnection");
        let ssid = self.ssid_of(profile);
        let point = self.objects.point_of(&ssid);
        self.objects.active(&active, profile, &point, 2);
        self.objects.device_state(100, 0, Some(&active), Some(&point));
        self.is_used(profile);
    }

    pub fn is_used(&mut self, profile: &str) {
        let latest = self.profiles.values().map(Kept::used).max().unwrap_or(0);
        self.set_in(profile, "connection", "timestamp", Variant::from(latest + 1));
        self.in_use = Some(profile.to_owned());
    }

    pub fn used_last(&self) -> Option<String> {
        let (path, _) = self.profiles.iter().max_by_key(|(_, kept)| kept.used())?;
        Some(path.clone())
    }

    pub fn saved(&self) -> HashMap<String, Kept> {
        self.profiles.iter().filter(|(_, kept)| kept.is_saved).map(|(path, kept)| (path.clone(), kept.clone())).collect()
    }

    pub fn ssid_of(&self, profile: &str) -> Vec<u8> {
        let ssid = self.profiles[profile].settings["802-11-wireless"]["ssid"].try_clone().unwrap();
        ssid.try_into().unwrap()
    }

    /// The passphrases of a network, in every profile of that name.
    pub fn passphrases(&self, ssid: &[u8]) -> Vec<&str> {
        let named = self.profiles.iter().filter(|(path, _)| self.ssid_of(path) == ssid);
        named.filter_map(|(_, kept)| kept.psk.as_deref()).collect()
    }

    pub fn told_of_profile(&self, at: &str, interface: &str) -> Option<HashMap<String, OwnedVariant>> {
        let kept = self.profiles.get(at).filter(|_| interface == PROFILE)?;
        Some(HashMap::from([("Unsaved".to_owned(), own(Variant::from(!kept.is_saved)))]))
    }
}

fn signature(_: zbus::Error) -> Refusal {
    unknown("signature")
}

impl Core {
    pub fn settings(&self, at: &str) -> Result<Answer, Refusal> {
        let world = self.world();
        let kept = world.profiles.get(at).ok_or_else(|| unknown(at))?;
        Ok(Answer::Settings(kept.settings.clone()))
    }

    /// Who deletes the network in use leaves it.
    pub fn delete(&self, at: &str) -> Result<Answer, Refusal> {
        self.world().profiles.remove(at).ok_or_else(|| unknown(at))?;
        if self.world().in_use.as_deref() == Some(at) {
            let core = self.clone();
            tokio::spawn(async move { core.go_idle(38).await });
        }
        Ok(Answer::Nothing)
    }

    pub fn save(&self, at: &str) -> Result<Answer, Refusal> {
        self.world().profiles.get_mut(at).ok_or_else(|| unknown(at))?.is_saved = true;
        Ok(Answer::Nothing)
    }

    /// Takes the passphrase out, as it is never told again.
    fn taken(&self, mut settings: Settings, member: &str, is_saved: bool) -> Kept {
        let security = settings.get_mut("802-11-wireless-security");
        let psk = security.and_then(|security| security.remove("psk")).map(|psk| String::try_from(psk).unwrap());
        self.world().secrets.extend(psk.iter().map(|psk| (member.to_owned(), psk.clone())));
        Kept { settings, psk, is_saved }
    }

    pub fn add(&self, message: &Message) -> Result<Answer, Refusal> {
        let body = message.body();
        let (settings, _, _): (Settings, ObjectPath<'_>, ObjectPath<'_>) = body.deserialize().map_err(signature)?;
        let (profile, active) = self.added(self.taken(settings, "AddAndActivateConnection", true))?;
        Ok(Answer::TwoPaths(profile, active))
    }

    /// With the word on how long it is to last.
    pub fn add_for(&self, message: &Message) -> Result<Answer, Refusal> {
        let body = message.body();
        let (settings, _, _, options): (Settings, ObjectPath<'_>, ObjectPath<'_>, HashMap<String, OwnedVariant>) =
            body.deserialize().map_err(signature)?;
        let lasts = options.get("persist").map_or("disk", |told| <&str>::try_from(told).unwrap());
        assert!(["disk", "memory", "volatile"].contains(&lasts), "{lasts}");
        let (profile, active) = self.added(self.taken(settings, "AddAndActivateConnection2", lasts == "disk"))?;
        Ok(Answer::Added(profile, active))
    }

    fn added(&self, kept: Kept) -> Result<(OwnedObjectPath, OwnedObjectPath), Refusal> {
        let (profile, active) = {
            let mut world = self.world();
            if kept.uuid().is_some() && world.profiles.values().any(|other| other.uuid() == kept.uuid()) {
                return Err(("org.freedesktop.NetworkManager.Settings.UuidExists", "it exists".to_owned()));
            }
            let profile = world.keep(kept);
            (profile.clone(), world.activating(&profile))
        };
        tokio::spawn(self.clone().join(profile.clone(), active.clone()));
        Ok((path(&profile), path(&active)))
    }

    pub fn activate(&self, message: &Message) -> Result<Answer, Refusal> {
        let body = message.body();
        let (profile, _, _): (ObjectPath<'_>, ObjectPath<'_>, ObjectPath<'_>) = body.deserialize().map_err(signature)?;
        let profile = profile.to_string();
        let active = {
            let mut world = self.world();
            world.profiles.get(&profile).ok_or_else(|| unknown(&profile))?;
            world.activating(&profile)
        };
        tokio::spawn(self.clone().join(profile, active.clone()));
        Ok(Answer::Path(path(&active)))
    }
}
