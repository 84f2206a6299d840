use super::*;

#[tokio::test]
async fn the_settings_are_changed_field_by_field() {
    let (house, _) = lit().await;
    let cut = json!({ "kind": "CUT", "duration_ms": 0 });
    let fade = json!({ "kind": "FADE", "duration_ms": 500 });
    shows(&house.read("/api/v1/config").await, json!({ "fps": 60, "transition": cut, "power_transition": fade }));
    let supplies = json!({ "main": { "volts": 5, "limit_ma": 10_000 } });
    let patch = json!({ "fps": 30, "timezone": "+02:00", "supplies": supplies, "transition": { "kind": "wipe" } });
    house.tell("PATCH", "/api/v1/config", patch).await.expect(200);
    let now = house.read("/api/v1/config").await;
    let wipe = json!({ "kind": "WIPE", "duration_ms": 0 });
    shows(
        &now,
        json!({ "fps": 30, "timezone": "+02:00", "supplies": supplies, "transition": wipe, "power_transition": fade }),
    );
    house.tell("PATCH", "/api/v1/config", json!({ "supplies": null, "fps": null })).await.expect(200);
    let now = house.read("/api/v1/config").await;
    assert_eq!((&now["fps"], now.get("supplies")), (&json!(60), None));
    shows(&house.read("/api/v1/system/performance").await, json!({ "target_fps": 60 }));
}

#[tokio::test]
async fn a_supply_that_a_fixture_draws_from_stays() {
    let (house, _) = lit().await;
    let main = json!({ "main": { "volts": 5, "limit_ma": 10_000 } });
    house.tell("PATCH", "/api/v1/config", json!({ "supplies": main })).await.expect(200);
    let limit = json!({ "power_limit": { "supply": "main" } });
    house.tell("PATCH", "/api/fixtures/strip", limit).await.expect(200);
    house
        .refuses(&[
            ("PATCH", "/api/v1/config", json!({ "supplies": null }), 400, "invalid_value"),
            ("PATCH", "/api/v1/config", json!({ "supplies": { "main": null } }), 400, "invalid_value"),
        ])
        .await;
    house.tell("PATCH", "/api/v1/config", json!({ "supplies": { "main": { "limit_ma": 5_000 } } })).await.expect(200);
    house.tell("PATCH", "/api/fixtures/strip", json!({ "power_limit": null })).await.expect(200);
    house.tell("PATCH", "/api/v1/config", json!({ "supplies": null })).await.expect(200);
}

#[tokio::test]
async fn looks_change_as_the_settings_say_where_nothing_is_said() {
    let (house, clock) = lit().await;
    shows(&house.ask("POST", "/api/v1/system/power/off").await.expect(200).json(), json!({ "progress": 0 }));
    clock.set(ShowTime(1_700_000_000_250_000));
    shows(&house.read("/api/v1/system/status").await, json!({ "progress": 0.5 }));
    house.tell("PATCH", "/api/v1/config", json!({ "power_transition": { "duration_ms": 0 } })).await.expect(200);
    shows(&house.ask("POST", "/api/v1/system/power/on").await.expect(200).json(), json!({ "on": true, "progress": 1 }));
    let slowly = json!({ "brightness": 9, "duration": 1 });
    let dimmed = house.tell("PUT", "/api/v1/system/brightness", slowly).await.expect(200).json();
    shows(&dimmed, json!({ "brightness": 9, "progress": 0 }));
}

#[tokio::test]
async fn a_mode_is_named_in_any_case() {
    let (house, _) = lit().await;
    for mode in ["STATIC", "program", "Animation"] {
        let now = house.tell("PUT", "/api/v1/system/mode", json!({ "mode": mode })).await.expect(200).json();
        assert_eq!(now["mode"], mode.to_uppercase());
    }
    for mode in house.read("/api/v1/system/modes").await.as_array().expect("a list") {
        assert!(mode["description"].as_str().is_some_and(|text| !text.is_empty()), "{mode}");
    }
}

#[tokio::test]
async fn wrong_wishes_for_all_lights_change_nothing() {
    let (house, _) = lit().await;
    let mut refusals: Vec<Refusal> = vec![
        ("PUT", "/api/v1/system/mode", json!({ "mode": "DISCO" }), 400, "invalid_mode"),
        ("PUT", "/api/v1/system/mode", json!({ "mode": 5 }), 400, "invalid_body"),
        ("PUT", "/api/v1/system/mode", json!({}), 400, "invalid_body"),
        ("PUT", "/api/v1/system/mode", json!({ "mode": "STATIC", "transition": "MELT" }), 400, "invalid_body"),
        ("PUT", "/api/v1/system/mode", json!({ "mode": "STATIC", "duration": 61 }), 400, "out_of_range"),
        ("PUT", "/api/v1/system/brightness", json!({}), 400, "invalid_body"),
        ("PUT", "/api/v1/system/brightness", json!({ "brightness": 9, "duration": 61 }), 400, "out_of_range"),
    ];
    for path in ["/api/v1/system/power/on", "/api/v1/system/power/off"] {
        refusals.push(("POST", path, json!({ "duration": 61 }), 400, "out_of_range"));
        refusals.push(("POST", path, json!({ "duration": "2" }), 400, "invalid_body"));
        refusals.push(("POST", path, json!({ "transition": "MELT" }), 400, "invalid_body"));
        refusals.push(("POST", path, json!({ "sparkle": 1 }), 400, "invalid_body"));
    }
    let wrong = [
        (json!({ "fps": 0 }), "out_of_range"),
        (json!({ "fps": 241 }), "out_of_range"),
        (json!({ "fps": -1 }), "invalid_value"),
        (json!({ "fps": "fast" }), "invalid_value"),
        (json!({ "sparkle": 1 }), "invalid_value"),
        (json!({ "timezone": "Berlin" }), "invalid_value"),
        (json!({ "transition": { "kind": "MELT" } }), "invalid_value"),
        (json!({ "transition": { "duration_ms": 60_001 } }), "out_of_range"),
        (json!({ "power_transition": { "duration_ms": 60_001 } }), "out_of_range"),
        (json!({ "supplies": { "main": { "volts": 5 } } }), "invalid_value"),
        (json!({ "supplies": { "main": { "volts": 0, "limit_ma": 1_000 } } }), "out_of_range"),
        (json!({ "supplies": { "main": { "limit_ma": 1 } } }), "out_of_range"),
    ];
    refusals.extend(wrong.map(|(patch, code)| ("PATCH", "/api/v1/config", patch, 400, code)));
    house.refuses(&refusals).await;
    let refused = house.tell("PUT", "/api/v1/system/mode", json!({ "mode": "DISCO" })).await.expect(400).json();
    let details = json!({ "field": "mode", "supported": ["STATIC", "ANIMATION", "PROGRAM"] });
    assert_eq!(refused["error"]["details"], details);
}
