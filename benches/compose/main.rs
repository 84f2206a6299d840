//! What composing costs: the standard scenes at 1080p, beside FFmpeg's overlays and GStreamer's compositor in the same run.
//!
//! `script/bench compose`. Prints a table and asserts nothing: machines differ. Films are decoded beforehand everywhere (raw I420
//! from the page cache for the peers), stills are prepared once, and the output is I420 that nobody takes. Peers are counted as
//! they cost: CPU time of 500 more frames, less what their sources alone cost. Ours is planning and painting on the thread that
//! ticks, and the threads that help it.

mod films;
mod measure;
mod peers;
mod scenes;

use std::path::Path;

use marquee::base::clock::Stopwatch;
use marquee::frame::picture::Layout;
use marquee::frame::pool::FramePool;
use marquee::picture::damage::{self, Damage};
use marquee::picture::easel::Easel;
use marquee::picture::list::DisplayList;
use marquee::picture::pictures::Pictures;
use marquee::picture::plan::plan;
use marquee::show::time::FrameNumber;

use films::{Ring, write_assets};
use measure::{copy_rate, millis, own, own_cpu};
use peers::{Cost, ffmpeg_net, gstreamer_net};
use scenes::{Scene, image, input, scenes, show};

const FRAMES: u64 = 600;
/// Buffers that are painted in turn, as the encoder would hold some.
const BUFFERS: u64 = 4;
/// Pictures in a film. It shares no factor with `BUFFERS`: else each buffer would meet the picture that it holds already.
const FILM_FRAMES: usize = 15;
const FIRST_FRAME: u64 = 53_000_000_000;

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
