//! `/api/v1/system` and `/api/v1/config`: all lights together.

use axum::extract::State;
use axum::http::StatusCode;
use serde_json::{Value, json};

use super::zones::passage;
use super::{Answer, changed, ok};
use crate::api::Api;
use crate::api::ask::{Ask, Perhaps};
use crate::api::error::ApiError;
use crate::api::wire::light::{self, HouseView};
use crate::api::wire::performance;
use crate::show::light::house::MainMode;
use crate::state::Receipt;
use crate::state::asked::Passage;
use crate::state::command::Command;

fn view(api: &Api, receipt: &Receipt) -> HouseView {
    HouseView::new(&receipt.snapshot.house, api.clock.now())
}

fn answer(api: &Api, receipt: &Receipt) -> Answer {
    changed(receipt, StatusCode::OK, view(api, receipt))
}

pub async fn status(State(api): State<Api>) -> Answer {
    let snapshot = api.state.snapshot();
    let now = api.clock.now();
    let house = HouseView::new(&snapshot.show.house, now);
    ok(performance::status(&snapshot.show, house, &api.vitals, api.health(), now))
}

pub async fn performance(State(api): State<Api>) -> Answer {
    ok(performance::performance(&api.state.snapshot().show, &api.vitals))
}

async fn switch(api: Api, on: bool, Perhaps { asker, mut fields }: Perhaps) -> Answer {
    let Passage { transition, duration } = passage(&mut fields)?;
    fields.finish()?;
    let receipt = api.act(&asker, Command::SwitchLights { on, transition, duration }).await?;
    answer(&api, &receipt)
}

pub async fn on(State(api): State<Api>, said: Perhaps) -> Answer {
    switch(api, true, said).await
}

pub async fn off(State(api): State<Api>, said: Perhaps) -> Answer {
    switch(api, false, said).await
}

pub async fn modes() -> Answer {
    let mode = |mode: &MainMode| json!({ "id": mode.id(), "description": mode.description() });
    ok(MainMode::ALL.iter().map(mode).collect::<Vec<Value>>())
}

pub async fn mode(State(api): State<Api>) -> Answer {
    ok(json!({ "mode": api.state.snapshot().show.house.state.mode }))
}

pub async fn set_mode(State(api): State<Api>, Ask { asker, mut fields }: Ask) -> Answer {
    let Passage { transition, duration } = passage(&mut fields)?;
    let mode = fields.require("mode")?;
    fields.finish()?;
    let receipt = api.act(&asker, Command::SetLightMode { mode, transition, duration }).await?;
    answer(&api, &receipt)
}

pub async fn brightness(State(api): State<Api>) -> Answer {
    ok(json!({ "brightness": api.state.snapshot().show.house.state.brightness }))
}

pub async fn set_brightness(State(api): State<Api>, Ask { asker, mut fields }: Ask) -> Answer {
    let Passage { transition, duration } = passage(&mut fields)?;
    let brightness = fields.require("brightness")?;
    fields.finish()?;
    let receipt = api.act(&asker, Command::SetLightBrightness { brightness, transition, duration }).await?;
    answer(&api, &receipt)
}

pub async fn config(State(api): State<Api>) -> Answer {
    ok(&api.state.snapshot().show.house.settings)
}

pub async fn configure(State(api): State<Api>, Ask { asker, fields }: Ask) -> Result<axum::response::Response, ApiError> {
    let receipt = api.act(&asker, Command::ChangeLightSettings { patch: fields.0 }).await?;
    changed(&receipt, StatusCode::OK, light::settings(&receipt.snapshot.house.settings))
}
