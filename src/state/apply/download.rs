//! Downloads: which are to be, and how they ended.

use std::sync::Arc;

use super::{Given, playlist};
use crate::show::Show;
use crate::show::download::{Download, DownloadCourse, MAX_DOWNLOADS, MAX_MESSAGE, MAX_URL, MAX_WAITING};
use crate::show::ids::{DownloadId, PlaylistId};
use crate::show::time::ShowTime;
use crate::state::command::Command;
use crate::state::event::Event;
use crate::state::rejection::Rejection;

const MAX_QUALITY: usize = 32;

pub(super) fn decide(show: &Show, command: Command, given: Given<'_>) -> Result<Vec<Event>, Rejection> {
    match command {
        Command::BeginDownload { id, url, playlist, quality } => begin(show, id, (url, quality), playlist, given),
        Command::EndDownload { id, course } => end(show, &id, course, given.now),
        Command::RemoveDownload { id } => find(show, &id).map(|_| vec![Event::DownloadRemoved { download: id }]),
        other => Err(Rejection::NotInBatch { command: other.name(), place: "downloads" }),
    }
}

fn find<'a>(show: &'a Show, id: &DownloadId) -> Result<&'a Arc<Download>, Rejection> {
    show.downloads.get(id).ok_or_else(|| Rejection::NoDownload(id.clone()))
}

fn begin(
    show: &Show,
    id: DownloadId,
    (url, quality): (String, String),
    playlist: PlaylistId,
    given: Given<'_>,
) -> Result<Vec<Event>, Rejection> {
    playlist::find(show, &playlist)?;
    super::check_new(true, show.downloads.contains_key(&id), "download", id.as_str())?;
    if show.downloads.values().filter(|download| download.is_pending()).count() >= MAX_WAITING {
        return Err(Rejection::TooMany { what: "downloads that wait", limit: MAX_WAITING });
    }
    let (created_at, updated_at, by) = (given.now, given.now, given.by.map(str::to_owned));
    let course = DownloadCourse::Pending {};
    let download = Download { id, url, playlist, quality, by, created_at, updated_at, course };
    check(&download)?;
    Ok(make_room(show).into_iter().chain([Event::DownloadSaved { download: Arc::new(download) }]).collect())
}

/// The oldest one that is over gives way.
fn make_room(show: &Show) -> Option<Event> {
    let over = show.downloads.values().filter(|download| !download.is_pending());
    let oldest = over.min_by_key(|download| download.updated_at).filter(|_| show.downloads.len() >= MAX_DOWNLOADS)?;
    Some(Event::DownloadRemoved { download: oldest.id.clone() })
}

fn end(show: &Show, id: &DownloadId, course: DownloadCourse, now: ShowTime) -> Result<Vec<Event>, Rejection> {
    let download = find(show, id)?;
    if !download.is_pending() {
        return Err(Rejection::DownloadOver(id.clone()));
    }
    let download = Download { course, updated_at: now, ..Download::clone(download) };
    check(&download)?;
    Ok(vec![Event::DownloadSaved { download: Arc::new(download) }])
}

pub(super) fn check_count(downloads: usize) -> Result<(), Rejection> {
    if downloads > MAX_DOWNLOADS {
        return Err(Rejection::TooMany { what: "downloads", limit: MAX_DOWNLOADS });
    }
    Ok(())
}

pub(super) fn check(download: &Download) -> Result<(), Rejection> {
    let invalid = |why: &str| Err(Rejection::Invalid { what: "download", why: why.to_owned() });
    if download.url.is_empty() || download.url.len() > MAX_URL || download.url.chars().any(char::is_control) {
        return invalid("its address is empty, too long, or no address");
    }
    let is_word = |mark: char| mark.is_ascii_alphanumeric();
    if download.quality.len() > MAX_QUALITY || !download.quality.chars().all(is_word) {
        return invalid("there is no such quality");
    }
    match &download.course {
        DownloadCourse::Error { code, message } if code.len() > MAX_MESSAGE || message.chars().count() > MAX_MESSAGE => {
            invalid("what is said of its error is too long")
        }
        _ => Ok(()),
    }
}
