//! What the library holds, as far as the show must know.

use std::sync::Arc;

use super::{check_name, look};
use crate::show::Show;
use crate::show::asset::Asset;
use crate::show::ids::AssetId;
use crate::show::input::{Input, InputKind};
use crate::state::event::Event;
use crate::state::rejection::Rejection;

const MAX_ASSETS: usize = 1_000;

/// Adding the same file again is fine: it is the same asset, under its newest name.
pub(super) fn add(show: &Show, asset: Asset) -> Result<Event, Rejection> {
    let is_new = !show.assets.contains_key(&asset.id);
    check_count(show.assets.len() + usize::from(is_new))?;
    check(&asset)?;
    Ok(Event::AssetAdded { asset: Arc::new(asset) })
}

pub(super) fn check(asset: &Asset) -> Result<(), Rejection> {
    check_name(&asset.name)
}

pub(super) fn check_count(assets: usize) -> Result<(), Rejection> {
    if assets > MAX_ASSETS { Err(Rejection::TooMany { what: "assets", limit: MAX_ASSETS }) } else { Ok(()) }
}

pub(super) fn remove(show: &Show, id: AssetId) -> Result<Event, Rejection> {
    if !show.assets.contains_key(&id) {
        return Err(Rejection::NoAsset(id));
    }
    for scene in show.scenes.values() {
        if let Some(layer) = scene.all().find(|layer| look::assets_of(layer).any(|used| *used == id)) {
            return Err(Rejection::AssetInUse(id, scene.id.clone(), layer.id.clone()));
        }
    }
    let uses = |input: &Input| {
        let video = matches!(&input.kind, InputKind::Video(video) if video.asset == id);
        video || input.fallback.as_ref() == Some(&id)
    };
    if let Some(input) = show.inputs.values().find(|input| uses(input)) {
        return Err(Rejection::AssetInInput(id, input.id.clone()));
    }
    let transitions = show.transitions.values().map(AsRef::as_ref).chain([&show.studio.transition]);
    if transitions.into_iter().any(|transition| transition.asset() == Some(&id)) {
        return Err(Rejection::AssetInTransition(id));
    }
    Ok(Event::AssetRemoved { asset: id })
}
