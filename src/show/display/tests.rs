use serde_json::json;

use super::*;

fn read(value: serde_json::Value) -> Result<Display, serde_json::Error> {
    serde_json::from_value(value)
}

fn panel() -> Panel {
    let text = json!({"driver": "st7789", "dc_gpio": 25, "width": 240, "height": 240});
    serde_json::from_value(text).unwrap()
}

fn shown_on(screen: Screen) -> Display {
    Display { screen, ..read(json!({"id": "d", "kind": "kms"})).unwrap() }
}

#[test]
fn little_need_be_said_about_a_display() {
    let display = read(json!({"id": "tv", "kind": "kms"})).unwrap();
    assert_eq!(display.check(), Ok(()));
    assert!(display.enabled && !display.test_card);
    assert_eq!((display.fit, display.rotation, display.fps), (Fit::Contain, Rotation::Upright, None));
    assert_eq!((display.brightness, display.gamma), (1.0, 1.0));
    assert_eq!(display.screen, Screen::Kms { device: None, connector: None, mode: None });
    let old = read(json!({"id": "old", "kind": "framebuffer"})).unwrap();
    assert_eq!(old.screen, Screen::Framebuffer { device: "/dev/fb0".to_owned() });
    assert_eq!((panel().device.as_str(), panel().gpiochip.as_str()), ("/dev/spidev0.0", "/dev/gpiochip0"));
}

#[test]
fn a_display_is_read_back_as_written() {
    let start = json!({
        "id": "door", "name": "At the door", "enabled": false, "fit": "cover", "rotation": 270, "brightness": 0.5,
        "gamma": 2.2, "test_card": true, "fps": 20,
    });
    let screens = [
        json!({"kind": "kms", "device": "/dev/dri/card1", "connector": "HDMI-A-2", "mode": "1280x720@50"}),
        json!({"kind": "framebuffer", "device": "/dev/fb1"}),
        json!({
            "kind": "panel", "driver": "ili9341", "device": "/dev/spidev1.0", "dc_gpio": 24, "reset_gpio": 25,
            "backlight_gpio": 18, "gpiochip": "/dev/gpiochip4", "width": 240, "height": 320, "offset_x": 0, "offset_y": 0,
            "hz": 62_500_000, "inverted": false, "bgr": true, "mirrored": true,
        }),
    ];
    for screen in screens {
        let mut all = start.clone();
        all.as_object_mut().unwrap().extend(screen.as_object().unwrap().clone());
        let display = read(all.clone()).unwrap();
        assert_eq!(display.check(), Ok(()), "{all}");
        assert_eq!(display.screen.kind(), screen["kind"]);
        assert_eq!(serde_json::to_value(display).unwrap(), all);
    }
}

#[test]
fn what_is_unknown_is_refused() {
    #[track_caller]
    fn check(value: serde_json::Value) {
        assert!(read(value.clone()).is_err(), "{value}");
    }
    check(json!({"id": "d", "kind": "kms", "conector": "HDMI-A-1"}));
    check(json!({"id": "d", "kind": "framebuffer", "mode": "800x600"}));
    check(json!({"id": "d", "kind": "panel", "driver": "st7789", "dc_gpio": 1, "width": 1, "height": 1, "heigth": 2}));
    check(json!({"id": "d", "kind": "panel", "driver": "st1", "dc_gpio": 1, "width": 1, "height": 1}));
    check(json!({"id": "d", "kind": "kms", "rotation": 45}));
    check(json!({"id": "d", "kind": "kms", "mode": "1080p"}));
    check(json!({"id": "d", "kind": "projector"}));
    check(json!({"id": "d"}));
}

#[test]
fn what_is_out_of_range_is_told() {
    #[track_caller]
    fn check(field: &'static str, change: fn(&mut Display)) {
        let mut display = shown_on(Screen::Panel(panel()));
        assert_eq!(display.check(), Ok(()));
        change(&mut display);
        match display.check() {
            Err(DisplayFault::OutOfRange { field: told, .. }) => assert_eq!(told, field),
            other => panic!("{other:?}"),
        }
    }
    check("brightness", |it| it.brightness = 1.1);
    check("brightness", |it| it.brightness = f64::NAN);
    check("gamma", |it| it.gamma = 0.1);
    check("gamma", |it| it.gamma = f64::INFINITY);
    check("fps", |it| it.fps = Some(0));
    check("fps", |it| it.fps = Some(241));
    check("hz", |it| it.screen = Screen::Panel(Panel { hz: 9, ..panel() }));
}

#[test]
fn devices_are_only_those_of_the_kind() {
    #[track_caller]
    fn check(screen: Screen, fits: bool) {
        let told = shown_on(screen.clone()).check();
        assert_eq!(told.is_ok(), fits, "{screen:?}: {told:?}");
    }
    let kms = |device: &str| Screen::Kms { device: Some(device.to_owned()), connector: None, mode: None };
    check(kms("/dev/dri/card0"), true);
    check(kms("/dev/dri/by-path/platform-gpu-card"), true);
    check(kms("/dev/dri/../sda"), false);
    check(kms("/dev/dri/"), false);
    check(kms("/etc/passwd"), false);
    let framebuffer = |device: &str| Screen::Framebuffer { device: device.to_owned() };
    check(framebuffer("/dev/fb12"), true);
    check(framebuffer("/dev/fb"), false);
    check(framebuffer("/dev/fb0/../sda"), false);
    check(framebuffer("/dev/sda"), false);
    check(Screen::Panel(Panel { device: "/dev/spidev10.1".to_owned(), ..panel() }), true);
    check(Screen::Panel(Panel { device: "/dev/ttyUSB0".to_owned(), ..panel() }), false);
    check(Screen::Panel(Panel { device: "/dev/spidev/../sda".to_owned(), ..panel() }), false);
    check(Screen::Panel(Panel { gpiochip: "/dev/null".to_owned(), ..panel() }), false);
}

#[test]
fn a_panel_is_no_larger_than_its_driver_allows() {
    let check = |width, height, offset_x, offset_y| {
        let panel = Panel { width, height, offset_x, offset_y, ..panel() };
        shown_on(Screen::Panel(panel)).check()
    };
    assert_eq!(check(240, 320, 0, 0), Ok(()));
    assert_eq!(check(135, 240, 52, 40), Ok(()));
    for (width, height, x, y) in
        [(320, 240, 0, 0), (240, 320, 1, 0), (240, 240, 0, 81), (0, 1, 0, 0), (u16::MAX, 1, u16::MAX, 0)]
    {
        assert!(matches!(check(width, height, x, y), Err(DisplayFault::TooLarge { .. })), "{width} {height} {x} {y}");
    }
}

#[test]
fn a_pin_does_one_thing() {
    let shared = Panel { dc_gpio: 7, backlight_gpio: Some(7), ..panel() };
    assert_eq!(shown_on(Screen::Panel(shared)).check(), Err(DisplayFault::SharedPin(7)));
}

#[test]
fn the_schema_says_what_may_be_written() {
    let schema = serde_json::to_value(schemars::schema_for!(Display)).unwrap();
    let text = schema.to_string();
    for part in ["\"enum\":[0,90,180,270]", "\"const\":\"framebuffer\"", "dc_gpio", "1920x1080@60"] {
        assert!(text.contains(part), "{part} in {text}");
    }
}
