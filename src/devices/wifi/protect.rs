//! The way back: a checkpoint of NetworkManager's, to which it returns by itself unless it is told not to. It keeps the profile
//! in use as it was, and deletes those that are new; what is changed in others, or deleted, it does not bring back.

use std::time::Duration;

use zbus::{ObjectPath, OwnedObjectPath};

use crate::devices::bus::is_unknown;

use super::error::WifiError;
use super::link::{Link, refused};
use super::settle::Settling;
use super::using::using;

/// Of `NMCheckpointCreateFlags`: networks that were added since are forgotten.
const DELETE_NEW_CONNECTIONS: u32 = 0x2;

/// It worked before.
const PATIENCE_WITH_THE_OLD: Duration = Duration::from_secs(60);

pub enum Way {
    Checkpoint(OwnedObjectPath),
    /// There is none, and that was allowed: then the profile that was in use before is the best that is left.
    None {
        before: Option<OwnedObjectPath>,
        added: Option<OwnedObjectPath>,
    },
}

pub fn seconds(time: Duration) -> u32 {
    u32::try_from(time.as_secs()).unwrap_or(u32::MAX)
}

impl Way {
    pub async fn open(link: &Link, lasting: Duration, unprotected: bool) -> Result<Self, WifiError> {
        let manager = link.manager().await.map_err(|error| refused(&error))?;
        match manager.checkpoint_create(&[&link.device], seconds(lasting), DELETE_NEW_CONNECTIONS).await {
            Ok(checkpoint) => Ok(Way::Checkpoint(checkpoint)),
            Err(error) if is_unknown(&error) && unprotected => {
                let before = using(link).await.map_err(|error| refused(&error))?.map(|using| using.profile);
                Ok(Way::None { before, added: None })
            }
            Err(error) if is_unknown(&error) => Err(WifiError::NoRollback),
            Err(error) => Err(refused(&error)),
        }
    }

    /// Nothing was changed, so there is nothing to go back from.
    pub async fn close(&self, link: &Link) {
        let Way::Checkpoint(checkpoint) = self else { return };
        let Ok(manager) = link.manager().await else { return };
        if let Err(error) = manager.checkpoint_destroy(checkpoint).await {
            tracing::warn!(%error, "the checkpoint stays until its time is over: {error}");
        }
    }

    /// What must be undone by hand where there is no checkpoint.
    pub fn has_added(&mut self, profile: &OwnedObjectPath) {
        if let Way::None { added, .. } = self {
            *added = Some(profile.clone());
        }
    }

    /// Says whether what was before is there again.
    pub async fn back(&self, link: &Link) -> bool {
        match self {
            Way::Checkpoint(checkpoint) => roll_back(link, checkpoint).await,
            Way::None { before, added } => undo(link, before.as_ref(), added.as_ref()).await,
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

async fn undo(link: &Link, before: Option<&OwnedObjectPath>, added: Option<&OwnedObjectPath>) -> bool {
    if let Some(added) = added
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
