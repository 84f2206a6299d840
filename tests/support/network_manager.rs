//! A NetworkManager that does what a test wants: wrong passphrases, networks that go, checkpoints with their timers. It answers
//! messages itself, so that any property and any method may be missing.

mod acts;
mod checkpoint;
mod objects;
mod profiles;
mod steps;

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use futures_util::StreamExt;
use tokio::task::JoinHandle;
use zbus::message::Type;
use zbus::{Connection, Message, MessageStream, OwnedObjectPath, OwnedVariant};

use super::bus::PrivateBus;
use objects::Objects;
pub use profiles::Kept;

pub const NAME: &str = "org.freedesktop.NetworkManager";
pub const ROOT: &str = "/org/freedesktop/NetworkManager";
pub const DEVICE: &str = "/org/freedesktop/NetworkManager/Devices/3";

pub type Settings = HashMap<String, HashMap<String, OwnedVariant>>;

/// What becomes of whoever joins a network.
#[derive(Clone, Debug)]
pub enum Fate {
    /// With the right passphrase, if there is one.
    Joins(Option<&'static str>),
    /// The device fails with this reason.
    Fails(u32),
    /// It is gone from one moment to the next, and nobody says why.
    Vanishes,
    /// Nothing is ever heard of it.
    Hangs,
}

#[derive(Default)]
pub struct World {
    pub objects: Objects,
    pub fates: HashMap<Vec<u8>, Fate>,
    /// Names of the methods that were called, in order.
    pub calls: Vec<String>,
    /// Passphrases that came, and in which method.
    pub secrets: Vec<(String, String)>,
    /// Methods that this one is too old for.
    pub missing: BTreeSet<&'static str>,
    /// Methods that polkit is against.
    pub forbidden: BTreeSet<&'static str>,
    /// Asked for the properties of this interface, it ends.
    pub ends_at: Option<&'static str>,
    /// How long a second of a checkpoint's timer takes.
    pub second: Duration,
    /// As long as this is so, a search for networks goes on.
    pub is_looking: bool,
    /// Signals come only after this.
    pub late: Duration,
    pub profiles: HashMap<String, Kept>,
    pub checkpoints: Vec<checkpoint::Checkpoint>,
    /// The profile in use.
    pub in_use: Option<String>,
    next: u32,
}

#[derive(Clone)]
pub struct Core {
    pub connection: Connection,
    pub world: Arc<Mutex<World>>,
}

pub struct NetworkManager {
    pub core: Core,
    task: JoinHandle<()>,
}

impl Drop for NetworkManager {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// The kind of network, as its access point announces it: flags, WPA, RSN.
pub const OPEN: (u32, u32, u32) = (0, 0, 0);
pub const WPA2: (u32, u32, u32) = (1, 0, 0x188);
pub const WPA3: (u32, u32, u32) = (1, 0, 0x488);

impl World {
    pub fn fresh(&mut self, below: &str) -> String {
        self.next += 1;
        format!("{ROOT}/{below}/{}", self.next)
    }

    pub fn network(&mut self, ssid: &[u8], strength: u8, kind: (u32, u32, u32), fate: Fate) -> String {
        let path = self.fresh("AccessPoint");
        self.objects.access_point(&path, ssid, strength, kind);
        self.fates.insert(ssid.to_vec(), fate);
        path
    }

    pub fn called(&self, method: &str) -> usize {
        self.calls.iter().filter(|call| *call == method).count()
    }
}

impl NetworkManager {
    /// With a wireless device, a home network in use and a few others.
    pub async fn start(bus: &PrivateBus) -> Self {
        Self::start_with(bus, |_| {}).await
    }

    pub async fn start_with(bus: &PrivateBus, change: impl FnOnce(&mut World)) -> Self {
        let mut world = World { second: Duration::from_secs(1), ..World::default() };
        world.objects.machine();
        world.network(b"home", 70, WPA2, Fate::Joins(Some("home's passphrase")));
        world.network(b"home", 30, WPA2, Fate::Joins(Some("home's passphrase")));
        world.network(b"stage", 80, WPA2, Fate::Joins(Some("right for the stage")));
        world.network(b"cafe", 40, OPEN, Fate::Joins(None));
        world.network(&[0xff, 0xfe, b'x'], 20, WPA3, Fate::Joins(Some("right for bytes")));
        let home = world.know(b"home", Some("home's passphrase"));
        world.use_now(&home);
        change(&mut world);
        let core = Core { connection: bus.open().await, world: Arc::new(Mutex::new(world)) };
        let messages = MessageStream::from(&core.connection);
        core.connection.request_name(NAME).await.unwrap();
        let task = tokio::spawn(serve(core.clone(), messages));
        Self { core, task }
    }

    pub fn world(&self) -> MutexGuard<'_, World> {
        self.core.world.lock().unwrap()
    }

    /// The machine loses its power and starts again: what was only in memory is gone, and the network that was used last, of those
    /// that are left, is in use.
    pub async fn power_cycle(self, bus: &PrivateBus) -> Self {
        let saved = self.world().saved();
        self.stop().await;
        Self::start_with(bus, |world| {
            world.objects.device_state(30, 0, None, None);
            world.in_use = None;
            world.profiles = saved;
            if let Some(profile) = world.used_last() {
                world.use_now(&profile);
            }
        })
        .await
    }

    /// As when the time of all checkpoints is over.
    pub async fn take_back(&self) {
        let checkpoints: Vec<_> = self.world().checkpoints.iter().map(|it| it.path.clone()).collect();
        for checkpoint in checkpoints {
            self.core.roll_back(&checkpoint).await.unwrap();
        }
    }

    /// As when it is stopped: the bus says that it is gone.
    pub async fn stop(self) {
        self.core.connection.clone().close().await.unwrap();
    }
}

async fn serve(core: Core, mut messages: MessageStream) {
    while let Some(Ok(message)) = messages.next().await {
        if message.message_type() == Type::MethodCall {
            core.answer(&message).await;
        }
    }
}

pub type Refusal = (&'static str, String);

pub fn unknown(what: &str) -> Refusal {
    ("org.freedesktop.DBus.Error.UnknownMethod", format!("there is no {what}"))
}

/// What is sent back.
pub enum Answer {
    Nothing,
    Properties(HashMap<String, OwnedVariant>),
    Settings(Settings),
    Path(OwnedObjectPath),
    Paths(Vec<OwnedObjectPath>),
    TwoPaths(OwnedObjectPath, OwnedObjectPath),
    Added(OwnedObjectPath, OwnedObjectPath),
    Results(HashMap<String, u32>),
}

pub fn path(text: &str) -> OwnedObjectPath {
    OwnedObjectPath::try_from(text.to_owned()).unwrap()
}

impl Core {
    pub fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap()
    }

    async fn answer(&self, message: &Message) {
        let header = message.header();
        let member = header.member().unwrap().to_string();
        let at = header.path().unwrap().to_string();
        let body = message.body();
        let interface = body.deserialize::<&str>().ok().filter(|_| member == "GetAll");
        if interface.is_some() && interface == self.world().ends_at {
            return self.connection.clone().close().await.unwrap();
        }
        let result = {
            let mut world = self.world();
            world.calls.push(member.clone());
            if world.missing.contains(member.as_str()) {
                Err(unknown(&member))
            } else if world.forbidden.contains(member.as_str()) {
                Err(("org.freedesktop.NetworkManager.PermissionDenied", "Not authorized".to_owned()))
            } else {
                Ok(())
            }
        };
        let result = match result {
            Ok(()) => self.act(&member, &at, message).await,
            Err(refusal) => Err(refusal),
        };
        let reply = &self.connection;
        match result {
            Ok(Answer::Nothing) => reply.reply(&header, &()).await,
            Ok(Answer::Properties(all)) => reply.reply(&header, &all).await,
            Ok(Answer::Settings(all)) => reply.reply(&header, &all).await,
            Ok(Answer::Path(one)) => reply.reply(&header, &one).await,
            Ok(Answer::Paths(all)) => reply.reply(&header, &all).await,
            Ok(Answer::TwoPaths(one, two)) => reply.reply(&header, &(one, two)).await,
            Ok(Answer::Added(one, two)) => reply.reply(&header, &(one, two, HashMap::<String, OwnedVariant>::new())).await,
            Ok(Answer::Results(all)) => reply.reply(&header, &all).await,
            Err((name, why)) => reply.reply_error(&header, name, &why).await,
        }
        .ok();
    }
}
