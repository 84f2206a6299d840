//! `/api/auth`: logging in and out. Answers with tokens, and for the page as cookies that no script can read.

use std::time::Duration;

use axum::Json;
use axum::extract::{Extension, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::IntoResponse;
use serde_json::json;

use super::{Answer, ok};
use crate::api::Api;
use crate::api::ask::Asker;
use crate::api::error::ApiError;
use crate::api::gate::{ACCESS_COOKIE, Who, address_of, cookie};
use crate::api::request::body_of;
use crate::identity::{Caller, CallerKind, Kind, Session};

const REFRESH_COOKIE: &str = "marquee_refresh";
/// The refresh token goes nowhere else: to be used, and to be ended.
const REFRESH_PATH: &str = "/api/auth";

pub async fn login(State(api): State<Api>, request: Request) -> Answer {
    let address = address_of(&request);
    let mut fields = body_of(request).await?.ok_or(ApiError::MalformedJson("there is no body".to_owned()))?;
    let (user, password): (String, String) = (fields.require("username")?, fields.require_secret("password")?);
    let as_cookie = fields.take("cookie")?.unwrap_or(false);
    fields.finish()?;
    let session = api.identity.login(&user, &password, address).await?;
    Ok(given_out(&api, session, as_cookie))
}

/// With the token in the body, or in the cookie of an earlier login.
pub async fn refresh(State(api): State<Api>, headers: HeaderMap, request: Request) -> Answer {
    let told: Option<String> = match body_of(request).await? {
        Some(mut fields) => {
            let told = fields.take_secret("refresh_token")?;
            fields.finish()?;
            told
        }
        None => None,
    };
    let as_cookie = told.is_none();
    let token = told.or_else(|| cookie(&headers, REFRESH_COOKIE)).ok_or(ApiError::LoginRequired)?;
    let session = api.identity.refresh(&token).await?;
    Ok(given_out(&api, session, as_cookie))
}

fn given_out(api: &Api, session: Session, as_cookie: bool) -> axum::response::Response {
    let Session { access_token, refresh_token, expires_in, refresh_expires_in, user } = session;
    let common = json!({
        "token_type": "Bearer",
        "expires_in": expires_in.as_secs(),
        "refresh_expires_in": refresh_expires_in.as_secs(),
        "user": user,
    });
    if !as_cookie {
        let mut body = common;
        body["access_token"] = json!(access_token);
        body["refresh_token"] = json!(refresh_token);
        return Json(body).into_response();
    }
    let mut headers = HeaderMap::new();
    set_cookie(&mut headers, api, (ACCESS_COOKIE, &access_token), "/", expires_in);
    set_cookie(&mut headers, api, (REFRESH_COOKIE, &refresh_token), REFRESH_PATH, refresh_expires_in);
    (headers, Json(common)).into_response()
}

fn set_cookie(headers: &mut HeaderMap, api: &Api, (name, value): (&str, &str), path: &str, lasts: Duration) {
    let secure = if api.addresses.secure { "; Secure" } else { "" };
    let text = format!("{name}={value}; Path={path}; Max-Age={}; HttpOnly; SameSite=Strict{secure}", lasts.as_secs());
    if let Ok(mut value) = HeaderValue::from_str(&text) {
        value.set_sensitive(true);
        headers.append(header::SET_COOKIE, value);
    }
}

/// Ends the session by either of its tokens: the short one may have run out long ago.
pub async fn logout(State(api): State<Api>, Extension(Who(who)): Extension<Who>, headers: HeaderMap) -> Answer {
    let is_user = |caller: &Caller| caller.kind() == CallerKind::User;
    let caller = match (who, cookie(&headers, REFRESH_COOKIE)) {
        (Some(caller), _) if is_user(&caller) => Some(caller),
        (_, Some(token)) => match api.identity.refresh(&token).await {
            Ok(session) => api.who(Some(&session.access_token))?,
            // It has ended already.
            Err(error) if matches!(error.kind(), Kind::Unauthorized) => None,
            Err(error) => return Err(error.into()),
        },
        // An API token has no session, and neither has the open house.
        (Some(_), None) => None,
        // Whoever shows a token that ran out would believe that its session had ended.
        (None, None) => return Err(ApiError::LoginRequired),
    };
    if let Some(caller) = caller.filter(is_user) {
        api.identity.logout(&caller).await?;
    }
    let mut headers = HeaderMap::new();
    set_cookie(&mut headers, &api, (ACCESS_COOKIE, ""), "/", Duration::ZERO);
    set_cookie(&mut headers, &api, (REFRESH_COOKIE, ""), REFRESH_PATH, Duration::ZERO);
    Ok((StatusCode::NO_CONTENT, headers).into_response())
}

/// Who I am; a stranger is told that a login is needed.
pub async fn me(State(api): State<Api>, Extension(Who(who)): Extension<Who>) -> Answer {
    let known = who.as_ref().filter(|caller| caller.kind() != CallerKind::Anonymous);
    ok(json!({
        "user": known.map(|caller| caller.name()),
        "role": who.as_ref().map(|caller| caller.role()),
        "login_required": !api.is_open(),
    }))
}

/// One's own password. The present one is asked for, so that a page left open does not give the account away.
pub async fn change_password(State(api): State<Api>, request: Request) -> Answer {
    let (asker, address) = (Asker::of(&request)?, address_of(&request));
    let mut fields = body_of(request).await?.ok_or(ApiError::MalformedJson("there is no body".to_owned()))?;
    let (present, new) = (fields.require_secret("current_password")?, fields.require_secret("new_password")?);
    fields.finish()?;
    if asker.caller.kind() != CallerKind::User {
        return Err(ApiError::NotAUser);
    }
    api.identity.login(asker.caller.name(), &present, address).await?;
    api.identity.set_password(asker.caller.name(), &new).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
