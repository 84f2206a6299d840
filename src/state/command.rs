//! Everything that can be asked of a show. Doors make commands; `apply` decides about them.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::show::asset::Asset;
use crate::show::collection::{Collection, Mode};
use crate::show::destination::Destination;
use crate::show::ids::{AssetId, DestinationId, InputId, LayerId, SceneId, TransitionId};
use crate::show::input::Input;
use crate::show::layer::Layer;
use crate::show::program::Way;
use crate::show::scene::Scene;
use crate::show::transition::Transition;

/// Fields to change, by their names on the wire (RFC 7396: null takes a field away). Merged inside `apply`, so that two
/// patches sent at once both count.
pub type Patch = Map<String, Value>;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "snake_case", deny_unknown_fields)]
pub enum Command {
    StartStream,
    StopStream,
    PauseStream,
    ResumeStream,
    /// `restart` allows changes that a live stream can not take without being interrupted (size, frame rate).
    ChangeStreamConfig {
        patch: Patch,
        #[serde(default)]
        restart: bool,
    },
    /// Creates, or replaces as a whole. With `only_new`, here and below, what is there already is left alone, and the command
    /// turned down.
    PutScene {
        scene: Scene,
        #[serde(default, skip_serializing_if = "is_false")]
        only_new: bool,
    },
    ChangeScene {
        scene: SceneId,
        patch: Patch,
    },
    RemoveScene {
        scene: SceneId,
    },
    /// Puts a scene on air.
    TakeScene {
        scene: SceneId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        transition: Option<Way>,
    },
    /// Puts the scene of the preview on air, and the one that was on air into the preview.
    TakePreview {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        transition: Option<Way>,
    },
    /// As far as a hand has moved the bar between program (0) and preview (1).
    MoveBar {
        position: f64,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        transition: Option<Way>,
    },
    /// Lets go of the bar: the rest of the way happens by itself.
    ReleaseBar,
    ChangeStudio {
        patch: Patch,
    },
    PutTransition {
        id: TransitionId,
        transition: Transition,
        #[serde(default, skip_serializing_if = "is_false")]
        only_new: bool,
    },
    RemoveTransition {
        id: TransitionId,
    },
    /// Creates (on top, or at `index` from below, in the group `parent` or the scene itself), or replaces in place.
    PutLayer {
        scene: SceneId,
        layer: Arc<Layer>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        parent: Option<LayerId>,
        #[serde(default)]
        index: Option<usize>,
        #[serde(default, skip_serializing_if = "is_false")]
        only_new: bool,
    },
    /// `index` moves the layer; the rest changes its fields.
    ChangeLayer {
        scene: SceneId,
        layer: LayerId,
        patch: Patch,
        #[serde(default)]
        index: Option<usize>,
    },
    RemoveLayer {
        scene: SceneId,
        layer: LayerId,
    },
    /// All layers of the scene, or of a group in it, lowest first.
    OrderLayers {
        scene: SceneId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        parent: Option<LayerId>,
        order: Vec<LayerId>,
    },
    PutInput {
        input: Input,
        #[serde(default, skip_serializing_if = "is_false")]
        only_new: bool,
    },
    ChangeInput {
        input: InputId,
        patch: Patch,
    },
    /// Of an uploaded video: from now on.
    PlayInput {
        input: InputId,
        playing: Playing,
    },
    RemoveInput {
        input: InputId,
    },
    ChangeMixer {
        patch: Patch,
    },
    PutDestination {
        destination: Destination,
        #[serde(default, skip_serializing_if = "is_false")]
        only_new: bool,
    },
    ChangeDestination {
        destination: DestinationId,
        patch: Patch,
    },
    RemoveDestination {
        destination: DestinationId,
    },
    /// The library has the file; the show now knows it.
    AddAsset {
        asset: Asset,
    },
    RemoveAsset {
        asset: AssetId,
    },
    /// Everyone who uses the asset uses the other one from now on. Both stay.
    ReplaceAsset {
        asset: AssetId,
        with: AssetId,
    },
    /// Many things at once: all of them, or none.
    Import {
        collection: Box<Collection>,
        #[serde(default)]
        mode: Mode,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "action", rename_all = "snake_case", deny_unknown_fields)]
pub enum Playing {
    // Braces, because serde refuses unknown fields only where there could be known ones.
    Play {},
    Pause {},
    Stop {},
    /// From the start of the played part.
    Seek {
        #[schemars(range(max = 86_400_000))]
        offset_ms: u64,
    },
}

fn is_false(flag: &bool) -> bool {
    !flag
}
