//! Everything that can be asked of a show. Doors make commands; `apply` decides about them.

mod name;

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::asked::media::{Control, LoopWish, NewPlaylist, NewTrack};
use super::asked::{CarriedPreset, NewPalette, NewZone, NewZoneLayer, Start};
use crate::show::asset::Asset;
use crate::show::collection::{Collection, Mode};
use crate::show::destination::Destination;
use crate::show::display::Display;
use crate::show::download::DownloadCourse;
use crate::show::ids::{
    AssetId, AssociationId, BatchId, DestinationId, DisplayId, DownloadId, FeedId, FixtureId, InputId, LayerId,
    LightPresetId, MacroId, PaletteId, PlaylistId, SceneId, TransitionId, VersionId, ZoneId, ZoneLayerId,
};
use crate::show::input::Input;
use crate::show::jam::code::JamCode;
use crate::show::layer::Layer;
use crate::show::light::feed::LightFeed;
use crate::show::light::fixture::Fixture;
use crate::show::light::transition::LightTransitionKind;
use crate::show::light::zone::TestPattern;
use crate::show::macros::OnRefusal;
use crate::show::media::Details;
use crate::show::playlist::TrackRef;
use crate::show::program::Way;
use crate::show::scene::Scene;
use crate::show::tag::TagId;
use crate::show::transition::Transition;
use crate::show::value::{Scalar, ValueName};

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
    /// With `force`, out of the playlists that play it, too.
    RemoveAsset {
        asset: AssetId,
        #[serde(default, skip_serializing_if = "is_false")]
        force: bool,
    },
    /// What was found in its file.
    DescribeAsset {
        asset: AssetId,
        details: Box<Details>,
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
    /// Joins a jam of another server: `zones`, or all, show it.
    JoinJam {
        /// `wss://host/CODE`, or the address of its page.
        url: String,
        /// What this node is called there.
        #[serde(default)]
        name: Option<String>,
        #[serde(default)]
        zones: Option<Vec<ZoneId>>,
    },
    /// And takes it from the zones that show it because of that.
    LeaveJam {
        jam: JamCode,
    },
    /// Live fields of this name show it from now on.
    SetValue {
        name: ValueName,
        value: Scalar,
    },
    RemoveValue {
        name: ValueName,
    },
    /// All of them in one frame, or none of them: now, or in the first frame that is not before `at` (milliseconds of Unix
    /// time). Until then it is called `id`.
    Batch {
        commands: Vec<Command>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        at: Option<i64>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        id: Option<BatchId>,
    },
    /// Creates, or replaces as a whole. A run goes on with what it was started with.
    PutMacro {
        #[serde(rename = "macro")]
        definition: NewMacro,
        #[serde(default, skip_serializing_if = "is_false")]
        only_new: bool,
    },
    RemoveMacro {
        id: MacroId,
    },
    /// From now on; `restart` ends the run that there may be.
    RunMacro {
        id: MacroId,
        #[serde(default, skip_serializing_if = "is_false")]
        restart: bool,
    },
    StopMacro {
        id: MacroId,
    },
    /// Takes back the newest step of a scene, of a removed one too. Another's step only with `force`; so below.
    UndoScene {
        scene: SceneId,
        #[serde(default, skip_serializing_if = "is_false")]
        force: bool,
    },
    /// Takes the step again that was taken back last.
    RedoScene {
        scene: SceneId,
        #[serde(default, skip_serializing_if = "is_false")]
        force: bool,
    },
    /// The newest step of all scenes.
    Undo {
        #[serde(default, skip_serializing_if = "is_false")]
        force: bool,
    },
    Redo {
        #[serde(default, skip_serializing_if = "is_false")]
        force: bool,
    },
    /// Gives a name to what the scene is now.
    SaveVersion {
        scene: SceneId,
        name: VersionId,
    },
    RestoreVersion {
        scene: SceneId,
        name: VersionId,
    },
    RemoveVersion {
        scene: SceneId,
        name: VersionId,
    },
    /// Of one that waits; or forgets one that was refused when its time came.
    CancelBatch {
        id: BatchId,
    },
    /// A zone of LEDs; without a word about its colour, one that is there keeps its look.
    PutZone {
        zone: Box<NewZone>,
        #[serde(default, skip_serializing_if = "is_false")]
        only_new: bool,
    },
    /// What it is, or what it looks like; how that becomes seen, here and below, `transition` and `duration` (seconds) say.
    ChangeZone {
        zone: ZoneId,
        patch: Patch,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        transition: Option<LightTransitionKind>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        duration: Option<f64>,
    },
    /// To a look as if it were new.
    ResetZone {
        zone: ZoneId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        transition: Option<LightTransitionKind>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        duration: Option<f64>,
    },
    RemoveZone {
        zone: ZoneId,
    },
    PutZoneLayer {
        zone: ZoneId,
        layer: Box<NewZoneLayer>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        transition: Option<LightTransitionKind>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        duration: Option<f64>,
    },
    RemoveZoneLayer {
        zone: ZoneId,
        layer: ZoneLayerId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        transition: Option<LightTransitionKind>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        duration: Option<f64>,
    },
    StartAnimation {
        animation: String,
        start: Box<Start>,
    },
    /// On these zones, or on all; in this layer, or in all.
    StopAnimation {
        animation: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        zones: Option<Vec<ZoneId>>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        transition: Option<LightTransitionKind>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        duration: Option<f64>,
    },
    /// Of one that runs: on these zones, or on all.
    ChangeAnimation {
        animation: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        zones: Option<Vec<ZoneId>>,
        parameters: Patch,
    },
    /// Shows whoever wires LEDs what they need to see.
    TestZone {
        zone: ZoneId,
        pattern: TestPattern,
        seconds: f64,
    },
    SwitchLights {
        on: bool,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        transition: Option<LightTransitionKind>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        duration: Option<f64>,
    },
    SetLightMode {
        mode: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        transition: Option<LightTransitionKind>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        duration: Option<f64>,
    },
    SetLightBrightness {
        brightness: serde_json::Value,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        transition: Option<LightTransitionKind>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        duration: Option<f64>,
    },
    ChangeLightSettings {
        patch: Patch,
    },
    PutPalette {
        palette: NewPalette,
        #[serde(default, skip_serializing_if = "is_false")]
        only_new: bool,
    },
    RemovePalette {
        palette: PaletteId,
    },
    PutFixture {
        fixture: Box<Fixture>,
        #[serde(default, skip_serializing_if = "is_false")]
        only_new: bool,
    },
    ChangeFixture {
        fixture: FixtureId,
        patch: Patch,
    },
    RemoveFixture {
        fixture: FixtureId,
    },
    /// It flashes.
    IdentifyFixture {
        fixture: FixtureId,
        seconds: f64,
    },
    /// Pixels that others may send.
    PutLightFeed {
        feed: Box<LightFeed>,
        #[serde(default, skip_serializing_if = "is_false")]
        only_new: bool,
    },
    ChangeLightFeed {
        feed: FeedId,
        patch: Patch,
    },
    RemoveLightFeed {
        feed: FeedId,
    },
    /// A screen of this machine that shows the program.
    PutDisplay {
        display: Box<Display>,
        #[serde(default, skip_serializing_if = "is_false")]
        only_new: bool,
    },
    ChangeDisplay {
        display: DisplayId,
        patch: Patch,
    },
    RemoveDisplay {
        display: DisplayId,
    },
    /// Keeps what these zones look like, or all; with `house` also what all lights together do.
    SaveLightPreset {
        id: LightPresetId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        zones: Option<Vec<ZoneId>>,
        #[serde(default, skip_serializing_if = "is_false")]
        house: bool,
        #[serde(default, skip_serializing_if = "is_false")]
        only_new: bool,
    },
    LoadLightPreset {
        id: LightPresetId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        transition: Option<LightTransitionKind>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        duration: Option<f64>,
    },
    /// Makes the preset what it was.
    RestoreLightPreset {
        id: LightPresetId,
        revision: u32,
    },
    RenameLightPreset {
        id: LightPresetId,
        name: String,
    },
    RemoveLightPreset {
        id: LightPresetId,
    },
    /// All of them, or none; with the palettes that they name.
    ImportLightPresets {
        presets: Vec<CarriedPreset>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        palettes: Vec<NewPalette>,
        #[serde(default, skip_serializing_if = "is_false")]
        only_new: bool,
    },
    /// Creates, or changes as a whole.
    PutPlaylist {
        playlist: Box<NewPlaylist>,
        #[serde(default, skip_serializing_if = "is_false")]
        only_new: bool,
    },
    ChangePlaylist {
        playlist: PlaylistId,
        patch: Patch,
    },
    RemovePlaylist {
        playlist: PlaylistId,
    },
    /// At the end, or so that the first of them has this number.
    AddTracks {
        playlist: PlaylistId,
        tracks: Vec<NewTrack>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        number: Option<u32>,
    },
    ChangeTrack {
        playlist: PlaylistId,
        track: TrackRef,
        patch: Patch,
    },
    RemoveTracks {
        playlist: PlaylistId,
        tracks: Vec<TrackRef>,
    },
    /// All tracks of the playlist.
    OrderTracks {
        playlist: PlaylistId,
        order: Vec<TrackRef>,
    },
    /// Into another playlist, at its end or where it has this number there.
    MoveTrack {
        playlist: PlaylistId,
        track: TrackRef,
        to: PlaylistId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        number: Option<u32>,
    },
    /// From its start, or where it was left; or that track of it.
    PlayPlaylist {
        playlist: PlaylistId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        track: Option<TrackRef>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        position_ms: Option<u64>,
    },
    ControlPlayer {
        control: Control,
    },
    ChangePlayer {
        patch: Patch,
    },
    /// Of the playlist `loop`, in the words of displays.
    SteerLoop {
        wish: LoopWish,
    },
    /// What is played is over before its time, or can not be played.
    EndPlay {
        play: u64,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        fault: Option<String>,
    },
    /// A tag was laid on a reader, or taken away.
    ReportTag {
        tag: TagId,
        reader: String,
        present: bool,
    },
    /// Ties a tag to a playlist; one that belongs to another only with `replace`.
    AssociateTag {
        tag: TagId,
        playlist: PlaylistId,
        #[serde(default, skip_serializing_if = "is_false")]
        replace: bool,
    },
    ChangeTag {
        tag: TagId,
        patch: Patch,
    },
    RemoveTag {
        tag: TagId,
    },
    /// The next tag is for this playlist. With `replace` wherever it belongs; with `tag` it need not be shown again.
    /// Without a playlist it is only told which tag it was.
    StartAssociation {
        id: AssociationId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        playlist: Option<PlaylistId>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        timeout_ms: Option<u64>,
        #[serde(default, skip_serializing_if = "is_false")]
        replace: bool,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        tag: Option<TagId>,
    },
    /// Of that name, or for that playlist.
    CancelAssociation {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        id: Option<AssociationId>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        playlist: Option<PlaylistId>,
    },
    ChangeNfc {
        patch: Patch,
    },
    BeginDownload {
        id: DownloadId,
        url: String,
        playlist: PlaylistId,
        quality: String,
    },
    /// How it ended.
    EndDownload {
        id: DownloadId,
        course: DownloadCourse,
    },
    RemoveDownload {
        id: DownloadId,
    },
}

impl Command {
    /// The commands that it is made of, if it is made of any.
    pub fn within(&self) -> Vec<&Command> {
        match self {
            Command::Batch { commands, .. } => commands.iter().collect(),
            Command::PutMacro { definition, .. } => definition.items.iter().map(|item| &item.command).collect(),
            _ => Vec::new(),
        }
    }
}

/// A macro as it is asked for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewMacro {
    pub id: MacroId,
    #[serde(default)]
    pub name: String,
    pub items: Vec<NewItem>,
    #[serde(default)]
    pub on_refusal: OnRefusal,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewItem {
    #[serde(default)]
    pub after_ms: u64,
    pub command: Command,
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
