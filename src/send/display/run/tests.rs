use std::cell::{Cell, RefCell};
use std::rc::Rc;

use super::*;
use crate::send::display::format::PixelFormat;
use crate::show::geometry::Rect;

/// A frame of one shade, told apart by its number.
#[derive(Clone)]
struct Shade {
    number: u32,
    luma: Vec<u8>,
    chroma: Vec<u8>,
}

impl Shade {
    fn new(number: u32, luma: u8) -> Self {
        Self { number, luma: vec![luma; 16], chroma: vec![128; 4] }
    }
}

impl Picture for Shade {
    fn planes(&self) -> Option<Planes<'_>> {
        Planes::new((4, 4), [&self.luma, &self.chroma, &self.chroma], 4, 2)
    }

    fn is_same(&self, other: &Self) -> bool {
        self.number == other.number
    }
}

/// What has come to the fake display: when, and its first pixel; and how it is to behave.
#[derive(Default)]
struct Screen {
    seen: RefCell<Vec<(u64, u8)>>,
    damage: RefCell<Vec<Vec<Rect>>>,
    now: Cell<u64>,
    broken: Cell<bool>,
    gone: Cell<bool>,
}

impl Surface for Rc<Screen> {
    fn size(&self) -> (u32, u32) {
        (4, 4)
    }

    fn format(&self) -> PixelFormat {
        PixelFormat::Rgb888
    }

    fn show(&mut self, pixels: &[u8], _: usize, damage: &[Rect]) -> Result<(), DisplayError> {
        if self.broken.get() {
            return Err(DisplayError::Io("it burns".to_owned()));
        }
        self.seen.borrow_mut().push((self.now.get(), pixels[0]));
        self.damage.borrow_mut().push(damage.to_vec());
        Ok(())
    }

    fn look_after(&mut self) -> Result<(), DisplayError> {
        if self.gone.get() { Err(DisplayError::Absent { what: "a screen".to_owned() }) } else { Ok(()) }
    }
}

/// Runs until so many milliseconds; a frame comes at each of the times given, `script` may change things at any.
struct Play {
    screen: Rc<Screen>,
    news: Vec<News>,
}

fn play(until: u64, frames: &[(u64, Shade)], script: impl Fn(u64, &Screen, &mut Look) -> Result<(), DisplayError>) -> Play {
    let screen = Rc::new(Screen::default());
    let now = &screen.now;
    let mut news = Vec::new();
    let mut waiting = frames.iter().peekable();
    let look = || {
        let mut look = Look::default();
        // What it says of opening is of no matter here.
        let _ = script(now.get(), &screen, &mut look);
        (now.get() < until).then_some(look)
    };
    let open = || script(now.get(), &screen, &mut Look::default()).map(|()| screen.clone());
    let take = |patience: Duration| {
        // At least a millisecond, so that time goes on.
        let end = now.get() + (patience.as_millis() as u64).max(1);
        let next = waiting.peek().map_or(u64::MAX, |(at, _)| *at).max(now.get());
        now.set(next.min(end));
        let mut newest = None;
        while let Some((_, frame)) = waiting.next_if(|(at, _)| *at <= now.get()) {
            newest = Some(frame.clone());
        }
        newest
    };
    run(open, look, take, || Duration::from_millis(now.get()), |what| news.push(what));
    Play { screen: screen.clone(), news }
}

impl Play {
    fn seen(&self) -> Vec<(u64, u8)> {
        self.screen.seen.borrow().clone()
    }

    fn shades(&self) -> Vec<u8> {
        self.seen().into_iter().map(|(_, shade)| shade).collect()
    }

    fn away(&self) -> Vec<(u32, u64)> {
        let away = self.news.iter().filter_map(|news| match news {
            News::Away { attempt, next_try, .. } => Some((*attempt, next_try.as_millis() as u64)),
            _ => None,
        });
        away.collect()
    }
}

const WHITE: u8 = 235;
const GREY: u8 = 126;

#[test]
fn every_picture_is_shown_and_at_the_end_it_is_dark() {
    let frames = [(10, Shade::new(1, WHITE)), (50, Shade::new(2, GREY))];
    let played = play(100, &frames, |_, _, _| Ok(()));
    assert_eq!(played.shades(), [255, 128, 0]);
    assert_eq!(played.seen()[0].0, 10);
    assert_eq!(played.news[..3], [News::Opened { size: (4, 4) }, News::Live, News::Shown { bytes: 48 }]);
}

#[test]
fn what_is_the_same_is_not_shown_again() {
    let frames = [(10, Shade::new(1, WHITE)), (20, Shade::new(1, WHITE)), (30, Shade::new(2, WHITE))];
    let played = play(100, &frames, |_, _, _| Ok(()));
    assert_eq!(played.shades(), [255, 0]);
    let shown: Vec<_> = played.news.iter().filter(|news| matches!(news, News::Shown { .. })).cloned().collect();
    let bytes = |bytes| News::Shown { bytes };
    assert_eq!(shown, [bytes(48), bytes(0)], "the third is another, and looks like the first");
}

#[test]
fn only_the_newest_is_shown_at_a_slower_pace() {
    let frames: Vec<_> = (0..100).map(|index| (index * 10, Shade::new(index as u32, 16 + 2 * index as u8))).collect();
    let played = play(950, &frames, |_, _, look| {
        look.fps = Some(10);
        Ok(())
    });
    let seen = played.seen();
    assert_eq!(seen.len(), 11, "with the dark at the end: {seen:?}");
    let is_newest = |(at, shade): &(u64, u8)| {
        let index = at / 10;
        u64::from(*shade).abs_diff(index * 2 * 255 / 219) <= 1
    };
    assert!(seen[..10].iter().all(is_newest), "{seen:?}");
    assert!(seen[..10].windows(2).all(|pair| pair[1].0 - pair[0].0 == 100), "{seen:?}");
}

#[test]
fn the_test_card_is_shown_while_it_is_asked_for() {
    let frames = [(10, Shade::new(1, GREY)), (250, Shade::new(2, GREY - 1)), (500, Shade::new(3, 20))];
    let played = play(600, &frames, |now, _, look| {
        look.test_card = (200..400).contains(&now);
        Ok(())
    });
    // Its border is white, and then the newest comes back.
    assert_eq!(played.shades(), [128, 255, 127, 5, 0]);
}

#[test]
fn a_change_of_look_is_seen_at_once_and_without_a_new_picture() {
    let played = play(600, &[(10, Shade::new(1, WHITE))], |now, _, look| {
        look.brightness = if now < 300 { 1.0 } else { 0.5 };
        Ok(())
    });
    assert_eq!(played.shades(), [255, 128, 0]);
}

#[test]
fn a_display_that_is_not_there_is_tried_again_less_and_less_often() {
    let played = play(12_000, &[], |now, _, _| match now {
        0..10_000 => Err(DisplayError::Absent { what: "it".to_owned() }),
        _ => Ok(()),
    });
    let pauses: Vec<_> = played.away().windows(2).map(|pair| pair[1].1 - pair[0].1).collect();
    assert_eq!(played.away().first().map(|first| first.0), Some(1));
    assert!(pauses.is_sorted() && pauses.iter().all(|pause| (250..4_200).contains(pause)), "{pauses:?}");
    assert!(played.news.contains(&News::Live), "it came, and was used");
}

#[test]
fn what_is_refused_is_seldom_asked_for_again() {
    let played = play(40_000, &[], |_, _, _| Err(DisplayError::Denied { device: "it".to_owned() }));
    assert_eq!(played.away().len(), 3, "{:?}", played.away());
}

#[test]
fn a_display_that_breaks_is_opened_again_and_shows_everything() {
    let frames = [(10, Shade::new(1, WHITE)), (500, Shade::new(2, GREY)), (1_500, Shade::new(3, WHITE))];
    let played = play(3_000, &frames, |now, screen, _| {
        screen.broken.set((400..1_000).contains(&now));
        Ok(())
    });
    let opened = played.news.iter().filter(|news| matches!(news, News::Opened { .. })).count();
    assert!(opened >= 2 && played.away().first().is_some_and(|first| first.0 == 1), "{:?}", played.news);
    assert_eq!(played.shades(), [255, 128, 255, 0], "the one that came meanwhile is not lost");
    let whole = vec![Rect { x: 0, y: 0, width: 4, height: 4 }];
    assert!(played.screen.damage.borrow().iter().all(|damage| *damage == whole));
}

#[test]
fn failures_are_counted_from_the_last_picture_on() {
    let played = play(10_000, &[(10, Shade::new(1, WHITE)), (5_000, Shade::new(2, GREY))], |now, screen, _| {
        screen.broken.set((1_000..3_000).contains(&now) || now >= 4_900);
        screen.gone.set((1_000..3_000).contains(&now));
        Ok(())
    });
    let attempts: Vec<_> = played.away().into_iter().map(|(attempt, _)| attempt).collect();
    assert_eq!(attempts.iter().filter(|attempt| **attempt == 1).count(), 2, "{attempts:?}");
}

#[test]
fn a_display_that_goes_away_while_nothing_changes_is_noticed() {
    let played = play(4_000, &[(10, Shade::new(1, WHITE))], |now, screen, _| {
        screen.gone.set((2_000..3_500).contains(&now));
        Ok(())
    });
    assert!(played.news.iter().any(|news| matches!(news, News::Away { error: DisplayError::Absent { .. }, .. })));
}

#[test]
fn everything_is_sent_again_now_and_then() {
    let played = play(70_000, &[(10, Shade::new(1, WHITE))], |_, _, _| Ok(()));
    assert_eq!(played.shades(), [255, 255, 255, 0]);
}

#[test]
fn a_frame_that_is_not_what_it_says_is_dark() {
    let broken = Shade { number: 1, luma: vec![255; 3], chroma: vec![] };
    let played = play(100, &[(10, broken)], |_, _, _| Ok(()));
    assert_eq!(played.shades(), [0, 0]);
}
