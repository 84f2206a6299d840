//! Layers that show sound: rectangles of what was measured, and only what changed is painted.

use super::films::{Smooth, sight};
use super::golden::check_with;
use super::*;
use crate::base::vitals::Vitals;
use crate::frame::mailbox::{Mailbox, WhenFull};
use crate::frame::pixels::allocations;
use crate::frame::sight::{PITCHES, Sight, Sights};
use crate::frame::sound::ChunkNumber;
use crate::frame::video::VideoFrame;
use crate::picture::levels::parts;
use crate::picture::tick::Engine;
use crate::show::geometry::Rect;
use crate::show::ids::{AssetId, InputId};
use crate::show::levels::Levels;
use crate::show::time::FrameNumber;

const GROUND: &str = r##"{"id":"ground","kind":"gradient","from":"#204060","to":"#e0c090","angle":40}"##;
const SOUNDING: Smooth = Smooth { width: 200, height: 100, has_alpha: false };
const BOX: Rect = Rect { x: 11, y: 7, width: 203, height: 101 };

/// What is kept of a running mixer, as the engine sees it.
struct Seen(Arc<Sights>);

impl Films for Seen {
    fn film(&self, _: &InputId, _: ShowTime) -> Option<Arc<VideoFrame>> {
        None
    }

    fn moving(&self, _: &AssetId, _: ShowTime) -> Option<Arc<VideoFrame>> {
        None
    }

    fn sight(&self, of: Option<&InputId>, at: ShowTime) -> Option<Arc<Sight>> {
        self.0.look(of, at)
    }
}

fn levels(json: &str) -> Levels {
    serde_json::from_str(&format!("{{{json}}}")).expect("levels")
}

fn rects(levels: &Levels, sight: Option<&Sight>) -> Vec<Rect> {
    let mut all = Vec::new();
    parts(levels, BOX, 1.0, sight, |part, _| all.push(part));
    all.retain(|part| !part.is_empty());
    all
}

const FLOOR_DB: f64 = 45.0;
/// Edges of the brightest colours between two pixels of chroma, covered or turned when they have become chroma.
const EDGES_FLOOR_DB: f64 = 41.0;
/// The brightest colours with another hue do not exist as R'G'B': the reference cuts them off at once, and planes when they are shown.
const BEYOND_FLOOR_DB: f64 = 33.0;

const SHAPES: [&str; 3] = [r#""shape":"bars""#, r#""shape":"meter""#, r#""shape":"wave","bands":37"#];

#[test]
fn parts_stay_in_their_box_and_never_overlap() {
    let mut deafening = Sight { powers: [4.0; PITCHES], peak_db: [9.0; 2], rms_db: [9.0; 2], ..Sight::default() };
    deafening.wave.fill([-7.0, 7.0]);
    for shape in SHAPES {
        for grow in ["up", "right", "down", "left"] {
            for rest in ["", r#","gap":0"#, r#","gap":256"#, r#","gap":0.4,"floor_db":-12"#] {
                let levels = levels(&format!(r#"{shape},"grow":"{grow}"{rest}"#));
                for sight in [&sight(), &deafening, &Sight::default()] {
                    let all = rects(&levels, Some(sight));
                    for (index, part) in all.iter().enumerate() {
                        assert!(BOX.contains(*part), "{levels:?}: {part:?}");
                        assert!(
                            all[..index].iter().all(|other| other.intersection(*part).is_empty()),
                            "{levels:?}: {part:?}"
                        );
                    }
                }
            }
        }
    }
}

#[test]
fn louder_is_longer_and_silence_is_a_line_or_nothing() {
    let silent: Vec<Rect> = rects(&levels(r#""bands":6"#), None);
    assert!(silent.len() == 6 && silent.iter().all(|part| part.height == 2 && part.bottom() == BOX.bottom()));
    assert!(rects(&levels(r#""shape":"meter""#), None).is_empty());
    assert!(rects(&levels(r#""shape":"wave""#), None).iter().all(|part| part.height == 2));
    let mut sight = Sight::default();
    let heights =
        |sight: &Sight| rects(&levels(r#""bands":6"#), Some(sight)).iter().map(|part| part.height).collect::<Vec<_>>();
    // The third of six bands, at 30 dB of 60 below full.
    sight.powers[70] = 1e-3;
    assert_eq!(heights(&sight), [2, 2, 51, 2, 2, 2]);
    sight.powers[70] = 1e-1;
    assert_eq!(heights(&sight)[2], 84);
    let meter = rects(&levels(r#""shape":"meter","grow":"right""#), Some(&super::films::sight()));
    let longest = |top: bool| meter.iter().filter(|part| (part.y == BOX.y) == top).map(|part| part.right()).max();
    assert!(longest(true) > longest(false), "left is louder, and lies above right");
}

#[test]
fn what_sound_looks_like_is_painted_like_the_reference() {
    for shape in SHAPES {
        for (rest, floor) in [
            (r#""x":41,"y":31,"width":230,"height":120"#, FLOOR_DB),
            (r##""x":40,"y":30,"width":231,"height":121,"opacity":0.6,"from":"#ffffff80","to":"#ff0000""##, FLOOR_DB),
            (
                r##""x":30,"y":20,"width":200,"height":100,"radius":24,"border":{"width":4,"color":"#ffee00"},"shadow":{"blur":8},"grow":"right""##,
                EDGES_FLOOR_DB,
            ),
            (r#""x":160,"y":90,"anchor":"center","width":180,"height":90,"rotation":20"#, EDGES_FLOOR_DB),
            (
                r#""x":40,"y":30,"width":230,"height":120,"filters":[{"kind":"blur","amount":5},{"kind":"hue","amount":70}]"#,
                BEYOND_FLOOR_DB,
            ),
            (r#""x":40,"y":30,"width":230,"height":120,"blend":"screen","grow":"left","gap":6"#, FLOOR_DB),
        ] {
            check_with(&format!(r#"{GROUND},{{"id":"a","kind":"levels",{shape},{rest}}}"#), &SOUNDING, floor);
        }
        let group = format!(
            r#"{GROUND},{{"id":"g","kind":"group","opacity":0.7,"x":20,"y":10,"width":250,"height":150,"layers":[{{"id":"a","kind":"levels",{shape}}}]}}"#
        );
        check_with(&group, &SOUNDING, FLOOR_DB);
    }
}

/// One bar of many is louder with each number.
fn rising(number: u64) -> Arc<Sight> {
    let mut sight = sight();
    sight.powers[(number * 7 % PITCHES as u64) as usize] *= 8.0;
    sight.rms_db = [-20.0 + (number % 10) as f32, -30.0];
    sight.number = ChunkNumber(number);
    Arc::new(sight)
}

const EVERY_SHAPE: &str = r#"
    {"id":"b","kind":"levels","x":10,"y":10,"width":140,"height":70},
    {"id":"m","kind":"levels","shape":"meter","grow":"right","x":160,"y":10,"width":150,"height":30,"opacity":0.5},
    {"id":"w","kind":"levels","shape":"wave","x":160,"y":50,"width":150,"height":60,"radius":9},
    {"id":"r","kind":"levels","bands":9,"x":80,"y":130,"width":120,"height":50,"anchor":"center","rotation":9}"#;

#[test]
fn only_bars_that_change_are_painted_anew_and_the_picture_is_the_same() {
    let sights = Sights::new();
    let (show, seen) = (show_of(&format!("{GROUND},{EVERY_SHAPE}")), Seen(sights.clone()));
    let reel = sights.open(None);
    let pool = FramePool::new(Layout::new(show.config.canvas()), 1);
    let mut frame = pool.try_take().expect("a buffer");
    let canvas = show.config.canvas().bounds();
    let pictures = Pictures::prepare_now(&show, ShowTime(0), nowhere());
    let (mut held, mut list, mut easel) = (Vec::new(), DisplayList::default(), Easel::new(1));
    for number in 100..130 {
        reel.put(rising(number));
        let at = ShowTime(number as i64 * 10_000);
        plan(&show, at, &pictures, &seen, &mut list);
        let damage = if held.is_empty() { Damage::whole(canvas) } else { damage::between(&held, list.items(), canvas) };
        if !held.is_empty() {
            assert!(damage.area() < i64::from(canvas.width) * i64::from(canvas.height) / 2, "{}", damage.area());
        }
        easel.paint(&list, &pictures, &mut frame, &damage);
        held = list.items().to_vec();
        assert!(frame.planes() == painted_with(&show, at, &pictures, &seen).planes(), "{number}");
    }
}

#[test]
fn frames_that_show_sound_allocate_nothing() {
    let sights = Sights::new();
    let show = show_of(&format!("{GROUND},{EVERY_SHAPE}"));
    let pictures = Pictures::prepare_now(&show, ShowTime(0), nowhere());
    let outlet = Mailbox::new(8, WhenFull::DropNewest);
    outlet.set_wanted(true);
    let films = Arc::new(Seen(sights.clone()));
    let mut engine = Engine::new(vec![outlet.clone()], films, Arc::new(Vitals::new()), show.config.canvas());
    let reel = sights.open(None);
    let fps = show.config.fps;
    let measured: Vec<_> = (0..900).map(rising).collect();
    let mut tick = |frame: u64| {
        let at = fps.time_of(FrameNumber(frame));
        let number = ChunkNumber::at(at).0;
        drop(reel.put(measured[number as usize].clone()));
        engine.tick(&show, &pictures, at);
        outlet.try_take();
    };
    (0..90).for_each(&mut tick);
    assert_eq!(allocations::during(|| (90..250).for_each(tick)), 0);
}

#[test]
fn what_layers_of_sound_may_not_be_is_refused() {
    for bad in [r#""bands":-1"#, r#""shape":"circle""#, r#""colour":"red""#, r#""grow":"out""#, r##""from":"#12""##] {
        assert!(serde_json::from_str::<Levels>(&format!("{{{bad}}}")).is_err(), "{bad}");
    }
}
