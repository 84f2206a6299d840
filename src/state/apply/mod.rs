//! Decides: pure, total, no I/O. A command either yields events, which have then happened to the show, or a rejection,
//! and then nothing has changed.

mod animation;
mod asset;
mod batch;
mod destination;
mod display;
mod download;
pub mod due;
mod feed;
mod fixture;
mod house;
mod import;
mod input;
mod jam;
mod layer;
mod light;
mod look;
mod looped;
mod macros;
mod palette;
mod patch;
mod player;
mod playlist;
mod preset;
mod scene;
mod stored;
mod stream;
mod studio;
mod tag;
mod timetable;
mod value;
mod version;
mod whole;
mod zone;

use crate::show::Show;
use crate::show::ids::SceneId;
use crate::show::scene::Scene;
use crate::show::time::ShowTime;

use super::asked::Passage;
use super::command::Command;
use super::event::{Event, evolve};
use super::rejection::Rejection;

pub use player::left_alone;
pub use whole::check_whole;

pub fn apply(show: &mut Show, command: Command, now: ShowTime) -> Result<Vec<Event>, Rejection> {
    let events = decide(show, command, now)?;
    for event in &events {
        evolve(show, event);
    }
    Ok(events)
}

/// What a command is decided by, beside the show.
#[derive(Clone, Copy, Debug)]
pub struct Given<'a> {
    pub now: ShowTime,
    /// Who asks.
    pub by: Option<&'a str>,
    /// How many macros have started each other to get here.
    pub depth: u8,
}

/// What would happen if nobody in particular asked; the show stays as it is.
pub fn decide(show: &Show, command: Command, now: ShowTime) -> Result<Vec<Event>, Rejection> {
    decide_given(show, command, Given { now, by: None, depth: 0 })
}

/// What would happen; the show stays as it is.
pub fn decide_given(show: &Show, command: Command, given: Given<'_>) -> Result<Vec<Event>, Rejection> {
    let now = given.now;
    let one = |event| Ok(vec![event]);
    match command {
        Command::StartStream => one(stream::start(show, now)?),
        Command::StopStream => one(stream::stop(show)?),
        Command::PauseStream => one(stream::pause(show, now)?),
        Command::ResumeStream => one(stream::resume(show)?),
        Command::ChangeStreamConfig { patch, restart } => one(stream::configure(show, &patch, restart)?),
        Command::PutScene { scene, only_new } => scene::put(show, scene, only_new, now),
        Command::ChangeScene { scene, patch } => scene::change(show, &scene, &patch, now),
        Command::RemoveScene { scene } => one(scene::remove(show, scene)?),
        Command::TakeScene { scene, transition } => studio::take(show, scene, transition, now),
        Command::TakePreview { transition } => studio::take_preview(show, transition, now),
        Command::MoveBar { position, transition } => studio::move_bar(show, position, transition, now),
        Command::ReleaseBar => studio::release_bar(show, now),
        Command::ChangeStudio { patch } => one(studio::change(show, &patch)?),
        Command::PutTransition { id, transition, only_new } => one(studio::put(show, id, transition, only_new)?),
        Command::RemoveTransition { id } => one(studio::remove(show, id)?),
        Command::PutLayer { scene, layer, parent, index, only_new } => {
            layer::put(show, scene, layer, layer::Wanted { parent, index }, only_new, now)
        }
        Command::ChangeLayer { scene, layer, patch, index } => layer::change(show, scene, &layer, &patch, index, now),
        Command::RemoveLayer { scene, layer } => layer::remove(show, scene, layer, now),
        Command::OrderLayers { scene, parent, order } => layer::order(show, scene, parent, order, now),
        Command::PutInput { input, only_new } => one(input::put(show, input, only_new, now)?),
        Command::ChangeInput { input, patch } => one(input::change(show, &input, &patch, now)?),
        Command::PlayInput { input, playing } => one(input::play(show, &input, playing, now)?),
        Command::RemoveInput { input } => one(input::remove(show, input, now)?),
        Command::ChangeMixer { patch } => one(input::mix(show, &patch)?),
        Command::PutDestination { destination, only_new } => one(destination::put(show, destination, only_new)?),
        Command::ChangeDestination { destination, patch } => one(destination::change(show, &destination, patch)?),
        Command::RemoveDestination { destination } => one(destination::remove(show, destination)?),
        Command::AddAsset { asset } => one(asset::add(show, asset, now)?),
        Command::RemoveAsset { asset, force } => asset::remove(show, asset, force, given),
        Command::DescribeAsset { asset, details } => asset::describe(show, asset, *details, now),
        Command::ReplaceAsset { asset, with } => asset::replace(show, &asset, &with, now),
        Command::Import { collection, mode } => import::import(show, *collection, mode, given),
        Command::JoinJam { url, name, zones } => jam::join(show, &url, name, zones, now),
        Command::LeaveJam { jam } => jam::leave(show, jam, now),
        Command::SetValue { name, value } => one(value::set(show, name, value)?),
        Command::RemoveValue { name } => one(value::remove(show, name)?),
        Command::Batch { commands, at, id } => batch::put(show, commands, at, id, given),
        Command::CancelBatch { id } => one(batch::cancel(show, id)?),
        Command::PutMacro { definition, only_new } => one(macros::put(show, definition, only_new)?),
        Command::RemoveMacro { id } => one(macros::remove(show, id)?),
        Command::RunMacro { id, restart } => one(macros::run(show, id, restart, given)?),
        // What was before is known to the writer alone, and changes with every change.
        Command::UndoScene { .. } | Command::RedoScene { .. } | Command::Undo { .. } | Command::Redo { .. } => {
            Err(Rejection::NotInBatch { command: command.name(), place: "a batch" })
        }
        Command::SaveVersion { scene, name } => one(version::save(show, scene, name, given)?),
        Command::RestoreVersion { scene, name } => version::restore(show, &scene, &name, given),
        Command::RemoveVersion { scene, name } => one(version::remove(show, scene, name)?),
        Command::StopMacro { id } => one(macros::stop(show, id, now)?),
        Command::PutZone { zone, only_new } => one(zone::put(show, *zone, only_new)?),
        Command::ChangeZone { zone, patch, transition, duration } => {
            one(zone::change(show, &zone, patch, Passage { transition, duration }, now)?)
        }
        Command::ResetZone { zone, transition, duration } => {
            one(zone::reset(show, &zone, Passage { transition, duration }, now)?)
        }
        Command::RemoveZone { zone } => one(zone::remove(show, zone)?),
        Command::PutZoneLayer { zone, layer, transition, duration } => {
            one(zone::put_layer(show, &zone, *layer, Passage { transition, duration }, now)?)
        }
        Command::RemoveZoneLayer { zone, layer, transition, duration } => {
            one(zone::remove_layer(show, &zone, &layer, Passage { transition, duration }, now)?)
        }
        Command::StartAnimation { animation, start } => animation::start(show, &animation, *start, now),
        Command::StopAnimation { animation, zones, transition, duration } => {
            animation::stop(show, &animation, zones, Passage { transition, duration }, now)
        }
        Command::ChangeAnimation { animation, zones, parameters } => {
            animation::change(show, &animation, zones, &parameters, now)
        }
        Command::TestZone { zone, pattern, seconds } => one(zone::test(show, &zone, pattern, seconds, now)?),
        Command::SwitchLights { on, transition, duration } => {
            one(house::switch(show, on, Passage { transition, duration }, now)?)
        }
        Command::SetLightMode { mode, transition, duration } => {
            one(house::mode(show, &mode, Passage { transition, duration }, now)?)
        }
        Command::SetLightBrightness { brightness, transition, duration } => {
            one(house::brightness(show, &brightness, Passage { transition, duration }, now)?)
        }
        Command::ChangeLightSettings { patch } => one(house::change_settings(show, &patch)?),
        Command::PutPalette { palette, only_new } => one(palette::put(show, palette, only_new)?),
        Command::RemovePalette { palette } => one(palette::remove(show, palette, now)?),
        Command::PutFixture { fixture, only_new } => one(fixture::put(show, *fixture, only_new)?),
        Command::ChangeFixture { fixture, patch } => one(fixture::change(show, &fixture, &patch)?),
        Command::RemoveFixture { fixture } => one(fixture::remove(show, fixture)?),
        Command::IdentifyFixture { fixture, seconds } => one(fixture::identify(show, &fixture, seconds, now)?),
        Command::PutLightFeed { feed, only_new } => one(feed::put(show, *feed, only_new)?),
        Command::ChangeLightFeed { feed, patch } => one(feed::change(show, &feed, &patch)?),
        Command::RemoveLightFeed { feed } => one(feed::remove(show, feed, now)?),
        Command::PutDisplay { display, only_new } => one(display::put(show, *display, only_new)?),
        Command::ChangeDisplay { display, patch } => one(display::change(show, &display, &patch)?),
        Command::RemoveDisplay { display } => one(display::remove(show, display)?),
        Command::SaveLightPreset { id, name, zones, house, only_new } => {
            one(preset::save(show, preset::Wanted { id, name, zones, house, only_new }, given)?)
        }
        Command::LoadLightPreset { id, transition, duration } => {
            preset::load(show, &id, Passage { transition, duration }, now)
        }
        Command::RestoreLightPreset { id, revision } => one(preset::restore(show, &id, revision, given)?),
        Command::RenameLightPreset { id, name } => one(preset::rename(show, &id, name)?),
        Command::RemoveLightPreset { id } => one(preset::remove(show, id)?),
        Command::ImportLightPresets { presets, palettes, only_new } => {
            preset::import(show, preset::Brought { presets, palettes, only_new }, given)
        }
        command @ (Command::PutPlaylist { .. }
        | Command::ChangePlaylist { .. }
        | Command::RemovePlaylist { .. }
        | Command::AddTracks { .. }
        | Command::ChangeTrack { .. }
        | Command::RemoveTracks { .. }
        | Command::OrderTracks { .. }
        | Command::MoveTrack { .. }) => playlist::decide(show, command, now),
        command @ (Command::PlayPlaylist { .. }
        | Command::ControlPlayer { .. }
        | Command::ChangePlayer { .. }
        | Command::EndPlay { .. }) => player::decide(show, command, now),
        Command::SteerLoop { wish } => looped::decide(show, wish, given),
        command @ (Command::ReportTag { .. }
        | Command::AssociateTag { .. }
        | Command::ChangeTag { .. }
        | Command::RemoveTag { .. }
        | Command::StartAssociation { .. }
        | Command::CancelAssociation { .. }
        | Command::ChangeNfc { .. }) => tag::decide(show, command, now),
        command @ (Command::BeginDownload { .. } | Command::EndDownload { .. } | Command::RemoveDownload { .. }) => {
            download::decide(show, command, given)
        }
    }
}

/// A scene as it is to be again; None if it is not to be.
pub fn restore(show: &Show, id: &SceneId, scene: Option<Scene>, now: ShowTime) -> Result<Vec<Event>, Rejection> {
    match scene {
        Some(scene) => scene::put(show, scene, false, now),
        None => Ok(vec![scene::remove(show, id.clone())?]),
    }
}

/// For commands that may only make, not replace.
fn check_new(only_new: bool, exists: bool, what: &'static str, id: &str) -> Result<(), Rejection> {
    if only_new && exists { Err(Rejection::AlreadyExists { what, id: id.to_owned() }) } else { Ok(()) }
}

/// Longest name of anything; names are for people and stand in lists.
const MAX_NAME: usize = 128;

fn check_name(name: &str) -> Result<(), Rejection> {
    if name.chars().count() > MAX_NAME {
        return Err(Rejection::OutOfRange {
            field: "name",
            value: format!("{} characters", name.chars().count()),
            allowed: "at most 128 characters",
        });
    }
    Ok(())
}

fn check_range(
    field: &'static str,
    value: f64,
    range: std::ops::RangeInclusive<f64>,
    allowed: &'static str,
) -> Result<(), Rejection> {
    if range.contains(&value) { Ok(()) } else { Err(Rejection::OutOfRange { field, value: value.to_string(), allowed }) }
}
