//! The built-in RTMP server: players open `rtmp://host:1935/live/program` and see the show at once; publishers push to
//! `rtmp://host:1935/live/KEY`, where KEY is that of an input of the kind `published`.
//!
//! Each connection is one task with its own place in the program's feed, so a slow, broken or hostile client costs the others
//! nothing: what it can make the server keep is bounded, what it can make it wait for is timed. While no input has a key, nobody
//! publishes.
//!
//! The protocol is written here, not taken from `rml_rtmp`: that reserves whatever length a client claims (16 MB), follows
//! nested AMF objects without end (a stack overflow ends the process), mixes up messages that are interleaved on two chunk
//! streams, and copies every packet for every player.

mod amf;
mod connection;
mod dialogue;
#[cfg(any(test, feature = "fuzzing"))]
pub mod fuzz;
mod handshake;
mod input;
mod message;
mod output;
mod player;
mod publisher;
mod tag;
#[cfg(test)]
mod tests;
mod timeline;

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::base::status::Condition;
use crate::base::vitals::{Counted, Vitals};
use crate::frame::feed::Feed;
use crate::frame::ingest::Ingest;
use connection::converse;
use dialogue::Refusal;
use input::Violation;

/// When the system has no sockets left, trying again at once would only burn time.
const AFTER_A_FAILED_ACCEPT: Duration = Duration::from_millis(100);

pub type MayPlay = Arc<dyn Fn(Option<&str>) -> bool + Send + Sync>;

pub type MayPublish = Arc<dyn Fn(&str) -> bool + Send + Sync>;

/// Where what is published goes.
#[derive(Clone)]
pub struct Publishing {
    pub ingest: Arc<Ingest>,
    /// Whether an input has this key.
    pub may_publish: MayPublish,
}

#[derive(Clone)]
pub struct Env {
    /// What is on air; another feed when the encoder starts anew.
    pub program: watch::Receiver<Option<Arc<Feed>>>,
    pub vitals: Arc<Vitals>,
    /// Whether whoever shows this token may see the program.
    pub may_play: MayPlay,
    /// None: nobody may.
    pub publishing: Option<Publishing>,
    /// Each costs a socket, and up to half a megabyte when its player is slow.
    pub max_connections: usize,
    pub patience: Patience,
}

impl Env {
    /// Nobody may publish.
    pub fn new(program: watch::Receiver<Option<Arc<Feed>>>, vitals: Arc<Vitals>, may_play: MayPlay) -> Self {
        Self { program, vitals, may_play, publishing: None, max_connections: 256, patience: Patience::default() }
    }
}

/// How long a connection is waited for.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// From accepting it to its `play` or `publish`. That takes a few round trips.
    pub open_within: Duration,
    /// A player that takes nothing, and a publisher that sends nothing, for so long is closed.
    pub progress_within: Duration,
    /// When the program's feed ends, another one may follow within this time (an encoder restarts in about a second). Whoever
    /// comes while there is none waits as long: the stream may just be starting.
    pub reopen_within: Duration,
    /// A publisher that has sent nothing for so long makes room for another under its key.
    pub yield_after: Duration,
    /// A wrong key is answered after so long.
    pub refuse_after: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            open_within: Duration::from_secs(10),
            progress_within: Duration::from_secs(15),
            reopen_within: Duration::from_secs(3),
            yield_after: Duration::from_secs(2),
            refuse_after: Duration::from_secs(1),
        }
    }
}

/// Serves players until `stop` is ready; then all connections are closed.
pub async fn serve(listener: TcpListener, env: Env, stop: impl Future<Output = ()>) {
    env.vitals.status.report("rtmp_server", Condition::ok());
    let mut connections = JoinSet::new();
    tokio::pin!(stop);
    loop {
        tokio::select! {
            () = &mut stop => break,
            Some(ended) = connections.join_next(), if !connections.is_empty() => {
                if let Err(error) = ended {
                    tracing::error!(%error, "an RTMP connection failed");
                }
            }
            accepted = listener.accept() => match accepted {
                Ok((socket, peer)) if connections.len() < env.max_connections => {
                    connections.spawn(attend(socket, peer, env.clone()));
                }
                Ok((_, peer)) => {
                    env.vitals.rtmp_refused.inc();
                    tracing::warn!(%peer, limit = env.max_connections, "RTMP connection refused: there are too many");
                }
                Err(error) => {
                    tracing::warn!(%error, "an RTMP connection can not be accepted");
                    tokio::time::sleep(AFTER_A_FAILED_ACCEPT).await;
                }
            },
        }
    }
    connections.shutdown().await;
    env.vitals.status.report("rtmp_server", Condition::down("stopped"));
}

async fn attend(socket: TcpStream, peer: SocketAddr, env: Env) {
    let _counted = Counted::in_gauge(&env.vitals.rtmp_connections);
    let outcome = converse(socket, &env).await;
    match &outcome {
        Ok(()) => tracing::debug!(%peer, "RTMP connection has ended"),
        Err(ending) if ending.is_refusal() => {
            env.vitals.rtmp_refused.inc();
            tracing::info!(%peer, reason = %ending, "RTMP connection refused");
        }
        Err(ending) => tracing::debug!(%peer, reason = %ending, "RTMP connection has ended"),
    }
}

/// Why a connection ended before its time.
#[derive(Debug, thiserror::Error)]
enum Ending {
    #[error(transparent)]
    Socket(#[from] io::Error),
    #[error("{0}")]
    Violation(#[from] Violation),
    #[error("it was refused ({0:?})")]
    Refused(Refusal),
    #[error("the program is off air")]
    OffAir,
    #[error("it asked for nothing in time")]
    Silent,
    #[error("it takes no data")]
    Stalled,
    #[error("it left")]
    Left,
}

impl Ending {
    /// Whether the client was turned away or behaved badly. An early player, before the show, did not.
    fn is_refusal(&self) -> bool {
        matches!(self, Ending::Violation(_) | Ending::Refused(_) | Ending::Silent | Ending::Stalled)
    }

    /// Whether there is still something to say, and someone who listens.
    fn has_last_word(&self) -> bool {
        matches!(self, Ending::Refused(_) | Ending::OffAir)
    }
}
