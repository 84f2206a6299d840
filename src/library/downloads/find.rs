//! Asks yt-dlp for what can be found under some words.

use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::sync::Arc;
use std::time::Duration;

use tokio::io::AsyncRead;

use super::arguments;
use super::child::{Child, LARGEST_OWN_FILE, Start};
use super::error::understood;
use super::folder::Folder;
use super::id::JobId;
use super::job::on_disk;
use super::line::{self, Line};
use super::pipe::Lines;
use super::proxy::{Allowed, Proxy};
use super::run::House;
use super::search::{Found, Query, SearchError};

/// Python starts, and YouTube answers: ten seconds, as a rule.
const PATIENCE: Duration = Duration::from_secs(60);

/// In a folder of its own, which is gone afterwards with whatever yt-dlp has unpacked there.
pub async fn find(house: Arc<House>, query: Query) -> Result<Vec<Found>, SearchError> {
    let _place = house.searches.try_acquire().map_err(|_| SearchError::TooMany)?;
    let present = house.program.present().await.map_err(SearchError::Unavailable)?;
    let failed = |error: &dyn std::fmt::Display| SearchError::Failed(error.to_string());
    let id: JobId = format!("search-{:016x}", fastrand::u64(..)).parse().map_err(|error| failed(&error))?;
    let folder = Folder::of(&house.directory, &id);
    let opened = folder.clone();
    on_disk(move || opened.open()).await.map_err(|error| failed(&error))?;
    let found = find_in(folder.path(), &present.path, &query, house.allowed.clone()).await;
    if let Err(error) = on_disk(move || folder.remove()).await {
        tracing::warn!(%error, "what is left of a search can not be removed: {error}");
    }
    found
}

async fn find_in(directory: &Path, program: &Path, query: &Query, allowed: Arc<Allowed>) -> Result<Vec<Found>, SearchError> {
    let failed = |error: std::io::Error| SearchError::Failed(error.to_string());
    let proxy = Proxy::open(allowed).await.map_err(failed)?;
    let start = Start {
        program,
        arguments: arguments::search(query),
        directory,
        input: Stdio::null(),
        proxy: &proxy.url(),
        largest_file: LARGEST_OWN_FILE,
    };
    let (mut child, output, errors) = Child::start(start).map_err(failed)?;
    let heard = async {
        let (found, complaint) = tokio::join!(results(output, query.most()), complaint(errors));
        Ok((child.ended().await?, found, complaint))
    };
    match tokio::time::timeout(PATIENCE, heard).await {
        Ok(heard) => {
            let (status, found, complaint) = heard.map_err(failed)?;
            judged(status, found, complaint.map(|complaint| proxy.without_secret(&complaint)))
        }
        Err(_) => {
            child.stop().await;
            Err(SearchError::Timeout)
        }
    }
}

async fn results(pipe: impl AsyncRead + Unpin, most: usize) -> Vec<Found> {
    let (mut lines, mut found) = (Lines::new(pipe), Vec::new());
    while let Ok(line) = lines.next().await {
        match line::printed(line) {
            Line::Found(result) if found.len() < most => found.push(result),
            _ => {}
        }
    }
    found
}

/// The first.
async fn complaint(pipe: impl AsyncRead + Unpin) -> Option<String> {
    let (mut lines, mut complaint) = (Lines::new(pipe), None);
    while let Ok(line) = lines.next().await {
        if let Line::Error(error) = line::complained(line) {
            complaint = complaint.or(Some(error));
        }
    }
    complaint
}

fn judged(status: ExitStatus, found: Vec<Found>, complaint: Option<String>) -> Result<Vec<Found>, SearchError> {
    match complaint {
        _ if status.success() => Ok(found),
        Some(complaint) => Err(SearchError::Failed(understood(&complaint, LARGEST_OWN_FILE).to_string())),
        None => Err(SearchError::Failed(format!("yt-dlp ended without a word ({status})"))),
    }
}
