//! What the queue gives back. A decoder's memory is gone only when the last of its pictures is.

use std::sync::Arc;

use crate::frame::video::{Plane, Planes, VideoFrame};
use crate::picture::sources::course::Course;
use crate::picture::sources::queue::{Queue, Window};
use crate::show::time::ShowTime;

/// Stands for the decoder that the picture came from: counted for as long as somebody holds it.
struct Gray(#[expect(dead_code, reason = "counted by being held")] Arc<()>);

impl Planes for Gray {
    fn plane(&self, index: usize) -> Option<Plane<'_>> {
        (index < 3).then_some(Plane { bytes: &[128; 4], stride: 2 })
    }
}

fn picture(place: i64, decoder: &Arc<()>) -> VideoFrame {
    VideoFrame::new((2, 2), (1, 1), place, Arc::new(Gray(decoder.clone())))
}

#[test]
fn a_source_that_goes_on_elsewhere_gives_back_every_picture_of_before() {
    let window = Arc::<Window>::default();
    let mut queue = Queue::new(window.clone());
    for opening in 0..4 {
        let decoder = Arc::new(());
        let begins = ShowTime(opening * 1_000_000);
        queue.jump(begins, Course { from: begins, place: 0, speed: 1.0 });
        let before = window.frame(begins);
        (0..5).for_each(|index| queue.push(40_000 + index * 40_000, picture(index, &decoder)));
        queue.publish();
        let held = window.frame(begins);
        assert_eq!(held.map(|frame| frame.id), before.map(|frame| frame.id), "what was shown stays until the next is due");
        let later = ShowTime(begins.micros() + 200_000);
        queue.prune(later);
        queue.publish();
        assert_eq!(window.frame(later).unwrap().pts, 4);

        let next = ShowTime(begins.micros() + 400_000);
        queue.jump(next, Course { from: next, place: 0, speed: 1.0 });
        queue.publish();
        assert_eq!(Arc::strong_count(&decoder) - 1, 1, "only what is shown is held");
        let other = Arc::new(());
        queue.push(0, picture(9, &other));
        queue.prune(ShowTime(next.micros() + 200_000));
        queue.publish();
        assert_eq!(Arc::strong_count(&decoder) - 1, 0, "and nothing when it is over (opening {opening})");
    }
}
