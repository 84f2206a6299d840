//! What is done to layers that move by themselves, and to what is below: it looks like the reference.

use super::films::Smooth;
use super::golden::check_with;
use crate::frame::video::NoFilms;

const GROUND: &str = r##"{"id":"ground","kind":"gradient","from":"#204060","to":"#e0c090","angle":40}"##;

const MODES: [&str; 7] = ["multiply", "screen", "add", "overlay", "darken", "lighten", "difference"];

/// Chroma of what is blended, filtered or turned is that of four pixels: each by itself in the reference, and together here.
const FLOOR_DB: f64 = 45.0;

const FILTERS: [&str; 8] = [
    r#"{"kind":"brightness","amount":0.1}"#,
    r#"{"kind":"contrast","amount":0.7}"#,
    r#"{"kind":"saturation","amount":0.3}"#,
    r#"{"kind":"hue","amount":40}"#,
    r#"{"kind":"blur","amount":9}"#,
    r##"{"kind":"chroma_key","color":"#6080a0","amount":0.05,"smoothness":0.3,"spill":0.2}"##,
    r#"{"kind":"luma_key","amount":0.3,"smoothness":0.4}"#,
    r#"{"kind":"lut","asset":"lut","amount":0.8}"#,
];

#[test]
fn every_blend_mode_meets_what_is_below_as_it_should() {
    for mode in MODES {
        for layer in [
            r##""kind":"color","color":"#b06030","x":30,"y":20,"width":140,"height":90"##,
            r##""kind":"color","color":"#3080b0a0","x":31,"y":21,"width":141,"height":91"##,
            r#""kind":"image","asset":"img","x":51,"y":33,"width":200"#,
            r##""kind":"gradient","from":"#ff2010","to":"#1020ff60","x":40,"y":20,"width":200,"height":120,"opacity":0.7"##,
            r##""kind":"group","x":41,"y":23,"width":200,"height":100,"layers":[{"id":"b","kind":"color","color":"#8040c0","width":"60%"},{"id":"c","kind":"color","color":"#40c08080","x":"30%","y":"30%"}]"##,
        ] {
            check_with(&format!(r#"{GROUND},{{"id":"a","blend":"{mode}",{layer}}}"#), &NoFilms, FLOOR_DB);
        }
    }
}

#[test]
fn blending_inside_a_group_that_can_be_seen_through() {
    for mode in MODES {
        let inner = format!(
            r##"{{"id":"b","kind":"gradient","from":"#a0804000","to":"#c0a060","width":"70%"}},{{"id":"c","kind":"gradient","from":"#60a0c0","to":"#3050a040","x":"30%","y":"20%","blend":"{mode}"}}"##
        );
        let group = format!(
            r##"{{"id":"a","kind":"group","opacity":0.8,"x":41,"y":23,"width":200,"height":100,"layers":[{inner}]}}"##
        );
        check_with(&format!("{GROUND},{group}"), &NoFilms, FLOOR_DB);
    }
}

#[test]
fn every_filter_on_what_moves_looks_like_the_reference() {
    let film = Smooth { width: 200, height: 100, has_alpha: false };
    for filter in FILTERS {
        let input = format!(
            r#"{GROUND},{{"id":"a","kind":"input","input":"v","x":40,"y":30,"width":200,"height":100,"filters":[{filter}]}}"#
        );
        check_with(&input, &film, FLOOR_DB);
        let group = format!(
            r##"{GROUND},{{"id":"a","kind":"group","x":40,"y":30,"width":200,"height":100,"layers":[{{"id":"b","kind":"gradient","from":"#508090","to":"#a07060","width":"80%"}}],"filters":[{filter}]}}"##
        );
        check_with(&group, &film, FLOOR_DB);
    }
}

#[test]
fn what_moves_is_turned_with_all_that_is_around_it() {
    let film = Smooth { width: 160, height: 90, has_alpha: false };
    for degrees in [90, 33, -20, 180] {
        for more in ["", r##","border":{"width":4,"color":"#ffffff"}"##, r#","radius":14,"shadow":{"blur":6}"#] {
            let turned = format!(r#""x":160,"y":90,"width":160,"height":90,"anchor":"center","rotation":{degrees}{more}"#);
            check_with(&format!(r#"{GROUND},{{"id":"a","kind":"input","input":"v",{turned}}}"#), &film, FLOOR_DB);
        }
        let group = format!(
            r##"{{"id":"a","kind":"group","x":160,"y":90,"width":160,"height":90,"anchor":"center","rotation":{degrees},"layers":[{{"id":"b","kind":"color","color":"#c04060"}}]}}"##
        );
        check_with(&format!("{GROUND},{group}"), &film, FLOOR_DB);
    }
}

#[test]
fn a_backdrop_shows_what_is_below_it_as_its_filters_make_it() {
    let film = Smooth { width: 320, height: 180, has_alpha: false };
    let below = r#"{"id":"v","kind":"input","input":"v","width":320,"height":180}"#;
    let image = r#"{"id":"i","kind":"image","asset":"img","x":100,"y":60,"width":120}"#;
    for filters in
        [r#"{"kind":"blur","amount":10}"#, r#"{"kind":"saturation","amount":0},{"kind":"brightness","amount":-0.1}"#]
    {
        for more in ["", r#","radius":20"#, r#","opacity":0.5"#] {
            let glass = format!(
                r#"{{"id":"b","kind":"backdrop","x":61,"y":41,"width":180,"height":100,"filters":[{filters}]{more}}}"#
            );
            let over = r##"{"id":"o","kind":"color","color":"#ffffff","x":200,"width":60}"##;
            check_with(&format!("{below},{image},{glass},{over}"), &film, FLOOR_DB);
        }
    }
}

#[test]
fn a_film_with_alpha_is_laid_over_what_is_below() {
    let film = Smooth { width: 100, height: 60, has_alpha: true };
    let opaque = Smooth { width: 100, height: 60, has_alpha: false };
    let layers = format!(r#"{GROUND},{{"id":"a","kind":"input","input":"v","x":41,"y":31,"width":200,"height":120}}"#);
    check_with(&layers, &opaque, FLOOR_DB);
    let seen = |film: &Smooth| {
        let show = super::show_of(&layers);
        let pictures = super::Pictures::prepare_now(&show, super::ShowTime(0), super::nowhere());
        super::painted_with(&show, super::ShowTime(0), &pictures, film).planes().concat()
    };
    assert!(seen(&film) != seen(&opaque), "its alpha is seen");
}

#[test]
fn the_clip_of_a_stinger_hides_the_cut() {
    let mut show = super::show_of(r##"{"id":"a","kind":"color","color":"#ff0000"}"##);
    let clip = r#"{"id":"clip","name":"x","kind":"video","format":"webm","width":320,"height":180,"bytes":1}"#;
    let clip: crate::show::asset::Asset = serde_json::from_str(clip).unwrap();
    std::sync::Arc::make_mut(&mut show.assets).insert(clip.id.clone(), clip.into());
    let mix = r#"{"scene":"s","since":0,"mix":{"kind":"leaving","scene":"s","taken":0,"since":0,"position":0,
        "transition":{"kind":"stinger","asset":"clip","cut_ms":250,"duration_ms":500}}}"#;
    show.program = Some(serde_json::from_str(mix).unwrap());
    let at = super::ShowTime(100_000);
    let pictures = super::Pictures::prepare_now(&show, at, super::nowhere());
    let film = |has_alpha| Smooth { width: 320, height: 180, has_alpha };
    let luma = |film: &Smooth| super::painted_with(&show, at, &pictures, film).planes()[0].to_vec();
    let (opaque, translucent) = (luma(&film(false)), luma(&film(true)));
    assert!(opaque.iter().all(|value| (90..=160).contains(value)), "nothing but the clip is seen");
    assert!(translucent.contains(&63), "red is seen where the clip is not");
    assert!(translucent.iter().any(|value| *value > 100), "and the clip is seen as well");
}

#[test]
fn any_number_of_threads_paints_the_same() {
    let mut show = super::show_of(&format!(
        r##"{GROUND},{{"id":"v","kind":"input","input":"v","x":"10%","y":"10%","width":"60%","radius":30,"shadow":{{"blur":9}}}},
        {{"id":"w","kind":"input","input":"v","x":31,"y":401,"width":301,"rotation":20,"filters":[{{"kind":"hue","amount":90}}]}},
        {{"id":"o","kind":"color","color":"#40a0c0","x":301,"y":101,"width":500,"height":333,"blend":"overlay"}},
        {{"id":"b","kind":"backdrop","x":500,"y":200,"width":600,"height":401,"filters":[{{"kind":"blur","amount":20}}]}},
        {{"id":"l","kind":"levels","x":41,"y":33,"width":1001,"height":600,"rotation":-7}},
        {{"id":"m","kind":"levels","shape":"meter","grow":"right","x":9,"y":501,"width":1201,"height":160,"opacity":0.8}},
        {{"id":"t","kind":"text","text":"Über {{clock}}","size":90,"x":33,"y":300}}"##
    ));
    let config = std::sync::Arc::make_mut(&mut show.config);
    (config.width, config.height) = (1280, 720);
    let at = super::ShowTime(1_769_861_096_040_000);
    let assets = super::assets();
    let pictures = super::Pictures::prepare_now(&show, at, assets.path());
    let film = Smooth { width: 640, height: 360, has_alpha: false };
    let painted = |threads: usize| {
        std::thread::scope(|scope| {
            let painting = scope.spawn(|| {
                let pool = super::FramePool::new(super::Layout::new(show.config.canvas()), 1);
                let mut frame = pool.try_take().expect("a buffer");
                let mut list = super::DisplayList::default();
                super::plan(&show, at, &pictures, &film, &mut list);
                let whole = super::Damage::whole(show.config.canvas().bounds());
                super::Easel::new(threads).paint(&list, &pictures, &mut frame, &whole);
                frame.planes().concat()
            });
            painting.join().expect("no panic")
        })
    };
    let alone = painted(1);
    for threads in [2, 3, 4] {
        assert!(painted(threads) == alone, "{threads} threads");
    }
}

/// What a buffer shows that held the first show, and was painted over with the second where they differ.
fn repainted(before: &super::Show, after: &super::Show, film: &Smooth) -> (Vec<u8>, Vec<u8>) {
    let (at, assets) = (super::ShowTime(1_769_861_096_040_000), super::assets());
    let pool = super::FramePool::new(super::Layout::new(before.config.canvas()), 1);
    let mut frame = pool.try_take().expect("a buffer");
    let (mut list, mut easel, mut held) = (super::DisplayList::default(), super::Easel::new(1), None);
    for show in [before, after] {
        let pictures = super::Pictures::prepare_now(show, at, assets.path());
        super::plan(show, at, &pictures, film, &mut list);
        let whole = super::Damage::whole(show.config.canvas().bounds());
        let damage =
            held.map_or(whole, |held: Vec<_>| super::damage::between(&held, list.items(), show.config.canvas().bounds()));
        easel.paint(&list, &pictures, &mut frame, &damage);
        held = Some(list.items().to_vec());
    }
    let pictures = super::Pictures::prepare_now(after, at, assets.path());
    (frame.planes().concat(), super::painted_with(after, at, &pictures, film).planes().concat())
}

#[test]
fn whatever_is_changed_of_a_layer_or_a_transition_is_seen() {
    let film = Smooth { width: 320, height: 180, has_alpha: false };
    let ground = r#"{"id":"v","kind":"input","input":"v"}"#;
    let colored = |more: &str| {
        super::show_of(&format!(
            r##"{ground},{{"id":"c","kind":"color","color":"#804020","x":20,"y":20,"width":100,"height":90{more}}}"##
        ))
    };
    let mixed = |transition: &str| {
        let mut show = super::show_of(r##"{"id":"a","kind":"color","color":"#ff0000"}"##);
        let other = super::show_of(r##"{"id":"a","kind":"color","color":"#00ff00"}"##);
        let mut scene = (*super::scene_of(&other)).clone();
        scene.id = crate::show::ids::SceneId::new("t").unwrap();
        std::sync::Arc::make_mut(&mut show.scenes).insert(scene.id.clone(), scene.into());
        let program = format!(
            r#"{{"scene":"s","since":0,"mix":{{"kind":"coming","scene":"t","taken":0,"position":0.5,"transition":{transition}}}}}"#
        );
        show.program = Some(serde_json::from_str(&program).unwrap());
        show
    };
    for (before, after) in [
        (colored(""), colored(r#","blend":"multiply""#)),
        (colored(r#","blend":"screen""#), colored(r#","blend":"multiply""#)),
        (mixed(r#"{"kind":"fade"}"#), mixed(r#"{"kind":"wipe"}"#)),
        (mixed(r#"{"kind":"wipe"}"#), mixed(r#"{"kind":"wipe","direction":"up"}"#)),
        (mixed(r##"{"kind":"dip","color":"#000000"}"##), mixed(r##"{"kind":"dip","color":"#ffffff"}"##)),
        (mixed(r#"{"kind":"iris"}"#), mixed(r#"{"kind":"iris","x":0.1}"#)),
    ] {
        let (found, expected) = repainted(&before, &after, &film);
        assert!(found == expected, "{:?} to {:?}", before.program, after.program);
    }
}

#[test]
fn only_what_is_looked_at_of_a_large_film_is_stretched() {
    let film = Smooth { width: 320, height: 180, has_alpha: false };
    let layers = |x: i32, width: i32| {
        format!(r#"{GROUND},{{"id":"v","kind":"input","input":"v","x":{x},"y":-301,"width":{width},"height":901}}"#)
    };
    check_with(&layers(-333, 1601), &film, FLOOR_DB);
    let show = super::show_of(&layers(-3_000, 8_000));
    let at = super::ShowTime(0);
    let mut list = super::DisplayList::default();
    super::plan(&show, at, &super::Pictures::default(), &film, &mut list);
    assert_eq!(list.jobs().len(), 1);
    assert!(list.canvas().bounds().grown(2).contains(list.jobs()[0].bounds), "{:?}", list.jobs()[0].bounds);
    let hidden = super::show_of(
        r##"{"id":"v","kind":"input","input":"v","x":3,"width":90},{"id":"c","kind":"color","color":"#000000"}"##,
    );
    super::plan(&hidden, at, &super::Pictures::default(), &film, &mut list);
    assert!(list.jobs().is_empty(), "what is hidden costs nothing");
}

#[test]
fn what_stands_outside_of_a_turned_group_is_seen() {
    let film = Smooth { width: 320, height: 180, has_alpha: false };
    let group = r##"{"id":"a","kind":"group","x":40,"y":40,"width":60,"height":40,"rotation":10,"layers":[{"id":"b","kind":"color","color":"#ff8000","x":100,"y":10,"width":80,"height":50}]}"##;
    check_with(&format!("{GROUND},{group}"), &film, FLOOR_DB);
}
