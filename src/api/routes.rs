//! The table of everything that HTTP can ask. docs/API.md is held against it by a test.

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::Method;
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, delete, get, patch, post, put};
use tower_http::catch_panic::CatchPanicLayer;

use super::answer::answer;
use super::error::ApiError;
use super::guard::guard;
use super::rest::{assets, destinations, layers, preview, scenes, stream, system};
use super::{Api, face, ws};

pub type Row = (&'static str, &'static str, MethodRouter<Api>);

pub fn table() -> Vec<Row> {
    vec![
        ("POST", "/api/stream/start", post(stream::start)),
        ("POST", "/api/stream/stop", post(stream::stop)),
        ("POST", "/api/stream/pause", post(stream::pause)),
        ("POST", "/api/stream/resume", post(stream::resume)),
        ("GET", "/api/stream/state", get(stream::state)),
        ("GET", "/api/stream/metrics", get(stream::metrics)),
        ("GET", "/api/stream/config", get(stream::config)),
        ("PATCH", "/api/stream/config", patch(stream::configure)),
        ("GET", "/api/show", get(system::show)),
        ("GET", "/api/scenes", get(scenes::list)),
        ("POST", "/api/scenes", post(scenes::create)),
        ("GET", "/api/scenes/{scene}", get(scenes::one)),
        ("PUT", "/api/scenes/{scene}", put(scenes::replace)),
        ("PATCH", "/api/scenes/{scene}", patch(scenes::change)),
        ("DELETE", "/api/scenes/{scene}", delete(scenes::remove)),
        ("POST", "/api/scenes/{scene}/take", post(scenes::take)),
        // Not below /layers/, where it would hide a layer called "order".
        ("PUT", "/api/scenes/{scene}/order", put(layers::order)),
        ("GET", "/api/scenes/{scene}/layers", get(layers::list)),
        ("POST", "/api/scenes/{scene}/layers", post(layers::create)),
        ("GET", "/api/scenes/{scene}/layers/{layer}", get(layers::one)),
        ("PUT", "/api/scenes/{scene}/layers/{layer}", put(layers::replace)),
        ("PATCH", "/api/scenes/{scene}/layers/{layer}", patch(layers::change)),
        ("DELETE", "/api/scenes/{scene}/layers/{layer}", delete(layers::remove)),
        ("GET", "/api/assets", get(assets::list)),
        ("POST", "/api/assets", post(assets::upload).layer(DefaultBodyLimit::max(assets::MAX_FORM))),
        ("GET", "/api/assets/{asset}", get(assets::one)),
        ("GET", "/api/assets/{asset}/file", get(assets::file)),
        ("DELETE", "/api/assets/{asset}", delete(assets::remove)),
        ("GET", "/api/destinations", get(destinations::list)),
        ("POST", "/api/destinations", post(destinations::create)),
        ("GET", "/api/destinations/{destination}", get(destinations::one)),
        ("PUT", "/api/destinations/{destination}", put(destinations::replace)),
        ("PATCH", "/api/destinations/{destination}", patch(destinations::change)),
        ("DELETE", "/api/destinations/{destination}", delete(destinations::remove)),
        ("GET", "/api/preview.jpg", get(preview::jpeg)),
        ("GET", "/api/preview.mjpeg", get(preview::motion_jpeg)),
        ("GET", "/api/frame.png", get(preview::full_size)),
        ("GET", "/api/health", get(system::health)),
        ("GET", "/api/system/metrics", get(system::metrics)),
        ("GET", "/api/capabilities", get(system::capabilities)),
        ("GET", "/api/addresses", get(system::addresses)),
        ("GET", "/metrics", get(system::prometheus)),
        ("GET", "/ws", get(ws::upgrade)),
        ("GET", "/", get(face::page)),
        ("GET", "/app.js", get(face::script)),
        ("GET", "/destinations.js", get(face::script)),
        ("GET", "/figures.js", get(face::script)),
        ("GET", "/page.js", get(face::script)),
        ("GET", "/picture.js", get(face::script)),
        ("GET", "/style.css", get(face::style)),
        ("GET", "/favicon.svg", get(face::icon)),
    ]
}

/// Everything, for the HTTP port.
pub fn router(api: Api) -> Router {
    let routes = table().into_iter().fold(Router::new(), |router, (_, path, handler)| router.route(path, handler));
    around(routes.fallback(unknown_path).method_not_allowed_fallback(method_not_allowed), api)
}

/// For the port that speaks WebSocket only, at any path.
pub fn ws_router(api: Api) -> Router {
    around(Router::new().fallback(ws::upgrade), api)
}

/// Innermost first: a panic becomes an error, then who may ask, then the body, the log and the count.
pub(super) fn around(routes: Router<Api>, api: Api) -> Router {
    routes
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn_with_state(api.clone(), guard))
        .layer(from_fn_with_state(api.clone(), answer))
        .with_state(api)
}

async fn unknown_path() -> ApiError {
    ApiError::UnknownPath
}

async fn method_not_allowed(method: Method) -> ApiError {
    ApiError::MethodNotAllowed(method)
}

fn panicked(panic: Box<dyn std::any::Any + Send>) -> Response {
    let text = panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    tracing::error!(panic = text.unwrap_or("no text"), "a request handler panicked");
    ApiError::Internal.into_response()
}
