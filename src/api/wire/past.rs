//! What scenes were before, as doors show it.

use schemars::JsonSchema;
use serde::Serialize;

use crate::show::Show;
use crate::show::ids::{SceneId, VersionId};
use crate::show::version::Version;
use crate::state::past::{Step, Steps};

/// Newest first: the first is the next to be taken back, or to be taken again.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub struct PastView<'a> {
    undo: Vec<StepView<'a>>,
    redo: Vec<StepView<'a>>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct StepView<'a> {
    /// Number of the change.
    seq: u64,
    /// Milliseconds of Unix time.
    at: i64,
    by: Option<&'a str>,
    /// The event that it began with.
    what: &'a str,
}

impl<'a> PastView<'a> {
    pub fn new(steps: Option<&'a Steps>) -> Self {
        let Some(Steps { done, undone }) = steps else { return Self::default() };
        let views = |steps: &'a std::collections::VecDeque<Step>| steps.iter().rev().map(StepView::new).collect();
        Self { undo: views(done), redo: views(undone) }
    }
}

impl<'a> StepView<'a> {
    fn new(step: &'a Step) -> Self {
        Self { seq: step.seq.0, at: step.at.millis(), by: step.by.as_deref(), what: &step.what }
    }
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct VersionView<'a> {
    scene: &'a SceneId,
    name: &'a VersionId,
    /// Milliseconds of Unix time.
    at: i64,
    by: Option<&'a str>,
    /// How many the scene had, those within others not counted.
    layers: usize,
}

impl<'a> VersionView<'a> {
    pub fn new(scene: &'a SceneId, name: &'a VersionId, version: &'a Version) -> Self {
        let (at, by, layers) = (version.at.millis(), version.by.as_deref(), version.scene.layers.len());
        Self { scene, name, at, by, layers }
    }

    pub fn of_scene(show: &'a Show, scene: &SceneId) -> Vec<Self> {
        let found = show.versions.get_key_value(scene).into_iter();
        found.flat_map(|(scene, versions)| versions.iter().map(|(name, version)| Self::new(scene, name, version))).collect()
    }

    pub fn all(show: &'a Show) -> Vec<Self> {
        show.versions.keys().flat_map(|scene| Self::of_scene(show, scene)).collect()
    }
}
