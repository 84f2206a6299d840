//! Uploads that go: because somebody says so, or because nothing has come for too long.

use std::sync::Arc;
use std::time::Duration;

use super::claims::Claim;
use super::disk::length_of;
use super::error::UploadError;
use super::journal;
use super::session::Session;
use super::status::Cleared;
use super::store::{Store, blocking};

/// Whoever still sends to it is turned out; whoever is finishing it is waited for.
pub async fn remove(store: Arc<Store>, session: Arc<Session>) -> Result<(), UploadError> {
    let claim = session.claims.take_all(store.limits.turn).await?;
    clear(&store, &session, claim).await.map(drop)
}

/// Removes uploads for which nothing has come for too long, and, where there are as many as there may be, those that ended first.
pub async fn expire(store: &Arc<Store>) -> Cleared {
    let over = store.all().into_iter().filter(|session| store.is_over(session)).collect();
    let mut cleared = clear_idle(store, over).await;
    let sessions = store.all();
    if sessions.len() >= store.limits.sessions {
        let mut ended: Vec<_> = sessions.iter().filter(|session| session.inside().course.has_ended()).cloned().collect();
        ended.sort_by_key(|session| session.inside().course.updated_at);
        ended.truncate(sessions.len() + 1 - store.limits.sessions);
        cleared = sum(cleared, clear_idle(store, ended).await);
    }
    cleared
}

/// Removes uploads of `owner` (None: of everybody) for which nothing has come for so long.
pub async fn clean_up(store: &Arc<Store>, max_age: Duration, owner: Option<&str>) -> Cleared {
    let now = store.clock.now();
    let is_old = |session: &Arc<Session>| {
        owner.is_none_or(|owner| session.beginning.owner == owner) && session.inside().course.updated_at.plus(max_age) <= now
    };
    let old = store.all().into_iter().filter(is_old).collect();
    clear_idle(store, old).await
}

/// Those at which nobody is at work.
async fn clear_idle(store: &Arc<Store>, sessions: Vec<Arc<Session>>) -> Cleared {
    let mut cleared = Cleared::default();
    for session in sessions {
        let Some(claim) = session.claims.try_take_all() else { continue };
        match clear(store, &session, claim).await {
            Ok(one) => cleared = sum(cleared, one),
            Err(error) => {
                tracing::warn!(upload = %session.beginning.id, %error, "an upload's files stay: {error}");
            }
        }
    }
    cleared
}

async fn clear(store: &Arc<Store>, session: &Arc<Session>, claim: Claim) -> Result<Cleared, UploadError> {
    let freed_bytes = session.inside().staged();
    store.forget(session);
    let journal = session.journal.clone().lock_owned().await;
    let (disk, session) = (store.disk.clone(), session.clone());
    blocking(move || {
        let _held = (claim, journal);
        let had_file = length_of(&session.data())?.is_some();
        // Without its journal a directory is no upload, whatever else of it is left after a crash.
        disk.remove(&session.directory.join(journal::FILE))?;
        disk.remove_directory(&session.directory)?;
        Ok(Cleared { sessions: 1, files: u64::from(had_file), freed_bytes })
    })
    .await
}

fn sum(one: Cleared, other: Cleared) -> Cleared {
    Cleared {
        sessions: one.sessions + other.sessions,
        files: one.files + other.files,
        freed_bytes: one.freed_bytes + other.freed_bytes,
    }
}
