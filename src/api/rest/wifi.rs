//! `/api/wifi`: the network that this machine is in. A change is taken back unless it is confirmed by way of the new network, so that nobody
//! is locked out by a typing error.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use serde_json::{Value, json};

use super::{Answer, ok};
use crate::api::Api;
use crate::api::ask::{Ask, Bare, Perhaps};
use crate::api::error::ApiError;
use crate::api::request::{At, Fields};
use crate::devices::wifi::{JoinRequest, Underway, named};

async fn told(api: &Api) -> Answer {
    ok(api.machine.wifi.status().await)
}

pub async fn status(State(api): State<Api>) -> Answer {
    told(&api).await
}

pub async fn networks(State(api): State<Api>) -> Answer {
    ok(json!({ "networks": api.machine.wifi.networks().await? }))
}

pub async fn scan(State(api): State<Api>, Bare(_): Bare) -> Answer {
    ok(json!({ "networks": api.machine.wifi.scan().await? }))
}

/// Whether it may be done though nothing would take it back.
fn unprotected(mut fields: Fields) -> Result<bool, ApiError> {
    let unprotected = fields.take("unprotected")?.unwrap_or(false);
    fields.finish()?;
    Ok(unprotected)
}

/// The answer comes before the network changes, because it might not come after.
pub async fn connect(State(api): State<Api>, Ask { mut fields, .. }: Ask) -> Answer {
    let request = JoinRequest {
        ssid: fields.take("ssid")?,
        ssid_hex: fields.take("ssid_hex")?,
        passphrase: fields.take("passphrase")?,
        hidden: fields.take("hidden")?.unwrap_or(false),
        unprotected: fields.take("unprotected")?.unwrap_or(false),
    };
    fields.finish()?;
    let underway = api.machine.wifi.start(request).await?;
    begun(&api, underway).await
}

async fn begun(api: &Api, underway: Underway) -> Answer {
    let token = underway.token.reveal().to_owned();
    // How it goes is told by the status.
    tokio::spawn(underway.outcome());
    let body = json!({ "token": token, "status": api.machine.wifi.status().await });
    Ok((StatusCode::ACCEPTED, Json(body)).into_response())
}

pub async fn confirm(State(api): State<Api>, Ask { mut fields, .. }: Ask) -> Answer {
    let token: String = fields.require("token")?;
    fields.finish()?;
    api.machine.wifi.confirm(&token).await?;
    told(&api).await
}

pub async fn disconnect(State(api): State<Api>, Perhaps { fields, .. }: Perhaps) -> Answer {
    match api.machine.wifi.disconnect(unprotected(fields)?).await? {
        Some(underway) => begun(&api, underway).await,
        None => told(&api).await,
    }
}

pub async fn enable(State(api): State<Api>, Ask { mut fields, .. }: Ask) -> Answer {
    let enabled: bool = fields.require("enabled")?;
    api.machine.wifi.set_enabled(enabled, unprotected(fields)?).await?;
    told(&api).await
}

/// By its name in hexadecimal digits: names are bytes, and need not be text.
pub async fn forget(State(api): State<Api>, At(ssid): At<String>, asked: Perhaps) -> Answer {
    let ssid = named(None, Some(&ssid)).map_err(ApiError::from)?;
    match api.machine.wifi.forget(&ssid, unprotected(asked.fields)?).await? {
        Some(underway) => begun(&api, underway).await,
        None => ok(Value::from_iter([("success", true)])),
    }
}
