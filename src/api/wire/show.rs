//! The show as every door shows it.

use std::collections::BTreeMap;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};

use super::destination::DestinationView;
use super::display::DisplayView;
use super::input::InputView;
use super::light;
use super::past::VersionView;
use super::schedule::{MacroView, ScheduledView};
use crate::base::vitals::Vitals;
use crate::show::Show;
use crate::show::asset::Asset;
use crate::show::ids::{SceneId, TransitionId};
use crate::show::mixer::Mixer;
use crate::show::program::{Mix, Program, Studio};
use crate::show::scene::Scene;
use crate::show::stream::{Stream, StreamConfig};
use crate::show::transition::Transition;
use crate::show::value::{Scalar, ValueName};

#[derive(Debug, Serialize, JsonSchema)]
pub struct ShowView<'a> {
    program: Option<ProgramView>,
    studio: StudioView,
    transitions: Vec<TransitionView>,
    inputs: Vec<InputView>,
    mixer: &'a Mixer,
    scenes: Vec<&'a Arc<Scene>>,
    destinations: Vec<DestinationView>,
    displays: Vec<DisplayView>,
    config: &'a StreamConfig,
    assets: Vec<&'a Arc<Asset>>,
    /// What live fields show by name.
    values: BTreeMap<&'a ValueName, &'a Scalar>,
    scheduled: Vec<ScheduledView<'a>>,
    macros: Vec<MacroView<'a>>,
    versions: Vec<VersionView<'a>>,
    /// All lights, as in a snapshot of the room `zones`.
    lights: Value,
}

impl<'a> ShowView<'a> {
    pub fn new(show: &'a Show, vitals: &Vitals) -> Self {
        Self {
            program: show.program.as_ref().map(ProgramView::new),
            studio: StudioView::new(show),
            transitions: TransitionView::all(show),
            inputs: InputView::all(show, vitals),
            mixer: &show.mixer,
            scenes: show.scenes.values().collect(),
            destinations: DestinationView::all(show, vitals),
            displays: DisplayView::all(show, vitals),
            config: &show.config,
            assets: show.assets.values().collect(),
            values: values(show),
            scheduled: ScheduledView::all(show),
            macros: MacroView::all(show),
            versions: VersionView::all(show),
            lights: light::all(show),
        }
    }
}

pub fn values(show: &Show) -> BTreeMap<&ValueName, &Scalar> {
    show.values.iter().map(|(name, value)| (name, value.scalar())).collect()
}

/// The scene on air, and since when (milliseconds of Unix time).
#[derive(Debug, Serialize, JsonSchema)]
pub struct ProgramView {
    scene: SceneId,
    since: i64,
    /// Another scene that is seen as well, for a while.
    #[serde(skip_serializing_if = "Option::is_none")]
    mix: Option<MixView>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct MixView {
    /// `leaving`: it was on air before, and leaves by itself. `coming`: the bar holds it at `position`.
    kind: &'static str,
    scene: SceneId,
    transition: Transition,
    /// When it began to leave.
    #[serde(skip_serializing_if = "Option::is_none")]
    since: Option<i64>,
    position: f64,
}

impl ProgramView {
    fn new(program: &Program) -> Self {
        let mix = program.mix.as_ref().map(MixView::new);
        Self { scene: program.scene.clone(), since: program.since.millis(), mix }
    }
}

impl MixView {
    fn new(mix: &Mix) -> Self {
        let (kind, scene, transition, since, position) = match mix {
            Mix::Leaving { scene, taken: _, transition, since, position } => {
                ("leaving", scene, transition, Some(since.millis()), *position)
            }
            Mix::Coming { scene, taken: _, transition, position } => ("coming", scene, transition, None, *position),
        };
        Self { kind, scene: scene.clone(), transition: transition.clone(), since, position }
    }
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct StudioView {
    preview: Option<SceneId>,
    transition: Transition,
    /// How far the bar has been moved towards the preview; null while nobody holds it.
    position: Option<f64>,
}

impl StudioView {
    pub fn new(show: &Show) -> Self {
        let Studio { preview, transition } = &*show.studio;
        let position = show.program.as_ref().and_then(Program::position);
        Self { preview: preview.clone(), transition: transition.clone(), position }
    }
}

/// A transition and its name.
#[derive(Debug, Serialize, JsonSchema)]
pub struct TransitionView {
    id: TransitionId,
    #[serde(flatten)]
    transition: Transition,
}

impl TransitionView {
    pub fn new(id: &TransitionId, transition: &Transition) -> Self {
        Self { id: id.clone(), transition: transition.clone() }
    }

    pub fn all(show: &Show) -> Vec<Self> {
        show.transitions.iter().map(|(id, transition)| Self::new(id, transition)).collect()
    }
}

/// Null before the first take.
pub fn program(program: Option<&Program>) -> Value {
    json!(program.map(ProgramView::new))
}

pub fn stream(stream: &Stream) -> Value {
    match stream {
        Stream::Stopped => json!({ "status": "stopped" }),
        Stream::Live { since } => json!({ "status": "live", "since": since.millis() }),
        Stream::Paused { since, at } => json!({ "status": "paused", "since": since.millis(), "at": at.millis() }),
    }
}
