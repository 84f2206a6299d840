//! What happened: each event carries the whole new value, so that replaying events needs no judgement.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::show::Show;
use crate::show::arrange::Moved;
use crate::show::asset::Asset;
use crate::show::destination::Destination;
use crate::show::display::Display;
use crate::show::download::Download;
use crate::show::ids::{
    AssetId, BatchId, DestinationId, DisplayId, DownloadId, FeedId, FixtureId, InputId, LayerId, LightPresetId, MacroId,
    PaletteId, PlaylistId, SceneId, TrackId, TransitionId, VersionId, ZoneId,
};
use crate::show::input::Input;
use crate::show::jam::code::JamCode;
use crate::show::jam::link::JamLink;
use crate::show::layer::{Content, Layer};
use crate::show::light::feed::LightFeed;
use crate::show::light::fixture::Fixture;
use crate::show::light::house::House;
use crate::show::light::palette::Palette;
use crate::show::light::preset::LightPreset;
use crate::show::light::zone::Zone;
use crate::show::macros::{Course, Macro, Run};
use crate::show::media::Details;
use crate::show::mixer::Mixer;
use crate::show::player::Player;
use crate::show::playlist::{Head, Playlist, Track};
use crate::show::program::{Program, Studio};
use crate::show::scene::Scene;
use crate::show::schedule::{Refusal, Scheduled};
use crate::show::stream::{Stream, StreamConfig};
use crate::show::tag::{Association, NfcSettings, Tag, TagId, Tap};
use crate::show::transition::Transition;
use crate::show::value::{Value, ValueName};
use crate::show::version::Version;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    StreamConfigured {
        config: Arc<StreamConfig>,
    },
    /// Started, stopped, paused or resumed: what it is now.
    StreamChanged {
        stream: Stream,
    },
    SceneSaved {
        scene: Arc<Scene>,
    },
    SceneRemoved {
        scene: SceneId,
    },
    /// Or part of the way: what is on air now.
    SceneTaken {
        program: Program,
    },
    StudioChanged {
        studio: Arc<Studio>,
    },
    TransitionSaved {
        id: TransitionId,
        transition: Arc<Transition>,
    },
    TransitionRemoved {
        id: TransitionId,
    },
    /// At `index` from below in its group, or in the scene itself; it may have been elsewhere before, or nowhere.
    LayerSaved {
        scene: SceneId,
        layer: Arc<Layer>,
        index: usize,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        parent: Option<LayerId>,
    },
    LayerRemoved {
        scene: SceneId,
        layer: LayerId,
    },
    /// The layers of a layout have begun to glide.
    LayoutMoved {
        scene: SceneId,
        layer: LayerId,
        moved: Arc<Moved>,
    },
    LayersOrdered {
        scene: SceneId,
        order: Vec<LayerId>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        parent: Option<LayerId>,
    },
    InputSaved {
        input: Arc<Input>,
    },
    InputRemoved {
        input: InputId,
    },
    MixerChanged {
        mixer: Arc<Mixer>,
    },
    DestinationSaved {
        destination: Arc<Destination>,
    },
    DestinationRemoved {
        destination: DestinationId,
    },
    AssetAdded {
        asset: Arc<Asset>,
    },
    AssetRemoved {
        asset: AssetId,
    },
    JamLinked {
        link: Arc<JamLink>,
    },
    JamUnlinked {
        jam: JamCode,
    },
    ValueSet {
        name: ValueName,
        value: Value,
    },
    ValueRemoved {
        name: ValueName,
    },
    BatchScheduled {
        batch: Arc<Scheduled>,
    },
    /// Its time came; what it did stands before this.
    BatchDone {
        id: BatchId,
    },
    /// Its time came, and nothing of it happened.
    BatchRefused {
        id: BatchId,
        refusal: Refusal,
    },
    BatchCanceled {
        id: BatchId,
    },
    /// What was done by change `step` was taken back; how stands before this.
    SceneUndone {
        scene: SceneId,
        step: u64,
    },
    SceneRedone {
        scene: SceneId,
        step: u64,
    },
    VersionSaved {
        scene: SceneId,
        name: VersionId,
        version: Arc<Version>,
    },
    VersionRemoved {
        scene: SceneId,
        name: VersionId,
    },
    MacroSaved {
        #[serde(rename = "macro")]
        definition: Arc<Macro>,
    },
    MacroRemoved {
        id: MacroId,
    },
    MacroStarted {
        run: Arc<Run>,
    },
    /// Where its run stands now, and which of its commands were refused on the way there.
    MacroAdvanced {
        id: MacroId,
        course: Course,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        refused: Vec<Refusal>,
    },
    ZoneSaved {
        zone: Arc<Zone>,
    },
    ZoneRemoved {
        zone: ZoneId,
    },
    /// All lights together.
    HouseChanged {
        house: Arc<House>,
    },
    FixtureSaved {
        fixture: Arc<Fixture>,
    },
    FixtureRemoved {
        fixture: FixtureId,
    },
    LightFeedSaved {
        feed: Arc<LightFeed>,
    },
    LightFeedRemoved {
        feed: FeedId,
    },
    DisplaySaved {
        display: Arc<Display>,
    },
    DisplayRemoved {
        display: DisplayId,
    },
    PaletteSaved {
        palette: Arc<Palette>,
    },
    PaletteRemoved {
        palette: PaletteId,
    },
    LightPresetSaved {
        preset: Arc<LightPreset>,
    },
    LightPresetRemoved {
        id: LightPresetId,
    },
    /// What it kept is what the zones named in events beside this look like now.
    LightPresetLoaded {
        id: LightPresetId,
    },
    AssetDescribed {
        asset: AssetId,
        details: Arc<Details>,
    },
    /// All of it but its tracks.
    PlaylistSaved {
        playlist: Arc<Head>,
    },
    PlaylistRemoved {
        playlist: PlaylistId,
    },
    /// So many tracks come before it; it may have been elsewhere in the playlist before, or nowhere.
    TrackSaved {
        playlist: PlaylistId,
        track: Arc<Track>,
        index: usize,
    },
    TracksRemoved {
        playlist: PlaylistId,
        tracks: Vec<TrackId>,
    },
    TracksOrdered {
        playlist: PlaylistId,
        order: Vec<TrackId>,
    },
    PlayerChanged {
        player: Arc<Player>,
    },
    NfcConfigured {
        settings: NfcSettings,
    },
    TagSaved {
        tag: Arc<Tag>,
    },
    TagRemoved {
        tag: TagId,
    },
    /// Laid on a reader, or taken away.
    TagTapped {
        tap: Tap,
    },
    AssociationChanged {
        association: Arc<Association>,
    },
    DownloadSaved {
        download: Arc<Download>,
    },
    DownloadRemoved {
        download: DownloadId,
    },
}

impl Event {
    /// What it is called where what was done to scenes is listed.
    pub fn name(&self) -> &'static str {
        match self {
            Event::SceneSaved { .. } => "scene_saved",
            Event::SceneRemoved { .. } => "scene_removed",
            Event::LayerSaved { .. } => "layer_saved",
            Event::LayerRemoved { .. } => "layer_removed",
            Event::LayersOrdered { .. } => "layers_ordered",
            _ => "",
        }
    }
}

/// Makes the show what the event says. Total: an event that names nothing known changes nothing.
pub fn evolve(show: &mut Show, event: &Event) {
    match event {
        Event::StreamConfigured { config } => show.config = config.clone(),
        Event::StreamChanged { stream } => show.stream = *stream,
        Event::SceneSaved { scene } => {
            Arc::make_mut(&mut show.scenes).insert(scene.id.clone(), scene.clone());
        }
        Event::SceneRemoved { scene } => {
            Arc::make_mut(&mut show.scenes).remove(scene);
        }
        Event::SceneTaken { program } => show.program = Some(program.clone()),
        Event::StudioChanged { studio } => show.studio = studio.clone(),
        Event::TransitionSaved { id, transition } => {
            Arc::make_mut(&mut show.transitions).insert(id.clone(), transition.clone());
        }
        Event::TransitionRemoved { id } => {
            Arc::make_mut(&mut show.transitions).remove(id);
        }
        Event::LayerSaved { scene, .. }
        | Event::LayerRemoved { scene, .. }
        | Event::LayoutMoved { scene, .. }
        | Event::LayersOrdered { scene, .. } => {
            if let Some(scene) = Arc::make_mut(&mut show.scenes).get_mut(scene) {
                evolve_scene(Arc::make_mut(scene), event);
            }
        }
        Event::InputSaved { input } => {
            Arc::make_mut(&mut show.inputs).insert(input.id.clone(), input.clone());
        }
        Event::InputRemoved { input } => {
            Arc::make_mut(&mut show.inputs).remove(input);
        }
        Event::MixerChanged { mixer } => show.mixer = mixer.clone(),
        Event::DestinationSaved { destination } => {
            Arc::make_mut(&mut show.destinations).insert(destination.id.clone(), destination.clone());
        }
        Event::DestinationRemoved { destination } => {
            Arc::make_mut(&mut show.destinations).remove(destination);
        }
        Event::AssetAdded { asset } => {
            Arc::make_mut(&mut show.assets).insert(asset.id.clone(), asset.clone());
        }
        Event::AssetRemoved { asset } => {
            Arc::make_mut(&mut show.assets).remove(asset);
        }
        Event::JamLinked { link } => drop(Arc::make_mut(&mut show.jam_links).insert(link.jam, link.clone())),
        Event::JamUnlinked { jam } => drop(Arc::make_mut(&mut show.jam_links).remove(jam)),
        Event::ValueSet { name, value } => Arc::make_mut(&mut show.values).set(name.clone(), value.clone()),
        Event::ValueRemoved { name } => Arc::make_mut(&mut show.values).remove(name),
        Event::BatchScheduled { batch } => {
            Arc::make_mut(&mut show.scheduled).insert(batch.id.clone(), batch.clone());
        }
        Event::BatchDone { id } | Event::BatchCanceled { id } => {
            Arc::make_mut(&mut show.scheduled).remove(id);
        }
        // For people, and for what remembers steps.
        Event::SceneUndone { .. } | Event::SceneRedone { .. } | Event::LightPresetLoaded { .. } => {}
        Event::VersionSaved { scene, name, version } => {
            let versions = Arc::make_mut(&mut show.versions).entry(scene.clone()).or_default();
            Arc::make_mut(versions).insert(name.clone(), version.clone());
        }
        Event::VersionRemoved { scene, name } => {
            let all = Arc::make_mut(&mut show.versions);
            if let Some(versions) = all.get_mut(scene) {
                Arc::make_mut(versions).remove(name);
            }
            all.retain(|_, versions| !versions.is_empty());
        }
        Event::MacroSaved { definition } => {
            Arc::make_mut(&mut show.macros).insert(definition.id.clone(), definition.clone());
        }
        Event::MacroRemoved { id } => {
            Arc::make_mut(&mut show.macros).remove(id);
            Arc::make_mut(&mut show.runs).remove(id);
        }
        Event::MacroStarted { run } => {
            Arc::make_mut(&mut show.runs).insert(run.of.id.clone(), run.clone());
        }
        Event::MacroAdvanced { id, course, refused } => {
            if let Some(run) = Arc::make_mut(&mut show.runs).get_mut(id) {
                let run = Arc::make_mut(run);
                run.course = *course;
                run.refused.extend(refused.iter().cloned());
            }
        }
        Event::ZoneSaved { zone } => {
            Arc::make_mut(&mut show.zones).insert(zone.id.clone(), zone.clone());
        }
        Event::ZoneRemoved { zone } => {
            Arc::make_mut(&mut show.zones).remove(zone);
        }
        Event::HouseChanged { house } => show.house = house.clone(),
        Event::FixtureSaved { fixture } => {
            Arc::make_mut(&mut show.fixtures).insert(fixture.id.clone(), fixture.clone());
        }
        Event::FixtureRemoved { fixture } => {
            Arc::make_mut(&mut show.fixtures).remove(fixture);
        }
        Event::LightFeedSaved { feed } => {
            Arc::make_mut(&mut show.light_feeds).insert(feed.id.clone(), feed.clone());
        }
        Event::LightFeedRemoved { feed } => {
            Arc::make_mut(&mut show.light_feeds).remove(feed);
        }
        Event::DisplaySaved { display } => {
            Arc::make_mut(&mut show.displays).insert(display.id.clone(), display.clone());
        }
        Event::DisplayRemoved { display } => {
            Arc::make_mut(&mut show.displays).remove(display);
        }
        Event::PaletteSaved { palette } => {
            Arc::make_mut(&mut show.palettes).insert(palette.id.clone(), palette.clone());
        }
        Event::PaletteRemoved { palette } => {
            Arc::make_mut(&mut show.palettes).remove(palette);
        }
        Event::LightPresetSaved { preset } => {
            Arc::make_mut(&mut show.light_presets).insert(preset.id.clone(), preset.clone());
        }
        Event::LightPresetRemoved { id } => {
            Arc::make_mut(&mut show.light_presets).remove(id);
        }
        Event::AssetDescribed { asset, details } => {
            if let Some(asset) = Arc::make_mut(&mut show.assets).get_mut(asset) {
                Arc::make_mut(asset).details = Some(details.clone());
            }
        }
        Event::PlaylistSaved { playlist: head } => {
            let playlists = Arc::make_mut(&mut show.playlists);
            let tracks = playlists.get(&head.id).map(|playlist| playlist.tracks.clone()).unwrap_or_default();
            playlists.insert(head.id.clone(), Arc::new(Playlist { head: head.clone(), tracks }));
        }
        Event::PlaylistRemoved { playlist } => {
            Arc::make_mut(&mut show.playlists).remove(playlist);
        }
        Event::TrackSaved { playlist, .. }
        | Event::TracksRemoved { playlist, .. }
        | Event::TracksOrdered { playlist, .. } => {
            if let Some(playlist) = Arc::make_mut(&mut show.playlists).get_mut(playlist) {
                evolve_tracks(&mut Arc::make_mut(playlist).tracks, event);
            }
        }
        Event::PlayerChanged { player } => show.player = player.clone(),
        Event::NfcConfigured { settings } => Arc::make_mut(&mut show.nfc).settings = settings.clone(),
        Event::TagSaved { tag } => {
            Arc::make_mut(&mut Arc::make_mut(&mut show.nfc).tags).insert(tag.id, tag.clone());
        }
        Event::TagRemoved { tag } => {
            Arc::make_mut(&mut Arc::make_mut(&mut show.nfc).tags).remove(tag);
        }
        Event::TagTapped { tap } => Arc::make_mut(&mut show.nfc).tap = Some(tap.clone()),
        Event::AssociationChanged { association } => {
            Arc::make_mut(&mut show.nfc).association = Some(association.clone());
        }
        Event::DownloadSaved { download } => {
            Arc::make_mut(&mut show.downloads).insert(download.id.clone(), download.clone());
        }
        Event::DownloadRemoved { download } => {
            Arc::make_mut(&mut show.downloads).remove(download);
        }
        Event::BatchRefused { id, refusal } => {
            if let Some(batch) = Arc::make_mut(&mut show.scheduled).get_mut(id) {
                Arc::make_mut(batch).refused = Some(refusal.clone());
            }
        }
    }
}

fn evolve_tracks(tracks: &mut Vec<Arc<Track>>, event: &Event) {
    match event {
        Event::TrackSaved { track, index, .. } => {
            tracks.retain(|known| known.id != track.id);
            tracks.insert((*index).min(tracks.len()), track.clone());
        }
        Event::TracksRemoved { tracks: gone, .. } => tracks.retain(|track| !gone.contains(&track.id)),
        Event::TracksOrdered { order, .. } => {
            let place = |track: &Arc<Track>| order.iter().position(|id| *id == track.id);
            tracks.sort_by_cached_key(|track| place(track).unwrap_or(usize::MAX));
        }
        _ => {}
    }
}

/// What an event about layers does to their scene.
pub fn evolve_scene(scene: &mut Scene, event: &Event) {
    match event {
        Event::LayerSaved { layer, index, parent, .. } => {
            take_out(scene, &layer.id);
            scene.change_layers(parent.as_ref(), |layers| layers.insert((*index).min(layers.len()), layer.clone()));
        }
        Event::LayerRemoved { layer, .. } => take_out(scene, layer),
        Event::LayoutMoved { layer, moved, .. } => scene.change_layer(layer, |layer| {
            if let Content::Layout { moved: before, .. } = &mut layer.content {
                *before = Some(moved.clone());
            }
        }),
        Event::LayersOrdered { order, parent, .. } => {
            let place = |layer: &Arc<Layer>| order.iter().position(|id| *id == layer.id);
            scene.change_layers(parent.as_ref(), |layers| {
                layers.sort_by_key(|layer| place(layer).unwrap_or(usize::MAX));
            });
        }
        _ => {}
    }
}

fn take_out(scene: &mut Scene, layer: &LayerId) {
    if let Some(place) = scene.place_of(layer) {
        scene.change_layers(place.parent.as_ref(), |layers| {
            layers.remove(place.index);
        });
    }
}
