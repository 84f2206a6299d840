//! What was decided: the nouns of a show, as pure data.
//!
//! `Show` is cheap to clone (its big parts are behind `Arc`), so everyone can hold a snapshot. Nothing here does I/O,
//! knows the time, or was measured; nothing here changes except through `state::apply`.

pub mod arrange;
pub mod asset;
pub mod collection;
pub mod color;
pub mod destination;
pub mod display;
pub mod download;
pub mod easing;
pub mod field;
pub mod geometry;
pub mod ids;
pub mod input;
pub mod jam;
pub mod layer;
pub mod length;
pub mod levels;
pub mod light;
pub mod lit;
pub mod look;
pub mod macros;
pub mod media;
pub mod mixer;
pub mod motion;
pub mod music;
pub mod offset;
pub mod player;
pub mod playlist;
pub mod program;
pub mod rotation;
pub mod scene;
pub mod schedule;
pub mod stream;
pub mod tag;
pub mod text;
pub mod time;
pub mod timeline;
pub mod timetable;
pub mod transition;
pub mod usage;
pub mod value;
pub mod version;

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use asset::Asset;
use destination::Destination;
use display::Display;
use download::Download;
use ids::{
    AssetId, BatchId, DestinationId, DisplayId, DownloadId, FeedId, FixtureId, InputId, LightPresetId, MacroId, PaletteId,
    PlaylistId, SceneId, TransitionId, ZoneId,
};
use input::Input;
use jam::code::JamCode;
use jam::link::JamLink;
use layer::{Content, Layer};
use light::feed::LightFeed;
use light::fixture::Fixture;
use light::house::House;
use light::palette::Palette;
use light::preset::LightPreset;
use light::zone::Zone;
use macros::{Macro, Run};
use mixer::Mixer;
use player::Player;
use playlist::Playlist;
use program::{Program, Studio};
use scene::Scene;
use schedule::Scheduled;
use stream::{Stream, StreamConfig};
use tag::Nfc;
use transition::Transition;
use value::Values;
use version::Versions;

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Show {
    pub config: Arc<StreamConfig>,
    pub stream: Stream,
    pub scenes: Arc<BTreeMap<SceneId, Arc<Scene>>>,
    /// What is on air; nothing before the first take.
    pub program: Option<Program>,
    pub destinations: Arc<BTreeMap<DestinationId, Arc<Destination>>>,
    pub assets: Arc<BTreeMap<AssetId, Arc<Asset>>>,
    #[serde(default, skip_serializing_if = "is_empty")]
    pub inputs: Arc<BTreeMap<InputId, Arc<Input>>>,
    #[serde(default)]
    pub mixer: Arc<Mixer>,
    #[serde(default)]
    pub studio: Arc<Studio>,
    #[serde(default, skip_serializing_if = "is_empty")]
    pub transitions: Arc<BTreeMap<TransitionId, Arc<Transition>>>,
    /// What live fields show by name.
    #[serde(default, skip_serializing_if = "has_no_values")]
    pub values: Arc<Values>,
    /// What is to happen at a time.
    #[serde(default, skip_serializing_if = "is_empty")]
    pub scheduled: Arc<BTreeMap<BatchId, Arc<Scheduled>>>,
    #[serde(default, skip_serializing_if = "is_empty")]
    pub macros: Arc<BTreeMap<MacroId, Arc<Macro>>>,
    /// The newest run of each macro that was run.
    #[serde(default, skip_serializing_if = "is_empty")]
    pub runs: Arc<BTreeMap<MacroId, Arc<Run>>>,
    /// Of scenes, of removed ones too.
    #[serde(default, skip_serializing_if = "is_empty")]
    pub versions: Arc<BTreeMap<SceneId, Arc<Versions>>>,
    /// All lights together.
    #[serde(default, skip_serializing_if = "is_usual")]
    pub house: Arc<House>,
    #[serde(default, skip_serializing_if = "is_empty")]
    pub zones: Arc<BTreeMap<ZoneId, Arc<Zone>>>,
    #[serde(default, skip_serializing_if = "is_empty")]
    pub fixtures: Arc<BTreeMap<FixtureId, Arc<Fixture>>>,
    /// Besides those that are always there.
    #[serde(default, skip_serializing_if = "is_empty")]
    pub palettes: Arc<BTreeMap<PaletteId, Arc<Palette>>>,
    #[serde(default, skip_serializing_if = "is_empty")]
    pub light_presets: Arc<BTreeMap<LightPresetId, Arc<LightPreset>>>,
    #[serde(default, skip_serializing_if = "is_empty")]
    pub light_feeds: Arc<BTreeMap<FeedId, Arc<LightFeed>>>,
    /// Screens of this machine that show the program.
    #[serde(default, skip_serializing_if = "is_empty")]
    pub displays: Arc<BTreeMap<DisplayId, Arc<Display>>>,
    #[serde(default, skip_serializing_if = "is_empty")]
    pub playlists: Arc<BTreeMap<PlaylistId, Arc<Playlist>>>,
    #[serde(default, skip_serializing_if = "is_unused")]
    pub player: Arc<Player>,
    #[serde(default, skip_serializing_if = "has_no_tags")]
    pub nfc: Arc<Nfc>,
    /// Jams of other servers that this one has joined.
    #[serde(default, skip_serializing_if = "is_empty")]
    pub jam_links: Arc<BTreeMap<JamCode, Arc<JamLink>>>,
    #[serde(default, skip_serializing_if = "is_empty")]
    pub downloads: Arc<BTreeMap<DownloadId, Arc<Download>>>,
}

fn is_unused(player: &Arc<Player>) -> bool {
    **player == Player::default()
}

fn has_no_tags(nfc: &Arc<Nfc>) -> bool {
    nfc.is_default()
}

fn is_usual(house: &Arc<House>) -> bool {
    **house == House::default()
}

fn is_empty<K, V>(map: &Arc<BTreeMap<K, V>>) -> bool {
    map.is_empty()
}

fn has_no_values(values: &Arc<Values>) -> bool {
    values.is_empty()
}

/// Scenes within each other end here; deciding refuses deeper ones.
const DEEPEST: usize = 16;

impl Show {
    pub fn program_scene(&self) -> Option<&Arc<Scene>> {
        self.scenes.get(&self.program.as_ref()?.scene)
    }

    /// Of the show's own, or one that is always there.
    pub fn palette(&self, id: &PaletteId) -> Option<&Palette> {
        let always = || light::palette::builtin().iter().find(|palette| palette.id == *id);
        self.palettes.get(id).map(Arc::as_ref).or_else(always)
    }

    /// Calls `see` for every input that a visible layer of the scene shows, or of a scene within it; as often as it is shown.
    pub fn each_input_in<'a>(&'a self, scene: &SceneId, see: &mut dyn FnMut(&'a InputId)) {
        self.each_layer_in(scene, &mut |layer| {
            if let Content::Input { input } = &layer.content {
                see(input);
            }
        });
    }

    /// Calls `see` for every visible layer of the scene, and of scenes within it; as often as it is shown.
    pub fn each_layer_in<'a>(&'a self, scene: &SceneId, see: &mut dyn FnMut(&'a Layer)) {
        self.layers_of_scene(scene, 0, see);
    }

    fn layers_of_scene<'a>(&'a self, scene: &SceneId, depth: usize, see: &mut dyn FnMut(&'a Layer)) {
        let scene = self.scenes.get(scene).filter(|_| depth < DEEPEST);
        for layer in scene.iter().flat_map(|scene| &scene.layers) {
            self.layers_of_layer(layer, depth, see);
        }
    }

    fn layers_of_layer<'a>(&'a self, layer: &'a Layer, depth: usize, see: &mut dyn FnMut(&'a Layer)) {
        if !layer.visible {
            return;
        }
        see(layer);
        match &layer.content {
            Content::Scene { scene } => self.layers_of_scene(scene, depth + 1, see),
            _ => layer.layers().iter().for_each(|inner| self.layers_of_layer(inner, depth, see)),
        }
    }
}
