//! `/api/loop` and `/api/playback`: what a display shows one after the other, and how.

use axum::extract::State;
use axum::http::StatusCode;
use serde_json::{Value, json};

use super::{Answer, changed, ok};
use crate::api::Api;
use crate::api::ask::{Ask, Asker, Bare, Perhaps};
use crate::api::error::ApiError;
use crate::api::request::At;
use crate::api::wire::looped;
use crate::show::ids::AssetId;
use crate::state::Receipt;
use crate::state::asked::media::{Control, LoopWish};
use crate::state::command::{Command, Patch};

async fn wish(api: &Api, asker: &Asker, wish: LoopWish) -> Result<Receipt, ApiError> {
    api.act(asker, Command::SteerLoop { wish }).await
}

pub async fn queue(State(api): State<Api>) -> Answer {
    ok(looped::queue(&api.state.snapshot().show))
}

fn answer(receipt: &Receipt, status: StatusCode) -> Answer {
    let mut body = looped::queue(&receipt.snapshot);
    body["success"] = json!(true);
    changed(receipt, status, body)
}

pub async fn add(State(api): State<Api>, Ask { asker, mut fields }: Ask) -> Answer {
    let slug = fields.require("slug")?;
    fields.finish()?;
    answer(&wish(&api, &asker, LoopWish::Add { slug }).await?, StatusCode::CREATED)
}

pub async fn reorder(State(api): State<Api>, Ask { asker, mut fields }: Ask) -> Answer {
    let slugs = fields.require("order")?;
    fields.finish()?;
    answer(&wish(&api, &asker, LoopWish::Order { slugs }).await?, StatusCode::OK)
}

pub async fn remove(State(api): State<Api>, At(slug): At<AssetId>, Bare(asker): Bare) -> Answer {
    answer(&wish(&api, &asker, LoopWish::Remove { slug }).await?, StatusCode::OK)
}

pub async fn activate(State(api): State<Api>, At(slug): At<AssetId>, Bare(asker): Bare) -> Answer {
    answer(&wish(&api, &asker, LoopWish::Show { slug }).await?, StatusCode::OK)
}

fn played(api: &Api, receipt: &Receipt) -> Answer {
    let mut body = looped::playback(&receipt.snapshot, api.clock.now());
    body["success"] = json!(true);
    changed(receipt, StatusCode::OK, body)
}

async fn control(api: Api, asker: Asker, control: Control) -> Answer {
    played(&api, &wish(&api, &asker, LoopWish::Control { control }).await?)
}

pub async fn playback(State(api): State<Api>) -> Answer {
    ok(looped::playback(&api.state.snapshot().show, api.clock.now()))
}

pub async fn toggle(State(api): State<Api>, Bare(asker): Bare) -> Answer {
    control(api, asker, Control::Toggle {}).await
}

pub async fn next(State(api): State<Api>, Bare(asker): Bare) -> Answer {
    control(api, asker, Control::Next {}).await
}

pub async fn previous(State(api): State<Api>, Bare(asker): Bare) -> Answer {
    control(api, asker, Control::Previous {}).await
}

/// `{mode}`, or the other one where nothing is said.
pub async fn loop_mode(State(api): State<Api>, Perhaps { asker, mut fields }: Perhaps) -> Answer {
    let mode = fields.take("mode")?;
    fields.finish()?;
    played(&api, &wish(&api, &asker, LoopWish::Repeat { mode }).await?)
}

pub async fn display(State(api): State<Api>) -> Answer {
    let show = api.state.snapshot().show.clone();
    ok(looped::display(show.displays.values().map(AsRef::as_ref)))
}

/// `{brightness: 0–100, gamma, on, test_card}`, each of which may be left out; of all displays.
pub async fn set_display(State(api): State<Api>, Ask { asker, mut fields }: Ask) -> Answer {
    let mut patch = Patch::new();
    if let Some(percent) = fields.take::<f64>("brightness")? {
        patch.insert("brightness".to_owned(), json!(percent / 100.0));
    }
    for (said, meant) in [("gamma", "gamma"), ("on", "enabled"), ("test_card", "test_card")] {
        if let Some(value) = fields.take::<Value>(said)? {
            patch.insert(meant.to_owned(), value);
        }
    }
    fields.finish()?;
    let show = api.state.snapshot().show.clone();
    let change = |display| Command::ChangeDisplay { display, patch: patch.clone() };
    let mut commands: Vec<Command> = show.displays.keys().cloned().map(change).collect();
    let command = match commands.len() {
        1 => commands.pop(),
        0 => None,
        _ => Some(Command::Batch { commands, at: None, id: None }),
    };
    let receipt = api.act(&asker, command.ok_or(ApiError::NoDisplay)?).await?;
    changed(&receipt, StatusCode::OK, looped::display(receipt.snapshot.displays.values().map(AsRef::as_ref)))
}
