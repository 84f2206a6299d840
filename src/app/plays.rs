//! Looks after the player: what can not be played is told, what is over before anyone knew its length too, and what was played when
//! the server went away goes on when it is back.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use tokio::sync::watch;
use tokio::time::MissedTickBehavior;

use crate::base::status::InputState;
use crate::base::vitals::Vitals;
use crate::show::player::Now;
use crate::show::time::ShowTime;
use crate::state::apply::left_alone;
use crate::state::command::{Command, Patch};
use crate::state::store::Loaded;
use crate::state::{Origin, StateHandle};

const LOOK_EVERY: Duration = Duration::from_millis(100);
/// Looks between two signs of life: ten seconds, so much is heard twice at worst.
const LOOKS_PER_SIGN: u32 = 100;

#[derive(Clone)]
pub struct Plays {
    pub state: StateHandle,
    pub vitals: Arc<Vitals>,
    /// Touched while something is played.
    pub alive: PathBuf,
}

/// Nobody has played anything since the server was last alive: it goes on from there, unless its time is over meanwhile. Says whether
/// something was played.
pub fn put_down(loaded: &mut Loaded, alive: &Path, now: ShowTime) -> bool {
    let touched = std::fs::metadata(alive).and_then(|found| found.modified()).ok();
    let touched = touched.and_then(|at| at.duration_since(UNIX_EPOCH).ok()).map(|at| ShowTime(at.as_micros() as i64));
    // The newest change may be younger than the sign. A clock that was wrong then says nothing.
    let last_alive = touched.filter(|at| *at <= now).map_or(loaded.snapshot.at, |at| at.max(loaded.snapshot.at));
    let Some(player) = left_alone(&loaded.snapshot.show, last_alive, now) else { return false };
    Arc::make_mut(&mut loaded.snapshot.show).player = player;
    true
}

fn origin() -> Origin {
    Origin::door("player")
}

/// Writes down where it goes on, as far as it does: nothing is changed of the player.
pub async fn go_on(state: &StateHandle) {
    if let Err(error) = state.submit(Command::ChangePlayer { patch: Patch::new() }, origin()).await {
        tracing::warn!(%error, "where the player goes on can not be written down: {error}");
    }
}

/// What became of a play, as far as it has to be told.
fn outcome(now: &Now, state: Option<InputState>) -> Option<Option<String>> {
    match state? {
        InputState::Failed { reason } | InputState::Lost { reason, .. } => Some(Some(reason)),
        InputState::Ended if now.length_us.is_none() => Some(None),
        _ => None,
    }
}

pub async fn watch(plays: Plays, mut closed: watch::Receiver<bool>) {
    let mut look = tokio::time::interval(LOOK_EVERY);
    look.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut looks = 0_u32;
    loop {
        tokio::select! {
            _ = closed.changed() => return,
            _ = look.tick() => {}
        }
        let snapshot = plays.state.snapshot();
        let Some(now) = snapshot.show.player.now.as_ref().filter(|now| now.is_playing()) else { continue };
        looks = looks.wrapping_add(1);
        if looks.is_multiple_of(LOOKS_PER_SIGN) {
            sign(&plays.alive).await;
        }
        if let Some(fault) = outcome(now, plays.vitals.status.input(now.input().as_str())) {
            // Somebody may have started something else meanwhile.
            let _ = plays.state.submit(Command::EndPlay { play: now.play, fault }, origin()).await;
        }
    }
}

/// A file whose time says when the server was last alive. Nothing else hangs on it.
async fn sign(alive: &Path) {
    if let Err(error) = tokio::fs::write(alive, b"").await {
        tracing::debug!(%error, "a sign of life can not be left");
    }
}
