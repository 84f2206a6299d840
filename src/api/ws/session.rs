//! One client, and what it waits for. It has no queue: a client is a place in the row of changes, and of what is measured it
//! gets the newest; a slow client costs nothing. A socket that takes nothing for half a minute is closed below us
//! (`connection`).

use std::net::IpAddr;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesOrdered;
use tokio::sync::watch;
use tokio::time::MissedTickBehavior;

use super::display::{Display, Woken};
use super::socket::{Farewell, Socket};
use super::tell::told;
use crate::api::ask::Performed;
use crate::api::census::Present;
use crate::api::chronicle::Topics;
use crate::api::error::ApiError;
use crate::api::gate::Who;
use crate::api::jam::seats::Seats;
use crate::api::news::News;
use crate::api::pixels::{Pixels, Watching};
use crate::api::wire::encoding::{Encoding, Shared};
use crate::api::wire::message::{Extra, Format};
use crate::api::{Api, close};
use crate::base::vitals::Counted;
use crate::identity::Caller;
use crate::send::preview::{PreviewPicture, Watcher};
use crate::sound::levels::LevelsWatcher;
use crate::state::operation::OperationId;
use crate::state::{Epoch, Seq, Snapshot};

const PING_EVERY: Duration = Duration::from_secs(20);
/// Pings in a row without any sign of life before the client counts as gone.
const MAX_SILENT_PINGS: u32 = 3;
/// A client that has to say who it is says it at once.
const HELLO: Duration = Duration::from_secs(10);
/// For a client to read why it was closed, and say goodbye.
const FAREWELL: Duration = Duration::from_secs(2);
/// Commands of one client that may be on their way. Beyond, nothing more is read from it until one is answered.
const MAX_PENDING: usize = 64;

/// How a connection begins.
pub enum Beginning {
    /// The newest state as a whole, for clients that only look and steer.
    Plain(Option<Format>),
    /// Told change by change.
    Spoken(Encoding),
}

/// A command's end.
pub struct Answered {
    pub operation: Option<OperationId>,
    pub result: Result<Performed, ApiError>,
}

pub struct Session {
    pub(super) socket: Socket,
    pub(super) api: Api,
    /// Nobody, until a hello says who it is.
    pub(super) caller: Option<Caller>,
    pub(super) address: IpAddr,
    pub(super) encoding: Encoding,
    /// It is told the newest state as a whole.
    pub(super) plain: bool,
    pub(super) topics: Topics,
    pub(super) extras: Vec<Extra>,
    pub(super) preview: Option<(Watcher, Format)>,
    /// There while it follows the frames of lights.
    pub(super) frames: Option<Watching>,
    pub(super) jams: Seats<Option<OperationId>>,
    /// There once it speaks as pages of displays do.
    pub(super) display: Option<Box<Display>>,
    pub(super) present: Present,
    /// There while it follows the meters: levels are measured only while somebody watches.
    pub(super) watches_levels: Option<LevelsWatcher>,
    /// Number of the newest change that the client knows, in which life of the numbers.
    pub(super) told: Seq,
    epoch: Epoch,
    pub(super) news: watch::Receiver<News>,
    pub(super) snapshots: watch::Receiver<Arc<Snapshot>>,
    pub(super) metrics: watch::Receiver<Arc<Shared>>,
    pub(super) status: watch::Receiver<Arc<Shared>>,
    pub(super) meters: watch::Receiver<Arc<Shared>>,
    pub(super) pending: FuturesOrdered<BoxFuture<'static, Answered>>,
    pub(super) nonsense: u32,
    pub(super) silent_pings: u32,
    _counted: Counted,
}

/// Why it ends: with a word to the client, or because there is no one to say it to.
pub type Flow = ControlFlow<Option<Farewell>>;

pub fn closing(code: u16, reason: &'static str) -> Flow {
    ControlFlow::Break(Some(Farewell { code, reason }))
}

fn going_down() -> Flow {
    closing(close::AWAY, "the server is going down")
}

impl Session {
    pub fn open(socket: Socket, api: Api, Who(caller): Who, address: IpAddr, beginning: Beginning) -> Self {
        let (plain, encoding, preview) = match beginning {
            Beginning::Plain(preview) => (true, Encoding::Json, preview),
            Beginning::Spoken(encoding) => (false, encoding, None),
        };
        Self {
            socket,
            caller,
            address,
            encoding,
            plain,
            topics: Topics::default(),
            extras: if plain { vec![Extra::Dashboard] } else { Vec::new() },
            preview: preview.map(|format| (api.preview.watch(), format)),
            frames: None,
            jams: Seats::default(),
            display: None,
            present: api.census.somebody(),
            watches_levels: None,
            told: Seq::default(),
            epoch: api.state.snapshot().epoch,
            news: api.live.news.clone(),
            snapshots: api.state.snapshots(),
            metrics: api.live.metrics.clone(),
            status: api.live.status.clone(),
            meters: api.live.meters.clone(),
            pending: FuturesOrdered::new(),
            nonsense: 0,
            silent_pings: 0,
            _counted: Counted::in_gauge(&api.vitals.websocket_clients),
            api,
        }
    }

    pub async fn run(mut self) {
        let ControlFlow::Break(farewell) = self.serve().await else { return };
        (self.preview, self.watches_levels, self.frames) = (None, None, None);
        self.jams.leave_all().await;
        let _ = tokio::time::timeout(FAREWELL, self.socket.end(farewell)).await;
    }

    async fn serve(&mut self) -> Flow {
        if self.caller.is_none() {
            self.wait_for_hello().await?;
        } else {
            self.begin().await?;
        }
        let mut ping = tokio::time::interval(PING_EVERY);
        ping.set_missed_tick_behavior(MissedTickBehavior::Delay);
        ping.reset();
        loop {
            let is_full = self.pending.len() >= MAX_PENDING || self.jams.are_full();
            tokio::select! {
                // In this order: a slow client that is told more than it can take is still heard, and a preview at full speed never
                // keeps the state waiting.
                biased;
                () = self.api.closed() => return going_down(),
                _ = ping.tick() => self.ping().await?,
                Some(answered) = self.pending.next() => self.tell_answer(answered).await?,
                incoming = self.socket.hear(), if !is_full => self.hear(incoming).await?,
                changed = self.news.changed(), if self.plain => match changed {
                    Ok(()) => self.tell_news().await?,
                    Err(_) => return going_down(),
                },
                changed = self.snapshots.changed(), if !self.plain => match changed {
                    Ok(()) if self.is_another_life() => return closing(close::AWAY, "the show is another one: come again"),
                    Ok(()) => self.tell_changes().await?,
                    Err(_) => return going_down(),
                },
                Ok(()) = self.metrics.changed(), if self.extras.contains(&Extra::Dashboard) => {
                    let metrics = self.metrics.borrow_and_update().clone();
                    self.say_text(metrics.text(self.encoding)).await?;
                }
                Ok(()) = self.status.changed(), if self.extras.contains(&Extra::System) => {
                    let status = self.status.borrow_and_update().clone();
                    self.say_text(status.text(self.encoding)).await?;
                }
                Ok(()) = self.meters.changed(), if self.watches_levels.is_some() => {
                    let meters = self.meters.borrow_and_update().clone();
                    self.say_text(meters.text(self.encoding)).await?;
                }
                (room, telling) = self.jams.next() => self.tell_jam(&room, telling).await?,
                woken = next_display(&mut self.display) => self.tell_display(woken).await?,
                (picture, format) = next_picture(&mut self.preview) => self.show(picture, format).await?,
                pixels = next_pixels(&mut self.frames) => self.show_pixels(pixels).await?,
            }
        }
    }

    /// Numbers mean something else from here on: the leader has been replaced. Whoever comes again is told so.
    fn is_another_life(&self) -> bool {
        self.snapshots.borrow().epoch != self.epoch
    }

    /// Nothing is told before it is known to whom.
    async fn wait_for_hello(&mut self) -> Flow {
        let deadline = tokio::time::sleep(HELLO);
        tokio::pin!(deadline);
        while self.caller.is_none() {
            tokio::select! {
                () = &mut deadline => return closing(close::LOGIN_NEEDED, "say hello with a token first"),
                incoming = self.socket.hear() => self.hear(incoming).await?,
            }
        }
        ControlFlow::Continue(())
    }

    async fn ping(&mut self) -> Flow {
        self.check_login()?;
        self.silent_pings += 1;
        if self.silent_pings > MAX_SILENT_PINGS {
            return closing(close::POLICY, "no answer to pings");
        }
        told(self.socket.ping().await)
    }

    /// A connection may outlive the login that it was made with.
    pub(super) fn check_login(&self) -> Flow {
        match &self.caller {
            Some(caller) if self.api.still_good(caller) => ControlFlow::Continue(()),
            _ => closing(close::LOGIN_NEEDED, "the login is no longer good"),
        }
    }
}

/// Never comes back while there is no preview. None when the preview has ended.
async fn next_picture(preview: &mut Option<(Watcher, Format)>) -> (Option<Arc<PreviewPicture>>, Format) {
    match preview {
        Some((watcher, format)) => (watcher.next().await.map(|(picture, _)| picture), *format),
        None => std::future::pending().await,
    }
}

/// Never, for those who do not speak so.
async fn next_display(display: &mut Option<Box<Display>>) -> Woken {
    match display {
        Some(display) => display.wake().await,
        None => std::future::pending().await,
    }
}

/// Never, while no frames are followed.
async fn next_pixels(frames: &mut Option<Watching>) -> Option<Arc<Pixels>> {
    match frames {
        Some(watching) => watching.next().await,
        None => std::future::pending().await,
    }
}
