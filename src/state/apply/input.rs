//! Inputs: what moves and sounds, and how it is played.

use std::sync::Arc;

use super::{asset, check_new, patch};
use crate::show::Show;
use crate::show::ids::InputId;
use crate::show::input::{Input, InputKind, Playback, Video};
use crate::show::light::zone::Look;
use crate::show::mixer::{BadMix, Mixer};
use crate::show::time::ShowTime;
use crate::show::usage;
use crate::state::command::{Patch, Playing};
use crate::state::event::Event;
use crate::state::rejection::Rejection;

/// Each one that is seen has a thread and a decoder.
const MAX_INPUTS: usize = 128;

pub(super) fn put(show: &Show, input: Input, only_new: bool, now: ShowTime) -> Result<Event, Rejection> {
    let exists = show.inputs.contains_key(&input.id);
    check_new(only_new, exists, "input", input.id.as_str())?;
    check_count(show.inputs.len() + usize::from(!exists))?;
    saved(show, started(input, now))
}

pub(super) fn check_count(inputs: usize) -> Result<(), Rejection> {
    if inputs > MAX_INPUTS { Err(Rejection::TooMany { what: "inputs", limit: MAX_INPUTS }) } else { Ok(()) }
}

/// What is to be heard moving from now on moves from now on.
pub(super) fn started(mut input: Input, now: ShowTime) -> Input {
    let animations = std::mem::take(&mut input.sound.animations);
    input.sound.animations = animations.into_iter().map(|animation| animation.started(now)).collect();
    input
}

fn saved(show: &Show, input: Input) -> Result<Event, Rejection> {
    check(show, &input)?;
    Ok(Event::InputSaved { input: Arc::new(input) })
}

pub(super) fn check(show: &Show, input: &Input) -> Result<(), Rejection> {
    let invalid = |why: String| Rejection::Invalid { what: "input", why };
    input.check().map_err(|error| invalid(error.to_string()))?;
    input.sound.check().map_err(|error| invalid(error.to_string()))?;
    for (part, asset) in usage::of_input(input) {
        let missing = || Err(Rejection::InputNeedsAsset(input.id.clone(), asset.clone()));
        asset::fits(show, asset.as_str(), part).unwrap_or_else(missing)?;
    }
    Ok(())
}

pub(super) fn change(show: &Show, id: &InputId, patch: &Patch, now: ShowTime) -> Result<Event, Rejection> {
    saved(show, started(patch::merged("input", &**find(show, id)?, patch)?, now))
}

pub(super) fn remove(show: &Show, id: InputId, now: ShowTime) -> Result<Event, Rejection> {
    find(show, &id)?;
    let listens = |look: &Look| look.layers.iter().any(|layer| layer.is_seen(now) && layer.content.input() == Some(&id));
    if let Some(zone) = show.zones.values().find(|zone| listens(&zone.look)) {
        return Err(Rejection::InputInZone(id, zone.id.clone()));
    }
    for scene in show.scenes.values() {
        if let Some(layer) = scene.all().find(|layer| layer.content.input() == Some(&id)) {
            return Err(Rejection::InputInUse(id, scene.id.clone(), layer.id.clone()));
        }
    }
    Ok(Event::InputRemoved { input: id })
}

pub(super) fn play(show: &Show, id: &InputId, playing: Playing, now: ShowTime) -> Result<Event, Rejection> {
    let input = find(show, id)?;
    let InputKind::Video(video) = &input.kind else { return Err(Rejection::NotPlayable(id.clone())) };
    let at = show.stream.picture_time(now);
    let playback = match playing {
        Playing::Play {} => video.playback.resumed(at),
        Playing::Pause {} => video.playback.paused(video.speed, at),
        Playing::Stop {} => Playback::Stopped,
        Playing::Seek { offset_ms } => video.playback.sought(offset_ms, at),
    };
    let kind = InputKind::Video(Video { playback, ..video.clone() });
    saved(show, Input { kind, ..Input::clone(input) })
}

fn find<'a>(show: &'a Show, id: &InputId) -> Result<&'a Arc<Input>, Rejection> {
    show.inputs.get(id).ok_or_else(|| Rejection::NoInput(id.clone()))
}

pub(super) fn mix(show: &Show, patch: &Patch) -> Result<Event, Rejection> {
    let mixer: Mixer = patch::merged("mixer", &*show.mixer, patch)?;
    check_mixer(&mixer)?;
    Ok(Event::MixerChanged { mixer: Arc::new(mixer) })
}

pub(super) fn check_mixer(mixer: &Mixer) -> Result<(), Rejection> {
    mixer.check().map_err(|error: BadMix| Rejection::Invalid { what: "mixer", why: error.to_string() })
}
