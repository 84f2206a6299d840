//! `/api/wifi`: the network that this machine is in. A change is taken back unless it is confirmed by way of the new network, so that nobody
//! is locked out by a typing error.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use serde_json::{Value, json};

use super::{Answer, ok};
use crate::api::Api;
use crate::api::ask::{Ask, Bare};
use crate::api::error::ApiError;
use crate::api::request::At;
use crate::devices::wifi::{JoinRequest, named};

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
    let joining = api.machine.wifi.start(request).await?;
    let token = joining.token.reveal().to_owned();
    // How it goes is told by the status.
    tokio::spawn(joining.outcome());
    let body = json!({ "token": token, "status": api.machine.wifi.status().await });
    Ok((StatusCode::ACCEPTED, Json(body)).into_response())
}

pub async fn confirm(State(api): State<Api>, Ask { mut fields, .. }: Ask) -> Answer {
    let token: String = fields.require("token")?;
    fields.finish()?;
    api.machine.wifi.confirm(&token).await?;
    told(&api).await
}

pub async fn disconnect(State(api): State<Api>, Bare(_): Bare) -> Answer {
    api.machine.wifi.disconnect().await?;
    told(&api).await
}

pub async fn enable(State(api): State<Api>, Ask { mut fields, .. }: Ask) -> Answer {
    let enabled: bool = fields.require("enabled")?;
    fields.finish()?;
    api.machine.wifi.set_enabled(enabled).await?;
    told(&api).await
}

/// By its name in hexadecimal digits: names are bytes, and need not be text.
pub async fn forget(State(api): State<Api>, At(ssid): At<String>, Bare(_): Bare) -> Answer {
    let ssid = named(None, Some(&ssid)).map_err(ApiError::from)?;
    api.machine.wifi.forget(&ssid).await?;
    ok(Value::from_iter([("success", true)]))
}
