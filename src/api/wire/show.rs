//! The show as every door shows it.

use std::sync::Arc;

use serde::Serialize;
use serde_json::{Value, json};

use super::destination::DestinationView;
use crate::base::vitals::Vitals;
use crate::show::Show;
use crate::show::asset::Asset;
use crate::show::scene::Scene;
use crate::show::stream::StreamConfig;

#[derive(Debug, Serialize)]
pub struct ShowView<'a> {
    program: Value,
    scenes: Vec<&'a Arc<Scene>>,
    destinations: Vec<DestinationView>,
    config: &'a StreamConfig,
    assets: Vec<&'a Arc<Asset>>,
}

impl<'a> ShowView<'a> {
    pub fn new(show: &'a Show, vitals: &Vitals) -> Self {
        Self {
            program: program(show),
            scenes: show.scenes.values().collect(),
            destinations: DestinationView::all(show, vitals),
            config: &show.config,
            assets: show.assets.values().collect(),
        }
    }
}

/// `{scene, since}`, or null before the first take.
pub fn program(show: &Show) -> Value {
    match &show.program {
        Some(program) => json!({ "scene": program.scene, "since": program.since.millis() }),
        None => Value::Null,
    }
}
