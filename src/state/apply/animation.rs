//! Animations on zones: what starts, stops, and goes on otherwise.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::zone::{becoming, find, save};
use super::{check_range, light};
use crate::base::quote::quoted;
use crate::show::Show;
use crate::show::ids::{PaletteId, ZoneId, ZoneLayerId};
use crate::show::light::animation::Animation;
use crate::show::light::animation::parameter::{Parameter, ParameterError, ParameterKind, ParameterValue, Parameters};
use crate::show::light::zone::{Look, Running, Zone, ZoneContent, ZoneLayer};
use crate::show::time::ShowTime;
use crate::state::asked::{Passage, Start};
use crate::state::command::Patch;
use crate::state::event::Event;
use crate::state::rejection::Rejection;

/// The layer of a zone that animations are in, where no other is named.
const USUAL_LAYER: &str = "animation";

pub(super) fn start(show: &Show, name: &str, start: Start, now: ShowTime) -> Result<Vec<Event>, Rejection> {
    let Start { zones, parameters, palette, layer, blend, opacity, priority, seed, timeout, restart, transition, duration } =
        start;
    let running = running(show, name, &parameters, palette, seed, now)?;
    let opacity = opacity.unwrap_or(1.0);
    check_range("opacity", opacity, 0.0..=1.0, "0 to 1")?;
    let until = timeout.map(|seconds| light::until("timeout", seconds, now)).transpose()?;
    let transition = light::transition(Passage { transition, duration }, show.house.settings.transition)?;
    let Some(id) = layer.or_else(|| ZoneLayerId::new(USUAL_LAYER).ok()) else { return Ok(Vec::new()) };
    let zones = distinct(show, zones)?;
    for zone in &zones {
        let present = zone.look.layer(&id).filter(|layer| layer.is_seen(now)).and_then(|layer| layer.running());
        if !restart && present.is_some_and(|present| present.animation == running.animation) {
            return Err(Rejection::AnimationRunning { animation: running.animation, zone: zone.id.clone() });
        }
    }
    let content = ZoneContent::Animation(running);
    let layer = ZoneLayer { id, blend, opacity, priority: priority.unwrap_or(100), until, content };
    let started = |zone: &Arc<Zone>| {
        let mut look = zone.look.clone();
        look.put(layer.clone());
        save(show, becoming(Zone::clone(zone), look, transition, now))
    };
    zones.into_iter().map(started).collect()
}

/// The zones of these names, each once.
fn distinct(show: &Show, ids: Vec<ZoneId>) -> Result<Vec<&Arc<Zone>>, Rejection> {
    check_range("zones", ids.len() as f64, 1.0..=512.0, "a list of 1 to 512 zones")?;
    let mut seen = std::collections::BTreeSet::new();
    ids.iter().filter(|id| seen.insert(*id)).map(|id| find(show, id)).collect()
}

pub(super) fn named(name: &str) -> Result<Animation, Rejection> {
    Animation::named(name).ok_or_else(|| Rejection::NoAnimation(quoted(name)))
}

/// An animation that begins now.
pub(super) fn running(
    show: &Show,
    name: &str,
    parameters: &Map<String, Value>,
    palette: Option<PaletteId>,
    seed: Option<u32>,
    now: ShowTime,
) -> Result<Running, Rejection> {
    let animation = named(name)?;
    let parameters = read(animation, parameters)?;
    check_palette(show, palette.as_ref())?;
    // Different each time, and the same for everyone who hears of it.
    let seed = seed.unwrap_or(((now.micros() as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32) as u32);
    Ok(Running { animation, parameters, palette, seed, since: now, phase: 0.0 })
}

/// One that ran elsewhere, from its beginning.
pub(super) fn begun(show: &Show, running: &Running, now: ShowTime) -> Result<Running, Rejection> {
    check_palette(show, running.palette.as_ref())?;
    let parameters = running.animation.check(&running.parameters).map_err(Rejection::Parameter)?;
    Ok(Running { parameters, since: now, phase: 0.0, ..running.clone() })
}

fn check_palette(show: &Show, palette: Option<&PaletteId>) -> Result<(), Rejection> {
    match palette.filter(|palette| show.palette(palette).is_none()) {
        Some(palette) => Err(Rejection::NoPalette(palette.clone())),
        None => Ok(()),
    }
}

/// The parameters, each as its animation declares it.
fn read(animation: Animation, given: &Map<String, Value>) -> Result<Parameters, Rejection> {
    let one = |(name, value): (&String, &Value)| Ok((name.clone(), read_one(declared(animation, name)?, value)?));
    let parameters = given.iter().map(one).collect::<Result<_, Rejection>>()?;
    animation.check(&parameters).map_err(Rejection::Parameter)
}

fn declared(animation: Animation, name: &str) -> Result<&'static Parameter, Rejection> {
    let known = || animation.parameters().iter().map(|parameter| parameter.name).collect();
    let unknown = || Rejection::Parameter(ParameterError::Unknown { name: quoted(name), known: known() });
    animation.parameter(name).ok_or_else(unknown)
}

fn read_one(parameter: &'static Parameter, value: &Value) -> Result<ParameterValue, Rejection> {
    let Parameter { name, kind } = *parameter;
    Ok(match value {
        Value::Bool(flag) => ParameterValue::Bool(*flag),
        Value::Number(number) => ParameterValue::Number(number.as_f64().unwrap_or(f64::NAN)),
        Value::String(text) => ParameterValue::Text(text.clone()),
        Value::Object(_) if matches!(kind, ParameterKind::Color { .. }) => {
            ParameterValue::Color(light::color(name, value)?.0)
        }
        Value::Object(_) | Value::Null | Value::Array(_) => {
            return Err(Rejection::Parameter(ParameterError::WrongType { name, wanted: kind.wanted() }));
        }
    })
}

pub(super) fn check(running: &Running) -> Result<(), Rejection> {
    if !running.phase.is_finite() {
        return Err(Rejection::OutOfRange { field: "phase", value: running.phase.to_string(), allowed: "a number" });
    }
    running.animation.check(&running.parameters).map(drop).map_err(|error: ParameterError| Rejection::Parameter(error))
}

/// Those of the zones asked for that run it; all of them, if none is named.
fn on<'a>(
    show: &'a Show,
    animation: Animation,
    zones: Option<Vec<ZoneId>>,
    now: ShowTime,
) -> Result<Vec<&'a Arc<Zone>>, Rejection> {
    let zones: Vec<&Arc<Zone>> = match zones {
        Some(zones) => distinct(show, zones)?,
        None => show.zones.values().collect(),
    };
    let is_it = |(layer, running): (&Arc<ZoneLayer>, &Running)| running.animation == animation && layer.is_seen(now);
    let runs = |zone: &&Arc<Zone>| zone.look.running().any(is_it);
    let found: Vec<&'a Arc<Zone>> = zones.into_iter().filter(runs).collect();
    if found.is_empty() { Err(Rejection::AnimationNotRunning { animation }) } else { Ok(found) }
}

pub(super) fn stop(
    show: &Show,
    name: &str,
    zones: Option<Vec<ZoneId>>,
    passage: Passage,
    now: ShowTime,
) -> Result<Vec<Event>, Rejection> {
    let animation = named(name)?;
    let transition = light::transition(passage, show.house.settings.transition)?;
    let stopped = |zone: &Arc<Zone>| {
        let mut look = zone.look.clone();
        look.layers.retain(|layer| layer.running().is_none_or(|running| running.animation != animation));
        save(show, becoming(Zone::clone(zone), look, transition, now))
    };
    on(show, animation, zones, now)?.into_iter().map(stopped).collect()
}

/// RFC 7396: null makes a parameter what its animation has by itself.
pub(super) fn change(
    show: &Show,
    name: &str,
    zones: Option<Vec<ZoneId>>,
    patch: &Patch,
    now: ShowTime,
) -> Result<Vec<Event>, Rejection> {
    let animation = named(name)?;
    let given: Map<String, Value> =
        patch.iter().filter(|(_, value)| !value.is_null()).map(|(k, v)| (k.clone(), v.clone())).collect();
    let given = read(animation, &given)?;
    patch.keys().try_for_each(|name| declared(animation, name).map(drop))?;
    let changed = |running: &Running| {
        let mut parameters = running.parameters.clone();
        parameters.retain(|name, _| !patch.contains_key(name));
        parameters.extend(given.clone());
        running.with(parameters, now)
    };
    let with = |zone: &Arc<Zone>| {
        let mut look: Look = zone.look.clone();
        for layer in &mut look.layers {
            if let ZoneContent::Animation(running) = &layer.content
                && running.animation == animation
            {
                let content = ZoneContent::Animation(changed(running));
                *layer = Arc::new(ZoneLayer { content, ..ZoneLayer::clone(layer) });
            }
        }
        let before = light::still_leaving(&zone.before, now, usize::MAX);
        save(show, Zone { look, before, ..Zone::clone(zone) })
    };
    on(show, animation, zones, now)?.into_iter().map(with).collect()
}
