//! Assets over REST: what they may be used for, who uses them, and their files in parts.

use axum::body::Body;
use axum::http::Request;
use serde_json::json;

use super::*;

const TABLE: &str = "LUT_3D_SIZE 2\n0 0 0\n1 0 0\n0 1 0\n1 1 0\n0 0 1\n1 0 1\n0 1 1\n1 1 1\n";
const FONT: &[u8] = include_bytes!("../../../assets/fonts/DejaVuSans.ttf");

async fn stored(house: &House, name: &str, bytes: &[u8]) -> String {
    house.upload(name, bytes).await.expect(201).json()["id"].as_str().expect("an id").to_owned()
}

fn other_png() -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    let pixels = image::RgbaImage::from_pixel(4, 4, image::Rgba([9, 9, 9, 9]));
    pixels.write_to(&mut bytes, image::ImageFormat::Png).expect("encoded");
    bytes.into_inner()
}

#[tokio::test]
async fn an_asset_is_used_for_what_it_is() {
    let house = House::open().await;
    let picture = stored(&house, "logo.png", &png()).await;
    let table = stored(&house, "warm.cube", TABLE.as_bytes()).await;
    let font = stored(&house, "own.ttf", FONT).await;
    let layer = |content: serde_json::Value| json!({ "layers": [content] });
    for (layers, status) in [
        (layer(json!({ "kind": "image", "asset": picture })), 201),
        (layer(json!({ "kind": "image", "asset": table })), 422),
        (layer(json!({ "kind": "image", "asset": picture, "filters": [{ "kind": "lut", "asset": table }] })), 200),
        (layer(json!({ "kind": "image", "asset": picture, "filters": [{ "kind": "lut", "asset": picture }] })), 422),
        (layer(json!({ "kind": "image", "asset": picture, "mask": { "kind": "image", "asset": font } })), 422),
        (layer(json!({ "kind": "text", "text": "x", "font": font })), 200),
        (layer(json!({ "kind": "text", "text": "x", "font": "DejaVu Sans" })), 200),
        (layer(json!({ "kind": "text", "text": "x", "font": picture })), 422),
    ] {
        let reply = house.tell("PUT", "/api/scenes/a", layers.clone()).await.expect(status);
        if status == 422 {
            assert_eq!(reply.code(), "wrong_asset_kind", "{layers}");
        }
    }
    for input in [json!({ "kind": "video", "asset": picture }), json!({ "kind": "tone", "fallback": table })] {
        house.tell("PUT", "/api/inputs/i", input).await.refused(422, "wrong_asset_kind");
    }
    let wipe = json!({ "kind": "luma_wipe", "asset": font });
    house.tell("PUT", "/api/transitions/t", wipe).await.refused(422, "wrong_asset_kind");
    let kinds = house.ask("GET", "/api/assets?kind=font").await.json();
    assert_eq!((kinds[0]["id"].as_str(), kinds[0]["families"][0].as_str()), (Some(font.as_str()), Some("DejaVu Sans")));
    assert_eq!(kinds.as_array().map(Vec::len), Some(1));
    house.ask("GET", "/api/assets?kind=book").await.refused(400, "invalid_query");
}

#[tokio::test]
async fn everyone_who_uses_an_asset_can_be_pointed_at_another() {
    let house = House::open().await;
    let (old, new) = (stored(&house, "a.png", &png()).await, stored(&house, "b.png", &other_png()).await);
    let font = stored(&house, "own.ttf", FONT).await;
    let inner = json!({ "kind": "image", "id": "deep", "asset": old, "mask": { "kind": "image", "asset": old } });
    let scene = json!({ "layers": [{ "kind": "group", "layers": [inner] }, { "kind": "text", "text": "x", "font": font }] });
    house.tell("PUT", "/api/scenes/a", scene).await.expect(201);
    house.tell("PUT", "/api/inputs/i", json!({ "kind": "tone", "fallback": old })).await.expect(201);
    house.tell("PUT", "/api/transitions/t", json!({ "kind": "luma_wipe", "asset": old })).await.expect(201);
    house.tell("PATCH", "/api/studio", json!({ "transition": { "kind": "stinger", "asset": old } })).await.expect(200);
    let users = json!({ "users": [
        { "kind": "layer", "scene": "a", "layer": "deep", "part": "image" },
        { "kind": "layer", "scene": "a", "layer": "deep", "part": "mask" },
        { "kind": "input", "input": "i", "part": "fallback" },
        { "kind": "transition", "transition": "t", "part": "transition" },
        { "kind": "transition", "part": "stinger" },
    ] });
    let usage = |id: &str| format!("/api/assets/{id}/usage");
    assert_eq!(house.ask("GET", &usage(&old)).await.expect(200).json(), users);
    house.ask("DELETE", &format!("/api/assets/{font}")).await.refused(409, "asset_in_use");
    let replace = |from: &str| format!("/api/assets/{from}/replace");
    house.tell("POST", &replace(&old), json!({ "with": font })).await.refused(422, "wrong_asset_kind");
    house.tell("POST", &replace(&old), json!({ "with": "nothing" })).await.refused(404, "asset_not_found");
    let replaced = house.tell("POST", &replace(&old), json!({ "with": new })).await.expect(200).json();
    assert_eq!(replaced["users"], users["users"]);
    assert_eq!(house.ask("GET", &usage(&old)).await.json(), json!({ "users": [] }));
    house.tell("POST", &replace(&old), json!({ "with": new })).await.expect(200);
    house.ask("DELETE", &format!("/api/assets/{old}")).await.expect(204);
    house.ask("GET", &usage(&old)).await.refused(404, "asset_not_found");
}

#[tokio::test]
async fn a_file_is_given_in_parts_and_by_its_type() {
    let house = House::open().await;
    let table = stored(&house, "warm.cube", TABLE.as_bytes()).await;
    let path = format!("/api/assets/{table}/file");
    let ask =
        |range: &'static str| house.send(Request::get(&path).header("range", range).body(Body::empty()).expect("a request"));
    let whole = house.ask("GET", &path).await.expect(200);
    assert_eq!((whole.header("accept-ranges"), whole.body.len()), ("bytes", TABLE.len()));
    let part = ask("bytes=4-9").await.expect(206);
    assert_eq!(part.header("content-range"), format!("bytes 4-9/{}", TABLE.len()));
    assert_eq!((part.header("content-length"), &part.body[..]), ("6", &TABLE.as_bytes()[4..10]));
    let end = ask("bytes=-4").await.expect(206);
    assert_eq!(&end.body[..], &TABLE.as_bytes()[TABLE.len() - 4..]);
    ask("bytes=100000-").await.refused(416, "range_not_there");
    let drawing = "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'><script>alert(1)</script></svg>";
    let drawing = stored(&house, "a.svg", drawing.as_bytes()).await;
    let file = house.ask("GET", &format!("/api/assets/{drawing}/file")).await.expect(200);
    assert_eq!(file.header("content-type"), "image/svg+xml");
    assert!(file.header("content-security-policy").contains("sandbox"), "its scripts do not run");
}
