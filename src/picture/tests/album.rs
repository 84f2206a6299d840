//! Pictures that are kept in the repository (`tests/golden`): what is painted looks like it did when somebody last looked.
//!
//! `UPDATE=1 cargo test album` paints them anew. On a failure the picture that was found, and where it differs, are in
//! `target/golden`.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use image::{Rgb, RgbImage};

use super::films::Smooth;
use super::{assets, painted_with, show_of};
use crate::frame::picture::Layout;
use crate::picture::multiview;
use crate::picture::pictures::Pictures;
use crate::show::Show;
use crate::show::time::{FrameNumber, ShowTime};

/// Mathematics of other machines may round otherwise; nobody sees that.
const ALIKE_DB: f64 = 48.0;

const AT: ShowTime = ShowTime(1_769_861_096_040_000);
const GROUND: &str = r##"{"id":"ground","kind":"gradient","from":"#204060","to":"#e0c090","angle":40}"##;

fn kept(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(format!("{name}.png"))
}

fn failed(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("target/golden").join(format!("{name}.png"))
}

/// Half as large each way, which is enough to look at.
fn photo([luma, u, v]: [&[u8]; 3], layout: Layout) -> RgbImage {
    let canvas = layout.canvas;
    RgbImage::from_fn(canvas.width / 2, canvas.height / 2, |x, y| {
        let (x, y) = (x as usize, y as usize);
        let four =
            [(0, 0), (1, 0), (0, 1), (1, 1)].map(|(right, down)| luma[(2 * y + down) * layout.luma_stride + 2 * x + right]);
        let mean = four.map(u32::from).iter().sum::<u32>() as f64 / 4.0;
        let chroma = y * layout.chroma_stride + x;
        let (y, u, v) =
            ((mean - 16.0) / 219.0, (f64::from(u[chroma]) - 128.0) / 224.0, (f64::from(v[chroma]) - 128.0) / 224.0);
        let (red, blue) = (y + 1.5748 * v, y + 1.8556 * u);
        Rgb([red, (y - 0.2126 * red - 0.0722 * blue) / 0.7152, blue].map(|value| (value * 255.0).round() as u8))
    })
}

fn differences(found: &RgbImage, kept: &RgbImage) -> (f64, RgbImage) {
    let difference = RgbImage::from_fn(found.width(), found.height(), |x, y| {
        let other = kept.get_pixel_checked(x, y).copied().unwrap_or(Rgb([0; 3]));
        let far = |index: usize| found.get_pixel(x, y).0[index].abs_diff(other.0[index]).saturating_mul(8);
        Rgb([far(0), far(1), far(2)])
    });
    let pairs = found.as_raw().iter().zip(kept.as_raw());
    let squares: f64 = pairs.map(|(one, other)| (f64::from(*one) - f64::from(*other)).powi(2)).sum();
    let quality = 10.0 * (255.0_f64.powi(2) * found.as_raw().len() as f64 / squares.max(1e-9)).log10();
    (if found.dimensions() == kept.dimensions() { quality } else { 0.0 }, difference)
}

/// Every picture is looked at before the test fails, so that one run shows all that changed.
#[derive(Default)]
struct Album {
    wrong: Vec<String>,
}

impl Album {
    fn page(&mut self, name: &str, show: &Show) {
        let assets = assets();
        let pictures = Pictures::prepare_now(show, AT, assets.path());
        let film = Smooth { width: 200, height: 100, has_alpha: false };
        let frame = painted_with(show, AT, &pictures, &film);
        self.stick_in(name, photo(frame.planes(), frame.layout()));
    }

    fn stick_in(&mut self, name: &str, found: RgbImage) {
        if std::env::var_os("UPDATE").is_some() {
            found.save(kept(name)).expect("the album can be written");
            return;
        }
        let Ok(kept) = image::open(kept(name)) else {
            self.wrong.push(format!("{name}: there is no such picture; UPDATE=1 makes it"));
            return;
        };
        let (quality, difference) = differences(&found, &kept.to_rgb8());
        if quality < ALIKE_DB {
            std::fs::create_dir_all(failed("x").parent().expect("a directory")).expect("a directory");
            found.save(failed(name)).expect("written");
            difference.save(failed(&format!("{name}-differs"))).expect("written");
            self.wrong.push(format!("{name}: {quality:.1} dB, see {}", failed(name).display()));
        }
    }

    fn layers(&mut self, name: &str, layers: &str) {
        self.page(name, &show_of(&format!("{GROUND},{layers}")));
    }

    fn close(self) {
        assert!(self.wrong.is_empty(), "{}", self.wrong.join("\n"));
    }
}

const PLACE: &str = r#""x":41,"y":31,"width":230,"height":120"#;

#[test]
fn every_kind_of_layer() {
    let mut album = Album::default();
    let inner = r##"[{"id":"b","kind":"color","color":"#c04060"},{"id":"c","kind":"image","asset":"img"},{"id":"d","kind":"color","color":"#40a0c0"}]"##;
    for (name, layer) in [
        ("color", r##""kind":"color","color":"#c04060c0""##.to_owned()),
        ("gradient", r##""kind":"gradient","from":"#ff2010","to":"#1020ff","stops":[{"at":0.3,"color":"#ffffff"}]"##.to_owned()),
        ("gradient-radial", r##""kind":"gradient","shape":"radial","from":"#ff2010","to":"#1020ff""##.to_owned()),
        ("gradient-conic", r##""kind":"gradient","shape":"conic","from":"#ff2010","to":"#1020ff""##.to_owned()),
        ("image", r#""kind":"image","asset":"img""#.to_owned()),
        ("shape-rectangle", r##""kind":"shape","fill":"#c06020","stroke":"#ffffff","stroke_width":4"##.to_owned()),
        ("shape-ellipse", r##""kind":"shape","shape":"ellipse","fill":"#c06020""##.to_owned()),
        ("shape-line", r##""kind":"shape","shape":"line","stroke":"#ffffff","stroke_width":6"##.to_owned()),
        ("shape-path", r##""kind":"shape","shape":"path","path":"M50 0 L100 100 L0 60 z","fill":"#20c0f0b0""##.to_owned()),
        ("input", r#""kind":"input","input":"v""#.to_owned()),
        ("pattern", r#""kind":"pattern""#.to_owned()),
        ("text", r##""kind":"text","text":"Marquee {clock}","size":34,"weight":700,"outline":{"width":2,"color":"#a00000"}"##.to_owned()),
        ("crawl", r##""kind":"text","text":"Breaking: all is well.","size":30,"crawl":{"speed":90},"background":{"color":"#102030c0"}"##.to_owned()),
        ("levels-bars", r#""kind":"levels""#.to_owned()),
        ("levels-bars-across", r##""kind":"levels","grow":"right","bands":8,"gap":3,"from":"#ffffff","to":"#ff000080","radius":14,"filters":[{"kind":"hue","amount":60}]"##.to_owned()),
        ("levels-meter", r##""kind":"levels","shape":"meter","grow":"right","gap":12,"from":"#20c040","to":"#ff2020""##.to_owned()),
        ("levels-meter-up", r##""kind":"levels","shape":"meter","rotation":8,"border":{"width":3}"##.to_owned()),
        ("levels-wave", r##""kind":"levels","shape":"wave","bands":64,"gap":0,"from":"#ffffff","to":"#40c0ff""##.to_owned()),
        ("group", format!(r#""kind":"group","opacity":0.7,"layers":{inner}"#)),
        ("layout-grid", format!(r#""kind":"layout","arrange":{{"gap":6}},"layers":{inner}"#)),
        ("effect-plasma", r#""kind":"effect","animation":"PLASMA","seed":3,"palette":"OCEAN""#.to_owned()),
        ("effect-turned", r#""kind":"effect","animation":"FIRE","seed":3,"columns":32,"rows":20,"rotation":8,"radius":20,"blend":"screen""#.to_owned()),
        ("layout-row", format!(r#""kind":"layout","arrange":{{"order":"row","gap":6}},"layers":{inner}"#)),
        ("layout-picture-in-picture", format!(r#""kind":"layout","arrange":{{"order":"picture_in_picture","padding":8}},"layers":{inner}"#)),
        ("backdrop", r#""kind":"backdrop","radius":20,"filters":[{"kind":"blur","amount":12},{"kind":"brightness","amount":0.1}]"#.to_owned()),
    ] {
        let under = r#"{"id":"p","kind":"image","asset":"img","x":20,"y":10,"width":140}"#;
        album.layers(&format!("kind-{name}"), &format!(r#"{under},{{"id":"a",{PLACE},{layer}}}"#));
    }
    let mut show = show_of(&format!(r#"{GROUND},{{"id":"a",{PLACE},"kind":"scene","scene":"t"}}"#));
    let inner = show_of(
        r##"{"id":"x","kind":"gradient","from":"#ff0000","to":"#00ff00"},{"id":"y","kind":"text","text":"inside","size":80}"##,
    );
    let mut scene = (*super::scene_of(&inner)).clone();
    scene.id = crate::show::ids::SceneId::new("t").expect("an id");
    std::sync::Arc::make_mut(&mut show.scenes).insert(scene.id.clone(), scene.into());
    album.page("kind-scene", &show);
    album.close();
}

#[test]
fn every_look() {
    let mut album = Album::default();
    for mode in ["multiply", "screen", "add", "overlay", "darken", "lighten", "difference"] {
        let layer =
            format!(r##"{{"id":"a",{PLACE},"blend":"{mode}","kind":"gradient","from":"#ff8020","to":"#2060ff60"}}"##);
        album.layers(&format!("blend-{mode}"), &layer);
    }
    for (name, filter) in [
        ("brightness", r#"{"kind":"brightness","amount":0.2}"#),
        ("contrast", r#"{"kind":"contrast","amount":1.8}"#),
        ("saturation", r#"{"kind":"saturation","amount":0}"#),
        ("hue", r#"{"kind":"hue","amount":120}"#),
        ("blur", r#"{"kind":"blur","amount":9}"#),
        ("chroma-key", r##"{"kind":"chroma_key","color":"#6080a0","amount":0.05,"smoothness":0.2}"##),
        ("luma-key", r#"{"kind":"luma_key","amount":0.3,"smoothness":0.2}"#),
        ("lut", r#"{"kind":"lut","asset":"lut"}"#),
    ] {
        let still = format!(r#"{{"id":"a","kind":"image","asset":"img","x":20,"y":40,"width":130,"filters":[{filter}]}}"#);
        let film = format!(
            r#"{{"id":"b","kind":"input","input":"v","x":165,"y":40,"width":140,"height":90,"filters":[{filter}]}}"#
        );
        album.layers(&format!("filter-{name}"), &format!("{still},{film}"));
    }
    for (name, look) in [
        ("radius", r#""radius":30"#),
        ("border", r##""border":{"width":8,"color":"#ffee00a0"},"radius":12"##),
        ("shadow", r#""shadow":{"x":8,"y":8,"blur":12}"#),
        ("rotation", r#""rotation":12"#),
        ("crop", r#""crop":{"left":"25%","bottom":"30%"}"#),
        ("mask-ellipse", r#""mask":{"kind":"ellipse"}"#),
        ("mask-path", r#""mask":{"kind":"path","path":"M50 0 L100 100 L0 60 z"}"#),
        ("mask-image", r#""mask":{"kind":"image","asset":"img"}"#),
        ("opacity", r#""opacity":0.4"#),
    ] {
        let film = format!(r#"{{"id":"b","kind":"input","input":"v","x":40,"y":30,"width":220,"height":110,{look}}}"#);
        album.layers(&format!("look-{name}"), &film);
    }
    for (name, fit) in [("contain", "contain"), ("cover", "cover"), ("fill", "fill"), ("none", "none")] {
        let layer = format!(r#"{{"id":"a",{PLACE},"kind":"image","asset":"img","fit":"{fit}","border":{{"width":2}}}}"#);
        album.layers(&format!("fit-{name}"), &layer);
    }
    album.close();
}

#[test]
fn every_transition_at_three_points() {
    let mut album = Album::default();
    for (name, kind) in [
        ("cut", r#""kind":"cut""#),
        ("fade", r#""kind":"fade""#),
        ("dip", r##""kind":"dip","color":"#ffffff""##),
        ("slide", r#""kind":"slide","direction":"left""#),
        ("push", r#""kind":"push","direction":"up""#),
        ("wipe", r#""kind":"wipe","direction":"right""#),
        ("wipe-soft", r#""kind":"wipe","direction":"up_left","softness":0.4"#),
        ("iris", r#""kind":"iris","softness":0.2"#),
        ("zoom", r#""kind":"zoom""#),
        ("stinger", r#""kind":"stinger","asset":"img","cut_ms":500"#),
        ("luma-wipe", r#""kind":"luma_wipe","asset":"img","softness":0.2"#),
    ] {
        for (number, progress) in [(1, 0.2), (2, 0.5), (3, 0.8)] {
            let mut show = show_of(&format!(r##"{GROUND},{{"id":"a","kind":"text","text":"One","size":120,"x":20}}"##));
            let other = show_of(
                r##"{"id":"x","kind":"gradient","shape":"radial","from":"#ff8000","to":"#400080"},{"id":"y","kind":"text","text":"Two","size":120,"x":60,"y":40}"##,
            );
            let mut scene = (*super::scene_of(&other)).clone();
            scene.id = crate::show::ids::SceneId::new("t").expect("an id");
            std::sync::Arc::make_mut(&mut show.scenes).insert(scene.id.clone(), scene.into());
            let program = format!(
                r#"{{"scene":"s","since":0,"mix":{{"kind":"coming","scene":"t","taken":0,"position":{progress},"transition":{{{kind},"duration_ms":1000}}}}}}"#
            );
            show.program = Some(serde_json::from_str(&program).expect("a program"));
            album.page(&format!("transition-{name}-{number}"), &show);
        }
    }
    album.close();
}

/// With the fonts of Debian's fonts-noto-core, -cjk and -color-emoji.
#[test]
fn a_sample_of_every_script() {
    let mut album = Album::default();
    for (name, text) in [
        ("latin", "Größe, façade, žluťoučký"),
        ("greek-cyrillic", "Ζωντανή μετάδοση Прямой эфир"),
        ("arabic", "مرحبًا بالعالم، البث المباشر ١٢٣"),
        ("hebrew", "שלום עולם, שידור חי"),
        ("devanagari", "नमस्ते दुनिया, क्षत्रिय"),
        ("thai", "สวัสดีชาวโลก ถ่ายทอดสด"),
        ("chinese", "直播现在开始，欢迎观看"),
        ("japanese", "生放送が始まります"),
        ("korean", "생방송을 시작합니다"),
        ("emoji", "🎬 👩‍🚀 🇯🇵 👍🏽 ❤️"),
        ("mixed", "Live מכאן 123 مباشر 直播 🎉"),
    ] {
        let layer = format!(r#"{{"id":"a","kind":"text","text":"{text}","size":36,"x":20,"y":30,"width":280}}"#);
        album.layers(&format!("script-{name}"), &layer);
    }
    album.close();
}

#[test]
fn the_multiview() {
    let mut show =
        show_of(r##"{"id":"p","kind":"pattern"},{"id":"t","kind":"text","text":"{clock}","x":20,"y":20,"size":40}"##);
    let mut scenes: serde_json::Value = serde_json::to_value(&show.scenes).expect("JSON");
    for (index, color) in ["#c04060", "#40a0c0", "#60b040", "#d0a030", "#8050c0"].into_iter().enumerate() {
        let layers = format!(
            r##"[{{"id":"g","kind":"gradient","from":"{color}","to":"#101018"}},
                {{"id":"i","kind":"image","asset":"img","x":"50%","y":"50%","anchor":"center","width":120}},
                {{"id":"v","kind":"input","input":"v","x":10,"y":100,"width":100}}]"##
        );
        let layers: serde_json::Value = serde_json::from_str(&layers).expect("JSON");
        scenes[format!("s{index}")] =
            serde_json::json!({"id": format!("s{index}"), "name": format!("Scene {index}"), "layers": layers});
    }
    let config = Arc::make_mut(&mut show.config);
    (config.width, config.height) = (1280, 720);
    show.scenes = serde_json::from_value(scenes).expect("scenes");
    show.studio = serde_json::from_str(r#"{"preview":"s1"}"#).expect("a desk");
    let (assets, film) = (assets(), Smooth { width: 200, height: 100, has_alpha: false });
    let pictures = Pictures::prepare_now(&show, AT, assets.path());
    let program = painted_with(&show, AT, &pictures, &film);
    let frame = multiview::tests::painted(&show, &program.freeze(FrameNumber(1), AT), assets.path(), &film);
    let mut album = Album::default();
    album.stick_in("multiview", photo(frame.planes(), frame.layout()));
    album.close();
}
