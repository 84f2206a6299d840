//! Effects as layers: the same at the same time, in the right colours, and there when they are due.

use serde_json::json;

use super::*;
use crate::effect::senses::Film;
use crate::frame::jams::LiveJam;
use crate::frame::sight::{PITCHES, Sight};
use crate::frame::sound::ChunkNumber;
use crate::light::films::Read;
use crate::show::ids::{LayerId, SceneId};
use crate::show::jam::Jam;
use crate::show::jam::beat::Beat;
use crate::show::jam::layer::JamLayer;
use crate::show::jam::pattern::{Cell, PatternId};
use crate::show::layer::{Content, Layer};

fn layer(json: serde_json::Value) -> EffectLayer {
    serde_json::from_value(json).unwrap()
}

fn painter(show: &Show, effect: &EffectLayer) -> Painter {
    Painter::new(show, Lit::Effect(effect), &Sights::new())
}

fn studio() -> Studio {
    let stop = StopFlag::default();
    stop.stop();
    let (effects, painters, jams) = (Arc::default(), BTreeMap::new(), Arc::default());
    Studio { effects, painters, jams, sights: Sights::new(), films: Films::start("/nowhere".into(), stop).unwrap().0 }
}

fn show(effect: serde_json::Value) -> Show {
    let mut layer = json!({"id": "e", "kind": "effect"});
    layer.as_object_mut().unwrap().extend(effect.as_object().unwrap().clone());
    serde_json::from_value(json!({
        "config": crate::show::stream::StreamConfig::default(), "stream": {"status": "stopped"}, "destinations": {}, "assets": {},
        "scenes": {"a": {"id": "a", "layers": [layer]}}, "program": {"scene": "a", "since": 0},
    }))
    .unwrap()
}

#[test]
fn colours_are_what_video_makes_of_them() {
    for (rgb, y, u, v) in [([255, 0, 0], 63, 102, 240), ([0, 255, 0], 173, 42, 26), ([255, 255, 255], 235, 128, 128)] {
        let color = json!({"mode": "RGB", "rgb": rgb});
        let effect = layer(json!({"animation": "SOLID", "parameters": {"color_primary": color}, "columns": 5, "rows": 3}));
        let frame = painter(&Show::default(), &effect).paint(ShowTime(0), &Read::new(), &JamBoard::default()).unwrap();
        let planes = frame.planes();
        assert_eq!((frame.width, frame.height), (5, 3));
        assert_eq!(planes.map(|plane| plane.bytes.len()), [15, 6, 6]);
        for (plane, expected) in planes.iter().zip([y, u, v]) {
            assert!(plane.bytes.iter().all(|value| value.abs_diff(expected) <= 1), "{rgb:?}: {:?}", plane.bytes);
        }
    }
}

#[test]
fn frames_are_there_before_they_are_due_and_the_same_for_everyone() {
    let show = show(json!({"animation": "PLASMA", "parameters": {"speed": 2.0}, "seed": 7}));
    let fps = show.config.fps;
    let effects = Arc::new(Effects::default());
    let mut studio = Studio { effects: effects.clone(), ..studio() };
    let lit = Lit::of(&show.scenes[&SceneId::new("a").unwrap()].layers[0].content).unwrap();
    let frame = |number: u64| fps.time_of(FrameNumber(number));
    assert!(effects.film(lit, fps, frame(1_000_000)).is_none());
    studio.paint(&show, &Outlook::default(), frame(1_000_000));
    for ahead in 0..=AHEAD {
        let at = frame(1_000_000 + ahead);
        let film = effects.film(lit, fps, at).unwrap();
        assert_eq!(film.pts, at.micros());
        let again = Painter::new(&show, lit, &Sights::new()).paint(at, &Read::new(), &JamBoard::default()).unwrap();
        assert!(film.planes().iter().zip(again.planes()).all(|(one, other)| one.bytes == other.bytes));
    }
    let late = effects.film(lit, fps, frame(1_000_000 + AHEAD + 2)).unwrap();
    assert_eq!(late.pts, frame(1_000_000 + AHEAD).micros(), "the newest there is");
    assert!(effects.film(lit, fps, frame(1_000_100)).is_none(), "not one of long ago");
}

#[test]
fn what_nobody_sees_is_not_painted() {
    let mut show = show(json!({"animation": "FIRE"}));
    let mut studio = studio();
    studio.paint(&show, &Outlook::default(), ShowTime(1_000_000));
    assert_eq!(studio.painters.len(), 1);
    show.program = None;
    studio.paint(&show, &Outlook::default(), ShowTime(2_000_000));
    assert!(studio.painters.is_empty());
}

#[test]
fn an_animation_that_shows_a_picture_shows_it_in_the_picture_too() {
    let effect = layer(json!({"animation": "IMAGE", "parameters": {"asset": "0a"}, "columns": 4, "rows": 4}));
    let film = Film { width: 1, height: 1, frames: vec![(vec![[1.0; 3]], 0)] };
    let mut painter = painter(&Show::default(), &effect);
    let mut luma = |films: &Read| painter.paint(ShowTime(0), films, &JamBoard::default()).unwrap().planes()[0].bytes[5];
    assert_eq!(luma(&Read::new()), 16);
    let films = Read::from([("0a".to_owned(), Arc::new(film))]);
    assert_eq!(luma(&films), 235);
}

#[test]
fn a_jam_is_seen_as_it_is_and_repainted_when_somebody_plays() {
    let code = "AB12CD".parse().unwrap();
    let playing = |cell| {
        let mut jam = Jam::new(code, String::new(), 0);
        let drums = jam.patterns.get_mut(&PatternId::drums(0)).unwrap();
        *Arc::make_mut(drums).cell_mut(0, 0).unwrap() = cell;
        jam.transport.from = Some(Beat(0));
        Arc::new(jam)
    };
    let now = Arc::new(ArcSwap::new(playing(Cell::struck(100))));
    let mut studio = studio();
    let mut show = show(json!({"animation": "FIRE"}));
    let content = Content::Jam(JamLayer::all_of(code));
    let scene = Arc::make_mut(Arc::make_mut(&mut show.scenes).get_mut("a").unwrap());
    scene.layers = vec![Arc::new(Layer::plain(LayerId::new("j").unwrap(), content.clone()))];
    let (fps, lit) = (show.config.fps, Lit::of(&content).unwrap());
    let at = fps.time_of(FrameNumber(0));
    studio.paint(&show, &Outlook::default(), at);
    assert!(studio.effects.film(lit, fps, at).is_none(), "nothing is known of it");
    studio.jams.put(code, &LiveJam::new(now.clone()));
    studio.paint(&show, &Outlook::default(), at);
    let struck = studio.effects.film(lit, fps, at).expect("it is seen at once");
    assert!(struck.planes()[0].bytes.iter().any(|luma| *luma > 60));
    now.store(playing(Cell::default()));
    studio.paint(&show, &Outlook::default(), at);
    let rests = studio.effects.film(lit, fps, at).unwrap();
    assert!(rests.planes()[0].bytes != struck.planes()[0].bytes);
}

#[test]
fn what_shows_sound_is_painted_when_the_sound_is_there() {
    let show = show(json!({"animation": "SPECTRUM"}));
    let lit = Lit::of(&show.scenes[&SceneId::new("a").unwrap()].layers[0].content).unwrap();
    let (mut studio, fps) = (studio(), show.config.fps);
    let reel = studio.sights.open(None);
    let at = |frame: u64| fps.time_of(FrameNumber(1_000_000 + frame));
    let mut brightest = |frame, power| {
        reel.put(Arc::new(Sight { number: ChunkNumber::at(at(frame)), powers: [power; PITCHES], ..Sight::default() }));
        studio.paint(&show, &Outlook::default(), at(frame));
        *studio.effects.film(lit, fps, at(frame + 1)).unwrap().planes()[0].bytes.iter().max().unwrap()
    };
    assert_eq!(brightest(0, 0.0), 16);
    assert!(brightest(1, 1.0) > 100, "the next frame shows what is heard now");
}
