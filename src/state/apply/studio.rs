//! The desk: what is taken, by which transition, and what is taken next.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::scene::find;
use super::{asset, check_new, check_range, patch};
use crate::show::Show;
use crate::show::ids::{SceneId, TransitionId};
use crate::show::input::{Input, InputKind, Playback, Start};
use crate::show::program::{Mix, Program, Studio, Way};
use crate::show::time::ShowTime;
use crate::show::transition::Transition;
use crate::show::usage;
use crate::state::command::Patch;
use crate::state::event::Event;
use crate::state::rejection::Rejection;

/// More than fit on any desk.
const MAX_TRANSITIONS: usize = 256;

pub(super) fn take(show: &Show, scene: SceneId, way: Option<Way>, now: ShowTime) -> Result<Vec<Event>, Rejection> {
    find(show, &scene)?;
    let transition = chosen(show, way)?;
    let mut events = begun(show, &scene, now);
    events.push(taken(show, scene, transition, 0.0, now));
    Ok(events)
}

/// Videos that begin anew when a scene that shows them comes on air.
fn begun(show: &Show, scene: &SceneId, now: ShowTime) -> Vec<Event> {
    let mut shown = BTreeSet::new();
    if show.program.as_ref().is_none_or(|program| program.scene != *scene) {
        show.each_input_in(scene, &mut |input| {
            shown.insert(input.clone());
        });
    }
    let restarted = |input: &Arc<Input>| {
        let mut input = Input::clone(input);
        match &mut input.kind {
            InputKind::Video(video) if video.start == Start::Shown => {
                video.playback = Playback::Playing { since: now, offset_ms: 0 };
                Some(Event::InputSaved { input: Arc::new(input) })
            }
            _ => None,
        }
    };
    shown.iter().filter_map(|input| show.inputs.get(input)).filter_map(restarted).collect()
}

fn chosen(show: &Show, way: Option<Way>) -> Result<Transition, Rejection> {
    let transition = match way {
        None => show.studio.transition.clone(),
        Some(Way::Given(transition)) => transition,
        Some(Way::Named(id)) => {
            let found = show.transitions.get(&id).ok_or(Rejection::NoTransition(id))?;
            Transition::clone(found)
        }
    };
    check_transition(show, &transition)?;
    Ok(transition)
}

/// `position` is how far the way has been gone already.
fn taken(show: &Show, scene: SceneId, transition: Transition, position: f64, now: ShowTime) -> Event {
    let mut program = Program::cut(scene, now);
    if let Some(before) = &show.program
        && before.scene != program.scene
        && !transition.duration().is_zero()
    {
        let (scene, taken) = (before.scene.clone(), before.since);
        program.mix = Some(Mix::Leaving { scene, taken, transition, since: now, position });
    }
    Event::SceneTaken { program }
}

pub(super) fn take_preview(show: &Show, way: Option<Way>, now: ShowTime) -> Result<Vec<Event>, Rejection> {
    let scene = show.studio.preview.clone().ok_or(Rejection::NothingInPreview)?;
    let mut events = take(show, scene, way, now)?;
    events.push(exchanged(show));
    Ok(events)
}

/// What was on air is in the preview from now on.
fn exchanged(show: &Show) -> Event {
    let preview = show.program.as_ref().map(|program| program.scene.clone());
    Event::StudioChanged { studio: Arc::new(Studio { preview, ..Studio::clone(&show.studio) }) }
}

pub(super) fn move_bar(show: &Show, position: f64, way: Option<Way>, now: ShowTime) -> Result<Vec<Event>, Rejection> {
    check_range("position", position, 0.0..=1.0, "0 to 1")?;
    let program = show.program.as_ref().ok_or(Rejection::NothingOnAir)?;
    let (program, scene, taken, transition) = match &program.mix {
        // Already in the hand.
        Some(Mix::Coming { scene, taken, transition, .. }) => (program.clone(), scene.clone(), *taken, transition.clone()),
        // On its way by itself: the hand takes it over where it is.
        Some(Mix::Leaving { scene, taken, transition, .. }) if program.mixed_at(now).is_some() => {
            (Program::cut(scene.clone(), *taken), program.scene.clone(), program.since, transition.clone())
        }
        _ => {
            let scene = show.studio.preview.clone().ok_or(Rejection::NothingInPreview)?;
            (program.clone(), find(show, &scene)?.id.clone(), now, chosen(show, way)?)
        }
    };
    if position >= 1.0 {
        let event = Event::SceneTaken { program: Program::cut(scene, taken) };
        return Ok(vec![event, exchanged(show)]);
    }
    let mut events = if taken == now { begun(show, &scene, now) } else { Vec::new() };
    let mix = (position > 0.0).then_some(Mix::Coming { scene, taken, transition, position });
    events.push(Event::SceneTaken { program: Program { mix, ..program } });
    Ok(events)
}

pub(super) fn release_bar(show: &Show, now: ShowTime) -> Result<Vec<Event>, Rejection> {
    let mix = show.program.as_ref().and_then(|program| program.mix.as_ref());
    let Some(Mix::Coming { scene, taken, transition, position }) = mix else { return Err(Rejection::BarAtRest) };
    let mut event = self::taken(show, scene.clone(), transition.clone(), *position, now);
    if let Event::SceneTaken { program } = &mut event {
        program.since = *taken;
    }
    Ok(vec![event, exchanged(show)])
}

pub(super) fn change(show: &Show, patch: &Patch) -> Result<Event, Rejection> {
    let studio: Studio = patch::merged("studio", &*show.studio, patch)?;
    check(show, &studio)?;
    Ok(Event::StudioChanged { studio: Arc::new(studio) })
}

pub(super) fn check(show: &Show, studio: &Studio) -> Result<(), Rejection> {
    let Studio { preview, transition } = studio;
    if let Some(preview) = preview {
        find(show, preview)?;
    }
    check_transition(show, transition)
}

pub(super) fn check_transition(show: &Show, transition: &Transition) -> Result<(), Rejection> {
    transition.check().map_err(|error| Rejection::Invalid { what: "transition", why: error.to_string() })?;
    match usage::of_transition(transition) {
        Some((part, id)) => {
            let missing = || Err(Rejection::TransitionNeedsAsset(id.clone()));
            asset::fits(show, id.as_str(), part).unwrap_or_else(missing)
        }
        None => Ok(()),
    }
}

pub(super) fn put(show: &Show, id: TransitionId, transition: Transition, only_new: bool) -> Result<Event, Rejection> {
    let exists = show.transitions.contains_key(&id);
    check_new(only_new, exists, "transition", id.as_str())?;
    check_count(show.transitions.len() + usize::from(!exists))?;
    check_transition(show, &transition)?;
    Ok(Event::TransitionSaved { id, transition: Arc::new(transition) })
}

pub(super) fn check_count(transitions: usize) -> Result<(), Rejection> {
    if transitions > MAX_TRANSITIONS {
        return Err(Rejection::TooMany { what: "transitions", limit: MAX_TRANSITIONS });
    }
    Ok(())
}

pub(super) fn remove(show: &Show, id: TransitionId) -> Result<Event, Rejection> {
    if show.transitions.contains_key(&id) { Ok(Event::TransitionRemoved { id }) } else { Err(Rejection::NoTransition(id)) }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::state::event::evolve;

    #[test]
    fn a_video_that_starts_when_shown_begins_anew_with_each_take() {
        let layer = |input: &str| json!({"id": "l", "kind": "input", "input": input});
        let video = |id: &str, start: &str| json!({"id": id, "kind": "video", "asset": "clip", "start": start});
        let mut show: Show = serde_json::from_value(json!({
            "config": crate::show::stream::StreamConfig::default(),
            "stream": {"status": "stopped"},
            "destinations": {},
            "scenes": {
                "plain": {"id": "plain", "layers": []},
                "one": {"id": "one", "layers": [layer("a")]},
                "both": {"id": "both", "layers": [{"id": "s", "kind": "scene", "scene": "one"}, {"id": "m", "kind": "input", "input": "b"}]},
            },
            "inputs": {"a": video("a", "shown"), "b": video("b", "always")},
            "assets": {},
        }))
        .unwrap();
        let mut takes = |scene: &str, at: i64| {
            let events = take(&show, SceneId::new(scene).unwrap(), None, ShowTime(at)).unwrap();
            events.iter().for_each(|event| evolve(&mut show, event));
            ["a", "b"].map(|id| match &show.inputs[id].kind {
                InputKind::Video(video) => video.playback.offset_us(1.0, ShowTime(100)),
                _ => None,
            })
        };
        assert_eq!(takes("both", 10), [Some(90), Some(100)], "it is seen through another scene");
        assert_eq!(takes("both", 20), [Some(90), Some(100)], "it is on air already");
        assert_eq!(takes("plain", 30), [Some(90), Some(100)]);
        assert_eq!(takes("one", 40), [Some(60), Some(100)]);
    }
}
