//! Jams of a server that others follow: what it shows of them its followers show, and theirs; and they can be looked on at there.

use std::collections::{BTreeMap, BTreeSet};

use marquee::jam::ask::Ask;
use marquee::jam::wire::frame::Hello;
use marquee::show::jam::event::Step;
use marquee::show::jam::pattern::PatternId;
use serde_json::{Value, json};

use crate::support::jammer::{Form, Jammer};
use crate::support::leader::{Leader, agree, follower, following, jam, until, wait_for_jam};
use crate::support::leds::Controller;
use crate::support::server::Server;
use crate::support::ws::Ws;
use crate::support::{PATIENCE, eventually};

/// What zones showed in each frame, until there are so many.
async fn lights(ws: &str, count: usize) -> BTreeMap<u64, Value> {
    let mut line = Ws::open(&format!("{ws}/ws?preview=off")).await;
    line.send(&json!({"type": "subscribe", "payload": {"rooms": ["frames"]}}).to_string()).await;
    let mut seen = BTreeMap::new();
    while seen.len() < count {
        let mut update = line.next_of("frame:update").await;
        seen.insert(update["frame_number"].as_u64().unwrap(), update["zones"].take());
    }
    seen
}

#[test]
fn lights_are_the_same_to_the_byte_here_and_there() {
    let leader = Leader::start(&["--rate-limit", "off"]);
    leader.http.post("/api/v1/zones", &json!({"id": "strip", "pixel_count": 60})).ok();
    leader.http.post("/api/v1/zones", &json!({"id": "drums", "pixel_count": 64})).ok();
    let jam = jam(&leader);
    leader.http.put("/api/inputs/band", &json!({"kind": "jam", "jam": jam, "when_hidden": "keep"})).ok();
    leader.http.put("/api/v1/zones/drums/layers/jam", &json!({"kind": "jam", "jam": jam, "module": "drum-machine"})).ok();
    let follower = follower(&leader.url(), &["--rate-limit", "off"]);
    let start = json!({"zones": ["strip"], "seed": 7});
    follower.http.post("/api/v1/animations/PLASMA/start", &start).ok();
    agree(&leader, &follower);
    eventually("the clock is known", PATIENCE, || following(&follower)["clock"].is_object().then_some(()));
    wait_for_jam(&follower);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (here, there) = runtime.block_on(async { tokio::join!(lights(&follower.ws, 240), lights(&leader.ws, 240)) });
    let common: Vec<&u64> = here.keys().filter(|number| there.contains_key(number)).collect();
    let shown = |zone: &str| common.iter().map(|number| here[number][zone].to_string()).collect::<BTreeSet<String>>();
    let (shown, drums) = (shown("strip"), shown("drums"));
    println!("{} frames of lights of both nodes compared, {} of them differ from each other", common.len(), shown.len());
    assert!(common.len() >= 60 && shown.len() >= 30, "{} compared, {} of them different", common.len(), shown.len());
    assert!(drums.len() >= 30, "{} different ones of the jam", drums.len());
    for number in common {
        assert_eq!(here[number], there[number], "frame {number}");
    }
}

/// Its show has the leader's fixtures in it, but it lights none: in a jam that both have joined it claims no device.
#[test]
fn in_a_jam_a_follower_claims_none_of_its_leaders_devices() {
    let host = Server::start(&["--rate-limit", "off"]);
    let made = host.http.post("/api/jams", &json!({"name": "test", "by": "Host", "open": true})).ok().json();
    let code = made["code"].as_str().unwrap();
    let leader = Leader::start(&["--rate-limit", "off"]);
    let follower = follower(&leader.url(), &[]);
    leader.http.post("/api/v1/zones", &json!({"id": "strip", "pixel_count": 8})).ok();
    let controller = Controller::start();
    controller.fixture(&leader, "leds", "strip", &json!({}));
    agree(&leader, &follower);
    leader.http.post("/api/jam-links", &json!({"url": format!("{}/{code}", host.ws)})).ok();
    for server in [&*leader, &follower] {
        eventually("it has joined", PATIENCE, || {
            let link = server.http.get(&format!("/api/jam-links/{code}")).json();
            (link["link"]["state"] == "joined").then_some(())
        });
    }
    let brought = || {
        let participants = host.http.get(&format!("/api/jams/{code}")).json()["jam"]["participants"].clone();
        participants.as_object().unwrap().values().filter_map(|one| one["outputs"].as_u64()).sum::<u64>()
    };
    eventually("the leader brings its lights", PATIENCE, || (brought() > 0).then_some(()));
    assert_eq!(brought(), 8, "the leader's alone");
    // In place of the jam, which nobody plays in.
    leader.http.post("/api/v1/zones/strip/reset", &json!({})).ok();
    let red = json!({"color": {"mode": "RGB", "rgb": [200, 0, 0]}});
    leader.http.put("/api/v1/zones/strip/color", &red).ok();
    eventually("the leader lights them", PATIENCE, || controller.last().filter(|channels| channels[0] > 150));
}

/// As anybody may see it, but for what only its keeper says.
fn seen(server: &Server, jam: &str) -> Value {
    server.http.get(&format!("/api/jams/{jam}")).json()
}

#[track_caller]
fn agree_on(jam: &str, leader: &Server, others: &[&Server]) {
    eventually("they know the same of the jam", PATIENCE, || {
        let known = seen(leader, jam);
        others.iter().all(|other| seen(other, jam) == known).then_some(())
    });
}

fn with_a_jam() -> (Leader, String) {
    let leader = Leader::start(&["--rate-limit", "off"]);
    leader.http.post("/api/v1/zones", &json!({"id": "drums", "pixel_count": 64})).ok();
    let jam = jam(&leader);
    leader.http.put("/api/inputs/band", &json!({"kind": "jam", "jam": jam, "when_hidden": "keep"})).ok();
    leader.http.put("/api/v1/zones/drums/layers/jam", &json!({"kind": "jam", "jam": jam, "module": "drum-machine"})).ok();
    (leader, jam)
}

async fn comes(server: &Server, jam: &str, name: &str) -> Jammer {
    let hello = Hello { code: jam.to_owned(), name: name.to_owned(), watch: name.is_empty(), ..Hello::default() };
    Jammer::join(&server.ws, Form::Bytes, hello, None).await.unwrap()
}

fn step(track: u8, velocity: u8) -> Ask {
    Ask::DrumStep(Step { pattern: PatternId::default(), track, step: 3, enabled: true, velocity, extra: 0 })
}

#[test]
fn a_jam_goes_all_the_way_down_and_so_does_its_end() {
    let (leader, code) = with_a_jam();
    let middle = Leader::start(&["--follow", &leader.url(), "--rate-limit", "off"]);
    until(&middle, "following");
    let last = follower(&middle.url(), &["--rate-limit", "off"]);
    agree(&leader, &last);
    eventually("the clock is known", PATIENCE, || following(&last)["clock"].is_object().then_some(()));
    wait_for_jam(&last);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (here, there) = runtime.block_on(async { tokio::join!(lights(&last.ws, 120), lights(&leader.ws, 120)) });
    let common: Vec<&u64> = here.keys().filter(|number| there.contains_key(number)).collect();
    println!("{} frames of lights compared", common.len());
    assert!(common.len() >= 60);
    for number in common {
        assert_eq!(here[number], there[number], "frame {number}");
    }

    // Who looks on down here is told what is played up there.
    runtime.block_on(async {
        let eve = comes(&last, &code, "").await;
        let mut ada = comes(&leader, &code, "Ada").await;
        ada.done(vec![step(1, 77), step(2, 78)]).await;
        eve.until("it is told", |known| known.came.len() >= 2 && known.seq == ada.known().seq).await;
        assert_eq!(eve.jam().patterns, ada.jam().patterns);
    });
    agree_on(&code, &leader, &[&*middle, &last]);
    assert_eq!(seen(&last, &code)["code"], code.as_str());
    let refused = last.http.post(&format!("/api/jams/{code}/join"), &json!({"by": "Bob"})).refused(409, "ask_the_leader");
    assert_eq!(refused.json()["error"]["details"]["leader"], middle.url());

    runtime.block_on(async {
        let eve = comes(&last, &code, "").await;
        leader.http.send("DELETE", &format!("/api/jams/{code}"), None, Vec::new()).ok();
        eve.until("it is told that it is over", |known| known.bye.is_some()).await;
        assert_eq!(eve.known().bye.as_deref(), Some("jam_over"));
    });
    for server in [&*leader, &*middle, &last] {
        eventually("nothing of it is shown", PATIENCE, || {
            (server.http.get("/api/inputs/band").json()["status"]["state"] != "playing").then_some(())
        });
        server.http.get(&format!("/api/jams/{code}")).refused(404, "jam_not_found");
    }
}

#[test]
fn without_its_leader_a_jam_goes_on_and_then_it_is_told_what_was_missed() {
    let (mut leader, code) = with_a_jam();
    let mut middle = Leader::start(&["--follow", &leader.url(), "--rate-limit", "off"]);
    until(&middle, "following");
    let last = follower(&middle.url(), &["--rate-limit", "off"]);
    wait_for_jam(&last);
    agree_on(&code, &leader, &[&*middle, &last]);
    let before = seen(&leader, &code);
    leader.kill();
    until(&last, "stale");
    for server in [&*middle, &last] {
        assert_eq!(seen(server, &code), before);
        assert_eq!(server.http.get("/api/inputs/band").json()["status"]["state"], "playing");
    }
    leader.go();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async { comes(&leader, &code, "Ada").await.done(vec![step(5, 55)]).await });
    agree_on(&code, &leader, &[&*middle, &last]);
    assert_ne!(seen(&last, &code), before);

    // One in the middle that goes down in good order has not ended it either.
    let before = seen(&last, &code);
    middle.stop();
    until(&last, "stale");
    assert_eq!(seen(&last, &code), before);
    assert_eq!(last.http.get("/api/inputs/band").json()["status"]["state"], "playing");
}
