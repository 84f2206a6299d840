//! Streams and files with a flash and a beep at each full second, made by ffmpeg.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::process::Ended;

#[derive(Clone, Copy)]
pub struct Clip {
    pub size: (usize, usize),
    /// Of the beep: who hears several tells them apart by it.
    pub hz: u32,
}

/// A file is so long: as many pieces of coded sound fit it exactly, so that it repeats without a seam.
const SECONDS: &str = "16";
/// Quiet enough that sixteen at once are not limited.
const LOUDNESS: &str = "0.04";

impl Clip {
    fn sources(self) -> [String; 2] {
        let (width, height) = self.size;
        let flash = "drawbox=t=fill:c=white:enable='lt(mod(n\\,30)\\,3)'";
        let beep = format!("if(lt(mod(t\\,1)\\,0.1)\\,{LOUDNESS}*sin(2*PI*{}*t)\\,0)", self.hz);
        [format!("color=black:s={width}x{height}:r=30,{flash}"), format!("aevalsrc='{beep}':s=48000")]
    }

    pub fn file(self, dir: &Path, name: &str) -> PathBuf {
        let (file, [video, sound]) = (dir.join(name), self.sources());
        let mut ffmpeg = Command::new("ffmpeg");
        ffmpeg.args(["-nostdin", "-v", "error", "-y", "-f", "lavfi", "-i", &video, "-f", "lavfi", "-i", &sound]);
        ffmpeg.args(["-t", SECONDS]).args(CODEC).arg(&file);
        assert!(ffmpeg.status().expect("ffmpeg is installed").success());
        file
    }
}

const CODEC: [&str; 16] = [
    "-c:v",
    "libx264",
    "-preset",
    "ultrafast",
    "-tune",
    "zerolatency",
    "-pix_fmt",
    "yuv420p",
    "-g",
    "30",
    "-c:a",
    "aac",
    "-b:a",
    "128k",
    "-ac",
    "2",
];

/// Sends in real time until it is dropped.
pub fn send(clip: Clip, to: &[&str]) -> Ended {
    let [video, sound] = clip.sources();
    let mut ffmpeg = Command::new("ffmpeg");
    ffmpeg.args(["-nostdin", "-v", "quiet", "-re", "-f", "lavfi", "-i", &video, "-re", "-f", "lavfi", "-i", &sound]);
    ffmpeg.args(CODEC).args(to).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    Ended(ffmpeg.spawn().expect("ffmpeg is installed"))
}

/// A live playlist of segments of a second, which goes on where it was when it is begun anew.
pub fn hls(playlist: &str) -> [&str; 9] {
    ["-f", "hls", "-hls_time", "1", "-hls_list_size", "6", "-hls_flags", "delete_segments+append_list+temp_file", playlist]
}

/// Files of a directory over HTTP, for as long as the test runs. Gives the port.
pub fn serve_directory(dir: &Path) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let (port, dir) = (listener.local_addr().unwrap().port(), dir.to_owned());
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let dir = dir.clone();
            std::thread::spawn(move || answer(stream, &dir));
        }
    });
    port
}

fn answer(mut stream: TcpStream, dir: &Path) {
    let mut request = [0; 4096];
    let length = stream.read(&mut request).unwrap_or(0);
    let request = String::from_utf8_lossy(&request[..length]);
    let name = request.split(' ').nth(1).unwrap_or("/").trim_start_matches('/').to_owned();
    let (status, body) = std::fs::read(dir.join(name)).map_or(("404 Not Found", Vec::new()), |body| ("200 OK", body));
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Length: {}\r\nCache-Control: no-cache\r\nConnection: close\r\n\r\n",
        body.len()
    );
    // Whoever asked may have gone.
    let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&body));
}
