//! What stands behind the decoder: conversion to the house's formats, and the sinks that we take from.

use std::sync::Arc;

use gstreamer::prelude::*;
use gstreamer::{Bin, EventView, FlowSuccess, Pad, PadProbeReturn, PadProbeType, QueryViewMut};
use gstreamer_app::{AppSink, AppSinkCallbacks};
use gstreamer_video::{VideoInfo, VideoMeta};

use super::{MOST_PIXELS_ACROSS, Outlets};
use crate::gst::GstError;

/// Pictures that wait here. One more is being decoded while we are asleep; the rest wait in our own queue, where they count.
const PICTURES: u32 = 2;
/// Pieces of sound, about 20 ms each.
const PIECES: u32 = 8;

/// Pads between a file and its pictures, at most.
const MOST_STEPS: usize = 32;

/// The first video and the first sound are ours; everything else goes nowhere, because a demuxer stops when one of its
/// streams has no taker.
pub(super) fn attach(pipeline: &gstreamer::Pipeline, pad: &Pad, outlets: &Arc<Outlets>) -> Result<(), GstError> {
    if carries(pad, "video/") && outlets.video.get().is_none() {
        let sink = link(pipeline, pad, &video_text(pad, outlets), PICTURES, outlets)?;
        accept_padding(&sink);
        // Pads are added one after the other, so it is empty still.
        let _ = outlets.video.set(sink);
    } else if carries(pad, "audio/") && outlets.sound.get().is_none() {
        let sink = link(pipeline, pad, SOUND, PIECES, outlets)?;
        let _ = outlets.sound.set(sink);
    } else {
        let sink = gstreamer::ElementFactory::make("fakesink").property("sync", false).property("async", false).build();
        let sink = sink.map_err(|error| GstError::Failed(error.to_string()))?;
        pipeline.add(&sink).map_err(|error| GstError::Failed(error.to_string()))?;
        started(sink.static_pad("sink").as_ref(), pad, || sink.sync_state_with_parent())?;
    }
    Ok(())
}

/// A decoder that has not begun knows at least what it can make.
fn carries(pad: &Pad, kind: &str) -> bool {
    let caps = pad.current_caps().unwrap_or_else(|| pad.query_caps(None));
    caps.structure(0).is_some_and(|caps| caps.name().starts_with(kind))
}

const SOUND: &str = "audioconvert ! audioresample ! \
    audio/x-raw,format=F32LE,rate=48000,channels=2,layout=interleaved ! appsink name=sink";

/// What stands in the file is known to the elements that read it; a decoder passes it on with its first picture, which is too late.
fn is_turned(pad: &Pad) -> bool {
    let mut upstream = std::iter::successors(Some(pad.clone()), |pad| {
        let into = pad.iterate_internal_links().into_iter().next()?.ok()?;
        into.peer()
    });
    upstream.by_ref().take(MOST_STEPS).find_map(|pad| orientation(&pad)).is_some_and(|turn| turn != "rotate-0")
}

fn orientation(pad: &Pad) -> Option<String> {
    // The file's and the stream's tags come apart.
    let told = (0..).map_while(|index| pad.sticky_event::<gstreamer::event::Tag>(index));
    told.filter_map(|event| Some(event.tag().get::<gstreamer::tags::ImageOrientation>()?.get().to_owned())).last()
}

fn is_interlaced(pad: &Pad) -> bool {
    let mode = pad.current_caps().and_then(|caps| caps.structure(0)?.get::<String>("interlace-mode").ok());
    mode.is_some_and(|mode| mode != "progressive")
}

fn video_text(pad: &Pad, outlets: &Outlets) -> String {
    let most = MOST_PIXELS_ACROSS;
    let mut text = format!("capsfilter caps=video/x-raw,width=[1,{most}],height=[1,{most}]");
    if is_interlaced(pad) {
        text.push_str(" ! deinterlace");
    }
    text.push_str(" ! videoconvert name=convert");
    if is_turned(pad) {
        // Turns what a telephone filmed upright. It does not know pictures with alpha, which no telephone makes.
        text.push_str(" ! videoflip video-direction=auto");
    }
    if let Some((width, height)) = outlets.fit {
        let (width, height) = (width.max(2), height.max(2));
        text.push_str(&format!(" ! videoscale ! video/x-raw,width=[2,{width}],height=[2,{height}],pixel-aspect-ratio=1/1"));
    }
    text.push_str(&format!(" ! capsfilter name=format caps={} ! appsink name=sink", painted(false)));
    text
}

/// What the house paints.
fn painted(has_alpha: bool) -> &'static str {
    if has_alpha { "video/x-raw,format=A420,colorimetry=bt709" } else { "video/x-raw,format=I420,colorimetry=bt709" }
}

/// Pictures get an alpha plane only if they have alpha. Left to choose, `videoconvert` gives one to every picture whose colours it
/// converts, and fills it with half (GStreamer 1.22).
fn keep_alpha(bin: &Bin) {
    let (Some(convert), Some(format)) = (bin.by_name("convert"), bin.by_name("format")) else { return };
    let Some(pad) = convert.static_pad("sink") else { return };
    // What is turned stays without alpha.
    let is_turned = bin.iterate_all_by_element_factory_name("videoflip").next().is_ok_and(|found| found.is_some());
    pad.add_probe(PadProbeType::EVENT_DOWNSTREAM, move |_, info| {
        if let Some(event) = info.event()
            && let EventView::Caps(caps) = event.view()
        {
            let has_alpha = VideoInfo::from_caps(caps.caps()).is_ok_and(|info| info.has_alpha());
            // Before the converter sees them, so that it finds its answer decided.
            format.set_property_from_str("caps", painted(has_alpha && !is_turned));
        }
        PadProbeReturn::Ok
    });
}

/// Builds the elements of the text behind the pad; gives the sink at their end.
fn link(
    pipeline: &gstreamer::Pipeline,
    pad: &Pad,
    text: &str,
    most: u32,
    outlets: &Arc<Outlets>,
) -> Result<AppSink, GstError> {
    let failed = |error: gstreamer::glib::BoolError| GstError::Failed(error.to_string());
    let bin = gstreamer::parse::bin_from_description(text, true)
        .map_err(|error| GstError::BadPipeline(error.message().to_owned()))?;
    keep_alpha(&bin);
    let sink = sink_of(&bin).ok_or_else(|| GstError::NoElement { kind: "appsink", name: "sink".to_owned() })?;
    sink.set_max_buffers(most);
    sink.set_property("async", outlets.prerolls);
    // Time is kept by whoever takes; the decoder goes on as fast as there is room.
    sink.set_sync(false);
    sink.set_enable_last_sample(false);
    sink.set_qos(false);
    let wake = outlets.wake.clone();
    let woken = outlets.wake.clone();
    let callbacks = AppSinkCallbacks::builder().new_sample(move |_| {
        wake();
        Ok(FlowSuccess::Ok)
    });
    sink.set_callbacks(callbacks.eos(move |_| woken()).build());
    pipeline.add(&bin).map_err(failed)?;
    started(bin.static_pad("sink").as_ref(), pad, || bin.sync_state_with_parent())?;
    Ok(sink)
}

fn sink_of(bin: &Bin) -> Option<AppSink> {
    bin.by_name("sink")?.downcast().ok()
}

fn started(
    sink: Option<&Pad>,
    pad: &Pad,
    start: impl FnOnce() -> Result<(), gstreamer::glib::BoolError>,
) -> Result<(), GstError> {
    let failed = |error: gstreamer::glib::BoolError| GstError::Failed(error.to_string());
    let sink = sink.ok_or_else(|| GstError::Failed("there is nothing to link to".to_owned()))?;
    // Started before data can reach it.
    start().map_err(failed)?;
    pad.link(sink).map(drop).map_err(|error| GstError::Failed(error.to_string()))
}

/// Decoders like rows with padding. Only if they hear that we can take it do they leave pictures where they made them, instead
/// of copying each. (A sink says so itself from GStreamer 1.24 on.)
fn accept_padding(sink: &AppSink) {
    let Some(pad) = sink.static_pad("sink") else { return };
    pad.add_probe(PadProbeType::QUERY_DOWNSTREAM, |_, info| {
        if let Some(query) = info.query_mut()
            && let QueryViewMut::Allocation(allocation) = query.view_mut()
        {
            allocation.add_allocation_meta::<VideoMeta>(None);
            return PadProbeReturn::Handled;
        }
        PadProbeReturn::Ok
    });
}
