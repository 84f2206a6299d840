//! The tus 1.0 door: files that go on where a broken connection left them. What is kept, and when it may be told, is the store's
//! business (`library::uploads`); here are only the protocol's headers and statuses.

#[cfg(any(test, feature = "fuzzing"))]
pub mod fuzz;
mod headers;
mod metadata;
mod trouble;

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use axum::extract::{FromRef, Path, Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::uploads::check_playlist;
use crate::api::Api;
use crate::api::ask::Asker;
use crate::api::error::ApiError;
use crate::api::uploading::{self, Wishes};
use crate::library::uploads::{Algorithm, Appended, New, State as Stage, Status, UploadError, UploadId, Uploads};
use crate::show::ids::PlaylistId;
use headers::{
    CHECKSUM_ALGORITHM, DEFER_LENGTH, EXPIRES, EXTENSION, LENGTH, MAX_SIZE, METADATA, OFFSET, RESUMABLE, VERSION,
    VERSION_HEADER,
};
use metadata::Metadata;

pub use trouble::{Trouble, status_of_resumable};

const EXTENSIONS: &str = "creation,creation-with-upload,creation-defer-length,expiration,checksum,termination";

/// What is to happen when the last byte of an upload has come. The answer is told to the client when it failed.
pub type OnComplete = Arc<dyn Fn(UploadId) -> Pin<Box<dyn Future<Output = Result<(), Box<Response>>> + Send>> + Send + Sync>;

/// Whether there is such a playlist: who has sent gigabytes should not hear only then that there is none.
pub type Knows = Arc<dyn Fn(&str) -> Result<(), Box<Response>> + Send + Sync>;

/// What the door stands on.
#[derive(Clone)]
pub struct Tus {
    pub uploads: Uploads,
    pub knows_playlist: Knows,
    pub on_complete: OnComplete,
}

/// Whose uploads these are. Without a name they are nobody's, and everybody's.
struct Owner(String);

impl Owner {
    fn of(request: &Request) -> Owner {
        Owner(Asker::of(request).map(|asker| asker.owner()).unwrap_or_default())
    }
}

/// OPTIONS and POST.
pub async fn files(State(tus): State<Tus>, request: Request) -> Response {
    let owner = Owner::of(&request);
    let result = match *request.method() {
        Method::OPTIONS => Ok(options(&tus)),
        Method::POST => create(&tus, owner, request).await,
        _ => Err(Trouble::Method),
    };
    finish(result)
}

/// HEAD, PATCH and DELETE; also those in the guise of a POST; and OPTIONS.
pub async fn file(State(tus): State<Tus>, Path(id): Path<String>, request: Request) -> Response {
    let owner = Owner::of(&request);
    let result = match headers::method(&request) {
        Method::OPTIONS => Ok(options(&tus)),
        Method::HEAD => look(&tus, &owner, &id, request.headers().clone()).await,
        Method::PATCH => append(&tus, &owner, &id, request).await,
        Method::DELETE => remove(&tus, &owner, &id, request.headers().clone()).await,
        _ => Err(Trouble::Method),
    };
    finish(result)
}

fn finish(result: Result<Response, Trouble>) -> Response {
    let mut response = result.unwrap_or_else(IntoResponse::into_response);
    response.headers_mut().insert(RESUMABLE, HeaderValue::from_static(headers::SPOKEN));
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn options(tus: &Tus) -> Response {
    let algorithms = Algorithm::ALL.map(Algorithm::name).join(",");
    let headers = [
        (VERSION_HEADER, VERSION.to_owned()),
        (EXTENSION, EXTENSIONS.to_owned()),
        (MAX_SIZE, tus.uploads.limits().longest().to_string()),
        (CHECKSUM_ALGORITHM, algorithms),
    ];
    (StatusCode::NO_CONTENT, headers).into_response()
}

async fn create(tus: &Tus, owner: Owner, request: Request) -> Result<Response, Trouble> {
    headers::check_version(request.headers())?;
    let (parts, body) = request.into_parts();
    let length = headers::announced(&parts.headers)?;
    let raw = headers::text(&parts.headers, METADATA)?.unwrap_or("");
    let Metadata { name, playlist, sha256 } = Metadata::parse(raw)?;
    if let Some(playlist) = &playlist {
        (tus.knows_playlist)(playlist).map_err(Trouble::Refused)?;
    }
    let brings_bytes = headers::brings_bytes(&parts.headers)?;
    let checksum = headers::checksum(&parts.headers)?;
    if brings_bytes {
        headers::check_end(&parts.headers, 0, length)?;
    }
    let new = New { name, length, chunk_size: None, metadata: raw.to_owned(), playlist, sha256, owner: owner.0 };
    let mut status = tus.uploads.create(new).await?;
    if brings_bytes {
        let appended = tus.uploads.append(status.id, 0, body.into_data_stream(), checksum).await;
        status = begun_with(tus, status, appended.map(drop)).await?;
    }
    complete(tus, &status).await?;
    let mut headers = told(&status, brings_bytes);
    let location = format!("{}/{}", parts.uri.path().trim_end_matches('/'), status.id);
    headers.extend(HeaderValue::from_str(&location).ok().map(|location| (header::LOCATION, location)));
    Ok((StatusCode::CREATED, headers).into_response())
}

/// An upload whose first bytes did not all come is there all the same, unless they could never fit it.
async fn begun_with(tus: &Tus, status: Status, appended: Result<(), UploadError>) -> Result<Status, Trouble> {
    match appended {
        Ok(()) | Err(UploadError::Interrupted { .. } | UploadError::StorageFull | UploadError::TakenOver) => {
            Ok(tus.uploads.status(status.id)?)
        }
        Err(error) => {
            tus.uploads.remove(status.id).await.ok();
            Err(error.into())
        }
    }
}

async fn look(tus: &Tus, owner: &Owner, id: &str, asked: HeaderMap) -> Result<Response, Trouble> {
    headers::check_version(&asked)?;
    let id = find(tus, owner, id)?;
    let status = tus.uploads.settled(id).await?;
    // A client that hears that nothing is missing goes away content: so what a crash has left undone is done before.
    complete(tus, &status).await?;
    let mut headers = told(&status, true);
    match status.length {
        Some(length) => headers.insert(LENGTH, HeaderValue::from(length)),
        None => headers.insert(DEFER_LENGTH, HeaderValue::from(1)),
    };
    if !status.metadata.is_empty() {
        headers.extend(HeaderValue::from_str(&status.metadata).ok().map(|metadata| (METADATA, metadata)));
    }
    Ok((StatusCode::OK, headers).into_response())
}

async fn append(tus: &Tus, owner: &Owner, id: &str, request: Request) -> Result<Response, Trouble> {
    headers::check_version(request.headers())?;
    let (parts, body) = request.into_parts();
    if !headers::brings_bytes(&parts.headers)? {
        return Err(Trouble::NotBytes);
    }
    let offset = headers::number(&parts.headers, OFFSET)?.ok_or_else(|| Trouble::header(&OFFSET, "it is missing"))?;
    let checksum = headers::checksum(&parts.headers)?;
    let id = find(tus, owner, id)?;
    if let Some(length) = headers::number(&parts.headers, LENGTH)? {
        tus.uploads.declare_length(id, length).await?;
    }
    check_place(tus, id, offset, &parts.headers)?;
    let Appended { .. } = tus.uploads.append(id, offset, body.into_data_stream(), checksum).await?;
    let status = tus.uploads.status(id)?;
    complete(tus, &status).await?;
    Ok((StatusCode::NO_CONTENT, told(&status, true)).into_response())
}

/// What can not fit is refused before any of it is read. Where it would go on is found out in the store's own turn.
fn check_place(tus: &Tus, id: UploadId, offset: u64, headers: &HeaderMap) -> Result<(), Trouble> {
    let status = tus.uploads.status(id)?;
    if status.length.is_some_and(|length| offset > length) {
        return Err(UploadError::WrongOffset { expected: status.offset, given: offset }.into());
    }
    headers::check_end(headers, offset, status.length)
}

async fn remove(tus: &Tus, owner: &Owner, id: &str, asked: HeaderMap) -> Result<Response, Trouble> {
    headers::check_version(&asked)?;
    let id = find(tus, owner, id)?;
    tus.uploads.remove(id).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Another's upload is not there.
fn find(tus: &Tus, owner: &Owner, id: &str) -> Result<UploadId, Trouble> {
    let id: UploadId = id.parse()?;
    if tus.uploads.owner(id)? == owner.0 { Ok(id) } else { Err(UploadError::NotFound.into()) }
}

/// Goes on though the client goes away: nobody would ask for it again.
async fn complete(tus: &Tus, status: &Status) -> Result<(), Trouble> {
    if let (Stage::Error, Some(fault)) = (status.state, &status.error) {
        let (code, message) = (fault.code.clone(), fault.message.clone());
        return Err(UploadError::GivenUp { code, message }.into());
    }
    if !status.is_complete() || status.state == Stage::Completed {
        return Ok(());
    }
    let done = tokio::spawn((tus.on_complete)(status.id)).await;
    done.unwrap_or_else(|_| Err(Box::new(StatusCode::INTERNAL_SERVER_ERROR.into_response()))).map_err(Trouble::Refused)
}

fn told(status: &Status, with_offset: bool) -> HeaderMap {
    let mut told = HeaderMap::new();
    if with_offset {
        told.insert(OFFSET, HeaderValue::from(status.offset));
    }
    if !status.is_complete() {
        told.extend(headers::date(status.expires_at).map(|date| (EXPIRES, date)));
    }
    told
}

impl FromRef<Api> for Tus {
    fn from_ref(api: &Api) -> Tus {
        let kept = api.clone();
        let on_complete: OnComplete = Arc::new(move |id| {
            let api = kept.clone();
            Box::pin(async move {
                let finished = uploading::finish(&api, id, None, Wishes::default()).await;
                finished.map(drop).map_err(|error| Box::new(error.into_response()))
            })
        });
        let asked = api.clone();
        let knows_playlist: Knows = Arc::new(move |playlist| {
            let id = PlaylistId::new(playlist).map_err(|error| ApiError::BadRequest(error.to_string()));
            let known = id.and_then(|id| check_playlist(&asked, &id));
            known.map_err(|error| Box::new(error.into_response()))
        });
        Tus { uploads: api.uploads.clone(), knows_playlist, on_complete }
    }
}
