//! Bytes in order.

use sha1::{Digest, Sha1};

use super::*;

#[tokio::test]
async fn bytes_come_in_order_and_outlive_a_start() {
    let bench = Bench::new();
    let bytes = content(9_000_000 + 3);
    let uploads = bench.open().await;
    let id = begin(&uploads, bytes.len() as u64).await;
    let first = uploads.append(id, 0, body(&bytes[..8_500_000]), None).await.expect("appended");
    assert_eq!(first, Appended { offset: 8_500_000, is_complete: false });
    let uploads = bench.open().await;
    assert_eq!(uploads.settled(id).await.expect("there").offset, 8_500_000);
    refused(uploads.append(id, 0, body(&bytes), None).await, "wrong_offset");
    let last = uploads.append(id, 8_500_000, body(&bytes[8_500_000..]), None).await.expect("appended");
    assert!(last.is_complete);
    let whole = ready(&uploads, id).await;
    assert_eq!(std::fs::read(&whole.path).expect("the file"), bytes);
    assert_eq!(whole.blake3, blake3::hash(&bytes).to_hex().to_string());
}

#[tokio::test]
async fn what_came_before_a_break_is_kept() {
    let bench = Bench::new();
    let uploads = bench.open().await;
    let bytes = content(700_000);
    let id = begin(&uploads, 700_000).await;
    let error = uploads.append(id, 0, broken(&bytes[..612_345]), None).await.expect_err("broken");
    assert_eq!(error, UploadError::Interrupted { offset: 612_345, why: "the line is dead".to_owned() });
    let uploads = bench.open().await;
    assert_eq!(uploads.status(id).expect("there").offset, 612_345);
    uploads.append(id, 612_345, body(&bytes[612_345..]), None).await.expect("appended");
    assert_eq!(std::fs::read(ready(&uploads, id).await.path).expect("the file"), bytes);
}

#[tokio::test]
async fn with_a_checksum_only_the_whole_counts() {
    let bench = Bench::new();
    let uploads = bench.open().await;
    let bytes = content(1_000);
    let id = begin(&uploads, 1_000).await;
    let sum = |of: &[u8]| Some(Checksum { algorithm: Algorithm::Sha1, digest: Sha1::digest(of).to_vec() });
    refused(uploads.append(id, 0, broken(&bytes[..600]), sum(&bytes[..600])).await, "upload_interrupted");
    refused(uploads.append(id, 0, body(&bytes), sum(b"something else")).await, "checksum_mismatch");
    assert_eq!(uploads.status(id).expect("there").offset, 0);
    uploads.append(id, 0, body(&bytes[..500]), sum(&bytes[..500])).await.expect("appended");
    // What a wrong checksum has left in the file behind the end is nothing.
    let uploads = bench.open().await;
    assert_eq!(uploads.status(id).expect("there").received, 500);
    uploads.append(id, 500, body(&bytes[500..]), None).await.expect("appended");
    assert_eq!(std::fs::read(ready(&uploads, id).await.path).expect("the file"), bytes);
}

#[tokio::test]
async fn who_sends_nothing_is_not_waited_for() {
    let bench = Bench { limits: Limits { patience: Duration::from_millis(30), ..Bench::new().limits }, ..Bench::new() };
    let uploads = bench.open().await;
    let id = begin(&uploads, 1_000).await;
    let (feed, come) = fed();
    feed.send(Bytes::from(content(100))).await.expect("taken");
    let error = uploads.append(id, 0, come, None).await.expect_err("nothing comes");
    assert!(matches!(error, UploadError::Interrupted { offset: 100, .. }), "{error}");
    assert_eq!(uploads.status(id).expect("there").offset, 100);
}

/// One that has taken `bytes`, and waits for more.
async fn hanging(
    uploads: &Uploads,
    id: UploadId,
    bytes: u64,
) -> (mpsc::Sender<Bytes>, tokio::task::JoinHandle<UploadError>) {
    let (feed, come) = fed();
    let writing = uploads.clone();
    let hanging = tokio::spawn(async move { writing.append(id, 0, come, None).await.expect_err("it hangs") });
    feed.send(Bytes::from(content(bytes))).await.expect("taken");
    // The channel holds one piece: once a second one fits, the first has been taken.
    drop(feed.reserve().await.expect("open"));
    (feed, hanging)
}

#[tokio::test]
async fn who_asks_where_to_go_on_ends_an_append_that_hangs() {
    let bench = Bench::new();
    let uploads = bench.open().await;
    let id = begin(&uploads, 1_000).await;
    let (_feed, hanging) = hanging(&uploads, id, 300).await;
    assert_eq!(uploads.settled(id).await.expect("there").offset, 300);
    assert_eq!(hanging.await.expect("no panic"), UploadError::TakenOver);
}

#[tokio::test]
async fn a_newer_append_takes_over_from_one_that_hangs() {
    let bench = Bench::new();
    let uploads = bench.open().await;
    let bytes = content(1_000);
    let id = begin(&uploads, 1_000).await;
    let (_feed, hung) = hanging(&uploads, id, 1).await;
    let error = uploads.append(id, 0, body(&bytes), None).await.expect_err("one byte has come");
    assert_eq!(error, UploadError::WrongOffset { expected: 1, given: 0 });
    assert_eq!(hung.await.expect("no panic"), UploadError::TakenOver);
}

#[tokio::test]
async fn an_append_goes_on_to_what_came_though_nobody_waits_for_it() {
    let bench = Bench::new();
    let uploads = bench.open().await;
    let id = begin(&uploads, 1_000).await;
    let (feed, come) = fed();
    let waiting = tokio::spawn({
        let uploads = uploads.clone();
        async move { uploads.append(id, 0, come, None).await }
    });
    feed.send(Bytes::from(content(100))).await.expect("taken");
    drop(feed.reserve().await.expect("open"));
    // As a server does when a client goes away.
    waiting.abort();
    assert_eq!(uploads.settled(id).await.expect("there").offset, 100);
}

#[tokio::test]
async fn more_than_was_announced_is_not_taken() {
    let bench = Bench { limits: Limits { file: 50_000, ..Bench::new().limits }, ..Bench::new() };
    let uploads = bench.open().await;
    let id = begin(&uploads, 25_000).await;
    refused(uploads.append(id, 0, body(&content(30_001)), None).await, "upload_too_long");
    assert_eq!(uploads.status(id).expect("there").offset, 20_000, "whole pieces that fit are kept");
    refused(uploads.create(new(50_001)).await, "upload_too_large");
    let unknown = uploads.create(New { length: None, ..new(0) }).await.expect("begun").id;
    refused(uploads.append(unknown, 0, body(&content(50_001)), None).await, "upload_too_large");
}

#[tokio::test]
async fn how_long_a_file_is_can_be_said_later_but_only_once() {
    let bench = Bench::new();
    let uploads = bench.open().await;
    let bytes = content(1_000);
    let id = uploads.create(New { length: None, ..new(0) }).await.expect("begun").id;
    refused(uploads.put_chunk(id, 0, body(&bytes)).await, "length_unknown");
    assert!(!uploads.append(id, 0, body(&bytes[..600]), None).await.expect("appended").is_complete);
    assert!(uploads.storage().reserved > 600, "room is made in steps");
    refused(uploads.begin_finish(id, None).await, "length_unknown");
    refused(uploads.declare_length(id, 599).await, "wrong_length");
    uploads.declare_length(id, 1_000).await.expect("declared");
    uploads.declare_length(id, 1_000).await.expect("the same again");
    refused(uploads.declare_length(id, 1_001).await, "wrong_length");
    assert_eq!(uploads.storage(), Storage { staged: 600, reserved: 1_000, sessions: 1 });
    let uploads = bench.open().await;
    assert!(uploads.append(id, 600, body(&bytes[600..]), None).await.expect("appended").is_complete);
    assert_eq!(std::fs::read(ready(&uploads, id).await.path).expect("the file"), bytes);
}

#[tokio::test]
async fn a_file_of_no_bytes_is_whole_at_once() {
    let bench = Bench::new();
    let uploads = bench.open().await;
    let id = begin(&uploads, 0).await;
    assert!(uploads.status(id).expect("there").is_complete());
    assert_eq!(uploads.unfinished(), [id]);
    let whole = ready(&uploads, id).await;
    assert_eq!((whole.bytes, std::fs::read(&whole.path).expect("the file")), (0, Vec::new()));
}
