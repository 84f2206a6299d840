//! Macros, with a clock that a test turns.

use super::schedule::{Stage, command, set, stage, value};
use super::*;
use crate::show::ids::MacroId;
use crate::show::macros::Course;

const START: i64 = 10_000_000;

fn put(id: &str, items: serde_json::Value) -> Command {
    command(json!({"command": "put_macro", "macro": {"id": id, "items": items}}))
}

fn run(id: &str) -> Command {
    command(json!({"command": "run_macro", "id": id}))
}

fn item(after_ms: u64, command: serde_json::Value) -> serde_json::Value {
    json!({"after_ms": after_ms, "command": command})
}

fn course(show: &Show, id: &str) -> Course {
    show.runs[&MacroId::new(id).unwrap()].course
}

#[track_caller]
fn code(refused: Result<Receipt, SubmitError>) -> &'static str {
    match refused {
        Err(SubmitError::Rejected(rejection)) => rejection.code(),
        other => panic!("{other:?}"),
    }
}

/// The number is 1 at once, 2 after 40 ms, 3 after a second; given in another order.
fn counting() -> serde_json::Value {
    json!([item(1_000, set(3)), item(0, set(1)), item(40, set(2))])
}

async fn counting_stage() -> Stage {
    let stage = stage();
    stage.clock.set(ShowTime(START));
    stage.submit(put("count", counting())).await.unwrap();
    stage.submit(run("count")).await.unwrap();
    stage
}

#[tokio::test]
async fn every_item_is_seen_in_the_frame_of_its_time() {
    let stage = counting_stage().await;
    assert_eq!(value(&stage.state.snapshot().show), Some("1".to_owned()), "at once is at once");
    for (at, seen) in [(0, "1"), (39_999, "1"), (40_000, "2"), (999_999, "2"), (1_000_000, "3"), (5_000_000, "3")] {
        assert_eq!(stage.seen(START + at).as_deref(), Some(seen), "{at} µs after the start");
    }
    let after = stage.turn(START + 47_000, 4).await;
    assert_eq!((value(&after.show), after.at), (Some("2".to_owned()), ShowTime(START + 40_000)));
    assert_eq!(course(&after.show, "count"), Course::Running { next: 2 });
    assert_eq!(code(stage.submit(run("count")).await), "macro_running");
    assert_eq!(code(stage.submit(command(json!({"command": "remove_macro", "id": "count"}))).await), "macro_running");
    let after = stage.turn(START + 1_100_000, 5).await;
    assert_eq!(course(&after.show, "count"), Course::Done { at: ShowTime(START + 1_000_000) });
    let by: Vec<_> = stage.state.kept_changes().iter().map(|change| change.origin.actor.clone()).collect();
    assert_eq!(by, vec![Some("ann".to_owned()); 5], "whoever started it does what it does");
}

#[tokio::test]
async fn items_of_one_time_are_one_change() {
    let stage = stage();
    let scene = json!({"command": "put_scene", "scene": {"id": "a"}});
    let both = json!({"command": "batch", "commands": [set(5), {"command": "take_scene", "scene": "a"}]});
    stage.submit(put("m", json!([item(10, scene), item(10, both)]))).await.unwrap();
    stage.submit(run("m")).await.unwrap();
    let after = stage.turn(20_000, 3).await;
    assert!(after.show.program.is_some() && value(&after.show).is_some());
    assert_eq!(stage.state.kept_changes().last().unwrap().events.len(), 4, "scene, value, program, and that it is done");
}

#[tokio::test]
async fn a_run_is_stopped_or_begun_anew() {
    let stage = counting_stage().await;
    stage.submit(command(json!({"command": "stop_macro", "id": "count"}))).await.unwrap();
    assert_eq!(stage.seen(START + 5_000_000).as_deref(), Some("1"));
    assert_eq!(code(stage.submit(command(json!({"command": "stop_macro", "id": "count"}))).await), "macro_not_running");
    stage.submit(run("count")).await.unwrap();
    stage.clock.set(ShowTime(START + 30_000));
    let again = command(json!({"command": "run_macro", "id": "count", "restart": true}));
    stage.submit(again).await.unwrap();
    assert_eq!(stage.seen(START + 69_999).as_deref(), Some("1"));
    assert_eq!(stage.seen(START + 70_000).as_deref(), Some("2"));
    stage.submit(put("count", json!([item(0, set(9))]))).await.unwrap();
    assert_eq!(stage.seen(START + 70_000).as_deref(), Some("2"), "a run goes on with what it was started with");
    assert_eq!(code(stage.submit(run("other")).await), "macro_not_found");
}

#[tokio::test]
async fn a_refusal_ends_a_run_unless_it_may_go_on() {
    for (on_refusal, number) in [("stop", Some("1")), ("go_on", Some("2"))] {
        let stage = stage();
        let items = json!([item(0, set(1)), item(5, json!({"command": "stop_stream"})), item(5, set(2))]);
        let define = json!({"command": "put_macro", "macro": {"id": "m", "items": items, "on_refusal": on_refusal}});
        stage.submit(command(define)).await.unwrap();
        stage.submit(run("m")).await.unwrap();
        let after = stage.turn(10_000, 4).await;
        assert_eq!(value(&after.show).as_deref(), number, "{on_refusal}");
        let refused = &after.show.runs[&MacroId::new("m").unwrap()].refused;
        assert_eq!((refused.len(), refused[0].index, refused[0].code.as_str()), (1, 1, "not_live"));
        let at = ShowTime(5_001);
        let expected = if on_refusal == "stop" { Course::Failed { at } } else { Course::Done { at } };
        assert_eq!(course(&after.show, "m"), expected);
    }
}

#[tokio::test]
async fn macros_that_start_each_other_come_to_an_end() {
    let stage = stage();
    let start = |id: &str| json!({"command": "run_macro", "id": id, "restart": true});
    let hand_over = |id: &str| json!([item(0, start(id)), item(0, set(1))]);
    stage.submit(put("a", hand_over("b"))).await.unwrap();
    stage.submit(put("b", hand_over("a"))).await.unwrap();
    stage.submit(put("self", json!([item(0, start("self"))]))).await.unwrap();
    stage.submit(run("a")).await.unwrap();
    stage.submit(run("self")).await.unwrap();
    let show = stage.state.snapshot().show.clone();
    for id in ["a", "b", "self"] {
        assert!(!show.runs[&MacroId::new(id).unwrap()].is_running(), "{id} has ended: {:?}", course(&show, id));
    }
    let refused: Vec<_> =
        show.runs.values().flat_map(|run| run.refused.iter()).map(|refusal| refusal.code.as_str()).collect();
    assert_eq!(refused, ["too_deep"; 2]);
    assert!(stage.state.snapshot().seq < Seq(30));
}

#[tokio::test]
async fn what_may_stand_in_a_macro_is_said() {
    let stage = stage();
    let refused = async |items: serde_json::Value, expected: &str| {
        assert_eq!(code(stage.submit(put("m", items.clone())).await), expected, "{items}");
    };
    refused(json!([]), "out_of_range").await;
    refused(json!(vec![item(0, set(1)); 257]), "out_of_range").await;
    refused(json!([item(86_400_001, set(1))]), "out_of_range").await;
    refused(json!([item(0, json!({"command": "batch", "at": 5, "commands": [set(1)]}))]), "not_in_batch").await;
    let inner = json!({"command": "put_macro", "macro": {"id": "n", "items": [item(0, set(1))]}});
    refused(json!([item(0, inner)]), "not_in_batch").await;
    let key = json!({"command": "change_destination", "destination": "tv", "patch": {"key": "s3cret"}});
    refused(json!([item(0, json!({"command": "batch", "commands": [key]}))]), "not_in_batch").await;
    let enable = json!({"command": "change_destination", "destination": "tv", "patch": {"enabled": true}});
    assert!(stage.submit(put("m", json!([item(0, enable)]))).await.is_ok());
}

#[tokio::test]
async fn a_restart_makes_up_for_what_came_due_and_goes_on() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("journal");
    let stage = Stage::open(&path, START);
    stage.submit(put("count", counting())).await.unwrap();
    stage.submit(run("count")).await.unwrap();
    stage.end();
    let stage = Stage::open(&path, START + 500_000);
    let after = stage.turn(START + 500_000, 4).await;
    assert_eq!((value(&after.show), after.at), (Some("2".to_owned()), ShowTime(START + 40_000)));
    let after = stage.turn(START + 1_000_000, 5).await;
    assert_eq!(course(&after.show, "count"), Course::Done { at: ShowTime(START + 1_000_000) });
    stage.end();
    let stage = Stage::open(&path, START + 2_000_000);
    assert!(stage.submit(run("count")).await.is_ok(), "it is still defined");
    stage.end();
}
