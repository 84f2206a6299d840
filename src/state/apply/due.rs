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

/// When the show does something by itself next.
pub fn next(show: &Show) -> Option<ShowTime> {
    earliest(show).map(|due| due.at())
}

/// What happens then, as of that time, and for whom. Something always does, so that the same is not due again.
pub struct Happening {
    pub events: Vec<Event>,
    pub by: Option<String>,
}

/// None if nothing waits.
pub fn happen(show: &Show) -> Option<Happening> {
    Some(match earliest(show)? {
        Due::Batch(batch) => Happening { events: batch::come_due(show, batch), by: batch.by.clone() },
        Due::Item(run, at) => Happening { events: macros::come_due(show, run, at), by: run.by.clone() },
        Due::Timetable(playlist, at) => Happening { events: timetable::come_due(show, playlist, at), by: None },
        Due::Player(due, at) => Happening { events: player::come_due(show, at, due), by: None },
        Due::Association(_) => Happening { events: tag::come_due(show), by: None },
    })
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
    let waiting = show.scheduled.values().filter(|batch| batch.refused.is_none()).map(|batch| Due::Batch(batch));
    let running = show.runs.values().filter_map(|run| Some(Due::Item(run, run.next_at()?)));
    let timed = timetable::next_due(show).map(|(at, playlist)| Due::Timetable(playlist, at));
    let player = player::next_due(show).map(|(at, due)| Due::Player(due, at));
    let association = tag::next_due(show).map(Due::Association);
    waiting.chain(running).chain(timed).chain(player).chain(association).min_by_key(Due::at)
}
