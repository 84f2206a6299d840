//! Media over REST: the list, what was made of each, and how they are removed.

use serde_json::json;

use super::*;
use crate::library::derived::{Derived, Made};
use crate::show::ids::AssetId;
use crate::show::media::Details;
use crate::state::Origin;
use crate::state::command::Command;

fn picture(grey: u8) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    let pixels = image::RgbImage::from_pixel(4, 4, image::Rgb([grey; 3]));
    pixels.write_to(&mut bytes, image::ImageFormat::Png).expect("encoded");
    bytes.into_inner()
}

async fn stored(house: &House, grey: u8) -> String {
    house.upload("a.png", &picture(grey)).await.expect(201).json()["id"].as_str().expect("an id").to_owned()
}

async fn describe(house: &House, slug: &str, details: Details) {
    let asset = AssetId::new(slug).expect("an id");
    let command = Command::DescribeAsset { asset, details: Box::new(details) };
    house.api.state.submit(command, Origin::door("test")).await.expect("described");
}

fn slugs(list: &Value) -> Vec<String> {
    let media = list["media"].as_array().expect("a list");
    media.iter().map(|media| media["slug"].as_str().expect("a slug").to_owned()).collect()
}

#[tokio::test]
async fn media_are_listed_by_what_they_are() {
    let house = House::open().await;
    let slug = stored(&house, 1).await;
    house.upload("warm.cube", b"LUT_3D_SIZE 2\n0 0 0\n1 0 0\n0 1 0\n1 1 0\n0 0 1\n1 0 1\n0 1 1\n1 1 1\n").await.expect(201);
    let all = house.ask("GET", "/api/media").await.expect(200).json();
    assert_eq!(slugs(&all), [slug.as_str()], "a table of colours is no media");
    assert_eq!((&all["media"][0]["type"], &all["media"][0]["progress"]), (&json!("image"), &Value::Null));
    assert_eq!(slugs(&house.ask("GET", "/api/media?type=image").await.json()), [slug]);
    assert!(slugs(&house.ask("GET", "/api/media?type=audio").await.json()).is_empty());
    house.ask("GET", "/api/media?type=font").await.refused(400, "invalid_query");
}

#[tokio::test]
async fn what_was_made_is_given_out_and_need_not_be_sent_twice() {
    let house = House::open().await;
    let slug = stored(&house, 1).await;
    let path = format!("/api/media/{slug}/thumbnail");
    house.ask("GET", &path).await.refused(404, "no_thumbnail");
    house.ask("GET", &format!("/api/media/{slug}/waveform")).await.refused(404, "no_waveform");
    house.ask("GET", "/api/media/nothing/thumbnail").await.refused(404, "asset_not_found");
    let derived = Derived::new(house.directory.path().join("derived"));
    let id = AssetId::new(&slug).expect("an id");
    derived.write(&id, Made::Thumbnail, b"\xff\xd8 a picture").expect("written");
    derived.write(&id, Made::Waveform, br#"{"length_ms":1,"peaks":[0.5],"rms":[0.1]}"#).expect("written");
    let reply = house.ask("GET", &path).await.expect(200);
    assert_eq!((reply.header("content-type"), &reply.body[..]), ("image/jpeg", &b"\xff\xd8 a picture"[..]));
    assert!(reply.header("cache-control").contains("immutable"));
    let request = Request::get(&path).header("if-none-match", reply.header("etag"));
    let again = house.send(request.body(Body::empty()).expect("a request")).await.expect(304);
    assert!(again.body.is_empty() && again.header("etag") == reply.header("etag"));
    let wave = house.ask("GET", &format!("/api/media/{slug}/waveform")).await.expect(200);
    assert_eq!((wave.header("content-type"), wave.json()["peaks"][0].as_f64()), ("application/json", Some(0.5)));
}

#[tokio::test]
async fn what_is_in_use_is_removed_only_when_it_must_be() {
    let house = House::open().await;
    let (slug, logo) = (stored(&house, 1).await, stored(&house, 2).await);
    house.tell("POST", "/api/loop", json!({ "slug": slug })).await.expect(201);
    house.tell("POST", "/api/loop", json!({ "slug": logo })).await.expect(201);
    let layers = json!({ "layers": [{ "kind": "image", "asset": logo }] });
    house.tell("PUT", "/api/scenes/a", layers).await.expect(201);
    for slug in [&slug, &logo] {
        house.ask("DELETE", &format!("/api/media/{slug}")).await.refused(409, "asset_in_use");
    }
    house.ask("DELETE", &format!("/api/media/{logo}?force=true")).await.refused(409, "asset_in_use");
    let both = json!([slug, logo]);
    assert_eq!(house.ask("GET", "/api/loop").await.json()["loop"], both, "what can not be removed stays where it is");
    house.ask("DELETE", &format!("/api/media/{slug}?force=true")).await.expect(204);
    assert_eq!(house.ask("GET", "/api/loop").await.json()["loop"], json!([logo]));
    house.ask("DELETE", &format!("/api/media/{slug}?force=true")).await.refused(404, "asset_not_found");
    house.ask("DELETE", &format!("/api/media/{slug}?force=perhaps")).await.refused(400, "invalid_query");
}

#[tokio::test]
async fn what_is_removed_by_force_again_under_the_same_name_stays_where_it_is_by_then() {
    let house = House::open().await;
    let slug = stored(&house, 1).await;
    house.tell("POST", "/api/loop", json!({ "slug": slug })).await.expect(201);
    let (path, name) = (format!("/api/media/{slug}?force=true"), json!({ "client_op_id": "away" }));
    house.tell("DELETE", &path, name.clone()).await.expect(204);
    assert_eq!(stored(&house, 1).await, slug, "the same file comes back");
    house.tell("POST", "/api/loop", json!({ "slug": slug })).await.expect(201);
    house.tell("DELETE", &path, name).await.expect(204);
    assert_eq!(house.ask("GET", "/api/loop").await.json()["loop"], json!([slug]));
}

#[tokio::test]
async fn what_nothing_uses_is_removed_with_its_cover() {
    let house = House::open().await;
    let (song, cover, kept) = (stored(&house, 1).await, stored(&house, 2).await, stored(&house, 3).await);
    let other_cover = stored(&house, 4).await;
    for (asset, cover) in [(&song, &cover), (&kept, &other_cover)] {
        let cover = Some(AssetId::new(cover).expect("an id"));
        describe(&house, asset, Details { cover, ..Details::default() }).await;
    }
    house.tell("POST", "/api/loop", json!({ "slug": kept })).await.expect(201);
    let told = house.tell("POST", "/api/media/cleanup", json!({ "dry_run": true })).await.expect(200).json();
    let bytes = picture(1).len() + picture(2).len();
    assert_eq!(told, json!({ "success": true, "dry_run": true, "removed": [song, cover], "freed_bytes": bytes }));
    assert_eq!(slugs(&house.ask("GET", "/api/media").await.json()).len(), 4);
    let done = house.ask("POST", "/api/media/cleanup").await.expect(200).json();
    assert_eq!((&done["removed"], &done["dry_run"]), (&told["removed"], &json!(false)));
    let mut left = slugs(&house.ask("GET", "/api/media").await.json());
    let mut expected = vec![kept, other_cover];
    left.sort();
    expected.sort();
    assert_eq!(left, expected);
    let none = house.ask("POST", "/api/media/cleanup").await.expect(200).json();
    assert_eq!(none, json!({ "success": true, "dry_run": false, "removed": [], "freed_bytes": 0 }));
}
