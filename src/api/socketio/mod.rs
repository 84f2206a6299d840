//! Socket.IO (version 5, WebSocket and polling): another transport for the same rooms, numbers and commands. Each client has a task
//! with its own place in the row of changes, because a broadcast of the library leaves a hole for whoever is slow.

mod client;
mod hear;
mod tell;

use axum::routing::{MethodRouter, any_service};
use serde_json::Value;
use socketioxide::extract::{HttpExtension, MaybeHttpExtension, SocketRef, TryData};
use socketioxide::handler::ConnectHandler;
use socketioxide::service::SocketIoService;
use socketioxide::{SocketIo, TransportType};

use super::Api;
use super::access::Class;
use super::error::ApiError;
use super::gate::{Who, counted_as};
use super::limits::Client as Counted;
use super::serve::Peer;
use crate::identity::Caller;

/// Longest message; as on the WebSocket.
const MAX_MESSAGE: usize = 1024 * 1024;
/// Packets that wait for a client's socket. The rest wait as its place in the row of changes.
const BUFFER: usize = 64;

/// What answers at /socket.io/.
pub fn service(api: &Api) -> MethodRouter {
    let (service, io): (SocketIoService<_>, SocketIo) = SocketIo::builder()
        .max_payload(MAX_MESSAGE as u64)
        .ws_max_message_size(MAX_MESSAGE)
        .ws_max_frame_size(MAX_MESSAGE)
        .max_buffer_size(BUFFER)
        .transports([TransportType::Polling, TransportType::Websocket])
        .build_svc();
    let (checking, serving) = (api.clone(), api.clone());
    let check = move |socket: SocketRef,
                      TryData(auth): TryData<Value>,
                      HttpExtension(who): HttpExtension<Who>,
                      peer: MaybeHttpExtension<Peer>| {
        let admitted = admit(&checking, who, auth.ok(), peer.0).map(|caller| {
            socket.extensions.insert(caller);
        });
        std::future::ready(admitted.map_err(|error| error.to_string()))
    };
    let serve = move |socket: SocketRef, peer: MaybeHttpExtension<Peer>| {
        client::welcome(serving.clone(), socket, peer.0);
        std::future::ready(())
    };
    io.ns("/", serve.with(check));
    any_service(service)
}

/// By what came with the request, or by the token in the connect message.
fn admit(api: &Api, Who(who): Who, auth: Option<Value>, peer: Option<Peer>) -> Result<Caller, ApiError> {
    if let Some(caller) = who {
        return Ok(caller);
    }
    let token = auth.as_ref().and_then(|auth| auth.get("token")?.as_str()).ok_or(ApiError::LoginRequired)?;
    if let Some(Peer(address)) = peer {
        api.limits.count(Counted::at(address.ip()), Class::Login)?;
    }
    api.who(Some(token))?.ok_or(ApiError::LoginRequired)
}

fn allowed(api: &Api, caller: &Caller, peer: Option<Peer>, class: Class) -> Result<(), ApiError> {
    let address = peer.map_or(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), |peer| peer.0.ip());
    api.limits.count(counted_as(Some(caller), address), class)
}
