//! The way to one NetworkManager and its wireless device, and what can be read over it.

use std::net::Ipv4Addr;

use futures_util::stream::{self, StreamExt};
use tokio::sync::broadcast;
use zbus::fdo::PropertiesProxy;
use zbus::names::{InterfaceName, OwnedUniqueName};
use zbus::proxy::{CacheProperties, Defaults};
use zbus::{Connection, ObjectPath, OwnedObjectPath, Variant};

use crate::devices::bus::{is_forbidden, is_silence, told};

use super::ear::Heard;
use super::error::{Unavailable, WifiError};
use super::network::AccessPoint;
use super::properties::Properties;
use super::proxies::{DeviceProxy, ManagerProxy, ProfileProxy, ProfilesProxy, WirelessProxy};
use super::security::Security;
use super::ssid::Ssid;

pub const NAME: &str = "org.freedesktop.NetworkManager";
pub const ROOT: &str = "/org/freedesktop/NetworkManager";
const SETTINGS: &str = "/org/freedesktop/NetworkManager/Settings";
pub const MANAGER: &str = "org.freedesktop.NetworkManager";
pub const DEVICE: &str = "org.freedesktop.NetworkManager.Device";
pub const WIRELESS: &str = "org.freedesktop.NetworkManager.Device.Wireless";
pub const ACCESS_POINT: &str = "org.freedesktop.NetworkManager.AccessPoint";
pub const ACTIVE: &str = "org.freedesktop.NetworkManager.Connection.Active";
pub const PROFILE: &str = "org.freedesktop.NetworkManager.Settings.Connection";
const IP4: &str = "org.freedesktop.NetworkManager.IP4Config";

/// Of its `NMDeviceType`.
const IS_WIFI: u32 = 2;
/// Of its `NM80211Mode`: neither other clients nor meshes can be joined.
const IS_INFRASTRUCTURE: u32 = 2;
/// In the densest of halls; more would only be waited for.
const MOST_ACCESS_POINTS: usize = 512;
/// Questions on their way at once.
const AT_ONCE: usize = 16;

#[derive(Clone)]
pub struct Link {
    pub connection: Connection,
    /// This very NetworkManager, not whichever has the name next.
    pub owner: OwnedUniqueName,
    pub device: OwnedObjectPath,
    pub interface: String,
    pub heard: broadcast::Sender<Heard>,
}

/// A proxy costs nothing: it asks for nothing and listens to nothing.
async fn proxy<T>(connection: &Connection, owner: &OwnedUniqueName, path: &ObjectPath<'_>) -> zbus::Result<T>
where
    T: From<zbus::Proxy<'static>> + Defaults,
{
    let builder = zbus::proxy::Builder::<T>::new(connection).destination(owner.to_owned()).path(path.to_owned());
    builder.cache_properties(CacheProperties::No).build().await
}

pub async fn properties(
    connection: &Connection,
    owner: &OwnedUniqueName,
    path: &ObjectPath<'_>,
    interface: &'static str,
) -> zbus::Result<Properties> {
    let asked: PropertiesProxy<'_> = proxy(connection, owner, path).await?;
    let told = asked.get_all(InterfaceName::from_static_str(interface)?).await;
    told.map(Properties).map_err(zbus::Error::from)
}

pub async fn manager(connection: &Connection, owner: &OwnedUniqueName) -> zbus::Result<ManagerProxy<'static>> {
    proxy(connection, owner, &ObjectPath::from_static_str(ROOT)?).await
}

impl Link {
    pub async fn manager(&self) -> zbus::Result<ManagerProxy<'static>> {
        manager(&self.connection, &self.owner).await
    }

    pub async fn device(&self) -> zbus::Result<DeviceProxy<'static>> {
        proxy(&self.connection, &self.owner, &self.device).await
    }

    pub async fn wireless(&self) -> zbus::Result<WirelessProxy<'static>> {
        proxy(&self.connection, &self.owner, &self.device).await
    }

    pub async fn profile(&self, path: &ObjectPath<'_>) -> zbus::Result<ProfileProxy<'static>> {
        proxy(&self.connection, &self.owner, path).await
    }

    pub async fn profiles(&self) -> zbus::Result<ProfilesProxy<'static>> {
        proxy(&self.connection, &self.owner, &ObjectPath::from_static_str(SETTINGS)?).await
    }

    pub async fn properties(&self, path: &ObjectPath<'_>, interface: &'static str) -> zbus::Result<Properties> {
        properties(&self.connection, &self.owner, path, interface).await
    }

    pub async fn set(&self, interface: &'static str, name: &str, value: Variant<'_>) -> zbus::Result<()> {
        let root = ObjectPath::from_static_str(ROOT)?;
        let asked: PropertiesProxy<'_> = proxy(&self.connection, &self.owner, &root).await?;
        asked.set(InterfaceName::from_static_str(interface)?, name, &value).await.map_err(zbus::Error::from)
    }

    /// All that tell a name. One that goes while it is asked is not there any more.
    pub async fn access_points(&self) -> zbus::Result<Vec<AccessPoint>> {
        let paths = self.wireless().await?.get_all_access_points().await?;
        let asked = stream::iter(paths.into_iter().take(MOST_ACCESS_POINTS));
        let points = asked.map(|path| async move {
            let told = self.properties(&path, ACCESS_POINT).await.ok()?;
            access_point(&path, &told)
        });
        Ok(points.buffered(AT_ONCE).filter_map(std::future::ready).collect().await)
    }

    /// The first address of an active device.
    pub async fn ip4(&self, device: &Properties) -> Option<String> {
        let path = device.path("Ip4Config")?;
        let told = self.properties(&path, IP4).await.ok()?;
        let address = told.maps("AddressData")?.first()?.get("address")?.try_clone().ok()?;
        let address: Ipv4Addr = String::try_from(address).ok()?.parse().ok()?;
        Some(address.to_string())
    }

    /// The access point in use. Before 1.4 it was only told by the active connection.
    pub async fn access_point_in_use(&self, device: &Properties, wireless: &Properties) -> Option<AccessPoint> {
        let path = match wireless.path("ActiveAccessPoint") {
            Some(path) => path,
            None => {
                let active = device.path("ActiveConnection")?;
                self.properties(&active, ACTIVE).await.ok()?.path("SpecificObject")?
            }
        };
        let told = self.properties(&path, ACCESS_POINT).await.ok()?;
        access_point(&path, &told)
    }
}

fn access_point(path: &ObjectPath<'_>, told: &Properties) -> Option<AccessPoint> {
    let is_joinable = told.u32("Mode").is_none_or(|mode| mode == IS_INFRASTRUCTURE);
    let flags = |name| told.u32(name).unwrap_or(0);
    is_joinable.then_some(())?;
    Some(AccessPoint {
        path: path.to_string(),
        ssid: Ssid::of_bytes(&told.bytes("Ssid")?)?,
        strength: told.u8("Strength").unwrap_or(0).min(100),
        security: Security::announced(flags("Flags"), flags("WpaFlags"), flags("RsnFlags")),
        frequency_mhz: told.u32("Frequency").filter(|frequency| *frequency > 0),
    })
}

/// The wireless device to use: the one with that name, or the first that NetworkManager looks after.
pub async fn find_device(
    connection: &Connection,
    owner: &OwnedUniqueName,
    wanted: Option<&str>,
) -> Result<(OwnedObjectPath, String), Unavailable> {
    let manager = manager(connection, owner).await.map_err(|error| silent(&error))?;
    let devices = manager.get_devices().await.map_err(|error| silent(&error))?;
    for path in devices {
        // It may have been pulled out meanwhile.
        let Ok(told) = properties(connection, owner, &path, DEVICE).await else { continue };
        let name = told.text("Interface").unwrap_or_default();
        let is_wanted = wanted.is_none_or(|wanted| wanted == name);
        if is_wanted && told.u32("DeviceType") == Some(IS_WIFI) && told.bool("Managed") != Some(false) {
            return Ok((path, name));
        }
    }
    Err(Unavailable::NoDevice)
}

pub fn silent(error: &zbus::Error) -> Unavailable {
    if is_forbidden(error) { Unavailable::NotPermitted } else { Unavailable::NotAnswering(told(error)) }
}

/// What an answer that is none means to whoever asked.
pub fn refused(error: &zbus::Error) -> WifiError {
    if is_forbidden(error) {
        WifiError::NotPermitted
    } else if is_silence(error) {
        WifiError::Unavailable(silent(error))
    } else {
        WifiError::Refused(told(error))
    }
}
