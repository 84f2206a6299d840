//! Uploads from their beginning to their end, on a real directory.

mod appending;
mod chunks;
mod faults;
mod finishing;
mod limiting;
mod plug;
mod recovering;

use std::path::{Path, PathBuf};

use futures_util::{StreamExt, stream};
use tempfile::TempDir;
use tokio::sync::mpsc;

use super::*;
use crate::show::time::ShowTime;

/// The smallest there is.
const CHUNK: u64 = limits::MIN_CHUNK;
const HOUR: Duration = Duration::from_secs(3600);

struct Bench {
    directory: TempDir,
    clock: Clock,
    limits: Limits,
}

impl Bench {
    fn new() -> Bench {
        let limits =
            Limits { margin: 0, turn: Duration::from_secs(60), patience: Duration::from_secs(60), ..Limits::default() };
        let clock = Clock::manual(ShowTime(1_700_000_000_000_000));
        Bench { directory: tempfile::tempdir().expect("a directory"), clock, limits }
    }

    fn uploads_path(&self) -> PathBuf {
        self.directory.path().join("uploads")
    }

    /// As after a start; what was opened before must not be used any more.
    async fn open(&self) -> Uploads {
        Uploads::open(self.uploads_path(), self.limits.clone(), self.clock.clone()).await.expect("opened")
    }

    fn let_pass(&self, time: Duration) {
        self.clock.set(self.clock.now().plus(time));
    }

    fn files(&self) -> Vec<String> {
        files(&self.uploads_path())
    }
}

fn files(directory: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(directory).expect("a directory");
    let mut names: Vec<_> =
        entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

fn content(bytes: u64) -> Vec<u8> {
    let mut random = fastrand::Rng::with_seed(bytes);
    std::iter::repeat_with(|| random.u8(..)).take(bytes as usize).collect()
}

fn body(bytes: &[u8]) -> impl Stream<Item = Result<Bytes, io::Error>> + Send + use<> {
    let pieces: Vec<_> = bytes.chunks(10_000).map(|piece| Ok(Bytes::copy_from_slice(piece))).collect();
    stream::iter(pieces)
}

fn broken(bytes: &[u8]) -> impl Stream<Item = Result<Bytes, io::Error>> + Send + use<> {
    body(bytes).chain(stream::iter([Err(io::Error::other("the line is dead"))]))
}

/// A body that somebody feeds.
fn fed() -> (mpsc::Sender<Bytes>, impl Stream<Item = Result<Bytes, io::Error>> + Send) {
    let (feed, come) = mpsc::channel(1);
    (feed, stream::unfold(come, |mut come| async { come.recv().await.map(|piece: Bytes| (Ok(piece), come)) }))
}

fn new(length: u64) -> New {
    New {
        name: "song.mp3".to_owned(),
        length: Some(length),
        chunk_size: Some(CHUNK),
        owner: "anna".to_owned(),
        ..New::default()
    }
}

async fn begin(uploads: &Uploads, length: u64) -> UploadId {
    uploads.create(new(length)).await.expect("begun").id
}

fn chunk(of: &[u8], index: u64) -> &[u8] {
    &of[(index * CHUNK) as usize..of.len().min(((index + 1) * CHUNK) as usize)]
}

async fn ready(uploads: &Uploads, id: UploadId) -> Complete {
    match uploads.begin_finish(id, None).await.expect("whole") {
        Finishing::Ready(complete) => complete,
        Finishing::Moved(_) => panic!("nobody has moved it"),
        Finishing::Done(_) => panic!("nobody has finished it"),
    }
}

#[track_caller]
fn refused<T>(result: Result<T, UploadError>, code: &str) {
    assert_eq!(result.map(|_| ()).map_err(|error| error.code()), Err(code));
}

#[tokio::test]
async fn who_listens_hears_of_what_has_changed_and_of_nothing_else() {
    let bench = Bench::new();
    let uploads = bench.open().await;
    let mut changes = uploads.subscribe();
    let (one, other) = (begin(&uploads, 100).await, begin(&uploads, 100).await);
    changes.changed().await.expect("open");
    let told = uploads.changed_since(0);
    assert_eq!(told.uploads.len(), 2);
    uploads.append(other, 0, body(&content(40)), None).await.expect("appended");
    let told = uploads.changed_since(told.until);
    assert_eq!(told.uploads.iter().map(|status| (status.id, status.received)).collect::<Vec<_>>(), [(other, 40)]);
    assert!(uploads.changed_since(told.until).uploads.is_empty());
    assert_eq!(uploads.status(one).expect("there").state, State::Pending);
}

#[tokio::test]
async fn what_is_told_of_an_upload_is_what_was_said_and_what_came() {
    let bench = Bench::new();
    let uploads = bench.open().await;
    let metadata = "filename c29uZy5tcDM=".to_owned();
    let asked =
        New { name: "C:\\a\\so\0ng.mp3".to_owned(), metadata, playlist: Some("p1".to_owned()), ..new(CHUNK * 3 + 5) };
    let begun = uploads.create(asked).await.expect("begun");
    assert_eq!((begun.name.as_str(), begun.playlist.as_deref(), begun.state), ("song.mp3", Some("p1"), State::Pending));
    assert_eq!((begun.chunk_size, begun.chunks_total, begun.missing), (CHUNK, Some(4), vec![[0, CHUNK * 3 + 5]]));
    let bytes = content(CHUNK * 3 + 5);
    uploads.put_chunk(begun.id, 3, body(chunk(&bytes, 3))).await.expect("the last");
    bench.let_pass(HOUR);
    let status = uploads.put_chunk(begun.id, 1, body(chunk(&bytes, 1))).await.expect("in the middle");
    assert_eq!((status.received, status.offset, status.chunks_received), (CHUNK + 5, 0, 2));
    assert_eq!(status.missing, [[0, CHUNK], [CHUNK * 2, CHUNK * 3]]);
    assert_eq!((status.state, status.updated_at), (State::Uploading, begun.created_at.plus(HOUR)));
    assert_eq!(status.expires_at, status.updated_at.plus(bench.limits.idle));
    assert_eq!(uploads.list(Some(State::Uploading)), std::slice::from_ref(&status));
    assert!(uploads.list(Some(State::Completed)).is_empty());
    assert_eq!(uploads.owner(begun.id).expect("there"), "anna");
    let again = bench.open().await;
    assert_eq!(again.status(begun.id).expect("still there"), status, "a start changes nothing");
}

#[tokio::test]
async fn what_is_no_upload_is_not_found() {
    let bench = Bench::new();
    let uploads = bench.open().await;
    let id = UploadId::random().expect("random");
    refused(uploads.status(id), "upload_not_found");
    refused(uploads.append(id, 0, body(b"x"), None).await, "upload_not_found");
    let there = begin(&uploads, 10).await;
    uploads.remove(there).await.expect("removed");
    refused(uploads.put_chunk(there, 0, body(b"x")).await, "upload_not_found");
    refused(uploads.remove(there).await, "upload_not_found");
    assert_eq!(bench.files(), Vec::<String>::new());
}
