use super::*;

fn set(value: i64) -> Value {
    json!({ "command": "set_value", "name": "n", "value": value })
}

async fn at_noon() -> (House, Clock) {
    let clock = Clock::manual(ShowTime(1_700_000_000_000_000));
    let settings = Settings { on_this_machine_only: true, ..Settings::default() };
    (House::open_with(clock.clone(), settings).await, clock)
}

impl House {
    async fn reach(&self, seq: u64) {
        let mut snapshots = self.api.state.snapshots();
        snapshots.wait_for(|snapshot| snapshot.seq.0 >= seq).await.expect("the writer is there");
    }
}

#[tokio::test]
async fn a_batch_is_carried_out_or_says_which_command_is_wrong() {
    let house = House::open().await;
    let scene = json!({ "command": "put_scene", "scene": { "id": "a" } });
    let take = json!({ "command": "take_scene", "scene": "a" });
    let done = house.tell("POST", "/api/batch", json!({ "commands": [scene, take, set(1)] })).await.expect(200).json();
    assert_eq!(done, json!({ "success": true, "seq": 1, "scheduled": null }));
    let gone = json!({ "command": "take_scene", "scene": "gone" });
    let refused = house.tell("POST", "/api/batch", json!({ "commands": [set(2), gone] })).await;
    let details = refused.refused(404, "scene_not_found").json()["details"].clone();
    assert_eq!(details, json!({ "index": 1, "command": "take_scene" }));
    let wide = json!({ "command": "change_stream_config", "patch": { "width": 5 } });
    let refused = house.tell("POST", "/api/batch", json!({ "commands": [wide] })).await.refused(400, "out_of_range").json();
    assert_eq!((&refused["details"]["index"], &refused["details"]["field"]), (&json!(0), &json!("width")));
    let wrong = json!({ "commands": [{ "command": "set_value", "name": "n" }] });
    house.tell("POST", "/api/batch", wrong).await.refused(400, "invalid_body");
    house.tell("POST", "/api/batch", json!({ "commands": [set(1)], "when": 1 })).await.refused(400, "invalid_body");
    let nested = json!({ "commands": [{ "command": "batch", "commands": [set(1)] }] });
    house.tell("POST", "/api/batch", nested).await.refused(422, "not_in_batch");
    assert_eq!(house.ask("GET", "/api/values/n").await.expect(200).json()["value"], 1);
}

#[tokio::test]
async fn a_batch_waits_for_its_time_and_can_be_canceled() {
    let (house, clock) = at_noon().await;
    let later = json!({ "commands": [set(1)], "at": 1_700_000_001_000_i64, "id": "one", "client_op_id": "op" });
    let waiting = house.tell("POST", "/api/batch", later.clone()).await.expect(202).json();
    assert_eq!(waiting["scheduled"]["id"], "one");
    assert_eq!(house.tell("POST", "/api/batch", later).await.expect(202).header("x-marquee-repeated"), "true");
    let unnamed = json!({ "commands": [set(2)], "at": 1_700_000_000_500_i64 });
    let unnamed = house.tell("POST", "/api/batch", unnamed).await.expect(202).json()["scheduled"]["id"].clone();
    let list = house.ask("GET", "/api/scheduled").await.expect(200).json();
    assert_eq!((&list[0]["id"], &list[1]["at"]), (&unnamed, &json!(1_700_000_001_000_i64)), "in the order of time");
    assert_eq!(list[1]["commands"], json!([set(1)]));
    let shown = house.ask("GET", "/api/show").await.expect(200).json();
    assert_eq!(shown["show"]["scheduled"], list);
    house.ask("DELETE", &format!("/api/scheduled/{}", unnamed.as_str().expect("an id"))).await.expect(204);
    house.ask("DELETE", "/api/scheduled/nothing").await.refused(404, "batch_not_found");
    clock.set(ShowTime(1_700_000_001_000_000));
    house.reach(4).await;
    assert_eq!(house.ask("GET", "/api/values").await.expect(200).json(), json!({ "n": 1 }));
    house.ask("GET", "/api/scheduled/one").await.refused(404, "batch_not_found");
    let seconds = json!({ "commands": [set(1)], "at": 1_700_000_009 });
    let refused = house.tell("POST", "/api/batch", seconds).await.refused(400, "out_of_range").json();
    assert_eq!(refused["details"]["field"], "at");
}

#[tokio::test]
async fn macros_are_defined_run_watched_and_stopped() {
    let (house, clock) = at_noon().await;
    let items = json!([{ "after_ms": 200, "command": set(2) }, { "command": set(1) }]);
    let made = house.tell("PUT", "/api/macros/m", json!({ "name": "Count", "items": items })).await.expect(201).json();
    assert_eq!((&made["items"][0], &made["run"]), (&json!({ "after_ms": 0, "command": set(1) }), &Value::Null));
    let wrong = json!({ "items": [{ "command": { "command": "set_value", "name": 5 } }] });
    let refused = house.tell("PUT", "/api/macros/m", wrong).await.refused(400, "invalid_body").json();
    assert_eq!(refused["details"]["field"], "items[0].command.name");
    let running = house.ask("POST", "/api/macros/m/run").await.expect(200).json();
    assert_eq!((&running["run"]["state"], &running["run"]["items"]), (&json!("running"), &json!(2)));
    house.ask("POST", "/api/macros/m/run").await.refused(409, "macro_running");
    house.ask("DELETE", "/api/macros/m").await.refused(409, "macro_running");
    house.tell("POST", "/api/macros/m/run", json!({ "restart": true })).await.expect(200);
    clock.set(ShowTime(1_700_000_000_200_000));
    house.reach(6).await;
    let run = house.ask("GET", "/api/macros/m").await.expect(200).json()["run"].clone();
    assert_eq!((&run["state"], &run["at"]), (&json!("done"), &json!(1_700_000_000_200_i64)));
    house.ask("POST", "/api/macros/m/stop").await.refused(409, "macro_not_running");
    house.ask("POST", "/api/macros/m/run").await.expect(200);
    assert_eq!(house.ask("POST", "/api/macros/m/stop").await.expect(200).json()["run"]["state"], "stopped");
    let shown = house.ask("GET", "/api/show").await.expect(200).json();
    assert_eq!(shown["show"]["macros"], house.ask("GET", "/api/macros").await.expect(200).json());
    house.ask("DELETE", "/api/macros/m").await.expect(204);
    house.ask("GET", "/api/macros/m").await.refused(404, "macro_not_found");
}
