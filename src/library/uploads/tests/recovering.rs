//! What a start finds.

use std::fs;
use std::os::unix::fs::symlink;

use super::*;

#[tokio::test]
async fn bytes_beyond_the_promises_do_not_exist() {
    let bench = Bench::new();
    let uploads = bench.open().await;
    let bytes = content(1_000);
    let id = begin(&uploads, 1_000).await;
    uploads.append(id, 0, body(&bytes[..400]), None).await.expect("appended");
    let directory = bench.uploads_path().join(id.to_string());
    let journal = fs::read(directory.join("journal")).expect("the journal");
    uploads.append(id, 400, body(&bytes[400..800]), None).await.expect("appended");
    // As if the power had gone after the bytes were written, and while the journal was.
    let longer = fs::read(directory.join("journal")).expect("the journal");
    fs::write(directory.join("journal"), &longer[..longer.len() - 1]).expect("torn");
    assert!(longer.len() > journal.len());
    let uploads = bench.open().await;
    assert_eq!(uploads.status(id).expect("there").offset, 400);
    assert_eq!(fs::metadata(directory.join("data.part")).expect("the file").len(), 400);
    uploads.append(id, 400, body(&bytes[400..]), None).await.expect("appended");
    let uploads = bench.open().await;
    assert_eq!(fs::read(ready(&uploads, id).await.path).expect("the file"), bytes);
}

#[tokio::test]
async fn what_a_broken_disk_has_lost_has_to_come_again() {
    let bench = Bench::new();
    let uploads = bench.open().await;
    let bytes = content(CHUNK * 2);
    let id = begin(&uploads, CHUNK * 2).await;
    uploads.append(id, 0, body(&bytes), None).await.expect("appended");
    let data = bench.uploads_path().join(id.to_string()).join("data.part");
    fs::OpenOptions::new().write(true).open(&data).expect("the file").set_len(CHUNK + 5).expect("cut");
    for uploads in [bench.open().await, bench.open().await] {
        assert_eq!(uploads.status(id).expect("there").missing, [[CHUNK + 5, CHUNK * 2]]);
    }
    fs::remove_file(data).expect("removed");
    let uploads = bench.open().await;
    assert_eq!(uploads.status(id).expect("there").received, 0);
    uploads.append(id, 0, body(&bytes), None).await.expect("appended");
    assert_eq!(fs::read(ready(&uploads, id).await.path).expect("the file"), bytes);
}

#[tokio::test]
async fn what_is_no_upload_is_removed_and_nothing_behind_a_link() {
    let bench = Bench::new();
    let uploads = bench.open().await;
    let (kept, broken, swapped) = (begin(&uploads, 10).await, begin(&uploads, 10).await, begin(&uploads, 10).await);
    let at = |name: &str| bench.uploads_path().join(name);
    let outside = bench.directory.path().join("outside");
    fs::create_dir(&outside).expect("made");
    fs::write(outside.join("precious"), "x").expect("written");
    symlink(&outside, at(&"ab".repeat(16))).expect("linked");
    fs::write(at("stray"), "x").expect("written");
    fs::create_dir(at(&"cd".repeat(16))).expect("made");
    fs::create_dir_all(at("lost+found")).expect("made");
    fs::write(at(&broken.to_string()).join("journal"), "garbage\n").expect("written");
    let journal = fs::read(at(&kept.to_string()).join("journal")).expect("read");
    fs::write(at(&swapped.to_string()).join("journal"), journal).expect("another's");
    fs::write(at(&kept.to_string()).join("journal.new"), "half").expect("left over");
    let uploads = bench.open().await;
    assert_eq!(uploads.list(None).iter().map(|status| status.id).collect::<Vec<_>>(), [kept]);
    assert_eq!(bench.files(), [kept.to_string(), "lost+found".to_owned()]);
    assert_eq!(files(&at(&kept.to_string())), ["data.part", "journal"]);
    assert_eq!(files(&outside), ["precious"]);
}

#[tokio::test]
async fn what_a_newer_version_wrote_is_left_alone() {
    let bench = Bench::new();
    let uploads = bench.open().await;
    let id = begin(&uploads, 10).await;
    let path = bench.uploads_path().join(id.to_string()).join("journal");
    let body = br#"{"is":"begun","version":2,"colour":"blue"}"#;
    let line = [&blake3::hash(body).to_hex().as_bytes()[..16], b" ", body, b"\n"].concat();
    fs::write(&path, &line).expect("written");
    let uploads = bench.open().await;
    assert!(uploads.list(None).is_empty());
    refused(uploads.status(id), "upload_not_found");
    assert_eq!(fs::read(path).expect("still there"), line);
}

#[tokio::test]
async fn a_clock_that_was_set_back_does_not_keep_an_upload_for_ever() {
    let bench = Bench::new();
    let uploads = bench.open().await;
    let id = begin(&uploads, 10).await;
    bench.clock.set(ShowTime(1_000_000_000_000));
    let uploads = bench.open().await;
    assert_eq!(uploads.status(id).expect("there").updated_at, bench.clock.now());
    bench.let_pass(HOUR * 24);
    refused(uploads.status(id), "upload_expired");
}

#[tokio::test]
async fn a_journal_stays_short_however_often_chunks_come() {
    let bench = Bench::new();
    let uploads = bench.open().await;
    let id = begin(&uploads, 10_000).await;
    for byte in 0..300 {
        uploads.append(id, byte, body(b"x"), None).await.expect("appended");
    }
    let journal = fs::read(bench.uploads_path().join(id.to_string()).join("journal")).expect("read");
    assert!(journal.iter().filter(|byte| **byte == b'\n').count() < 20);
    assert_eq!(bench.open().await.status(id).expect("there").offset, 300);
}
