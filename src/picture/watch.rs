//! Which inputs are seen: pure. What is on air, on its way there, or in the preview counts; so does what is inside other scenes.

use std::collections::BTreeMap;
use std::path::Path;

use super::sources::wanted::{Wanted, wanted};
use crate::show::Show;
use crate::show::ids::InputId;
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
