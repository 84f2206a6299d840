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

#[tokio::test(flavor = "multi_thread")]
async fn playlists_and_tags_go_to_another_server_with_their_show() {
    let house = House::open().await;
    let picture = house.upload("logo.png", &png()).await.expect(201).json()["id"].clone();
    let mix = json!({ "id": "mix", "title": "Mix", "still_ms": 500, "tracks": [{ "id": "one", "asset": picture, "title": "One" }] });
    house.tell("POST", "/api/playlists", mix).await.expect(201);
    house.tell("POST", "/api/nfc/associate", json!({ "playlist_id": "mix", "tag_id": "04A1B2C3D4E5F6" })).await.expect(200);
    house.tell("PATCH", "/api/player/settings", json!({ "repeat": "all", "crossfade_ms": 700 })).await.expect(200);
    let archive = house.ask("GET", "/api/export").await.expect(200).body;
    let bring = async |other: &House, query: &str| {
        other.raw("POST", &format!("/api/import{query}"), "application/x-tar", archive.clone()).await
    };
    let music = |house: &House| crate::show::music::Music::of(&house.api.state.snapshot().show);
    let known = music(&house);
    for mode in ["add", "merge", "replace"] {
        let other = House::open().await;
        other.tell("POST", "/api/playlists", json!({ "id": "old", "title": "Old" })).await.expect(201);
        let told = bring(&other, &format!("?mode={mode}")).await.expect(200).json();
        assert_eq!((&told["playlists"], &told["tags"]), (&json!(1), &json!(1)));
        let arrived = music(&other);
        let mixes: Vec<_> = arrived.playlists.iter().filter(|playlist| playlist.id().as_str() == "mix").collect();
        assert_eq!((mixes[0].tracks.clone(), arrived.tags.clone()), (known.playlists[0].tracks.clone(), known.tags.clone()));
        // What was there, and what was set, is another's word only where everything is replaced.
        let is_replaced = mode == "replace";
        assert_eq!(
            (arrived.playlists.len(), arrived.player == known.player),
            (if is_replaced { 1 } else { 2 }, is_replaced)
        );
        other.tell("POST", "/api/playlists/mix/start", json!({})).await.expect(200);
        bring(&other, "?mode=replace").await.expect(200);
        assert!(other.api.state.snapshot().show.player.now.is_some(), "it goes on playing");
        bring(&other, "?mode=add").await.refused(409, "already_exists");
    }
}

#[tokio::test]
async fn pictures_count_for_as_long_as_they_are_shown() {
    let house = House::open().await;
    let picture = house.upload("logo.png", &png()).await.expect(201).json()["id"].clone();
    let tracks = json!([{ "asset": picture }, { "asset": picture, "still_ms": 1500, "times": 2 }]);
    let made =
        house.tell("POST", "/api/playlists", json!({ "id": "mix", "title": "Mix", "tracks": tracks })).await.expect(201);
    let playlist = &made.json()["data"]["playlist"];
    let told = (&playlist["tracks"][0]["duration_ms"], &playlist["tracks"][1]["duration"], &playlist["total_duration_ms"]);
    assert_eq!(told, (&json!(10_000), &json!(1.5), &json!(13_000)));
    let player = house.tell("POST", "/api/playlists/mix/start", json!({})).await.expect(200).json();
    assert!(player.to_string().contains("\"duration_ms\":10000"), "as the player has it: {player}");
}
