//! `/api/tokens`: for programs, which have no password to type.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use serde_json::json;

use super::{Answer, ok};
use crate::api::Api;
use crate::api::ask::{Ask, Bare};
use crate::api::error::ApiError;
use crate::api::request::At;
use crate::identity::Role;
use crate::show::time::ShowTime;

pub async fn list(State(api): State<Api>) -> Answer {
    ok(api.identity.tokens())
}

/// The token itself is in this answer and in no other.
pub async fn create(State(api): State<Api>, Ask { asker, mut fields }: Ask) -> Answer {
    let (name, role) = (fields.require::<String>("name")?, fields.require::<Role>("role")?);
    let expires_at = fields.take::<i64>("expires_at")?.map(|millis| ShowTime(millis.saturating_mul(1_000)));
    fields.finish()?;
    if api.identity.users().is_empty() {
        return Err(ApiError::NoUsers);
    }
    let (view, secret) = api.identity.create_token(&name, role, expires_at, &asker.caller).await?;
    let mut body = json!(view);
    body["token"] = json!(secret);
    Ok((StatusCode::CREATED, axum::Json(body)).into_response())
}

pub async fn revoke(State(api): State<Api>, At(id): At<String>, Bare(_): Bare) -> Answer {
    api.identity.revoke_token(&id).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
