//! Which of the elements that we use are not installed, and the Debian package that has each.

use gstreamer::ElementFactory;

use super::{GstError, Missing};

/// Element, Debian package, what it is for.
const USED: [(&str, &str, &str); 27] = [
    ("appsrc", "gstreamer1.0-plugins-base", "everything"),
    ("appsink", "gstreamer1.0-plugins-base", "everything"),
    ("audioconvert", "gstreamer1.0-plugins-base", "sound"),
    ("x264enc", "gstreamer1.0-plugins-ugly", "encoding on the CPU"),
    ("openh264enc", "gstreamer1.0-plugins-bad", "encoding on the CPU without GPL code"),
    ("h264parse", "gstreamer1.0-plugins-bad", "encoding"),
    ("avenc_aac", "gstreamer1.0-libav", "sound"),
    ("opusenc", "gstreamer1.0-plugins-base", "sound in browsers (WHEP)"),
    ("aacparse", "gstreamer1.0-plugins-good", "sound"),
    ("flvmux", "gstreamer1.0-plugins-good", "RTMP destinations"),
    ("rtmp2sink", "gstreamer1.0-plugins-bad", "RTMP destinations"),
    ("mpegtsmux", "gstreamer1.0-plugins-bad", "SRT destinations"),
    ("srtsink", "gstreamer1.0-plugins-bad", "SRT destinations"),
    ("matroskamux", "gstreamer1.0-plugins-good", "recording as Matroska"),
    ("mp4mux", "gstreamer1.0-plugins-good", "recording as MP4"),
    ("filesink", "libgstreamer1.0-0", "recording"),
    ("decodebin", "gstreamer1.0-plugins-base", "inputs"),
    ("uridecodebin", "gstreamer1.0-plugins-base", "videos and network inputs"),
    ("avdec_h264", "gstreamer1.0-libav", "inputs in H.264"),
    ("srtsrc", "gstreamer1.0-plugins-bad", "SRT inputs"),
    ("v4l2src", "gstreamer1.0-plugins-good", "cameras"),
    ("pulsesrc", "gstreamer1.0-plugins-good", "microphones, by PulseAudio or PipeWire"),
    ("alsasrc", "gstreamer1.0-alsa", "microphones, by ALSA"),
    ("audioresample", "gstreamer1.0-plugins-base", "sound on this machine"),
    ("pulsesink", "gstreamer1.0-plugins-good", "sound on this machine, by PulseAudio or PipeWire"),
    ("alsasink", "gstreamer1.0-alsa", "sound on this machine, by ALSA"),
    ("wpesrc", "gstreamer1.0-wpe", "web pages"),
];

pub(super) fn missing() -> Vec<Missing> {
    let absent = |(element, _, _): &&(&'static str, &'static str, &'static str)| ElementFactory::find(element).is_none();
    let told = |(element, package, needed_for): &(&'static str, &'static str, &'static str)| Missing {
        element,
        package,
        needed_for,
    };
    USED.iter().filter(absent).map(told).collect()
}

/// An error that says what to install for these elements.
pub(super) fn error_for(elements: &[String]) -> GstError {
    let package = |element: &String| {
        USED.iter().find(|(name, _, _)| name == element).map_or("the plug-in that has it", |(_, package, _)| package)
    };
    let mut packages: Vec<_> = elements.iter().map(package).collect();
    packages.sort_unstable();
    packages.dedup();
    GstError::Missing { elements: elements.join(", "), packages: packages.join(" ") }
}
