//! On a larger sheet everything is drawn larger, as if all of its numbers were.

use crate::frame::picture::Frame;
use crate::frame::video::NoFilms;
use crate::picture::buffers::Buffers;
use crate::picture::darkroom::prepared_on;
use crate::picture::easel::Easel;
use crate::picture::list::DisplayList;
use crate::picture::plan::plan_on;
use crate::show::Show;
use crate::show::geometry::Canvas;
use crate::show::time::{FrameNumber, ShowTime};
use std::path::Path;

fn show(factor: f64) -> Show {
    let n = |number: f64| number * factor;
    let layers = serde_json::json!([
        {"id": "back", "kind": "gradient", "from": "#102040", "to": "#804020", "angle": 30},
        {"id": "band", "kind": "color", "color": "#00aa66", "x": n(20.0), "y": "50%", "width": n(200.0), "height": n(30.0), "opacity": 0.7},
        {"id": "title", "kind": "text", "text": "Marquee", "size": n(32.0), "x": n(30.0), "y": n(20.0), "width": n(280.0)},
        {"id": "shape", "kind": "shape", "shape": "ellipse", "fill": "#ffcc00", "x": n(200.0), "y": n(90.0), "width": n(80.0), "height": n(60.0),
         "shadow": {"x": n(4.0), "y": n(4.0), "blur": n(6.0), "color": "#000000"}},
        {"id": "group", "kind": "group", "x": n(40.0), "y": n(110.0), "width": n(120.0), "height": n(60.0), "opacity": 0.5, "layers": [
            {"id": "in", "kind": "color", "color": "#ffffff", "x": n(8.0), "y": n(8.0), "width": "50%", "height": n(20.0)}]}
    ]);
    let (width, height) = (n(320.0) as u32, n(180.0) as u32);
    serde_json::from_value(serde_json::json!({
        "config": {"width": width, "height": height, "fps": 30, "bitrate": 3000, "audioBitrate": 128, "keyFrameInterval": 2,
            "preset": "veryfast", "preview": {"width": 320, "fps": 10, "quality": 75}},
        "stream": {"status": "stopped"}, "destinations": {}, "assets": {},
        "scenes": {"a": {"id": "a", "layers": layers}, "b": {"id": "b", "layers": []}},
        "program": {"scene": "a", "since": 0, "mix": {"kind": "coming", "scene": "b", "taken": 0, "position": 0.4,
            "transition": {"kind": "wipe", "duration_ms": 1000, "softness": 0.2}}},
    }))
    .expect("a show")
}

fn painted(show: &Show, sheet: Canvas) -> Frame {
    let at = ShowTime(1_000_000);
    let pictures = prepared_on(show, sheet, at, Path::new("/nowhere"));
    let mut list = DisplayList::default();
    plan_on(show, sheet, at, &pictures, &NoFilms, &mut list);
    assert!(!list.is_missing_pictures());
    Buffers::new(sheet, 2).paint(&list, &pictures, &mut Easel::new(1), (FrameNumber(30), at)).expect("a buffer")
}

#[test]
fn a_show_on_a_sheet_of_twice_its_size_is_the_show_of_twice_its_numbers() {
    let sheet = Canvas { width: 640, height: 360 };
    let (small, large) = (painted(&show(1.0), sheet), painted(&show(2.0), sheet));
    for (index, (one, other)) in small.planes().into_iter().zip(large.planes()).enumerate() {
        let differ = one.iter().zip(other).filter(|(one, other)| one != other).count();
        assert_eq!(differ, 0, "plane {index}");
    }
    let usual = painted(&show(1.0), show(1.0).config.canvas());
    assert_eq!(usual.layout().canvas, Canvas { width: 320, height: 180 });
}
