//! Leaves the network in use, and forgets it if that is asked for: not before it is confirmed, so that there is something to go
//! back to whatever happens meanwhile.

use std::time::Duration;

use tokio::sync::oneshot;
use zbus::OwnedObjectPath;

use super::attempt::Attempt;
use super::error::WifiError;
use super::keep::Keep;
use super::link::refused;
use super::request::Changed;

/// NetworkManager tells the DHCP server and waits for little else.
const LEAVING: Duration = Duration::from_secs(20);

pub struct Leave {
    pub attempt: Attempt,
    pub active: OwnedObjectPath,
    pub forget: Vec<OwnedObjectPath>,
}

impl Leave {
    pub async fn make(self, ready: oneshot::Sender<()>) -> Result<Changed, WifiError> {
        let name = &self.attempt.about.name;
        tracing::info!(ssid = name, "leaving the network {name:?}");
        self.attempt.begin();
        let result = self.protected(ready).await;
        self.attempt.end(&result);
        result
    }

    async fn protected(&self, ready: oneshot::Sender<()>) -> Result<Changed, WifiError> {
        let opened = self.attempt.open(ready, LEAVING).await?;
        let left = self.leave().await.map_err(|error| refused(&error));
        let keep = Keep { forget: self.forget.clone(), ..Keep::default() };
        self.attempt.finish(opened, left.map(|()| keep)).await
    }

    /// After a network was forgotten, NetworkManager goes to another one that it knows; that must be none with the same name,
    /// because it would be gone, too, with the confirmation. Who disconnects wants to be in none.
    async fn leave(&self) -> zbus::Result<()> {
        let link = &self.attempt.link;
        match self.forget.as_slice() {
            [_] => link.manager().await?.deactivate_connection(&self.active).await,
            _ => link.device().await?.disconnect().await,
        }
    }
}
