//! For who paints without haste and waits instead of leaving out: until when it is decided what a file shows and sounds like.

use std::time::Duration;

use super::super::queue::FOREVER;
use super::{Left, Player};
use crate::base::clock::Stopwatch;
use crate::show::time::ShowTime;

/// One of two tracks may be shorter than the other: where nothing comes of it for so long although the other has all that it wants, it is
/// taken to be over. So is what was read to its end.
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

    fn is_there(&self) -> bool {
        self.0.is_some()
    }

    fn is_long(&self) -> bool {
        self.0.as_ref().is_some_and(|since| since.elapsed() > OVER_AFTER)
    }
}

impl Player<'_> {
    pub(super) fn settled_until(&self, now: ShowTime) -> ShowTime {
        let course = self.session.queue.course();
        let (has_video, has_sound) = (self.decoder.has_video(), self.decoder.has_sound());
        let pictures = match has_video && !self.is_over(&self.video_hungry, has_sound.then_some(&self.sound_hungry)) {
            true => self.session.queue.decided_until(now),
            false => FOREVER,
        };
        let is_heard = has_sound && course.speed > 0.0;
        let sound = match is_heard && !self.is_over(&self.sound_hungry, has_video.then_some(&self.video_hungry)) {
            true => self.session.sound.decided_until(&course),
            false => FOREVER,
        };
        pictures.min(sound)
    }

    /// Nothing comes any more, though there would be room. Where the other track waits as well, the decoder is slow, or has not begun.
    fn is_over(&self, own: &Hunger, other: Option<&Hunger>) -> bool {
        let other_is_fed = other.is_some_and(|other| !other.is_there());
        own.is_long() && (other_is_fed || self.left == Left::Nothing)
    }
}
