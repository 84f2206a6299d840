//! What composing costs: the standard scenes at 1080p, beside FFmpeg's overlays and GStreamer's compositor in the same run.
//!
//! `script/bench compose`. Prints a table and asserts nothing: machines differ. Films are decoded beforehand everywhere (raw I420
//! from the page cache for the peers), stills are prepared once, and the output is I420 that nobody takes. Peers are counted as
//! they cost: CPU time of 500 more frames, less what their sources alone cost. Ours is planning and painting on the thread that
//! ticks, and the threads that help it.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use image::{Rgba, RgbaImage};
use marquee::base::clock::Stopwatch;
use marquee::frame::picture::Layout;
use marquee::frame::pool::FramePool;
use marquee::frame::video::{Films, Plane, Planes, VideoFrame};
use marquee::picture::damage::{self, Damage};
use marquee::picture::easel::Easel;
use marquee::picture::list::DisplayList;
use marquee::picture::pictures::Pictures;
use marquee::picture::plan::plan;
use marquee::show::Show;
use marquee::show::ids::InputId;
use marquee::show::stream::StreamConfig;
use marquee::show::time::{FrameNumber, ShowTime};

const FRAMES: u64 = 600;
/// Buffers that are painted in turn, as the encoder would hold some.
const BUFFERS: u64 = 4;
/// Pictures in a film. It shares no factor with `BUFFERS`: else each buffer would meet the picture that it holds already.
const FILM_FRAMES: usize = 15;
const FIRST_FRAME: u64 = 53_000_000_000;

struct Scene {
    name: &'static str,
    layers: String,
    /// Another scene, halfway faded to.
    other: Option<String>,
    /// Bytes that must be read for a frame whatever is done: of films and pictures, where they are damaged.
    read: fn(damaged: f64) -> f64,
    ffmpeg: Option<Peer>,
    gstreamer: Option<String>,
}

/// Inputs and filters, the last of them called `out`; and the inputs alone.
struct Peer {
    inputs: &'static [&'static str],
    filters: String,
}

fn main() {
    let directory = tempfile::tempdir().expect("a directory");
    let assets = directory.path();
    write_assets(assets);
    let rate = copy_rate();
    println!("1920x1080 to I420, per frame, {FRAMES} frames; copying moves {rate:.1} GB/s from memory that no cache holds");
    println!("scene: wall ms, CPU ms; p99 wall ms; damaged pixels; limit: the bytes that must be read and written, copied");
    for scene in scenes() {
        let films = Ring::new();
        let whole = run(&scene, assets, &films, Mode { only_damaged: false, threads: 1 });
        let shared = run(&scene, assets, &films, Mode { only_damaged: false, threads: 2 });
        let damaged = run(&scene, assets, &films, Mode { only_damaged: true, threads: 1 });
        let limit = ((scene.read)(damaged.pixels) + 1.5 * damaged.pixels) / 2.0 / (rate * 1e6);
        row(scene.name, "everything painted", &whole);
        row(scene.name, "  on two threads", &shared);
        row(scene.name, "what is damaged", &damaged);
        println!("{:<4} limit {limit:.4} ms: {:.2} of it", scene.name, damaged.wall / limit.max(1e-9));
        let ffmpeg = scene.ffmpeg.as_ref().and_then(|peer| ffmpeg_net(assets, peer));
        let gstreamer = scene.gstreamer.as_ref().and_then(|pipeline| gstreamer_net(assets, pipeline));
        for (name, peer) in [("FFmpeg overlay", ffmpeg), ("GStreamer compositor", gstreamer)] {
            match peer {
                Some(Cost { cpu, wall, rss }) => println!(
                    "{:<4} {name}: {cpu:.3} CPU-ms ({wall:.3} wall), {rss:.0} MB; ours is {:.3} of its CPU as a show runs, {:.2} painting everything",
                    scene.name,
                    damaged.cpu / cpu,
                    whole.cpu / cpu
                ),
                None => println!("{:<4} {name}: not here, or it can not do this", scene.name),
            }
        }
    }
    crowded(assets);
    println!("this bench at its largest: {:.0} MB", own("/proc/self/status", "VmHWM:") / 1024.0);
}

/// S1 with layers that are hidden, or stand still behind its lower third: what they cost although nobody sees a difference.
fn crowded(assets: &Path) {
    let s1 = || [image("bg", 0, 0), input("small", 100, 100, 640, 360), image("third", 0, 820)].join(",");
    let hidden = |n: i32| format!(r#"{{"id":"h{n}","kind":"text","text":"hidden {n}","x":{n},"y":{n},"visible":false}}"#);
    let still = |n: i32| {
        format!(r##"{{"id":"s{n}","kind":"color","color":"#30609080","x":{},"y":600,"width":3,"height":90}}"##, n * 4)
    };
    for (name, more) in [
        ("alone", Vec::new()),
        ("and 1,000 hidden", (0..1_000).map(hidden).collect::<Vec<_>>()),
        ("and 600 hidden, 400 still", (0..600).map(hidden).chain((0..400).map(still)).collect()),
    ] {
        let layers = std::iter::once(s1()).chain(more).collect::<Vec<_>>().join(",");
        let scene = Scene { name: "S1", layers, other: None, read: |_| 0.0, ffmpeg: None, gstreamer: None };
        row("S1", name, &run(&scene, assets, &Ring::new(), Mode { only_damaged: true, threads: 1 }));
    }
}

fn scenes() -> Vec<Scene> {
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

fn image(asset: &str, x: i32, y: i32) -> String {
    format!(r#"{{"id":"{asset}-{x}-{y}","kind":"image","asset":"{asset}","x":{x},"y":{y}}}"#)
}

fn input(id: &str, x: i32, y: i32, width: i32, height: i32) -> String {
    format!(r#"{{"id":"{id}","kind":"input","input":"{id}","x":{x},"y":{y},"width":{width},"height":{height}}}"#)
}

fn clock() -> String {
    r#"{"id":"clock","kind":"text","text":"{clock}","x":1500,"y":40,"size":72}"#.to_owned()
}

fn show_fps() -> marquee::show::time::Fps {
    StreamConfig::default().fps
}

fn show(scene: &Scene) -> Show {
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

/// Decoded films, each of a few frames that follow each other.
struct Ring(BTreeMap<&'static str, Vec<Arc<VideoFrame>>>);

struct Raw {
    planes: [Vec<u8>; 3],
    width: usize,
}

impl Planes for Raw {
    fn plane(&self, index: usize) -> Option<Plane<'_>> {
        let stride = if index == 0 { self.width } else { self.width / 2 };
        Some(Plane { bytes: self.planes.get(index)?, stride })
    }
}

impl Ring {
    fn new() -> Ring {
        let film = |width: usize, height: usize| {
            let frame = |number: usize| {
                let luma =
                    (0..width * height).map(|index| (index % width + index / width + 8 * number) as u8 / 2 + 40).collect();
                let chroma = |high| (0..width * height / 4).map(|index| (index % width / 8) as u8 / 4 + high).collect();
                let planes = [luma, chroma(100), chroma(110)];
                Arc::new(VideoFrame::new((width as u32, height as u32), (1, 1), 0, Arc::new(Raw { planes, width })))
            };
            (0..FILM_FRAMES).map(frame).collect::<Vec<_>>()
        };
        let quads = ["quad0", "quad1", "quad2", "quad3"].map(|name| (name, film(960, 540)));
        Ring([("small", film(640, 360)), ("hd", film(1280, 720))].into_iter().chain(quads).collect())
    }
}

impl Films for Ring {
    fn film(&self, input: &InputId, at: ShowTime) -> Option<Arc<VideoFrame>> {
        let frames = self.0.get(input.as_str())?;
        frames.get(show_fps().frame_at(at).0 as usize % frames.len()).cloned()
    }
}

struct Mode {
    only_damaged: bool,
    threads: usize,
}

struct Figures {
    wall: f64,
    cpu: f64,
    p99: f64,
    pixels: f64,
}

/// As the tick thread does it: plan, compare, and paint unless nothing differs.
fn run(scene: &Scene, assets: &Path, films: &Ring, mode: Mode) -> Figures {
    // A thread of its own each time: the pool belongs to whoever makes it.
    std::thread::scope(|scope| scope.spawn(|| run_here(scene, assets, films, &mode)).join().expect("no panic"))
}

fn run_here(scene: &Scene, assets: &Path, films: &Ring, mode: &Mode) -> Figures {
    let show = show(scene);
    let canvas = show.config.canvas();
    let time = |number: u64| show.config.fps.time_of(FrameNumber(FIRST_FRAME + number));
    let seconds: Vec<Pictures> =
        (0..=FRAMES / 30).map(|second| Pictures::prepare_now(&show, time(30 * second), assets)).collect();
    let pool = FramePool::new(Layout::new(canvas), BUFFERS as usize);
    let mut frames: Vec<_> = (0..BUFFERS).filter_map(|_| pool.try_take()).collect();
    let mut held = vec![Vec::new(); BUFFERS as usize];
    let (mut last, mut list, mut easel) = (Vec::new(), DisplayList::default(), Easel::new(mode.threads));
    let (mut times, mut pixels, mut before) = (Vec::new(), 0_i64, 0.0);
    for number in 0..FRAMES {
        // The first round paints everything in any case.
        if number == 30 {
            (pixels, before) = (0, own_cpu());
            times.clear();
        }
        let buffer = (number % BUFFERS) as usize;
        let pictures = &seconds[(number / 30) as usize];
        let watch = Stopwatch::start();
        plan(&show, time(number), pictures, films, &mut list);
        if !mode.only_damaged || last != list.items() {
            let damage = match held[buffer].as_slice() {
                [] => Damage::whole(canvas.bounds()),
                _ if !mode.only_damaged => Damage::whole(canvas.bounds()),
                items => damage::between(items, list.items(), canvas.bounds()),
            };
            easel.paint(&list, pictures, &mut frames[buffer], &damage);
            pixels += damage.area();
            held[buffer].clear();
            held[buffer].extend_from_slice(list.items());
            last.clear();
            last.extend_from_slice(list.items());
        }
        times.push(millis(watch.elapsed()));
    }
    let count = times.len() as f64;
    let cpu = (own_cpu() - before) / count;
    let wall = times.iter().sum::<f64>() / count;
    times.sort_by(f64::total_cmp);
    Figures { wall, cpu, p99: times[times.len() * 99 / 100], pixels: pixels as f64 / count }
}

fn row(scene: &str, what: &str, figures: &Figures) {
    let Figures { wall, cpu, p99, pixels } = figures;
    println!("{scene:<4} {what:<20} {wall:>8.4} {cpu:>8.4} {p99:>8.4} {pixels:>10.0}");
}

fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1_000.0
}

/// CPU milliseconds of all threads of this process.
fn own_cpu() -> f64 {
    let tasks = std::fs::read_dir("/proc/self/task").into_iter().flatten().flatten();
    let nanos = |task: std::fs::DirEntry| -> Option<f64> {
        let text = std::fs::read_to_string(task.path().join("schedstat")).ok()?;
        text.split_whitespace().next()?.parse().ok()
    };
    tasks.filter_map(nanos).sum::<f64>() / 1e6
}

/// A number of kilobytes from a file of /proc.
fn own(file: &str, name: &str) -> f64 {
    let text = std::fs::read_to_string(file).unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
    line.split_whitespace().next().and_then(|number| number.parse().ok()).unwrap_or(f64::NAN)
}

/// Gigabytes that a copy moves from one place to another in a second, from memory that no cache holds.
fn copy_rate() -> f64 {
    let size = 1920 * 1080 * 3 / 2;
    let mut ring: Vec<Vec<u8>> = (0..64).map(|index| vec![index as u8; size]).collect();
    let mut times = Vec::new();
    for index in 0..FRAMES as usize {
        let (from, to) = (index % 64, (index + 1) % 64);
        let source = std::mem::take(&mut ring[from]);
        let watch = Stopwatch::start();
        ring[to].copy_from_slice(&source);
        times.push(millis(watch.elapsed()));
        ring[from] = source;
    }
    times.sort_by(f64::total_cmp);
    size as f64 / times[times.len() / 2] / 1e6
}

fn write_assets(directory: &Path) {
    let save = |name: &str, picture: RgbaImage| picture.save(directory.join(format!("{name}.png"))).expect("a file");
    save("bg", RgbaImage::from_fn(1920, 1080, |x, y| Rgba([(x / 8) as u8, (y / 5) as u8, (x ^ y) as u8, 255])));
    save("third", RgbaImage::from_fn(1920, 200, |x, y| Rgba([20, (x / 8) as u8, 90, (40 + y) as u8])));
    save("veil", RgbaImage::from_fn(1920, 1080, |x, y| Rgba([(x / 9) as u8, 60, 90, (20 + (x + y) / 17) as u8])));
    let disc = |x: u32, y: u32| {
        let from_middle = (f64::from(x) - 150.0).hypot(f64::from(y) - 150.0);
        Rgba([(x / 2) as u8, 220, (y / 2) as u8, ((149.0 - from_middle) * 255.0).clamp(0.0, 255.0) as u8])
    };
    save("disc", RgbaImage::from_fn(300, 300, disc));
    save("clip0", RgbaImage::from_fn(640, 360, |x, y| Rgba([x as u8, (y * 2) as u8, 99, 255])));
    save(
        "clock",
        RgbaImage::from_fn(360, 84, |x, y| Rgba([255, 255, 255, if (x / 20 + y / 20) % 2 == 0 { 255 } else { 0 }])),
    );
    save(
        "text",
        RgbaImage::from_fn(800, 84, |x, y| Rgba([255, 255, 255, if (x / 20 + y / 20) % 2 == 0 { 255 } else { 0 }])),
    );
    let corner = |x: u32, y: u32| {
        let far = |at: u32, length: u32| (60.0 - f64::from(at.min(length - 1 - at))).max(0.0);
        let alpha = ((60.0 - far(x, 1920).hypot(far(y, 1080))) * 255.0).clamp(0.0, 255.0) as u8;
        Rgba([alpha, alpha, alpha, 255])
    };
    save("corners", RgbaImage::from_fn(1920, 1080, corner));
    for (name, width, height) in [("small", 640, 360), ("quad", 960, 540), ("hd", 1280, 720_usize)] {
        let film: Vec<u8> = (0..20 * width * height * 3 / 2).map(|index| (index / 7) as u8).collect();
        std::fs::write(directory.join(format!("{name}.yuv")), film).expect("a file");
    }
}

/// Milliseconds per frame, and megabytes.
struct Cost {
    cpu: f64,
    wall: f64,
    rss: f64,
}

/// Median of three: what 500 more frames cost, less the same of the sources alone.
fn ffmpeg_net(assets: &Path, peer: &Peer) -> Option<Cost> {
    let composed = marginal(|frames| ffmpeg(assets, peer, &["-filter_complex", &peer.filters, "-map", "[out]"], frames))?;
    let films = peer.inputs.iter().filter(|input| input.contains(':')).count();
    let maps: Vec<String> = (0..films).map(|number| format!("{number}:v")).collect();
    let mut sources = 0.0;
    if films > 0 {
        let output: Vec<&str> = maps.iter().flat_map(|map| ["-map", map]).collect();
        sources = marginal(|frames| ffmpeg(assets, peer, &output, frames))?.cpu;
    }
    Some(Cost { cpu: composed.cpu - sources, ..composed })
}

fn marginal(run: impl Fn(u32) -> Option<Cost>) -> Option<Cost> {
    let mut costs = Vec::new();
    for _ in 0..3 {
        let (long, short) = (run(600)?, run(100)?);
        costs.push(Cost { cpu: (long.cpu - short.cpu) / 500.0, wall: (long.wall - short.wall) / 500.0, rss: long.rss });
    }
    costs.sort_by(|one, other| one.cpu.total_cmp(&other.cpu));
    costs.into_iter().nth(1)
}

/// One run, by FFmpeg's own account.
fn ffmpeg(assets: &Path, peer: &Peer, output: &[&str], frames: u32) -> Option<Cost> {
    let mut command = Command::new("ffmpeg");
    command.current_dir(assets).args(["-hide_banner", "-nostdin", "-benchmark", "-filter_complex_threads", "1"]);
    for input in peer.inputs {
        match input.split_once(':') {
            Some((size, file)) => {
                command.args([
                    "-f",
                    "rawvideo",
                    "-pix_fmt",
                    "yuv420p",
                    "-s",
                    size,
                    "-r",
                    "30",
                    "-stream_loop",
                    "-1",
                    "-i",
                    file,
                ]);
            }
            None => {
                command.args(["-r", "30", "-i", input]);
            }
        }
    }
    let frames = frames.to_string();
    for part in output.split(|word| *word == "-map").skip(usize::from(output.first() == Some(&"-map"))) {
        match part {
            [map] if !output.contains(&"-filter_complex") => {
                command.args(["-map", map, "-frames:v", &frames, "-f", "null", "-"]);
            }
            _ => {}
        }
    }
    if output.contains(&"-filter_complex") {
        command.args(output).args(["-frames:v", &frames, "-f", "null", "-"]);
    }
    let said = command.output().ok()?;
    let said = String::from_utf8_lossy(&said.stderr).into_owned();
    let number = |name: &str| -> Option<f64> {
        let after = said.rsplit_once(&format!("{name}="))?.1;
        after.split_once(|character: char| !character.is_ascii_digit() && character != '.')?.0.parse().ok()
    };
    let cpu = (number("utime")? + number("stime")?) * 1_000.0;
    Some(Cost { cpu, wall: number("rtime")? * 1_000.0, rss: number("maxrss")? / 1024.0 })
}

fn gst_film(name: &str, width: u32, height: u32, x: i32, y: i32, pad: usize) -> String {
    format!(
        "multifilesrc location={name}.yuv loop=true num-buffers=COUNT ! rawvideoparse width={width} height={height} format=i420 framerate=30/1 ! queue ! c.sink_{pad} {}",
        gst_pad(pad, x, y, 1.0)
    )
}

fn gst_still(name: &str, x: i32, y: i32, alpha: f64, pad: usize) -> String {
    format!(
        "filesrc location={name}.png ! pngdec ! videoconvert ! video/x-raw,format=AYUV ! imagefreeze num-buffers=FRAMES ! video/x-raw,framerate=30/1 ! queue ! c.sink_{pad} {}",
        gst_pad(pad, x, y, alpha)
    )
}

/// Properties of a pad belong to the element; they are taken out and put there.
fn gst_pad(pad: usize, x: i32, y: i32, alpha: f64) -> String {
    format!("PAD sink_{pad}::xpos={x} sink_{pad}::ypos={y} sink_{pad}::alpha={alpha} sink_{pad}::zorder={} DAP", pad + 1)
}

fn gstreamer_net(assets: &Path, sources: &str) -> Option<Cost> {
    let (mut pads, mut chains) = (String::new(), sources.to_owned());
    while let Some((before, rest)) = chains.split_once("PAD") {
        let (pad, after) = rest.split_once("DAP")?;
        pads += pad;
        chains = format!("{before}{after}");
    }
    let composed = format!(
        "compositor name=c background=black max-threads=1 {pads} ! video/x-raw,format=AYUV,width=1920,height=1080,framerate=30/1 ! videoconvert n-threads=1 ! video/x-raw,format=I420 ! fakesink sync=false {chains}"
    );
    let alone =
        (0..32).fold(chains.clone(), |chains, pad| chains.replace(&format!("c.sink_{pad} "), "fakesink sync=false "));
    let composed = marginal(|frames| gstreamer(assets, &composed, frames))?;
    let sources = marginal(|frames| gstreamer(assets, &alone, frames))?;
    Some(Cost { cpu: composed.cpu - sources.cpu, ..composed })
}

/// One run, by the kernel's account of children that have ended.
fn gstreamer(assets: &Path, pipeline: &str, frames: u32) -> Option<Cost> {
    // A film file holds 20 frames.
    let pipeline = pipeline.replace("COUNT", &(frames / 20).to_string()).replace("FRAMES", &frames.to_string());
    let before = children_cpu();
    let watch = Stopwatch::start();
    let mut command = Command::new("gst-launch-1.0");
    command.current_dir(assets).arg("-q").args(pipeline.split_whitespace());
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().ok()?;
    let mut rss = 0.0;
    let status = loop {
        if let Some(status) = child.try_wait().ok()? {
            break status;
        }
        rss = own(&format!("/proc/{}/status", child.id()), "VmHWM:").max(rss);
        std::thread::sleep(Duration::from_millis(5));
    };
    status.success().then(|| Cost { cpu: children_cpu() - before, wall: millis(watch.elapsed()), rss: rss / 1024.0 })
}

/// Milliseconds of user and system time, in ticks of ten.
fn children_cpu() -> f64 {
    let text = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<f64> =
        text.rsplit(')').next().unwrap_or_default().split_whitespace().filter_map(|field| field.parse().ok()).collect();
    // The state is a letter and falls out: utime is the eleventh of the numbers, and the children's two follow the own two.
    10.0 * fields.get(12..14).map_or(0.0, |times| times.iter().sum())
}
