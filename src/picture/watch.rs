//! Which inputs are seen: pure. What is on air, on its way there, or in the preview counts; so does what is inside other scenes.

use std::collections::BTreeMap;
use std::path::Path;

use super::sources::wanted::{Wanted, wanted};
use crate::show::Show;
use crate::show::ids::{InputId, SceneId};
use crate::show::layer::{Content, Layer};
use crate::show::program::Program;

/// Scenes within each other end here; deciding refuses deeper ones.
const DEEPEST: usize = 16;

/// What should run for this show.
pub fn inputs(show: &Show, assets_dir: &Path) -> BTreeMap<InputId, Wanted> {
    let mut seen = Vec::new();
    for scene in show.program.iter().flat_map(Program::scenes).chain(&show.studio.preview) {
        see(show, scene, 0, &mut seen);
    }
    let file = |asset: &_| show.assets.get(asset).map(|asset| assets_dir.join(asset.file_name()));
    wanted(show.inputs.values(), seen.into_iter().map(|id| (id, true)), file)
}

fn see(show: &Show, scene: &SceneId, depth: usize, seen: &mut Vec<InputId>) {
    let scene = show.scenes.get(scene).filter(|_| depth < DEEPEST);
    for layer in scene.iter().flat_map(|scene| &scene.layers) {
        see_layer(show, layer, depth, seen);
    }
}

fn see_layer(show: &Show, layer: &Layer, depth: usize, seen: &mut Vec<InputId>) {
    if !layer.visible {
        return;
    }
    match &layer.content {
        Content::Input { input } => seen.push(input.clone()),
        Content::Scene { scene } => see(show, scene, depth + 1, seen),
        _ => layer.layers().iter().for_each(|inner| see_layer(show, inner, depth, seen)),
    }
}
