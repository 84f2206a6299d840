//! What everyone may do is in one table for all requests; here is what must not be lost from it, and that a door is as tight as another.

use super::*;
use crate::api::tests::socket::{connect, listen, say, wait_for};
use crate::identity::{Caller, Role};

async fn token(house: &House, role: Role) -> String {
    let admin = Caller::anonymous_admin();
    house.api.identity.create_token(role.name(), role, None, &admin).await.expect("a token").1
}

async fn tell_as(house: &House, token: &str, method: &str, path: &str, body: Value) -> Reply {
    let request = Request::builder().method(method).uri(path).header("authorization", format!("Bearer {token}"));
    let request = request.header("content-type", "application/json");
    house.send(request.body(Body::from(body.to_string())).expect("a request")).await
}

#[tokio::test]
async fn viewers_look_and_convert_operators_steer_and_admins_set_up() {
    let (house, _) = lit().await;
    house.api.identity.add_user("root", "a-long-password", Role::Admin).await.expect("a user");
    let convert = json!({ "from_color": hue(240), "to_mode": "RGB" });
    let led = json!({ "kind": "ws281x", "gpio": 18, "segments": [{ "zone": "FLOOR" }] });
    let carried = json!({ "presets": [{ "id": "a", "zones": { "FLOOR": { "color": hue(1) } } }] });
    let table = [
        ("POST", "/api/v1/colors/convert", convert, Role::Viewer),
        ("PUT", "/api/v1/zones/FLOOR/color", json!({ "color": hue(240) }), Role::Operator),
        ("POST", "/api/v1/animations/FIRE/start", json!({ "zones": ["FLOOR"], "restart": true }), Role::Operator),
        ("POST", "/api/v1/system/power/off", json!({}), Role::Operator),
        ("PUT", "/api/v1/system/mode", json!({ "mode": "STATIC" }), Role::Operator),
        ("POST", "/api/v1/presets/import", carried, Role::Operator),
        ("POST", "/api/v1/diagnostics/zones/FLOOR/test", json!({}), Role::Operator),
        ("POST", "/api/fixtures/strip/identify", json!({}), Role::Operator),
        ("PUT", "/api/fixtures/strip", led, Role::Admin),
        ("PATCH", "/api/fixtures/strip", json!({ "latency_ms": 9 }), Role::Admin),
        ("PATCH", "/api/v1/config", json!({ "fps": 30 }), Role::Admin),
    ];
    for role in [Role::Viewer, Role::Operator, Role::Admin] {
        let token = token(&house, role).await;
        for (method, path, body, least) in &table {
            let reply = tell_as(&house, &token, method, path, body.clone()).await;
            let expected = if role >= *least { 200 } else { 403 };
            assert_eq!(reply.status.as_u16(), expected, "{method} {path} by {role}: {}", reply.code());
        }
        for path in READABLE {
            tell_as(&house, &token, "GET", path, json!({})).await.expect(200);
        }
    }
}

#[tokio::test]
async fn no_role_reaches_further_through_a_socket_or_a_batch() {
    let (house, _) = lit().await;
    house.api.identity.add_user("root", "a-long-password", Role::Admin).await.expect("a user");
    let settings = json!({ "command": "change_light_settings", "patch": { "fps": 30 } });
    let unplug = json!({ "command": "remove_fixture", "fixture": "strip" });
    let identify = json!({ "command": "identify_fixture", "fixture": "strip", "seconds": 1 });
    let operator = token(&house, Role::Operator).await;
    let address = listen(&house).await;
    let mut client = connect(&format!("{address}/?preview=off&access_token={operator}")).await;
    for (command, expected) in [(&settings, "err"), (&unplug, "err"), (&identify, "ack")] {
        say(&mut client, json!({ "type": "command", "payload": command })).await;
        wait_for(&mut client, expected).await;
    }
    let batch = json!({ "commands": [identify, unplug] });
    tell_as(&house, &operator, "POST", "/api/batch", batch).await.refused(403, "role_needed");
    let import = |collection: Value| json!({ "commands": [{ "command": "import", "collection": collection }] });
    let wired = import(json!({ "lights": { "fixtures": [{ "id": "wall", "kind": "ddp", "host": "wall.local" }] } }));
    tell_as(&house, &operator, "POST", "/api/batch", wired).await.refused(403, "role_needed");
    let scene = import(json!({ "scenes": [{ "id": "a", "layers": [] }] }));
    tell_as(&house, &operator, "POST", "/api/batch", scene).await.expect(200);
    let viewer = token(&house, Role::Viewer).await;
    let mut client = connect(&format!("{address}/?preview=off&access_token={viewer}")).await;
    let words = json!({ "type": "zone:set_color", "payload": { "zone_id": "FLOOR", "color": hue(1) } });
    say(&mut client, words).await;
    assert_eq!(wait_for(&mut client, "err").await["payload"]["code"], "role_needed");
}
