//! Whatever is asked of playlists, the player, the loop and tags, in any order and at any time.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::times::away;
use super::{Desk, SECOND};
use crate::state::apply::due;

fn list() -> impl Strategy<Value = &'static str> {
    prop_oneof![Just("a"), Just("b"), Just("loop")]
}

fn asset() -> impl Strategy<Value = &'static str> {
    prop_oneof![Just("s1"), Just("s2"), Just("s3"), Just("p"), Just("live"), Just("none")]
}

fn track() -> impl Strategy<Value = Value> {
    prop_oneof![3 => asset().prop_map(|asset| json!(asset)), 1 => (0..4_u8).prop_map(|number| json!(number))]
}

fn when() -> impl Strategy<Value = Value> {
    let window = |from: &str, to: &str| json!({"windows": [{"from": from, "to": to}]});
    prop_oneof![
        6 => Just(Value::Null),
        1 => Just(window("13:00", "14:30")),
        1 => Just(window("14:00", "14:00")),
        1 => Just(window("13:30", "18:00")),
        1 => Just(json!({"windows": []})),
    ]
}

fn new_playlist() -> impl Strategy<Value = Value> {
    let tracks = proptest::collection::vec((asset(), when(), 1..4_u32), 0..4);
    (list(), when(), any::<bool>(), 1..3_u32, tracks).prop_map(|(id, when, resumes, times, tracks)| {
        let tracks: Vec<Value> = tracks
            .into_iter()
            .map(|(asset, when, times)| json!({"id": asset, "asset": asset, "when": when, "times": times}))
            .collect();
        json!({"id": id, "title": "T", "when": when, "resumes": resumes, "times": times, "still_ms": 5_000, "tracks": tracks})
    })
}

const WORDS: [&str; 6] = ["play", "pause", "stop", "toggle", "next", "previous"];

fn control() -> impl Strategy<Value = Value> {
    let seek = (0..400_000_u64).prop_map(|ms| json!({"action": "seek", "position_ms": ms}));
    prop_oneof![4 => proptest::sample::select(&WORDS[..]).prop_map(|action| json!({"action": action})), 1 => seek]
}

fn settings() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(json!({"repeat": "one"})),
        Just(json!({"repeat": "all"})),
        Just(json!({"repeat": "none"})),
        Just(json!({"shuffle": true})),
        Just(json!({"shuffle": false})),
        Just(json!({"crossfade_ms": 12_000})),
        Just(json!({"crossfade_ms": 0})),
        Just(json!({"volume": 101})),
    ]
}

fn steered() -> impl Strategy<Value = Value> {
    let wish = |action: &'static str| asset().prop_map(move |slug| json!({"action": action, "slug": slug}));
    let wishes = prop_oneof![
        wish("add"),
        wish("remove"),
        wish("show"),
        proptest::collection::vec(asset(), 0..4).prop_map(|slugs| json!({"action": "order", "slugs": slugs})),
        control().prop_map(|control| json!({"action": "control", "control": control})),
        Just(json!({"action": "repeat"})),
    ];
    wishes.prop_map(|wish| json!({"command": "steer_loop", "wish": wish}))
}

fn tagged() -> impl Strategy<Value = Value> {
    let tag = || prop_oneof![Just("04A1"), Just("04A2")];
    let policy = prop_oneof![
        Just(json!({"second_tap": "toggle"})),
        Just(json!({"second_tap": "next", "on_removal": "pause"})),
        Just(json!({"second_tap": "restart", "on_removal": "stop"})),
    ];
    prop_oneof![
        4 => (tag(), any::<bool>()).prop_map(|(tag, there)| json!({"command": "report_tag", "tag": tag, "reader": "r", "present": there})),
        2 => (tag(), list(), any::<bool>())
            .prop_map(|(tag, to, replace)| json!({"command": "associate_tag", "tag": tag, "playlist": to, "replace": replace})),
        1 => tag().prop_map(|tag| json!({"command": "remove_tag", "tag": tag})),
        1 => (list(), any::<bool>()).prop_map(|(to, replace)|
            json!({"command": "start_association", "id": "one", "playlist": to, "timeout_ms": 20_000, "replace": replace})),
        1 => Just(json!({"command": "cancel_association", "id": "one"})),
        1 => policy.prop_map(|patch| json!({"command": "change_nfc", "patch": patch})),
    ]
}

fn listed() -> impl Strategy<Value = Value> {
    let order = proptest::collection::vec(track(), 0..4);
    let change = prop_oneof![
        when().prop_map(|when| json!({"when": when})),
        Just(json!({"still_ms": 1_000})),
        Just(json!({"times": 3})),
        Just(json!({"resumes": true})),
        Just(json!({"tracks": []})),
    ];
    let number = proptest::option::of(0..5_u32);
    prop_oneof![
        new_playlist().prop_map(|playlist| json!({"command": "put_playlist", "playlist": playlist})),
        (list(), change.clone()).prop_map(|(id, patch)| json!({"command": "change_playlist", "playlist": id, "patch": patch})),
        list().prop_map(|id| json!({"command": "remove_playlist", "playlist": id})),
        (list(), asset(), number.clone()).prop_map(|(id, asset, number)|
            json!({"command": "add_tracks", "playlist": id, "tracks": [{"id": asset, "asset": asset}], "number": number})),
        (list(), track(), change)
            .prop_map(|(id, track, patch)| json!({"command": "change_track", "playlist": id, "track": track, "patch": patch})),
        (list(), track()).prop_map(|(id, track)| json!({"command": "remove_tracks", "playlist": id, "tracks": [track]})),
        (list(), order).prop_map(|(id, order)| json!({"command": "order_tracks", "playlist": id, "order": order})),
        (list(), track(), list(), number).prop_map(|(id, track, to, number)|
            json!({"command": "move_track", "playlist": id, "track": track, "to": to, "number": number})),
    ]
}

fn played() -> impl Strategy<Value = Value> {
    let details = (1..300_u64).prop_map(|seconds| json!({"length_us": seconds * 1_000_000}));
    prop_oneof![
        3 => (list(), proptest::option::of(track()), proptest::option::of(0..90_000_u64)).prop_map(|(id, track, at)|
            json!({"command": "play_playlist", "playlist": id, "track": track, "position_ms": at})),
        4 => control().prop_map(|control| json!({"command": "control_player", "control": control})),
        2 => settings().prop_map(|patch| json!({"command": "change_player", "patch": patch})),
        1 => (0..12_u64, any::<bool>()).prop_map(|(play, broken)|
            json!({"command": "end_play", "play": play, "fault": broken.then_some("it is broken")})),
        1 => (asset(), details)
            .prop_map(|(asset, details)| json!({"command": "describe_asset", "asset": asset, "details": details})),
        1 => asset().prop_map(|asset| json!({"command": "remove_asset", "asset": asset})),
    ]
}

#[derive(Clone, Debug)]
enum Step {
    Told(Value),
    Waited(i64),
    /// Nobody was there for so long.
    Away(i64),
}

fn step() -> impl Strategy<Value = Step> {
    let told = prop_oneof![2 => listed(), 4 => played(), 2 => steered(), 2 => tagged()].prop_map(Step::Told);
    prop_oneof![8 => told, 4 => (0..400 * SECOND).prop_map(Step::Waited), 1 => (0..30_000 * SECOND).prop_map(Step::Away)]
}

proptest! {
    #[test]
    fn any_list_of_wishes_leaves_a_whole_player(steps in proptest::collection::vec(step(), 0..40)) {
        let mut desk = Desk::new();
        for step in steps {
            match step {
                Step::Told(command) => {
                    let before = desk.show.clone();
                    if desk.try_tell(command).is_err() {
                        prop_assert_eq!(&before, &desk.show, "a rejection changes nothing");
                    }
                    desk.wait(0);
                }
                Step::Waited(micros) => desk.wait(micros),
                Step::Away(micros) => drop(away(&mut desk, micros)),
            }
            prop_assert!(due::next(&desk.show, desk.now).is_none_or(|at| at > desk.now), "all that was due has happened");
        }
    }
}
