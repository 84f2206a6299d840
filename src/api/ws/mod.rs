//! The WebSocket. Without a subprotocol it tells the newest state, figures once a second, and the preview; after a hello, or with
//! the subprotocol `marquee.v1.json` or `marquee.v1.msgpack`, it tells what is subscribed to, change by change. Commands are taken
//! either way.

mod hear;
mod session;
mod tell;

use std::net::{IpAddr, Ipv4Addr};

use axum::extract::ws::{WebSocketUpgrade, rejection::WebSocketUpgradeRejection};
use axum::extract::{Extension, Query, State, rejection::QueryRejection};
use axum::response::Response;
use serde::Deserialize;

use super::Api;
use super::error::ApiError;
use super::gate::Who;
use super::serve::Peer;
use super::wire::encoding::Encoding;
use super::wire::message::Format;
use crate::base::quote::quoted;
use session::{Beginning, Session};

/// Longest message that a client may send: a scene with hundreds of layers has some 100 kB.
const MAX_MESSAGE: usize = 1024 * 1024;
/// What is read of a longer one before the connection is closed: read to its end, the reason for closing arrives; cut off in the
/// middle, it may be lost.
const MAX_READ: usize = 2 * 1024 * 1024;

const JSON: &str = "marquee.v1.json";
const MESSAGE_PACK: &str = "marquee.v1.msgpack";

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
    Extension(who): Extension<Who>,
    peer: Option<Extension<Peer>>,
    wishes: Result<Query<Wishes>, QueryRejection>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response, ApiError> {
    let upgrade = upgrade.map_err(|rejection| ApiError::UpgradeRequired(rejection.body_text()))?;
    let Query(wishes) = wishes.map_err(|rejection| ApiError::InvalidQuery(quoted(&rejection.body_text())))?;
    let upgrade = upgrade.max_message_size(MAX_READ).max_frame_size(MAX_READ).protocols([JSON, MESSAGE_PACK]);
    let beginning = match upgrade.selected_protocol().and_then(|name| name.to_str().ok()) {
        Some(JSON) => Beginning::Spoken(Encoding::Json),
        Some(MESSAGE_PACK) => Beginning::Spoken(Encoding::MessagePack),
        _ => Beginning::Plain(match wishes.preview {
            Preview::Json => Some(Format::Json),
            Preview::Binary => Some(Format::Binary),
            Preview::Off => None,
        }),
    };
    let address = peer.map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |Extension(peer)| peer.0.ip());
    Ok(upgrade.on_upgrade(move |socket| async move { Session::open(socket, api, who, address, beginning).run().await }))
}
