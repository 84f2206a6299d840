//! For who paints without haste and waits instead of leaving out: until when it is decided what a file shows and sounds like.

use std::time::Duration;

use super::super::queue::FOREVER;
use super::{DRAINED_AFTER, Left, Player};
use crate::base::clock::Stopwatch;
use crate::show::time::ShowTime;

/// One of two tracks may be shorter than the other: where nothing comes of it for so long, it is taken to be over.
const OVER_AFTER: Duration = Duration::from_secs(1);

/// How long a track has waited for its decoder.
#[derive(Default)]
pub(super) struct Hunger(Option<Stopwatch>);

impl Hunger {
    pub fn is_fed(&mut self) {
        self.0 = None;
    }

    pub fn waits(&mut self) {
        self.0.get_or_insert_with(Stopwatch::start);
    }

    fn lasts(&self, patience: Duration) -> bool {
        self.0.as_ref().is_some_and(|since| since.elapsed() > patience)
    }
}

impl Player<'_> {
    pub(super) fn settled_until(&self, now: ShowTime) -> ShowTime {
        let is_moving = self.session.queue.course().speed > 0.0;
        let pictures = match self.decoder.has_video() && !self.is_over(&self.video_hungry) {
            true => self.session.queue.decided_until(now),
            false => FOREVER,
        };
        let sound = match is_moving && self.decoder.has_sound() && !self.is_over(&self.sound_hungry) {
            true => self.session.sound.decided_until(&self.session.queue.course()),
            false => FOREVER,
        };
        pictures.min(sound)
    }

    /// Nothing comes any more, though there would be room. What was only just asked for may take as long as it does.
    fn is_over(&self, hunger: &Hunger) -> bool {
        let patience = if self.left == Left::Nothing { DRAINED_AFTER } else { OVER_AFTER };
        let has_begun = !self.jump_took.is_zero() || self.left == Left::Nothing;
        has_begun && hunger.lasts(patience)
    }
}
