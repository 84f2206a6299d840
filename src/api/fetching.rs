//! Downloads that were decided on are carried out, and what comes of them goes into the library. Which there are stands in the show; so
//! a restart goes on with those that were not over.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use tokio::sync::mpsc;
use tokio::time::MissedTickBehavior;

use super::Api;
use super::error::ApiError;
use crate::library::downloads::{Address, DownloadError, Downloads, Job, JobId, Outcome, Product, Quality};
use crate::show::download::{Download, DownloadCourse, MAX_DOWNLOADS, MAX_MESSAGE};
use crate::show::ids::{AssetId, DownloadId, TrackId};
use crate::state::asked::media::NewTrack;
use crate::state::command::Command;
use crate::state::rejection::Rejection;
use crate::state::{Origin, SubmitError};

/// A change of the show is seen at once; this is for what the disk refused.
const LOOK_EVERY: Duration = Duration::from_secs(5);

pub async fn look_after(api: Api, downloads: Downloads) {
    let mut snapshots = api.state.snapshots();
    let mut look = tokio::time::interval(LOOK_EVERY);
    look.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let (over, mut ended) = mpsc::channel(MAX_DOWNLOADS);
    let mut desk = Desk { api: api.clone(), downloads: downloads.clone(), running: BTreeMap::new(), over };
    if let Err(error) = downloads.retain(desk.pending().iter().filter_map(|download| job_id(&download.id))).await {
        tracing::warn!(%error, "what is left of old downloads stays: {error}");
    }
    loop {
        desk.follow();
        tokio::select! {
            () = api.closed() => {
                downloads.shutdown().await;
                return;
            }
            Some(id) = ended.recv() => {
                desk.running.remove(&id);
            }
            changed = snapshots.changed() => if changed.is_err() {
                return;
            },
            _ = look.tick() => {}
        }
    }
}

struct Desk {
    api: Api,
    downloads: Downloads,
    /// And whether it was called off.
    running: BTreeMap<DownloadId, bool>,
    over: mpsc::Sender<DownloadId>,
}

impl Desk {
    fn pending(&self) -> Vec<Arc<Download>> {
        let show = self.api.state.snapshot().show.clone();
        show.downloads.values().filter(|download| download.is_pending()).cloned().collect()
    }

    /// Begins and calls off what differs from what is wanted.
    fn follow(&mut self) {
        let pending = self.pending();
        for (id, is_off) in &mut self.running {
            if !*is_off && pending.iter().all(|download| download.id != *id) {
                *is_off = true;
                let (downloads, id) = (self.downloads.clone(), id.clone());
                tokio::spawn(async move { call_off(&downloads, &id).await });
            }
        }
        for download in pending {
            if !self.running.contains_key(&download.id) {
                self.running.insert(download.id.clone(), false);
                let (api, downloads, over) = (self.api.clone(), self.downloads.clone(), self.over.clone());
                tokio::spawn(async move {
                    fetch(&api, &downloads, &download).await;
                    // Nobody listens when the server goes down.
                    let _ = over.send(download.id.clone()).await;
                });
            }
        }
    }
}

/// Afterwards nothing of it runs, and nothing is left of its folder.
async fn call_off(downloads: &Downloads, id: &DownloadId) {
    let Some(id) = job_id(id) else { return };
    if let Err(error) = downloads.cancel(&id).await {
        tracing::warn!(download = %id, %error, "a download can not be called off: {error}");
    }
}

pub fn job_id(id: &DownloadId) -> Option<JobId> {
    id.as_str().parse().ok()
}

async fn fetch(api: &Api, downloads: &Downloads, download: &Download) {
    let course = match carried_out(downloads, download).await {
        Ok(Outcome::Done(product)) => match keep(api, download, &product).await {
            Ok(course) => course,
            Err(error) => failed(error.code(), &error),
        },
        // It was told so already; or it goes on after the next start.
        Ok(Outcome::Cancelled | Outcome::Suspended) | Err(DownloadError::Closing) => return,
        Ok(Outcome::Failed(error)) | Err(error) => failed(error.code(), &error),
    };
    // What it has left may be what fills the disk, so that its end can not be written down.
    call_off(downloads, &download.id).await;
    // It counts as running until then: what is pending would be begun again.
    while !is_over(api, download, &course).await {
        tokio::select! {
            () = api.closed() => return,
            () = tokio::time::sleep(LOOK_EVERY) => {}
        }
    }
}

/// Whether the show knows; if not, it is to be told again.
async fn is_over(api: &Api, download: &Download, course: &DownloadCourse) -> bool {
    let command = Command::EndDownload { id: download.id.clone(), course: course.clone() };
    match api.state.submit(command, Origin::door("download")).await {
        Ok(_) | Err(SubmitError::Rejected(Rejection::DownloadOver(_) | Rejection::NoDownload(_))) => true,
        Err(error) => {
            tracing::warn!(download = %download.id, %error, "the end of a download can not be kept yet: {error}");
            false
        }
    }
}

fn failed(code: &str, error: &impl std::fmt::Display) -> DownloadCourse {
    let message = error.to_string();
    DownloadCourse::Error { code: code.to_owned(), message: message.chars().take(MAX_MESSAGE).collect() }
}

/// What was decided was checked; a show from elsewhere may hold what this server would not have let in.
async fn carried_out(downloads: &Downloads, download: &Download) -> Result<Outcome, DownloadError> {
    let id = job_id(&download.id).ok_or_else(|| DownloadError::Failed("its name can not be one".to_owned()))?;
    let address = Address::parse(&download.url).map_err(|error| DownloadError::Failed(error.to_string()))?;
    let quality: Quality = download.quality.parse().map_err(|_| DownloadError::NoSuchQuality)?;
    let begun = downloads.begin(Job { id, address, quality })?;
    begun.outcome.await.map_err(|_| DownloadError::Interrupted)
}

async fn keep(api: &Api, download: &Download, product: &Product) -> Result<DownloadCourse, ApiError> {
    let (path, bytes) = (product.path.clone(), product.bytes);
    let hashed = tokio::task::spawn_blocking(move || {
        let mut hasher = blake3::Hasher::new();
        hasher.update_reader(std::fs::File::open(path)?)?;
        std::io::Result::Ok(hasher.finalize().to_hex().to_string())
    });
    let stored = |error: std::io::Error| ApiError::Library(error.into());
    let digest = hashed.await.map_err(|_| ApiError::Internal)?.map_err(stored)?;
    let turn = api.library.turn().await;
    let name = format!("{}.{}", product.title, product.extension);
    let asset = api.library.adopt(&product.path, &digest, bytes, &name, &turn).await?;
    let existed = api.state.snapshot().show.assets.contains_key(&asset.id);
    if let Err(refused) = submit(api, download, Command::AddAsset { asset: asset.clone() }).await {
        if !existed {
            api.library.remove(&asset, &turn).await?;
        }
        return Err(refused);
    }
    let id = TrackId::new(&format!("track-{}", download.id)).map_err(|error| ApiError::BadRequest(error.to_string()))?;
    let title = Some(product.title.clone()).filter(|title| !title.is_empty());
    let title = title.map(|title| title.chars().take(crate::show::playlist::MAX_TITLE).collect());
    let (artist, album, filename, still_ms, times, when) = (None, None, None, None, None, None);
    let asset: AssetId = asset.id;
    let track = NewTrack { id: id.clone(), asset: asset.clone(), title, artist, album, filename, still_ms, times, when };
    let command = Command::AddTracks { playlist: download.playlist.clone(), tracks: vec![track], number: None };
    match submit(api, download, command).await {
        Ok(()) | Err(ApiError::State(SubmitError::Rejected(Rejection::AlreadyExists { .. }))) => {
            Ok(DownloadCourse::Completed { track: id, asset })
        }
        Err(error) => Err(error),
    }
}

async fn submit(api: &Api, download: &Download, command: Command) -> Result<(), ApiError> {
    let origin = Origin { door: "download".to_owned(), actor: download.by.clone(), operation: None };
    api.state.submit(command, origin).await?;
    Ok(())
}

/// How far one is, in the words of its clients.
pub fn progress(api: &Api, download: &Download) -> serde_json::Value {
    use crate::library::downloads::Stage;
    let measured = api.downloads.as_ref().zip(job_id(&download.id)).and_then(|(downloads, id)| downloads.status(&id));
    let (status, percent, step) = match (&download.course, &measured) {
        (DownloadCourse::Completed { .. }, _) => ("completed", Some(100.0), "done"),
        (DownloadCourse::Error { .. }, _) => ("error", None, "it failed"),
        (DownloadCourse::Cancelled {}, _) => ("error", None, "it was called off"),
        (DownloadCourse::Pending {}, Some(found)) => {
            let status = match found.stage {
                Stage::Waiting => "pending",
                Stage::Looking | Stage::Downloading => "downloading",
                Stage::Processing => "processing",
            };
            (status, found.percent, found.current_step.as_str())
        }
        (DownloadCourse::Pending {}, None) => ("pending", None, "waiting for its turn"),
    };
    let mut value = json!({
        "task_id": download.id,
        "status": status,
        "state": download.course,
        "url": download.url,
        "playlist_id": download.playlist,
        "progress_percent": percent,
        "current_step": step,
        "estimated_time_remaining": measured.as_ref().and_then(|found| found.eta_seconds),
        "downloaded_bytes": measured.as_ref().map(|found| found.downloaded_bytes),
        "total_bytes": measured.as_ref().and_then(|found| found.total_bytes),
        "error_message": null,
        "result": null,
    });
    match &download.course {
        DownloadCourse::Error { code, message } => {
            (value["error_message"], value["error_code"]) = (json!(message), json!(code));
        }
        DownloadCourse::Cancelled {} => value["error_message"] = json!("it was called off"),
        DownloadCourse::Completed { track, .. } => {
            let track = super::rest::uploads::track(api, &download.playlist, &json!(track));
            value["result"] = json!({ "track": track, "playlist_id": download.playlist });
        }
        DownloadCourse::Pending {} => {}
    }
    value
}
