use super::*;
use crate::base::status::{Condition, DestinationState};

#[tokio::test]
async fn the_stream_is_started_paused_resumed_and_stopped() {
    let house = House::open().await;
    let reply = house.ask("POST", "/api/stream/start").await.expect(200);
    assert_eq!(reply.header("x-marquee-seq"), "1");
    let body = reply.json();
    assert_eq!((&body["success"], &body["seq"]), (&json!(true), &json!(1)));
    assert_eq!((&body["state"]["isLive"], &body["state"]["isPaused"]), (&json!(true), &json!(false)));
    assert_eq!((&body["state"]["targetFPS"], &body["state"]["error"]), (&json!(30.0), &Value::Null));
    assert!(body["state"]["startTime"].as_i64().is_some_and(|time| time > 1_600_000_000_000));
    house.ask("POST", "/api/stream/start").await.refused(409, "already_live");
    let paused = house.ask("POST", "/api/stream/pause").await.expect(200).json();
    assert_eq!((&paused["state"]["isLive"], &paused["state"]["isPaused"]), (&json!(true), &json!(true)));
    house.ask("POST", "/api/stream/resume").await.expect(200);
    let stopped = house.ask("POST", "/api/stream/stop").await.expect(200).json();
    assert_eq!((&stopped["state"]["isLive"], stopped["state"].get("startTime")), (&json!(false), None));
    house.ask("POST", "/api/stream/stop").await.refused(409, "not_live");
    assert_eq!(house.ask("GET", "/api/stream/state").await.expect(200).json()["isLive"], false);
}

#[tokio::test]
async fn the_configuration_is_patched() {
    let house = House::open().await;
    let changed = house.tell("PATCH", "/api/stream/config", json!({ "bitrate": 4000, "preview": { "fps": 5 } })).await;
    let config = changed.expect(200).json();
    assert_eq!((&config["bitrate"], &config["preview"]["fps"], &config["width"]), (&json!(4000), &json!(5), &json!(1280)));
    assert_eq!(house.ask("GET", "/api/stream/config").await.expect(200).json(), config);
    let refused = house.tell("PATCH", "/api/stream/config", json!({ "width": 5 })).await.refused(400, "out_of_range");
    assert_eq!(refused.json()["details"]["field"], "width");
    house.tell("PATCH", "/api/stream/config", json!({ "wdith": 640 })).await.refused(400, "invalid_value");
    house.ask("POST", "/api/stream/start").await.expect(200);
    house.tell("PATCH", "/api/stream/config", json!({ "width": 640, "height": 360 })).await.refused(409, "needs_restart");
    let restart = json!({ "width": 640, "height": 360, "restart": true });
    assert_eq!(house.tell("PATCH", "/api/stream/config", restart).await.expect(200).json()["width"], 640);
    let wrong = json!({ "restart": "yes" });
    let refused = house.tell("PATCH", "/api/stream/config", wrong).await.refused(400, "invalid_body");
    assert_eq!(refused.json()["details"]["field"], "restart");
}

#[tokio::test]
async fn scenes_and_layers_come_and_go() {
    let house = House::open().await;
    let made = house.tell("POST", "/api/scenes", json!({ "name": "Intro", "layers": [{ "kind": "pattern" }] })).await;
    let scene = made.expect(201).json();
    let id = scene["id"].as_str().expect("an id").to_owned();
    assert!(scene["layers"][0]["id"].as_str().is_some_and(|id| id.starts_with("layer-")));
    house.tell("POST", "/api/scenes", json!({ "id": id })).await.refused(409, "already_exists");
    house.tell("PUT", "/api/scenes/b", json!({ "name": "B" })).await.expect(201);
    house.tell("PUT", "/api/scenes/b", json!({ "name": "B", "id": "b" })).await.expect(200);
    house.tell("PUT", "/api/scenes/b", json!({ "id": "c" })).await.refused(400, "id_mismatch");
    house.tell("PATCH", "/api/scenes/b", json!({ "name": "New" })).await.expect(200);
    let list = house.ask("GET", "/api/scenes").await.expect(200).json();
    assert_eq!((list.as_array().map(Vec::len), &list[0]["name"]), (Some(2), &json!("New")));

    let layers = "/api/scenes/b/layers";
    let color = |id: &str| json!({ "id": id, "kind": "color", "color": "#102030" });
    house.tell("POST", layers, color("one")).await.expect(201);
    let mut below = color("two");
    below["index"] = json!(0);
    house.tell("POST", layers, below).await.expect(201);
    house.tell("POST", layers, color("two")).await.refused(409, "already_exists");
    house.tell("PUT", "/api/scenes/b/layers/three", color("three")).await.expect(201);
    house.tell("PATCH", "/api/scenes/b/layers/three", json!({ "index": 0, "opacity": 0.5 })).await.expect(200);
    let ids = |list: &Value| -> Vec<String> {
        list.as_array().expect("a list").iter().map(|layer| layer["id"].as_str().expect("an id").to_owned()).collect()
    };
    assert_eq!(ids(&house.ask("GET", layers).await.expect(200).json()), ["three", "two", "one"]);
    let ordered = house.tell("PUT", "/api/scenes/b/order", json!({ "order": ["one", "two", "three"] })).await;
    assert_eq!(ids(&ordered.expect(200).json()["layers"]), ["one", "two", "three"]);
    house.tell("PUT", "/api/scenes/b/order", json!({ "order": ["one"] })).await.refused(422, "order_mismatch");
    house.tell("PUT", "/api/scenes/b/order", json!({ "ordre": [] })).await.refused(400, "invalid_body");
    assert_eq!(house.ask("GET", "/api/scenes/b/layers/three").await.expect(200).json()["opacity"], 0.5);
    let gone = house.ask("DELETE", "/api/scenes/b/layers/three").await.expect(204);
    assert!(gone.body.is_empty() && !gone.header("x-marquee-seq").is_empty());
    house.ask("GET", "/api/scenes/b/layers/three").await.refused(404, "layer_not_found");

    let taken = house.ask("POST", "/api/scenes/b/take").await.expect(200).json();
    assert_eq!(taken["program"]["scene"], "b");
    house.ask("DELETE", "/api/scenes/b").await.refused(409, "scene_on_air");
    house.ask("DELETE", &format!("/api/scenes/{id}")).await.expect(204);
    house.ask("GET", "/api/scenes/nowhere").await.refused(404, "scene_not_found");
    house.ask("GET", "/api/scenes/no%20where").await.refused(400, "invalid_id");
    house.ask("GET", "/api/scenes/%ff").await.refused(400, "invalid_id");
}

#[tokio::test]
async fn a_destination_never_shows_its_key() {
    let house = House::open().await;
    let made = house.tell("PUT", "/api/destinations/tv", json!({ "kind": "rtmp", "url": "rtmp://host/live/s3cret?a=b" }));
    let made = made.await.expect(201);
    assert_eq!((&made.json()["url"], &made.json()["key_set"]), (&json!("rtmp://host/live"), &json!(true)));
    assert_eq!(made.json()["status"], json!({ "state": "stopped" }));
    let reason = "no route".to_owned();
    let state = DestinationState::BackingOff { next_try: ShowTime(5_000_000), attempt: 2, reason };
    house.api.vitals.status.report_destination("tv", state);
    let status = &house.ask("GET", "/api/destinations/tv").await.expect(200).json()["status"];
    assert_eq!(*status, json!({ "state": "backing_off", "next_try": 5000, "attempt": 2, "reason": "no route" }));
    house.tell("POST", "/api/destinations", json!({ "kind": "record", "format": "mkv" })).await.expect(201);
    house.tell("PATCH", "/api/destinations/tv", json!({ "enabled": false })).await.expect(200);
    // Sending back what was shown would lose the key, so it is refused.
    let shown = house.ask("GET", "/api/destinations/tv").await.json();
    house.tell("PUT", "/api/destinations/tv", shown).await.refused(400, "invalid_body");
    for path in ["/api/destinations", "/api/destinations/tv", "/api/show", "/metrics"] {
        let body = house.ask("GET", path).await.expect(200).body;
        assert!(!String::from_utf8_lossy(&body).contains("s3cret"), "{path}");
    }
    let metrics = house.ask("GET", "/metrics").await.body;
    let line = "marquee_destination_state{destination=\"tv\",state=\"backing_off\"} 1\n";
    assert!(String::from_utf8_lossy(&metrics).contains(line));
    house.ask("DELETE", "/api/destinations/tv").await.expect(204);
    house.ask("DELETE", "/api/destinations/tv").await.refused(404, "destination_not_found");
}

#[tokio::test]
async fn pictures_are_uploaded_used_and_removed() {
    let house = House::open().await;
    let asset = house.upload("logo.png", &png()).await.expect(201).json();
    assert_eq!((&asset["name"], &asset["width"], &asset["format"]), (&json!("logo.png"), &json!(8), &json!("png")));
    house.upload("again.png", &png()).await.expect(200);
    let id = asset["id"].as_str().expect("an id");
    assert_eq!(house.ask("GET", "/api/assets").await.json().as_array().map(Vec::len), Some(1));
    let file = house.ask("GET", &format!("/api/assets/{id}/file")).await.expect(200);
    assert_eq!((file.header("content-type"), &file.body[..]), ("image/png", &png()[..]));
    let scene = json!({ "layers": [{ "kind": "image", "asset": id }] });
    house.tell("PUT", "/api/scenes/a", scene).await.expect(201);
    house.ask("DELETE", &format!("/api/assets/{id}")).await.refused(409, "asset_in_use");
    house.ask("DELETE", "/api/scenes/a").await.expect(204);
    house.ask("DELETE", &format!("/api/assets/{id}")).await.expect(204);
    house.ask("GET", &format!("/api/assets/{id}/file")).await.refused(404, "asset_not_found");
    let left = std::fs::read_dir(house.directory.path().join("assets")).expect("a directory").count();
    assert_eq!(left, 0);
}

#[tokio::test]
async fn bad_uploads_are_refused_whole() {
    let house = House::open().await;
    house.upload("logo.png", b"<html/>").await.refused(415, "unsupported_media");
    house.upload("logo.png", &png()[..40]).await.refused(422, "broken_image");
    house.upload("big.png", &vec![0; 32 * 1024 * 1024 + 1]).await.refused(413, "upload_too_large");
    let (kind, wrong) = form("picture", "a.png", &png());
    house.raw("POST", "/api/assets", &kind, wrong).await.refused(400, "missing_file");
    let (_, mut cut) = form("file", "a.png", &png());
    cut.truncate(cut.len() - 12);
    house.raw("POST", "/api/assets", &kind, cut).await.refused(400, "upload_interrupted");
    house.tell("POST", "/api/assets", json!({})).await.refused(415, "unsupported_media_type");
    let declared = Request::post("/api/assets").header("content-type", &kind).header("content-length", "99999999");
    let reply = house.send(
        declared
            .body(Body::from_stream(futures_util::stream::pending::<Result<Bytes, std::io::Error>>()))
            .expect("a request"),
    );
    reply.await.refused(413, "upload_too_large");
    assert_eq!(house.ask("GET", "/api/assets").await.json(), json!([]));
    assert_eq!(std::fs::read_dir(house.directory.path().join("assets")).expect("a directory").count(), 0);
}

#[tokio::test]
async fn health_is_down_only_when_the_show_is() {
    let house = House::open().await;
    let status = &house.api.vitals.status;
    status.report("engine", Condition::ok());
    status.report("encoder", Condition::down("no x264"));
    let health = house.ask("GET", "/api/health").await.expect(200).json();
    assert_eq!((&health["status"], &health["components"]["encoder"]["reason"]), (&json!("degraded"), &json!("no x264")));
    house.ask("POST", "/api/stream/start").await.expect(200);
    let health = house.ask("GET", "/api/health").await.expect(503).json();
    assert_eq!(health["status"], "down");
    let state = house.ask("GET", "/api/stream/state").await.json();
    assert_eq!(state["error"], "encoder: no x264");
}

#[tokio::test]
async fn figures_are_real() {
    let house = House::open().await;
    let mut figures = house.api.live.figures.clone();
    figures.changed().await.expect("measured");
    let system = house.ask("GET", "/api/system/metrics").await.expect(200).json();
    assert!(system["memory"]["total"].as_u64() > Some(1_000_000), "{system}");
    assert!(system["cpu"]["cores"].as_u64() >= Some(1));
    let metrics = house.ask("GET", "/api/stream/metrics").await.expect(200).json();
    assert!(metrics["memoryUsage"].as_u64() > Some(1_000_000), "{metrics}");
    assert_eq!((&metrics["fps"], &metrics["bitrate"]), (&json!(0.0), &json!(0.0)));
}

#[tokio::test]
async fn without_a_picture_the_preview_says_so() {
    let house = House::open().await;
    let ask = |path| house.ask("GET", path);
    let (one, many, full) = tokio::join!(ask("/api/preview.jpg"), ask("/api/preview.mjpeg"), ask("/api/frame.png"));
    let (all, all_moving) = tokio::join!(ask("/api/multiview.jpg"), ask("/api/multiview.mjpeg"));
    for reply in [one, many, full, all, all_moving] {
        reply.refused(503, "no_picture");
    }
    let _engine = house.make_pictures();
    let jpeg = house.ask("GET", "/api/preview.jpg").await.expect(200);
    assert_eq!((jpeg.header("content-type"), &jpeg.body[..]), ("image/jpeg", &b"\xff\xd8 a picture \xff\xd9"[..]));
    let all = house.ask("GET", "/api/multiview.jpg").await.expect(200);
    assert_eq!((all.header("content-type"), &all.body[..]), ("image/jpeg", &b"\xff\xd8 an overview \xff\xd9"[..]));
}

#[tokio::test]
async fn motion_jpeg_ends_with_the_server() {
    let house = House::open().await;
    let _engine = house.make_pictures();
    let response = house.open_body("/api/preview.mjpeg").await;
    assert_eq!(response.headers()["content-type"], "multipart/x-mixed-replace; boundary=frame");
    house.closing.send_replace(true);
    let body = to_bytes(response.into_body(), 1024 * 1024).await.expect("a body that ends");
    let body = String::from_utf8_lossy(&body).into_owned();
    assert!(body.starts_with("--frame\r\nContent-Type: image/jpeg\r\nContent-Length: 15\r\n\r\n"), "{body}");
    assert!(body.ends_with("\r\n--frame\r\n"), "{body}");
}

#[tokio::test]
async fn a_viewer_who_goes_is_no_watcher_any_more() {
    let house = House::open().await;
    let _engine = house.make_pictures();
    let response = house.open_body("/api/preview.mjpeg").await;
    let overview = house.open_body("/api/multiview.mjpeg").await;
    let watchers = || (house.api.vitals.preview_watchers.get(), house.api.vitals.multiview_watchers.get());
    assert_eq!(watchers(), (1, 1));
    drop(overview);
    assert_eq!(watchers(), (1, 0));
    drop(response);
    assert_eq!(watchers(), (0, 0));
}
