//! What the device is in now: what would be cut.

use zbus::OwnedObjectPath;

use super::link::{ACTIVE, DEVICE, Link};
use super::profile::ssid_in;

pub struct Using {
    pub active: OwnedObjectPath,
    pub profile: OwnedObjectPath,
}

/// Also while it is only being joined, and where this machine is the network that others are in.
pub async fn using(link: &Link) -> zbus::Result<Option<Using>> {
    let device = link.properties(&link.device, DEVICE).await?;
    let Some(active) = device.path("ActiveConnection") else { return Ok(None) };
    // One that is gone meanwhile is not in use.
    let told = link.properties(&active, ACTIVE).await.unwrap_or_default();
    Ok(told.path("Connection").map(|profile| Using { active, profile }))
}

impl Using {
    /// For people.
    pub async fn name(&self, link: &Link) -> String {
        let settings = match link.profile(&self.profile).await {
            Ok(profile) => profile.get_settings().await.ok(),
            Err(_) => None,
        };
        settings.as_ref().and_then(ssid_in).map_or_else(|| link.interface.clone(), |ssid| ssid.shown())
    }
}
