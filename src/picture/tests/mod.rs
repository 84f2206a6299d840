//! Tests of the room as a whole: golden pictures, damage, ticking. What tests one file only is in that file.

mod album;
pub mod films;
mod golden;
mod levels;
mod living;
mod moving;
mod sheets;
mod steady;
mod templates;
mod ticking;
mod values;

use std::path::Path;
use std::sync::Arc;

use super::damage::{self, Damage};
use super::easel::Easel;
use super::list::DisplayList;
use super::pictures::Pictures;
use super::plan::plan;
use crate::frame::picture::Layout;
use crate::frame::pool::{FrameMut, FramePool};
use crate::frame::video::{Films, NoFilms};
use crate::show::Show;
use crate::show::scene::Scene;
use crate::show::stream::StreamConfig;
use crate::show::time::ShowTime;

/// A small show whose only scene, on air, has these layers (JSON objects, separated by commas).
pub fn show_of(layers: &str) -> Show {
    let config = StreamConfig { width: 320, height: 180, ..StreamConfig::default() };
    let config = serde_json::to_string(&config).expect("a config");
    serde_json::from_str(&format!(
        r#"{{"config":{config},"stream":{{"status":"stopped"}},"scenes":{{"s":{{"id":"s","layers":[{layers}]}}}},
            "program":{{"scene":"s","since":0}},"destinations":{{}},
            "assets":{{"img":{{"id":"img","name":"x","format":"png","width":60,"height":40,"bytes":1}},
                "lut":{{"id":"lut","name":"x","kind":"lut","format":"cube","width":0,"height":0,"bytes":1}}}},
            "inputs":{{"v":{{"id":"v","kind":"tone"}}}}}}"#
    ))
    .expect("a show")
}

pub fn scene_of(show: &Show) -> Arc<Scene> {
    show.program_scene().expect("a scene is on air").clone()
}

/// A directory with the picture of the asset `img`: a disc with soft edges.
pub fn assets() -> tempfile::TempDir {
    let directory = tempfile::tempdir().expect("a directory");
    let picture = image::RgbaImage::from_fn(60, 40, |x, y| {
        let from_middle = (f64::from(x) - 30.0).hypot(f64::from(y) - 20.0);
        image::Rgba([(x * 4) as u8, 200, (y * 6) as u8, ((20.0 - from_middle) * 32.0).clamp(0.0, 255.0) as u8])
    });
    picture.save(directory.path().join("img.png")).expect("a file");
    // Red and blue change places, and all becomes a little brighter.
    let color = |index: usize| [index / 4, index / 2 % 2, index % 2].map(|value| format!("{}", 0.1 + 0.9 * value as f64));
    let table: String = (0..8).map(|index| color(index).join(" ") + "\n").collect();
    std::fs::write(directory.path().join("lut.cube"), format!("LUT_3D_SIZE 2\n{table}")).expect("a file");
    directory
}

pub const EVERYTHING: &str = r##"
    {"id":"g","kind":"gradient","from":"#102040","to":"#e0a020","angle":30},
    {"id":"p","kind":"pattern","x":150,"y":20,"width":160,"height":90,"opacity":0.8},
    {"id":"i","kind":"image","asset":"img","x":11,"y":-7,"width":90,"opacity":0.6},
    {"id":"j","kind":"image","asset":"img","x":290,"y":150},
    {"id":"c","kind":"color","color":"#ff000080","x":-5,"y":101,"width":200,"height":33},
    {"id":"t","kind":"text","text":"{clock}\nÄx","x":21,"y":99,"size":30,"color":"#ffff80"}"##;

/// Paints `show` over whatever the frame held: `damage` decides how much of it.
pub fn painted(show: &Show, at: ShowTime, pictures: &Pictures) -> FrameMut {
    painted_with(show, at, pictures, &NoFilms)
}

pub fn painted_with(show: &Show, at: ShowTime, pictures: &Pictures, films: &dyn Films) -> FrameMut {
    let pool = FramePool::new(Layout::new(show.config.canvas()), 1);
    let mut frame = pool.try_take().expect("a buffer");
    let mut list = DisplayList::default();
    plan(show, at, pictures, films, &mut list);
    Easel::new(1).paint(&list, pictures, &mut frame, &Damage::whole(show.config.canvas().bounds()));
    frame
}

fn nowhere() -> &'static Path {
    Path::new("/nowhere")
}
