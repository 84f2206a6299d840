//! Scenes: made, changed, removed, put on air.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{check_name, check_new, layer, patch};
use crate::show::ids::SceneId;
use crate::show::scene::Scene;
use crate::show::time::ShowTime;
use crate::show::{Program, Show};
use crate::state::command::Patch;
use crate::state::event::Event;
use crate::state::rejection::Rejection;

/// More than anyone steers by hand; keeps a snapshot small.
const MAX_SCENES: usize = 256;

pub(super) fn put(show: &Show, scene: Scene, only_new: bool) -> Result<Event, Rejection> {
    let exists = show.scenes.contains_key(&scene.id);
    check_new(only_new, exists, "scene", scene.id.as_str())?;
    check_count(show.scenes.len() + usize::from(!exists))?;
    check(show, &scene)?;
    Ok(Event::SceneSaved { scene: Arc::new(scene) })
}

pub(super) fn change(show: &Show, id: &SceneId, patch: &Patch) -> Result<Event, Rejection> {
    let scene = patch::merged("scene", &**find(show, id)?, patch)?;
    check(show, &scene)?;
    Ok(Event::SceneSaved { scene: Arc::new(scene) })
}

pub(super) fn remove(show: &Show, id: SceneId) -> Result<Event, Rejection> {
    find(show, &id)?;
    match &show.program {
        Some(program) if program.scene == id => Err(Rejection::SceneOnAir(id)),
        _ => Ok(Event::SceneRemoved { scene: id }),
    }
}

pub(super) fn take(show: &Show, id: SceneId, now: ShowTime) -> Result<Event, Rejection> {
    find(show, &id)?;
    Ok(Event::SceneTaken { program: Program { scene: id, since: now } })
}

pub(super) fn find<'a>(show: &'a Show, id: &SceneId) -> Result<&'a Arc<Scene>, Rejection> {
    show.scenes.get(id).ok_or_else(|| Rejection::NoScene(id.clone()))
}

pub(super) fn check_count(scenes: usize) -> Result<(), Rejection> {
    if scenes > MAX_SCENES { Err(Rejection::TooMany { what: "scenes", limit: MAX_SCENES }) } else { Ok(()) }
}

pub(super) fn check(show: &Show, scene: &Scene) -> Result<(), Rejection> {
    let Scene { id: _, name, layers } = scene;
    check_name(name)?;
    if layers.len() > layer::MAX_LAYERS {
        return Err(Rejection::TooMany { what: "layers in a scene", limit: layer::MAX_LAYERS });
    }
    let mut seen = BTreeSet::new();
    for layer in layers {
        if !seen.insert(&layer.id) {
            return Err(Rejection::DuplicateLayer(layer.id.clone()));
        }
        layer::check(show, layer)?;
    }
    Ok(())
}
