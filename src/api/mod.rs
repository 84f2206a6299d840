//! The doors: REST, WebSocket and the face. They have no logic: they parse, submit a `Command` and render the answer.
//!
//! `figures` measures once a second, `news` encodes what every WebSocket client is told; both run once, however many listen.

pub mod error;

mod answer;
mod connection;
mod face;
mod figures;
mod guard;
mod news;
mod request;
mod rest;
mod routes;
mod serve;
mod wire;
mod ws;

#[cfg(test)]
mod tests;

use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::ws::Utf8Bytes;
use serde_json::Value;
use tokio::sync::watch;

use crate::base::clock::Clock;
use crate::base::vitals::Vitals;
use crate::library::Library;
use crate::send::preview::PreviewHandle;
use crate::show::time::ShowTime;
use crate::state::command::Command;
use crate::state::{Origin, Receipt, StateHandle, SubmitError};
use figures::Figures;
use news::News;

pub use routes::{router, ws_router};
pub use serve::serve;

/// What the doors open on: given once, by `app`.
pub struct Parts {
    pub state: StateHandle,
    pub preview: PreviewHandle,
    pub vitals: Arc<Vitals>,
    pub clock: Clock,
    pub library: Library,
    /// What this build on this machine can and can not do.
    pub capabilities: Arc<Value>,
    pub addresses: Arc<Addresses>,
}

/// Where the server listens, and what it is called.
#[derive(Clone, Debug, Default)]
pub struct Addresses {
    pub http: Option<SocketAddr>,
    pub ws: Option<SocketAddr>,
    pub rtmp: Option<SocketAddr>,
    /// Host names that are answered to, besides `localhost` and every address literal.
    pub names: Vec<String>,
}

/// All doors share it.
#[derive(Clone)]
pub struct Api {
    state: StateHandle,
    preview: PreviewHandle,
    vitals: Arc<Vitals>,
    clock: Clock,
    library: Library,
    capabilities: Arc<Value>,
    addresses: Arc<Addresses>,
    live: Live,
    started: ShowTime,
}

/// What the two tasks publish: newest only, so no client can make a queue grow.
#[derive(Clone)]
struct Live {
    figures: watch::Receiver<Figures>,
    /// The `stateUpdate` message.
    news: watch::Receiver<News>,
    /// The `metricsUpdate` message.
    metrics: watch::Receiver<Utf8Bytes>,
    /// True once the server goes down.
    closing: watch::Receiver<bool>,
}

impl Api {
    /// Starts the two tasks (so it needs a tokio runtime). They, WebSockets and motion JPEGs end when `closing` turns true or
    /// its sender is dropped.
    pub fn start(parts: Parts, closing: watch::Receiver<bool>) -> Api {
        let Parts { state, preview, vitals, clock, library, capabilities, addresses } = parts;
        let started = clock.now();
        let (figures_out, figures) = watch::channel(Figures::default());
        let (metrics_out, metrics) = watch::channel(wire::message::metrics_update(&Figures::default(), &vitals));
        let first = news::compose(&state, &vitals, &Figures::default());
        let (news_out, news) = watch::channel(first);
        let live = Live { figures, news, metrics, closing };
        let api = Api { state, preview, vitals, clock, library, capabilities, addresses, live, started };
        tokio::spawn(figures::measure(api.clone(), figures_out, metrics_out));
        tokio::spawn(news::spread(api.clone(), news_out));
        api
    }

    /// Comes back when the server goes down; serves as the stop of `serve`.
    pub async fn closed(&self) {
        let mut closing = self.live.closing.clone();
        // An error means that the sender is gone, and so is the server.
        let _ = closing.wait_for(|closing| *closing).await;
    }

    fn figures(&self) -> Figures {
        *self.live.figures.borrow()
    }

    async fn submit(&self, command: Command) -> Result<Receipt, SubmitError> {
        self.state.submit(command, Origin::door("rest")).await
    }
}
