//! Scenes: made, changed, removed, put on air.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{check_name, check_new, layer, patch};
use crate::show::Show;
use crate::show::ids::{LayerId, SceneId};
use crate::show::layer::{Content, Layer};
use crate::show::scene::Scene;
use crate::show::time::ShowTime;
use crate::state::command::Patch;
use crate::state::event::Event;
use crate::state::rejection::Rejection;

/// More than anyone steers by hand; keeps a snapshot small.
const MAX_SCENES: usize = 256;

pub(super) fn put(show: &Show, scene: Scene, only_new: bool, now: ShowTime) -> Result<Vec<Event>, Rejection> {
    let exists = show.scenes.contains_key(&scene.id);
    check_new(only_new, exists, "scene", scene.id.as_str())?;
    check_count(show.scenes.len() + usize::from(!exists))?;
    saved(show, scene, now)
}

pub(super) fn change(show: &Show, id: &SceneId, patch: &Patch, now: ShowTime) -> Result<Vec<Event>, Rejection> {
    let scene = patch::merged("scene", &**find(show, id)?, patch)?;
    saved(show, scene, now)
}

fn saved(show: &Show, scene: Scene, now: ShowTime) -> Result<Vec<Event>, Rejection> {
    check(show, &scene)?;
    let layers = scene.layers.into_iter().map(|layer| layer::started(layer, now)).collect();
    let scene = Arc::new(Scene { layers, ..scene });
    let event = Event::SceneSaved { scene: scene.clone() };
    Ok(match show.scenes.get(&scene.id) {
        Some(before) => layer::with_glides(event, before, &scene, now),
        None => vec![event],
    })
}

pub(super) fn remove(show: &Show, id: SceneId) -> Result<Event, Rejection> {
    find(show, &id)?;
    match &show.program {
        Some(program) if program.scenes().any(|scene| *scene == id) => Err(Rejection::SceneOnAir(id)),
        _ if show.studio.preview.as_ref() == Some(&id) => Err(Rejection::SceneInPreview(id)),
        _ if let Some((scene, layer)) = shown_by(show, &id) => Err(Rejection::SceneInUse(id, scene, layer)),
        _ => Ok(Event::SceneRemoved { scene: id }),
    }
}

pub(super) fn find<'a>(show: &'a Show, id: &SceneId) -> Result<&'a Arc<Scene>, Rejection> {
    show.scenes.get(id).ok_or_else(|| Rejection::NoScene(id.clone()))
}

pub(super) fn check_count(scenes: usize) -> Result<(), Rejection> {
    if scenes > MAX_SCENES { Err(Rejection::TooMany { what: "scenes", limit: MAX_SCENES }) } else { Ok(()) }
}

/// A layer of another scene that shows it.
fn shown_by(show: &Show, id: &SceneId) -> Option<(SceneId, LayerId)> {
    show.scenes.values().filter(|scene| scene.id != *id).find_map(|scene| {
        let shows = |layer: &&Layer| matches!(&layer.content, Content::Scene { scene } if scene == id);
        scene.all().find(shows).map(|layer| (scene.id.clone(), layer.id.clone()))
    })
}

/// `show` need not have the scene yet, nor have it as it is here.
pub(super) fn check(show: &Show, scene: &Scene) -> Result<(), Rejection> {
    let Scene { id: _, name, layers } = scene;
    check_name(name)?;
    let mut seen = BTreeSet::new();
    for layer in scene.all() {
        if !seen.insert(&layer.id) {
            return Err(Rejection::DuplicateLayer(layer.id.clone()));
        }
        if seen.len() > layer::MAX_LAYERS {
            return Err(Rejection::TooMany { what: "layers in a scene", limit: layer::MAX_LAYERS });
        }
    }
    layers.iter().try_for_each(|layer| layer::check(show, layer, 0))?;
    check_nesting(show, scene)
}

/// Scenes within each other come to an end, and soon.
fn check_nesting(show: &Show, scene: &Scene) -> Result<(), Rejection> {
    scene.all().try_for_each(|layer| match &layer.content {
        Content::Scene { scene: inner } => check_inner(show, scene, layer, inner, 1),
        _ => Ok(()),
    })
}

fn check_inner(show: &Show, outer: &Scene, through: &Layer, inner: &SceneId, depth: usize) -> Result<(), Rejection> {
    if *inner == outer.id {
        return Err(Rejection::SceneInItself(through.id.clone(), outer.id.clone()));
    }
    if depth > layer::MAX_DEPTH {
        return Err(Rejection::TooDeep { limit: layer::MAX_DEPTH });
    }
    let Some(inner) = show.scenes.get(inner) else { return Ok(()) };
    inner.all().try_for_each(|layer| match &layer.content {
        Content::Scene { scene } => check_inner(show, outer, through, scene, depth + 1),
        _ => Ok(()),
    })
}
