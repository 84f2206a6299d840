//! Elements that are made once, one after the other, before several threads make theirs.
//!
//! GLib 2.74 can lock up when two threads see to the classes of types for the first time: one holds the lock on classes and waits for a
//! type that another is registering, and that one waits for the lock. All of GObject then stands still, for good, and with it every
//! decoder. Seen with UDP, SRT and HTTP sources that began in the same instant. What is made here is known from then on.

use std::sync::Once;

use gstreamer::prelude::*;
use gstreamer::{ElementFactory, Rank};

/// Those that make known the sockets of GIO, on which all others stand.
const NETWORK: [&str; 2] = ["udpsrc", "rtmp2sink"];
/// What decoders are made of; those of a kind of file are alike and stand on the same.
const DECODING: [&str; 25] = [
    "souphttpsrc",
    "srtsrc",
    "rtmp2src",
    "rtspsrc",
    "filesrc",
    "appsrc",
    "appsink",
    "capsfilter",
    "typefind",
    "queue2",
    "multiqueue",
    "uridecodebin",
    "decodebin",
    "qtdemux",
    "matroskademux",
    "tsdemux",
    "flvdemux",
    "hlsdemux",
    "h264parse",
    "aacparse",
    "avdec_h264",
    "avdec_aac",
    "videoconvert",
    "audioconvert",
    "audioresample",
];

/// Readers of playlists that the older ones stand behind (docs/decisions/0028).
const AVOIDED: [&str; 3] = ["hlsdemux2", "dashdemux2", "mssdemux2"];

/// At the start: the sockets alone, because an idle server should be small.
pub(super) fn network() {
    make(&NETWORK);
}

/// Before the first decoder. Whoever comes meanwhile waits for it, which takes a fraction of a second, once.
pub(super) fn decoding() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        AVOIDED.iter().filter_map(|name| ElementFactory::find(name)).for_each(|factory| factory.set_rank(Rank::NONE));
        make(&DECODING);
    });
}

/// What is not installed can not lock anything up.
fn make(elements: &[&str]) {
    elements.iter().for_each(|element| drop(ElementFactory::make(element).build()));
}
