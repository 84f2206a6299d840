//! Palettes of the show's own.

use std::sync::Arc;

use super::{check_name, check_new, light};
use crate::show::Show;
use crate::show::ids::{LayerId, PaletteId, SceneId};
use crate::show::layer::{Content, Layer};
use crate::show::light::palette::{Palette, PaletteStop, builtin};
use crate::show::light::zone::Look;
use crate::show::time::ShowTime;
use crate::state::asked::{NewPalette, NewPaletteStop};
use crate::state::event::Event;
use crate::state::rejection::Rejection;

const MAX_PALETTES: usize = 256;

pub(super) fn put(show: &Show, new: NewPalette, only_new: bool) -> Result<Event, Rejection> {
    let NewPalette { id, name, stops, interpolation, wrap } = new;
    let exists = show.palettes.contains_key(&id);
    check_not_builtin(&id)?;
    let stop = |(index, NewPaletteStop { at, color }): (usize, NewPaletteStop)| {
        Ok(PaletteStop { at, color: light::plain_color(format!("stops[{index}].color"), color)? })
    };
    let stops = stops.into_iter().enumerate().map(stop).collect::<Result<_, Rejection>>()?;
    let palette = Palette { id, name, stops, interpolation, wrap };
    check_new(only_new, exists, "palette", palette.id.as_str())?;
    check_count(show.palettes.len() + usize::from(!exists))?;
    check(&palette)?;
    Ok(Event::PaletteSaved { palette: Arc::new(palette) })
}

/// One that comes with something else: what is here under its name is that very palette, or it is in the way, because others
/// show it. None if it is here.
pub(super) fn bring(show: &Show, new: NewPalette) -> Result<Option<Event>, Rejection> {
    let event = put(show, new, false)?;
    let Event::PaletteSaved { palette } = &event else { return Ok(Some(event)) };
    match show.palettes.get(&palette.id) {
        Some(present) if present == palette => Ok(None),
        Some(_) => Err(Rejection::PaletteDiffers(palette.id.clone())),
        None => Ok(Some(event)),
    }
}

pub(super) fn remove(show: &Show, id: PaletteId, now: ShowTime) -> Result<Event, Rejection> {
    check_not_builtin(&id)?;
    if !show.palettes.contains_key(&id) {
        return Err(Rejection::NoPalette(id));
    }
    let uses =
        |look: &Look| look.running().any(|(layer, running)| layer.is_seen(now) && running.palette.as_ref() == Some(&id));
    if let Some(zone) = show.zones.values().find(|zone| uses(&zone.look)) {
        return Err(Rejection::PaletteInUse(id, zone.id.clone()));
    }
    match layer_with(show, &id) {
        Some((scene, layer)) => Err(Rejection::PaletteInLayer(id, scene, layer)),
        None => Ok(Event::PaletteRemoved { palette: id }),
    }
}

/// A scene is not whole without the palettes that its layers name, whether they are seen or not.
fn layer_with(show: &Show, id: &PaletteId) -> Option<(SceneId, LayerId)> {
    let has_it = |layer: &&Layer| matches!(&layer.content, Content::Effect(effect) if effect.palette.as_ref() == Some(id));
    show.scenes.values().find_map(|scene| scene.all().find(has_it).map(|layer| (scene.id.clone(), layer.id.clone())))
}

pub(super) fn check_not_builtin(id: &PaletteId) -> Result<(), Rejection> {
    if builtin().iter().any(|palette| palette.id == *id) { Err(Rejection::PaletteBuiltIn(id.clone())) } else { Ok(()) }
}

pub(super) fn check_count(palettes: usize) -> Result<(), Rejection> {
    if palettes > MAX_PALETTES { Err(Rejection::TooMany { what: "palettes", limit: MAX_PALETTES }) } else { Ok(()) }
}

pub(super) fn check(palette: &Palette) -> Result<(), Rejection> {
    check_name(&palette.name)?;
    palette.check().map_err(|error| Rejection::Invalid { what: "palette", why: error.to_string() })
}
