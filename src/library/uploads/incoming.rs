//! The body of a request, piece by piece, with an end to all patience.

use std::fmt::Display;
use std::pin::Pin;
use std::time::Duration;

use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use tokio::time::timeout;

use super::claims::Claim;
use super::error::UploadError;
use crate::base::quote::quoted;

pub type Pieces = Pin<Box<dyn Stream<Item = Result<Bytes, String>> + Send>>;

pub fn pieces<S, E>(body: S) -> Pieces
where
    S: Stream<Item = Result<Bytes, E>> + Send + 'static,
    E: Display,
{
    Box::pin(body.map(|piece| piece.map_err(|error| quoted(&error.to_string()))))
}

/// None at the end of a whole body. Breaks off when nothing comes, and when somebody else wants to go on with this upload.
pub async fn next(body: &mut Pieces, claim: &Claim, patience: Duration) -> Result<Option<Bytes>, UploadError> {
    let interrupted = |why: String| UploadError::Interrupted { offset: 0, why };
    tokio::select! {
        biased;
        () = claim.cancelled() => Err(UploadError::TakenOver),
        piece = timeout(patience, body.next()) => match piece {
            Err(_) => Err(interrupted(format!("nothing came for {} s", patience.as_secs_f64()))),
            Ok(Some(Err(why))) => Err(interrupted(why)),
            Ok(Some(Ok(piece))) => Ok(Some(piece)),
            Ok(None) => Ok(None),
        },
    }
}
