//! What the multiview shows, and what it costs nobody.

use std::collections::BTreeSet;
use std::path::Path;

use super::derive::{Multiview, multiview_of};
use super::places::Places;
use super::*;
use crate::frame::picture::Layout;
use crate::frame::pool::FramePool;
use crate::frame::video::{Films, NoFilms};
use crate::picture::tests::films::Smooth;
use crate::picture::tests::{scene_of, show_of};
use crate::picture::yuv::Yuv;
use crate::show::color::Color;
use crate::show::geometry::{Canvas, Rect};
use crate::show::ids::SceneId;
use crate::show::layer::{Content, Layer};
use crate::show::program::{Program, Studio};
use crate::show::scene::Scene;
use crate::show::time::{FrameNumber, ShowTime};

const SILENCE: Heard = Heard { peak_db: [-120.0; 2], rms_db: [-120.0; 2] };
const RED: Color = Color::opaque(0xff, 0, 0);
const FRAME_RED: Color = Color::opaque(0xe0, 0x20, 0x20);
const FRAME_GREEN: Color = Color::opaque(0x20, 0xc0, 0x40);
const FRAME_GREY: Color = Color::opaque(0x48, 0x48, 0x48);

fn id(name: &str) -> SceneId {
    SceneId::new(name).unwrap()
}

/// On air is `s00`, in the preview `s01` if there are two.
fn show_with(scenes: usize, layers: &str) -> Show {
    let mut show = show_of(layers);
    let layers = scene_of(&show).layers.clone();
    let scene =
        |number: usize| Scene { id: id(&format!("s{number:02}")), name: format!("Scene {number}"), layers: layers.clone() };
    show.scenes = Arc::new((0..scenes).map(|number| (scene(number).id.clone(), Arc::new(scene(number)))).collect());
    show.program = (scenes > 0).then(|| Program::cut(id("s00"), ShowTime(0)));
    let preview = (scenes > 1).then(|| id("s01"));
    show.studio = Arc::new(Studio { preview, ..Studio::default() });
    show
}

fn rename(show: &mut Show, scene: &str, name: &str) {
    let scenes = Arc::make_mut(&mut show.scenes);
    Arc::make_mut(scenes.get_mut(scene).unwrap()).name = name.to_owned();
}

fn derived(show: &Show) -> Multiview {
    multiview_of(show, show.config.canvas(), &SILENCE).expect("there are names left")
}

fn shown(multiview: &Multiview) -> Vec<String> {
    let scene = |layer: &Arc<Layer>| match &layer.content {
        Content::Scene { scene } => Some(scene.as_str().to_owned()),
        _ => None,
    };
    multiview.scene.layers.iter().filter_map(scene).collect()
}

fn names(multiview: &Multiview) -> Vec<String> {
    let text = |layer: &Arc<Layer>| match &layer.content {
        Content::Text { text, .. } => Some(text.clone()),
        _ => None,
    };
    multiview.scene.layers.iter().filter_map(text).collect()
}

fn shows_program(multiview: &Multiview) -> bool {
    let is_program = |layer: &Arc<Layer>| layer.content == Content::Input { input: multiview.program.clone() };
    multiview.scene.layers.iter().filter(|layer| is_program(layer)).count() == 1
}

#[test]
fn every_scene_is_shown_once_and_the_show_is_otherwise_the_same() {
    for count in [0, 1, 2, 17, 50] {
        let show = show_with(count, r#"{"id":"p","kind":"pattern"}"#);
        let multiview = derived(&show);
        let scenes = shown(&multiview);
        assert_eq!(scenes.len(), count.saturating_sub(1), "all but the one on air, which is the program's own frame");
        assert_eq!(scenes.iter().collect::<BTreeSet<_>>().len(), scenes.len());
        assert_eq!(shows_program(&multiview), count > 0);
        assert_eq!(names(&multiview).len(), 2.max(count));
        let ids: BTreeSet<_> = multiview.scene.layers.iter().map(|layer| &layer.id).collect();
        assert_eq!(ids.len(), multiview.scene.layers.len());
        let mut rest = multiview.show.clone();
        Arc::make_mut(&mut rest.scenes).remove(&multiview.scene.id).expect("it is in the show");
        assert_eq!(rest, show);
    }
}

#[test]
fn more_scenes_than_anybody_could_recognise_are_counted() {
    let multiview = derived(&show_with(102, ""));
    assert_eq!((shown(&multiview).len(), names(&multiview).last().unwrap().as_str()), (1 + 63, "+ 37"));
}

#[test]
fn names_are_shown_as_they_are_and_ids_where_there_is_none() {
    let mut show = show_with(4, "");
    rename(&mut show, "s00", "{clock}");
    rename(&mut show, "s02", " ");
    rename(&mut show, "s03", &"very long ".repeat(12));
    let names = names(&derived(&show));
    assert_eq!(names[..3], ["PROGRAM · {{clock}}", "PREVIEW · Scene 1", "s02"]);
    assert!(names[3].starts_with("very long very long"));
}

#[test]
fn names_that_are_taken_are_not_taken_again() {
    let mut show = show_with(2, "");
    let scenes = Arc::make_mut(&mut show.scenes);
    scenes.insert(id("multiview-0"), scenes["s00"].clone());
    let multiview = derived(&show);
    assert_eq!(multiview.scene.id.as_str(), "multiview-1");
    assert_eq!(shown(&multiview), ["s01", "multiview-0"]);
}

/// The picture around a frame of the program, with some sound.
pub fn painted(show: &Show, program: &Frame, assets_dir: &Path, films: &dyn Films) -> Frame {
    let mut wall = Wall::new(show.config.canvas().shrunk_to(1280), assets_dir);
    let heard = Heard { peak_db: [-4.0, -9.0], rms_db: [-12.0, -22.0] };
    whole(&mut wall, (show, program, &heard, films))
}

/// Painted until everything is prepared, however slow this machine is.
fn whole(wall: &mut Wall, (show, program, heard, films): (&Show, &Frame, &Heard, &dyn Films)) -> Frame {
    loop {
        let frame = wall.paint(show, program, heard, films).expect("a buffer is free");
        if !wall.is_missing_pictures() {
            return frame;
        }
    }
}

/// A wall, and frames of a program as the engine makes them.
struct Stage {
    wall: Wall,
    program: FramePool,
    number: u64,
    show: Show,
}

impl Stage {
    fn new(mut show: Show) -> Stage {
        let config = Arc::make_mut(&mut show.config);
        (config.width, config.height) = (1920, 1080);
        let program = FramePool::new(Layout::new(show.config.canvas()), 4);
        let sheet = show.config.canvas().shrunk_to(1280);
        Stage { wall: Wall::new(sheet, Path::new("/nowhere")), program, number: 0, show }
    }

    fn places(&self) -> Places {
        let large = 1 + usize::from(self.show.studio.preview.is_some());
        Places::of(self.wall.sheet(), self.show.scenes.len() - large)
    }

    /// A frame of the program in one colour.
    fn program(&mut self, color: Color) -> Frame {
        self.number += 1;
        let mut frame = self.program.try_take().expect("a buffer is free");
        let Yuv { y, u, v } = Yuv::of(color);
        frame.planes_mut().into_iter().zip([y, u, v]).for_each(|(plane, value)| plane.fill(value));
        let number = FrameNumber(self.number);
        frame.freeze(number, self.show.config.fps.time_of(number))
    }

    fn paint(&mut self, program: &Frame, films: &dyn Films) -> Frame {
        whole(&mut self.wall, (&self.show, program, &SILENCE, films))
    }
}

fn color_at(frame: &Frame, (x, y): (i32, i32)) -> [u8; 3] {
    let layout = frame.layout();
    let [luma, u, v] = frame.planes();
    let (x, y) = (x as usize, y as usize);
    let chroma = y / 2 * layout.chroma_stride + x / 2;
    [luma[y * layout.luma_stride + x], u[chroma], v[chroma]]
}

#[track_caller]
fn is_color(frame: &Frame, place: (i32, i32), color: Color) {
    let Yuv { y, u, v } = Yuv::of(color);
    let found = color_at(frame, place);
    assert!(found.iter().zip([y, u, v]).all(|(one, other)| one.abs_diff(other) <= 2), "{found:?} at {place:?}, not {color}");
}

fn middle(rect: Rect) -> (i32, i32) {
    (rect.x + rect.width / 2, rect.y + rect.height / 2)
}

/// In the middle of each side of the frame around a picture.
#[track_caller]
fn is_framed(frame: &Frame, rect: Rect, width: i32, color: Color) {
    let ((x, y), beside) = (middle(rect), width / 2);
    for place in
        [(rect.x - beside, y), (rect.right() + beside - 1, y), (x, rect.y - beside), (x, rect.bottom() + beside - 1)]
    {
        is_color(frame, place, color);
    }
}

/// The brightest within a rectangle.
fn brightest(frame: &Frame, rect: Rect) -> u8 {
    let rows = rect.y..rect.bottom();
    rows.flat_map(|y| (rect.x..rect.right()).map(move |x| (x, y))).map(|place| color_at(frame, place)[0]).max().unwrap_or(0)
}

#[test]
fn what_is_on_air_is_framed_red_the_preview_green_and_everything_has_its_name() {
    let mut stage = Stage::new(show_with(12, r##"{"id":"c","kind":"color","color":"#ff0000"}"##));
    let (program, places) = (stage.program(Color::opaque(0, 0, 0xff)), stage.places());
    let frame = stage.paint(&program, &NoFilms);
    assert_eq!(frame.layout().canvas, Canvas { width: 1280, height: 720 });
    assert_eq!((frame.number, frame.at), (program.number, program.at));
    is_color(&frame, middle(places.program), Color::opaque(0, 0, 0xff));
    is_framed(&frame, places.program, places.frame, FRAME_RED);
    is_color(&frame, middle(places.preview), RED);
    is_framed(&frame, places.preview, places.frame, FRAME_GREEN);
    for tile in &places.tiles {
        is_color(&frame, middle(*tile), RED);
        is_framed(&frame, *tile, places.frame, FRAME_GREY);
    }
    assert_eq!(places.label, places.tile_label);
    for rect in [places.program, places.preview].iter().chain(&places.tiles) {
        let name = Rect { y: rect.bottom() + places.frame, height: places.label, ..*rect };
        assert!(brightest(&frame, name) > 180, "there is a name below {rect:?}");
        assert!(brightest(&frame, Rect { width: 4, ..name }) < 40, "in the middle");
    }
}

#[test]
fn pictures_are_laid_out_as_on_the_canvas() {
    // In pixels of the canvas, which is larger than the sheet.
    let mut stage =
        Stage::new(show_with(3, r##"{"id":"c","kind":"color","color":"#ff0000","x":960,"width":960,"height":1080}"##));
    let (program, places) = (stage.program(Color::BLACK), stage.places());
    let frame = stage.paint(&program, &NoFilms);
    for rect in [places.preview, places.tiles[0]] {
        let (x, y) = middle(rect);
        is_color(&frame, (x - 4, y), Color::BLACK);
        is_color(&frame, (x + 4, y), RED);
        is_color(&frame, (rect.right() - 4, rect.bottom() - 4), RED);
    }
}

#[test]
fn the_program_is_what_was_sent_whatever_it_is_on_its_way_to() {
    let mut stage = Stage::new(show_with(2, r##"{"id":"c","kind":"color","color":"#ff0000"}"##));
    let program = r#"{"scene":"s00","since":0,"mix":{"kind":"coming","scene":"s01","taken":0,"transition":{"kind":"fade","duration_ms":1000},"position":0.5}}"#;
    stage.show.program = Some(serde_json::from_str(program).expect("a program"));
    let places = stage.places();
    // Halfway from green to red.
    for color in [Color::opaque(0x80, 0x80, 0), Color::opaque(0xa0, 0x60, 0)] {
        let program = stage.program(color);
        let frame = stage.paint(&program, &NoFilms);
        is_color(&frame, middle(places.program), color);
        is_framed(&frame, places.program, places.frame, FRAME_RED);
    }
}

#[test]
fn nothing_in_the_preview_is_a_dark_place_without_a_green_frame() {
    let mut stage = Stage::new(show_with(1, r##"{"id":"c","kind":"color","color":"#ff0000"}"##));
    let (program, places) = (stage.program(RED), stage.places());
    let frame = stage.paint(&program, &NoFilms);
    is_color(&frame, middle(places.preview), Color::BLACK);
    is_framed(&frame, places.preview, places.frame, FRAME_GREY);
}

#[test]
fn what_has_not_changed_is_not_painted_again_and_the_meters_are() {
    let mut stage = Stage::new(show_with(9, r##"{"id":"t","kind":"text","text":"x"}"##));
    let program = stage.program(RED);
    let first = stage.paint(&program, &NoFilms);
    let again = stage.paint(&program.again(FrameNumber(77), ShowTime(2_566_666)), &NoFilms);
    assert!(first.same_picture(&again) && again.number == FrameNumber(77));
    let heard = Heard { peak_db: [-6.0; 2], rms_db: [-12.0; 2] };
    let louder = stage.wall.paint(&stage.show, &program, &heard, &NoFilms).expect("a buffer is free");
    let meter = stage.places().meters[0];
    let low = (meter.x + meter.width / 2, meter.bottom() - 4);
    assert!(color_at(&first, low)[0] < 60 && color_at(&louder, low)[0] > 90, "it is lit");
    assert_eq!(color_at(&first, middle(stage.places().program)), color_at(&louder, middle(stage.places().program)));
}

#[test]
fn an_input_that_only_a_small_picture_shows_moves() {
    let mut stage = Stage::new(show_with(3, ""));
    let inner = show_of(r#"{"id":"v","kind":"input","input":"v","width":"100%","height":"100%"}"#);
    let scenes = Arc::make_mut(&mut stage.show.scenes);
    scenes.insert(id("s02"), Arc::new(Scene { id: id("s02"), ..(*scene_of(&inner)).clone() }));
    let film = Smooth { width: 192, height: 108, has_alpha: false };
    let tile = stage.places().tiles[0];
    let seen: Vec<_> = (0..3)
        .map(|_| {
            stage.number += 30;
            let program = stage.program(RED);
            color_at(&stage.paint(&program, &film), middle(tile))
        })
        .collect();
    assert!(seen[0] != seen[1] && seen[1] != seen[2], "{seen:?}");
}

#[test]
fn frames_that_others_hold_are_not_painted_over() {
    let mut stage = Stage::new(show_with(3, ""));
    let mut held = Vec::new();
    for value in 0..9 {
        let program = stage.program(Color::opaque(value * 20, 0, 0));
        held.extend(stage.wall.paint(&stage.show, &program, &SILENCE, &NoFilms));
        assert!(stage.program.free() >= 2, "of the program's frames one is kept");
    }
    assert_eq!(held.len(), wall::BUFFERS);
    drop(held);
    stage.wall.let_go();
    assert_eq!(stage.program.free(), stage.program.size());
    let program = stage.program(RED);
    assert!(stage.wall.paint(&stage.show, &program, &SILENCE, &NoFilms).is_some());
}

#[test]
fn it_gives_way_as_early_as_the_preview_and_further() {
    let config = PreviewConfig { width: 1280, fps: 10, quality: 75 };
    let given = |rung| {
        let PreviewConfig { fps, width, .. } = within_means(config, rung);
        (fps, width)
    };
    assert_eq!([0, 1, 2, 3, 4].map(given), [(10, 1280), (5, 1280), (1, 640), (1, 640), (1, 640)]);
}
