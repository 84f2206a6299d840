//! What people and strangers send by mistake or on purpose: a clear answer with a stable code, and nothing changed.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

use crate::support::server::{self, Server};
use crate::support::slow::Slow;
use crate::support::ws::Ws;
use crate::support::{PATIENCE, eventually, free_port, let_pass, media, process};

fn show(server: &Server) -> Value {
    server.http.get("/api/show").ok().json()
}

#[test]
fn commands_that_can_not_be_are_refused_and_change_nothing() {
    let server = Server::start(&["--demo"]);
    let before = show(&server);
    let layer = |layer: Value| server.http.put("/api/scenes/welcome/layers/x", &layer);
    layer(json!({"kind": "hologram"})).refused(400, "invalid_body");
    layer(json!({"kind": "color", "color": "#12"})).refused(400, "invalid_body");
    layer(json!({"kind": "color", "color": "#123456", "x": "NaN"})).refused(400, "invalid_body");
    layer(json!({"kind": "color", "color": "#123456", "x": 1e12})).refused(400, "out_of_range");
    layer(json!({"kind": "color", "color": "#123456", "width": -5})).refused(400, "out_of_range");
    layer(json!({"kind": "color", "color": "#123456", "width": 1e9})).refused(400, "out_of_range");
    layer(json!({"kind": "color", "color": "#123456", "opacity": 2})).refused(400, "out_of_range");
    layer(json!({"kind": "color", "color": "#123456", "colour": 1})).refused(400, "invalid_body");
    layer(json!({"kind": "image", "asset": "nothere"})).refused(422, "asset_missing");
    for body in ["{\"x\": NaN}", "{\"x\": 1e999}", "{", "", "[1,"] {
        let answer = server.http.send("PATCH", "/api/scenes/welcome/layers/title", Some("application/json"), body.into());
        assert_eq!(answer.status, 400, "{body}: {}", answer.text());
    }
    let config = |config: Value| server.http.patch("/api/stream/config", &config);
    config(json!({"fps": 0})).refused(400, "invalid_value");
    config(json!({"fps": 1000})).refused(400, "invalid_value");
    config(json!({"width": 641})).refused(400, "out_of_range");
    config(json!({"height": 99999})).refused(400, "out_of_range");
    config(json!({"bitrate": 1})).refused(400, "out_of_range");
    config(json!({"speed": 1})).refused(400, "invalid_value");
    server.http.post("/api/stream/stop", &json!({})).refused(409, "not_live");
    server.http.get("/api/scenes/nothere").refused(404, "scene_not_found");
    server.http.get("/api/scenes/no%20good").refused(400, "invalid_id");
    server.http.get("/api/nothing").refused(404, "unknown_path");
    server.http.put("/api/health", &json!({})).refused(405, "method_not_allowed");
    server.http.send("POST", "/api/scenes", Some("text/plain"), b"{}".to_vec()).refused(415, "unsupported_media_type");
    assert_eq!(show(&server), before);
}

#[test]
fn a_scene_of_a_hundred_thousand_layers_is_turned_away_by_size_or_by_number() {
    let server = Server::start(&["--demo"]);
    let before = show(&server);
    let layers = |count: usize| (0..count).map(|n| json!({"id": format!("l{n}"), "kind": "pattern"})).collect::<Vec<_>>();
    server.http.put("/api/scenes/huge", &json!({"layers": layers(100_000)})).refused(413, "body_too_large");
    server.http.put("/api/scenes/huge", &json!({"layers": layers(2_049)})).refused(422, "too_many");
    assert_eq!(show(&server), before);
}

/// A PNG that says it is large; its pixels are all zero and pack well.
fn png_bomb(side: u32) -> Vec<u8> {
    fn chunk(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
        let mut crc = u32::MAX;
        for byte in kind.iter().chain(data) {
            crc ^= u32::from(*byte);
            for _ in 0..8 {
                crc = if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 };
            }
        }
        [&(data.len() as u32).to_be_bytes(), &kind[..], data, &(!crc).to_be_bytes()].concat()
    }
    let header = [&side.to_be_bytes()[..], &side.to_be_bytes(), &[8, 2, 0, 0, 0]].concat();
    let signature = [0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a];
    [&signature[..], &chunk(b"IHDR", &header), &chunk(b"IDAT", &[0x78, 0x9c, 3, 0, 0, 0, 0, 1]), &chunk(b"IEND", &[])]
        .concat()
}

fn jpeg() -> Vec<u8> {
    let output = Command::new("ffmpeg")
        .args(["-nostdin", "-v", "error", "-f", "lavfi", "-i", "testsrc=size=320x240", "-frames:v", "1", "-f", "mjpeg", "-"])
        .stdout(Stdio::piped())
        .output()
        .unwrap();
    output.stdout
}

#[test]
fn files_that_are_no_pictures_or_too_much_of_one_are_refused() {
    let server = Server::start(&[]);
    let before = show(&server);
    let upload = |name: &str, content: &[u8]| server.http.upload("/api/assets", name, content);
    upload("bomb.png", &png_bomb(50_000)).refused(422, "image_too_large");
    let whole = jpeg();
    upload("cut.jpg", &whole[..whole.len() / 2]).refused(422, "broken_image");
    upload("page.png", b"<html/>").refused(415, "unsupported_media");
    assert_eq!(show(&server), before);
    let stored = upload("../../etc/passwd.jpg", &whole).ok().json();
    assert_eq!(stored["name"], "passwd.jpg");
    let files: Vec<_> =
        std::fs::read_dir(server.data_dir.join("assets")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(files.len(), 1, "{files:?}");
    assert!(!files[0].to_str().unwrap().contains("passwd"), "the file's name is ours");
}

#[test]
fn an_upload_of_300_megabytes_is_refused_before_it_is_read() {
    let server = Server::start(&["--max-upload-mb", "64"]);
    let mut socket = TcpStream::connect(server.http.address()).unwrap();
    let head = format!(
        "POST /api/assets HTTP/1.1\r\nhost: {}\r\ncontent-type: multipart/form-data; boundary=edge\r\ncontent-length: {}\r\n\r\n--edge\r\n",
        server.http.address(),
        300 << 20
    );
    socket.write_all(head.as_bytes()).unwrap();
    socket.set_read_timeout(Some(PATIENCE)).unwrap();
    let mut answer = vec![0; 4096];
    let length = socket.read(&mut answer).unwrap();
    let answer = String::from_utf8_lossy(&answer[..length]);
    assert!(answer.starts_with("HTTP/1.1 413") && answer.contains("upload_too_large"), "{answer}");
}

#[test]
fn who_is_refused_before_the_body_has_come_may_send_it_and_ask_again() {
    let server = Server::start(&[]);
    let mut socket = TcpStream::connect(server.http.address()).unwrap();
    socket.set_read_timeout(Some(PATIENCE)).unwrap();
    let mut ask = |parts: &[&str], expected: &str, code: &str| {
        let mut said = String::new();
        for (number, part) in parts.iter().enumerate() {
            socket.write_all(part.as_bytes()).unwrap();
            // The answer comes to the head, when nothing of the body has been sent.
            while number == 0 && !(said.contains(expected) && said.contains(code)) {
                let mut answer = [0; 4096];
                let length = socket.read(&mut answer).unwrap();
                assert!(length > 0, "closed after {said:?}");
                said += &String::from_utf8_lossy(&answer[..length]);
            }
        }
    };
    let body = "x".repeat(100_000);
    let host = server.http.address();
    let post = |path: &str, kind: &str| {
        format!("POST {path} HTTP/1.1\r\nhost: {host}\r\ncontent-type: {kind}\r\ncontent-length: {}\r\n\r\n", body.len())
    };
    ask(&[&post("/whep/no%20id", "application/sdp"), &body], " 400 ", "invalid_id");
    ask(&[&post("/api/nothing", "application/json"), &body], " 404 ", "not_found");
    ask(&[&post("/whep/main", "application/sdp"), &body], " 413 ", "body_too_large");
    ask(&[&format!("GET /api/health HTTP/1.1\r\nhost: {host}\r\n\r\n")], " 200 ", "status");
}

#[test]
fn addresses_that_lead_nowhere_are_refused_or_tried_in_peace() {
    let server = Server::start(&["--demo"]);
    server.small();
    let put =
        |id: &str, url: &str| server.http.put(&format!("/api/destinations/{id}"), &json!({"kind": "rtmp", "url": url}));
    for bad in ["rtmp://h ost/live/k", "http://h/live/k", "rtmp://h/k", "rtmp://h:0/live/k", ""] {
        put("bad", bad).refused(400, "invalid_destination");
    }
    let closed = free_port();
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    put("closed", &format!("rtmp://127.0.0.1:{closed}/live/hush-hush")).ok();
    put("silent", &format!("rtmp://{}/live/hush-hush", silent.local_addr().unwrap())).ok();
    server.record("file", "mkv");
    server.http.post("/api/stream/start", &json!({})).ok();
    server.wait_for_destination("file", "live", PATIENCE);
    server.wait_for_destination("closed", "backing_off", PATIENCE);
    server.wait_for_destination("silent", "backing_off", PATIENCE);
    assert_eq!(server.destination_state("file"), "live");
    assert!(!server.log().contains("hush-hush") && !server.http.get("/api/destinations").text().contains("hush-hush"));
}

#[test]
fn strangers_at_the_rtmp_door_disturb_no_player() {
    let server = Server::start(&["--demo", "--live"]);
    let address = server.rtmp.trim_start_matches("rtmp://").split('/').next().unwrap().to_owned();
    let connect = || TcpStream::connect(&address).unwrap();
    let silent: Vec<_> = (0..200).map(|_| connect()).collect();
    let mut garbage = connect();
    // It may be closed while we still write; that is the point.
    let _ = garbage.write_all(&[0xa5; 20_000]);
    let mut half = connect();
    half.write_all(&[&[3_u8][..], &[0; 700]].concat()).unwrap();
    let probed = media::probe(&server.rtmp, &["-show_entries", "stream=codec_name"]);
    assert!(probed.to_string().contains("h264"), "{probed}");
    assert_eq!(server.http.get("/api/health").ok().json()["status"], "ok");
    drop(silent);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_websocket_client_that_sends_nonsense_hurts_only_itself() {
    let server = tokio::task::spawn_blocking(|| Server::start(&["--demo"])).await.unwrap();
    let mut good = Ws::open(&server.ws).await;
    assert_eq!(good.next_json().await.unwrap()["type"], "stateUpdate");
    let mut nonsense = Ws::open(&server.ws).await;
    nonsense.send("{not json").await;
    assert_eq!(nonsense.next_of("error").await["code"], "malformed_json");
    let mut large = Ws::open(&server.ws).await;
    use futures_util::SinkExt;
    // It may be closed while we still write.
    let _ = large.0.send(Message::text("x".repeat(10 << 20))).await;
    while large.next().await.is_some() {}
    let mut binary = Ws::open(&server.ws).await;
    binary.0.send(Message::binary(vec![1, 2, 3])).await.unwrap();
    assert_eq!(binary.next_of("error").await["code"], "unsupported_message");
    good.next_of("metricsUpdate").await;
    tokio::task::spawn_blocking(move || drop(server)).await.unwrap();
}

#[test]
fn a_second_server_on_the_same_data_says_so_and_ends() {
    let server = Server::start(&[]);
    let output = server::command(&server.data_dir, &[]).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success() && output.stdout.is_empty());
    assert!(said.contains("in use by another marquee") && said.contains(&server.pid().to_string()), "{said}");
    server.http.get("/api/health").ok();
}

#[test]
fn a_taken_port_is_named() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let dir = tempfile::tempdir().unwrap();
    for key in ["http", "ws", "rtmp"] {
        let mut command = Command::new(server::binary());
        command.args(["serve", "--data-dir"]).arg(dir.path().join("data"));
        for other in ["http", "ws", "rtmp"] {
            let listen = if other == key { address.as_str() } else { "127.0.0.1:0" };
            command.args([format!("--{other}").as_str(), listen]);
        }
        let output = command.output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && said.contains(&format!("{key}: can not listen on {address}")), "{said}");
    }
}

#[test]
fn a_bad_setting_stops_the_start_with_code_64() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("marquee.toml"), "http = \"banana\"\n").unwrap();
    let run = |flags: &[&str]| {
        let output = Command::new(server::binary()).arg("serve").args(flags).current_dir(dir.path()).output().unwrap();
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let (code, said) = run(&[]);
    assert!(
        code == Some(64) && said.contains("http") && said.contains("configuration file") && said.contains("127.0.0.1:4200"),
        "{said}"
    );
    assert_eq!(run(&["--nonsense"]).0, Some(64));
    let free = ["--http", "127.0.0.1:0", "--ws", "127.0.0.1:0", "--rtmp", "off"];
    let (code, said) = run(&[&free[..], &["--encoder", "sharpener"]].concat());
    assert!(code == Some(64) && said.contains("encoder: ") && said.contains("x264enc"), "{said}");
    std::fs::create_dir(dir.path().join("own")).unwrap();
    std::fs::write(dir.path().join("own/push-rtmp.launch"), "appsrc name=video ! ! fakesink").unwrap();
    let (code, said) = run(&[&free[..], &["--pipelines-dir", "own"]].concat());
    assert!(code == Some(64) && said.contains("pipelines_dir: ") && said.contains("syntax error"), "{said}");
}

#[test]
fn it_ends_in_time_when_told_and_at_once_when_told_twice() {
    let server = Server::start(&["--demo", "--live"]);
    server.record("file", "mp4");
    server.wait_for_destination("file", "live", PATIENCE);
    let_pass(Duration::from_secs(2));
    let data_dir = server.data_dir.clone();
    let keep = tempfile::tempdir().unwrap();
    let status = {
        let file = server.recordings()[0].clone();
        let kept = keep.path().join("kept.mp4");
        // The data directory goes with the server, so the finished file is linked first.
        std::fs::hard_link(file, kept).unwrap();
        server.stop()
    };
    assert_eq!(status.code(), Some(0), "{}", data_dir.display());
    let probed = media::probe(keep.path().join("kept.mp4").to_str().unwrap(), &["-show_entries", "format=duration"]);
    assert!(probed["format"]["duration"].as_str().unwrap().parse::<f64>().unwrap() > 0.5);

    // A destination that never answers is late; a second signal does not wait for it.
    let mut child = server::command(&keep.path().join("data"), &["--demo", "--live"]).spawn().unwrap();
    let mut first = [0; 1];
    child.stdout.as_mut().unwrap().read_exact(&mut first).unwrap();
    process::signal(child.id(), "STOP");
    process::signal(child.id(), "TERM");
    process::signal(child.id(), "INT");
    process::signal(child.id(), "CONT");
    eventually("it leaves", PATIENCE, || child.try_wait().unwrap());
}

#[test]
fn of_too_many_slow_requests_only_so_many_are_worked_on_and_the_others_are_told() {
    let server = Server::start(&["--max-in-flight", "12"]);
    let mut clients = Slow::clients(&server.http, 60);
    let told = eventually("the others are told", PATIENCE, || {
        assert_eq!(server.http.get("/api/health").ok().json()["status"], "ok", "it answers all the while");
        let told: Vec<_> = clients.iter_mut().filter_map(Slow::answered).collect();
        (told.len() >= 48).then_some(told)
    });
    assert!(told.iter().all(|status| *status == 503), "{told:?}");
    let mut held: Vec<_> = clients.into_iter().filter_map(|mut one| one.answered().is_none().then_some(one)).collect();
    assert_eq!(held.len(), 12, "each of them is in work");
    server.http.get("/api/scenes").refused(503, "busy");
    held.iter_mut().for_each(Slow::go_on);
    let done = eventually("they are done", PATIENCE, || held.iter_mut().map(Slow::answered).collect::<Option<Vec<_>>>());
    assert_eq!(done, [200; 12]);
    server.http.get("/api/scenes").ok();
}
