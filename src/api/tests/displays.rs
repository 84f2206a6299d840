//! Screens of this machine, as they are set up over REST.

use super::*;
use crate::base::status::{DisplayState, Reached};

const TV: &str = "/api/displays/tv";

fn tv() -> Value {
    json!({ "id": "tv", "kind": "kms", "connector": "HDMI-A-1", "mode": "1920x1080@60", "fit": "cover", "rotation": 90 })
}

#[tokio::test]
async fn a_display_is_added_changed_replaced_and_removed() {
    let house = House::open().await;
    let made = house.tell("POST", "/api/displays", tv()).await.expect(201).json();
    let mut expected = tv();
    (expected["enabled"], expected["brightness"], expected["gamma"]) = (json!(true), json!(1.0), json!(1.0));
    (expected["name"], expected["test_card"]) = (json!(""), json!(false));
    expected["status"] = json!({ "state": "stopped", "fps": 0.0, "kbit_per_second": 0.0, "pictures_shown": 0, "errors": 0 });
    assert_eq!(made, expected);
    assert_eq!(house.ask("GET", TV).await.expect(200).json(), made);
    assert_eq!(house.ask("GET", "/api/displays").await.expect(200).json(), json!([made]));
    assert_eq!(house.ask("GET", "/api/show").await.expect(200).json()["show"]["displays"], json!([made]));
    let changed = house.tell("PATCH", TV, json!({ "brightness": 0.4, "test_card": true })).await.expect(200).json();
    assert_eq!(
        (&changed["brightness"], &changed["test_card"], &changed["fit"]),
        (&json!(0.4), &json!(true), &json!("cover"))
    );
    let panel = json!({ "kind": "panel", "driver": "st7789", "dc_gpio": 25, "width": 240, "height": 320, "fps": 30 });
    let replaced = house.tell("PUT", TV, panel).await.expect(200).json();
    assert_eq!(
        (&replaced["kind"], &replaced["device"], replaced.get("connector")),
        (&json!("panel"), &json!("/dev/spidev0.0"), None)
    );
    house.ask("DELETE", TV).await.expect(204);
    house.ask("GET", TV).await.refused(404, "display_not_found");
}

#[tokio::test]
async fn what_it_does_is_told_with_it_unless_it_is_switched_off() {
    let house = House::open().await;
    house.tell("POST", "/api/displays", tv()).await.expect(201);
    let reason = Some("a graphics card in /dev/dri is not there".to_owned());
    let state = DisplayState { state: Reached::Absent, reason, errors: 3, ..DisplayState::default() };
    house.api.vitals.status.report_display("tv", state);
    let status = house.ask("GET", TV).await.expect(200).json()["status"].clone();
    assert_eq!((&status["state"], &status["errors"]), (&json!("absent"), &json!(3)));
    assert!(status["reason"].as_str().is_some_and(|reason| reason.contains("/dev/dri")));
    let off = house.tell("PATCH", TV, json!({ "enabled": false })).await.expect(200).json();
    assert_eq!(off["status"]["state"], "stopped");
}

#[tokio::test]
async fn what_no_display_can_be_is_refused_and_changes_nothing() {
    let house = House::open().await;
    house.tell("POST", "/api/displays", tv()).await.expect(201);
    let small = json!({ "kind": "framebuffer", "device": "/dev/fb7" });
    house.tell("PUT", "/api/displays/small", small).await.expect(201);
    let before = house.ask("GET", "/api/displays").await.expect(200).json();
    let with = |field: &str, value: Value| {
        let mut body = tv();
        body["id"] = json!("other");
        body[field] = value;
        body
    };
    let refusals = [
        ("POST", "/api/displays", tv(), 409, "already_exists"),
        ("POST", "/api/displays", with("brightness", json!(1.5)), 400, "out_of_range"),
        ("POST", "/api/displays", with("gamma", json!(0)), 400, "out_of_range"),
        ("POST", "/api/displays", with("fps", json!(0)), 400, "out_of_range"),
        ("POST", "/api/displays", with("device", json!("/etc/passwd")), 400, "invalid_value"),
        ("POST", "/api/displays", with("device", json!("/dev/dri/../sda")), 400, "invalid_value"),
        ("POST", "/api/displays", with("rotation", json!(45)), 400, "invalid_body"),
        ("POST", "/api/displays", with("kind", json!("hologram")), 400, "invalid_body"),
        ("POST", "/api/displays", with("mode", json!("very large")), 400, "invalid_body"),
        ("PUT", "/api/displays/again", json!({ "kind": "framebuffer", "device": "/dev/fb7" }), 400, "invalid_value"),
        ("PUT", TV, json!({ "id": "radio", "kind": "framebuffer" }), 400, "id_mismatch"),
        ("PATCH", TV, json!({ "brightness": -1 }), 400, "out_of_range"),
        ("PATCH", TV, json!({ "fit": "origami" }), 400, "invalid_value"),
        ("PATCH", "/api/displays/nobody", json!({ "fps": 5 }), 404, "display_not_found"),
        ("DELETE", "/api/displays/nobody", json!({}), 404, "display_not_found"),
    ];
    for (method, path, body, status, code) in refusals {
        let reply = house.tell(method, path, body.clone()).await;
        let told = String::from_utf8_lossy(&reply.body).into_owned();
        assert_eq!((reply.status.as_u16(), &*reply.code()), (status, code), "{method} {path} {body}: {told}");
    }
    assert_eq!(house.ask("GET", "/api/displays").await.expect(200).json(), before);
    for number in 1..3 {
        let body = json!({ "id": format!("fb{number}"), "kind": "framebuffer", "device": format!("/dev/fb{number}") });
        house.tell("POST", "/api/displays", body).await.expect(201);
    }
    house.tell("POST", "/api/displays", with("name", json!("one more"))).await.refused(422, "too_many");
}

#[tokio::test]
async fn what_this_machine_has_can_be_asked_for_without_setting_it_up() {
    let house = House::open().await;
    let found = house.tell("POST", "/api/displays/discover", json!({})).await.expect(200).json();
    assert!(found.is_array(), "{found}");
    assert_eq!(house.ask("GET", "/api/displays").await.expect(200).json(), json!([]));
}
