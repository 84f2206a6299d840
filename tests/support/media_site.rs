//! A site on loopback that has something to download, and does with whoever asks what its paths say.

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

/// So much at a time, where it is slow.
const PIECE: usize = 16 * 1_024;
const PAUSE: Duration = Duration::from_millis(50);
const MOST_LOGGED: usize = 1_000;

/// Until dropped.
pub struct MediaSite {
    address: SocketAddr,
    shared: Arc<Shared>,
    accepting: Option<JoinHandle<()>>,
}

struct Shared {
    body: Vec<u8>,
    elsewhere: String,
    asked: Mutex<Vec<Asked>>,
    is_over: AtomicBool,
}

/// A request that has come.
#[derive(Clone, Debug)]
pub struct Asked {
    pub path: String,
    pub range: Option<String>,
    pub headers: String,
}

impl MediaSite {
    /// `/clip` and others have this body; `/elsewhere` leads to that address.
    pub fn start(body: Vec<u8>, elsewhere: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (asked, is_over) = (Mutex::default(), AtomicBool::new(false));
        let shared = Arc::new(Shared { body, elsewhere: elsewhere.to_owned(), asked, is_over });
        let site = shared.clone();
        let accepting = std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if site.is_over.load(Ordering::Relaxed) {
                    return;
                }
                let site = site.clone();
                // Whoever asks may go at any time.
                std::thread::spawn(move || drop(site.serve(stream)));
            }
        });
        Self { address, shared, accepting: Some(accepting) }
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub fn asked(&self) -> Vec<Asked> {
        self.shared.asked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for MediaSite {
    fn drop(&mut self) {
        self.shared.is_over.store(true, Ordering::Relaxed);
        // So that it looks.
        let _ = TcpStream::connect(self.address);
        if let Some(accepting) = self.accepting.take() {
            let _ = accepting.join();
        }
    }
}

impl Shared {
    fn serve(&self, mut stream: TcpStream) -> std::io::Result<()> {
        let Some(asked) = read(&stream)? else { return Ok(()) };
        let path = asked.path.clone();
        let from = asked.range.as_deref().and_then(first_byte).unwrap_or(0);
        let has_range = asked.range.is_some();
        {
            let mut log = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
            if log.len() < MOST_LOGGED {
                log.push(asked);
            }
        }
        match path.split('?').next().unwrap_or("").trim_end_matches(".mp4") {
            "/clip" => self.video(&mut stream, from, has_range, &Manner::Fast),
            "/slow" => self.video(&mut stream, from, has_range, &Manner::Slow),
            "/cut" => self.video(&mut stream, from, has_range, &Manner::CutOnce),
            "/always-cut" => self.video(&mut stream, from, has_range, &Manner::Cut),
            "/endless" => endless(&mut stream, &self.is_over),
            "/page" => answer(&mut stream, "200 OK", "Content-Type: text/html\r\n", b"<html><title>x</title>nothing</html>"),
            "/with-video" => {
                let page = b"<html><title>A page</title><video src=\"/clip.mp4\"></video></html>";
                answer(&mut stream, "200 OK", "Content-Type: text/html\r\n", page)
            }
            "/list.m3u8" => self.list(&mut stream, ""),
            // Which only ffmpeg would try.
            "/locked.m3u8" => self.list(&mut stream, "#EXT-X-KEY:METHOD=SAMPLE-AES,URI=\"/key\"\n"),
            "/here" => answer(&mut stream, "302 Found", "Location: /clip.mp4\r\n", b""),
            "/elsewhere" => answer(&mut stream, "302 Found", &format!("Location: {}\r\n", self.elsewhere), b""),
            "/broken" => answer(&mut stream, "503 Service Unavailable", "", b""),
            _ => answer(&mut stream, "404 Not Found", "", b""),
        }
    }

    /// Of pieces that lie elsewhere.
    fn list(&self, stream: &mut TcpStream, key: &str) -> std::io::Result<()> {
        let piece = format!("#EXTINF:4,\n{}\n", self.elsewhere);
        let list = format!("#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:4\n{key}{piece}{piece}#EXT-X-ENDLIST\n");
        answer(stream, "200 OK", "Content-Type: application/vnd.apple.mpegurl\r\n", list.as_bytes())
    }

    fn video(&self, stream: &mut TcpStream, from: usize, has_range: bool, manner: &Manner) -> std::io::Result<()> {
        let length = self.body.len();
        let from = from.min(length);
        let status = if has_range { "206 Partial Content" } else { "200 OK" };
        let range =
            if has_range { format!("Content-Range: bytes {from}-{}/{length}\r\n", length - 1) } else { String::new() };
        let body = &self.body[from..];
        write!(
            stream,
            "HTTP/1.1 {status}\r\nContent-Type: video/mp4\r\nAccept-Ranges: bytes\r\n{range}Content-Length: {}\r\nConnection: close\r\n\r\n",
            body.len()
        )?;
        // The first question is only for what it is.
        let is_first = !has_range && self.asked.lock().unwrap_or_else(PoisonError::into_inner).len() < 2;
        match manner {
            Manner::Fast => stream.write_all(body),
            Manner::Slow if is_first => stream.write_all(&body[..PIECE]),
            Manner::Slow => body.chunks(PIECE).try_for_each(|piece| {
                std::thread::sleep(PAUSE);
                stream.write_all(piece)
            }),
            Manner::CutOnce if has_range => stream.write_all(body),
            Manner::Cut | Manner::CutOnce => stream.write_all(&body[..body.len() / 2]),
        }
    }
}

enum Manner {
    Fast,
    Slow,
    /// Only half of what was promised comes, unless the rest is asked for.
    CutOnce,
    Cut,
}

fn read(stream: &TcpStream) -> std::io::Result<Option<Asked>> {
    let mut lines = BufReader::new(stream.try_clone()?).lines();
    let Some(first) = lines.next().transpose()? else { return Ok(None) };
    let path = first.split(' ').nth(1).unwrap_or("").to_owned();
    let mut headers = String::new();
    for line in lines {
        let line = line?;
        if line.is_empty() {
            break;
        }
        headers.push_str(&line);
        headers.push('\n');
    }
    let range = headers.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("range").then(|| value.trim().to_owned())
    });
    Ok(Some(Asked { path, range, headers }))
}

fn first_byte(range: &str) -> Option<usize> {
    range.strip_prefix("bytes=")?.split('-').next()?.parse().ok()
}

fn answer(stream: &mut TcpStream, status: &str, fields: &str, body: &[u8]) -> std::io::Result<()> {
    write!(stream, "HTTP/1.1 {status}\r\n{fields}Content-Length: {}\r\nConnection: close\r\n\r\n", body.len())?;
    stream.write_all(body)
}

/// Nobody is told how long it is.
fn endless(stream: &mut TcpStream, is_over: &AtomicBool) -> std::io::Result<()> {
    stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Type: video/mp4\r\nConnection: close\r\n\r\n")?;
    while !is_over.load(Ordering::Relaxed) {
        stream.write_all(&[0; PIECE])?;
        std::thread::sleep(Duration::from_millis(1));
    }
    Ok(())
}
