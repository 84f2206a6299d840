//! `/api/v1/presets`: looks that are kept.

use axum::extract::State;
use axum::http::StatusCode;
use serde_json::{Value, json};

use super::zones::passage;
use super::{Answer, changed, changed_thing, ok, removed, saved};
use crate::api::Api;
use crate::api::ask::{Ask, Asker, Bare, Perhaps};
use crate::api::error::ApiError;
use crate::api::request::{At, Fields};
use crate::api::wire::light::{HouseView, LightPresetView, ZoneView, carried};
use crate::show::Show;
use crate::show::ids::{LightPresetId, PaletteId};
use crate::show::light::carried::palettes_of;
use crate::show::light::preset::LightPreset;
use crate::state::SubmitError;
use crate::state::asked::{CarriedPreset, NewPalette, Passage};
use crate::state::command::Command;
use crate::state::rejection::Rejection;

/// The first had no palettes.
const FORMAT: u64 = 2;

fn find<'a>(show: &'a Show, id: &LightPresetId) -> Result<&'a LightPreset, ApiError> {
    let found = show.light_presets.get(id).map(AsRef::as_ref);
    found.ok_or_else(|| SubmitError::from(Rejection::NoLightPreset(id.clone())).into())
}

fn view(show: &Show, id: &LightPresetId) -> Result<LightPresetView, ApiError> {
    Ok(LightPresetView::new(find(show, id)?))
}

pub async fn list(State(api): State<Api>) -> Answer {
    ok(LightPresetView::all(&api.state.snapshot().show))
}

pub async fn one(State(api): State<Api>, At(id): At<LightPresetId>) -> Answer {
    ok(view(&api.state.snapshot().show, &id)?)
}

/// Keeps what is seen now.
pub async fn create(State(api): State<Api>, Ask { asker, mut fields }: Ask) -> Answer {
    fields.fill_id("preset", asker.operation.as_ref());
    let id = fields.require("id")?;
    save(api, asker, id, fields, true).await
}

pub async fn replace(State(api): State<Api>, At(id): At<LightPresetId>, Perhaps { asker, mut fields }: Perhaps) -> Answer {
    fields.settle_id(id.as_str())?;
    save(api, asker, id, fields, false).await
}

async fn save(api: Api, asker: Asker, id: LightPresetId, mut fields: Fields, only_new: bool) -> Answer {
    let (name, zones) = (fields.take("name")?, fields.take("zones")?);
    let house = fields.take("house")?.unwrap_or(false);
    fields.finish()?;
    let receipt = api.act(&asker, Command::SaveLightPreset { id: id.clone(), name, zones, house, only_new }).await?;
    changed_thing(&receipt, saved(&receipt), view(&receipt.snapshot, &id))
}

pub async fn rename(State(api): State<Api>, At(id): At<LightPresetId>, Ask { asker, mut fields }: Ask) -> Answer {
    let name = fields.require("name")?;
    fields.finish()?;
    let receipt = api.act(&asker, Command::RenameLightPreset { id: id.clone(), name }).await?;
    changed_thing(&receipt, StatusCode::OK, view(&receipt.snapshot, &id))
}

pub async fn remove(State(api): State<Api>, At(id): At<LightPresetId>, Bare(asker): Bare) -> Answer {
    removed(&api.act(&asker, Command::RemoveLightPreset { id }).await?)
}

pub async fn load(State(api): State<Api>, At(id): At<LightPresetId>, Perhaps { asker, mut fields }: Perhaps) -> Answer {
    let Passage { transition, duration } = passage(&mut fields)?;
    fields.finish()?;
    let receipt = api.act(&asker, Command::LoadLightPreset { id, transition, duration }).await?;
    let (show, now) = (&receipt.snapshot, api.clock.now());
    let body = json!({ "success": true, "zones": ZoneView::all(show, now), "house": HouseView::new(&show.house, now) });
    changed(&receipt, StatusCode::OK, body)
}

pub async fn history(State(api): State<Api>, At(id): At<LightPresetId>) -> Answer {
    ok(LightPresetView::history(find(&api.state.snapshot().show, &id)?))
}

pub async fn restore(State(api): State<Api>, At(id): At<LightPresetId>, Ask { asker, mut fields }: Ask) -> Answer {
    let revision = fields.require("revision")?;
    fields.finish()?;
    let receipt = api.act(&asker, Command::RestoreLightPreset { id: id.clone(), revision }).await?;
    changed_thing(&receipt, StatusCode::OK, view(&receipt.snapshot, &id))
}

/// All of them, for `import` here or elsewhere.
pub async fn export(State(api): State<Api>) -> Answer {
    let show = &api.state.snapshot().show;
    let presets: Vec<LightPreset> = show.light_presets.values().filter_map(|preset| preset.carried(show)).collect();
    let palettes = palettes_of(show, &presets);
    let presets: Vec<Value> = presets.iter().map(carried).collect();
    ok(json!({ "format": FORMAT, "presets": presets, "palettes": palettes }))
}

pub async fn import(State(api): State<Api>, Ask { asker, mut fields }: Ask) -> Answer {
    let format: u64 = fields.take("format")?.unwrap_or(FORMAT);
    if !(1..=FORMAT).contains(&format) {
        let why = format!("presets of format {format} are newer than this server");
        return Err(ApiError::InvalidBody { field: "format".to_owned(), why });
    }
    let presets: Vec<CarriedPreset> = fields.require("presets")?;
    let palettes: Vec<NewPalette> = fields.take("palettes")?.unwrap_or_default();
    let only_new = fields.take("only_new")?.unwrap_or(false);
    fields.finish()?;
    let ids: Vec<LightPresetId> = presets.iter().map(|preset| preset.id.clone()).collect();
    let with: Vec<PaletteId> = palettes.iter().map(|palette| palette.id.clone()).collect();
    let receipt = api.act(&asker, Command::ImportLightPresets { presets, palettes, only_new }).await?;
    changed(&receipt, StatusCode::OK, json!({ "success": true, "presets": ids, "palettes": with }))
}
