use std::net::IpAddr;

use proptest::prelude::*;
use serde_json::json;

use super::*;

fn read(value: serde_json::Value) -> Result<LightFeed, String> {
    serde_json::from_value(value).map_err(|error| error.to_string())
}

fn ddp() -> LightFeed {
    read(json!({ "id": "wall", "kind": "ddp", "pixels": 300 })).unwrap()
}

#[test]
fn a_feed_that_says_little_is_off_and_hears_nobody() {
    let feed = ddp();
    assert!(!feed.enabled);
    assert_eq!((feed.rgbw, feed.columns, feed.timeout_ms), (false, None, 2_500));
    assert_eq!(feed.wire, FeedWire::Ddp { port: 4_048, destination_id: 1 });
    assert!(!feed.allows([127, 0, 0, 1].into()));
    assert_eq!(feed.check(), Ok(()));
}

#[test]
fn ports_are_those_that_everybody_uses() {
    #[track_caller]
    fn check(wire: serde_json::Value, wanted: FeedWire, port: u16) {
        let mut whole = json!({ "id": "wall", "pixels": 100 });
        whole.as_object_mut().unwrap().extend(wire.as_object().unwrap().clone());
        let feed = read(whole).unwrap();
        assert_eq!((feed.wire, feed.wire.port()), (wanted, port));
        assert_eq!(feed.check(), Ok(()));
        let written = serde_json::to_value(&feed).unwrap();
        assert_eq!(written["kind"], feed.wire.kind());
        assert_eq!(read(written).unwrap(), feed);
    }
    let (universes, channels_per_universe) = (1, None);
    check(
        json!({ "kind": "sacn", "universe": 1 }),
        FeedWire::Sacn { universe: 1, universes, channels_per_universe, multicast: true, port: 5_568 },
        5_568,
    );
    check(
        json!({ "kind": "artnet", "universe": 0 }),
        FeedWire::Artnet { universe: 0, universes, channels_per_universe, port: 6_454 },
        6_454,
    );
    check(json!({ "kind": "wled" }), FeedWire::Wled { port: 21_324 }, 21_324);
    check(json!({ "kind": "ddp" }), FeedWire::Ddp { port: 4_048, destination_id: 1 }, 4_048);
}

#[test]
fn its_schema_has_sources_as_texts_and_all_kinds() {
    let schema = serde_json::to_value(schemars::schema_for!(LightFeed)).unwrap();
    assert_eq!(schema["$defs"]["Source"]["type"], "string");
    for kind in ["ddp", "sacn", "artnet", "wled"] {
        assert!(schema["oneOf"].to_string().contains(&format!("\"const\":\"{kind}\"")), "{kind}");
    }
}

#[test]
fn what_nobody_knows_is_refused() {
    assert!(read(json!({ "id": "wall", "kind": "ddp", "pixels": 3, "prot": 1 })).is_err());
    assert!(read(json!({ "id": "wall", "kind": "dmx", "pixels": 3 })).is_err());
    assert!(read(json!({ "id": "wall", "kind": "artnet", "pixels": 3 })).is_err(), "no universe");
    let told = read(json!({ "id": "wall", "kind": "ddp", "pixels": 3, "allow": ["everybody"] })).unwrap_err();
    assert!(told.contains("everybody") && told.contains("10.0.0.7"), "{told}");
}

#[test]
fn what_is_out_of_range_is_told() {
    #[track_caller]
    fn check(change: impl FnOnce(&mut LightFeed), told: &str) {
        let mut feed = ddp();
        change(&mut feed);
        assert_eq!(feed.check().unwrap_err().to_string(), told);
    }
    check(|feed| feed.pixels = 0, "pixels must be from 1 to 65536");
    check(|feed| feed.pixels = 65_537, "pixels must be from 1 to 65536");
    check(|feed| feed.columns = Some(0), "columns must be from 1 to 300");
    check(|feed| feed.columns = Some(301), "columns must be from 1 to 300");
    check(|feed| feed.timeout_ms = 99, "timeout_ms must be from 100 to 60000");
    check(|feed| feed.timeout_ms = 60_001, "timeout_ms must be from 100 to 60000");
    check(|feed| feed.name = "x".repeat(129), "name is too long");
    check(|feed| feed.wire = FeedWire::Wled { port: 0 }, "port must be from 1 to 65535");
    check(|feed| feed.allow = vec!["10.0.0.7".parse().unwrap(); 65], "allow's length must be from 0 to 64");
    for destination_id in [0, 246, 250, 251] {
        let told = "destination_id must be one that pixels are sent to: not 0, 246, 250 or 251";
        check(|feed| feed.wire = FeedWire::Ddp { port: 1, destination_id }, told);
    }
}

#[test]
fn universes_must_be_there_and_hold_all_pixels() {
    #[track_caller]
    fn check(wire: serde_json::Value, told: Option<&str>) {
        let mut whole = json!({ "id": "wall", "pixels": 341 });
        whole.as_object_mut().unwrap().extend(wire.as_object().unwrap().clone());
        let found = read(whole).unwrap().check().map_err(|error| error.to_string());
        assert_eq!(found.err().as_deref(), told);
    }
    check(json!({ "kind": "sacn", "universe": 1, "universes": 3 }), None);
    check(json!({ "kind": "sacn", "universe": 1, "universes": 2 }), Some("341 pixels take 3 universes"));
    check(json!({ "kind": "sacn", "universe": 1, "universes": 2, "channels_per_universe": 512 }), None);
    check(json!({ "kind": "sacn", "universe": 1, "universes": 2, "rgbw": true }), Some("341 pixels take 3 universes"));
    check(json!({ "kind": "sacn", "universe": 0, "universes": 3 }), Some("universe must be from 1 to 63999"));
    check(json!({ "kind": "sacn", "universe": 63_997, "universes": 3 }), None);
    check(json!({ "kind": "sacn", "universe": 63_998, "universes": 3 }), Some("universes must be from 1 to 2"));
    check(json!({ "kind": "artnet", "universe": 0, "universes": 3 }), None);
    check(json!({ "kind": "artnet", "universe": 32_766, "universes": 3 }), Some("universes must be from 1 to 2"));
    check(json!({ "kind": "artnet", "universe": 0, "universes": 513 }), Some("universes must be from 1 to 512"));
    let none = json!({ "kind": "artnet", "universe": 0, "channels_per_universe": 0 });
    check(none, Some("channels_per_universe must be from 3 to 512"));
}

#[test]
fn as_a_picture_its_rows_follow_one_another() {
    assert_eq!(ddp().size(), None);
    assert_eq!(LightFeed { columns: Some(100), ..ddp() }.size(), Some([100, 3]));
    assert_eq!(LightFeed { columns: Some(299), ..ddp() }.size(), Some([299, 2]), "the second has one pixel");
    assert_eq!(LightFeed { columns: Some(0), ..ddp() }.size(), None);
}

#[test]
fn a_source_is_an_address_or_a_network() {
    #[track_caller]
    fn check(source: &str, written: &str, inside: &[&str], outside: &[&str]) {
        let source: Source = source.parse().unwrap();
        assert_eq!(source.to_string(), written);
        for (addresses, wanted) in [(inside, true), (outside, false)] {
            for address in addresses {
                assert_eq!(source.contains(address.parse().unwrap()), wanted, "{address}");
            }
        }
    }
    check("10.0.0.7", "10.0.0.7", &["10.0.0.7", "::ffff:10.0.0.7"], &["10.0.0.8", "::10.0.0.7"]);
    check("192.168.1.77/24", "192.168.1.0/24", &["192.168.1.0", "192.168.1.255"], &["192.168.2.1", "192.168.0.255"]);
    check("10.1.2.3/31", "10.1.2.2/31", &["10.1.2.2", "10.1.2.3"], &["10.1.2.4"]);
    check("0.0.0.0/0", "0.0.0.0/0", &["1.2.3.4"], &["fd00::1"]);
    check("fd00::1", "fd00::1", &["fd00::1"], &["fd00::2", "10.0.0.7"]);
    check("fd00::/8", "fd00::/8", &["fdff::1"], &["fe00::1"]);
    check("::/0", "::/0", &["fd00::1"], &["10.0.0.7"]);
    check("::ffff:10.0.0.0/104", "10.0.0.0/8", &["10.9.9.9"], &["11.0.0.0"]);
    for bad in [
        "",
        "10.0.0",
        "10.0.0.7/33",
        "10.0.0.7/",
        "10.0.0.7/+8",
        "10.0.0.7/-1",
        "/8",
        "fd00::/129",
        "::ffff:10.0.0.0/8",
        "a",
    ] {
        assert_eq!(bad.parse::<Source>(), Err(InvalidSource(bad.to_owned())));
    }
}

proptest! {
    #[test]
    fn no_text_makes_a_source_fail(text in ".{0,40}", address: IpAddr) {
        if let Ok(source) = text.parse::<Source>() {
            source.contains(address);
        }
    }

    #[test]
    fn a_source_is_read_as_it_is_written(address: IpAddr, prefix in 0u8..=128) {
        if let Ok(source) = format!("{address}/{prefix}").parse::<Source>() {
            prop_assert!(source.contains(address));
            prop_assert_eq!(source.to_string().parse(), Ok(source));
        }
    }

    #[test]
    fn no_feed_makes_the_check_fail(pixels: u32, universe: u16, universes: u16, channels: Option<u16>, columns: Option<u32>, rgbw: bool) {
        let wire = FeedWire::Sacn { universe, universes, channels_per_universe: channels, multicast: true, port: 1 };
        let feed = LightFeed { pixels, columns, rgbw, wire, ..ddp() };
        if feed.check().is_ok() {
            prop_assert!(u64::from(feed.slots()) * u64::from(universes) >= u64::from(pixels) * u64::from(feed.channels()));
            prop_assert!(u32::from(universe) + u32::from(universes) <= 64_000);
        }
        feed.size();
    }
}
