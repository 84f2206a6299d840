//! The word to end.

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;

use super::Ended;

/// SIGTERM and ctrl-c, listened to from the beginning, so that neither is missed.
pub struct Told {
    terminated: Signal,
    interrupted: Signal,
}

impl Told {
    pub fn listen() -> std::io::Result<Self> {
        Ok(Self { terminated: signal(SignalKind::terminate())?, interrupted: signal(SignalKind::interrupt())? })
    }

    pub async fn next(&mut self) {
        tokio::select! {
            _ = self.terminated.recv() => {}
            _ = self.interrupted.recv() => {}
        }
    }

    /// Until then, or until somebody wants it started anew.
    pub async fn next_or(&mut self, mut again: watch::Receiver<bool>) -> Ended {
        tokio::select! {
            () = self.next() => Ended::Stopped,
            Ok(_) = again.wait_for(|asked| *asked) => Ended::Again,
        }
    }
}
