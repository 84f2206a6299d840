//! `/api/nfc`: tags, what they stand for, and readers; in the envelope of music boxes.

use axum::extract::State;
use axum::http::StatusCode;
use serde_json::{Value, json};

use super::Answer;
use super::unified::{at, done, found};
use crate::api::Api;
use crate::api::ask::{Ask, Bare, Perhaps};
use crate::api::error::ApiError;
use crate::api::request::{At as InPath, fresh_id};
use crate::api::wire::media;
use crate::api::wire::musicbox::At;
use crate::show::ids::AssociationId;
use crate::show::tag::{ASSOCIATION_MS, Nfc, TagId};
use crate::state::command::Command;
use crate::state::rejection::Rejection;
use crate::state::{Receipt, SubmitError};

/// What a tag is held to that comes over HTTP.
const READER: &str = "http";

pub async fn status(State(api): State<Api>) -> Answer {
    let snapshot = api.state.snapshot();
    let at = At { show: &snapshot.show, now: api.clock.now(), seq: snapshot.seq };
    let Nfc { association, tap, .. } = &*snapshot.show.nfc;
    let active = snapshot.show.nfc.active();
    let readers = api.machine.readers.status();
    let data = json!({
        "reader_available": readers.available,
        "reason": readers.reason,
        "readers": readers.readers,
        "scanning": readers.available,
        "association_active": active.is_some(),
        "current_session_id": active.map(|active| &active.id),
        "active_sessions": active.map(|active| at.association(active)).into_iter().collect::<Vec<_>>(),
        "last_session": association.as_ref().map(|association| at.association(association)),
        "last_tap": tap.as_ref().map(media::tap),
    });
    found(&api, "the readers", data)
}

pub async fn tags(State(api): State<Api>) -> Answer {
    let snapshot = api.state.snapshot();
    let at = At { show: &snapshot.show, now: api.clock.now(), seq: snapshot.seq };
    let tags: Vec<Value> = snapshot.show.nfc.tags.values().map(|tag| at.tag(tag)).collect();
    found(&api, "the tags", json!({ "tags": tags }))
}

fn tied(api: &Api, receipt: &Receipt, tag: &TagId) -> Value {
    let tag = receipt.snapshot.nfc.tags.get(tag);
    tag.map_or(Value::Null, |tag| at(api, receipt).tag(tag))
}

pub async fn associate(State(api): State<Api>, Ask { asker, mut fields }: Ask) -> Answer {
    let (playlist, tag): (_, TagId) = (fields.require("playlist_id")?, fields.require("tag_id")?);
    let replace = fields.take("replace")?.unwrap_or(false);
    fields.finish()?;
    let receipt = api.act(&asker, Command::AssociateTag { tag, playlist, replace }).await?;
    let association = tied(&api, &receipt, &tag);
    done(&receipt, StatusCode::OK, "the tag starts this playlist", json!({ "association": association }))
}

pub async fn dissociate(State(api): State<Api>, InPath(tag): InPath<TagId>, Bare(asker): Bare) -> Answer {
    let receipt = api.act(&asker, Command::RemoveTag { tag }).await?;
    done(&receipt, StatusCode::OK, "the tag starts nothing any more", json!({ "tag_id": tag, "success": true }))
}

pub async fn change_tag(State(api): State<Api>, InPath(tag): InPath<TagId>, Ask { asker, fields }: Ask) -> Answer {
    let receipt = api.act(&asker, Command::ChangeTag { tag, patch: fields.0 }).await?;
    let association = tied(&api, &receipt, &tag);
    done(&receipt, StatusCode::OK, "the tag was changed", json!({ "association": association }))
}

pub async fn scan(State(api): State<Api>, Perhaps { asker, mut fields }: Perhaps) -> Answer {
    let (timeout_ms, playlist) = (fields.take("timeout_ms")?, fields.take("playlist_id")?);
    let (replace, tag) = (fields.take("replace")?.unwrap_or(false), fields.take("tag_id")?);
    fields.finish()?;
    let id = fresh_association(&fresh_id("scan", asker.operation.as_ref(), 0))?;
    let command = Command::StartAssociation { id: id.clone(), playlist, timeout_ms, replace, tag };
    let receipt = api.act(&asker, command).await?;
    let mut data = json!({ "scan_id": id, "timeout_ms": timeout_ms.unwrap_or(ASSOCIATION_MS) });
    if let Some(association) = &receipt.snapshot.nfc.association {
        data["state"] = json!(association.state.name());
    }
    done(&receipt, StatusCode::OK, "hold a tag to the reader", data)
}

pub fn fresh_association(text: &str) -> Result<AssociationId, ApiError> {
    AssociationId::new(text).map_err(|error| ApiError::BadRequest(error.to_string()))
}

pub async fn cancel(State(api): State<Api>, InPath(id): InPath<AssociationId>, Bare(asker): Bare) -> Answer {
    let receipt = api.act(&asker, Command::CancelAssociation { id: Some(id.clone()), playlist: None }).await?;
    done(&receipt, StatusCode::OK, "it was called off", json!({ "session_id": id, "success": true }))
}

pub async fn settings(State(api): State<Api>) -> Answer {
    found(&api, "what taps mean", json!(api.state.snapshot().show.nfc.settings))
}

pub async fn configure(State(api): State<Api>, Ask { asker, fields }: Ask) -> Answer {
    let receipt = api.act(&asker, Command::ChangeNfc { patch: fields.0 }).await?;
    done(&receipt, StatusCode::OK, "what taps mean", json!(receipt.snapshot.nfc.settings))
}

/// A tap without a reader: for phones, scripts and trying things out. With `present` the tag stays, or goes.
pub async fn tap(State(api): State<Api>, Ask { asker, mut fields }: Ask) -> Answer {
    let (tag, present): (TagId, Option<bool>) = (fields.require("tag_id")?, fields.take("present")?);
    fields.finish()?;
    let report = |present| Command::ReportTag { tag, reader: READER.to_owned(), present };
    let receipt = api.act(&asker, report(present.unwrap_or(true))).await?;
    if present.is_none() {
        // Under no name of its own: it belongs to the tap. Somebody may have taken the place meanwhile.
        let nameless = crate::api::ask::Asker { operation: None, ..asker };
        match api.act(&nameless, report(false)).await {
            Ok(_) | Err(ApiError::State(SubmitError::Rejected(Rejection::TagNotThere(_)))) => {}
            Err(error) => return Err(error),
        }
    }
    let tap = receipt.snapshot.nfc.tap.as_ref().map(media::tap);
    let player = at(&api, &receipt).player();
    done(&receipt, StatusCode::OK, "the tag was seen", json!({ "tap": tap, "player": player }))
}
