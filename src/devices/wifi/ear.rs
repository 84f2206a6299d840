//! Hears what NetworkManager says without being asked. It does nothing else, because whoever does not take signals as they come
//! makes all answers on the same connection wait behind them.

use std::num::NonZeroUsize;
use std::sync::Arc;

use futures_util::StreamExt;
use futures_util::stream::{BoxStream, select};
use tokio::sync::{Notify, broadcast};
use zbus::fdo::DBusProxy;
use zbus::message::Type;
use zbus::names::{BusName, OwnedUniqueName};
use zbus::{Connection, MatchRule, Message, MessageStream};

use super::link::{DEVICE, NAME};

/// A step of a device, in the order in which they come.
#[derive(Clone, Debug, PartialEq)]
pub enum Heard {
    Device {
        path: String,
        state: u32,
        reason: u32,
    },
    /// NetworkManager went away, or another one took its place.
    OwnerChanged,
}

/// Joining a network takes about ten steps. Who is further behind looks at what is.
const STEPS: usize = 64;
/// For what comes while this task waits for its turn.
const QUEUE: NonZeroUsize = NonZeroUsize::new(256).expect("it is not zero");

/// Ends its task when dropped.
pub struct Ear {
    pub steps: broadcast::Sender<Heard>,
    /// Something may be different from what it was.
    pub stirred: Arc<Notify>,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Ear {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Ear {
    pub async fn listen(connection: &Connection) -> zbus::Result<Self> {
        let signals = stream(connection, signals()?).await?;
        let owners = stream(connection, owners()?).await?;
        let owner = owner(connection).await?;
        let (steps, stirred) = (broadcast::Sender::new(STEPS), Arc::new(Notify::new()));
        let task = tokio::spawn(hear(select(owners, signals).boxed(), owner, steps.clone(), stirred.clone()));
        Ok(Self { steps, stirred, task })
    }
}

/// Who is NetworkManager now. It is not started by being asked about.
pub async fn owner(connection: &Connection) -> zbus::Result<Option<OwnedUniqueName>> {
    match DBusProxy::new(connection).await?.get_name_owner(BusName::try_from(NAME)?).await {
        Ok(owner) => Ok(Some(owner)),
        Err(zbus::fdo::Error::NameHasNoOwner(_)) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

async fn stream(connection: &Connection, rule: MatchRule<'static>) -> zbus::Result<MessageStream> {
    MessageStream::for_match_rule(rule, connection, Some(QUEUE)).await
}

fn signals() -> zbus::Result<MatchRule<'static>> {
    MatchRule::builder().msg_type(Type::Signal).sender(NAME).path_namespace("/org/freedesktop").build()
}

fn owners() -> zbus::Result<MatchRule<'static>> {
    let bus = "org.freedesktop.DBus";
    let rule = MatchRule::builder().msg_type(Type::Signal).sender(bus).interface(bus).member("NameOwnerChanged");
    rule.arg(0, NAME).build()
}

async fn hear(
    mut messages: BoxStream<'static, zbus::Result<Message>>,
    mut owner: Option<OwnedUniqueName>,
    steps: broadcast::Sender<Heard>,
    stirred: Arc<Notify>,
) {
    while let Some(message) = messages.next().await {
        let Ok(message) = message else { continue };
        let header = message.header();
        if header.member().is_some_and(|member| member == "NameOwnerChanged") {
            owner = new_owner(&message);
            steps.send(Heard::OwnerChanged).ok();
            stirred.notify_one();
        } else if header.sender().is_some() && header.sender() == owner.as_deref() {
            // Anyone on the bus may call itself anything in what it sends; the sender is the bus's own word.
            if let Some(step) = step(&message) {
                steps.send(step).ok();
            }
            if is_telling(&message) {
                stirred.notify_one();
            }
        }
    }
    // The bus is gone, and with it whoever was on it.
    steps.send(Heard::OwnerChanged).ok();
    stirred.notify_one();
}

fn new_owner(message: &Message) -> Option<OwnedUniqueName> {
    let body = message.body();
    let (_, _, new): (&str, &str, &str) = body.deserialize().ok()?;
    OwnedUniqueName::try_from(new.to_owned()).ok()
}

fn step(message: &Message) -> Option<Heard> {
    let header = message.header();
    let is_step = header.interface()?.as_str() == DEVICE && header.member()?.as_str() == "StateChanged";
    is_step.then_some(())?;
    let (state, _, reason): (u32, u32, u32) = message.body().deserialize().ok()?;
    Some(Heard::Device { path: header.path()?.to_string(), state, reason })
}

/// Access points come and go by the dozen, and their strength never rests; the one in use is looked at often enough.
fn is_telling(message: &Message) -> bool {
    let header = message.header();
    !header.path().is_some_and(|path| path.as_str().contains("/AccessPoint"))
}
