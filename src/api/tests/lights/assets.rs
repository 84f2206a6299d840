//! Palettes that scenes need stay as long as they do.

use super::*;

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
