//! The WebSocket: the newest state, figures once a second, and the preview. Steering goes over REST.

mod session;

use axum::extract::ws::{WebSocketUpgrade, rejection::WebSocketUpgradeRejection};
use axum::extract::{Query, State, rejection::QueryRejection};
use axum::response::Response;
use serde::Deserialize;

use super::Api;
use super::error::ApiError;
use super::wire::message::Format;

/// Longest message that a client may send; what it has to say fits into a hundred bytes.
const MAX_MESSAGE: usize = 64 * 1024;
/// What is read of a longer one before the connection is closed: read to its end, the reason for closing arrives; cut off in the
/// middle, it may be lost.
const MAX_READ: usize = 1024 * 1024;

#[derive(Deserialize)]
pub struct Wishes {
    #[serde(default)]
    preview: Preview,
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Preview {
    #[default]
    Json,
    Binary,
    Off,
}

pub async fn upgrade(
    State(api): State<Api>,
    wishes: Result<Query<Wishes>, QueryRejection>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response, ApiError> {
    let upgrade = upgrade.map_err(|rejection| ApiError::UpgradeRequired(rejection.body_text()))?;
    let Query(wishes) = wishes.map_err(|rejection| ApiError::InvalidQuery(rejection.body_text()))?;
    let format = match wishes.preview {
        Preview::Json => Some(Format::Json),
        Preview::Binary => Some(Format::Binary),
        Preview::Off => None,
    };
    let upgrade = upgrade.max_message_size(MAX_READ).max_frame_size(MAX_READ);
    Ok(upgrade.on_upgrade(move |socket| session::run(socket, api, format)))
}
