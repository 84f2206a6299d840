//! Displays of a show, on glass in place of hardware.

use std::sync::Mutex;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::atomic::{AtomicBool, AtomicUsize};
use std::sync::mpsc::{Receiver, channel};

use serde_json::json;

use super::*;
use crate::base::status::Reached;
use crate::frame::mailbox::WhenFull;
use crate::frame::picture::Layout;
use crate::frame::pool::FramePool;
use crate::send::tests::eventually;
use crate::show::geometry::Canvas;
use crate::show::time::{FrameNumber, ShowTime};
use crate::state::apply::apply;

#[test]
fn errors_say_what_can_be_done_about_them() {
    #[track_caller]
    fn check(error: io::Error, expected: DisplayError) {
        assert_eq!(DisplayError::of(&error, "/dev/fb0"), expected);
    }
    let device = || "/dev/fb0".to_owned();
    check(io::ErrorKind::NotFound.into(), DisplayError::Absent { what: device() });
    check(io::Error::from_raw_os_error(19), DisplayError::Absent { what: device() });
    check(io::ErrorKind::PermissionDenied.into(), DisplayError::Denied { device: device() });
    check(io::Error::from_raw_os_error(16), DisplayError::Denied { device: device() });
    check(io::Error::other("it burns"), DisplayError::Io("/dev/fb0: it burns".to_owned()));
}

#[test]
fn only_some_errors_are_refusals() {
    assert!(DisplayError::Denied { device: String::new() }.is_refusal());
    assert!(DisplayError::unsuitable("").is_refusal());
    assert!(!DisplayError::Absent { what: String::new() }.is_refusal());
    assert!(!DisplayError::Io(String::new()).is_refusal());
}

#[test]
fn what_is_not_there_is_absent() {
    let screen = Screen::Framebuffer { device: "/dev/fb987".to_owned() };
    assert!(matches!(open(&screen, &Cards::default()).err(), Some(DisplayError::Absent { .. })));
    let device = Some("/dev/dri/card987".to_owned());
    let screen = Screen::Kms { device, connector: None, mode: None };
    assert!(matches!(open(&screen, &Cards::default()).err(), Some(DisplayError::Absent { .. })));
}

/// What stands in place of hardware: whether it is there, and what is seen on it.
#[derive(Default)]
struct Glass {
    is_there: AtomicBool,
    opened: AtomicUsize,
    /// The first pixel.
    seen: Mutex<Option<[u8; 3]>>,
    /// What is shown next lasts until the other end is dropped.
    hangs: Mutex<Option<Receiver<()>>>,
}

impl Glass {
    fn seen(&self) -> Option<[u8; 3]> {
        *self.seen.lock().unwrap()
    }
}

struct OnGlass(Arc<Glass>);

impl Surface for OnGlass {
    fn size(&self) -> (u32, u32) {
        (32, 32)
    }

    fn format(&self) -> PixelFormat {
        PixelFormat::Rgb888
    }

    fn show(&mut self, pixels: &[u8], _: usize, _: &[Rect]) -> Result<(), DisplayError> {
        let hangs = self.0.hangs.lock().unwrap().take();
        hangs.map(|hangs| hangs.recv());
        *self.0.seen.lock().unwrap() = pixels.first_chunk().copied();
        Ok(())
    }

    fn look_after(&mut self) -> Result<(), DisplayError> {
        if self.0.is_there.load(Relaxed) { Ok(()) } else { Err(DisplayError::Absent { what: "a glass".to_owned() }) }
    }
}

/// Two framebuffers of glass, and somebody who paints.
struct Showing {
    show: Show,
    live: Arc<ArcSwap<Show>>,
    frames: Arc<Mailbox<Frame>>,
    glasses: [Arc<Glass>; 2],
    vitals: Arc<Vitals>,
    clock: Clock,
    stop: StopFlag,
    thread: JoinHandle<()>,
    pool: FramePool,
}

impl Showing {
    fn new() -> Self {
        let (live, vitals, stop) =
            (Arc::new(ArcSwap::from_pointee(Show::default())), Arc::new(Vitals::new()), StopFlag::default());
        let (frames, clock) = (Mailbox::new(1, WhenFull::DropOldest), Clock::manual(ShowTime(0)));
        let glasses = [(); 2].map(|()| Arc::new(Glass { is_there: true.into(), ..Glass::default() }));
        let all = glasses.clone();
        let open = move |screen: &Screen| {
            let Screen::Framebuffer { device } = screen else { return Err(DisplayError::unsuitable("no glass")) };
            let glass = if device == "/dev/fb0" { &all[0] } else { &all[1] };
            let mut glass = OnGlass(glass.clone());
            glass.look_after()?;
            glass.0.opened.fetch_add(1, Relaxed);
            Ok(Box::new(glass) as Box<dyn Surface>)
        };
        let env = Env {
            show: live.clone(),
            frames: frames.clone(),
            clock: clock.clone(),
            vitals: vitals.clone(),
            stop: stop.clone(),
            open: Arc::new(open),
        };
        let thread = start(env).unwrap();
        let pool = FramePool::new(Layout::new(Canvas { width: 64, height: 64 }), 8);
        Self { show: Show::default(), live, frames, glasses, vitals, clock, stop, thread, pool }
    }

    #[track_caller]
    fn act(&mut self, command: serde_json::Value) {
        apply(&mut self.show, serde_json::from_value(command).unwrap(), ShowTime(1)).unwrap();
        self.live.store(Arc::new(self.show.clone()));
    }

    /// As the engine does: a frame of one grey, if anybody wants one.
    fn paint(&self, luma: u8) {
        let Some(mut frame) = self.pool.try_take().filter(|_| self.frames.is_wanted()) else { return };
        frame.planes_mut()[0].fill(luma);
        self.frames.post(frame.freeze(FrameNumber(1), ShowTime(0)));
    }

    #[track_caller]
    fn eventually(&self, what: &str, luma: u8, holds: impl Fn() -> bool) {
        eventually(what, || {
            self.paint(luma);
            holds()
        });
    }

    fn is(&self, state: Reached) -> bool {
        self.vitals.status.display("d").is_some_and(|display| display.state == state)
    }

    fn end(self) {
        self.stop.stop();
        self.thread.join().unwrap();
    }
}

#[test]
fn a_display_shows_the_program_as_it_is_set_up_and_is_dark_when_it_is_removed() {
    let mut showing = Showing::new();
    let glass = showing.glasses[0].clone();
    assert!(!showing.frames.is_wanted(), "nobody looks on, so nothing is painted");
    showing.act(json!({"command": "put_display", "display": {"id": "d", "kind": "framebuffer"}}));
    showing.eventually("white", 235, || glass.seen() == Some([255; 3]));
    showing.eventually("it is told", 235, || showing.is(Reached::Live));
    let state = showing.vitals.status.display("d").unwrap();
    assert_eq!((state.width, state.height, state.reason), (Some(32), Some(32), None));
    showing.eventually("black", 16, || glass.seen() == Some([0; 3]));
    showing.act(json!({"command": "change_display", "display": "d", "patch": {"test_card": true}}));
    showing.eventually("a test card", 16, || glass.seen().is_some_and(|pixel| pixel != [0; 3]));
    showing.act(json!({"command": "change_display", "display": "d", "patch": {"test_card": false, "brightness": 0.5}}));
    showing.eventually("half as bright", 235, || glass.seen().is_some_and(|[red, ..]| (60..=200).contains(&red)));
    assert_eq!(glass.opened.load(Relaxed), 1, "a change of its look opens nothing anew");
    showing.act(json!({"command": "remove_display", "display": "d"}));
    showing.eventually("dark", 235, || glass.seen() == Some([0; 3]) && showing.vitals.status.display("d").is_none());
    assert!(!showing.frames.is_wanted());
    showing.end();
}

#[test]
fn a_display_that_moves_is_dark_where_it_was_and_one_that_is_switched_off_too() {
    let mut showing = Showing::new();
    let [old, new] = showing.glasses.clone();
    showing.act(json!({"command": "put_display", "display": {"id": "d", "kind": "framebuffer"}}));
    showing.eventually("white", 235, || old.seen() == Some([255; 3]));
    showing.act(json!({"command": "change_display", "display": "d", "patch": {"device": "/dev/fb1"}}));
    showing.eventually("white elsewhere", 235, || old.seen() == Some([0; 3]) && new.seen() == Some([255; 3]));
    showing.act(json!({"command": "change_display", "display": "d", "patch": {"enabled": false}}));
    showing.eventually("dark", 235, || new.seen() == Some([0; 3]));
    showing.act(json!({"command": "change_display", "display": "d", "patch": {"enabled": true}}));
    showing.eventually("white again", 235, || new.seen() == Some([255; 3]));
    showing.stop.stop();
    showing.eventually("nothing shines on when the server goes", 235, || new.seen() == Some([0; 3]));
    showing.end();
}

#[test]
fn a_display_that_is_not_there_is_told_found_and_disturbs_no_other() {
    let mut showing = Showing::new();
    let [gone, there] = showing.glasses.clone();
    gone.is_there.store(false, Relaxed);
    showing.act(json!({"command": "put_display", "display": {"id": "d", "kind": "framebuffer"}}));
    showing.act(json!({"command": "put_display", "display": {"id": "e", "kind": "framebuffer", "device": "/dev/fb1"}}));
    showing.eventually("the other shows", 235, || there.seen() == Some([255; 3]) && showing.is(Reached::Absent));
    assert!(showing.vitals.status.display("d").unwrap().reason.is_some_and(|reason| reason.contains("plugged in")));
    gone.is_there.store(true, Relaxed);
    showing.eventually("it is found", 235, || gone.seen() == Some([255; 3]) && showing.is(Reached::Live));
    gone.is_there.store(false, Relaxed);
    showing.eventually("it is lost", 235, || showing.is(Reached::Absent));
    showing.act(json!({"command": "remove_display", "display": "e"}));
    showing.eventually("nothing is painted for one that is not there", 235, || !showing.frames.is_wanted());
    showing.end();
}

#[test]
fn a_display_that_hangs_is_told_wants_nothing_when_it_is_removed_and_is_found_when_it_goes_on() {
    let mut showing = Showing::new();
    let glass = showing.glasses[0].clone();
    showing.act(json!({"command": "put_display", "display": {"id": "d", "kind": "framebuffer"}}));
    showing.eventually("it is live", 235, || glass.seen() == Some([255; 3]) && showing.is(Reached::Live));
    let (hold, hangs) = channel();
    *glass.hangs.lock().unwrap() = Some(hangs);
    showing.eventually("it hangs", 16, || glass.hangs.lock().unwrap().is_none());
    showing.clock.set(ShowTime(6_000_000));
    showing.eventually("it is told", 16, || showing.is(Reached::Unreachable));
    drop(hold);
    showing.eventually("it goes on", 16, || {
        showing.clock.set(ShowTime(showing.clock.now().micros() + 100_000));
        showing.is(Reached::Live) && glass.seen() == Some([0; 3])
    });
    let (hold, hangs) = channel();
    *glass.hangs.lock().unwrap() = Some(hangs);
    showing.eventually("it hangs", 235, || glass.hangs.lock().unwrap().is_none());
    showing.act(json!({"command": "remove_display", "display": "d"}));
    eventually("nothing is painted for it", || !showing.frames.is_wanted());
    drop(hold);
    showing.end();
}
