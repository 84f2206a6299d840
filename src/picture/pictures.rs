//! The pictures that are ready: an immutable map that the preparing thread publishes and the tick thread reads.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use super::need::{LayerKey, Need, PictureKey};
use super::prepare;
use super::prepared::Picture;
use crate::media::cube::Cube;
use crate::show::Show;
use crate::show::ids::AssetId;
use crate::show::time::ShowTime;

#[derive(Clone, Default)]
pub struct Pictures {
    by_key: HashMap<PictureKey, Ready>,
    /// What each layer shows until the picture that it needs is ready.
    meanwhile: HashMap<LayerKey, PictureKey>,
    /// Colour tables that filters use.
    tables: HashMap<AssetId, Arc<Cube>>,
}

#[derive(Clone)]
struct Ready {
    picture: Arc<Picture>,
    is_opaque: bool,
}

/// A picture found for a layer.
pub struct Found<'a> {
    pub key: PictureKey,
    pub picture: &'a Picture,
    pub is_opaque: bool,
}

impl Pictures {
    /// Everything that the show needs at `at`, made here and now: for tests and benches.
    pub fn prepare_now(show: &Show, at: ShowTime, assets_dir: &Path) -> Pictures {
        let mut pictures = Pictures::default();
        prepare::all(show, at, assets_dir, &mut pictures);
        pictures
    }

    pub fn get(&self, key: PictureKey) -> Option<&Picture> {
        self.by_key.get(&key).map(|ready| &*ready.picture)
    }

    pub fn has(&self, key: PictureKey) -> bool {
        self.by_key.contains_key(&key)
    }

    /// The picture that is needed, or else what its layer showed last.
    pub fn find(&self, need: &Need<'_>) -> Option<Found<'_>> {
        let found = |key: PictureKey| {
            let Ready { picture, is_opaque } = self.by_key.get(&key)?;
            Some(Found { key, picture, is_opaque: *is_opaque })
        };
        found(need.key).or_else(|| found(*self.meanwhile.get(&need.layer)?))
    }

    pub fn insert(&mut self, need: &Need<'_>, picture: Picture) {
        let is_opaque = picture.is_opaque();
        self.by_key.insert(need.key, Ready { picture: Arc::new(picture), is_opaque });
        self.meanwhile.entry(need.layer).or_insert(need.key);
    }

    pub fn table(&self, id: &AssetId) -> Option<Arc<Cube>> {
        self.tables.get(id).cloned()
    }

    pub fn insert_table(&mut self, id: &AssetId, table: Arc<Cube>) {
        self.tables.insert(id.clone(), table);
    }

    /// Forgets all tables but these; says whether there was anything to forget.
    pub fn keep_tables(&mut self, wanted: impl Fn(&AssetId) -> bool) -> bool {
        let before = self.tables.len();
        self.tables.retain(|id, _| wanted(id));
        self.tables.len() != before
    }

    /// `key`, if it is ready, is what a layer shows until the picture that it needs is ready.
    pub fn show_meanwhile(&mut self, layer: LayerKey, key: PictureKey) {
        if self.by_key.contains_key(&key) {
            self.meanwhile.insert(layer, key);
        }
    }

    /// Forgets all but these; says whether there was anything to forget.
    pub fn keep_only(&mut self, keys: &[PictureKey]) -> bool {
        let before = self.by_key.len();
        self.by_key.retain(|key, _| keys.contains(key));
        self.meanwhile.retain(|_, key| self.by_key.contains_key(key));
        self.by_key.len() != before
    }
}
