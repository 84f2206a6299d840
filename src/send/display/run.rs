//! The life of a display: open it, show the newest picture, and when it breaks, back off and open it again.

#[cfg(test)]
mod tests;

use std::time::Duration;

use super::damage::Damage;
use super::look::Look;
use super::picture::{Painter, Planes};
use super::{DisplayError, Surface};

/// Longest wait for a picture: so often it is looked whether something else is wanted.
const PATIENCE: Duration = Duration::from_millis(50);
const FIRST_PAUSE: Duration = Duration::from_millis(250);
/// A screen that is plugged in is used within so much time.
const LONGEST_PAUSE: Duration = Duration::from_secs(4);
/// What was refused is not asked for again at once.
const REFUSED_PAUSE: Duration = Duration::from_secs(15);
/// Now and then it is looked whether the display is still there.
const LOOK_AFTER: Duration = Duration::from_secs(1);
/// Everything is sent again now and then, should a spark have changed what a panel shows.
const AGAIN: Duration = Duration::from_secs(30);

/// A frame of the program, as far as displays need to know it.
pub trait Picture {
    /// None if it is not what it says it is.
    fn planes(&self) -> Option<Planes<'_>>;

    /// Whether both surely show the same.
    fn is_same(&self, other: &Self) -> bool;
}

/// What becomes of the display, for whoever wants to tell people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum News {
    /// It is open, and this large.
    Opened {
        size: (u32, u32),
    },
    /// The first picture since then is seen.
    Live,
    /// One more is seen; with how many bytes.
    Shown {
        bytes: usize,
    },
    Away {
        error: DisplayError,
        attempt: u32,
        next_try: Duration,
    },
}

/// Shows the newest of `frames` until `look` is None.
///
/// `frames` waits for one at most as long as it is told, and gives the newest. `clock` may begin anywhere.
pub fn run<P: Picture, S: Surface>(
    mut open: impl FnMut() -> Result<S, DisplayError>,
    mut look: impl FnMut() -> Option<Look>,
    mut frames: impl FnMut(Duration) -> Option<P>,
    mut clock: impl FnMut() -> Duration,
    mut tell: impl FnMut(News),
) {
    let mut life = Life::default();
    while let Some(look) = look() {
        let now = clock();
        if let Some(frame) = frames(life.patience(now, &look)) {
            life.come(frame);
        }
        let now = clock();
        if let Err(error) = life.go_on(now, &look, &mut open, &mut tell) {
            tell(life.back_off(now, error));
        }
    }
    life.end();
}

struct Life<P, S> {
    stage: Option<Stage<S>>,
    newest: Option<P>,
    is_new: bool,
    /// Failures since the last picture that was shown.
    attempt: u32,
    next_try: Duration,
}

impl<P, S> Default for Life<P, S> {
    fn default() -> Self {
        Self { stage: None, newest: None, is_new: false, attempt: 0, next_try: Duration::ZERO }
    }
}

/// An open display.
struct Stage<S> {
    surface: S,
    painter: Painter,
    damage: Damage,
    /// With what the picture was made that is seen.
    look: Option<Look>,
    next_picture: Duration,
    next_look_after: Duration,
    next_again: Duration,
}

impl<P: Picture, S: Surface> Life<P, S> {
    /// Less if there is one already that waits for its time.
    fn patience(&self, now: Duration, look: &Look) -> Duration {
        let due =
            self.stage.as_ref().filter(|_| self.is_new && !look.test_card).map_or(Duration::MAX, |stage| stage.next_picture);
        due.saturating_sub(now).min(PATIENCE)
    }

    fn come(&mut self, frame: P) {
        // What is not shown yet is still new, even if it comes again.
        self.is_new |= self.newest.as_ref().is_none_or(|before| !before.is_same(&frame));
        self.newest = Some(frame);
    }

    fn go_on(
        &mut self,
        now: Duration,
        look: &Look,
        open: &mut impl FnMut() -> Result<S, DisplayError>,
        tell: &mut impl FnMut(News),
    ) -> Result<(), DisplayError> {
        let stage = match &mut self.stage {
            Some(stage) => stage,
            None if now < self.next_try => return Ok(()),
            None => {
                let surface = open()?;
                tell(News::Opened { size: surface.size() });
                self.stage.insert(Stage::new(surface, now))
            }
        };
        stage.look_after(now)?;
        let is_first = stage.look.is_none();
        if let Some(bytes) = stage.show(now, look, self.newest.as_ref(), self.is_new)? {
            (self.is_new, self.attempt) = (false, 0);
            if is_first {
                tell(News::Live);
            }
            tell(News::Shown { bytes });
        }
        Ok(())
    }

    fn back_off(&mut self, now: Duration, error: DisplayError) -> News {
        self.stage = None;
        let doubled = FIRST_PAUSE.saturating_mul(2_u32.saturating_pow(self.attempt.min(8)));
        let pause = if error.is_refusal() { REFUSED_PAUSE } else { doubled.min(LONGEST_PAUSE) };
        self.attempt = self.attempt.saturating_add(1);
        self.next_try = now.saturating_add(pause);
        News::Away { error, attempt: self.attempt, next_try: self.next_try }
    }

    /// A display that is no longer wanted is dark.
    fn end(self) {
        let Some(mut stage) = self.stage else { return };
        stage.painter.paint_black();
        stage.damage.forget();
        // It may be gone; then it is dark, too.
        let _ = stage.send();
    }
}

impl<S: Surface> Stage<S> {
    fn new(surface: S, now: Duration) -> Self {
        let (size, format) = (surface.size(), surface.format());
        let painter = Painter::new(size, format);
        let damage = Damage::new(size, format.bytes());
        let next_again = now.saturating_add(AGAIN);
        Self {
            surface,
            painter,
            damage,
            look: None,
            next_picture: now,
            next_look_after: now.saturating_add(LOOK_AFTER),
            next_again,
        }
    }

    fn look_after(&mut self, now: Duration) -> Result<(), DisplayError> {
        if now < self.next_look_after {
            return Ok(());
        }
        self.next_look_after = now.saturating_add(LOOK_AFTER);
        self.surface.look_after()
    }

    /// How many bytes it took, if there was something to show, and it was time.
    fn show<P: Picture>(
        &mut self,
        now: Duration,
        look: &Look,
        newest: Option<&P>,
        is_new: bool,
    ) -> Result<Option<usize>, DisplayError> {
        let is_again = now >= self.next_again;
        let is_changed = self.look != Some(*look) || is_again || (is_new && !look.test_card);
        if !is_changed || now < self.next_picture {
            return Ok(None);
        }
        match newest.and_then(P::planes) {
            _ if look.test_card => self.painter.paint_test_card(look),
            Some(planes) => self.painter.paint(&planes, look),
            None => self.painter.paint_black(),
        }
        if is_again {
            self.damage.forget();
            self.next_again = now.saturating_add(AGAIN);
        }
        self.look = Some(*look);
        self.next_picture = next(self.next_picture, now, look.fps);
        self.send().map(Some)
    }

    fn send(&mut self) -> Result<usize, DisplayError> {
        let damage = self.damage.find(self.painter.pixels());
        let pixels: i64 = damage.iter().map(|rect| i64::from(rect.width) * i64::from(rect.height)).sum();
        if !damage.is_empty() {
            self.surface.show(self.painter.pixels(), self.painter.stride(), damage)?;
        }
        Ok(usize::try_from(pixels).unwrap_or(0) * self.surface.format().bytes())
    }
}

/// When the next picture may be shown: on a grid, so that what came late does not make the next one late; never in the past.
fn next(due: Duration, now: Duration, fps: Option<u16>) -> Duration {
    let Some(fps) = fps.filter(|fps| *fps > 0) else { return now };
    let step = Duration::from_secs(1) / u32::from(fps);
    let on_grid = due.saturating_add(step);
    if on_grid > now { on_grid } else { now.saturating_add(step) }
}
