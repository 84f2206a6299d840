//! Numbered chunks.

use futures_util::future::join_all;

use super::*;

#[tokio::test]
async fn chunks_come_in_any_order_side_by_side_and_more_than_once() {
    let bench = Bench::new();
    let uploads = bench.open().await;
    let bytes = content(CHUNK * 7 + 123);
    let id = begin(&uploads, bytes.len() as u64).await;
    let order = [7, 3, 0, 5, 3, 1, 6, 0, 2, 4, 7];
    let puts = order.map(|index| uploads.put_chunk(id, index, body(chunk(&bytes, index))));
    assert!(join_all(puts).await.iter().all(Result::is_ok));
    let uploads = bench.open().await;
    let status = uploads.status(id).expect("there");
    assert_eq!((status.received, status.chunks_received, status.is_complete()), (bytes.len() as u64, 8, true));
    uploads.put_chunk(id, 2, body(chunk(&bytes, 2))).await.expect("the same again is fine");
    assert_eq!(std::fs::read(ready(&uploads, id).await.path).expect("the file"), bytes);
}

#[tokio::test]
async fn other_bytes_for_a_chunk_that_is_there_are_refused() {
    let bench = Bench::new();
    let uploads = bench.open().await;
    let bytes = content(CHUNK * 2);
    let id = begin(&uploads, CHUNK * 2).await;
    uploads.put_chunk(id, 0, body(chunk(&bytes, 0))).await.expect("put");
    refused(uploads.put_chunk(id, 0, body(chunk(&bytes, 1))).await, "chunk_differs");
    uploads.put_chunk(id, 1, body(chunk(&bytes, 1))).await.expect("put");
    assert_eq!(std::fs::read(ready(&uploads, id).await.path).expect("the file"), bytes);
}

#[tokio::test]
async fn of_two_that_come_at_once_with_different_bytes_one_is_kept_whole() {
    let bench = Bench::new();
    let uploads = bench.open().await;
    for _ in 0..10 {
        let id = begin(&uploads, CHUNK).await;
        let both = [content(CHUNK), content(CHUNK * 2)[..CHUNK as usize].to_vec()];
        let puts = join_all(both.iter().map(|bytes| uploads.put_chunk(id, 0, body(bytes)))).await;
        let kept = puts.iter().position(Result::is_ok).expect("one is kept");
        assert_eq!(puts.iter().filter(|put| put.is_ok()).count(), 1);
        let whole = ready(&uploads, id).await;
        assert!(std::fs::read(&whole.path).expect("the file") == both[kept]);
        drop(whole);
        uploads.remove(id).await.expect("removed");
    }
}

#[tokio::test]
async fn a_chunk_is_there_as_a_whole_or_not_at_all() {
    let bench = Bench::new();
    let uploads = bench.open().await;
    let bytes = content(CHUNK + 10);
    let id = begin(&uploads, CHUNK + 10).await;
    refused(uploads.put_chunk(id, 0, broken(&bytes[..50_000])).await, "upload_interrupted");
    refused(uploads.put_chunk(id, 0, body(&bytes[..CHUNK as usize - 1])).await, "wrong_chunk_size");
    refused(uploads.put_chunk(id, 0, body(&bytes)).await, "wrong_chunk_size");
    refused(uploads.put_chunk(id, 1, body(&bytes[..11])).await, "wrong_chunk_size");
    refused(uploads.put_chunk(id, 2, body(&bytes[..10])).await, "chunk_not_found");
    refused(uploads.put_chunk(id, u64::MAX, body(&bytes[..10])).await, "chunk_not_found");
    assert_eq!(uploads.status(id).expect("there").received, 0);
    refused(uploads.begin_finish(id, None).await, "upload_incomplete");
}

#[tokio::test]
async fn both_views_of_an_upload_hold() {
    let bench = Bench::new();
    let uploads = bench.open().await;
    let bytes = content(CHUNK * 3);
    let id = begin(&uploads, CHUNK * 3).await;
    uploads.append(id, 0, body(&bytes[..1_000]), None).await.expect("appended");
    uploads.put_chunk(id, 1, body(chunk(&bytes, 1))).await.expect("put");
    let mut wrong = chunk(&bytes, 0).to_vec();
    wrong[999] ^= 1;
    refused(uploads.put_chunk(id, 0, body(&wrong)).await, "chunk_differs");
    assert_eq!(uploads.status(id).expect("there").offset, 1_000);
    uploads.put_chunk(id, 0, body(chunk(&bytes, 0))).await.expect("what is missing of it is written");
    assert_eq!(uploads.status(id).expect("there").offset, CHUNK * 2);
    let last = uploads.append(id, CHUNK * 2, body(chunk(&bytes, 2)), None).await.expect("appended");
    assert!(last.is_complete);
    assert_eq!(std::fs::read(ready(&uploads, id).await.path).expect("the file"), bytes);
}

#[tokio::test]
async fn chunks_do_not_turn_out_an_append_but_wait_for_it() {
    let bench = Bench { limits: Limits { turn: Duration::from_millis(30), ..Bench::new().limits }, ..Bench::new() };
    let uploads = bench.open().await;
    let bytes = content(CHUNK * 2);
    let id = begin(&uploads, CHUNK * 2).await;
    let (feed, come) = fed();
    let appending = tokio::spawn({
        let uploads = uploads.clone();
        async move { uploads.append(id, 0, come, None).await }
    });
    feed.send(Bytes::copy_from_slice(&bytes[..10])).await.expect("taken");
    drop(feed.reserve().await.expect("open"));
    refused(uploads.put_chunk(id, 1, body(chunk(&bytes, 1))).await, "upload_locked");
    feed.send(Bytes::copy_from_slice(&bytes[10..])).await.expect("taken");
    drop(feed);
    assert!(appending.await.expect("no panic").expect("appended").is_complete);
    uploads.put_chunk(id, 1, body(chunk(&bytes, 1))).await.expect("it is there");
}
