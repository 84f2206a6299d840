//! Screens of this machine.

use std::sync::Arc;

use super::{check_name, check_new, patch};
use crate::show::Show;
use crate::show::display::Display;
use crate::show::ids::DisplayId;
use crate::state::command::Patch;
use crate::state::event::Event;
use crate::state::rejection::Rejection;

/// A slow one holds a frame of the engine's that nobody else has any more, and there must always be one to paint on.
const MAX_DISPLAYS: usize = 4;

pub(super) fn find<'a>(show: &'a Show, id: &DisplayId) -> Result<&'a Arc<Display>, Rejection> {
    show.displays.get(id).ok_or_else(|| Rejection::NoDisplay(id.clone()))
}

pub(super) fn put(show: &Show, display: Display, only_new: bool) -> Result<Event, Rejection> {
    let exists = show.displays.contains_key(&display.id);
    check_new(only_new, exists, "display", display.id.as_str())?;
    check_count(show.displays.len() + usize::from(!exists))?;
    save(show, display)
}

pub(super) fn change(show: &Show, id: &DisplayId, patch: &Patch) -> Result<Event, Rejection> {
    save(show, patch::merged("display", &**find(show, id)?, patch)?)
}

pub(super) fn remove(show: &Show, id: DisplayId) -> Result<Event, Rejection> {
    find(show, &id)?;
    Ok(Event::DisplayRemoved { display: id })
}

fn save(show: &Show, display: Display) -> Result<Event, Rejection> {
    check(&display)?;
    check_alone(show, &display)?;
    Ok(Event::DisplaySaved { display: Arc::new(display) })
}

/// Two would paint over each other. Which connector of a card is free is known only when it is opened.
fn check_alone(show: &Show, display: &Display) -> Result<(), Rejection> {
    let Some(device) = display.screen.device() else { return Ok(()) };
    let mut others = show.displays.values().filter(|other| other.id != display.id);
    match others.find(|other| other.screen.device() == Some(device)) {
        Some(other) => Err(Rejection::Invalid { what: "display", why: format!("{} is on {device} already", other.id) }),
        None => Ok(()),
    }
}

pub(super) fn check_count(displays: usize) -> Result<(), Rejection> {
    if displays > MAX_DISPLAYS { Err(Rejection::TooMany { what: "displays", limit: MAX_DISPLAYS }) } else { Ok(()) }
}

pub(super) fn check(display: &Display) -> Result<(), Rejection> {
    check_name(&display.name)?;
    display.check().map_err(Rejection::BadDisplay)
}
