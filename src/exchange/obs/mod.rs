//! A scene collection of OBS becomes scenes, inputs and transitions of ours, with a report of everything that did not.
//!
//! The file is read as OBS reads it: what is of another type than expected counts as not there, and what is not there has OBS's own
//! default.

mod data;
mod files;
mod filter;
mod input;
mod names;
mod place;
mod report;
mod scene;
mod source;
mod text;
mod transition;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

use crate::show::asset::Asset;
use crate::show::collection::Collection;
use crate::show::geometry::Canvas;
use crate::show::ids::AssetId;
use data::Data;
use scene::Conversion;

pub use report::{Lost, MissingFile, Report, SceneMade};

/// Sources, and items of all scenes and groups together: more are no collection that anyone made.
const MOST_SOURCES: usize = 4_096;
const MOST_LAYERS: usize = 16_384;

/// What the show has that a collection can use.
pub struct Known<'a> {
    /// Without capitals: the systems that most collections come from do not tell them apart either.
    by_name: BTreeMap<String, Vec<&'a Asset>>,
    /// For collections that do not say what they were made for.
    canvas: Canvas,
}

impl<'a> Known<'a> {
    pub fn new(assets: &'a BTreeMap<AssetId, Arc<Asset>>, canvas: Canvas) -> Self {
        let mut by_name: BTreeMap<String, Vec<&Asset>> = BTreeMap::new();
        for asset in assets.values() {
            by_name.entry(asset.name.to_lowercase()).or_default().push(asset);
        }
        Self { by_name, canvas }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct Converted {
    pub collection: Collection,
    pub report: Report,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ObsError {
    #[error("this is no scene collection of OBS: {0}")]
    NotACollection(&'static str),
    #[error("the collection has more than {most} {what}")]
    TooMuch { what: &'static str, most: usize },
}

impl ObsError {
    /// Stable: clients depend on it.
    pub fn code(&self) -> &'static str {
        match self {
            ObsError::NotACollection(_) => "not_a_scene_collection",
            ObsError::TooMuch { .. } => "collection_too_large",
        }
    }
}

pub fn convert(file: &Value, known: &Known<'_>) -> Result<Converted, ObsError> {
    let file = Data::new(file);
    if !file.has_list("sources") {
        return Err(ObsError::NotACollection("it has no list of sources"));
    }
    let sources = file.list("sources").chain(file.list("groups"));
    let all: Vec<Data<'_>> = sources.take(MOST_SOURCES + 1).collect();
    if all.len() > MOST_SOURCES {
        return Err(ObsError::TooMuch { what: "sources", most: MOST_SOURCES });
    }
    let scenes = source::scenes_in_order(&all, file);
    if scenes.is_empty() {
        return Err(ObsError::NotACollection("it has no scenes"));
    }
    let mut conversion = Conversion::new(&all, &scenes, base_size(file, &all, known), known);
    for (scene, id) in scenes.iter().zip(conversion.scene_ids()) {
        conversion.scene(*scene, id)?;
    }
    transition::convert(file, &mut conversion);
    conversion.unused_devices(file);
    Ok(conversion.finish(file.text("name")))
}

/// The canvas that positions are meant for. Newer collections say it; older ones may have it with an item.
fn base_size(file: Data<'_>, sources: &[Data<'_>], known: &Known<'_>) -> (f64, f64) {
    let items = sources.iter().flat_map(|source| source.child("settings").list("items"));
    let references = items.map(|item| item.child("scale_ref").point());
    let said = std::iter::once(file.child("resolution").point()).chain(references.take(64));
    let plausible = |size: &(f64, f64)| (16.0..=16_384.0).contains(&size.0) && (16.0..=16_384.0).contains(&size.1);
    let ours = (f64::from(known.canvas.width), f64::from(known.canvas.height));
    said.into_iter().find(plausible).unwrap_or(ours)
}
