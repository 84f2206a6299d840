//! How the server is, what it can do, and where it is to be found.

use axum::Json;
use axum::extract::{Extension, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::IntoResponse;
use serde_json::json;

use super::{Answer, ok};
use crate::api::Api;
use crate::api::gate::Who;
use crate::api::guard::host_name;
use crate::api::wire::show::ShowView;
use crate::api::wire::{prometheus as text, system};

pub async fn show(State(api): State<Api>) -> Answer {
    let snapshot = api.state.snapshot();
    ok(json!({ "seq": snapshot.seq, "show": ShowView::new(&snapshot.show, &api.vitals) }))
}

/// Strangers are told whether it lives, and no more.
pub async fn health(State(api): State<Api>, Extension(Who(who)): Extension<Who>) -> Answer {
    let view = api.health();
    let status = if view.is_down() { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::OK };
    let body = if who.is_some() { Json(view).into_response() } else { Json(view.for_strangers()).into_response() };
    Ok((status, body).into_response())
}

pub async fn metrics(State(api): State<Api>) -> Answer {
    ok(system::SystemMetrics::new(&api.figures()))
}

pub async fn capabilities(State(api): State<Api>) -> Answer {
    ok(&*api.capabilities)
}

pub async fn addresses(State(api): State<Api>, headers: HeaderMap) -> Answer {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).map(host_name);
    ok(system::AddressView::new(&api.addresses, host.as_deref()))
}

pub async fn prometheus(State(api): State<Api>) -> Answer {
    let body = api.vitals.text() + &text::states(&api.vitals) + &text::itself(api.started, api.is_on_air());
    Ok(([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], body).into_response())
}
