//! What the objects of the pretended NetworkManager say of themselves.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use zbus::{ObjectPath, OwnedObjectPath, OwnedVariant, Variant};

use super::{DEVICE, NAME, ROOT, path};

const WIRED: &str = "/org/freedesktop/NetworkManager/Devices/2";
const IP4: &str = "/org/freedesktop/NetworkManager/IP4Config/1";
const DEVICE_INTERFACE: &str = "org.freedesktop.NetworkManager.Device";
const WIRELESS: &str = "org.freedesktop.NetworkManager.Device.Wireless";
const POINT: &str = "org.freedesktop.NetworkManager.AccessPoint";
const ACTIVE: &str = "org.freedesktop.NetworkManager.Connection.Active";

#[derive(Default)]
pub struct Objects {
    all: BTreeMap<(String, String), HashMap<String, OwnedVariant>>,
    /// Properties that nobody is told.
    pub hidden: BTreeSet<&'static str>,
}

fn object(text: &str) -> Variant<'static> {
    Variant::from(ObjectPath::try_from(text.to_owned()).unwrap())
}

impl Objects {
    pub fn machine(&mut self) {
        for (name, value) in [("WirelessEnabled", true), ("WirelessHardwareEnabled", true)] {
            self.set(ROOT, NAME, name, Variant::from(value));
        }
        self.set_checkpoints(&[]);
        self.set(WIRED, DEVICE_INTERFACE, "DeviceType", Variant::from(1_u32));
        self.set(WIRED, DEVICE_INTERFACE, "Interface", Variant::from("eth0"));
        self.set(DEVICE, DEVICE_INTERFACE, "DeviceType", Variant::from(2_u32));
        self.set(DEVICE, DEVICE_INTERFACE, "Interface", Variant::from("wlan0"));
        self.set(DEVICE, DEVICE_INTERFACE, "Managed", Variant::from(true));
        self.set(DEVICE, DEVICE_INTERFACE, "Ip4Config", object(IP4));
        self.set(DEVICE, WIRELESS, "LastScan", Variant::from(1_000_i64));
        self.device_state(30, 0, None, None);
        let address = HashMap::from([("address", Variant::from("192.168.7.20")), ("prefix", Variant::from(24_u32))]);
        self.set(IP4, "org.freedesktop.NetworkManager.IP4Config", "AddressData", Variant::from(vec![address]));
    }

    pub fn set(&mut self, at: &str, interface: &str, name: &str, value: Variant<'_>) {
        let value = value.try_into_owned().unwrap();
        self.all.entry((at.to_owned(), interface.to_owned())).or_default().insert(name.to_owned(), value);
    }

    pub fn get(&self, at: &str, interface: &str) -> Option<HashMap<String, OwnedVariant>> {
        let mut all = self.all.get(&(at.to_owned(), interface.to_owned()))?.clone();
        all.retain(|name, _| !self.hidden.contains(name.as_str()));
        Some(all)
    }

    pub fn remove(&mut self, at: &str) {
        self.all.retain(|(path, _), _| path != at);
    }

    pub fn devices(&self) -> Vec<OwnedObjectPath> {
        let is_there = |at: &&str| self.all.keys().any(|(path, _)| path == at);
        [WIRED, DEVICE].iter().filter(|at| is_there(at)).map(|at| path(at)).collect()
    }

    pub fn points(&self) -> Vec<OwnedObjectPath> {
        self.all.keys().filter(|(_, interface)| interface == POINT).map(|(at, _)| path(at)).collect()
    }

    pub fn access_point(&mut self, at: &str, ssid: &[u8], strength: u8, (flags, wpa, rsn): (u32, u32, u32)) {
        self.set(at, POINT, "Ssid", Variant::from(ssid));
        self.set(at, POINT, "Strength", Variant::from(strength));
        for (name, value) in [("Flags", flags), ("WpaFlags", wpa), ("RsnFlags", rsn), ("Mode", 2), ("Frequency", 2_437)] {
            self.set(at, POINT, name, Variant::from(value));
        }
    }

    /// "/": it is not in reach.
    pub fn point_of(&self, ssid: &[u8]) -> String {
        let is_it = |all: &HashMap<String, OwnedVariant>| {
            let told = all.get("Ssid").and_then(|told| told.try_clone().ok()?.try_into().ok());
            told == Some(ssid.to_vec())
        };
        let mut points = self.all.iter().filter(|((_, interface), all)| interface == POINT && is_it(all));
        points.next().map_or_else(|| "/".to_owned(), |((at, _), _)| at.clone())
    }

    pub fn active(&mut self, at: &str, profile: &str, point: &str, state: u32) {
        self.set(at, ACTIVE, "Connection", object(profile));
        self.set(at, ACTIVE, "SpecificObject", object(point));
        self.set(at, ACTIVE, "State", Variant::from(state));
    }

    pub fn device_state(&mut self, state: u32, reason: u32, active: Option<&str>, point: Option<&str>) {
        self.set(DEVICE, DEVICE_INTERFACE, "State", Variant::from(state));
        self.set(DEVICE, DEVICE_INTERFACE, "StateReason", Variant::from((state, reason)));
        self.set(DEVICE, DEVICE_INTERFACE, "ActiveConnection", object(active.unwrap_or("/")));
        self.set(DEVICE, WIRELESS, "ActiveAccessPoint", object(point.unwrap_or("/")));
    }

    pub fn is_idle(&self) -> bool {
        let device = &self.all[&(DEVICE.to_owned(), DEVICE_INTERFACE.to_owned())];
        *device["ActiveConnection"] == object("/")
    }

    pub fn scanned(&mut self) {
        let before = self.all[&(DEVICE.to_owned(), WIRELESS.to_owned())]["LastScan"].try_clone().unwrap();
        self.set(DEVICE, WIRELESS, "LastScan", Variant::from(i64::try_from(before).unwrap() + 1));
    }

    pub fn set_checkpoints(&mut self, checkpoints: &[String]) {
        let paths: Vec<_> = checkpoints.iter().map(|at| ObjectPath::try_from(at.clone()).unwrap()).collect();
        self.set(ROOT, NAME, "Checkpoints", Variant::from(paths));
    }
}
