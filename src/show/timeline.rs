//! The show now, and as it will be: what is scheduled for the next seconds is decided before its time, so that whoever makes
//! frames finds the right show for each of them, whatever a disk or a queue does at that moment.

use std::sync::Arc;

use super::Show;
use super::time::ShowTime;

/// Says what the show is at a time.
pub trait ShowAt {
    fn show_at(&self, at: ShowTime) -> &Show;
}

/// Whatever the time is.
impl ShowAt for Show {
    fn show_at(&self, _at: ShowTime) -> &Show {
        self
    }
}

#[derive(Clone, Debug, Default)]
pub struct Timeline {
    now: Arc<Show>,
    ahead: Vec<Upcoming>,
}

/// The show from `at` on, unless something else is decided until then.
#[derive(Clone, Debug)]
pub struct Upcoming {
    pub at: ShowTime,
    pub show: Arc<Show>,
}

impl Timeline {
    pub fn new(now: Arc<Show>) -> Self {
        Self { now, ahead: Vec::new() }
    }

    /// To be called in the order of time; what comes at the same time takes the place of the one before.
    pub fn push(&mut self, at: ShowTime, show: Arc<Show>) {
        match self.ahead.last_mut() {
            Some(last) if last.at >= at => last.show = show,
            _ => self.ahead.push(Upcoming { at, show }),
        }
    }

    pub fn for_each_show(&mut self, change: impl Fn(&mut Arc<Show>)) {
        change(&mut self.now);
        self.ahead.iter_mut().for_each(|upcoming| change(&mut upcoming.show));
    }

    pub fn ahead(&self) -> &[Upcoming] {
        &self.ahead
    }

    /// The show that a frame of this time shows.
    pub fn at(&self, at: ShowTime) -> &Arc<Show> {
        self.ahead.iter().rev().find(|upcoming| upcoming.at <= at).map_or(&self.now, |upcoming| &upcoming.show)
    }
}

impl ShowAt for Timeline {
    fn show_at(&self, at: ShowTime) -> &Show {
        self.at(at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::show::stream::Stream;

    fn live_since(since: i64) -> Arc<Show> {
        Arc::new(Show { stream: Stream::Live { since: ShowTime(since) }, ..Show::default() })
    }

    #[test]
    fn each_time_has_its_show() {
        let mut timeline = Timeline::new(live_since(0));
        for (at, since) in [(100, 1), (200, 2), (200, 3), (300, 4)] {
            timeline.push(ShowTime(at), live_since(since));
        }
        for (at, since) in [(99, 0), (100, 1), (199, 1), (200, 3), (299, 3), (300, 4), (900, 4)] {
            assert_eq!(timeline.at(ShowTime(at)).stream, Stream::Live { since: ShowTime(since) }, "{at}");
        }
        assert_eq!(timeline.ahead().len(), 3);
    }
}
