//! Lights in the archive of a show: they go with it, and come back in every mode, or nothing does.

use super::*;
use crate::exchange::archive;

const SUPPLY: &str = "psu";

/// Lights of every sort: each names another, and the picture `asset`.
async fn bright() -> (House, String) {
    let (house, _) = lit().await;
    let asset = house.upload("logo.png", &png()).await.expect(201).json()["id"].as_str().expect("an id").to_owned();
    let stops = json!([{ "at": 0, "color": hue(1) }, { "at": 1, "color": hue(90) }]);
    let dusk = json!({ "id": "dusk", "name": "Dusk", "stops": stops });
    house.tell("POST", "/api/v1/colors/palettes", dusk).await.expect(201);
    let desk =
        json!({ "id": "desk", "enabled": true, "kind": "sacn", "universe": 1, "pixels": 60, "allow": ["192.168.1.20"] });
    house.tell("POST", "/api/light-feeds", desk).await.expect(201);
    let settings = json!({ "fps": 50, "supplies": { SUPPLY: { "volts": 12, "limit_ma": 9_000 } } });
    house.tell("PATCH", "/api/v1/config", settings).await.expect(200);
    let wall = json!({ "id": "wall", "kind": "ddp", "host": "wall.local", "segments": [{ "zone": "LAMP", "count": 9 }],
        "power_limit": { "supply": SUPPLY } });
    house.tell("POST", "/api/fixtures", wall).await.expect(201);
    house.tell("POST", "/api/v1/animations/FIRE/start", json!({ "zones": ["FLOOR"], "palette": "dusk" })).await.expect(200);
    house.tell("PUT", "/api/v1/zones/FLOOR/layers/desk", json!({ "kind": "feed", "feed": "desk" })).await.expect(200);
    let image = json!({ "zones": ["LAMP"], "params": { "asset": asset } });
    house.tell("POST", "/api/v1/animations/IMAGE/start", image).await.expect(200);
    let evening = json!({ "id": "evening", "name": "Evening", "house": true });
    house.tell("POST", "/api/v1/presets", evening).await.expect(201);
    house.tell("PUT", "/api/v1/system/brightness", json!({ "brightness": 99 })).await.expect(200);
    let fire = json!({ "id": "e", "kind": "effect", "animation": "FIRE", "palette": "dusk" });
    let logo = json!({ "id": "i", "kind": "effect", "animation": "IMAGE", "parameters": { "asset": asset } });
    house.tell("PUT", "/api/scenes/main", json!({ "layers": [fire, logo] })).await.expect(201);
    (house, asset)
}

async fn exported(house: &House) -> Bytes {
    house.ask("GET", "/api/export").await.expect(200).body
}

async fn bring(house: &House, query: &str, archive: impl Into<Body>) -> Reply {
    house.raw("POST", &format!("/api/import{query}"), "application/x-tar", archive).await
}

/// Its `show.json`: the first entry, as long as its header says.
fn told_in(archive: &[u8]) -> Value {
    let digits = std::str::from_utf8(&archive[124..135]).expect("digits");
    let length = usize::from_str_radix(digits.trim(), 8).expect("a length");
    serde_json::from_slice(&archive[512..512 + length]).expect("JSON")
}

/// All that can be read of lights, without what time and the machine do to it.
async fn lights(house: &House) -> Value {
    let mut found = house.everything().await;
    let found = found.as_object_mut().expect("an object");
    found.retain(|path, _| !["seq", "/api/v1/system/status", "/api/v1/animations"].contains(&path.as_str()));
    found.insert("feeds".to_owned(), house.read("/api/light-feeds").await);
    let mut found = Value::Object(found.clone());
    forget(&mut found);
    found
}

/// An animation begins anew, and a preset is kept here from now on.
fn forget(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.retain(|name, _| !["since", "status", "saved_at", "revision"].contains(&name.as_str()));
            fields.values_mut().for_each(forget);
        }
        Value::Array(items) => items.iter_mut().for_each(forget),
        _ => {}
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn lights_go_to_another_server_with_their_show() {
    let (house, asset) = bright().await;
    let archive = exported(&house).await;
    for mode in ["add", "replace"] {
        let other = House::open().await;
        let dry = bring(&other, &format!("?mode={mode}&dry_run=true"), archive.clone()).await.expect(200).json();
        let counted = json!({ "zones": 2, "fixtures": 2, "light_feeds": 1, "palettes": 1, "light_presets": 1, "assets": 1 });
        shows(&dry, counted);
        assert_eq!(other.api.state.snapshot().seq.0, 0, "nothing is made");
        let made = bring(&other, &format!("?mode={mode}"), archive.clone()).await.expect(200);
        assert_eq!(made.header("x-marquee-seq"), "1", "all of it is one change");
        assert_eq!(check_whole(&other.api.state.snapshot().show), Ok(()));
        let users = other.read(&format!("/api/assets/{asset}/usage")).await["users"].clone();
        assert_eq!(users, house.read(&format!("/api/assets/{asset}/usage")).await["users"]);
        assert_eq!(users.as_array().map(Vec::len), Some(3), "the scene's layer, the zone and the preset");
        other.ask("GET", &format!("/api/assets/{asset}/file")).await.expect(200);
        other.ask("POST", "/api/v1/presets/evening/load").await.expect(200);
    }
    let other = House::open().await;
    bring(&other, "?mode=replace", archive.clone()).await.expect(200);
    assert_eq!(lights(&other).await, lights(&house).await);
    bring(&house, "?mode=replace", archive.clone()).await.expect(200);
    assert_eq!(lights(&other).await, lights(&house).await, "it may come back to where it is from");
    bring(&house, "?mode=add", archive).await.refused(409, "already_exists");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_animation_that_is_brought_begins_then_and_what_was_for_a_while_stays_behind() {
    let (house, _) = bright().await;
    let alarm = json!({ "kind": "color", "color": hue(9), "timeout": 60 });
    house.tell("PUT", "/api/v1/zones/LAMP/layers/alarm", alarm).await.expect(200);
    house.tell("POST", "/api/v1/zones/FLOOR/reset", json!({ "transition": "FADE", "duration": 60 })).await.expect(200);
    house.tell("POST", "/api/fixtures/wall/identify", json!({ "duration": 60 })).await;
    let before = house.api.state.snapshot().show.clone();
    assert!(before.fixtures.values().any(|fixture| fixture.identify_until.is_some()));
    let archive = exported(&house).await;
    let (other, _) = lit().await;
    bring(&other, "", archive).await.expect(200);
    let lamp = other.zone("LAMP").await;
    assert_eq!(lamp["layers"].as_array().map(Vec::len), Some(1), "{lamp}");
    shows(&lamp["layers"][0], json!({ "animation": "IMAGE", "since": 1_700_000_000_000_i64 }));
    let show = other.api.state.snapshot().show.clone();
    assert!(show.zones.values().all(|zone| zone.before.is_none()));
    assert!(show.fixtures.values().all(|fixture| fixture.identify_until.is_none()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_merge_leaves_what_it_does_not_name_and_a_replacement_does_not() {
    let archive = exported(&bright().await.0).await;
    let other = || async {
        let (other, _) = lit().await;
        other.tell("POST", "/api/v1/zones", json!({ "id": "ATTIC", "pixel_count": 7 })).await.expect(201);
        other.tell("PUT", "/api/v1/zones/FLOOR", json!({ "pixel_count": 7 })).await.expect(200);
        let supplies = json!({ "supplies": { "old": { "limit_ma": 500 } }, "timezone": "+02:00" });
        other.tell("PATCH", "/api/v1/config", supplies).await.expect(200);
        let old = json!({ "kind": "wled", "host": "old.local", "segments": [{ "zone": "ATTIC" }], "power_limit": { "supply": "old" } });
        other.tell("PUT", "/api/fixtures/old", old).await.expect(201);
        other.tell("PUT", "/api/v1/system/brightness", json!({ "brightness": 11 })).await.expect(200);
        for id in ["evening", "morning"] {
            other.tell("POST", "/api/v1/presets", json!({ "id": id, "zones": ["ATTIC"] })).await.expect(201);
        }
        other
    };
    let ids = |list: Value| -> Vec<String> {
        list.as_array().expect("a list").iter().map(|one| one["id"].as_str().expect("an id").to_owned()).collect()
    };
    let house = other().await;
    bring(&house, "?mode=merge", archive.clone()).await.expect(200);
    assert_eq!(ids(house.read("/api/v1/zones").await), ["ATTIC", "FLOOR", "LAMP"]);
    assert_eq!(ids(house.read("/api/fixtures").await), ["old", "strip", "wall"]);
    assert_eq!(ids(house.read("/api/v1/presets").await), ["evening", "morning"]);
    assert_eq!(house.zone("FLOOR").await["pixel_count"], 45);
    let history = house.read("/api/v1/presets/evening/history").await;
    assert_eq!((history[0]["revision"].as_u64(), history[1]["revision"].as_u64()), (Some(2), Some(1)));
    let supplies = json!({ "old": { "limit_ma": 500 }, SUPPLY: { "volts": 12 } });
    shows(&house.read("/api/v1/config").await, json!({ "fps": 50, "timezone": "+00:00", "supplies": supplies }));
    assert_eq!(house.read("/api/v1/system/brightness").await["brightness"], 11, "who turned them down meant it");
    let house = other().await;
    bring(&house, "?mode=replace", archive).await.expect(200);
    assert_eq!(ids(house.read("/api/v1/zones").await), ["FLOOR", "LAMP"]);
    assert_eq!(ids(house.read("/api/fixtures").await), ["strip", "wall"]);
    assert_eq!(ids(house.read("/api/v1/presets").await), ["evening"]);
    assert_eq!(house.read("/api/v1/config").await["supplies"].as_object().map(|supplies| supplies.len()), Some(1));
    assert_eq!(house.read("/api/v1/system/brightness").await["brightness"], 99);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_added_touches_no_light_that_is_here() {
    let archive = exported(&bright().await.0).await;
    let house = House::open().await;
    house
        .tell("PATCH", "/api/v1/config", json!({ "fps": 30, "supplies": { "old": { "limit_ma": 500 } } }))
        .await
        .expect(200);
    house.tell("POST", "/api/v1/zones", json!({ "id": "ATTIC", "pixel_count": 7 })).await.expect(201);
    bring(&house, "?mode=add", archive.clone()).await.expect(200);
    let supplies = json!({ "old": { "limit_ma": 500 }, SUPPLY: { "volts": 12 } });
    shows(&house.read("/api/v1/config").await, json!({ "fps": 30, "supplies": supplies }));
    for (method, path, body) in [
        ("POST", "/api/v1/zones", json!({ "id": "LAMP", "pixel_count": 7 })),
        (
            "POST",
            "/api/v1/colors/palettes",
            json!({ "id": "dusk", "name": "x", "stops": [{ "at": 0, "color": hue(1) }, { "at": 1, "color": hue(2) }] }),
        ),
        ("PATCH", "/api/v1/config", json!({ "supplies": { SUPPLY: { "limit_ma": 500 } } })),
    ] {
        let house = House::open().await;
        house.tell(method, path, body).await;
        bring(&house, "?mode=add", archive.clone()).await.refused(409, "already_exists");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_archive_without_lights_leaves_lights_alone() {
    let (house, _) = bright().await;
    let mut older = told_in(&exported(&house).await);
    older["format"] = json!(1);
    let show = older["show"].as_object_mut().expect("an object");
    assert!(show.remove("lights").is_some());
    let archive = archive::of_text(&older.to_string());
    let before = lights(&house).await;
    for mode in ["merge", "replace"] {
        bring(&house, &format!("?mode={mode}"), archive.clone()).await.expect(200);
        assert_eq!(lights(&house).await, before, "{mode}");
    }
    // What its scenes need of lights that it could not bring is missed.
    bring(&House::open().await, "", older_without_assets(older)).await.refused(404, "palette_not_found");
}

fn older_without_assets(mut manifest: Value) -> Vec<u8> {
    manifest["show"].as_object_mut().expect("an object").remove("assets");
    archive::of_text(&manifest.to_string())
}

#[tokio::test(flavor = "multi_thread")]
async fn lights_that_are_not_right_change_nothing() {
    let (house, _) = bright().await;
    let good = told_in(&exported(&house).await);
    let other = House::open().await;
    other.tell("POST", "/api/v1/zones", json!({ "id": "ATTIC", "pixel_count": 7 })).await.expect(201);
    let cases = [
        ("/zones/0/geometry/pixels", json!(0), 400, "invalid_value"),
        ("/zones/0/id", json!("LAMP"), 400, "invalid_value"),
        ("/zones/0/look/layers/0/parameters", json!({ "speed": 99 }), 400, "out_of_range"),
        ("/zones/0/look/layers/0/parameters", json!({ "sparkle": 1 }), 400, "invalid_parameter"),
        ("/zones/0/look/layers/0/palette", json!("mud"), 404, "palette_not_found"),
        ("/zones/0/look/layers/1/feed", json!("nobody"), 404, "feed_not_found"),
        ("/fixtures/0/segments/0/zone", json!("CELLAR"), 404, "zone_not_found"),
        ("/fixtures/1/host", json!("no host"), 400, "invalid_value"),
        ("/fixtures/1/power_limit/supply", json!("nobody"), 400, "invalid_value"),
        ("/feeds/0/pixels", json!(0), 400, "invalid_value"),
        ("/palettes/0/stops", json!([]), 400, "invalid_value"),
        ("/palettes/0/id", json!("OCEAN"), 409, "already_exists"),
        ("/presets/0/saved/zones", json!({}), 400, "invalid_value"),
        ("/presets/0/saved/zones/FLOOR/layers/0/palette", json!("mud"), 404, "palette_not_found"),
        ("/presets/0/saved/zones/FLOOR/layers/0/opacity", json!(9), 400, "out_of_range"),
        ("/settings/fps", json!(0), 400, "out_of_range"),
        ("/settings/supplies/psu/volts", json!(99), 400, "out_of_range"),
        ("/settings/sparkle", json!(1), 422, "broken_archive"),
        ("/state/mode", json!("DISCO"), 422, "broken_archive"),
        ("/sparkle", json!(1), 422, "broken_archive"),
    ];
    for (place, value, status, code) in cases {
        let mut bad = good.clone();
        bad["show"].as_object_mut().expect("an object").retain(|name, _| name == "lights");
        let (parent, name) = place.rsplit_once('/').expect("a place");
        let lights = bad["show"]["lights"].pointer_mut(parent).unwrap_or_else(|| panic!("{place}"));
        lights[name] = value;
        let before = (other.everything().await, files(&other));
        for mode in ["add", "merge", "replace"] {
            for dry in ["", "&dry_run=true"] {
                let reply = bring(&other, &format!("?mode={mode}{dry}"), archive::of_text(&bad.to_string())).await;
                let told = String::from_utf8_lossy(&reply.body).into_owned();
                assert_eq!((reply.status.as_u16(), reply.code().as_str()), (status, code), "{place} {mode}: {told}");
            }
        }
        assert_eq!((other.everything().await, files(&other)), before, "{place}");
    }
}

fn files(house: &House) -> usize {
    std::fs::read_dir(house.directory.path().join("assets")).expect("a directory").count()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_lights_name_that_is_gone_does_not_keep_a_show_from_going_elsewhere() {
    let (house, _) = bright().await;
    for zone in ["FLOOR", "LAMP"] {
        house.ask("POST", &format!("/api/v1/zones/{zone}/reset")).await.expect(200);
    }
    house.ask("DELETE", "/api/scenes/main").await.expect(204);
    house.ask("DELETE", "/api/v1/colors/palettes/dusk").await.expect(204);
    house.ask("DELETE", "/api/light-feeds/desk").await.expect(204);
    let other = House::open().await;
    bring(&other, "", exported(&house).await).await.expect(200);
    let floor = other.read("/api/v1/presets/evening").await["zones"]["FLOOR"].clone();
    assert_eq!(floor["layers"].as_array().map(Vec::len), Some(1), "{floor}");
    assert_eq!((&floor["layers"][0]["animation"], &floor["layers"][0]["palette"]), (&json!("FIRE"), &Value::Null));
}
