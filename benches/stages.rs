//! What composing costs: each scene planned and painted at 1080p, and what FFmpeg needs for the same picture, in one run.
//!
//! `cargo bench --bench stages`. Prints a table and asserts nothing: machines differ. Scenes are those of the peers' figures:
//! S1 is a still background, a 640x360 clip and a lower third; S3 is a background and 16 discs of different opacity.
//!
//! There is no video layer yet. The clip is played as prepared pictures that follow each other, so converting it is not
//! counted, as it is not for FFmpeg either (its clip is raw I420).
//!
//! Ours is the wall time of one thread, FFmpeg's is CPU time by its own account: on a busy machine the ratio speaks against us.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use image::{Rgba, RgbaImage};
use marquee::base::clock::Stopwatch;
use marquee::frame::picture::Layout;
use marquee::frame::pool::FramePool;
use marquee::frame::video::NoFilms;
use marquee::picture::damage::{self, Damage};
use marquee::picture::list::DisplayList;
use marquee::picture::paint::paint;
use marquee::picture::pictures::Pictures;
use marquee::picture::plan::plan;
use marquee::picture::surface::Surfaces;
use marquee::show::Show;
use marquee::show::stream::StreamConfig;
use marquee::show::time::FrameNumber;

const FRAMES: u64 = 600;
/// Buffers that are painted in turn, as the encoder would hold some.
const BUFFERS: u64 = 4;
/// Pictures that the clip consists of. It must share no factor with `BUFFERS`: else each buffer would meet the picture that it
/// holds already, and damage would look free.
const CLIP_FRAMES: u64 = 5;

fn main() {
    let directory = tempfile::tempdir().expect("a directory");
    let assets = directory.path();
    write_assets(assets);
    println!("1920x1080, one thread, ms per frame: mean / median / p99 of {FRAMES} frames");
    memory_floor();
    let still = [image_layer("bg", 0, 0, 1.0), clock()].join(",");
    bench("still + clock", assets, |_| still.clone());
    let demo = [gradient(), pattern(), title(), clock()].join(",");
    bench("demo", assets, |_| demo.clone());
    let s1 = bench("S1", assets, |frame| {
        let clip = image_layer(&format!("clip{}", frame % CLIP_FRAMES), 100, 100, 1.0);
        [image_layer("bg", 0, 0, 1.0), clip, image_layer("third", 0, 820, 1.0)].join(",")
    });
    bench("S3, one disc fading", assets, |frame| {
        let mut layers = vec![image_layer("bg", 0, 0, 1.0)];
        layers.extend((0..16).map(|disc| disc_layer(disc, frame)));
        layers.join(",")
    });
    match ffmpeg_s1(assets) {
        Some(peer) => {
            println!("{:<22} {peer:>34.3} ms net CPU per frame", "FFmpeg overlay, S1");
            println!("our S1: {:.2} of FFmpeg repainting all, {:.2} what is damaged", s1.whole / peer, s1.damaged / peer);
        }
        None => println!("ffmpeg is not here, or did not say what it used: no ratio"),
    }
}

struct Means {
    whole: f64,
    damaged: f64,
}

fn bench(name: &str, assets: &Path, layers: impl Fn(u64) -> String) -> Means {
    // A show for each picture of the clip; they repeat.
    let shows: Vec<Show> = (0..CLIP_FRAMES).map(|frame| show(&layers(frame))).collect();
    let whole = run(&shows, assets, false);
    let damaged = run(&shows, assets, true);
    Means { whole: report(&format!("{name}, all"), whole), damaged: report(&format!("{name}, damage"), damaged) }
}

/// As the tick thread does it: plan, compare, and paint unless nothing differs.
fn run(shows: &[Show], assets: &Path, only_damaged: bool) -> Vec<f64> {
    let fps = shows[0].config.fps;
    let canvas = shows[0].config.canvas();
    let first = 53_000_000_000;
    let pictures: Vec<Vec<Pictures>> = (0..=FRAMES / 30)
        .map(|second| {
            let at = fps.time_of(FrameNumber(first + 30 * second));
            // Only clocks differ from one second to the next.
            let shows = if second == 0 || has_clock(&shows[0]) { shows } else { &[] };
            shows.iter().map(|show| Pictures::prepare_now(show, at, assets)).collect()
        })
        .collect();
    let pool = FramePool::new(Layout::new(canvas), BUFFERS as usize);
    let mut frames: Vec<_> = (0..BUFFERS).filter_map(|_| pool.try_take()).collect();
    let mut held = vec![Vec::new(); BUFFERS as usize];
    let (mut last, mut list, mut surfaces) = (Vec::new(), DisplayList::default(), Surfaces::default());
    let mut times = Vec::new();
    for number in 0..FRAMES {
        let at = fps.time_of(FrameNumber(first + number));
        let (which, buffer) = ((number % CLIP_FRAMES) as usize, (number % BUFFERS) as usize);
        let second = pictures.get((number / 30) as usize).filter(|second| !second.is_empty()).unwrap_or(&pictures[0]);
        let watch = Stopwatch::start();
        plan(&shows[which], at, &second[which], &NoFilms, &mut list);
        if !only_damaged || last != list.items() {
            let damage = match held[buffer].as_slice() {
                [] => Damage::whole(canvas.bounds()),
                _ if !only_damaged => Damage::whole(canvas.bounds()),
                items => damage::between(items, list.items(), canvas.bounds()),
            };
            surfaces.develop(&list, &second[which]);
            paint(&list, &second[which], &surfaces, &mut frames[buffer], &damage);
            held[buffer].clear();
            held[buffer].extend_from_slice(list.items());
            last.clear();
            last.extend_from_slice(list.items());
        }
        // The first round paints everything in any case.
        if number >= 30 {
            times.push(millis(watch.elapsed()));
        }
    }
    times
}

fn has_clock(show: &Show) -> bool {
    format!("{show:?}").contains("{clock}")
}

fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1_000.0
}

/// Prints a row; gives the mean.
fn report(name: &str, mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    let mean = times.iter().sum::<f64>() / times.len() as f64;
    let (median, p99) = (times[times.len() / 2], times[times.len() * 99 / 100]);
    println!("{name:<22} {mean:>10.4} {median:>11.4} {p99:>11.4}");
    mean
}

/// Copying a frame, in cache and from a ring that no cache holds.
fn memory_floor() {
    let size = 1920 * 1080 * 3 / 2;
    for (name, frames) in [("copy a frame, hot", 2), ("copy a frame, cold", 64)] {
        let mut ring: Vec<Vec<u8>> = (0..frames).map(|index| vec![index as u8; size]).collect();
        let mut times = Vec::new();
        for index in 0..FRAMES as usize {
            let (from, to) = (index % frames, (index + 1) % frames);
            let source = std::mem::take(&mut ring[from]);
            let watch = Stopwatch::start();
            ring[to].copy_from_slice(&source);
            times.push(millis(watch.elapsed()));
            ring[from] = source;
        }
        report(name, times);
    }
}

fn show(layers: &str) -> Show {
    let config = StreamConfig { width: 1920, height: 1080, ..StreamConfig::default() };
    let config = serde_json::to_string(&config).expect("a config");
    let mut assets: Vec<String> = vec![asset("bg", 1920, 1080), asset("third", 1920, 200), asset("disc", 300, 300)];
    assets.extend((0..CLIP_FRAMES).map(|index| asset(&format!("clip{index}"), 640, 360)));
    let assets = assets.join(",");
    serde_json::from_str(&format!(
        r#"{{"config":{config},"stream":{{"status":"stopped"}},"scenes":{{"s":{{"id":"s","layers":[{layers}]}}}},
            "program":{{"scene":"s","since":0}},"destinations":{{}},"assets":{{{assets}}}}}"#
    ))
    .expect("a show")
}

fn asset(id: &str, width: u32, height: u32) -> String {
    format!(r#""{id}":{{"id":"{id}","name":"","format":"png","width":{width},"height":{height},"bytes":1}}"#)
}

fn image_layer(asset: &str, x: i32, y: i32, opacity: f64) -> String {
    format!(r#"{{"id":"{asset}-{x}-{y}","kind":"image","asset":"{asset}","x":{x},"y":{y},"opacity":{opacity}}}"#)
}

fn disc_layer(disc: u64, frame: u64) -> String {
    let (x, y) = (20 + 260 * (disc % 7) as i32, 20 + 260 * (disc / 7) as i32);
    let fading = if disc == 5 { 0.01 * frame as f64 } else { 0.0 };
    image_layer("disc", x, y, (disc + 1) as f64 / 17.0 + fading)
}

fn clock() -> String {
    r#"{"id":"clock","kind":"text","text":"{clock}","x":1500,"y":40,"size":72}"#.to_owned()
}

fn title() -> String {
    r#"{"id":"title","kind":"text","text":"Marquee: one live show,\nput on every surface","x":80,"y":60,"size":64}"#
        .to_owned()
}

fn gradient() -> String {
    r##"{"id":"back","kind":"gradient","from":"#102040","to":"#803060","angle":30}"##.to_owned()
}

fn pattern() -> String {
    r#"{"id":"pattern","kind":"pattern","x":480,"y":400,"width":960,"height":540}"#.to_owned()
}

fn write_assets(directory: &Path) {
    let save = |name: &str, picture: RgbaImage| picture.save(directory.join(format!("{name}.png"))).expect("a file");
    save("bg", RgbaImage::from_fn(1920, 1080, |x, y| Rgba([(x / 8) as u8, (y / 5) as u8, (x ^ y) as u8, 255])));
    save("third", RgbaImage::from_fn(1920, 200, |x, y| Rgba([20, (x / 8) as u8, 90, (40 + y) as u8])));
    save(
        "disc",
        RgbaImage::from_fn(300, 300, |x, y| {
            let from_middle = (f64::from(x) - 150.0).hypot(f64::from(y) - 150.0);
            Rgba([(x / 2) as u8, 220, (y / 2) as u8, ((149.0 - from_middle) * 255.0).clamp(0.0, 255.0) as u8])
        }),
    );
    for index in 0..CLIP_FRAMES as u32 {
        let name = format!("clip{index}");
        save(&name, RgbaImage::from_fn(640, 360, |x, y| Rgba([(x + 8 * index) as u8, (y * 2) as u8, 99, 255])));
    }
    let clip: Vec<u8> = (0..30 * 640 * 360 * 3 / 2_usize).map(|index| (index / 7) as u8).collect();
    std::fs::write(directory.join("clip.yuv"), clip).expect("a file");
}

const OVERLAYS: &str = "[1]format=yuv420p,loop=loop=-1:size=1[bg];[2]format=yuva420p,loop=loop=-1:size=1[third];\
                        [bg][0]overlay=100:100:format=yuv420[a];[a][third]overlay=0:820:format=yuv420[out]";

/// CPU milliseconds per frame of FFmpeg's overlays, without start-up and without reading the sources.
fn ffmpeg_s1(assets: &Path) -> Option<f64> {
    let composed = marginal(assets, &["-filter_complex", OVERLAYS, "-map", "[out]"])?;
    // The stills are decoded once and then referred to: only the clip is read frame by frame.
    let sources = marginal(assets, &["-map", "0:v"])?;
    Some(composed - sources)
}

/// Median of a few runs: what 500 more frames cost.
fn marginal(assets: &Path, output: &[&str]) -> Option<f64> {
    let mut costs = Vec::new();
    for _ in 0..3 {
        costs.push((ffmpeg(assets, output, 600)? - ffmpeg(assets, output, 100)?) / 500.0);
    }
    costs.sort_by(f64::total_cmp);
    costs.get(costs.len() / 2).copied()
}

/// CPU milliseconds of one run, by FFmpeg's own account.
fn ffmpeg(assets: &Path, output: &[&str], frames: u32) -> Option<f64> {
    let mut command = Command::new("ffmpeg");
    command.current_dir(assets).args(["-hide_banner", "-nostdin", "-benchmark", "-filter_complex_threads", "1"]);
    command.args(["-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", "640x360", "-r", "30", "-stream_loop", "-1"]);
    command.args(["-i", "clip.yuv", "-i", "bg.png", "-i", "third.png"]).args(output);
    let frames = frames.to_string();
    let said = command.args(["-frames:v", &frames, "-f", "null", "-"]).output().ok()?;
    let said = String::from_utf8_lossy(&said.stderr).into_owned();
    let seconds = |name: &str| -> Option<f64> {
        let after = said.rsplit_once(&format!("{name}="))?.1;
        after.split_once('s')?.0.parse().ok()
    };
    Some((seconds("utime")? + seconds("stime")?) * 1_000.0)
}
