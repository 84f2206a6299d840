//! Lights, against what others make of them.

use std::process::Command;
use std::time::Duration;

use serde_json::{Value, json};

use crate::support::leds::Controller;
use crate::support::olad::Olad;
use crate::support::picture::{is_about, middle};
use crate::support::server::Server;
use crate::support::{PATIENCE, eventually, flashes, is_long, let_pass, media};

fn zone(server: &Server, id: &str, body: &Value) {
    let mut zone = body.clone();
    zone["id"] = json!(id);
    server.http.post("/api/v1/zones", &zone).ok();
}

#[test]
fn ola_hears_art_net_and_sacn_as_they_were_meant() {
    let olad = Olad::start();
    let server = Server::start(&[]);
    zone(&server, "strip", &json!({"pixel_count": 170, "color": {"mode": "RGB", "rgb": [10, 20, 30]}}));
    let common = json!({"host": "127.0.0.1", "segments": [{"zone": "strip"}], "correction": {"gamma": 1.0}});
    for (id, kind) in [("a", json!({"kind": "artnet", "universe": 1})), ("s", json!({"kind": "sacn", "universe": 2}))] {
        let mut fixture = common.clone();
        fixture.as_object_mut().unwrap().extend(kind.as_object().unwrap().clone());
        server.http.put(&format!("/api/fixtures/{id}"), &fixture).ok();
    }
    for rgb in [[10, 20, 30], [250, 0, 7], [0, 0, 0]] {
        let color = json!({"color": {"mode": "RGB", "rgb": rgb}});
        server.http.put("/api/v1/zones/strip/color", &color).ok();
        let expected: Vec<u8> = rgb.repeat(170);
        for universe in [1, 2] {
            let heard = || (olad.dmx(universe).get(..510) == Some(&expected[..])).then_some(());
            eventually(&format!("OLA's universe {universe} has {rgb:?}"), PATIENCE, heard);
        }
    }
    server.stop();
}

#[test]
fn a_folder_of_devices_and_a_display_that_this_machine_lacks_are_told_and_disturb_nothing() {
    let server = Server::start(&["--light-devices", "/dev,/dev/nowhere"]);
    let log = server.log();
    let told: Vec<&str> = log.lines().filter(|line| line.contains("light_devices")).collect();
    assert!(matches!(told[..], [line] if line.contains("/dev/nowhere")), "{log}");
    server.http.put("/api/displays/tv", &json!({"kind": "framebuffer", "device": "/dev/fb99"})).ok();
    let absent = || {
        let status = server.http.get("/api/displays/tv").ok().json()["status"].clone();
        (status["state"] == "absent").then_some(status)
    };
    let status = eventually("it is told", PATIENCE, absent);
    assert!(status["reason"].as_str().is_some_and(|reason| reason.contains("/dev/fb99")), "{status}");
    let components = server.http.get("/api/health").ok().json()["components"].clone();
    assert!(
        components.get("displays").is_none_or(|displays| displays["state"] == "ok"),
        "it is no fault of the show: {components}"
    );
    server.stop();
}

#[test]
fn what_others_send_is_a_layer_of_the_picture_while_they_do() {
    let server = Server::start(&["--light-in", "127.0.0.1"]);
    let port = crate::support::free_port();
    let feed = json!({"enabled": true, "kind": "ddp", "port": port, "pixels": 12, "columns": 4, "allow": ["127.0.0.1"],
        "timeout_ms": 2_000});
    server.http.put("/api/light-feeds/desk", &feed).ok();
    let layers =
        json!([{"id": "ground", "kind": "color", "color": "#0000ff"}, {"id": "desk", "kind": "feed", "feed": "desk"}]);
    server.http.put("/api/scenes/a", &json!({"layers": layers})).ok();
    server.http.post("/api/scenes/a/take", &json!({})).ok();
    assert!(is_about(middle(&server.http), [0, 0, 255]), "nothing has come");
    let socket = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    for color in [[255, 0, 0], [0, 200, 0]] {
        let mut packet = vec![0x41, 0, 0x0b, 1, 0, 0, 0, 0, 0, 36];
        packet.extend(color.repeat(12));
        eventually("it is in the picture", PATIENCE, || {
            socket.send_to(&packet, ("127.0.0.1", port)).unwrap();
            is_about(middle(&server.http), color).then_some(())
        });
    }
    server.http.send("DELETE", "/api/light-feeds/desk", None, Vec::new()).refused(409, "feed_in_use");
    eventually("it is over", PATIENCE, || is_about(middle(&server.http), [0, 0, 255]).then_some(()));
    server.stop();
}

/// A frame that a network would carry, around what a fixture was sent.
fn captured(file: &std::path::Path, packets: &[(u16, Vec<u8>)]) {
    let mut bytes = Vec::new();
    // pcap, microseconds, raw IP
    bytes.extend([0xa1b2_c3d4_u32, 0x0002_0004, 0, 0, 65_535, 101].into_iter().flat_map(u32::to_le_bytes));
    bytes[4..8].copy_from_slice(&[2, 0, 4, 0]);
    for (port, payload) in packets {
        let (udp, ip) = ((8 + payload.len()) as u16, (28 + payload.len()) as u16);
        bytes.extend([0_u32, 0, u32::from(ip), u32::from(ip)].into_iter().flat_map(u32::to_le_bytes));
        bytes.extend([0x45, 0]);
        bytes.extend(ip.to_be_bytes());
        bytes.extend([0, 0, 0, 0, 64, 17, 0, 0, 127, 0, 0, 1, 127, 0, 0, 1]);
        bytes.extend(54_321_u16.to_be_bytes().into_iter().chain(port.to_be_bytes()).chain(udp.to_be_bytes()).chain([0, 0]));
        bytes.extend(payload);
    }
    std::fs::write(file, bytes).unwrap();
}

#[test]
fn wireshark_reads_what_is_sent_and_finds_nothing_wrong() {
    let server = Server::start(&[]);
    zone(&server, "strip", &json!({"pixel_count": 400, "color": {"mode": "RGB", "rgb": [10, 20, 30]}}));
    let kinds = [
        ("artnet", 6_454, json!({"kind": "artnet", "universe": 5, "sync": true})),
        // Wireshark 4.0 knows nothing of sACN's synchronisation packets.
        ("acn", 5_568, json!({"kind": "sacn", "universe": 9})),
    ];
    let mut packets = Vec::new();
    for (name, port, kind) in &kinds {
        let socket = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
        socket.set_read_timeout(Some(PATIENCE)).unwrap();
        let mut fixture =
            json!({"host": "127.0.0.1", "port": socket.local_addr().unwrap().port(), "segments": [{"zone": "strip"}]});
        fixture.as_object_mut().unwrap().extend(kind.as_object().unwrap().clone());
        server.http.put(&format!("/api/fixtures/{name}"), &fixture).ok();
        let mut buffer = [0; 2_048];
        for _ in 0..8 {
            let length = socket.recv(&mut buffer).unwrap();
            packets.push((*port, buffer[..length].to_vec()));
        }
    }
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("leds.pcap");
    captured(&file, &packets);
    // By itself it does not guess what sACN is.
    let guessing = ["--enable-heuristic", "acn", "-o", "acn.dmx_enable:TRUE"];
    let fields = ["-T", "fields", "-e", "frame.protocols", "-e", "_ws.malformed", "-e", "_ws.expert.message"];
    let tshark =
        Command::new("tshark").arg("-r").arg(&file).args(guessing).args(fields).output().expect("tshark is installed");
    let told = String::from_utf8_lossy(&tshark.stdout).into_owned();
    let lines: Vec<&str> = told.lines().collect();
    assert_eq!(lines.len(), packets.len(), "{told}{}", String::from_utf8_lossy(&tshark.stderr));
    for (line, (port, _)) in lines.iter().zip(&packets) {
        let columns: Vec<&str> = line.split('\t').collect();
        let expected = if *port == 6_454 { "artnet" } else { "acn" };
        assert!(columns[0].contains(expected), "{line}");
        assert!(columns[1..].iter().all(|complaint| complaint.is_empty()), "{line}");
    }
    server.stop();
}

const SIZE: (usize, usize) = (640, 360);
const PIXELS: usize = 64;

/// Where the light is, in parts of the width.
fn center(values: impl Iterator<Item = f64>) -> Option<f64> {
    let (sum, moment, count) = values.fold((0.0, 0.0, 0.0), |(sum, moment, index), value| {
        let value = if value > 40.0 { value } else { 0.0 };
        (sum + value, moment + value * (index + 0.5), index + 1.0)
    });
    (sum > 0.0).then(|| moment / sum / count)
}

/// A bar moves through the picture: where it is in a recording and on LEDs is held against each other.
#[test]
fn soak_agreement() {
    let server = Server::start(&[]);
    server.small();
    // The card tells which frame it is; the bar moves where the card has nothing to say.
    let bar = json!({"id": "bar", "kind": "color", "color": "#ffffff", "x": 0, "y": 170, "width": 40, "height": 20,
        "animations": [{"property": "x", "repeat": 0,
            "keyframes": [{"at_ms": 0, "value": 0, "easing": "linear"}, {"at_ms": 4_000, "value": 600, "easing": "linear"}]}]});
    let ground = json!({"id": "ground", "kind": "color", "color": "#000000", "x": 0, "y": 160, "width": 640, "height": 40});
    server.http.put("/api/scenes/bar", &json!({"layers": [{"id": "card", "kind": "pattern"}, ground, bar]})).ok();
    server.http.post("/api/scenes/bar/take", &json!({})).ok();
    let region = json!({"x": 0, "y": 172.0 / 360.0, "width": 1, "height": 16.0 / 360.0});
    zone(&server, "strip", &json!({"pixel_count": PIXELS, "region": region}));
    server.http.put("/api/v1/system/mode", &json!({"mode": "PROGRAM", "transition": "CUT"})).ok();
    let controllers = [0, 200].map(|latency| {
        let controller = Controller::start();
        controller.fixture(&server, &format!("late{latency}"), "strip", &json!({"latency_ms": latency}));
        (controller, f64::from(latency) / 1_000.0)
    });
    server.record("file", "mkv");
    server.http.post("/api/stream/start", &json!({})).ok();
    server.wait_for_destination("file", "live", PATIENCE);
    controllers.iter().for_each(|(controller, _)| drop(controller.take()));
    let_pass(Duration::from_secs(9));
    let told = controllers.map(|(controller, latency)| (controller.take(), latency));
    server.http.post("/api/stream/stop", &json!({})).ok();
    let fps = server.http.get("/api/stream/config").json()["fps"].as_f64().unwrap();
    eventually("the recording is finished", PATIENCE, || (server.destination_state("file") == "stopped").then_some(()));
    let file = server.recordings().pop().unwrap();
    let file = file.to_str().unwrap();

    let columns = |luma: &[u8]| {
        let row = &luma[180 * SIZE.0..181 * SIZE.0];
        center(row.iter().map(|value| f64::from(*value)))
    };
    let places = media::looked_at(file, SIZE, columns);
    let counters = media::pictures(file, SIZE.0, SIZE.1);
    // The counter is the frame's number, as far as it has room for it.
    let now = crate::support::leds::now();
    let shown: Vec<(f64, f64)> = places
        .iter()
        .zip(&counters)
        .filter_map(|((_, place), seen)| {
            let (place, counter) = (place.as_ref()?, seen.counter?);
            Some((moment_of(counter, fps, now), *place))
        })
        .collect();
    assert!(shown.len() > 150, "{} of {} pictures can be read", shown.len(), places.len());

    for (told, latency) in told {
        let offsets: Vec<f64> = told
            .iter()
            .filter_map(|(at, channels)| {
                let values = channels.chunks(3).map(|pixel| f64::from(pixel[0]));
                let place = center(values)?;
                // Away from both ends, where it jumps.
                if !(0.1..=0.9).contains(&place) {
                    return None;
                }
                let near = shown.iter().filter(|(time, _)| (at - latency - time).abs() < 1.5);
                let (time, nearest) = near.min_by(|one, other| (one.1 - place).abs().total_cmp(&(other.1 - place).abs()))?;
                ((nearest - place).abs() < 0.01).then_some(at - latency - time)
            })
            .collect();
        assert!(offsets.len() > 100, "{} of {} frames of lights are found in the picture", offsets.len(), told.len());
        let offset = flashes::median(offsets).unwrap();
        // A picture is seen from when it is due until the next one is. What is to be seen later than this machine needs to paint
        // and to read it is in its place within a frame; what is to be seen at once, as soon as it is there, and never before. A debug
        // build beside others takes long for that.
        let latest = if latency > 0.0 || is_long() { 1.5 } else { 15.0 };
        let frames = offset * fps;
        println!("asked for {latency} s, late by {frames:.2} frames");
        assert!((-0.5..=latest).contains(&frames), "late by {frames:.2} frames, when {latency} s were asked for");
    }
    server.stop();
}

/// The newest time before `now` whose frame has this counter.
fn moment_of(counter: u32, fps: f64, now: f64) -> f64 {
    let room = 4_294_967_296.0;
    let newest = (now * fps).floor();
    let number = ((newest - f64::from(counter)) / room).floor() * room + f64::from(counter);
    number / fps
}

#[test]
fn a_fixture_is_dark_after_the_server_has_gone() {
    let server = Server::start(&[]);
    zone(&server, "strip", &json!({"pixel_count": 10, "color": {"mode": "RGB", "rgb": [255, 255, 255]}}));
    let controller = Controller::start();
    controller.fixture(&server, "f", "strip", &json!({}));
    eventually("it shines", PATIENCE, || (controller.last() == Some(vec![255; 30])).then_some(()));
    server.stop();
    eventually("it is dark", PATIENCE, || (controller.last() == Some(vec![0; 30])).then_some(()));
}
