//! The doors with a real writer and journal behind them, and a preview that the test feeds.

mod assets;
mod auth;
mod dashboard;
mod displays;
mod docs;
mod exchange;
mod jams;
mod lights;
mod media;
mod past;
mod playlists;
mod protocol;
mod rest;
mod safety;
mod schedule;
mod socket;
mod socketio;
mod templates;
mod uploads;
mod values;

use std::path::Path;
use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use bytes::Bytes;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::sync::{broadcast, watch};
use tower::ServiceExt;

use super::{Addresses, Api, Jams, Parts, Settings, router};
use crate::base::clock::Clock;
use crate::base::vitals::Vitals;
use crate::devices::nfc::{self, presence::Graces};
use crate::devices::system::{LogRing, Power, PowerSettings, Restart, RingBounds, SystemInfoSource};
use crate::devices::update::{Update, UpdateSettings};
use crate::devices::wifi::{Patience, Wifi, WifiSettings};
use crate::devices::{Bus, Machine};
use crate::identity::Identity;
use crate::jam::keeper;
use crate::jam::lease::Leases;
use crate::library::Library;
use crate::library::details::DetailsHandle;
use crate::library::uploads::{Limits, Uploads};
use crate::send::preview::PreviewPicture;
use crate::send::preview::by_hand::preview_by_hand;
use crate::send::recordings::Recordings;
use crate::send::replay::Replay;
use crate::send::whep::Viewers;
use crate::show::time::{FrameNumber, ShowTime};
use crate::sound::levels::LevelsHandle;
use crate::state::store::journal::Journal;
use crate::state::store::score::Shelf as Score;
use crate::state::writer;

struct House {
    api: Api,
    pictures: broadcast::Sender<Arc<PreviewPicture>>,
    overviews: broadcast::Sender<Arc<PreviewPicture>>,
    closing: watch::Sender<bool>,
    directory: TempDir,
}

impl Drop for House {
    fn drop(&mut self) {
        self.api.state.close();
        self.api.jams.hall.close();
    }
}

struct Engine(tokio::task::JoinHandle<()>);

impl Drop for Engine {
    fn drop(&mut self) {
        self.0.abort();
    }
}

struct Reply {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

impl Reply {
    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("no JSON: {:?}", self.body))
    }

    fn code(&self) -> String {
        self.json()["error"]["code"].as_str().unwrap_or("").to_owned()
    }

    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("text"))
    }

    #[track_caller]
    fn expect(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{}", String::from_utf8_lossy(&self.body));
        self
    }

    #[track_caller]
    fn refused(self, status: u16, code: &str) -> Self {
        let reply = self.expect(status);
        assert_eq!(reply.code(), code);
        reply
    }
}

/// A machine with nothing on it.
fn no_machine(clock: &Clock, directory: &Path) -> Machine {
    let (out, _) = tokio::sync::mpsc::channel(1);
    let bus = || Bus::At("unix:path=/nowhere/at/all".to_owned());
    let wifi = WifiSettings { bus: bus(), interface: None, patience: Patience::default() };
    let version = "0.1.0".parse().expect("a version");
    let update = UpdateSettings { address: None, keys: Vec::new(), root: Some(directory.to_owned()), version };
    Machine {
        readers: Arc::new(nfc::start(Vec::new(), Graces::default(), clock, &out).expect("no thread")),
        wifi: Wifi::connect(wifi, clock.clone()),
        update: Update::open(&update),
        info: Arc::new(SystemInfoSource::new("0.1.0", directory.to_owned())),
        log: LogRing::new(clock.clone(), RingBounds::default()),
        restart: Restart::new(None, |_| None),
        power: Power::new(PowerSettings { enabled: false, bus: bus() }, clock.clone()),
    }
}

impl House {
    async fn open() -> House {
        Self::open_with(Clock::system(), Settings { on_this_machine_only: true, ..Settings::default() }).await
    }

    async fn open_with(clock: Clock, settings: Settings) -> House {
        let directory = tempfile::tempdir().expect("a directory");
        let (journal, loaded) = Journal::open(&directory.path().join("journal.redb")).expect("a journal");
        let vitals = Arc::new(Vitals::new());
        let env = writer::Env { clock: clock.clone(), vitals: vitals.clone() };
        let (state, _) = writer::start(Box::new(journal), loaded, env).expect("a writer");
        let env =
            keeper::Env { clock: clock.clone(), vitals: vitals.clone(), board: Arc::default(), recordings_bytes: None };
        let hall = keeper::start(&directory.path().join("jams.redb"), env).expect("jams").hall;
        let (preview, pictures) = preview_by_hand(vitals.preview_counts());
        let (multiview, overviews) = preview_by_hand(vitals.multiview_counts());
        let (closing, closed) = watch::channel(false);
        let recordings = Recordings::new(directory.path().join("recordings"));
        let uploads =
            Uploads::open(directory.path().join("uploads"), Limits { margin: 0, ..Limits::default() }, clock.clone());
        let parts = Parts {
            uploads: uploads.await.expect("a store"),
            downloads: None,
            state,
            preview,
            multiview,
            levels: LevelsHandle::new(),
            zone_frames: Default::default(),
            vitals,
            clock: clock.clone(),
            library: Library::open(directory.path().join("assets"), 64).expect("a library"),
            details: DetailsHandle::idle(directory.path().join("derived")),
            templates: Default::default(),
            identity: Identity::open(directory.path(), clock.clone()).expect("an identity"),
            machine: no_machine(&clock, directory.path()),
            jams: Jams { hall, leases: Leases::default(), links: Default::default(), replays: Default::default() },
            settings,
            shelf: Default::default(),
            recordings: recordings.clone(),
            replay: Replay::new(recordings, clock.clone()),
            score: Score::new(directory.path().join("score")),
            viewers: Viewers::off(),
            capabilities: Arc::new(json!({ "encoder": "none" })),
            addresses: Arc::new(Addresses::default()),
        };
        House { api: Api::start(parts, closed), pictures, overviews, closing, directory }
    }

    /// Makes pictures from now on, as an engine does, until the result is dropped.
    fn make_pictures(&self) -> Engine {
        let (pictures, overviews) = (self.pictures.clone(), self.overviews.clone());
        Engine(tokio::spawn(async move {
            let mut due = tokio::time::interval(std::time::Duration::from_millis(10));
            for number in 0.. {
                due.tick().await;
                let jpeg = Bytes::from_static(b"\xff\xd8 a picture \xff\xd9");
                let picture = PreviewPicture::new(FrameNumber(number), ShowTime(1_000_000), 64, 36, jpeg);
                let overview = Bytes::from_static(b"\xff\xd8 an overview \xff\xd9");
                let overview = PreviewPicture::new(FrameNumber(number), ShowTime(1_000_000), 128, 72, overview);
                // Nobody may be watching.
                let _ = (pictures.send(Arc::new(picture)), overviews.send(Arc::new(overview)));
            }
        }))
    }

    async fn send(&self, request: Request<Body>) -> Reply {
        let response = router(self.api.clone()).oneshot(request).await.expect("infallible");
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, 64 * 1024 * 1024).await.expect("a body");
        Reply { status: parts.status, headers: parts.headers, body }
    }

    /// An answer whose body is not read yet.
    async fn open_body(&self, path: &str) -> axum::response::Response {
        let request = Request::get(path).body(Body::empty()).expect("a request");
        router(self.api.clone()).oneshot(request).await.expect("infallible")
    }

    async fn ask(&self, method: &str, path: &str) -> Reply {
        self.send(Request::builder().method(method).uri(path).body(Body::empty()).expect("a request")).await
    }

    async fn tell(&self, method: &str, path: &str, body: Value) -> Reply {
        self.raw(method, path, "application/json", body.to_string()).await
    }

    async fn raw(&self, method: &str, path: &str, kind: &str, body: impl Into<Body>) -> Reply {
        let request = Request::builder().method(method).uri(path).header("content-type", kind);
        self.send(request.body(body.into()).expect("a request")).await
    }

    async fn upload(&self, name: &str, bytes: &[u8]) -> Reply {
        let (kind, form) = form("file", name, bytes);
        self.raw("POST", "/api/assets", &kind, form).await
    }
}

fn form(field: &str, name: &str, bytes: &[u8]) -> (String, Vec<u8>) {
    let mut form = format!(
        "--XX\r\nContent-Disposition: form-data; name=\"{field}\"; filename=\"{name}\"\r\nContent-Type: image/png\r\n\r\n"
    )
    .into_bytes();
    form.extend_from_slice(bytes);
    form.extend_from_slice(b"\r\n--XX--\r\n");
    ("multipart/form-data; boundary=XX".to_owned(), form)
}

fn png() -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    let pixels = image::RgbaImage::from_pixel(8, 4, image::Rgba([1, 2, 3, 255]));
    pixels.write_to(&mut bytes, image::ImageFormat::Png).expect("encoded");
    bytes.into_inner()
}
