//! Macros: defined, started, stopped, and what a run does when the time of its next items has come.

use std::sync::Arc;

use super::{Given, batch, check_name, check_new, decide_given, stored};
use crate::show::Show;
use crate::show::ids::MacroId;
use crate::show::macros::{
    Course, Item, MAX_AFTER_MS, MAX_DEPTH, MAX_MACROS, MAX_REFUSALS, MAX_RUNNING, Macro, OnRefusal, Run,
};
use crate::show::schedule::{MAX_COMMANDS, Refusal};
use crate::show::time::ShowTime;
use crate::state::command::NewMacro;
use crate::state::event::{Event, evolve};
use crate::state::rejection::Rejection;

pub(super) fn put(show: &Show, new: NewMacro, only_new: bool) -> Result<Event, Rejection> {
    let exists = show.macros.contains_key(&new.id);
    check_new(only_new, exists, "macro", new.id.as_str())?;
    check_count(show.macros.len() + usize::from(!exists))?;
    for (index, item) in new.items.iter().enumerate() {
        stored::check_in_macro(&item.command).map_err(|why| batch::in_batch(index, item.command.name(), why))?;
    }
    let written = |item: &crate::state::command::NewItem| {
        let command = stored::written(&item.command);
        Item { after_ms: item.after_ms, command }
    };
    let mut items: Vec<Item> = new.items.iter().map(written).collect();
    items.sort_by_key(|item| item.after_ms);
    let definition = Macro { id: new.id, name: new.name, items: items.into(), on_refusal: new.on_refusal };
    check(&definition)?;
    Ok(Event::MacroSaved { definition: Arc::new(definition) })
}

pub(super) fn check(definition: &Macro) -> Result<(), Rejection> {
    let Macro { id: _, name, items, on_refusal: _ } = definition;
    check_name(name)?;
    if !(1..=MAX_COMMANDS).contains(&items.len()) {
        let (value, allowed) = (format!("{} items", items.len()), "1 to 256 items");
        return Err(Rejection::OutOfRange { field: "items", value, allowed });
    }
    if let Some(item) = items.iter().find(|item| item.after_ms > MAX_AFTER_MS) {
        let allowed = "0 to 86400000 (a day)";
        return Err(Rejection::OutOfRange { field: "after_ms", value: item.after_ms.to_string(), allowed });
    }
    stored::check_bytes(items.iter().map(|item| &item.command))
}

/// Of a macro that was made elsewhere: what it does is what `put` would have let in.
pub(super) fn check_items(definition: &Macro) -> Result<(), Rejection> {
    check(definition)?;
    if !definition.items.is_sorted_by_key(|item| item.after_ms) {
        return Err(Rejection::Invalid { what: "macro", why: "its items are not in the order of time".to_owned() });
    }
    for (index, item) in definition.items.iter().enumerate() {
        let command = stored::read(&item.command)?;
        stored::check_in_macro(&command).map_err(|why| batch::in_batch(index, command.name(), why))?;
    }
    Ok(())
}

pub(super) fn check_count(macros: usize) -> Result<(), Rejection> {
    if macros > MAX_MACROS { Err(Rejection::TooMany { what: "macros", limit: MAX_MACROS }) } else { Ok(()) }
}

fn find<'a>(show: &'a Show, id: &MacroId) -> Result<&'a Arc<Macro>, Rejection> {
    show.macros.get(id).ok_or_else(|| Rejection::NoMacro(id.clone()))
}

fn running<'a>(show: &'a Show, id: &MacroId) -> Option<&'a Arc<Run>> {
    show.runs.get(id).filter(|run| run.is_running())
}

pub(super) fn remove(show: &Show, id: MacroId) -> Result<Event, Rejection> {
    find(show, &id)?;
    match running(show, &id) {
        Some(_) => Err(Rejection::MacroRunning(id)),
        None => Ok(Event::MacroRemoved { id }),
    }
}

/// Items whose time is the start are due at once: whoever carries the command out carries them out too.
pub(super) fn run(show: &Show, id: MacroId, restart: bool, given: Given<'_>) -> Result<Event, Rejection> {
    let of = find(show, &id)?.clone();
    if given.depth > MAX_DEPTH {
        return Err(Rejection::MacrosTooDeep { limit: MAX_DEPTH });
    }
    let is_running = running(show, &id).is_some();
    if is_running && !restart {
        return Err(Rejection::MacroRunning(id));
    }
    let others = show.runs.values().filter(|run| run.is_running()).count() - usize::from(is_running);
    if others >= MAX_RUNNING {
        return Err(Rejection::TooMany { what: "running macros", limit: MAX_RUNNING });
    }
    let (by, depth, course) = (given.by.map(str::to_owned), given.depth, Course::Running { next: 0 });
    let run = Run { of, started: given.now, by, depth, course, refused: Vec::new() };
    Ok(Event::MacroStarted { run: Arc::new(run) })
}

pub(super) fn stop(show: &Show, id: MacroId, now: ShowTime) -> Result<Event, Rejection> {
    find(show, &id)?;
    match running(show, &id) {
        Some(_) => Ok(Event::MacroAdvanced { id, course: Course::Stopped { at: now }, refused: Vec::new() }),
        None => Err(Rejection::MacroNotRunning(id)),
    }
}

/// The time of its next item has come: that one and all of the same time are carried out, each by itself.
pub(super) fn come_due(show: &Show, run: &Run, at: ShowTime) -> Vec<Event> {
    let Course::Running { next } = run.course else { return Vec::new() };
    let given = Given { now: at, by: run.by.as_deref(), depth: run.depth.saturating_add(1) };
    let (mut after, mut events, mut refused) = (show.clone(), Vec::new(), Vec::new());
    let mut course = None;
    let mut index = next;
    for item in run.of.items.get(next..).unwrap_or_default().iter().take_while(|item| is_at(run, item, at)) {
        match stored::read(&item.command).and_then(|command| decide_given(&after, command, given)) {
            Ok(happened) => {
                happened.iter().for_each(|event| evolve(&mut after, event));
                events.extend(happened);
            }
            Err(rejection) => {
                refused.push(refusal(item, index, &rejection));
                if run.of.on_refusal == OnRefusal::Stop {
                    course = Some(Course::Failed { at });
                    break;
                }
            }
        }
        index += 1;
        // It may have stopped itself, or begun anew: then this is not its course any more.
        if after.runs.get(&run.of.id).is_none_or(|now| **now != *run) {
            return events;
        }
    }
    let is_over = index >= run.of.items.len();
    let course = course.unwrap_or(if is_over { Course::Done { at } } else { Course::Running { next: index } });
    refused.truncate(MAX_REFUSALS.saturating_sub(run.refused.len()));
    events.push(Event::MacroAdvanced { id: run.of.id.clone(), course, refused });
    events
}

fn is_at(run: &Run, item: &Item, at: ShowTime) -> bool {
    run.started.plus(std::time::Duration::from_millis(item.after_ms)) <= at
}

fn refusal(item: &Item, index: usize, rejection: &Rejection) -> Refusal {
    let command = item.command["command"].as_str().unwrap_or_default().to_owned();
    Refusal { index, command, code: rejection.code().to_owned(), message: rejection.to_string() }
}

pub(super) fn check_run(place: &MacroId, run: &Run) -> Result<(), Rejection> {
    check(&run.of)?;
    let is_kept = run.of.id == *place && run.depth <= MAX_DEPTH && run.refused.len() <= MAX_REFUSALS;
    if is_kept { Ok(()) } else { Err(Rejection::Invalid { what: "show", why: format!("the run of {place} is none") }) }
}
