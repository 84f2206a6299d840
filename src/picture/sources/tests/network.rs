//! Streams that come, go, and come back, on the real clock.

use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};

use super::*;
use crate::base::status::InputState;

/// ffmpeg, sending until it is dropped.
struct Sender(Child);

impl Sender {
    fn start(to: &str) -> Self {
        let video = "-f lavfi -i color=s=64x64:r=30,format=yuv420p,geq=lum='if(eq(mod(N,30),0),235,16)':cb=128:cr=128";
        let sound = "-f lavfi -i aevalsrc='if(lt(mod(t,1),0.1),sin(2*PI*1000*t),0)':s=48000";
        let codec = "-c:v libx264 -preset ultrafast -tune zerolatency -qp 10 -g 30 -c:a aac -b:a 128k -ac 2";
        let mut ffmpeg = Command::new("ffmpeg");
        ffmpeg.args(["-nostdin", "-v", "quiet", "-re"]).args(video.split(' ')).arg("-re").args(sound.split(' '));
        ffmpeg.args(codec.split(' ')).args(to.split(' '));
        ffmpeg.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        Self(ffmpeg.spawn().expect("ffmpeg is installed"))
    }
}

impl Drop for Sender {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Below what the kernel gives to whoever asks for any port, so nobody else is given it meanwhile.
fn free_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(32_000);
    let next = || NEXT.fetch_add(1, Ordering::Relaxed);
    std::iter::repeat_with(next).find(|port| std::net::UdpSocket::bind(("127.0.0.1", *port)).is_ok()).unwrap()
}

fn stand(url: &str, rest: &str) -> Stand {
    let stand = Stand::new(Clock::system(), &format!(r#""kind": "network", "url": "{url}" {rest}"#), None);
    stand.order(true);
    stand
}

fn lost_because(stand: &Stand) -> String {
    eventually("a loss", || match stand.state()? {
        InputState::Lost { reason, .. } => Some(reason),
        _ => None,
    })
}

#[test]
fn a_sender_that_is_killed_is_lost_held_and_found_again() {
    let port = free_port();
    let to = format!("-f mpegts srt://127.0.0.1:{port}?mode=listener");
    let sender = Sender::start(&to);
    let stand = stand(&format!("srt://127.0.0.1:{port}"), r#", "hold_ms": 700"#);
    stand.state_is("playing");
    eventually("a frame", || stand.frame(stand.clock.now()));
    drop(sender);
    lost_because(&stand);
    assert!(stand.frame(stand.clock.now()).is_some(), "the last picture is held");
    eventually("nothing, so that the fallback shows", || stand.frame(stand.clock.now()).is_none().then_some(()));
    let _sender = Sender::start(&to);
    stand.state_is("playing");
    eventually("a frame", || stand.frame(stand.clock.now()));
    assert!(stand.vitals.input_reconnects.with_label_values(&["clip"]).get() >= 1);
}

#[test]
fn a_peer_that_falls_silent_is_lost_too() {
    let port = free_port();
    let stand = stand(&format!("udp://127.0.0.1:{port}"), "");
    let sender = Sender::start(&format!("-f mpegts udp://127.0.0.1:{port}?pkt_size=1316"));
    eventually("a frame", || stand.frame(stand.clock.now()));
    drop(sender);
    let reason = lost_because(&stand);
    assert!(reason.contains("nothing came"), "{reason}");
}

#[test]
fn nobody_there_is_tried_again_without_the_secret_being_told() {
    let port = free_port();
    let stand = stand(&format!("rtmp://127.0.0.1:{port}/live"), r#", "secret": "s3cret""#);
    let reason = lost_because(&stand);
    assert!(!reason.is_empty() && !reason.contains("s3cret"), "{reason}");
    let next_try = eventually("a fourth try", || match stand.state() {
        Some(InputState::Lost { attempt: 4.., next_try, .. }) => Some(next_try),
        _ => None,
    });
    stand.sources.stop();
    assert!(stand.clock.now() < next_try, "it stops, though it is waiting");
}

#[test]
fn pictures_and_sound_of_a_stream_stay_together() {
    let port = free_port();
    let _sender = Sender::start(&format!("-f mpegts srt://127.0.0.1:{port}?mode=listener"));
    // A machine that is busy with other tests sends late, and late sound is left out.
    let stand = stand(&format!("srt://127.0.0.1:{port}"), r#", "latency_ms": 800"#);
    stand.state_is("playing");
    let tap = stand.sources.tap(stand.id()).unwrap();
    let mut flashes = Vec::new();
    let mut was_bright = true;
    let watch = Stopwatch::start();
    while flashes.len() < 6 && watch.elapsed() < PATIENCE {
        let now = stand.clock.now();
        let is_bright = stand.frame(now).is_some_and(|frame| number_of(&frame) > 60);
        if is_bright && !was_bright {
            flashes.push(now.micros());
        }
        was_bright = is_bright;
        std::thread::sleep(Duration::from_millis(1));
    }
    let mut quiet_since = i64::MIN / 2;
    let mut onsets = Vec::new();
    for (at, samples) in tap.written() {
        for (index, _) in samples.chunks_exact(2).enumerate().filter(|(_, pair)| pair[0].abs() > 0.1) {
            let micros = at.micros() + index as i64 * 1_000_000 / 48_000;
            if micros - quiet_since > 300_000 {
                onsets.push(micros);
            }
            quiet_since = micros;
        }
    }
    assert!(flashes.len() == 6, "{flashes:?}");
    // At first GStreamer's own demuxer is still finding out how the sender's clock runs.
    for flash in &flashes[3..] {
        let nearest = onsets.iter().map(|onset| (flash - onset).abs()).min().unwrap();
        assert!(nearest <= 20_000, "{nearest} us apart: {flashes:?} {onsets:?}");
    }
}

/// nginx with its RTMP module, to which one pushes and from which one plays.
struct Nginx(#[expect(dead_code, reason = "its directory goes with it")] tempfile::TempDir, Child);

impl Nginx {
    fn start(port: u16) -> Self {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join("logs")).unwrap();
        let text = format!(
            "load_module /usr/lib/nginx/modules/ngx_rtmp_module.so;
daemon off; master_process off; user root; worker_processes 1; pid nginx.pid; error_log logs/error.log;
events {{ worker_connections 64; }}
rtmp {{ server {{ listen 127.0.0.1:{port}; application live {{ live on; wait_key on; }} }} }}"
        );
        std::fs::write(dir.path().join("nginx.conf"), text).unwrap();
        let prefix = format!("{}/", dir.path().display());
        let mut nginx = Command::new("/usr/sbin/nginx");
        nginx.args(["-p", &prefix, "-c", "nginx.conf"]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let child = nginx.spawn().expect("nginx is installed");
        eventually("nginx", || std::net::TcpStream::connect(("127.0.0.1", port)).ok());
        Self(dir, child)
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        let _ = self.1.kill();
        let _ = self.1.wait();
    }
}

#[test]
fn a_server_that_dies_and_comes_back_is_played_again() {
    let port = free_port();
    let nginx = Nginx::start(port);
    let to = format!("-f flv rtmp://127.0.0.1:{port}/live/studio");
    let sender = Sender::start(&to);
    let stand = stand(&format!("rtmp://127.0.0.1:{port}/live"), r#", "secret": "studio", "hold_ms": 60000"#);
    stand.state_is("playing");
    let before = eventually("a frame", || stand.frame(stand.clock.now())).id;
    drop(nginx);
    drop(sender);
    let reason = lost_because(&stand);
    assert!(!reason.contains("studio"), "{reason}");
    assert!(stand.frame(stand.clock.now()).is_some());
    let _nginx = Nginx::start(port);
    let _sender = Sender::start(&to);
    stand.state_is("playing");
    eventually("a new frame", || stand.frame(stand.clock.now()).filter(|frame| frame.id > before + 10));
    // Unseen, it hangs up.
    stand.order(false);
    stand.state_is("idle");
    let decoded = stand.frames();
    std::thread::sleep(Duration::from_millis(300));
    assert_eq!(stand.frames(), decoded);
}

/// Answers every request with the same bytes.
fn serve(kind: &'static str, body: Vec<u8>) -> u16 {
    use std::io::{Read, Write};
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let (Ok(mut stream), body) = (stream, body.clone()) else { continue };
            std::thread::spawn(move || {
                let _ = stream.read(&mut [0; 4096]);
                let head = format!(
                    "HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
                    body.len()
                );
                let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&body));
            });
        }
    });
    port
}

#[test]
fn what_is_fetched_runs_at_its_own_pace_and_is_fetched_again() {
    let dir = tempfile::tempdir().unwrap();
    let clip = std::fs::read(super::clips::numbered(dir.path(), "a.ts", 60, 30)).unwrap();
    let port = serve("video/mp2t", clip);
    let stand = stand(&format!("http://127.0.0.1:{port}/a.ts"), r#", "hold_ms": 60000"#);
    stand.state_is("playing");
    let (mut numbers, watch) = (Vec::new(), Stopwatch::start());
    while stand.vitals.input_reconnects.with_label_values(&["clip"]).get() == 0 && watch.elapsed() < PATIENCE {
        numbers.extend(stand.frame(stand.clock.now()).map(|frame| number_of(&frame)));
        std::thread::sleep(Duration::from_millis(2));
    }
    assert!(watch.elapsed() > Duration::from_millis(1_500), "60 pictures last two seconds");
    numbers.dedup();
    assert!(numbers.is_sorted() && numbers.len() > 1, "{numbers:?}");
    assert!(stand.frames() >= 60, "none is left out: {}", stand.frames());
    eventually("it from the start", || stand.frame(stand.clock.now()).filter(|frame| number_of(frame) < 30));
}

#[test]
fn a_playlist_from_the_network_can_not_name_files_of_this_machine() {
    let dir = tempfile::tempdir().unwrap();
    let clip = super::clips::numbered(dir.path(), "a.ts", 60, 30);
    let list = format!("#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\nfile://{}\n#EXT-X-ENDLIST\n", clip.display());
    let port = serve("application/vnd.apple.mpegurl", list.into_bytes());
    let stand = stand(&format!("http://127.0.0.1:{port}/a.m3u8"), "");
    let reason = lost_because(&stand);
    assert!(stand.frames() == 0 && stand.frame(stand.clock.now()).is_none(), "{reason}");
}
