//! Why a command was turned down. Nothing has changed then.

use std::borrow::Cow;

use crate::base::quote::quoted;
use crate::show::display::DisplayFault;
use crate::show::ids::{
    AssetId, BatchId, DestinationId, DisplayId, DownloadId, FeedId, FixtureId, InputId, LayerId, LightPresetId, MacroId,
    PaletteId, PlaylistId, RenditionId, SceneId, TransitionId, VersionId, ZoneId, ZoneLayerId,
};
use crate::show::jam::address::InvalidAddress;
use crate::show::jam::code::JamCode;
use crate::show::light::animation::Animation;
use crate::show::light::animation::parameter::ParameterError;
use crate::show::light::color::ColorError;
use crate::show::light::harmony::InvalidBase;
use crate::show::playlist::TrackRef;
use crate::show::tag::TagId;
use crate::show::value::ValueName;

/// What sort of trouble it is; doors turn it into their own numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A value that can never be right (400).
    Invalid,
    /// It names something that is not there (404).
    NotFound,
    /// Right in itself, but not in the present state (409).
    Conflict,
    /// Understood, but more than the server does (422).
    Unprocessable,
}

#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Rejection {
    #[error("{field} is out of range: {value} is not {allowed}")]
    OutOfRange { field: &'static str, value: String, allowed: &'static str },
    #[error("the {what} is not valid: {why}")]
    Invalid { what: &'static str, why: String },
    #[error("the destination's address is not valid: {0}")]
    BadDestination(&'static str),
    #[error("there is no scene {0}")]
    NoScene(SceneId),
    #[error("there is no layer {1} in scene {0}")]
    NoLayer(SceneId, LayerId),
    #[error("there is no destination {0}")]
    NoDestination(DestinationId),
    #[error("there is no asset {0}")]
    NoAsset(AssetId),
    #[error("asset {asset} is of the kind {is}, and this must be {wanted}")]
    WrongAssetKind { asset: AssetId, is: &'static str, wanted: &'static str },
    #[error("there is already a {what} {id}; PUT replaces it, PATCH changes it")]
    AlreadyExists { what: &'static str, id: String },
    #[error("layer {0} shows asset {1}, which is not there; upload it first")]
    LayerNeedsAsset(LayerId, AssetId),
    #[error("layer {0} shows input {1}, which is not there; create it first")]
    LayerNeedsInput(LayerId, InputId),
    #[error("layer {0} listens to input {1}, which is not there; create it first")]
    ZoneLayerNeedsInput(ZoneLayerId, InputId),
    #[error("layer {0} shows scene {1}, which is not there; create it first")]
    LayerNeedsScene(LayerId, SceneId),
    #[error("layer {0} would make scene {1} show itself")]
    SceneInItself(LayerId, SceneId),
    #[error("layer {0} is no group and no layout: nothing can be put into it")]
    NotAGroup(LayerId),
    #[error("layer {0} can not be put into itself")]
    LayerInItself(LayerId),
    #[error("layers and scenes are within each other more than {limit} deep")]
    TooDeep { limit: usize },
    #[error("scene {0} is shown by layer {2} of scene {1}")]
    SceneInUse(SceneId, SceneId, LayerId),
    #[error("layer id {0} stands twice in the scene")]
    DuplicateLayer(LayerId),
    #[error("the order must name each layer of the scene once")]
    OrderMismatch,
    #[error("at most {limit} {what} are possible")]
    TooMany { what: &'static str, limit: usize },
    #[error("the stream is already on air")]
    AlreadyLive,
    #[error("the stream is not on air")]
    NotLive,
    #[error("the stream is already paused")]
    AlreadyPaused,
    #[error("the stream is not paused")]
    NotPaused,
    #[error(
        "{field} can not be changed while the stream is on air: stop it first, or send \"restart\": true to interrupt it"
    )]
    NeedsRestart { field: &'static str },
    #[error("scene {0} is on air: take another scene first")]
    SceneOnAir(SceneId),
    #[error("there is no input {0}")]
    NoInput(InputId),
    #[error("input {0} needs asset {1}, which is not there; upload it first")]
    InputNeedsAsset(InputId, AssetId),
    #[error("input {0} is shown by layer {2} of scene {1}")]
    InputInUse(InputId, SceneId, LayerId),
    #[error("zone {1} listens to input {0}: let it listen to another first")]
    InputInZone(InputId, ZoneId),
    #[error("input {0} is no video: it can not be played, paused or sought")]
    NotPlayable(InputId),
    #[error("asset {0} is needed by input {1}")]
    AssetInInput(AssetId, InputId),
    #[error("asset {0} is needed by a transition")]
    AssetInTransition(AssetId),
    #[error("asset {0} is shown by an animation of zone {1}")]
    AssetInZone(AssetId, ZoneId),
    #[error("asset {0} is shown by preset {1} of lights")]
    AssetInLightPreset(AssetId, LightPresetId),
    #[error("scene {0} is in the preview: put another scene there first")]
    SceneInPreview(SceneId),
    #[error("no scene is in the preview")]
    NothingInPreview,
    #[error("no scene is on air yet: take one")]
    NothingOnAir,
    #[error("the bar is not being moved")]
    BarAtRest,
    #[error("there is no transition {0}")]
    NoTransition(TransitionId),
    #[error("the transition needs asset {0}, which is not there; upload it first")]
    TransitionNeedsAsset(AssetId),
    #[error("asset {0} is shown by layer {2} of scene {1}")]
    AssetInUse(AssetId, SceneId, LayerId),
    #[error("destination {0} wants rendition {1}, which is not there; add it to the stream's configuration first")]
    NoRendition(DestinationId, RenditionId),
    #[error("destination {1} gets rendition {0}: give it another first")]
    RenditionInUse(RenditionId, DestinationId),
    #[error("there is no value {0}")]
    NoValue(ValueName),
    #[error("command {index} of the batch ({command}) is refused, so nothing of it was done: {why}")]
    InBatch { index: usize, command: &'static str, why: Box<Rejection> },
    #[error("{command} can not be part of {place}")]
    NotInBatch { command: &'static str, place: &'static str },
    #[error("there is no scheduled batch {0}")]
    NoBatch(BatchId),
    #[error("a batch {0} is scheduled already: cancel it first, or give this one another id")]
    BatchExists(BatchId),
    #[error("scene {scene} was changed since by {by}: send \"force\": true to take that back")]
    ChangedSince { scene: SceneId, by: String },
    #[error("there is nothing to take back")]
    NothingToUndo,
    #[error("there is nothing to take again")]
    NothingToRedo,
    #[error("scene {0} has no version {1}")]
    NoVersion(SceneId, VersionId),
    #[error("scene {0} has a version {1} already: remove it first, or choose another name")]
    VersionExists(SceneId, VersionId),
    #[error("there is no macro {0}")]
    NoMacro(MacroId),
    #[error("macro {0} is running: stop it first, or run it with \"restart\": true")]
    MacroRunning(MacroId),
    #[error("macro {0} is not running")]
    MacroNotRunning(MacroId),
    #[error("macros have started each other more than {limit} deep")]
    MacrosTooDeep { limit: u8 },
    #[error("there is no zone {0}")]
    NoZone(ZoneId),
    #[error("zone {0} has no layer {1}")]
    NoZoneLayer(ZoneId, ZoneLayerId),
    #[error("fixture {1} shows zone {0}: give it another first")]
    ZoneInUse(ZoneId, FixtureId),
    #[error("there is no fixture {0}")]
    NoFixture(FixtureId),
    #[error("there is no display {0}")]
    NoDisplay(DisplayId),
    #[error(transparent)]
    BadDisplay(DisplayFault),
    #[error("there is no feed {0}")]
    NoFeed(FeedId),
    #[error("this node has not joined the jam {0}")]
    NoJamLink(JamCode),
    #[error(transparent)]
    BadJamAddress(InvalidAddress),
    #[error("zone {1} shows feed {0}: take it away there first")]
    FeedInUse(FeedId, ZoneId),
    #[error("layer {2} of scene {1} shows feed {0}: take it away there first")]
    FeedInLayer(FeedId, SceneId, LayerId),
    #[error("there is no animation {0}")]
    NoAnimation(String),
    #[error("animation {} is running in zone {zone} already: stop it first, or send \"restart\": true", animation.id())]
    AnimationRunning { animation: Animation, zone: ZoneId },
    #[error("animation {} is not running there", animation.id())]
    AnimationNotRunning { animation: Animation },
    #[error(transparent)]
    Parameter(ParameterError),
    #[error("Color mode '{given}' is not supported")]
    ColorMode { field: Cow<'static, str>, given: String },
    #[error("{field} is no colour: {why}")]
    BadColor { field: Cow<'static, str>, why: ColorError },
    #[error(transparent)]
    BadBase(InvalidBase),
    #[error("there is no mode {0}")]
    LightMode(String),
    #[error("there is no palette {0}")]
    NoPalette(PaletteId),
    #[error("zone {1} shows an animation with palette {0}")]
    PaletteInUse(PaletteId, ZoneId),
    #[error("layer {2} of scene {1} has palette {0}: give it another first")]
    PaletteInLayer(PaletteId, SceneId, LayerId),
    #[error("palette {0} is always there as it is: choose another id")]
    PaletteBuiltIn(PaletteId),
    #[error("there is another palette {0} here, and what comes would not look as it should: rename one of the two")]
    PaletteDiffers(PaletteId),
    #[error("there is no preset {0}")]
    NoLightPreset(LightPresetId),
    #[error("preset {0} has no revision {1}")]
    NoRevision(LightPresetId, u32),
    #[error("there is no playlist {0}")]
    NoPlaylist(PlaylistId),
    #[error("playlist {0} has no track {1}")]
    NoTrack(PlaylistId, TrackRef),
    #[error("the track needs asset {0}, which is not there; upload it first")]
    TrackNeedsAsset(AssetId),
    #[error("the order must name each track of the playlist once")]
    TrackOrderMismatch,
    #[error("{0} is not in the loop")]
    NotInLoop(AssetId),
    #[error("asset {0} is in playlist {1}")]
    AssetInPlaylist(AssetId, PlaylistId),
    #[error("asset {0} is the cover of asset {1}")]
    AssetIsCover(AssetId, AssetId),
    #[error("{0}")]
    NothingToPlay(String),
    #[error("play {0} is over")]
    PlayOver(u64),
    #[error("there is no tag {0}")]
    NoTag(TagId),
    #[error("tag {0} belongs to playlist {1}: send \"replace\": true to take it from there")]
    TagTaken(TagId, PlaylistId),
    #[error("tag {0} says another number each time, as phones do: it can not be remembered")]
    RandomTag(TagId),
    #[error("tag {0} does not lie there")]
    TagNotThere(TagId),
    #[error("nothing waits for a tag")]
    NoAssociation,
    #[error("there is no download {0}")]
    NoDownload(DownloadId),
    #[error("download {0} is over")]
    DownloadOver(DownloadId),
}

impl Rejection {
    /// With what serde says, which quotes what it was given.
    pub fn invalid(what: &'static str, error: &serde_json::Error) -> Self {
        Rejection::Invalid { what, why: quoted(&error.to_string()) }
    }

    /// Stable: clients depend on it.
    pub fn code(&self) -> &'static str {
        match self {
            Rejection::OutOfRange { .. } => "out_of_range",
            Rejection::Invalid { .. } => "invalid_value",
            Rejection::BadDestination(_) => "invalid_destination",
            Rejection::NoScene(_) => "scene_not_found",
            Rejection::NoLayer(..) => "layer_not_found",
            Rejection::NoDestination(_) => "destination_not_found",
            Rejection::NoAsset(_) => "asset_not_found",
            Rejection::WrongAssetKind { .. } => "wrong_asset_kind",
            Rejection::AlreadyExists { .. } => "already_exists",
            Rejection::LayerNeedsAsset(..) => "asset_missing",
            Rejection::LayerNeedsInput(..) | Rejection::ZoneLayerNeedsInput(..) => "input_missing",
            Rejection::LayerNeedsScene(..) => "scene_missing",
            Rejection::SceneInItself(..) => "scene_in_itself",
            Rejection::NotAGroup(_) => "not_a_group",
            Rejection::LayerInItself(_) => "layer_in_itself",
            Rejection::TooDeep { .. } => "too_deep",
            Rejection::SceneInUse(..) => "scene_in_use",
            Rejection::DuplicateLayer(_) => "duplicate_layer",
            Rejection::OrderMismatch => "order_mismatch",
            Rejection::TooMany { .. } => "too_many",
            Rejection::AlreadyLive => "already_live",
            Rejection::NotLive => "not_live",
            Rejection::AlreadyPaused => "already_paused",
            Rejection::NotPaused => "not_paused",
            Rejection::NeedsRestart { .. } => "needs_restart",
            Rejection::SceneOnAir(_) => "scene_on_air",
            Rejection::NoInput(_) => "input_not_found",
            Rejection::InputNeedsAsset(..) => "asset_missing",
            Rejection::InputInUse(..) | Rejection::InputInZone(..) => "input_in_use",
            Rejection::NotPlayable(_) => "not_playable",
            Rejection::AssetInInput(..) => "asset_in_use",
            Rejection::AssetInTransition(_) => "asset_in_use",
            Rejection::AssetInZone(..) => "asset_in_use",
            Rejection::AssetInLightPreset(..) => "asset_in_use",
            Rejection::SceneInPreview(_) => "scene_in_preview",
            Rejection::NothingInPreview => "nothing_in_preview",
            Rejection::NothingOnAir => "nothing_on_air",
            Rejection::BarAtRest => "bar_at_rest",
            Rejection::NoTransition(_) => "transition_not_found",
            Rejection::TransitionNeedsAsset(_) => "asset_missing",
            Rejection::AssetInUse(..) => "asset_in_use",
            Rejection::NoRendition(..) => "rendition_missing",
            Rejection::RenditionInUse(..) => "rendition_in_use",
            Rejection::NoValue(_) => "value_not_found",
            Rejection::InBatch { why, .. } => why.code(),
            Rejection::NotInBatch { .. } => "not_in_batch",
            Rejection::NoBatch(_) => "batch_not_found",
            Rejection::BatchExists(_) => "already_exists",
            Rejection::ChangedSince { .. } => "changed_since",
            Rejection::NothingToUndo => "nothing_to_undo",
            Rejection::NothingToRedo => "nothing_to_redo",
            Rejection::NoVersion(..) => "version_not_found",
            Rejection::VersionExists(..) => "already_exists",
            Rejection::NoMacro(_) => "macro_not_found",
            Rejection::MacroRunning(_) => "macro_running",
            Rejection::MacroNotRunning(_) => "macro_not_running",
            Rejection::MacrosTooDeep { .. } => "too_deep",
            Rejection::NoZone(_) => "zone_not_found",
            Rejection::NoZoneLayer(..) => "layer_not_found",
            Rejection::ZoneInUse(..) => "zone_in_use",
            Rejection::NoFixture(_) => "fixture_not_found",
            Rejection::NoDisplay(_) => "display_not_found",
            Rejection::BadDisplay(DisplayFault::OutOfRange { .. }) => "out_of_range",
            Rejection::BadDisplay(_) => "invalid_value",
            Rejection::NoFeed(_) => "feed_not_found",
            Rejection::NoJamLink(_) => "jam_link_not_found",
            Rejection::BadJamAddress(_) => "invalid_jam_address",
            Rejection::FeedInUse(..) | Rejection::FeedInLayer(..) => "feed_in_use",
            Rejection::NoAnimation(_) => "animation_not_found",
            Rejection::AnimationRunning { .. } => "animation_running",
            Rejection::AnimationNotRunning { .. } => "animation_not_running",
            Rejection::Parameter(ParameterError::OutOfRange { .. }) => "out_of_range",
            Rejection::Parameter(_) => "invalid_parameter",
            Rejection::ColorMode { .. } => "INVALID_COLOR_MODE",
            Rejection::BadColor { why: ColorError::OutOfRange { .. }, .. } => "out_of_range",
            Rejection::BadColor { .. } | Rejection::BadBase(_) => "invalid_color",
            Rejection::LightMode(_) => "invalid_mode",
            Rejection::NoPalette(_) => "palette_not_found",
            Rejection::PaletteInUse(..) => "palette_in_use",
            Rejection::PaletteInLayer(..) => "palette_in_use",
            Rejection::PaletteBuiltIn(_) => "already_exists",
            Rejection::PaletteDiffers(_) => "already_exists",
            Rejection::NoLightPreset(_) => "preset_not_found",
            Rejection::NoRevision(..) => "revision_not_found",
            Rejection::NoPlaylist(_) => "playlist_not_found",
            Rejection::NoTrack(..) => "track_not_found",
            Rejection::TrackNeedsAsset(_) => "asset_missing",
            Rejection::TrackOrderMismatch => "order_mismatch",
            Rejection::NotInLoop(_) => "not_in_loop",
            Rejection::AssetInPlaylist(..) | Rejection::AssetIsCover(..) => "asset_in_use",
            Rejection::NothingToPlay(_) => "nothing_to_play",
            Rejection::PlayOver(_) => "play_over",
            Rejection::NoTag(_) => "tag_not_found",
            Rejection::TagTaken(..) => "tag_taken",
            Rejection::RandomTag(_) => "random_tag",
            Rejection::TagNotThere(_) => "tag_not_there",
            Rejection::NoAssociation => "association_not_found",
            Rejection::NoDownload(_) => "download_not_found",
            Rejection::DownloadOver(_) => "download_over",
        }
    }

    pub fn kind(&self) -> Kind {
        match self {
            Rejection::InBatch { why, .. } => why.kind(),
            Rejection::OutOfRange { .. }
            | Rejection::Invalid { .. }
            | Rejection::BadDestination(_)
            | Rejection::BadDisplay(_)
            | Rejection::BadJamAddress(_)
            | Rejection::Parameter(_)
            | Rejection::ColorMode { .. }
            | Rejection::BadColor { .. }
            | Rejection::BadBase(_)
            | Rejection::LightMode(_) => Kind::Invalid,
            Rejection::NoZone(_)
            | Rejection::NoZoneLayer(..)
            | Rejection::NoFixture(_)
            | Rejection::NoJamLink(_)
            | Rejection::NoFeed(_)
            | Rejection::NoDisplay(_)
            | Rejection::NoAnimation(_)
            | Rejection::NoPalette(_)
            | Rejection::NoLightPreset(_)
            | Rejection::NoRevision(..)
            | Rejection::NoScene(_)
            | Rejection::NoLayer(..)
            | Rejection::NoDestination(_)
            | Rejection::NoAsset(_)
            | Rejection::NoTransition(_)
            | Rejection::NoInput(_)
            | Rejection::NoValue(_)
            | Rejection::NoBatch(_)
            | Rejection::NoVersion(..)
            | Rejection::NoPlaylist(_)
            | Rejection::NoTrack(..)
            | Rejection::NoTag(_)
            | Rejection::NotInLoop(_)
            | Rejection::NoAssociation
            | Rejection::NoDownload(_)
            | Rejection::NoMacro(_) => Kind::NotFound,
            Rejection::ZoneInUse(..)
            | Rejection::AnimationRunning { .. }
            | Rejection::AnimationNotRunning { .. }
            | Rejection::FeedInUse(..)
            | Rejection::FeedInLayer(..)
            | Rejection::PaletteInUse(..)
            | Rejection::PaletteInLayer(..)
            | Rejection::PaletteBuiltIn(_)
            | Rejection::PaletteDiffers(_)
            | Rejection::AlreadyExists { .. }
            | Rejection::AlreadyLive
            | Rejection::NotLive
            | Rejection::AlreadyPaused
            | Rejection::NotPaused
            | Rejection::NeedsRestart { .. }
            | Rejection::SceneOnAir(_)
            | Rejection::SceneInUse(..)
            | Rejection::SceneInPreview(_)
            | Rejection::AssetInTransition(_)
            | Rejection::AssetInZone(..)
            | Rejection::AssetInLightPreset(..)
            | Rejection::AssetInInput(..)
            | Rejection::InputInUse(..)
            | Rejection::InputInZone(..)
            | Rejection::NotPlayable(_)
            | Rejection::NothingInPreview
            | Rejection::NothingOnAir
            | Rejection::BarAtRest
            | Rejection::AssetInUse(..)
            | Rejection::RenditionInUse(..)
            | Rejection::BatchExists(_)
            | Rejection::VersionExists(..)
            | Rejection::ChangedSince { .. }
            | Rejection::NothingToUndo
            | Rejection::NothingToRedo
            | Rejection::MacroRunning(_)
            | Rejection::AssetInPlaylist(..)
            | Rejection::AssetIsCover(..)
            | Rejection::NothingToPlay(_)
            | Rejection::PlayOver(_)
            | Rejection::TagTaken(..)
            | Rejection::TagNotThere(_)
            | Rejection::DownloadOver(_)
            | Rejection::MacroNotRunning(_) => Kind::Conflict,
            Rejection::LayerNeedsAsset(..)
            | Rejection::WrongAssetKind { .. }
            | Rejection::LayerNeedsInput(..)
            | Rejection::ZoneLayerNeedsInput(..)
            | Rejection::TransitionNeedsAsset(_)
            | Rejection::InputNeedsAsset(..)
            | Rejection::LayerNeedsScene(..)
            | Rejection::SceneInItself(..)
            | Rejection::NotAGroup(_)
            | Rejection::LayerInItself(_)
            | Rejection::TooDeep { .. }
            | Rejection::DuplicateLayer(_)
            | Rejection::OrderMismatch
            | Rejection::TrackOrderMismatch
            | Rejection::TrackNeedsAsset(_)
            | Rejection::RandomTag(_)
            | Rejection::NoRendition(..)
            | Rejection::NotInBatch { .. }
            | Rejection::MacrosTooDeep { .. }
            | Rejection::TooMany { .. } => Kind::Unprocessable,
        }
    }
}
