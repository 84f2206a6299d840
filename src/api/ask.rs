//! A request that changes something: who asks, what they call it, and its fields. And the one way from every door to the
//! writer, so that no door can do what another may not.

use std::sync::{Arc, OnceLock};

use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, HeaderName};
use serde_json::{Map, Value, json};

use super::error::ApiError;
use super::gate::Who;
use super::request::{Fields, body_of, fresh_id};
use super::routes::access_of;
use super::wire::message::command;
use super::{Api, able, fetchable, rest};
use crate::identity::{Caller, CallerKind};
use crate::show::collection::Mode;
use crate::show::ids::BatchId;
use crate::state::command::Command;
use crate::state::operation::{Digest, InvalidOperationId, Operation, OperationId};
use crate::state::{Origin, Receipt};

/// Names of the header that may carry what the body's `client_op_id` does; the second is what other APIs call it.
const OPERATION_HEADERS: [HeaderName; 2] =
    [HeaderName::from_static("x-client-op-id"), HeaderName::from_static("idempotency-key")];

/// What the client calls its request, for the answer to carry back; set once it has been read.
#[derive(Clone, Default)]
pub struct AskedAs(Arc<OnceLock<String>>);

impl AskedAs {
    pub fn get(&self) -> Option<&str> {
        self.0.get().map(String::as_str)
    }
}

/// Who asks for a command, through which door, and under which name.
#[derive(Clone, Debug)]
pub struct Asker {
    pub door: &'static str,
    pub caller: Caller,
    pub operation: Option<OperationId>,
    /// Whom a node that follows this one speaks for: it is believed who asked, and may no more than itself.
    pub for_another: Option<String>,
}

/// A request to change something, with what is to be. All of our bodies are objects.
pub struct Ask {
    pub asker: Asker,
    pub fields: Fields,
}

/// A request whose body may be left out: then nothing is said in it.
pub struct Perhaps {
    pub asker: Asker,
    pub fields: Fields,
}

/// A request whose path says it all. It needs no body; one that is there names the operation and nothing else.
pub struct Bare(pub Asker);

impl<S: Send + Sync> FromRequest<S> for Ask {
    type Rejection = ApiError;

    async fn from_request(request: Request, _state: &S) -> Result<Self, ApiError> {
        let (asker, fields) = read(request).await?;
        Ok(Ask { asker, fields: fields.ok_or(ApiError::MalformedJson("there is no body".to_owned()))? })
    }
}

impl<S: Send + Sync> FromRequest<S> for Perhaps {
    type Rejection = ApiError;

    async fn from_request(request: Request, _state: &S) -> Result<Self, ApiError> {
        let (asker, fields) = read(request).await?;
        Ok(Perhaps { asker, fields: fields.unwrap_or(Fields(Map::new())) })
    }
}

impl<S: Send + Sync> FromRequest<S> for Bare {
    type Rejection = ApiError;

    async fn from_request(request: Request, _state: &S) -> Result<Self, ApiError> {
        let (asker, fields) = read(request).await?;
        fields.map_or(Ok(()), Fields::finish)?;
        Ok(Bare(asker))
    }
}

async fn read(request: Request) -> Result<(Asker, Option<Fields>), ApiError> {
    let mut asker = Asker::of(&request)?;
    let noted = request.extensions().get::<AskedAs>().cloned().unwrap_or_default();
    let mut fields = body_of(request).await?;
    let named = fields.as_mut().map(|fields| fields.take::<OperationId>("client_op_id")).transpose()?.flatten();
    if let Some(named) = named {
        if asker.operation.as_ref().is_some_and(|header| *header != named) {
            return Err(ApiError::InvalidBody {
                field: "client_op_id".to_owned(),
                why: "the header and the body name two different operations".to_owned(),
            });
        }
        asker.operation = Some(named);
    }
    if let Some(operation) = &asker.operation {
        let _ = noted.0.set(operation.as_str().to_owned());
    }
    Ok((asker, fields))
}

impl Asker {
    /// From the headers alone, for bodies that are no JSON.
    pub fn of(request: &Request) -> Result<Self, ApiError> {
        let who = request.extensions().get::<Who>().cloned();
        let caller = who.and_then(|who| who.0).ok_or(ApiError::LoginRequired)?;
        Ok(Self { door: "rest", caller, operation: operation_in(request.headers())?, for_another: None })
    }

    /// A batch that waits has a name, the same one for the same operation.
    pub fn with_batch_id(&self, command: Command) -> Command {
        match command {
            Command::Batch { commands, at: Some(at), id: None } => {
                let id = BatchId::new(&fresh_id("batch", self.operation.as_ref(), 0)).ok();
                Command::Batch { commands, at: Some(at), id }
            }
            command => command,
        }
    }

    /// Whose things are told apart by this; nothing for those without a name.
    pub fn owner(&self) -> String {
        owner(&self.caller)
    }

    fn origin(&self, command: &Command) -> Origin {
        let operation = self.operation.clone().map(|id| Operation { id, digest: Digest::of(command) });
        let actor = self.for_another.clone().or_else(|| actor(&self.caller));
        Origin { door: self.door.to_owned(), actor, operation }
    }
}

pub fn owner(caller: &Caller) -> String {
    actor(caller).unwrap_or_default()
}

/// As the journal names them; a token may be called like a user.
fn actor(caller: &Caller) -> Option<String> {
    match caller.kind() {
        CallerKind::Anonymous => None,
        CallerKind::User => Some(caller.name().to_owned()),
        CallerKind::ApiToken => Some(format!("token {}", caller.name())),
    }
}

pub(super) fn operation_in(headers: &HeaderMap) -> Result<Option<OperationId>, ApiError> {
    let Some(value) = OPERATION_HEADERS.iter().find_map(|name| headers.get(name)) else { return Ok(None) };
    let id = value.to_str().ok().and_then(|text| OperationId::new(text).ok());
    id.map(Some).ok_or_else(|| ApiError::BadRequest(InvalidOperationId.to_string()))
}

/// What came of a command.
pub struct Performed {
    pub receipt: Receipt,
    /// What it made beside the show.
    pub made: Option<Value>,
}

/// What a command does over REST: who may do it there may send it through every door.
fn route_of(command: &Command) -> (&'static str, &'static str) {
    match command {
        Command::StartStream => ("POST", "/api/stream/start"),
        Command::StopStream => ("POST", "/api/stream/stop"),
        Command::PauseStream => ("POST", "/api/stream/pause"),
        Command::ResumeStream => ("POST", "/api/stream/resume"),
        Command::ChangeStreamConfig { .. } => ("PATCH", "/api/stream/config"),
        Command::PutScene { .. } => ("PUT", "/api/scenes/{scene}"),
        Command::ChangeScene { .. } => ("PATCH", "/api/scenes/{scene}"),
        Command::RemoveScene { .. } => ("DELETE", "/api/scenes/{scene}"),
        Command::TakeScene { .. } => ("POST", "/api/scenes/{scene}/take"),
        Command::TakePreview { .. } => ("POST", "/api/studio/take"),
        Command::MoveBar { .. } => ("POST", "/api/studio/bar"),
        Command::ReleaseBar => ("POST", "/api/studio/bar/release"),
        Command::ChangeStudio { .. } => ("PATCH", "/api/studio"),
        Command::PutTransition { .. } => ("PUT", "/api/transitions/{transition}"),
        Command::RemoveTransition { .. } => ("DELETE", "/api/transitions/{transition}"),
        Command::PutLayer { .. } => ("PUT", "/api/scenes/{scene}/layers/{layer}"),
        Command::ChangeLayer { .. } => ("PATCH", "/api/scenes/{scene}/layers/{layer}"),
        Command::RemoveLayer { .. } => ("DELETE", "/api/scenes/{scene}/layers/{layer}"),
        Command::OrderLayers { .. } => ("PUT", "/api/scenes/{scene}/order"),
        Command::PutInput { .. } => ("PUT", "/api/inputs/{input}"),
        Command::ChangeInput { .. } => ("PATCH", "/api/inputs/{input}"),
        Command::PlayInput { .. } => ("POST", "/api/inputs/{input}/play"),
        Command::RemoveInput { .. } => ("DELETE", "/api/inputs/{input}"),
        Command::ChangeMixer { .. } => ("PATCH", "/api/mixer"),
        Command::PutDestination { .. } => ("PUT", "/api/destinations/{destination}"),
        Command::ChangeDestination { .. } => ("PATCH", "/api/destinations/{destination}"),
        Command::RemoveDestination { .. } => ("DELETE", "/api/destinations/{destination}"),
        Command::AddAsset { .. } => ("POST", "/api/assets"),
        Command::RemoveAsset { .. } => ("DELETE", "/api/assets/{asset}"),
        Command::ReplaceAsset { .. } => ("POST", "/api/assets/{asset}/replace"),
        Command::DescribeAsset { .. } => ("POST", "/api/assets"),
        Command::PutPlaylist { .. } => ("POST", "/api/playlists"),
        Command::ChangePlaylist { .. } => ("PUT", "/api/playlists/{playlist}"),
        Command::RemovePlaylist { .. } => ("DELETE", "/api/playlists/{playlist}"),
        Command::AddTracks { .. } => ("POST", "/api/playlists/{playlist}/tracks"),
        Command::ChangeTrack { .. } => ("PATCH", "/api/playlists/{playlist}/tracks/{track}"),
        Command::RemoveTracks { .. } => ("DELETE", "/api/playlists/{playlist}/tracks"),
        Command::OrderTracks { .. } => ("POST", "/api/playlists/{playlist}/reorder"),
        Command::MoveTrack { .. } => ("POST", "/api/playlists/move-track"),
        Command::PlayPlaylist { .. } => ("POST", "/api/playlists/{playlist}/start"),
        Command::ControlPlayer { .. } | Command::EndPlay { .. } => ("POST", "/api/player/next"),
        Command::ChangePlayer { .. } => ("PATCH", "/api/player/settings"),
        Command::SteerLoop { .. } => ("POST", "/api/loop"),
        Command::ReportTag { .. } => ("POST", "/api/nfc/tap"),
        Command::AssociateTag { .. } => ("POST", "/api/nfc/associate"),
        Command::ChangeTag { .. } => ("PATCH", "/api/nfc/tags/{tag}"),
        Command::RemoveTag { .. } => ("DELETE", "/api/nfc/associate/{tag}"),
        Command::StartAssociation { .. } => ("POST", "/api/nfc/scan"),
        Command::CancelAssociation { .. } => ("DELETE", "/api/nfc/session/{session}"),
        Command::ChangeNfc { .. } => ("PATCH", "/api/nfc/settings"),
        Command::BeginDownload { .. } | Command::EndDownload { .. } => ("POST", "/api/youtube/download"),
        Command::RemoveDownload { .. } => ("DELETE", "/api/youtube/downloads/{download}"),
        Command::Batch { .. } => ("POST", "/api/batch"),
        Command::PutMacro { .. } => ("PUT", "/api/macros/{macro}"),
        Command::RemoveMacro { .. } => ("DELETE", "/api/macros/{macro}"),
        Command::RunMacro { .. } => ("POST", "/api/macros/{macro}/run"),
        Command::StopMacro { .. } => ("POST", "/api/macros/{macro}/stop"),
        Command::UndoScene { .. } => ("POST", "/api/scenes/{scene}/undo"),
        Command::RedoScene { .. } => ("POST", "/api/scenes/{scene}/redo"),
        Command::Undo { .. } => ("POST", "/api/undo"),
        Command::Redo { .. } => ("POST", "/api/redo"),
        Command::SaveVersion { .. } => ("POST", "/api/scenes/{scene}/versions"),
        Command::RestoreVersion { .. } => ("POST", "/api/scenes/{scene}/versions/{version}/restore"),
        Command::RemoveVersion { .. } => ("DELETE", "/api/scenes/{scene}/versions/{version}"),
        Command::CancelBatch { .. } => ("DELETE", "/api/scheduled/{batch}"),
        Command::JoinJam { .. } => ("POST", "/api/jam-links"),
        Command::LeaveJam { .. } => ("DELETE", "/api/jam-links/{code}"),
        Command::SetValue { .. } => ("PUT", "/api/values/{value}"),
        Command::RemoveValue { .. } => ("DELETE", "/api/values/{value}"),
        Command::PutZone { .. } => ("POST", "/api/v1/zones"),
        Command::ChangeZone { .. } => ("PUT", "/api/v1/zones/{zone}"),
        Command::ResetZone { .. } => ("POST", "/api/v1/zones/{zone}/reset"),
        Command::RemoveZone { .. } => ("DELETE", "/api/v1/zones/{zone}"),
        Command::PutZoneLayer { .. } => ("PUT", "/api/v1/zones/{zone}/layers/{layer}"),
        Command::RemoveZoneLayer { .. } => ("DELETE", "/api/v1/zones/{zone}/layers/{layer}"),
        Command::StartAnimation { .. } => ("POST", "/api/v1/animations/{animation}/start"),
        Command::StopAnimation { .. } => ("POST", "/api/v1/animations/{animation}/stop"),
        Command::ChangeAnimation { .. } => ("PUT", "/api/v1/animations/{animation}/parameters"),
        Command::TestZone { .. } => ("POST", "/api/v1/diagnostics/zones/{zone}/test"),
        Command::SwitchLights { .. } => ("POST", "/api/v1/system/power/on"),
        Command::SetLightMode { .. } => ("PUT", "/api/v1/system/mode"),
        Command::SetLightBrightness { .. } => ("PUT", "/api/v1/system/brightness"),
        Command::ChangeLightSettings { .. } => ("PATCH", "/api/v1/config"),
        Command::PutPalette { .. } => ("PUT", "/api/v1/colors/palettes/{palette}"),
        Command::RemovePalette { .. } => ("DELETE", "/api/v1/colors/palettes/{palette}"),
        Command::PutFixture { .. } => ("PUT", "/api/fixtures/{fixture}"),
        Command::ChangeFixture { .. } => ("PATCH", "/api/fixtures/{fixture}"),
        Command::RemoveFixture { .. } => ("DELETE", "/api/fixtures/{fixture}"),
        Command::IdentifyFixture { .. } => ("POST", "/api/fixtures/{fixture}/identify"),
        Command::PutDisplay { .. } => ("PUT", "/api/displays/{display}"),
        Command::ChangeDisplay { .. } => ("PATCH", "/api/displays/{display}"),
        Command::RemoveDisplay { .. } => ("DELETE", "/api/displays/{display}"),
        Command::PutLightFeed { .. } => ("PUT", "/api/light-feeds/{feed}"),
        Command::ChangeLightFeed { .. } => ("PATCH", "/api/light-feeds/{feed}"),
        Command::RemoveLightFeed { .. } => ("DELETE", "/api/light-feeds/{feed}"),
        Command::SaveLightPreset { .. } => ("PUT", "/api/v1/presets/{preset}"),
        Command::LoadLightPreset { .. } => ("POST", "/api/v1/presets/{preset}/load"),
        Command::RestoreLightPreset { .. } => ("POST", "/api/v1/presets/{preset}/restore"),
        Command::RenameLightPreset { .. } => ("PATCH", "/api/v1/presets/{preset}"),
        Command::RemoveLightPreset { .. } => ("DELETE", "/api/v1/presets/{preset}"),
        Command::ImportLightPresets { .. } => ("POST", "/api/v1/presets/import"),
        Command::Import { collection, mode } if *mode != Mode::Replace && collection.is_for_the_stage() => {
            ("POST", "/api/import/obs")
        }
        Command::Import { .. } => ("POST", "/api/import"),
    }
}

/// Whoever asks for a command asks for all that is in it.
fn check_role(asker: &Asker, command: &Command) -> Result<(), ApiError> {
    let (method, path) = route_of(command);
    let access = access_of(method, path);
    if !access.allows(Some(asker.caller.role())) {
        return Err(ApiError::RoleNeeded { needed: access.name() });
    }
    command.within().iter().try_for_each(|command| check_role(asker, command))
}

impl Api {
    /// Submits, if the asker may.
    pub(super) async fn act(&self, asker: &Asker, command: Command) -> Result<Receipt, ApiError> {
        check_role(asker, &command)?;
        // What the leader is able to do, the leader knows.
        if self.vitals.following.get().is_none() {
            able::check(&command, &self.capabilities)?;
            fetchable::check(&command, self.downloads.is_some())?;
        }
        let origin = asker.origin(&command);
        Ok(self.state.submit(command, origin).await?)
    }

    /// For doors that are told commands as such. One of them changes nothing of the show, and makes a file.
    pub(super) async fn perform_any(&self, asker: &Asker, fields: Map<String, Value>) -> Result<Performed, ApiError> {
        if fields.len() == 1 && fields.get("command").and_then(Value::as_str) == Some("save_replay") {
            let made = rest::recordings::save_replay(self, asker).await?;
            let snapshot = self.state.snapshot();
            let receipt = Receipt { seq: snapshot.seq, snapshot: snapshot.show.clone(), created: true, repeated: false };
            return Ok(Performed { receipt, made: Some(json!(made)) });
        }
        let command = asker.with_batch_id(command(fields)?);
        let (waits_as, association) = match &command {
            Command::Batch { id: Some(id), .. } => (Some(id.clone()), None),
            Command::StartAssociation { id, .. } => (None, Some(json!({ "association": id }))),
            _ => (None, None),
        };
        let receipt = self.perform(asker, command).await?;
        let waiting = waits_as.filter(|id| receipt.snapshot.scheduled.contains_key(id));
        Ok(Performed { receipt, made: waiting.map(|id| json!({ "scheduled": id })).or(association) })
    }

    /// For doors that are told commands as such. Some are more than a change of the show: a file goes with them.
    pub(super) async fn perform(&self, asker: &Asker, command: Command) -> Result<Receipt, ApiError> {
        match command {
            Command::AddAsset { .. } => Err(ApiError::NeedsUpload),
            Command::Import { collection, .. } if !collection.assets.is_empty() => Err(ApiError::NeedsUpload),
            Command::RemoveAsset { asset, force } => {
                rest::assets::remove_with_file(self.clone(), asker.clone(), asset, force).await
            }
            command => self.act(asker, command).await,
        }
    }
}

impl From<InvalidOperationId> for ApiError {
    fn from(error: InvalidOperationId) -> Self {
        ApiError::BadRequest(error.to_string())
    }
}
