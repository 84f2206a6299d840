//! One download from its turn to its end.

use std::fs::File;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use super::address::Address;
use super::arguments;
use super::child::{self, Child, LARGEST_OWN_FILE, Start};
use super::error::DownloadError;
use super::folder::Folder;
use super::id::JobId;
use super::line::{Done, Info};
use super::progress::Progress;
use super::proxy::{Proxy, REFUSAL};
use super::quality::Quality;
use super::run::House;
use super::watch::{Broken, Judged, Limits, Product, Room, Watched};

/// For a yt-dlp that has outlived an earlier server: without that server's proxy it ends soon.
const CLAIMING: Duration = Duration::from_secs(30);
const CLAIMS: Duration = Duration::from_millis(200);

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    pub id: JobId,
    pub address: Address,
    pub quality: Quality,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    Done(Product),
    Failed(DownloadError),
    /// By somebody who does not want it any more. Nothing of it is left.
    Cancelled,
    /// The server goes down. What has come is kept, and the same job, begun again, goes on from there.
    Suspended,
}

/// Why a job is to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    Cancel,
    Suspend,
}

pub async fn stopped(stop: &mut watch::Receiver<Option<Stop>>) -> Stop {
    match stop.wait_for(Option::is_some).await {
        Ok(stop) => stop.unwrap_or(Stop::Suspend),
        // Whoever could say so is gone.
        Err(_) => Stop::Suspend,
    }
}

/// Whatever comes of it, the folder is as it should be afterwards.
pub async fn carry_out(
    house: &Arc<House>,
    job: &Job,
    progress: &watch::Sender<Progress>,
    mut stop: watch::Receiver<Option<Stop>>,
) -> Outcome {
    let folder = Folder::of(&house.directory, &job.id);
    let outcome = match try_out(house, job, &folder, progress, &mut stop).await {
        Ok(product) => Outcome::Done(product),
        Err(Broken::Off(Stop::Cancel)) => Outcome::Cancelled,
        Err(Broken::Off(Stop::Suspend)) => Outcome::Suspended,
        Err(Broken::By(error)) => Outcome::Failed(error),
    };
    let is_kept = match &outcome {
        Outcome::Done(_) | Outcome::Suspended => true,
        Outcome::Failed(error) => error.may_pass(),
        Outcome::Cancelled => false,
    };
    if !is_kept && let Err(error) = on_disk(move || folder.remove()).await {
        tracing::warn!(job = %job.id, %error, "what is left of a download can not be removed: {error}");
    }
    outcome
}

async fn try_out(
    house: &Arc<House>,
    job: &Job,
    folder: &Folder,
    progress: &watch::Sender<Progress>,
    stop: &mut watch::Receiver<Option<Stop>>,
) -> Result<Product, Broken> {
    let _turn = unless_stopped(stop, house.turns.acquire()).await?.map_err(|_| Broken::Off(Stop::Suspend))?;
    progress.send_replace(Progress::looking());
    let present = unless_stopped(stop, house.program.present()).await?;
    let program = present.map_err(|reason| Broken::By(DownloadError::Unavailable(reason)))?.path;
    let opened = folder.clone();
    // Not broken off: it would be made after it was removed.
    on_disk(move || opened.open()).await.map_err(Broken::By)?;
    let lock = unless_stopped(stop, claim(folder)).await?.map_err(Broken::By)?;
    let settings = &house.settings;
    let room = Room { directory: folder.path().to_owned(), spare_bytes: settings.spare_bytes };
    room.check().await.map_err(Broken::By)?;
    let proxy = Proxy::open(house.allowed.clone()).await.map_err(by)?;
    let start = Start {
        program: &program,
        arguments: arguments::download(&job.address, job.quality, settings.largest_bytes, &settings.extractors),
        directory: folder.path(),
        input: child::reads(&lock).map_err(by)?,
        proxy: &proxy.url(),
        largest_file: settings.largest_bytes.max(LARGEST_OWN_FILE),
    };
    let (child, output, errors) = Child::start(start).map_err(by)?;
    let limits = Limits {
        longest: settings.longest,
        stalled_after: settings.stalled_after,
        largest_bytes: settings.largest_bytes,
        room,
    };
    let heard = Watched::new(&limits, &house.clock, progress).follow(child, output, errors, stop).await?;
    let judged = heard.judged(limits.largest_bytes).map_err(|judged| Broken::By(told(judged, &proxy, limits.largest_bytes)));
    let (done, info) = judged?;
    product(folder.clone(), done, info, job, limits.largest_bytes).await.map_err(Broken::By)
}

fn by(error: std::io::Error) -> Broken {
    Broken::By(error.into())
}

fn told(judged: Judged, proxy: &Proxy, limit: u64) -> DownloadError {
    let judged = match judged {
        Judged::Complaint(complaint) => Judged::Complaint(proxy.without_secret(&complaint)),
        error => error,
    };
    judged.error(&proxy.refused(), REFUSAL, limit)
}

async fn unless_stopped<T>(stop: &mut watch::Receiver<Option<Stop>>, work: impl Future<Output = T>) -> Result<T, Broken> {
    tokio::select! {
        stop = stopped(stop) => Err(Broken::Off(stop)),
        done = work => Ok(done),
    }
}

/// The lock of the folder.
async fn claim(folder: &Folder) -> Result<File, DownloadError> {
    let claimed = tokio::time::timeout(CLAIMING, keep_claiming(folder)).await;
    claimed.map_err(|_| DownloadError::Running)?
}

async fn keep_claiming(folder: &Folder) -> Result<File, DownloadError> {
    loop {
        let folder = folder.clone();
        if let Some(lock) = on_disk(move || folder.claim()).await? {
            return Ok(lock);
        }
        tokio::time::sleep(CLAIMS).await;
    }
}

async fn product(folder: Folder, done: Done, info: Option<Info>, job: &Job, limit: u64) -> Result<Product, DownloadError> {
    let Done { id, title, filepath, ext, duration, webpage_url } = done;
    let found = on_disk(move || folder.product(&filepath)).await?;
    let (path, bytes) =
        found.ok_or_else(|| DownloadError::Broken("the file that it names is none of this download".to_owned()))?;
    if bytes > limit {
        return Err(DownloadError::TooLarge { limit });
    }
    let info = info.unwrap_or_default();
    let title = title.or(info.title).filter(|title| !title.is_empty());
    Ok(Product {
        path,
        title: title.unwrap_or(id),
        duration: duration.or(info.duration),
        source_url: webpage_url.or(info.webpage_url).unwrap_or_else(|| job.address.to_string()),
        extension: ext,
        bytes,
    })
}

/// Not on the threads that serve requests.
pub async fn on_disk<T: Send + 'static>(
    work: impl FnOnce() -> std::io::Result<T> + Send + 'static,
) -> Result<T, DownloadError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => Ok(done?),
        Err(error) => Err(DownloadError::Storage(error.to_string())),
    }
}
