//! Animated pictures that are seen: each is decoded on a thread of its own (`mov-ID`), a few pictures ahead, and looked at by the
//! tick thread like an input. Which picture is due follows from the time alone: all run as if they had begun at the epoch.

mod cells;
mod player;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use arc_swap::ArcSwap;

use self::player::Player;
use super::queue::Window;
use super::session::LINGER;
use crate::base::clock::Clock;
use crate::base::tasks::{StopFlag, spawn_thread};
use crate::frame::video::VideoFrame;
use crate::show::asset::Format;
use crate::show::ids::AssetId;
use crate::show::time::ShowTime;

/// Each has a thread, a decoder's canvas of up to 64 MB and a few pictures. Of more, the first picture stands still.
pub const MOST_AT_ONCE: usize = 16;

/// A file to be decoded as long as it is seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moving {
    pub file: PathBuf,
    pub format: Format,
    /// How long it takes, as the show knows it.
    pub period_ms: u64,
}

/// What a player is told while it runs.
pub(super) struct Orders {
    pub stop: StopFlag,
    /// Where the show is held, in microseconds; `i64::MAX` while it is not.
    held_at: AtomicI64,
}

impl Orders {
    pub fn held_at(&self) -> ShowTime {
        ShowTime(self.held_at.load(Ordering::Relaxed))
    }
}

pub(super) struct Animations {
    clock: Clock,
    /// Read by the tick thread for every frame.
    windows: ArcSwap<Windows>,
    running: Mutex<Running>,
}

type Windows = BTreeMap<AssetId, Arc<Window>>;

#[derive(Default)]
struct Running {
    players: BTreeMap<AssetId, Playing>,
    /// Told to stop, and not yet ended.
    leaving: Vec<JoinHandle<()>>,
    /// Maps that the tick thread may still be reading: the last reference is ours, so that it frees nothing.
    retired: Vec<Arc<Windows>>,
}

struct Playing {
    moving: Moving,
    thread: JoinHandle<()>,
    orders: Arc<Orders>,
    window: Arc<Window>,
    /// Often what is hidden is shown again at once.
    unseen_since: Option<ShowTime>,
}

impl Animations {
    pub fn new(clock: Clock) -> Self {
        Self { clock, windows: ArcSwap::default(), running: Mutex::default() }
    }

    /// Never waits, decodes or allocates.
    pub fn frame(&self, id: &AssetId, at: ShowTime) -> Option<Arc<VideoFrame>> {
        self.windows.load().get(id)?.frame(at)
    }

    pub fn order(&self, wanted: &BTreeMap<AssetId, Moving>, held_at: Option<ShowTime>) {
        let mut running = self.running();
        running.leaving.retain(|thread| !thread.is_finished());
        running.retired.retain(|windows| Arc::strong_count(windows) > 1);
        if wanted.is_empty() && running.players.is_empty() {
            return;
        }
        let held = held_at.map_or(i64::MAX, ShowTime::micros);
        self.stop_unwanted(&mut running, wanted, held);
        for (id, moving) in wanted {
            if !running.players.contains_key(id) && running.players.len() < MOST_AT_ONCE {
                let started = self.started(id, moving, held);
                running.players.extend(started.map(|player| (id.clone(), player)));
            }
        }
        let known = self.windows.load_full();
        if known.keys().ne(running.players.keys()) || known.values().zip(running.players.values()).any(is_other) {
            let next = running.players.iter().map(|(id, player)| (id.clone(), player.window.clone())).collect();
            drop(known);
            running.retired.push(self.windows.swap(Arc::new(next)));
        }
    }

    fn stop_unwanted(&self, running: &mut Running, wanted: &BTreeMap<AssetId, Moving>, held: i64) {
        let now = self.clock.now();
        let mut leaving = Vec::new();
        for (id, player) in &mut running.players {
            let is_wanted = wanted.get(id).is_some_and(|moving| *moving == player.moving);
            player.unseen_since = if is_wanted { None } else { player.unseen_since.or(Some(now)) };
            if wanted.contains_key(id) != is_wanted || player.unseen_since.is_some_and(|since| now.since(since) >= LINGER) {
                leaving.push(id.clone());
            } else if player.orders.held_at.swap(held, Ordering::Relaxed) != held {
                player.thread.thread().unpark();
            }
        }
        let gone = leaving.into_iter().filter_map(|id| running.players.remove(&id)).map(ended).collect::<Vec<_>>();
        running.leaving.extend(gone);
    }

    fn started(&self, id: &AssetId, moving: &Moving, held: i64) -> Option<Playing> {
        let orders = Arc::new(Orders { stop: StopFlag::default(), held_at: AtomicI64::new(held) });
        let window = Arc::new(Window::default());
        let (name, file, clock) = (id.clone(), moving.clone(), self.clock.clone());
        let (told, shown) = (orders.clone(), window.clone());
        let short = &id.as_str()[..id.as_str().len().min(8)];
        match spawn_thread(&format!("mov-{short}"), move || Player::new(&name, file, clock, told, shown).run()) {
            Ok(thread) => Some(Playing { moving: moving.clone(), thread, orders, window, unseen_since: None }),
            Err(error) => {
                // It is tried again with the next order.
                tracing::error!(asset = %id, %error, "an animated picture can not be started");
                None
            }
        }
    }

    /// Tells all to stop; who gets the threads may wait for them.
    pub fn stop(&self) -> Vec<JoinHandle<()>> {
        let mut running = self.running();
        let players = std::mem::take(&mut running.players);
        self.windows.store(Arc::default());
        players.into_values().map(ended).chain(std::mem::take(&mut running.leaving)).collect()
    }

    pub fn are_settled(&self, until: ShowTime) -> bool {
        self.windows.load().values().all(|window| window.is_settled(0, until))
    }

    pub fn wake(&self) {
        self.running().players.values().for_each(|player| player.thread.thread().unpark());
    }

    fn running(&self) -> MutexGuard<'_, Running> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn is_other((window, player): (&Arc<Window>, &Playing)) -> bool {
    !Arc::ptr_eq(window, &player.window)
}

fn ended(player: Playing) -> JoinHandle<()> {
    player.orders.stop.stop();
    player.thread.thread().unpark();
    player.thread
}
