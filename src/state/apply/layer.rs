//! Layers of a scene, and layers within layers.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::scene::{self, find};
use super::{check_name, check_new, look, patch};
use crate::show::Show;
use crate::show::arrange::Moved;
use crate::show::ids::{LayerId, SceneId};
use crate::show::layer::{Content, Layer};
use crate::show::motion::Start;
use crate::show::scene::{Place, Scene};
use crate::show::time::ShowTime;
use crate::state::command::Patch;
use crate::state::event::{Event, evolve_scene};
use crate::state::rejection::Rejection;

/// What is hidden or still costs next to nothing, so many are fine.
pub(super) const MAX_LAYERS: usize = 2_048;
/// Of groups within groups, and of scenes within scenes.
pub(super) const MAX_DEPTH: usize = 8;

/// Where a layer is to be put, as far as that was said.
pub(super) struct Wanted {
    pub parent: Option<LayerId>,
    pub index: Option<usize>,
}

pub(super) fn put(
    show: &Show,
    scene_id: SceneId,
    layer: Arc<Layer>,
    wanted: Wanted,
    only_new: bool,
    now: ShowTime,
) -> Result<Vec<Event>, Rejection> {
    let scene = find(show, &scene_id)?;
    let present = scene.place_of(&layer.id);
    check_new(only_new, present.is_some(), "layer", layer.id.as_str())?;
    let parent = wanted.parent.or_else(|| present.as_ref().and_then(|place| place.parent.clone()));
    if let Some(parent) = &parent {
        check_parent(scene, parent, &layer.id)?;
    }
    let present = present.filter(|place| place.parent == parent).map(|place| place.index);
    let last = scene.layers_in(parent.as_ref()).map_or(0, <[_]>::len) - usize::from(present.is_some());
    let index = wanted.index.or(present).unwrap_or(last).min(last);
    saved(show, scene, layer, Place { parent, index }, now)
}

fn check_parent(scene: &Scene, parent: &LayerId, layer: &LayerId) -> Result<(), Rejection> {
    let found = scene.find(parent).ok_or_else(|| Rejection::NoLayer(scene.id.clone(), parent.clone()))?;
    if found.layers_within().is_none() {
        return Err(Rejection::NotAGroup(parent.clone()));
    }
    let own = scene.find(layer);
    if own.is_some_and(|own| own.all().any(|inner| inner.id == *parent)) {
        return Err(Rejection::LayerInItself(layer.clone()));
    }
    Ok(())
}

pub(super) fn change(
    show: &Show,
    scene_id: SceneId,
    id: &LayerId,
    patch: &Patch,
    index: Option<usize>,
    now: ShowTime,
) -> Result<Vec<Event>, Rejection> {
    let scene = find(show, &scene_id)?;
    let missing = || Rejection::NoLayer(scene_id.clone(), id.clone());
    let (Some(place), Some(present)) = (scene.place_of(id), scene.find(id)) else { return Err(missing()) };
    let layer = patch::merged("layer", &**present, patch)?;
    let last = scene.layers_in(place.parent.as_ref()).map_or(0, <[_]>::len).saturating_sub(1);
    let index = index.unwrap_or(place.index).min(last);
    saved(show, scene, Arc::new(layer), Place { index, ..place }, now)
}

/// The scene is checked as a whole, as it will be.
fn saved(show: &Show, scene: &Scene, layer: Arc<Layer>, place: Place, now: ShowTime) -> Result<Vec<Event>, Rejection> {
    let Place { parent, index } = place;
    let layer = started(layer, now);
    let event = Event::LayerSaved { scene: scene.id.clone(), layer, index, parent };
    let after = scene_after(scene, &event);
    scene::check(show, &after)?;
    Ok(with_glides(event, scene, &after, now))
}

/// What is to move from now on moves from now on, in whichever layer within.
pub(super) fn started(mut layer: Arc<Layer>, now: ShowTime) -> Arc<Layer> {
    if layer.all().any(|layer| layer.animations.iter().any(|animation| animation.start == Start::Now)) {
        start(Arc::make_mut(&mut layer), now);
    }
    layer
}

fn start(layer: &mut Layer, now: ShowTime) {
    let animations = std::mem::take(&mut layer.animations);
    layer.animations = animations.into_iter().map(|animation| animation.started(now)).collect();
    for inner in layer.layers_mut().into_iter().flatten() {
        *inner = started(inner.clone(), now);
    }
}

fn scene_after(scene: &Scene, event: &Event) -> Scene {
    let mut after = scene.clone();
    evolve_scene(&mut after, event);
    after
}

/// The event, and one for each layout whose layers become others by it: they glide from where they are.
pub(super) fn with_glides(event: Event, before: &Scene, after: &Scene, now: ShowTime) -> Vec<Event> {
    let glides = after.all().filter_map(|layer| {
        let moved = Arc::new(moved(before, layer, now)?);
        Some(Event::LayoutMoved { scene: after.id.clone(), layer: layer.id.clone(), moved })
    });
    let glides: Vec<Event> = glides.collect();
    std::iter::once(event).chain(glides).collect()
}

fn moved(before: &Scene, layer: &Layer, now: ShowTime) -> Option<Moved> {
    let Content::Layout { arrange: new_arrange, layers: new_layers, moved: _ } = &layer.content else { return None };
    let Content::Layout { arrange, layers, moved } = &before.find(&layer.id)?.content else { return None };
    let seen = |layers: &[Arc<Layer>]| -> Vec<LayerId> {
        layers.iter().filter(|layer| layer.visible).map(|layer| layer.id.clone()).collect()
    };
    let old = seen(layers);
    let is_same = old == seen(new_layers) && arrange == new_arrange;
    (!is_same).then(|| Moved::new(now, *arrange, old, moved.as_ref()))
}

pub(super) fn remove(show: &Show, scene_id: SceneId, id: LayerId, now: ShowTime) -> Result<Vec<Event>, Rejection> {
    let scene = find(show, &scene_id)?;
    if scene.place_of(&id).is_none() {
        return Err(Rejection::NoLayer(scene_id, id));
    }
    let event = Event::LayerRemoved { scene: scene_id, layer: id };
    let after = scene_after(scene, &event);
    Ok(with_glides(event, scene, &after, now))
}

pub(super) fn order(
    show: &Show,
    scene_id: SceneId,
    parent: Option<LayerId>,
    order: Vec<LayerId>,
    now: ShowTime,
) -> Result<Vec<Event>, Rejection> {
    let scene = find(show, &scene_id)?;
    let layers = match (&parent, scene.layers_in(parent.as_ref())) {
        (_, Some(layers)) => layers,
        (Some(parent), None) => return Err(Rejection::NoLayer(scene_id, parent.clone())),
        (None, None) => &[],
    };
    let present: BTreeSet<_> = layers.iter().map(|layer| &layer.id).collect();
    let wanted: BTreeSet<_> = order.iter().collect();
    if wanted != present || order.len() != present.len() {
        return Err(Rejection::OrderMismatch);
    }
    let event = Event::LayersOrdered { scene: scene_id, order, parent };
    let after = scene_after(scene, &event);
    Ok(with_glides(event, scene, &after, now))
}

/// A layer and what is inside it; `depth` is how many are around it.
pub(super) fn check(show: &Show, layer: &Layer, depth: usize) -> Result<(), Rejection> {
    if depth > MAX_DEPTH {
        return Err(Rejection::TooDeep { limit: MAX_DEPTH });
    }
    check_name(&layer.name)?;
    look::check_place(layer)?;
    look::check_look(layer)?;
    look::check_content(show, layer)?;
    layer.layers().iter().try_for_each(|inner| check(show, inner, depth + 1))
}
