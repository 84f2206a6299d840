use super::*;

#[tokio::test]
async fn values_are_set_read_and_removed() {
    let house = House::open().await;
    house.tell("PUT", "/api/values/score", json!({ "value": 3 })).await.expect(201);
    let again = house.tell("PUT", "/api/values/score", json!({ "value": "3:2" })).await.expect(200).json();
    assert_eq!(again, json!({ "name": "score", "value": "3:2" }));
    house.tell("PUT", "/api/values/team.home", json!({ "value": true })).await.expect(201);
    let all = json!({ "score": "3:2", "team.home": true });
    assert_eq!(house.ask("GET", "/api/values").await.expect(200).json(), all);
    assert_eq!(house.ask("GET", "/api/show").await.expect(200).json()["show"]["values"], all);
    assert_eq!(house.ask("GET", "/api/values/score").await.expect(200).json()["value"], "3:2");
    let long = json!({ "value": "x".repeat(1_025) });
    let refused = house.tell("PUT", "/api/values/score", long).await.refused(400, "out_of_range").json();
    assert_eq!(refused["details"]["field"], "value");
    house.tell("PUT", "/api/values/score", json!({ "value": [1] })).await.refused(400, "invalid_body");
    house.tell("PUT", "/api/values/score", json!({})).await.refused(400, "invalid_body");
    house.tell("PUT", "/api/values/a%20b", json!({ "value": 1 })).await.refused(400, "invalid_id");
    house.ask("DELETE", "/api/values/score").await.expect(204);
    house.ask("DELETE", "/api/values/score").await.refused(404, "value_not_found");
    house.ask("GET", "/api/values/score").await.refused(404, "value_not_found");
}
