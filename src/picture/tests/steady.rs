//! Steady state allocates nothing per frame.

use super::*;
use crate::base::vitals::Vitals;
use crate::frame::mailbox::{Mailbox, WhenFull};
use crate::frame::pixels::allocations;
use crate::picture::prepare::all;
use crate::picture::tick::Engine;
use crate::show::time::FrameNumber;

#[test]
fn frames_over_many_seconds_allocate_nothing() {
    let (show, assets) = (show_of(EVERYTHING), assets());
    let fps = show.config.fps;
    let mut pictures = Pictures::default();
    for second in 0..12 {
        all(&show, ShowTime(second * 1_000_000), assets.path(), &mut pictures);
    }
    let outlet = Mailbox::new(8, WhenFull::DropNewest);
    outlet.set_wanted(true);
    let vitals = Arc::new(Vitals::new());
    let mut engine = Engine::new(vec![outlet.clone()], Arc::new(NoFilms), vitals.clone(), show.config.canvas());
    let mut tick = |frame: u64| {
        engine.tick(&show, &pictures, fps.time_of(FrameNumber(frame)));
        // An encoder that is four frames behind.
        if outlet.len() > 4 {
            outlet.try_take();
        }
    };
    // The first second fills lists and buffers.
    (0..30).for_each(&mut tick);
    let allocations = allocations::during(|| (30..330).for_each(tick));
    assert_eq!(allocations, 0);
    assert_eq!((vitals.frames_painted.get(), vitals.frames_skipped.get()), (329, 0));
}
