//! Looking at media with ffmpeg and ffprobe: the counter in each picture, flashes, and beeps.

use std::io::Read;
use std::process::{Command, Stdio};

use marquee::picture::pattern;
use marquee::show::geometry::Rect;
use serde_json::Value;

/// What ffprobe says of a file or an address, as its JSON.
pub fn probe(input: &str, what: &[&str]) -> Value {
    let mut ffprobe = Command::new("ffprobe");
    ffprobe.args(["-v", "error", "-of", "json"]).args(what).arg(input).stdin(Stdio::null());
    let output = ffprobe.output().expect("ffprobe is installed");
    assert!(output.status.success(), "ffprobe {input}: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("ffprobe writes JSON")
}

/// One decoded picture: its time in seconds and what the test pattern says in it.
#[derive(Clone, Copy, Debug)]
pub struct Seen {
    pub at: f64,
    pub counter: Option<u32>,
    pub flash: bool,
}

/// Decodes every picture of a file. The pattern covers the whole canvas.
pub fn pictures(file: &str, width: usize, height: usize) -> Vec<Seen> {
    let whole = Rect { x: 0, y: 0, width: width as i32, height: height as i32 };
    let look = |luma: &[u8]| (pattern::read_counter(luma, width, whole), is_flash(luma, width, whole));
    let seen = looked_at(file, (width, height), look).into_iter();
    seen.map(|(at, (counter, flash))| Seen { at, counter, flash }).collect()
}

/// What is to be added to a recording's time to have the show's, both in seconds: the pattern tells. The recording was made within
/// days of `about`, in Unix time.
pub fn show_time_of(pictures: &[Seen], fps: f64, about: f64) -> f64 {
    const TURN: f64 = 4_294_967_296.0;
    let offset = |seen: &Seen| {
        let counter = f64::from(seen.counter?);
        let turns = ((about * fps - counter) / TURN).round();
        Some((counter + turns * TURN) / fps - seen.at)
    };
    let mut offsets: Vec<f64> = pictures.iter().filter_map(offset).collect();
    offsets.sort_by(f64::total_cmp);
    offsets[offsets.len() / 2]
}

/// Decodes every picture of a file: its time in seconds, and what is found in its luma.
pub fn looked_at<T>(file: &str, (width, height): (usize, usize), look: impl Fn(&[u8]) -> T) -> Vec<(f64, T)> {
    let frames = probe(file, &["-select_streams", "v:0", "-show_entries", "frame=best_effort_timestamp_time"]);
    let times = frames["frames"].as_array().expect("there are frames").iter();
    let times: Vec<f64> =
        times.map(|frame| frame["best_effort_timestamp_time"].as_str().unwrap().parse().unwrap()).collect();

    let mut ffmpeg = Command::new("ffmpeg");
    ffmpeg.args(["-nostdin", "-v", "error", "-i", file, "-map", "0:v:0", "-vsync", "passthrough"]);
    ffmpeg.args(["-f", "rawvideo", "-pix_fmt", "gray", "-"]).stdout(Stdio::piped());
    let mut child = super::process::Ended(ffmpeg.spawn().expect("ffmpeg is installed"));
    let mut raw = child.0.stdout.take().unwrap();
    let mut luma = vec![0; width * height];
    let mut seen = Vec::new();
    while raw.read_exact(&mut luma).is_ok() {
        seen.push((times.get(seen.len()).copied().unwrap_or(f64::NAN), look(&luma)));
    }
    assert_eq!(seen.len(), times.len(), "every picture has a time");
    seen
}

fn is_flash(luma: &[u8], stride: usize, whole: Rect) -> bool {
    let flash = pattern::flash_rect(whole);
    let x = (flash.x + flash.width / 2) as usize;
    let y = (flash.y + flash.height / 2) as usize;
    luma[y * stride + x] > 128
}

/// Sound on the file's own time line: 48 kHz, mono.
pub fn samples(file: &str) -> Vec<f32> {
    samples_at(file, 48_000)
}

pub fn samples_at(file: &str, rate: u32) -> Vec<f32> {
    let mut ffmpeg = Command::new("ffmpeg");
    ffmpeg.args([
        "-nostdin",
        "-v",
        "error",
        "-i",
        file,
        "-map",
        "0:a:0",
        "-af",
        "aresample=async=1:first_pts=0",
        "-ac",
        "1",
    ]);
    ffmpeg.args(["-ar", &rate.to_string(), "-f", "f32le", "-"]);
    let output = ffmpeg.output().expect("ffmpeg is installed");
    output.stdout.chunks_exact(4).map(|bytes| f32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]])).collect()
}

/// When beeps begin, in seconds: sound after at least 0.3 s of silence, or after the silence that the recording begins with.
pub fn beeps(samples: &[f32]) -> Vec<f64> {
    const LOUD: f32 = 0.03;
    let mut silent = 0;
    let mut found = Vec::new();
    for (index, sample) in samples.iter().enumerate() {
        if sample.abs() > LOUD {
            // A beep that was already sounding when the recording began has no beginning.
            let is_first = found.is_empty() && index == silent && index > 48_000 / 50;
            if silent > 48_000 * 3 / 10 || is_first {
                found.push(index as f64 / 48_000.0);
            }
            silent = 0;
        } else {
            silent += 1;
        }
    }
    found
}

/// When flashes begin: the first bright picture after a dark one.
pub fn flashes(pictures: &[Seen]) -> Vec<f64> {
    pictures.windows(2).filter(|pair| !pair[0].flash && pair[1].flash).map(|pair| pair[1].at).collect()
}

/// For every flash, how far the nearest beep is from it, in seconds (positive: the beep is late).
pub fn lip_sync(file: &str, pictures: &[Seen]) -> Vec<f64> {
    let samples = samples(file);
    let beeps = beeps(&samples);
    // A beep takes a tenth of a second to be sure of; sound may end that much before the picture does.
    let heard = samples.len() as f64 / 48_000.0 - 0.1;
    let flashes: Vec<f64> = flashes(pictures).into_iter().filter(|at| *at < heard).collect();
    let nearest = |flash: &f64| {
        let by_distance = |a: &f64, b: &f64| (a - flash).abs().total_cmp(&(b - flash).abs());
        beeps.iter().copied().min_by(by_distance).map(|beep| beep - flash)
    };
    flashes.iter().filter_map(nearest).collect()
}

/// At least so many flashes, each with its beep. One whose first picture was skipped is seen with the next (its beep is early), or not at
/// all, and that was counted; nothing makes a beep late.
#[track_caller]
pub fn are_in_sync(offsets: &[f64], flashes: usize, lost: f64) {
    const FRAME: f64 = 1.0 / 30.0;
    let early = offsets.iter().filter(|offset| **offset < -FRAME).count();
    let is_whole = offsets.len() as f64 + lost >= flashes as f64 && !offsets.is_empty();
    let is_late = offsets.iter().any(|offset| *offset > FRAME);
    assert!(is_whole && !is_late && early as f64 <= lost, "beep after flash: {offsets:?} s, {lost} counted as lost");
}

/// The counters, all of which must be readable; and how many frames are missing between them, or are there twice. They must
/// not fall.
#[track_caller]
pub fn missing_frames(pictures: &[Seen]) -> u64 {
    let counter = |seen: &Seen| seen.counter.unwrap_or_else(|| panic!("the counter at {} s can be read", seen.at));
    let counters: Vec<_> = pictures.iter().map(counter).collect();
    let mut missing = 0;
    for pair in counters.windows(2) {
        let step = pair[1].wrapping_sub(pair[0]);
        assert!((0..1_000).contains(&step), "frame {} is followed by {}", pair[0], pair[1]);
        missing += u64::from(step.abs_diff(1));
    }
    missing
}

/// Pictures for which there is a place on the time line of a file with this many a second, and that are not there.
pub fn missing_pictures(file: &str, fps: f64) -> f64 {
    let packets = probe(file, &["-select_streams", "v:0", "-show_entries", "packet=pts_time"]);
    let packets = packets["packets"].as_array().expect("there are pictures").iter();
    let mut times: Vec<f64> = packets.map(|packet| packet["pts_time"].as_str().unwrap().parse().unwrap()).collect();
    times.sort_by(f64::total_cmp);
    times.windows(2).map(|pair| ((pair[1] - pair[0]) * fps).round() - 1.0).sum()
}
