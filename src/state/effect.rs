//! What an event does to the show, beyond its value: which room it belongs to, whether it makes something new, and what
//! it merely gives another value. Pure, and asked before the event is evolved.

use super::event::Event;
use super::room::Room;
use crate::show::Show;
use crate::show::ids::{
    AssetId, DestinationId, DisplayId, DownloadId, FeedId, FixtureId, InputId, LayerId, LightPresetId, PaletteId,
    PlaylistId, SceneId, TrackId, TransitionId, ZoneId,
};
use crate::show::scene::Place;
use crate::show::tag::TagId;
use crate::show::value::ValueName;

/// Something with a value of which only the newest counts.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Key {
    StreamConfig,
    Studio,
    Mixer,
    Input(InputId),
    Transition(TransitionId),
    Scene(SceneId),
    Layer(SceneId, LayerId),
    Destination(DestinationId),
    Value(ValueName),
    House,
    Zone(ZoneId),
    Fixture(FixtureId),
    Palette(PaletteId),
    LightFeed(FeedId),
    Display(DisplayId),
    LightPreset(LightPresetId),
    Asset(AssetId),
    Playlist(PlaylistId),
    Track(PlaylistId, TrackId),
    Player,
    Nfc,
    Tag(TagId),
    Download(DownloadId),
}

impl Event {
    pub fn room(&self) -> Room {
        match self {
            Event::StreamConfigured { .. }
            | Event::StreamChanged { .. }
            | Event::SceneTaken { .. }
            | Event::StudioChanged { .. } => Room::Stream,
            Event::SceneSaved { .. }
            | Event::SceneRemoved { .. }
            | Event::LayerSaved { .. }
            | Event::LayerRemoved { .. }
            | Event::TransitionSaved { .. }
            | Event::TransitionRemoved { .. }
            | Event::InputSaved { .. }
            | Event::InputRemoved { .. }
            | Event::MixerChanged { .. }
            | Event::LayoutMoved { .. }
            | Event::SceneUndone { .. }
            | Event::SceneRedone { .. }
            | Event::VersionSaved { .. }
            | Event::VersionRemoved { .. }
            | Event::LayersOrdered { .. } => Room::Scenes,
            Event::DestinationSaved { .. }
            | Event::DestinationRemoved { .. }
            | Event::DisplaySaved { .. }
            | Event::DisplayRemoved { .. } => Room::Destinations,
            Event::AssetAdded { .. } | Event::AssetRemoved { .. } | Event::AssetDescribed { .. } => Room::Assets,
            Event::PlaylistSaved { .. }
            | Event::PlaylistRemoved { .. }
            | Event::TrackSaved { .. }
            | Event::TracksRemoved { .. }
            | Event::TracksOrdered { .. } => Room::Playlists,
            Event::PlayerChanged { .. } => Room::Player,
            Event::NfcConfigured { .. }
            | Event::TagSaved { .. }
            | Event::TagRemoved { .. }
            | Event::TagTapped { .. }
            | Event::AssociationChanged { .. } => Room::Nfc,
            Event::DownloadSaved { .. } | Event::DownloadRemoved { .. } => Room::Downloads,
            Event::ValueSet { .. } | Event::ValueRemoved { .. } => Room::Values,
            Event::JamLinked { .. } | Event::JamUnlinked { .. } => Room::Zones,
            Event::BatchScheduled { .. }
            | Event::BatchDone { .. }
            | Event::BatchRefused { .. }
            | Event::BatchCanceled { .. }
            | Event::MacroSaved { .. }
            | Event::MacroRemoved { .. }
            | Event::MacroStarted { .. }
            | Event::MacroAdvanced { .. } => Room::Schedule,
            Event::ZoneSaved { .. }
            | Event::ZoneRemoved { .. }
            | Event::HouseChanged { .. }
            | Event::FixtureSaved { .. }
            | Event::FixtureRemoved { .. }
            | Event::LightFeedSaved { .. }
            | Event::LightFeedRemoved { .. }
            | Event::PaletteSaved { .. }
            | Event::PaletteRemoved { .. }
            | Event::LightPresetSaved { .. }
            | Event::LightPresetRemoved { .. }
            | Event::LightPresetLoaded { .. } => Room::Zones,
        }
    }
}

/// It makes something that is not there yet.
pub fn creates(before: &Show, event: &Event) -> bool {
    match event {
        Event::SceneSaved { scene } => !before.scenes.contains_key(&scene.id),
        Event::LayerSaved { scene, layer, .. } => place(before, scene, &layer.id).is_none(),
        Event::TransitionSaved { id, .. } => !before.transitions.contains_key(id),
        Event::InputSaved { input } => !before.inputs.contains_key(&input.id),
        Event::DestinationSaved { destination } => !before.destinations.contains_key(&destination.id),
        Event::AssetAdded { asset } => !before.assets.contains_key(&asset.id),
        Event::MacroSaved { definition } => !before.macros.contains_key(&definition.id),
        Event::BatchScheduled { batch } => !before.scheduled.contains_key(&batch.id),
        Event::ValueSet { name, .. } => before.values.get(name.as_str()).is_none(),
        Event::JamLinked { link } => !before.jam_links.contains_key(&link.jam),
        Event::ZoneSaved { zone } => !before.zones.contains_key(&zone.id),
        Event::FixtureSaved { fixture } => !before.fixtures.contains_key(&fixture.id),
        Event::DisplaySaved { display } => !before.displays.contains_key(&display.id),
        Event::LightFeedSaved { feed } => !before.light_feeds.contains_key(&feed.id),
        Event::PaletteSaved { palette } => !before.palettes.contains_key(&palette.id),
        Event::LightPresetSaved { preset } => !before.light_presets.contains_key(&preset.id),
        Event::PlaylistSaved { playlist } => !before.playlists.contains_key(&playlist.id),
        Event::TrackSaved { playlist, track, .. } => place_of_track(before, playlist, &track.id).is_none(),
        Event::TagSaved { tag } => !before.nfc.tags.contains_key(&tag.id),
        Event::DownloadSaved { download } => !before.downloads.contains_key(&download.id),
        _ => false,
    }
}

/// The thing that gets another value and nothing else: nothing is made, moved or removed. Of two such events with the same
/// key, the earlier can be left out without anyone ending up elsewhere.
pub fn revalues(before: &Show, event: &Event) -> Option<Key> {
    match event {
        Event::StreamConfigured { .. } => Some(Key::StreamConfig),
        Event::StudioChanged { .. } => Some(Key::Studio),
        Event::MixerChanged { .. } => Some(Key::Mixer),
        Event::InputSaved { input } if before.inputs.contains_key(&input.id) => Some(Key::Input(input.id.clone())),
        Event::TransitionSaved { id, .. } if before.transitions.contains_key(id) => Some(Key::Transition(id.clone())),
        Event::SceneSaved { scene } if before.scenes.contains_key(&scene.id) => Some(Key::Scene(scene.id.clone())),
        Event::LayerSaved { scene, layer, index, parent } => {
            let here = Place { parent: parent.clone(), index: *index };
            // A group brings its layers along: some of them may be new, or gone.
            let is_plain = layer.layers_within().is_none();
            (is_plain && place(before, scene, &layer.id) == Some(here)).then(|| Key::Layer(scene.clone(), layer.id.clone()))
        }
        Event::DestinationSaved { destination } if before.destinations.contains_key(&destination.id) => {
            Some(Key::Destination(destination.id.clone()))
        }
        Event::ValueSet { name, .. } if before.values.get(name.as_str()).is_some() => Some(Key::Value(name.clone())),
        Event::HouseChanged { .. } => Some(Key::House),
        Event::ZoneSaved { zone } if before.zones.contains_key(&zone.id) => Some(Key::Zone(zone.id.clone())),
        Event::FixtureSaved { fixture } if before.fixtures.contains_key(&fixture.id) => {
            Some(Key::Fixture(fixture.id.clone()))
        }
        Event::DisplaySaved { display } if before.displays.contains_key(&display.id) => {
            Some(Key::Display(display.id.clone()))
        }
        Event::LightFeedSaved { feed } if before.light_feeds.contains_key(&feed.id) => Some(Key::LightFeed(feed.id.clone())),
        Event::PaletteSaved { palette } if before.palettes.contains_key(&palette.id) => {
            Some(Key::Palette(palette.id.clone()))
        }
        Event::LightPresetSaved { preset } if before.light_presets.contains_key(&preset.id) => {
            Some(Key::LightPreset(preset.id.clone()))
        }
        Event::AssetDescribed { asset, .. } => Some(Key::Asset(asset.clone())),
        Event::PlaylistSaved { playlist } if before.playlists.contains_key(&playlist.id) => {
            Some(Key::Playlist(playlist.id.clone()))
        }
        Event::TrackSaved { playlist, track, index } if place_of_track(before, playlist, &track.id) == Some(*index) => {
            Some(Key::Track(playlist.clone(), track.id.clone()))
        }
        Event::PlayerChanged { .. } => Some(Key::Player),
        Event::NfcConfigured { .. } => Some(Key::Nfc),
        Event::TagSaved { tag } if before.nfc.tags.contains_key(&tag.id) => Some(Key::Tag(tag.id)),
        Event::DownloadSaved { download } if before.downloads.contains_key(&download.id) => {
            Some(Key::Download(download.id.clone()))
        }
        _ => None,
    }
}

fn place_of_track(show: &Show, playlist: &PlaylistId, track: &TrackId) -> Option<usize> {
    show.playlists.get(playlist)?.place_of(track)
}

fn place(show: &Show, scene: &SceneId, layer: &LayerId) -> Option<Place> {
    show.scenes.get(scene).and_then(|scene| scene.place_of(layer))
}
