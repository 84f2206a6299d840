//! Every template has its picture in docs/templates, painted by this very engine, and its place in docs/TEMPLATES.md. With UPDATE=1
//! both are made anew.

use std::path::PathBuf;

use image::{RgbImage, imageops};

use super::films::Smooth;
use super::*;
use crate::show::ids::SceneId;
use crate::template::{Occasion, Template, Templates};

/// What it is painted at, and what the picture is made smaller to.
const PAINTED: (u32, u32) = (960, 540);
const SHOWN: (u32, u32) = (480, 270);
/// Of all colours of all pixels. Another version of the drawing library may round otherwise; what moved by a pixel is more.
const MOST_DIFFERENCE: f64 = 0.6;
const AT: ShowTime = ShowTime(1_769_861_096_000_000);

/// What stands over something stands over this.
const GROUND: &str = r##"{"id":"ground","kind":"gradient","from":"#6d7f9c","to":"#33415c","angle":70}"##;

fn show_with(template: &Template) -> Show {
    let mut show = show_of("");
    let config = StreamConfig { width: PAINTED.0, height: PAINTED.1, ..StreamConfig::default() };
    let occasion = Occasion { canvas: config.canvas(), now: AT, prefix: String::new(), starts_now: false };
    let parameters = serde_json::Value::Object(template.sample.parameters.clone());
    let made = template.instantiate(&parameters, &occasion).expect("layers");
    let ground = Arc::new(serde_json::from_str(GROUND).expect("a layer"));
    let layers = std::iter::once(ground).chain(made).collect();
    let id = SceneId::new("s").expect("an id");
    show.config = Arc::new(config);
    show.scenes = Arc::new([(id.clone(), Arc::new(Scene { id: id.clone(), name: String::new(), layers }))].into());
    show.program = Some(crate::show::program::Program::cut(id, AT));
    show
}

fn picture_of(template: &Template) -> RgbImage {
    let show = show_with(template);
    let at = ShowTime(AT.micros() + template.sample.at_ms * 1_000);
    let pictures = Pictures::prepare_now(&show, at, nowhere());
    let sounding = Smooth { width: 16, height: 16, has_alpha: false };
    let frame = painted_with(&show, at, &pictures, &sounding);
    let (layout, [luma, u, v]) = (frame.layout(), frame.planes());
    let picture = RgbImage::from_fn(PAINTED.0, PAINTED.1, |x, y| {
        let (x, y) = (x as usize, y as usize);
        let chroma = y / 2 * layout.chroma_stride + x / 2;
        rgb(luma[y * layout.luma_stride + x], u[chroma], v[chroma])
    });
    imageops::resize(&picture, SHOWN.0, SHOWN.1, imageops::FilterType::Triangle)
}

/// BT.709, limited range.
fn rgb(y: u8, u: u8, v: u8) -> image::Rgb<u8> {
    let (y, u, v) = ((f64::from(y) - 16.0) * 1.164_38, f64::from(u) - 128.0, f64::from(v) - 128.0);
    let byte = |value: f64| value.round().clamp(0.0, 255.0) as u8;
    image::Rgb([byte(y + 1.792_74 * v), byte(y - 0.213_25 * u - 0.532_91 * v), byte(y + 2.112_40 * u)])
}

fn docs(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs").join(name)
}

fn is_update() -> bool {
    std::env::var_os("UPDATE").is_some()
}

fn difference(one: &RgbImage, other: &RgbImage) -> f64 {
    assert_eq!(one.dimensions(), other.dimensions());
    let sum: u64 = one.as_raw().iter().zip(other.as_raw()).map(|(one, other)| u64::from(one.abs_diff(*other))).sum();
    sum as f64 / one.as_raw().len() as f64
}

#[test]
fn every_template_looks_as_its_picture_in_the_docs() {
    for template in Templates::default().all() {
        let (painted, path) = (picture_of(template), docs(&format!("templates/{}.png", template.id)));
        if is_update() {
            std::fs::create_dir_all(docs("templates")).expect("a directory");
            painted.save(&path).expect("written");
        }
        let kept = image::open(&path).expect("a picture: run this test with UPDATE=1").to_rgb8();
        let difference = difference(&painted, &kept);
        assert!(difference < MOST_DIFFERENCE, "{}: {difference:.2}; if it is meant so, run with UPDATE=1", template.id);
        assert!(painted.pixels().any(|pixel| pixel != painted.get_pixel(0, 0)), "{}: something is seen", template.id);
    }
}

#[test]
fn every_template_is_in_the_docs() {
    let text = page();
    if is_update() {
        std::fs::write(docs("TEMPLATES.md"), &text).expect("written");
    }
    assert!(std::fs::read_to_string(docs("TEMPLATES.md")).is_ok_and(|kept| kept == text), "run this test with UPDATE=1");
}

fn page() -> String {
    let mut text = INTRODUCTION.to_owned();
    for template in Templates::default().all() {
        let Template { id, name, description, .. } = &**template;
        text += &format!("\n## {name}\n\n`{id}`: {description}\n\n![{name}](templates/{id}.png)\n\n");
        text += "| parameter | kind | default | |\n| --- | --- | --- | --- |\n";
        for told in template.parameters.told() {
            let default: String = told.default.replace('|', "\\|");
            text += &format!("| `{}` | {} | {default} | {} |\n", told.name, told.kind, told.about);
        }
    }
    text
}

const INTRODUCTION: &str = "# Templates

Scenes and captions that are ready to be filled in. Each is a file in [templates/](../templates/) and part of the server; more can be
put into `templates/` in the data directory, where a file takes the place of one of ours with the same `id`.
[templates/README.md](../templates/README.md) says how one is written.

```sh
curl -fsS http://127.0.0.1:4200/api/templates/lower_third
curl -fsS -X POST http://127.0.0.1:4200/api/templates/title_card/instantiate -H 'content-type: application/json' \\
     -d '{\"scene\": \"title\", \"parameters\": {\"title\": \"Tonight\"}}'
```

What comes of it is an ordinary scene, or with `into` an ordinary group in a scene: every layer of it can be changed afterwards.
A `source` is an object with one of `input`, `scene`, `asset` (an id) or `color`.

This page and its pictures are made by a test.
";
