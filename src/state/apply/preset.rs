//! Looks that are kept, shown again, and carried elsewhere.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::zone::{becoming, check_look, find, layer, save as save_zone};
use super::{Given, check_name, check_new, house, light, palette};
use crate::show::Show;
use crate::show::ids::{LightPresetId, ZoneId};
use crate::show::light::house::HouseState;
use crate::show::light::preset::{LightPreset, Saved};
use crate::show::light::zone::{Look, Zone, ZoneContent};
use crate::show::time::ShowTime;
use crate::state::asked::{CarriedLook, CarriedPreset, NewPalette, Passage};
use crate::state::event::{Event, evolve};
use crate::state::rejection::Rejection;

const MAX_PRESETS: usize = 256;
/// What a preset was before, so that saving it by mistake loses nothing.
const MAX_EARLIER: usize = 16;

/// What is to be kept.
pub(super) struct Wanted {
    pub id: LightPresetId,
    pub name: Option<String>,
    pub zones: Option<Vec<ZoneId>>,
    pub house: bool,
    pub only_new: bool,
}

pub(super) fn find_preset<'a>(show: &'a Show, id: &LightPresetId) -> Result<&'a Arc<LightPreset>, Rejection> {
    show.light_presets.get(id).ok_or_else(|| Rejection::NoLightPreset(id.clone()))
}

pub(super) fn save(show: &Show, wanted: Wanted, given: Given<'_>) -> Result<Event, Rejection> {
    let zones: Vec<&Arc<Zone>> = match wanted.zones {
        Some(zones) => zones.iter().map(|id| find(show, id)).collect::<Result<_, _>>()?,
        None => show.zones.values().collect(),
    };
    check_not_empty(zones.len())?;
    let looks = zones.into_iter().map(|zone| (zone.id.clone(), Arc::new(lasting(&zone.look)))).collect();
    let saved = Kept { house: wanted.house.then_some(show.house.state), zones: looks };
    keep(show, wanted.id, wanted.name, saved, wanted.only_new, given)
}

fn check_not_empty(zones: usize) -> Result<(), Rejection> {
    if zones == 0 {
        return Err(Rejection::Invalid { what: "preset", why: "there is no zone whose look could be kept".to_owned() });
    }
    Ok(())
}

/// Without what is there for a while only.
fn lasting(look: &Look) -> Look {
    let layers = look.layers.iter().filter(|layer| layer.until.is_none()).cloned().collect();
    Look { layers, ..look.clone() }
}

struct Kept {
    house: Option<HouseState>,
    zones: BTreeMap<ZoneId, Arc<Look>>,
}

fn keep(
    show: &Show,
    id: LightPresetId,
    name: Option<String>,
    kept: Kept,
    only_new: bool,
    given: Given<'_>,
) -> Result<Event, Rejection> {
    let present = show.light_presets.get(&id);
    check_new(only_new, present.is_some(), "preset", id.as_str())?;
    check_count(show.light_presets.len() + usize::from(present.is_none()))?;
    let revision = present.map_or(1, |present| present.saved.revision.saturating_add(1));
    let Kept { house, zones } = kept;
    let saved = Saved { revision, at: given.now, by: given.by.map(str::to_owned), house, zones };
    let name = name.or_else(|| present.map(|present| present.name.clone())).unwrap_or_default();
    check_name(&name)?;
    let before = present.map(|present| Arc::new(present.saved.clone()));
    let earlier = present.iter().flat_map(|present| present.earlier.iter().cloned());
    let earlier = before.into_iter().chain(earlier).take(MAX_EARLIER).collect();
    let preset = LightPreset { id, name, saved, earlier };
    check(&preset)?;
    Ok(Event::LightPresetSaved { preset: Arc::new(preset) })
}

pub(super) fn check_count(presets: usize) -> Result<(), Rejection> {
    if presets > MAX_PRESETS { Err(Rejection::TooMany { what: "presets", limit: MAX_PRESETS }) } else { Ok(()) }
}

pub(super) fn check(preset: &LightPreset) -> Result<(), Rejection> {
    check_name(&preset.name)?;
    let all = std::iter::once(&preset.saved).chain(preset.earlier.iter().map(Arc::as_ref));
    all.flat_map(|saved| saved.zones.values()).try_for_each(|look| check_look(look))
}

/// Zones and feeds that are gone since are left out; the others become what they were, their animations from now on. What listened
/// to an input that is gone listens to the program.
pub(super) fn load(show: &Show, id: &LightPresetId, passage: Passage, now: ShowTime) -> Result<Vec<Event>, Rejection> {
    let preset = find_preset(show, id)?;
    let transition = light::transition(passage, show.house.settings.transition)?;
    let mut events = Vec::new();
    for (id, look) in &preset.saved.zones {
        if let Some(zone) = show.zones.get(id) {
            let zone = becoming(Zone::clone(zone), begun(show, look, now), transition, now);
            events.push(save_zone(show, zone)?);
        }
    }
    if let Some(state) = preset.saved.house {
        events.push(house::become_state(show, state, passage, now)?);
    }
    events.push(Event::LightPresetLoaded { id: id.clone() });
    Ok(events)
}

fn begun(show: &Show, look: &Look, now: ShowTime) -> Look {
    let mut look = look.clone();
    look.layers
        .retain(|layer| !matches!(&layer.content, ZoneContent::Feed { feed } if !show.light_feeds.contains_key(feed)));
    for layer in &mut look.layers {
        let content = &mut Arc::make_mut(layer).content;
        content.let_go(show);
        if let ZoneContent::Animation(running) = content {
            (running.since, running.phase) = (now, 0.0);
        }
    }
    look
}

pub(super) fn restore(show: &Show, id: &LightPresetId, revision: u32, given: Given<'_>) -> Result<Event, Rejection> {
    let preset = find_preset(show, id)?;
    let saved = preset.revision(revision).ok_or_else(|| Rejection::NoRevision(id.clone(), revision))?;
    let kept = Kept { house: saved.house, zones: saved.zones.clone() };
    keep(show, id.clone(), None, kept, false, given)
}

pub(super) fn rename(show: &Show, id: &LightPresetId, name: String) -> Result<Event, Rejection> {
    check_name(&name)?;
    let preset = LightPreset { name, ..LightPreset::clone(find_preset(show, id)?) };
    Ok(Event::LightPresetSaved { preset: Arc::new(preset) })
}

pub(super) fn remove(show: &Show, id: LightPresetId) -> Result<Event, Rejection> {
    find_preset(show, &id)?;
    Ok(Event::LightPresetRemoved { id })
}

/// What comes from elsewhere.
pub(super) struct Brought {
    pub presets: Vec<CarriedPreset>,
    pub palettes: Vec<NewPalette>,
    pub only_new: bool,
}

pub(super) fn import(show: &Show, brought: Brought, given: Given<'_>) -> Result<Vec<Event>, Rejection> {
    let Brought { presets, palettes, only_new } = brought;
    if presets.is_empty() {
        return Err(Rejection::Invalid { what: "import", why: "there is no preset in it".to_owned() });
    }
    let mut show = show.clone();
    let mut events = Vec::new();
    for palette in palettes {
        if let Some(event) = palette::bring(&show, palette)? {
            evolve(&mut show, &event);
            events.push(event);
        }
    }
    for CarriedPreset { id, name, house, zones } in presets {
        check_not_empty(zones.len())?;
        let house = house.map(|house| HouseState { on: house.on, mode: house.mode, brightness: house.brightness });
        let zones = zones.into_iter().map(|(id, carried)| Ok((id, Arc::new(look(&show, carried, given.now)?))));
        let kept = Kept { house, zones: zones.collect::<Result<_, Rejection>>()? };
        let event = keep(&show, id, Some(name), kept, only_new, given)?;
        evolve(&mut show, &event);
        events.push(event);
    }
    Ok(events)
}

/// One of another show. What is here under its name stays in its history.
pub(super) fn arrive(show: &Show, preset: LightPreset, given: Given<'_>) -> Result<Event, Rejection> {
    let LightPreset { id, name, saved, earlier: _ } = preset;
    check_not_empty(saved.zones.len())?;
    keep(show, id, Some(name), Kept { house: saved.house, zones: saved.zones }, false, given)
}

fn look(show: &Show, carried: CarriedLook, now: ShowTime) -> Result<Look, Rejection> {
    let CarriedLook { color, brightness, enabled, layers } = carried;
    let (color, in_color) = light::color("color", &color)?;
    let brightness = brightness.or(in_color).unwrap_or(u8::MAX);
    let mut look = Look { color, brightness, enabled: enabled.unwrap_or(true), layers: Vec::new() };
    for new in layers {
        look.put(layer(show, new, now)?);
    }
    check_look(&look)?;
    Ok(look)
}
