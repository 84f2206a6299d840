//! `/api/v1/zones`: LEDs that show one thing together.

use axum::extract::State;
use axum::http::StatusCode;
use serde_json::Value;

use super::{Answer, changed_thing, ok, removed, saved};
use crate::api::Api;
use crate::api::ask::{Ask, Asker, Bare, Perhaps};
use crate::api::error::ApiError;
use crate::api::request::{At, Fields};
use crate::api::wire::light::{MapView, ZoneView};
use crate::show::Show;
use crate::show::ids::{ZoneId, ZoneLayerId};
use crate::state::asked::{NewZone, NewZoneLayer, Passage};
use crate::state::command::{Command, Patch};
use crate::state::rejection::Rejection;
use crate::state::{Receipt, SubmitError};

fn view(api: &Api, show: &Show, id: &ZoneId) -> Result<ZoneView, ApiError> {
    let zone = show.zones.get(id).ok_or_else(|| SubmitError::from(Rejection::NoZone(id.clone())))?;
    Ok(ZoneView::new(show, zone, api.clock.now()))
}

fn answer(api: &Api, receipt: &Receipt, id: &ZoneId, status: StatusCode) -> Answer {
    changed_thing(receipt, status, view(api, &receipt.snapshot, id))
}

/// How what is asked for becomes seen: any request about lights may say so.
pub fn passage(fields: &mut Fields) -> Result<Passage, ApiError> {
    Ok(Passage { transition: fields.take("transition")?, duration: fields.take("duration")? })
}

pub async fn list(State(api): State<Api>) -> Answer {
    ok(ZoneView::all(&api.state.snapshot().show, api.clock.now()))
}

pub async fn one(State(api): State<Api>, At(id): At<ZoneId>) -> Answer {
    ok(view(&api, &api.state.snapshot().show, &id)?)
}

/// Where its LEDs are, in parts of the box around them, in the order of the wire.
pub async fn map(State(api): State<Api>, At(id): At<ZoneId>) -> Answer {
    let show = api.state.snapshot().show.clone();
    let zone = show.zones.get(&id).ok_or_else(|| SubmitError::from(Rejection::NoZone(id.clone())))?;
    ok(MapView::new(&zone.geometry))
}

pub async fn create(State(api): State<Api>, Ask { asker, mut fields }: Ask) -> Answer {
    fields.fill_id("zone", asker.operation.as_ref());
    let zone: NewZone = fields.parse()?;
    let id = zone.id.clone();
    let receipt = api.act(&asker, Command::PutZone { zone: Box::new(zone), only_new: true }).await?;
    answer(&api, &receipt, &id, saved(&receipt))
}

/// Any of its fields: of what it is, or of what it looks like.
pub async fn change(State(api): State<Api>, At(id): At<ZoneId>, Ask { asker, mut fields }: Ask) -> Answer {
    fields.settle_id(id.as_str())?;
    let passage = passage(&mut fields)?;
    patched(&api, &asker, id, fields.0, passage).await
}

async fn patched(api: &Api, asker: &Asker, zone: ZoneId, patch: Patch, passage: Passage) -> Answer {
    let Passage { transition, duration } = passage;
    let receipt = api.act(asker, Command::ChangeZone { zone: zone.clone(), patch, transition, duration }).await?;
    answer(api, &receipt, &zone, StatusCode::OK)
}

async fn set(api: Api, id: ZoneId, Ask { asker, mut fields }: Ask, field: &'static str) -> Answer {
    let passage = passage(&mut fields)?;
    let value: Value = fields.require(field)?;
    fields.finish()?;
    patched(&api, &asker, id, [(field.to_owned(), value)].into_iter().collect(), passage).await
}

pub async fn color(State(api): State<Api>, At(id): At<ZoneId>, ask: Ask) -> Answer {
    set(api, id, ask, "color").await
}

pub async fn brightness(State(api): State<Api>, At(id): At<ZoneId>, ask: Ask) -> Answer {
    set(api, id, ask, "brightness").await
}

pub async fn enabled(State(api): State<Api>, At(id): At<ZoneId>, ask: Ask) -> Answer {
    set(api, id, ask, "enabled").await
}

pub async fn reset(State(api): State<Api>, At(id): At<ZoneId>, Perhaps { asker, mut fields }: Perhaps) -> Answer {
    let Passage { transition, duration } = passage(&mut fields)?;
    fields.finish()?;
    let receipt = api.act(&asker, Command::ResetZone { zone: id.clone(), transition, duration }).await?;
    answer(&api, &receipt, &id, StatusCode::OK)
}

pub async fn remove(State(api): State<Api>, At(zone): At<ZoneId>, Bare(asker): Bare) -> Answer {
    removed(&api.act(&asker, Command::RemoveZone { zone }).await?)
}

pub async fn put_layer(
    State(api): State<Api>,
    At((zone, layer)): At<(ZoneId, ZoneLayerId)>,
    Ask { asker, mut fields }: Ask,
) -> Answer {
    fields.settle_id(layer.as_str())?;
    let Passage { transition, duration } = passage(&mut fields)?;
    fields.0.insert("id".to_owned(), Value::String(layer.into()));
    let layer: Box<NewZoneLayer> = Box::new(fields.parse()?);
    let receipt = api.act(&asker, Command::PutZoneLayer { zone: zone.clone(), layer, transition, duration }).await?;
    answer(&api, &receipt, &zone, StatusCode::OK)
}

pub async fn remove_layer(
    State(api): State<Api>,
    At((zone, layer)): At<(ZoneId, ZoneLayerId)>,
    Perhaps { asker, mut fields }: Perhaps,
) -> Answer {
    let Passage { transition, duration } = passage(&mut fields)?;
    fields.finish()?;
    let receipt = api.act(&asker, Command::RemoveZoneLayer { zone: zone.clone(), layer, transition, duration }).await?;
    answer(&api, &receipt, &zone, StatusCode::OK)
}

/// Shows a pattern for a while: `{"pattern": "colors", "duration": 10}`.
pub async fn test(State(api): State<Api>, At(zone): At<ZoneId>, Perhaps { asker, mut fields }: Perhaps) -> Answer {
    let pattern = fields.take("pattern")?.unwrap_or(crate::show::light::zone::TestPattern::Colors);
    let seconds = fields.take("duration")?.unwrap_or(10.0);
    fields.finish()?;
    let receipt = api.act(&asker, Command::TestZone { zone: zone.clone(), pattern, seconds }).await?;
    answer(&api, &receipt, &zone, StatusCode::OK)
}
