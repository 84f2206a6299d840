//! The doors: REST, WebSocket and the face. They have no logic: they parse, submit a `Command` and render the answer.
//!
//! `figures` measures once a second, `news` encodes what every WebSocket client is told, `meters` how loud it is; each runs once,
//! however many listen.

pub mod error;

mod able;
mod access;
mod answer;
mod ask;
mod census;
mod chronicle;
mod close;
mod codes;
mod connection;
mod dashboard;
mod face;
mod fetchable;
mod fetching;
mod figures;
#[cfg(any(test, feature = "fuzzing"))]
pub mod fuzz;
mod gate;
mod guard;
mod jam;
mod leftover;
mod limits;
mod meters;
mod news;
mod openapi;
mod pixels;
pub mod places;
mod request;
mod rest;
mod routes;
mod serve;
mod socketio;
mod tls;
mod uploading;
mod wire;
mod ws;

#[cfg(test)]
mod tests;

use std::net::SocketAddr;
use std::sync::Arc;

use serde_json::Value;
use tokio::sync::watch;

use crate::base::clock::Clock;
use crate::base::vitals::Vitals;
use crate::devices::Machine;
use crate::frame::leds::ZoneFrames;
use crate::identity::{Caller, CallerKind, Identity};
use crate::jam::hall::Hall;
use crate::jam::lease::Leases;
use crate::jam::node::status::LinkBoard;
use crate::jam::replay::Replays;
use crate::library::Library;
use crate::library::details::DetailsHandle;
use crate::library::downloads::Downloads;
use crate::library::uploads::Uploads;
use crate::send::hls::Shelf;
use crate::send::preview::PreviewHandle;
use crate::send::recordings::Recordings;
use crate::send::replay::Replay;
use crate::send::whep::Viewers;
use crate::show::time::ShowTime;
use crate::sound::levels::LevelsHandle;
use crate::state::StateHandle;
use crate::state::store::redis::mirror::Views;
use crate::state::store::score::Shelf as Score;
use crate::template::Templates;
use chronicle::Chronicle;
use error::ApiError;
use figures::Figures;
use limits::Limits;
use news::News;
use pixels::Pixels;
use wire::encoding::Shared;
use wire::health::HealthView;
use wire::stream::{StreamMetrics, StreamState};
use wire::system::SystemMetrics;

pub use routes::{router, ws_router};
pub use serve::serve;
pub use tls::Tls;

/// What the doors open on: given once, by `app`.
pub struct Parts {
    pub state: StateHandle,
    pub preview: PreviewHandle,
    pub multiview: PreviewHandle,
    pub levels: LevelsHandle,
    pub zone_frames: ZoneFrames,
    pub shelf: Shelf,
    pub recordings: Recordings,
    pub replay: Replay,
    /// What happened in the show.
    pub score: Score,
    pub viewers: Viewers,
    pub vitals: Arc<Vitals>,
    pub clock: Clock,
    pub library: Library,
    pub uploads: Uploads,
    /// None: off.
    pub downloads: Option<Downloads>,
    pub details: DetailsHandle,
    pub templates: Templates,
    pub identity: Identity,
    pub machine: Machine,
    pub jams: Jams,
    pub settings: Settings,
    /// What this build on this machine can and can not do.
    pub capabilities: Arc<Value>,
    pub addresses: Arc<Addresses>,
}

/// Jams that are kept here, and who lights what in them.
#[derive(Clone)]
pub struct Jams {
    pub hall: Hall,
    pub leases: Leases,
    /// How this node stands to jams of other servers.
    pub links: LinkBoard,
    pub replays: Replays,
}

/// What doors are told by the configuration.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// Strangers can not reach any door: then everything is open as long as there are no users.
    pub on_this_machine_only: bool,
    pub open_metrics: bool,
    pub allowed_origins: Vec<String>,
    pub rate_limit: Option<f64>,
    pub max_in_flight: Option<usize>,
}

/// Where the server listens, and what it is called.
#[derive(Clone, Debug, Default)]
pub struct Addresses {
    pub http: Option<SocketAddr>,
    pub ws: Option<SocketAddr>,
    pub rtmp: Option<SocketAddr>,
    /// HTTP and WebSocket speak TLS.
    pub secure: bool,
    /// Host names that are answered to, besides `localhost` and every address literal.
    pub names: Vec<String>,
}

/// All doors share it.
#[derive(Clone)]
pub struct Api {
    state: StateHandle,
    preview: PreviewHandle,
    multiview: PreviewHandle,
    levels: LevelsHandle,
    zone_frames: ZoneFrames,
    shelf: Shelf,
    recordings: Recordings,
    replay: Replay,
    score: Score,
    viewers: Viewers,
    vitals: Arc<Vitals>,
    clock: Clock,
    library: Library,
    uploads: Uploads,
    downloads: Option<Downloads>,
    details: DetailsHandle,
    templates: Templates,
    identity: Identity,
    machine: Machine,
    jams: Jams,
    settings: Arc<Settings>,
    limits: Limits,
    capabilities: Arc<Value>,
    addresses: Arc<Addresses>,
    live: Live,
    chronicle: Arc<Chronicle>,
    archives: rest::show_archive::Turns,
    /// What was written of media for the dashboard.
    written: Arc<dashboard::Written>,
    census: census::Census,
    /// Somebody wants everybody to be told of all playlists again.
    playlists_again: watch::Sender<()>,
    started: ShowTime,
}

/// What the tasks publish: newest only, so no client can make a queue grow.
#[derive(Clone)]
struct Live {
    figures: watch::Receiver<Figures>,
    /// The `stateUpdate` message.
    news: watch::Receiver<News>,
    /// The `metricsUpdate` message.
    metrics: watch::Receiver<Arc<Shared>>,
    /// The `statusUpdate` message.
    status: watch::Receiver<Arc<Shared>>,
    /// The `meters` message; while nobody watches it is an old one.
    meters: watch::Receiver<Arc<Shared>>,
    /// What zones of lights show; while nobody watches it is old.
    pixels: watch::Receiver<Arc<Pixels>>,
    /// True once the server goes down.
    closing: watch::Receiver<bool>,
}

impl Api {
    /// Starts its tasks (so it needs a tokio runtime). They, WebSockets and motion JPEGs end when `closing` turns true or
    /// its sender is dropped.
    pub fn start(parts: Parts, closing: watch::Receiver<bool>) -> Api {
        let Parts {
            state,
            preview,
            multiview,
            levels,
            zone_frames,
            shelf,
            recordings,
            replay,
            score,
            viewers,
            vitals,
            clock,
            library,
            uploads,
            downloads,
            details,
            templates,
            identity,
            machine,
            jams,
            settings,
            capabilities,
            addresses,
        } = parts;
        let limits = Limits::new(settings.rate_limit, settings.max_in_flight, clock.clone());
        let settings = Arc::new(settings);
        let started = clock.now();
        let (figures_out, figures) = watch::channel(Figures::default());
        let first_metrics = wire::message::metrics_update(&Figures::default(), &vitals);
        let (metrics_out, metrics) = watch::channel(Arc::new(Shared::new(first_metrics)));
        let first_status = wire::status::status_update(&state.snapshot().show, &vitals);
        let (status_out, status) = watch::channel(Arc::new(Shared::new(first_status)));
        let first = news::compose(&state, &vitals, &Figures::default());
        let (news_out, news) = watch::channel(first);
        let (meters_out, meters) = watch::channel(Arc::default());
        let (pixels_out, pixels) = watch::channel(Arc::default());
        let live = Live { figures, news, metrics, status, meters, pixels, closing };
        let chronicle = Arc::default();
        let api = Api {
            state,
            preview,
            multiview,
            levels,
            zone_frames,
            shelf,
            recordings,
            replay,
            score,
            viewers,
            vitals,
            clock,
            library,
            uploads,
            downloads,
            details,
            templates,
            identity,
            machine,
            jams,
            settings,
            limits,
            capabilities,
            addresses,
            live,
            chronicle,
            archives: Default::default(),
            written: Arc::default(),
            census: census::Census::default(),
            playlists_again: watch::Sender::new(()),
            started,
        };
        tokio::spawn(figures::measure(api.clone(), figures_out, metrics_out));
        tokio::spawn(news::spread(api.clone(), news_out, status_out));
        tokio::spawn(meters::spread(api.clone(), meters_out));
        tokio::spawn(pixels::spread(api.clone(), pixels_out));
        tokio::spawn(uploading::look_after(api.clone()));
        if let Some(downloads) = api.downloads.clone() {
            tokio::spawn(fetching::look_after(api.clone(), downloads));
        }
        api
    }

    /// Comes back when the server goes down; serves as the stop of `serve`.
    pub async fn closed(&self) {
        let mut closing = self.live.closing.clone();
        // An error means that the sender is gone, and so is the server.
        let _ = closing.wait_for(|closing| *closing).await;
    }

    /// What the doors would answer right now, for the copy in Redis.
    pub fn views(&self) -> Views {
        let (show, figures) = (self.state.snapshot().show.clone(), self.figures());
        // Plain data with text keys always becomes JSON.
        let text = |view: serde_json::Result<String>| view.unwrap_or_default();
        Views {
            stream_state: text(serde_json::to_string(&StreamState::new(&show, &figures, &self.vitals))),
            stream_config: text(serde_json::to_string(&show.config)),
            stream_metrics: text(serde_json::to_string(&StreamMetrics::new(&figures, &self.vitals))),
            system_health: text(serde_json::to_string(&self.health())),
            system_metrics: text(serde_json::to_string(&SystemMetrics::new(&figures))),
        }
    }

    fn is_on_air(&self) -> bool {
        self.state.snapshot().show.stream.is_on_air()
    }

    fn health(&self) -> HealthView {
        HealthView::new(self.vitals.status.conditions(), self.is_on_air(), [self.started, self.clock.now()])
    }

    /// Nothing that the show needs is down.
    pub fn is_well(&self) -> bool {
        !self.health().is_down()
    }

    fn figures(&self) -> Figures {
        *self.live.figures.borrow()
    }

    /// Nobody is known yet, and only this machine can ask.
    fn is_open(&self) -> bool {
        self.settings.on_this_machine_only && self.identity.nobody_known()
    }

    /// Who has this token; nobody without one, but where everything is open it is everyone.
    fn who(&self, token: Option<&str>) -> Result<Option<Caller>, ApiError> {
        match token {
            _ if self.is_open() => Ok(Some(Caller::anonymous_admin())),
            Some(token) => Ok(Some(self.identity.identify(token)?)),
            None => Ok(None),
        }
    }

    /// For doors that only show the program.
    pub fn may_watch(&self, token: Option<&str>) -> bool {
        matches!(self.who(token), Ok(Some(_)))
    }

    /// Whether somebody who was let in may still be here.
    fn still_good(&self, caller: &Caller) -> bool {
        match caller.kind() {
            CallerKind::Anonymous => self.is_open(),
            CallerKind::User | CallerKind::ApiToken => self.identity.still_good(caller),
        }
    }
}
