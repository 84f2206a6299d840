//! A client that speaks as the pages of displays do: `{"type": "subscribe", "room": "dashboard"}`, and payloads under `data`. What it follows it
//! is told at once; how far uploads are, and the dashboard as a whole, four times a second at most. Nothing queues up for it.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::time::{Interval, MissedTickBehavior};

use crate::api::Api;
use crate::api::census::Present;
use crate::api::dashboard::text;
use crate::api::wire::dashboard::{Part, message, parts, upload};
use crate::api::wire::looped;
use crate::api::wire::message::DisplayRoom;
use crate::devices::wifi::WifiStatus;
use crate::library::details::Board;
use crate::show::Show;
use crate::state::Snapshot;

const LOOK_EVERY: Duration = Duration::from_millis(250);

pub struct Display {
    rooms: Vec<DisplayRoom>,
    snapshots: watch::Receiver<Arc<Snapshot>>,
    wifi: watch::Receiver<WifiStatus>,
    boards: watch::Receiver<Arc<Board>>,
    look: Interval,
    /// What it knows.
    show: Arc<Show>,
    uploads: u64,
    /// Parts of the dashboard that it is still to be told.
    owed: Vec<Part>,
    owner: String,
    present: Present,
}

/// Why it woke up.
pub enum Woken {
    Changed,
    Wifi,
    Look,
}

impl Display {
    pub fn new(api: &Api, owner: String) -> Self {
        let mut look = tokio::time::interval(LOOK_EVERY);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let snapshots = api.state.snapshots();
        let show = snapshots.borrow().show.clone();
        let present = api.census.somebody();
        let uploads = api.uploads.changed_since(u64::MAX).until;
        let (wifi, boards) = (api.machine.wifi.changes(), api.details.boards());
        Self { rooms: Vec::new(), snapshots, wifi, boards, look, show, uploads, owed: Vec::new(), owner, present }
    }

    /// What it is told for being in these rooms from now on.
    pub fn join(&mut self, api: &Api, rooms: &[DisplayRoom]) -> Vec<String> {
        let fresh: Vec<DisplayRoom> = rooms.iter().copied().filter(|room| !self.rooms.contains(room)).collect();
        self.rooms.extend(&fresh);
        let told = fresh.into_iter().filter_map(|room| self.first(api, room)).collect();
        self.count();
        told
    }

    pub fn leave(&mut self, rooms: &[DisplayRoom]) {
        self.rooms.retain(|room| !rooms.contains(room));
        self.count();
    }

    fn count(&mut self) {
        self.present.is_in(self.rooms.iter().map(|room| room.name()));
    }

    pub fn rooms(&self) -> Value {
        json!(self.rooms.iter().map(|room| room.name()).collect::<Vec<_>>())
    }

    fn is_in(&self, room: DisplayRoom) -> bool {
        self.rooms.contains(&room)
    }

    fn first(&mut self, api: &Api, room: DisplayRoom) -> Option<String> {
        match room {
            DisplayRoom::Dashboard => {
                let snapshot = self.snapshots.borrow_and_update().clone();
                self.show = snapshot.show.clone();
                self.owed.clear();
                Some(format!("{{\"type\":\"initial_dashboard\",\"data\":{}}}", text(api, &snapshot)))
            }
            DisplayRoom::Wifi => Some(self.wifi_status()),
            DisplayRoom::System => Some(message("system_status", &json!(api.health())).to_string()),
            DisplayRoom::Progress => {
                self.boards.mark_changed();
                None
            }
        }
    }

    fn wifi_status(&mut self) -> String {
        message("wifi_status", &json!(&*self.wifi.borrow_and_update())).to_string()
    }

    pub async fn wake(&mut self) -> Woken {
        let follows = self.rooms.contains(&DisplayRoom::Dashboard);
        let (has_wifi, looks) = (self.rooms.contains(&DisplayRoom::Wifi), !self.rooms.is_empty());
        tokio::select! {
            Ok(()) = self.snapshots.changed(), if follows => Woken::Changed,
            Ok(()) = self.wifi.changed(), if has_wifi => Woken::Wifi,
            _ = self.look.tick(), if looks => Woken::Look,
            else => std::future::pending().await,
        }
    }

    pub fn tell(&mut self, api: &Api, woken: Woken) -> Vec<String> {
        match woken {
            Woken::Changed => self.changes(api),
            Woken::Wifi => vec![self.wifi_status()],
            Woken::Look => {
                let mut told = self.progress(api);
                told.extend(self.dashboard(api));
                told
            }
        }
    }

    /// Each thing that has changed, at once; the dashboard a little later, with whatever else has changed by then.
    fn changes(&mut self, api: &Api) -> Vec<String> {
        let snapshot = self.snapshots.borrow_and_update().clone();
        let changed = Part::changed(&self.show, &snapshot.show);
        let old = std::mem::replace(&mut self.show, snapshot.show.clone());
        let mut told = Vec::new();
        for part in changed {
            match part {
                Part::Media => told.extend(media(&old, &self.show)),
                Part::Loop => told.push(message("loop_updated", &looped::queue(&self.show))),
                Part::Playback => told.push(message("playback_changed", &looped::playback(&self.show, api.clock.now()))),
                Part::Display => {}
            }
            if !self.owed.contains(&part) {
                self.owed.push(part);
            }
        }
        told.iter().map(Value::to_string).collect()
    }

    fn dashboard(&mut self, api: &Api) -> Option<String> {
        let owed = std::mem::take(&mut self.owed);
        if owed.is_empty() || !self.is_in(DisplayRoom::Dashboard) {
            return None;
        }
        Some(message("dashboard_update", &parts(api, &self.snapshots.borrow(), &owed)).to_string())
    }

    fn progress(&mut self, api: &Api) -> Vec<String> {
        if !self.is_in(DisplayRoom::Progress) {
            return Vec::new();
        }
        let changes = api.uploads.changed_since(self.uploads);
        self.uploads = changes.until;
        let own = changes.uploads.iter().filter(|status| status.owner == self.owner);
        let mut told: Vec<String> = own.map(|status| message("upload_progress", &upload(status)).to_string()).collect();
        if self.boards.has_changed().unwrap_or(false) {
            told.push(message("processing_progress", &json!(&**self.boards.borrow_and_update())).to_string());
        }
        told
    }
}

/// What came, and what went.
fn media(old: &Show, new: &Show) -> Vec<Value> {
    let came = new.assets.iter().filter(|(id, asset)| !old.assets.contains_key(*id) && looped::is_media(asset));
    let went = old.assets.iter().filter(|(id, asset)| !new.assets.contains_key(*id) && looped::is_media(asset));
    let came = came.map(|(_, asset)| message("media_uploaded", &looped::media(asset)));
    came.chain(went.map(|(id, _)| message("media_deleted", &json!({ "slug": id })))).collect()
}
