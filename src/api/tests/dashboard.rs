//! What pages of displays are told, over REST and in their own words over the WebSocket.

use super::socket::{connect, listen, say, wait_for};
use super::*;

fn picture(width: u32) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    let pixels = image::RgbaImage::from_pixel(width, 4, image::Rgba([1, 2, 3, 255]));
    pixels.write_to(&mut bytes, image::ImageFormat::Png).expect("encoded");
    bytes.into_inner()
}

async fn stored(house: &House, width: u32) -> String {
    let reply = house.upload("a.png", &picture(width)).await.expect(201);
    reply.json()["id"].as_str().expect("an id").to_owned()
}

async fn dashboard(house: &House) -> Value {
    house.ask("GET", "/api/dashboard").await.expect(200).json()
}

#[tokio::test]
async fn the_dashboard_is_what_is_there_at_that_moment() {
    let house = House::open().await;
    let empty = dashboard(&house).await;
    assert_eq!((&empty["media"], &empty["loop"], &empty["active"]), (&json!([]), &json!([]), &Value::Null));
    assert_eq!(empty["wifi"]["available"], false);
    assert_eq!(empty["updates"]["code"], "update_not_configured");
    let (one, two) = (stored(&house, 1).await, stored(&house, 2).await);
    house.tell("POST", "/api/loop", json!({ "slug": one })).await.expect(201);
    let full = dashboard(&house).await;
    let mut slugs: Vec<&str> =
        full["media"].as_array().unwrap().iter().map(|media| media["slug"].as_str().unwrap()).collect();
    slugs.sort_unstable();
    let mut expected = vec![one.as_str(), two.as_str()];
    expected.sort_unstable();
    assert_eq!((slugs, &full["loop"]), (expected, &json!([one])));
    assert_eq!(full["server_seq"], house.api.state.snapshot().seq.0);
    house.ask("DELETE", &format!("/api/media/{two}")).await.expect(204);
    assert_eq!(dashboard(&house).await["media"].as_array().unwrap().len(), 1, "what is gone is told no more");
    house.ask("POST", &format!("/api/media/{one}/activate")).await.expect(200);
    assert_eq!(dashboard(&house).await["active"], json!(one));
    // Many fonts and other files are no media, and what has not changed is written once.
    assert_eq!(
        dashboard(&house).await["media"],
        full["media"].as_array().unwrap().iter().filter(|media| media["slug"] == one.as_str()).cloned().collect::<Value>()
    );
}

#[tokio::test]
async fn pages_of_displays_are_told_in_their_own_words() {
    let house = House::open().await;
    let address = listen(&house).await;
    let mut client = connect(&address).await;
    say(&mut client, json!({ "type": "subscribe", "room": "dashboard" })).await;
    let initial = wait_for(&mut client, "initial_dashboard").await;
    assert_eq!(initial["data"]["media"], json!([]));
    say(&mut client, json!({ "type": "subscribe", "data": { "rooms": ["progress", "wifi", "system"] } })).await;
    assert_eq!(wait_for(&mut client, "wifi_status").await["data"]["available"], false);
    assert_eq!(wait_for(&mut client, "system_status").await["data"]["status"], "ok");
    let rooms = wait_for(&mut client, "subscribed").await["data"]["rooms"].clone();
    assert_eq!(rooms, json!(["dashboard", "progress", "wifi", "system"]));
    let status = house.ask("GET", "/api/websocket/status").await.expect(200).json();
    assert_eq!((&status["websocket_clients"], &status["rooms"]["progress"]), (&json!(1), &json!(1)));

    let slug = stored(&house, 3).await;
    let uploaded = wait_for(&mut client, "media_uploaded").await;
    assert_eq!(uploaded["data"]["slug"], json!(slug));
    assert_eq!(wait_for(&mut client, "dashboard_update").await["data"]["media"][0]["slug"], json!(slug));
    house.tell("POST", "/api/loop", json!({ "slug": slug })).await.expect(201);
    assert_eq!(wait_for(&mut client, "loop_updated").await["data"]["loop"], json!([slug]));
    house.ask("POST", &format!("/api/media/{slug}/activate")).await.expect(200);
    assert_eq!(wait_for(&mut client, "playback_changed").await["data"]["active"], json!(slug));
    let update = wait_for(&mut client, "dashboard_update").await["data"].clone();
    assert!(update.get("media").is_none() && update["playback"]["is_playing"] == true, "{update}");
    house.ask("DELETE", &format!("/api/media/{slug}?force=true")).await.expect(204);
    assert_eq!(wait_for(&mut client, "media_deleted").await["data"], json!({ "slug": slug }));
    say(&mut client, json!({ "type": "unsubscribe", "room": "dashboard" })).await;
    wait_for(&mut client, "subscribed").await;
    say(&mut client, json!({ "type": "subscribe", "room": "attic" })).await;
    assert_eq!(wait_for(&mut client, "error").await["payload"]["code"], "unknown_room");
    drop(client);
}

/// Though the loop is another one by then, and what is asked for may not be there any more.
#[tokio::test]
async fn what_is_asked_of_the_loop_again_under_the_same_name_happens_once() {
    let house = House::open().await;
    let (one, two) = (stored(&house, 1).await, stored(&house, 2).await);
    let asked = [
        ("POST", "/api/loop".to_owned(), json!({ "slug": one })),
        ("POST", "/api/loop".to_owned(), json!({ "slug": two })),
        ("PUT", "/api/loop".to_owned(), json!({ "order": [two, one] })),
        ("POST", format!("/api/media/{one}/activate"), json!({})),
        ("POST", "/api/playback/next".to_owned(), json!({})),
        ("POST", "/api/playback/toggle".to_owned(), json!({})),
        ("POST", "/api/playback/loop-mode".to_owned(), json!({})),
        ("DELETE", format!("/api/loop/{two}"), json!({})),
    ];
    let named = |number: usize, body: &Value| {
        let mut body = body.clone();
        body["client_op_id"] = json!(format!("loop-{number}"));
        body
    };
    let mut seqs = Vec::new();
    for (number, (method, path, body)) in asked.iter().enumerate() {
        for _ in 0..2 {
            let reply = house.tell(method, path, named(number, body)).await;
            assert!(matches!(reply.status.as_u16(), 200 | 201), "{method} {path}: {}", reply.json());
            seqs.push(house.api.state.snapshot().seq);
        }
    }
    assert!(seqs.chunks(2).all(|twice| twice[0] == twice[1]), "{seqs:?}");
    for (number, (method, path, body)) in asked.iter().enumerate() {
        house.tell(method, path, named(number, body)).await;
    }
    assert_eq!(house.api.state.snapshot().seq, seqs[seqs.len() - 1]);
    assert_eq!(house.ask("GET", "/api/loop").await.json()["loop"], json!([one]));
    let other = json!({ "slug": two, "client_op_id": "loop-0" });
    house.tell("POST", "/api/loop", other).await.refused(409, "client_op_id_reused");
}

#[tokio::test]
async fn how_far_an_upload_is_is_told_to_whom_it_belongs() {
    let house = House::open().await;
    let address = listen(&house).await;
    let mut client = connect(&address).await;
    say(&mut client, json!({ "type": "subscribe", "room": "progress" })).await;
    wait_for(&mut client, "subscribed").await;
    house.tell("POST", "/api/playlists", json!({ "id": "p", "title": "P" })).await.expect(201);
    let begun = json!({ "filename": "a.png", "file_size": 100_000 });
    let begun = house.tell("POST", "/api/playlists/p/uploads/session", begun).await.expect(201).json();
    let progress = wait_for(&mut client, "upload_progress").await["data"].clone();
    assert_eq!((&progress["job_id"], &progress["filename"]), (&begun["data"]["session_id"], &json!("a.png")));
    assert_eq!(progress["complete"], false);
}

#[tokio::test]
async fn what_the_machine_can_not_do_is_said_with_its_reason() {
    let house = House::open().await;
    let info = house.ask("GET", "/api/system/info").await.expect(200).json();
    assert_eq!((&info["status"], &info["data"]["restart"]), (&json!("success"), &json!("not_supervised")));
    assert!(info["data"]["system_info"]["cpus"].as_u64() > Some(0));
    house.ask("POST", "/api/system/restart").await.refused(409, "not_supervised");
    house.tell("POST", "/api/system/power", json!({ "action": "reboot" })).await.refused(403, "power_switched_off");
    let refused = house.ask("GET", "/api/wifi/networks").await.refused(503, "wifi_unavailable");
    assert!(refused.json()["details"]["reason_code"].is_string(), "{:?}", refused.json());
    let passphrase = json!({ "ssid": "home", "passphrase": "short" });
    let refused = house.tell("POST", "/api/wifi/connect", passphrase).await;
    assert!(matches!(refused.status.as_u16(), 400 | 503), "{}", refused.status);
    let refused = house.ask("POST", "/api/updates/check").await.refused(501, "update_unavailable");
    assert_eq!(refused.json()["details"]["reason_code"], "update_not_configured");
    house.ask("POST", "/api/updates/download").await.refused(501, "update_unavailable");
    house.ask("GET", "/api/system/logs?lines=0").await.refused(400, "invalid_query");
    let logs = house.ask("GET", "/api/system/logs?level=warn").await.expect(200).json();
    assert_eq!(logs["data"], json!({ "logs": [], "total_lines": 0 }));
    let storage = house.ask("GET", "/api/dashboard/storage").await.expect(200).json();
    assert!(storage["disk"]["total_bytes"].as_u64() > Some(0), "{storage}");
}

#[tokio::test]
async fn a_file_and_its_frames_are_taken_together_or_not_at_all() {
    let house = House::open().await;
    let archive = crate::library::frames::example();
    let form = |files: &[(&str, &[u8])]| {
        let mut body = Vec::new();
        for (name, bytes) in files {
            body.extend(format!("--XX\r\nContent-Disposition: form-data; name=\"f\"; filename=\"{name}\"\r\n\r\n").bytes());
            body.extend_from_slice(bytes);
            body.extend(b"\r\n");
        }
        body.extend(b"--XX--\r\n");
        body
    };
    let post = async |files: &[(&str, &[u8])]| {
        house.raw("POST", "/api/media", "multipart/form-data; boundary=XX", form(files)).await
    };
    let taken = post(&[("cat.png", &picture(5)), ("cat.zip", &archive)]).await.expect(201).json();
    assert_eq!((&taken["media"]["filename"], &taken["frames"]["shown"]), (&json!("cat.png"), &json!(false)));
    // Of what nobody here can decode, the frames are shown.
    let taken = post(&[("odd.zip", &archive), ("odd.xyz", b"nobody knows this")]).await.expect(201).json();
    assert_eq!((&taken["media"]["type"], &taken["frames"]["shown"]), (&json!("image"), &json!(true)));
    let before = house.api.state.snapshot().show.assets.len();
    let cut = &archive[..archive.len() / 2];
    post(&[("dog.png", &picture(6)), ("dog.zip", cut)]).await.refused(422, "broken_frames");
    post(&[("odd.xyz", b"nobody knows this")]).await.refused(415, "unsupported_media");
    post(&[("a.png", &picture(7)), ("b.png", &picture(8))]).await.refused(400, "bad_request");
    post(&[]).await.refused(400, "missing_file");
    assert_eq!(house.api.state.snapshot().show.assets.len(), before);
    let left = std::fs::read_dir(house.directory.path().join("assets")).unwrap().count();
    assert_eq!(left, before, "nothing is left of what was refused");
}
