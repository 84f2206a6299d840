//! How far uploads and downloads are, at most four times a second. Who is in a room of playlists is told; each client keeps in mind what
//! it has been told, so nothing queues up, and the end of each is told however many steps before it were left out.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::{Interval, MissedTickBehavior};

use super::client::Client;
use crate::api::fetching;
use crate::api::rest::uploads::track;
use crate::library::uploads::{State, Status};
use crate::show::download::{Download, DownloadCourse};
use crate::show::ids::{DownloadId, PlaylistId};

const LOOK_EVERY: Duration = Duration::from_millis(250);

pub struct Progress {
    look: Interval,
    /// Changes of uploads that it has been told.
    seen: u64,
    /// None before the first look: what was over before it came is no news.
    downloads: Option<BTreeMap<DownloadId, Known>>,
}

/// What was said last of a download.
#[derive(PartialEq)]
enum Known {
    Underway(Value),
    /// Its end is told once.
    Over,
}

impl Progress {
    pub fn new(seen: u64) -> Self {
        let mut look = tokio::time::interval(LOOK_EVERY);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self { look, seen, downloads: None }
    }

    pub async fn tick(&mut self) {
        self.look.tick().await;
    }
}

impl Client {
    pub(super) async fn tell_progress(&mut self) {
        let changes = self.api.uploads.changed_since(self.progress.seen);
        self.progress.seen = changes.until;
        // Another's are nobody else's business.
        let own = self.owner();
        for status in changes.uploads.iter().filter(|status| status.owner == own) {
            self.tell_upload(status).await;
        }
        self.tell_downloads().await;
    }

    async fn tell_upload(&mut self, status: &Status) {
        let mut payload = json!({ "playlist_id": status.playlist, "session_id": status.id, "filename": status.name });
        let event = match status.state {
            State::Completed => {
                let result = status.result.clone().unwrap_or_default();
                let playlist = status.playlist.as_deref().and_then(|playlist| PlaylistId::new(playlist).ok());
                payload["track"] = playlist.map_or(Value::Null, |playlist| track(&self.api, &playlist, &result["track"]));
                payload["asset"] = result["asset"].clone();
                "upload:complete"
            }
            State::Error => {
                let fault = status.error.as_ref();
                payload["error"] = json!(fault.map(|fault| &fault.message));
                payload["code"] = json!(fault.map(|fault| &fault.code));
                "upload:error"
            }
            State::Pending | State::Uploading | State::Processing => {
                payload["progress"] = json!(status.percent());
                payload["complete"] = json!(status.is_complete());
                payload["chunk_index"] = json!(status.chunks_received.checked_sub(1));
                "upload:progress"
            }
        };
        self.emit(event, &payload).await;
    }

    async fn tell_downloads(&mut self) {
        let show = self.snapshots.borrow().show.clone();
        let known = self.progress.downloads.take();
        let (is_first, mut known) = (known.is_none(), known.unwrap_or_default());
        known.retain(|id, _| show.downloads.contains_key(id));
        for (id, download) in show.downloads.iter() {
            let now =
                if download.is_pending() { Known::Underway(fetching::progress(&self.api, download)) } else { Known::Over };
            if known.get(id) == Some(&now) {
                continue;
            }
            match &now {
                Known::Underway(progress) => self.emit("youtube:progress", progress).await,
                Known::Over if is_first => {}
                Known::Over => self.tell_end(download).await,
            }
            known.insert(id.clone(), now);
        }
        self.progress.downloads = Some(known);
    }

    async fn tell_end(&mut self, download: &Download) {
        let told = fetching::progress(&self.api, download);
        let (event, payload) = if matches!(download.course, DownloadCourse::Completed { .. }) {
            let track = &told["result"]["track"];
            ("youtube:complete", json!({ "task_id": download.id, "track": track, "playlist_id": download.playlist }))
        } else {
            let (message, code) = (&told["error_message"], &told["error_code"]);
            ("youtube:error", json!({ "task_id": download.id, "message": message, "code": code }))
        };
        self.emit(event, &payload).await;
    }
}
