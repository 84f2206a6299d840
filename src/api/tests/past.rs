use super::*;

#[tokio::test]
async fn scenes_go_back_and_forth() {
    let house = House::open().await;
    house.tell("PUT", "/api/scenes/a", json!({ "name": "One" })).await.expect(201);
    house.tell("PATCH", "/api/scenes/a", json!({ "name": "Two" })).await.expect(200);
    let history = house.ask("GET", "/api/scenes/a/history").await.expect(200).json();
    assert_eq!((&history["undo"][0]["seq"], &history["undo"][0]["what"]), (&json!(2), &json!("scene_saved")));
    let undone = house.ask("POST", "/api/scenes/a/undo").await.expect(200).json();
    assert_eq!((&undone["scene"]["name"], &undone["seq"]), (&json!("One"), &json!(3)));
    let history = house.ask("GET", "/api/scenes/a/history").await.expect(200).json();
    assert_eq!((history["undo"].as_array().map(Vec::len), history["redo"].as_array().map(Vec::len)), (Some(1), Some(1)));
    house.tell("POST", "/api/scenes/a/redo", json!({ "force": true })).await.expect(200);
    assert_eq!(house.ask("GET", "/api/scenes/a").await.expect(200).json()["name"], "Two");
    house.ask("DELETE", "/api/scenes/a").await.expect(204);
    house.ask("POST", "/api/undo").await.expect(200);
    house.ask("GET", "/api/scenes/a").await.expect(200);
    house.ask("POST", "/api/redo").await.expect(200);
    house.ask("POST", "/api/redo").await.refused(409, "nothing_to_redo");
    assert_eq!(house.ask("POST", "/api/scenes/a/undo").await.expect(200).json()["scene"]["name"], "Two");
    house.ask("GET", "/api/scenes/b/history").await.refused(404, "scene_not_found");
    house.tell("POST", "/api/undo", json!({ "froce": true })).await.refused(400, "invalid_body");
}

#[tokio::test]
async fn versions_are_saved_restored_and_forgotten() {
    let house = House::open().await;
    let versions = "/api/scenes/a/versions";
    house.tell("POST", versions, json!({ "name": "first" })).await.refused(404, "scene_not_found");
    house.tell("PUT", "/api/scenes/a", json!({ "layers": [{ "id": "l", "kind": "pattern" }] })).await.expect(201);
    let saved = house.tell("POST", versions, json!({ "name": "first" })).await.expect(201).json();
    assert_eq!((&saved["name"], &saved["layers"]), (&json!("first"), &json!(1)));
    house.tell("POST", versions, json!({ "name": "first" })).await.refused(409, "already_exists");
    house.tell("PUT", "/api/scenes/a", json!({})).await.expect(200);
    let list = house.ask("GET", versions).await.expect(200).json();
    assert_eq!(house.ask("GET", "/api/show").await.expect(200).json()["show"]["versions"], list);
    let restored = house.ask("POST", "/api/scenes/a/versions/first/restore").await.expect(200).json();
    assert_eq!(restored["scene"]["layers"][0]["id"], "l");
    house.ask("DELETE", "/api/scenes/a/versions/first").await.expect(204);
    house.ask("POST", "/api/scenes/a/versions/first/restore").await.refused(404, "version_not_found");
}
