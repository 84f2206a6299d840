//! Properties that every list of commands must keep, and the writer with a store that fails on demand.

mod macros;
mod past;
mod player;
mod schedule;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use proptest::prelude::*;
use serde_json::{Map, json};

use super::apply::apply;
use super::command::{Command, NewItem, NewMacro, Patch};
use super::event::evolve;
use super::operation::{Digest, OperationId};
use super::room::Room;
use super::store::journal::Journal;
use super::store::{Loaded, Record, Store, StoreError};
use super::*;
use crate::base::clock::Clock;
use crate::base::vitals::Vitals;
use crate::show::asset::{Asset, AssetKind, Format};
use crate::show::destination::{Destination, RecordFormat, Secret, Target};
use crate::show::ids::{AssetId, DestinationId, LayerId, SceneId};
use crate::show::ids::{MacroId, TransitionId};
use crate::show::layer::Layer;
use crate::show::length::Length;
use crate::show::program::Way;
use crate::show::scene::Scene;
use crate::show::time::ShowTime;
use crate::show::value::{Scalar, ValueName};

fn origin() -> Origin {
    Origin::door("test")
}

fn patch(value: serde_json::Value) -> Patch {
    value.as_object().cloned().unwrap_or_default()
}

fn scene_id() -> impl Strategy<Value = SceneId> {
    (0..3).prop_map(|n| SceneId::new(&format!("s{n}")).unwrap())
}

fn layer_id() -> impl Strategy<Value = LayerId> {
    (0..4).prop_map(|n| LayerId::new(&format!("l{n}")).unwrap())
}

fn asset_id() -> impl Strategy<Value = AssetId> {
    (0..2).prop_map(|n| AssetId::new(&format!("a{n}")).unwrap())
}

fn destination_id() -> impl Strategy<Value = DestinationId> {
    (0..3).prop_map(|n| DestinationId::new(&format!("d{n}")).unwrap())
}

fn value_name() -> impl Strategy<Value = ValueName> {
    (0..3).prop_map(|n| ValueName::new(&format!("v{n}")).unwrap())
}

fn scalar() -> impl Strategy<Value = Scalar> {
    prop_oneof![
        any::<bool>().prop_map(Scalar::Flag),
        any::<i64>().prop_map(Scalar::Whole),
        Just(Scalar::Number(0.5)),
        Just(Scalar::Number(1e300)),
        "\\PC{0,8}".prop_map(Scalar::Text),
    ]
}

fn number() -> impl Strategy<Value = f64> {
    prop_oneof![Just(0.0), -100.0..2000.0, Just(f64::NAN), Just(f64::INFINITY), Just(1e300), Just(-1.0)]
}

fn layer() -> impl Strategy<Value = Arc<Layer>> {
    let content = prop_oneof![
        Just(json!({"kind": "color", "color": "#ff0000"})),
        Just(json!({"kind": "pattern"})),
        Just(json!({"kind": "text", "text": "{clock}"})),
        asset_id().prop_map(|asset| json!({"kind": "image", "asset": asset})),
        scene_id().prop_map(|scene| json!({"kind": "scene", "scene": scene})),
        proptest::collection::vec(layer_id(), 0..3).prop_map(|ids| {
            let inner: Vec<serde_json::Value> = ids.into_iter().map(|id| json!({"id": id, "kind": "backdrop"})).collect();
            json!({"kind": "layout", "layers": inner})
        }),
    ];
    (layer_id(), content, number(), proptest::option::of(number()), 0.0..1.5).prop_map(|(id, content, x, width, opacity)| {
        let mut value = content;
        value["id"] = json!(id);
        let mut layer: Layer = serde_json::from_value(value).unwrap();
        (layer.x, layer.width, layer.opacity) = (Length::Pixels(x), width.map(Length::Pixels), opacity);
        Arc::new(layer)
    })
}

fn way() -> impl Strategy<Value = Option<Way>> {
    let way = |json| Some(serde_json::from_value(json).unwrap());
    prop_oneof![
        Just(None),
        Just(way(json!("a"))),
        Just(way(json!({"kind": "fade"}))),
        Just(way(json!({"kind": "wipe", "softness": 7}))),
    ]
}

fn some_patch() -> impl Strategy<Value = Patch> {
    prop_oneof![
        Just(Map::new()),
        Just(patch(json!({"x": 5, "opacity": 0.5}))),
        Just(patch(json!({"opacity": 7}))),
        Just(patch(json!({"unknown": 1}))),
        Just(patch(json!({"id": "other"}))),
        Just(patch(json!({"name": "N", "enabled": false}))),
        Just(patch(json!({"url": "rtmp://b/live/k2"}))),
        Just(patch(json!({"bitrate": 4000}))),
        Just(patch(json!({"fps": 25, "width": 640}))),
        Just(patch(json!({"width": 641}))),
        Just(patch(json!({"preview": {"fps": 5}}))),
        Just(patch(json!({"preview": 3}))),
    ]
}

fn destination() -> impl Strategy<Value = Destination> {
    let target = prop_oneof![
        Just(Target::Record { format: RecordFormat::Mkv }),
        Just(Target::Rtmp { url: "rtmp://h/live".to_owned(), key: Secret::new("k") }),
        Just(Target::Rtmp { url: "rtmp://h/live/k".to_owned(), key: Secret::default() }),
        Just(Target::Rtmp { url: "rtmp://h with space/x".to_owned(), key: Secret::default() }),
    ];
    (destination_id(), target, any::<bool>()).prop_map(|(id, target, enabled)| Destination {
        id,
        name: String::new(),
        enabled,
        rendition: Default::default(),
        dynamic_bitrate: false,
        target,
    })
}

/// Commands by themselves, and several as one, now or later.
fn command() -> impl Strategy<Value = Command> {
    let at = prop_oneof![Just(None), (0..90_i64).prop_map(Some)];
    let macros =
        (0..2_u8, proptest::collection::vec((0..30_u64, simple_command()), 0..3), 0..3_u8).prop_map(|(id, items, what)| {
            let id = MacroId::new(&format!("m{id}")).unwrap();
            let items = items.into_iter().map(|(after_ms, command)| NewItem { after_ms, command }).collect();
            match what {
                0 => Command::PutMacro {
                    definition: NewMacro { id, name: String::new(), items, on_refusal: Default::default() },
                    only_new: false,
                },
                1 => Command::RunMacro { id, restart: true },
                _ => Command::StopMacro { id },
            }
        });
    let batch = (proptest::collection::vec(simple_command(), 0..4), at).prop_map(|(commands, at)| Command::Batch {
        commands,
        at,
        id: None,
    });
    prop_oneof![12 => simple_command(), 2 => batch, 3 => macros]
}

fn simple_command() -> impl Strategy<Value = Command> {
    let index = || proptest::option::of(0_usize..6);
    prop_oneof![
        Just(Command::StartStream),
        Just(Command::StopStream),
        Just(Command::PauseStream),
        Just(Command::ResumeStream),
        (some_patch(), any::<bool>()).prop_map(|(patch, restart)| Command::ChangeStreamConfig { patch, restart }),
        (scene_id(), proptest::collection::vec(layer(), 0..4)).prop_map(|(id, layers)| Command::PutScene {
            scene: Scene { id, name: String::new(), layers },
            only_new: false
        }),
        (scene_id(), some_patch()).prop_map(|(scene, patch)| Command::ChangeScene { scene, patch }),
        scene_id().prop_map(|scene| Command::RemoveScene { scene }),
        (scene_id(), way()).prop_map(|(scene, transition)| Command::TakeScene { scene, transition }),
        way().prop_map(|transition| Command::TakePreview { transition }),
        (-0.2..1.2, way()).prop_map(|(position, transition)| Command::MoveBar { position, transition }),
        Just(Command::ReleaseBar),
        proptest::option::of(scene_id())
            .prop_map(|preview| Command::ChangeStudio { patch: patch(json!({"preview": preview})) }),
        (scene_id(), asset_id()).prop_map(|(id, asset)| Command::PutTransition {
            id: TransitionId::new(id.as_str()).unwrap(),
            transition: serde_json::from_value(json!({"kind": "luma_wipe", "asset": asset})).unwrap(),
            only_new: false
        }),
        (scene_id(), layer(), proptest::option::of(layer_id()), index(), any::<bool>())
            .prop_map(|(scene, layer, parent, index, only_new)| Command::PutLayer { scene, layer, parent, index, only_new }),
        (scene_id(), layer_id(), some_patch(), index()).prop_map(|(scene, layer, patch, index)| Command::ChangeLayer {
            scene,
            layer,
            patch,
            index
        }),
        (scene_id(), layer_id()).prop_map(|(scene, layer)| Command::RemoveLayer { scene, layer }),
        (scene_id(), proptest::option::of(layer_id()), proptest::collection::vec(layer_id(), 0..5))
            .prop_map(|(scene, parent, order)| Command::OrderLayers { scene, parent, order }),
        (destination(), any::<bool>()).prop_map(|(destination, only_new)| Command::PutDestination { destination, only_new }),
        (destination_id(), some_patch()).prop_map(|(destination, patch)| Command::ChangeDestination { destination, patch }),
        destination_id().prop_map(|destination| Command::RemoveDestination { destination }),
        asset_id().prop_map(|id| Command::AddAsset {
            asset: Asset {
                id,
                name: "a.png".to_owned(),
                kind: AssetKind::Image,
                format: Format::Png,
                width: 1,
                height: 1,
                bytes: 1,
                duration_ms: None,
                has_alpha: false,
                animated: false,
                families: Vec::new(),
                details: None,
            }
        }),
        (asset_id(), any::<bool>()).prop_map(|(asset, force)| Command::RemoveAsset { asset, force }),
        (value_name(), scalar()).prop_map(|(name, value)| Command::SetValue { name, value }),
        value_name().prop_map(|name| Command::RemoveValue { name }),
    ]
}

/// What must hold of every show.
fn check_invariants(show: &Show) {
    if let Some(program) = &show.program {
        assert!(show.scenes.contains_key(&program.scene), "the program is a scene that exists");
    }
    for (id, scene) in show.scenes.iter() {
        assert_eq!(*id, scene.id);
        let ids: std::collections::BTreeSet<_> = scene.layers.iter().map(|layer| &layer.id).collect();
        assert_eq!(ids.len(), scene.layers.len(), "layer ids are unique");
        for layer in &scene.layers {
            assert!(layer.x.number().is_finite() && layer.y.number().is_finite() && (0.0..=1.0).contains(&layer.opacity));
            assert!(layer.width.is_none_or(|width| (1.0..=8192.0).contains(&width.number())));
            if let crate::show::layer::Content::Image { asset } = &layer.content {
                assert!(show.assets.contains_key(asset), "an image layer's asset exists");
            }
        }
    }
    for (id, destination) in show.destinations.iter() {
        assert_eq!(*id, destination.id);
        if let Target::Rtmp { url, key } = &destination.target {
            assert!(!key.is_empty() && !url.contains(' '));
        }
    }
    assert!(show.config.width.is_multiple_of(2) && show.config.height.is_multiple_of(2));
}

proptest! {
    #[test]
    fn any_list_of_commands_keeps_the_invariants_and_replays_to_the_same_show(
        commands in proptest::collection::vec(command(), 0..60)
    ) {
        let mut live = Show::default();
        let mut replayed = Show::default();
        for (number, command) in commands.into_iter().enumerate() {
            let before = live.clone();
            match apply(&mut live, command, ShowTime(number as i64)) {
                Ok(events) => {
                    let text = serde_json::to_string(&events).unwrap();
                    let events: Vec<event::Event> = serde_json::from_str(&text).unwrap();
                    events.iter().for_each(|event| evolve(&mut replayed, event));
                }
                Err(_) => prop_assert_eq!(&before, &live, "a rejection changes nothing"),
            }
            let since = ShowTime(number as i64);
            while let Some(at) = apply::due::next(&live, since).filter(|at| *at <= since) {
                let events = apply::due::happen(&live, since).unwrap().events;
                prop_assert!(!events.is_empty(), "what is due at {:?} happens", at);
                events.iter().for_each(|event| evolve(&mut live, event));
                events.iter().for_each(|event| evolve(&mut replayed, event));
                prop_assert_eq!(apply::check_whole(&live), Ok(()));
            }
            check_invariants(&live);
        }
        prop_assert_eq!(live, replayed);
    }
}

proptest! {
    #[test]
    fn condensed_changes_lead_to_the_same_show(
        commands in proptest::collection::vec(command(), 0..80), start in 0_usize..40
    ) {
        let (mut show, mut rooms, mut changes) = (Show::default(), room::RoomSeqs::default(), Vec::new());
        let mut follower = Show::default();
        for (number, command) in commands.into_iter().enumerate() {
            let now = ShowTime(number as i64);
            if let Ok(events) = apply::decide(&show, command, now) {
                let seq = Seq(changes.len() as u64 + 1);
                changes.push(Arc::new(history::Change::happen(&mut show, &mut rooms, seq, now, origin(), events.into())));
            }
        }
        let start = start.min(changes.len());
        for event in changes[..start].iter().flat_map(|change| change.events.iter()) {
            evolve(&mut follower, event);
        }
        let condensed = history::condensed(&changes[start..], |_| true);
        let told: usize = changes[start..].iter().map(|change| change.events.len()).sum();
        prop_assert!(condensed.len() <= told);
        condensed.into_iter().for_each(|event| evolve(&mut follower, event));
        prop_assert_eq!(follower, show);
    }
}

/// Keeps what is appended, and fails while told to.
#[derive(Clone, Default)]
struct Memory {
    full: Arc<AtomicBool>,
    records: Arc<Mutex<Vec<(Seq, usize)>>>,
}

impl Store for Memory {
    fn append(&mut self, records: &[Record], _after: &Snapshot) -> Result<(), StoreError> {
        if self.full.load(Ordering::Relaxed) {
            return Err(StoreError("no space left".to_owned()));
        }
        self.records.lock().unwrap().push((records[0].seq, records.len()));
        Ok(())
    }
}

fn start(store: Box<dyn Store>, loaded: Loaded) -> (StateHandle, std::thread::JoinHandle<()>) {
    let env = writer::Env { clock: Clock::manual(ShowTime(1)), vitals: Arc::new(Vitals::new()) };
    writer::start(store, loaded, env).unwrap()
}

fn put_scene(name: &str) -> Command {
    let scene = Scene { id: SceneId::new(name).unwrap(), name: String::new(), layers: vec![] };
    Command::PutScene { scene, only_new: false }
}

#[tokio::test]
async fn what_can_not_be_stored_does_not_happen_and_works_again_later() {
    let store = Memory::default();
    let (state, thread) = start(Box::new(store.clone()), Loaded::default());
    assert_eq!(state.submit(put_scene("a"), origin()).await.unwrap().seq, Seq(1));
    store.full.store(true, Ordering::Relaxed);
    let refused = state.submit(put_scene("b"), origin()).await.unwrap_err();
    assert_eq!(refused, SubmitError::StorageUnavailable("no space left".to_owned()));
    assert_eq!(state.snapshot().show.scenes.len(), 1);
    store.full.store(false, Ordering::Relaxed);
    assert_eq!(state.submit(put_scene("c"), origin()).await.unwrap().seq, Seq(2));
    state.close();
    assert_eq!(state.submit(put_scene("d"), origin()).await.unwrap_err(), SubmitError::Closing);
    thread.join().unwrap();
}

#[tokio::test]
async fn many_at_once_share_a_write_and_each_has_its_own_number() {
    let store = Memory::default();
    let (state, _thread) = start(Box::new(store.clone()), Loaded::default());
    let submits = (0..200).map(|n| {
        let state = state.clone();
        tokio::spawn(async move { state.submit(put_scene(&format!("s{n}")), origin()).await.unwrap().seq.0 })
    });
    let mut seqs = Vec::new();
    for submit in submits.collect::<Vec<_>>() {
        seqs.push(submit.await.unwrap());
    }
    seqs.sort_unstable();
    assert_eq!(seqs, (1..=200).collect::<Vec<_>>());
    let written: usize = store.records.lock().unwrap().iter().map(|(_, count)| count).sum();
    assert_eq!(written, 200);
}

fn asked(actor: Option<&str>, id: &str, command: &Command) -> Origin {
    let operation = Operation { id: OperationId::new(id).unwrap(), digest: Digest::of(command) };
    Origin { door: "test".to_owned(), actor: actor.map(str::to_owned), operation: Some(operation) }
}

#[tokio::test]
async fn an_operation_is_carried_out_once_and_answered_alike() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("journal");
    let (journal, loaded) = Journal::open(&path).unwrap();
    let (state, thread) = start(Box::new(journal), loaded);
    let first = state.submit(put_scene("a"), asked(None, "op", &put_scene("a"))).await.unwrap();
    assert!(first.created && !first.repeated);
    state.submit(put_scene("b"), origin()).await.unwrap();
    let again = state.submit(put_scene("a"), asked(None, "op", &put_scene("a"))).await.unwrap();
    assert_eq!((again.seq, again.created, again.repeated), (first.seq, true, true));
    assert_eq!(again.snapshot, first.snapshot, "the show as it was then");
    let other = state.submit(put_scene("c"), asked(None, "op", &put_scene("c"))).await.unwrap_err();
    assert_eq!(other, SubmitError::OperationReused);
    let someone = state.submit(put_scene("c"), asked(Some("eve"), "op", &put_scene("c"))).await.unwrap();
    assert_eq!(someone.seq, Seq(3), "names of different people do not meet");
    state.close();
    thread.join().unwrap();
    let (journal, loaded) = Journal::open(&path).unwrap();
    let (state, _thread) = start(Box::new(journal), loaded);
    let after_restart = state.submit(put_scene("a"), asked(None, "op", &put_scene("a"))).await.unwrap();
    assert_eq!((after_restart.seq, after_restart.created, after_restart.repeated), (first.seq, true, true));
    assert_eq!(state.snapshot().seq, Seq(3));
}

#[tokio::test]
async fn a_rejection_is_not_remembered() {
    let (state, _thread) = start(Box::new(Memory::default()), Loaded::default());
    let take = || Command::TakeScene { scene: SceneId::new("a").unwrap(), transition: None };
    assert!(matches!(state.submit(take(), asked(None, "op", &take())).await, Err(SubmitError::Rejected(_))));
    state.submit(put_scene("a"), origin()).await.unwrap();
    assert!(state.submit(take(), asked(None, "op", &take())).await.is_ok());
}

#[tokio::test]
async fn the_same_operation_many_times_at_once_happens_once() {
    let (state, _thread) = start(Box::new(Memory::default()), Loaded::default());
    let pending: Vec<_> = (0..100)
        .map(|n| {
            let command = put_scene(&format!("s{}", n % 10));
            state.begin(command.clone(), asked(None, &format!("op{}", n % 10), &command)).unwrap()
        })
        .collect();
    let mut first = 0;
    for pending in pending {
        first += u32::from(!pending.await.unwrap().repeated);
    }
    assert_eq!((first, state.snapshot().seq), (10, Seq(10)));
}

#[tokio::test]
async fn operations_are_forgotten_after_five_minutes() {
    let clock = Clock::manual(ShowTime(1));
    let env = writer::Env { clock: clock.clone(), vitals: Arc::new(Vitals::new()) };
    let (state, _thread) = writer::start(Box::new(Memory::default()), Loaded::default(), env).unwrap();
    let put = || state.submit(put_scene("a"), asked(None, "op", &put_scene("a")));
    put().await.unwrap();
    clock.set(ShowTime(operation::REMEMBERED.as_micros() as i64));
    assert!(put().await.unwrap().repeated);
    clock.set(ShowTime(operation::REMEMBERED.as_micros() as i64 + 1));
    assert_eq!(put().await.unwrap().seq, Seq(2));
}

#[tokio::test]
async fn rooms_number_their_own_changes() {
    let (state, _thread) = start(Box::new(Memory::default()), Loaded::default());
    for command in [put_scene("a"), Command::StartStream, put_scene("b")] {
        state.submit(command, origin()).await.unwrap();
    }
    let Replay::Changes(changes) = state.changes_since(Seq(0)) else { panic!("they are kept") };
    let numbers: Vec<_> = changes.iter().map(|change| change.rooms.clone()).collect();
    assert_eq!(numbers, [[(Room::Scenes, 1)], [(Room::Stream, 1)], [(Room::Scenes, 2)]]);
    assert_eq!(state.snapshot().rooms.of(Room::Scenes), 2);
}

#[tokio::test]
async fn doors_can_ask_for_what_they_missed() {
    let (state, _thread) = start(
        Box::new(Memory::default()),
        Loaded { snapshot: Snapshot { seq: Seq(10), ..Snapshot::default() }, ..Loaded::default() },
    );
    assert!(matches!(state.changes_since(Seq(10)), Replay::Changes(changes) if changes.is_empty()));
    assert!(matches!(state.changes_since(Seq(9)), Replay::TooOld));
    for n in 0..3 {
        state.submit(put_scene(&format!("s{n}")), origin()).await.unwrap();
    }
    let Replay::Changes(changes) = state.changes_since(Seq(11)) else { panic!("they are kept") };
    assert_eq!(changes.iter().map(|change| change.seq.0).collect::<Vec<_>>(), [12, 13]);
    for other_life in [99, u64::MAX] {
        assert!(matches!(state.changes_since(Seq(other_life)), Replay::TooOld), "{other_life} is from another life");
    }
}

#[tokio::test]
async fn the_journal_brings_back_the_same_show() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("journal");
    let (journal, loaded) = Journal::open(&path).unwrap();
    let (state, thread) = start(Box::new(journal), loaded);
    state.submit(put_scene("a"), origin()).await.unwrap();
    state.submit(Command::StartStream, origin()).await.unwrap();
    let before = state.snapshot();
    state.close();
    thread.join().unwrap();
    let (_, loaded) = Journal::open(&path).unwrap();
    assert_eq!((loaded.snapshot.seq, &loaded.snapshot.show), (before.seq, &before.show));
    assert_eq!(loaded.snapshot.rooms, before.rooms);
}

#[test]
fn a_layer_with_an_unknown_field_or_kind_is_refused() {
    for bad in [
        json!({"id": "l", "kind": "color", "color": "#fff000", "colour": 1}),
        json!({"id": "l", "kind": "hologram"}),
        json!({"id": "l", "kind": "text", "text": "x", "size": "NaN"}),
        json!({"id": "../l", "kind": "pattern"}),
    ] {
        assert!(serde_json::from_value::<Layer>(bad.clone()).is_err(), "{bad}");
    }
}
