//! The multiview as an operator meets it: through the door of a real server.

use std::io::{BufRead, BufReader, Read};
use std::net::TcpStream;
use std::process::{Command, Stdio};

use image::RgbImage;
use serde_json::json;

use crate::support::http::Http;
use crate::support::picture::is_about;
use crate::support::process::Ended;
use crate::support::server::Server;
use crate::support::{PATIENCE, eventually};

const RED: [u8; 3] = [255, 0, 0];
const BLUE: [u8; 3] = [0, 0, 255];
const YELLOW: [u8; 3] = [255, 255, 0];
const FRAME_RED: [u8; 3] = [0xe0, 0x20, 0x20];
const FRAME_GREEN: [u8; 3] = [0x20, 0xc0, 0x40];

/// Where things are at 640×360 with two scenes besides the large ones: measured from a picture, not taken from the code.
const PROGRAM: (u32, u32) = (154, 90);
const PREVIEW: (u32, u32) = (458, 90);

/// Scenes of one colour.
fn with_scenes(scenes: &[(&str, &str)]) -> Server {
    // Forty who begin to watch at once are not what is usual.
    let server = Server::start(&["--rate-limit", "off"]);
    server.small();
    for (id, color) in scenes {
        let layer = json!({"id": "c", "kind": "color", "color": color});
        server.http.put(&format!("/api/scenes/{id}"), &json!({"name": id, "layers": [layer]})).ok();
    }
    server
}

fn multiview(http: &Http) -> RgbImage {
    let jpeg = http.get("/api/multiview.jpg").ok().body;
    image::load_from_memory_with_format(&jpeg, image::ImageFormat::Jpeg).expect("a JPEG").to_rgb8()
}

fn at(image: &RgbImage, (x, y): (u32, u32)) -> [u8; 3] {
    image.get_pixel(x, y).0
}

/// How many pixels are about of this colour.
fn count(image: &RgbImage, color: [u8; 3]) -> usize {
    image.pixels().filter(|pixel| is_about(pixel.0, color)).count()
}

/// The first pixel of a frame's colour on the way out of a picture, to the left.
fn framed(image: &RgbImage, (x, y): (u32, u32), color: [u8; 3]) -> bool {
    (0..x).rev().any(|x| is_about(at(image, (x, y)), color))
}

/// A client that reads a motion JPEG until it is dropped.
fn watch(server: &Server, path: &str) -> Ended {
    let mut curl = Command::new("curl");
    curl.args(["-sN", "-o", "/dev/null", &format!("{}{path}", server.http.base)]);
    Ended(curl.stdin(Stdio::null()).spawn().expect("curl is installed"))
}

#[test]
fn program_preview_and_all_others_are_seen_through_the_door() {
    let server = with_scenes(&[("air", "#0000ff"), ("next", "#ffff00"), ("red", "#ff0000"), ("white", "#ffffff")]);
    server.http.post("/api/scenes/air/take", &json!({})).ok();
    server.http.patch("/api/studio", &json!({"preview": "next"})).ok();
    let image = eventually("all of it is there", PATIENCE, || {
        let image = multiview(&server.http);
        (is_about(at(&image, PREVIEW), YELLOW) && count(&image, RED) > 5_000).then_some(image)
    });
    assert_eq!(image.dimensions(), (640, 360), "never larger than the canvas");
    assert!(is_about(at(&image, PROGRAM), BLUE), "{:?}", at(&image, PROGRAM));
    assert!(framed(&image, PROGRAM, FRAME_RED) && !framed(&image, PROGRAM, FRAME_GREEN));
    assert!(framed(&image, PREVIEW, FRAME_GREEN));
    // The other way round after a take, without anything being asked for.
    server.http.post("/api/studio/take", &json!({})).ok();
    eventually("they have changed places", PATIENCE, || {
        let image = multiview(&server.http);
        (is_about(at(&image, PROGRAM), YELLOW) && is_about(at(&image, PREVIEW), BLUE)).then_some(())
    });
    server.http.patch("/api/stream/config", &json!({"multiview": {"width": 320}})).ok();
    eventually("it is smaller", PATIENCE, || (multiview(&server.http).dimensions() == (320, 180)).then_some(()));
    for wrong in
        [json!({"multiview": {"width": 10}}), json!({"multiview": {"fps": 0}}), json!({"multiview": {"quality": 0}})]
    {
        server.http.patch("/api/stream/config", &wrong).refused(400, "out_of_range");
    }
}

#[test]
fn nothing_is_painted_while_nobody_watches_and_once_however_many_do() {
    let server = with_scenes(&[("air", "#0000ff"), ("red", "#ff0000")]);
    // The pattern moves, so that every picture is another one.
    server.pattern_on_air();
    server.http.post("/api/stream/start", &json!({})).ok();
    let metric = |name: &str| server.metric(&format!("marquee_multiview_{name}"));
    eventually("the program is made", PATIENCE, || (server.metric("marquee_frames_painted_total") > 60.0).then_some(()));
    assert_eq!((metric("painted_frames_total"), metric("encoded_frames_total")), (0.0, 0.0));
    let mut watchers: Vec<Ended> = (0..40).map(|_| watch(&server, "/api/multiview.mjpeg")).collect();
    eventually("all watch", PATIENCE, || (metric("watchers") == 40.0).then_some(()));
    let (painted, sent) = (metric("painted_frames_total"), metric("sent_frames_total"));
    eventually("they are told", PATIENCE, || (metric("sent_frames_total") > sent + 400.0).then_some(()));
    assert!(metric("painted_frames_total") >= painted + 9.0);
    assert!(metric("encoded_frames_total") <= metric("painted_frames_total"));
    watchers.clear();
    eventually("all have gone", PATIENCE, || (metric("watchers") == 0.0).then_some(()));
    // What was begun then is finished; after that none of the program's frames becomes a picture.
    let frames = server.metric("marquee_frames_painted_total");
    eventually("a moment passes", PATIENCE, || {
        (server.metric("marquee_frames_painted_total") > frames + 30.0).then_some(())
    });
    let painted = metric("painted_frames_total");
    let frames = server.metric("marquee_frames_painted_total");
    eventually("it goes on", PATIENCE, || (server.metric("marquee_frames_painted_total") > frames + 60.0).then_some(()));
    assert_eq!(metric("painted_frames_total"), painted);
}

#[test]
fn an_input_that_only_the_multiview_shows_is_decoded_while_somebody_watches() {
    let server = with_scenes(&[("air", "#0000ff")]);
    server.http.put("/api/inputs/cam", &json!({"kind": "published", "key": "pushed-k3y"})).ok();
    let layer = json!({"id": "cam", "kind": "input", "input": "cam", "width": "100%", "height": "100%"});
    server.http.put("/api/scenes/aside", &json!({"layers": [layer]})).ok();
    server.http.post("/api/scenes/air/take", &json!({})).ok();
    let to = server.rtmp.replace("program", "pushed-k3y");
    let mut ffmpeg = Command::new("ffmpeg");
    ffmpeg.args(["-nostdin", "-v", "error", "-re", "-f", "lavfi", "-i", "testsrc2=s=320x180:r=25", "-c:v", "libx264"]);
    ffmpeg.args(["-preset", "ultrafast", "-tune", "zerolatency", "-pix_fmt", "yuv420p", "-g", "25", "-f", "flv", &to]);
    let _sender = Ended(ffmpeg.stdin(Stdio::null()).spawn().expect("ffmpeg is installed"));
    eventually("somebody publishes", PATIENCE, || (server.metric("marquee_rtmp_publishers") == 1.0).then_some(()));
    assert_eq!(server.metric("marquee_input_frames_total"), 0.0, "nobody sees it");
    let mut first = None;
    let watcher = watch(&server, "/api/multiview.mjpeg");
    // Below the large pictures there is nothing else that could move.
    eventually("it moves", PATIENCE, || {
        let lower = image::imageops::crop_imm(&multiview(&server.http), 0, 216, 640, 120).to_image();
        let colors = lower.pixels().filter(|pixel| pixel.0.iter().max() > Some(&150)).count();
        let seen = (colors > 2_000).then_some(lower)?;
        let before = first.get_or_insert_with(|| seen.clone());
        (*before != seen).then_some(())
    });
    assert!(server.metric("marquee_input_frames_total") > 0.0);
    drop(watcher);
    // It lingers a moment, so that a look away costs no connection.
    eventually("it is not decoded any more", PATIENCE, || {
        (server.http.get("/api/inputs/cam").ok().json()["status"]["state"] == "idle").then_some(())
    });
}

#[test]
fn meters_rise_with_the_sound() {
    let server = with_scenes(&[("air", "#000000")]);
    server.http.post("/api/scenes/air/take", &json!({})).ok();
    let _watcher = watch(&server, "/api/multiview.mjpeg");
    let lit = |image: &RgbImage| image.enumerate_pixels().filter(|(x, _, pixel)| *x > 600 && pixel.0[1] > 120).count();
    eventually("it is quiet", PATIENCE, || (lit(&multiview(&server.http)) == 0).then_some(()));
    let tone = json!({"kind": "tone", "level_db": -10, "when_hidden": "keep"});
    server.http.put("/api/inputs/tone", &tone).ok();
    eventually("it is lit", PATIENCE, || (lit(&multiview(&server.http)) > 300).then_some(()));
}

#[test]
fn a_motion_jpeg_brings_one_picture_after_the_other() {
    let server = with_scenes(&[("red", "#ff0000")]);
    server.pattern_on_air();
    let mut stream = TcpStream::connect(server.http.address()).expect("it listens");
    std::io::Write::write_all(&mut stream, b"GET /api/multiview.mjpeg HTTP/1.1\r\nhost: localhost\r\n\r\n").expect("sent");
    let mut reader = BufReader::new(stream);
    let mut pictures = Vec::new();
    let mut line = String::new();
    while pictures.len() < 3 {
        line.clear();
        assert!(reader.read_line(&mut line).expect("a line") > 0, "it goes on");
        let Some(length) = line.trim().to_ascii_lowercase().strip_prefix("content-length: ").map(str::to_owned) else {
            continue;
        };
        line.clear();
        reader.read_line(&mut line).expect("an empty line");
        let mut jpeg = vec![0; length.parse().expect("a length")];
        reader.read_exact(&mut jpeg).expect("a picture");
        pictures.push(image::load_from_memory(&jpeg).expect("a JPEG").to_rgb8());
    }
    assert!(pictures.iter().all(|picture| picture.dimensions() == (640, 360)));
    assert!(pictures[0] != pictures[2], "the pattern moves");
}
