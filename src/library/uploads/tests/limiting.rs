//! How much, how many, how long.

use super::*;

#[tokio::test]
async fn an_owner_has_so_many_and_all_together_have_so_many() {
    let bench = Bench { limits: Limits { per_owner: 2, sessions: 3, ..Bench::new().limits }, ..Bench::new() };
    let uploads = bench.open().await;
    let of = |owner: &str| New { owner: owner.to_owned(), ..new(10) };
    let first = uploads.create(of("anna")).await.expect("begun").id;
    uploads.create(of("anna")).await.expect("begun");
    refused(uploads.create(of("anna")).await, "too_many_uploads");
    uploads.create(of("ben")).await.expect("begun");
    refused(uploads.create(of("carl")).await, "too_many_uploads");
    uploads.failed(first, "broken", "it is broken", true).await.expect("noted");
    uploads.create(of("carl")).await.expect("what has ended makes room");
    refused(uploads.status(first), "upload_not_found");
    assert_eq!(bench.files().len(), 3);
}

#[tokio::test]
async fn what_was_announced_counts_before_it_comes() {
    let bench = Bench { limits: Limits { staged: 1_000, ..Bench::new().limits }, ..Bench::new() };
    let uploads = bench.open().await;
    let first = begin(&uploads, 600).await;
    refused(uploads.create(new(401)).await, "storage_full");
    begin(&uploads, 400).await;
    assert_eq!(uploads.storage(), Storage { staged: 0, reserved: 1_000, sessions: 2 });
    uploads.append(first, 0, body(&content(100)), None).await.expect("appended");
    assert_eq!(uploads.storage(), Storage { staged: 100, reserved: 1_000, sessions: 2 });
    assert_eq!(bench.open().await.storage(), uploads.storage());
    uploads.remove(first).await.expect("removed");
    begin(&uploads, 600).await;
    let unknown = uploads.create(New { length: None, ..new(0) }).await.expect("nothing is announced").id;
    refused(uploads.append(unknown, 0, body(b"x"), None).await, "storage_full");
}

#[tokio::test]
async fn a_disk_with_too_little_room_is_said_at_the_beginning() {
    let bench = Bench {
        limits: Limits { file: u64::MAX, staged: u64::MAX, margin: u64::MAX / 2, ..Bench::new().limits },
        ..Bench::new()
    };
    let uploads = bench.open().await;
    refused(uploads.create(new(1)).await, "storage_full");
    refused(uploads.create(new(u64::MAX)).await, "upload_too_large");
    assert_eq!((bench.files(), uploads.storage()), (Vec::new(), Storage::default()));
}

#[tokio::test]
async fn an_upload_is_given_up_when_nothing_has_come_for_too_long() {
    let bench = Bench::new();
    let uploads = bench.open().await;
    let id = begin(&uploads, 100).await;
    for byte in 0..10 {
        bench.let_pass(HOUR * 23);
        uploads.append(id, byte, body(b"x"), None).await.expect("in time");
    }
    bench.let_pass(HOUR * 24);
    refused(uploads.status(id), "upload_expired");
    refused(uploads.append(id, 10, body(b"x"), None).await, "upload_expired");
    assert_eq!(uploads.expire().await, Cleared { sessions: 1, files: 1, freed_bytes: 10 });
    refused(uploads.status(id), "upload_not_found");
    assert_eq!(bench.files(), Vec::<String>::new());
}

#[tokio::test]
async fn who_still_sends_is_not_given_up() {
    let bench = Bench::new();
    let uploads = bench.open().await;
    let id = begin(&uploads, 100).await;
    let (feed, come) = fed();
    let sending = tokio::spawn({
        let uploads = uploads.clone();
        async move { uploads.append(id, 0, come, None).await }
    });
    feed.send(Bytes::from_static(b"x")).await.expect("taken");
    drop(feed.reserve().await.expect("open"));
    bench.let_pass(HOUR * 25);
    assert_eq!(uploads.expire().await, Cleared::default());
    assert_eq!(uploads.clean_up(Duration::ZERO, None).await, Cleared::default());
    drop(feed);
    assert_eq!(sending.await.expect("no panic").expect("appended").offset, 1);
}

#[tokio::test]
async fn what_is_old_can_be_cleared_away() {
    let bench = Bench::new();
    let uploads = bench.open().await;
    let old = begin(&uploads, 100).await;
    uploads.append(old, 0, body(&content(60)), None).await.expect("appended");
    bench.let_pass(HOUR * 2);
    let young = begin(&uploads, 100).await;
    assert_eq!(uploads.clean_up(HOUR, Some("somebody else")).await, Cleared::default(), "only one's own");
    assert_eq!(uploads.clean_up(HOUR, None).await, Cleared { sessions: 1, files: 1, freed_bytes: 60 });
    assert_eq!(uploads.list(None).iter().map(|status| status.id).collect::<Vec<_>>(), [young]);
    assert_eq!(uploads.storage(), Storage { staged: 0, reserved: 100, sessions: 1 });
}

#[tokio::test]
async fn words_that_are_too_long_are_refused() {
    let bench = Bench::new();
    let uploads = bench.open().await;
    let long = "x".repeat(10_000);
    refused(uploads.create(New { metadata: long.clone(), ..new(1) }).await, "invalid_metadata");
    refused(uploads.create(New { owner: long.clone(), ..new(1) }).await, "invalid_metadata");
    refused(uploads.create(New { playlist: Some(long.clone()), ..new(1) }).await, "invalid_metadata");
    assert_eq!(uploads.create(New { name: long, ..new(1) }).await.expect("cut").name.len(), 128);
}
