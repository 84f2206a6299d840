//! Layers that show sound, on a running server: from a tone through the mixer to the picture.

use image::RgbImage;
use serde_json::json;

use crate::support::server::Server;
use crate::support::{PATIENCE, eventually};

const BANDS: usize = 10;

fn picture(server: &Server) -> RgbImage {
    image::load_from_memory(&server.http.get("/api/frame.png").ok().body).expect("the server writes PNG").to_rgb8()
}

/// How high each of ten white bars is on black, as a share of the picture.
fn bars(picture: &RgbImage) -> [f64; BANDS] {
    let (width, height) = picture.dimensions();
    std::array::from_fn(|bar| {
        let x = (2 * bar as u32 + 1) * width / (2 * BANDS as u32);
        (0..height).filter(|y| picture.get_pixel(x, *y).0[1] > 128).count() as f64 / f64::from(height)
    })
}

fn showing(level_db: f64) -> Server {
    let server = Server::start(&[]);
    server.small();
    server.http.put("/api/inputs/tone", &json!({"kind": "tone", "hz": 1000, "level_db": level_db})).ok();
    let layers = json!([
        {"id": "tone", "kind": "input", "input": "tone"},
        {"id": "bars", "kind": "levels", "bands": BANDS, "gap": 0, "from": "#ffffff", "to": "#ffffff"},
    ]);
    server.http.put("/api/scenes/loud", &json!({"layers": layers})).ok();
    server
}

/// Nothing is on air as a stream: it is looked at alone that makes the mixer work.
#[test]
fn the_engine_shows_a_tone_that_the_mixer_makes() {
    let server = showing(-6.0);
    let seen = |what: &str, is_it: &dyn Fn([f64; BANDS]) -> bool| {
        eventually(what, PATIENCE, || {
            let bars = bars(&picture(&server));
            is_it(bars).then_some(bars)
        })
    };
    server.http.post("/api/scenes/loud/take", &json!({})).ok();
    // 54 of 60 dB, in the sixth of ten.
    let is_at = |height: f64| {
        move |bars: [f64; BANDS]| {
            (bars[5] - height).abs() < 0.02 && bars.iter().enumerate().all(|(bar, seen)| bar == 5 || *seen < 0.1)
        }
    };
    eprintln!("{:?}", seen("-6 dB in the band of 1 kHz alone", &is_at(0.9)));
    server.http.patch("/api/inputs/tone", &json!({"sound": {"gain_db": -14}})).ok();
    eprintln!("{:?}", seen("-20 dB", &is_at(40.0 / 60.0)));
    server.http.patch("/api/inputs/tone", &json!({"sound": {"mute": true}})).ok();
    seen("silence", &|bars| bars.iter().all(|seen| *seen < 0.03));
    // Its own sound is seen though it is not heard.
    server.http.patch("/api/scenes/loud/layers/bars", &json!({"input": "tone"})).ok();
    seen("what is muted", &is_at(40.0 / 60.0));
    server.http.send("DELETE", "/api/inputs/tone", None, Vec::new()).refused(409, "input_in_use");
}

#[test]
fn what_can_not_be_shown_or_moved_is_refused_and_nothing_changes() {
    let server = showing(-20.0);
    let before = (server.http.get("/api/scenes/loud").json(), server.http.get("/api/inputs/tone").json());
    let layer = |body: serde_json::Value| server.http.patch("/api/scenes/loud/layers/bars", &body);
    layer(json!({"input": "nobody"})).refused(422, "input_missing");
    for wrong in
        [json!({"bands": 0}), json!({"bands": 65}), json!({"gap": 257}), json!({"floor_db": -97}), json!({"floor_db": 0})]
    {
        layer(wrong).refused(400, "out_of_range");
    }
    for wrong in [json!({"shape": "pie"}), json!({"grow": "out"}), json!({"colour": "#ffffff"}), json!({"from": "red"})] {
        layer(wrong).refused(400, "invalid_value");
    }
    let moving = |property: &str, value: f64| json!([{"property": property, "keyframes": [{"at_ms": 0, "value": value}]}]);
    for heard in ["gain_db", "pan", "volume"] {
        layer(json!({"animations": moving(heard, 0.0)})).refused(400, "invalid_value");
    }
    let sound =
        |animations: serde_json::Value| server.http.patch("/api/inputs/tone", &json!({"sound": {"animations": animations}}));
    for (property, value) in [("x", 0.0), ("gain_db", 21.0), ("gain_db", -61.0), ("pan", 1.1), ("volume", -0.1)] {
        sound(moving(property, value)).refused(400, "invalid_value");
    }
    sound(json!([{"property": "pan", "keyframes": []}])).refused(400, "invalid_value");
    let nine: Vec<_> = (0..9).map(|_| moving("pan", 0.0)[0].clone()).collect();
    sound(json!(nine)).refused(400, "invalid_value");
    let after = (server.http.get("/api/scenes/loud").json(), server.http.get("/api/inputs/tone").json());
    assert_eq!(before.0, after.0);
    assert_eq!(before.1["sound"], after.1["sound"]);
    // What is right is kept, and `now` becomes the time of the command.
    sound(moving("volume", 0.5)).ok();
    let start = server.http.get("/api/inputs/tone").json()["sound"]["animations"][0]["start"]["at"].clone();
    assert!(start.as_i64().is_some_and(|at| at > 1_700_000_000_000), "{start}");
}
