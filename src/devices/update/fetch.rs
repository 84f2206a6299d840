//! Gets things over the network, never more than was expected. Everything here blocks.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::Path;
use std::time::Duration;

use sha2::{Digest, Sha256};
use ureq::Agent;
use ureq::http::StatusCode;

use super::address::Address;
use super::error::UpdateError;
use super::manifest::Manifest;
use crate::base::quote::quoted;

const PATIENCE_WITH_CONNECTING: Duration = Duration::from_secs(20);
/// For the small texts as a whole, and for the first byte of a download.
const PATIENCE: Duration = Duration::from_secs(30);
/// A slow line still gets a hundred megabytes in this time.
const PATIENCE_WITH_DOWNLOADS: Duration = Duration::from_secs(3_600);
const MOST_REDIRECTS: u32 = 5;
const PIECE: usize = 64 * 1_024;

fn agent(address: &Address, patience: Duration) -> Agent {
    let config = Agent::config_builder()
        .https_only(!address.is_local())
        .max_redirects(if address.is_local() { 0 } else { MOST_REDIRECTS })
        .timeout_connect(Some(PATIENCE_WITH_CONNECTING))
        .timeout_recv_response(Some(PATIENCE))
        .timeout_global(Some(patience))
        .http_status_as_error(true);
    if address.is_local() { config.proxy(None).build().into() } else { config.build().into() }
}

fn unreachable(error: ureq::Error) -> UpdateError {
    UpdateError::Unreachable(quoted(&error.to_string()))
}

/// A small text, of at most so many bytes.
pub fn small(address: &Address, longest: u64) -> Result<Vec<u8>, UpdateError> {
    let response = agent(address, PATIENCE).get(address.as_str()).call().map_err(unreachable)?;
    let mut bytes = Vec::new();
    let mut body = response.into_body().into_reader().take(longest + 1);
    body.read_to_end(&mut bytes).map_err(|error| UpdateError::Unreachable(quoted(&error.to_string())))?;
    if bytes.len() as u64 > longest { Err(UpdateError::TooLarge) } else { Ok(bytes) }
}

/// The whole release at `path`, beginning with what is there already. `progress` is told of bytes.
pub fn release(manifest: &Manifest, path: &Path, progress: impl Fn(u64)) -> Result<(), UpdateError> {
    let stored = UpdateError::storage(path);
    let there = fs::metadata(path).map_or(0, |metadata| metadata.len());
    let there = if there > manifest.size { 0 } else { there };
    if there < manifest.size {
        let mut request = agent(&manifest.url, PATIENCE_WITH_DOWNLOADS).get(manifest.url.as_str());
        if there > 0 {
            request = request.header("range", format!("bytes={there}-"));
        }
        let response = request.call().map_err(unreachable)?;
        let goes_on = there > 0 && response.status() == StatusCode::PARTIAL_CONTENT && begins_at(&response, there);
        let from = if goes_on { there } else { 0 };
        let mut file = OpenOptions::new().create(true).write(true).truncate(false).open(path).map_err(&stored)?;
        file.set_len(from).and_then(|()| io::Seek::seek(&mut file, io::SeekFrom::Start(from))).map_err(&stored)?;
        let body = response.into_body().into_reader();
        copy(body, &mut file, from, manifest.size, progress)?;
        file.sync_all().map_err(&stored)?;
    }
    check(manifest, path)
}

fn begins_at<B>(response: &ureq::http::Response<B>, from: u64) -> bool {
    let range = response.headers().get("content-range").and_then(|range| range.to_str().ok());
    range.is_some_and(|range| range.starts_with(&format!("bytes {from}-")))
}

fn copy(mut body: impl Read, file: &mut File, from: u64, size: u64, progress: impl Fn(u64)) -> Result<(), UpdateError> {
    let broken = |error: io::Error| UpdateError::Interrupted(quoted(&error.to_string()));
    let mut piece = vec![0; PIECE];
    let mut done = from;
    while done < size {
        let read = body.read(&mut piece).map_err(broken)?;
        if read == 0 {
            return Err(UpdateError::Interrupted(format!("{done} of {size} bytes came")));
        }
        done += read as u64;
        if done > size {
            break;
        }
        file.write_all(&piece[..read]).map_err(broken)?;
        progress(done);
    }
    let is_over = done == size && body.read(&mut piece).map_err(broken)? == 0;
    if is_over { Ok(()) } else { Err(UpdateError::TooLarge) }
}

/// What is not what was signed is thrown away, so that the next try begins anew.
pub fn check(manifest: &Manifest, path: &Path) -> Result<(), UpdateError> {
    let stored = UpdateError::storage(path);
    let mut hasher = Sha256::new();
    let mut file = File::open(path).map_err(&stored)?;
    let mut piece = vec![0; PIECE];
    loop {
        match file.read(&mut piece).map_err(&stored)? {
            0 => break,
            read => hasher.update(&piece[..read]),
        }
    }
    if hasher.finalize()[..] == manifest.sha256 {
        return Ok(());
    }
    fs::remove_file(path).map_err(&stored)?;
    Err(UpdateError::HashMismatch)
}
