//! Media that say in each picture which they are and which picture of them it is, and sound that goes on from one file to the next.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use image::GrayImage;
use marquee::picture::pattern;
use marquee::show::geometry::Rect;
use marquee::show::time::{FrameNumber, ShowTime};

use super::media;

pub const SIZE: (usize, usize) = (640, 360);
/// No whole number of its periods fits what could be missing or be there twice.
pub const HZ: f64 = 997.0;
const RATE: f64 = 48_000.0;
const LOUD: f64 = 0.25;
const GREY: u8 = 128;

/// Which item of the loop a picture is of, and which one of its pictures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Code {
    pub item: usize,
    pub picture: u16,
}

fn whole() -> Rect {
    Rect { x: 0, y: 0, width: SIZE.0 as i32, height: SIZE.1 as i32 }
}

/// Grey, but for the counter of the test pattern.
fn luma(code: Code) -> Vec<u8> {
    let mut luma = vec![GREY; SIZE.0 * SIZE.1];
    let counter = (code.item as u64) << 16 | u64::from(code.picture);
    let top = SIZE.1 as i32 / 10;
    pattern::parts(whole(), ShowTime(0), FrameNumber(counter), |part, color| {
        if part.y == 0 && part.bottom() <= top {
            for row in part.y..part.bottom() {
                let start = row as usize * SIZE.0 + part.x as usize;
                luma[start..start + part.width as usize].fill(color.y);
            }
        }
    });
    luma
}

/// None where it is none of these pictures: black, for example.
pub fn read(luma: &[u8]) -> Option<Code> {
    let counter = pattern::read_counter(luma, SIZE.0, whole())?;
    Some(Code { item: (counter >> 16) as usize, picture: counter as u16 })
}

pub fn still(to: &Path, item: usize) {
    let image = GrayImage::from_raw(SIZE.0 as u32, SIZE.1 as u32, luma(Code { item, picture: u16::MAX })).unwrap();
    image.save(to).unwrap();
}

/// So many pictures at 30 a second.
pub fn video(to: &Path, item: usize, pictures: u16) {
    let size = format!("{}x{}", SIZE.0, SIZE.1);
    let codec = "-c:v libx264 -preset ultrafast -crf 18 -pix_fmt yuv420p -g 30";
    let input = ["-f", "rawvideo", "-pix_fmt", "gray", "-s", &size, "-r", "30", "-i", "-"];
    fed(&input, codec, to, |out| (0..pictures).try_for_each(|picture| out.write_all(&luma(Code { item, picture }))));
}

/// So many samples of one long tone, from that one on.
pub fn sound(to: &Path, samples: std::ops::Range<usize>) {
    let input = ["-f", "s16le", "-ar", "48000", "-ac", "2", "-i", "-"];
    let tone = |at: usize| ((std::f64::consts::TAU * HZ * at as f64 / RATE).sin() * LOUD * 32_767.0).round() as i16;
    let frames: Vec<u8> = samples.flat_map(|at| [tone(at); 2]).flat_map(i16::to_le_bytes).collect();
    fed(&input, "-c:a flac", to, |out| out.write_all(&frames));
}

/// An ffmpeg that is given its input.
fn fed(input: &[&str], codec: &str, to: &Path, write: impl FnOnce(&mut dyn Write) -> std::io::Result<()>) {
    let mut ffmpeg = Command::new("ffmpeg");
    ffmpeg.args(["-nostdin", "-v", "error", "-y"]).args(input).args(codec.split(' ')).arg(to).stdin(Stdio::piped());
    let mut child = super::process::Ended(ffmpeg.spawn().expect("ffmpeg is installed"));
    write(&mut child.0.stdin.take().unwrap()).unwrap();
    assert!(child.0.wait().unwrap().success(), "{}", to.display());
}

/// The tone over some time.
pub struct Tone {
    /// How far it is off at most from where it was at first, in samples.
    pub off: f64,
    /// As a share of its loudness in the middle.
    pub quietest: f64,
    pub loudest: f64,
}

/// None where it is not all in the recording.
pub fn tone(samples: &[f32], from: f64, to: f64) -> Option<Tone> {
    const WINDOW: usize = 480;
    let (from, to) = ((from * RATE) as usize, (to * RATE) as usize);
    let turn = std::f64::consts::TAU * HZ / RATE;
    let heard = |start: usize| {
        let (mut re, mut im) = (0.0, 0.0);
        for (at, sample) in (start..).zip(&samples[start..start + WINDOW]) {
            let (sin, cos) = (turn * at as f64).sin_cos();
            re += f64::from(*sample) * cos;
            im += f64::from(*sample) * sin;
        }
        (im.atan2(re), re.hypot(im))
    };
    samples.get(from..to)?;
    let pieces: Vec<(f64, f64)> = (from..to - WINDOW).step_by(WINDOW / 4).map(heard).collect();
    let (first, _) = *pieces.first()?;
    let apart = |phase: f64| {
        let apart = (phase - first).rem_euclid(std::f64::consts::TAU);
        apart.min(std::f64::consts::TAU - apart)
    };
    let off = pieces.iter().map(|(phase, _)| apart(*phase)).fold(0.0, f64::max) / turn;
    let mut loud: Vec<f64> = pieces.iter().map(|(_, loud)| *loud).collect();
    loud.sort_by(f64::total_cmp);
    let middle = loud[loud.len() / 2];
    Some(Tone { off, quietest: loud[0] / middle, loudest: loud[loud.len() - 1] / middle })
}

/// Every picture of a file: its time, and what it says.
pub fn pictures(file: &str) -> Vec<(f64, Option<Code>)> {
    media::looked_at(file, SIZE, read)
}
