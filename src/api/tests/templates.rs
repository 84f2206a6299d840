//! Templates over REST: listed, checked, made into scenes and groups.

use super::*;

#[tokio::test]
async fn a_template_becomes_a_scene_that_can_be_changed() {
    let house = House::open().await;
    let list = house.ask("GET", "/api/templates").await.expect(200).json();
    let list = list.as_array().expect("a list");
    assert!(list.len() >= 12 && list.iter().all(|template| template["parameters"]["type"] == "object"), "{list:?}");
    let one = house.ask("GET", "/api/templates/lower_third").await.expect(200).json();
    assert_eq!((&one["kind"], one["layers"].is_array()), (&json!("overlay"), true));
    let body = json!({ "scene": "intro", "name": "Intro", "parameters": { "title": "Ada {clock}" } });
    let path = "/api/templates/title_card/instantiate";
    let made = house.tell("POST", path, body.clone()).await.expect(201).json();
    assert_eq!((&made["scene"]["id"], &made["scene"]["name"]), (&json!("intro"), &json!("Intro")));
    let title = house.ask("GET", "/api/scenes/intro/layers/title").await.expect(200).json();
    assert_eq!(title["text"], "Ada {clock}");
    house.tell("POST", path, body).await.refused(409, "already_exists");
    house.tell("PATCH", "/api/scenes/intro/layers/title", json!({ "size": 40 })).await.expect(200);
    let made_up = house.tell("POST", path, json!({})).await.expect(201).json();
    assert!(made_up["scene"]["id"].as_str().is_some_and(|id| id.starts_with("scene-")));
}

#[tokio::test]
async fn a_template_becomes_a_group_in_a_scene_that_moves_at_once() {
    let house = House::open().await;
    house.tell("PUT", "/api/scenes/main", json!({ "layers": [{ "id": "title", "kind": "pattern" }] })).await.expect(201);
    let path = "/api/templates/lower_third/instantiate";
    let body = json!({ "into": "main", "layer": "guest", "parameters": { "hold_seconds": 5 } });
    let made = house.tell("POST", path, body.clone()).await.expect(201).json();
    assert_eq!(
        (&made["scene"], &made["layer"]["id"], &made["layer"]["kind"]),
        (&json!("main"), &json!("guest"), &json!("group"))
    );
    let panel = house.ask("GET", "/api/scenes/main/layers/guest-panel").await.expect(200).json();
    assert!(panel["animations"][0]["start"]["at"].is_i64(), "it begins with the command: {panel}");
    house.tell("POST", path, body).await.refused(409, "already_exists");
    let twice = json!({ "into": "main", "layer": "other", "index": 0 });
    house.tell("POST", path, twice).await.expect(201);
    let nowhere = json!({ "into": "nowhere" });
    house.tell("POST", path, nowhere).await.refused(404, "scene_not_found");
}

#[tokio::test]
async fn what_a_template_does_not_take_changes_nothing() {
    let house = House::open().await;
    let before = house.api.state.snapshot().seq;
    let path = "/api/templates/scoreboard/instantiate";
    for (body, code, status, field) in [
        (json!({ "parameters": { "home": 5 } }), "invalid_parameter", 400, "parameters.home"),
        (json!({ "parameters": { "side": "up" } }), "invalid_parameter", 400, "parameters.side"),
        (json!({ "parameters": { "hoem": "A" } }), "invalid_parameter", 400, "parameters.hoem"),
        (json!({ "parameters": [] }), "invalid_parameter", 400, "parameters"),
        (json!({ "scene": "a b" }), "invalid_body", 400, "scene"),
        (json!({ "colour": 1 }), "invalid_body", 400, "colour"),
        (json!({ "scene": "a", "layer": "b" }), "invalid_body", 400, "layer"),
        (json!({ "into": "a", "scene": "b" }), "invalid_body", 400, "scene"),
    ] {
        let refused = house.tell("POST", path, body.clone()).await.refused(status, code);
        assert_eq!(refused.json()["details"]["field"], field, "{body}");
    }
    house.tell("POST", "/api/templates/nothing/instantiate", json!({})).await.refused(404, "template_not_found");
    house.ask("GET", "/api/templates/nothing").await.refused(404, "template_not_found");
    let missing = json!({ "parameters": { "background": { "input": "nobody" } } });
    house.tell("POST", "/api/templates/title_card/instantiate", missing).await.refused(422, "input_missing");
    let asset = json!({ "parameters": { "logo": "nothing" } });
    house.tell("POST", "/api/templates/title_card/instantiate", asset).await.refused(422, "asset_missing");
    assert_eq!(house.api.state.snapshot().seq, before);
}

#[tokio::test]
async fn a_template_shows_sources_that_are_there() {
    let house = House::open().await;
    house.tell("PUT", "/api/inputs/cam", json!({ "kind": "tone" })).await.expect(201);
    house.tell("PUT", "/api/scenes/slides", json!({ "name": "Slides" })).await.expect(201);
    let parameters = json!({ "main": { "scene": "slides" }, "inset": { "input": "cam" }, "corner": "top_left" });
    let body = json!({ "scene": "talk", "parameters": parameters });
    house.tell("POST", "/api/templates/picture_in_picture/instantiate", body).await.expect(201);
    let layer = house.ask("GET", "/api/scenes/talk/layers/small").await.expect(200).json();
    assert_eq!((&layer["kind"], &layer["input"], &layer["fit"]), (&json!("input"), &json!("cam"), &json!("cover")));
}
