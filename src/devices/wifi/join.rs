//! Joins a network.

use std::collections::HashMap;

use tokio::sync::oneshot;
use zbus::{ObjectPath, OwnedObjectPath, Variant};

use crate::devices::bus::is_unknown;

use super::attempt::{Attempt, Opened};
use super::error::WifiError;
use super::failure::Failure;
use super::keep::Keep;
use super::link::refused;
use super::plan::{Plan, plan};
use super::profile::Described;
use super::request::{Changed, Wish};
use super::settle::Settling;

pub struct Join {
    pub attempt: Attempt,
    pub wish: Wish,
}

impl Join {
    /// From the first step to the last.
    pub async fn make(self, ready: oneshot::Sender<()>) -> Result<Changed, WifiError> {
        let (shared, name) = (&self.attempt.shared, &self.attempt.about.name);
        tracing::info!(ssid = name, "joining the network {name:?}");
        self.attempt.begin();
        shared.tell(|status| status.joining = Some(name.clone()));
        let result = self.protected(ready).await.map_err(|error| self.told(error));
        shared.tell(|status| status.joining = None);
        self.attempt.end(&result);
        result
    }

    async fn protected(&self, ready: oneshot::Sender<()>) -> Result<Changed, WifiError> {
        let patience = self.attempt.shared.settings.patience;
        let plan = plan(&self.attempt.link, &self.wish, patience.scanning).await?;
        let mut opened = self.attempt.open(ready, patience.joining).await?;
        let made = self.change(&plan, &mut opened).await;
        self.attempt.finish(opened, made).await
    }

    async fn change(&self, plan: &Plan, opened: &mut Opened) -> Result<Keep, WifiError> {
        let link = &self.attempt.link;
        let steps = link.heard.subscribe();
        let (profile, active) = self.activate(plan, opened).await.map_err(|error| refused(&error))?;
        let gave_passphrase = self.wish.passphrase.is_some();
        let settling = Settling { link, active: &active, gave_passphrase };
        let joining = self.attempt.shared.settings.patience.joining;
        let outcome = tokio::time::timeout(joining, settling.outcome(steps)).await;
        outcome.unwrap_or(Err(Failure::Timeout)).map_err(WifiError::from)?;
        let replaced = if gave_passphrase { plan.replaced.clone() } else { Vec::new() };
        Ok(Keep { save: Some(profile), replaced, ..Keep::default() })
    }

    /// A passphrase makes a new profile, even where the network is known: a checkpoint forgets what is new, but knows nothing of
    /// what was changed in a profile that was not in use.
    async fn activate(&self, plan: &Plan, opened: &mut Opened) -> zbus::Result<(OwnedObjectPath, OwnedObjectPath)> {
        let link = &self.attempt.link;
        let point = ObjectPath::try_from(plan.access_point.as_str())?;
        if let (Some(profile), None) = (&plan.profile, &self.wish.passphrase) {
            let active = link.manager().await?.activate_connection(&profile.path, &link.device, &point).await?;
            return Ok((profile.path.clone(), active));
        }
        let (profile, active) = self.add(plan, &point).await?;
        opened.has_added(&profile);
        Ok((profile, active))
    }

    /// In memory alone: should the power go before it is confirmed, it is gone as well.
    async fn add(&self, plan: &Plan, point: &ObjectPath<'_>) -> zbus::Result<(OwnedObjectPath, OwnedObjectPath)> {
        let (manager, device) = (self.attempt.link.manager().await?, &self.attempt.link.device);
        let described = Described::of(&self.wish, plan.security);
        let settings = described.as_new(plan.profile.as_ref());
        let in_memory = Variant::from("memory");
        let options = HashMap::from([("persist", &in_memory)]);
        match manager.add_and_activate_connection2(&settings, device, point, options).await {
            // before 1.16
            Err(error) if is_unknown(&error) => manager.add_and_activate_connection(&settings, device, point).await,
            added => added.map(|(profile, active, _)| (profile, active)),
        }
    }

    /// Nobody knows what NetworkManager quotes.
    fn told(&self, error: WifiError) -> WifiError {
        match (error, &self.wish.passphrase) {
            (WifiError::Refused(why), Some(passphrase)) => WifiError::Refused(why.replace(passphrase.reveal(), "…")),
            (error, _) => error,
        }
    }
}
