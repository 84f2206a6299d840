//! How an upload ends: it is checked as a whole, its file goes to whoever wants it, and what became of it is kept for a while. The
//! protocol stands in `mod.rs`.

use std::fs;
use std::io::Read;
use std::path::PathBuf;
use std::sync::Arc;

use serde_json::Value;
use sha2::{Digest, Sha256};

use super::claims::{Claim, Kind};
use super::course::Stage;
use super::disk::{Disk, length_of};
use super::error::UploadError;
use super::id::{UploadId, hex};
use super::limits::MAX_RESULT;
use super::record::Record;
use super::session::{Session, given_up};
use super::store::{Store, blocking};

const BUFFER: usize = 1024 * 1024;
/// Of what is told about a failure.
const LONGEST_MESSAGE: usize = 1024;

/// Where an upload stands that is to be finished.
pub enum Finishing {
    /// The file is whole and waits at its path: move it away, on the same filesystem.
    Ready(Complete),
    /// It was moved away already, but nobody has said what became of it.
    Moved(Complete),
    /// It was finished before.
    Done(Value),
}

/// A whole file. Nobody else finishes, changes or removes the upload as long as this is held.
pub struct Complete {
    pub id: UploadId,
    pub path: PathBuf,
    pub bytes: u64,
    /// Of the whole file, in hex digits.
    pub blake3: String,
    pub name: String,
    pub owner: String,
    pub playlist: Option<String>,
    /// tus' `Upload-Metadata`, as it came.
    pub metadata: String,
    _turn: Claim,
}

pub async fn begin(store: Arc<Store>, session: Arc<Session>, sha256: Option<[u8; 32]>) -> Result<Finishing, UploadError> {
    let turn = session.claims.take(0..u64::MAX, Kind::Whole, store.limits.turn).await?;
    store.change(&session, |_| ());
    let (stage, trouble) = {
        let inside = session.inside();
        (inside.course.stage.clone(), inside.course.trouble.clone())
    };
    let (blake3, bytes) = match stage {
        Stage::Finished { result } => return Ok(Finishing::Done(result)),
        Stage::GivenUp => return Err(given_up(trouble)),
        Stage::Finishing { blake3, bytes } => (blake3, bytes),
        Stage::Receiving => check_whole(&store, &session, sha256).await?,
    };
    let path = session.data();
    let length = {
        let path = path.clone();
        blocking(move || Ok(length_of(&path)?)).await?
    };
    let of = session.beginning.clone();
    let (id, name, owner, playlist, metadata) = (of.id, of.name, of.owner, of.playlist, of.metadata);
    let complete = Complete { id, path, bytes, blake3, name, owner, playlist, metadata, _turn: turn };
    match length {
        None => Ok(Finishing::Moved(complete)),
        Some(length) if length == bytes => Ok(Finishing::Ready(complete)),
        Some(_) => Err(UploadError::Storage("the file has changed since it was checked".to_owned())),
    }
}

async fn check_whole(
    store: &Arc<Store>,
    session: &Arc<Session>,
    sha256: Option<[u8; 32]>,
) -> Result<(String, u64), UploadError> {
    session.check_open()?;
    let length = whole_length(session)?;
    let wanted: Vec<String> =
        sha256.map(|digest| hex(&digest)).into_iter().chain(session.beginning.sha256.clone()).collect();
    let (disk, path) = (store.disk.clone(), session.data());
    let with_sha256 = !wanted.is_empty();
    let found = blocking(move || read_whole(&*disk, path, length, with_sha256)).await?;
    if found.sha256.is_some_and(|found| wanted.iter().any(|wanted| *wanted != found)) {
        store.note(session, Record::Disputed).await?;
        return Err(UploadError::Checksum);
    }
    let at = store.clock.now();
    store.note(session, Record::Finishing { blake3: found.blake3.clone(), bytes: length, at }).await?;
    Ok((found.blake3, length))
}

fn whole_length(session: &Session) -> Result<u64, UploadError> {
    let inside = session.inside();
    let length = inside.course.length.ok_or(UploadError::LengthUnknown)?;
    match length.saturating_sub(inside.course.received.sum()) {
        0 => Ok(length),
        missing => Err(UploadError::Incomplete { missing }),
    }
}

struct Found {
    blake3: String,
    sha256: Option<String>,
}

fn read_whole(disk: &dyn Disk, path: PathBuf, length: u64, with_sha256: bool) -> Result<Found, UploadError> {
    let opened = disk.open(&path)?;
    // Behind the end may stand what a wrong checksum came with.
    disk.cut(&opened, length)?;
    disk.sync(&opened)?;
    let mut file = fs::File::open(&opened.path)?;
    let (mut blake3, mut sha256) = (blake3::Hasher::new(), with_sha256.then(Sha256::new));
    let mut buffer = vec![0; BUFFER];
    loop {
        let bytes = file.read(&mut buffer)?;
        if bytes == 0 {
            break;
        }
        blake3.update(&buffer[..bytes]);
        if let Some(sha256) = &mut sha256 {
            sha256.update(&buffer[..bytes]);
        }
    }
    Ok(Found { blake3: blake3.finalize().to_hex().to_string(), sha256: sha256.map(|sum| hex(&sum.finalize())) })
}

pub async fn finished(store: Arc<Store>, session: Arc<Session>, result: Value) -> Result<(), UploadError> {
    match session.inside().course.stage {
        Stage::Finished { .. } => return Ok(()),
        Stage::Finishing { .. } => {}
        Stage::Receiving | Stage::GivenUp => return Err(UploadError::Incomplete { missing: 0 }),
    }
    if result.to_string().len() > MAX_RESULT {
        return Err(UploadError::Storage("what became of the upload is too much to be kept".to_owned()));
    }
    let at = store.clock.now();
    store.note(&session, Record::Finished { result, at }).await?;
    drop_data(&store, &session).await;
    Ok(())
}

pub async fn failed(
    store: Arc<Store>,
    session: Arc<Session>,
    (code, message): (String, String),
    give_up: bool,
) -> Result<(), UploadError> {
    match session.inside().course.stage {
        Stage::Finished { .. } => return Err(UploadError::Finished),
        Stage::GivenUp => return Ok(()),
        Stage::Finishing { .. } | Stage::Receiving => {}
    }
    let short = |text: String| text[..text.floor_char_boundary(LONGEST_MESSAGE)].to_owned();
    let record = Record::Failed { code: short(code), message: short(message), give_up, at: store.clock.now() };
    store.note(&session, record).await?;
    if give_up {
        drop_data(&store, &session).await;
    }
    Ok(())
}

/// Of an upload that has ended. What can not be removed now is removed with the rest of it.
async fn drop_data(store: &Arc<Store>, session: &Session) {
    let (disk, path) = (store.disk.clone(), session.data());
    if let Err(error) = blocking(move || Ok(disk.remove(&path)?)).await {
        tracing::warn!(upload = %session.beginning.id, %error, "the file of an upload that has ended stays: {error}");
    }
}
