//! Each endpoint that clients of lights know, with the bodies and answers that they know.

use super::*;

/// What is asked for, and what must be in the answer.
type Exchange = (&'static str, &'static str, Value, u16, Value);

async fn go_through(house: &House, exchanges: Vec<Exchange>) {
    for (method, path, body, status, expected) in exchanges {
        let reply = match &body {
            Value::Null => house.ask(method, path).await,
            body => house.tell(method, path, body.clone()).await,
        };
        let told = String::from_utf8_lossy(&reply.body).into_owned();
        assert_eq!(reply.status.as_u16(), status, "{method} {path} {body}: {told}");
        if !expected.is_null() {
            assert!(holds(&reply.json(), &expected), "{method} {path} {body}: expected {expected}\nin {told}");
        }
    }
}

#[tokio::test]
async fn zones_answer_their_clients() {
    let (house, _) = lit().await;
    let state = |color: Value, enabled: bool| json!({ "color": color, "enabled": enabled, "animation_active": false });
    let blue = json!({ "mode": "HUE", "hue": 240, "brightness": 200 });
    let dimmed = json!({ "mode": "HUE", "hue": 240, "brightness": 150 });
    let dark = json!({ "mode": "RGB", "rgb": [0, 0, 0], "brightness": 255 });
    let floor = |state: Value| json!({ "id": "FLOOR", "name": "Floor Strip", "pixel_count": 45, "state": state, "gpio": 18, "layout": null });
    let lamp = json!({ "id": "LAMP", "name": "Lamp", "pixel_count": 12, "gpio": null, "layout": null });
    let both = json!([floor(state(dark.clone(), true)), lamp]);
    let change = json!({ "color": { "mode": "HUE", "hue": 240 }, "brightness": 200 });
    let path = "/api/v1/zones/FLOOR";
    let exchanges = vec![
        ("GET", "/api/v1/zones", Value::Null, 200, both),
        ("GET", path, Value::Null, 200, floor(state(dark.clone(), true))),
        ("PUT", path, change, 200, floor(state(blue.clone(), true))),
        ("GET", path, Value::Null, 200, floor(state(blue.clone(), true))),
        ("PUT", "/api/v1/zones/FLOOR/brightness", json!({ "brightness": 150 }), 200, floor(state(dimmed, true))),
        ("PUT", "/api/v1/zones/FLOOR/color", json!({ "color": blue.clone() }), 200, floor(state(blue.clone(), true))),
        ("PUT", "/api/v1/zones/FLOOR/enabled", json!({ "enabled": false }), 200, floor(state(blue.clone(), false))),
        ("PUT", "/api/v1/zones/FLOOR/enabled", json!({ "enabled": true }), 200, floor(state(blue, true))),
        ("POST", "/api/v1/zones/FLOOR/reset", Value::Null, 200, floor(state(dark.clone(), true))),
        ("GET", path, Value::Null, 200, floor(state(dark, true))),
    ];
    go_through(&house, exchanges).await;
}

#[tokio::test]
async fn animations_answer_their_clients() {
    let (house, _) = lit().await;
    let breathe = |zones: Value, running: bool| {
        json!({
            "id": "BREATHE", "name": "Breathe", "zones": zones, "running": running,
            "parameters": {
                "speed": { "type": "float", "min": 0.1, "max": 10.0, "default": 1.0 },
                "color_primary": { "type": "color", "default": { "mode": "RGB", "rgb": [255, 0, 0] } },
            },
        })
    };
    let both = json!(["FLOOR", "LAMP"]);
    let start = json!({ "zones": ["FLOOR", "LAMP"], "params": { "speed": 1.5 } });
    let change = json!({ "speed": 2.0, "color_primary": { "mode": "HUE", "hue": 240 } });
    let path = "/api/v1/animations/BREATHE";
    let exchanges = vec![
        ("GET", "/api/v1/animations?active=true", Value::Null, 200, json!([])),
        ("GET", "/api/v1/animations/active", Value::Null, 200, json!([])),
        ("GET", path, Value::Null, 200, breathe(json!([]), false)),
        ("POST", "/api/v1/animations/BREATHE/start", start, 200, breathe(both.clone(), true)),
        ("GET", "/api/v1/animations/active", Value::Null, 200, json!([breathe(both.clone(), true)])),
        ("GET", "/api/v1/animations?active=true", Value::Null, 200, json!([breathe(both.clone(), true)])),
        ("GET", "/api/v1/zones/LAMP", Value::Null, 200, json!({ "state": { "animation_active": true } })),
        ("PUT", "/api/v1/animations/BREATHE/parameters", change.clone(), 200, breathe(both, true)),
        ("GET", path, Value::Null, 200, json!({ "instances": [{ "parameters": change }, { "parameters": change }] })),
        ("POST", "/api/v1/animations/BREATHE/stop", Value::Null, 200, breathe(json!([]), false)),
        ("GET", "/api/v1/zones/LAMP", Value::Null, 200, json!({ "state": { "animation_active": false } })),
    ];
    go_through(&house, exchanges).await;
    let all = house.read("/api/v1/animations").await;
    let found = all.as_array().expect("a list").iter().find(|animation| animation["id"] == "BREATHE").expect("it is there");
    assert_eq!(*found, house.read(path).await);
    assert!(found["description"].as_str().is_some_and(|text| !text.is_empty()));
}

#[tokio::test]
async fn colors_answer_their_clients() {
    let (house, _) = lit().await;
    let convert = json!({ "from_color": { "mode": "HUE", "hue": 240 }, "to_mode": "HSV" });
    let blue = json!({ "mode": "HSV", "hsv": [240, 1, 1] });
    let converted = json!({ "from_color": { "mode": "HUE", "hue": 240 }, "color": blue, "rgb": [0, 0, 255], "exact": true });
    let stops = json!([{ "at": 0, "color": hue(240) }, { "at": 1, "color": { "mode": "RGB", "rgb": [255, 0, 0] } }]);
    let dusk = json!({ "id": "dusk", "name": "Dusk", "stops": stops });
    let red = json!({ "mode": "RGB", "rgb": [255, 0, 0] });
    let cyan = json!({ "mode": "RGB", "rgb": [0, 255, 255] });
    let opposite = json!({ "base": red, "harmonies": { "complementary": [red, cyan] } });
    let exchanges = vec![
        ("POST", "/api/v1/colors/convert", convert, 200, converted),
        ("POST", "/api/v1/colors/palettes", dusk.clone(), 201, dusk.clone()),
        ("GET", "/api/v1/colors/palettes/dusk", Value::Null, 200, dusk),
        ("GET", "/api/v1/colors/harmonies/ff0000", Value::Null, 200, opposite.clone()),
        ("GET", "/api/v1/colors/harmonies/RED", Value::Null, 200, opposite.clone()),
        ("GET", "/api/v1/colors/harmonies/0", Value::Null, 200, opposite.clone()),
        ("GET", "/api/v1/colors/harmonies/255,0,0", Value::Null, 200, opposite),
    ];
    go_through(&house, exchanges).await;
    let presets = house.read("/api/v1/colors/presets").await;
    let named = |id: &str| presets.as_array().expect("a list").iter().find(|preset| preset["id"] == id).cloned();
    shows(&named("RED").expect("red"), json!({ "name": "Red", "rgb": [255, 0, 0] }));
    shows(&named("BLUE").expect("blue"), json!({ "name": "Blue", "rgb": [0, 0, 255] }));
    let palettes = house.read("/api/v1/colors/palettes").await;
    let ids: Vec<_> = palettes.as_array().expect("a list").iter().map(|palette| &palette["id"]).collect();
    assert!(ids.len() > 1 && ids.contains(&&json!("dusk")), "{ids:?}");
}

#[tokio::test]
async fn all_lights_together_answer_their_clients() {
    let (house, _) = lit().await;
    let off = json!({ "transition": "FADE", "duration": 2.0 });
    let mode = json!({ "mode": "ANIMATION", "transition": "FADE" });
    let modes = json!([{ "id": "STATIC" }, { "id": "ANIMATION" }, { "id": "PROGRAM" }]);
    let status = json!({ "on": true, "mode": "ANIMATION", "brightness": 255, "zones": 2, "pixels": 57, "health": {} });
    let performance = json!({ "target_fps": 60, "power_watts": 0, "fixtures": {} });
    let exchanges = vec![
        ("GET", "/api/v1/system/status", Value::Null, 200, status),
        ("GET", "/api/v1/system/performance", Value::Null, 200, performance),
        ("POST", "/api/v1/system/power/off", off, 200, json!({ "on": false })),
        ("POST", "/api/v1/system/power/on", Value::Null, 200, json!({ "on": true })),
        ("POST", "/api/v1/system/power/off", Value::Null, 200, json!({ "on": false })),
        ("GET", "/api/v1/system/modes", Value::Null, 200, modes),
        ("PUT", "/api/v1/system/mode", json!({ "mode": "STATIC" }), 200, json!({ "mode": "STATIC" })),
        ("PUT", "/api/v1/system/mode", mode, 200, json!({ "mode": "ANIMATION" })),
        ("GET", "/api/v1/system/mode", Value::Null, 200, json!({ "mode": "ANIMATION" })),
        ("GET", "/api/v1/system/brightness", Value::Null, 200, json!({ "brightness": 255 })),
        ("PUT", "/api/v1/system/brightness", json!({ "brightness": 200 }), 200, json!({ "brightness": 200 })),
        ("GET", "/api/v1/system/brightness", Value::Null, 200, json!({ "brightness": 200 })),
    ];
    go_through(&house, exchanges).await;
    let performance = house.read("/api/v1/system/performance").await;
    for figure in ["fps", "frame_time_ms"] {
        assert!(performance[figure].is_number(), "{figure} in {performance}");
    }
}

#[tokio::test]
async fn an_error_looks_as_clients_know_it() {
    let (house, _) = lit().await;
    let wrong = json!({ "color": { "mode": "XYZ" } });
    let reply = house.tell("PUT", "/api/v1/zones/FLOOR/color", wrong).await.refused(400, "INVALID_COLOR_MODE").json();
    let error = &reply["error"];
    assert_eq!(error["message"], "Color mode 'XYZ' is not supported");
    assert_eq!(error["details"], json!({ "field": "color.mode", "supported": ["RGB", "HSV", "HUE", "PRESET"] }));
    assert_eq!(error["timestamp"], "2023-11-14T22:13:20Z");
}

#[tokio::test]
async fn a_way_of_writing_colors_that_there_is_not_is_told_alike_wherever_a_color_is_given() {
    let (house, _) = lit().await;
    house.tell("POST", "/api/v1/animations/BREATHE/start", json!({ "zones": ["LAMP"] })).await.expect(200);
    let xyz = json!({ "mode": "XYZ" });
    let stops = json!([{ "at": 0, "color": hue(1) }, { "at": 1, "color": xyz }]);
    let palette = json!({ "id": "dusk", "name": "Dusk", "stops": stops });
    let primary = json!({ "color_primary": xyz });
    let layer = json!({ "kind": "animation", "animation": "BREATHE", "parameters": primary });
    let carried = json!({ "presets": [{ "id": "a", "zones": { "FLOOR": { "color": xyz } } }] });
    let table = [
        ("POST", "/api/v1/zones", json!({ "id": "NEW", "pixel_count": 1, "color": xyz }), "color.mode"),
        ("PUT", "/api/v1/zones/FLOOR", json!({ "color": xyz }), "color.mode"),
        ("PATCH", "/api/v1/zones/FLOOR", json!({ "color": xyz }), "color.mode"),
        ("PUT", "/api/v1/zones/FLOOR/color", json!({ "color": xyz }), "color.mode"),
        ("PUT", "/api/v1/zones/FLOOR/layers/a", json!({ "kind": "color", "color": xyz }), "color.mode"),
        ("PUT", "/api/v1/zones/FLOOR/layers/a", layer, "color_primary.mode"),
        ("POST", "/api/v1/animations/BREATHE/start", json!({ "zones": ["FLOOR"], "params": primary }), "color_primary.mode"),
        ("PUT", "/api/v1/animations/BREATHE/parameters", primary, "color_primary.mode"),
        ("POST", "/api/v1/colors/convert", json!({ "from_color": xyz, "to_mode": "RGB" }), "from_color.mode"),
        ("POST", "/api/v1/colors/convert", json!({ "from_color": hue(1), "to_mode": "XYZ" }), "to_mode"),
        ("POST", "/api/v1/colors/palettes", palette.clone(), "stops[1].color.mode"),
        ("PUT", "/api/v1/colors/palettes/dusk", palette, "stops[1].color.mode"),
        ("POST", "/api/v1/presets/import", carried, "color.mode"),
    ];
    let before = house.everything().await;
    for (method, path, body, field) in table {
        let reply = house.tell(method, path, body.clone()).await.refused(400, "INVALID_COLOR_MODE").json();
        let details = json!({ "field": field, "supported": ["RGB", "HSV", "HUE", "PRESET"] });
        assert_eq!(reply["error"]["details"], details, "{method} {path} {body}");
        assert_eq!(reply["error"]["message"], "Color mode 'XYZ' is not supported", "{method} {path} {body}");
    }
    assert_eq!(house.everything().await, before);
}
