//! A node that follows this one. It is told the journal's own records, without secrets, from where it left off; it hands up what
//! its clients ask for, and fetches files piece by piece. Its place is a number, as every client's.

use std::net::IpAddr;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesOrdered;
use futures_util::{FutureExt, StreamExt};
use serde_json::{Map, Value};
use tokio::io::{AsyncReadExt, AsyncSeekExt};
use tokio::sync::watch;
use tokio::time::MissedTickBehavior;

use super::session::{Flow, closing};
use super::socket::{Gone, Heard, Socket};
use super::tell::told;
use crate::api::access::Class;
use crate::api::ask::Asker;
use crate::api::error::ApiError;
use crate::api::gate::counted_as;
use crate::api::limits::Client;
use crate::api::wire::encoding::Text;
use crate::api::wire::message;
use crate::api::{Api, close};
use crate::base::vitals::Counted;
use crate::identity::Caller;
use crate::show::ids::AssetId;
use crate::state::history::Replay;
use crate::state::operation::OperationId;
use crate::state::relay::{Answer, Down, PIECE, Refused, Up, change_record, snapshot_record};
use crate::state::{Epoch, Receipt, Seq, Snapshot};

const PING_EVERY: Duration = Duration::from_secs(20);
const MAX_SILENT_PINGS: u32 = 3;
const FAREWELL: Duration = Duration::from_secs(2);
/// Commands on their way; beyond, nothing more is read.
const MAX_PENDING: usize = 64;
/// Changes that go out together.
const AT_ONCE: usize = 64;

pub struct Leading {
    socket: Socket,
    api: Api,
    caller: Caller,
    /// The follower as a whole is one client.
    client: Client,
    /// None until it says from where it follows; one that fetches files never does.
    place: Option<(Epoch, Seq)>,
    snapshots: watch::Receiver<Arc<Snapshot>>,
    pending: FuturesOrdered<BoxFuture<'static, (u64, Result<Receipt, ApiError>)>>,
    silent_pings: u32,
    counted: Option<Counted>,
}

impl Leading {
    pub fn new(socket: Socket, api: Api, caller: Caller, address: IpAddr) -> Self {
        Self {
            socket,
            client: counted_as(Some(&caller), address),
            caller,
            place: None,
            snapshots: api.state.snapshots(),
            pending: FuturesOrdered::new(),
            silent_pings: 0,
            counted: None,
            api,
        }
    }

    pub async fn run(mut self) {
        let ControlFlow::Break(farewell) = self.serve().await else { return };
        let _ = tokio::time::timeout(FAREWELL, self.socket.end(farewell)).await;
    }

    async fn serve(&mut self) -> Flow {
        let mut ping = tokio::time::interval(PING_EVERY);
        ping.set_missed_tick_behavior(MissedTickBehavior::Delay);
        ping.reset();
        loop {
            tokio::select! {
                biased;
                () = self.api.closed() => return closing(close::AWAY, "the server is going down"),
                _ = ping.tick() => self.ping().await?,
                Some((id, result)) = self.pending.next() => self.answer(id, result).await?,
                incoming = self.socket.hear(), if self.pending.len() < MAX_PENDING => self.hear(incoming).await?,
                changed = self.snapshots.changed(), if self.place.is_some() => match changed {
                    Ok(()) => self.tell_changes().await?,
                    Err(_) => return closing(close::AWAY, "the server is going down"),
                },
            }
        }
    }

    async fn ping(&mut self) -> Flow {
        if !self.api.still_good(&self.caller) {
            return closing(close::LOGIN_NEEDED, "the login is no longer good");
        }
        self.silent_pings += 1;
        if self.silent_pings > MAX_SILENT_PINGS {
            return closing(close::POLICY, "no answer to pings");
        }
        told(self.socket.ping().await)
    }

    async fn hear(&mut self, incoming: Result<Heard, Gone>) -> Flow {
        self.silent_pings = 0;
        let text = match incoming {
            Err(Gone) => return ControlFlow::Break(None),
            Ok(Heard::SignOfLife) => return ControlFlow::Continue(()),
            Ok(Heard::Text(text) | Heard::Binary(text)) => text,
        };
        // Not in serde's words: it may be a command with a key in it.
        let Ok(up) = serde_json::from_slice(&text) else { return closing(close::POLICY, "that is nothing a follower says") };
        match up {
            Up::Follow { epoch, seq } => self.begin(epoch, seq).await,
            Up::Time { sent } => self.tell_time(sent).await,
            Up::Piece { asset, from } => self.tell_piece(asset, from).await,
            Up::Command { id, actor, client_op_id, command } => {
                self.command(id, actor, client_op_id, command);
                ControlFlow::Continue(())
            }
        }
    }

    async fn begin(&mut self, epoch: Epoch, seq: Seq) -> Flow {
        self.counted.get_or_insert_with(|| Counted::in_gauge(&self.api.vitals.followers));
        self.place = Some((epoch, seq));
        self.tell_changes().await?;
        let Some((epoch, seq)) = self.place else { return ControlFlow::Continue(()) };
        let (_, cut_off) = self.known_above();
        self.say(&Down::Synced { epoch, seq, cut_off }).await
    }

    /// What it has not been told yet, one by one; or all, where that is too much or another life.
    async fn tell_changes(&mut self) -> Flow {
        let Some((epoch, seen)) = self.place else { return ControlFlow::Continue(()) };
        let snapshot = self.snapshots.borrow_and_update().clone();
        let changes = match self.api.state.changes_since(seen) {
            Replay::Changes(changes) if epoch == snapshot.epoch => changes,
            _ => {
                self.place = Some((snapshot.epoch, snapshot.seq));
                let record = Box::new(snapshot_record(&snapshot));
                return self.say(&Down::Snapshot { epoch: snapshot.epoch, record }).await;
            }
        };
        for several in changes.chunks(AT_ONCE) {
            let texts =
                several.iter().map(|change| written(&Down::Change { seq: change.seq, record: change_record(change) }));
            told(self.socket.tell_all(texts.collect()).await)?;
        }
        self.place = Some((epoch, changes.last().map_or(seen, |change| change.seq)));
        ControlFlow::Continue(())
    }

    fn command(&mut self, id: u64, actor: Option<String>, operation: OperationId, fields: Map<String, Value>) {
        let (api, caller, client) = (self.api.clone(), self.caller.clone(), self.client.clone());
        let carried_out = async move {
            let asker = Asker { door: "follow", caller, operation: Some(operation), for_another: actor };
            let allowed = if api.still_good(&asker.caller) { Ok(()) } else { Err(ApiError::LoginRequired) };
            let allowed = allowed.and_then(|()| api.limits.count(client, Class::Write));
            let result = match allowed.and_then(|()| message::command(fields)) {
                Ok(command) => api.perform(&asker, command).await,
                Err(refused) => Err(refused),
            };
            (id, result)
        };
        self.pending.push_back(carried_out.boxed());
    }

    /// After everything that the command did.
    async fn answer(&mut self, id: u64, result: Result<Receipt, ApiError>) -> Flow {
        self.tell_changes().await?;
        let answer = match result {
            Ok(Receipt { seq, created, repeated, .. }) => Answer::Done { seq, created, repeated },
            Err(error) => Answer::Refused(Refused {
                code: error.code().to_owned(),
                message: error.to_string(),
                details: error.details(),
            }),
        };
        self.say(&Down::Answer { id, answer }).await
    }

    async fn tell_time(&mut self, sent: i64) -> Flow {
        let arrived = self.api.clock.now();
        let (above, cut_off) = self.known_above();
        let seq = self.api.state.snapshot().seq.max(above);
        let left = self.api.clock.now();
        self.say(&Down::Time { sent, arrived, left, seq, cut_off }).await
    }

    /// Where this node follows another: the newest change that is known to be there, and why it does not hear from there.
    fn known_above(&self) -> (Seq, Option<String>) {
        let following = self.api.vitals.following.get();
        following.map_or((Seq(0), None), |following| (Seq(following.leader_seq), following.cut_off()))
    }

    async fn tell_piece(&mut self, asset: AssetId, from: u64) -> Flow {
        let show = self.api.state.snapshot().show.clone();
        let path = show.assets.get(&asset).map(|asset| self.api.library.path_of(asset));
        let piece = match path {
            Some(path) => piece(&path, from).await.ok(),
            None => None,
        };
        match piece {
            Some(piece) => told(self.socket.tell_bytes(piece).await),
            None => self.say(&Down::NoPiece { asset }).await,
        }
    }

    async fn say(&mut self, down: &Down) -> Flow {
        told(self.socket.tell(written(down)).await)
    }
}

fn written(down: &Down) -> Text {
    // Plain data with text keys always becomes JSON.
    Text::Json(serde_json::to_string(down).unwrap_or_default().into())
}

async fn piece(path: &std::path::Path, from: u64) -> std::io::Result<Bytes> {
    let mut file = tokio::fs::File::open(path).await?;
    file.seek(std::io::SeekFrom::Start(from)).await?;
    let mut piece = Vec::with_capacity(PIECE);
    file.take(PIECE as u64).read_to_end(&mut piece).await?;
    Ok(piece.into())
}
