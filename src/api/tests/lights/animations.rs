use super::*;

const START: &str = "/api/v1/animations/BREATHE/start";
const STOP: &str = "/api/v1/animations/BREATHE/stop";
const PARAMETERS: &str = "/api/v1/animations/BREATHE/parameters";

#[tokio::test]
async fn every_animation_says_what_it_takes_and_takes_its_own_defaults() {
    let (house, _) = lit().await;
    let all = house.read("/api/v1/animations").await;
    let all = all.as_array().expect("a list");
    assert!(all.len() >= 30, "{}", all.len());
    for animation in all {
        let id = animation["id"].as_str().expect("an id");
        assert_eq!(house.read(&format!("/api/v1/animations/{id}")).await, *animation);
        let mut defaults = json!({});
        for (name, parameter) in animation["parameters"].as_object().expect("parameters") {
            let kind = parameter["type"].as_str().unwrap_or_default();
            assert!(["float", "int", "bool", "color", "text", "choice"].contains(&kind), "{id} {name}: {kind}");
            assert_eq!(parameter["min"].is_number(), ["float", "int"].contains(&kind), "{id} {name}");
            assert_eq!(parameter["options"].is_array(), kind == "choice", "{id} {name}");
            defaults[name] = parameter["default"].clone();
        }
        let start = json!({ "zones": ["FLOOR"], "params": defaults });
        let started = house.tell("POST", &format!("/api/v1/animations/{id}/start"), start).await.expect(200).json();
        shows(&started, json!({ "running": true, "zones": ["FLOOR"] }));
    }
}

#[tokio::test]
async fn an_animation_that_runs_is_not_started_again_unless_that_is_wished() {
    let (house, clock) = lit().await;
    let start = json!({ "zones": ["FLOOR"], "parameters": { "speed": 1.5 } });
    house.tell("POST", START, start.clone()).await.expect(200);
    clock.set(ShowTime(1_700_000_005_000_000));
    house
        .refuses(&[
            ("POST", START, start, 409, "animation_running"),
            ("POST", START, json!({ "zones": ["LAMP", "FLOOR"] }), 409, "animation_running"),
        ])
        .await;
    let again = json!({ "zones": ["FLOOR"], "restart": true });
    let begun = house.tell("POST", START, again).await.expect(200).json();
    shows(&begun, json!({ "instances": [{ "zone": "FLOOR", "parameters": {}, "since": 1_700_000_005_000_i64 }] }));
    let begun = house.tell("POST", START, json!({ "zones": ["LAMP"] })).await.expect(200).json();
    shows(&begun, json!({ "zones": ["FLOOR", "LAMP"] }));
}

#[tokio::test]
async fn another_animation_takes_the_place_of_the_first_unless_it_has_a_layer_of_its_own() {
    let (house, _) = lit().await;
    house.tell("POST", START, json!({ "zones": ["FLOOR"] })).await.expect(200);
    house.tell("POST", "/api/v1/animations/FIRE/start", json!({ "zones": ["FLOOR"] })).await.expect(200);
    shows(&house.read("/api/v1/animations/active").await, json!([{ "id": "FIRE", "zones": ["FLOOR"] }]));
    let above = json!({ "zones": ["FLOOR"], "layer": "top", "blend": "add", "opacity": 0.5, "priority": 200, "seed": 7 });
    house.tell("POST", START, above).await.expect(200);
    let layers = json!([{ "id": "animation", "animation": "FIRE" },
        { "id": "top", "animation": "BREATHE", "blend": "add", "opacity": 0.5, "priority": 200, "seed": 7 }]);
    shows(&house.zone("FLOOR").await, json!({ "layers": layers }));
    house.tell("POST", STOP, json!({ "zones": ["FLOOR"], "transition": "FADE" })).await.expect(200);
    shows(&house.zone("FLOOR").await, json!({ "layers": [{ "animation": "FIRE" }] }));
}

#[tokio::test]
async fn it_is_stopped_where_it_is_wished_or_everywhere() {
    let (house, _) = lit().await;
    house.tell("POST", START, json!({ "zones": ["FLOOR", "LAMP"] })).await.expect(200);
    let stopped = house.tell("POST", STOP, json!({ "zones": ["FLOOR"] })).await.expect(200).json();
    shows(&stopped, json!({ "zones": ["LAMP"], "running": true }));
    house.refuses(&[("POST", STOP, json!({ "zones": ["FLOOR"] }), 409, "animation_not_running")]).await;
    shows(&house.ask("POST", STOP).await.expect(200).json(), json!({ "zones": [], "running": false }));
    house
        .refuses(&[
            ("POST", STOP, Value::Null, 409, "animation_not_running"),
            ("PUT", PARAMETERS, json!({ "speed": 2 }), 409, "animation_not_running"),
        ])
        .await;
}

#[tokio::test]
async fn one_whose_time_is_over_runs_no_more() {
    let (house, clock) = lit().await;
    house.tell("POST", START, json!({ "zones": ["FLOOR"], "timeout": 2 })).await.expect(200);
    shows(&house.read("/api/v1/system/status").await, json!({ "animations_running": 1 }));
    clock.set(ShowTime(1_700_000_002_000_000));
    shows(&house.read("/api/v1/system/status").await, json!({ "animations_running": 0 }));
    shows(&house.read("/api/v1/animations/BREATHE").await, json!({ "running": false }));
    house
        .refuses(&[
            ("POST", STOP, Value::Null, 409, "animation_not_running"),
            ("PUT", PARAMETERS, json!({ "speed": 2 }), 409, "animation_not_running"),
        ])
        .await;
    house.tell("POST", START, json!({ "zones": ["FLOOR"] })).await.expect(200);
}

#[tokio::test]
async fn parameters_change_where_it_runs_and_null_is_what_it_has_by_itself() {
    let (house, _) = lit().await;
    house.tell("POST", START, json!({ "zones": ["FLOOR", "LAMP"], "params": { "speed": 3 } })).await.expect(200);
    let change = json!({ "zones": ["LAMP"], "speed": 2, "color_primary": "#0000ff" });
    let changed = house.tell("PUT", PARAMETERS, change).await.expect(200).json();
    let blue = json!({ "mode": "RGB", "rgb": [0, 0, 255] });
    let of = |found: &Value, place: usize| found["instances"][place]["parameters"].clone();
    assert!(holds(&of(&changed, 0), &json!({ "speed": 3 })), "{changed}");
    assert_eq!(of(&changed, 1), json!({ "speed": 2.0, "color_primary": blue }));
    let changed = house.tell("PUT", PARAMETERS, json!({ "speed": null })).await.expect(200).json();
    assert_eq!((of(&changed, 0), of(&changed, 1)), (json!({}), json!({ "color_primary": blue })));
}

#[tokio::test]
async fn wrong_wishes_for_animations_change_nothing() {
    let (house, _) = lit().await;
    house.tell("POST", START, json!({ "zones": ["LAMP"] })).await.expect(200);
    let mut refusals: Vec<Refusal> = Vec::new();
    let wrong = [
        (json!({ "speed": 99 }), "out_of_range"),
        (json!({ "speed": 0 }), "out_of_range"),
        (json!({ "speed": "fast" }), "invalid_parameter"),
        (json!({ "speed": true }), "invalid_parameter"),
        (json!({ "speed": [1] }), "invalid_parameter"),
        (json!({ "sparkle": 1 }), "invalid_parameter"),
        (json!({ "sparkle": { "mode": "XYZ" } }), "invalid_parameter"),
        (json!({ "color_primary": 5 }), "invalid_parameter"),
        (json!({ "color_primary": "red" }), "invalid_parameter"),
        (json!({ "color_primary": { "mode": "XYZ" } }), "INVALID_COLOR_MODE"),
        (json!({ "color_primary": hue(361) }), "out_of_range"),
        (json!({ "color_primary": { "mode": "HUE" } }), "invalid_color"),
    ];
    for (parameters, code) in wrong {
        refusals.push(("POST", START, json!({ "zones": ["FLOOR"], "params": parameters }), 400, code));
        refusals.push(("PUT", PARAMETERS, parameters, 400, code));
    }
    let mut wrong = |field: &str, value: Value, status, code| {
        let mut start = json!({ "zones": ["FLOOR"] });
        start[field] = value;
        refusals.push(("POST", START, start, status, code));
    };
    wrong("params", json!({ "speed": null }), 400, "invalid_parameter");
    wrong("zones", json!(["FLOOR", "ATTIC"]), 404, "zone_not_found");
    wrong("zones", json!([]), 400, "out_of_range");
    wrong("zones", json!("FLOOR"), 400, "invalid_body");
    wrong("zones", Value::Null, 400, "invalid_body");
    wrong("palette", json!("mud"), 404, "palette_not_found");
    wrong("opacity", json!(2), 400, "out_of_range");
    wrong("duration", json!(61), 400, "out_of_range");
    wrong("timeout", json!(-1), 400, "out_of_range");
    wrong("sparkle", json!(1), 400, "invalid_body");
    for path in ["/api/v1/animations/WALTZ/start", "/api/v1/animations/WALTZ/stop"] {
        refusals.push(("POST", path, json!({ "zones": ["FLOOR"] }), 404, "animation_not_found"));
    }
    refusals.push(("PUT", "/api/v1/animations/WALTZ/parameters", json!({ "speed": 1 }), 404, "animation_not_found"));
    refusals.push(("GET", "/api/v1/animations/WALTZ", Value::Null, 404, "animation_not_found"));
    refusals.push(("GET", "/api/v1/animations?active=maybe", Value::Null, 400, "invalid_query"));
    refusals.push(("GET", "/api/v1/animations?activ=true", Value::Null, 400, "invalid_query"));
    refusals.push(("POST", STOP, json!({ "zones": ["ATTIC"] }), 404, "zone_not_found"));
    refusals.push(("POST", STOP, json!({ "duration": 61 }), 400, "out_of_range"));
    refusals.push(("POST", STOP, json!({ "sparkle": 1 }), 400, "invalid_body"));
    house.refuses(&refusals).await;
}

#[tokio::test]
async fn a_parameter_that_is_refused_is_named_with_what_would_do() {
    let (house, _) = lit().await;
    let details = async |parameters: Value| {
        let start = json!({ "zones": ["FLOOR"], "params": parameters });
        house.tell("POST", START, start).await.expect(400).json()["error"]["details"].clone()
    };
    shows(&details(json!({ "speed": 99 })).await, json!({ "field": "speed", "value": 99, "min": 0.1, "max": 10 }));
    let unknown = details(json!({ "sparkle": 1 })).await;
    assert_eq!(unknown["field"], "sparkle");
    assert!(unknown["supported"].as_array().is_some_and(|known| known.contains(&json!("color_primary"))), "{unknown}");
    let mode = details(json!({ "color_primary": { "mode": "XYZ" } })).await;
    shows(&mode, json!({ "field": "color_primary.mode", "supported": ["RGB", "HSV", "HUE", "PRESET"] }));
}

#[tokio::test]
async fn a_request_that_is_repeated_under_its_name_starts_nothing_again() {
    let (house, _) = lit().await;
    let start = json!({ "zones": ["FLOOR"], "client_op_id": "op-1" });
    let first = house.tell("POST", START, start.clone()).await.expect(200);
    let again = house.tell("POST", START, start).await.expect(200);
    assert_eq!((again.header("x-marquee-repeated"), again.header("x-marquee-seq")), ("true", first.header("x-marquee-seq")));
}

#[tokio::test]
async fn a_batch_of_lights_happens_as_a_whole_or_not_at_all() {
    let (house, _) = lit().await;
    let color = json!({ "command": "change_zone", "zone": "FLOOR", "patch": { "color": hue(240) } });
    let start = |zone: &str| json!({ "command": "start_animation", "animation": "BREATHE", "start": { "zones": [zone] } });
    let broken = json!({ "commands": [color, start("ATTIC")] });
    house.refuses(&[("POST", "/api/batch", broken, 404, "zone_not_found")]).await;
    house.tell("POST", "/api/batch", json!({ "commands": [color, start("FLOOR")] })).await.expect(200);
    shows(&house.zone("FLOOR").await, json!({ "state": { "color": hue(240), "animation_active": true } }));
}
