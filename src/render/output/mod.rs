//! Where frames and sound go.

mod draft;
mod film;
mod png;
mod wav;
mod y4m;

use std::path::Path;

use super::error::RenderError;
use super::request::{Coding, Kind};
use crate::frame::picture::Frame;
use crate::show::geometry::Canvas;
use crate::show::time::{Fps, FrameNumber};

/// It may make its caller wait.
pub trait Output {
    /// Each once, in order.
    fn frame(&mut self, frame: Frame) -> Result<(), RenderError>;

    /// From the first frame's instant on, without a gap: 48 kHz, stereo, interleaved.
    fn sound(&mut self, samples: &[f32]) -> Result<(), RenderError>;

    /// Once all of it is on disk.
    fn finish(self: Box<Self>) -> Result<(), RenderError>;
}

/// What comes.
#[derive(Clone, Copy, Debug)]
pub struct Spec {
    pub size: Canvas,
    pub fps: Fps,
    pub first: FrameNumber,
    pub coding: Coding,
}

/// Whoever finds the name finds all of it.
pub fn open(path: &Path, spec: Spec) -> Result<Box<dyn Output>, RenderError> {
    match Kind::of(path) {
        Some(Kind::Png) => Ok(Box::new(png::Pictures::new(path))),
        kind => draft::Draft::begin(path, |draft| written(kind, draft, spec)),
    }
}

/// The only place that knows which kind is written how.
fn written(kind: Option<Kind>, path: &Path, spec: Spec) -> Result<Box<dyn Output>, RenderError> {
    match kind {
        Some(Kind::Y4m) => Ok(Box::new(y4m::Y4m::create(path, spec)?)),
        Some(Kind::Wav) => Ok(Box::new(wav::Wav::create(path)?)),
        Some(Kind::Mkv) => Ok(Box::new(film::Film::begin(path, spec, "matroskamux")?)),
        Some(Kind::Mp4 | Kind::Png) | None => Ok(Box::new(film::Film::begin(path, spec, "mp4mux")?)),
    }
}
