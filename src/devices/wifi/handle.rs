//! What everyone else has of the WiFi.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, oneshot, watch};
use tokio::task::JoinHandle;
use zbus::Variant;

use crate::base::clock::Clock;
use crate::devices::confirm::ConfirmToken;

use super::WifiSettings;
use super::attempt::Attempt;
use super::change::{About, Confirm};
use super::confirm::confirm;
use super::error::{Unavailable, WifiError};
use super::failure::Failure;
use super::join::Join;
use super::keep::Keep;
use super::keeper::keep;
use super::leave::Leave;
use super::link::{Link, MANAGER, refused};
use super::network::Network;
use super::request::{Changed, JoinRequest, Underway};
use super::shared::Shared;
use super::ssid::Ssid;
use super::status::{ChangeKind, WifiStatus};
use super::using::using;

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
    pub async fn start(&self, request: JoinRequest) -> Result<Underway, WifiError> {
        let wish = request.check()?;
        let (permit, link) = (self.alone()?, self.link().await?);
        let about = About { name: wish.ssid.shown(), kind: ChangeKind::Join };
        let attempt = self.attempt(link, about, wish.unprotected);
        begin(permit, attempt.token.clone(), |ready| Join { attempt, wish }.make(ready)).await
    }

    pub async fn join(&self, request: JoinRequest) -> Result<Changed, WifiError> {
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
        carried_out(async move { confirm(&shared, link, held).await }).await
    }

    /// None: it is done, because it was not in use. Otherwise it is left, and forgotten when that is confirmed.
    pub async fn forget(&self, ssid: &Ssid, unprotected: bool) -> Result<Option<Underway>, WifiError> {
        let (permit, link) = (self.alone()?, self.link().await?);
        let known = link.known().await.map_err(|error| refused(&error))?.into_iter();
        let forget: Vec<_> = known.filter(|profile| profile.ssid == *ssid).map(|profile| profile.path).collect();
        if forget.is_empty() {
            return Err(WifiError::NotKnown);
        }
        let using = using(&link).await.map_err(|error| refused(&error))?;
        let Some(using) = using.filter(|using| forget.contains(&using.profile)) else {
            let keep = Keep { forget, ..Keep::default() };
            return alone_until(permit, async move { keep.settle(&link).await }).await.map(|()| None);
        };
        let about = About { name: ssid.shown(), kind: ChangeKind::Forget };
        let attempt = self.attempt(link, about, unprotected);
        let leave = Leave { attempt, active: using.active, forget };
        begin(permit, leave.attempt.token.clone(), |ready| leave.make(ready)).await.map(Some)
    }

    /// No checkpoint brings the switch back.
    pub async fn set_enabled(&self, enabled: bool, unprotected: bool) -> Result<(), WifiError> {
        let (permit, link) = (self.alone()?, self.link().await?);
        if !enabled && !unprotected {
            return Err(WifiError::NoRollback);
        }
        alone_until(permit, async move { link.set(MANAGER, "WirelessEnabled", Variant::from(enabled)).await }).await
    }

    /// None: there is nothing to leave.
    pub async fn disconnect(&self, unprotected: bool) -> Result<Option<Underway>, WifiError> {
        let (permit, link) = (self.alone()?, self.link().await?);
        let Some(using) = using(&link).await.map_err(|error| refused(&error))? else {
            return Ok(None);
        };
        let about = About { name: using.name(&link).await, kind: ChangeKind::Leave };
        let attempt = self.attempt(link, about, unprotected);
        let leave = Leave { attempt, active: using.active, forget: Vec::new() };
        begin(permit, leave.attempt.token.clone(), |ready| leave.make(ready)).await.map(Some)
    }

    fn attempt(&self, link: Link, about: About, unprotected: bool) -> Attempt {
        Attempt { shared: self.shared.clone(), link, about, token: ConfirmToken::random(), unprotected }
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

/// Begins a change, and lets no other begin before it is made.
async fn begin<F>(
    permit: OwnedSemaphorePermit,
    token: ConfirmToken,
    make: impl FnOnce(oneshot::Sender<()>) -> F,
) -> Result<Underway, WifiError>
where
    F: Future<Output = Result<Changed, WifiError>> + Send + 'static,
{
    let ((ready, is_ready), (tell, outcome)) = (oneshot::channel(), oneshot::channel());
    let making = make(ready);
    tokio::spawn(async move {
        let result = making.await;
        drop(permit);
        tell.send(result).ok();
    });
    let underway = Underway { token, outcome };
    match is_ready.await {
        Ok(()) => Ok(underway),
        Err(_) => Err(underway.failed().await),
    }
}

async fn alone_until(
    permit: OwnedSemaphorePermit,
    work: impl Future<Output = zbus::Result<()>> + Send + 'static,
) -> Result<(), WifiError> {
    carried_out(async move {
        let _permit = permit;
        work.await.map_err(|error| refused(&error))
    })
    .await
}

/// To the end, also when whoever asked for it goes away.
async fn carried_out(work: impl Future<Output = Result<(), WifiError>> + Send + 'static) -> Result<(), WifiError> {
    let broken_off = |_| WifiError::Failed { failure: Failure::Interrupted, restored: false };
    tokio::spawn(work).await.map_err(broken_off)?
}
