//! A node that follows another: real processes, real sockets.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

use crate::render::{CARD, late, looked_at_until, now_ms};
use crate::support::cuts::Cuts;
use crate::support::leader::{Leader, agree, follower, following, jam, seq, show, until, wait_for_jam};
use crate::support::load::Cost;
use crate::support::redis::Redis;
use crate::support::server::Server;
use crate::support::spoken::{Knowledge, Spoken};
use crate::support::tls::{authority, curl};
use crate::support::users::add_user;
use crate::support::ws::Ws;
use crate::support::{PATIENCE, eventually, free_port, is_long, let_pass};

fn epoch(server: &Server) -> String {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let (mut known, mut spoken) = (Knowledge::default(), Spoken::open(&server.ws, "scenes").await.unwrap());
        assert!(spoken.join(&known).await);
        while known.epoch.is_empty() {
            spoken.learn(&mut known).await.unwrap();
        }
        known.epoch
    })
}

fn scene(server: &Server, id: &str, text: &str) {
    let layers = json!([{"id": "t", "kind": "text", "text": text, "size": 40.0, "color": "#ffffff"}]);
    server.http.put(&format!("/api/scenes/{id}"), &json!({ "layers": layers })).ok();
}

fn holds(directory: &Path, needle: &str) -> bool {
    std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).any(|path| {
        if path.is_dir() {
            holds(&path, needle)
        } else {
            let content = std::fs::read(&path).unwrap();
            content.windows(needle.len()).any(|part| part == needle.as_bytes())
        }
    })
}

/// No two rows alike.
fn png(width: u32, height: u32) -> Vec<u8> {
    let picture = image::RgbImage::from_fn(width, height, |x, y| image::Rgb([x as u8, y as u8, (x * y) as u8]));
    let mut bytes = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    bytes.into_inner()
}

#[test]
fn a_follower_holds_the_same_show_and_hands_up_what_it_is_asked() {
    let leader = Leader::start(&[]);
    scene(&leader, "before", "before it came");
    let follower = follower(&leader.url(), &[]);
    agree(&leader, &follower);
    scene(&leader, "after", "after it came");
    agree(&leader, &follower);
    // Changed here, decided there, and seen here by who has the answer.
    let taken = follower.http.post("/api/scenes/after/take", &json!({"client_op_id": "take-1"})).ok().json();
    assert_eq!(show(&follower)["program"]["scene"], "after", "{taken}");
    assert_eq!(show(&leader)["program"]["scene"], "after");
    let before = seq(&leader);
    // Again, wherever it is asked: the same operation.
    for server in [&follower, &*leader] {
        server.http.post("/api/scenes/after/take", &json!({"client_op_id": "take-1"})).ok();
    }
    assert_eq!(seq(&leader), before);
    // The leader's own no.
    follower.http.post("/api/scenes/nowhere/take", &json!({})).refused(404, "scene_not_found");
    let reused = json!({"client_op_id": "take-1"});
    follower.http.post("/api/scenes/before/take", &reused).refused(409, "client_op_id_reused");
    // Files are the leader's to take in, and it is named.
    let refused = follower.http.upload("/api/assets", "a.png", b"x").refused(409, "ask_the_leader").json();
    assert_eq!(refused["details"]["leader"], leader.url());
    assert_eq!(following(&follower)["takes_commands"], true);
}

#[test]
fn cut_off_it_goes_on_serving_says_so_and_comes_back_without_a_gap() {
    let mut leader = Leader::start(&[]);
    scene(&leader, "one", "1");
    let follower = follower(&leader.url(), &[]);
    agree(&leader, &follower);
    let held = (seq(&follower), show(&follower));
    leader.kill();
    until(&follower, "stale");
    assert_eq!((seq(&follower), show(&follower)), held, "it stands as it was");
    let health = follower.http.get("/api/health").json();
    assert_eq!(health["components"]["follow"]["state"], "degraded", "{health}");
    follower.http.post("/api/scenes/one/take", &json!({})).refused(503, "leader_away");
    leader.go();
    until(&follower, "following");
    scene(&leader, "two", "2");
    agree(&leader, &follower);
    assert_eq!(follower.metric("marquee_follow_snapshots_total"), 1.0, "changes alone came after that");
    assert!(follower.metric("marquee_follow_losses_total") >= 1.0);
}

#[test]
fn what_it_had_it_has_after_a_restart_also_without_its_leader() {
    let mut leader = Leader::start(&[]);
    scene(&leader, "one", "1");
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let flags = ["--follow", &leader.url()];
    let first = Server::start_in(&data, &flags);
    until(&first, "following");
    agree(&leader, &first);
    let held = (epoch(&first), seq(&first), show(&first));
    assert_eq!(held.0, epoch(&leader));
    first.kill();
    leader.kill();
    let second = Server::start_in(&data, &flags);
    assert_eq!((epoch(&second), seq(&second), show(&second)), held);
    assert_eq!(following(&second)["state"], "connecting");
    leader.go();
    until(&second, "following");
    agree(&leader, &second);
    assert_eq!(second.metric("marquee_follow_snapshots_total"), 0.0, "it went on from its own number");
    // On its own from here on: other changes get other numbers.
    second.kill();
    let alone = Server::start_in(&data, &[]);
    assert_eq!((seq(&alone), show(&alone)), (held.1, held.2));
    assert_ne!(epoch(&alone), held.0);
    scene(&alone, "own", "mine");
    alone.kill();
    let refused = crate::support::server::command(&data, &flags).output().unwrap();
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(!refused.status.success() && said.contains("a show of its own"), "{said}");
}

#[test]
fn a_leader_that_begins_anew_takes_its_followers_and_their_viewers_along() {
    let mut leader = Leader::start(&[]);
    scene(&leader, "old", "1");
    let follower = follower(&leader.url(), &[]);
    agree(&leader, &follower);
    leader.kill();
    std::fs::remove_dir_all(leader.dir.path().join("data")).unwrap();
    leader.go();
    scene(&leader, "new", "2");
    agree(&leader, &follower);
    let scenes = show(&follower)["scenes"].to_string();
    assert!(scenes.contains("new") && !scenes.contains("old"), "{scenes}");
}

#[test]
fn a_follower_of_a_follower_holds_the_same_and_its_commands_go_all_the_way() {
    let leader = Leader::start(&[]);
    scene(&leader, "one", "1");
    let port = free_port();
    let dir = tempfile::tempdir().unwrap();
    let own = format!("127.0.0.1:{port}");
    let middle = Server::start_in(&dir.path().join("data"), &["--http", &own, "--follow", &leader.url()]);
    until(&middle, "following");
    let last = follower(&format!("http://127.0.0.1:{port}"), &[]);
    agree(&leader, &last);
    last.http.post("/api/scenes/one/take", &json!({"client_op_id": "far"})).ok();
    assert_eq!(show(&leader)["program"]["scene"], "one");
    assert_eq!(show(&last)["program"]["scene"], "one");
    let before = seq(&leader);
    leader.http.post("/api/scenes/one/take", &json!({"client_op_id": "far"})).ok();
    assert_eq!(seq(&leader), before, "one operation, wherever it is asked for");
    last.http.post("/api/scenes/none/take", &json!({})).refused(404, "scene_not_found");
    agree(&leader, &last);
    assert_eq!(leader.metric("marquee_followers"), 1.0);
}

#[test]
fn a_leader_that_dies_is_told_all_the_way_down_and_so_is_its_return() {
    let mut leader = Leader::start(&[]);
    scene(&leader, "one", "1");
    let middle = Leader::start(&["--follow", &leader.url()]);
    until(&middle, "following");
    let last = follower(&middle.url(), &[]);
    agree(&leader, &last);
    let held = (seq(&last), show(&last));
    leader.kill();
    until(&middle, "stale");
    until(&last, "stale");
    let told = following(&last);
    assert!(told["reason"].as_str().unwrap().contains("its own leader") && told["takes_commands"] == false, "{told}");
    let health = last.http.get("/api/health").json();
    assert_eq!(health["components"]["follow"]["state"], "degraded", "{health}");
    last.http.post("/api/scenes/one/take", &json!({})).refused(503, "leader_away");
    // Who comes only now is told so, too.
    let late = Server::start(&["--follow", &middle.url()]);
    until(&late, "stale");
    for server in [&last, &late] {
        assert_eq!((seq(server), show(server)), held, "it stands as it was");
    }
    leader.go();
    for server in [&*middle, &last, &late] {
        until(server, "following");
    }
    last.http.post("/api/scenes/one/take", &json!({})).ok();
    for server in [&*middle, &last, &late] {
        agree(&leader, server);
        assert_eq!(following(server)["reason"], Value::Null);
    }
}

/// Each is asked for once, over a line that is cut in the midst of them: it is either done, and once, or it is refused, and not at all.
#[test]
fn a_command_in_the_instant_of_a_cut_is_done_once_or_refused() {
    const ASKERS: u64 = 3;
    let leader = Leader::start(&["--rate-limit", "off"]);
    let mut random = fastrand::Rng::new();
    let line = Cuts::before(&format!("127.0.0.1:{}", leader.port), 9, 18_000, &mut random);
    let follower = follower(&format!("http://{}", line.address), &["--rate-limit", "off"]);
    let before = seq(&leader);
    let ask = |asker: u64| {
        let mut refused = Vec::new();
        let mut done = 0;
        // Until all cuts have come, and a while after.
        for number in 0.. {
            if number >= 40 && line.left() == 0 {
                break;
            }
            let id = format!("s{asker}-{number}");
            let layers = json!([{"id": "t", "kind": "text", "text": id, "size": 40.0, "color": "#ffffff"}]);
            let body = json!({"layers": layers, "client_op_id": id});
            let answer = follower.http.put(&format!("/api/scenes/{id}"), &body);
            if answer.status == 503 {
                answer.refused(503, "leader_away");
                refused.push(id);
                let_pass(Duration::from_millis(20));
            } else {
                answer.ok();
                done += 1;
            }
        }
        (done, refused)
    };
    let answers: Vec<(u64, Vec<String>)> = std::thread::scope(|scope| {
        let asking: Vec<_> = (0..ASKERS).map(|asker| scope.spawn(move || ask(asker))).collect();
        asking.into_iter().map(|asking| asking.join().unwrap()).collect()
    });
    until(&follower, "following");
    agree(&leader, &follower);
    let done: u64 = answers.iter().map(|(done, _)| done).sum();
    let refused: Vec<String> = answers.into_iter().flat_map(|(_, refused)| refused).collect();
    println!("{done} done, {} refused, {} times cut off", refused.len(), follower.metric("marquee_follow_losses_total"));
    assert!(follower.metric("marquee_follow_losses_total") >= 1.0);
    assert_eq!(seq(&leader) - before, done, "one change for each that was done, and none for the others");
    let scenes = show(&leader)["scenes"].to_string();
    for id in &refused {
        assert!(!scenes.contains(&format!("\"{id}\"")), "{id} was refused, and done");
    }
}

#[test]
fn a_leader_behind_tls_is_followed_by_a_viewer_who_may_change_nothing() {
    let dir = tempfile::tempdir().unwrap();
    authority(dir.path());
    let file = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
    let data = dir.path().join("data");
    add_user(&data, "root", "admin", "a-long-password");
    let leader = Server::start_in(&data, &["--tls-cert", &file("cert.pem"), "--tls-key", &file("key.pem")]);
    let url = format!("https://localhost:{}", leader.http.address().rsplit(':').next().unwrap());
    let ask = |method: &str, path: &str, bearer: &str, body: &Value| -> Value {
        let (url, body, bearer) = (format!("{url}{path}"), body.to_string(), format!("authorization: Bearer {bearer}"));
        let with = ["-H", "content-type: application/json", "-H", &bearer, "--cacert", &file("ca.pem"), "-X", method];
        serde_json::from_str(&curl(&[&with[..], &["-d", &body, &url]].concat())).unwrap()
    };
    let login = json!({"username": "root", "password": "a-long-password"});
    let root = ask("POST", "/api/auth/login", "", &login)["access_token"].as_str().unwrap().to_owned();
    let viewer = ask("POST", "/api/tokens", &root, &json!({"name": "node", "role": "viewer"}));
    let viewer = viewer["token"].as_str().unwrap();
    ask("PUT", "/api/scenes/one", &root, &json!({"layers": []}));
    let follower = follower(&url, &["--follow-ca", &file("ca.pem"), "--follow-token", viewer]);
    assert!(show(&follower)["scenes"].to_string().contains("\"one\""));
    follower.http.post("/api/scenes/one/take", &json!({})).refused(403, "role_needed");
    assert_eq!(show(&follower)["program"]["scene"], Value::Null, "nothing was changed");
    ask("POST", "/api/scenes/one/take", &root, &json!({}));
    eventually("what the leader's own people do comes", PATIENCE, || {
        (show(&follower)["program"]["scene"] == "one").then_some(())
    });
    assert!(!follower.log().contains(viewer) && !following(&follower).to_string().contains(viewer));
    // Whom nobody vouches for is not believed, and who is not let in says why.
    for (flags, word) in [
        (vec!["--follow-token", viewer], "certificate"),
        (vec!["--follow-ca", &file("ca.pem"), "--follow-token", "mqt_nobody"], "WebSocket"),
    ] {
        let other = Server::start(&[&["--follow", &url], &flags[..]].concat());
        let reason = eventually("it says why", PATIENCE, || Some(following(&other)["reason"].as_str()?.to_owned()));
        assert!(reason.contains(word) && !reason.contains("mqt_"), "{reason}");
        assert_eq!(following(&other)["state"], "connecting");
    }
}

/// Everything in it follows from the time.
fn moving(color: &str, jam: &str) -> Value {
    let to_and_fro =
        json!({"property": "x", "keyframes": [{"at_ms": 0, "value": 0}, {"at_ms": 2000, "value": 300}], "repeat": 0});
    json!({"layers": [
        {"id": "back", "kind": "gradient", "from": color, "to": "#102040", "angle": 30},
        {"id": "plasma", "kind": "effect", "animation": "PLASMA", "seed": 7, "columns": 16, "rows": 9,
         "x": 20, "y": 200, "width": 160, "height": 90},
        {"id": "jam", "kind": "jam", "jam": jam, "module": "drum-machine", "x": 200, "y": 200, "width": 160, "height": 90},
        {"id": "runner", "kind": "color", "color": "#ffffff", "y": 150, "width": 60, "height": 20, "animations": [to_and_fro]},
        {"id": "clock", "kind": "text", "x": 20, "y": 20, "size": 36, "text": "{clock} UTC", "color": "#ffd166"},
        {"id": "card", "kind": "pattern", "x": CARD.x, "y": CARD.y, "width": CARD.width, "height": CARD.height, "beep": false}
    ]})
}

#[test]
fn what_is_scheduled_and_what_fades_is_the_same_in_each_frame_here_and_there() {
    const FPS: i64 = 20;
    let leader = Leader::start(&["--rate-limit", "off"]);
    leader.small();
    leader.http.patch("/api/stream/config", &json!({"fps": FPS, "restart": true})).ok();
    let jam = jam(&leader);
    leader.http.put("/api/inputs/band", &json!({"kind": "jam", "jam": jam, "when_hidden": "keep"})).ok();
    leader.http.put("/api/scenes/one", &moving("#400060", &jam)).ok();
    leader.http.put("/api/scenes/two", &moving("#006040", &jam)).ok();
    leader.http.post("/api/scenes/one/take", &json!({})).ok();
    let follower = follower(&leader.url(), &["--rate-limit", "off"]);
    agree(&leader, &follower);
    eventually("the clock is known", PATIENCE, || following(&follower)["clock"].is_object().then_some(()));
    wait_for_jam(&follower);
    let both = |end: i64| {
        std::thread::scope(|scope| {
            let there = scope.spawn(|| looked_at_until(&leader, end));
            (looked_at_until(&follower, end), there.join().unwrap())
        })
    };
    both(now_ms() + 2_000);
    let lateness = || late(&leader) + late(&follower);
    let (before, from) = (lateness(), now_ms());
    // At a time that is not a frame's.
    let (at, first) = (from + 2_013, ((from + 2_013) * FPS).div_euclid(1_000) + 1);
    let take = json!({"command": "take_scene", "scene": "two", "transition": {"kind": "fade", "duration_ms": 1500}});
    follower.http.post("/api/batch", &json!({"commands": [take], "at": at})).ok();
    let (mut here, mut there) = both(from + 5_000);
    let in_both = |here: &BTreeMap<u32, _>, there: &BTreeMap<u32, _>| here.keys().filter(|n| there.contains_key(n)).count();
    let mut end = from + 5_000;
    // On a busy machine each picture takes its time.
    while in_both(&here, &there) < 20 && end < from + 60_000 {
        end += 2_000;
        let (more_here, more_there) = both(end);
        here.extend(more_here);
        there.extend(more_there);
    }
    let late = lateness() - before;
    let common: Vec<u32> = here.keys().filter(|number| there.contains_key(number)).copied().collect();
    let other: Vec<u32> = common.iter().filter(|number| here[number] != there[number]).copied().collect();
    println!("{} frames of both nodes compared, {} differ, {late} were late", common.len(), other.len());
    assert!(common.len() >= 20, "{} frames were compared", common.len());
    let first = first as u32;
    assert!(common.iter().any(|number| *number < first) && common.iter().any(|number| *number >= first));
    // Only where one of the two was late may it have shown something older.
    assert!(other.len() as f64 <= late, "{other:?} differ of {common:?}, and {late} were late");
}

#[test]
fn nothing_of_a_key_reaches_a_follower() {
    let (leader, canary) = (Leader::start(&[]), "canary5ecret");
    let url = "rtmp://127.0.0.1:9/live";
    leader.http.put("/api/destinations/tv", &json!({"kind": "rtmp", "url": url, "key": canary})).ok();
    leader.http.put("/api/inputs/cam", &json!({"kind": "published", "key": canary})).ok();
    let follower = follower(&leader.url(), &["--log", "debug"]);
    // Once in the snapshot, once in changes; and asked for here, on its way up and down again.
    leader.http.put("/api/destinations/tv2", &json!({"kind": "rtmp", "url": url, "key": canary})).ok();
    leader.http.put("/api/inputs/cam2", &json!({"kind": "published", "key": canary})).ok();
    follower.http.put("/api/destinations/tv3", &json!({"kind": "rtmp", "url": url, "key": canary})).ok();
    eventually("all has come", PATIENCE, || (seq(&follower) == seq(&leader)).then_some(()));
    assert_eq!(leader.http.get("/api/destinations/tv3").ok().json()["key_set"], true, "the leader has it");
    assert!(holds(&leader.dir.path().join("data"), canary), "the test can find what is there");
    assert!(!holds(&follower.data_dir, canary));
    assert!(!follower.log().contains(canary) && !leader.log().contains(canary));
    assert!(!show(&follower).to_string().contains(canary));
    // It sends nothing anywhere: that is the leader's.
    follower.http.post("/api/stream/start", &json!({})).ok();
    assert_eq!(follower.destination_state("tv"), "stopped");
}

#[test]
fn what_crosses_the_wire_has_no_key_in_it() {
    let (leader, canary) = (Leader::start(&[]), "canary5ecret");
    let tv = json!({"kind": "rtmp", "url": "rtmp://127.0.0.1:9/live", "key": canary});
    leader.http.put("/api/destinations/tv", &tv).ok();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let said = runtime.block_on(async {
        let mut request = format!("ws://127.0.0.1:{}/ws", leader.port).into_client_request().unwrap();
        request.headers_mut().insert("sec-websocket-protocol", "marquee.follow.v1".parse().unwrap());
        let mut line = Ws(tokio_tungstenite::connect_async(request).await.unwrap().0);
        line.send(&json!({"type": "follow", "epoch": "0000000000000000", "seq": 0}).to_string()).await;
        let mut said = vec![line.next_json().await.unwrap(), line.next_json().await.unwrap()];
        let http = leader.http.address().to_owned();
        let tv2 = tv.clone();
        tokio::task::spawn_blocking(move || crate::support::http::Http::new(&http).put("/api/destinations/tv2", &tv2).ok())
            .await
            .unwrap();
        said.push(line.next_json().await.unwrap());
        said
    });
    let kinds: Vec<&str> = said.iter().filter_map(|message| message["type"].as_str()).collect();
    assert_eq!(kinds, ["snapshot", "synced", "change"]);
    assert!(said[0].to_string().contains("rtmp://") && said[2].to_string().contains("tv2"));
    assert!(!json!(said).to_string().contains(canary));
}

#[test]
fn files_come_by_their_hash_and_leader_and_follower_paint_the_same() {
    let leader = Leader::start(&[]);
    leader.http.patch("/api/stream/config", &json!({"width": 640, "height": 360, "restart": true})).ok();
    let picture = png(320, 180);
    let asset = leader.http.upload("/api/assets", "p.png", &picture).ok().json();
    let id = asset["id"].as_str().unwrap().to_owned();
    let layers = json!([
        {"id": "g", "kind": "gradient", "from": "#102030", "to": "#c04050", "angle": 30.0},
        {"id": "p", "kind": "image", "asset": id, "x": 40.0, "y": 30.0, "width": 300.0},
        {"id": "t", "kind": "text", "text": "the same", "size": 48.0, "color": "#ffffff", "x": 20.0, "y": 250.0}
    ]);
    leader.http.put("/api/scenes/s", &json!({ "layers": layers })).ok();
    leader.http.post("/api/scenes/s/take", &json!({})).ok();
    let follower = follower(&leader.url(), &[]);
    eventually("all files are there", PATIENCE, || (following(&follower)["assets"]["missing"] == 0).then_some(()));
    agree(&leader, &follower);
    let file = format!("/api/assets/{id}/file");
    assert!(follower.http.get(&file).ok().body == picture);
    let frame = |server: &Server| server.http.get("/api/frame.png").ok().body;
    eventually("they paint the same", PATIENCE, || (frame(&leader) == frame(&follower)).then_some(()));
    // A file that comes while it is shown is painted, too.
    let other = png(200, 200);
    let asset = leader.http.upload("/api/assets", "q.png", &other).ok().json();
    leader.http.patch("/api/scenes/s/layers/p", &json!({"asset": asset["id"]})).ok();
    let painted = eventually("they paint the same again", PATIENCE, || {
        let painted = frame(&leader);
        (painted == frame(&follower)).then_some(painted)
    });
    assert!(!painted.is_empty());
    leader.http.patch("/api/scenes/s", &json!({"layers": []})).ok();
    leader.http.send("DELETE", &format!("/api/assets/{id}"), None, Vec::new()).ok();
    eventually("the file is gone here, too", PATIENCE, || (follower.http.get(&file).status == 404).then_some(()));
}

#[test]
fn redis_carries_the_show_and_commands_go_by_the_line_that_is_named() {
    let redis = Redis::start();
    let mut leader = Leader::start(&["--redis", &redis.url()]);
    leader.http.put("/api/inputs/cam", &json!({"kind": "published", "key": "canary5ecret"})).ok();
    scene(&leader, "one", "1");
    let reader = follower(&redis.url(), &[]);
    let both = follower(&redis.url(), &["--follow-commands", &leader.url()]);
    for follower in [&reader, &both] {
        agree(&leader, follower);
        assert!(!holds(&follower.data_dir, "canary5ecret"));
    }
    reader.http.post("/api/scenes/one/take", &json!({})).refused(409, "ask_the_leader");
    eventually("commands are taken", PATIENCE, || (following(&both)["takes_commands"] == true).then_some(()));
    both.http.post("/api/scenes/one/take", &json!({})).ok();
    assert_eq!(show(&both)["program"]["scene"], "one", "it has happened here when it is answered");
    agree(&leader, &reader);
    leader.kill();
    until(&reader, "stale");
    leader.go();
    until(&reader, "following");
    scene(&leader, "two", "2");
    agree(&leader, &reader);
    agree(&leader, &both);
}

#[test]
fn the_leaders_clock_is_followed() {
    let leader = Leader::start(&[]);
    let follower = follower(&leader.url(), &[]);
    let clock = eventually("the clock is known", PATIENCE, || {
        let clock = following(&follower)["clock"].clone();
        clock.is_object().then_some(clock)
    });
    // On one machine both clocks are the same but for what the way costs.
    let (offset, way) = (clock["offset_ms"].as_f64().unwrap(), clock["round_trip_ms"].as_f64().unwrap());
    assert!(way >= 0.0 && offset.abs() <= way + 5.0, "{clock}");
}

/// Changes that are asked for around each kill.
const EACH: u64 = 100;

type Last = Arc<AtomicU64>;

/// A viewer, told of one room until a last number, over whatever cuts.
async fn watch(ws: String, last: Last) -> Knowledge {
    let mut known = Knowledge::default();
    loop {
        let joined = match Spoken::open(&ws, "scenes").await {
            Some(mut spoken) => spoken.join(&known).await.then_some(spoken),
            None => None,
        };
        let Some(mut spoken) = joined else {
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        while spoken.learn(&mut known).await.is_some() {
            let last = last.load(Ordering::Relaxed);
            if last > 0 && known.seq >= last {
                return known;
            }
        }
    }
}

/// Changes, one after the other, asked for through the follower: each under a name of its own, and again until there is an answer.
fn steer(follower: &Server, changes: std::ops::Range<u64>) -> u64 {
    let mut again = 0;
    for n in changes {
        let layers = json!([{"id": "t", "kind": "text", "text": format!("{n}"), "size": 40.0, "color": "#ffffff"}]);
        let body = json!({"layers": layers, "client_op_id": format!("steer-{n}")});
        eventually("it is answered", PATIENCE, || {
            let answer = follower.http.put("/api/scenes/main", &body);
            let is_done = (200..300).contains(&answer.status);
            let code = if is_done { String::new() } else { answer.json()["error"]["code"].to_string() };
            assert!(is_done || code.contains("leader_away") || code.contains("leader_silent"), "{}", answer.text());
            again += u64::from(!is_done);
            is_done.then_some(())
        });
    }
    again
}

/// What the leader has to do for a second of a show that changes, while so many watch its follower: bytes and cores.
fn cost(leader: &Leader, follower: &Server, line: &Cuts, changes: std::ops::Range<u64>) -> (u64, Cost) {
    let before = line.returned();
    let cost = Cost::of(leader.pid(), || {
        steer(follower, changes);
    });
    (line.returned() - before, cost)
}

/// A thousand who watch a follower cost its leader what one does; and whatever happens to the leader, each of them is told every
/// number once, and each command happens once.
#[test]
fn soak_follow() {
    let (viewers, changes, kills) = if is_long() { (1_000, 400, 10) } else { (100, 60, 2) };
    let mut leader = Leader::start(&["--rate-limit", "off"]);
    scene(&leader, "main", "0");
    let line = Cuts::before(&format!("127.0.0.1:{}", leader.port), 0, u64::MAX, &mut fastrand::Rng::new());
    let follower = follower(&format!("http://{}", line.address), &["--rate-limit", "off"]);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let last = Last::default();
    let watching =
        |count: usize| -> Vec<_> { (0..count).map(|_| runtime.spawn(watch(follower.ws.clone(), last.clone()))).collect() };
    let are_there = |count: usize| {
        let is = || (follower.metric("marquee_websocket_clients") >= count as f64).then_some(());
        eventually("all viewers are there", PATIENCE, is);
    };
    let mut all = watching(1);
    are_there(1);
    let (bytes_of_one, cost_of_one) = cost(&leader, &follower, &line, 0..changes);
    all.extend(watching(viewers - 1));
    are_there(viewers);
    let (bytes_of_all, cost_of_all) = cost(&leader, &follower, &line, changes..2 * changes);
    println!("one viewer: {bytes_of_one} bytes and {cost_of_one} for {changes} changes at the leader");
    println!("{viewers} viewers: {bytes_of_all} bytes and {cost_of_all}");
    println!(
        "at the leader: {} WebSockets, {} followers",
        leader.metric("marquee_websocket_clients"),
        leader.metric("marquee_followers")
    );
    assert_eq!(leader.metric("marquee_websocket_clients"), 0.0);
    assert_eq!(leader.metric("marquee_followers"), 1.0);
    // The probes of the clock are the only thing that time adds.
    assert!(bytes_of_all < 2 * bytes_of_one + 64 * 1024, "{bytes_of_all} against {bytes_of_one}");
    let mut again = 0;
    for kill in 0..kills {
        let (from, each) = (2 * changes + kill * EACH, EACH);
        std::thread::scope(|scope| {
            let steering = scope.spawn(|| steer(&follower, from..from + each));
            let_pass(Duration::from_millis(fastrand::u64(20..400)));
            leader.kill();
            until(&follower, "stale");
            assert_eq!(follower.http.get("/api/scenes").status, 200, "it goes on serving");
            leader.go();
            again += steering.join().unwrap();
        });
        until(&follower, "following");
    }
    scene(&leader, "last", "the end");
    // The scene that was there, all that was steered, and the last one.
    let room_seq = 1 + 2 * changes + kills * EACH + 1;
    last.store(seq(&leader), Ordering::Relaxed);
    scene(&leader, "last", "the very end");
    let (mut told, mut snapshots) = (0, 0);
    for viewer in all {
        let known = runtime.block_on(viewer).unwrap();
        // Each command happened once, and was told once.
        assert!((room_seq..=room_seq + 1).contains(&known.room_seq), "{} of {room_seq}", known.room_seq);
        (told, snapshots) = (told + known.changes, snapshots + known.snapshots);
    }
    agree(&leader, &follower);
    println!(
        "{kills} kills: {again} commands were sent again, {told} changes told to {viewers} viewers, {snapshots} snapshots"
    );
    assert_eq!(follower.metric("marquee_follow_snapshots_total"), 1.0, "no gap: changes alone came after the first");
}
