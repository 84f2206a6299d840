//! What comes from elsewhere: collections of OBS.

use super::*;

const TALK: &str = include_str!("../../exchange/obs/fixtures/talk.json");
const GAME: &str = include_str!("../../exchange/obs/fixtures/game.json");
const NEWER: &str = include_str!("../../exchange/obs/fixtures/newer.json");

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

async fn exported(house: &House) -> Bytes {
    let reply = house.ask("GET", "/api/export").await.expect(200);
    assert_eq!(reply.header("content-type"), "application/x-tar");
    reply.body
}

async fn bring(house: &House, query: &str, archive: impl Into<Body>) -> Reply {
    house.raw("POST", &format!("/api/import{query}"), "application/x-tar", archive).await
}

/// A scene with a picture, an input, a transition, and a destination with a key.
async fn furnished() -> (House, String) {
    let house = House::open().await;
    let asset = house.upload("logo.png", &png()).await.expect(201).json()["id"].as_str().expect("an id").to_owned();
    let scene = json!({ "name": "Main", "layers": [{ "id": "logo", "kind": "image", "asset": asset }] });
    house.tell("PUT", "/api/scenes/main", scene).await.expect(201);
    house.ask("POST", "/api/scenes/main/take").await.expect(200);
    let stream = json!({ "kind": "network", "url": "rtmp://h/live", "secret": "canary-input" });
    house.tell("PUT", "/api/inputs/stage", stream).await.expect(201);
    house.tell("PUT", "/api/transitions/soft", json!({ "kind": "fade" })).await.expect(201);
    let tv = json!({ "kind": "rtmp", "url": "rtmp://tv/live", "key": "canary-key" });
    house.tell("PUT", "/api/destinations/tv", tv).await.expect(201);
    (house, asset)
}

fn files_of(house: &House) -> usize {
    std::fs::read_dir(house.directory.path().join("assets")).expect("a directory").count()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_show_goes_to_another_server_with_its_files_and_without_its_secrets() {
    let (house, asset) = furnished().await;
    let archive = exported(&house).await;
    assert!(!archive.windows(6).any(|word| word == b"canary"), "no secret leaves");
    let other = House::open().await;
    let dry = bring(&other, "?dry_run=true", archive.clone()).await.expect(200).json();
    assert_eq!((&dry["scenes"], &dry["assets"], other.api.state.snapshot().seq.0), (&json!(1), &json!(1), 0));
    assert_eq!(files_of(&other), 0);
    let made = bring(&other, "", archive.clone()).await.expect(200);
    assert_eq!(made.header("x-marquee-seq"), "1", "all of it is one change");
    let file = other.ask("GET", &format!("/api/assets/{asset}/file")).await.expect(200);
    assert_eq!(file.body, png());
    let scene = house.ask("GET", "/api/scenes/main").await.json();
    assert_eq!(other.ask("GET", "/api/scenes/main").await.expect(200).json(), scene);
    let tv = other.ask("GET", "/api/destinations/tv").await.expect(200).json();
    assert_eq!((&tv["enabled"], &tv["key_set"]), (&json!(false), &json!(false)), "it waits for its key");
    bring(&other, "?mode=add", archive.clone()).await.refused(409, "already_exists");
    let again = |number: &'static str| {
        let request = Request::post("/api/import").header("content-type", "application/x-tar");
        let request = request.header("x-client-op-id", "bring").header("x-request-id", number);
        other.send(request.body(Body::from(archive.clone())).expect("a request"))
    };
    let first = again("1").await.expect(200);
    let second = again("2").await.expect(200);
    assert_eq!(
        (second.header("x-marquee-repeated"), second.header("x-marquee-seq")),
        ("true", first.header("x-marquee-seq"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_show_that_is_replaced_keeps_its_keys_and_loses_the_rest() {
    let (house, _) = furnished().await;
    let archive = exported(&house).await;
    house.tell("PUT", "/api/scenes/later", json!({})).await.expect(201);
    house.ask("POST", "/api/scenes/later/take").await.expect(200);
    bring(&house, "?mode=replace", archive).await.expect(200);
    house.ask("GET", "/api/scenes/later").await.refused(404, "scene_not_found");
    let show = house.api.state.snapshot().show.clone();
    assert_eq!(show.program.as_ref().map(|program| program.scene.as_str()), Some("main"));
    let key = show.destinations.get("tv").and_then(|tv| Some(tv.target.secret()?.reveal().to_owned()));
    assert_eq!((key.as_deref(), show.destinations.get("tv").map(|tv| tv.enabled)), (Some("canary-key"), Some(true)));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_archive_that_is_not_right_changes_nothing_and_leaves_nothing() {
    let (house, asset) = furnished().await;
    let archive = exported(&house).await;
    let place = |word: &[u8]| archive.windows(word.len()).position(|found| found == word).expect("it is there");
    let changed = |at: usize, byte: u8| {
        let mut bytes = archive.to_vec();
        bytes[at] = byte;
        bytes
    };
    let other = House::open().await;
    let name = format!("assets/{asset}.png");
    for (bytes, code) in [
        (changed(place(b"\x89PNG") + 60, 0), "asset_mismatch"),
        (archive[..archive.len() - 2_048].to_vec(), "broken_archive"),
        (b"no archive".to_vec(), "broken_archive"),
        (Vec::new(), "broken_archive"),
        (changed(place(name.as_bytes()), b'/'), "broken_archive"),
    ] {
        bring(&other, "", bytes).await.refused(422, code);
    }
    other.raw("POST", "/api/import", "application/json", "{}").await.refused(415, "unsupported_media_type");
    bring(&other, "?mode=some", archive.clone()).await.refused(400, "invalid_query");
    // Its files are good, and the show does not take it: they go again.
    other.tell("PUT", "/api/scenes/main", json!({})).await.expect(201);
    bring(&other, "?mode=add", archive).await.refused(409, "already_exists");
    assert_eq!((files_of(&other), other.api.state.snapshot().show.assets.len()), (0, 0));
}
