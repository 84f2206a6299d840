//! A change of the network while it is made: a way back first, then the token for whoever asked, then the change; and at the end
//! either the way back, or a promise to take it unless someone confirms.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::oneshot;
use zbus::{ObjectPath, OwnedObjectPath};

use crate::devices::confirm::ConfirmToken;
use crate::show::time::ShowTime;

use super::change::{About, Held};
use super::error::WifiError;
use super::keep::Keep;
use super::link::{Link, refused};
use super::protect::{Way, seconds};
use super::request::Changed;
use super::shared::Shared;
use super::status::{Outcome, Pending};

pub struct Attempt {
    pub shared: Arc<Shared>,
    pub link: Link,
    pub about: About,
    pub token: ConfirmToken,
    pub unprotected: bool,
}

/// That there is a way back.
pub struct Opened {
    way: Way,
    /// When it is taken at the latest.
    latest: ShowTime,
}

impl Opened {
    /// Where there is no checkpoint, this has to be deleted by hand.
    pub fn has_added(&mut self, profile: &OwnedObjectPath) {
        self.way.has_added(profile);
    }
}

impl Attempt {
    pub fn begin(&self) {
        self.shared.change().begin(self.token.clone());
    }

    /// `ready`: nothing has changed yet, and all that could be known before is in favour of it. `lasting`: how long the change
    /// itself may take.
    pub async fn open(&self, ready: oneshot::Sender<()>, lasting: Duration) -> Result<Opened, WifiError> {
        let patience = self.shared.settings.patience;
        // Long enough for the confirmation as well, should this program end in the middle.
        let lasting = patience.answering + lasting + patience.confirming;
        let latest = self.shared.clock.now().plus(lasting);
        let way = Way::open(&self.link, lasting, self.unprotected).await?;
        if ready.send(()).is_err() {
            way.close(&self.link).await;
            return Err(WifiError::AskerGone);
        }
        tokio::time::sleep(patience.answering).await;
        Ok(Opened { way, latest })
    }

    pub async fn finish(&self, opened: Opened, made: Result<Keep, WifiError>) -> Result<Changed, WifiError> {
        let Opened { way, latest } = opened;
        let made = match (made, &way) {
            // Nobody is asked to confirm it.
            (Ok(keep), Way::None { .. }) => keep.settle(&self.link).await.map(|()| keep).map_err(|error| refused(&error)),
            (made, _) => made,
        };
        match made {
            Ok(keep) => Ok(self.made(way, latest, keep).await),
            Err(error) => {
                let restored = way.back(&self.link).await;
                Err(told(error, restored))
            }
        }
    }

    async fn made(&self, way: Way, latest: ShowTime, keep: Keep) -> Changed {
        let about = self.about.clone();
        let Way::Checkpoint(checkpoint) = way else {
            keep.tidy(&self.link).await;
            self.shared.over(&about, Outcome::Unprotected, None);
            return Changed { name: about.name, confirm: None };
        };
        let until = self.time_to_confirm(&checkpoint).await.unwrap_or(latest);
        let (checkpoint, owner) = (checkpoint.to_string(), self.link.owner.to_string());
        let pending = Pending { ssid: about.name.clone(), change: about.kind, until };
        let name = about.name.clone();
        self.shared.change().hold(Held { token: self.token.clone(), about, checkpoint, owner, until, keep });
        self.shared.tell(|status| status.pending_confirmation = Some(pending));
        Changed { name, confirm: Some((self.token.clone(), until)) }
    }

    /// The time begins when the network is changed, not when that was begun. None: NetworkManager is too old for this (before
    /// 1.12), and the time that it was told first counts.
    async fn time_to_confirm(&self, checkpoint: &ObjectPath<'_>) -> Option<ShowTime> {
        let time: Duration = self.shared.settings.patience.confirming;
        // A moment before NetworkManager's own clock begins, so that nobody is promised more than there is.
        let until = self.shared.clock.now().plus(time);
        let manager = self.link.manager().await.ok()?;
        manager.checkpoint_adjust_rollback_timeout(checkpoint, seconds(time)).await.ok()?;
        Some(until)
    }

    /// What became of it is in the status, too.
    pub fn end(&self, result: &Result<Changed, WifiError>) {
        if let Err(error) = result {
            let (name, kind) = (&self.about.name, self.about.kind);
            tracing::warn!(ssid = name, code = error.code(), ?kind, "the network {name:?} was not changed: {error}");
            let outcome = match error {
                WifiError::Failed { restored: false, .. } => Outcome::FailedAndNotRestored,
                _ => Outcome::Failed,
            };
            self.shared.over(&self.about, outcome, Some(error));
        }
        self.shared.asked.notify_one();
    }
}

fn told(error: WifiError, restored: bool) -> WifiError {
    match error {
        WifiError::Failed { failure, .. } => WifiError::Failed { failure, restored },
        other => other,
    }
}
