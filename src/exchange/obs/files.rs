//! Files that a collection names lie on the machine it was made on. One of the same name that was uploaded is taken for it.

use super::Known;
use crate::show::asset::{Asset, AssetKind};

/// The last part of a path of whatever system.
pub fn base_name(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or("").trim()
}

/// Names are compared without capitals: the systems that most collections come from do so too.
pub fn find<'a>(known: &Known<'a>, path: &str, good: fn(AssetKind) -> bool) -> Option<&'a Asset> {
    let name = base_name(path).to_lowercase();
    let found = known.assets.values().find(|asset| good(asset.kind) && asset.name.to_lowercase() == name);
    found.map(|asset| &**asset).filter(|_| !name.is_empty())
}
