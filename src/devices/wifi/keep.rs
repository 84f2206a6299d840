//! What a change needs to stay, and what it leaves behind.

use zbus::OwnedObjectPath;

use crate::devices::bus::is_unknown;

use super::link::{Link, PROFILE};

#[derive(Clone, Debug, Default)]
pub struct Keep {
    /// Only in memory until then, so that a machine that loses its power is in the network of before.
    pub save: Option<OwnedObjectPath>,
    /// To be forgotten is what they are there for.
    pub forget: Vec<OwnedObjectPath>,
    /// Others took their place.
    pub replaced: Vec<OwnedObjectPath>,
}

impl Keep {
    /// As long as there is a way back: if this goes wrong, it can be tried again, or be taken back.
    pub async fn settle(&self, link: &Link) -> zbus::Result<()> {
        if let Some(profile) = &self.save {
            save(link, profile).await?;
        }
        for profile in &self.forget {
            delete(link, profile).await?;
        }
        Ok(())
    }

    /// When there is none any more, because a way back does not bring back what is deleted here.
    pub async fn tidy(&self, link: &Link) {
        for profile in &self.replaced {
            if let Err(error) = delete(link, profile).await {
                tracing::warn!(%error, "what is known of the network from before could not be deleted: {error}");
            }
        }
    }
}

/// One that is gone was taken back, which is for the checkpoint to say.
async fn save(link: &Link, profile: &OwnedObjectPath) -> zbus::Result<()> {
    let told = link.properties(profile, PROFILE).await.unwrap_or_default();
    if told.bool("Unsaved") == Some(false) {
        return Ok(());
    }
    or_gone(link.profile(profile).await?.save().await)
}

pub async fn delete(link: &Link, profile: &OwnedObjectPath) -> zbus::Result<()> {
    or_gone(link.profile(profile).await?.delete().await)
}

fn or_gone(result: zbus::Result<()>) -> zbus::Result<()> {
    match result {
        Err(error) if is_unknown(&error) => Ok(()),
        result => result,
    }
}
