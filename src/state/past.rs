//! What scenes were before: for each the newest steps, and how to take them back. Made from the changes of the journal, as
//! they happen and when they are replayed, so that it is the same after a restart.
//!
//! A scene has one row of steps, whoever took them. Who asks takes back the newest, unless it is another's: then they are
//! told whose, and have to insist.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::Seq;
use super::apply::{Given, restore};
use super::event::{Event, evolve, evolve_scene};
use super::history::Change;
use super::rejection::Rejection;
use crate::show::Show;
use crate::show::ids::SceneId;
use crate::show::scene::Scene;
use crate::show::time::ShowTime;

/// Steps of one scene that can be taken back.
const DEPTH: usize = 64;
/// Of all steps together, as JSON: they are written with every snapshot.
const MOST_BYTES: usize = 8 << 20;
/// Scenes, those that were removed among them.
const MOST_SCENES: usize = 512;

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Past {
    scenes: BTreeMap<SceneId, Arc<Steps>>,
}

/// Oldest first, both.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Steps {
    pub done: VecDeque<Step>,
    /// Taken back, and not replaced by anything new.
    #[serde(default, skip_serializing_if = "VecDeque::is_empty")]
    pub undone: VecDeque<Step>,
}

/// What one change did to one scene.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Step {
    pub seq: Seq,
    pub at: ShowTime,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// Its first event.
    pub what: String,
    /// What makes the scene what it was before.
    back: Vec<Event>,
    bytes: usize,
}

/// Which way to go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    Undo,
    Redo,
}

impl Past {
    pub fn is_empty(&self) -> bool {
        self.scenes.is_empty()
    }

    pub fn of(&self, scene: &SceneId) -> Option<&Steps> {
        self.scenes.get(scene).map(AsRef::as_ref)
    }

    /// Takes in a change that happened to `before`.
    pub fn record(&mut self, before: &Show, change: &Change) {
        let scenes: BTreeSet<&SceneId> = change.events.iter().filter_map(scene_of).collect();
        for id in &scenes {
            let step = step(before.scenes.get(*id), id, change);
            let steps = Arc::make_mut(self.scenes.entry((*id).clone()).or_default());
            match direction_of(id, &change.events) {
                Some(Direction::Undo) => {
                    steps.done.pop_back();
                    steps.undone.push_back(step);
                }
                Some(Direction::Redo) => {
                    steps.undone.pop_back();
                    steps.done.push_back(step);
                }
                None => {
                    steps.undone.clear();
                    steps.done.push_back(step);
                }
            }
            while steps.done.len() > DEPTH {
                steps.done.pop_front();
            }
        }
        if !scenes.is_empty() {
            self.forget();
        }
    }

    /// The oldest steps, until the rest is small enough.
    fn forget(&mut self) {
        let all = |steps: &Steps| steps.done.iter().chain(&steps.undone).map(|step| step.bytes).sum::<usize>();
        let mut bytes: usize = self.scenes.values().map(|steps| all(steps)).sum();
        while bytes > MOST_BYTES || self.scenes.len() > MOST_SCENES {
            let oldest = self.scenes.iter().min_by_key(|(_, steps)| steps.oldest()).map(|(id, _)| id.clone());
            let Some(steps) = oldest.as_ref().and_then(|id| self.scenes.get_mut(id)).map(Arc::make_mut) else { return };
            let gone = if steps.done.is_empty() { steps.undone.pop_front() } else { steps.done.pop_front() };
            bytes -= gone.map_or(0, |step| step.bytes);
            if let Some(id) = oldest.filter(|id| self.scenes.get(id).is_some_and(|steps| steps.is_empty())) {
                self.scenes.remove(&id);
            }
        }
    }

    /// The newest step of a scene, taken back or taken again.
    pub fn step_scene(
        &self,
        show: &Show,
        scene: &SceneId,
        direction: Direction,
        force: bool,
        given: Given<'_>,
    ) -> Result<Vec<Event>, Rejection> {
        let nothing = || match show.scenes.get(scene) {
            None if !self.scenes.contains_key(scene) => Rejection::NoScene(scene.clone()),
            _ => direction.nothing(),
        };
        let step = self.of(scene).and_then(|steps| steps.newest(direction)).ok_or_else(nothing)?;
        taken(show, &[(scene, step)], direction, force, given)
    }

    /// The newest step of all, in every scene that it changed.
    pub fn step_show(
        &self,
        show: &Show,
        direction: Direction,
        force: bool,
        given: Given<'_>,
    ) -> Result<Vec<Event>, Rejection> {
        let newest = self.scenes.iter().filter_map(|(id, steps)| Some((id, steps.newest(direction)?)));
        let seq = newest.clone().map(|(_, step)| step.seq).max().ok_or_else(|| direction.nothing())?;
        let steps: Vec<_> = newest.filter(|(_, step)| step.seq == seq).collect();
        taken(show, &steps, direction, force, given)
    }
}

impl Steps {
    fn is_empty(&self) -> bool {
        self.done.is_empty() && self.undone.is_empty()
    }

    fn oldest(&self) -> Option<Seq> {
        self.done.front().or(self.undone.front()).map(|step| step.seq)
    }

    fn newest(&self, direction: Direction) -> Option<&Step> {
        match direction {
            Direction::Undo => self.done.back(),
            Direction::Redo => self.undone.back(),
        }
    }
}

impl Direction {
    fn nothing(self) -> Rejection {
        match self {
            Direction::Undo => Rejection::NothingToUndo,
            Direction::Redo => Rejection::NothingToRedo,
        }
    }

    fn event(self, scene: SceneId, step: Seq) -> Event {
        match self {
            Direction::Undo => Event::SceneUndone { scene, step: step.0 },
            Direction::Redo => Event::SceneRedone { scene, step: step.0 },
        }
    }
}

fn taken(
    show: &Show,
    steps: &[(&SceneId, &Step)],
    direction: Direction,
    force: bool,
    given: Given<'_>,
) -> Result<Vec<Event>, Rejection> {
    let (mut now, mut events) = (show.clone(), Vec::new());
    for (scene, step) in steps {
        if !force && step.by.as_deref() != given.by {
            let by = step.by.clone().unwrap_or_else(|| "somebody without a name".to_owned());
            return Err(Rejection::ChangedSince { scene: (*scene).clone(), by });
        }
        let mut then = now.clone();
        step.back.iter().filter(|event| scene_of(event) == Some(*scene)).for_each(|event| evolve(&mut then, event));
        let mut happened = restore(&now, scene, then.scenes.get(*scene).map(|scene| Scene::clone(scene)), given.now)?;
        happened.push(direction.event((*scene).clone(), step.seq));
        happened.iter().for_each(|event| evolve(&mut now, event));
        events.extend(happened);
    }
    Ok(events)
}

/// Nothing is copied for what changes no scene.
pub fn remember(past: &mut Arc<Past>, before: &Show, change: &Change) {
    if change.events.iter().any(|event| scene_of(event).is_some()) {
        Arc::make_mut(past).record(before, change);
    }
}

/// The scene that an event changes.
fn scene_of(event: &Event) -> Option<&SceneId> {
    match event {
        Event::SceneSaved { scene } => Some(&scene.id),
        Event::SceneRemoved { scene }
        | Event::LayerSaved { scene, .. }
        | Event::LayerRemoved { scene, .. }
        | Event::LayoutMoved { scene, .. }
        | Event::LayersOrdered { scene, .. } => Some(scene),
        _ => None,
    }
}

fn direction_of(id: &SceneId, events: &[Event]) -> Option<Direction> {
    events.iter().find_map(|event| match event {
        Event::SceneUndone { scene, .. } if scene == id => Some(Direction::Undo),
        Event::SceneRedone { scene, .. } if scene == id => Some(Direction::Redo),
        _ => None,
    })
}

fn step(before: Option<&Arc<Scene>>, id: &SceneId, change: &Change) -> Step {
    let (mut scene, mut back) = (before.cloned(), Vec::new());
    let events = || change.events.iter().filter(|event| scene_of(event) == Some(id));
    for event in events() {
        back.extend(inverse(scene.as_ref(), id, event));
        match event {
            Event::SceneSaved { scene: saved } => scene = Some(saved.clone()),
            Event::SceneRemoved { .. } => scene = None,
            event => {
                if let Some(scene) = &mut scene {
                    evolve_scene(Arc::make_mut(scene), event);
                }
            }
        }
    }
    back.reverse();
    // Plain data is always written.
    let bytes = serde_json::to_vec(&back).map_or(0, |json| json.len());
    let what = events().next().map_or("", Event::name).to_owned();
    Step { seq: change.seq, at: change.at, by: change.origin.actor.clone(), what, back, bytes }
}

/// What makes the scene what it was before the event. Where a layout's layers were gliding then is of no interest later.
fn inverse(before: Option<&Arc<Scene>>, id: &SceneId, event: &Event) -> Option<Event> {
    let scene = id.clone();
    let saved = || before.map(|scene| Event::SceneSaved { scene: scene.clone() });
    let layer_saved = |layer| {
        let before = before?;
        let (present, place) = (before.find(layer)?.clone(), before.place_of(layer)?);
        Some(Event::LayerSaved { scene: id.clone(), layer: present, index: place.index, parent: place.parent })
    };
    match event {
        Event::SceneSaved { .. } => saved().or(Some(Event::SceneRemoved { scene })),
        Event::SceneRemoved { .. } => saved(),
        Event::LayerSaved { layer, .. } => {
            layer_saved(&layer.id).or_else(|| Some(Event::LayerRemoved { scene, layer: layer.id.clone() }))
        }
        Event::LayerRemoved { layer, .. } => layer_saved(layer),
        Event::LayersOrdered { parent, .. } => {
            let order = before?.layers_in(parent.as_ref())?.iter().map(|layer| layer.id.clone()).collect();
            Some(Event::LayersOrdered { scene, order, parent: parent.clone() })
        }
        _ => None,
    }
}
