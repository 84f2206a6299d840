//! Shapes of bodies and answers that no single type of ours has: a few words around a view, or what only one request takes. For
//! the document alone; reading and writing is done elsewhere, and a test against a live server holds both together.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde_json::{Map, Value};

use crate::api::wire::schedule::ScheduledView;
use crate::api::wire::show::{ProgramView, ShowView};
use crate::api::wire::stream::StreamState;
use crate::base::status::{Condition, Health};
use crate::exchange::obs::Report;
use crate::identity::{Role, UserView};
use crate::show::ids::{AssetId, BatchId, LayerId, MacroId, SceneId, VersionId};
use crate::show::layer::Layer;
use crate::show::macros::OnRefusal;
use crate::show::program::Way;
use crate::show::scene::Scene;
use crate::show::usage::User;
use crate::show::value::{Scalar, ValueName};

#[derive(JsonSchema)]
#[schemars(rename_all = "snake_case")]
#[expect(dead_code, reason = "only its schema is used, here and below")]
pub struct StateAnswer {
    success: bool,
    seq: u64,
    state: StreamState,
}

#[derive(JsonSchema)]
#[expect(dead_code, reason = "only its schema is used")]
pub struct TakeAnswer {
    success: bool,
    seq: u64,
    program: ProgramView,
}

#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is used")]
pub struct Take {
    /// Its name, or what it is; without it, the desk's.
    transition: Option<Way>,
    client_op_id: Option<ClientOpId>,
}

#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is used")]
pub struct MoveBar {
    /// 0 is the program, 1 the preview.
    #[schemars(range(min = 0, max = 1))]
    position: f64,
    transition: Option<Way>,
    client_op_id: Option<ClientOpId>,
}

#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is used")]
pub struct NewBatch {
    #[schemars(length(min = 1, max = 256))]
    commands: Vec<StoredCommand>,
    /// Milliseconds of Unix time; without it now.
    at: Option<i64>,
    /// What it is called while it waits.
    id: Option<BatchId>,
    client_op_id: Option<ClientOpId>,
}

/// A command as the WebSocket takes it: its name, and its fields.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "only its schema is used")]
pub struct StoredCommand {
    command: String,
    #[serde(flatten)]
    fields: BTreeMap<String, Value>,
}

#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is used")]
pub struct MacroBody {
    id: Option<MacroId>,
    #[schemars(default, length(max = 128))]
    name: String,
    #[schemars(length(min = 1, max = 256))]
    items: Vec<MacroItem>,
    #[schemars(default)]
    on_refusal: OnRefusal,
    client_op_id: Option<ClientOpId>,
}

#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is used")]
pub struct MacroItem {
    /// Counted from the start of the run.
    #[schemars(default, range(max = 86_400_000))]
    after_ms: u64,
    command: StoredCommand,
}

#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is used")]
pub struct RunMacro {
    /// End the run that there may be.
    #[schemars(default)]
    restart: bool,
    client_op_id: Option<ClientOpId>,
}

#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is used")]
pub struct StepBack {
    /// Also if the step is another's.
    #[schemars(default)]
    force: bool,
    client_op_id: Option<ClientOpId>,
}

#[derive(JsonSchema)]
#[expect(dead_code, reason = "only its schema is used")]
pub struct StepAnswer {
    success: bool,
    seq: u64,
}

#[derive(JsonSchema)]
#[expect(dead_code, reason = "only its schema is used")]
pub struct SceneStepAnswer {
    success: bool,
    seq: u64,
    /// As it is now; null if it is gone.
    scene: Option<Scene>,
}

#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is used")]
pub struct NewVersion {
    name: VersionId,
    client_op_id: Option<ClientOpId>,
}

#[derive(JsonSchema)]
#[expect(dead_code, reason = "only its schema is used")]
pub struct BatchAnswer {
    success: bool,
    seq: u64,
    /// It waits for its time; null if it has happened.
    scheduled: Option<ScheduledView<'static>>,
}

#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is used")]
pub struct NewValue {
    value: Scalar,
    client_op_id: Option<ClientOpId>,
}

#[derive(JsonSchema)]
#[expect(dead_code, reason = "only its schema is used")]
pub struct ValueAnswer {
    name: ValueName,
    value: Scalar,
}

#[derive(JsonSchema)]
#[expect(dead_code, reason = "only its schema is used")]
pub struct ShowAnswer {
    seq: u64,
    show: ShowView<'static>,
}

/// Strangers are told the status alone.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "only its schema is used")]
pub struct HealthAnswer {
    status: Health,
    components: Option<BTreeMap<String, Condition>>,
    /// The same in short.
    services: Option<BTreeMap<String, Health>>,
    /// Seconds since the epoch.
    timestamp: Option<f64>,
    uptime_seconds: Option<u64>,
    version: Option<String>,
}

#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is used")]
pub struct Order {
    /// All layers of the scene, lowest first.
    order: Vec<LayerId>,
    client_op_id: Option<ClientOpId>,
}

#[derive(JsonSchema)]
#[expect(dead_code, reason = "only its schema is used")]
pub struct ShowImported {
    success: bool,
    dry_run: bool,
    scenes: usize,
    inputs: usize,
    transitions: usize,
    destinations: usize,
    assets: usize,
    zones: usize,
    fixtures: usize,
    light_feeds: usize,
    palettes: usize,
    light_presets: usize,
    playlists: usize,
    tags: usize,
}

/// What became of a scene collection.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "only its schema is used")]
pub struct ObsImported {
    success: bool,
    dry_run: bool,
    report: Report,
}

/// Into a scene of its own, or with `into` as a group in a scene that is there.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is used")]
pub struct Instantiate {
    /// By the template's own schema.
    #[schemars(default)]
    parameters: Map<String, Value>,
    /// Of the new scene; made up where it is left out.
    scene: Option<SceneId>,
    /// Of the new scene or group.
    #[schemars(length(max = 128))]
    name: Option<String>,
    into: Option<SceneId>,
    /// Of the new group; the ids of its layers begin with it.
    layer: Option<LayerId>,
    parent: Option<LayerId>,
    index: Option<usize>,
    client_op_id: Option<ClientOpId>,
}

#[derive(JsonSchema)]
#[expect(dead_code, reason = "only its schema is used")]
pub struct Instantiated {
    success: bool,
    /// The scene, or where a group was made, its id.
    scene: Value,
    layer: Option<Layer>,
}

#[derive(JsonSchema)]
#[expect(dead_code, reason = "only its schema is used")]
pub struct TemplateView {
    id: String,
    name: String,
    description: String,
    /// `scene` or `overlay`.
    kind: String,
    /// JSON Schema of the parameters.
    parameters: Map<String, Value>,
    /// Of one template: its layers, as they are written.
    layers: Option<Vec<Value>>,
}

/// What the client calls its request: the same name again within five minutes gets the first receipt.
#[derive(JsonSchema)]
#[schemars(transparent, extend("pattern" = "^[!-~]{1,128}$"))]
#[expect(dead_code, reason = "only its schema is used")]
pub struct ClientOpId(String);

#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is used")]
pub struct Bare {
    client_op_id: Option<ClientOpId>,
}

#[derive(JsonSchema)]
#[expect(dead_code, reason = "only its schema is used")]
pub struct AssetUsers {
    users: Vec<User>,
}

#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is used")]
pub struct ReplaceAsset {
    with: AssetId,
    client_op_id: Option<ClientOpId>,
}

#[derive(JsonSchema)]
#[expect(dead_code, reason = "only its schema is used")]
pub struct AssetReplaced {
    success: bool,
    /// Of the other asset, now.
    users: Vec<User>,
}

/// Pictures (PNG, JPEG, WebP, GIF, SVG), fonts (TTF, OTF, TTC) and colour tables (.cube) of at most 32 MiB; videos and sound.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "only its schema is used")]
pub struct AssetsUpload {
    #[schemars(extend("format" = "binary"))]
    file: String,
}

#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is used")]
pub struct Login {
    username: String,
    #[schemars(extend("writeOnly" = true))]
    password: String,
    /// Tokens as cookies that no script can read, instead of in the answer.
    #[schemars(default)]
    cookie: bool,
}

#[derive(JsonSchema)]
#[expect(dead_code, reason = "only its schema is used")]
pub struct LoginAnswer {
    token_type: String,
    access_token: Option<String>,
    refresh_token: Option<String>,
    /// Seconds.
    expires_in: u64,
    refresh_expires_in: u64,
    user: UserView,
}

#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is used")]
pub struct Refresh {
    #[schemars(extend("writeOnly" = true))]
    refresh_token: Option<String>,
}

#[derive(JsonSchema)]
#[expect(dead_code, reason = "only its schema is used")]
pub struct Me {
    user: Option<String>,
    role: Option<Role>,
    login_required: bool,
}

#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is used")]
pub struct NewPassword {
    #[schemars(extend("writeOnly" = true))]
    current_password: String,
    #[schemars(length(min = 8, max = 256), extend("writeOnly" = true))]
    new_password: String,
}

#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is used")]
pub struct NewUser {
    #[schemars(extend("pattern" = "^[A-Za-z0-9_.@-]{1,64}$"))]
    name: String,
    #[schemars(length(min = 8, max = 256), extend("writeOnly" = true))]
    password: String,
    role: Role,
    client_op_id: Option<ClientOpId>,
}

#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is used")]
pub struct RolePatch {
    role: Option<Role>,
    #[schemars(length(min = 8, max = 256), extend("writeOnly" = true))]
    password: Option<String>,
    client_op_id: Option<ClientOpId>,
}

#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is used")]
pub struct NewToken {
    #[schemars(length(min = 1, max = 64))]
    name: String,
    role: Role,
    /// Milliseconds of Unix time; without it the token does not expire.
    expires_at: Option<i64>,
    client_op_id: Option<ClientOpId>,
}

#[derive(JsonSchema)]
#[expect(dead_code, reason = "only its schema is used")]
pub struct TokenAnswer {
    id: String,
    name: String,
    role: Role,
    created_at: i64,
    expires_at: Option<i64>,
    created_by: String,
    /// Shown this once.
    token: String,
}
