//! One viewer, from its answer to its end: a task that hands packets of the feed to its session, and the session's datagrams to the
//! socket.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use str0m::media::{MediaTime, Mid};
use str0m::net::{Protocol, Receive};
use str0m::{Event, Input, Output, RtcError};
use tokio::net::UdpSocket;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{broadcast, mpsc};
use tokio::time::{Instant, Interval, MissedTickBehavior, interval, sleep_until};

use super::nal;
use super::session::Session;
use super::sound::{Piece, Sound};
use super::switchboard::{Datagram, Place};
use super::timeline::{BEHIND_MICROS, Timeline};
use crate::base::vitals::Counted;
use crate::frame::encoded::{Packet, Track};
use crate::frame::feed::Feed;
use crate::send::follow::{Due, Follower, OnAir};
use crate::send::program::Watching;

/// A browser says every few seconds that it is still there; the first time right after the answer.
const UNHEARD: Duration = Duration::from_secs(10);
/// When the program's feed ends, another one may follow within this time.
const REOPEN: Duration = Duration::from_secs(3);
/// Between two packets of one that catches up: ten times as fast as pictures are made, and nothing that floods its way.
const PACE: Duration = Duration::from_millis(3);
const LOOK: Duration = Duration::from_secs(1);

pub struct Viewer {
    pub session: Session,
    pub inbox: mpsc::Receiver<Datagram>,
    pub socket: Arc<UdpSocket>,
    /// Where it was told to send to.
    pub address: SocketAddr,
    pub program: OnAir,
    pub sound: Arc<Sound>,
    pub may_stay: Box<dyn Fn() -> bool + Send>,
    pub place: Place,
    pub watching: Watching,
    pub _counted: Counted,
}

#[derive(Debug, thiserror::Error)]
enum Ending {
    #[error("it was ended")]
    Told,
    #[error("it has left")]
    Left,
    #[error("nothing was heard of it")]
    Unheard,
    #[error("it may no longer watch")]
    NotAllowed,
    #[error("the program is off air")]
    OffAir,
    #[error(transparent)]
    Session(#[from] RtcError),
}

impl Viewer {
    pub async fn watch(self) {
        let (viewer, rendition) = (self.place.name().to_owned(), self.watching.rendition().clone());
        tracing::debug!(%viewer, %rendition, "a WHEP viewer has come");
        let mut run = Run::new(self);
        let ending = match run.serve().await {
            Ok(never) => match never {},
            Err(ending) => ending,
        };
        run.say_goodbye().await;
        tracing::debug!(%viewer, %rendition, reason = %ending, "a WHEP viewer has gone");
    }
}

struct Run {
    viewer: Viewer,
    /// From when it is connected.
    player: Option<Follower>,
    /// From then on, too, if it wants sound.
    pieces: Option<broadcast::Receiver<Piece>>,
    shown: Shown,
    heard: Instant,
    /// While it catches up: nothing is sent before.
    hold: Instant,
    look: Interval,
}

/// What of the program it has got.
#[derive(Default)]
struct Shown {
    feed: Option<Arc<Feed>>,
    parameter_sets: Vec<u8>,
    timeline: Timeline,
    /// When its time was zero.
    begun: Option<Instant>,
}

impl Run {
    fn new(viewer: Viewer) -> Self {
        let now = Instant::now();
        let mut look = interval(LOOK);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self { viewer, player: None, pieces: None, shown: Shown::default(), heard: now, hold: now, look }
    }

    async fn serve(&mut self) -> Result<std::convert::Infallible, Ending> {
        loop {
            let wake = self.flush().await?;
            tokio::select! {
                datagram = self.viewer.inbox.recv() => self.hear(datagram.ok_or(Ending::Told)?)?,
                due = next(&mut self.player, self.hold) => self.show(due.ok_or(Ending::OffAir)?)?,
                piece = heard(&mut self.pieces) => self.sound(&piece)?,
                () = sleep_until(wake) => self.viewer.session.rtc.handle_input(Input::Timeout(now()))?,
                _ = self.look.tick() => self.look_after()?,
            }
        }
    }

    /// Everything that the session has to send and to say; then when it wants to be woken.
    async fn flush(&mut self) -> Result<Instant, Ending> {
        loop {
            if !self.viewer.session.rtc.is_alive() {
                return Err(Ending::Left);
            }
            match self.viewer.session.rtc.poll_output()? {
                Output::Timeout(at) => return Ok(at.into()),
                Output::Transmit(datagram) => {
                    // What can not be sent is lost, as on any way; the viewer asks for it again or is unheard.
                    let _ = self.viewer.socket.send_to(&datagram.contents, datagram.destination).await;
                }
                Output::Event(Event::Connected) => {
                    let player = Follower::new(self.viewer.program.clone(), REOPEN);
                    self.player = Some(player.ok_or(Ending::OffAir)?);
                    self.pieces = self.viewer.session.sound.as_ref().map(|_| self.viewer.sound.listen());
                }
                // A key frame that it asks for comes by itself, at most the configured interval later: one made for it would cost
                // all others the quality of their next pictures.
                Output::Event(_) => {}
            }
        }
    }

    fn hear(&mut self, datagram: Datagram) -> Result<(), Ending> {
        self.heard = Instant::now();
        // What is neither STUN, DTLS nor RTP is nothing.
        if let Ok(contents) = datagram.data.as_ref().try_into() {
            let (source, destination) = (datagram.from, self.viewer.address);
            let receive = Receive { proto: Protocol::Udp, source, destination, contents };
            self.viewer.session.rtc.handle_input(Input::Receive(now(), receive))?;
        }
        Ok(())
    }

    fn look_after(&mut self) -> Result<(), Ending> {
        if self.heard.elapsed() > UNHEARD {
            return Err(Ending::Unheard);
        }
        if !(self.viewer.may_stay)() {
            return Err(Ending::NotAllowed);
        }
        Ok(())
    }

    fn show(&mut self, due: Due) -> Result<(), Ending> {
        match due {
            Due::Begins(feed) => {
                self.shown.parameter_sets = nal::parameter_sets(&feed.headers.avc_config);
                self.shown.feed = Some(feed);
            }
            Due::Packet(packet) if packet.track == Track::Video => self.show_picture(&packet)?,
            // Browsers take no AAC here; a gap ends at a key frame by itself.
            Due::Packet(_) | Due::Missed(_) => {}
        }
        Ok(())
    }

    fn show_picture(&mut self, packet: &Packet) -> Result<(), Ending> {
        let behind = self.player.as_ref().map_or(0, Follower::behind_micros);
        if behind > BEHIND_MICROS {
            self.hold = Instant::now() + PACE;
        }
        let time = self.shown.timeline.picture(packet.at.micros(), behind);
        let before: &[u8] = if packet.key { &self.shown.parameter_sets } else { &[] };
        let data = nal::with_start_codes(&packet.data, before);
        let profile = self.shown.feed.as_ref().and_then(|feed| nal::profile(&feed.headers.avc_config));
        let track = &self.viewer.session.picture;
        match track.payload(profile) {
            Some(payload) => self.write(track.mid, payload, time, data),
            None => Ok(()),
        }
    }

    fn sound(&mut self, piece: &Piece) -> Result<(), Ending> {
        let Some(track) = &self.viewer.session.sound else { return Ok(()) };
        match (track.payload(None), self.shown.timeline.sound(piece.at.micros())) {
            (Some(payload), Some(time)) => self.write(track.mid, payload, time, piece.data.to_vec()),
            _ => Ok(()),
        }
    }

    /// Pictures and sound have one clock, so that the browser can lay them together.
    fn write(&mut self, mid: Mid, payload: str0m::media::Pt, time: u64, data: Vec<u8>) -> Result<(), Ending> {
        let begun = *self.shown.begun.get_or_insert_with(Instant::now);
        let made = begun + Duration::from_micros(time);
        if let Some(writer) = self.viewer.session.rtc.writer(mid) {
            writer.write(payload, made.into_std(), MediaTime::from_micros(time), data)?;
        }
        Ok(())
    }

    /// The browser learns at once that it is over, if it still listens.
    async fn say_goodbye(&mut self) {
        if self.viewer.session.rtc.close().is_ok() {
            // Whatever the reason, it ends here.
            let _ = self.flush().await;
        }
    }
}

async fn next(player: &mut Option<Follower>, hold: Instant) -> Option<Due> {
    match player {
        Some(player) => {
            sleep_until(hold).await;
            player.next().await
        }
        None => std::future::pending().await,
    }
}

async fn heard(pieces: &mut Option<broadcast::Receiver<Piece>>) -> Piece {
    let Some(pieces) = pieces else { return std::future::pending().await };
    loop {
        match pieces.recv().await {
            Ok(piece) => return piece,
            Err(RecvError::Lagged(_)) => {}
            Err(RecvError::Closed) => return std::future::pending().await,
        }
    }
}

fn now() -> std::time::Instant {
    Instant::now().into_std()
}
