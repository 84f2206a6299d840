use super::*;

const PRESETS: &str = "/api/v1/presets";
const EVENING: &str = "/api/v1/presets/evening";

/// With a look that is worth keeping: a colour, an animation above it, and all lights dimmed.
async fn dressed() -> (House, Clock) {
    let (house, clock) = lit().await;
    house.tell("PUT", "/api/v1/zones/FLOOR", json!({ "color": hue(240), "brightness": 200 })).await.expect(200);
    let start =
        json!({ "zones": ["FLOOR", "LAMP"], "params": { "speed": 1.5, "color_primary": hue(30) }, "palette": "OCEAN" });
    house.tell("POST", "/api/v1/animations/BREATHE/start", start).await.expect(200);
    house.tell("PUT", "/api/v1/system/brightness", json!({ "brightness": 99 })).await.expect(200);
    (house, clock)
}

async fn undress(house: &House) {
    for zone in ["FLOOR", "LAMP"] {
        house.ask("POST", &format!("/api/v1/zones/{zone}/reset")).await.expect(200);
    }
    house.tell("PUT", "/api/v1/system/brightness", json!({ "brightness": 255 })).await.expect(200);
}

/// What both zones look like, without when it began.
async fn looks(house: &House) -> Value {
    let mut zones = house.read("/api/v1/zones").await;
    for zone in zones.as_array_mut().expect("a list") {
        for layer in zone["layers"].as_array_mut().expect("a list") {
            layer.as_object_mut().expect("an object").remove("since");
        }
    }
    json!({ "zones": zones, "brightness": house.read("/api/v1/system/brightness").await })
}

#[tokio::test]
async fn what_is_saved_is_seen_again_when_it_is_loaded() {
    let (house, clock) = dressed().await;
    let before = looks(&house).await;
    let saved = json!({ "id": "evening", "name": "Evening", "house": true });
    let saved = house.tell("POST", PRESETS, saved).await.expect(201).json();
    let state = json!({ "on": true, "mode": "ANIMATION", "brightness": 99 });
    shows(
        &saved,
        json!({ "id": "evening", "name": "Evening", "revision": 1, "saved_at": 1_700_000_000_000_i64, "house": state }),
    );
    shows(
        &saved["zones"]["FLOOR"],
        json!({ "color": hue(240), "brightness": 200, "enabled": true, "layers": [{ "animation": "BREATHE" }] }),
    );
    assert_eq!((house.read(PRESETS).await, house.read(EVENING).await), (json!([saved]), saved));
    undress(&house).await;
    assert_ne!(looks(&house).await, before);
    clock.set(ShowTime(1_700_000_009_000_000));
    let loaded = house.tell("POST", &format!("{EVENING}/load"), json!({ "transition": "FADE", "duration": 2 })).await;
    let loaded = loaded.expect(200).json();
    shows(&loaded, json!({ "success": true, "house": { "brightness": 99, "progress": 0 } }));
    shows(&loaded["zones"][0]["layers"][0], json!({ "animation": "BREATHE", "since": 1_700_000_009_000_i64 }));
    assert_eq!(looks(&house).await, before);
}

#[tokio::test]
async fn a_preset_of_one_zone_leaves_everything_else_alone() {
    let (house, _) = dressed().await;
    let saved = house.tell("POST", PRESETS, json!({ "id": "evening", "zones": ["FLOOR"] })).await.expect(201).json();
    assert_eq!((saved["house"].clone(), saved["zones"].as_object().map(|zones| zones.len())), (Value::Null, Some(1)));
    undress(&house).await;
    house.ask("POST", &format!("{EVENING}/load")).await.expect(200);
    shows(&house.zone("FLOOR").await, json!({ "state": { "color": hue(240), "animation_active": true } }));
    shows(&house.zone("LAMP").await, json!({ "state": { "animation_active": false } }));
    assert_eq!(house.read("/api/v1/system/brightness").await["brightness"], 255);
}

#[tokio::test]
async fn what_is_there_for_a_while_is_not_kept_and_zones_that_are_gone_are_left_out() {
    let (house, _) = lit().await;
    let brief = json!({ "kind": "color", "color": hue(1), "timeout": 60 });
    house.tell("PUT", "/api/v1/zones/LAMP/layers/alarm", brief).await.expect(200);
    let saved = house.tell("POST", PRESETS, json!({ "id": "evening" })).await.expect(201).json();
    shows(&saved["zones"]["LAMP"], json!({ "layers": [] }));
    house.ask("DELETE", "/api/v1/zones/LAMP").await.expect(204);
    let loaded = house.ask("POST", &format!("{EVENING}/load")).await.expect(200).json();
    shows(&loaded, json!({ "success": true, "zones": [{ "id": "FLOOR" }] }));
}

#[tokio::test]
async fn what_a_preset_was_before_is_remembered_sixteen_times_and_comes_back() {
    let (house, _) = lit().await;
    house.tell("POST", PRESETS, json!({ "id": "evening", "name": "Evening" })).await.expect(201);
    for degrees in 2..=20 {
        house.tell("PUT", "/api/v1/zones/FLOOR/color", json!({ "color": hue(degrees) })).await.expect(200);
        let saved = house.ask("PUT", EVENING).await.expect(200).json();
        shows(&saved, json!({ "name": "Evening", "revision": degrees }));
    }
    let history = house.read(&format!("{EVENING}/history")).await;
    let revisions: Vec<_> = history.as_array().expect("a list").iter().map(|saved| saved["revision"].as_u64()).collect();
    assert_eq!(revisions, (4..=20).rev().map(Some).collect::<Vec<_>>(), "newest first");
    let restore = format!("{EVENING}/restore");
    let restored = house.tell("POST", &restore, json!({ "revision": 7 })).await.expect(200).json();
    shows(&restored, json!({ "name": "Evening", "revision": 21, "zones": { "FLOOR": { "color": hue(7) } } }));
    house
        .refuses(&[
            ("POST", &restore, json!({ "revision": 4 }), 404, "revision_not_found"),
            ("POST", &restore, json!({ "revision": 99 }), 404, "revision_not_found"),
            ("POST", &restore, json!({ "revision": "last" }), 400, "invalid_body"),
            ("POST", &restore, json!({}), 400, "invalid_body"),
        ])
        .await;
    let renamed = house.tell("PATCH", EVENING, json!({ "name": "Night" })).await.expect(200).json();
    shows(&renamed, json!({ "name": "Night", "revision": 21 }));
}

#[tokio::test]
async fn what_is_exported_is_imported_as_it_was() {
    let (house, _) = dressed().await;
    let before = looks(&house).await;
    house.tell("POST", PRESETS, json!({ "id": "evening", "name": "Evening", "house": true })).await.expect(201);
    undress(&house).await;
    house.tell("POST", PRESETS, json!({ "id": "dark", "name": "Dark", "zones": ["LAMP"] })).await.expect(201);
    let exported = house.read("/api/v1/presets/export").await;
    shows(&exported, json!({ "format": 2, "presets": [{ "id": "dark" }, { "id": "evening" }] }));
    for id in ["evening", "dark"] {
        house.ask("DELETE", &format!("{PRESETS}/{id}")).await.expect(204);
    }
    let imported = house.tell("POST", "/api/v1/presets/import", exported.clone()).await.expect(200).json();
    shows(&imported, json!({ "success": true, "presets": ["dark", "evening"] }));
    assert_eq!(house.read("/api/v1/presets/export").await, exported);
    house.ask("POST", &format!("{EVENING}/load")).await.expect(200);
    assert_eq!(looks(&house).await, before);
}

#[tokio::test]
async fn an_import_replaces_what_is_there_unless_only_new_ones_are_wished() {
    let (house, _) = lit().await;
    house.tell("POST", PRESETS, json!({ "id": "evening", "name": "Evening" })).await.expect(201);
    let preset = |id: &str| json!({ "id": id, "name": "Brought", "zones": { "FLOOR": { "color": hue(9) } } });
    let both = json!({ "presets": [preset("morning"), preset("evening")], "only_new": true });
    house.refuses(&[("POST", "/api/v1/presets/import", both, 409, "already_exists")]).await;
    let both = json!({ "format": 1, "presets": [preset("morning"), preset("evening")] });
    house.tell("POST", "/api/v1/presets/import", both).await.expect(200);
    let evening = house.read(EVENING).await;
    let look = json!({ "color": hue(9), "brightness": 255, "enabled": true, "layers": [] });
    shows(&evening, json!({ "name": "Brought", "revision": 2, "zones": { "FLOOR": look } }));
    shows(&house.read(&format!("{EVENING}/history")).await[1], json!({ "revision": 1 }));
    let new = json!({ "presets": [preset("noon")], "only_new": true });
    house.tell("POST", "/api/v1/presets/import", new).await.expect(200);
}

#[tokio::test]
async fn an_import_that_is_broken_anywhere_changes_nothing_at_all() {
    let (house, _) = lit().await;
    house.tell("POST", PRESETS, json!({ "id": "evening" })).await.expect(201);
    let good = json!({ "id": "good", "zones": { "FLOOR": { "color": hue(9) } } });
    let look = |look: Value| json!({ "presets": [good, { "id": "bad", "zones": { "FLOOR": look } }] });
    let layer = |layer: Value| look(json!({ "color": hue(9), "layers": [layer] }));
    let animation = |more: Value| {
        let mut animation = json!({ "id": "a", "kind": "animation", "animation": "BREATHE" });
        animation.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        layer(animation)
    };
    let house_of = |state: Value| json!({ "presets": [good, { "id": "bad", "house": state, "zones": {} }] });
    let broken = [
        (look(json!({ "color": { "mode": "XYZ" } })), 400, "INVALID_COLOR_MODE"),
        (look(json!({ "color": hue(361) })), 400, "out_of_range"),
        (look(json!({ "color": "red" })), 400, "invalid_color"),
        (look(json!({ "brightness": 9 })), 400, "invalid_body"),
        (look(json!({ "color": hue(9), "brightness": 256 })), 400, "invalid_body"),
        (look(json!({ "color": hue(9), "sparkle": 1 })), 400, "invalid_body"),
        (layer(json!({ "id": "a", "kind": "color", "color": { "mode": "XYZ" } })), 400, "INVALID_COLOR_MODE"),
        (layer(json!({ "id": "a", "kind": "smoke" })), 400, "invalid_body"),
        (layer(json!({ "id": "a", "kind": "color", "color": hue(9), "opacity": 2 })), 400, "out_of_range"),
        (animation(json!({ "animation": "WALTZ" })), 404, "animation_not_found"),
        (animation(json!({ "palette": "mud" })), 404, "palette_not_found"),
        (animation(json!({ "parameters": { "speed": 99 } })), 400, "out_of_range"),
        (animation(json!({ "parameters": { "color_primary": { "mode": "XYZ" } } })), 400, "INVALID_COLOR_MODE"),
        (house_of(json!({ "on": true, "mode": "DISCO", "brightness": 9 })), 400, "invalid_body"),
        (house_of(json!({ "on": true, "mode": "STATIC", "brightness": 256 })), 400, "invalid_body"),
        (json!({ "presets": [good, { "id": "bad" }] }), 400, "invalid_body"),
        (json!({ "presets": [good, { "id": "b a d", "zones": {} }] }), 400, "invalid_body"),
        (json!({ "presets": [] }), 400, "invalid_value"),
        (json!({ "presets": "all" }), 400, "invalid_body"),
        (json!({}), 400, "invalid_body"),
        (json!({ "format": 3, "presets": [good] }), 400, "invalid_body"),
        (json!({ "presets": [good], "sparkle": 1 }), 400, "invalid_body"),
    ];
    let refusals: Vec<Refusal> =
        broken.into_iter().map(|(body, status, code)| ("POST", "/api/v1/presets/import", body, status, code)).collect();
    house.refuses(&refusals).await;
}

#[tokio::test]
async fn wrong_wishes_for_presets_change_nothing() {
    let (house, _) = lit().await;
    house.tell("POST", PRESETS, json!({ "id": "evening" })).await.expect(201);
    let mut refusals: Vec<Refusal> = vec![
        ("POST", PRESETS, json!({ "id": "evening" }), 409, "already_exists"),
        ("POST", PRESETS, json!({ "id": "new", "zones": ["ATTIC"] }), 404, "zone_not_found"),
        ("POST", PRESETS, json!({ "id": "new", "zones": [] }), 400, "invalid_value"),
        ("POST", PRESETS, json!({ "id": "new", "zones": "all" }), 400, "invalid_body"),
        ("POST", PRESETS, json!({ "id": "new", "house": 1 }), 400, "invalid_body"),
        ("POST", PRESETS, json!({ "id": "new", "sparkle": 1 }), 400, "invalid_body"),
        ("PUT", EVENING, json!({ "id": "morning" }), 400, "id_mismatch"),
        ("PATCH", EVENING, json!({}), 400, "invalid_body"),
        ("PATCH", EVENING, json!({ "name": 5 }), 400, "invalid_body"),
        ("POST", "/api/v1/presets/evening/load", json!({ "duration": 61 }), 400, "out_of_range"),
        ("POST", "/api/v1/presets/evening/load", json!({ "transition": "MELT" }), 400, "invalid_body"),
        ("POST", "/api/v1/presets/evening/load", json!({ "zones": ["FLOOR"] }), 400, "invalid_body"),
    ];
    let gone = "/api/v1/presets/attic";
    let not_found = |method, path, body| (method, path, body, 404, "preset_not_found");
    refusals.push(not_found("GET", gone, Value::Null));
    refusals.push(not_found("DELETE", gone, Value::Null));
    refusals.push(not_found("PATCH", gone, json!({ "name": "Attic" })));
    refusals.push(not_found("POST", "/api/v1/presets/attic/load", Value::Null));
    refusals.push(not_found("GET", "/api/v1/presets/attic/history", Value::Null));
    refusals.push(not_found("POST", "/api/v1/presets/attic/restore", json!({ "revision": 1 })));
    house.refuses(&refusals).await;
}

fn dusk(degrees: u16) -> Value {
    json!({ "id": "dusk", "name": "Dusk", "wrap": true, "interpolation": "oklab",
        "stops": [{ "at": 0.0, "color": hue(degrees) }, { "at": 1.0, "color": hue(90) }] })
}

/// A house whose preset `evening` has the palette `dusk`, and what it exports. `dawn` is of no use to it.
async fn with_own_palette() -> (House, Value) {
    let (house, _) = lit().await;
    let mut dawn = dusk(5);
    dawn["id"] = json!("dawn");
    for palette in [dusk(1), dawn] {
        house.tell("POST", "/api/v1/colors/palettes", palette).await.expect(201);
    }
    for (zone, palette) in [("FLOOR", "dusk"), ("LAMP", "OCEAN")] {
        let start = json!({ "zones": [zone], "palette": palette });
        house.tell("POST", "/api/v1/animations/FIRE/start", start).await.expect(200);
    }
    house.tell("POST", PRESETS, json!({ "id": "evening" })).await.expect(201);
    let exported = house.read("/api/v1/presets/export").await;
    (house, exported)
}

#[tokio::test]
async fn palettes_go_with_the_presets_that_name_them() {
    let (house, exported) = with_own_palette().await;
    let palettes = exported["palettes"].as_array().expect("a list");
    assert_eq!(palettes.len(), 1, "neither those that are everywhere, nor those that no preset names: {palettes:?}");
    shows(&palettes[0], dusk(1));
    let (other, _) = lit().await;
    let imported = other.tell("POST", "/api/v1/presets/import", exported.clone()).await.expect(200).json();
    shows(&imported, json!({ "success": true, "presets": ["evening"], "palettes": ["dusk"] }));
    let palette = house.read("/api/v1/colors/palettes/dusk").await;
    assert_eq!(other.read("/api/v1/colors/palettes/dusk").await, palette);
    other.ask("POST", &format!("{EVENING}/load")).await.expect(200);
    shows(&other.zone("FLOOR").await["layers"][0], json!({ "animation": "FIRE", "palette": "dusk" }));
    assert_eq!(other.read("/api/v1/presets/export").await, exported);
}

#[tokio::test]
async fn a_palette_that_is_here_is_not_overwritten_by_another_of_its_name() {
    let (_, exported) = with_own_palette().await;
    let (other, _) = lit().await;
    other.tell("POST", "/api/v1/colors/palettes", dusk(2)).await.expect(201);
    other.refuses(&[("POST", "/api/v1/presets/import", exported.clone(), 409, "already_exists")]).await;
    other.tell("PUT", "/api/v1/colors/palettes/dusk", dusk(1)).await.expect(200);
    let mut only_new = exported;
    only_new["only_new"] = json!(true);
    other.tell("POST", "/api/v1/presets/import", only_new).await.expect(200);
}

#[tokio::test]
async fn palettes_of_an_import_are_as_good_as_any() {
    let (house, _) = lit().await;
    let preset = json!({ "id": "new", "zones": { "FLOOR": { "color": hue(9) } } });
    let with = |palettes: Value| json!({ "presets": [preset], "palettes": palettes });
    let changed = |field: &str, value: Value| {
        let mut palette = dusk(1);
        palette[field] = value;
        with(json!([palette]))
    };
    let refused = [
        (changed("id", json!("OCEAN")), 409, "already_exists"),
        (changed("stops", json!([])), 400, "invalid_value"),
        (changed("stops", json!([{ "at": 0, "color": { "mode": "XYZ" } }])), 400, "INVALID_COLOR_MODE"),
        (changed("sparkle", json!(1)), 400, "invalid_body"),
        (with(json!("all")), 400, "invalid_body"),
        (with(json!([dusk(1), dusk(2)])), 409, "already_exists"),
    ];
    let refusals: Vec<Refusal> =
        refused.into_iter().map(|(body, status, code)| ("POST", "/api/v1/presets/import", body, status, code)).collect();
    house.refuses(&refusals).await;
}

#[tokio::test]
async fn a_preset_that_names_what_is_gone_is_carried_without_it() {
    let (house, _) = with_own_palette().await;
    house.ask("POST", "/api/v1/zones/FLOOR/reset").await.expect(200);
    house.ask("DELETE", "/api/v1/colors/palettes/dusk").await.expect(204);
    let exported = house.read("/api/v1/presets/export").await;
    assert_eq!(
        (&exported["palettes"], &exported["presets"][0]["zones"]["FLOOR"]["layers"][0]["palette"]),
        (&json!([]), &Value::Null)
    );
    let (other, _) = lit().await;
    other.tell("POST", "/api/v1/presets/import", exported).await.expect(200);
}

#[tokio::test]
async fn a_preset_of_nothing_is_refused_wherever_it_comes_from() {
    let (house, _) = lit().await;
    let state = json!({ "on": true, "mode": "STATIC", "brightness": 9 });
    let good = json!({ "id": "good", "zones": { "FLOOR": { "color": hue(9) } } });
    let refused = |preset: Value| {
        let body = json!({ "presets": [good, preset] });
        ("POST", "/api/v1/presets/import", body, 400, "invalid_value")
    };
    let empty = json!({ "id": "empty", "zones": {} });
    house.refuses(&[refused(empty), refused(json!({ "id": "empty", "zones": {}, "house": state }))]).await;
}
