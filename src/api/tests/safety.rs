use super::*;

#[tokio::test]
async fn every_error_has_the_same_body() {
    let house = House::open().await;
    let request = Request::get("/nowhere").header("x-request-id", "my-id.1").body(Body::empty()).expect("a request");
    let reply = house.send(request).await.refused(404, "unknown_path");
    assert_eq!(reply.header("x-request-id"), "my-id.1");
    let body = reply.json();
    assert_eq!((&body["status"], &body["error_type"]), (&json!("error"), &json!("not_found")));
    assert_eq!((&body["request_id"], &body["details"]), (&json!("my-id.1"), &json!({})));
    assert_eq!((&body["message"], &body["timestamp"]), (&body["error"]["message"], &body["error"]["timestamp"]));
    assert!(body["timestamp"].as_str().is_some_and(|time| time.ends_with('Z')));

    let wrong = house.ask("DELETE", "/api/scenes").await.refused(405, "method_not_allowed");
    assert!(wrong.header("allow").contains("POST"), "{:?}", wrong.headers);
    let evil = Request::get("/nowhere").header("x-request-id", "a b\tc").body(Body::empty()).expect("a request");
    assert_eq!(house.send(evil).await.header("x-request-id").len(), 16);
    house.ask("GET", "/ws").await.refused(426, "upgrade_required");
    house.api.state.close();
    let closing = house.ask("POST", "/api/stream/start").await.refused(503, "closing");
    assert_eq!((closing.header("retry-after"), &closing.json()["error_type"]), ("1", &json!("unavailable")));
}

#[tokio::test]
async fn bodies_are_read_strictly() {
    let house = House::open().await;
    let scenes = "/api/scenes";
    house.raw("POST", scenes, "text/plain", "{}").await.refused(415, "unsupported_media_type");
    house.raw("POST", scenes, "application/x-www-form-urlencoded", "a=b").await.refused(415, "unsupported_media_type");
    let bare = Request::post(scenes).body(Body::from("{}")).expect("a request");
    house.send(bare).await.refused(415, "unsupported_media_type");
    for bad in ["", "{", "{} x", "{'a':1}", "\u{feff}{}", &"[".repeat(5_000)] {
        house.raw("POST", scenes, "application/json", bad.to_owned()).await.refused(400, "malformed_json");
    }
    house.raw("POST", scenes, "application/json", "[]").await.refused(400, "invalid_body");
    let reply = house.tell("POST", scenes, json!({ "layers": [{ "kind": "color", "color": "red" }] })).await;
    let reply = reply.refused(400, "invalid_body");
    assert_eq!(reply.json()["details"]["field"], "layers[0].color");
    assert!(reply.json()["message"].as_str().is_some_and(|text| text.starts_with("layers[0].color: ")));
    let large = json!({ "name": "x".repeat(1024 * 1024) });
    house.tell("POST", scenes, large).await.refused(413, "body_too_large");
    house.raw("PATCH", "/api/stream/config", "application/merge-patch+json; charset=utf-8", "{}").await.expect(200);
}

#[tokio::test]
async fn other_sites_are_kept_out_and_answers_carry_safety_headers() {
    let house = House::open().await;
    let with = |method: &str, headers: &[(&str, &str)]| {
        let builder = Request::builder().method(method).uri("/api/stream/start");
        let builder = headers.iter().fold(builder, |builder, (name, value)| builder.header(*name, *value));
        house.send(builder.body(Body::empty()).expect("a request"))
    };
    with("POST", &[("host", "evil.example")]).await.refused(403, "forbidden_host");
    let page = [("host", "127.0.0.1:4200"), ("origin", "http://evil.example")];
    with("POST", &page).await.refused(403, "forbidden_origin");
    assert_eq!(house.ask("GET", "/api/stream/state").await.json()["isLive"], false);
    with("POST", &[("host", "127.0.0.1:4200"), ("origin", "http://127.0.0.1:4200")]).await.expect(200);
    for path in ["/", "/app.js", "/page.js", "/style.css", "/favicon.svg", "/api/show", "/nowhere"] {
        let reply = house.ask("GET", path).await;
        assert_eq!(reply.header("x-content-type-options"), "nosniff", "{path}");
        let policy = reply.header("content-security-policy");
        assert!(policy.contains("frame-ancestors 'none'") && !policy.contains("unsafe"), "{path}: {policy}");
        assert!(!reply.header("referrer-policy").is_empty() && !reply.header("content-type").is_empty(), "{path}");
    }
    assert_eq!(house.api.vitals.http_requests.with_label_values(&["4xx"]).get(), 3);
}

#[tokio::test]
async fn a_panic_is_an_answer() {
    let house = House::open().await;
    let broken = axum::Router::new().route("/", axum::routing::get(|| async { panic!("on purpose") as () }));
    let router = crate::api::routes::around(broken, house.api.clone());
    let response = router.oneshot(Request::get("/").body(Body::empty()).expect("a request")).await.expect("infallible");
    assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
    let body = to_bytes(response.into_body(), 10_000).await.expect("a body");
    let body: Value = serde_json::from_slice(&body).expect("JSON");
    assert_eq!(body["error"]["code"], "internal");
    assert!(!body.to_string().contains("on purpose"));
}
