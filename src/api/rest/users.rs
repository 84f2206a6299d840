//! `/api/users`: who may come in.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;

use super::{Answer, ok};
use crate::api::Api;
use crate::api::ask::{Ask, Bare};
use crate::api::error::ApiError;
use crate::api::request::At;
use crate::identity::Role;

pub async fn list(State(api): State<Api>) -> Answer {
    ok(api.identity.users())
}

pub async fn create(State(api): State<Api>, Ask { asker: _, mut fields }: Ask) -> Answer {
    let (name, password) = (fields.require::<String>("name")?, fields.require_secret("password")?);
    let role = fields.require::<Role>("role")?;
    fields.finish()?;
    if api.identity.nobody_known() && role != Role::Admin {
        return Err(ApiError::FirstUserIsAdmin);
    }
    let user = api.identity.add_user(&name, &password, role).await?;
    Ok((StatusCode::CREATED, axum::Json(user)).into_response())
}

pub async fn change(State(api): State<Api>, At(name): At<String>, Ask { asker: _, mut fields }: Ask) -> Answer {
    let (role, password) = (fields.take::<Role>("role")?, fields.take_secret("password")?);
    fields.finish()?;
    ok(api.identity.change_user(&name, role, password.as_deref()).await?)
}

pub async fn remove(State(api): State<Api>, At(name): At<String>, Bare(_): Bare) -> Answer {
    api.identity.remove_user(&name).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
