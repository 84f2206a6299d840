//! The preview's thread: which frames are due, and what becomes of them.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::broadcast;

use super::jpeg::{PictureError, Press, Size};
use super::{Env, PreviewPicture, Shared};
use crate::base::clock::Stopwatch;
use crate::base::vitals::WatchCounts;
use crate::frame::picture::Frame;
use crate::show::stream::PreviewConfig;

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
        let Some(frame) = env.frames.take_newest(LOOK_UP) else { continue };
        shared.give_still(&frame);
        if !shared.is_watched() {
            continue;
        }
        let config = env.show.load().config.clone();
        let wished = env.subject.config(&config);
        // When the engine has too much to do, this is the first to give way.
        let preview = wished.within_means(env.vitals.engine_rung.get());
        let place = config.fps.place_of(frame.number, preview.fps);
        if is_shown == Some((place, preview.fps)) {
            continue;
        }
        is_shown = Some((place, preview.fps));
        let due = config.fps.place_of(frame.number, wished.fps);
        if let Some(last) = last_due.filter(|last| *last < due) {
            shared.counts.left_out.inc_by(due - last - 1);
        }
        last_due = Some(due);
        match darkroom.picture(&frame, &preview, &shared.counts) {
            // That the last watcher has just left is no error.
            Ok(picture) => drop(pictures.send(Arc::new(picture))),
            Err(error) => tracing::warn!(%error, "a preview picture is left out"),
        }
    }
    env.frames.set_wanted(false);
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
    fn picture(
        &mut self,
        frame: &Frame,
        config: &PreviewConfig,
        counts: &WatchCounts,
    ) -> Result<PreviewPicture, PictureError> {
        let size = Size::of_preview(frame.layout().canvas, config.width);
        let unchanged = self.last.as_ref().filter(|last| last.frame.same_picture(frame) && last.config == *config);
        let jpeg = match unchanged {
            Some(last) => last.jpeg.clone(),
            None => {
                let watch = Stopwatch::start();
                let jpeg = self.press_of(size).jpeg_from_frame(frame, config.quality)?;
                counts.time.observe(watch.elapsed().as_secs_f64());
                counts.encoded.inc();
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
