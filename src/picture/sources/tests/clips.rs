//! Files to play, made by ffmpeg.

use std::path::{Path, PathBuf};
use std::process::Command;

pub fn ffmpeg(arguments: &str, to: &Path) {
    let mut ffmpeg = Command::new("ffmpeg");
    ffmpeg.args(["-nostdin", "-v", "error", "-y"]).args(arguments.split_whitespace()).arg(to);
    let output = ffmpeg.output().expect("ffmpeg is installed");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// Picture N is grey of the level 16 + 2 N. Coded with B-frames and one key frame a second.
pub fn numbered(dir: &Path, name: &str, frames: u32, rate: u32) -> PathBuf {
    let file = dir.join(name);
    let codec = if name.ends_with("webm") { "libvpx-vp9 -b:v 1M" } else { "libx264 -qp 8 -bf 2" };
    let source = format!("-f lavfi -i color=s=64x64:r={rate},format=yuv420p,geq=lum=16+2*N:cb=128:cr=128");
    ffmpeg(&format!("{source} -frames:v {frames} -c:v {codec} -pix_fmt yuv420p -g {rate}"), &file);
    file
}

/// White for a frame at each full second with a beep, otherwise black and silent.
pub fn flash_and_beep(dir: &Path, name: &str, seconds: u32) -> PathBuf {
    let file = dir.join(name);
    let video = "-f lavfi -i color=s=64x64:r=30,format=yuv420p,geq=lum='if(eq(mod(N,30),0),235,16)':cb=128:cr=128";
    let sound = "-f lavfi -i aevalsrc='if(lt(mod(t,1),0.1),sin(2*PI*1000*t),0)':s=48000";
    ffmpeg(&format!("{video} {sound} -t {seconds} -c:v libx264 -qp 8 -g 30 -c:a aac -b:a 128k -ac 2"), &file);
    file
}
