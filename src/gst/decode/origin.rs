//! Where it comes from: the elements before the decoder, set up for the kind of source.

use std::path::Path;
use std::sync::Arc;

use gstreamer::glib::{self, Value};
use gstreamer::prelude::*;
use gstreamer::{Caps, Element, ElementFactory, PadProbeReturn, PadProbeType};

use super::{MOST_PIXELS_ACROSS, Origin, Outlets, chain, microphone};
use crate::gst::{GstError, missing};
use crate::show::destination::Secret;

/// Elements that read what lies on this machine. A playlist from the network must not lead there.
const LOCAL: [&str; 4] = ["filesrc", "giosrc", "fdsrc", "multifilesrc"];

pub(super) fn pipeline(origin: &Origin, outlets: &Arc<Outlets>) -> Result<gstreamer::Pipeline, GstError> {
    let pipeline = gstreamer::Pipeline::new();
    match origin {
        Origin::File(path) => {
            let uri = uri_of(path)?;
            stay_in_the_file(&pipeline, complaining(outlets));
            let _ = decoding(&pipeline, outlets, &uri)?;
        }
        Origin::Network { url, secret, latency_ms } => {
            let url = with_key(url, secret);
            keep_off_this_machine(&pipeline, outlets);
            let source = decoding(&pipeline, outlets, &url)?;
            let (secret, latency_ms) = (secret.clone(), *latency_ms);
            source.connect("source-setup", false, move |values| {
                set_up(&values.get(1)?.get::<Element>().ok()?, &secret, latency_ms);
                None
            });
        }
        Origin::Camera { device, width, height, fps } => {
            let source = made("v4l2src")?;
            // GStreamer's own word for it is that a device can not be identified.
            if !Path::new(device).exists() {
                return Err(GstError::Failed(format!("there is no camera at {device}")));
            }
            source.set_property("device", device);
            raw(&pipeline, outlets, &[source], &camera_caps(*width, *height, *fps))?;
        }
        Origin::Microphone { device } => microphone::attach(&pipeline, outlets, device.as_deref())?,
        Origin::Page { url, width, height, fps } => {
            let source = made("wpesrc")?;
            source.set_property("location", url);
            // What the page leaves open shows what lies below the layer.
            source.set_property("draw-background", false);
            // Its sound comes and goes with what plays in the page.
            attach_new_pads(&pipeline, outlets, &source);
            // Without a GPU, GStreamer 1.22's draws pages at 1920 x 1080 and 30 a second, whatever it is asked for.
            let (scale, rate) = (made("videoscale")?, made("videorate")?);
            scale.set_property("add-borders", false);
            let elements = [source, scale, rate];
            let caps = Caps::builder("video/x-raw").field("width", *width as i32).field("height", *height as i32);
            raw(&pipeline, outlets, &elements, &caps.field("framerate", gstreamer::Fraction::new(*fps as i32, 1)).build())?;
        }
        // What it consists of is known when something is pushed.
        Origin::Pushed => {}
    }
    Ok(pipeline)
}

/// The data directory may be given from where the server was started; an address can not.
pub(in crate::gst) fn uri_of(path: &Path) -> Result<String, GstError> {
    let path = std::path::absolute(path).map_err(|error| GstError::Failed(error.to_string()))?;
    let uri = glib::filename_to_uri(path, None).map_err(|error| GstError::Failed(error.message().to_owned()))?;
    Ok(uri.into())
}

/// Without holding on to those it tells.
pub(super) fn complaining(outlets: &Arc<Outlets>) -> impl Fn(String) + Send + Sync + 'static {
    let outlets = Arc::downgrade(outlets);
    move |why| {
        if let Some(outlets) = outlets.upgrade() {
            outlets.complain(why);
        }
    }
}

pub(in crate::gst) fn made(element: &str) -> Result<Element, GstError> {
    ElementFactory::make(element).build().map_err(|_| missing::error_for(&[element.to_owned()]))
}

pub(in crate::gst) fn added(pipeline: &gstreamer::Pipeline, element: &Element) -> Result<(), GstError> {
    pipeline.add(element).map_err(|error| GstError::BadPipeline(error.to_string()))
}

/// The element that fetches, takes apart and decodes whatever stands at the address. In GStreamer 1.22 the newer ones (`uridecodebin3`,
/// `decodebin3`) can end the process when they are closed while they still open something, and so can the reader of playlists that
/// goes with them (docs/decisions/0028).
fn decoding(pipeline: &gstreamer::Pipeline, outlets: &Arc<Outlets>, uri: &str) -> Result<Element, GstError> {
    let source = made("uridecodebin")?;
    source.set_property("uri", uri);
    refuse_giants(&source, complaining(outlets));
    added(pipeline, &source)?;
    attach_new_pads(pipeline, outlets, &source);
    Ok(source)
}

/// A picture too large is refused before a decoder takes memory for it, in words of ours. What a file hides here the filter behind the
/// decoder refuses in GStreamer's.
pub(in crate::gst) fn refuse_giants(source: &Element, complain: impl Fn(String) + Send + Sync + 'static) {
    // Asked at each step from the file to the pictures, with what has been found out so far.
    source.connect("autoplug-continue", false, move |values| {
        let caps = values.get(2)?.get::<Caps>().ok()?;
        let side = |name: &str| caps.structure(0).and_then(|structure| structure.get::<i32>(name).ok()).unwrap_or(0);
        let (width, height) = (side("width"), side("height"));
        let is_giant = width.max(height).unsigned_abs() > MOST_PIXELS_ACROSS;
        if is_giant {
            let most = MOST_PIXELS_ACROSS;
            complain(format!("its pictures are {width} x {height}; at most {most} pixels each way can be decoded"));
        }
        Some((!is_giant).to_value())
    });
}

/// A device's own format may be raw or coded (a camera's JPEG), so it goes through a decoder too.
fn raw(pipeline: &gstreamer::Pipeline, outlets: &Arc<Outlets>, source: &[Element], caps: &Caps) -> Result<(), GstError> {
    let filter = made("capsfilter")?;
    filter.set_property("caps", caps);
    let decode = made("decodebin")?;
    let elements = || source.iter().chain([&filter, &decode]);
    elements().try_for_each(|element| added(pipeline, element))?;
    attach_new_pads(pipeline, outlets, &decode);
    Element::link_many(elements()).map_err(|error| GstError::BadPipeline(error.to_string()))
}

fn camera_caps(width: Option<u32>, height: Option<u32>, fps: Option<u32>) -> Caps {
    let mut caps = Caps::new_empty();
    for format in ["video/x-raw", "image/jpeg", "video/x-h264"] {
        let mut structure = gstreamer::Structure::new_empty(format);
        for (field, value) in [("width", width), ("height", height)] {
            if let Some(value) = value {
                structure.set(field, value as i32);
            }
        }
        if let Some(fps) = fps {
            structure.set("framerate", gstreamer::Fraction::new(fps as i32, 1));
        }
        caps.make_mut().append_structure(structure);
    }
    caps
}

pub(super) fn attach_new_pads(pipeline: &gstreamer::Pipeline, outlets: &Arc<Outlets>, source: &Element) {
    let (pipeline, outlets) = (pipeline.downgrade(), Arc::downgrade(outlets));
    source.connect_pad_added(move |_, pad| {
        if let (Some(pipeline), Some(outlets)) = (pipeline.upgrade(), outlets.upgrade())
            && let Err(error) = chain::attach(&pipeline, pad, &outlets)
        {
            outlets.complain(error.to_string());
        }
    });
}

fn keep_off_this_machine(pipeline: &gstreamer::Pipeline, outlets: &Arc<Outlets>) {
    let outlets = Arc::downgrade(outlets);
    pipeline.connect_deep_element_added(move |_, _, element| {
        let is_local = element.factory().is_some_and(|factory| LOCAL.contains(&factory.name().as_str()));
        if !is_local {
            return;
        }
        silence(element);
        if let Some(outlets) = outlets.upgrade() {
            outlets.complain("the stream leads to a file of this machine, which is not played".to_owned());
        }
    });
}

/// Nothing comes out of it until the decoder is closed. It can not be kept from starting: what put it there starts it by hand.
fn silence(source: &Element) {
    for pad in source.src_pads() {
        let data = PadProbeType::BUFFER | PadProbeType::BUFFER_LIST | PadProbeType::PUSH | PadProbeType::PULL;
        pad.add_probe(data, |_, _| PadProbeReturn::Drop);
    }
}

/// A file may be a playlist whatever its name and its first bytes, and those who upload it may not be those who may reach what it
/// names.
pub(in crate::gst) fn stay_in_the_file(pipeline: &gstreamer::Pipeline, complain: impl Fn(String) + Send + Sync + 'static) {
    pipeline.connect_deep_element_added(move |_, _, element| {
        let Some(factory) = element.factory() else { return };
        let class = factory.metadata("klass").unwrap_or_default();
        let is_source = class.starts_with("Source/") && factory.name() != "filesrc";
        if is_source || class.contains("Adaptive") || class.contains("Network") {
            // Locked it never starts, whatever the others do until the decoder is closed.
            element.set_locked_state(true);
            complain("the file leads to other addresses, which are not followed".to_owned());
        }
    });
}

/// rtmp://host/live with the key as its last part.
fn with_key(url: &str, secret: &Secret) -> String {
    let is_rtmp = url.starts_with("rtmp://") || url.starts_with("rtmps://");
    if is_rtmp && !secret.is_empty() { format!("{}/{}", url.trim_end_matches('/'), secret.reveal()) } else { url.to_owned() }
}

/// Each protocol has its own names for the same things; what an element does not have is left alone.
fn set_up(source: &Element, secret: &Secret, latency_ms: u32) {
    let set = |name: &str, value: Value| {
        let fits = source.find_property(name).is_some_and(|property| value.type_().is_a(property.value_type()));
        if fits {
            source.set_property_from_value(name, &value);
        }
    };
    let protocol = source.factory().map(|factory| factory.name().to_string()).unwrap_or_default();
    match protocol.as_str() {
        "rtspsrc" => set("latency", latency_ms.to_value()),
        "srtsrc" => {
            set("latency", i32::try_from(latency_ms).unwrap_or(i32::MAX).to_value());
            // We notice a lost peer, say so, and come back ourselves.
            set("auto-reconnect", false.to_value());
            if !secret.is_empty() {
                set("passphrase", secret.reveal().to_value());
            }
        }
        "souphttpsrc" => {
            set("timeout", 10_u32.to_value());
            set("retries", 0_i32.to_value());
        }
        // What comes in while a picture is decoded must fit in the kernel: 2 MB are 0.3 s at 50 Mbit/s.
        "udpsrc" => set("buffer-size", 2_097_152_i32.to_value()),
        _ => {}
    }
    if let Some((user, password)) = secret.reveal().split_once(':').filter(|_| !protocol.starts_with("rtmp")) {
        set("user-id", user.to_value());
        set("user-pw", password.to_value());
    }
}
