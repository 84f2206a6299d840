//! A microphone: PulseAudio's or PipeWire's where they run, because there they have the device; else ALSA's.

use std::sync::Arc;

use gstreamer::prelude::*;
use gstreamer::{Element, MessageView, Pipeline, State};

use super::origin::{added, complaining, made};
use super::{Outlets, chain};
use crate::gst::GstError;
use crate::gst::pipeline::error_text;

/// What it is called, and its element.
type System = (&'static str, &'static str);

const SYSTEMS: [System; 2] = [("pulse", "pulsesrc"), ("alsa", "alsasrc")];

/// `device` is as an input names it: a system, or one of its devices.
pub(super) fn attach(pipeline: &Pipeline, outlets: &Arc<Outlets>, device: Option<&str>) -> Result<(), GstError> {
    let (wanted, device) = match device.map(|device| device.split_once(':').unwrap_or((device, ""))) {
        Some((system, device)) => (Some(system), Some(device).filter(|device| !device.is_empty())),
        None => (None, None),
    };
    let systems = SYSTEMS.iter().filter(|(system, _)| wanted.is_none_or(|wanted| wanted == *system));
    let mut reasons = Vec::new();
    for (system, element) in systems {
        match opened(pipeline, outlets, element, device) {
            Ok(source) => {
                let pad =
                    source.static_pad("src").ok_or_else(|| GstError::BadPipeline(format!("{element} gives nothing")))?;
                return chain::attach(pipeline, &pad, outlets);
            }
            Err(error) => reasons.push((system, error)),
        }
    }
    match reasons.pop() {
        Some((_, error)) if reasons.is_empty() => Err(error),
        last => {
            let told = reasons.into_iter().chain(last).map(|(system, error)| format!("{system}: {error}"));
            Err(GstError::Failed(told.collect::<Vec<_>>().join("; ")))
        }
    }
}

/// Opened already: only so it is known whether the system runs.
fn opened(pipeline: &Pipeline, outlets: &Arc<Outlets>, element: &str, device: Option<&str>) -> Result<Element, GstError> {
    let source = made(element)?;
    if let Some(device) = device {
        source.set_property("device", device);
        stay_at(&source, outlets, device);
    }
    added(pipeline, &source)?;
    if let Err(error) = source.set_state(State::Ready) {
        let reason = reason(pipeline).unwrap_or_else(|| error.to_string());
        // Nothing is left to do about a failure here.
        let _ = source.set_state(State::Null);
        let _ = pipeline.remove(&source);
        return Err(GstError::Failed(reason));
    }
    Ok(source)
}

fn reason(pipeline: &Pipeline) -> Option<String> {
    let bus = pipeline.bus()?;
    std::iter::from_fn(|| bus.pop()).find_map(|message| match message.view() {
        MessageView::Error(error) => Some(error_text(error)),
        _ => None,
    })
}

/// PulseAudio goes on with another device where the one that was asked for is unplugged. Nobody has agreed to be heard by that.
fn stay_at(source: &Element, outlets: &Arc<Outlets>, device: &str) {
    // `@DEFAULT_SOURCE@` is whichever it is at the moment.
    if !source.has_property("current-device") || device.starts_with('@') {
        return;
    }
    let (device, complain) = (device.to_owned(), complaining(outlets));
    source.connect_notify(Some("current-device"), move |source, _| {
        let present = source.property::<Option<String>>("current-device").unwrap_or_default();
        if !present.is_empty() && present != device {
            complain(format!("the microphone {device} has gone"));
        }
    });
}
