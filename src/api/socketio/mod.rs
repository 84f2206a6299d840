//! Socket.IO (version 5, WebSocket and polling): another transport for the same rooms, numbers and commands. Each client has a task
//! with its own place in the row of changes, because a broadcast of the library leaves a hole for whoever is slow.

mod ack;
mod client;
mod hear;
mod jams;
mod musicbox;
mod progress;
mod tell;

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::Method;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, any_service};
use serde_json::Value;
use socketioxide::extract::{HttpExtension, MaybeHttpExtension, SocketRef, TryData};
use socketioxide::handler::ConnectHandler;
use socketioxide::service::SocketIoService;
use socketioxide::{ParserConfig, SocketIo, TransportType};

use super::Api;
use super::access::Class;
use super::error::ApiError;
use super::gate::{Who, address_of, counted_as, is_a_guess};
use super::limits::Client as Counted;
use super::serve::Peer;
use crate::identity::Caller;

/// Longest message; as on the WebSocket.
const MAX_MESSAGE: usize = 1024 * 1024;
/// Packets that wait for a client's socket. The rest wait as its place in the row of changes.
const BUFFER: usize = 64;

/// Between the transport's handshake and the client's word that it wants in.
const CONNECT: Duration = Duration::from_secs(10);
/// For a message that is sent by polling to come in whole.
const PATIENCE: Duration = Duration::from_secs(30);

/// Before the transport: sessions are not made without number, and nothing trickles in for ever.
pub async fn door(State(api): State<Api>, request: Request, next: Next) -> Response {
    let begins = !request.uri().query().unwrap_or("").split('&').any(|pair| pair.starts_with("sid="));
    if begins && let Err(refused) = api.limits.count(Counted::at(address_of(&request)), Class::Heavy) {
        return refused.into_response();
    }
    if request.method() != Method::POST {
        // The other way round, waiting is what polling is about.
        return next.run(request).await;
    }
    match tokio::time::timeout(PATIENCE, next.run(request)).await {
        Ok(response) => response,
        Err(_) => ApiError::RequestTimeout.into_response(),
    }
}

/// What answers at /socket.io/.
pub fn service(api: &Api) -> MethodRouter {
    let (service, io): (SocketIoService<_>, SocketIo) = SocketIo::builder()
        .max_payload(MAX_MESSAGE as u64)
        .ws_max_message_size(MAX_MESSAGE)
        .ws_max_frame_size(MAX_MESSAGE)
        .max_buffer_size(BUFFER)
        .connect_timeout(CONNECT)
        .with_parser(ParserConfig::common().max_incoming_binaries(0))
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
    // The request may have been long ago: a client can leave the namespace and come again over the same connection.
    if let Some(caller) = who.filter(|caller| api.still_good(caller)) {
        return Ok(caller);
    }
    let token = auth.as_ref().and_then(|auth| auth.get("token")?.as_str()).ok_or(ApiError::LoginRequired)?;
    match (api.who(Some(token)), peer) {
        (Err(error), Some(Peer(address))) if is_a_guess(&error) => {
            api.limits.count(Counted::at(address.ip()), Class::Login)?;
            Err(error)
        }
        (known, _) => known?.ok_or(ApiError::LoginRequired),
    }
}

fn allowed(api: &Api, caller: &Caller, peer: Option<Peer>, class: Class) -> Result<(), ApiError> {
    api.limits.count(counted_as(Some(caller), address(peer)), class)
}

fn address(peer: Option<Peer>) -> IpAddr {
    peer.map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |peer| peer.0.ip())
}
