//! Joins a network: a way back first, then the change, then either the way back or a promise to take it unless someone confirms.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::oneshot;
use zbus::{ObjectPath, OwnedObjectPath};

use crate::devices::bus::is_unknown;
use crate::devices::confirm::ConfirmToken;
use crate::show::time::ShowTime;

use super::change::Held;
use super::error::WifiError;
use super::failure::Failure;
use super::link::{Link, refused};
use super::plan::{Plan, plan};
use super::profile::{Described, Profile};
use super::protect::{Done, Way};
use super::request::{Joined, Wish};
use super::settle::Settling;
use super::shared::Shared;
use super::status::{Outcome, Pending};

pub struct Join {
    pub shared: Arc<Shared>,
    pub link: Link,
    pub wish: Wish,
    pub token: ConfirmToken,
}

impl Join {
    /// From the first step to the last; what became of it is in the status, too. `ready`: nothing has changed yet, and all that
    /// could be known before is in favour of it.
    pub async fn make(self, ready: oneshot::Sender<()>) -> Result<Joined, WifiError> {
        let name = self.wish.ssid.shown();
        tracing::info!(ssid = name, "joining the network {name:?}");
        self.shared.change().begin(self.token.clone());
        self.shared.tell(|status| status.joining = Some(name.clone()));
        let result = self.protected(ready).await;
        self.shared.tell(|status| status.joining = None);
        if let Err(error) = &result {
            tracing::warn!(ssid = name, code = error.code(), "the network {name:?} was not joined: {error}");
            let outcome = match error {
                WifiError::Failed { restored: false, .. } => Outcome::FailedAndNotRestored,
                _ => Outcome::Failed,
            };
            self.shared.over(&self.wish.ssid, outcome, Some(error));
        }
        self.shared.asked.notify_one();
        result
    }

    async fn protected(&self, ready: oneshot::Sender<()>) -> Result<Joined, WifiError> {
        let patience = self.shared.settings.patience;
        let plan = plan(&self.link, &self.wish, patience.scanning).await?;
        // Long enough for both the joining and the confirmation, should this program end in the middle.
        let lasting = patience.joining + patience.confirming;
        let latest = self.shared.clock.now().plus(lasting);
        let way = Way::open(&self.link, lasting, self.wish.unprotected).await?;
        // Whoever asked may be gone.
        ready.send(()).ok();
        let mut done = Done::default();
        match self.change(&plan, &mut done).await {
            Ok(()) => Ok(self.joined(way, latest).await),
            Err(error) => {
                let restored = way.back(&self.link, &done).await;
                Err(self.told(error, restored))
            }
        }
    }

    async fn change(&self, plan: &Plan, done: &mut Done) -> Result<(), WifiError> {
        let steps = self.link.heard.subscribe();
        let active = self.activate(plan, done).await?;
        let gave_passphrase = self.wish.passphrase.is_some();
        let settling = Settling { link: &self.link, active: &active, gave_passphrase };
        let outcome = tokio::time::timeout(self.shared.settings.patience.joining, settling.outcome(steps)).await;
        outcome.unwrap_or(Err(Failure::Timeout)).map_err(WifiError::from)
    }

    async fn activate(&self, plan: &Plan, done: &mut Done) -> Result<OwnedObjectPath, WifiError> {
        let refused = |error: zbus::Error| refused(&error);
        let manager = self.link.manager().await.map_err(refused)?;
        let point = ObjectPath::try_from(plan.access_point.as_str()).map_err(refused)?;
        let Some(profile) = &plan.profile else {
            let described = Described::of(&self.wish, plan.security);
            let added = manager.add_and_activate_connection(&described.as_new(), &self.link.device, &point).await;
            let (profile, active) = added.map_err(refused)?;
            done.added = Some(profile);
            return Ok(active);
        };
        if self.wish.passphrase.is_some() {
            done.updated = true;
            self.update(profile, plan).await.map_err(refused)?;
        }
        manager.activate_connection(&profile.path, &self.link.device, &point).await.map_err(refused)
    }

    /// Gives a known network its new passphrase.
    async fn update(&self, profile: &Profile, plan: &Plan) -> zbus::Result<()> {
        let described = Described::of(&self.wish, plan.security);
        let settings = described.as_change_of(profile);
        let kept = self.link.profile(&profile.path).await?;
        match kept.update2(&settings, 0, Default::default()).await {
            // before 1.12
            Err(error) if is_unknown(&error) => kept.update(&settings).await,
            updated => updated.map(drop),
        }
    }

    async fn joined(&self, way: Way, latest: ShowTime) -> Joined {
        let ssid = self.wish.ssid.clone();
        let Way::Checkpoint(checkpoint) = way else {
            self.shared.over(&ssid, Outcome::Unprotected, None);
            return Joined { ssid, confirm: None };
        };
        let until = self.time_to_confirm(&checkpoint).await.unwrap_or(latest);
        let (checkpoint, owner) = (checkpoint.to_string(), self.link.owner.to_string());
        let held = Held { token: self.token.clone(), ssid: ssid.clone(), checkpoint, owner, until };
        self.shared.change().hold(held);
        let pending = Pending { ssid: ssid.shown(), until };
        self.shared.tell(|status| status.pending_confirmation = Some(pending));
        Joined { ssid, confirm: Some((self.token.clone(), until)) }
    }

    /// The time begins when the network is joined, not when that was begun. None: NetworkManager is too old for this (before
    /// 1.12), and the time that it was told first counts.
    async fn time_to_confirm(&self, checkpoint: &ObjectPath<'_>) -> Option<ShowTime> {
        let time: Duration = self.shared.settings.patience.confirming;
        let seconds = u32::try_from(time.as_secs()).ok()?;
        // A moment before NetworkManager's own clock begins, so that nobody is promised more than there is.
        let until = self.shared.clock.now().plus(time);
        self.link.manager().await.ok()?.checkpoint_adjust_rollback_timeout(checkpoint, seconds).await.ok()?;
        Some(until)
    }

    fn told(&self, error: WifiError, restored: bool) -> WifiError {
        match error {
            WifiError::Failed { failure, .. } => WifiError::Failed { failure, restored },
            // Nobody knows what it quotes.
            WifiError::Refused(why) => WifiError::Refused(match &self.wish.passphrase {
                Some(passphrase) => why.replace(passphrase.reveal(), "…"),
                None => why,
            }),
            other => other,
        }
    }
}
