//! The standard scenes, as we are told them and as the peers are.

use marquee::show::Show;
use marquee::show::stream::StreamConfig;
use marquee::show::time::{Fps, FrameNumber};

use crate::FIRST_FRAME;
use crate::peers::{gst_film, gst_still};

pub struct Scene {
    pub name: &'static str,
    pub layers: String,
    /// Another scene, halfway faded to.
    pub other: Option<String>,
    /// Bytes that must be read for a frame whatever is done: of films and pictures, where they are damaged.
    pub read: fn(damaged: f64) -> f64,
    pub ffmpeg: Option<Peer>,
    pub gstreamer: Option<String>,
}

/// Inputs and filters, the last of them called `out`; and the inputs alone.
pub struct Peer {
    pub inputs: &'static [&'static str],
    pub filters: String,
}

pub fn scenes() -> Vec<Scene> {
    let s1 = [image("bg", 0, 0), input("small", 100, 100, 640, 360), image("third", 0, 820)].join(",");
    let grid: Vec<String> = (0..4)
        .map(|n| input(&format!("quad{n}"), n % 2 * 960, n / 2 * 540, 960, 540))
        .chain([image("veil", 0, 0), clock()])
        .collect();
    let sprites: Vec<String> = std::iter::once(image("bg", 0, 0)).chain((0..16).map(sprite)).collect();
    let still = [image("bg", 0, 0), image("clip0", 100, 100), image("third", 0, 820), clock()].join(",");
    let s5 = [
        image("bg", 0, 0),
        r#"{"id":"v","kind":"input","input":"hd","x":0,"y":0,"width":1920,"height":1080,"radius":60,"shadow":{"x":0,"y":8,"blur":30}}"#.to_owned(),
        r#"{"id":"glass","kind":"backdrop","x":510,"y":800,"width":900,"height":200,"filters":[{"kind":"blur","amount":20}]}"#.to_owned(),
        r#"{"id":"text","kind":"text","text":"Behind this it is soft","x":560,"y":850,"size":72}"#.to_owned(),
    ]
    .join(",");
    vec![
        Scene {
            name: "S1",
            layers: s1,
            other: None,
            read: |_| 640.0 * 360.0 * 1.5,
            ffmpeg: Some(Peer {
                inputs: &[SMALL, "bg.png", "third.png"],
                filters: "[1]format=yuv420p,loop=-1:1[bg];[2]format=yuva420p,loop=-1:1[third];[bg][0]overlay=100:100:format=yuv420[a];[a][third]overlay=0:820:format=yuv420[out]".to_owned(),
            }),
            gstreamer: Some(format!("{} {} {}", gst_still("bg", 0, 0, 1.0, 0), gst_film("small", 640, 360, 100, 100, 1), gst_still("third", 0, 820, 1.0, 2))),
        },
        Scene {
            name: "S2",
            layers: grid.join(","),
            other: None,
            // Four films, and the veil with its alpha.
            read: |_| 1920.0 * 1080.0 * (1.5 + 2.0 + 0.75),
            ffmpeg: Some(Peer {
                inputs: &[QUAD, QUAD, QUAD, QUAD, "veil.png", "clock.png"],
                filters: "[4]format=yuva420p,loop=-1:1[veil];[5]format=yuva420p,loop=-1:1[clock];[0][1][2][3]xstack=inputs=4:layout=0_0|w0_0|0_h0|w0_h0[a];[a][veil]overlay=format=yuv420[b];[b][clock]overlay=1500:40:format=yuv420[out]".to_owned(),
            }),
            gstreamer: Some(format!(
                "{} {} {} {} {} {}",
                gst_film("quad", 960, 540, 0, 0, 0),
                gst_film("quad", 960, 540, 960, 0, 1),
                gst_film("quad", 960, 540, 0, 540, 2),
                gst_film("quad", 960, 540, 960, 540, 3),
                gst_still("veil", 0, 0, 1.0, 4),
                gst_still("clock", 1500, 40, 1.0, 5)
            )),
        },
        Scene {
            name: "S3",
            layers: sprites.join(","),
            other: None,
            read: |damaged| 1.5 * damaged + 16.0 * 300.0 * 300.0 * 2.75,
            ffmpeg: Some(Peer { inputs: S3_INPUTS, filters: ffmpeg_sprites() }),
            gstreamer: Some(
                std::iter::once(gst_still("bg", 0, 0, 1.0, 0))
                    .chain((0..16).map(|n| gst_still("disc", sprite_x(n), sprite_y(n), f64::from(n + 1) / 17.0, n as usize + 1)))
                    .collect::<Vec<_>>()
                    .join(" "),
            ),
        },
        Scene {
            name: "S4",
            layers: still,
            other: None,
            read: |damaged| 4.25 * damaged,
            ffmpeg: Some(Peer {
                inputs: &["clip0.png", "bg.png", "third.png", "clock.png"],
                filters: "[0]format=yuv420p,loop=-1:1[v];[1]format=yuv420p,loop=-1:1[bg];[2]format=yuva420p,loop=-1:1[third];[3]format=yuva420p,loop=-1:1[clock];[bg][v]overlay=100:100:format=yuv420[a];[a][third]overlay=0:820:format=yuv420[b];[b][clock]overlay=1500:40:format=yuv420[out]".to_owned(),
            }),
            gstreamer: None,
        },
        Scene {
            name: "S5",
            layers: s5,
            other: Some(image("bg", 0, 0)),
            read: |_| 1280.0 * 720.0 * 1.5 + 1920.0 * 1080.0 * 1.5,
            ffmpeg: Some(Peer {
                inputs: &[HD, "bg.png", "corners.png", "text.png"],
                filters: "[1]format=yuv420p,loop=-1:1,split[bg][o];[2]format=gray,loop=-1:1[mask];[3]format=yuva420p,loop=-1:1[text];[0]scale=1920:1080:flags=bilinear[v];[v][mask]alphamerge[va];[bg][va]overlay=format=yuv420,split[a1][a2];[a2]crop=900:200:510:800,avgblur=9,avgblur=9,avgblur=9[soft];[a1][soft]overlay=510:800:format=yuv420[b];[b][text]overlay=560:850:format=yuv420[c];[c][o]mix=weights='1 1'[out]".to_owned(),
            }),
            gstreamer: None,
        },
    ]
}

const SMALL: &str = "640x360:small.yuv";
const QUAD: &str = "960x540:quad.yuv";
const HD: &str = "1280x720:hd.yuv";
const S3_INPUTS: &[&str] = &["bg.png", "disc.png"];

fn ffmpeg_sprites() -> String {
    let copies: String = (0..16).map(|n| format!("[d{n}]")).collect();
    let mut filters = format!("[0]format=yuv420p,loop=-1:1[s0];[1]format=yuva420p,loop=-1:1,split=16{copies}");
    for n in 0..16 {
        let (alpha, next) = (f64::from(n + 1) / 17.0, if n == 15 { "out".to_owned() } else { format!("s{}", n + 1) });
        // Its opacity is made once, before it is repeated, as ours is kept.
        filters = filters.replace(&format!("[d{n}]"), &format!("[e{n}]"));
        filters += &format!(
            ";[e{n}]colorchannelmixer=aa={alpha},format=yuva420p[f{n}];[s{n}][f{n}]overlay=x='{}+n':y={}:format=yuv420:eval=frame[{next}]",
            sprite_x(n),
            sprite_y(n)
        );
    }
    // The fading is part of the stills: done to one frame, which is then repeated.
    let faded: String = (0..16).map(|n| format!("[e{n}]")).collect();
    let filters =
        filters.replace(&format!("format=yuva420p,loop=-1:1,split=16{faded}"), &format!("format=yuva420p,split=16{faded}"));
    (0..16).fold(filters, |filters, n| filters.replace(&format!("[f{n}];"), &format!(",loop=-1:1[f{n}];")))
}

fn sprite_x(n: i32) -> i32 {
    20 + 170 * (n % 7)
}

fn sprite_y(n: i32) -> i32 {
    20 + 260 * (n / 7)
}

/// A pixel a frame to the right.
fn sprite(n: i32) -> String {
    let (x, y, opacity) = (sprite_x(n), sprite_y(n), f64::from(n + 1) / 17.0);
    let start = FrameNumber(FIRST_FRAME);
    let start_ms = show_fps().time_of(start).micros() / 1_000;
    format!(
        r#"{{"id":"disc{n}","kind":"image","asset":"disc","x":{x},"y":{y},"opacity":{opacity},"animations":[{{"property":"x","start":{{"at":{start_ms}}},"keyframes":[{{"at_ms":0,"value":{x}}},{{"at_ms":20000,"value":{}}}]}}]}}"#,
        x + 600
    )
}

pub fn image(asset: &str, x: i32, y: i32) -> String {
    format!(r#"{{"id":"{asset}-{x}-{y}","kind":"image","asset":"{asset}","x":{x},"y":{y}}}"#)
}

pub fn input(id: &str, x: i32, y: i32, width: i32, height: i32) -> String {
    format!(r#"{{"id":"{id}","kind":"input","input":"{id}","x":{x},"y":{y},"width":{width},"height":{height}}}"#)
}

fn clock() -> String {
    r#"{"id":"clock","kind":"text","text":"{clock}","x":1500,"y":40,"size":72}"#.to_owned()
}

pub fn show_fps() -> Fps {
    StreamConfig::default().fps
}

pub fn show(scene: &Scene) -> Show {
    let config = StreamConfig { width: 1920, height: 1080, ..StreamConfig::default() };
    let config = serde_json::to_string(&config).expect("a config");
    let assets = [("bg", 1920, 1080), ("third", 1920, 200), ("veil", 1920, 1080), ("disc", 300, 300), ("clip0", 640, 360)];
    let asset = |(id, width, height): (&str, u32, u32)| {
        format!(r#""{id}":{{"id":"{id}","name":"","format":"png","width":{width},"height":{height},"bytes":1}}"#)
    };
    let assets = assets.map(asset).join(",");
    let other = scene.other.as_deref().unwrap_or_default();
    let mix = if other.is_empty() {
        String::new()
    } else {
        r#","mix":{"kind":"coming","scene":"t","taken":0,"position":0.5,"transition":{"kind":"fade","duration_ms":1000}}"#
            .to_owned()
    };
    serde_json::from_str(&format!(
        r#"{{"config":{config},"stream":{{"status":"stopped"}},"scenes":{{"s":{{"id":"s","layers":[{}]}},"t":{{"id":"t","layers":[{other}]}}}},
            "program":{{"scene":"s","since":0{mix}}},"destinations":{{}},"assets":{{{assets}}}}}"#,
        scene.layers
    ))
    .expect("a show")
}
