//! The preview's thread: which frames are due, and what becomes of them.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::broadcast;

use super::jpeg::{PictureError, Press, Size};
use super::{Env, PreviewPicture, Shared};
use crate::base::clock::Stopwatch;
use crate::base::vitals::Vitals;
use crate::frame::mailbox::Mailbox;
use crate::frame::picture::Frame;
use crate::show::stream::PreviewConfig;
use crate::show::time::{Fps, FrameNumber};

/// Longest sleep before the thread looks whether it shall stop. Frames and watchers wake it at once.
const LOOK_UP: Duration = Duration::from_millis(100);

pub(super) fn run(env: &Env, shared: &Shared, pictures: &broadcast::Sender<Arc<PreviewPicture>>) {
    let mut darkroom = Darkroom::default();
    // The place on the grid that is kept, and on the one that is asked for.
    let (mut is_shown, mut last_due) = (None, None);
    while !env.stop.is_set() {
        let wanted = shared.is_watched() || shared.awaits_still();
        if env.frames.is_wanted() != wanted {
            env.frames.set_wanted(wanted);
        }
        if !shared.is_watched() {
            last_due = None;
            // The buffer of a frame that nobody watches belongs to the engine.
            darkroom.last = None;
        }
        let Some(frame) = newest(&env.frames) else { continue };
        shared.give_still(&frame);
        if !shared.is_watched() {
            continue;
        }
        let config = env.show.load().config.clone();
        let preview = within_means(config.preview, env.vitals.engine_rung.get());
        let place = place_of(frame.number, config.fps, preview.fps);
        if is_shown == Some((place, preview.fps)) {
            continue;
        }
        is_shown = Some((place, preview.fps));
        let due = place_of(frame.number, config.fps, config.preview.fps);
        if let Some(last) = last_due.filter(|last| *last < due) {
            env.vitals.preview_left_out.inc_by(due - last - 1);
        }
        last_due = Some(due);
        match darkroom.picture(&frame, &preview, &env.vitals) {
            // That the last watcher has just left is no error.
            Ok(picture) => drop(pictures.send(Arc::new(picture))),
            Err(error) => tracing::warn!(%error, "a preview picture is left out"),
        }
    }
    env.frames.set_wanted(false);
}

/// When the engine has too much to do, the preview is the first to give way: see `marquee_engine_rung`.
fn within_means(preview: PreviewConfig, rung: i64) -> PreviewConfig {
    let fps = if rung >= 1 { (preview.fps / 2).max(1) } else { preview.fps };
    let width = if rung >= 2 { (preview.width / 2).max(16) & !1 } else { preview.width };
    PreviewConfig { fps, width, ..preview }
}

/// Waits for a frame; when there are several, only the newest counts.
fn newest(frames: &Mailbox<Frame>) -> Option<Frame> {
    let mut frame = frames.take(LOOK_UP)?;
    while let Some(newer) = frames.try_take() {
        frame = newer;
    }
    Some(frame)
}

/// The place of a frame on the preview's own, coarser grid: the first frame of each place is due. So pictures are spread evenly,
/// and how many are due is known from frame numbers alone.
fn place_of(number: FrameNumber, fps: Fps, preview_fps: u32) -> u64 {
    let preview_fps = u128::from(preview_fps.max(1));
    let (numerator, denominator) = (u128::from(fps.numerator()), u128::from(fps.denominator()));
    let scaled = (u128::from(number.0) * preview_fps * denominator / numerator).min(u128::from(u64::MAX));
    u64::try_from(scaled).unwrap_or(u64::MAX)
}

/// Where frames become pictures. An unchanged frame is not encoded again.
#[derive(Default)]
struct Darkroom {
    press: Option<Press>,
    last: Option<Print>,
}

struct Print {
    /// Kept, so that the same buffer is known to be the same picture.
    frame: Frame,
    config: PreviewConfig,
    jpeg: Bytes,
}

impl Darkroom {
    fn picture(&mut self, frame: &Frame, config: &PreviewConfig, vitals: &Vitals) -> Result<PreviewPicture, PictureError> {
        let size = Size::of_preview(frame.layout().canvas, config.width);
        let unchanged = self.last.as_ref().filter(|last| last.frame.same_picture(frame) && last.config == *config);
        let jpeg = match unchanged {
            Some(last) => last.jpeg.clone(),
            None => {
                let watch = Stopwatch::start();
                let jpeg = self.press_of(size).jpeg_from_frame(frame, config.quality)?;
                vitals.preview_time.observe(watch.elapsed().as_secs_f64());
                vitals.preview_encoded.inc();
                self.last = Some(Print { frame: frame.clone(), config: *config, jpeg: jpeg.clone() });
                jpeg
            }
        };
        Ok(PreviewPicture::new(frame.number, frame.at, size.width, size.height, jpeg))
    }

    fn press_of(&mut self, size: Size) -> &mut Press {
        let press = self.press.take().filter(|press| press.size() == size);
        self.press.insert(press.unwrap_or_else(|| Press::new(size)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(fps: (u32, u32), preview_fps: u32, frames: u64, due: usize) {
        let fps = Fps::new(fps.0, fps.1).expect("a rate");
        let places: Vec<_> = (0..frames).map(|number| place_of(FrameNumber(number), fps, preview_fps)).collect();
        let starts: Vec<_> = (1..places.len()).filter(|index| places[*index] != places[index - 1]).collect();
        assert_eq!(starts.len() + 1, due);
        let gaps: Vec<_> = starts.windows(2).map(|pair| pair[1] - pair[0]).collect();
        let even = gaps.iter().max().zip(gaps.iter().min()).is_none_or(|(most, least)| most - least <= 1);
        assert!(even, "{gaps:?}");
    }

    #[test]
    fn the_preview_gives_way_first() {
        let preview = PreviewConfig { fps: 10, width: 640, quality: 60 };
        let given = |rung| {
            let PreviewConfig { fps, width, .. } = within_means(preview, rung);
            (fps, width)
        };
        assert_eq!([0, 1, 2, 4].map(given), [(10, 640), (5, 640), (5, 320), (5, 320)]);
    }

    #[test]
    fn pictures_are_spread_evenly() {
        check((30, 1), 10, 300, 100);
        check((30, 1), 30, 300, 300);
        check((25, 1), 10, 250, 100);
        check((60, 1), 7, 600, 70);
        check((30_000, 1001), 10, 2_997, 1_000);
        // No more than there are frames.
        check((24, 1), 60, 240, 240);
    }
}
