//! What the show does by itself once a time has come. Pure, as all deciding: the writer asks it with the time, and so does
//! whoever looks ahead.

use super::batch;
use crate::show::Show;
use crate::show::time::ShowTime;
use crate::state::event::Event;

/// When the show does something by itself next.
pub fn next(show: &Show) -> Option<ShowTime> {
    earliest(show).map(Due::at)
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
    })
}

enum Due<'a> {
    Batch(&'a crate::show::schedule::Scheduled),
}

impl Due<'_> {
    fn at(self) -> ShowTime {
        match self {
            Due::Batch(batch) => batch.at,
        }
    }
}

/// Of what is due at the same time, what has the first name.
fn earliest(show: &Show) -> Option<Due<'_>> {
    let waiting = show.scheduled.values().filter(|batch| batch.refused.is_none());
    waiting.min_by_key(|batch| batch.at).map(|batch| Due::Batch(batch))
}
