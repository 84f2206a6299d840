//! Jams through three doors: `jam.v1` in bytes, the rooms of protocol 1, and Socket.IO.

use std::time::Duration;

use futures_util::SinkExt;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

use super::protocol::speak;
use super::socket::{Client, DEADLINE, listen, next, say, wait_for};
use super::socketio::{emit, event, open};
use super::*;
use crate::api::jam::seat::{Seat, Telling};
use crate::identity::Caller;
use crate::jam::ask::Ask;
use crate::jam::evolve::evolve;
use crate::jam::fingerprint::fingerprint;
use crate::jam::wire::frame::{Devices, Down, Hello, Place, Told, Up};
use crate::show::jam::Jam;
use crate::show::jam::event::{Entry, JamEvent, Step, Struck};
use crate::show::jam::module::Module;
use crate::show::jam::participant::ParticipantId;
use crate::show::jam::pattern::PatternId;

fn step(track: u8, step: u8, enabled: bool) -> Ask {
    Ask::DrumStep(Step { pattern: PatternId::default(), track, step, enabled, velocity: 80, extra: 0 })
}

async fn jam(house: &House) -> String {
    let opened = house.tell("POST", "/api/jams", json!({ "name": "test", "by": "Host", "open": true })).await.expect(201);
    opened.json()["code"].as_str().expect("a code").to_owned()
}

/// Comes into a room of protocol 1: the jam as it was then, and what else was said of it.
async fn enter(client: &mut Client, code: &str, more: Value) -> Value {
    let mut payload = json!({ "rooms": [format!("jam:{code}")] });
    payload.as_object_mut().expect("fields").extend(more.as_object().expect("fields").clone());
    say(client, json!({ "type": "subscribe", "payload": payload })).await;
    let told = wait_any(client).await;
    assert_eq!(wait_any(client).await["type"], "subscribed", "{told}");
    told
}

/// The next message that is not what happens in a jam.
async fn wait_any(client: &mut Client) -> Value {
    loop {
        let message = json_of(next(client).await);
        if message["type"] != "jam:events" {
            return message;
        }
    }
}

fn json_of(message: Message) -> Value {
    match message {
        Message::Text(text) => serde_json::from_str(&text).expect("JSON"),
        other => panic!("{other:?}"),
    }
}

async fn play(client: &mut Client, name: &str, payload: Value) {
    say(client, json!({ "type": "jam", "client_op_id": name, "payload": payload })).await;
}

/// What came of it, and the events that came before.
async fn answer(client: &mut Client) -> (Value, Vec<Value>) {
    let mut events = Vec::new();
    loop {
        let message = json_of(next(client).await);
        match message["type"].as_str() {
            Some("jam:events") => {
                let payload = &message["payload"];
                let told = payload["events"].as_array().expect("events").clone();
                assert_eq!(told[0]["seq"], payload["seq_from"]);
                assert_eq!(told[told.len() - 1]["seq"], payload["seq"]);
                events.extend(told);
            }
            Some("ack" | "err") => return (message, events),
            _ => panic!("{message}"),
        }
    }
}

/// The next event of that name.
async fn until(client: &mut Client, name: &str) -> Value {
    let waiting = async {
        loop {
            let (found, payload) = event(client).await;
            if found == name {
                return payload;
            }
            assert_ne!(found, "err:op", "while {name} is waited for: {payload}");
        }
    };
    tokio::time::timeout(DEADLINE, waiting).await.unwrap_or_else(|_| panic!("no {name} in time"))
}

#[tokio::test]
async fn a_jam_is_told_as_a_whole_and_then_by_number() {
    let house = House::open().await;
    let code = jam(&house).await;
    let (mut ada, _) = speak(&listen(&house).await).await;
    let told = enter(&mut ada, &code.to_lowercase(), json!({ "name": "Ada", "color": "#00ff00" })).await;
    assert_eq!((&told["type"], &told["payload"]["room"]), (&json!("jam:snapshot"), &json!(format!("jam:{code}"))));
    let payload = &told["payload"];
    assert_eq!((&payload["id"], payload["token"].is_string()), (&json!(2), true));
    assert_eq!(payload["jam"]["participants"]["2"]["name"], "Ada");

    let steps = json!([{ "type": "drum-step", "track": 0, "step": 7, "enabled": true, "velocity": 90 }, { "type": "note", "note": 60 }]);
    play(&mut ada, "a-1", json!({ "op": 1, "asks": steps })).await;
    let (ack, events) = answer(&mut ada).await;
    assert_eq!((&ack["type"], &ack["payload"]["client_op_id"]), (&json!("ack"), &json!("a-1")));
    let kinds: Vec<_> = events.iter().filter(|event| event["type"] != "presence").collect();
    assert_eq!((&kinds[0]["type"], &kinds[0]["step"], &kinds[0]["by"]), (&json!("drum-step"), &json!(7), &json!(2)));
    assert_eq!((&kinds[1]["type"], &ack["payload"]["seq"]), (&json!("note"), &kinds[1]["seq"]));
    // What was done under a number is not done again.
    play(&mut ada, "a-2", json!({ "op": 1, "room": format!("jam:{code}"), "asks": steps })).await;
    let (ack, events) = answer(&mut ada).await;
    assert_eq!((&ack["type"], events.len()), (&json!("ack"), 0), "{events:?}");

    say(&mut ada, json!({ "type": "unsubscribe", "payload": { "rooms": [format!("jam:{code}")] } })).await;
    assert_eq!(wait_any(&mut ada).await["payload"]["rooms"], json!([]));
    play(&mut ada, "a-3", json!({ "asks": steps })).await;
    assert_eq!(answer(&mut ada).await.0["payload"]["code"], "not_in_jam");
}

#[tokio::test]
async fn what_can_not_be_is_told_with_its_code_and_changes_nothing() {
    let house = House::open().await;
    let codes = [jam(&house).await, jam(&house).await, jam(&house).await, jam(&house).await, jam(&house).await];
    let room = house.api.jams.hall.room(codes[0].parse().expect("a code")).expect("a jam");
    let (mut client, _) = speak(&listen(&house).await).await;
    for (bad, why) in [("AAAAAA", "jam_not_found"), ("nonsense and more of it", "invalid_jam_code")] {
        let told = enter(&mut client, bad, json!({ "name": "Ada" })).await;
        assert_eq!((&told["type"], &told["payload"]["code"]), (&json!("err"), &json!(why)));
    }
    let told = enter(&mut client, &codes[0], json!({ "token": "1.made-up" })).await;
    assert_eq!(told["payload"]["code"], "not_a_participant");
    // Without a name it looks on.
    let told = enter(&mut client, &codes[0], json!({})).await;
    assert_eq!((&told["type"], &told["payload"]["id"]), (&json!("jam:snapshot"), &Value::Null));
    let before = room.whole();
    let tempo = json!([{ "type": "tempo-change", "tempo": 90 }]);
    for (payload, why) in [
        (json!({ "asks": tempo }), "not_a_participant"),
        (json!({ "room": "jam:AAAAAA", "asks": tempo }), "not_in_jam"),
        (json!({ "room": "jam:nonsense", "asks": tempo }), "invalid_jam_code"),
        (json!({ "asks": [{ "type": "dance" }] }), "invalid_body"),
        (json!({ "asks": tempo, "more": 1 }), "invalid_body"),
        (json!({}), "invalid_body"),
    ] {
        play(&mut client, "x", payload.clone()).await;
        let (err, _) = answer(&mut client).await;
        assert_eq!((&err["payload"]["client_op_id"], &err["payload"]["code"]), (&json!("x"), &json!(why)), "{payload}");
    }
    assert_eq!(room.whole(), before);
    for code in &codes[1..4] {
        assert_eq!(enter(&mut client, code, json!({ "name": "Ada" })).await["type"], "jam:snapshot");
    }
    play(&mut client, "y", json!({ "asks": tempo })).await;
    assert_eq!(answer(&mut client).await.0["payload"]["code"], "jam_not_named");
    assert_eq!(enter(&mut client, &codes[4], json!({ "name": "Ada" })).await["payload"]["code"], "too_many_seats");
    let bad = json!([{ "type": "drum-step", "track": 99, "step": 0, "enabled": true }]);
    play(&mut client, "z", json!({ "room": codes[1], "asks": bad })).await;
    assert_eq!(answer(&mut client).await.0["payload"]["code"], "invalid_jam_value");
    let much: Vec<Value> = (0..200).map(|number| json!({ "type": "note", "note": number % 128 })).collect();
    for name in ["1", "2", "3", "4"] {
        play(&mut client, name, json!({ "room": codes[1], "asks": much })).await;
    }
    let mut last = Value::Null;
    for _ in 0..4 {
        last = answer(&mut client).await.0;
        if last["type"] == "err" {
            break;
        }
    }
    assert_eq!(last["payload"]["code"], "rate_limited");
    assert!(last["payload"]["details"]["retry_after_ms"].as_u64().is_some());
}

#[tokio::test]
async fn who_comes_back_is_told_what_was_missed_or_the_whole() {
    let house = House::open().await;
    let code = jam(&house).await;
    let address = listen(&house).await;
    let (mut ada, _) = speak(&address).await;
    let first = enter(&mut ada, &code, json!({ "name": "Ada" })).await["payload"].clone();
    play(&mut ada, "1", json!({ "op": 1, "asks": [{ "type": "color-mode", "mode": "spectrum" }] })).await;
    let seq = answer(&mut ada).await.0["payload"]["seq"].clone();
    drop(ada);
    let mut known = json!({ "token": first["token"], "epoch": first["epoch"], "seq": first["seq"] });
    let (mut again, _) = speak(&address).await;
    let told = enter(&mut again, &code, known.clone()).await;
    assert_eq!((&told["type"], &told["payload"]["id"]), (&json!("jam:resumed"), &first["id"]));
    assert_eq!(told["payload"]["seq"], first["seq"]);
    play(&mut again, "2", json!({ "op": 2, "asks": [{ "type": "tempo-change", "tempo": 90 }] })).await;
    let (_, events) = answer(&mut again).await;
    let numbers: Vec<u64> = events.iter().map(|event| event["seq"].as_u64().expect("a number")).collect();
    let from = first["seq"].as_u64().expect("a number") + 1;
    assert_eq!(numbers, (from..from + numbers.len() as u64).collect::<Vec<_>>(), "no gap");
    assert!(numbers.contains(&seq.as_u64().expect("a number")));
    known["epoch"] = json!("0123456789abcdef");
    let (mut other, _) = speak(&address).await;
    assert_eq!(enter(&mut other, &code, known).await["type"], "jam:snapshot");
}

#[tokio::test]
async fn who_is_too_far_behind_is_told_the_whole() {
    let house = House::open().await;
    let code = jam(&house).await;
    let hello = Hello { code: code.clone(), name: "Ada".to_owned(), ..Hello::default() };
    let caller = Caller::anonymous_admin();
    let here = "127.0.0.1".parse().expect("an address");
    let (mut seat, welcome) = Seat::<u8>::take(&house.api, Some(&caller), here, &hello).await.expect("it may");
    let (hall, id) = (&house.api.jams.hall, welcome.id.expect("a participant"));
    seat.ask(7, 0, vec![step(0, 0, true)]);
    for _ in 0..10 {
        let notes = (0..128).map(|note| Ask::Note(Struck { note, velocity: 80, module: Module::Piano, on: true }));
        hall.play(seat.room.code, id, 0, notes.collect()).await.expect("done");
    }
    let Telling::Whole { seq, jam, .. } = seat.next().await else { panic!("too much has happened") };
    assert_eq!((seq, jam), seat.room.whole());
    // Its own operation is done with it, if not before.
    hall.play(seat.room.code, id, 0, vec![Ask::Leave { id: None }]).await.expect("done");
    while !matches!(tokio::time::timeout(DEADLINE, seat.next()).await.expect("in time"), Telling::Over(_)) {}
}

#[tokio::test]
async fn whoever_leaves_the_room_or_goes_is_no_longer_present() {
    let clock = Clock::manual(ShowTime(1_700_000_000_000_000));
    let house = House::open_with(clock.clone(), Settings { on_this_machine_only: true, ..Settings::default() }).await;
    let code = jam(&house).await;
    let room = house.api.jams.hall.room(code.parse().expect("a code")).expect("a jam");
    let address = listen(&house).await;
    let (mut ada, _) = speak(&address).await;
    enter(&mut ada, &code, json!({ "name": "Ada" })).await;
    let (mut bob, _) = speak(&address).await;
    enter(&mut bob, &code, json!({ "name": "Bob" })).await;
    let (mut cem, _) = open(&house, "").await;
    emit(&mut cem, "join:jam", json!({ "code": code, "name": "Cem" })).await;
    until(&mut cem, "ack:join").await;
    let mut newest = room.newest();
    let mut come_to = async |present: usize| {
        let waiting = newest.wait_for(|_| room.jam().present() == present);
        tokio::time::timeout(DEADLINE, waiting).await.expect("in time").expect("it goes on");
    };
    come_to(3).await;
    say(&mut ada, json!({ "type": "unsubscribe", "payload": { "rooms": [format!("jam:{code}")] } })).await;
    wait_for(&mut ada, "subscribed").await;
    drop((bob, cem));
    // They are known to be gone once nothing more is counted.
    let gone = async {
        while house.api.vitals.websocket_clients.get() > 1 || house.api.vitals.socketio_clients.get() > 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(DEADLINE, gone).await.expect("in time");
    // Whatever was in line before is done once this is.
    house.api.jams.hall.play(room.code, ParticipantId(1), 0, Vec::new()).await.expect("done");
    clock.set(ShowTime(clock.now().0 + 5_001_000));
    come_to(0).await;
    assert_eq!(room.jam().participants.len(), 4, "they may come back");
}

#[tokio::test]
async fn in_message_pack_it_is_the_same() {
    let house = House::open().await;
    let code = jam(&house).await;
    let mut request = listen(&house).await.into_client_request().expect("an address");
    request.headers_mut().insert("sec-websocket-protocol", "marquee.v1.msgpack".parse().expect("a header"));
    let (mut client, _) = connect_async(request).await.expect("connected");
    let asks = [
        { json!({ "type": "subscribe", "payload": { "rooms": [format!("jam:{code}")], "name": "Ada" } }) },
        json!({ "type": "jam", "payload": { "asks": [{ "type": "drum-step", "track": 1, "step": 2, "enabled": true }] } }),
    ];
    for ask in asks {
        client.send(Message::binary(rmp_serde::to_vec_named(&ask).expect("packed"))).await.expect("sent");
    }
    let mut kinds = Vec::new();
    while kinds.last() != Some(&json!("ack")) {
        let Message::Binary(packed) = next(&mut client).await else { panic!("MessagePack") };
        let message: Value = rmp_serde::from_slice(&packed).expect("one value");
        kinds.push(message["type"].clone());
    }
    assert_eq!(kinds[..3], [json!("welcome"), json!("jam:snapshot"), json!("subscribed")]);
    assert_eq!(kinds[3], "jam:events");
}

#[tokio::test]
async fn a_jam_over_socket_io_is_played_in_the_words_of_its_clients() {
    let house = House::open().await;
    let (code, other) = (jam(&house).await, jam(&house).await);
    let room = format!("jam:{code}");
    let (mut ada, _) = open(&house, "").await;
    until(&mut ada, "connection_status").await;
    emit(&mut ada, "drum-step", json!({ "track": 0, "step": 7, "enabled": true, "client_op_id": "early" })).await;
    assert_eq!(until(&mut ada, "err:op").await["code"], "not_in_jam");
    emit(&mut ada, "join:jam:AAAAAA", json!({})).await;
    let refused = until(&mut ada, "ack:join").await;
    assert_eq!((&refused["success"], &refused["code"]), (&json!(false), &json!("jam_not_found")));
    emit(&mut ada, "join:jam", json!({ "code": code, "name": "Ada" })).await;
    let state = until(&mut ada, "state:jam").await;
    assert_eq!((&state["room"], &state["data"]["participants"]["2"]["name"]), (&json!(room), &json!("Ada")));
    let joined = until(&mut ada, "ack:join").await;
    assert_eq!((&joined["room"], &joined["success"], &joined["id"]), (&json!(room), &json!(true), &json!(2)));
    assert_eq!((&joined["room_seq"], joined["token"].is_string()), (&state["room_seq"], true));

    let words = [
        ("drum-step", json!({ "track": 0, "step": 7, "enabled": true, "velocity": 90 })),
        ("note", json!({ "note": 60, "velocity": 70 })),
        ("color-mode", json!({ "mode": "spectrum" })),
        ("tempo-change", json!({ "tempo": 127 })),
        ("key-change", json!({ "key": "Eb", "scale": "dorian" })),
        ("playback-control", json!({ "isPlaying": true })),
    ];
    for (word, data) in words {
        let mut asked = data.clone();
        asked["client_op_id"] = json!(word);
        emit(&mut ada, word, asked).await;
        let told = until(&mut ada, word).await;
        for (field, value) in data.as_object().expect("fields") {
            assert!(told[field] == *value || told[field].as_f64() == value.as_f64(), "{field} of {told}");
        }
        assert_eq!((&told["room"], &told["by"], &told["epoch"]), (&json!(room), &json!(2), &joined["epoch"]));
        let ack = until(&mut ada, "ack:op").await;
        assert_eq!((&ack["client_op_id"], &ack["room_seq"]), (&json!(word), &told["room_seq"]));
    }
    let empty = json!({ "steps": vec![false; 16], "velocities": vec![0; 16], "muted": false, "solo": false, "volume": 100 });
    let track = |number: usize| {
        let mut track = empty.clone();
        track["id"] = json!(format!("track-{number}"));
        track["steps"][number] = json!(true);
        track
    };
    let tracks: Vec<Value> = (0..8).map(track).collect();
    emit(&mut ada, "drum-pattern-reset", json!({ "tracks": tracks })).await;
    assert_eq!(until(&mut ada, "drum-pattern-reset").await["tracks"][3]["id"], "track-3");
    emit(&mut ada, "note", json!({ "note": "loud", "client_op_id": "bad" })).await;
    let err = until(&mut ada, "err:op").await;
    assert_eq!(
        (&err["client_op_id"], &err["code"], &err["details"]["field"]),
        (&json!("bad"), &json!("invalid_body"), &json!("note"))
    );

    emit(&mut ada, "join:jam", json!({ "code": other, "watch": true })).await;
    until(&mut ada, "ack:join").await;
    emit(&mut ada, "note", json!({ "note": 60 })).await;
    assert_eq!(until(&mut ada, "err:op").await["code"], "jam_not_named");
    emit(&mut ada, "asks", json!({ "room": room, "asks": [{ "type": "note", "note": 61 }, { "type": "leave" }] })).await;
    assert_eq!(until(&mut ada, "note").await["note"], 61);
    assert_eq!(until(&mut ada, "left").await["id"], 2);
    until(&mut ada, "ack:op").await;
    assert_eq!(until(&mut ada, "jam:bye").await["code"], "left");
    emit(&mut ada, "leave:jam", json!({ "code": other })).await;
    let left = until(&mut ada, "ack:leave").await;
    assert_eq!((&left["room"], &left["success"]), (&json!(format!("jam:{other}")), &json!(true)));
}

/// What somebody was told, put together.
struct Mirror {
    jam: Jam,
    seq: u64,
}

impl Mirror {
    fn of(jam: &Value, seq: &Value) -> Self {
        Self { jam: serde_json::from_value(jam.clone()).expect("a jam"), seq: seq.as_u64().expect("a number") }
    }

    fn take(&mut self, event: &Value, seq: &Value, at: i64) {
        assert_eq!(seq.as_u64(), Some(self.seq + 1), "no number is left out");
        self.seq += 1;
        let by = serde_json::from_value(event["by"].clone()).expect("somebody");
        let event: JamEvent = serde_json::from_value(event.clone()).expect("an event");
        evolve(&mut self.jam, &Entry { seq: self.seq, at, by, op: 0, event });
    }

    fn end(&self) -> (u64, Jam, String) {
        (self.seq, self.jam.told(), fingerprint(&self.jam))
    }
}

async fn in_bytes(address: &str, code: &str) -> (Client, Down, Place) {
    come(address, Hello { code: code.to_owned(), name: "Ada".to_owned(), ..Hello::default() }).await
}

async fn come(address: &str, hello: Hello) -> (Client, Down, Place) {
    let mut request = address.into_client_request().expect("an address");
    request.headers_mut().insert("sec-websocket-protocol", "jam.v1".parse().expect("a header"));
    let (mut client, _) = connect_async(request).await.expect("connected");
    client.send(Message::binary(Up::Hello(hello).bytes())).await.expect("sent");
    let Message::Binary(bytes) = next(&mut client).await else { panic!("bytes") };
    let mut place = Place::default();
    let welcome = Down::read(&bytes, &mut place).expect("it is understood");
    (client, welcome, place)
}

/// They would be dark from then on: a server gives way to whoever lights a device.
#[tokio::test]
async fn whoever_only_looks_on_claims_no_lights() {
    let house = House::open().await;
    let code = jam(&house).await;
    let address = listen(&house).await;
    let devices = vec!["ddp://192.0.2.1:4048/1".to_owned()];
    let claim = Up::Lease(Devices { devices: devices.clone() }).bytes();

    let (mut eve, _, mut place) = come(&address, Hello { code: code.clone(), watch: true, ..Hello::default() }).await;
    eve.send(Message::binary(claim.clone())).await.expect("sent");
    let Message::Binary(bytes) = next(&mut eve).await else { panic!("bytes") };
    let told = Down::read(&bytes, &mut place).expect("it is understood");
    assert!(matches!(&told, Down::Refused { code, .. } if code == "not_a_participant"), "{told:?}");
    assert_eq!(house.api.jams.leases.claim(0, &devices), devices);
    house.api.jams.leases.release(0);

    let (mut ada, _, mut place) = in_bytes(&address, &code).await;
    ada.send(Message::binary(claim)).await.expect("sent");
    let told = loop {
        let Message::Binary(bytes) = next(&mut ada).await else { continue };
        match Down::read(&bytes, &mut place).expect("it is understood") {
            Down::Events(_) => {}
            other => break other,
        }
    };
    assert!(matches!(&told, Down::Leased(granted) if granted.devices == devices), "{told:?}");
    assert!(house.api.jams.leases.claim(0, &devices).is_empty());
}

/// What each plays, in turn: all of them write in the same cells.
fn played(who: u8, turn: u8) -> Vec<Ask> {
    let note = Struck { note: 48 + turn % 24, velocity: 80, module: Module::Piano, on: true };
    vec![
        step(turn % 8, turn.wrapping_mul(5) % 16, (turn + who).is_multiple_of(2)),
        Ask::TempoChange { tempo: f64::from(90 + turn + who) },
        Ask::Note(note),
    ]
}

const TURNS: u8 = 40;

#[tokio::test]
async fn three_who_play_through_three_doors_end_with_the_same_jam() {
    let house = House::open().await;
    let code = jam(&house).await;
    let room = house.api.jams.hall.room(code.parse().expect("a code")).expect("a jam");
    let address = listen(&house).await;

    let (mut ada, welcome, mut place) = in_bytes(&address, &code).await;
    let Down::Welcome(welcome) = welcome else { panic!("{welcome:?}") };
    let mut by_bytes = Mirror { jam: *welcome.jam.expect("the whole"), seq: welcome.seq };
    let (mut bob, _) = speak(&address).await;
    let told = enter(&mut bob, &code, json!({ "name": "Bob" })).await["payload"].clone();
    let mut by_json = Mirror::of(&told["jam"], &told["seq"]);
    let (mut cem, _) = open(&house, "").await;
    emit(&mut cem, "join:jam", json!({ "code": code, "name": "Cem" })).await;
    let told = until(&mut cem, "state:jam").await;
    let mut by_events = Mirror::of(&told["data"], &told["room_seq"]);
    until(&mut cem, "ack:join").await;

    for turn in 0..TURNS {
        let up = Up::Asks { op: u32::from(turn) + 1, asks: played(0, turn) };
        ada.send(Message::binary(up.bytes())).await.expect("sent");
        play(&mut bob, &format!("b-{turn}"), json!({ "asks": played(1, turn) })).await;
        emit(&mut cem, "asks", json!({ "asks": played(2, turn) })).await;
    }
    let last_ack = u32::from(TURNS);
    let read_bytes = async {
        let mut acked = 0;
        while acked < last_ack {
            let Message::Binary(bytes) = next(&mut ada).await else { continue };
            let Down::Events(told) = Down::read(&bytes, &mut place).expect("it is understood") else { panic!("events") };
            for one in told {
                match one {
                    Told::Ack(op) => acked = op,
                    Told::Entry(entry) => {
                        assert_eq!(entry.seq, by_bytes.seq + 1);
                        by_bytes.seq = entry.seq;
                        evolve(&mut by_bytes.jam, &entry);
                    }
                }
            }
        }
    };
    let take_json = |mirror: &mut Mirror, message: &Value| {
        for event in message["payload"]["events"].as_array().into_iter().flatten() {
            mirror.take(event, &event["seq"], event["at"].as_i64().expect("a time"));
        }
    };
    let read_json = async {
        let mut acked = 0;
        while acked < last_ack {
            let message = json_of(next(&mut bob).await);
            assert_ne!(message["type"], "err", "{message}");
            acked += u32::from(message["type"] == "ack");
            take_json(&mut by_json, &message);
        }
    };
    let take_event = |mirror: &mut Mirror, name: &str, mut payload: Value| {
        payload["type"] = json!(name);
        let (seq, at) = (payload["room_seq"].clone(), payload["at"].as_i64().expect("a time"));
        mirror.take(&payload, &seq, at);
    };
    let read_events = async {
        let mut acked = 0;
        while acked < last_ack {
            let (name, payload) = event(&mut cem).await;
            match name.as_str() {
                "ack:op" => acked += 1,
                "connection_status" => {}
                "err:op" => panic!("{payload}"),
                name => take_event(&mut by_events, name, payload),
            }
        }
    };
    let all = async { tokio::join!(read_bytes, read_json, read_events) };
    tokio::time::timeout(DEADLINE, all).await.expect("in time");
    // All is asked and answered; the rest of what the others did is still to be read.
    let (seq, whole) = room.whole();
    let rest = async {
        while by_bytes.seq < seq {
            let Message::Binary(bytes) = next(&mut ada).await else { continue };
            let Down::Events(told) = Down::read(&bytes, &mut place).expect("it is understood") else { continue };
            for one in told {
                if let Told::Entry(entry) = one {
                    by_bytes.seq = entry.seq;
                    evolve(&mut by_bytes.jam, &entry);
                }
            }
        }
        while by_json.seq < seq {
            take_json(&mut by_json, &json_of(next(&mut bob).await));
        }
        while by_events.seq < seq {
            let (name, payload) = event(&mut cem).await;
            take_event(&mut by_events, &name, payload);
        }
    };
    tokio::time::timeout(DEADLINE, rest).await.expect("in time");
    let expected = Mirror { jam: Jam::clone(&whole), seq }.end();
    assert!(seq > u64::from(TURNS) * 6, "they did play: {seq}");
    for mirror in [by_bytes, by_json, by_events] {
        assert_eq!(mirror.end(), expected);
    }
}

/// Frames of a server that have come whole: their opcodes, and what is in them.
fn frames(mut bytes: &[u8]) -> Vec<(u8, String)> {
    let mut frames = Vec::new();
    loop {
        let (opcode, length, rest) = match bytes {
            [first, 126, high, low, rest @ ..] => (first & 15, usize::from(u16::from_be_bytes([*high, *low])), rest),
            [first, short @ 0..126, rest @ ..] => (first & 15, usize::from(*short), rest),
            _ => return frames,
        };
        let Some((payload, rest)) = rest.split_at_checked(length) else { return frames };
        frames.push((opcode, String::from_utf8_lossy(payload).into_owned()));
        bytes = rest;
    }
}

/// A short frame of a client; the mask of nothing but zeros changes nothing.
fn masked(opcode: u8, payload: &[u8]) -> Vec<u8> {
    let mut frame = vec![0x80 | opcode, 0x80 | u8::try_from(payload.len()).expect("it is short"), 0, 0, 0, 0];
    frame.extend_from_slice(payload);
    frame
}

#[tokio::test]
async fn whoever_leaves_is_told_goodbye_once() {
    const CLOSE: u8 = 8;
    let house = House::open().await;
    let code = jam(&house).await;
    let address = listen(&house).await;
    let mut socket = TcpStream::connect(address.trim_start_matches("ws://")).await.expect("connected");
    let ask = "GET /ws HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
        Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Protocol: jam.v1.json\r\n\r\n";
    socket.write_all(ask.as_bytes()).await.expect("sent");
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(socket.read_u8().await.expect("an answer"));
    }
    let hello = json!({ "type": "hello", "code": code, "name": "Ada" }).to_string();
    socket.write_all(&masked(1, hello.as_bytes())).await.expect("sent");
    socket.write_all(&masked(1, br#"{"type":"leave","op":1}"#)).await.expect("sent");
    let mut told = Vec::new();
    let closed = async {
        while frames(&told).iter().all(|(opcode, _)| *opcode != CLOSE) {
            told.push(socket.read_u8().await.expect("a goodbye"));
        }
    };
    tokio::time::timeout(DEADLINE, closed).await.expect("in time");
    socket.write_all(&masked(CLOSE, &1000_u16.to_be_bytes())).await.expect("sent");
    let ended = tokio::time::timeout(DEADLINE, socket.read_to_end(&mut told)).await;
    ended.expect("in time").expect("the end");
    let all = frames(&told);
    let said: String = all.iter().filter(|frame| frame.0 == 1).map(|frame| frame.1.as_str()).collect();
    assert!(said.contains(r#""type":"ack","op":1"#) && said.contains(r#""code":"left""#), "{said}");
    assert_eq!(all.iter().filter(|frame| frame.0 == CLOSE).count(), 1);
}

#[tokio::test]
async fn a_recording_is_removed_when_its_jam_is_over() {
    let house = House::open().await;
    let code = jam(&house).await;
    let listed = house.ask("GET", "/api/jam-recordings").await.expect(200).json();
    let path = format!("/api/jam-recordings/{}", listed[0]["id"].as_str().expect("an id"));
    house.ask("DELETE", &path).await.refused(409, "jam_recording_goes_on");
    house.ask("DELETE", &format!("/api/jams/{code}")).await.expect(204);
    house.ask("DELETE", &path).await.expect(204);
    for gone in [&path, "/api/jam-recordings/nonsense"] {
        house.ask("DELETE", gone).await.refused(404, "jam_recording_not_found");
    }
    assert_eq!(house.ask("GET", "/api/jam-recordings").await.json(), json!([]));
}
