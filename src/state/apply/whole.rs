//! Whether a show that was not decided here could have been: one that comes from Redis, or from a damaged file. Everyone past
//! `state` relies on what commands are checked for, so such a show is checked for all of it at once.

use super::{
    asset, batch, destination, display, download, feed, fixture, house, input, jam, macros, palette, player, playlist,
    preset, scene, stream, studio, tag, value, version, zone,
};
use crate::show::Show;
use crate::state::rejection::Rejection;

pub fn check_whole(show: &Show) -> Result<(), Rejection> {
    let Show {
        config,
        stream: _,
        scenes,
        program,
        destinations,
        assets,
        inputs,
        mixer,
        studio,
        transitions,
        values,
        scheduled,
        macros,
        runs,
        versions: _,
        house,
        zones,
        fixtures,
        palettes,
        light_presets,
        light_feeds,
        displays,
        playlists,
        player: _,
        nfc: _,
        jam_links,
        downloads,
    } = show;
    jam::check(jam_links)?;
    stream::check(config)?;
    scene::check_count(scenes.len())?;
    for (id, scene) in scenes.iter() {
        check_place(id.as_str(), scene.id.as_str())?;
        scene::check(show, scene)?;
    }
    if let Some(program) = program {
        program.scenes().try_for_each(|scene| scene::find(show, scene).map(|_| ()))?;
    }
    studio::check(show, studio)?;
    studio::check_count(transitions.len())?;
    transitions.values().try_for_each(|transition| studio::check_transition(show, transition))?;
    destination::check_count(destinations.len())?;
    for (id, destination) in destinations.iter() {
        check_place(id.as_str(), destination.id.as_str())?;
        destination::check(destination)?;
    }
    asset::check_count(assets.len())?;
    for (id, asset) in assets.iter() {
        check_place(id.as_str(), asset.id.as_str())?;
        asset::check(asset)?;
    }
    for (id, input) in inputs.iter() {
        check_place(id.as_str(), input.id.as_str())?;
        input::check(show, input)?;
    }
    input::check_count(inputs.len())?;
    input::check_mixer(mixer)?;
    value::check(values)?;
    version::check(show)?;
    batch::check_count(scheduled.values().filter(|batch| batch.refused.is_none()).count())?;
    macros::check_count(macros.len().max(runs.len()))?;
    for (id, definition) in macros.iter() {
        check_place(id.as_str(), definition.id.as_str())?;
        macros::check(definition)?;
    }
    runs.iter().try_for_each(|(id, run)| macros::check_run(id, run))?;
    for (id, batch) in scheduled.iter() {
        check_place(id.as_str(), batch.id.as_str())?;
        batch::check(batch)?;
    }
    house::check_settings(&house.settings)?;
    palette::check_count(palettes.len())?;
    for (id, palette) in palettes.iter() {
        check_place(id.as_str(), palette.id.as_str())?;
        palette::check(palette)?;
    }
    zone::check_count(zones.len())?;
    zone::check_pixels(zones.values())?;
    for (id, zone) in zones.iter() {
        check_place(id.as_str(), zone.id.as_str())?;
        zone::check(zone)?;
    }
    fixture::check_count(fixtures.len())?;
    for (id, fixture) in fixtures.iter() {
        check_place(id.as_str(), fixture.id.as_str())?;
        fixture::check(show, fixture)?;
    }
    feed::check_count(light_feeds.len())?;
    for (id, feed) in light_feeds.iter() {
        check_place(id.as_str(), feed.id.as_str())?;
        feed::check(feed)?;
    }
    display::check_count(displays.len())?;
    for (id, display) in displays.iter() {
        check_place(id.as_str(), display.id.as_str())?;
        display::check(display)?;
    }
    preset::check_count(light_presets.len())?;
    for (id, preset) in light_presets.iter() {
        check_place(id.as_str(), preset.id.as_str())?;
        preset::check(preset)?;
    }
    playlist::check_count(playlists.len())?;
    for (id, playlist) in playlists.iter() {
        check_place(id.as_str(), playlist.id().as_str())?;
        playlist::check(show, playlist)?;
    }
    player::check(show)?;
    tag::check(show)?;
    download::check_count(downloads.len())?;
    for (id, download) in downloads.iter() {
        check_place(id.as_str(), download.id.as_str())?;
        download::check(download)?;
    }
    Ok(())
}

/// Things lie under their own ids.
pub(super) fn check_place(place: &str, id: &str) -> Result<(), Rejection> {
    if place == id {
        return Ok(());
    }
    Err(Rejection::Invalid { what: "show", why: format!("{id} lies in the place of {place}") })
}
