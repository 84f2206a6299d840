//! Collections in the shape that OBS writes (`fixtures`), and some that nobody would.

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::show::asset::{AssetKind, Format};
use crate::show::input::InputKind;
use crate::show::layer::{Content, Layer};
use crate::show::scene::Scene;

const TALK: &str = include_str!("fixtures/talk.json");
const GAME: &str = include_str!("fixtures/game.json");
const NEWER: &str = include_str!("fixtures/newer.json");

fn asset(id: &str, name: &str, kind: AssetKind, format: Format, (width, height): (u32, u32)) -> (AssetId, Arc<Asset>) {
    let id = AssetId::new(id).expect("an id");
    let (bytes, duration_ms, has_alpha, animated, families) = (1, None, false, false, Vec::new());
    let name = name.to_owned();
    let asset = Asset {
        id: id.clone(),
        name,
        kind,
        format,
        width,
        height,
        bytes,
        duration_ms,
        has_alpha,
        animated,
        families,
        details: None,
    };
    (id, Arc::new(asset))
}

fn library() -> BTreeMap<AssetId, Arc<Asset>> {
    [
        asset("logo", "logo.png", AssetKind::Image, Format::Png, (400, 200)),
        asset("one", "one.png", AssetKind::Image, Format::Png, (300, 100)),
        asset("two", "two.png", AssetKind::Image, Format::Png, (300, 100)),
        asset("frame", "frame.png", AssetKind::Image, Format::Png, (200, 100)),
        asset("music", "interlude.ogg", AssetKind::Sound, Format::Ogg, (0, 0)),
        asset("warm", "warm.cube", AssetKind::Lut, Format::Cube, (0, 0)),
    ]
    .into()
}

fn converted_with(text: &str, assets: &BTreeMap<AssetId, Arc<Asset>>) -> Converted {
    let known = Known::new(assets, Canvas { width: 1920, height: 1080 });
    convert(&serde_json::from_str(text).expect("JSON"), &known).expect("a collection")
}

fn scene<'a>(converted: &'a Converted, id: &str) -> &'a Scene {
    converted.collection.scenes.iter().find(|scene| scene.id.as_str() == id).expect("a scene")
}

fn layer<'a>(converted: &'a Converted, scene_id: &str, id: &str) -> &'a Layer {
    scene(converted, scene_id).all().find(|layer| layer.id.as_str() == id).expect("a layer")
}

/// The layer as JSON, as far as `expected` says something about it.
#[track_caller]
fn check(layer: &Layer, expected: Value) {
    let found = serde_json::to_value(layer).expect("JSON");
    for (name, value) in expected.as_object().expect("fields") {
        assert_eq!(found[name], *value, "{name} of {found}");
    }
}

fn codes(lost: &[Lost]) -> Vec<(&str, &str)> {
    lost.iter().map(|lost| (lost.item.as_str(), lost.code)).collect()
}

#[test]
fn a_talk_becomes_scenes_with_everything_in_its_place() {
    let converted = converted_with(TALK, &library());
    let ids: Vec<&str> = converted.collection.scenes.iter().map(|scene| scene.id.as_str()).collect();
    assert_eq!(ids, ["welcome", "talk", "break-music"], "in their order");
    let order: Vec<&str> = scene(&converted, "talk").layers.iter().map(|layer| layer.id.as_str()).collect();
    assert_eq!(order, ["ground", "stage", "camera", "corner", "questions"]);
    check(
        layer(&converted, "talk", "ground"),
        json!({ "kind": "color", "color": "#333333", "width": "100%", "height": "100%" }),
    );
    check(
        layer(&converted, "talk", "stage"),
        json!({ "kind": "input", "input": "stage", "fit": "contain", "width": "100%" }),
    );
    let camera = json!({ "x": "98.9583%", "y": "98.1481%", "anchor": "bottom_right", "width": "25%", "height": "25%",
        "filters": [{ "kind": "chroma_key", "color": "#00ff00", "amount": 0.32, "smoothness": 0.08, "spill": 0.1 }] });
    check(layer(&converted, "talk", "camera"), camera);
    check(
        layer(&converted, "talk", "corner"),
        json!({ "kind": "group", "x": "3.125%", "width": "50%", "height": "27.7778%" }),
    );
    let name =
        json!({ "text": "Grace\nHopper", "x": "6.25%", "y": "30%", "size": 72.0, "weight": 700, "font": "DejaVu Sans" });
    check(layer(&converted, "talk", "name"), name);
    check(layer(&converted, "talk", "questions"), json!({ "visible": false, "blend": "screen", "width": "31.25%" }));
    let logo = layer(&converted, "welcome", "logo");
    check(logo, json!({ "anchor": "center", "rotation": 15.0, "opacity": 0.5, "width": "10.2083%", "height": "8.7963%" }));
    check(logo, json!({ "crop": { "left": "1%", "top": "5%", "right": "1%", "bottom": 0.0 } }));
    let kinds: Vec<Value> = serde_json::to_value(&logo.filters).expect("JSON").as_array().expect("filters").clone();
    let amounts: Vec<_> = kinds.iter().map(|filter| (filter["kind"].as_str(), filter["amount"].as_f64())).collect();
    assert_eq!(amounts, [(Some("brightness"), Some(0.1)), (Some("contrast"), Some(0.5)), (Some("lut"), Some(0.7))]);
    check(layer(&converted, "break-music", "welcome"), json!({ "kind": "scene", "scene": "welcome" }));
}

#[test]
fn what_plays_becomes_inputs_with_their_sound() {
    let converted = converted_with(TALK, &library());
    let input = |id: &str| converted.collection.inputs.iter().find(|input| input.id.as_str() == id).expect("an input");
    let music = serde_json::to_value(input("music")).expect("JSON");
    assert_eq!((&music["asset"], &music["repeat"], &music["start"]), (&json!("music"), &json!(true), &json!("always")));
    let sound = &input("music").sound;
    assert!((sound.gain_db - (6.0 - 6.0206)).abs() < 0.01, "half as loud, and 6 dB more: {}", sound.gain_db);
    assert_eq!((sound.pan, sound.delay_ms, sound.mute), (-0.5, 120, false));
    let InputKind::Network { url, secret, .. } = &input("stage").kind else { panic!("a stream") };
    assert_eq!((url.as_str(), secret.reveal()), ("rtsp://10.0.0.7/stage", "ada:lace"));
    let InputKind::Camera { device, width, .. } = &input("camera").kind else { panic!("a camera") };
    assert_eq!((device.as_str(), *width), ("/dev/video0", Some(1_280)));
    assert!(matches!(&input("questions").kind, InputKind::Page { width: 600, height: 900, .. }));
    assert!(!serde_json::to_string(&converted.report).expect("JSON").contains("lace"), "the report tells no secret");
}

#[test]
fn transitions_keep_their_names() {
    let converted = converted_with(TALK, &library());
    let transitions = serde_json::to_value(&converted.collection.transitions).expect("JSON");
    assert_eq!(transitions["swoosh"], json!({ "kind": "slide", "direction": "up", "duration_ms": 450, "easing": "linear" }));
    assert_eq!((&transitions["to-black"]["kind"], &transitions["to-black"]["color"]), (&json!("dip"), &json!("#000000")));
    assert_eq!((&transitions["edge"]["kind"], &transitions["edge"]["direction"]), (&json!("wipe"), &json!("up")));
    assert!(codes(&converted.report.skipped).contains(&("Move", "unknown_transition")));
}

#[test]
fn everything_that_is_left_out_is_told_with_its_reason() {
    let report = converted_with(TALK, &library()).report;
    assert_eq!(report.missing, []);
    let expected = [
        ("Camera", "unknown_filter"),
        ("Camera", "filter_off"),
        ("Screen", "screen"),
        ("Music", "unknown_filter"),
        ("Move", "unknown_transition"),
        ("Desktop Audio", "sound_device"),
        ("Mic/Aux", "sound_device"),
    ];
    assert_eq!(codes(&report.skipped), expected);
    assert!(codes(&report.approximated).contains(&("Logo", "color_correction")), "{:?}", report.approximated);
    let report = converted_with(GAME, &library()).report;
    let expected = [
        ("Game", "screen"),
        ("Webcam", "camera_elsewhere"),
        ("Alerts", "local_page"),
        ("Gone", "source_not_found"),
        ("Stinger", "stinger"),
        ("Mic/Aux", "sound_device"),
    ];
    assert_eq!(codes(&report.skipped), expected);
    let expected = [("News", "text_file"), ("Sponsors", "slide_order"), ("Sponsors", "mirrored"), ("Frame", "blend")];
    assert_eq!(codes(&report.approximated), expected);
    let missing: Vec<_> = report.missing.iter().map(|file| (file.file.as_str(), file.used_by.len())).collect();
    assert_eq!(missing, [("three.png", 1), ("stinger.webm", 1)]);
}

#[test]
fn a_game_has_texts_slides_and_bounds() {
    let converted = converted_with(GAME, &library());
    let score = json!({ "anchor": "top", "x": "50%", "width": "20.8333%", "height": "11.1111%", "align": "center", "italic": true,
        "color": "#ffff00cc", "background": { "color": "#00000099", "padding": 0.0, "radius": 0.0 },
        "outline": { "width": 4.0, "color": "#ff0000" } });
    check(layer(&converted, "live", "score"), score);
    check(layer(&converted, "live", "news"), json!({ "crawl": { "direction": "left", "speed": 100.0, "gap": 0.0 } }));
    let slides = layer(&converted, "live", "sponsors");
    check(slides, json!({ "anchor": "top_right", "width": "7.8125%" }));
    assert_eq!(slides.layers().len(), 2, "one of three is missing");
    assert!(slides.layers().iter().all(|slide| slide.animations[0].check().is_ok()));
    // 200 × 100 in 400 × 400, at the left of the middle.
    let frame = json!({ "x": "5.2083%", "y": "18.5185%", "width": "20.8333%", "height": "18.5185%", "fit": "fill" });
    check(layer(&converted, "live", "frame"), frame);
    check(layer(&converted, "live", "frame-2"), json!({ "fit": "cover", "width": "100%" }));
}

#[test]
fn positions_of_newer_collections_are_the_same_places() {
    let converted = converted_with(NEWER, &BTreeMap::new());
    check(
        layer(&converted, "main", "box"),
        json!({ "x": "50%", "y": "50%", "width": "25%", "height": "25%", "color": "#ff0000" }),
    );
    check(layer(&converted, "main", "box-2"), json!({ "x": "0%", "y": "0%", "width": "50%" }));
}

#[test]
fn what_is_missing_keeps_its_place_and_is_told_with_how_to_bring_it() {
    let converted = converted_with(TALK, &BTreeMap::new());
    let files: Vec<&str> = converted.report.missing.iter().map(|missing| missing.file.as_str()).collect();
    assert_eq!(files, ["warm.cube", "Logo.PNG", "interlude.ogg"]);
    assert!(converted.report.missing.iter().all(|missing| missing.how.contains("POST /api/assets")));
    check(layer(&converted, "welcome", "logo"), json!({ "kind": "group", "layers": [], "rotation": 15.0 }));
}

#[track_caller]
fn refused(file: &Value) -> ObsError {
    let (assets, canvas) = (library(), Canvas { width: 1920, height: 1080 });
    convert(file, &Known::new(&assets, canvas)).expect_err("refused")
}

#[test]
fn what_is_no_collection_is_refused() {
    for file in [
        json!([]),
        json!({}),
        json!({ "sources": 5 }),
        json!({ "sources": [] }),
        json!({ "sources": [{ "id": "color_source" }] }),
    ] {
        assert_eq!(refused(&file).code(), "not_a_scene_collection", "{file}");
    }
    let many: Vec<Value> = (0..=MOST_SOURCES).map(|number| json!({ "id": "scene", "name": number.to_string() })).collect();
    assert_eq!(refused(&json!({ "sources": many })).code(), "collection_too_large");
    let items: Vec<Value> = (0..=MOST_LAYERS).map(|_| json!({ "name": "s" })).collect();
    let many = json!({ "sources": [{ "id": "scene", "name": "s", "settings": { "items": items } }] });
    assert_eq!(refused(&many).code(), "collection_too_large");
    // A group in itself, a hundred times: it would have 100⁸ layers.
    let items: Vec<Value> = (0..100).map(|_| json!({ "name": "g" })).collect();
    let group = json!({ "id": "group", "name": "g", "settings": { "items": items } });
    let bomb = json!({ "sources": [group, { "id": "scene", "name": "s", "settings": { "items": [{ "name": "g" }] } }] });
    assert_eq!(refused(&bomb).code(), "collection_too_large");
}

/// Any of the numbers and texts of a collection replaced by something else.
fn spoilt(value: &Value, path: &mut impl FnMut() -> Option<Value>) -> Value {
    match value {
        Value::Object(fields) => fields.iter().map(|(name, value)| (name.clone(), spoilt(value, path))).collect(),
        Value::Array(items) => items.iter().map(|item| spoilt(item, path)).collect(),
        other => path().unwrap_or_else(|| other.clone()),
    }
}

fn nonsense() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        Just(json!([])),
        any::<f64>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
        ".{0,300}".prop_map(Value::from),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_stands_in_a_collection_it_is_converted_or_refused(
        which in 0..3_usize,
        wrong in proptest::collection::vec(proptest::option::weighted(0.1, nonsense()), 64),
    ) {
        let file: Value = serde_json::from_str([TALK, GAME, NEWER][which]).expect("JSON");
        let mut next = 0;
        let file = spoilt(&file, &mut || {
            next += 1;
            wrong[next % wrong.len()].clone()
        });
        let (assets, canvas) = (library(), Canvas { width: 1920, height: 1080 });
        if let Ok(converted) = convert(&file, &Known::new(&assets, canvas)) {
            for input in &converted.collection.inputs {
                prop_assert_eq!(input.check().map_err(|error| error.to_string()), Ok(()));
            }
            for layer in converted.collection.scenes.iter().flat_map(|scene| scene.all()) {
                if let Content::Text { style, .. } = &layer.content {
                    prop_assert_eq!(style.check(), Ok(()));
                }
                prop_assert!(layer.animations.iter().all(|animation| animation.check().is_ok()));
                prop_assert!((0.0..=1.0).contains(&layer.opacity));
            }
        }
    }
}
