//! Looks ahead: what the show will be in the next seconds, as far as that is scheduled. The engine has it before its time,
//! so a scheduled change is seen in its very frame, whatever the disk does at that moment.
//!
//! The journal says the same a little later, when the writer commits what came due: both ask `apply::due`, with the same
//! show and the same time.

use std::sync::Arc;
use std::time::Duration;

use super::apply::due::{self, Happening};
use super::event::evolve;
use crate::show::Show;
use crate::show::player::staged::{begins, staged};
use crate::show::time::{PICTURE_EARLY_US, ShowTime};
use crate::show::timeline::Timeline;

/// Pictures are prepared so long before they are seen.
const LEAD: Duration = Duration::from_secs(2);
/// Steps that are decided ahead of their time; the rest are once these have come.
const MOST: usize = 32;
/// Of what is behind: an hour of pictures that are seen for four seconds each.
const MOST_DUE: usize = 2_048;

pub struct Ahead {
    pub timeline: Timeline,
    /// When there is something to do: to commit, or to look further.
    pub wake_at: Option<ShowTime>,
}

pub fn look(show: &Arc<Show>, changed_at: ShowTime, now: ShowTime) -> Ahead {
    let (mut show, mut from, mut since) = (show.clone(), now, changed_at.min(now));
    let mut wake_at = due::next(&show, since);
    // What has come already and could not be written down yet has come all the same, for as long as that may last.
    for _ in 0..MOST_DUE {
        let Some(at) = due::next(&show, since).filter(|at| *at <= now) else { break };
        let Some(happening) = due::happen(&show, since) else { break };
        (show, since) = (after(&show, &happening), at);
    }
    let mut timeline = Timeline::new(staged(&show, now));
    for _ in 0..MOST {
        let next = due::next(&show, since);
        if let Some(begins) = begins(&show, from).filter(|begins| next.is_none_or(|at| *begins < at)) {
            timeline.push(early(begins), staged(&show, begins));
        }
        let Some(at) = next else { break };
        if at > now.plus(LEAD) {
            let look_at = ShowTime(at.0.saturating_sub(LEAD.as_micros() as i64));
            wake_at = wake_at.map(|wake_at| wake_at.min(look_at));
            break;
        }
        let Some(happening) = due::happen(&show, since) else { break };
        let plays = show.player.plays;
        show = after(&show, &happening);
        timeline.push(if show.player.plays == plays { at } else { early(at) }, staged(&show, at));
        (from, since) = (at, at);
    }
    Ahead { timeline, wake_at }
}

fn after(show: &Show, happening: &Happening) -> Arc<Show> {
    let mut after = show.clone();
    happening.events.iter().for_each(|event| evolve(&mut after, event));
    Arc::new(after)
}

/// What is played next is seen as soon as its first picture may be; otherwise the last one before it would be seen twice, and that
/// one never. It is heard on its sample all the same.
fn early(at: ShowTime) -> ShowTime {
    ShowTime(at.0.saturating_sub(PICTURE_EARLY_US))
}
