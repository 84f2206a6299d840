//! Playlists over REST, as docs/MEDIA.md shows them.

use serde_json::json;

use super::*;

#[tokio::test]
async fn a_playlist_is_made_with_tracks_that_have_no_ids() {
    let house = House::open().await;
    let picture = house.upload("logo.png", &png()).await.expect(201).json()["id"].clone();
    let wish = json!({ "title": "Mix", "tracks": [{ "asset": picture }, { "asset": picture }], "client_op_id": "mix" });
    let made = house.tell("POST", "/api/playlists", wish.clone()).await.expect(201).json();
    let tracks = &made["data"]["playlist"]["tracks"];
    assert!(tracks[0]["id"].is_string() && tracks[1]["id"].is_string() && tracks[0]["id"] != tracks[1]["id"], "{tracks}");
    let again = house.tell("POST", "/api/playlists", wish).await.expect(201).json();
    assert_eq!(again["data"], made["data"], "asked for twice, made once");
    let nonsense = json!({ "title": "Mix", "tracks": [{ "asset": picture }, 5] });
    house.tell("POST", "/api/playlists", nonsense).await.refused(400, "invalid_body");
}
