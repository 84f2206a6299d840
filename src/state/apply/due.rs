//! What the show does by itself once a time has come. Pure, as all deciding: the writer asks it with the time, and so does
//! whoever looks ahead.

use std::sync::Arc;

use super::{batch, macros, player, tag, timetable};
use crate::show::Show;
use crate::show::macros::Run;
use crate::show::playlist::Playlist;
use crate::show::schedule::Scheduled;
use crate::show::time::ShowTime;
use crate::state::event::Event;

/// When the show does something by itself next. `since` is when it last changed: what was wished then may want something to be that
/// should have happened before, and nobody can change what was seen and heard meanwhile.
pub fn next(show: &Show, since: ShowTime) -> Option<ShowTime> {
    earliest(show).map(|due| due.at().max(since))
}

/// What happens then, as of that time, and for whom. Something always does, so that the same is not due again.
pub struct Happening {
    pub events: Vec<Event>,
    pub by: Option<String>,
}

/// None if nothing waits.
pub fn happen(show: &Show, since: ShowTime) -> Option<Happening> {
    let due = earliest(show)?;
    Some(happens(show, &due, due.at().max(since)))
}

/// What was missed until `now` while nobody was there, and as of when it happens. Batches and macros do as of their time, and in its
/// order; after them each playlist is brought to where it is to be now: nobody has heard what would have been played.
pub fn missed(show: &Show, now: ShowTime) -> Option<(ShowTime, Happening)> {
    let is_missed = |due: &Due<'_>| due.at() <= now;
    if let Some(due) = told(show).filter(is_missed).min_by_key(Due::at) {
        return Some((due.at(), happens(show, &due, due.at())));
    }
    let due = by_itself(show).filter(is_missed).min_by_key(Due::at)?;
    Some((now, happens(show, &due, now)))
}

fn happens(show: &Show, due: &Due<'_>, at: ShowTime) -> Happening {
    match *due {
        Due::Batch(batch) => Happening { events: batch::come_due(show, batch), by: batch.by.clone() },
        Due::Item(run, at) => Happening { events: macros::come_due(show, run, at), by: run.by.clone() },
        Due::Timetable(playlist, _) => Happening { events: timetable::come_due(show, playlist, at), by: None },
        Due::Player(due, _) => Happening { events: player::come_due(show, at, due), by: None },
        Due::Association(_) => Happening { events: tag::come_due(show), by: None },
    }
}

enum Due<'a> {
    Batch(&'a Scheduled),
    Item(&'a Run, ShowTime),
    Timetable(&'a Arc<Playlist>, ShowTime),
    Player(player::Due, ShowTime),
    Association(ShowTime),
}

impl Due<'_> {
    fn at(&self) -> ShowTime {
        match self {
            Due::Batch(batch) => batch.at,
            Due::Item(_, at) | Due::Timetable(_, at) | Due::Player(_, at) | Due::Association(at) => *at,
        }
    }
}

/// Of what is due at the same time, batches are first, and then what has the first name; the player comes last.
fn earliest(show: &Show) -> Option<Due<'_>> {
    told(show).chain(by_itself(show)).min_by_key(Due::at)
}

/// What somebody has asked for, at its time.
fn told(show: &Show) -> impl Iterator<Item = Due<'_>> {
    let waiting = show.scheduled.values().filter(|batch| batch.refused.is_none()).map(|batch| Due::Batch(batch));
    let running = show.runs.values().filter_map(|run| Some(Due::Item(run, run.next_at()?)));
    waiting.chain(running)
}

fn by_itself(show: &Show) -> impl Iterator<Item = Due<'_>> {
    let timed = timetable::next_due(show).map(|(at, playlist)| Due::Timetable(playlist, at));
    let player = player::next_due(show).map(|(at, due)| Due::Player(due, at));
    let association = tag::next_due(show).map(Due::Association);
    timed.into_iter().chain(player).chain(association)
}
