//! Pictures and palettes that lights need stay as long as they do.

use super::*;

/// The same picture, as large as is said: another file, so another asset.
fn picture(width: u32) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    let pixels = image::RgbaImage::from_pixel(width, 4, image::Rgba([9, 9, 9, 255]));
    pixels.write_to(&mut bytes, image::ImageFormat::Png).expect("encoded");
    bytes.into_inner()
}

impl House {
    async fn store(&self, width: u32) -> String {
        let stored = self.upload("a.png", &picture(width)).await.expect(201).json();
        stored["id"].as_str().expect("an id").to_owned()
    }

    async fn users(&self, asset: &str) -> Value {
        self.read(&format!("/api/assets/{asset}/usage")).await["users"].clone()
    }

    async fn show_on(&self, zone: &str, asset: &str) {
        let start = json!({ "zones": [zone], "params": { "asset": asset } });
        self.tell("POST", "/api/v1/animations/IMAGE/start", start).await.expect(200);
    }
}

fn effect(asset: &str) -> Value {
    json!({ "id": "e", "kind": "effect", "animation": "IMAGE", "parameters": { "asset": asset } })
}

#[tokio::test]
async fn a_picture_that_lights_show_is_used_and_stays() {
    let (house, _) = lit().await;
    let asset = house.store(5).await;
    let path = format!("/api/assets/{asset}");
    assert_eq!(house.users(&asset).await, json!([]));
    let zone = json!([{ "kind": "zone", "zone": "FLOOR", "layer": "animation", "part": "animation" }]);
    house.show_on("FLOOR", &asset).await;
    assert_eq!(house.users(&asset).await, zone);
    house.ask("DELETE", &path).await.refused(409, "asset_in_use");
    house.tell("POST", "/api/v1/presets", json!({ "id": "evening", "zones": ["FLOOR"] })).await.expect(201);
    house.ask("POST", "/api/v1/zones/FLOOR/reset").await.expect(200);
    let place =
        json!({ "kind": "light_preset", "preset": "evening", "zone": "FLOOR", "layer": "animation", "part": "animation" });
    assert_eq!(house.users(&asset).await, json!([place]));
    house.ask("DELETE", &path).await.refused(409, "asset_in_use");
    house.ask("DELETE", "/api/v1/presets/evening").await.expect(204);
    let group = json!({ "layers": [{ "id": "g", "kind": "group", "layers": [effect(&asset)] }] });
    house.tell("PUT", "/api/scenes/a", group).await.expect(201);
    assert_eq!(house.users(&asset).await, json!([{ "kind": "layer", "scene": "a", "layer": "e", "part": "animation" }]));
    house.ask("DELETE", &path).await.refused(409, "asset_in_use");
    house.ask("DELETE", "/api/scenes/a").await.expect(204);
    house.ask("DELETE", &path).await.expect(204);
}

#[tokio::test]
async fn what_a_zone_has_shown_for_a_while_is_free_again() {
    let (house, clock) = lit().await;
    let asset = house.store(5).await;
    let brief = json!({ "kind": "animation", "animation": "IMAGE", "parameters": { "asset": asset }, "timeout": 60 });
    house.tell("PUT", "/api/v1/zones/LAMP/layers/logo", brief).await.expect(200);
    house.ask("DELETE", &format!("/api/assets/{asset}")).await.refused(409, "asset_in_use");
    clock.set(ShowTime(1_700_000_061_000_000));
    assert_eq!(house.users(&asset).await, json!([]));
    house.ask("DELETE", &format!("/api/assets/{asset}")).await.expect(204);
}

#[tokio::test]
async fn lights_are_pointed_at_another_picture_with_everyone_else() {
    let (house, _) = lit().await;
    let (old, new) = (house.store(5).await, house.store(6).await);
    house.show_on("FLOOR", &old).await;
    house.tell("POST", "/api/v1/presets", json!({ "id": "evening" })).await.expect(201);
    house.tell("PUT", "/api/scenes/a", json!({ "layers": [effect(&old)] })).await.expect(201);
    let users = house.users(&old).await;
    assert_eq!(users.as_array().map(Vec::len), Some(3));
    let since = house.zone("FLOOR").await["layers"][0]["since"].clone();
    let replaced = house.tell("POST", &format!("/api/assets/{old}/replace"), json!({ "with": new })).await.expect(200);
    assert_eq!((replaced.json()["users"].clone(), house.users(&old).await), (users, json!([])));
    let layer = json!({ "parameters": { "asset": new }, "since": since });
    shows(&house.zone("FLOOR").await["layers"][0], layer);
    shows(&house.read("/api/v1/presets/evening").await, json!({ "revision": 1 }));
    house.ask("DELETE", &format!("/api/assets/{old}")).await.expect(204);
    house.ask("POST", "/api/v1/presets/evening/load").await.expect(200);
    shows(&house.zone("FLOOR").await["layers"][0], json!({ "parameters": { "asset": new } }));
}

#[tokio::test]
async fn an_animation_may_name_a_picture_that_is_not_there_and_it_hinders_no_upload() {
    let (house, _) = lit().await;
    house.show_on("FLOOR", "nowhere").await;
    let asset = house.store(5).await;
    house.ask("DELETE", &format!("/api/assets/{asset}")).await.expect(204);
    // Of whatever kind it turns out to be: it stays dark.
    house.show_on("LAMP", &asset).await;
    house.tell("PUT", "/api/scenes/a", json!({ "layers": [effect(&asset)] })).await.expect(201);
    assert_eq!(house.store(5).await, asset);
}

#[tokio::test]
async fn a_palette_that_a_layer_of_a_scene_has_stays() {
    let (house, _) = lit().await;
    let stops = json!([{ "at": 0, "color": hue(1) }, { "at": 1, "color": hue(90) }]);
    let dusk = json!({ "id": "dusk", "name": "Dusk", "stops": stops });
    house.tell("POST", "/api/v1/colors/palettes", dusk).await.expect(201);
    let fire = json!({ "id": "e", "kind": "effect", "animation": "FIRE", "palette": "dusk", "visible": false });
    let group = json!({ "layers": [{ "id": "g", "kind": "group", "layers": [fire] }] });
    house.tell("PUT", "/api/scenes/a", group).await.expect(201);
    house.refuses(&[("DELETE", "/api/v1/colors/palettes/dusk", Value::Null, 409, "palette_in_use")]).await;
    house.ask("DELETE", "/api/scenes/a").await.expect(204);
    house.ask("DELETE", "/api/v1/colors/palettes/dusk").await.expect(204);
}
