//! A port that is listened to, by a thread of its own: whatever comes goes to all feeds that are there.

use std::collections::BTreeMap;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use socket2::{Domain, Protocol, Socket, Type};

use super::answer::Identity;
use super::groups::Groups;
use super::rate::Rate;
use super::round::PATIENCE;
use super::{Question, Receiver, Taken};
use crate::show::ids::FeedId;
use crate::show::light::feed::{FeedWire, InvalidFeed, LightFeed};
use crate::wire::packets::Packets;
use crate::wire::sacn;

/// How long it may take until it hears that it is to stop.
const BREATH: Duration = Duration::from_millis(100);
/// More than any network carries in one.
const LONGEST_PACKET: usize = 65_535;
/// What the system keeps for us while we are not scheduled.
const BACKLOG: usize = 1 << 20;
/// Answers are longer than questions, and questions may come under somebody else's name.
const MOST_ANSWERS: u32 = 8;
/// Senders say which group synchronises them: one that says something else each time must not fill the system.
const MOST_SYNC_GROUPS: usize = 16;

#[derive(Debug, thiserror::Error)]
pub enum ListenError {
    #[error("UDP port {} of {} can not be listened to: {source}", address.port(), address.ip())]
    Port { address: SocketAddr, source: io::Error },
    #[error("multicast group {group} can not be joined: {source}")]
    Group { group: Ipv4Addr, source: io::Error },
    #[error("there is no thread to listen with: {0}")]
    Thread(io::Error),
}

/// What a feed tells whoever shows it.
#[derive(Debug, PartialEq, Eq)]
pub enum Heard<'a> {
    Frame {
        pixels: &'a [[u8; 3]],
        at: i64,
        until: i64,
    },
    /// Its sender is done.
    Ended,
}

/// Listens until it is dropped.
pub struct Listener {
    address: SocketAddr,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

/// Those that are enabled, each with others that come to the same port.
pub fn by_port<'a>(feeds: impl IntoIterator<Item = &'a LightFeed>) -> Result<BTreeMap<u16, Vec<Receiver>>, InvalidFeed> {
    let mut ports: BTreeMap<u16, Vec<Receiver>> = BTreeMap::new();
    for feed in feeds.into_iter().filter(|feed| feed.enabled) {
        ports.entry(feed.wire.port()).or_default().push(Receiver::new(feed.clone())?);
    }
    Ok(ports)
}

impl Listener {
    /// Groups are joined in the network of `address`; where one is, everything that comes to the port is listened to, because
    /// what is sent to a group is not sent to an address of ours.
    pub fn open(
        address: SocketAddr,
        identity: Identity,
        receivers: Vec<Receiver>,
        clock: impl Fn() -> i64 + Send + 'static,
        hear: impl FnMut(&FeedId, Heard<'_>) + Send + 'static,
    ) -> Result<Self, ListenError> {
        let groups = joined(address.ip(), &receivers)?;
        let bound = if groups.is_empty() { address } else { (Ipv4Addr::UNSPECIFIED, address.port()).into() };
        let (socket, address) = bind(bound).map_err(|source| ListenError::Port { address: bound, source })?;
        let stop = Arc::new(AtomicBool::new(false));
        let (synced, answers, replies) = (Vec::new(), Rate::new(MOST_ANSWERS), Packets::new());
        let mut ear = Ear { socket, port: address.port(), identity, receivers, groups, synced, answers, replies, hear };
        let stopped = stop.clone();
        let run = move || ear.run(&stopped, &clock);
        let thread = std::thread::Builder::new().name(format!("inlet-{}", address.port())).spawn(run);
        Ok(Self { address, stop, thread: Some(thread.map_err(ListenError::Thread)?) })
    }

    /// With the port that the system chose, if it was to choose.
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            // a panic of what hears has been told already
            thread.join().ok();
        }
    }
}

/// The port may be taken over from one that is just being closed, and be shared with others who listen to a group.
fn bind(address: SocketAddr) -> io::Result<(UdpSocket, SocketAddr)> {
    let socket = Socket::new(Domain::for_address(address), Type::DGRAM, Some(Protocol::UDP))?;
    socket.set_reuse_address(true)?;
    socket.bind(&address.into())?;
    // the system may give less
    socket.set_recv_buffer_size(BACKLOG).ok();
    let socket = UdpSocket::from(socket);
    socket.set_read_timeout(Some(BREATH))?;
    let address = socket.local_addr()?;
    Ok((socket, address))
}

fn joined(address: IpAddr, receivers: &[Receiver]) -> Result<Groups, ListenError> {
    let interface = match address {
        IpAddr::V4(address) => address,
        IpAddr::V6(_) => Ipv4Addr::UNSPECIFIED,
    };
    let mut groups = Groups::new(interface);
    for receiver in receivers {
        let FeedWire::Sacn { universe, universes, multicast: true, .. } = receiver.feed().wire else { continue };
        for universe in universe..=universe.saturating_add(universes.saturating_sub(1)) {
            let group = sacn::multicast(universe);
            groups.join(group).map_err(|source| ListenError::Group { group, source })?;
        }
    }
    Ok(groups)
}

struct Ear<F> {
    socket: UdpSocket,
    port: u16,
    identity: Identity,
    receivers: Vec<Receiver>,
    groups: Groups,
    /// Universes that something was said to be synchronised by.
    synced: Vec<u16>,
    answers: Rate,
    replies: Packets,
    hear: F,
}

impl<F: FnMut(&FeedId, Heard<'_>)> Ear<F> {
    fn run(&mut self, stop: &AtomicBool, clock: &impl Fn() -> i64) {
        let mut buffer = vec![0; LONGEST_PACKET];
        let mut breath = BREATH;
        while !stop.load(Ordering::Relaxed) {
            match self.socket.recv_from(&mut buffer) {
                Ok((length, from)) => self.packet(from.ip(), clock(), buffer.get(..length).unwrap_or_default()),
                Err(error) if is_silence(&error) => (),
                // a network that is down comes back; nothing is gained by asking all the time
                Err(_) => std::thread::sleep(BREATH),
            }
            self.tend(clock());
            self.join_sync_groups();
            self.breathe(&mut breath);
        }
    }

    fn packet(&mut self, from: IpAddr, now: i64, packet: &[u8]) {
        let mut asked = None;
        for receiver in &mut self.receivers {
            match receiver.take(from, now, packet) {
                Taken::Frame => tell(&mut self.hear, receiver, now),
                Taken::Ended => (self.hear)(&receiver.feed().id, Heard::Ended),
                Taken::Asked(question) => asked = Some(question),
                _ => (),
            }
        }
        if let Some(question) = asked.filter(|_| self.answers.allows(now)) {
            self.answer(question, from);
        }
    }

    /// To the port that is the protocol's, which is ours, and not to where the question came from: so it is in the standard.
    fn answer(&mut self, question: Question, to: IpAddr) {
        self.replies.clear();
        let feeds = self.receivers.iter().map(Receiver::feed).filter(|feed| feed.allows(to));
        match question {
            Question::Poll => self.identity.poll_replies(feeds, &mut self.replies),
            Question::Status => self.identity.ddp_status(&mut self.replies),
        }
        for reply in self.replies.iter() {
            // whoever asked may be gone
            self.socket.send_to(reply, (to, self.port)).ok();
        }
    }

    fn tend(&mut self, now: i64) {
        for receiver in &mut self.receivers {
            if receiver.tend(now) {
                tell(&mut self.hear, receiver, now);
            }
        }
    }

    /// Which they are is only known from what is sent. Each is tried once.
    fn join_sync_groups(&mut self) {
        for receiver in &self.receivers {
            let FeedWire::Sacn { multicast: true, .. } = receiver.feed().wire else { continue };
            let Some(universe) = receiver.sync_universe() else { continue };
            if self.synced.len() < MOST_SYNC_GROUPS && !self.synced.contains(&universe) {
                self.synced.push(universe);
                // if the system has no room, its sender is heard as one whose synchronisation is lost
                self.groups.join(sacn::multicast(universe)).ok();
            }
        }
    }

    /// Shorter breaths while something waits for the rest of its frame.
    fn breathe(&mut self, breath: &mut Duration) {
        let waits = self.receivers.iter().any(Receiver::waits);
        let wanted = if waits { Duration::from_micros(PATIENCE.unsigned_abs()) } else { BREATH };
        if *breath != wanted && self.socket.set_read_timeout(Some(wanted)).is_ok() {
            *breath = wanted;
        }
    }
}

fn tell(hear: &mut impl FnMut(&FeedId, Heard<'_>), receiver: &Receiver, at: i64) {
    let until = receiver.until().unwrap_or(at);
    hear(&receiver.feed().id, Heard::Frame { pixels: receiver.pixels(), at, until });
}

fn is_silence(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut | io::ErrorKind::Interrupted)
}
