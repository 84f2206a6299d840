//! `/api/light-feeds`: pixels that others may send.

use axum::extract::State;
use axum::http::StatusCode;
use serde_json::Value;

use super::{Answer, changed_thing, ok, removed, saved};
use crate::api::Api;
use crate::api::ask::{Ask, Asker, Bare};
use crate::api::error::ApiError;
use crate::api::request::At;
use crate::api::wire::fixture::LightFeedView;
use crate::show::Show;
use crate::show::ids::FeedId;
use crate::show::light::feed::LightFeed;
use crate::state::SubmitError;
use crate::state::command::Command;
use crate::state::rejection::Rejection;

fn view(api: &Api, show: &Show, id: &FeedId) -> Result<LightFeedView, ApiError> {
    let feed = show.light_feeds.get(id).ok_or_else(|| SubmitError::from(Rejection::NoFeed(id.clone())))?;
    Ok(LightFeedView::new(feed, &api.vitals))
}

pub async fn list(State(api): State<Api>) -> Answer {
    let show = api.state.snapshot().show.clone();
    ok(show.light_feeds.values().map(|feed| LightFeedView::new(feed, &api.vitals)).collect::<Vec<_>>())
}

pub async fn one(State(api): State<Api>, At(id): At<FeedId>) -> Answer {
    ok(view(&api, &api.state.snapshot().show, &id)?)
}

pub async fn create(State(api): State<Api>, Ask { asker, mut fields }: Ask) -> Answer {
    fields.fill_id("feed", asker.operation.as_ref());
    put(api, asker, fields.parse()?, true).await
}

pub async fn replace(State(api): State<Api>, At(id): At<FeedId>, Ask { asker, mut fields }: Ask) -> Answer {
    fields.settle_id(id.as_str())?;
    fields.0.insert("id".to_owned(), Value::String(id.into()));
    put(api, asker, fields.parse()?, false).await
}

async fn put(api: Api, asker: Asker, feed: LightFeed, only_new: bool) -> Answer {
    let id = feed.id.clone();
    let receipt = api.act(&asker, Command::PutLightFeed { feed: Box::new(feed), only_new }).await?;
    changed_thing(&receipt, saved(&receipt), view(&api, &receipt.snapshot, &id))
}

pub async fn change(State(api): State<Api>, At(id): At<FeedId>, Ask { asker, mut fields }: Ask) -> Answer {
    fields.settle_id(id.as_str())?;
    let receipt = api.act(&asker, Command::ChangeLightFeed { feed: id.clone(), patch: fields.0 }).await?;
    changed_thing(&receipt, StatusCode::OK, view(&api, &receipt.snapshot, &id))
}

pub async fn remove(State(api): State<Api>, At(feed): At<FeedId>, Bare(asker): Bare) -> Answer {
    removed(&api.act(&asker, Command::RemoveLightFeed { feed }).await?)
}
