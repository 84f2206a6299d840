//! FFmpeg's overlays and GStreamer's compositor: what 500 more frames cost, less what their sources alone cost.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use marquee::base::clock::Stopwatch;

use crate::measure::{millis, own};
use crate::scenes::Peer;

/// Milliseconds per frame, and megabytes.
pub struct Cost {
    pub cpu: f64,
    pub wall: f64,
    pub rss: f64,
}

/// Median of three: what 500 more frames cost, less the same of the sources alone.
pub fn ffmpeg_net(assets: &Path, peer: &Peer) -> Option<Cost> {
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

pub fn gst_film(name: &str, width: u32, height: u32, x: i32, y: i32, pad: usize) -> String {
    format!(
        "multifilesrc location={name}.yuv loop=true num-buffers=COUNT ! rawvideoparse width={width} height={height} format=i420 framerate=30/1 ! queue ! c.sink_{pad} {}",
        gst_pad(pad, x, y, 1.0)
    )
}

pub fn gst_still(name: &str, x: i32, y: i32, alpha: f64, pad: usize) -> String {
    format!(
        "filesrc location={name}.png ! pngdec ! videoconvert ! video/x-raw,format=AYUV ! imagefreeze num-buffers=FRAMES ! video/x-raw,framerate=30/1 ! queue ! c.sink_{pad} {}",
        gst_pad(pad, x, y, alpha)
    )
}

/// Properties of a pad belong to the element; they are taken out and put there.
fn gst_pad(pad: usize, x: i32, y: i32, alpha: f64) -> String {
    format!("PAD sink_{pad}::xpos={x} sink_{pad}::ypos={y} sink_{pad}::alpha={alpha} sink_{pad}::zorder={} DAP", pad + 1)
}

pub fn gstreamer_net(assets: &Path, sources: &str) -> Option<Cost> {
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
