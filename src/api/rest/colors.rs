//! `/api/v1/colors`: colours by name, from one way of writing to another, in palettes, and what goes well together.

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Answer, changed_thing, ok, removed, saved};
use crate::api::Api;
use crate::api::ask::{Ask, Asker, Bare};
use crate::api::error::ApiError;
use crate::api::request::At;
use crate::api::wire::light::PaletteView;
use crate::base::quote::quoted;
use crate::show::Show;
use crate::show::ids::PaletteId;
use crate::show::light::color::{self, ColorError, LightColor, Mode};
use crate::show::light::harmony::{self, Space};
use crate::state::SubmitError;
use crate::state::asked::NewPalette;
use crate::state::command::Command;
use crate::state::rejection::Rejection;

pub async fn presets() -> Answer {
    ok(color::presets().as_slice())
}

fn refused(field: &'static str, error: ColorError) -> ApiError {
    SubmitError::from(match error {
        ColorError::UnknownMode { given } => Rejection::ColorMode { field: field.into(), given },
        why => Rejection::BadColor { field: field.into(), why },
    })
    .into()
}

/// `{"from_color": …, "to_mode": "HSV"}`.
pub async fn convert(Ask { asker: _, mut fields }: Ask) -> Answer {
    let from: Value = fields.require("from_color")?;
    let to: String = fields.require("to_mode")?;
    fields.finish()?;
    let (from, brightness) = LightColor::read(&from).map_err(|error| refused("from_color.mode", error))?;
    let mode = Mode::parse(&to).map_err(|error| refused("to_mode", error))?;
    let converted = color::convert(&from, mode);
    let mut to = serde_json::to_value(&converted.color).unwrap_or_default();
    if let Some(brightness) = brightness {
        to["brightness"] = json!(brightness);
    }
    ok(json!({ "from_color": from, "color": to, "rgb": converted.color.rgb(), "exact": converted.exact }))
}

fn palette_of(show: &Show, id: &PaletteId) -> Result<PaletteView, ApiError> {
    PaletteView::of(show, id).ok_or_else(|| SubmitError::from(Rejection::NoPalette(id.clone())).into())
}

pub async fn palettes(State(api): State<Api>) -> Answer {
    ok(PaletteView::all(&api.state.snapshot().show))
}

pub async fn palette(State(api): State<Api>, At(id): At<PaletteId>) -> Answer {
    ok(palette_of(&api.state.snapshot().show, &id)?)
}

pub async fn create_palette(State(api): State<Api>, Ask { asker, mut fields }: Ask) -> Answer {
    fields.fill_id("palette", asker.operation.as_ref());
    put(api, asker, fields.parse()?, true).await
}

pub async fn replace_palette(State(api): State<Api>, At(id): At<PaletteId>, Ask { asker, mut fields }: Ask) -> Answer {
    fields.settle_id(id.as_str())?;
    fields.0.insert("id".to_owned(), Value::String(id.into()));
    put(api, asker, fields.parse()?, false).await
}

async fn put(api: Api, asker: Asker, palette: NewPalette, only_new: bool) -> Answer {
    let id = palette.id.clone();
    let receipt = api.act(&asker, Command::PutPalette { palette, only_new }).await?;
    changed_thing(&receipt, saved(&receipt), palette_of(&receipt.snapshot, &id))
}

pub async fn remove_palette(State(api): State<Api>, At(palette): At<PaletteId>, Bare(asker): Bare) -> Answer {
    removed(&api.act(&asker, Command::RemovePalette { palette }).await?)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wheel {
    #[serde(default)]
    space: Space,
}

/// Of `ff0000`, `RED`, `240` (a hue) or `255,0,0`.
pub async fn harmonies(At(base): At<String>, wheel: Result<Query<Wheel>, QueryRejection>) -> Answer {
    let Query(Wheel { space }) = wheel.map_err(|rejection| ApiError::InvalidQuery(quoted(&rejection.body_text())))?;
    let rgb = harmony::parse_base(&base).map_err(|error| SubmitError::from(Rejection::BadBase(error)))?;
    let harmonies: serde_json::Map<String, Value> = harmony::harmonies(rgb, space)
        .into_iter()
        .map(|(harmony, colors)| {
            let colors: Vec<Value> = colors.into_iter().map(|rgb| json!({ "mode": "RGB", "rgb": rgb })).collect();
            (json!(harmony).as_str().unwrap_or_default().to_owned(), Value::Array(colors))
        })
        .collect();
    ok(json!({ "base": { "mode": "RGB", "rgb": rgb }, "harmonies": harmonies }))
}
