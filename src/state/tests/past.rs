//! Steps back and forth, and versions.

use super::schedule::{Stage, command, stage};
use super::*;
use crate::state::apply::{Given, decide_given};
use crate::state::past::{Direction, Past, remember};

fn scene(layers: &[&str]) -> serde_json::Value {
    let layers: Vec<_> = layers.iter().map(|id| json!({"id": id, "kind": "pattern"})).collect();
    json!({"command": "put_scene", "scene": {"id": "a", "layers": layers}})
}

fn undo() -> Command {
    command(json!({"command": "undo_scene", "scene": "a"}))
}

fn redo() -> Command {
    command(json!({"command": "redo_scene", "scene": "a"}))
}

fn layers(show: &Show) -> Option<Vec<String>> {
    let scene = show.scenes.get(&SceneId::new("a").unwrap())?;
    Some(scene.layers.iter().map(|layer| layer.id.to_string()).collect())
}

#[track_caller]
fn code(refused: Result<Receipt, SubmitError>) -> &'static str {
    match refused {
        Err(SubmitError::Rejected(rejection)) => rejection.code(),
        other => panic!("{other:?}"),
    }
}

async fn by(stage: &Stage, who: &str, command: Command) -> Result<Receipt, SubmitError> {
    stage.state.submit(command, Origin { actor: Some(who.to_owned()), ..origin() }).await
}

#[tokio::test]
async fn steps_are_taken_back_and_again_also_after_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("journal");
    let stage = Stage::open(&path, 1);
    stage.submit(command(scene(&["x"]))).await.unwrap();
    let add = json!({"command": "put_layer", "scene": "a", "layer": {"id": "y", "kind": "pattern"}});
    stage.submit(command(add)).await.unwrap();
    stage.submit(command(json!({"command": "order_layers", "scene": "a", "order": ["y", "x"]}))).await.unwrap();
    stage.submit(command(json!({"command": "remove_layer", "scene": "a", "layer": "x"}))).await.unwrap();
    let mut seen = Vec::new();
    for _ in 0..2 {
        seen.push(layers(&stage.submit(undo()).await.unwrap().snapshot).unwrap().join(""));
    }
    let past = stage.state.snapshot().past.clone();
    stage.end();
    let stage = Stage::open(&path, 5);
    assert_eq!(stage.state.snapshot().past, past, "it is made from the journal");
    seen.push(layers(&stage.submit(undo()).await.unwrap().snapshot).unwrap().join(""));
    assert_eq!(seen, ["yx", "xy", "x"]);
    assert_eq!(layers(&stage.submit(undo()).await.unwrap().snapshot), None, "before it was made it was not there");
    assert_eq!(code(stage.submit(undo()).await), "nothing_to_undo");
    for expected in ["x", "xy", "yx", "y"] {
        let receipt = stage.submit(redo()).await.unwrap();
        assert_eq!(layers(&receipt.snapshot).unwrap().join(""), expected);
    }
    assert_eq!(code(stage.submit(redo()).await), "nothing_to_redo");
    stage.submit(undo()).await.unwrap();
    stage.submit(command(scene(&["z"]))).await.unwrap();
    assert_eq!(code(stage.submit(redo()).await), "nothing_to_redo", "what is new takes its place");
    assert_eq!(layers(&stage.submit(undo()).await.unwrap().snapshot).unwrap(), ["y", "x"]);
    stage.end();
}

#[tokio::test]
async fn anothers_step_is_taken_back_only_on_purpose() {
    let stage = stage();
    by(&stage, "ann", command(scene(&["x"]))).await.unwrap();
    by(&stage, "bob", command(scene(&["y"]))).await.unwrap();
    let refused = by(&stage, "ann", undo()).await.unwrap_err();
    assert!(refused.to_string().contains("by bob"), "{refused}");
    assert_eq!(code(Err(refused)), "changed_since");
    let force = command(json!({"command": "undo_scene", "scene": "a", "force": true}));
    assert_eq!(layers(&by(&stage, "ann", force).await.unwrap().snapshot).unwrap(), ["x"]);
    assert_eq!(code(by(&stage, "bob", redo()).await), "changed_since", "ann has taken it back");
    assert_eq!(layers(&by(&stage, "ann", redo()).await.unwrap().snapshot).unwrap(), ["y"]);
    assert_eq!(code(by(&stage, "bob", command(json!({"command": "undo_scene", "scene": "q"}))).await), "scene_not_found");
}

#[tokio::test]
async fn a_removed_scene_comes_back_and_a_batch_is_one_step() {
    let stage = stage();
    let other = json!({"command": "put_scene", "scene": {"id": "b"}});
    let both = json!({"command": "batch", "commands": [scene(&["x"]), other]});
    stage.submit(command(both)).await.unwrap();
    stage.submit(command(json!({"command": "remove_scene", "scene": "a"}))).await.unwrap();
    let back = stage.submit(command(json!({"command": "undo"}))).await.unwrap();
    assert_eq!(layers(&back.snapshot).unwrap(), ["x"]);
    let back = stage.submit(command(json!({"command": "undo"}))).await.unwrap();
    assert!(back.snapshot.scenes.is_empty(), "all that the batch made");
    let again = stage.submit(command(json!({"command": "redo"}))).await.unwrap();
    assert_eq!(again.snapshot.scenes.len(), 2);
    let within = json!({"command": "batch", "commands": [{"command": "undo"}]});
    assert_eq!(code(stage.submit(command(within)).await), "not_in_batch");
}

#[tokio::test]
async fn what_can_not_be_taken_back_says_why() {
    let stage = stage();
    stage.submit(command(scene(&["x"]))).await.unwrap();
    stage.submit(command(json!({"command": "take_scene", "scene": "a"}))).await.unwrap();
    assert_eq!(code(stage.submit(undo()).await), "scene_on_air");
    assert!(stage.state.snapshot().show.program.is_some());
}

#[tokio::test]
async fn versions_keep_what_a_scene_was() {
    let stage = stage();
    let version = |what: &str, name: &str| command(json!({"command": what, "scene": "a", "name": name}));
    assert_eq!(code(stage.submit(version("save_version", "v1")).await), "scene_not_found");
    stage.submit(command(scene(&["x"]))).await.unwrap();
    stage.submit(version("save_version", "v1")).await.unwrap();
    assert_eq!(code(stage.submit(version("save_version", "v1")).await), "already_exists");
    stage.submit(command(scene(&["y"]))).await.unwrap();
    assert_eq!(layers(&stage.submit(version("restore_version", "v1")).await.unwrap().snapshot).unwrap(), ["x"]);
    assert_eq!(layers(&stage.submit(undo()).await.unwrap().snapshot).unwrap(), ["y"], "restoring is a step");
    stage.submit(command(json!({"command": "remove_scene", "scene": "a"}))).await.unwrap();
    assert_eq!(layers(&stage.submit(version("restore_version", "v1")).await.unwrap().snapshot).unwrap(), ["x"]);
    stage.submit(version("remove_version", "v1")).await.unwrap();
    assert_eq!(code(stage.submit(version("restore_version", "v1")).await), "version_not_found");
    for number in 0..32 {
        stage.submit(version("save_version", &format!("n{number}"))).await.unwrap();
    }
    assert_eq!(code(stage.submit(version("save_version", "more")).await), "too_many");
}

/// Without where layers of a layout come from: they glide there, and back.
fn at_rest(show: &Show) -> serde_json::Value {
    fn strip(value: &mut serde_json::Value) {
        match value {
            serde_json::Value::Object(fields) => {
                fields.remove("moved");
                fields.values_mut().for_each(strip);
            }
            serde_json::Value::Array(items) => items.iter_mut().for_each(strip),
            _ => {}
        }
    }
    let mut scenes = json!(show.scenes);
    strip(&mut scenes);
    scenes
}

proptest! {
    #[test]
    fn any_step_can_be_taken_back_and_again(commands in proptest::collection::vec(command_of_scenes(), 0..60)) {
        let (mut show, mut rooms, mut past) = (Show::default(), room::RoomSeqs::default(), Arc::new(Past::default()));
        let mut seq = 0;
        let mut happen = |show: &mut Show, past: &mut Arc<Past>, events: Vec<event::Event>| {
            seq += 1;
            let before = show.clone();
            let change = history::Change::happen(show, &mut rooms, Seq(seq), ShowTime(1), origin(), events.into());
            remember(past, &before, &change);
        };
        for command in commands {
            let given = Given { now: ShowTime(1), by: None, depth: 0 };
            let before = at_rest(&show);
            let Ok(events) = decide_given(&show, command, given) else { continue };
            happen(&mut show, &mut past, events);
            let after = at_rest(&show);
            if after == before {
                continue;
            }
            // A scene that is in use can not be unmade; everything else can.
            let Ok(back) = past.step_show(&show, Direction::Undo, false, given) else { continue };
            happen(&mut show, &mut past, back);
            prop_assert_eq!(at_rest(&show), before);
            let forth = past.step_show(&show, Direction::Redo, false, given).unwrap();
            happen(&mut show, &mut past, forth);
            prop_assert_eq!(at_rest(&show), after);
        }
    }
}

fn command_of_scenes() -> impl Strategy<Value = Command> {
    command_in_general().prop_filter("only scenes", |command| {
        !matches!(command, Command::TakeScene { .. } | Command::TakePreview { .. } | Command::ChangeStudio { .. })
    })
}

fn command_in_general() -> impl Strategy<Value = Command> {
    super::command()
}

#[test]
fn the_past_has_an_end() {
    let (mut show, mut rooms, mut past) = (Show::default(), room::RoomSeqs::default(), Arc::new(Past::default()));
    let id = SceneId::new("a").unwrap();
    for number in 0..200_u64 {
        let put = json!({"command": "put_scene", "scene": {"id": "a", "name": number.to_string()}});
        let events = apply::decide(&show, command(put), ShowTime(0)).unwrap();
        let before = show.clone();
        let seq = Seq(number + 1);
        let change = history::Change::happen(&mut show, &mut rooms, seq, ShowTime(0), origin(), events.into());
        remember(&mut past, &before, &change);
    }
    let steps = past.of(&id).unwrap();
    assert_eq!((steps.done.len(), steps.done[0].seq), (64, Seq(137)), "the newest");
    let json = serde_json::to_string(&past).unwrap();
    assert_eq!(serde_json::from_str::<Past>(&json).unwrap(), *past);
}
