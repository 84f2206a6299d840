use super::*;

const FLOOR: &str = "/api/v1/zones/FLOOR";

#[tokio::test]
async fn a_zone_is_made_described_anew_and_removed() {
    let (house, _) = lit().await;
    let ring = json!({ "kind": "ring", "pixels": 16 });
    let new = json!({ "id": "RING", "geometry": ring, "color": "#00ff00", "brightness": 9, "enabled": false });
    let made = house.tell("POST", "/api/v1/zones", new).await.expect(201).json();
    let color = json!({ "mode": "RGB", "rgb": [0, 255, 0], "brightness": 9 });
    let state = json!({ "color": color, "brightness": 9, "enabled": false, "animation_active": false });
    shows(&made, json!({ "id": "RING", "pixel_count": 16, "layout": ring, "geometry": ring, "state": state, "layers": [] }));

    let region = json!({ "x": 0.5, "y": 0, "width": 0.5, "height": 1 });
    let patch = json!({ "name": "Ring", "region": region, "id": "RING" });
    let changed = house.tell("PATCH", "/api/v1/zones/RING", patch).await.expect(200).json();
    shows(&changed, json!({ "name": "Ring", "region": region, "state": state, "layout": ring }));
    let changed = house.tell("PATCH", "/api/v1/zones/RING", json!({ "region": null })).await.expect(200).json();
    shows(&changed, json!({ "region": { "x": 0, "y": 0, "width": 1, "height": 1 } }));
    house.ask("DELETE", "/api/v1/zones/RING").await.expect(204);
    house.ask("GET", "/api/v1/zones/RING").await.refused(404, "zone_not_found");
    let unnamed = house.tell("POST", "/api/v1/zones", json!({ "pixel_count": 3 })).await.expect(201).json();
    assert!(unnamed["id"].as_str().is_some_and(|id| id.starts_with("zone-")), "{unnamed}");
}

#[tokio::test]
async fn a_zone_of_another_length_lies_as_it_lay() {
    let (house, _) = lit().await;
    let ring = json!({ "kind": "ring", "pixels": 16, "start_degrees": 90, "clockwise": false });
    house.tell("PATCH", "/api/v1/zones/LAMP", json!({ "geometry": ring })).await.expect(200);
    let longer = house.tell("PATCH", "/api/v1/zones/LAMP", json!({ "pixel_count": 24 })).await.expect(200).json();
    shows(&longer["layout"], json!({ "kind": "ring", "pixels": 24, "start_degrees": 90, "clockwise": false }));
    let matrix = json!({ "kind": "matrix", "columns": 8, "rows": 3 });
    house.tell("PATCH", "/api/v1/zones/LAMP", json!({ "geometry": matrix })).await.expect(200);
    let same = house.tell("PATCH", "/api/v1/zones/LAMP", json!({ "pixel_count": 24 })).await.expect(200).json();
    shows(&same["layout"], matrix);
    let strip = json!({ "kind": "strip", "pixels": 45, "direction": "left", "reversed": true });
    house.tell("PATCH", FLOOR, json!({ "geometry": strip })).await.expect(200);
    let longer = house.tell("PATCH", FLOOR, json!({ "pixel_count": 60 })).await.expect(200).json();
    let expected = json!({ "kind": "strip", "pixels": 60, "direction": "left", "reversed": true });
    shows(&longer, json!({ "pixel_count": 60, "geometry": expected }));
}

#[tokio::test]
async fn layers_lie_above_each_other_by_their_priority_and_go_by_themselves() {
    let (house, clock) = lit().await;
    let layer = |id: &str| format!("{FLOOR}/layers/{id}");
    let top = json!({ "kind": "color", "color": hue(10), "priority": 200, "opacity": 0.5, "blend": "add", "timeout": 2 });
    house.tell("PUT", &layer("top"), top).await.expect(200);
    let fire =
        json!({ "kind": "animation", "animation": "FIRE", "parameters": { "speed": 2 }, "palette": "OCEAN", "seed": 7 });
    let fire_id = house.tell("PUT", &layer("fire"), fire).await.expect(200).json();
    let below = json!({ "id": "fire", "kind": "animation", "animation": "FIRE", "parameters": { "speed": 2 }, "seed": 7,
        "palette": "OCEAN", "blend": "normal", "opacity": 1, "priority": 100, "since": 1_700_000_000_000_i64 });
    let above = json!({ "id": "top", "kind": "color", "color": hue(10), "blend": "add", "opacity": 0.5, "priority": 200,
        "until": 1_700_000_002_000_i64 });
    shows(&fire_id, json!({ "layers": [below, above], "state": { "animation_active": true } }));
    clock.set(ShowTime(1_700_000_002_000_000));
    shows(&house.zone("FLOOR").await, json!({ "layers": [below] }));
    house.ask("DELETE", &layer("fire")).await.expect(200);
    shows(&house.zone("FLOOR").await, json!({ "layers": [], "state": { "animation_active": false } }));
    house.ask("DELETE", &layer("fire")).await.refused(404, "layer_not_found");
}

#[tokio::test]
async fn layers_whose_time_is_over_leave_room_for_others() {
    let (house, clock) = lit().await;
    let brief = json!({ "kind": "color", "color": hue(10), "timeout": 1 });
    for number in 0..16 {
        house.tell("PUT", &format!("{FLOOR}/layers/l{number}"), brief.clone()).await.expect(200);
    }
    house.tell("PUT", &format!("{FLOOR}/layers/one-more"), brief.clone()).await.refused(422, "too_many");
    clock.set(ShowTime(1_700_000_001_000_000));
    house.tell("POST", "/api/v1/diagnostics/zones/FLOOR/test", json!({ "duration": 0.5 })).await.expect(200);
    let later = house.tell("PUT", &format!("{FLOOR}/layers/one-more"), brief).await.expect(200).json();
    shows(&later, json!({ "layers": [{ "id": "one-more" }, { "id": "test" }] }));
}

#[tokio::test]
async fn a_test_pattern_is_seen_above_everything_for_a_while() {
    let (house, clock) = lit().await;
    let path = "/api/v1/diagnostics/zones/FLOOR/test";
    let tested = house.ask("POST", path).await.expect(200).json();
    let layer = json!({ "kind": "test", "pattern": "colors", "priority": 255, "until": 1_700_000_010_000_i64 });
    shows(&tested, json!({ "layers": [layer] }));
    for pattern in ["colors", "white", "walk", "gradient", "ends"] {
        let body = json!({ "pattern": pattern, "duration": 1 });
        let tested = house.tell("POST", path, body).await.expect(200).json();
        shows(&tested, json!({ "layers": [{ "pattern": pattern }] }));
    }
    clock.set(ShowTime(1_700_000_001_000_000));
    shows(&house.zone("FLOOR").await, json!({ "layers": [] }));
}

#[tokio::test]
async fn wrong_colors_and_brightnesses_change_nothing() {
    let (house, _) = lit().await;
    let mut refusals = Vec::new();
    for path in [FLOOR, "/api/v1/zones/FLOOR/color"] {
        let mut wrong = |color: Value, code| refusals.push(("PUT", path, json!({ "color": color }), 400, code));
        wrong(json!({ "mode": "XYZ" }), "INVALID_COLOR_MODE");
        wrong(json!({ "mode": "XYZ", "rgb": [1, 2, 3] }), "INVALID_COLOR_MODE");
        wrong(json!({ "rgb": [1, 2, 3] }), "invalid_color");
        wrong(json!({ "mode": 5 }), "invalid_color");
        wrong(json!({ "mode": "RGB" }), "invalid_color");
        wrong(json!({ "mode": "RGB", "rgb": [1, 2] }), "invalid_color");
        wrong(json!({ "mode": "RGB", "rgb": [1, 2, 256] }), "out_of_range");
        wrong(json!({ "mode": "HUE", "hue": 361 }), "out_of_range");
        wrong(json!({ "mode": "HUE", "hue": -1 }), "out_of_range");
        wrong(json!({ "mode": "HUE", "hue": "blue" }), "invalid_color");
        wrong(json!({ "mode": "HUE", "hue": 1, "brightness": 256 }), "out_of_range");
        wrong(json!({ "mode": "HUE", "hue": 1, "sparkle": 1 }), "invalid_color");
        wrong(json!({ "mode": "HSV", "hsv": [0, 1.1, 1] }), "out_of_range");
        wrong(json!({ "mode": "PRESET", "preset": "MUD" }), "invalid_color");
        wrong(json!("red"), "invalid_color");
        wrong(json!(5), "invalid_color");
    }
    for path in [FLOOR, "/api/v1/zones/FLOOR/brightness", "/api/v1/system/brightness"] {
        let mut wrong =
            |brightness: Value, code| refusals.push(("PUT", path, json!({ "brightness": brightness }), 400, code));
        wrong(json!(256), "out_of_range");
        wrong(json!(-1), "out_of_range");
        wrong(json!(1.5), "out_of_range");
        wrong(json!(1e300), "out_of_range");
        wrong(json!("bright"), "invalid_value");
        wrong(json!([200]), "invalid_value");
    }
    house.refuses(&refusals).await;
}

#[tokio::test]
async fn wrong_wishes_for_zones_change_nothing() {
    let (house, _) = lit().await;
    let color = |more: Value| {
        let mut body = json!({ "color": hue(1) });
        body.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        body
    };
    let path = "/api/v1/zones/FLOOR/color";
    house
        .refuses(&[
            ("PUT", path, color(json!({ "duration": 61 })), 400, "out_of_range"),
            ("PUT", path, color(json!({ "duration": -1 })), 400, "out_of_range"),
            ("PUT", path, color(json!({ "duration": "long" })), 400, "invalid_body"),
            ("PUT", path, color(json!({ "transition": "MELT" })), 400, "invalid_body"),
            ("PUT", path, color(json!({ "colour": 1 })), 400, "invalid_body"),
            ("PUT", path, json!({}), 400, "invalid_body"),
            ("PUT", path, Value::Null, 400, "malformed_json"),
            ("PUT", "/api/v1/zones/FLOOR/brightness", json!({}), 400, "invalid_body"),
            ("PUT", "/api/v1/zones/FLOOR/enabled", json!({ "enabled": "yes" }), 400, "invalid_value"),
            ("PUT", FLOOR, json!({ "brightness": 9, "sparkle": true }), 400, "invalid_value"),
            ("PUT", FLOOR, json!({ "id": "LAMP" }), 400, "id_mismatch"),
            ("PUT", FLOOR, json!({ "enabled": 1 }), 400, "invalid_value"),
            ("PUT", FLOOR, json!({ "name": 5 }), 400, "invalid_value"),
            ("PUT", FLOOR, json!({ "pixel_count": 0 }), 400, "invalid_value"),
            ("PUT", FLOOR, json!({ "pixel_count": 70_000 }), 400, "invalid_value"),
            ("PUT", FLOOR, json!({ "pixel_count": 9, "geometry": { "kind": "strip", "pixels": 8 } }), 400, "invalid_value"),
            ("PUT", FLOOR, json!({ "geometry": { "kind": "knot" } }), 400, "invalid_value"),
            ("PUT", FLOOR, json!({ "region": { "x": 0.5, "y": 0, "width": 1, "height": 1 } }), 400, "invalid_value"),
            ("POST", "/api/v1/zones/FLOOR/reset", json!({ "hard": true }), 400, "invalid_body"),
            ("POST", "/api/v1/zones/FLOOR/reset", json!({ "duration": 61 }), 400, "out_of_range"),
            ("DELETE", FLOOR, Value::Null, 409, "zone_in_use"),
            ("POST", "/api/v1/zones", json!({ "id": "FLOOR", "pixel_count": 1 }), 409, "already_exists"),
            ("POST", "/api/v1/zones", json!({ "id": "a b", "pixel_count": 1 }), 400, "invalid_body"),
            ("POST", "/api/v1/zones", json!({ "id": "NEW" }), 400, "invalid_value"),
            ("POST", "/api/v1/zones", json!({ "id": "NEW", "pixel_count": "9" }), 400, "invalid_body"),
            ("POST", "/api/v1/zones", json!({ "id": "NEW", "pixel_count": 9, "sparkle": 1 }), 400, "invalid_body"),
            ("POST", "/api/v1/zones", json!({ "id": "NEW", "pixel_count": 9, "brightness": 256 }), 400, "out_of_range"),
            (
                "POST",
                "/api/v1/zones",
                json!({ "id": "NEW", "pixel_count": 9, "color": { "mode": "XYZ" } }),
                400,
                "INVALID_COLOR_MODE",
            ),
        ])
        .await;
}

#[tokio::test]
async fn a_zone_that_is_not_there_is_not_found_whatever_is_asked_of_it() {
    let (house, _) = lit().await;
    let not_found = |method, path, body| (method, path, body, 404, "zone_not_found");
    house
        .refuses(&[
            not_found("GET", "/api/v1/zones/ATTIC", Value::Null),
            not_found("PUT", "/api/v1/zones/ATTIC", json!({ "brightness": 1 })),
            not_found("PATCH", "/api/v1/zones/ATTIC", json!({ "brightness": 1 })),
            not_found("DELETE", "/api/v1/zones/ATTIC", Value::Null),
            not_found("PUT", "/api/v1/zones/ATTIC/color", json!({ "color": hue(1) })),
            not_found("PUT", "/api/v1/zones/ATTIC/brightness", json!({ "brightness": 1 })),
            not_found("PUT", "/api/v1/zones/ATTIC/enabled", json!({ "enabled": true })),
            not_found("POST", "/api/v1/zones/ATTIC/reset", Value::Null),
            not_found("PUT", "/api/v1/zones/ATTIC/layers/a", json!({ "kind": "color", "color": hue(1) })),
            not_found("DELETE", "/api/v1/zones/ATTIC/layers/a", Value::Null),
            not_found("POST", "/api/v1/diagnostics/zones/ATTIC/test", Value::Null),
            ("GET", "/api/v1/zones/a%20b", Value::Null, 400, "invalid_id"),
        ])
        .await;
}

#[tokio::test]
async fn wrong_layers_change_nothing() {
    let (house, _) = lit().await;
    let path = "/api/v1/zones/FLOOR/layers/a";
    let mut refusals: Vec<Refusal> = vec![
        ("PUT", path, json!({ "kind": "color", "color": { "mode": "XYZ" } }), 400, "INVALID_COLOR_MODE"),
        ("PUT", path, json!({ "kind": "color" }), 400, "invalid_body"),
        ("PUT", path, json!({ "kind": "smoke" }), 400, "invalid_body"),
        ("PUT", path, json!({ "kind": "animation", "animation": "WALTZ" }), 404, "animation_not_found"),
        ("PUT", path, json!({ "kind": "animation", "animation": "FIRE", "palette": "mud" }), 404, "palette_not_found"),
        ("PUT", path, json!({ "kind": "test", "pattern": "plaid" }), 400, "invalid_body"),
    ];
    let mut wrong = |field: &str, value: Value, code| {
        let mut layer = json!({ "kind": "color", "color": hue(1) });
        layer[field] = value;
        refusals.push(("PUT", path, layer, 400, code));
    };
    wrong("opacity", json!(1.1), "out_of_range");
    wrong("opacity", json!(-0.1), "out_of_range");
    wrong("timeout", json!(0), "out_of_range");
    wrong("timeout", json!(86_401), "out_of_range");
    wrong("priority", json!(256), "invalid_body");
    wrong("blend", json!("burn"), "invalid_body");
    wrong("sparkle", json!(1), "invalid_body");
    wrong("id", json!("b"), "id_mismatch");
    wrong("duration", json!(61), "out_of_range");
    let test = "/api/v1/diagnostics/zones/FLOOR/test";
    refusals.push(("POST", test, json!({ "pattern": "plaid" }), 400, "invalid_body"));
    refusals.push(("POST", test, json!({ "duration": 0 }), 400, "out_of_range"));
    refusals.push(("POST", test, json!({ "length": 1 }), 400, "invalid_body"));
    house.refuses(&refusals).await;
}

#[tokio::test]
async fn a_fade_is_asked_for_and_the_answer_is_what_it_leads_to() {
    let (house, clock) = lit().await;
    for transition in ["CUT", "FADE", "WIPE", "DISSOLVE", "IRIS", "DIP", "fade"] {
        let body = json!({ "color": hue(120), "transition": transition, "duration": 2.0 });
        let zone = house.tell("PUT", "/api/v1/zones/FLOOR/color", body).await.expect(200).json();
        shows(&zone, json!({ "state": { "color": hue(120) } }));
    }
    let off = json!({ "transition": "FADE", "duration": 2.0 });
    house.tell("POST", "/api/v1/zones/FLOOR/reset", off.clone()).await.expect(200);
    let show = house.api.state.snapshot().show.clone();
    let before = show.zones.values().find_map(|zone| zone.before.clone()).expect("the old look is still seen");
    assert_eq!((before.progress(clock.now()), &before.was.color.rgb()), (0.0, &[0, 255, 0]));
    let house_of = house.tell("POST", "/api/v1/system/power/off", off).await.expect(200).json();
    shows(&house_of, json!({ "on": false, "progress": 0 }));
    clock.set(ShowTime(1_700_000_001_000_000));
    shows(&house.read("/api/v1/system/status").await, json!({ "on": false, "progress": 0.5 }));
}
