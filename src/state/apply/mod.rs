//! Decides: pure, total, no I/O. A command either yields events, which have then happened to the show, or a rejection,
//! and then nothing has changed.

mod asset;
mod destination;
mod layer;
mod patch;
mod scene;
mod stream;
mod whole;

use crate::show::Show;
use crate::show::time::ShowTime;

use super::command::Command;
use super::event::{Event, evolve};
use super::rejection::Rejection;

pub use whole::check_whole;

pub fn apply(show: &mut Show, command: Command, now: ShowTime) -> Result<Vec<Event>, Rejection> {
    let events = decide(show, command, now)?;
    for event in &events {
        evolve(show, event);
    }
    Ok(events)
}

/// What would happen; the show stays as it is.
pub fn decide(show: &Show, command: Command, now: ShowTime) -> Result<Vec<Event>, Rejection> {
    let event = match command {
        Command::StartStream => stream::start(show, now)?,
        Command::StopStream => stream::stop(show)?,
        Command::PauseStream => stream::pause(show, now)?,
        Command::ResumeStream => stream::resume(show)?,
        Command::ChangeStreamConfig { patch, restart } => stream::configure(show, &patch, restart)?,
        Command::PutScene { scene, only_new } => scene::put(show, scene, only_new)?,
        Command::ChangeScene { scene, patch } => scene::change(show, &scene, &patch)?,
        Command::RemoveScene { scene } => scene::remove(show, scene)?,
        Command::TakeScene { scene } => scene::take(show, scene, now)?,
        Command::PutLayer { scene, layer, index, only_new } => layer::put(show, scene, layer, index, only_new)?,
        Command::ChangeLayer { scene, layer, patch, index } => layer::change(show, scene, &layer, &patch, index)?,
        Command::RemoveLayer { scene, layer } => layer::remove(show, scene, layer)?,
        Command::OrderLayers { scene, order } => layer::order(show, scene, order)?,
        Command::PutDestination { destination, only_new } => destination::put(show, destination, only_new)?,
        Command::ChangeDestination { destination, patch } => destination::change(show, &destination, patch)?,
        Command::RemoveDestination { destination } => destination::remove(show, destination)?,
        Command::AddAsset { asset } => asset::add(show, asset)?,
        Command::RemoveAsset { asset } => asset::remove(show, asset)?,
    };
    Ok(vec![event])
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
