//! FFmpeg's area scaler, as a process: what 500 more frames cost, less what reading them alone costs.

use std::process::{Command, Stdio};

use crate::material::{HEIGHT, WIDTH};

/// So many pictures are in its file: few enough to stay in the page cache.
const FRAMES: usize = 8;

/// CPU microseconds for each frame; the least of three, as FFmpeg itself counts them.
pub fn area(picture: &[Vec<u8>; 3], side: usize) -> Option<f64> {
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("film.yuv");
    std::fs::write(&file, picture.concat().repeat(FRAMES)).expect("a file");
    let file = file.to_str()?;
    let scale = format!("scale={side}:{side}:flags=area,format=rgb24");
    let cost = |filter: &str| Some((seconds(file, filter, 600)? - seconds(file, filter, 100)?) / 500.0);
    let all: Option<Vec<f64>> = (0..3).map(|_| Some(cost(&scale)? - cost("null")?)).collect();
    all.map(|all| all.into_iter().fold(f64::INFINITY, f64::min) * 1e6)
}

fn seconds(file: &str, filter: &str, frames: u32) -> Option<f64> {
    let size = format!("{WIDTH}x{HEIGHT}");
    let frames = frames.to_string();
    let input = ["-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", &size, "-stream_loop", "-1", "-i", file];
    let output = ["-vf", filter, "-frames:v", &frames, "-f", "null", "-"];
    let alone = ["-hide_banner", "-nostdin", "-benchmark", "-filter_threads", "1"];
    let run = Command::new("ffmpeg").args(alone).args(input).args(output).stdout(Stdio::null()).output().ok()?;
    let told = String::from_utf8_lossy(&run.stderr);
    let line = told.lines().find(|line| line.contains("utime="))?;
    let figure = |name: &str| line.split(name).nth(1)?.split('s').next()?.parse::<f64>().ok();
    Some(figure("utime=")? + figure("stime=")?)
}
