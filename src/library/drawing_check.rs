//! Whether a drawing is read and painted soon. What is known to be harmful is refused by the reader itself; against what nobody
//! thought of there is a clock.

use std::sync::atomic::AtomicUsize;
use std::sync::mpsc;
use std::time::Duration;

use super::check::Found;
use super::error::LibraryError;
use super::work::Work;
use crate::media::svg::{Drawing, LARGEST_FILE, SvgError};
use crate::show::asset::{AssetKind, Format};

/// It is painted small: a drawing that takes so long for that is not one to put on air.
const PATIENCE: Duration = Duration::from_secs(5);
const SIDE: f64 = 512.0;
const MOST_STUCK: usize = 2;
/// Reading and painting go down the drawing by calling themselves.
const STACK: usize = 32 << 20;

static AT_WORK: AtomicUsize = AtomicUsize::new(0);

pub fn check(bytes: &[u8]) -> Result<Found, LibraryError> {
    if bytes.len() > LARGEST_FILE {
        return Err(SvgError::TooLarge(bytes.len()).into());
    }
    let work = Work::begin(&AT_WORK, MOST_STUCK).ok_or(LibraryError::SlowDrawing)?;
    let (answer, answered) = mpsc::sync_channel(1);
    let bytes = bytes.to_vec();
    let thread = std::thread::Builder::new().name("drawing".to_owned()).stack_size(STACK);
    thread.spawn(move || {
        let _work = work;
        // Nobody listens any more if it took too long.
        let _ = answer.send(tried(&bytes));
    })?;
    answered.recv_timeout(PATIENCE).unwrap_or(Err(LibraryError::SlowDrawing))
}

fn tried(bytes: &[u8]) -> Result<Found, LibraryError> {
    let drawing = Drawing::parse(bytes)?;
    let (width, height) = (drawing.width, drawing.height);
    let scale = (SIDE / f64::from(width.max(height))).min(1.0);
    let side = |length: u32| ((f64::from(length) * scale) as u32).max(1);
    drawing.painted(drawing.whole(), side(width), side(height)).ok_or(SvgError::Undrawable)?;
    Ok(Found { width, height, has_alpha: true, ..Found::of(AssetKind::Image, Format::Svg) })
}
