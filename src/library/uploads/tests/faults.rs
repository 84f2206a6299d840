//! The same story on a disk that fails at each of its steps in turn: what was acknowledged is there after the next start, and nothing
//! is told to be there that is not.

use std::fs;

use serde_json::json;

use super::plug::{Fault, Faulty};
use super::*;

const BYTES: u64 = CHUNK * 4 + 777;

/// What the client was told.
#[derive(Default)]
struct Acknowledged {
    id: Option<UploadId>,
    ranges: Vec<(u64, u64)>,
    /// The caller has it, and has put it in its place.
    moved: bool,
    done: bool,
}

/// As a client does that tries again what has failed, but only so often.
async fn story(uploads: &Uploads, place: &Path, told: &mut Acknowledged) {
    let bytes = content(BYTES);
    let mut id = None;
    for _ in 0..3 {
        id = id.or(uploads.create(new(BYTES)).await.ok().map(|status| status.id));
    }
    let Some(id) = id else { return };
    told.id = Some(id);
    for index in [2, 4, 1, 2] {
        let (from, to) = (index * CHUNK, (index * CHUNK + CHUNK).min(BYTES));
        for _ in 0..3 {
            if uploads.put_chunk(id, index, body(chunk(&bytes, index))).await.is_ok() {
                told.ranges.push((from, to));
                break;
            }
        }
    }
    for _ in 0..12 {
        let Ok(status) = uploads.settled(id).await else { return };
        told.ranges.push((0, status.offset));
        let from = status.offset as usize;
        let to = (from + 20_000).min(bytes.len());
        if let Ok(appended) = uploads.append(id, status.offset, body(&bytes[from..to]), None).await {
            told.ranges.push((0, appended.offset));
        }
    }
    for _ in 0..3 {
        finish(uploads, id, place, told).await;
    }
}

async fn finish(uploads: &Uploads, id: UploadId, place: &Path, told: &mut Acknowledged) {
    match uploads.begin_finish(id, None).await {
        Ok(Finishing::Ready(complete)) => {
            assert_eq!(complete.blake3, blake3::hash(&content(BYTES)).to_hex().to_string());
            fs::rename(&complete.path, place).expect("moved");
            told.moved = true;
            told.done |= uploads.finished(id, json!("kept")).await.is_ok();
        }
        Ok(Finishing::Moved(_)) => {
            assert!(told.moved, "only we move it");
            told.done |= uploads.finished(id, json!("kept")).await.is_ok();
        }
        Ok(Finishing::Done(result)) => assert_eq!(result, json!("kept")),
        Err(_) => {}
    }
}

/// The next start, on a disk that works.
async fn check(bench: &Bench, place: &Path, told: &mut Acknowledged, why: &str) {
    let uploads = bench.open().await;
    let bytes = content(BYTES);
    let Some(id) = told.id else { return };
    let status = uploads.status(id).unwrap_or_else(|error| panic!("{why}: it was begun: {error}"));
    let is_missing = |at: u64| status.missing.iter().any(|[from, to]| (*from..*to).contains(&at));
    for (from, to) in &told.ranges {
        assert!(!(*from..*to).step_by(97).any(is_missing), "{why}: {from} to {to} was acknowledged: {status:?}");
    }
    let data = if told.moved { place.to_owned() } else { bench.uploads_path().join(id.to_string()).join("data.part") };
    let found = fs::read(&data).unwrap_or_default();
    for (from, to) in there(&status.missing) {
        assert!(found.get(from..to) == bytes.get(from..to), "{why}: {from} to {to} is said to be there");
    }
    if told.done {
        assert_eq!(status.result, Some(json!("kept")), "{why}");
    }
    go_on(&uploads, id, place, told).await;
    assert_eq!(fs::read(place).expect("kept"), bytes, "{why}");
    assert_eq!(uploads.storage().staged, 0, "{why}");
}

/// What lies between the gaps.
fn there(missing: &[[u64; 2]]) -> Vec<(usize, usize)> {
    let starts = std::iter::once(0).chain(missing.iter().map(|[_, to]| *to as usize));
    let ends = missing.iter().map(|[from, _]| *from as usize).chain(std::iter::once(BYTES as usize));
    starts.zip(ends).filter(|(from, to)| from < to).collect()
}

async fn go_on(uploads: &Uploads, id: UploadId, place: &Path, told: &mut Acknowledged) {
    let bytes = content(BYTES);
    while let Some([_, to]) = uploads.status(id).expect("there").missing.first().copied() {
        let offset = uploads.status(id).expect("there").offset;
        uploads.append(id, offset, body(&bytes[offset as usize..to as usize]), None).await.expect("it works again");
    }
    finish(uploads, id, place, told).await;
}

async fn fail_everywhere(fault: Fault) {
    let mut at = 1;
    loop {
        let bench = Bench::new();
        let place = bench.directory.path().join("kept");
        let disk = Faulty::new(fault, at);
        let mut told = Acknowledged::default();
        let (clock, limits) = (bench.clock.clone(), bench.limits.clone());
        if let Ok(uploads) = Uploads::open_on(disk.clone(), bench.uploads_path(), limits, clock).await {
            story(&uploads, &place, &mut told).await;
        }
        let steps = disk.steps();
        disk.pull();
        let is_final = at > steps;
        assert!(!is_final || told.done, "{fault:?}: where nothing fails all is done");
        check(&bench, &place, &mut told, &format!("{fault:?} at step {at}")).await;
        if is_final {
            assert!(at > 100, "the story has many steps: {at}");
            return;
        }
        at += 1;
    }
}

#[tokio::test]
async fn whichever_step_fails_once_nothing_acknowledged_is_lost() {
    fail_everywhere(Fault::Once(io::ErrorKind::StorageFull)).await;
    fail_everywhere(Fault::Once(io::ErrorKind::Other)).await;
}

#[tokio::test]
async fn wherever_the_power_goes_nothing_acknowledged_is_lost() {
    fail_everywhere(Fault::Plug).await;
}

#[tokio::test]
async fn wherever_the_power_goes_after_a_failure_nothing_acknowledged_is_lost() {
    for later in [2, 5, 9] {
        fail_everywhere(Fault::OnceThenPlug(later)).await;
    }
}

#[tokio::test]
async fn wherever_it_is_killed_nothing_acknowledged_is_lost() {
    fail_everywhere(Fault::Kill).await;
}

#[tokio::test]
async fn a_full_disk_is_told_as_such_and_what_fitted_stays() {
    let bench = Bench::new();
    let bytes = content(BYTES);
    let (mut were_full, mut at) = (0, 1);
    while were_full < 3 {
        let disk = Faulty::new(Fault::Once(io::ErrorKind::StorageFull), at);
        let (clock, limits) = (bench.clock.clone(), bench.limits.clone());
        let uploads =
            Uploads::open_on(disk, bench.directory.path().join(at.to_string()), limits, clock).await.expect("opened");
        at += 1;
        let Ok(begun) = uploads.create(new(BYTES)).await else { continue };
        let Err(error) = uploads.append(begun.id, 0, body(&bytes), None).await else { panic!("step {at} fails") };
        assert_eq!(error, UploadError::StorageFull);
        were_full += 1;
        let offset = uploads.settled(begun.id).await.expect("it stays").offset;
        uploads.append(begun.id, offset, body(&bytes[offset as usize..]), None).await.expect("there is room again");
        assert!(fs::read(ready(&uploads, begun.id).await.path).expect("the file") == bytes);
    }
}
