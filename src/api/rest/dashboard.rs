//! `/api/dashboard`, what is on the disk, and who listens.

use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use serde_json::json;

use super::Answer;
use super::recordings::on_disk;
use crate::api::Api;
use crate::api::dashboard::text;

pub async fn all(State(api): State<Api>) -> Answer {
    let body = text(&api, &api.state.snapshot());
    Ok(([(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")], body).into_response())
}

/// Media and uploads are counted as they come and go; the disk and recordings are looked at.
pub async fn storage(State(api): State<Api>) -> Answer {
    let media = api.details.storage();
    let uploads = api.uploads.storage();
    let recordings = api.recordings.clone();
    let recorded = on_disk(move || recordings.list()).await??;
    let disk = api.machine.info.info().await.and_then(|info| info.disk);
    let used = disk.map(|disk| disk.total_bytes.saturating_sub(disk.available_bytes));
    super::ok(json!({
        "disk": disk.map(|disk| json!({ "total_bytes": disk.total_bytes, "available_bytes": disk.available_bytes, "used_bytes": used })),
        "media": media,
        "media_bytes": media.total_bytes(),
        "uploads": { "sessions": uploads.sessions, "bytes": uploads.staged, "reserved_bytes": uploads.reserved },
        "recordings": { "count": recorded.len(), "bytes": recorded.iter().map(|recording| recording.bytes).sum::<u64>() },
    }))
}

pub async fn listeners(State(api): State<Api>) -> Answer {
    super::ok(json!({
        "websocket_clients": api.vitals.websocket_clients.get(),
        "socketio_clients": api.vitals.socketio_clients.get(),
        "rooms": api.census.view(),
        "uptime_s": api.clock.now().since(api.started).as_secs(),
    }))
}
