//! All viewers: who is let in, and how they end.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use str0m::IceCreds;
use tokio::net::UdpSocket;
use tokio::time::timeout;

use super::session::{Means, Session};
use super::sound::Sound;
use super::switchboard::Switchboard;
use super::viewer::Viewer;
use super::{Env, Opened, WhepError, Wish, crypto};
use crate::base::vitals::Counted;

/// An encoder that has to be started waits for a key frame of the main one.
const ENCODED_WITHIN: Duration = Duration::from_secs(8);

/// Cloning shares them.
#[derive(Clone)]
pub struct Viewers(Option<Arc<Shared>>);

struct Shared {
    socket: Arc<UdpSocket>,
    address: SocketAddr,
    board: Switchboard,
    means: Means,
    most: usize,
    sound: Arc<Sound>,
    env: Env,
}

impl Viewers {
    /// Nobody is let in.
    pub fn off() -> Self {
        Self(None)
    }

    /// `most` may watch at once.
    pub fn new(socket: UdpSocket, most: usize, env: Env) -> std::io::Result<Self> {
        let certificate = crypto::certificate().map_err(std::io::Error::other)?;
        let means = Means { crypto: Arc::new(crypto::provider()), certificate };
        let (address, board, socket) = (socket.local_addr()?, Switchboard::default(), Arc::new(socket));
        let sound = Sound::new(env.sound.clone(), env.pipelines.clone());
        Ok(Self(Some(Arc::new(Shared { socket, address, board, means, most, sound, env }))))
    }

    /// Hears viewers until `stop` is ready; then all of them end.
    pub async fn serve(self, stop: impl Future<Output = ()>) {
        let Some(shared) = self.0 else { return };
        tokio::select! {
            () = stop => {}
            () = shared.board.receive(&shared.socket) => {}
        }
        shared.board.end_all();
    }

    /// Answers an offer. Where the rendition is not encoded yet, it is from now on, for as long as somebody watches.
    pub async fn open(&self, wish: Wish) -> Result<Opened, WhepError> {
        let shared = self.0.as_ref().ok_or(WhepError::Off)?;
        let Wish { rendition, offer, reached, may_stay } = wish;
        let addresses = shared.candidates(&reached);
        let address = *addresses.first().ok_or(WhepError::Unreachable)?;
        {
            let show = shared.env.show.load();
            if !show.config.has_rendition(&rendition) {
                return Err(WhepError::UnknownRendition(rendition));
            }
            if !show.stream.is_on_air() {
                return Err(WhepError::NotEncoded);
            }
        }
        let credentials = IceCreds::new();
        let name = credentials.ufrag.clone();
        let (place, inbox) = shared.board.admit(&name, shared.most).ok_or(WhepError::TooMany(shared.most))?;
        let (session, answer) = Session::negotiate(&offer, credentials, &addresses, &shared.means)?;
        let program = shared.env.programs.of(&rendition);
        let watching = program.watch(rendition);
        shared.env.waker.wake();
        let mut program = program.feed.subscribe();
        let encoded = timeout(ENCODED_WITHIN, program.wait_for(Option::is_some)).await;
        encoded.map_err(|_| WhepError::NotEncoded)?.map_err(|_| WhepError::NotEncoded)?;
        let (socket, _counted) = (shared.socket.clone(), Counted::in_gauge(&shared.env.vitals.whep_viewers));
        let sound = shared.sound.clone();
        let viewer = Viewer { session, inbox, socket, address, program, sound, may_stay, place, watching, _counted };
        tokio::spawn(viewer.watch());
        Ok(Opened { viewer: name, answer })
    }

    /// Says whether it was there.
    pub fn close(&self, viewer: &str) -> Result<bool, WhepError> {
        Ok(self.0.as_ref().ok_or(WhepError::Off)?.board.end(viewer))
    }
}

impl Shared {
    /// Where a viewer may find the socket. One that listens everywhere is where the viewer has come to.
    fn candidates(&self, reached: &[IpAddr]) -> Vec<SocketAddr> {
        let own = self.address;
        let reached: &[IpAddr] = if own.ip().is_unspecified() { reached } else { &[own.ip()] };
        let mut found = Vec::new();
        for ip in reached.iter().map(IpAddr::to_canonical) {
            let address = SocketAddr::new(ip, own.port());
            if ip.is_ipv4() == own.is_ipv4() && !ip.is_unspecified() && !found.contains(&address) {
                found.push(address);
            }
        }
        found
    }
}
