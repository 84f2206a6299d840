//! One file per resource; what their answers have in common is here.

pub mod assets;
pub mod destinations;
pub mod layers;
pub mod preview;
pub mod scenes;
pub mod stream;
pub mod system;

use axum::Json;
use axum::http::{HeaderName, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::error::ApiError;
use crate::state::Seq;

pub type Answer = Result<Response, ApiError>;

/// Number of the change that the request made.
const SEQ: HeaderName = HeaderName::from_static("x-marquee-seq");

fn ok(body: impl Serialize) -> Answer {
    Ok(Json(body).into_response())
}

fn changed(seq: Seq, status: StatusCode, body: impl Serialize) -> Answer {
    Ok((status, [(SEQ, seq.0.to_string())], Json(body)).into_response())
}

fn removed(seq: Seq) -> Answer {
    Ok((StatusCode::NO_CONTENT, [(SEQ, seq.0.to_string())]).into_response())
}

/// 201 for what was not there before.
fn saved(existed: bool) -> StatusCode {
    if existed { StatusCode::OK } else { StatusCode::CREATED }
}
