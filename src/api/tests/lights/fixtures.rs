use super::*;
use crate::base::status::Reached;

const WALL: &str = "/api/fixtures/wall";

fn wall() -> Value {
    json!({ "id": "wall", "kind": "ddp", "host": "wall.local", "latency_ms": 40, "rgbw": false,
        "segments": [{ "zone": "FLOOR", "first": 0, "count": 45, "reversed": false }],
        "correction": { "order": "GRB", "gamma": 2.2, "brightness": 1.0 } })
}

fn with(field: &str, value: Value) -> Value {
    let mut body = wall();
    body[field] = value;
    body
}

#[tokio::test]
async fn a_fixture_is_added_changed_replaced_and_removed() {
    let (house, _) = lit().await;
    let made = house.tell("POST", "/api/fixtures", wall()).await.expect(201).json();
    let mut expected = wall();
    (expected["pixel_count"], expected["identifying"], expected["enabled"]) = (json!(45), json!(false), json!(true));
    (expected["port"], expected["status"]) = (json!(4048), json!({ "state": "stopped" }));
    shows(&made, expected);
    assert_eq!(house.read(WALL).await, made);
    let patch = json!({ "latency_ms": -20, "correction": { "gamma": 1 }, "segments": [{ "zone": "LAMP" }, { "zone": "FLOOR", "first": 40 }] });
    let changed = house.tell("PATCH", WALL, patch).await.expect(200).json();
    shows(&changed, json!({ "latency_ms": -20, "pixel_count": 17, "correction": { "gamma": 1, "order": "GRB" } }));
    let sacn = json!({ "kind": "sacn", "universe": 1, "segments": [{ "zone": "LAMP" }] });
    let replaced = house.tell("PUT", WALL, sacn).await.expect(200).json();
    shows(&replaced, json!({ "kind": "sacn", "universe": 1, "priority": 100, "pixel_count": 12, "latency_ms": 0 }));
    assert_eq!(replaced.get("host"), None);
    house.ask("DELETE", WALL).await.expect(204);
    house.ask("GET", WALL).await.refused(404, "fixture_not_found");
    house.tell("PUT", WALL, wall()).await.expect(201);
}

#[tokio::test]
async fn every_kind_of_fixture_can_be_set_up_on_any_machine() {
    let (house, _) = lit().await;
    let kinds = [
        json!({ "kind": "wled", "host": "192.168.1.20" }),
        json!({ "kind": "ddp", "host": "fe80::1", "payload": 480 }),
        json!({ "kind": "sacn", "universe": 63_999, "sync_universe": 7 }),
        json!({ "kind": "artnet", "host": "node", "universe": 0, "sync": true }),
        json!({ "kind": "spi", "device": "/dev/spidev0.0", "encoding": "four" }),
        json!({ "kind": "apa102", "device": "/dev/spidev0.1" }),
        json!({ "kind": "adalight", "device": "/dev/ttyUSB0", "variant": "awa" }),
        json!({ "kind": "ws281x", "gpio": 21 }),
    ];
    for mut fixture in kinds {
        let kind = fixture["kind"].as_str().expect("a kind").to_owned();
        fixture["segments"] = json!([{ "zone": "LAMP" }]);
        let made = house.tell("PUT", &format!("/api/fixtures/{kind}"), fixture.clone()).await.expect(201).json();
        assert!(holds(&made, &json!({ "id": kind, "kind": kind, "status": {}, "pixel_count": 12 })), "{made}");
        // What is read can be written back, but for what is measured.
        let mut again = made.clone();
        let measured = ["pixel_count", "identifying", "status"];
        again.as_object_mut().expect("an object").retain(|field, _| !measured.contains(&field.as_str()));
        assert_eq!(house.tell("PUT", &format!("/api/fixtures/{kind}"), again).await.expect(200).json(), made);
    }
    shows(&house.zone("LAMP").await, json!({ "gpio": 21 }));
}

#[tokio::test]
async fn hardware_that_is_not_there_is_told_as_a_state_and_is_no_error() {
    let (house, _) = lit().await;
    let why = "there is no /dev/mem";
    house.api.vitals.status.report_fixture("strip", |state| {
        (state.state, state.reason) = (Reached::Absent, Some(why.to_owned()));
    });
    let absent = json!({ "state": "absent", "reason": why });
    shows(&house.read("/api/fixtures/strip").await, json!({ "status": absent }));
    shows(&house.read("/api/v1/system/status").await, json!({ "fixtures": { "absent": 1, "live": 0 } }));
    shows(&house.read("/api/v1/system/performance").await, json!({ "fixtures": { "strip": absent } }));
    house.tell("PUT", "/api/v1/zones/FLOOR/color", json!({ "color": hue(240) })).await.expect(200);
    house.ask("POST", "/api/fixtures/strip/identify").await.expect(200);
    let off = house.tell("PATCH", "/api/fixtures/strip", json!({ "enabled": false })).await.expect(200).json();
    shows(&off, json!({ "status": { "state": "stopped" } }));
}

#[tokio::test]
async fn one_that_is_looked_for_flashes_for_a_while() {
    let (house, clock) = lit().await;
    let path = "/api/fixtures/strip/identify";
    shows(&house.tell("POST", path, json!({ "duration": 2 })).await.expect(200).json(), json!({ "identifying": true }));
    clock.set(ShowTime(1_700_000_002_000_000));
    shows(&house.read("/api/fixtures/strip").await, json!({ "identifying": false }));
    shows(&house.ask("POST", path).await.expect(200).json(), json!({ "identifying": true }));
    clock.set(ShowTime(1_700_000_006_999_000));
    shows(&house.read("/api/fixtures/strip").await, json!({ "identifying": true }));
}

#[tokio::test]
async fn one_whose_zone_became_shorter_is_still_looked_for_and_changed() {
    let (house, _) = lit().await;
    let end = json!({ "id": "end", "kind": "ws281x", "gpio": 21, "segments": [{ "zone": "FLOOR", "first": 40 }] });
    house.tell("POST", "/api/fixtures", end).await.expect(201);
    house.tell("PATCH", "/api/v1/zones/FLOOR", json!({ "pixel_count": 30 })).await.expect(200);
    shows(&house.ask("POST", "/api/fixtures/end/identify").await.expect(200).json(), json!({ "pixel_count": 0 }));
    house.tell("PATCH", "/api/fixtures/end", json!({ "latency_ms": 10 })).await.expect(200);
    house.everything().await;
}

#[tokio::test]
async fn wrong_fixtures_change_nothing() {
    let (house, _) = lit().await;
    house.tell("POST", "/api/fixtures", wall()).await.expect(201);
    let mut refusals: Vec<Refusal> = vec![
        ("POST", "/api/fixtures", wall(), 409, "already_exists"),
        ("POST", "/api/fixtures", json!({ "id": "new", "kind": "smoke" }), 400, "invalid_body"),
        ("POST", "/api/fixtures", json!({ "id": "new", "kind": "ddp" }), 400, "invalid_body"),
        ("PUT", "/api/fixtures/new", wall(), 400, "id_mismatch"),
        ("GET", "/api/fixtures/attic", Value::Null, 404, "fixture_not_found"),
        ("PATCH", "/api/fixtures/attic", json!({ "name": "A" }), 404, "fixture_not_found"),
        ("DELETE", "/api/fixtures/attic", Value::Null, 404, "fixture_not_found"),
        ("POST", "/api/fixtures/attic/identify", Value::Null, 404, "fixture_not_found"),
        ("POST", "/api/fixtures/wall/identify", json!({ "duration": 601 }), 400, "out_of_range"),
        ("POST", "/api/fixtures/wall/identify", json!({ "length": 1 }), 400, "invalid_body"),
    ];
    let segment = |first: u32, count: Option<u32>| json!([{ "zone": "FLOOR", "first": first, "count": count }]);
    let both = [
        ("segments", json!([{ "zone": "ATTIC" }]), 404, "zone_not_found"),
        ("segments", segment(45, None), 400, "invalid_value"),
        ("segments", segment(0, Some(70_000)), 400, "out_of_range"),
        ("latency_ms", json!(2_001), 400, "out_of_range"),
        ("latency_ms", json!(-2_001), 400, "out_of_range"),
        ("correction", json!({ "gamma": 9 }), 400, "invalid_value"),
        ("host", json!("a b"), 400, "invalid_value"),
        ("port", json!(0), 400, "invalid_value"),
        ("payload", json!(11), 400, "out_of_range"),
        ("power_limit", json!({ "supply": "main" }), 400, "invalid_value"),
        ("power_limit", json!({ "limit_ma": 1 }), 400, "out_of_range"),
        ("power_limit", json!({ "limit_w": 0 }), 400, "out_of_range"),
    ];
    for (field, value, status, code) in both {
        refusals.push(("PUT", WALL, with(field, value.clone()), status, code));
        refusals.push(("PATCH", WALL, json!({ field: value }), status, code));
    }
    // A body that has not the shape of a fixture, and a patch that makes none.
    let shapes = [
        ("port", json!(70_000)),
        ("sparkle", json!(1)),
        ("segments", json!([{ "zone": "FLOOR", "last": 1 }])),
        ("correction", json!({ "order": "RGBX" })),
        ("gpio", json!(18)),
        ("latency_ms", json!("late")),
    ];
    for (field, value) in shapes {
        refusals.push(("PUT", WALL, with(field, value.clone()), 400, "invalid_body"));
        refusals.push(("PATCH", WALL, json!({ field: value }), 400, "invalid_value"));
    }
    let wires = [
        (json!({ "kind": "sacn", "universe": 0 }), "out_of_range"),
        (json!({ "kind": "artnet", "host": "a", "universe": 32_768 }), "out_of_range"),
        (json!({ "kind": "spi", "device": "spidev0.0" }), "invalid_value"),
        (json!({ "kind": "spi", "device": "/dev/../etc/passwd" }), "invalid_value"),
        (json!({ "kind": "ws281x", "gpio": 54 }), "out_of_range"),
        (json!({ "kind": "adalight", "device": "/dev/ttyUSB0", "baud": 1 }), "out_of_range"),
    ];
    refusals.extend(wires.map(|(body, code)| ("PUT", WALL, body, 400, code)));
    house.refuses(&refusals).await;
}
