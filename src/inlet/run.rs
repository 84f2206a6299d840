//! Opens and closes ports as the show wants them, and tells how feeds do.

use std::collections::BTreeMap;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use arc_swap::ArcSwap;

use super::listen::{Heard, Listener, by_port};
use super::{Counts, Identity, Receiver, Tally};
use crate::base::clock::Clock;
use crate::base::status::{Condition, FeedCondition, FeedState};
use crate::base::tasks::StopFlag;
use crate::base::vitals::Vitals;
use crate::base::watched::{Failing, spawn_watched};
use crate::frame::exchange::Exchange;
use crate::frame::leds::{FeedBoard, FeedFrame};
use crate::frame::mosaic::{self, Mosaic, Mosaics};
use crate::show::Show;
use crate::show::ids::{FeedId, SceneId};
use crate::show::layer::{Content, Layer};
use crate::show::light::feed::LightFeed;
use crate::show::scene::Scene;
use crate::show::time::ShowTime;

const LOOK: Duration = Duration::from_millis(100);
/// Longest side of a feed's picture.
const LONGEST: u32 = 4_096;
/// A port that is taken may be free later.
const RETRY: i64 = 5_000_000;

pub struct Env {
    pub show: Arc<ArcSwap<Show>>,
    pub board: Arc<FeedBoard>,
    /// What is shown in the picture.
    pub mosaics: Arc<Mosaics>,
    pub clock: Clock,
    pub vitals: Arc<Vitals>,
    pub stop: StopFlag,
    /// Where to listen; nowhere, if it is not switched on.
    pub address: Option<IpAddr>,
}

/// Starts the thread `inlets`.
pub fn start(env: Env) -> io::Result<JoinHandle<()>> {
    let failing = Failing::of("inlets", &env.vitals, Condition::degraded("the thread that opens feeds has failed"));
    spawn_watched("inlets", failing, move || {
        let mut inlets = Inlets { feeds: Arc::default(), scenes: Arc::default(), ports: BTreeMap::new(), env };
        while !inlets.env.stop.is_set() {
            inlets.follow();
            std::thread::park_timeout(LOOK);
        }
    })
}

struct Inlets {
    env: Env,
    feeds: Arc<BTreeMap<FeedId, Arc<LightFeed>>>,
    /// By them it is known which feeds are wanted as pictures.
    scenes: Arc<BTreeMap<SceneId, Arc<Scene>>>,
    ports: BTreeMap<u16, Port>,
}

struct Port {
    feeds: Vec<LightFeed>,
    tallies: Vec<(FeedId, Arc<Tally>)>,
    listener: Result<Listener, String>,
    opened: ShowTime,
}

impl Inlets {
    fn follow(&mut self) {
        let (feeds, scenes) = {
            let show = self.env.show.load();
            (show.light_feeds.clone(), show.scenes.clone())
        };
        let is_same = Arc::ptr_eq(&feeds, &self.feeds);
        if !is_same || !Arc::ptr_eq(&scenes, &self.scenes) {
            feeds.keys().for_each(|id| self.env.mosaics.of(id).set_wanted(is_shown(&scenes, id)));
            self.scenes = scenes;
        }
        if !is_same {
            for gone in self.feeds.keys().filter(|id| !feeds.contains_key(*id)) {
                self.env.vitals.status.forget_feed(gone.as_str());
            }
            self.env.mosaics.keep_only(|id| feeds.contains_key(id));
            self.feeds = feeds;
        }
        let Some(address) = self.env.address else { return self.tell() };
        // What was checked when it was saved is right.
        let mut wanted = by_port(self.feeds.values().map(Arc::as_ref)).unwrap_or_default();
        let now = self.env.clock.now();
        self.ports.retain(|port, open| {
            let same = wanted.get(port).is_some_and(|receivers| receivers.iter().map(Receiver::feed).eq(open.feeds.iter()));
            same && (open.listener.is_ok() || now.micros() - open.opened.micros() < RETRY)
        });
        for (port, receivers) in std::mem::take(&mut wanted) {
            if !self.ports.contains_key(&port) {
                let open = self.open(SocketAddr::new(address, port), receivers);
                self.ports.insert(port, open);
            }
        }
        self.tell();
    }

    fn open(&self, address: SocketAddr, receivers: Vec<Receiver>) -> Port {
        let feeds = receivers.iter().map(|receiver| receiver.feed().clone()).collect();
        let tallies = receivers.iter().map(|receiver| (receiver.feed().id.clone(), receiver.tally().clone())).collect();
        let outlet = |receiver: &Receiver| {
            let id = &receiver.feed().id;
            let (slot, mosaic) = (self.env.board.slot(id), self.env.mosaics.of(id));
            (id.clone(), Outlet { size: size(receiver.feed()), slot, mosaic })
        };
        let outlets: BTreeMap<FeedId, _> = receivers.iter().map(outlet).collect();
        let hear = move |id: &FeedId, heard: Heard<'_>| {
            if let Some(outlet) = outlets.get(id) {
                outlet.lights(&heard);
                outlet.picture(&heard);
            }
        };
        let clock = self.env.clock.clone();
        let opened = self.env.clock.now();
        let listener = Listener::open(address, identity(address.ip()), receivers, move || clock.now().micros(), hear);
        let listener = listener.map_err(|error| error.to_string());
        if let Err(reason) = &listener {
            tracing::warn!(%address, reason, "a port for feeds can not be opened");
        }
        Port { feeds, tallies, listener, opened }
    }

    fn tell(&self) {
        let tell = |id: &str, condition, reason: Option<String>, counts: Counts| {
            let Counts { packets, frames, refused, dropped, malformed, out_of_order, lost } = counts;
            let state =
                FeedState { state: condition, reason, packets, frames, refused, dropped, malformed, out_of_order, lost };
            self.env.vitals.status.report_feed(id, state);
        };
        for feed in self.feeds.values() {
            let id = feed.id.as_str();
            let open = self.ports.get(&feed.wire.port()).filter(|_| feed.enabled);
            match open {
                None if !feed.enabled => tell(id, FeedCondition::Off, None, Counts::default()),
                None => {
                    let reason = "network inputs are off: set light_in to an address of this machine";
                    tell(id, FeedCondition::Off, Some(reason.to_owned()), Counts::default());
                }
                Some(Port { listener: Err(reason), .. }) => {
                    tell(id, FeedCondition::Failed, Some(reason.clone()), Counts::default());
                }
                Some(port) => {
                    let tally = port.tallies.iter().find(|(other, _)| *other == feed.id);
                    let counts = tally.map(|(_, tally)| tally.counts()).unwrap_or_default();
                    tell(id, FeedCondition::Listening, None, counts);
                }
            }
        }
    }
}

/// Where what comes in goes: to lights, and to the picture if it is seen there.
struct Outlet {
    /// Columns and rows as a picture; what is longer than a picture may be is cut off.
    size: [u32; 2],
    slot: Arc<Exchange<FeedFrame>>,
    mosaic: Arc<Mosaic>,
}

impl Outlet {
    fn lights(&self, heard: &Heard<'_>) {
        let Some(mut frame) = self.slot.buffer() else { return };
        frame.pixels.clear();
        frame.until = ShowTime(i64::MIN);
        if let Heard::Frame { pixels, until, .. } = heard {
            frame.pixels.extend_from_slice(pixels);
            frame.until = ShowTime(*until);
        }
        self.slot.put(frame);
    }

    fn picture(&self, heard: &Heard<'_>) {
        let Heard::Frame { pixels, at, until } = heard else { return self.mosaic.clear() };
        if !self.mosaic.is_wanted() {
            return;
        }
        let [width, height] = self.size.map(|side| side.clamp(1, LONGEST) as usize);
        let light = |pixel: &[u8; 3]| pixel.map(|channel| f32::from(channel) / 255.0);
        let rows = pixels.chunks(self.size[0].max(1) as usize);
        let lights: Vec<_> = rows.flat_map(|row| row.iter().take(width)).map(light).collect();
        self.mosaic.put(mosaic::film(&lights, (width, height), ShowTime(*at)), ShowTime(*until));
    }
}

fn is_shown(scenes: &BTreeMap<SceneId, Arc<Scene>>, id: &FeedId) -> bool {
    let shows = |layer: &Layer| matches!(&layer.content, Content::Feed { feed } if feed == id);
    scenes.values().any(|scene| scene.all().any(&shows))
}

/// Without columns it is one row.
fn size(feed: &LightFeed) -> [u32; 2] {
    feed.size().unwrap_or([feed.pixels, 1])
}

fn identity(address: IpAddr) -> Identity {
    let ip = match address {
        IpAddr::V4(ip) => ip,
        IpAddr::V6(_) => Ipv4Addr::UNSPECIFIED,
    };
    Identity { ip, mac: [0; 6], short_name: "Marquee".to_owned(), long_name: "Marquee, lights from the network".to_owned() }
}
