//! Several commands as one: all of them, or nothing. Now, or at a time.

use std::sync::Arc;

use serde_json::Value;

use super::{Given, decide_given, stored};
use crate::show::Show;
use crate::show::ids::BatchId;
use crate::show::schedule::{MAX_COMMANDS, MAX_REFUSED, MAX_SCHEDULED, Refusal, Scheduled};
use crate::show::time::ShowTime;
use crate::state::command::Command;
use crate::state::event::{Event, evolve};
use crate::state::rejection::Rejection;

/// A request that was on its way for so long is still meant; an older time is a mistake, such as seconds for milliseconds.
const LATE_MICROS: i64 = 60_000_000;
const FAR_MICROS: i64 = 366 * 86_400 * 1_000_000;

pub(super) fn put(
    show: &Show,
    commands: Vec<Command>,
    at: Option<i64>,
    id: Option<BatchId>,
    given: Given<'_>,
) -> Result<Vec<Event>, Rejection> {
    check_length(commands.len())?;
    for (index, command) in commands.iter().enumerate() {
        stored::check_in_batch(command).map_err(|why| in_batch(index, command.name(), why))?;
    }
    match at.map(|at| time(at, given.now)).transpose()? {
        Some(at) if at > given.now => Ok(vec![schedule(show, &commands, at, id, given)?]),
        _ => carry_out(show, commands, given),
    }
}

fn check_length(commands: usize) -> Result<(), Rejection> {
    if (1..=MAX_COMMANDS).contains(&commands) {
        return Ok(());
    }
    let allowed = "1 to 256 commands";
    Err(Rejection::OutOfRange { field: "commands", value: format!("{commands} commands"), allowed })
}

fn time(millis: i64, now: ShowTime) -> Result<ShowTime, Rejection> {
    let at = ShowTime(millis.saturating_mul(1_000));
    if (now.0.saturating_sub(LATE_MICROS)..=now.0.saturating_add(FAR_MICROS)).contains(&at.0) {
        return Ok(at);
    }
    let allowed = "a time (milliseconds of Unix time) from now on, within a year";
    Err(Rejection::OutOfRange { field: "at", value: millis.to_string(), allowed })
}

/// Each command finds the show as those before it have left it.
pub(super) fn carry_out(show: &Show, commands: Vec<Command>, given: Given<'_>) -> Result<Vec<Event>, Rejection> {
    let (mut after, mut events) = (show.clone(), Vec::new());
    for (index, command) in commands.into_iter().enumerate() {
        let name = command.name();
        let happened = decide_given(&after, command, given).map_err(|why| in_batch(index, name, why))?;
        happened.iter().for_each(|event| evolve(&mut after, event));
        events.extend(happened);
    }
    Ok(events)
}

pub(super) fn in_batch(index: usize, command: &'static str, why: Rejection) -> Rejection {
    Rejection::InBatch { index, command, why: Box::new(why) }
}

fn schedule(
    show: &Show,
    commands: &[Command],
    at: ShowTime,
    id: Option<BatchId>,
    given: Given<'_>,
) -> Result<Event, Rejection> {
    for (index, command) in commands.iter().enumerate() {
        stored::check_for_later(command).map_err(|why| in_batch(index, command.name(), why))?;
    }
    let commands: Arc<[Value]> = commands.iter().map(stored::written).collect();
    let id = match id {
        Some(id) if show.scheduled.contains_key(&id) => return Err(Rejection::BatchExists(id)),
        Some(id) => id,
        None => free_id(show, at),
    };
    let batch = Scheduled { id, at, by: given.by.map(str::to_owned), commands, refused: None };
    check(&batch)?;
    check_count(show.scheduled.values().filter(|batch| batch.refused.is_none()).count() + 1)?;
    Ok(Event::BatchScheduled { batch: Arc::new(batch) })
}

fn free_id(show: &Show, at: ShowTime) -> BatchId {
    let names = (1..).map(|number| format!("at-{}-{number}", at.millis()));
    let mut free = names.filter_map(|name| BatchId::new(&name).ok()).filter(|id| !show.scheduled.contains_key(id));
    free.next().unwrap_or_else(|| unreachable!("there are more numbers than batches"))
}

pub(super) fn check(batch: &Scheduled) -> Result<(), Rejection> {
    check_length(batch.commands.len())?;
    stored::check_bytes(batch.commands.iter())
}

pub(super) fn check_count(scheduled: usize) -> Result<(), Rejection> {
    if scheduled > MAX_SCHEDULED {
        return Err(Rejection::TooMany { what: "scheduled batches", limit: MAX_SCHEDULED });
    }
    Ok(())
}

pub(super) fn cancel(show: &Show, id: BatchId) -> Result<Event, Rejection> {
    if show.scheduled.contains_key(&id) { Ok(Event::BatchCanceled { id }) } else { Err(Rejection::NoBatch(id)) }
}

/// Its time has come. That it can not be carried out is something that happens too.
pub(super) fn come_due(show: &Show, batch: &Scheduled) -> Vec<Event> {
    let given = Given { now: batch.at, by: batch.by.as_deref(), depth: 0 };
    let id = batch.id.clone();
    match stored::read_all(&batch.commands).and_then(|commands| carry_out(show, commands, given)) {
        Ok(mut events) => {
            events.push(Event::BatchDone { id });
            events
        }
        Err(rejection) => {
            let mut events: Vec<Event> = forgotten(show).map(|id| Event::BatchCanceled { id }).into_iter().collect();
            events.push(Event::BatchRefused { id, refusal: refusal(&rejection) });
            events
        }
    }
}

/// The oldest that was refused, if there are as many as are kept.
fn forgotten(show: &Show) -> Option<BatchId> {
    let refused = show.scheduled.values().filter(|batch| batch.refused.is_some());
    let is_full = refused.clone().count() >= MAX_REFUSED;
    refused.min_by_key(|batch| batch.at).filter(|_| is_full).map(|batch| batch.id.clone())
}

/// As it is kept and told.
pub(super) fn refusal(rejection: &Rejection) -> Refusal {
    let (index, command, why) = match rejection {
        Rejection::InBatch { index, command, why } => (*index, *command, &**why),
        why => (0, "", why),
    };
    Refusal { index, command: command.to_owned(), code: why.code().to_owned(), message: why.to_string() }
}
