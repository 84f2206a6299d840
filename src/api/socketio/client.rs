//! One client: its task, from the welcome to the end.

use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesOrdered;
use serde_json::{Value, json};
use socketioxide::extract::{AckSender, Event, SocketRef, TryData};
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;

use crate::api::Api;
use crate::api::chronicle::Topics;
use crate::api::error::ApiError;
use crate::api::serve::Peer;
use crate::base::vitals::Counted;
use crate::identity::Caller;
use crate::state::operation::OperationId;
use crate::state::{Receipt, Seq, Snapshot};

/// Messages that may wait for the client's task. A client that says more than that at once is disconnected.
const UNHEARD: usize = 256;
/// How often it is asked whether the login is still good.
const LOOK_EVERY: Duration = Duration::from_secs(20);

/// Something the client said.
pub struct Heard {
    pub event: String,
    pub data: Option<Value>,
    pub ack: AckSender,
}

/// A command's end.
pub struct Answered {
    pub operation: Option<OperationId>,
    pub result: Result<Receipt, ApiError>,
    pub ack: AckSender,
}

pub struct Client {
    pub(super) api: Api,
    pub(super) socket: SocketRef,
    pub(super) caller: Caller,
    pub(super) peer: Option<Peer>,
    pub(super) topics: Topics,
    /// Number of the newest change that the client knows.
    pub(super) told: Seq,
    pub(super) snapshots: watch::Receiver<Arc<Snapshot>>,
    pub(super) pending: FuturesOrdered<BoxFuture<'static, Answered>>,
    /// Cancelled when the socket is gone.
    pub(super) gone: CancellationToken,
    _counted: Counted,
}

/// Begins the client's task. Messages come to it in their order, because they are put in line before anything is awaited.
pub fn welcome(api: Api, socket: SocketRef, peer: Option<Peer>) {
    let Some(caller) = socket.extensions.get::<Caller>() else { return };
    let (heard, hearing) = mpsc::channel(UNHEARD);
    let gone = CancellationToken::new();
    let disconnected = gone.clone();
    socket.on_disconnect(move || {
        disconnected.cancel();
        std::future::ready(())
    });
    let overwhelmed = gone.clone();
    socket.on_fallback(move |Event(event): Event, TryData(data): TryData<Value>, ack: AckSender| {
        if heard.try_send(Heard { event, data: data.ok(), ack }).is_err() {
            overwhelmed.cancel();
        }
        std::future::ready(())
    });
    let client = Client {
        caller,
        peer,
        topics: Topics::default(),
        told: Seq::default(),
        snapshots: api.state.snapshots(),
        pending: FuturesOrdered::new(),
        gone,
        _counted: Counted::in_gauge(&api.vitals.socketio_clients),
        socket,
        api,
    };
    tokio::spawn(client.run(hearing));
}

impl Client {
    async fn run(mut self, mut hearing: mpsc::Receiver<Heard>) {
        let status = json!({
            "status": "connected",
            "sid": self.socket.id,
            "server_seq": self.api.state.snapshot().seq,
            "epoch": self.api.state.snapshot().epoch,
            "role": self.caller.role(),
        });
        self.emit("connection_status", &status).await;
        let mut look = tokio::time::interval(LOOK_EVERY);
        look.reset();
        while !self.gone.is_cancelled() {
            tokio::select! {
                biased;
                () = self.gone.cancelled() => break,
                () = self.api.closed() => break,
                changed = self.snapshots.changed() => match changed {
                    Ok(()) => self.tell_changes().await,
                    Err(_) => break,
                },
                Some(answered) = self.pending.next() => self.tell_answer(answered).await,
                Some(heard) = hearing.recv() => self.hear(heard).await,
                _ = look.tick() => if !self.api.still_good(&self.caller) {
                    break;
                },
            }
        }
        // An error means that it is gone already.
        let _ = self.socket.clone().disconnect();
    }
}
