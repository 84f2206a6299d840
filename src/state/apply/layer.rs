//! Layers of a scene.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::scene::find;
use super::{check_new, check_range, patch};
use crate::show::Show;
use crate::show::ids::{LayerId, SceneId};
use crate::show::layer::{Content, Layer};
use crate::state::command::Patch;
use crate::state::event::Event;
use crate::state::rejection::Rejection;

/// Each visible layer costs time in every frame.
pub(super) const MAX_LAYERS: usize = 128;
/// A crawl of several pages still fits.
const MAX_TEXT: usize = 2_000;
/// Eight canvases of the largest kind to each side: enough to move anything in from outside.
const FAR: f64 = 32_768.0;

pub(super) fn put(
    show: &Show,
    scene_id: SceneId,
    layer: Arc<Layer>,
    index: Option<usize>,
    only_new: bool,
) -> Result<Event, Rejection> {
    let scene = find(show, &scene_id)?;
    let present = scene.position_of(&layer.id);
    check_new(only_new, present.is_some(), "layer", layer.id.as_str())?;
    if present.is_none() && scene.layers.len() >= MAX_LAYERS {
        return Err(Rejection::TooMany { what: "layers in a scene", limit: MAX_LAYERS });
    }
    check(show, &layer)?;
    let last = scene.layers.len() - usize::from(present.is_some());
    let index = index.or(present).unwrap_or(last).min(last);
    Ok(Event::LayerSaved { scene: scene_id, layer, index })
}

pub(super) fn change(
    show: &Show,
    scene_id: SceneId,
    id: &LayerId,
    patch: &Patch,
    index: Option<usize>,
) -> Result<Event, Rejection> {
    let scene = find(show, &scene_id)?;
    let present = scene.position_of(id).ok_or_else(|| Rejection::NoLayer(scene_id.clone(), id.clone()))?;
    let layer = patch::merged("layer", &*scene.layers[present], patch)?;
    check(show, &layer)?;
    let index = index.unwrap_or(present).min(scene.layers.len() - 1);
    Ok(Event::LayerSaved { scene: scene_id, layer: Arc::new(layer), index })
}

pub(super) fn remove(show: &Show, scene_id: SceneId, id: LayerId) -> Result<Event, Rejection> {
    match find(show, &scene_id)?.position_of(&id) {
        Some(_) => Ok(Event::LayerRemoved { scene: scene_id, layer: id }),
        None => Err(Rejection::NoLayer(scene_id, id)),
    }
}

pub(super) fn order(show: &Show, scene_id: SceneId, order: Vec<LayerId>) -> Result<Event, Rejection> {
    let scene = find(show, &scene_id)?;
    let present: BTreeSet<_> = scene.layers.iter().map(|layer| &layer.id).collect();
    let wanted: BTreeSet<_> = order.iter().collect();
    if wanted != present || order.len() != present.len() {
        return Err(Rejection::OrderMismatch);
    }
    Ok(Event::LayersOrdered { scene: scene_id, order })
}

pub(super) fn check(show: &Show, layer: &Layer) -> Result<(), Rejection> {
    let Layer { id, x, y, width, height, opacity, visible: _, content } = layer;
    check_range("x", *x, -FAR..=FAR, "-32768 to 32768")?;
    check_range("y", *y, -FAR..=FAR, "-32768 to 32768")?;
    check_range("width", width.unwrap_or(1.0), 1.0..=8192.0, "1 to 8192")?;
    check_range("height", height.unwrap_or(1.0), 1.0..=8192.0, "1 to 8192")?;
    check_range("opacity", *opacity, 0.0..=1.0, "0 to 1")?;
    match content {
        Content::Color { color: _ } | Content::Pattern { beep: _ } => Ok(()),
        Content::Gradient { from: _, to: _, angle } => check_range("angle", *angle, -3600.0..=3600.0, "-3600 to 3600"),
        Content::Image { asset } if show.assets.contains_key(asset) => Ok(()),
        Content::Image { asset } => Err(Rejection::LayerNeedsAsset(id.clone(), asset.clone())),
        Content::Text { text, style } => {
            style.check().map_err(|(field, value, allowed)| Rejection::OutOfRange { field, value, allowed })?;
            let length = text.chars().count() as f64;
            check_range("text's length", length, 0.0..=MAX_TEXT as f64, "at most 2000 characters")
        }
    }
}
