//! The WebSocket. Without a subprotocol it tells the newest state, figures once a second, and the preview; after a hello, or with
//! the subprotocol `marquee.v1.json` or `marquee.v1.msgpack`, it tells what is subscribed to, change by change. Commands are taken
//! either way.

#[cfg(test)]
mod conformance;
mod display;
#[cfg(any(test, feature = "fuzzing"))]
pub mod fuzz;
mod hear;
mod jams;
mod lead;
mod session;
pub(super) mod socket;
mod tell;
mod upgrade;

use std::net::{IpAddr, Ipv4Addr};

use axum::extract::{Extension, Query, Request, State, rejection::QueryRejection};
use axum::response::Response;
use serde::Deserialize;

use super::Api;
use super::error::ApiError;
use super::gate::Who;
use super::jam;
use super::jam::connection::Connection;
use super::jam::tell::Form;
use super::serve::Peer;
use super::wire::encoding::Encoding;
use super::wire::message::Format;
use crate::base::quote::quoted;
use crate::state::relay;
use lead::Leading;
use session::{Beginning, Session};
use socket::{Limits, Socket};

/// Longest message that a client may send: a scene with hundreds of layers has some 100 kB.
const MAX_MESSAGE: usize = 1024 * 1024;
/// What is read of a longer one before the connection is closed: read to its end, the reason for closing arrives; cut off in the
/// middle, it may be lost.
const MAX_READ: usize = 2 * 1024 * 1024;

/// A whole pattern of a jam has some 10 kB.
const MAX_JAM: usize = 128 * 1024;

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
    request: Request,
) -> Result<Response, ApiError> {
    let Query(wishes) = wishes.map_err(|rejection| ApiError::InvalidQuery(quoted(&rejection.body_text())))?;
    let protocol =
        upgrade::chosen_protocol(request.headers(), &[JSON, MESSAGE_PACK, relay::PROTOCOL, jam::BYTES, jam::TEXT]);
    if protocol == Some(relay::PROTOCOL) && who.0.is_none() {
        return Err(ApiError::LoginRequired);
    }
    // Whoever looks at pictures only would pay for squeezing what is squeezed already.
    let longest = if jam_form(protocol).is_some() { MAX_JAM } else { MAX_READ };
    let limits = Limits { longest, deflate: protocol.is_some() && protocol != Some(jam::BYTES) };
    let (response, socket) = upgrade::upgrade(request, protocol, limits)?;
    let address = peer.map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |Extension(peer)| peer.0.ip());
    if let Some(form) = jam_form(protocol) {
        tokio::spawn(async move {
            if let Ok(socket) = socket.await {
                Connection::new(Socket::new(socket), api, who.0, address, form).run().await;
            }
        });
        return Ok(response);
    }
    let beginning = match protocol {
        Some(JSON) => Beginning::Spoken(Encoding::Json),
        Some(MESSAGE_PACK) => Beginning::Spoken(Encoding::MessagePack),
        _ => Beginning::Plain(match wishes.preview {
            Preview::Json => Some(Format::Json),
            Preview::Binary => Some(Format::Binary),
            Preview::Off => None,
        }),
    };
    tokio::spawn(async move {
        if let (Some(relay::PROTOCOL), Some(caller)) = (protocol, &who.0) {
            if let Ok(socket) = socket.await {
                Leading::new(Socket::new(socket), api, caller.clone(), address).run().await;
            }
            return;
        }
        // An error: the client went before it had its answer.
        if let Ok(socket) = socket.await {
            Session::open(Socket::new(socket), api, who, address, beginning).run().await;
        }
    });
    Ok(response)
}

fn jam_form(protocol: Option<&str>) -> Option<Form> {
    match protocol {
        Some(jam::BYTES) => Some(Form::Bytes),
        Some(jam::TEXT) => Some(Form::Text),
        _ => None,
    }
}
