//! Named versions of scenes. They stay when the scene is removed, and bring it back.

use std::sync::Arc;

use super::{Given, scene};
use crate::show::Show;
use crate::show::ids::{SceneId, VersionId};
use crate::show::version::{MAX_ALL_VERSIONS, MAX_VERSIONS, Version};
use crate::state::event::Event;
use crate::state::rejection::Rejection;

pub(super) fn save(show: &Show, id: SceneId, name: VersionId, given: Given<'_>) -> Result<Event, Rejection> {
    let scene = scene::find(show, &id)?.clone();
    let present = show.versions.get(&id);
    if present.is_some_and(|versions| versions.contains_key(&name)) {
        return Err(Rejection::VersionExists(id, name));
    }
    check_count(present.map_or(0, |versions| versions.len()) + 1, MAX_VERSIONS)?;
    check_count(all(show) + 1, MAX_ALL_VERSIONS)?;
    let version = Version { at: given.now, by: given.by.map(str::to_owned), scene };
    Ok(Event::VersionSaved { scene: id, name, version: Arc::new(version) })
}

fn all(show: &Show) -> usize {
    show.versions.values().map(|versions| versions.len()).sum()
}

fn check_count(versions: usize, limit: usize) -> Result<(), Rejection> {
    if versions > limit { Err(Rejection::TooMany { what: "versions", limit }) } else { Ok(()) }
}

fn find<'a>(show: &'a Show, id: &SceneId, name: &VersionId) -> Result<&'a Arc<Version>, Rejection> {
    let found = show.versions.get(id).and_then(|versions| versions.get(name));
    found.ok_or_else(|| Rejection::NoVersion(id.clone(), name.clone()))
}

/// What it needs may be gone by now; then it is refused as a scene that is put would be.
pub(super) fn restore(show: &Show, id: &SceneId, name: &VersionId, given: Given<'_>) -> Result<Vec<Event>, Rejection> {
    let version = find(show, id, name)?;
    scene::put(show, (*version.scene).clone(), false, given.now)
}

pub(super) fn remove(show: &Show, scene: SceneId, name: VersionId) -> Result<Event, Rejection> {
    find(show, &scene, &name)?;
    Ok(Event::VersionRemoved { scene, name })
}

pub(super) fn check(show: &Show) -> Result<(), Rejection> {
    check_count(all(show), MAX_ALL_VERSIONS)?;
    for (id, versions) in show.versions.iter() {
        check_count(versions.len(), MAX_VERSIONS)?;
        if versions.values().any(|version| version.scene.id != *id) {
            return Err(Rejection::Invalid { what: "show", why: format!("a version of {id} is another scene's") });
        }
    }
    Ok(())
}
