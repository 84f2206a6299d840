//! What a client still sends when it has been answered: taken and thrown away, so that it hears the answer, and its next request
//! finds the connection open.

use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::{Body, BodyDataStream, Bytes, HttpBody};
use axum::extract::Request;
use axum::http::header;
use axum::middleware::Next;
use axum::response::Response;
use futures_util::{Stream, StreamExt};
use tokio::runtime::Handle;
use tokio::time::timeout;

/// A little more than fits anywhere but in uploads; who sends more finds the connection closed.
const MOST: usize = 4 << 20;
/// Whoever sends nothing does not hold us up.
const WITHIN: Duration = Duration::from_secs(2);

pub async fn discard(request: Request, next: Next) -> Response {
    // Who asks first whether to send it sends nothing to a refusal.
    let is_sent = !request.body().is_end_stream() && !request.headers().contains_key(header::EXPECT);
    let kept = |body: Body| Body::from_stream(Kept(Some(body.into_data_stream())));
    next.run(if is_sent { request.map(kept) } else { request }).await
}

/// A body that is taken to its end, whether whoever was asked reads it or not. None once it has ended.
struct Kept(Option<BodyDataStream>);

impl Stream for Kept {
    type Item = Result<Bytes, axum::Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let Some(body) = &mut self.0 else { return Poll::Ready(None) };
        let next = ready!(body.poll_next_unpin(context));
        if !matches!(next, Some(Ok(_))) {
            self.0 = None;
        }
        Poll::Ready(next)
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        // Without a runtime nobody is connected.
        if let (Some(body), Ok(runtime)) = (self.0.take(), Handle::try_current()) {
            runtime.spawn(timeout(WITHIN, thrown_away(body)));
        }
    }
}

async fn thrown_away(mut body: BodyDataStream) {
    let mut read = 0;
    while let Some(Ok(chunk)) = body.next().await {
        read += chunk.len();
        if read > MOST {
            return;
        }
    }
}
