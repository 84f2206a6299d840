//! `/api/player`: what is played, and how; in the envelope of music boxes.

use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use serde_json::{Map, Value, json};

use super::Answer;
use super::unified::{at, done, found};
use crate::api::Api;
use crate::api::ask::{Ask, Asker, Bare};
use crate::api::wire::musicbox::At;
use crate::state::asked::media::Control;
use crate::state::command::Command;

async fn control(api: Api, asker: Asker, control: Control, message: &'static str) -> Answer {
    let receipt = api.act(&asker, Command::ControlPlayer { control }).await?;
    done(&receipt, StatusCode::OK, message, at(&api, &receipt).player())
}

pub async fn play(State(api): State<Api>, Bare(asker): Bare) -> Answer {
    control(api, asker, Control::Play {}, "it plays").await
}

pub async fn pause(State(api): State<Api>, Bare(asker): Bare) -> Answer {
    control(api, asker, Control::Pause {}, "it is paused").await
}

pub async fn stop(State(api): State<Api>, Bare(asker): Bare) -> Answer {
    control(api, asker, Control::Stop {}, "it is stopped").await
}

pub async fn toggle(State(api): State<Api>, Bare(asker): Bare) -> Answer {
    control(api, asker, Control::Toggle {}, "played or paused").await
}

pub async fn next(State(api): State<Api>, Bare(asker): Bare) -> Answer {
    control(api, asker, Control::Next {}, "the next track").await
}

pub async fn previous(State(api): State<Api>, Bare(asker): Bare) -> Answer {
    control(api, asker, Control::Previous {}, "the track before").await
}

pub async fn seek(State(api): State<Api>, Ask { asker, mut fields }: Ask) -> Answer {
    let position_ms = fields.require("position_ms")?;
    fields.finish()?;
    control(api, asker, Control::Seek { position_ms }, "it plays from there").await
}

pub async fn volume(State(api): State<Api>, Ask { asker, mut fields }: Ask) -> Answer {
    let mut patch = Map::new();
    patch.insert("volume".to_owned(), fields.require::<Value>("volume")?);
    if let Some(muted) = fields.take::<Value>("muted")? {
        patch.insert("muted".to_owned(), muted);
    }
    fields.finish()?;
    let receipt = api.act(&asker, Command::ChangePlayer { patch }).await?;
    done(&receipt, StatusCode::OK, "the volume is set", at(&api, &receipt).volume())
}

/// Repeat, shuffle, crossfade, volume, the loudest that it may be.
pub async fn settings(State(api): State<Api>, Ask { asker, fields }: Ask) -> Answer {
    let receipt = api.act(&asker, Command::ChangePlayer { patch: fields.0 }).await?;
    done(&receipt, StatusCode::OK, "the player is set", json!(receipt.snapshot.player.settings))
}

pub async fn status(State(api): State<Api>) -> Answer {
    let snapshot = api.state.snapshot();
    let at = At { show: &snapshot.show, now: api.clock.now(), seq: snapshot.seq };
    let mut answer = found(&api, "what is played", at.player())?;
    answer.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store, max-age=0"));
    Ok(answer)
}
