//! The copy of the show in Redis: where it is, and how a show is made of it.

use crate::base::config::{Config, Redis};
use crate::state::Seq;
use crate::state::store::Loaded;
use crate::state::store::journal::Journal;
use crate::state::store::redis::Target;

use super::BadSetting;

pub fn target(config: &Config) -> anyhow::Result<Option<Target>> {
    config.redis.as_ref().map(|redis| target_of(redis, "redis", "redis_ca")).transpose()
}

/// The keys are those of the settings that name it.
pub fn target_of(redis: &Redis, url_key: &'static str, authority_key: &'static str) -> anyhow::Result<Target> {
    let Redis { url, authority, prefix } = redis;
    let bad = |key: &'static str, why: String| BadSetting { key, why };
    let authority = match authority {
        Some(path) => Some(std::fs::read(path).map_err(|error| bad(authority_key, format!("{}: {error}", path.display())))?),
        None => None,
    };
    Target::new(url.reveal(), prefix, authority).map_err(|error| bad(url_key, error.to_string()).into())
}

/// Only into an empty journal: what was decided here is never overwritten.
pub async fn restore(from: &Target, journal: &mut Journal, loaded: &mut Loaded) -> anyhow::Result<()> {
    if loaded.snapshot.seq > Seq::default() {
        tracing::info!("the data directory has a show of its own, so nothing is restored from Redis");
        return Ok(());
    }
    let Some(snapshot) = from.held().await? else {
        tracing::info!("Redis holds no show, so there is nothing to restore");
        return Ok(());
    };
    journal.begin_with(&snapshot)?;
    let keyless = snapshot.show.destinations.values().filter(|destination| !destination.enabled).count();
    tracing::warn!(
        seq = snapshot.seq.0,
        "the show was restored from Redis; uploaded files and stream keys are not in it, and {keyless} destinations are off"
    );
    loaded.snapshot = snapshot;
    Ok(())
}
