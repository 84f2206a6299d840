//! The table of everything that HTTP can ask. docs/API.md is held against it by a test.

use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::http::{HeaderName, HeaderValue, Method, header};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, delete, get, head, options, patch, post, put};
use tower::ServiceExt;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{NotForContentType, Predicate, SizeAbove};
use tower_http::cors::{AllowOrigin, CorsLayer};

use super::access::{ADMIN, Access, Class, OPERATOR, VIEWER};
use super::answer::answer;
use super::error::ApiError;
use super::gate::{self, Gate};
use super::guard::guard;
use super::rest::{
    animations, asset_file, assets, auth, colors, dashboard, destinations, displays, exchange, fixtures, follow, hls,
    inputs, jam_links, jam_recordings, jams, layers, light_feeds, light_presets, lights, loops, machine, macros, media,
    media_made, media_upload, nfc, past, player, playlists, preview, recordings, scenes, schedule, score, show_archive,
    stream, studio, system, templates, tokens, tus, updates, uploads, users, values, whep, wifi, youtube, zones,
};
use super::{Api, face, leftover, openapi, socketio, ws};

/// One way to ask.
pub struct Row {
    pub method: &'static str,
    pub path: &'static str,
    pub access: Access,
    pub class: Class,
    handler: fn() -> MethodRouter<Api>,
}

const fn row(
    method: &'static str,
    path: &'static str,
    access: Access,
    class: Class,
    handler: fn() -> MethodRouter<Api>,
) -> Row {
    Row { method, path, access, class, handler }
}

pub const TABLE: &[Row] = &[
    row("POST", "/api/stream/start", OPERATOR, Class::Write, || post(stream::start)),
    row("POST", "/api/stream/stop", OPERATOR, Class::Write, || post(stream::stop)),
    row("POST", "/api/stream/pause", OPERATOR, Class::Write, || post(stream::pause)),
    row("POST", "/api/stream/resume", OPERATOR, Class::Write, || post(stream::resume)),
    row("GET", "/api/stream/state", VIEWER, Class::Read, || get(stream::state)),
    row("GET", "/api/stream/metrics", VIEWER, Class::Read, || get(stream::metrics)),
    row("GET", "/api/stream/config", VIEWER, Class::Read, || get(stream::config)),
    row("PATCH", "/api/stream/config", OPERATOR, Class::Write, || patch(stream::configure)),
    row("POST", "/api/stream/replay", OPERATOR, Class::Heavy, || post(recordings::replay)),
    row("GET", "/api/recordings", VIEWER, Class::Read, || get(recordings::list)),
    row("GET", "/api/recordings/{recording}", VIEWER, Class::Heavy, || get(recordings::file)),
    row("DELETE", "/api/recordings/{recording}", OPERATOR, Class::Write, || delete(recordings::remove)),
    row("GET", "/api/follow", VIEWER, Class::Read, || get(follow::state)),
    row("GET", "/api/show", VIEWER, Class::Read, || get(system::show)),
    row("GET", "/api/scenes", VIEWER, Class::Read, || get(scenes::list)),
    row("POST", "/api/scenes", OPERATOR, Class::Write, || post(scenes::create)),
    row("GET", "/api/scenes/{scene}", VIEWER, Class::Read, || get(scenes::one)),
    row("PUT", "/api/scenes/{scene}", OPERATOR, Class::Write, || put(scenes::replace)),
    row("PATCH", "/api/scenes/{scene}", OPERATOR, Class::Write, || patch(scenes::change)),
    row("DELETE", "/api/scenes/{scene}", OPERATOR, Class::Write, || delete(scenes::remove)),
    row("POST", "/api/scenes/{scene}/take", OPERATOR, Class::Write, || post(scenes::take)),
    row("GET", "/api/scenes/{scene}/history", VIEWER, Class::Read, || get(past::history)),
    row("POST", "/api/scenes/{scene}/undo", OPERATOR, Class::Write, || post(past::undo_scene)),
    row("POST", "/api/scenes/{scene}/redo", OPERATOR, Class::Write, || post(past::redo_scene)),
    row("POST", "/api/undo", OPERATOR, Class::Write, || post(past::undo)),
    row("POST", "/api/redo", OPERATOR, Class::Write, || post(past::redo)),
    row("GET", "/api/scenes/{scene}/versions", VIEWER, Class::Read, || get(past::versions)),
    row("POST", "/api/scenes/{scene}/versions", OPERATOR, Class::Write, || post(past::save)),
    row("POST", "/api/scenes/{scene}/versions/{version}/restore", OPERATOR, Class::Write, || post(past::restore)),
    row("DELETE", "/api/scenes/{scene}/versions/{version}", OPERATOR, Class::Write, || delete(past::remove)),
    // Not below /layers/, where it would hide a layer called "order".
    row("GET", "/api/inputs", VIEWER, Class::Read, || get(inputs::list)),
    row("POST", "/api/inputs", OPERATOR, Class::Write, || post(inputs::create)),
    row("GET", "/api/inputs/{input}", VIEWER, Class::Read, || get(inputs::one)),
    row("PUT", "/api/inputs/{input}", OPERATOR, Class::Write, || put(inputs::replace)),
    row("PATCH", "/api/inputs/{input}", OPERATOR, Class::Write, || patch(inputs::change)),
    row("POST", "/api/inputs/{input}/play", OPERATOR, Class::Write, || post(inputs::play)),
    row("DELETE", "/api/inputs/{input}", OPERATOR, Class::Write, || delete(inputs::remove)),
    row("GET", "/api/mixer", VIEWER, Class::Read, || get(inputs::mixer)),
    row("PATCH", "/api/mixer", OPERATOR, Class::Write, || patch(inputs::mix)),
    row("GET", "/api/studio", VIEWER, Class::Read, || get(studio::one)),
    row("PATCH", "/api/studio", OPERATOR, Class::Write, || patch(studio::change)),
    row("POST", "/api/studio/take", OPERATOR, Class::Write, || post(studio::take)),
    row("POST", "/api/studio/bar", OPERATOR, Class::Write, || post(studio::bar)),
    row("POST", "/api/studio/bar/release", OPERATOR, Class::Write, || post(studio::release)),
    row("GET", "/api/transitions", VIEWER, Class::Read, || get(studio::transitions)),
    row("GET", "/api/transitions/{transition}", VIEWER, Class::Read, || get(studio::transition)),
    row("PUT", "/api/transitions/{transition}", OPERATOR, Class::Write, || put(studio::put_transition)),
    row("DELETE", "/api/transitions/{transition}", OPERATOR, Class::Write, || delete(studio::remove_transition)),
    row("PUT", "/api/scenes/{scene}/order", OPERATOR, Class::Write, || put(layers::order)),
    row("GET", "/api/scenes/{scene}/layers", VIEWER, Class::Read, || get(layers::list)),
    row("POST", "/api/scenes/{scene}/layers", OPERATOR, Class::Write, || post(layers::create)),
    row("GET", "/api/scenes/{scene}/layers/{layer}", VIEWER, Class::Read, || get(layers::one)),
    row("PUT", "/api/scenes/{scene}/layers/{layer}", OPERATOR, Class::Write, || put(layers::replace)),
    row("PATCH", "/api/scenes/{scene}/layers/{layer}", OPERATOR, Class::Write, || patch(layers::change)),
    row("DELETE", "/api/scenes/{scene}/layers/{layer}", OPERATOR, Class::Write, || delete(layers::remove)),
    row("GET", "/api/assets", VIEWER, Class::Read, || get(assets::list)),
    row("POST", "/api/assets", OPERATOR, Class::Heavy, || {
        // How much may come depends on what it is; the library counts.
        post(assets::upload).layer(DefaultBodyLimit::disable())
    }),
    row("GET", "/api/assets/{asset}", VIEWER, Class::Read, || get(assets::one)),
    row("GET", "/api/assets/{asset}/file", VIEWER, Class::Heavy, || get(asset_file::file)),
    row("GET", "/api/assets/{asset}/usage", VIEWER, Class::Read, || get(assets::usage)),
    row("POST", "/api/assets/{asset}/replace", OPERATOR, Class::Write, || post(assets::replace)),
    row("DELETE", "/api/assets/{asset}", OPERATOR, Class::Write, || delete(assets::remove)),
    row("GET", "/api/templates", VIEWER, Class::Read, || get(templates::list)),
    row("GET", "/api/templates/{template}", VIEWER, Class::Read, || get(templates::one)),
    row("POST", "/api/templates/{template}/instantiate", OPERATOR, Class::Write, || post(templates::instantiate)),
    row("GET", "/api/export", ADMIN, Class::Heavy, || get(show_archive::export)),
    row("GET", "/api/score", ADMIN, Class::Heavy, || get(score::part)),
    row("GET", "/api/score/stretches", ADMIN, Class::Heavy, || get(score::stretches)),
    row("POST", "/api/import", ADMIN, Class::Heavy, || {
        // Bounded where it is received: an archive is larger than a form.
        post(show_archive::import).layer(DefaultBodyLimit::disable())
    }),
    row("POST", "/api/import/obs", OPERATOR, Class::Heavy, || post(exchange::obs)),
    row("GET", "/api/destinations", VIEWER, Class::Read, || get(destinations::list)),
    row("POST", "/api/destinations", ADMIN, Class::Write, || post(destinations::create)),
    row("GET", "/api/destinations/{destination}", VIEWER, Class::Read, || get(destinations::one)),
    row("PUT", "/api/destinations/{destination}", ADMIN, Class::Write, || put(destinations::replace)),
    row("PATCH", "/api/destinations/{destination}", ADMIN, Class::Write, || patch(destinations::change)),
    row("DELETE", "/api/destinations/{destination}", ADMIN, Class::Write, || delete(destinations::remove)),
    row("POST", "/api/batch", OPERATOR, Class::Write, || post(schedule::batch)),
    row("GET", "/api/scheduled", VIEWER, Class::Read, || get(schedule::list)),
    row("GET", "/api/scheduled/{batch}", VIEWER, Class::Read, || get(schedule::one)),
    row("DELETE", "/api/scheduled/{batch}", OPERATOR, Class::Write, || delete(schedule::cancel)),
    row("GET", "/api/macros", VIEWER, Class::Read, || get(macros::list)),
    row("GET", "/api/macros/{macro}", VIEWER, Class::Read, || get(macros::one)),
    row("PUT", "/api/macros/{macro}", OPERATOR, Class::Write, || put(macros::put)),
    row("DELETE", "/api/macros/{macro}", OPERATOR, Class::Write, || delete(macros::remove)),
    row("POST", "/api/macros/{macro}/run", OPERATOR, Class::Write, || post(macros::run)),
    row("POST", "/api/macros/{macro}/stop", OPERATOR, Class::Write, || post(macros::stop)),
    row("GET", "/api/values", VIEWER, Class::Read, || get(values::list)),
    row("GET", "/api/values/{value}", VIEWER, Class::Read, || get(values::one)),
    row("PUT", "/api/values/{value}", OPERATOR, Class::Write, || put(values::set)),
    row("DELETE", "/api/values/{value}", OPERATOR, Class::Write, || delete(values::remove)),
    row("GET", "/api/v1/zones", VIEWER, Class::Read, || get(zones::list)),
    row("POST", "/api/v1/zones", OPERATOR, Class::Write, || post(zones::create)),
    row("GET", "/api/v1/zones/{zone}", VIEWER, Class::Read, || get(zones::one)),
    row("PUT", "/api/v1/zones/{zone}", OPERATOR, Class::Write, || put(zones::change)),
    row("PATCH", "/api/v1/zones/{zone}", OPERATOR, Class::Write, || patch(zones::change)),
    row("DELETE", "/api/v1/zones/{zone}", OPERATOR, Class::Write, || delete(zones::remove)),
    row("GET", "/api/v1/zones/{zone}/map", VIEWER, Class::Read, || get(zones::map)),
    row("PUT", "/api/v1/zones/{zone}/color", OPERATOR, Class::Write, || put(zones::color)),
    row("PUT", "/api/v1/zones/{zone}/brightness", OPERATOR, Class::Write, || put(zones::brightness)),
    row("PUT", "/api/v1/zones/{zone}/enabled", OPERATOR, Class::Write, || put(zones::enabled)),
    row("POST", "/api/v1/zones/{zone}/reset", OPERATOR, Class::Write, || post(zones::reset)),
    row("PUT", "/api/v1/zones/{zone}/layers/{layer}", OPERATOR, Class::Write, || put(zones::put_layer)),
    row("DELETE", "/api/v1/zones/{zone}/layers/{layer}", OPERATOR, Class::Write, || delete(zones::remove_layer)),
    row("GET", "/api/v1/animations", VIEWER, Class::Read, || get(animations::list)),
    row("GET", "/api/v1/animations/active", VIEWER, Class::Read, || get(animations::active)),
    row("GET", "/api/v1/animations/{animation}", VIEWER, Class::Read, || get(animations::one)),
    row("POST", "/api/v1/animations/{animation}/start", OPERATOR, Class::Write, || post(animations::start)),
    row("POST", "/api/v1/animations/{animation}/stop", OPERATOR, Class::Write, || post(animations::stop)),
    row("PUT", "/api/v1/animations/{animation}/parameters", OPERATOR, Class::Write, || put(animations::parameters)),
    row("GET", "/api/v1/colors/presets", VIEWER, Class::Read, || get(colors::presets)),
    row("POST", "/api/v1/colors/convert", VIEWER, Class::Read, || post(colors::convert)),
    row("GET", "/api/v1/colors/palettes", VIEWER, Class::Read, || get(colors::palettes)),
    row("POST", "/api/v1/colors/palettes", OPERATOR, Class::Write, || post(colors::create_palette)),
    row("GET", "/api/v1/colors/palettes/{palette}", VIEWER, Class::Read, || get(colors::palette)),
    row("PUT", "/api/v1/colors/palettes/{palette}", OPERATOR, Class::Write, || put(colors::replace_palette)),
    row("DELETE", "/api/v1/colors/palettes/{palette}", OPERATOR, Class::Write, || delete(colors::remove_palette)),
    row("GET", "/api/v1/colors/harmonies/{base_color}", VIEWER, Class::Read, || get(colors::harmonies)),
    row("GET", "/api/v1/system/status", VIEWER, Class::Read, || get(lights::status)),
    row("GET", "/api/v1/system/performance", VIEWER, Class::Read, || get(lights::performance)),
    row("POST", "/api/v1/system/power/on", OPERATOR, Class::Write, || post(lights::on)),
    row("POST", "/api/v1/system/power/off", OPERATOR, Class::Write, || post(lights::off)),
    row("GET", "/api/v1/system/modes", VIEWER, Class::Read, || get(lights::modes)),
    row("GET", "/api/v1/system/mode", VIEWER, Class::Read, || get(lights::mode)),
    row("PUT", "/api/v1/system/mode", OPERATOR, Class::Write, || put(lights::set_mode)),
    row("GET", "/api/v1/system/brightness", VIEWER, Class::Read, || get(lights::brightness)),
    row("PUT", "/api/v1/system/brightness", OPERATOR, Class::Write, || put(lights::set_brightness)),
    row("GET", "/api/v1/config", VIEWER, Class::Read, || get(lights::config)),
    row("PATCH", "/api/v1/config", ADMIN, Class::Write, || patch(lights::configure)),
    row("GET", "/api/v1/presets", VIEWER, Class::Read, || get(light_presets::list)),
    row("POST", "/api/v1/presets", OPERATOR, Class::Write, || post(light_presets::create)),
    row("GET", "/api/v1/presets/export", VIEWER, Class::Read, || get(light_presets::export)),
    row("POST", "/api/v1/presets/import", OPERATOR, Class::Write, || post(light_presets::import)),
    row("GET", "/api/v1/presets/{preset}", VIEWER, Class::Read, || get(light_presets::one)),
    row("PUT", "/api/v1/presets/{preset}", OPERATOR, Class::Write, || put(light_presets::replace)),
    row("PATCH", "/api/v1/presets/{preset}", OPERATOR, Class::Write, || patch(light_presets::rename)),
    row("DELETE", "/api/v1/presets/{preset}", OPERATOR, Class::Write, || delete(light_presets::remove)),
    row("POST", "/api/v1/presets/{preset}/load", OPERATOR, Class::Write, || post(light_presets::load)),
    row("GET", "/api/v1/presets/{preset}/history", VIEWER, Class::Read, || get(light_presets::history)),
    row("POST", "/api/v1/presets/{preset}/restore", OPERATOR, Class::Write, || post(light_presets::restore)),
    row("POST", "/api/v1/diagnostics/zones/{zone}/test", OPERATOR, Class::Write, || post(zones::test)),
    row("GET", "/api/fixtures", VIEWER, Class::Read, || get(fixtures::list)),
    row("POST", "/api/fixtures", ADMIN, Class::Write, || post(fixtures::create)),
    row("GET", "/api/fixtures/{fixture}", VIEWER, Class::Read, || get(fixtures::one)),
    row("PUT", "/api/fixtures/{fixture}", ADMIN, Class::Write, || put(fixtures::replace)),
    row("PATCH", "/api/fixtures/{fixture}", ADMIN, Class::Write, || patch(fixtures::change)),
    row("DELETE", "/api/fixtures/{fixture}", ADMIN, Class::Write, || delete(fixtures::remove)),
    row("GET", "/api/light-feeds", VIEWER, Class::Read, || get(light_feeds::list)),
    row("POST", "/api/light-feeds", ADMIN, Class::Write, || post(light_feeds::create)),
    row("GET", "/api/light-feeds/{feed}", VIEWER, Class::Read, || get(light_feeds::one)),
    row("PUT", "/api/light-feeds/{feed}", ADMIN, Class::Write, || put(light_feeds::replace)),
    row("PATCH", "/api/light-feeds/{feed}", ADMIN, Class::Write, || patch(light_feeds::change)),
    row("DELETE", "/api/light-feeds/{feed}", ADMIN, Class::Write, || delete(light_feeds::remove)),
    row("POST", "/api/fixtures/discover", ADMIN, Class::Heavy, || post(fixtures::discover)),
    row("POST", "/api/fixtures/{fixture}/identify", OPERATOR, Class::Write, || post(fixtures::identify)),
    row("GET", "/api/displays", VIEWER, Class::Read, || get(displays::list)),
    row("POST", "/api/displays", ADMIN, Class::Write, || post(displays::create)),
    row("POST", "/api/displays/discover", ADMIN, Class::Heavy, || post(displays::discover)),
    row("GET", "/api/displays/{display}", VIEWER, Class::Read, || get(displays::one)),
    row("PUT", "/api/displays/{display}", ADMIN, Class::Write, || put(displays::replace)),
    row("PATCH", "/api/displays/{display}", ADMIN, Class::Write, || patch(displays::change)),
    row("DELETE", "/api/displays/{display}", ADMIN, Class::Write, || delete(displays::remove)),
    row("POST", "/api/player/play", OPERATOR, Class::Write, || post(player::play)),
    row("POST", "/api/player/pause", OPERATOR, Class::Write, || post(player::pause)),
    row("POST", "/api/player/stop", OPERATOR, Class::Write, || post(player::stop)),
    row("POST", "/api/player/toggle", OPERATOR, Class::Write, || post(player::toggle)),
    row("POST", "/api/player/next", OPERATOR, Class::Write, || post(player::next)),
    row("POST", "/api/player/previous", OPERATOR, Class::Write, || post(player::previous)),
    row("POST", "/api/player/seek", OPERATOR, Class::Write, || post(player::seek)),
    row("POST", "/api/player/volume", OPERATOR, Class::Write, || post(player::volume)),
    row("PATCH", "/api/player/settings", OPERATOR, Class::Write, || patch(player::settings)),
    row("GET", "/api/player/status", VIEWER, Class::Read, || get(player::status)),
    row("GET", "/api/playback/status", VIEWER, Class::Read, || get(player::status)),
    row("GET", "/api/playlists", VIEWER, Class::Read, || get(playlists::list)),
    row("GET", "/api/playlists/", VIEWER, Class::Read, || get(playlists::list)),
    row("POST", "/api/playlists", OPERATOR, Class::Write, || post(playlists::create)),
    row("POST", "/api/playlists/", OPERATOR, Class::Write, || post(playlists::create)),
    row("POST", "/api/playlists/move-track", OPERATOR, Class::Write, || post(playlists::move_track)),
    row("POST", "/api/playlists/sync", OPERATOR, Class::Write, || post(playlists::sync)),
    row("GET", "/api/playlists/{playlist}", VIEWER, Class::Read, || get(playlists::one)),
    row("PUT", "/api/playlists/{playlist}", OPERATOR, Class::Write, || put(playlists::change)),
    row("DELETE", "/api/playlists/{playlist}", OPERATOR, Class::Write, || delete(playlists::remove)),
    row("POST", "/api/playlists/{playlist}/start", OPERATOR, Class::Write, || post(playlists::start)),
    row("POST", "/api/playlists/{playlist}/play/{track}", OPERATOR, Class::Write, || post(playlists::play_track)),
    row("POST", "/api/playlists/{playlist}/reorder", OPERATOR, Class::Write, || post(playlists::reorder)),
    row("POST", "/api/playlists/{playlist}/tracks", OPERATOR, Class::Write, || post(playlists::add_tracks)),
    row("DELETE", "/api/playlists/{playlist}/tracks", OPERATOR, Class::Write, || delete(playlists::remove_tracks)),
    row("PATCH", "/api/playlists/{playlist}/tracks/{track}", OPERATOR, Class::Write, || patch(playlists::change_track)),
    row("POST", "/api/playlists/{playlist}/move-track", OPERATOR, Class::Write, || post(playlists::move_track_from)),
    row("POST", "/api/playlists/{playlist}/uploads/session", OPERATOR, Class::Write, || post(uploads::begin)),
    row("PUT", "/api/playlists/{playlist}/uploads/{session}/chunks/{index}", OPERATOR, Class::Part, || {
        // Bounded by what was announced.
        put(uploads::chunk).layer(DefaultBodyLimit::disable())
    }),
    row("POST", "/api/playlists/{playlist}/uploads/{session}/finalize", OPERATOR, Class::Heavy, || post(uploads::finalize)),
    row("GET", "/api/playlists/{playlist}/uploads/{session}", OPERATOR, Class::Read, || get(uploads::status)),
    row("GET", "/api/uploads/sessions", OPERATOR, Class::Read, || get(uploads::sessions)),
    row("DELETE", "/api/uploads/sessions/{session}", OPERATOR, Class::Write, || delete(uploads::remove)),
    row("POST", "/api/uploads/cleanup", OPERATOR, Class::Write, || post(uploads::clean_up)),
    row("OPTIONS", "/api/uploads/tus", OPERATOR, Class::Read, || options(tus::files)),
    row("POST", "/api/uploads/tus", OPERATOR, Class::Part, || post(tus::files).layer(DefaultBodyLimit::disable())),
    row("OPTIONS", "/api/uploads/tus/{upload}", OPERATOR, Class::Read, || options(tus::file)),
    row("HEAD", "/api/uploads/tus/{upload}", OPERATOR, Class::Read, || head(tus::file)),
    row("PATCH", "/api/uploads/tus/{upload}", OPERATOR, Class::Part, || patch(tus::file).layer(DefaultBodyLimit::disable())),
    row("POST", "/api/uploads/tus/{upload}", OPERATOR, Class::Part, || post(tus::file).layer(DefaultBodyLimit::disable())),
    row("DELETE", "/api/uploads/tus/{upload}", OPERATOR, Class::Write, || delete(tus::file)),
    row("POST", "/api/youtube/download", OPERATOR, Class::Heavy, || post(youtube::download)),
    row("GET", "/api/youtube/status/{download}", VIEWER, Class::Read, || get(youtube::status)),
    row("GET", "/api/youtube/search", OPERATOR, Class::Heavy, || get(youtube::search)),
    row("GET", "/api/youtube/downloads", VIEWER, Class::Read, || get(youtube::list)),
    row("DELETE", "/api/youtube/downloads/{download}", OPERATOR, Class::Write, || delete(youtube::remove)),
    row("GET", "/api/nfc/status", VIEWER, Class::Read, || get(nfc::status)),
    row("GET", "/api/nfc/tags", VIEWER, Class::Read, || get(nfc::tags)),
    row("PATCH", "/api/nfc/tags/{tag}", OPERATOR, Class::Write, || patch(nfc::change_tag)),
    row("POST", "/api/nfc/associate", OPERATOR, Class::Write, || post(nfc::associate)),
    row("DELETE", "/api/nfc/associate/{tag}", OPERATOR, Class::Write, || delete(nfc::dissociate)),
    row("POST", "/api/nfc/scan", OPERATOR, Class::Write, || post(nfc::scan)),
    row("DELETE", "/api/nfc/session/{session}", OPERATOR, Class::Write, || delete(nfc::cancel)),
    row("GET", "/api/nfc/settings", VIEWER, Class::Read, || get(nfc::settings)),
    row("PATCH", "/api/nfc/settings", OPERATOR, Class::Write, || patch(nfc::configure)),
    row("POST", "/api/nfc/tap", OPERATOR, Class::Write, || post(nfc::tap)),
    row("GET", "/api/loop", VIEWER, Class::Read, || get(loops::queue)),
    row("POST", "/api/loop", OPERATOR, Class::Write, || post(loops::add)),
    row("PUT", "/api/loop", OPERATOR, Class::Write, || put(loops::reorder)),
    row("DELETE", "/api/loop/{slug}", OPERATOR, Class::Write, || delete(loops::remove)),
    row("GET", "/api/media", VIEWER, Class::Read, || get(media::list)),
    row("POST", "/api/media", OPERATOR, Class::Heavy, || {
        // As for assets.
        post(media_upload::upload).layer(DefaultBodyLimit::disable())
    }),
    row("POST", "/api/media/cleanup", OPERATOR, Class::Heavy, || post(media::cleanup)),
    row("DELETE", "/api/media/{slug}", OPERATOR, Class::Write, || delete(media::remove)),
    row("GET", "/api/media/{slug}/thumbnail", VIEWER, Class::Read, || get(media_made::thumbnail)),
    row("GET", "/api/media/{slug}/waveform", VIEWER, Class::Read, || get(media_made::waveform)),
    row("POST", "/api/media/{slug}/activate", OPERATOR, Class::Write, || post(loops::activate)),
    row("GET", "/api/playback", VIEWER, Class::Read, || get(loops::playback)),
    row("POST", "/api/playback/toggle", OPERATOR, Class::Write, || post(loops::toggle)),
    row("POST", "/api/playback/next", OPERATOR, Class::Write, || post(loops::next)),
    row("POST", "/api/playback/previous", OPERATOR, Class::Write, || post(loops::previous)),
    row("POST", "/api/playback/loop-mode", OPERATOR, Class::Write, || post(loops::loop_mode)),
    row("GET", "/api/display", VIEWER, Class::Read, || get(loops::display)),
    row("POST", "/api/display", ADMIN, Class::Write, || post(loops::set_display)),
    row("GET", "/api/preview.jpg", VIEWER, Class::Heavy, || get(preview::jpeg)),
    row("GET", "/api/preview.mjpeg", VIEWER, Class::Heavy, || get(preview::motion_jpeg)),
    row("GET", "/api/multiview.jpg", VIEWER, Class::Heavy, || get(preview::multiview_jpeg)),
    row("GET", "/api/multiview.mjpeg", VIEWER, Class::Heavy, || get(preview::multiview_motion_jpeg)),
    row("GET", "/api/frame.png", VIEWER, Class::Heavy, || get(preview::full_size)),
    row("GET", "/hls/{destination}/master.m3u8", VIEWER, Class::Read, || get(hls::master)),
    row("GET", "/hls/{destination}/{rendition}/{file}", VIEWER, Class::Read, || get(hls::file)),
    row("POST", "/whep/{rendition}", VIEWER, Class::Heavy, || {
        // Bounded where it is read.
        post(whep::watch).layer(DefaultBodyLimit::disable())
    }),
    row("DELETE", "/whep/{rendition}/{viewer}", VIEWER, Class::Read, || delete(whep::leave)),
    row("GET", "/api/health", Access::Anyone, Class::Free, || get(system::health)),
    row("GET", "/api/system/metrics", VIEWER, Class::Read, || get(system::metrics)),
    row("GET", "/api/dashboard", VIEWER, Class::Read, || get(dashboard::all)),
    row("GET", "/api/dashboard/storage", VIEWER, Class::Read, || get(dashboard::storage)),
    row("GET", "/api/websocket/status", VIEWER, Class::Read, || get(dashboard::listeners)),
    row("GET", "/api/system/info", VIEWER, Class::Read, || get(machine::info)),
    row("GET", "/api/system/logs", ADMIN, Class::Read, || get(machine::logs)),
    row("POST", "/api/system/restart", ADMIN, Class::Heavy, || post(machine::restart)),
    row("POST", "/api/system/power", ADMIN, Class::Heavy, || post(machine::power)),
    row("POST", "/api/system/power/confirm", ADMIN, Class::Heavy, || post(machine::confirm_power)),
    row("GET", "/api/wifi/status", VIEWER, Class::Read, || get(wifi::status)),
    row("GET", "/api/wifi/networks", OPERATOR, Class::Read, || get(wifi::networks)),
    row("DELETE", "/api/wifi/networks/{ssid}", ADMIN, Class::Heavy, || delete(wifi::forget)),
    row("POST", "/api/wifi/scan", OPERATOR, Class::Heavy, || post(wifi::scan)),
    row("POST", "/api/wifi/connect", ADMIN, Class::Heavy, || post(wifi::connect)),
    row("POST", "/api/wifi/confirm", ADMIN, Class::Heavy, || post(wifi::confirm)),
    row("POST", "/api/wifi/disconnect", ADMIN, Class::Heavy, || post(wifi::disconnect)),
    row("POST", "/api/wifi/enabled", ADMIN, Class::Heavy, || post(wifi::enable)),
    row("GET", "/api/updates", VIEWER, Class::Read, || get(updates::status)),
    row("POST", "/api/updates/check", ADMIN, Class::Heavy, || post(updates::check)),
    row("POST", "/api/updates/download", ADMIN, Class::Heavy, || post(updates::download)),
    row("POST", "/api/updates/install", ADMIN, Class::Heavy, || post(updates::install)),
    row("GET", "/api/capabilities", VIEWER, Class::Read, || get(system::capabilities)),
    row("GET", "/api/addresses", VIEWER, Class::Read, || get(system::addresses)),
    row("POST", "/api/auth/login", Access::Anyone, Class::Login, || post(auth::login)),
    row("POST", "/api/auth/refresh", Access::Anyone, Class::Write, || post(auth::refresh)),
    row("POST", "/api/auth/logout", Access::Anyone, Class::Write, || post(auth::logout)),
    row("GET", "/api/auth/me", Access::Anyone, Class::Read, || get(auth::me)),
    row("POST", "/api/auth/password", VIEWER, Class::Login, || post(auth::change_password)),
    row("GET", "/api/users", ADMIN, Class::Read, || get(users::list)),
    row("POST", "/api/users", ADMIN, Class::Login, || post(users::create)),
    row("PATCH", "/api/users/{user}", ADMIN, Class::Login, || patch(users::change)),
    row("DELETE", "/api/users/{user}", ADMIN, Class::Write, || delete(users::remove)),
    row("GET", "/api/tokens", ADMIN, Class::Read, || get(tokens::list)),
    row("POST", "/api/tokens", ADMIN, Class::Write, || post(tokens::create)),
    row("DELETE", "/api/tokens/{token}", ADMIN, Class::Write, || delete(tokens::revoke)),
    row("GET", "/api/openapi.json", Access::Anyone, Class::Heavy, || get(openapi::openapi)),
    row("GET", "/docs", Access::Anyone, Class::Free, || get(face::docs)),
    row("GET", "/docs.js", Access::Anyone, Class::Free, || get(face::script)),
    row("GET", "/metrics", VIEWER, Class::Free, || get(system::prometheus)),
    row("GET", "/api/jam-links", VIEWER, Class::Read, || get(jam_links::list)),
    row("POST", "/api/jam-links", OPERATOR, Class::Write, || post(jam_links::join)),
    row("GET", "/api/jam-links/{code}", VIEWER, Class::Read, || get(jam_links::one)),
    row("DELETE", "/api/jam-links/{code}", OPERATOR, Class::Write, || delete(jam_links::leave)),
    row("GET", "/api/jam-recordings", VIEWER, Class::Read, || get(jam_recordings::list)),
    row("GET", "/api/jam-recordings/{recording}", VIEWER, Class::Heavy, || get(jam_recordings::file)),
    row("DELETE", "/api/jam-recordings/{recording}", OPERATOR, Class::Write, || delete(jam_recordings::remove)),
    row("POST", "/api/jam-recordings/{recording}/replay", OPERATOR, Class::Write, || post(jam_recordings::replay)),
    row("PATCH", "/api/jams/{code}/replay", OPERATOR, Class::Write, || patch(jam_recordings::steer)),
    row("GET", "/api/jams", VIEWER, Class::Read, || get(jams::list)),
    row("POST", "/api/jams", OPERATOR, Class::Write, || post(jams::open)),
    // Strangers may play where a jam is open; what they have to show is looked at there.
    row("GET", "/api/jams/{code}", Access::Anyone, Class::Read, || get(jams::one)),
    row("DELETE", "/api/jams/{code}", Access::Anyone, Class::Write, || delete(jams::end)),
    row("POST", "/api/jams/{code}/join", Access::Anyone, Class::Write, || post(jams::join)),
    row("POST", "/api/jams/{code}/play", Access::Anyone, Class::Write, || post(jams::play)),
    row("GET", "/api/jams/{code}/strikes", Access::Anyone, Class::Read, || get(jams::strikes)),
    row("GET", "/ws", Access::Anyone, Class::Read, || get(ws::upgrade)),
    row("GET", "/", Access::Anyone, Class::Free, || get(face::page)),
    row("GET", "/app.js", Access::Anyone, Class::Free, || get(face::script)),
    row("GET", "/destinations.js", Access::Anyone, Class::Free, || get(face::script)),
    row("GET", "/figures.js", Access::Anyone, Class::Free, || get(face::script)),
    row("GET", "/lights.js", Access::Anyone, Class::Free, || get(face::script)),
    row("GET", "/login.js", Access::Anyone, Class::Free, || get(face::script)),
    row("GET", "/page.js", Access::Anyone, Class::Free, || get(face::script)),
    row("GET", "/picture.js", Access::Anyone, Class::Free, || get(face::script)),
    row("GET", "/jam", Access::Anyone, Class::Free, || get(face::jam)),
    row("GET", "/jam/{file}", Access::Anyone, Class::Free, || get(face::jam_part)),
    row("GET", "/style.css", Access::Anyone, Class::Free, || get(face::style)),
    row("GET", "/favicon.svg", Access::Anyone, Class::Free, || get(face::icon)),
];

/// Who may ask for it. What is in no row, nobody may.
pub fn access_of(method: &str, path: &str) -> Access {
    TABLE.iter().find(|row| row.method == method && row.path == path).map_or(ADMIN, |row| row.access)
}

/// For docs/API.md: who may ask what.
#[cfg(test)]
pub fn table_for_people() -> String {
    let mut text = String::from("| request | role |\n| --- | --- |\n");
    for row in TABLE.iter().filter(|row| row.path.starts_with("/api") || !matches!(row.class, Class::Free)) {
        text += &format!("| `{} {}` | {} |\n", row.method, row.path, row.access.name());
    }
    text
}

/// Everything, for the HTTP port.
pub fn router(api: Api) -> Router {
    let routes = TABLE.iter().fold(Router::new(), |router, row| {
        let strangers_too = row.path == "/metrics" && api.settings.open_metrics;
        let access = if strangers_too { Access::Anyone } else { row.access };
        let gate = Gate { api: api.clone(), access, class: row.class };
        router.route(row.path, (row.handler)().layer(from_fn_with_state(gate, gate::pass)))
    });
    let gate = Gate { api: api.clone(), access: Access::Anyone, class: Class::Free };
    let door = from_fn_with_state(api.clone(), socketio::door);
    let socketio = socketio::service(&api).layer(door).layer(from_fn_with_state(gate, gate::pass));
    let routes = routes.route("/socket.io/", socketio.clone().with_state(())).route("/socket.io", socketio.with_state(()));
    around(routes.fallback(unknown_path).method_not_allowed_fallback(method_not_allowed), api)
}

/// For the port that speaks WebSocket only, at any path.
pub fn ws_router(api: Api) -> Router {
    let gate = Gate { api: api.clone(), access: access_of("GET", "/ws"), class: Class::Read };
    around(Router::new().fallback(ws::upgrade).layer(from_fn_with_state(gate, gate::pass)), api)
}

/// Innermost first: a panic becomes an error, then who may ask, then the body, the log and the count, then what the pages of other
/// sites that are allowed may see of it, and last what nobody has read.
pub(super) fn around(routes: Router<Api>, api: Api) -> Router {
    let cors = cross_origin(&api.settings.allowed_origins);
    let inner = routes
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn_with_state(api.clone(), guard))
        .layer(from_fn_with_state(api.clone(), answer))
        .layer(CompressionLayer::new().compress_when(worth_it()))
        .with_state(api);
    let for_pages = inner.clone().layer(cors);
    let either = move |request: Request| {
        let router = if is_of_a_page(&request) { &for_pages } else { &inner };
        router.clone().oneshot(request)
    };
    Router::new().fallback(either).layer(from_fn(leftover::discard))
}

/// To the layer about pages of other sites every OPTIONS is the question before a request. One that is not is for the row.
fn is_of_a_page(request: &Request) -> bool {
    request.method() != Method::OPTIONS || request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD)
}

/// Text of some length; pictures are compressed already, and a motion JPEG must not wait for more.
fn worth_it() -> impl Predicate {
    SizeAbove::new(1_024)
        .and(NotForContentType::IMAGES)
        .and(NotForContentType::const_new("video/"))
        // Of a show: mostly pictures and videos.
        .and(NotForContentType::const_new("application/x-tar"))
        .and(NotForContentType::const_new("multipart/"))
}

/// Without cookies: those pages log in and send the token themselves.
fn cross_origin(allowed: &[String]) -> CorsLayer {
    if allowed.is_empty() {
        return CorsLayer::new();
    }
    CorsLayer::new()
        .allow_origin(AllowOrigin::list(allowed.iter().filter_map(|origin| HeaderValue::from_str(origin).ok())))
        .allow_methods([Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::PATCH, Method::DELETE])
        .allow_headers([
            header::AUTHORIZATION,
            header::CONTENT_TYPE,
            HeaderName::from_static("x-client-op-id"),
            HeaderName::from_static("idempotency-key"),
            HeaderName::from_static("x-request-id"),
            HeaderName::from_static("x-http-method-override"),
            HeaderName::from_static("tus-resumable"),
            HeaderName::from_static("upload-length"),
            HeaderName::from_static("upload-defer-length"),
            HeaderName::from_static("upload-offset"),
            HeaderName::from_static("upload-metadata"),
            HeaderName::from_static("upload-checksum"),
        ])
        .expose_headers([
            HeaderName::from_static("x-marquee-seq"),
            HeaderName::from_static("x-marquee-repeated"),
            HeaderName::from_static("x-request-id"),
            HeaderName::from_static("tus-resumable"),
            HeaderName::from_static("tus-version"),
            HeaderName::from_static("tus-extension"),
            HeaderName::from_static("tus-max-size"),
            HeaderName::from_static("tus-checksum-algorithm"),
            HeaderName::from_static("upload-offset"),
            HeaderName::from_static("upload-length"),
            HeaderName::from_static("upload-defer-length"),
            HeaderName::from_static("upload-metadata"),
            HeaderName::from_static("upload-expires"),
            header::LOCATION,
            header::RETRY_AFTER,
        ])
        .max_age(Duration::from_secs(600))
}

async fn unknown_path() -> ApiError {
    ApiError::UnknownPath
}

async fn method_not_allowed(method: Method) -> ApiError {
    ApiError::MethodNotAllowed(method)
}

fn panicked(panic: Box<dyn std::any::Any + Send>) -> Response {
    let text = panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    tracing::error!(panic = text.unwrap_or("no text"), "a request handler panicked");
    ApiError::Internal.into_response()
}
