//! A NetworkManager that does what a test wants: wrong passphrases, networks that go, checkpoints with their timers. It answers
//! messages itself, so that any property and any method may be missing.

mod checkpoint;
mod objects;
mod steps;

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use futures_util::StreamExt;
use tokio::task::JoinHandle;
use zbus::message::Type;
use zbus::{Connection, Message, MessageStream, OwnedObjectPath, OwnedVariant, Variant};

use super::bus::PrivateBus;
use objects::Objects;

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
    /// Signals come only after this.
    pub late: Duration,
    pub profiles: HashMap<String, Kept>,
    pub checkpoints: Vec<checkpoint::Checkpoint>,
    /// The profile in use.
    pub in_use: Option<String>,
    next: u32,
}

/// A profile, and the passphrase that is never told.
#[derive(Clone)]
pub struct Kept {
    pub settings: Settings,
    pub psk: Option<String>,
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

    /// A network that was joined before.
    pub fn know(&mut self, ssid: &[u8], psk: Option<&str>) -> String {
        let own = |value: Variant<'_>| value.try_to_owned().unwrap();
        let connection = HashMap::from([("type".to_owned(), own("802-11-wireless".into()))]);
        let wireless = HashMap::from([("ssid".to_owned(), own(ssid.into()))]);
        let settings = Settings::from([("connection".to_owned(), connection), ("802-11-wireless".to_owned(), wireless)]);
        self.keep(Kept { settings, psk: psk.map(str::to_owned) })
    }

    pub fn keep(&mut self, kept: Kept) -> String {
        let path = self.fresh("Settings");
        self.profiles.insert(path.clone(), kept);
        path
    }

    /// As if it had been joined long ago.
    pub fn use_now(&mut self, profile: &str) {
        let active = self.fresh("ActiveConnection");
        let ssid = self.ssid_of(profile);
        let point = self.objects.point_of(&ssid);
        self.objects.active(&active, profile, &point, 2);
        self.objects.device_state(100, 0, Some(&active), Some(&point));
        self.in_use = Some(profile.to_owned());
    }

    pub fn ssid_of(&self, profile: &str) -> Vec<u8> {
        let ssid = self.profiles[profile].settings["802-11-wireless"]["ssid"].try_clone().unwrap();
        ssid.try_into().unwrap()
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
            Ok(Answer::Results(all)) => reply.reply(&header, &all).await,
            Err((name, why)) => reply.reply_error(&header, name, &why).await,
        }
        .ok();
    }

    async fn act(&self, member: &str, at: &str, message: &Message) -> Result<Answer, Refusal> {
        match member {
            "GetAll" => self.get_all(at, message),
            "Set" => self.set(message),
            "GetDevices" => Ok(Answer::Paths(self.world().objects.devices())),
            "GetAllAccessPoints" => Ok(Answer::Paths(self.world().objects.points())),
            "RequestScan" => self.scan(),
            "ListConnections" => Ok(Answer::Paths(self.world().profiles.keys().map(|key| path(key)).collect())),
            "GetSettings" => {
                let world = self.world();
                let kept = world.profiles.get(at).ok_or_else(|| unknown(at))?;
                Ok(Answer::Settings(kept.settings.clone()))
            }
            "Delete" => {
                self.world().profiles.remove(at).ok_or_else(|| unknown(at))?;
                Ok(Answer::Nothing)
            }
            "Update" | "Update2" => self.update(member, at, message),
            "AddAndActivateConnection" => self.add(message),
            "ActivateConnection" => self.activate(message),
            "Disconnect" => {
                let core = self.clone();
                tokio::spawn(async move { core.go_idle(39).await });
                Ok(Answer::Nothing)
            }
            _ if member.starts_with("Checkpoint") => self.checkpoint(member, message).await,
            _ => Err(unknown(member)),
        }
    }

    fn get_all(&self, at: &str, message: &Message) -> Result<Answer, Refusal> {
        let body = message.body();
        let interface: &str = body.deserialize().map_err(|_| unknown("interface"))?;
        let world = self.world();
        let all = world.objects.get(at, interface).ok_or_else(|| unknown(at))?;
        Ok(Answer::Properties(all))
    }

    fn set(&self, message: &Message) -> Result<Answer, Refusal> {
        let body = message.body();
        let (_, name, value): (&str, &str, Variant<'_>) = body.deserialize().map_err(|_| unknown("property"))?;
        self.world().objects.set(ROOT, NAME, name, value);
        let core = self.clone();
        tokio::spawn(async move { core.changed(ROOT, NAME).await });
        Ok(Answer::Nothing)
    }

    fn scan(&self) -> Result<Answer, Refusal> {
        let core = self.clone();
        tokio::spawn(async move {
            core.world().objects.scanned();
            core.changed(DEVICE, "org.freedesktop.NetworkManager.Device.Wireless").await;
        });
        Ok(Answer::Nothing)
    }

    fn update(&self, member: &str, at: &str, message: &Message) -> Result<Answer, Refusal> {
        let body = message.body();
        let settings = if member == "Update2" {
            let (settings, _, _): (Settings, u32, HashMap<String, OwnedVariant>) =
                body.deserialize().map_err(|_| unknown("signature"))?;
            settings
        } else {
            body.deserialize::<Settings>().map_err(|_| unknown("signature"))?
        };
        let kept = self.taken(settings, member);
        *self.world().profiles.get_mut(at).ok_or_else(|| unknown(at))? = kept;
        if member == "Update2" { Ok(Answer::Properties(HashMap::new())) } else { Ok(Answer::Nothing) }
    }

    /// Takes the passphrase out, as it is never told again.
    pub fn taken(&self, mut settings: Settings, member: &str) -> Kept {
        let security = settings.get_mut("802-11-wireless-security");
        let psk = security.and_then(|security| security.remove("psk")).map(|psk| String::try_from(psk).unwrap());
        self.world().secrets.extend(psk.iter().map(|psk| (member.to_owned(), psk.clone())));
        Kept { settings, psk }
    }

    fn add(&self, message: &Message) -> Result<Answer, Refusal> {
        let body = message.body();
        let (settings, _, _): (Settings, OwnedObjectPath, OwnedObjectPath) =
            body.deserialize().map_err(|_| unknown("signature"))?;
        let kept = self.taken(settings, "AddAndActivateConnection");
        let (profile, active) = {
            let mut world = self.world();
            let profile = world.keep(kept);
            (profile.clone(), world.activating(&profile))
        };
        tokio::spawn(self.clone().join(profile.clone(), active.clone()));
        Ok(Answer::TwoPaths(path(&profile), path(&active)))
    }

    fn activate(&self, message: &Message) -> Result<Answer, Refusal> {
        let body = message.body();
        let (profile, _, _): (OwnedObjectPath, OwnedObjectPath, OwnedObjectPath) =
            body.deserialize().map_err(|_| unknown("signature"))?;
        let profile = profile.to_string();
        let active = {
            let mut world = self.world();
            world.profiles.get(&profile).ok_or_else(|| unknown(&profile))?;
            world.activating(&profile)
        };
        tokio::spawn(self.clone().join(profile, active.clone()));
        Ok(Answer::Path(path(&active)))
    }
}
