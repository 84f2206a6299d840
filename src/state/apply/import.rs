//! Many things at once: all of them, or none.

mod lights;
mod music;

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{Given, check_new, check_whole, destination, input, layer, macros, stream};
use crate::show::Show;
use crate::show::collection::{Collection, Mode};
use crate::show::destination::{Destination, Secret};
use crate::show::ids::SceneId;
use crate::show::input::{Input, InputKind};
use crate::show::program::{Program, Studio};
use crate::show::scene::Scene;
use crate::show::time::ShowTime;
use crate::state::event::{Event, evolve};
use crate::state::rejection::Rejection;

pub(super) fn import(
    show: &Show,
    mut collection: Collection,
    mode: Mode,
    given: Given<'_>,
) -> Result<Vec<Event>, Rejection> {
    check_ids(show, &collection, mode)?;
    let mut made = Made { show: show.clone(), events: Vec::new() };
    let on_air = collection.program.clone();
    if mode == Mode::Replace {
        made.leave_out(show, &collection)?;
    }
    let lights = collection.lights.take();
    let zones = lights.iter().flat_map(|lights| &lights.zones).map(|zone| zone.id.clone()).collect();
    if let Some(lights) = lights {
        made.bring_lights(*lights, mode, given)?;
    }
    let music = collection.music.take();
    made.bring(show, collection, mode, given.now)?;
    made.settle_ears(&zones)?;
    if let Some(music) = music {
        made.bring_music(*music, mode, given.now);
    }
    made.settle_program(on_air, given.now)?;
    if made.events.is_empty() {
        return Err(Rejection::Invalid { what: "collection", why: "there is nothing in it".to_owned() });
    }
    check_whole(&made.show)?;
    Ok(made.events)
}

/// The show as it becomes, and what has happened to it.
struct Made {
    show: Show,
    events: Vec<Event>,
}

impl Made {
    fn happens(&mut self, event: Event) {
        evolve(&mut self.show, &event);
        self.events.push(event);
    }

    fn leave_out(&mut self, before: &Show, collection: &Collection) -> Result<(), Rejection> {
        let kept: BTreeSet<_> = collection.scenes.iter().map(|scene| &scene.id).collect();
        for scene in before.scenes.keys().filter(|id| !kept.contains(id)) {
            self.happens(Event::SceneRemoved { scene: scene.clone() });
        }
        let kept: BTreeSet<_> = collection.inputs.iter().map(|input| &input.id).collect();
        for input in before.inputs.keys().filter(|id| !kept.contains(id)) {
            self.happens(Event::InputRemoved { input: input.clone() });
        }
        for id in before.transitions.keys().filter(|id| !collection.transitions.contains_key(*id)) {
            self.happens(Event::TransitionRemoved { id: id.clone() });
        }
        for (name, _) in before.values.iter().filter(|(name, _)| collection.values.get(name.as_str()).is_none()) {
            self.happens(Event::ValueRemoved { name: name.clone() });
        }
        let kept: BTreeSet<_> = collection.macros.iter().map(|definition| &definition.id).collect();
        for id in before.macros.keys().filter(|id| !kept.contains(id)) {
            self.happens(Event::MacroRemoved { id: id.clone() });
        }
        let kept: BTreeSet<_> = collection.destinations.iter().map(|destination| &destination.id).collect();
        for destination in before.destinations.keys().filter(|id| !kept.contains(id)) {
            self.happens(Event::DestinationRemoved { destination: destination.clone() });
        }
        if let Some(lights) = &collection.lights {
            self.leave_out_lights(before, lights);
        }
        collection.music.as_ref().map_or(Ok(()), |music| self.leave_out_music(before, music))
    }

    fn bring(&mut self, before: &Show, collection: Collection, mode: Mode, now: ShowTime) -> Result<(), Rejection> {
        let Collection {
            config,
            assets,
            inputs,
            scenes,
            transitions,
            destinations,
            values,
            macros: definitions,
            mixer,
            studio,
            program: _,
            lights: _,
            music: _,
        } = collection;
        if let Some(config) = config.filter(|_| mode == Mode::Replace) {
            stream::check_change(before, &config)?;
            self.happens(Event::StreamConfigured { config: Arc::new(config) });
        }
        for asset in assets {
            // The same id is the same file; what it is called here stays.
            if !before.assets.contains_key(&asset.id) {
                self.happens(Event::AssetAdded { asset: Arc::new(asset) });
            }
        }
        for input in inputs {
            let input = input::started(with_its_secret(before, input), now);
            self.happens(Event::InputSaved { input: Arc::new(input) });
        }
        for (id, transition) in transitions {
            self.happens(Event::TransitionSaved { id, transition: Arc::new(transition) });
        }
        for scene in scenes {
            let layers = scene.layers.into_iter().map(|layer| layer::started(layer, now)).collect();
            self.happens(Event::SceneSaved { scene: Arc::new(Scene { layers, ..scene }) });
        }
        for destination in destinations {
            let destination = with_its_key(before, destination);
            let lacks_secret = destination.target.secret().is_some_and(Secret::is_empty);
            // Without it, it could only fail, or reach somebody else; whoever fills it in turns it on.
            let save = if lacks_secret { destination::save_without_secret } else { destination::save };
            let event = save(&self.show, destination)?;
            self.happens(event);
        }
        for (name, value) in values.iter() {
            self.happens(Event::ValueSet { name: name.clone(), value: value.clone() });
        }
        for definition in definitions {
            macros::check_items(&definition)?;
            self.happens(Event::MacroSaved { definition: Arc::new(definition) });
        }
        if let Some(mixer) = mixer {
            self.happens(Event::MixerChanged { mixer: Arc::new(mixer) });
        }
        if let Some(studio) = studio {
            // A merge leaves the desk as its operator has set it.
            let preview = if mode == Mode::Replace { studio.preview.clone() } else { before.studio.preview.clone() };
            self.happens(Event::StudioChanged { studio: Arc::new(Studio { preview, ..studio }) });
        }
        Ok(())
    }

    /// What is on air must be there. Where it went, the scene that the collection had on air takes its place.
    fn settle_program(&mut self, on_air: Option<SceneId>, now: ShowTime) -> Result<(), Rejection> {
        if let Some(preview) = &self.show.studio.preview
            && !self.show.scenes.contains_key(preview)
        {
            let studio = Studio { preview: None, ..Studio::clone(&self.show.studio) };
            self.happens(Event::StudioChanged { studio: Arc::new(studio) });
        }
        let Some(program) = &self.show.program else { return Ok(()) };
        let Some(gone) = program.scenes().find(|scene| !self.show.scenes.contains_key(*scene)).cloned() else {
            return Ok(());
        };
        let stays = Some(program.scene.clone()).filter(|scene| self.show.scenes.contains_key(scene));
        let next = stays.or(on_air).filter(|scene| self.show.scenes.contains_key(scene));
        let scene = next.ok_or(Rejection::SceneOnAir(gone))?;
        self.happens(Event::SceneTaken { program: Program::cut(scene, now) });
        Ok(())
    }
}

/// Each id once, and where nothing may be replaced, none that is there.
struct Once {
    only_new: bool,
    seen: BTreeSet<(&'static str, String)>,
}

impl Once {
    fn check(&mut self, what: &'static str, id: &str, exists: bool) -> Result<(), Rejection> {
        if !self.seen.insert((what, id.to_owned())) {
            return Err(Rejection::Invalid { what: "collection", why: format!("there are two of the {what} {id}") });
        }
        check_new(self.only_new, exists, what, id)
    }
}

fn check_ids(show: &Show, collection: &Collection, mode: Mode) -> Result<(), Rejection> {
    let mut once = Once { only_new: mode == Mode::Add, seen: BTreeSet::new() };
    if let Some(lights) = &collection.lights {
        lights::check_ids(show, lights, &mut once)?;
    }
    if let Some(music) = &collection.music {
        music::check_ids(show, music, &mut once)?;
    }
    let mut check = |what, id: &str, exists| once.check(what, id, exists);
    for scene in &collection.scenes {
        check("scene", scene.id.as_str(), show.scenes.contains_key(&scene.id))?;
    }
    for input in &collection.inputs {
        check("input", input.id.as_str(), show.inputs.contains_key(&input.id))?;
    }
    for id in collection.transitions.keys() {
        check("transition", id.as_str(), show.transitions.contains_key(id))?;
    }
    for destination in &collection.destinations {
        check("destination", destination.id.as_str(), show.destinations.contains_key(&destination.id))?;
    }
    for definition in &collection.macros {
        check("macro", definition.id.as_str(), show.macros.contains_key(&definition.id))?;
    }
    for (name, _) in collection.values.iter() {
        check("value", name.as_str(), show.values.get(name.as_str()).is_some())?;
    }
    // Assets are told apart by their content: the same again is no conflict.
    collection.assets.iter().try_for_each(|asset| check("asset", asset.id.as_str(), false))
}

/// A key that is here stays with the address that it was given for, and goes to no other.
fn with_its_key(before: &Show, destination: Destination) -> Destination {
    if destination.target.secret().is_none_or(|secret| !secret.is_empty()) {
        return destination;
    }
    let present = before.destinations.get(&destination.id);
    let same = present.filter(|present| {
        let mut target = present.target.clone();
        target.forget_secret();
        target == destination.target
    });
    match same {
        Some(present) => Destination { target: present.target.clone(), ..destination },
        None => destination,
    }
}

fn with_its_secret(before: &Show, mut input: Input) -> Input {
    let present = before.inputs.get(&input.id).map(|present| &present.kind);
    match (&mut input.kind, present) {
        (InputKind::Network { url, secret, .. }, Some(InputKind::Network { url: old_url, secret: old, .. }))
            if secret.is_empty() && url == old_url =>
        {
            *secret = old.clone();
        }
        (InputKind::Published { key, .. }, Some(InputKind::Published { key: old, .. })) if key.is_empty() => {
            *key = old.clone()
        }
        _ => {}
    }
    input
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::state::apply::apply;
    use crate::state::command::Command;

    const NOW: ShowTime = ShowTime(1_700_000_000_000_000);

    fn read(value: Value) -> Collection {
        serde_json::from_value(value).expect("a collection")
    }

    fn scene(id: &str, layers: Value) -> Value {
        json!({ "id": id, "layers": layers })
    }

    /// Two scenes, the second on air, and a destination with a key.
    fn before() -> Show {
        let mut show = Show::default();
        for command in [
            json!({ "command": "put_scene", "scene": scene("a", json!([])) }),
            json!({ "command": "put_scene", "scene": scene("b", json!([])) }),
            json!({ "command": "take_scene", "scene": "b" }),
            json!({ "command": "put_destination", "destination": { "id": "tv", "kind": "rtmp", "url": "rtmp://h/live", "key": "k" } }),
        ] {
            apply(&mut show, serde_json::from_value(command).expect("a command"), NOW).expect("accepted");
        }
        show
    }

    #[track_caller]
    fn imported(show: &mut Show, collection: Value, mode: Mode) -> Result<Vec<Event>, Rejection> {
        let old = show.clone();
        let result = apply(show, Command::Import { collection: Box::new(read(collection)), mode }, NOW);
        if result.is_err() {
            assert_eq!(*show, old, "nothing has changed");
        }
        result
    }

    #[test]
    fn scenes_may_show_each_other_in_whatever_order_they_come() {
        let mut show = before();
        let outer = scene("c", json!([{ "id": "l", "kind": "scene", "scene": "d" }]));
        imported(&mut show, json!({ "scenes": [outer, scene("d", json!([]))] }), Mode::Add).expect("accepted");
        assert_eq!(show.scenes.len(), 4);
    }

    #[test]
    fn one_thing_that_is_wrong_turns_all_of_it_down() {
        let input = |id: &str| scene(id, json!([{ "id": "l", "kind": "input", "input": "nobody" }]));
        for (collection, code) in [
            (json!({ "scenes": [scene("c", json!([])), input("d")] }), "input_missing"),
            (json!({ "scenes": [scene("c", json!([])), scene("c", json!([]))] }), "invalid_value"),
            (json!({ "scenes": [scene("c", json!([])), scene("a", json!([]))] }), "already_exists"),
            (json!({}), "invalid_value"),
        ] {
            let mut show = before();
            let refused = imported(&mut show, collection.clone(), Mode::Add).expect_err("refused");
            assert_eq!(refused.code(), code, "{collection}");
        }
    }

    #[test]
    fn what_is_replaced_goes_and_what_is_on_air_does_not_vanish() {
        let mut show = before();
        let only_c = json!({ "scenes": [scene("c", json!([]))] });
        assert_eq!(imported(&mut show, only_c.clone(), Mode::Replace).map_err(|error| error.code()), Err("scene_on_air"));
        let mut with_program = only_c;
        with_program["program"] = json!("c");
        imported(&mut show, with_program, Mode::Replace).expect("accepted");
        let ids: Vec<&str> = show.scenes.keys().map(|id| id.as_str()).collect();
        assert_eq!((ids, show.destinations.len()), (vec!["c"], 0));
        assert_eq!(show.program.as_ref().map(|program| program.scene.as_str()), Some("c"));
    }

    #[test]
    fn zones_that_come_listen_to_inputs_that_are_there_and_those_here_let_go() {
        let mut show = before();
        let listening = |zone: &str| {
            let layer = json!({ "id": "dj", "kind": "jam", "jam": "AB12CD", "input": "mic" });
            json!({ "id": zone, "geometry": { "kind": "strip", "pixels": 9 }, "look":
                { "color": { "mode": "RGB", "rgb": [0, 0, 0] }, "brightness": 9, "enabled": true, "layers": [layer] } })
        };
        let lights = |zone: &str| json!({ "zones": [listening(zone)] });
        let refused = imported(&mut show, json!({ "lights": lights("a") }), Mode::Add).expect_err("refused");
        assert_eq!(refused.code(), "input_missing");
        let input = json!({ "id": "mic", "kind": "microphone" });
        imported(&mut show, json!({ "lights": lights("a"), "inputs": [input] }), Mode::Add).expect("accepted");
        let heard = |show: &Show| show.zones.values().next().and_then(|zone| zone.look.layers[0].content.input().cloned());
        assert!(heard(&show).is_some());
        imported(&mut show, json!({ "scenes": [scene("b", json!([]))] }), Mode::Replace).expect("accepted");
        assert_eq!((show.zones.len(), heard(&show)), (1, None), "lights stay as they are but for what is gone");
    }

    #[test]
    fn a_key_stays_with_its_address_and_goes_to_no_other() {
        let key = |show: &Show, id: &str| {
            let destination = show.destinations.get(id).expect("it is there");
            (destination.target.secret().expect("a secret").reveal().to_owned(), destination.enabled)
        };
        let tv = |url: &str| json!({ "destinations": [{ "id": "tv", "kind": "rtmp", "url": url }] });
        let mut show = before();
        imported(&mut show, tv("rtmp://h/live"), Mode::Merge).expect("accepted");
        assert_eq!(key(&show, "tv"), ("k".to_owned(), true));
        imported(&mut show, tv("rtmp://evil/live"), Mode::Merge).expect("accepted");
        assert_eq!(key(&show, "tv"), (String::new(), false), "nothing goes to another address, and it waits");
    }

    #[test]
    fn a_show_comes_back_as_it_went() {
        let mut show = before();
        let went = Collection::of(&show);
        assert!(!serde_json::to_string(&went).expect("JSON").contains("\"k\""), "its keys stay here");
        apply(&mut show, Command::Import { collection: Box::new(went.clone()), mode: Mode::Replace }, NOW)
            .expect("accepted");
        assert_eq!(show, before(), "and are still there");
        let mut empty = Show::default();
        apply(&mut empty, Command::Import { collection: Box::new(went), mode: Mode::Replace }, NOW).expect("accepted");
        assert_eq!(empty.scenes, before().scenes);
    }

    #[test]
    fn values_and_macros_go_with_a_show() {
        let mut show = before();
        for command in [
            json!({ "command": "set_value", "name": "score", "value": 3 }),
            json!({ "command": "put_macro", "macro": { "id": "m", "items": [{ "after_ms": 5, "command": { "command": "start_stream" } }] } }),
        ] {
            apply(&mut show, serde_json::from_value(command).expect("a command"), NOW).expect("accepted");
        }
        let collection = serde_json::to_value(Collection::of(&show)).expect("JSON");
        let mut other = before();
        let old = json!({ "command": "set_value", "name": "gone", "value": true });
        apply(&mut other, serde_json::from_value(old).expect("a command"), NOW).expect("accepted");
        imported(&mut other, collection, Mode::Replace).expect("accepted");
        assert_eq!((&other.values, &other.macros), (&show.values, &show.macros));
    }

    #[test]
    fn macros_of_others_hold_no_more_than_ones_own() {
        let with = |items: Value| json!({ "macros": [{ "id": "m", "items": items }] });
        let start = json!({ "command": "start_stream" });
        let secret = json!({ "command": "put_destination", "destination": { "id": "d", "kind": "rtmp", "url": "rtmp://h/live", "key": "k" } });
        let mut show = before();
        for items in [
            json!([{ "after_ms": 0, "command": secret }]),
            json!([{ "after_ms": 0, "command": { "command": "put_macro", "macro": { "id": "n", "items": [{ "command": start }] } } }]),
            json!([{ "after_ms": 9, "command": start }, { "after_ms": 0, "command": start }]),
            json!([{ "after_ms": 0, "command": { "command": "undo" } }]),
        ] {
            assert!(imported(&mut show, with(items.clone()), Mode::Merge).is_err(), "{items}");
        }
        let good = with(json!([{ "after_ms": 0, "command": start }]));
        imported(&mut show, good.clone(), Mode::Add).expect("accepted");
        assert!(imported(&mut show, good, Mode::Add).is_err(), "it is there already");
    }
}
