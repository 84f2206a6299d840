//! Looking for networks.

use std::collections::HashMap;
use std::time::Duration;

use super::link::{DEVICE, Link, WIRELESS};
use super::network::{Network, networks};
use super::status::DeviceState;

const LOOK_EVERY: Duration = Duration::from_millis(100);
/// Where NetworkManager does not tell when it is done (before 1.12).
const USUALLY: Duration = Duration::from_secs(3);

impl Link {
    /// Done when NetworkManager says so, or after `patience`.
    pub async fn scan(&self, patience: Duration) -> zbus::Result<()> {
        let before = self.last_scan().await?;
        // It refuses while it scans anyway, or has just done so.
        if let Err(error) = self.wireless().await?.request_scan(HashMap::new()).await {
            tracing::debug!(%error, "no new search for networks: {error}");
        }
        if before.is_none() {
            tokio::time::sleep(patience.min(USUALLY)).await;
            return Ok(());
        }
        let done = async {
            while self.last_scan().await? == before {
                tokio::time::sleep(LOOK_EVERY).await;
            }
            Ok(())
        };
        tokio::time::timeout(patience, done).await.unwrap_or(Ok(()))
    }

    async fn last_scan(&self) -> zbus::Result<Option<i64>> {
        Ok(self.properties(&self.device, WIRELESS).await?.i64("LastScan"))
    }

    pub async fn networks(&self) -> zbus::Result<Vec<Network>> {
        let points = self.access_points().await?;
        let known: Vec<_> = self.known().await?.into_iter().map(|profile| profile.ssid).collect();
        let device = self.properties(&self.device, DEVICE).await?;
        let wireless = self.properties(&self.device, WIRELESS).await.unwrap_or_default();
        let is_connected = DeviceState::of(device.u32("State").unwrap_or(0)) == DeviceState::Connected;
        let in_use = if is_connected { self.access_point_in_use(&device, &wireless).await } else { None };
        Ok(networks(&points, &known, in_use.as_ref().map(|point| &point.ssid)))
    }
}
