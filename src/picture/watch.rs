//! Which inputs are seen: pure. What is on air, on its way there, or in the preview counts; so does what is inside other scenes.

use std::collections::BTreeMap;
use std::path::Path;

use super::sources::animated::{self, Moving};
use super::sources::wanted::{Wanted, wanted};
use crate::show::Show;
use crate::show::ids::{AssetId, InputId};
use crate::show::layer::Content;
use crate::show::program::Program;

/// What should run for this show.
pub fn inputs(show: &Show, assets_dir: &Path) -> BTreeMap<InputId, Wanted> {
    let mut seen = Vec::new();
    for scene in show.program.iter().flat_map(Program::scenes).chain(&show.studio.preview) {
        show.each_input_in(scene, &mut |input| seen.push(input.clone()));
    }
    let file = |asset: &_| show.assets.get(asset).map(|asset| assets_dir.join(asset.file_name()));
    wanted(show.inputs.values(), seen.into_iter().map(|id| (id, true)), file)
}

/// The animated pictures that are seen.
pub fn moving(show: &Show, assets_dir: &Path) -> BTreeMap<AssetId, Moving> {
    let mut moving = BTreeMap::new();
    for scene in show.program.iter().flat_map(Program::scenes).chain(&show.studio.preview) {
        show.each_layer_in(scene, &mut |layer| {
            if let Content::Image { asset: id } = &layer.content
                && let Some(asset) = show.assets.get(id).filter(|asset| asset.animated)
                && moving.len() < animated::MOST_AT_ONCE
                && !moving.contains_key(id)
            {
                let period_ms = asset.duration_ms.unwrap_or(0);
                moving.insert(
                    id.clone(),
                    Moving { file: assets_dir.join(asset.file_name()), format: asset.format, period_ms },
                );
            }
        });
    }
    moving
}
