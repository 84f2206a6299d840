//! What is painted looks like the reference, and painting only what is damaged gives the same as painting everything.

use proptest::prelude::*;

use super::*;
use crate::picture::pattern::read_counter;
use crate::picture::place::Ground;
use crate::picture::pose::Pose;
use crate::picture::reference;

/// Above this nobody sees a difference. What is lost to rounding alone (8 bits, a few blends over each other) is about 50 dB.
const PSNR_FLOOR_DB: f64 = 46.0;

fn psnr(a: &[u8], b: &[u8]) -> f64 {
    assert_eq!(a.len(), b.len());
    let squares: f64 = a.iter().zip(b).map(|(a, b)| (f64::from(*a) - f64::from(*b)).powi(2)).sum();
    10.0 * (255.0_f64.powi(2) * a.len() as f64 / squares.max(1e-9)).log10()
}

#[track_caller]
fn check(layers: &str) {
    check_with(layers, &NoFilms, PSNR_FLOOR_DB);
}

#[track_caller]
pub fn check_with(layers: &str, films: &dyn Films, floor: f64) {
    let (show, assets, at) = (show_of(layers), assets(), ShowTime(1_769_861_096_040_000));
    let pictures = Pictures::prepare_now(&show, at, assets.path());
    let frame = painted_with(&show, at, &pictures, films);
    let expected = reference::paint(&show, at, assets.path(), films);
    let expected = frame.layout().planes(&expected);
    let qualities: Vec<f64> =
        frame.planes().into_iter().zip(expected).map(|(found, expected)| psnr(found, expected)).collect();
    assert!(qualities.iter().all(|quality| *quality > floor), "{layers}: {qualities:.1?} dB");
}

#[test]
fn pictures_look_like_the_reference() {
    for layer in EVERYTHING.split(",\n") {
        check(layer);
    }
    check(EVERYTHING);
    check("");
}

/// Layers with something done to them, at even and at odd places.
const DRESSED: [&str; 12] = [
    r##"{"id":"a","kind":"gradient","shape":"radial","from":"#ff2010","to":"#1020ff","x":31,"y":17,"width":150,"height":91,"radius":20}"##,
    r##"{"id":"a","kind":"gradient","shape":"conic","from":"#ffffff","to":"#102030","x":40,"y":20,"width":120,"border":{"width":7,"color":"#ffee0080"}}"##,
    r##"{"id":"a","kind":"color","color":"#20a040","x":51,"y":33,"width":"40%","height":"50%","shadow":{"x":9,"y":5,"blur":12}}"##,
    r#"{"id":"a","kind":"image","asset":"img","x":"50%","y":"50%","width":200,"height":101,"anchor":"center","fit":"cover"}"#,
    r#"{"id":"a","kind":"image","asset":"img","x":3,"y":5,"width":200,"height":100,"fit":"contain","crop":{"left":"25%","top":3}}"#,
    r#"{"id":"a","kind":"image","asset":"img","x":160,"y":90,"width":150,"anchor":"center","rotation":33}"#,
    r##"{"id":"a","kind":"shape","shape":"ellipse","fill":"#c06020","stroke":"#ffffff","stroke_width":6,"x":33,"y":11,"width":200,"height":120,"rotation":-20}"##,
    r##"{"id":"a","kind":"shape","shape":"path","path":"M50 0 L100 100 L0 60 z","fill":"#20c0f0b0","x":10,"y":10,"width":211,"height":133}"##,
    r##"{"id":"a","kind":"text","text":"Outlined","x":20,"y":41,"size":60,"outline":{"width":4,"color":"#a00000"},"shadow":{"blur":6}}"##,
    r##"{"id":"a","kind":"gradient","from":"#ff00ff","to":"#00ff00","mask":{"kind":"ellipse","invert":true},"filters":[{"kind":"hue","amount":40},{"kind":"contrast","amount":1.3}]}"##,
    r##"{"id":"a","kind":"group","x":41,"y":23,"width":200,"height":100,"layers":[{"id":"b","kind":"color","color":"#8040c0","x":"10%","y":"10%","width":"50%","height":"80%"},{"id":"c","kind":"image","asset":"img","x":"100%","anchor":"top_right"}]}"##,
    r##"{"id":"a","kind":"layout","x":7,"y":9,"width":301,"height":160,"arrange":{"gap":5},"layers":[{"id":"b","kind":"image","asset":"img"},{"id":"c","kind":"color","color":"#ffffff"},{"id":"d","kind":"pattern"}]}"##,
];

#[test]
fn whatever_is_done_to_layers_looks_like_the_reference() {
    let ground = r##"{"id":"ground","kind":"gradient","from":"#204060","to":"#a0c0e0","angle":40}"##;
    for layer in DRESSED {
        check(&format!("{ground},{layer}"));
    }
}

#[test]
fn what_moves_looks_like_the_reference_wherever_it_is() {
    let animation = |property: &str, from: f64, to: f64| {
        format!(
            r#"{{"property":"{property}","start":{{"at":1769861095000}},"keyframes":[{{"at_ms":0,"value":{from}}},{{"at_ms":2000,"value":{to}}}]}}"#
        )
    };
    for (property, from, to) in [
        ("x", 0.0, 101.3),
        ("y", -20.0, 77.7),
        ("width", 20.0, 90.0),
        ("rotation", 0.0, 90.0),
        ("opacity", 0.0, 1.0),
        ("radius", 0.0, 40.0),
    ] {
        let animations = animation(property, from, to);
        check(&format!(r##"{{"id":"a","kind":"image","asset":"img","x":50,"y":40,"animations":[{animations}]}}"##));
        check(&format!(
            r##"{{"id":"a","kind":"gradient","from":"#ff0000","to":"#00ff00","x":50.5,"y":40.5,"width":91,"height":55,"anchor":"center","animations":[{animations}]}}"##
        ));
    }
}

#[test]
fn a_missing_file_is_a_placeholder() {
    let show = show_of(r#"{"id":"i","kind":"image","asset":"img"},{"id":"j","kind":"image","asset":"none","x":100}"#);
    let pictures = Pictures::prepare_now(&show, ShowTime(0), nowhere());
    let frame = painted(&show, ShowTime(0), &pictures);
    let luma = frame.planes()[0];
    assert!(luma[320 * 5 + 5] > 40 && luma[320 * 5 + 105] > 40, "both are seen");
}

#[test]
fn the_counter_is_read_from_a_painted_frame() {
    let show = show_of(r#"{"id":"p","kind":"pattern","x":31,"y":17,"width":250}"#);
    let rect = Ground::of_canvas(show.config.canvas())
        .frame(&Pose::of(&scene_of(&show).layers[0], ShowTime(0), ShowTime(0)))
        .snapped();
    for number in [0, 1_000, 53_000_000_000_u64] {
        let at = show.config.fps.time_of(crate::show::time::FrameNumber(number));
        let frame = painted(&show, at, &Pictures::default());
        assert_eq!(read_counter(frame.planes()[0], frame.layout().luma_stride, rect), Some(number as u32));
    }
}

/// One of many layers, by a few numbers.
fn layer_json(id: usize, (kind, x, y, width, opacity): (u8, i32, i32, i32, u8)) -> String {
    let content = match kind {
        0 => r##""kind":"color","color":"#3070c0""##,
        1 => r##""kind":"color","color":"#c0307060""##,
        2 => r##""kind":"gradient","from":"#00ff00","to":"#0000ff40","angle":77"##,
        3 => r##""kind":"image","asset":"img""##,
        4 => r##""kind":"pattern""##,
        _ => r##""kind":"text","text":"{clock}","size":28"##,
    };
    let (height, opacity) = (width / 2 + 7, f64::from(opacity) / 3.0);
    format!(r#"{{"id":"l{id}","x":{x},"y":{y},"width":{width},"height":{height},"opacity":{opacity},{content}}}"#)
}

fn any_layer() -> impl Strategy<Value = (u8, i32, i32, i32, u8)> {
    (0..6_u8, -40..330_i32, -40..190_i32, 1..360_i32, 0..4_u8)
}

fn any_show() -> impl Strategy<Value = (Show, ShowTime)> {
    let layers = proptest::collection::vec(any_layer(), 0..5);
    (layers, 0..5_000_000_i64).prop_map(|(layers, at)| {
        let layers: Vec<String> = layers.into_iter().enumerate().map(|(id, layer)| layer_json(id, layer)).collect();
        (show_of(&layers.join(",")), ShowTime(at))
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn damage_gives_the_same_as_painting_everything(shows in proptest::collection::vec(any_show(), 1..6), step in 0..3_i64) {
        let assets = assets();
        let pool = FramePool::new(Layout::new(Show::default().config.canvas()), 0);
        prop_assert!(pool.try_take().is_none());
        let pool = FramePool::new(Layout::new(show_of("").config.canvas()), 1);
        let mut frame = pool.try_take().expect("a buffer");
        let (mut held, mut list, mut easel) = (Vec::new(), DisplayList::default(), Easel::new(1));
        for (show, at) in shows {
            // Each show goes on for two frames, so that small differences are seen as well as large ones.
            for at in [at, ShowTime(at.micros() + step * 33_333)] {
                let canvas = show.config.canvas().bounds();
                let pictures = Pictures::prepare_now(&show, at, assets.path());
                plan(&show, at, &pictures, &NoFilms, &mut list);
                let damage = if held.is_empty() { Damage::whole(canvas) } else { damage::between(&held, list.items(), canvas) };
                easel.paint(&list, &pictures, &mut frame, &damage);
                held = list.items().to_vec();
                let whole = painted(&show, at, &pictures);
                prop_assert!(frame.planes() == whole.planes(), "{:?}", scene_of(&show).layers);
            }
        }
    }
}
