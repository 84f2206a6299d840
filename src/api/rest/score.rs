//! `/api/score`: what happened in the show, as far as it is kept, to be painted again elsewhere.

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::{HeaderValue, header};
use axum::response::IntoResponse;
use serde::Deserialize;

use super::recordings::on_disk;
use super::show_archive::piped;
use super::{Answer, ok};
use crate::api::Api;
use crate::api::error::ApiError;
use crate::api::wire::score::StretchView;
use crate::base::quote::quoted;
use crate::show::time::ShowTime;
use crate::state::store::score::{Part, write_part};

/// In milliseconds of Unix time.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    from: Option<i64>,
    to: Option<i64>,
}

pub async fn stretches(State(api): State<Api>) -> Answer {
    let found = on_disk(move || api.score.stretches()).await??;
    ok(found.into_iter().map(StretchView::from).collect::<Vec<_>>())
}

/// One file: what the show was at `from`, and all that happened until `to`.
pub async fn part(State(api): State<Api>, wanted: Result<Query<Wanted>, QueryRejection>) -> Answer {
    let Query(Wanted { from, to }) = wanted.map_err(|rejection| ApiError::InvalidQuery(quoted(&rejection.body_text())))?;
    if from.zip(to).is_some_and(|(from, to)| from > to) {
        return Err(ApiError::InvalidQuery("the stretch would end before it begins".to_owned()));
    }
    let time = |millis: i64| ShowTime(millis.saturating_mul(1_000));
    let turn = api.archives.export()?;
    let score = api.score.clone();
    let found = on_disk(move || Part::of(&score, from.map(time), to.map(time)));
    let part = found.await??;
    let body = piped(turn, move |mut out| write_part(part, &mut out));
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/jsonl")),
        (header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment; filename=\"stretch.score\"")),
    ];
    Ok((headers, body).into_response())
}
