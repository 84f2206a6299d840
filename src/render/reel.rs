//! Frame by frame through a stretch, and its sound beside it.

use std::path::PathBuf;
use std::sync::Arc;

use super::absent::Absent;
use super::error::RenderError;
use super::output::{self, Output, Spec};
use super::request::Request;
use super::sheet::{Mount, fitted};
use super::story::Story;
use super::when::told;
use crate::base::clock::Clock;
use crate::base::tasks::StopFlag;
use crate::base::vitals::Vitals;
use crate::frame::ingest::Ingest;
use crate::frame::picture::Frame;
use crate::frame::sight::Sights;
use crate::frame::sound::{CHANNELS, ChunkNumber, SAMPLES_PER_CHUNK};
use crate::frame::tap::position;
use crate::frame::taps::Taps;
use crate::light::films::Films;
use crate::picture::darkroom::{self, Darkroom};
use crate::picture::sources::{Outside, Sources};
use crate::show::geometry::Canvas;
use crate::show::time::{Fps, FrameNumber, ShowTime};
use crate::sound::bounce::Bounce;

/// Mixed before the first frame and thrown away: what ducks, limits and fades remembers what was before.
const LEAD_IN_US: i64 = 1_000_000;

pub struct Reel<'a> {
    story: &'a mut dyn Story,
    darkroom: Darkroom,
    bounce: Bounce,
    output: Box<dyn Output>,
    mount: Mount,
    absent: Absent,
    assets_dir: PathBuf,
    fps: Fps,
    target: Canvas,
    first: FrameNumber,
    /// Behind the last one.
    end: FrameNumber,
    next_chunk: ChunkNumber,
    stop: StopFlag,
}

impl<'a> Reel<'a> {
    pub fn begin(
        request: &Request,
        story: &'a mut dyn Story,
        (from, to): (ShowTime, ShowTime),
    ) -> Result<Reel<'a>, RenderError> {
        // No more than is known.
        let begins = ShowTime(from.micros() - LEAD_IN_US).max(story.span().from).min(from);
        // Its size and its rate are those that it has where it is painted, not those of what leads there.
        story.begin(from)?;
        let painted = story.at(from)?.at(from).config.clone();
        story.begin(begins)?;
        let assets_dir = story.assets_dir().to_owned();
        let fps = request.fps.unwrap_or(painted.fps);
        let target = request.size.unwrap_or(painted.canvas());
        let (first, end) = (first_from(fps, from), first_from(fps, to));
        if end <= first {
            return Err(RenderError::Empty);
        }
        let (stop, clock) = (StopFlag::default(), Clock::manual(begins));
        let (taps, sights, jams) = (Taps::new(), Sights::new(), story.jams());
        let outside = Outside { ingest: Ingest::new(), jams: jams.clone() };
        let sources = Sources::new(clock.clone(), taps.clone(), outside, Arc::new(Vitals::new()));
        // Its thread ends when it is told to.
        let (shown, _reader) = Films::start(assets_dir.clone(), stop.clone()).map_err(RenderError::file(&assets_dir))?;
        let (room_sights, room_jams) = (sights.clone(), jams.clone());
        let env =
            darkroom::Env { clock, sources, sights: room_sights, shown, jams: room_jams, assets_dir: assets_dir.clone() };
        let spec = Spec { size: target, fps, first, coding: request.coding };
        Ok(Reel {
            story,
            darkroom: Darkroom::new(env),
            bounce: Bounce::new(taps, sights, jams.clone()),
            output: output::open(&request.output, spec)?,
            mount: Mount::new(target),
            absent: Absent::new(jams),
            assets_dir,
            fps,
            target,
            first,
            end,
            next_chunk: ChunkNumber::at(begins),
            stop,
        })
    }

    pub fn frames(&self) -> u64 {
        self.end.0 - self.first.0
    }

    /// What is painted.
    pub fn words(&self) -> String {
        let Canvas { width, height } = self.target;
        let (from, to) = (self.fps.time_of(self.first), self.fps.time_of(self.end));
        format!(
            "{} frames ({} to {}) of {width}x{height}, {} a second, from {} to {}",
            self.frames(),
            self.first.0,
            self.end.0 - 1,
            self.fps,
            told(from),
            told(to)
        )
    }

    /// Tells how many frames are painted after each.
    pub fn play(&mut self, mut tell: impl FnMut(u64)) -> Result<(), RenderError> {
        self.lead_in()?;
        for number in self.first.0..self.end.0 {
            let number = FrameNumber(number);
            let at = self.fps.time_of(number);
            self.go_to(at)?;
            let frame = self.frame(number, at)?;
            self.output.frame(frame)?;
            tell(number.0 + 1 - self.first.0);
        }
        self.go_to(self.fps.time_of(self.end))
    }

    /// What lies before the first frame is heard by nobody.
    fn lead_in(&mut self) -> Result<(), RenderError> {
        let first = self.fps.time_of(self.first);
        while self.next_chunk.time() < first {
            let at = self.next_chunk.time();
            self.go_to(at)?;
        }
        Ok(())
    }

    /// Everything is there as of this time, and its sound is mixed.
    fn go_to(&mut self, at: ShowTime) -> Result<(), RenderError> {
        let shows = self.story.at(at)?;
        if let Some(path) = self.absent.missing(shows.at(at), &self.assets_dir) {
            return Err(RenderError::MissingAsset(path));
        }
        self.absent.newly(shows.at(at)).iter().for_each(|words| eprintln!("{words}"));
        self.darkroom.wait_for(shows.at(at), at)?;
        let (from, to) = (position(self.fps.time_of(self.first)), position(self.fps.time_of(self.end)));
        while self.next_chunk.time() <= at {
            let samples = self.bounce.make(shows, self.next_chunk);
            let place = position(self.next_chunk.time());
            self.next_chunk = ChunkNumber(self.next_chunk.0 + 1);
            // The first and the last piece may be heard in part.
            let within = |sample: i64| usize::try_from(sample - place).unwrap_or(0).min(SAMPLES_PER_CHUNK) * CHANNELS;
            let heard = samples.get(within(from)..within(to)).unwrap_or_default();
            if !heard.is_empty() {
                self.output.sound(heard)?;
            }
        }
        Ok(())
    }

    fn frame(&mut self, number: FrameNumber, at: ShowTime) -> Result<Frame, RenderError> {
        let show = self.story.at(at)?.at(at);
        let sheet = fitted(show.config.canvas(), self.target);
        let painted = self.darkroom.paint(show, sheet, (number, at))?;
        loop {
            if let Some(frame) = self.mount.mounted(painted.clone()) {
                return Ok(frame);
            }
            std::thread::sleep(std::time::Duration::from_millis(1));
        }
    }

    /// Until all of it is written.
    pub fn finish(self) -> Result<(), RenderError> {
        self.stop.stop();
        self.output.finish()
    }
}

/// The first frame that is not before `at`.
fn first_from(fps: Fps, at: ShowTime) -> FrameNumber {
    let shown = fps.frame_at(at);
    if fps.time_of(shown) < at { FrameNumber(shown.0 + 1) } else { shown }
}
