//! `marquee check`: reads a whole data directory, and says what is in it or what is wrong.

use std::path::Path;

use anyhow::{Context, bail};
use serde_json::json;

use crate::state::store::directory::DataDirectory;
use crate::state::store::{journal, score};

pub fn check(data_dir: &Path) -> anyhow::Result<String> {
    if !data_dir.is_dir() {
        bail!("there is no data directory {}", data_dir.display());
    }
    // Before anything is opened: what is no data directory must not become one by being looked at.
    if !DataDirectory::holds_journal(data_dir) {
        bail!("there is no journal in {}", data_dir.display());
    }
    let directory = DataDirectory::open(data_dir)?;
    let loaded = journal::verify(&directory.journal()).context("the journal is damaged")?;
    let score = score::verify(&directory.score()).context("the score is damaged")?;
    let missing: Vec<_> =
        loaded.snapshot.show.assets.values().filter(|asset| !directory.assets().join(asset.file_name()).is_file()).collect();
    if let Some(asset) = missing.first() {
        bail!("the file of asset {} ({}) is missing, and {} more", asset.id, asset.name, missing.len() - 1);
    }
    let summary = json!({
        "changes": loaded.snapshot.seq,
        "scenes": loaded.snapshot.show.scenes.len(),
        "destinations": loaded.snapshot.show.destinations.len(),
        "assets": loaded.snapshot.show.assets.len(),
        "on_air": loaded.snapshot.show.stream.is_on_air(),
        "score": { "files": score.files, "changes": score.changes, "stretches": score.stretches },
    });
    Ok(format!("{summary}\n"))
}
