//! Real GStreamer, and files that ffmpeg makes. Where a file stands is asked with a clock that the test turns; what comes live
//! runs on the real one.

mod animated;
mod clips;
mod file;
mod hostile;
mod life;
mod network;
mod published;
mod queue;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use super::wanted::{Wanted, wanted};
use super::{Outside, Sources};
use crate::base::clock::{Clock, Stopwatch};
use crate::base::status::InputState;
use crate::base::vitals::Vitals;
use crate::frame::ingest::Ingest;
use crate::frame::taps::Taps;
use crate::frame::video::VideoFrame;
use crate::show::ids::InputId;
use crate::show::input::{Input, InputKind, Playback};
use crate::show::time::ShowTime;

const START: ShowTime = ShowTime(1_700_000_000_000_000);
const PATIENCE: Duration = Duration::from_secs(180);

/// Waits for something that will come, and fails by name if it does not.
fn eventually<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let watch = Stopwatch::start();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(watch.elapsed() < PATIENCE, "{what} did not come within {PATIENCE:?}");
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// One input, and everything around it.
struct Stand {
    sources: Arc<Sources>,
    ingest: Arc<Ingest>,
    clock: Clock,
    vitals: Arc<Vitals>,
    input: Input,
    file: Option<PathBuf>,
}

impl Stand {
    fn new(clock: Clock, rest: &str, file: Option<&Path>) -> Self {
        crate::gst::start().unwrap();
        let vitals = Arc::new(Vitals::new());
        let ingest = Ingest::new();
        let outside = Outside { ingest: ingest.clone(), jams: Arc::default() };
        let sources = Sources::new(clock.clone(), Taps::new(), outside, vitals.clone());
        let input: Input = serde_json::from_str(&format!(r#"{{"id": "clip", {rest}}}"#)).unwrap();
        input.check().unwrap();
        Self { sources, ingest, clock, vitals, input, file: file.map(Path::to_owned) }
    }

    /// A file that plays since `START`, on a clock that stands there.
    fn of_file(file: &Path, rest: &str) -> Self {
        let playback = format!(r#""playback": {{"state": "playing", "since": {}}}"#, START.micros());
        let rest = format!(r#""kind": "video", "asset": "a", {playback} {rest}"#);
        let stand = Self::new(Clock::manual(START), &rest, Some(file));
        stand.order(true);
        stand
    }

    fn id(&self) -> &InputId {
        &self.input.id
    }

    fn order(&self, is_visible: bool) {
        self.order_held(is_visible, None);
    }

    fn order_held(&self, is_visible: bool, held_at: Option<ShowTime>) {
        let inputs = [Arc::new(self.input.clone())];
        let wanted: BTreeMap<InputId, Wanted> = wanted(&inputs, [(self.id().clone(), is_visible)], |_| self.file.clone());
        self.sources.order(&wanted, held_at);
    }

    fn set_playback(&mut self, playback: Playback) {
        let InputKind::Video(video) = &mut self.input.kind else { panic!("it is no video") };
        video.playback = playback;
        self.order(true);
    }

    fn frame(&self, at: ShowTime) -> Option<Arc<VideoFrame>> {
        self.sources.frame(self.id(), at)
    }

    fn state(&self) -> Option<InputState> {
        self.vitals.status.input("clip")
    }

    fn state_is(&self, label: &str) {
        eventually(label, || (self.state()?.label() == label).then_some(()));
    }

    fn frames(&self) -> u64 {
        self.vitals.input_frames.with_label_values(&["clip"]).get()
    }

    /// Turns the clock to so many microseconds after the start, and waits until this number is shown.
    fn shows(&self, after: i64, number: u32) {
        let at = ShowTime(START.micros() + after);
        self.clock.set(at);
        let watch = Stopwatch::start();
        loop {
            let shown = self.frame(at).map(|frame| number_of(&frame));
            if shown == Some(number) {
                return;
            }
            assert!(
                watch.elapsed() < PATIENCE,
                "{number} is due {after} us after the start, not {shown:?}, {:?}",
                self.state()
            );
            std::thread::sleep(Duration::from_millis(1));
        }
    }
}

impl Drop for Stand {
    fn drop(&mut self) {
        self.sources.stop();
    }
}

/// What `clips::numbered` painted.
fn number_of(frame: &VideoFrame) -> u32 {
    let [luma, _, _] = frame.planes();
    let middle = luma.row(frame.height as usize / 2, frame.width as usize)[frame.width as usize / 2];
    u32::from(middle).saturating_sub(16).div_ceil(2)
}
