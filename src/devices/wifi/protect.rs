//! The way back: a checkpoint of NetworkManager's, to which it returns by itself unless it is told not to.

use std::time::Duration;

use zbus::{ObjectPath, OwnedObjectPath};

use crate::devices::bus::is_unknown;

use super::error::WifiError;
use super::link::{ACTIVE, DEVICE, Link, refused};
use super::settle::Settling;

/// Of `NMCheckpointCreateFlags`: networks that were added since are forgotten.
const DELETE_NEW_CONNECTIONS: u32 = 0x2;

/// It worked before.
const PATIENCE_WITH_THE_OLD: Duration = Duration::from_secs(60);

pub enum Way {
    Checkpoint(OwnedObjectPath),
    /// There is none, and that was allowed: then this profile, which was in use before, is the best that is left.
    None(Option<OwnedObjectPath>),
}

/// What of a change must be undone by hand where there is no checkpoint.
#[derive(Default)]
pub struct Done {
    pub added: Option<OwnedObjectPath>,
    pub updated: bool,
}

impl Way {
    pub async fn open(link: &Link, lasting: Duration, unprotected: bool) -> Result<Self, WifiError> {
        let manager = link.manager().await.map_err(|error| refused(&error))?;
        let seconds = u32::try_from(lasting.as_secs()).unwrap_or(u32::MAX);
        match manager.checkpoint_create(&[&link.device], seconds, DELETE_NEW_CONNECTIONS).await {
            Ok(checkpoint) => Ok(Way::Checkpoint(checkpoint)),
            Err(error) if is_unknown(&error) && unprotected => Ok(Way::None(in_use(link).await)),
            Err(error) if is_unknown(&error) => Err(WifiError::NoRollback),
            Err(error) => Err(refused(&error)),
        }
    }

    /// Says whether what was before is there again.
    pub async fn back(&self, link: &Link, done: &Done) -> bool {
        match self {
            Way::Checkpoint(checkpoint) => roll_back(link, checkpoint).await,
            Way::None(before) => undo(link, before.as_ref(), done).await && !done.updated,
        }
    }
}

async fn roll_back(link: &Link, checkpoint: &ObjectPath<'_>) -> bool {
    let Ok(manager) = link.manager().await else { return false };
    match manager.checkpoint_rollback(checkpoint).await {
        Ok(results) => results.values().all(|result| *result == 0),
        Err(error) => {
            tracing::warn!(%error, "the network could not be taken back: {error}");
            false
        }
    }
}

async fn undo(link: &Link, before: Option<&OwnedObjectPath>, done: &Done) -> bool {
    if let Some(added) = &done.added
        && let Ok(profile) = link.profile(added).await
    {
        profile.delete().await.ok();
    }
    let Some(before) = before else { return true };
    let (Ok(manager), Ok(any)) = (link.manager().await, ObjectPath::from_static_str("/")) else { return false };
    let steps = link.heard.subscribe();
    let Ok(active) = manager.activate_connection(before, &link.device, &any).await else { return false };
    let settling = Settling { link, active: &active, gave_passphrase: false };
    tokio::time::timeout(PATIENCE_WITH_THE_OLD, settling.outcome(steps)).await.is_ok_and(|outcome| outcome.is_ok())
}

/// The profile in use.
async fn in_use(link: &Link) -> Option<OwnedObjectPath> {
    let device = link.properties(&link.device, DEVICE).await.ok()?;
    let active = device.path("ActiveConnection")?;
    link.properties(&active, ACTIVE).await.ok()?.path("Connection")
}
