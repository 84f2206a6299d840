//! What the library holds, as far as the show must know.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Given, batch, check_name, player, playlist};
use crate::show::Show;
use crate::show::asset::Asset;
use crate::show::ids::{AssetId, PlaylistId};
use crate::show::light::usage::{repointed_preset, repointed_zone};
use crate::show::media::Details;
use crate::show::playlist::TrackRef;
use crate::show::program::Studio;
use crate::show::time::ShowTime;
use crate::show::usage::{Part, User, repointed_input, repointed_scene, repointed_transition};
use crate::state::command::Command;
use crate::state::event::{Event, evolve};
use crate::state::rejection::Rejection;

const MAX_ASSETS: usize = 5_000;
/// Of a font; collections have some dozens.
const MAX_FAMILIES: usize = 128;

/// Adding the same file again is fine: it is the same asset, under its newest name.
pub(super) fn add(show: &Show, asset: Asset, now: ShowTime) -> Result<Event, Rejection> {
    let is_new = !show.assets.contains_key(&asset.id);
    check_count(show.assets.len() + usize::from(is_new))?;
    check(&asset)?;
    // A text may have asked for a family of this very name.
    if let Some(user) = show.users_of(&asset.id, now).into_iter().find(|user| !user.part().takes(asset.kind)) {
        return Err(wrong_kind(&asset, user.part()));
    }
    let known = show.assets.get(&asset.id).and_then(|known| known.details.clone());
    let details = asset.details.clone().or(known);
    Ok(Event::AssetAdded { asset: Arc::new(Asset { details, ..asset }) })
}

pub(super) fn describe(show: &Show, id: AssetId, details: Details, now: ShowTime) -> Result<Vec<Event>, Rejection> {
    find(show, &id)?;
    check_details(&details)?;
    if let Some(cover) = &details.cover {
        let missing = || Err(Rejection::NoAsset(cover.clone()));
        fits(show, cover.as_str(), Part::Cover).unwrap_or_else(missing)?;
    }
    let described = Event::AssetDescribed { asset: id.clone(), details: Arc::new(details) };
    let player = player::described(&after(show, &described), &id, now);
    Ok(std::iter::once(described).chain(player).collect())
}

fn after(show: &Show, event: &Event) -> Show {
    let mut after = show.clone();
    evolve(&mut after, event);
    after
}

fn check_details(details: &Details) -> Result<(), Rejection> {
    details.check().map_err(|why| Rejection::Invalid { what: "asset", why: why.to_owned() })
}

pub(super) fn check(asset: &Asset) -> Result<(), Rejection> {
    check_name(&asset.name)?;
    let invalid = |why: &str| Err(Rejection::Invalid { what: "asset", why: why.to_owned() });
    if !asset.format.can_be(asset.kind) {
        return invalid("its format and its kind do not go together");
    }
    if asset.families.len() > MAX_FAMILIES || asset.families.iter().any(|family| family.chars().count() > 128) {
        return invalid("its families are too many, or too long");
    }
    asset.details.as_deref().map_or(Ok(()), check_details)
}

pub(super) fn check_count(assets: usize) -> Result<(), Rejection> {
    if assets > MAX_ASSETS { Err(Rejection::TooMany { what: "assets", limit: MAX_ASSETS }) } else { Ok(()) }
}

fn wrong_kind(asset: &Asset, part: Part) -> Rejection {
    Rejection::WrongAssetKind { asset: asset.id.clone(), is: asset.kind.name(), wanted: part.wants() }
}

/// Whether it is there, and can be that. None if it is not there.
pub(super) fn fits(show: &Show, id: &str, part: Part) -> Option<Result<(), Rejection>> {
    let asset = show.assets.get(id)?;
    Some(if part.takes(asset.kind) { Ok(()) } else { Err(wrong_kind(asset, part)) })
}

fn find<'a>(show: &'a Show, id: &AssetId) -> Result<&'a Arc<Asset>, Rejection> {
    show.assets.get(id).ok_or_else(|| Rejection::NoAsset(id.clone()))
}

pub(super) fn remove(show: &Show, id: AssetId, force: bool, given: Given<'_>) -> Result<Vec<Event>, Rejection> {
    find(show, &id)?;
    let mut events = if force { taken_out(show, &id, given)? } else { Vec::new() };
    let mut left = show.clone();
    events.iter().for_each(|event| evolve(&mut left, event));
    events.extend(remove_unused(&left, id, given.now)?);
    Ok(events)
}

/// Out of every playlist. Where others use it, too, it can not be removed anyway.
fn taken_out(show: &Show, id: &AssetId, given: Given<'_>) -> Result<Vec<Event>, Rejection> {
    let mut playlists: BTreeMap<PlaylistId, Vec<TrackRef>> = BTreeMap::new();
    for user in show.users_of(id, given.now) {
        if let User::Track { playlist, track } = user {
            playlists.entry(playlist).or_default().push(TrackRef::Id(track));
        }
    }
    let removals = playlists.into_iter().map(|(playlist, tracks)| Command::RemoveTracks { playlist, tracks });
    batch::carry_out(show, removals.collect(), given)
}

/// What is played of it, though it is in no playlist any more, ends.
fn remove_unused(show: &Show, id: AssetId, now: ShowTime) -> Result<Vec<Event>, Rejection> {
    match show.users_of(&id, now).into_iter().next() {
        Some(User::Layer { scene, layer, .. }) => Err(Rejection::AssetInUse(id, scene, layer)),
        Some(User::Input { input, .. }) => Err(Rejection::AssetInInput(id, input)),
        Some(User::Transition { .. }) => Err(Rejection::AssetInTransition(id)),
        Some(User::Zone { zone, .. }) => Err(Rejection::AssetInZone(id, zone)),
        Some(User::LightPreset { preset, .. }) => Err(Rejection::AssetInLightPreset(id, preset)),
        Some(User::Track { playlist, .. }) => Err(Rejection::AssetInPlaylist(id, playlist)),
        Some(User::Cover { asset }) => Err(Rejection::AssetIsCover(id, asset)),
        None => {
            let removed = Event::AssetRemoved { asset: id.clone() };
            let player = player::without_asset(&after(show, &removed), &id, now);
            Ok(std::iter::once(removed).chain(player).collect())
        }
    }
}

/// Everyone who uses the one uses the other from now on.
pub(super) fn replace(show: &Show, from: &AssetId, to: &AssetId, now: ShowTime) -> Result<Vec<Event>, Rejection> {
    let (before, after) = (find(show, from)?, find(show, to)?);
    if before.kind != after.kind {
        let (asset, is) = (after.id.clone(), after.kind.name());
        return Err(Rejection::WrongAssetKind { asset, is, wanted: before.kind.name() });
    }
    let scenes = show.scenes.values().filter_map(|scene| repointed_scene(scene, from, to));
    let inputs = show.inputs.values().filter_map(|input| repointed_input(input, from, to));
    let transitions = show.transitions.iter().filter_map(|(id, transition)| {
        let transition = Arc::new(repointed_transition(transition, from, to)?);
        Some(Event::TransitionSaved { id: id.clone(), transition })
    });
    let desk = repointed_transition(&show.studio.transition, from, to).map(|transition| {
        let studio = Arc::new(Studio { transition, ..Studio::clone(&show.studio) });
        Event::StudioChanged { studio }
    });
    let zones = show.zones.values().filter_map(|zone| repointed_zone(zone, from, to));
    let presets = show.light_presets.values().filter_map(|preset| repointed_preset(preset, from, to));
    let mut events: Vec<Event> = scenes.map(|scene| Event::SceneSaved { scene: Arc::new(scene) }).collect();
    events.extend(inputs.map(|input| Event::InputSaved { input: Arc::new(input) }));
    events.extend(transitions);
    events.extend(desk);
    events.extend(zones.map(|zone| Event::ZoneSaved { zone: Arc::new(zone) }));
    events.extend(presets.map(|preset| Event::LightPresetSaved { preset: Arc::new(preset) }));
    events.extend(playlist::repointed(show, from, to, now));
    events.extend(show.assets.values().filter_map(|asset| repointed_cover(asset, from, to)));
    if events.is_empty() {
        // Nobody uses it. Something must have happened for the command to have a number, so what is there is said again.
        events.push(Event::AssetAdded { asset: after.clone() });
    }
    Ok(events)
}

fn repointed_cover(asset: &Asset, from: &AssetId, to: &AssetId) -> Option<Event> {
    let details = asset.details.as_deref().filter(|details| details.cover.as_ref() == Some(from))?;
    let details = Details { cover: Some(to.clone()), ..details.clone() };
    Some(Event::AssetDescribed { asset: asset.id.clone(), details: Arc::new(details) })
}
