//! The show as every door shows it.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};

use super::destination::DestinationView;
use crate::base::vitals::Vitals;
use crate::show::asset::Asset;
use crate::show::ids::SceneId;
use crate::show::scene::Scene;
use crate::show::stream::{Stream, StreamConfig};
use crate::show::{Program, Show};

#[derive(Debug, Serialize, JsonSchema)]
pub struct ShowView<'a> {
    program: Option<ProgramView>,
    scenes: Vec<&'a Arc<Scene>>,
    destinations: Vec<DestinationView>,
    config: &'a StreamConfig,
    assets: Vec<&'a Arc<Asset>>,
}

impl<'a> ShowView<'a> {
    pub fn new(show: &'a Show, vitals: &Vitals) -> Self {
        Self {
            program: show.program.as_ref().map(ProgramView::new),
            scenes: show.scenes.values().collect(),
            destinations: DestinationView::all(show, vitals),
            config: &show.config,
            assets: show.assets.values().collect(),
        }
    }
}

/// The scene on air, and since when (milliseconds of Unix time).
#[derive(Debug, Serialize, JsonSchema)]
pub struct ProgramView {
    scene: SceneId,
    since: i64,
}

impl ProgramView {
    fn new(program: &Program) -> Self {
        Self { scene: program.scene.clone(), since: program.since.millis() }
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
