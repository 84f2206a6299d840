//! Events as every door tells them: the journal's, but without keys, and with times in milliseconds.

use serde_json::{Value, json};

use super::destination::DestinationView;
use super::fixture::FixtureView;
use super::input::InputView;
use super::light::{self, LightPresetView, ZoneView};
use super::media;
use super::past::VersionView;
use super::schedule::{CourseView, RunView, ScheduledView};
use super::show::{program, stream};
use crate::state::event::Event;

pub fn event_view(event: &Event) -> Value {
    match event {
        Event::StreamChanged { stream: now } => json!({ "event": "stream_changed", "stream": stream(now) }),
        Event::SceneTaken { program: taken } => {
            json!({ "event": "scene_taken", "program": program(Some(taken)) })
        }
        Event::DestinationSaved { destination } => {
            json!({ "event": "destination_saved", "destination": DestinationView::decided(destination) })
        }
        Event::BatchScheduled { batch } => json!({ "event": "batch_scheduled", "batch": ScheduledView::new(batch) }),
        Event::MacroStarted { run } => json!({ "event": "macro_started", "id": run.of.id, "run": RunView::new(run) }),
        Event::MacroAdvanced { id, course, refused } => {
            json!({ "event": "macro_advanced", "id": id, "course": CourseView::new(course), "refused": refused })
        }
        Event::VersionSaved { scene, name, version } => {
            json!({ "event": "version_saved", "version": VersionView::new(scene, name, version) })
        }
        Event::InputSaved { input } => json!({ "event": "input_saved", "input": InputView::decided(input) }),
        Event::ZoneSaved { zone } => json!({ "event": "zone_saved", "zone": ZoneView::decided(zone) }),
        Event::HouseChanged { house } => json!({ "event": "house_changed", "house": light::house(house) }),
        Event::FixtureSaved { fixture } => {
            json!({ "event": "fixture_saved", "fixture": FixtureView::decided(fixture) })
        }
        Event::LightPresetSaved { preset } => {
            json!({ "event": "light_preset_saved", "preset": LightPresetView::new(preset) })
        }
        Event::PlaylistSaved { playlist } => {
            json!({ "event": "playlist_saved", "playlist": media::head(playlist) })
        }
        Event::TrackSaved { playlist, track, index } => {
            json!({ "event": "track_saved", "playlist": playlist, "track": media::track(track), "index": index })
        }
        Event::PlayerChanged { player } => json!({ "event": "player_changed", "player": media::player(player) }),
        Event::TagSaved { tag } => json!({ "event": "tag_saved", "tag": media::tag(tag) }),
        Event::TagTapped { tap } => json!({ "event": "tag_tapped", "tap": media::tap(tap) }),
        Event::AssociationChanged { association } => {
            json!({ "event": "association_changed", "association": media::association(association) })
        }
        Event::DownloadSaved { download } => {
            json!({ "event": "download_saved", "download": media::download(download) })
        }
        Event::StreamConfigured { .. }
        | Event::AssetDescribed { .. }
        | Event::PlaylistRemoved { .. }
        | Event::TracksRemoved { .. }
        | Event::TracksOrdered { .. }
        | Event::NfcConfigured { .. }
        | Event::TagRemoved { .. }
        | Event::DownloadRemoved { .. }
        | Event::LightFeedSaved { .. }
        | Event::LightFeedRemoved { .. }
        | Event::DisplaySaved { .. }
        | Event::DisplayRemoved { .. }
        | Event::ZoneRemoved { .. }
        | Event::FixtureRemoved { .. }
        | Event::PaletteSaved { .. }
        | Event::PaletteRemoved { .. }
        | Event::LightPresetRemoved { .. }
        | Event::LightPresetLoaded { .. }
        | Event::InputRemoved { .. }
        | Event::MixerChanged { .. }
        | Event::StudioChanged { .. }
        | Event::TransitionSaved { .. }
        | Event::TransitionRemoved { .. }
        | Event::SceneSaved { .. }
        | Event::SceneRemoved { .. }
        | Event::LayerSaved { .. }
        | Event::LayerRemoved { .. }
        | Event::LayoutMoved { .. }
        | Event::LayersOrdered { .. }
        | Event::DestinationRemoved { .. }
        | Event::AssetAdded { .. }
        | Event::JamLinked { .. }
        | Event::JamUnlinked { .. }
        | Event::ValueSet { .. }
        | Event::ValueRemoved { .. }
        | Event::BatchDone { .. }
        | Event::SceneUndone { .. }
        | Event::SceneRedone { .. }
        | Event::VersionRemoved { .. }
        | Event::MacroSaved { .. }
        | Event::MacroRemoved { .. }
        | Event::BatchRefused { .. }
        | Event::BatchCanceled { .. }
        // No time and no key in these. Plain data with text keys always becomes JSON.
        | Event::AssetRemoved { .. } => serde_json::to_value(event).unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_stay_in_and_times_are_milliseconds() {
        let view = |event: Value| event_view(&serde_json::from_value(event).expect("an event"));
        let saved = view(json!({"event": "destination_saved", "destination": {"id": "tv", "name": "", "enabled": true,
            "kind": "rtmp", "url": "rtmp://h/live", "key": "s3cret"}}));
        assert_eq!(saved["destination"]["key_set"], true);
        assert!(!saved.to_string().contains("s3cret"));
        let taken = view(json!({"event": "scene_taken", "program": {"scene": "a", "since": 1_700_000_000_123_456_i64}}));
        assert_eq!(taken["program"]["since"], 1_700_000_000_123_i64);
        let paused = view(json!({"event": "stream_changed", "stream": {"status": "paused", "since": 5_000, "at": 7_000}}));
        assert_eq!(paused["stream"], json!({"status": "paused", "since": 5, "at": 7}));
    }
}
