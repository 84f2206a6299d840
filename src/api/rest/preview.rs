//! Pictures over plain HTTP, of the program and of everything at once: one JPEG, a motion JPEG for `<img>` and players, and the
//! program's full-size PNG.

use std::time::Duration;

use axum::body::Body;
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use bytes::{BufMut, Bytes, BytesMut};
use futures_util::stream;

use super::Answer;
use crate::api::Api;
use crate::api::error::ApiError;
use crate::send::preview::{PreviewHandle, PreviewPicture, Watcher};

/// An engine that runs makes a picture within a second even at 1 fps.
const PATIENCE: Duration = Duration::from_secs(2);

pub async fn jpeg(State(api): State<Api>) -> Answer {
    one(&api.preview).await
}

pub async fn multiview_jpeg(State(api): State<Api>) -> Answer {
    one(&api.multiview).await
}

async fn one(pictures: &PreviewHandle) -> Answer {
    let picture = tokio::time::timeout(PATIENCE, pictures.jpeg()).await.ok().flatten();
    let picture = picture.ok_or(ApiError::NoPicture)?;
    Ok(([(header::CONTENT_TYPE, "image/jpeg")], picture).into_response())
}

pub async fn full_size(State(api): State<Api>) -> Answer {
    let picture = tokio::time::timeout(2 * PATIENCE, api.preview.full_size_png()).await.ok().flatten();
    let picture = picture.ok_or(ApiError::NoPicture)?;
    Ok(([(header::CONTENT_TYPE, "image/png")], picture).into_response())
}

pub async fn motion_jpeg(State(api): State<Api>) -> Answer {
    let watcher = api.preview.watch();
    moving(watcher, api).await
}

pub async fn multiview_motion_jpeg(State(api): State<Api>) -> Answer {
    let watcher = api.multiview.watch();
    moving(watcher, api).await
}

/// Newest only: a slow viewer misses pictures, and never makes a queue. Dropping the body ends the watching.
async fn moving(mut watcher: Watcher, api: Api) -> Answer {
    let first = tokio::time::timeout(PATIENCE, watcher.next()).await.ok().flatten();
    let (first, _) = first.ok_or(ApiError::NoPicture)?;
    let opening = Bytes::from_static(b"--frame\r\n");
    let start = stream::iter([opening, part(&first)]);
    let rest = stream::unfold((watcher, api), |(watcher, api)| async move { next_part(watcher, api).await });
    let parts = futures_util::StreamExt::chain(start, rest);
    let body = Body::from_stream(futures_util::StreamExt::map(parts, Ok::<Bytes, std::convert::Infallible>));
    Ok(([(header::CONTENT_TYPE, "multipart/x-mixed-replace; boundary=frame")], body).into_response())
}

async fn next_part(mut watcher: Watcher, api: Api) -> Option<(Bytes, (Watcher, Api))> {
    let picture = tokio::select! {
        next = watcher.next() => next?.0,
        () = api.closed() => return None,
    };
    Some((part(&picture), (watcher, api)))
}

/// The boundary comes last, because browsers show a part only when they have seen the one after it begin.
fn part(picture: &PreviewPicture) -> Bytes {
    let head = format!("Content-Type: image/jpeg\r\nContent-Length: {}\r\n\r\n", picture.jpeg.len());
    let mut part = BytesMut::with_capacity(head.len() + picture.jpeg.len() + 11);
    part.put(head.as_bytes());
    part.put(&picture.jpeg[..]);
    part.put(&b"\r\n--frame\r\n"[..]);
    part.freeze()
}
