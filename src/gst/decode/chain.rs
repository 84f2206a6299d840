//! What stands behind the decoder: conversion to the house's formats, and the sinks that we take from.

use std::sync::Arc;

use gstreamer::prelude::*;
use gstreamer::{Bin, Caps, EventView, FlowSuccess, Pad, PadProbeReturn, PadProbeType, QueryViewMut};
use gstreamer_app::{AppSink, AppSinkCallbacks};
use gstreamer_video::{VideoInfo, VideoInterlaceMode, VideoMeta};

use super::{MOST_PIXELS_ACROSS, Outlets};
use crate::gst::GstError;

/// Pictures that wait here. One more is being decoded while we are asleep; the rest wait in our own queue, where they count.
const PICTURES: u32 = 2;
/// Pieces of sound, about 20 ms each.
const PIECES: u32 = 8;

/// The first video and the first sound are ours; everything else goes nowhere, because a demuxer stops when one of its
/// streams has no taker.
pub(super) fn attach(pipeline: &gstreamer::Pipeline, pad: &Pad, outlets: &Arc<Outlets>) -> Result<(), GstError> {
    let caps = pad.current_caps().unwrap_or_else(|| pad.query_caps(None));
    let name = caps.structure(0).map_or("", |structure| structure.name().as_str());
    if name.starts_with("video/") && outlets.video.get().is_none() {
        refuse_giants(pad, outlets);
        let sink = link(pipeline, pad, &video_text(&caps, outlets), PICTURES, outlets)?;
        accept_padding(&sink);
        // Pads are added one after the other, so it is empty still.
        let _ = outlets.video.set(sink);
    } else if name.starts_with("audio/") && outlets.sound.get().is_none() {
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

const SOUND: &str = "audioconvert ! audioresample ! \
    audio/x-raw,format=F32LE,rate=48000,channels=2,layout=interleaved ! appsink name=sink";

fn video_text(caps: &Caps, outlets: &Outlets) -> String {
    let info = VideoInfo::from_caps(caps).ok();
    let has_alpha = info.as_ref().is_some_and(VideoInfo::has_alpha);
    let is_interlaced = info.as_ref().is_some_and(|info| info.interlace_mode() != VideoInterlaceMode::Progressive);
    let most = MOST_PIXELS_ACROSS;
    let mut text = format!("capsfilter caps=video/x-raw,width=[1,{most}],height=[1,{most}]");
    if is_interlaced {
        text.push_str(" ! deinterlace");
    }
    text.push_str(" ! videoconvert");
    if !has_alpha {
        // Turns what a telephone filmed upright; it does not know pictures with alpha, which no telephone makes.
        text.push_str(" ! videoflip video-direction=auto");
    }
    if let Some((width, height)) = outlets.fit {
        let (width, height) = (width.max(2), height.max(2));
        text.push_str(&format!(" ! videoscale ! video/x-raw,width=[2,{width}],height=[2,{height}],pixel-aspect-ratio=1/1"));
    }
    let format = if has_alpha { "A420" } else { "I420" };
    text.push_str(&format!(" ! video/x-raw,format={format},colorimetry=bt709 ! appsink name=sink"));
    text
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
    let sink = sink_of(&bin).ok_or_else(|| GstError::NoElement { kind: "appsink", name: "sink".to_owned() })?;
    sink.set_max_buffers(most);
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

/// A picture too large is refused before memory is taken for it, in words of ours.
fn refuse_giants(pad: &Pad, outlets: &Arc<Outlets>) {
    let outlets = Arc::downgrade(outlets);
    pad.add_probe(PadProbeType::EVENT_DOWNSTREAM, move |_, info| {
        if let Some(EventView::Caps(event)) = info.event().map(|event| event.view())
            && let Ok(video) = VideoInfo::from_caps(event.caps())
            && video.width().max(video.height()) > MOST_PIXELS_ACROSS
            && let Some(outlets) = outlets.upgrade()
        {
            outlets.complain(format!(
                "its pictures are {} x {}; at most {MOST_PIXELS_ACROSS} pixels each way can be decoded",
                video.width(),
                video.height()
            ));
            return PadProbeReturn::Drop;
        }
        PadProbeReturn::Ok
    });
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
