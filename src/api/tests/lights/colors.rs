use super::*;

const CONVERT: &str = "/api/v1/colors/convert";
const PALETTES: &str = "/api/v1/colors/palettes";

fn dusk(color: Value) -> Value {
    json!({ "id": "dusk", "name": "Dusk", "stops": [{ "at": 0, "color": hue(240) }, { "at": 1, "color": color }] })
}

#[tokio::test]
async fn a_color_is_written_in_every_mode() {
    let (house, _) = lit().await;
    let check = async |from: Value, to: &str, color: Value, exact: bool| {
        let body = json!({ "from_color": from, "to_mode": to });
        let converted = house.tell("POST", CONVERT, body).await.expect(200).json();
        assert!(holds(&converted, &json!({ "color": color, "exact": exact })), "{from} as {to}: {converted}");
    };
    let red = json!({ "mode": "RGB", "rgb": [255, 0, 0] });
    check(json!("#ff0000"), "RGB", red.clone(), true).await;
    check(red.clone(), "HSV", json!({ "mode": "HSV", "hsv": [0, 1, 1] }), true).await;
    check(red.clone(), "hue", hue(0), true).await;
    check(red.clone(), "PRESET", json!({ "mode": "PRESET", "preset": "RED" }), true).await;
    check(json!({ "mode": "PRESET", "preset": "RED" }), "RGB", red, true).await;
    check(json!({ "mode": "RGB", "rgb": [128, 0, 0] }), "HUE", hue(0), false).await;
    check(json!({ "mode": "RGB", "rgb": [254, 1, 0] }), "PRESET", json!({ "preset": "RED" }), false).await;
    check(json!({ "mode": "HUE", "hue": 240, "brightness": 9 }), "RGB", json!({ "brightness": 9 }), true).await;
}

#[tokio::test]
async fn what_can_not_be_converted_is_said_field_by_field() {
    let (house, _) = lit().await;
    let check = async |from: Value, to: Value, code: &str, field: &str| {
        let body = json!({ "from_color": from, "to_mode": to });
        let error = house.tell("POST", CONVERT, body).await.refused(400, code).json()["error"].clone();
        assert_eq!(error["details"]["field"], field, "{error}");
        error
    };
    let supported = json!(["RGB", "HSV", "HUE", "PRESET"]);
    let error = check(json!({ "mode": "XYZ" }), json!("HSV"), "INVALID_COLOR_MODE", "from_color.mode").await;
    assert_eq!(error["details"]["supported"], supported);
    let error = check(hue(1), json!("CMYK"), "INVALID_COLOR_MODE", "to_mode").await;
    assert_eq!(
        (&error["details"]["supported"], &error["message"]),
        (&supported, &json!("Color mode 'CMYK' is not supported"))
    );
    check(hue(1), json!(5), "invalid_body", "to_mode").await;
    check(hue(1), Value::Null, "invalid_body", "to_mode").await;
    check(Value::Null, json!("HSV"), "invalid_body", "from_color").await;
    let field = "from_color.mode";
    check(hue(361), json!("HSV"), "out_of_range", field).await;
    check(json!("red"), json!("HSV"), "invalid_color", field).await;
    house
        .refuses(&[("POST", CONVERT, json!({ "from_color": hue(1), "to_mode": "HSV", "x": 1 }), 400, "invalid_body")])
        .await;
}

#[tokio::test]
async fn harmonies_are_found_on_two_wheels() {
    let (house, _) = lit().await;
    let counts = [
        ("complementary", 2),
        ("analogous", 3),
        ("triadic", 3),
        ("tetradic", 4),
        ("split_complementary", 3),
        ("monochromatic", 5),
    ];
    for path in ["/api/v1/colors/harmonies/ff0000", "/api/v1/colors/harmonies/240?space=oklch"] {
        let found = house.read(path).await["harmonies"].clone();
        for (harmony, count) in counts {
            assert_eq!(found[harmony].as_array().map(Vec::len), Some(count), "{harmony} of {path}");
        }
    }
    let on = async |space: &str| house.read(&format!("/api/v1/colors/harmonies/RED?space={space}")).await;
    assert_ne!(on("hsv").await["harmonies"], on("oklch").await["harmonies"]);
    house
        .refuses(&[
            ("GET", "/api/v1/colors/harmonies/mud", Value::Null, 400, "invalid_color"),
            ("GET", "/api/v1/colors/harmonies/361", Value::Null, 400, "invalid_color"),
            ("GET", "/api/v1/colors/harmonies/255,0", Value::Null, 400, "invalid_color"),
            ("GET", "/api/v1/colors/harmonies/255,0,256", Value::Null, 400, "invalid_color"),
            ("GET", "/api/v1/colors/harmonies/RED?space=lab", Value::Null, 400, "invalid_query"),
            ("GET", "/api/v1/colors/harmonies/RED?wheel=hsv", Value::Null, 400, "invalid_query"),
        ])
        .await;
}

#[tokio::test]
async fn a_palette_is_made_replaced_used_and_removed() {
    let (house, _) = lit().await;
    let made = house.tell("POST", PALETTES, dusk(hue(0))).await.expect(201).json();
    shows(&made, json!({ "builtin": false, "interpolation": "oklab", "wrap": true }));
    let mut replaced = dusk(json!("#00ff00"));
    (replaced["interpolation"], replaced["wrap"]) = (json!("rgb"), json!(false));
    let changed = house.tell("PUT", "/api/v1/colors/palettes/dusk", replaced).await.expect(200).json();
    let green = json!({ "mode": "RGB", "rgb": [0, 255, 0] });
    shows(&changed, json!({ "interpolation": "rgb", "wrap": false, "stops": [{}, { "at": 1, "color": green }] }));
    let start = json!({ "zones": ["FLOOR"], "palette": "dusk" });
    house.tell("POST", "/api/v1/animations/FIRE/start", start).await.expect(200);
    house
        .refuses(&[
            ("DELETE", "/api/v1/colors/palettes/dusk", Value::Null, 409, "palette_in_use"),
            ("POST", PALETTES, dusk(hue(1)), 409, "already_exists"),
        ])
        .await;
    house.ask("POST", "/api/v1/animations/FIRE/stop").await.expect(200);
    house.ask("DELETE", "/api/v1/colors/palettes/dusk").await.expect(204);
    house.ask("GET", "/api/v1/colors/palettes/dusk").await.refused(404, "palette_not_found");
}

#[tokio::test]
async fn palettes_that_are_always_there_stay_as_they_are() {
    let (house, _) = lit().await;
    let all = house.read(PALETTES).await;
    let paths: Vec<_> = all.as_array().expect("a list").iter().map(path_of).collect();
    let mut refusals: Vec<Refusal> = Vec::new();
    for (palette, path) in all.as_array().expect("a list").iter().zip(&paths) {
        assert_eq!(palette["builtin"], true);
        assert_eq!(house.read(path).await, *palette);
        let mut body = dusk(hue(0));
        body["id"] = palette["id"].clone();
        refusals.push(("POST", PALETTES, body.clone(), 409, "already_exists"));
        refusals.push(("PUT", path, body, 409, "already_exists"));
        refusals.push(("DELETE", path, Value::Null, 409, "already_exists"));
    }
    house.refuses(&refusals).await;
}

fn path_of(palette: &Value) -> String {
    format!("{PALETTES}/{}", palette["id"].as_str().expect("an id"))
}

#[tokio::test]
async fn wrong_palettes_change_nothing() {
    let (house, _) = lit().await;
    let stops = |stops: Value| json!({ "id": "dusk", "name": "Dusk", "stops": stops });
    let stop = |at: f64| json!({ "at": at, "color": hue(1) });
    let many: Vec<Value> = (0..33).map(|number| stop(f64::from(number) / 33.0)).collect();
    let path = "/api/v1/colors/palettes/dusk";
    let mut refusals: Vec<Refusal> = vec![
        ("GET", path, Value::Null, 404, "palette_not_found"),
        ("DELETE", path, Value::Null, 404, "palette_not_found"),
        ("PUT", "/api/v1/colors/palettes/dawn", dusk(hue(1)), 400, "id_mismatch"),
    ];
    let wrong = [
        (dusk(json!({ "mode": "XYZ" })), "INVALID_COLOR_MODE"),
        (dusk(hue(361)), "out_of_range"),
        (dusk(json!("red")), "invalid_color"),
        (stops(json!([stop(0.0)])), "invalid_value"),
        (stops(json!(many)), "invalid_value"),
        (stops(json!([stop(1.0), stop(0.0)])), "invalid_value"),
        (stops(json!([stop(0.0), stop(1.5)])), "invalid_value"),
        (stops(json!("red")), "invalid_body"),
        (stops(json!([stop(0.0), { "at": "end", "color": hue(1) }])), "invalid_body"),
        (stops(json!([stop(0.0), { "at": 1, "color": hue(1), "width": 1 }])), "invalid_body"),
        (json!({ "id": "dusk", "name": "Dusk" }), "invalid_body"),
        (json!({ "id": "dusk", "name": "", "stops": [stop(0.0), stop(1.0)] }), "invalid_value"),
        (json!({ "id": "dusk", "name": "D", "stops": [stop(0.0), stop(1.0)], "builtin": true }), "invalid_body"),
    ];
    for (body, code) in wrong {
        refusals.push(("POST", PALETTES, body.clone(), 400, code));
        refusals.push(("PUT", path, body, 400, code));
    }
    house.refuses(&refusals).await;
    let refused = house.tell("POST", PALETTES, dusk(json!({ "mode": "XYZ" }))).await.expect(400).json();
    let details = json!({ "field": "stops[1].color.mode", "supported": ["RGB", "HSV", "HUE", "PRESET"] });
    assert_eq!(
        (&refused["error"]["details"], &refused["error"]["message"]),
        (&details, &json!("Color mode 'XYZ' is not supported"))
    );
}
