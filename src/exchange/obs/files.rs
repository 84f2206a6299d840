//! Files that a collection names lie on the machine it was made on. One of the same name that was uploaded is taken for it.

use super::Known;
use crate::show::asset::{Asset, AssetKind};

/// The last part of a path of whatever system.
pub fn base_name(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or("").trim()
}

pub fn find<'a>(known: &Known<'a>, path: &str, good: fn(AssetKind) -> bool) -> Option<&'a Asset> {
    let name = Some(base_name(path).to_lowercase()).filter(|name| !name.is_empty())?;
    known.by_name.get(&name)?.iter().copied().find(|asset| good(asset.kind))
}
