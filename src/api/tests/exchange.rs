//! What comes from elsewhere: collections of OBS.

use super::*;

const TALK: &str = include_str!("../../../tests/fixtures/obs/talk.json");
const GAME: &str = include_str!("../../../tests/fixtures/obs/game.json");
const NEWER: &str = include_str!("../../../tests/fixtures/obs/newer.json");

async fn import(house: &House, query: &str, file: &str) -> Reply {
    house.raw("POST", &format!("/api/import/obs{query}"), "application/json", file.to_owned()).await
}

#[tokio::test]
async fn a_collection_becomes_a_show_in_one_change() {
    let house = House::open().await;
    let dry = import(&house, "?dry_run=true", TALK).await.expect(200).json();
    assert_eq!((&dry["dry_run"], house.api.state.snapshot().seq.0), (&json!(true), 0), "nothing is made");
    let made = import(&house, "", TALK).await.expect(200);
    assert_eq!(made.header("x-marquee-seq"), "1", "all of it is one change");
    assert_eq!(made.json()["report"], dry["report"]);
    let scenes = house.ask("GET", "/api/scenes").await.json();
    assert_eq!(scenes.as_array().map(Vec::len), Some(3));
    house.ask("GET", "/api/scenes/talk/layers/camera").await.expect(200);
    house.ask("GET", "/api/inputs/stage").await.expect(200);
    house.ask("GET", "/api/transitions/swoosh").await.expect(200);
    import(&house, "", TALK).await.refused(409, "already_exists");
    import(&house, "?dry_run=true", TALK).await.refused(409, "already_exists");
    for file in [GAME, NEWER] {
        import(&house, "", file).await.expect(200);
    }
}

#[tokio::test]
async fn a_missing_file_is_brought_and_found_by_its_name() {
    let house = House::open().await;
    let report = import(&house, "", TALK).await.expect(200).json()["report"].clone();
    assert_eq!(report["missing"][1]["file"], "Logo.PNG");
    house.upload("logo.png", &png()).await.expect(201);
    let report = import(&house, "?mode=merge", TALK).await.expect(200).json()["report"].clone();
    assert!(report["missing"].as_array().is_some_and(|files| files.iter().all(|file| file["file"] != "Logo.PNG")));
    assert_eq!(house.ask("GET", "/api/scenes/welcome/layers/logo").await.json()["kind"], "image");
}

#[tokio::test]
async fn what_is_no_collection_changes_nothing() {
    let house = House::open().await;
    let deep = format!("{{\"sources\":{}{}}}", "[".repeat(10_000), "]".repeat(10_000));
    for (query, file, status, code) in [
        ("", "{}", 422, "not_a_scene_collection"),
        ("", "[1, 2]", 422, "not_a_scene_collection"),
        ("", "{", 400, "malformed_json"),
        ("", &deep, 400, "malformed_json"),
        ("?mode=both", TALK, 400, "invalid_query"),
        ("?dry=1", TALK, 400, "invalid_query"),
    ] {
        import(&house, query, file).await.refused(status, code);
    }
    let itself = json!({ "sources": [{ "id": "scene", "name": "a", "settings": { "items": [{ "name": "a" }] } }] });
    import(&house, "", &itself.to_string()).await.refused(422, "scene_in_itself");
    house.raw("POST", "/api/import/obs", "text/plain", TALK).await.refused(415, "unsupported_media_type");
    let large = format!("{{\"name\":\"{}\"}}", "x".repeat(8 * 1024 * 1024));
    import(&house, "", &large).await.refused(413, "body_too_large");
    assert_eq!(house.api.state.snapshot().seq.0, 0);
}
