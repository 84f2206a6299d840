//! What everyone else has of the WiFi.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, oneshot, watch};
use tokio::task::JoinHandle;
use zbus::{ObjectPath, Variant};

use crate::base::clock::Clock;
use crate::devices::bus::{is_forbidden, is_silence};
use crate::devices::confirm::ConfirmToken;

use super::WifiSettings;
use super::change::{Confirm, Held};
use super::error::{Unavailable, WifiError};
use super::failure::Failure;
use super::join::Join;
use super::keeper::keep;
use super::link::{Link, MANAGER, refused};
use super::network::Network;
use super::request::{JoinRequest, Joined, Joining};
use super::shared::Shared;
use super::ssid::Ssid;
use super::status::{Outcome, WifiStatus};

/// The keeper itself gives up before.
const PATIENCE_WITH_LOOKING: Duration = Duration::from_secs(30);

/// A cheap handle; all of them know the same. With the last one the keeper ends.
#[derive(Clone)]
pub struct Wifi {
    shared: Arc<Shared>,
    _keeper: Arc<Keeper>,
}

struct Keeper(JoinHandle<()>);

impl Drop for Keeper {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Wifi {
    /// Never fails: where there is no WiFi, the status says why, and it is looked for again. Called in a tokio runtime.
    pub fn connect(settings: WifiSettings, clock: Clock) -> Self {
        let shared = Shared::new(settings, clock);
        let keeper = Arc::new(Keeper(tokio::spawn(keep(shared.clone()))));
        Self { shared, _keeper: keeper }
    }

    pub async fn status(&self) -> WifiStatus {
        self.link().await.ok();
        self.shared.status.borrow().clone()
    }

    /// The newest status; it moves only when something is different.
    pub fn changes(&self) -> watch::Receiver<WifiStatus> {
        self.shared.status.subscribe()
    }

    /// Looks for networks, which takes some seconds, and lists them.
    pub async fn scan(&self) -> Result<Vec<Network>, WifiError> {
        let link = self.link().await?;
        link.scan(self.shared.settings.patience.scanning).await.map_err(|error| refused(&error))?;
        link.networks().await.map_err(|error| refused(&error))
    }

    /// Those that are known to be in reach already.
    pub async fn networks(&self) -> Result<Vec<Network>, WifiError> {
        self.link().await?.networks().await.map_err(|error| refused(&error))
    }

    /// Begins to join a network, and goes on with it whoever waits: the way over which it was asked for may be the one that
    /// goes. So the token for the confirmation is there before anything changes; it counts from when the network is joined. What
    /// can be known before that is an error here.
    pub async fn start(&self, request: JoinRequest) -> Result<Joining, WifiError> {
        let wish = request.check()?;
        let permit = self.alone()?;
        let link = self.link().await?;
        let token = ConfirmToken::random();
        let ((ready, is_ready), (tell, outcome)) = (oneshot::channel(), oneshot::channel());
        let join = Join { shared: self.shared.clone(), link, wish, token: token.clone() };
        tokio::spawn(async move {
            let result = join.make(ready).await;
            drop(permit);
            tell.send(result).ok();
        });
        let joining = Joining { token, outcome };
        match is_ready.await {
            Ok(()) => Ok(joining),
            Err(_) => Err(joining.failed().await),
        }
    }

    pub async fn join(&self, request: JoinRequest) -> Result<Joined, WifiError> {
        self.start(request).await?.outcome().await
    }

    /// From now on the last change stays.
    pub async fn confirm(&self, token: &str) -> Result<(), WifiError> {
        let confirmed = self.shared.change().confirm(token)?;
        let held = match confirmed {
            Confirm::Already => return Ok(()),
            Confirm::Destroy(held) => held,
        };
        let shared = self.shared.clone();
        // Without the link that is there now: one to the same NetworkManager is needed, or none.
        let link = self.shared.found.borrow().link.clone();
        carried_out(async move { destroy(&shared, link, held).await }).await
    }

    pub async fn forget(&self, ssid: &Ssid) -> Result<(), WifiError> {
        let (permit, link, ssid) = (self.alone()?, self.link().await?, ssid.clone());
        carried_out(async move {
            let _permit = permit;
            forget(&link, &ssid).await
        })
        .await
    }

    pub async fn set_enabled(&self, enabled: bool) -> Result<(), WifiError> {
        let (permit, link) = (self.alone()?, self.link().await?);
        carried_out(async move {
            let _permit = permit;
            link.set(MANAGER, "WirelessEnabled", Variant::from(enabled)).await.map_err(|error| refused(&error))
        })
        .await
    }

    pub async fn disconnect(&self) -> Result<(), WifiError> {
        let (permit, link) = (self.alone()?, self.link().await?);
        carried_out(async move {
            let _permit = permit;
            let device = link.device().await.map_err(|error| refused(&error))?;
            device.disconnect().await.map_err(|error| refused(&error))
        })
        .await
    }

    /// Nothing else is changed while something is, or while a change may yet be taken back.
    fn alone(&self) -> Result<OwnedSemaphorePermit, WifiError> {
        let permit = self.shared.changing.clone().try_acquire_owned().map_err(|_| WifiError::Busy)?;
        if self.shared.change().is_waiting() { Err(WifiError::ChangePending) } else { Ok(permit) }
    }

    /// The way to NetworkManager. Where there is none it is looked for again, but not all the time.
    async fn link(&self) -> Result<Link, WifiError> {
        let mut found = self.shared.found.subscribe();
        let looks = {
            let found = found.borrow();
            let is_fresh = self.shared.clock.now().since(found.at) < self.shared.settings.patience.looking_again;
            match &found.link {
                Ok(link) => return Ok(link.clone()),
                Err(why) if found.looks > 0 && is_fresh => return Err(why.clone().into()),
                Err(_) => found.looks,
            }
        };
        self.shared.asked.notify_one();
        let looked = tokio::time::timeout(PATIENCE_WITH_LOOKING, found.wait_for(|found| found.looks > looks)).await;
        match looked {
            Ok(Ok(found)) => found.link.clone().map_err(WifiError::from),
            _ => Err(Unavailable::NotAnswering("it takes too long".to_owned()).into()),
        }
    }
}

/// To the end, also when whoever asked for it goes away.
async fn carried_out<T: Send + 'static>(
    work: impl Future<Output = Result<T, WifiError>> + Send + 'static,
) -> Result<T, WifiError> {
    let broken_off = |_| WifiError::Failed { failure: Failure::Interrupted, restored: false };
    tokio::spawn(work).await.map_err(broken_off)?
}

async fn destroy(shared: &Shared, link: Result<Link, Unavailable>, held: Held) -> Result<(), WifiError> {
    let destroyed = match link {
        Ok(link) if link.owner.as_str() == held.owner => destroy_checkpoint(&link, &held.checkpoint).await,
        Ok(_) => Err(zbus::Error::Failure("it was started anew".to_owned())),
        Err(why) => {
            shared.change().not_confirmed();
            return Err(why.into());
        }
    };
    match destroyed {
        Ok(()) => {
            tracing::info!("the change of the network is confirmed");
            shared.over(&held.ssid, Outcome::Confirmed, None);
            Ok(())
        }
        Err(error) if is_silence(&error) || is_forbidden(&error) => {
            shared.change().not_confirmed();
            shared.asked.notify_one();
            Err(refused(&error))
        }
        // It does not know the checkpoint any more.
        Err(_) => {
            shared.over(&held.ssid, Outcome::RolledBack, None);
            Err(WifiError::RolledBack)
        }
    }
}

async fn destroy_checkpoint(link: &Link, checkpoint: &str) -> zbus::Result<()> {
    link.manager().await?.checkpoint_destroy(&ObjectPath::try_from(checkpoint)?).await
}

async fn forget(link: &Link, ssid: &Ssid) -> Result<(), WifiError> {
    let known = link.known().await.map_err(|error| refused(&error))?;
    let mut was_known = false;
    for profile in known {
        if profile.ssid == *ssid {
            let profile = link.profile(&profile.path).await.map_err(|error| refused(&error))?;
            profile.delete().await.map_err(|error| refused(&error))?;
            was_known = true;
        }
    }
    if was_known { Ok(()) } else { Err(WifiError::NotKnown) }
}
