//! One picture of a video, small, for those who choose.

use std::path::Path;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use gstreamer::prelude::*;
use gstreamer::{ClockTime, EventView, Pad, PadProbeReturn, PadProbeType, Sample, State};
use gstreamer_app::AppSink;
use gstreamer_video::prelude::*;
use gstreamer_video::{VideoFrame, VideoInfo};

use super::reading::{Reading, Said, carries, ignore, stand_behind};
use super::{NAP, Pulse, SurveyError};
use crate::base::clock::Stopwatch;
use crate::gst::{GstError, warm};

/// Where it is looked for, in percent of the whole: a title that fades in is behind the first of them.
const PLACES: [u64; 4] = [10, 30, 50, 75];
/// For each of the places; a seek decodes everything from the picture before that stands alone.
const PATIENCE: Duration = Duration::from_secs(20);
/// Mean brightness of a picture that shows nothing.
const DARK: u64 = 20;

/// Row by row: red, green, blue and straight alpha.
#[derive(Clone, Debug, PartialEq)]
pub struct Still {
    pub width: u32,
    pub height: u32,
    pub rgba: Vec<u8>,
}

/// A picture from soon after the start, `side` pixels at its longer side, at most; a dark one only if there is no other.
pub fn still(path: &Path, length_us: u64, side: u32, pulse: &Pulse) -> Result<Still, SurveyError> {
    warm::decoding();
    let outlet = Arc::new(OnceLock::new());
    let filled = outlet.clone();
    let goes_on = |kind: &str| !kind.contains("Decoder") || kind.contains("Video") || kind.contains("Image");
    let reading = Reading::build(path, pulse, goes_on, move |pipeline, pad, _| {
        if !carries(pad, "video/x-raw") || filled.get().is_some() {
            return ignore(pipeline, pad);
        }
        let (bin, sink) = chain(side)?;
        // Pads are added one after the other, so it is empty still.
        let _ = filled.set(sink);
        stand_behind(pipeline, pad, bin.upcast())
    })?;
    reading.start(State::Paused)?;
    stand_still(&reading, pulse)?;
    let sink = outlet.get().ok_or(SurveyError::Empty)?;
    let first = taken(sink);
    let mut best = None;
    for place in PLACES {
        pulse.beat();
        if !reading.seek(ClockTime::from_useconds(length_us / 100 * place)) || stand_still(&reading, pulse).is_err() {
            break;
        }
        best = brighter(best, taken(sink));
        if best.as_ref().is_some_and(|still| !still.is_dark()) {
            break;
        }
    }
    brighter(best, first).ok_or(SurveyError::Empty)
}

/// What was there before is kept if neither says more.
fn brighter(one: Option<Still>, other: Option<Still>) -> Option<Still> {
    match (one, other) {
        (Some(one), Some(other)) if one.is_dark() && other.brightness() > one.brightness() => Some(other),
        (one, other) => one.or(other),
    }
}

fn stand_still(reading: &Reading, pulse: &Pulse) -> Result<(), SurveyError> {
    let watch = Stopwatch::start();
    while watch.elapsed() < PATIENCE {
        match reading.said(NAP) {
            Some(Said::Ready) => return Ok(()),
            Some(Said::Ended) => return Err(SurveyError::Empty),
            Some(Said::Failed(why)) => return Err(GstError::Failed(why).into()),
            None if pulse.is_stopped() => return Err(SurveyError::Stopped),
            None => {}
        }
    }
    Err(SurveyError::Stuck)
}

/// Turned upright as the file says, which is what is seen on air, too.
fn chain(side: u32) -> Result<(gstreamer::Bin, AppSink), GstError> {
    let text = format!(
        "videoconvert name=convert ! videoscale ! \
         capsfilter caps=video/x-raw,width=[1,{side}],height=[1,{side}],pixel-aspect-ratio=1/1 ! capsfilter name=format \
         caps=video/x-raw,format=RGB ! videoflip video-direction=auto ! appsink name=sink sync=false max-buffers=1 qos=false"
    );
    let bin = gstreamer::parse::bin_from_description(&text, true)
        .map_err(|error| GstError::BadPipeline(error.message().to_owned()))?;
    let missing = || GstError::NoElement { kind: "appsink", name: "sink".to_owned() };
    let sink = bin.by_name("sink").and_then(|sink| sink.downcast().ok()).ok_or_else(missing)?;
    keep_alpha(&bin);
    Ok((bin, sink))
}

/// Only of what has some: GStreamer 1.22's converter makes up alpha for what has none.
fn keep_alpha(bin: &gstreamer::Bin) {
    let (Some(convert), Some(format)) = (bin.by_name("convert"), bin.by_name("format")) else { return };
    let Some(pad): Option<Pad> = convert.static_pad("sink") else { return };
    pad.add_probe(PadProbeType::EVENT_DOWNSTREAM, move |_, info| {
        if let Some(EventView::Caps(caps)) = info.event().map(|event| event.view()) {
            let has_alpha = VideoInfo::from_caps(caps.caps()).is_ok_and(|info| info.has_alpha());
            let wanted = if has_alpha { "video/x-raw,format=RGBA" } else { "video/x-raw,format=RGB" };
            format.set_property_from_str("caps", wanted);
        }
        PadProbeReturn::Ok
    });
}

fn taken(sink: &AppSink) -> Option<Still> {
    still_of(&sink.try_pull_preroll(ClockTime::ZERO)?)
}

fn still_of(sample: &Sample) -> Option<Still> {
    let info = VideoInfo::from_caps(sample.caps()?).ok()?;
    let frame = VideoFrame::from_buffer_readable(sample.buffer_owned()?, &info).ok()?;
    let (width, height) = (info.width() as usize, info.height() as usize);
    let each = if info.has_alpha() { 4 } else { 3 };
    let stride = usize::try_from(*frame.plane_stride().first()?).ok()?;
    let mut rgba = Vec::with_capacity(width * height * 4);
    for row in frame.plane_data(0).ok()?.chunks(stride.max(1)).take(height) {
        for pixel in row.get(..width * each)?.chunks_exact(each) {
            rgba.extend_from_slice(&pixel[..3]);
            rgba.push(pixel.get(3).copied().unwrap_or(255));
        }
    }
    (rgba.len() == width * height * 4).then_some(Still { width: info.width(), height: info.height(), rgba })
}

impl Still {
    fn brightness(&self) -> u64 {
        let sum: u64 = self.rgba.as_chunks::<4>().0.iter().map(|[r, g, b, _]| u64::from(*r.max(g).max(b))).sum();
        sum / (self.rgba.len() as u64 / 4).max(1)
    }

    fn is_dark(&self) -> bool {
        self.brightness() < DARK
    }
}
