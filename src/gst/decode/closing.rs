//! The end of a decoder. GStreamer 1.22 can wait for itself when a stream is closed in the moment in which it begins (its reader of
//! playlists does), and for ever. Whoever closes one must come back all the same.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::sync_channel;
use std::time::Duration;

use gstreamer::State;
use gstreamer::prelude::*;

use super::Origin;
use crate::base::tasks::spawn_thread;
use crate::gst::GstError;

/// Longest that closing takes when all is well: a peer that hangs is given up sooner.
const PATIENCE: Duration = Duration::from_secs(5);
/// Each holds its threads and its pictures.
const MOST_STUCK: usize = 16;
/// Whoever sends streams that can not be closed does not keep this machine's files and cameras from being shown.
const MOST_STUCK_FOR_NETWORK: usize = 8;

static STUCK: AtomicUsize = AtomicUsize::new(0);

/// Memory is bounded, so no more are opened when too many could not be closed.
pub(in crate::gst) fn check_room(origin: &Origin) -> Result<(), GstError> {
    room_beside(STUCK.load(Ordering::Relaxed), origin)
}

fn room_beside(stuck: usize, origin: &Origin) -> Result<(), GstError> {
    let most = if matches!(origin, Origin::Network { .. }) { MOST_STUCK_FOR_NETWORK } else { MOST_STUCK };
    if stuck < most {
        return Ok(());
    }
    Err(GstError::Failed(format!("{stuck} streams could not be closed and hold their memory: restart the server")))
}

/// Stops it, on a thread of its own, which is left behind if it does not come back.
pub(in crate::gst) fn close(pipeline: &gstreamer::Pipeline) {
    close_within(PATIENCE, pipeline, &STUCK);
}

fn close_within(patience: Duration, pipeline: &gstreamer::Pipeline, stuck: &'static AtomicUsize) {
    // Nothing is kept in it: what is sent has been waited for, or the one who waited has gone.
    let (done, is_done) = sync_channel(0);
    let closed = pipeline.clone();
    let closer = spawn_thread("close", move || {
        stop(&closed);
        if done.send(()).is_err() {
            stuck.fetch_sub(1, Ordering::Relaxed);
        }
    });
    if closer.is_err() {
        stop(pipeline);
    } else if is_done.recv_timeout(patience).is_err() {
        stuck.fetch_add(1, Ordering::Relaxed);
        tracing::warn!("a stream could not be closed and is left behind");
    }
}

fn stop(pipeline: &gstreamer::Pipeline) {
    // Nothing is left to do about a failure here.
    let _ = pipeline.set_state(State::Null);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_closes_a_stream_that_waits_for_ever_comes_back() {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        crate::gst::start().unwrap();
        let (release, released) = sync_channel::<()>(1);
        let released = std::sync::Mutex::new(released);
        let (entered, has_entered) = sync_channel(1);
        let pipeline = gstreamer::parse::launch("fakesrc num-buffers=1 ! fakesink name=sink").unwrap();
        let pipeline = pipeline.downcast::<gstreamer::Pipeline>().unwrap();
        let pad = pipeline.by_name("sink").unwrap().static_pad("sink").unwrap();
        pad.add_probe(gstreamer::PadProbeType::BUFFER, move |_, _| {
            entered.send(()).unwrap();
            let _ = released.lock().unwrap().recv();
            gstreamer::PadProbeReturn::Ok
        });
        pipeline.set_state(State::Playing).unwrap();
        has_entered.recv().unwrap();
        close_within(Duration::from_millis(1), &pipeline, &COUNT);
        assert_eq!(COUNT.load(Ordering::Relaxed), 1, "it is left behind");
        release.send(()).unwrap();
        while COUNT.load(Ordering::Relaxed) > 0 {
            std::thread::yield_now();
        }
        assert_eq!(pipeline.current_state(), State::Null, "and stopped as soon as it could");
    }

    #[test]
    fn files_are_opened_when_streams_are_not_any_more() {
        let stream = Origin::Network { url: String::new(), secret: Default::default(), latency_ms: 0 };
        let has_room = |stuck, origin: &Origin| room_beside(stuck, origin).is_ok();
        assert!(has_room(7, &stream) && !has_room(8, &stream));
        assert!(has_room(15, &Origin::Pushed) && !has_room(16, &Origin::Pushed));
    }
}
