//! The only room that knows GStreamer: pipelines from text, data in, data out, trouble as values.

pub mod decode;
pub mod encoders;
pub mod missing;
pub mod pipeline;
pub mod sink;
pub mod source;
pub mod survey;
mod warm;

use std::sync::Once;

use serde::Serialize;

use encoders::{CANDIDATES, Encoder};

#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum GstError {
    #[error("GStreamer can not be started: {0}")]
    NotStarted(String),
    /// The text is GStreamer's own.
    #[error("{0}")]
    BadPipeline(String),
    #[error("GStreamer lacks {elements}; please install {packages}")]
    Missing { elements: String, packages: String },
    #[error("the pipeline has no {kind} named {name}")]
    NoElement { kind: &'static str, name: String },
    #[error("no H.264 encoder works here; please install gstreamer1.0-plugins-ugly (x264enc)")]
    NoEncoder,
    #[error("the encoder {name} does not work here: {why}")]
    UnusableEncoder { name: String, why: String },
    #[error("{0}")]
    Failed(String),
}

/// Once, before anything else here.
pub fn start() -> Result<(), GstError> {
    static WARM: Once = Once::new();
    gstreamer::init().map_err(|error| GstError::NotStarted(error.to_string()))?;
    WARM.call_once(warm::network);
    Ok(())
}

/// What this machine's GStreamer can do for us.
#[derive(Clone, Debug, Serialize)]
pub struct Capabilities {
    pub marquee: &'static str,
    pub gstreamer: String,
    /// The one that is used.
    pub encoder: &'static str,
    /// All that work here, best first.
    pub encoders: Vec<&'static str>,
    pub layers: [&'static str; 16],
    pub destinations: Vec<&'static str>,
    /// Kinds of inputs.
    pub inputs: Vec<&'static str>,
    /// What sound on this machine may go through.
    pub speakers: Vec<&'static str>,
    pub missing: Vec<Missing>,
}

/// Something that would work if a package were installed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Missing {
    pub element: &'static str,
    pub package: &'static str,
    pub needed_for: &'static str,
}

/// Every kind that there is: all of them are ours.
pub const LAYERS: [&str; 16] = [
    "color", "gradient", "image", "shape", "input", "scene", "group", "layout", "backdrop", "levels", "effect", "jam",
    "feed", "player", "pattern", "text",
];

/// `choice` is an encoder's name, or `auto`.
pub fn capabilities(choice: &str) -> Result<Capabilities, GstError> {
    let usable: Vec<&Encoder> = CANDIDATES.iter().filter(|candidate| candidate.works().is_ok()).collect();
    let missing = missing::missing();
    let has = |element: &str| !missing.iter().any(|missing| missing.element == element);
    let needs: [(&'static str, &[&str]); 6] = [
        ("rtmp", &["flvmux", "rtmp2sink"]),
        ("srt", &["h264parse", "mpegtsmux", "srtsink"]),
        // Ours.
        ("hls fmp4", &[]),
        ("hls ts", &[]),
        ("record mkv", &["matroskamux"]),
        ("record mp4", &["mp4mux"]),
    ];
    let needed: [(&'static str, &[&str]); 7] = [
        ("video", &["uridecodebin"]),
        ("network", &["uridecodebin"]),
        ("published", &["appsrc", "h264parse", "aacparse", "avdec_h264", "avdec_aac"]),
        ("camera", &["v4l2src", "decodebin"]),
        ("page", &["wpesrc"]),
        ("tone", &[]),
        ("jam", &[]),
    ];
    let speakers = [("pulse", "pulsesink"), ("alsa", "alsasink")].into_iter().filter(|(_, element)| has(element));
    let inputs = needed.into_iter().filter(|(_, elements)| elements.iter().all(|element| has(element)));
    // One of the two is enough.
    let microphone = ["pulsesrc", "alsasrc"].into_iter().any(has).then_some("microphone");
    let destinations = needs.into_iter().filter(|(_, elements)| elements.iter().all(|element| has(element)));
    Ok(Capabilities {
        marquee: env!("CARGO_PKG_VERSION"),
        gstreamer: gstreamer::version_string().to_string(),
        encoder: encoders::choose(choice)?.element,
        encoders: usable.iter().map(|encoder| encoder.element).collect(),
        layers: LAYERS,
        destinations: destinations.map(|(name, _)| name).collect(),
        inputs: inputs.map(|(name, _)| name).chain(microphone).collect(),
        speakers: speakers.map(|(name, _)| name).collect(),
        missing,
    })
}
