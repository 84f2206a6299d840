//! Waiting until a network is joined, or is not.

use std::time::Duration;

use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;
use zbus::ObjectPath;

use crate::base::clock::Stopwatch;
use crate::devices::bus::is_silence;

use super::ear::Heard;
use super::failure::Failure;
use super::link::{ACTIVE, DEVICE, Link};

/// Of `NMDeviceState`.
const ACTIVATED: u32 = 100;
const FAILED: u32 = 120;
/// Of `NMActiveConnectionState`.
const IS_ACTIVE: u32 = 2;
const IS_OVER: u32 = 4;
/// NetworkManager tells each step. Should one get lost, it is seen here.
const LOOK_EVERY: Duration = Duration::from_millis(500);

pub struct Settling<'a> {
    pub link: &'a Link,
    pub active: &'a ObjectPath<'a>,
    pub gave_passphrase: bool,
}

/// The step that tells why may come a little after everything is over.
const PATIENCE_WITH_REASONS: Duration = Duration::from_secs(3);
/// Of `NMDeviceStateReason`: none.
const NO_REASON: u32 = 0;

/// What can be seen of it at a moment.
#[derive(Debug, PartialEq)]
enum Sight {
    Joined,
    Failed(Failure),
    /// It is over, and this is the last reason that is known.
    Over(u32),
    /// `ours`: the device is at it, and not still at what was before, or idle already.
    Going {
        ours: bool,
    },
}

impl Settling<'_> {
    pub async fn outcome(&self, mut steps: broadcast::Receiver<Heard>) -> Result<(), Failure> {
        let (mut over_since, mut why): (Option<Stopwatch>, _) = (None, NO_REASON);
        loop {
            if let Ok(heard) = tokio::time::timeout(LOOK_EVERY, steps.recv()).await {
                why = self.hear(heard)?.unwrap_or(why);
            }
            match self.look().await {
                Sight::Joined => return Ok(()),
                Sight::Failed(failure) => return Err(failure),
                Sight::Over(reason) => {
                    let why = if why == NO_REASON { reason } else { why };
                    let since = over_since.get_or_insert_with(Stopwatch::start);
                    if why != NO_REASON || since.elapsed() > PATIENCE_WITH_REASONS {
                        return Err(self.failure(why));
                    }
                }
                // What failed was something else, before.
                Sight::Going { ours: true } => (over_since, why) = (None, NO_REASON),
                Sight::Going { ours: false } => {}
            }
        }
    }

    fn failure(&self, reason: u32) -> Failure {
        Failure::of_reason(reason, self.gave_passphrase)
    }

    /// Why the device failed, if that is what it says.
    fn hear(&self, heard: Result<Heard, RecvError>) -> Result<Option<u32>, Failure> {
        match heard {
            Ok(Heard::Device { path, state: FAILED, reason }) if path == self.link.device.as_str() => Ok(Some(reason)),
            Ok(Heard::OwnerChanged) | Err(RecvError::Closed) => Err(Failure::NetworkManagerLost),
            Ok(Heard::Device { .. }) | Err(RecvError::Lagged(_)) => Ok(None),
        }
    }

    async fn look(&self) -> Sight {
        let device = match self.link.properties(&self.link.device, DEVICE).await {
            Ok(device) => device,
            Err(error) if is_silence(&error) => return Sight::Failed(Failure::NetworkManagerLost),
            Err(_) => return Sight::Failed(Failure::DeviceLost),
        };
        let (_, reason) = device.pair("StateReason").unwrap_or_default();
        let state = device.u32("State");
        if state == Some(FAILED) {
            return Sight::Failed(self.failure(reason));
        }
        let is_ours = device.path("ActiveConnection").is_some_and(|active| active.as_ref() == *self.active);
        let active = match self.link.properties(self.active, ACTIVE).await {
            Ok(active) => Some(active),
            // It went between the two questions, and what the device said last is no reason.
            Err(error) if is_silence(&error) => return Sight::Failed(Failure::NetworkManagerLost),
            Err(_) => None,
        };
        match active.map(|active| active.u32("State")) {
            Some(Some(IS_ACTIVE) | None) if is_ours && state == Some(ACTIVATED) => Sight::Joined,
            None | Some(Some(IS_OVER)) => Sight::Over(reason),
            Some(_) => Sight::Going { ours: is_ours },
        }
    }
}
