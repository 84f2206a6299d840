//! `marquee render`: paints any stretch of a show again, frame by frame, without haste and without a server.
//!
//! A `story` says what the show was at each instant. `reel` walks along the grid of frames with a clock that it turns itself:
//! everything that moves is waited for, then planned, painted and mixed as it is live, and goes to an `output`. What was never
//! kept, such as a camera's pictures, is `absent`.

mod absent;
mod error;
mod output;
mod progress;
mod reel;
pub mod request;
mod sheet;
mod story;
mod when;

use std::io::IsTerminal;

use crate::base::clock::Stopwatch;
use crate::gst;
pub use error::RenderError;
use progress::Progress;
use reel::Reel;
pub use request::Request;

/// What the command does, and says at the end.
pub fn render(request: &Request) -> Result<String, RenderError> {
    gst::start()?;
    if request.output.exists() && !request.overwrite {
        return Err(RenderError::InTheWay(request.output.clone()));
    }
    let mut story = story::open(request)?;
    let stretch = when::resolved(request, &story.span())?;
    let mut reel = Reel::begin(request, &mut *story, stretch)?;
    let words = format!("{}, {}", reel.words(), request.output.display());
    eprintln!("{words}");
    let watch = Stopwatch::start();
    let mut progress = Progress::new(reel.frames(), std::io::stderr().is_terminal());
    reel.play(|painted| progress.tell(painted))?;
    let frames = reel.frames();
    reel.finish()?;
    progress.end();
    let took = watch.elapsed().as_secs_f64();
    Ok(format!("{frames} frames in {took:.1} s: {:.1} a second\n", frames as f64 / took.max(1e-3)))
}
