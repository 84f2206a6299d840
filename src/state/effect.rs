//! What an event does to the show, beyond its value: which room it belongs to, whether it makes something new, and what
//! it merely gives another value. Pure, and asked before the event is evolved.

use super::event::Event;
use super::room::Room;
use crate::show::Show;
use crate::show::ids::{
    DestinationId, DisplayId, FeedId, FixtureId, InputId, LayerId, LightPresetId, PaletteId, SceneId, TransitionId, ZoneId,
};
use crate::show::scene::Place;
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
            Event::AssetAdded { .. } | Event::AssetRemoved { .. } => Room::Assets,
            Event::ValueSet { .. } | Event::ValueRemoved { .. } => Room::Values,
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
        Event::ZoneSaved { zone } => !before.zones.contains_key(&zone.id),
        Event::FixtureSaved { fixture } => !before.fixtures.contains_key(&fixture.id),
        Event::DisplaySaved { display } => !before.displays.contains_key(&display.id),
        Event::LightFeedSaved { feed } => !before.light_feeds.contains_key(&feed.id),
        Event::PaletteSaved { palette } => !before.palettes.contains_key(&palette.id),
        Event::LightPresetSaved { preset } => !before.light_presets.contains_key(&preset.id),
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
        _ => None,
    }
}

fn place(show: &Show, scene: &SceneId, layer: &LayerId) -> Option<Place> {
    show.scenes.get(scene).and_then(|scene| scene.place_of(layer))
}
