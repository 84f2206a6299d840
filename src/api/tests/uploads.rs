//! Uploads that are whole, when the writer or the show does not take them at the moment.

use super::*;
use crate::api::uploading::{Wishes, finish};
use crate::library::uploads::{Finishing, New, State, UploadId};

async fn whole(house: &House, bytes: &'static [u8]) -> UploadId {
    let new = New {
        name: "a.png".to_owned(),
        length: Some(bytes.len() as u64),
        chunk_size: None,
        metadata: String::new(),
        playlist: None,
        sha256: None,
        owner: String::new(),
    };
    let id = house.api.uploads.create(new).await.expect("begun").id;
    let body = futures_util::stream::iter([Ok::<_, std::io::Error>(Bytes::from_static(bytes))]);
    assert!(house.api.uploads.append(id, 0, body, None).await.expect("appended").is_complete);
    id
}

fn picture() -> &'static [u8] {
    let mut bytes = std::io::Cursor::new(Vec::new());
    let pixels = image::RgbImage::from_pixel(4, 4, image::Rgb([7; 3]));
    pixels.write_to(&mut bytes, image::ImageFormat::Png).expect("encoded");
    bytes.into_inner().leak()
}

#[tokio::test]
async fn what_the_writer_does_not_take_at_the_moment_is_not_lost() {
    let house = House::open().await;
    let bytes = picture();
    let id = whole(&house, bytes).await;
    house.api.state.close();
    let refused = finish(&house.api, id, None, Wishes::default()).await.expect_err("the server goes down");
    assert_eq!(refused.status(), StatusCode::SERVICE_UNAVAILABLE, "{refused}");
    assert_ne!(house.api.uploads.status(id).expect("there").state, State::Error);
    // As the next start does.
    let found = house.api.uploads.begin_finish(id, None).await.expect("it can be finished");
    let (Finishing::Moved(complete) | Finishing::Ready(complete)) = found else { panic!("nobody has kept it") };
    let turn = house.api.library.turn().await;
    let asset = house.api.library.adopt(&complete.path, &complete.blake3, complete.bytes, "a.png", &turn).await;
    let kept = std::fs::read(house.api.library.path_of(&asset.expect("it is found"))).expect("the file");
    assert_eq!(kept, bytes);
}

#[tokio::test]
async fn what_is_no_media_is_refused_for_good() {
    let house = House::open().await;
    let id = whole(&house, b"hello").await;
    finish(&house.api, id, None, Wishes::default()).await.expect_err("refused");
    let status = house.api.uploads.status(id).expect("there");
    assert_eq!((status.state, status.error.map(|fault| fault.code)), (State::Error, Some("unsupported_media".to_owned())));
}

#[tokio::test]
async fn whoever_goes_away_while_it_is_finished_finds_it_finished() {
    let house = House::open().await;
    let id = whole(&house, picture()).await;
    let api = house.api.clone();
    let turn = house.api.library.turn().await;
    let asked = tokio::spawn(async move { finish(&api, id, None, Wishes::default()).await });
    while house.api.uploads.status(id).expect("there").state != State::Processing {
        tokio::task::yield_now().await;
    }
    asked.abort();
    asked.await.expect_err("nobody waits any more");
    drop(turn);
    let mut changes = house.api.uploads.subscribe();
    while house.api.uploads.status(id).expect("there").state != State::Completed {
        changes.changed().await.expect("it goes on");
    }
}

#[tokio::test]
async fn a_playlist_that_is_not_there_is_told_before_anything_is_sent() {
    let house = House::open().await;
    // "nowhere" in base64.
    let begin = |playlist: &str| {
        Request::post("/api/uploads/tus")
            .header("tus-resumable", "1.0.0")
            .header("upload-length", "5000000")
            .header("upload-metadata", format!("filename YS5tcDM=,playlist_id {playlist}"))
            .body(Body::empty())
            .expect("a request")
    };
    house.send(begin("bm93aGVyZQ==")).await.expect(404);
    assert!(house.api.uploads.list(None).is_empty());
}
