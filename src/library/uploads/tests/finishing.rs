//! The two steps at the end.

use serde_json::json;
use sha2::{Digest, Sha256};

use super::*;

async fn whole(uploads: &Uploads, bytes: &[u8]) -> UploadId {
    let id = begin(uploads, bytes.len() as u64).await;
    uploads.append(id, 0, body(bytes), None).await.expect("appended");
    id
}

fn sha256(of: &[u8]) -> [u8; 32] {
    Sha256::digest(of).into()
}

#[tokio::test]
async fn a_file_is_moved_once_and_what_became_of_it_is_told_for_an_hour() {
    let bench = Bench::new();
    let uploads = bench.open().await;
    let bytes = content(5_000);
    let id = whole(&uploads, &bytes).await;
    assert_eq!(uploads.unfinished(), [id]);
    let complete = ready(&uploads, id).await;
    assert_eq!(
        (complete.bytes, complete.name.as_str(), uploads.status(id).expect("there").state),
        (5_000, "song.mp3", State::Processing)
    );
    let place = bench.directory.path().join("song");
    std::fs::rename(&complete.path, &place).expect("moved");
    uploads.finished(id, json!({"asset": "a1"})).await.expect("noted");
    drop(complete);
    for uploads in [uploads, bench.open().await] {
        uploads.finished(id, json!("something else")).await.expect("the first word holds");
        let Ok(Finishing::Done(result)) = uploads.begin_finish(id, None).await else { panic!("it is done") };
        let status = uploads.status(id).expect("there");
        assert_eq!(
            (result, status.state, status.result),
            (json!({"asset": "a1"}), State::Completed, Some(json!({"asset": "a1"})))
        );
        assert_eq!(uploads.storage(), Storage { staged: 0, reserved: 0, sessions: 1 });
        assert!(uploads.append(id, 5_000, body(b""), None).await.expect("nothing more").is_complete);
        refused(uploads.append(id, 5_000, body(b"x"), None).await, "upload_too_long");
        refused(uploads.append(id, 0, body(b"x"), None).await, "upload_finished");
        refused(uploads.put_chunk(id, 0, body(&bytes)).await, "upload_finished");
        assert!(uploads.unfinished().is_empty());
    }
    assert_eq!(std::fs::read(place).expect("the file"), bytes);
    bench.let_pass(HOUR);
    assert!(bench.open().await.list(None).is_empty());
    assert_eq!(bench.files(), Vec::<String>::new());
}

#[tokio::test]
async fn a_crash_before_or_after_the_move_is_seen() {
    let bench = Bench::new();
    let uploads = bench.open().await;
    let bytes = content(5_000);
    let id = whole(&uploads, &bytes).await;
    let hash = ready(&uploads, id).await.blake3;
    let uploads = bench.open().await;
    assert_eq!(uploads.status(id).expect("there").state, State::Processing);
    refused(uploads.append(id, 0, body(b"x"), None).await, "upload_finishing");
    let complete = ready(&uploads, id).await;
    assert_eq!(complete.blake3, hash);
    std::fs::rename(&complete.path, bench.directory.path().join("song")).expect("moved");
    drop(complete);
    let uploads = bench.open().await;
    assert_eq!(uploads.unfinished(), [id]);
    assert!(uploads.append(id, 5_000, body(b""), None).await.expect("nothing is missing").is_complete);
    refused(uploads.append(id, 5_000, body(b"x"), None).await, "upload_too_long");
    let Ok(Finishing::Moved(moved)) = uploads.begin_finish(id, None).await else { panic!("it was moved") };
    assert_eq!((moved.blake3, moved.bytes, moved.name.as_str()), (hash, 5_000, "song.mp3"));
    uploads.finished(id, json!(1)).await.expect("noted");
}

#[tokio::test]
async fn one_at_a_time_finishes() {
    let bench = Bench { limits: Limits { turn: Duration::from_millis(30), ..Bench::new().limits }, ..Bench::new() };
    let uploads = bench.open().await;
    let id = whole(&uploads, b"abc").await;
    let held = ready(&uploads, id).await;
    refused(uploads.begin_finish(id, None).await, "upload_locked");
    refused(uploads.remove(id).await, "upload_locked");
    drop(held);
    uploads.remove(id).await.expect("removed");
}

#[tokio::test]
async fn another_checksum_than_was_said_lets_chunks_come_again() {
    let bench = Bench::new();
    let uploads = bench.open().await;
    let (bytes, mut wrong) = (content(CHUNK * 3), content(CHUNK * 3));
    wrong[CHUNK as usize + 7] ^= 1;
    let id = uploads.create(New { sha256: Some(sha256(&bytes)), ..new(CHUNK * 3) }).await.expect("begun").id;
    for index in 0..3 {
        uploads.put_chunk(id, index, body(chunk(&wrong, index))).await.expect("put");
    }
    refused(uploads.put_chunk(id, 1, body(chunk(&bytes, 1))).await, "chunk_differs");
    refused(uploads.begin_finish(id, None).await, "checksum_mismatch");
    let uploads = bench.open().await;
    assert_eq!(uploads.status(id).expect("there").state, State::Uploading);
    for index in 0..3 {
        uploads.put_chunk(id, index, body(chunk(&bytes, index))).await.expect("put again");
    }
    refused(uploads.begin_finish(id, Some([0; 32])).await, "checksum_mismatch");
    let complete = ready(&uploads, id).await;
    assert_eq!(std::fs::read(&complete.path).expect("the file"), bytes);
}

#[tokio::test]
async fn a_failure_is_told_and_either_final_or_not() {
    let bench = Bench::new();
    let uploads = bench.open().await;
    let id = whole(&uploads, b"abc").await;
    drop(ready(&uploads, id).await);
    uploads.failed(id, "storage_unavailable", "the disk is away", false).await.expect("noted");
    let status = uploads.status(id).expect("there");
    assert_eq!(
        (status.state, status.error.map(|fault| fault.code)),
        (State::Uploading, Some("storage_unavailable".to_owned()))
    );
    drop(ready(&uploads, id).await);
    uploads.failed(id, "unsupported_media", "no song", true).await.expect("noted");
    for uploads in [uploads, bench.open().await] {
        let status = uploads.status(id).expect("still told");
        assert_eq!((status.state, status.error.map(|fault| fault.message)), (State::Error, Some("no song".to_owned())));
        refused(uploads.begin_finish(id, None).await, "upload_failed");
        refused(uploads.append(id, 3, body(b""), None).await, "upload_failed");
        assert_eq!(uploads.storage().reserved, 0);
    }
    assert_eq!(files(&bench.uploads_path().join(id.to_string())), ["journal"]);
}
