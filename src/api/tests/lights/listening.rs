//! Zones whose visualiser listens to an input: which there may be, and what becomes of them when it goes.

use super::*;
use crate::show::ids::InputId;

const LAYER: &str = "/api/v1/zones/FLOOR/layers/dj";
const MIC: &str = "/api/inputs/mic";

fn listening(to: &str) -> Value {
    json!({ "kind": "jam", "jam": "AB12CD", "module": "dj-visualizer", "input": to })
}

async fn with_a_microphone() -> (House, Clock) {
    let (house, clock) = lit().await;
    house.tell("PUT", MIC, json!({ "kind": "microphone", "device": "alsa:hw:1" })).await.expect(201);
    (house, clock)
}

/// The inputs that lights listen to at this moment; None is the program.
fn listened_to(house: &House, clock: &Clock) -> Vec<Option<InputId>> {
    let mut seen = Vec::new();
    house.api.state.snapshot().show.each_sound_on_lights(clock.now(), &mut |of| seen.push(of.cloned()));
    seen
}

#[tokio::test]
async fn a_zone_listens_to_what_is_there_and_that_stays() {
    let (house, clock) = with_a_microphone().await;
    house.refuses(&[("PUT", LAYER, listening("nobody"), 422, "input_missing")]).await;
    let mut brief = listening("mic");
    brief["timeout"] = json!(60);
    house.tell("PUT", LAYER, brief).await.expect(200);
    shows(&house.zone("FLOOR").await["layers"], json!([{ "id": "dj", "input": "mic" }]));
    house.refuses(&[("DELETE", MIC, Value::Null, 409, "input_in_use")]).await;
    assert_eq!(listened_to(&house, &clock).len(), 1);
    clock.set(ShowTime(1_700_000_061_000_000));
    assert_eq!(listened_to(&house, &clock), [], "its time is over");
    house.ask("DELETE", MIC).await.expect(204);
}

#[tokio::test]
async fn lights_that_are_off_or_show_something_else_listen_to_nothing() {
    let (house, clock) = with_a_microphone().await;
    house.tell("PUT", LAYER, listening("mic")).await.expect(200);
    let mut drums = listening("mic");
    drums["module"] = json!("drum-machine");
    house.tell("PUT", "/api/v1/zones/LAMP/layers/drums", drums).await.expect(200);
    let mic = InputId::new("mic").expect("an id");
    assert_eq!(listened_to(&house, &clock), [Some(mic.clone())], "drums make no use of it");
    house.tell("POST", "/api/v1/animations/VU/start", json!({ "zones": ["LAMP"] })).await.expect(200);
    assert_eq!(listened_to(&house, &clock), [Some(mic), None]);
    house.ask("POST", "/api/v1/system/power/off").await.expect(200);
    assert!(!listened_to(&house, &clock).is_empty(), "while they become dark");
    clock.set(ShowTime(1_700_000_001_000_000));
    assert_eq!(listened_to(&house, &clock), []);
}

#[tokio::test]
async fn a_preset_whose_input_is_gone_listens_to_the_program() {
    let (house, clock) = with_a_microphone().await;
    house.tell("PUT", LAYER, listening("mic")).await.expect(200);
    house.tell("POST", "/api/v1/presets", json!({ "id": "evening", "zones": ["FLOOR"] })).await.expect(201);
    house.ask("POST", "/api/v1/zones/FLOOR/reset").await.expect(200);
    house.ask("DELETE", MIC).await.expect(204);
    house.ask("POST", "/api/v1/presets/evening/load").await.expect(200);
    assert_eq!(listened_to(&house, &clock), [None]);
}
