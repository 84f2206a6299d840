//! `/api/jams`: rooms where several people play together. Whoever plays has a token of the jam; logging in is for those who open one,
//! and for jams that are not open to strangers.

use std::net::IpAddr;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Extension, Request, State};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use serde_json::{Value, json};

use super::{Answer, ok};
use crate::api::Api;
use crate::api::error::ApiError;
use crate::api::gate::{Who, address_of};
use crate::api::jam::Papers;
use crate::api::request::{At, Fields, body_of};
use crate::identity::Role;
use crate::jam::ask::Ask;
use crate::jam::fingerprint::fingerprint;
use crate::jam::hall::{Guest, Opening};
use crate::jam::refused::Refused;
use crate::jam::room::Room;
use crate::show::jam::millis;

/// What somebody shows, as a request carries it.
struct Shown {
    who: Who,
    address: IpAddr,
    token: Option<String>,
    fields: Fields,
}

impl Shown {
    async fn of(request: Request) -> Result<Self, ApiError> {
        let who = request.extensions().get::<Who>().cloned().unwrap_or(Who(None));
        let address = address_of(&request);
        let mut fields = body_of(request).await?.unwrap_or(Fields(serde_json::Map::new()));
        let token = fields.take_secret("token")?;
        Ok(Self { who, address, token, fields })
    }

    fn papers(&self) -> Papers<'_> {
        Papers { caller: self.who.0.as_ref(), address: self.address, token: self.token.as_deref() }
    }
}

fn guest(fields: &mut Fields) -> Result<Guest, ApiError> {
    Ok(Guest { name: fields.require("by")?, color: fields.take("color")? })
}

pub fn entered(room: &Room, id: impl serde::Serialize, token: &str) -> Answer {
    let (seq, jam) = room.whole();
    let body = json!({ "code": room.code, "id": id, "token": token, "epoch": room.epoch, "seq": seq, "jam": jam.told() });
    Ok((StatusCode::CREATED, Json(body)).into_response())
}

fn brief(api: &Api, room: &Arc<Room>) -> Value {
    let jam = room.jam();
    json!({
        "code": jam.code,
        "name": jam.name,
        "created_at": jam.created_at,
        "open": jam.open,
        "participants": jam.participants.len(),
        "present": jam.present(),
        "tempo": jam.course.at(api.clock.now()).tempo.bpm(),
        "playing": jam.transport.is_playing(jam.course.beat_at(api.clock.now())),
    })
}

pub async fn list(State(api): State<Api>) -> Answer {
    let rooms = api.jams.hall.rooms().all();
    ok(rooms.iter().map(|room| brief(&api, room)).collect::<Vec<_>>())
}

pub async fn open(State(api): State<Api>, request: Request) -> Answer {
    let Shown { mut fields, .. } = Shown::of(request).await?;
    let guest = guest(&mut fields)?;
    let code: Option<String> = fields.take("code")?;
    let opening = Opening {
        name: fields.take("name")?.unwrap_or_default(),
        code: code.map(|code| code.parse().map_err(Refused::from)).transpose()?,
        open: fields.take("open")?.unwrap_or(false),
        asks: fields.take::<Vec<Ask>>("asks")?.unwrap_or_default(),
    };
    fields.finish()?;
    let joined = api.jams.hall.open(opening, guest).await?;
    entered(&joined.room, joined.id, &joined.token)
}

pub async fn one(State(api): State<Api>, At(code): At<String>, Extension(who): Extension<Who>, request: Request) -> Answer {
    let papers = Papers { caller: who.0.as_ref(), address: address_of(&request), token: None };
    let room = api.jam_to_watch(&code, &papers)?;
    let (seq, jam) = room.whole();
    let played = fingerprint(&jam);
    ok(json!({ "code": room.code, "epoch": room.epoch, "seq": seq, "fingerprint": played, "jam": jam.told() }))
}

pub async fn join(State(api): State<Api>, At(code): At<String>, request: Request) -> Answer {
    let mut shown = Shown::of(request).await?;
    let guest = if shown.token.is_some() { Guest::default() } else { guest(&mut shown.fields)? };
    std::mem::take(&mut shown.fields.0).is_empty().then_some(()).ok_or_else(unknown_field)?;
    let room = api.jam_for(&code, &shown.papers())?;
    let (id, token) = api.enter_jam(&room, &shown.papers(), guest).await?;
    entered(&room, id, &token)
}

fn unknown_field() -> ApiError {
    ApiError::InvalidBody { field: String::new(), why: "there are fields that are not known".to_owned() }
}

/// What participants do, without a connection of their own.
pub async fn play(State(api): State<Api>, At(code): At<String>, request: Request) -> Answer {
    let mut shown = Shown::of(request).await?;
    let asks: Vec<Ask> = shown.fields.require("asks")?;
    let op = shown.fields.take("op")?.unwrap_or(0);
    std::mem::take(&mut shown.fields.0).is_empty().then_some(()).ok_or_else(unknown_field)?;
    let room = api.jam_for(&code, &shown.papers())?;
    let token = shown.token.as_deref().ok_or(Refused::NotAParticipant)?;
    let id = api.jams.hall.identify(&room, token)?;
    let done = api.jams.hall.play(room.code, id, op, asks).await?;
    ok(json!({ "seq": done.seq }))
}

/// The host may end a jam, and whoever runs the show.
pub async fn end(State(api): State<Api>, At(code): At<String>, request: Request) -> Answer {
    let shown = Shown::of(request).await?;
    let papers = shown.papers();
    let room = api.jam_for(&code, &papers)?;
    let id = papers.token.and_then(|token| api.jams.hall.identify(&room, token).ok());
    let is_host = id.and_then(|id| room.jam().participants.get(&id).map(|one| one.is_host)).unwrap_or(false);
    if !is_host && papers.caller.is_none_or(|caller| caller.role() < Role::Operator) {
        return Err(if papers.caller.is_none() && id.is_none() {
            ApiError::LoginRequired
        } else {
            Refused::HostOnly.into()
        });
    }
    api.jams.hall.end(room.code).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// What strikes in the next seconds, for those who would rather not compute it.
pub async fn strikes(
    State(api): State<Api>,
    At(code): At<String>,
    Extension(who): Extension<Who>,
    request: Request,
) -> Answer {
    let papers = Papers { caller: who.0.as_ref(), address: address_of(&request), token: None };
    let room = api.jam_to_watch(&code, &papers)?;
    let (now, jam) = (api.clock.now(), room.jam());
    let until = millis(now.millis() + 2_000);
    let mut strikes = Vec::new();
    crate::show::jam::played::each_strike(&jam, now, until, &mut |strike| {
        strikes.push(json!({
            "module": strike.module, "track": strike.track, "id": strike.of.id, "velocity": strike.velocity, "at_us": strike.at, "step": strike.step,
        }));
    });
    ok(json!({ "now_us": now, "strikes": strikes }))
}
