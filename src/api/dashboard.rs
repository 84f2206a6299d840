//! The dashboard as text. Nothing of it is kept for a time: what was written of a medium is used again as long as that very medium is the one
//! that is there, so it is never old, and asking costs little however many there are.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::Api;
use super::wire::{dashboard, looped};
use crate::show::Show;
use crate::show::asset::Asset;
use crate::show::ids::AssetId;
use crate::state::Snapshot;

type Assets = Arc<BTreeMap<AssetId, Arc<Asset>>>;

#[derive(Default)]
pub struct Written(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    /// That `all` is written of.
    assets: Option<Assets>,
    all: Arc<str>,
    each: BTreeMap<AssetId, (Arc<Asset>, Arc<str>)>,
}

impl Kept {
    fn write(&mut self, assets: &Assets) {
        let mut each = BTreeMap::new();
        let mut all = String::with_capacity(self.all.len() + 1_024);
        for (id, asset) in assets.iter().filter(|(_, asset)| looped::is_media(asset)) {
            let known = self.each.remove(id).filter(|(known, _)| Arc::ptr_eq(known, asset));
            let (asset, text) = known.unwrap_or_else(|| (asset.clone(), looped::media(asset).to_string().into()));
            all.push(if all.is_empty() { '[' } else { ',' });
            all += &text;
            each.insert(id.clone(), (asset, text));
        }
        all += if all.is_empty() { "[]" } else { "]" };
        (self.all, self.each, self.assets) = (all.into(), each, Some(assets.clone()));
    }
}

impl Written {
    fn media(&self, show: &Show) -> Arc<str> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !kept.assets.as_ref().is_some_and(|assets| Arc::ptr_eq(assets, &show.assets)) {
            kept.write(&show.assets);
        }
        kept.all.clone()
    }
}

/// All of it, as it is in this snapshot.
pub fn text(api: &Api, snapshot: &Snapshot) -> String {
    let rest = dashboard::rest(api, snapshot).to_string();
    let media = api.written.media(&snapshot.show);
    // The rest is an object and never empty.
    format!("{{\"media\":{media},{}", rest.trim_start_matches('{'))
}
