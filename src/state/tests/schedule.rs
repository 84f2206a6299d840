//! Batches, now and at a time. Time stands still until a test turns it.

use super::*;
use crate::show::ids::BatchId;
use crate::show::timeline::ShowAt;

const AT: i64 = 10_000_000;

pub(super) fn command(value: serde_json::Value) -> Command {
    serde_json::from_value(value).unwrap()
}

pub(super) fn set(value: i64) -> serde_json::Value {
    json!({"command": "set_value", "name": "n", "value": value})
}

fn at(millis: i64, id: &str, commands: serde_json::Value) -> Command {
    command(json!({"command": "batch", "at": millis, "id": id, "commands": commands}))
}

pub(super) fn value(show: &Show) -> Option<String> {
    show.values.text("n").map(str::to_owned)
}

/// A writer whose clock stands at one microsecond.
pub(super) struct Stage {
    pub(super) state: StateHandle,
    pub(super) clock: Clock,
    pub(super) thread: Option<std::thread::JoinHandle<()>>,
}

impl Stage {
    pub(super) fn start(store: Box<dyn Store>, loaded: Loaded, now: i64) -> Stage {
        let clock = Clock::manual(ShowTime(now));
        let env = writer::Env { clock: clock.clone(), vitals: Arc::new(Vitals::new()) };
        let (state, thread) = writer::start(store, loaded, env).unwrap();
        Stage { state, clock, thread: Some(thread) }
    }

    pub(super) fn open(path: &std::path::Path, now: i64) -> Stage {
        let (journal, loaded) = Journal::open(path).unwrap();
        Stage::start(Box::new(journal), loaded, now)
    }

    pub(super) async fn submit(&self, command: Command) -> Result<Receipt, SubmitError> {
        let origin = Origin { actor: Some("ann".to_owned()), ..origin() };
        self.state.submit(command, origin).await
    }

    /// What a frame of that time shows.
    pub(super) fn seen(&self, at: i64) -> Option<String> {
        value(self.state.timeline().load().show_at(ShowTime(at)))
    }

    /// Turns the clock, and waits until the show is at change `seq`.
    pub(super) async fn turn(&self, now: i64, seq: u64) -> Arc<Snapshot> {
        self.clock.set(ShowTime(now));
        let mut snapshots = self.state.snapshots();
        snapshots.wait_for(|snapshot| snapshot.seq >= Seq(seq)).await.unwrap().clone()
    }

    pub(super) fn end(mut self) {
        self.state.close();
        self.thread.take().unwrap().join().unwrap();
    }
}

pub(super) fn stage() -> Stage {
    Stage::start(Box::new(Memory::default()), Loaded::default(), 1)
}

#[tokio::test]
async fn a_batch_is_one_change_or_none() {
    let stage = stage();
    let scene = |id: &str| json!({"command": "put_scene", "scene": {"id": id}});
    let take = json!({"command": "take_scene", "scene": "b"});
    let whole = json!({"command": "batch", "commands": [scene("a"), scene("b"), take.clone(), set(1)]});
    let receipt = stage.submit(command(whole)).await.unwrap();
    assert_eq!((receipt.seq, receipt.snapshot.scenes.len()), (Seq(1), 2), "one number, one show");
    assert_eq!(receipt.snapshot.program.as_ref().unwrap().scene.as_str(), "b", "later commands find what earlier ones made");
    let before = stage.state.snapshot();
    let missing = json!({"command": "remove_scene", "scene": "nowhere"});
    let refused = stage.submit(command(json!({"command": "batch", "commands": [set(2), missing, set(3)]}))).await;
    let Err(SubmitError::Rejected(rejection)) = refused else { panic!("it is refused") };
    assert_eq!(rejection.code(), "scene_not_found");
    assert!(matches!(rejection, Rejection::InBatch { index: 1, command: "remove_scene", .. }), "{rejection:?}");
    assert_eq!((stage.state.snapshot().seq, value(&stage.state.snapshot().show)), (before.seq, Some("1".to_owned())));
}

#[tokio::test]
async fn what_may_stand_in_a_batch_is_said() {
    let stage = stage();
    let refused = async |commands: serde_json::Value, at: Option<i64>, code: &str| {
        let batch = command(json!({"command": "batch", "commands": commands, "at": at}));
        match stage.submit(batch).await {
            Err(SubmitError::Rejected(rejection)) => assert_eq!(rejection.code(), code, "{commands}"),
            other => panic!("{commands}: {other:?}"),
        }
    };
    refused(json!([]), None, "out_of_range").await;
    refused(json!(vec![set(1); 257]), None, "out_of_range").await;
    refused(json!([{"command": "batch", "commands": [set(1)]}]), None, "not_in_batch").await;
    refused(json!([{"command": "remove_asset", "asset": "a"}]), None, "not_in_batch").await;
    let later = Some(AT / 1_000);
    let tv = json!({"id": "tv", "kind": "rtmp", "url": "rtmp://h/live", "key": "s3cret"});
    refused(json!([{"command": "put_destination", "destination": tv}]), later, "not_in_batch").await;
    let key = json!({"command": "change_destination", "destination": "tv", "patch": {"key": "s3cret"}});
    refused(json!([key]), later, "not_in_batch").await;
    let input = json!({"id": "i", "kind": "network", "url": "rtsp://h/x", "secret": "me:s3cret"});
    refused(json!([{"command": "put_input", "input": input}]), later, "not_in_batch").await;
    refused(json!([set(1)]), Some(-70_000), "out_of_range").await;
    refused(json!([set(1)]), Some(400 * 86_400_000), "out_of_range").await;
    let long = json!({"command": "set_value", "name": "n", "value": "x".repeat(1_000)});
    refused(json!(vec![long; 100]), later, "too_many").await;
    assert_eq!(stage.state.snapshot().seq, Seq(0));
}

#[tokio::test]
async fn a_scheduled_batch_is_seen_in_the_frame_of_its_time_and_committed_as_of_it() {
    let stage = stage();
    stage.submit(command(set(1))).await.unwrap();
    let receipt = stage.submit(at(AT / 1_000, "later", json!([set(2), {"command": "start_stream"}]))).await.unwrap();
    assert!(receipt.snapshot.scheduled.contains_key(&BatchId::new("later").unwrap()));
    assert_eq!(stage.seen(AT + 1), Some("1".to_owned()), "it is not looked at that far ahead");
    // The clock wakes the writer two seconds before: from then on the engine knows. Any command shows that it has looked.
    stage.clock.set(ShowTime(AT - 2_000_000));
    stage.submit(command(json!({"command": "set_value", "name": "other", "value": 1}))).await.unwrap();
    assert_eq!(stage.seen(AT - 1), Some("1".to_owned()));
    assert_eq!(stage.seen(AT), Some("2".to_owned()), "seen in time, though nothing of it is committed yet");
    assert_eq!(value(&stage.state.snapshot().show), Some("1".to_owned()));
    let after = stage.turn(AT + 5_000, 4).await;
    assert_eq!((value(&after.show), after.at), (Some("2".to_owned()), ShowTime(AT)));
    assert_eq!(after.show.stream.on_air_since(), Some(ShowTime(AT)), "as of its time, not of the commit");
    assert!(after.show.scheduled.is_empty());
    let change = stage.state.kept_changes().pop().unwrap();
    assert_eq!((change.origin.door.as_str(), change.origin.actor.as_deref()), ("schedule", Some("ann")));
    assert_eq!(change.events.len(), 3, "all of it in one change");
}

#[tokio::test]
async fn the_alarm_looks_ahead_by_itself() {
    let stage = stage();
    stage.submit(at(AT / 1_000, "later", json!([set(2)]))).await.unwrap();
    stage.clock.set(ShowTime(AT - 1_900_000));
    let timeline = stage.state.timeline();
    while timeline.load().ahead().is_empty() {
        tokio::task::yield_now().await;
    }
    assert_eq!((stage.seen(AT - 1), stage.seen(AT)), (None, Some("2".to_owned())));
}

#[tokio::test]
async fn a_command_after_its_time_finds_it_done() {
    let stage = stage();
    stage.submit(at(AT / 1_000, "b", json!([set(2)]))).await.unwrap();
    stage.submit(at(AT / 1_000 - 1, "a", json!([set(7)]))).await.unwrap();
    stage.clock.set(ShowTime(AT));
    let receipt = stage.submit(command(json!({"command": "remove_value", "name": "n"}))).await.unwrap();
    assert_eq!((receipt.seq, value(&receipt.snapshot)), (Seq(5), None));
    let at: Vec<i64> = stage.state.kept_changes().iter().map(|change| change.at.0).collect();
    assert_eq!(at, [1, 1, AT - 1_000, AT, AT], "in the order of time");
}

#[tokio::test]
async fn a_late_request_is_meant_now() {
    let stage = stage();
    stage.clock.set(ShowTime(AT));
    let receipt = stage.submit(at(AT / 1_000 - 20, "x", json!([set(5)]))).await.unwrap();
    assert_eq!((value(&receipt.snapshot), receipt.snapshot.scheduled.len()), (Some("5".to_owned()), 0));
}

#[tokio::test]
async fn what_waits_survives_a_restart_and_what_came_due_meanwhile_happens_as_of_its_time() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("journal");
    let stage = Stage::open(&path, 1);
    stage.submit(at(AT / 1_000, "first", json!([set(2), {"command": "start_stream"}]))).await.unwrap();
    stage.submit(at(AT / 500, "second", json!([set(3)]))).await.unwrap();
    stage.end();
    let stage = Stage::open(&path, AT - 500_000);
    assert_eq!((stage.state.snapshot().seq, stage.state.snapshot().show.scheduled.len()), (Seq(2), 2), "it still waits");
    stage.end();
    let stage = Stage::open(&path, AT + 3_000_000);
    let after = stage.turn(AT + 3_000_000, 3).await;
    assert_eq!((value(&after.show), after.show.stream.on_air_since()), (Some("2".to_owned()), Some(ShowTime(AT))));
    let after = stage.turn(2 * AT, 4).await;
    assert_eq!(value(&after.show), Some("3".to_owned()));
    stage.end();
}

#[tokio::test]
async fn a_month_of_a_playlist_that_nobody_heard_is_not_played_afterwards() {
    const HOUR: i64 = 3_600_000_000;
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("journal");
    let stage = Stage::open(&path, 1);
    let still = json!({"id": "p", "name": "p.png", "kind": "image", "format": "png", "width": 1, "height": 1, "bytes": 1});
    stage.submit(command(json!({"command": "add_asset", "asset": still}))).await.unwrap();
    let when = json!({"windows": [{"from": "08:00", "to": "20:00"}]});
    let list = json!({"id": "loop", "title": "Loop", "tracks": [{"id": "x", "asset": "p"}], "when": when});
    stage.submit(command(json!({"command": "put_playlist", "playlist": list}))).await.unwrap();
    stage.submit(command(json!({"command": "change_player", "patch": {"repeat": "all"}}))).await.unwrap();
    stage.end();
    let now = (30 * 24 + 12) * HOUR;
    let stage = Stage::open(&path, now);
    let after = stage.turn(now, 4).await;
    assert_eq!((after.seq, after.at, after.show.playlists["loop"].tracks[0].play_count), (Seq(4), ShowTime(now), 1));
    assert!(after.show.player.now.as_ref().is_some_and(|playing| playing.offset_ms(ShowTime(now)) == 0), "from now on");
    stage.end();
}

#[tokio::test]
async fn a_full_disk_does_not_keep_it_from_being_seen() {
    let store = Memory::default();
    let stage = Stage::start(Box::new(store.clone()), Loaded::default(), AT - 1_000_000);
    stage.submit(at(AT / 1_000, "x", json!([set(2)]))).await.unwrap();
    store.full.store(true, Ordering::Relaxed);
    stage.clock.set(ShowTime(AT + 10_000));
    assert!(matches!(stage.submit(command(set(9))).await, Err(SubmitError::StorageUnavailable(_))));
    assert_eq!((stage.seen(AT), stage.state.snapshot().seq), (Some("2".to_owned()), Seq(1)));
    store.full.store(false, Ordering::Relaxed);
    // It is tried again a second after each time that it failed.
    let mut now = AT + 10_000;
    while stage.state.snapshot().seq < Seq(2) {
        now += 1_000_000;
        stage.clock.set(ShowTime(now));
        tokio::task::yield_now().await;
    }
    let after = stage.state.snapshot();
    assert_eq!((value(&after.show), after.at), (Some("2".to_owned()), ShowTime(AT)));
}

#[tokio::test]
async fn one_that_can_not_happen_says_why_and_is_forgotten_on_request() {
    let stage = stage();
    let take = json!({"command": "take_scene", "scene": "gone"});
    stage.submit(at(AT / 1_000, "x", json!([set(2), take]))).await.unwrap();
    let after = stage.turn(AT, 2).await;
    let id = BatchId::new("x").unwrap();
    let refusal = after.show.scheduled[&id].refused.clone().unwrap();
    assert_eq!((refusal.index, refusal.command.as_str(), refusal.code.as_str()), (1, "take_scene", "scene_not_found"));
    assert_eq!(value(&after.show), None, "nothing of it happened");
    let cancel = || command(json!({"command": "cancel_batch", "id": "x"}));
    assert!(stage.submit(cancel()).await.unwrap().snapshot.scheduled.is_empty());
    assert!(matches!(stage.submit(cancel()).await, Err(SubmitError::Rejected(Rejection::NoBatch(_)))));
}

#[tokio::test]
async fn one_that_is_canceled_does_not_happen() {
    let stage = stage();
    stage.clock.set(ShowTime(AT - 1_000));
    stage.submit(at(AT / 1_000, "x", json!([set(2)]))).await.unwrap();
    assert_eq!(stage.seen(AT), Some("2".to_owned()));
    let again = stage.submit(at(AT / 1_000, "x", json!([set(3)]))).await;
    assert!(matches!(again, Err(SubmitError::Rejected(Rejection::BatchExists(_)))));
    stage.submit(command(json!({"command": "cancel_batch", "id": "x"}))).await.unwrap();
    assert_eq!(stage.seen(AT), None);
    stage.clock.set(ShowTime(2 * AT));
    assert_eq!(stage.submit(command(set(4))).await.unwrap().seq, Seq(3));
}

#[tokio::test]
async fn there_is_an_end_to_what_waits_and_to_what_was_refused() {
    let stage = stage();
    let nowhere = json!([{"command": "remove_scene", "scene": "gone"}]);
    for number in 0..128 {
        stage.submit(at(AT / 1_000 + number, &format!("b{number}"), nowhere.clone())).await.unwrap();
    }
    let more = stage.submit(at(AT / 1_000, "more", nowhere)).await;
    assert!(matches!(more, Err(SubmitError::Rejected(Rejection::TooMany { limit: 128, .. }))), "{more:?}");
    let after = stage.turn(2 * AT, 256).await;
    let kept: Vec<i64> = after.show.scheduled.values().map(|batch| batch.at.0).collect();
    assert_eq!(kept.len(), 16, "the newest");
    assert!(kept.iter().all(|at| *at >= AT + 112_000), "{kept:?}");
    stage.end();
}
