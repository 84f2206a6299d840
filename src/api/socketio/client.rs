//! One client: its task, from the welcome to the end.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesOrdered;
use serde_json::{Value, json};
use socketioxide::extract::{Event, SocketRef, TryData};
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;

use super::ack::Ack;
use super::jams::Name;
use super::musicbox::MusicBox;
use super::progress::Progress;
use crate::api::Api;
use crate::api::ask::{Asker, Performed};
use crate::api::census::Present;
use crate::api::chronicle::{Topic, Topics};
use crate::api::error::ApiError;
use crate::api::jam::seats::Seats;
use crate::api::pixels::{Pixels, Watching};
use crate::api::serve::Peer;
use crate::api::wire::jam::room_of;
use crate::base::vitals::Counted;
use crate::identity::Caller;
use crate::state::operation::OperationId;
use crate::state::{Epoch, Seq, Snapshot};

/// Messages that may wait for the client's task. A client that says more than that at once is disconnected.
const UNHEARD: usize = 256;
/// What they may weigh together, in memory; the largest scene has a tenth of it.
const MAX_WEIGHT: usize = 32 << 20;
/// Commands of one client that may be on their way. Beyond, nothing more is heard from it until one is answered.
const MAX_PENDING: usize = 64;
/// How often it is asked whether the login is still good.
const LOOK_EVERY: Duration = Duration::from_secs(20);

/// Something the client said.
pub struct Heard {
    pub event: String,
    pub data: Option<Value>,
    pub ack: Ack,
    weight: usize,
}

/// A command's end.
pub struct Answered {
    pub operation: Option<OperationId>,
    pub result: Result<Performed, ApiError>,
    pub ack: Ack,
}

pub struct Client {
    pub(super) api: Api,
    pub(super) socket: SocketRef,
    pub(super) caller: Caller,
    pub(super) peer: Option<Peer>,
    pub(super) topics: Topics,
    /// There while it follows the frames of lights.
    pub(super) frames: Option<Watching>,
    pub(super) jams: Seats<Name>,
    pub(super) music: MusicBox,
    pub(super) progress: Progress,
    present: Present,
    /// Number of the newest change that the client knows.
    pub(super) told: Seq,
    epoch: Epoch,
    pub(super) snapshots: watch::Receiver<Arc<Snapshot>>,
    playlists_again: watch::Receiver<()>,
    pub(super) pending: FuturesOrdered<BoxFuture<'static, Answered>>,
    /// Weight of what it said and nobody has heard yet.
    unheard: Arc<AtomicUsize>,
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
    let unheard = Arc::new(AtomicUsize::new(0));
    let adding = unheard.clone();
    socket.on_fallback(move |Event(event): Event, TryData(data): TryData<Value>, ack: Ack| {
        let data = data.ok();
        let weight = event.len() + data.as_ref().map_or(0, weight);
        let too_heavy = adding.fetch_add(weight, Ordering::Relaxed) + weight > MAX_WEIGHT;
        if too_heavy || heard.try_send(Heard { event, data, ack, weight }).is_err() {
            overwhelmed.cancel();
        }
        std::future::ready(())
    });
    let client = Client {
        caller,
        peer,
        topics: Topics::default(),
        frames: None,
        jams: Seats::default(),
        music: MusicBox::new(),
        progress: Progress::new(api.uploads.changed_since(u64::MAX).until),
        present: api.census.somebody(),
        told: Seq::default(),
        epoch: api.state.snapshot().epoch,
        snapshots: api.state.snapshots(),
        playlists_again: api.playlists_again.subscribe(),
        pending: FuturesOrdered::new(),
        unheard,
        gone,
        _counted: Counted::in_gauge(&api.vitals.socketio_clients),
        socket,
        api,
    };
    tokio::spawn(client.run(hearing));
}

/// Bytes that a value takes in memory, about. JSON is no deeper than its parser allows.
fn weight(value: &Value) -> usize {
    let inner = match value {
        Value::String(text) => text.len(),
        Value::Array(items) => items.iter().map(weight).sum(),
        Value::Object(fields) => fields.iter().map(|(name, value)| 64 + name.len() + weight(value)).sum(),
        _ => 0,
    };
    size_of::<Value>() + inner
}

impl Client {
    /// Whose uploads are told to it.
    pub(super) fn owner(&self) -> String {
        Asker { door: "socketio", caller: self.caller.clone(), operation: None, for_another: None }.owner()
    }

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
            let is_full = self.pending.len() >= MAX_PENDING || self.jams.are_full();
            tokio::select! {
                biased;
                () = self.gone.cancelled() => break,
                () = self.api.closed() => break,
                _ = look.tick() => if !self.api.still_good(&self.caller) {
                    break;
                },
                Some(answered) = self.pending.next() => self.tell_answer(answered).await,
                Some(heard) = hearing.recv(), if !is_full => {
                    self.unheard.fetch_sub(heard.weight, Ordering::Relaxed);
                    self.hear(heard).await;
                    self.is_present();
                }
                (room, telling) = self.jams.next() => self.tell_jam(&room, telling).await,
                changed = self.snapshots.changed() => match changed {
                    // Numbers mean something else from here on: whoever comes again is told so.
                    Ok(()) if self.snapshots.borrow().epoch != self.epoch => break,
                    Ok(()) => self.tell_changes().await,
                    Err(_) => break,
                },
                Ok(()) = self.playlists_again.changed() => self.tell_playlists_again().await,
                () = self.music.tick(), if self.follows_player() => self.tell_position(),
                () = self.progress.tick(), if self.follows_player() => self.tell_progress().await,
                pixels = next_pixels(&mut self.frames) => self.show_pixels(pixels),
            }
        }
        self.jams.leave_all().await;
        // An error means that it is gone already.
        let _ = self.socket.clone().disconnect();
    }
}

impl Client {
    /// It is counted where it is.
    pub(super) fn is_present(&mut self) {
        let topics = self.topics.iter().map(Topic::name).map(str::to_owned);
        self.present.is_in(topics.chain(self.music.rooms()).chain(self.jams.codes().map(room_of)).collect::<Vec<_>>());
    }
}

/// Never, while no frames are followed.
async fn next_pixels(frames: &mut Option<Watching>) -> Option<Arc<Pixels>> {
    match frames {
        Some(watching) => watching.next().await,
        None => std::future::pending().await,
    }
}
