//! Zones, and what they look like.

use std::sync::Arc;

use serde_json::Value;

use super::{animation, check_name, check_new, check_range, feed, light, patch as patches};
use crate::show::Show;
use crate::show::ids::{InputId, ZoneId, ZoneLayerId};
use crate::show::light::geometry::Geometry;
use crate::show::light::transition::LightTransition;
use crate::show::light::zone::{Look, TestPattern, Zone, ZoneContent, ZoneLayer};
use crate::show::time::ShowTime;
use crate::state::asked::{NewContent, NewZone, NewZoneLayer, Passage};
use crate::state::command::Patch;
use crate::state::event::Event;
use crate::state::rejection::Rejection;

const MAX_ZONES: usize = 512;
/// Of all zones together: what the engine has to compute in each frame.
const MAX_PIXELS: u64 = 262_144;
const MAX_LAYERS: usize = 16;
/// Above everything else.
const TEST_PRIORITY: u8 = 255;

pub(super) fn find<'a>(show: &'a Show, id: &ZoneId) -> Result<&'a Arc<Zone>, Rejection> {
    show.zones.get(id).ok_or_else(|| Rejection::NoZone(id.clone()))
}

pub(super) fn put(show: &Show, new: NewZone, only_new: bool) -> Result<Event, Rejection> {
    let NewZone { id, name, pixel_count, geometry, region, seeing, color, brightness, enabled } = new;
    let present = show.zones.get(&id);
    check_new(only_new, present.is_some(), "zone", id.as_str())?;
    let geometry = lie(geometry, pixel_count, present.map(|zone| &zone.geometry))?;
    let (mut look, before) = present.map_or_else(Default::default, |zone| (zone.look.clone(), zone.before.clone()));
    let said = Said { color, brightness, enabled };
    said.settle(&mut look)?;
    let (region, seeing) = (region.unwrap_or_default(), seeing.unwrap_or_default());
    save(show, Zone { id, name, geometry, region, seeing, look, before })
}

/// How its LEDs lie, by what is said of it and by what was.
fn lie(said: Option<Geometry>, count: Option<u32>, present: Option<&Geometry>) -> Result<Geometry, Rejection> {
    let invalid = |why: &str| Err(Rejection::Invalid { what: "zone", why: why.to_owned() });
    match (said, count, present) {
        (Some(said), Some(count), _) if said.pixel_count() != count => invalid("pixel_count is not what its geometry has"),
        (Some(said), _, _) => Ok(said),
        (None, Some(count), Some(present)) => Ok(present.with_pixels(count)),
        (None, Some(count), None) => Ok(Geometry::strip(count)),
        (None, None, Some(present)) => Ok(present.clone()),
        (None, None, None) => invalid("it needs a pixel_count or a geometry"),
    }
}

/// What a request may say of a look.
struct Said {
    color: Option<Value>,
    brightness: Option<Value>,
    enabled: Option<bool>,
}

impl Said {
    fn take_from(patch: &mut Patch) -> Result<Said, Rejection> {
        let enabled = patch.remove("enabled").map(|enabled| {
            let wrong = || Rejection::Invalid { what: "zone", why: "enabled must be true or false".to_owned() };
            enabled.as_bool().ok_or_else(wrong)
        });
        Ok(Said { color: patch.remove("color"), brightness: patch.remove("brightness"), enabled: enabled.transpose()? })
    }

    /// More than its brightness, which is at once what it is.
    fn is_a_change_of_scene(&self) -> bool {
        self.color.is_some() || self.enabled.is_some()
    }

    fn settle(&self, look: &mut Look) -> Result<(), Rejection> {
        if let Some(color) = &self.color {
            let (color, brightness) = light::color("color", color)?;
            look.color = color;
            look.brightness = brightness.unwrap_or(look.brightness);
        }
        if let Some(brightness) = &self.brightness {
            look.brightness = light::brightness(brightness)?;
        }
        look.enabled = self.enabled.unwrap_or(look.enabled);
        Ok(())
    }
}

pub(super) fn change(
    show: &Show,
    id: &ZoneId,
    mut patch: Patch,
    passage: Passage,
    now: ShowTime,
) -> Result<Event, Rejection> {
    let zone = find(show, id)?;
    let said = Said::take_from(&mut patch)?;
    let mut zone = described(zone, patch)?;
    let mut look = zone.look.clone();
    said.settle(&mut look)?;
    let transition = light::transition(passage, show.house.settings.transition)?;
    if transition.duration_ms > 0 || said.is_a_change_of_scene() {
        zone = becoming(zone, look, transition, now);
    } else {
        zone.look = look;
        zone.before = light::still_leaving(&zone.before, now, usize::MAX);
    }
    save(show, zone)
}

/// With another name, geometry or region.
fn described(zone: &Zone, mut patch: Patch) -> Result<Zone, Rejection> {
    let mut zone = zone.clone();
    let invalid = |error: serde_json::Error| Rejection::invalid("zone", &error);
    if patch.remove("id").is_some_and(|id| id != zone.id.as_str()) {
        return Err(Rejection::Invalid { what: "zone", why: "its id can not be changed".to_owned() });
    }
    if let Some(name) = patch.remove("name") {
        zone.name = serde_json::from_value(name).map_err(invalid)?;
    }
    let count = patch.remove("pixel_count").map(serde_json::from_value).transpose().map_err(invalid)?;
    let geometry = patch.remove("geometry").map(serde_json::from_value).transpose().map_err(invalid)?;
    zone.geometry = lie(geometry, count, Some(&zone.geometry))?;
    if let Some(region) = patch.remove("region") {
        zone.region = if region.is_null() { Default::default() } else { serde_json::from_value(region).map_err(invalid)? };
    }
    if let Some(seeing) = patch.remove("seeing") {
        zone.seeing = match seeing {
            Value::Null => Default::default(),
            Value::Object(fields) => patches::merged("zone", &zone.seeing, &fields)?,
            other => serde_json::from_value(other).map_err(invalid)?,
        };
    }
    match patch.keys().next() {
        None => Ok(zone),
        Some(unknown) => {
            let why = format!("it has no field {}", crate::base::quote::quoted(unknown));
            Err(Rejection::Invalid { what: "zone", why })
        }
    }
}

/// The zone with another look, and what is still seen of the one before.
pub(super) fn becoming(zone: Zone, look: Look, transition: LightTransition, now: ShowTime) -> Zone {
    let before = light::leaving(&zone.look, &zone.before, transition, now);
    Zone { look: look.lasting(now), before, ..zone }
}

pub(super) fn reset(show: &Show, id: &ZoneId, passage: Passage, now: ShowTime) -> Result<Event, Rejection> {
    let zone = Zone::clone(find(show, id)?);
    let transition = light::transition(passage, show.house.settings.transition)?;
    save(show, becoming(zone, Look::default(), transition, now))
}

pub(super) fn remove(show: &Show, id: ZoneId) -> Result<Event, Rejection> {
    find(show, &id)?;
    let user = show.fixtures.values().find(|fixture| fixture.segments.iter().any(|segment| segment.zone == id));
    match user {
        Some(fixture) => Err(Rejection::ZoneInUse(id, fixture.id.clone())),
        None => Ok(Event::ZoneRemoved { zone: id }),
    }
}

pub(super) fn put_layer(
    show: &Show,
    id: &ZoneId,
    new: NewZoneLayer,
    passage: Passage,
    now: ShowTime,
) -> Result<Event, Rejection> {
    let zone = Zone::clone(find(show, id)?);
    let mut look = zone.look.clone();
    look.put(layer(show, new, now)?);
    let transition = light::transition(passage, show.house.settings.transition)?;
    save(show, becoming(zone, look, transition, now))
}

/// A layer as it is asked for, from now on.
pub(super) fn layer(show: &Show, new: NewZoneLayer, now: ShowTime) -> Result<ZoneLayer, Rejection> {
    let NewZoneLayer { id, blend, opacity, priority, timeout, content } = new;
    let content = match content {
        NewContent::Color { color } => ZoneContent::Color { color: light::color("color", &color)?.0 },
        NewContent::Test { pattern } => ZoneContent::Test { pattern },
        NewContent::Jam { jam, module, input } => {
            check_heard(show, &id, input.as_ref())?;
            ZoneContent::Jam { jam, module, input }
        }
        NewContent::Feed { feed } => ZoneContent::Feed { feed: feed::find(show, &feed)?.id.clone() },
        NewContent::Animation { animation, parameters, palette, seed } => {
            ZoneContent::Animation(animation::running(show, &animation, &parameters, palette, seed, now)?)
        }
    };
    let until = timeout.map(|seconds| light::until("timeout", seconds, now)).transpose()?;
    let opacity = opacity.unwrap_or(1.0);
    check_range("opacity", opacity, 0.0..=1.0, "0 to 1")?;
    Ok(ZoneLayer { id, blend, opacity, priority: priority.unwrap_or(100), until, content })
}

pub(super) fn check_heard(show: &Show, layer: &ZoneLayerId, input: Option<&InputId>) -> Result<(), Rejection> {
    match input.filter(|input| !show.inputs.contains_key(*input)) {
        Some(input) => Err(Rejection::ZoneLayerNeedsInput(layer.clone(), input.clone())),
        None => Ok(()),
    }
}

/// Without its layers that are to go; nothing if it has none of these.
pub(super) fn without(zone: &Zone, goes: impl Fn(&ZoneLayer) -> bool, now: ShowTime) -> Option<Zone> {
    let mut look = zone.look.clone();
    look.layers.retain(|layer| !goes(layer));
    let is_less = look.layers.len() < zone.look.layers.len();
    is_less.then(|| becoming(zone.clone(), look, LightTransition::default(), now))
}

pub(super) fn remove_layer(
    show: &Show,
    id: &ZoneId,
    layer: &ZoneLayerId,
    passage: Passage,
    now: ShowTime,
) -> Result<Event, Rejection> {
    let zone = Zone::clone(find(show, id)?);
    let mut look = zone.look.clone();
    if look.layer(layer).is_none() {
        return Err(Rejection::NoZoneLayer(id.clone(), layer.clone()));
    }
    look.layers.retain(|present| present.id != *layer);
    let transition = light::transition(passage, show.house.settings.transition)?;
    save(show, becoming(zone, look, transition, now))
}

pub(super) fn test(show: &Show, id: &ZoneId, pattern: TestPattern, seconds: f64, now: ShowTime) -> Result<Event, Rejection> {
    let zone = Zone::clone(find(show, id)?);
    let mut look = zone.look.clone().lasting(now);
    let until = Some(light::until("duration", seconds, now)?);
    let Ok(name) = ZoneLayerId::new("test") else { return Err(Rejection::NoZone(id.clone())) };
    let content = ZoneContent::Test { pattern };
    look.put(ZoneLayer { id: name, blend: Default::default(), opacity: 1.0, priority: TEST_PRIORITY, until, content });
    save(show, Zone { look, ..zone })
}

/// Checked, and not more than there may be.
pub(super) fn save(show: &Show, zone: Zone) -> Result<Event, Rejection> {
    let is_new = !show.zones.contains_key(&zone.id);
    check_count(show.zones.len() + usize::from(is_new))?;
    check(&zone)?;
    let others = show.zones.values().filter(|other| other.id != zone.id);
    check_pixels(others.chain([&Arc::new(zone.clone())]))?;
    Ok(Event::ZoneSaved { zone: Arc::new(zone) })
}

pub(super) fn check_count(zones: usize) -> Result<(), Rejection> {
    if zones > MAX_ZONES { Err(Rejection::TooMany { what: "zones", limit: MAX_ZONES }) } else { Ok(()) }
}

pub(super) fn check_pixels<'a>(zones: impl Iterator<Item = &'a Arc<Zone>>) -> Result<(), Rejection> {
    let pixels: u64 = zones.map(|zone| u64::from(zone.geometry.pixel_count())).sum();
    if pixels > MAX_PIXELS {
        return Err(Rejection::TooMany { what: "LEDs", limit: MAX_PIXELS as usize });
    }
    Ok(())
}

pub(super) fn check(zone: &Zone) -> Result<(), Rejection> {
    check_name(&zone.name)?;
    let invalid = |why: String| Rejection::Invalid { what: "zone", why };
    zone.geometry.check().map_err(|error| invalid(error.to_string()))?;
    zone.region.check().map_err(|error| invalid(error.to_string()))?;
    check_look(&zone.look)?;
    let mut before = zone.before.as_ref();
    let mut depth = 0;
    while let Some(inner) = before {
        depth += 1;
        if depth > 8 {
            return Err(invalid("too many looks leave it at once".to_owned()));
        }
        check_look(&inner.was)?;
        before = inner.before.as_ref();
    }
    Ok(())
}

pub(super) fn check_look(look: &Look) -> Result<(), Rejection> {
    if look.layers.len() > MAX_LAYERS {
        return Err(Rejection::TooMany { what: "layers of a zone", limit: MAX_LAYERS });
    }
    for layer in &look.layers {
        check_range("opacity", layer.opacity, 0.0..=1.0, "0 to 1")?;
        if let Some(running) = layer.running() {
            animation::check(running)?;
        }
    }
    Ok(())
}
