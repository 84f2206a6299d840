//! `/api/media`: what can be played or shown, by its slug, which is the asset's id; and what nothing uses any more.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use serde::Deserialize;
use serde_json::{Value, json};

use super::assets::{find, remove_with_file};
use super::{Answer, ok, removed};
use crate::api::Api;
use crate::api::ask::{Asker, Bare, Perhaps};
use crate::api::error::ApiError;
use crate::api::request::At;
use crate::api::wire::looped;
use crate::base::quote::quoted;
use crate::show::Show;
use crate::show::asset::{Asset, AssetKind};
use crate::show::ids::AssetId;
use crate::show::time::ShowTime;
use crate::show::usage::User;
use crate::state::SubmitError;
use crate::state::rejection::Rejection;

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Type {
    Image,
    Video,
    #[serde(alias = "audio")]
    Sound,
}

impl Type {
    fn kind(self) -> AssetKind {
        match self {
            Type::Image => AssetKind::Image,
            Type::Video => AssetKind::Video,
            Type::Sound => AssetKind::Sound,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wishes {
    #[serde(rename = "type")]
    kind: Option<Type>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Force {
    #[serde(default)]
    force: bool,
}

fn asked<T>(query: Result<Query<T>, QueryRejection>) -> Result<T, ApiError> {
    query.map(|Query(query)| query).map_err(|rejection| ApiError::InvalidQuery(quoted(&rejection.body_text())))
}

pub(super) fn find_media<'a>(show: &'a Show, slug: &AssetId) -> Result<&'a Arc<Asset>, ApiError> {
    let missing = || ApiError::from(SubmitError::from(Rejection::NoAsset(slug.clone())));
    Some(find(show, slug)?).filter(|asset| looped::is_media(asset)).ok_or_else(missing)
}

pub async fn list(State(api): State<Api>, wishes: Result<Query<Wishes>, QueryRejection>) -> Answer {
    let kind = asked(wishes)?.kind.map(Type::kind);
    let (show, board) = (api.state.snapshot().show.clone(), api.details.board());
    let is_wanted = |asset: &&Arc<Asset>| looped::is_media(asset) && kind.is_none_or(|kind| asset.kind == kind);
    let told = |asset: &Arc<Asset>| {
        let mut media = looped::media(asset);
        media["progress"] = json!(board.progress_of(&asset.id));
        media
    };
    let media: Vec<Value> = show.assets.values().filter(is_wanted).map(told).collect();
    ok(json!({ "media": media }))
}

pub async fn remove(
    State(api): State<Api>,
    At(slug): At<AssetId>,
    force: Result<Query<Force>, QueryRejection>,
    Bare(asker): Bare,
) -> Answer {
    let force = asked(force)?.force;
    removed(&remove_with_file(api, asker, slug, force).await?)
}

pub async fn cleanup(State(api): State<Api>, Perhaps { asker, mut fields }: Perhaps) -> Answer {
    let only_tell = fields.take("dry_run")?.unwrap_or(false);
    fields.finish()?;
    let (show, now) = (api.state.snapshot().show.clone(), api.clock.now());
    let unused = tokio::task::spawn_blocking(move || unused(&show, now)).await.map_err(|_| ApiError::Internal)?;
    let (mut slugs, mut freed) = (Vec::new(), 0_u64);
    for asset in unused {
        // Each is a change of its own.
        let asker = Asker { operation: None, ..asker.clone() };
        if !only_tell && !is_removed(remove_with_file(api.clone(), asker, asset.id.clone(), false).await)? {
            continue;
        }
        freed = freed.saturating_add(asset.bytes);
        slugs.push(asset.id.clone());
    }
    ok(json!({ "success": true, "dry_run": only_tell, "removed": slugs, "freed_bytes": freed }))
}

/// Used again, or gone, since it was looked: then it is not among those that were removed, which is no error.
fn is_removed<T>(answer: Result<T, ApiError>) -> Result<bool, ApiError> {
    match answer {
        Ok(_) => Ok(true),
        Err(ApiError::State(SubmitError::Rejected(_))) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Covers come behind those that they are the covers of.
fn unused(show: &Show, now: ShowTime) -> Vec<Arc<Asset>> {
    let played = show.player.now.as_ref().map(|now| &now.asset);
    let mut found: Vec<Arc<Asset>> = Vec::new();
    let mut gone: BTreeSet<AssetId> = BTreeSet::new();
    let mut look: Vec<&Arc<Asset>> = show.assets.values().filter(|asset| looped::is_media(asset)).collect();
    while !look.is_empty() {
        let is_unused = |asset: &Arc<Asset>| {
            let mut users = show.users_of(&asset.id, now).into_iter();
            Some(&asset.id) != played && users.all(|user| matches!(user, User::Cover { asset } if gone.contains(&asset)))
        };
        let more: Vec<Arc<Asset>> = look.iter().filter(|asset| is_unused(asset)).map(|asset| Arc::clone(asset)).collect();
        gone.extend(more.iter().map(|asset| asset.id.clone()));
        // Their covers may be of no use any more.
        let covers: BTreeSet<&AssetId> = more
            .iter()
            .filter_map(|asset| asset.details.as_ref()?.cover.as_ref())
            .filter(|id| !gone.contains(*id))
            .collect();
        look = covers.into_iter().filter_map(|id| show.assets.get(id)).collect();
        found.extend(more);
    }
    found
}
