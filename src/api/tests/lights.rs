//! The doors of lights: each endpoint with the bodies that clients send, what it answers, and what it refuses.

mod animations;
mod archive;
mod assets;
mod colors;
mod feeds;
mod fixtures;
mod frames;
mod house;
mod listening;
mod presets;
mod roles;
mod seed;
mod sockets;
mod zones;

use super::*;
use crate::frame::leds::ZoneFrame;
use crate::show::ids::ZoneId;
use crate::state::apply::check_whole;

/// What is asked for, and how it is refused.
type Refusal<'a> = (&'a str, &'a str, Value, u16, &'a str);

/// Everything that can be read of lights.
const READABLE: [&str; 9] = [
    "/api/v1/zones",
    "/api/v1/animations",
    "/api/v1/colors/palettes",
    "/api/v1/system/status",
    "/api/v1/system/mode",
    "/api/v1/system/brightness",
    "/api/v1/config",
    "/api/v1/presets",
    "/api/fixtures",
];

/// With the zones FLOOR, of 45 LEDs on a pin, and LAMP, of 12; time stands still.
async fn lit() -> (House, Clock) {
    let clock = Clock::manual(ShowTime(1_700_000_000_000_000));
    let settings = Settings { on_this_machine_only: true, ..Settings::default() };
    let house = House::open_with(clock.clone(), settings).await;
    for (id, name, pixels) in [("FLOOR", "Floor Strip", 45), ("LAMP", "Lamp", 12)] {
        let zone = json!({ "id": id, "name": name, "pixel_count": pixels });
        house.tell("POST", "/api/v1/zones", zone).await.expect(201);
    }
    let strip = json!({ "id": "strip", "kind": "ws281x", "gpio": 18, "segments": [{ "zone": "FLOOR" }] });
    house.tell("POST", "/api/fixtures", strip).await.expect(201);
    (house, clock)
}

fn hue(degrees: u16) -> Value {
    json!({ "mode": "HUE", "hue": degrees })
}

impl House {
    async fn read(&self, path: &str) -> Value {
        self.ask("GET", path).await.expect(200).json()
    }

    async fn zone(&self, id: &str) -> Value {
        self.read(&format!("/api/v1/zones/{id}")).await
    }

    /// Each of these is turned down, and nothing has happened then.
    async fn refuses(&self, refusals: &[Refusal<'_>]) {
        let before = self.everything().await;
        for (method, path, body, status, code) in refusals {
            let reply = match body {
                Value::Null => self.ask(method, path).await,
                body => self.tell(method, path, body.clone()).await,
            };
            let told = String::from_utf8_lossy(&reply.body).into_owned();
            assert_eq!(reply.status.as_u16(), *status, "{method} {path} {body}: {told}");
            assert_eq!(reply.code(), *code, "{method} {path} {body}: {told}");
            assert_eq!(json!(self.api.state.snapshot().seq), before["seq"], "after {method} {path} {body}");
        }
        assert_eq!(self.everything().await, before);
    }

    async fn everything(&self) -> Value {
        let snapshot = self.api.state.snapshot();
        assert_eq!(check_whole(&snapshot.show), Ok(()));
        let mut found = json!({ "seq": snapshot.seq });
        for path in READABLE {
            found[path] = self.read(path).await;
        }
        // The machine's own figures change by themselves.
        found["/api/v1/system/status"]["health"] = Value::Null;
        found
    }

    /// As the engine does it.
    fn publish(&self, number: u64, at_ms: i64) {
        let zone = |id: &str, bytes: &[u8]| (ZoneId::new(id).expect("an id"), bytes.to_vec());
        let frame = ZoneFrame {
            number,
            at: ShowTime(at_ms * 1_000),
            fps: 60.0,
            frame_time_ms: 0.3,
            zones: vec![zone("FLOOR", &[255, 0, 0, 255, 10, 0]), zone("LAMP", &[0, 255, 0])],
        };
        self.api.zone_frames.publish(Arc::new(frame));
    }
}

/// Whether all that is expected is there; more may be. 240 and 240.0 are one number.
fn holds(found: &Value, expected: &Value) -> bool {
    match (found, expected) {
        (Value::Object(found), Value::Object(expected)) => {
            expected.iter().all(|(name, value)| found.get(name).is_some_and(|found| holds(found, value)))
        }
        (Value::Array(found), Value::Array(expected)) => {
            found.len() == expected.len() && found.iter().zip(expected).all(|(found, expected)| holds(found, expected))
        }
        (Value::Number(found), Value::Number(expected)) => found.as_f64() == expected.as_f64(),
        _ => found == expected,
    }
}

#[track_caller]
fn shows(found: &Value, expected: Value) {
    assert!(holds(found, &expected), "expected {expected}\nin {found}");
}
