//! The only file that knows everyone: builds the house, opens the doors, and closes up in the order of the flow.

mod copy;
mod doors;
mod ear;
mod fetch;
mod follow;
mod jams;
mod machine;
mod plays;
mod score;
mod surfaces;
mod tags;
#[cfg(test)]
mod tests;
mod told;

use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use anyhow::Context;
use tokio::sync::mpsc::Receiver;
use tokio::sync::watch;

use crate::api::places::Places;
use crate::api::{self, Api, Jams, Parts};
use crate::base::clock::{Clock, Stopwatch};
use crate::base::config::{Config, Hidden};
use crate::base::dial::Dialler;
use crate::base::tasks::{StopFlag, join_within};
use crate::base::vitals::Vitals;
use crate::demo;
use crate::devices::Machine;
use crate::devices::nfc::event::NfcEvent;
use crate::devices::system::LogRing;
use crate::devices::update::{Deadline, Update};
use crate::frame::ingest::Ingest;
use crate::frame::jams::JamBoard;
use crate::frame::leds::{LitElsewhere, ZoneFrames};
use crate::frame::mailbox::{Mailbox, WhenFull};
use crate::frame::mosaic::Mosaics;
use crate::frame::sight::Sights;
use crate::frame::taps::Taps;
use crate::gst;
use crate::identity::Identity;
use crate::jam::keeper::{self, Keeping};
use crate::jam::lease::Leases;
use crate::jam::node::link::{LONGEST, PROTOCOL};
use crate::jam::node::status::LinkBoard;
use crate::jam::replay::Replays;
use crate::library::Library;
use crate::library::details::{self, DetailsHandle};
use crate::library::downloads::Downloads;
use crate::library::uploads::{Limits, Uploads};
use crate::light;
use crate::picture;
use crate::picture::movement::Movement;
use crate::picture::multiview;
use crate::picture::sources::{Outside, Sources};
use crate::picture::watch::Outlook;
use crate::send::hls::Shelf;
use crate::send::preview::{self, PreviewHandle, Subject};
use crate::send::recordings::Recordings;
use crate::send::replay::Replay;
use crate::send::speakers::Choice;
use crate::send::whep::Viewers;
use crate::send::{self, Sending, rtmp_server};
use crate::sound;
use crate::sound::levels::LevelsHandle;
use crate::state::command::Command;
use crate::state::following::Link;
use crate::state::store::directory::DataDirectory;
use crate::state::store::journal::Journal;
use crate::state::store::redis as redis_copy;
use crate::state::{Origin, StateHandle, writer};
use crate::template::Templates;
use doors::{Doors, on_this_machine_only, settings, tls};
use told::Told;

/// Frames that may wait for the encoder: a quarter of a second at 30 fps rides out a busy moment.
const ENCODER_PLACES: usize = 8;
/// The preview only ever wants the newest.
const PREVIEW_PLACES: usize = 1;
/// Half a second of sound.
const SOUND_PLACES: usize = 50;
/// Going down takes five seconds at most: this much for recordings and destinations, the rest for everything else.
const PATIENCE_WITH_OUTPUTS: Duration = Duration::from_millis(3_500);
const PATIENCE_WITH_DOORS: Duration = Duration::from_millis(500);
const PATIENCE_WITH_ALL: Duration = Duration::from_millis(4_000);
const PATIENCE_WITH_THREADS: Duration = Duration::from_millis(300);

/// A setting that looked right until this machine was asked.
#[derive(Debug, thiserror::Error)]
#[error("{key}: {why}")]
pub struct BadSetting {
    key: &'static str,
    why: String,
}

fn known_capabilities(config: &Config) -> anyhow::Result<gst::Capabilities> {
    gst::start()?;
    gst::capabilities(&config.encoder).map_err(|error| match error {
        gst::GstError::UnusableEncoder { .. } => BadSetting { key: "encoder", why: error.to_string() }.into(),
        other => other.into(),
    })
}

fn speakers(config: &Config) -> anyhow::Result<Option<Choice>> {
    Choice::parse(&config.speakers).map_err(|why| BadSetting { key: "speakers", why }.into())
}

/// What this build can do on this machine, as JSON.
pub fn capabilities(config: &Config) -> anyhow::Result<String> {
    let capabilities = known_capabilities(config)?;
    Ok(format!("{}\n", serde_json::to_string_pretty(&capabilities)?))
}

/// How serving ends when nothing goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// It was told to.
    Stopped,
    /// Whoever looks after this program is to start it again.
    Again,
}

/// `log`: what the doors show of it. `deadline`: until when it has to have shown that it works.
pub fn serve(config: Config, log: LogRing, deadline: Deadline) -> anyhow::Result<Ended> {
    let update = machine::updates(&config)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .thread_name("doors")
        .enable_all()
        .build()
        .context("no threads for the doors")?;
    let served = runtime.block_on(async {
        let mut told = Told::listen()?;
        let doors = Doors::bind(&config).await?;
        let mut house = House::build(&config, update, log).await?;
        house.let_in_only_who_may(&config).await?;
        house.begin(&config).await?;
        let served = house.open(doors, &config, deadline).await?;
        let ended = told.next_or(house.machine.restart.asked()).await;
        tokio::spawn(async move {
            told.next().await;
            tracing::warn!("told twice: leaving at once");
            std::process::exit(130);
        });
        house.close(served).await;
        Ok(ended)
    });
    // Who did not end in time is left behind; waiting for them is over.
    runtime.shutdown_background();
    served
}

/// Everything that runs, and what holds it together.
struct House {
    /// Held until the end: the lock on the data directory.
    directory: DataDirectory,
    machine: Machine,
    taps: Option<Receiver<NfcEvent>>,
    state: StateHandle,
    clock: Clock,
    vitals: Arc<Vitals>,
    library: Library,
    uploads: Uploads,
    downloads: Option<Downloads>,
    details: DetailsHandle,
    templates: Templates,
    identity: Identity,
    /// There where another is followed, until it is.
    source: Option<crate::follow::Source>,
    link: Option<Link>,
    redis: Option<redis_copy::Target>,
    capabilities: Arc<serde_json::Value>,
    preview: PreviewHandle,
    multiview: PreviewHandle,
    levels: LevelsHandle,
    zone_frames: ZoneFrames,
    program: watch::Receiver<Option<Arc<crate::frame::feed::Feed>>>,
    ingest: Arc<Ingest>,
    shelf: Shelf,
    recordings: Recordings,
    replay: Replay,
    sending: Sending,
    stop_engine: StopFlag,
    stop_preview: StopFlag,
    /// What is in files can be found out the next time.
    stop_details: StopFlag,
    /// After the engine: its last frames are dark, and still sent.
    stop_surfaces: StopFlag,
    surfaces: Vec<JoinHandle<()>>,
    engine: Vec<(&'static str, JoinHandle<()>)>,
    jams: Keeping,
    board: Arc<JamBoard>,
    links: LinkBoard,
    leases: Leases,
    elsewhere: LitElsewhere,
    writer: JoinHandle<()>,
    details_thread: JoinHandle<()>,
    preview_threads: [JoinHandle<()>; 2],
}

impl House {
    async fn build(config: &Config, update: Update, log: LogRing) -> anyhow::Result<Self> {
        let directory = DataDirectory::open(&config.data_dir)?;
        let clock = Clock::system();
        let vitals = Arc::new(Vitals::new());
        let (mut journal, mut loaded) = Journal::open(&directory.journal()).context("the journal can not be opened")?;
        let redis = copy::target(config)?;
        if let (true, Some(redis)) = (config.restore_from_redis, &redis) {
            copy::restore(redis, &mut journal, &mut loaded).await.context("the show can not be restored from Redis")?;
        }
        let source = follow::source(config, &mut journal, &mut loaded)?;
        let follows = source.is_some();
        let capabilities = Arc::new(serde_json::to_value(known_capabilities(config)?)?);
        let pipelines = send::Pipelines::load(config.pipelines_dir.as_deref())
            .map_err(|error| BadSetting { key: "pipelines_dir", why: error.to_string() })?;
        let library = Library::open_leaving(directory.assets(), config.max_upload_mb, config.upload_spare_mb)?;
        let uploads = Uploads::open(directory.uploads(), upload_limits(config), clock.clone()).await?;
        let downloads = if follows { None } else { fetch::downloads(config, &directory, &clock)? };
        let templates = Templates::open(&directory.templates())?;
        let identity = Identity::open(&config.data_dir, clock.clone())?;

        let was_playing = !follows && plays::put_down(&mut loaded, &directory.alive(), clock.now());
        let env = writer::Env { clock: clock.clone(), vitals: vitals.clone() };
        let follow::Started { state, writer, link } = follow::start(config, journal, loaded, env)?;
        if was_playing {
            plays::go_on(&state).await;
        }
        let (board, elsewhere) = (Arc::<JamBoard>::default(), LitElsewhere::default());
        let env = keeper::Env {
            clock: clock.clone(),
            vitals: vitals.clone(),
            board: board.clone(),
            recordings_bytes: config.jam_recordings_bytes,
        };
        let jams = keeper::start(&directory.jams(), env).context("the jams can not be opened")?;
        let stop_details = StopFlag::default();
        let (details, details_thread) = details::start(details::Env {
            state: state.clone(),
            library: library.clone(),
            derived: directory.derived(),
            stop: stop_details.clone(),
        })?;
        let show = state.outputs();
        let encoder_frames = Mailbox::new(ENCODER_PLACES, WhenFull::DropNewest);
        let preview_frames = Mailbox::new(PREVIEW_PLACES, WhenFull::DropOldest);
        let sound_chunks = Mailbox::new(SOUND_PLACES, WhenFull::DropOldest);
        let (stop_engine, stop_preview) = (StopFlag::default(), StopFlag::default());

        let light_frames = Mailbox::new(PREVIEW_PLACES, WhenFull::DropOldest);
        let display_frames = Mailbox::new(PREVIEW_PLACES, WhenFull::DropOldest);
        let (zone_frames, stop_surfaces) = (ZoneFrames::default(), StopFlag::default());
        let multiview_frames = Mailbox::new(PREVIEW_PLACES, WhenFull::DropOldest);
        let watched = |subject, frames: &Arc<_>| {
            preview::start(preview::Env {
                subject,
                frames: Arc::clone(frames),
                show: show.clone(),
                vitals: vitals.clone(),
                stop: stop_preview.clone(),
            })
        };
        let (preview, preview_thread) = watched(Subject::Program, &preview_frames)?;
        let (multiview, multiview_thread) = watched(Subject::Multiview, &multiview_frames)?;
        let (program_sender, program) = watch::channel(None);
        let (shelf, recordings) = (Shelf::default(), Recordings::new(directory.recordings()));
        let replay = Replay::new(recordings.clone(), clock.clone());
        let sending = send::start(send::Env {
            show: show.clone(),
            clock: clock.clone(),
            frames: encoder_frames.clone(),
            sound: sound_chunks.clone(),
            program: program_sender,
            recordings: recordings.clone(),
            replay: replay.clone(),
            shelf: shelf.clone(),
            pipelines,
            speakers: speakers(config)?,
            encoder: config.encoder.clone(),
            vitals: vitals.clone(),
        })?;
        let (taps, sights) = (Taps::new(), Sights::new());
        let (surface_sights, mosaics) = (sights.clone(), Arc::new(Mosaics::default()));
        let ingest = Ingest::new();
        let outside = Outside { ingest: ingest.clone(), jams: board.clone() };
        let sources = Sources::new(clock.clone(), taps.clone(), outside, vitals.clone());
        let (outlook, levels) = (Outlook::default(), LevelsHandle::new());
        let (films, films_thread) = light::films::Films::start(directory.assets(), stop_engine.clone())?;
        let (effects, effects_thread) = picture::effects::start(picture::effects::Env {
            films: films.another(),
            shows: state.timeline(),
            clock: clock.clone(),
            sights: sights.clone(),
            jams: board.clone(),
            outlook: outlook.clone(),
            vitals: vitals.clone(),
            stop: stop_engine.clone(),
        })?;
        let multiview_program = Mailbox::new(PREVIEW_PLACES, WhenFull::DropOldest);
        let wall = multiview::start(multiview::Env {
            shows: state.timeline(),
            program: multiview_program.clone(),
            outlet: multiview_frames,
            films: Movement::new(sources.clone(), sights.clone(), effects.clone(), mosaics.clone()),
            assets_dir: directory.assets(),
            ear: Box::new(ear::MasterEar::new(levels.clone())),
            outlook: outlook.clone(),
            vitals: vitals.clone(),
            stop: stop_engine.clone(),
        })?;
        let pictures = picture::run::start(picture::run::Env {
            sources: sources.clone(),
            sights: sights.clone(),
            effects,
            mosaics: mosaics.clone(),
            shows: state.timeline(),
            clock: clock.clone(),
            assets_dir: directory.assets(),
            outlets: vec![encoder_frames, preview_frames, multiview_program, light_frames.clone(), display_frames.clone()],
            vitals: vitals.clone(),
            stop: stop_engine.clone(),
            outlook,
        })?;
        let sounds = sound::run::start(sound::run::Env {
            shows: state.timeline(),
            clock: clock.clone(),
            outlet: sound_chunks,
            taps,
            jams: board.clone(),
            levels: levels.clone(),
            sights,
            vitals: vitals.clone(),
            stop: stop_engine.clone(),
        })?;
        let started = surfaces::start(surfaces::Env {
            config,
            show: show.clone(),
            shows: state.timeline(),
            clock: clock.clone(),
            films,
            light_frames,
            display_frames,
            sights: surface_sights,
            mosaics,
            jams: board.clone(),
            elsewhere: elsewhere.clone(),
            shown: zone_frames.clone(),
            vitals: vitals.clone(),
            stop_engine: stop_engine.clone(),
            stop_surfaces: stop_surfaces.clone(),
        })?;
        let kept = score::keep(config, &directory, &state, &clock, &vitals, &stop_surfaces)?;
        let mut engine: Vec<_> = pictures.into_iter().map(|thread| ("picture", thread)).collect();
        engine.extend([("sound", sounds), ("multiview", wall), ("effects", effects_thread), ("films", films_thread)]);
        engine.extend(started.engine);
        let (machine, taps) = machine::machine(config, update, log, &clock)?;
        Ok(Self {
            directory,
            machine,
            taps: Some(taps),
            state,
            clock,
            vitals,
            library,
            uploads,
            downloads,
            details,
            templates,
            identity,
            source,
            link,
            redis,
            capabilities,
            preview,
            multiview,
            levels,
            zone_frames,
            program,
            ingest,
            shelf,
            recordings,
            replay,
            sending,
            stop_engine,
            stop_preview,
            stop_details,
            stop_surfaces,
            surfaces: started.surfaces.into_iter().chain(kept).collect(),
            engine,
            jams,
            board,
            links: LinkBoard::default(),
            leases: Leases::default(),
            elsewhere,
            writer,
            details_thread,
            preview_threads: [preview_thread, multiview_thread],
        })
    }

    /// Beyond loopback there is always somebody who can log in, and nobody gets in who does not.
    async fn let_in_only_who_may(&self, config: &Config) -> anyhow::Result<()> {
        if on_this_machine_only(config) {
            if self.identity.nobody_known() {
                tracing::warn!(
                    "there are no users: everyone on this machine may do everything; `marquee user add` changes that"
                );
            }
            return Ok(());
        }
        let given = config.admin_password.as_ref().map(Hidden::reveal);
        if let Some(password) = self.identity.make_first_admin(given).await? {
            if given.is_none() {
                // Not logged: logs are kept, and read by others.
                eprintln!(
                    "\n  The first user is admin, with the password {password}\n  It is shown this once; `marquee user passwd admin` sets another.\n"
                );
            } else {
                tracing::info!("the first user is admin, with the password from the configuration");
            }
        }
        Ok(())
    }

    /// What the command line asks of the show.
    async fn begin(&self, config: &Config) -> anyhow::Result<()> {
        if config.demo {
            demo::put_on(&self.state).await.context("the demo can not be put on")?;
        }
        for url in &config.join {
            let join = Command::JoinJam { url: url.clone(), name: None, zones: None };
            let joined = self.state.submit(join, Origin::door("start")).await;
            joined.map_err(|error| BadSetting { key: "join", why: error.to_string() })?;
        }
        if config.live && !self.state.snapshot().show.stream.is_on_air() {
            let origin = Origin::door("start");
            self.state.submit(Command::StartStream, origin).await.context("the stream can not be started")?;
        }
        Ok(())
    }

    async fn open(&mut self, doors: Doors, config: &Config, deadline: Deadline) -> anyhow::Result<Served> {
        let addresses = Arc::new(doors.addresses(config)?);
        let tls = tls(config)?;
        let viewers = match doors.whep {
            Some(socket) => self.sending.viewers(socket, config.whep_viewers).context("WHEP can not be served")?,
            None => Viewers::off(),
        };
        let (closing, closed) = watch::channel(false);
        let parts = Parts {
            state: self.state.clone(),
            preview: self.preview.clone(),
            multiview: self.multiview.clone(),
            levels: self.levels.clone(),
            zone_frames: self.zone_frames.clone(),
            shelf: self.shelf.clone(),
            recordings: self.recordings.clone(),
            replay: self.replay.clone(),
            score: self.directory.score(),
            viewers: viewers.clone(),
            vitals: self.vitals.clone(),
            clock: self.clock.clone(),
            library: self.library.clone(),
            uploads: self.uploads.clone(),
            downloads: self.downloads.clone(),
            details: self.details.clone(),
            templates: self.templates.clone(),
            identity: self.identity.clone(),
            machine: self.machine.clone(),
            jams: Jams {
                hall: self.jams.hall.clone(),
                leases: self.leases.clone(),
                links: self.links.clone(),
                replays: Replays::default(),
            },
            settings: settings(config),
            capabilities: self.capabilities.clone(),
            addresses: addresses.clone(),
        };
        let api = Api::start(parts, closed.clone());
        let mut tasks: Vec<(&'static str, tokio::task::JoinHandle<()>)> = Vec::new();
        if let Some(target) = self.redis.take() {
            let seen = api.clone();
            let views = Arc::new(move || seen.views());
            let (state, vitals) = (self.state.clone(), self.vitals.clone());
            let env = redis_copy::mirror::Env { target, state, views, vitals, closing: closed.clone() };
            tasks.push(("redis", tokio::spawn(redis_copy::mirror::mirror(env))));
        }
        if let Some(taps) = self.taps.take() {
            tokio::spawn(tags::tell(self.state.clone(), taps));
        }
        let seen = api.clone();
        tokio::spawn(machine::prove(self.machine.clone(), deadline, move || seen.is_well()));
        tasks.push(("joined", tokio::spawn(jams::keep_joined(self.joining(config)?, closed.clone()))));
        let following = self.follow(closed.clone())?;
        tasks.extend(following.into_iter().map(|task| ("follow", task)));
        tasks.push(("plays", tokio::spawn(plays::watch(self.plays(), closed.clone()))));
        let until_closed = || {
            let api = api.clone();
            async move { api.closed().await }
        };
        for (name, listener, router) in
            [("http", doors.http, api::router(api.clone())), ("ws", doors.ws, api::ws_router(api.clone()))]
        {
            let places = Places::for_this_process(config.max_connections);
            let serving = api::serve(listener, tls.clone(), router, places, until_closed());
            tasks.push((
                name,
                tokio::spawn(async move {
                    if let Err(error) = serving.await {
                        tracing::error!(%error, door = name, "a door has failed");
                    }
                }),
            ));
        }
        if let Some(listener) = doors.rtmp {
            let seen = api.clone();
            let may_play = Arc::new(move |token: Option<&str>| seen.may_watch(token));
            let mut env = rtmp_server::Env::new(self.program.clone(), self.vitals.clone(), may_play);
            env.publishing = Some(self.publishing());
            tasks.push(("rtmp", tokio::spawn(rtmp_server::serve(listener, env, until_closed()))));
        }
        tasks.push(("whep", tokio::spawn(viewers.serve(until_closed()))));
        let mut snapshots = self.state.snapshots();
        let waker = self.sending.waker();
        tokio::spawn(async move {
            while snapshots.changed().await.is_ok() {
                waker.wake();
            }
        });
        // The one line on standard output: scripts and tests read it.
        println!("{}", serde_json::json!({"http": addresses.http, "ws": addresses.ws, "rtmp": addresses.rtmp}));
        tracing::info!(
            "all doors are open; the page is at {}://{}/",
            if addresses.secure { "https" } else { "http" },
            addresses.http.map_or_else(String::new, |address| address.to_string())
        );
        Ok(Served { closing, tasks })
    }

    fn joining(&self, config: &Config) -> anyhow::Result<jams::Joining> {
        let token = config.join_token.as_ref().map(|token| token.reveal().to_owned());
        Ok(jams::Joining {
            state: self.state.clone(),
            clock: self.clock.clone(),
            board: self.board.clone(),
            links: self.links.clone(),
            leases: self.leases.clone(),
            elsewhere: self.elsewhere.clone(),
            hall: self.jams.hall.clone(),
            dialler: Dialler::new(PROTOCOL, LONGEST, token, None)?,
            leader: self.source.as_ref().and_then(|source| source.line().cloned()),
        })
    }

    fn plays(&self) -> plays::Plays {
        plays::Plays { state: self.state.clone(), vitals: self.vitals.clone(), alive: self.directory.alive() }
    }

    /// A key is known as long as an input has it.
    fn publishing(&self) -> rtmp_server::Publishing {
        let show = self.state.live_show();
        let may_publish = move |key: &str| show.load().inputs.values().any(|input| input.is_published_under(key));
        rtmp_server::Publishing { ingest: self.ingest.clone(), may_publish: Arc::new(may_publish) }
    }

    /// With the flow: no more commands, no more frames, then the outputs finish, then the doors shut.
    async fn close(self, served: Served) {
        tracing::info!("going down");
        let watch = Stopwatch::start();
        self.stop_details.stop();
        self.state.close();
        self.jams.hall.close();
        self.stop_engine.stop();
        let Self {
            sending,
            engine,
            jams,
            writer,
            details_thread,
            preview_threads,
            stop_preview,
            stop_surfaces,
            surfaces,
            ..
        } = self;
        let closing = tokio::task::spawn_blocking(move || {
            let mut late = sending.stop(PATIENCE_WITH_OUTPUTS);
            stop_preview.stop();
            let left = || PATIENCE_WITH_ALL.saturating_sub(watch.elapsed()).min(PATIENCE_WITH_THREADS);
            let threads = engine
                .into_iter()
                .chain([("details", details_thread), ("state", writer), ("jams", jams.thread)])
                .chain(preview_threads.map(|thread| ("preview", thread)));
            let mut end = |name: &str, thread| late.extend((!join_within(thread, left())).then(|| name.to_owned()));
            threads.for_each(|(name, thread)| end(name, thread));
            stop_surfaces.stop();
            surfaces.into_iter().for_each(|thread| end("surfaces", thread));
            late
        });
        let mut late = closing.await.unwrap_or_else(|_| vec!["outputs".to_owned()]);
        let _ = served.closing.send(true);
        for (name, task) in served.tasks {
            if tokio::time::timeout(PATIENCE_WITH_DOORS, task).await.is_err() {
                late.push(name.to_owned());
            }
        }
        match late.is_empty() {
            true => tracing::info!(after = ?watch.elapsed(), "everything has ended"),
            false => tracing::warn!(?late, after = ?watch.elapsed(), "some were late and are left behind"),
        }
    }
}

fn upload_limits(config: &Config) -> Limits {
    let bytes = |megabytes: u64| megabytes.saturating_mul(1024 * 1024);
    Limits {
        file: bytes(config.max_upload_mb),
        staged: bytes(config.upload_quota_mb),
        margin: bytes(config.upload_spare_mb),
        ..Limits::default()
    }
}

struct Served {
    closing: watch::Sender<bool>,
    tasks: Vec<(&'static str, tokio::task::JoinHandle<()>)>,
}
