//! A real clip, a feed that plays it, a server, and a client that can be made to misbehave.

use std::net::SocketAddr;
use std::process::{Command, Output as Outcome};
use std::sync::Arc;
use std::sync::OnceLock;
use std::thread::JoinHandle;
use std::time::Duration;

use bytes::Bytes;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use crate::base::clock::Stopwatch;
use crate::base::tasks::StopFlag;
use crate::base::vitals::Vitals;
use crate::frame::encoded::{Headers, Packet, Track};
use crate::frame::feed::Feed;
use crate::send::rtmp_server::amf::{self, Value};
use crate::send::rtmp_server::input::Input;
use crate::send::rtmp_server::message::{self, Message};
use crate::send::rtmp_server::output::Output;
use crate::send::rtmp_server::{Env, serve};
use crate::show::geometry::Canvas;
use crate::show::time::{Fps, ShowTime};

pub const WIDTH: u32 = 320;
pub const HEIGHT: u32 = 180;
/// For what must happen; only a failing test waits so long.
pub const SOON: Duration = Duration::from_secs(180);

pub struct Tag {
    pub track: Track,
    pub time_ms: i64,
    pub key: bool,
    pub data: Bytes,
}

pub struct Clip {
    pub avc_config: Bytes,
    pub aac_config: Bytes,
    pub tags: Vec<Tag>,
    pub length_ms: i64,
}

/// H.264 and AAC as an encoder makes them, four seconds.
pub fn clip() -> &'static Clip {
    static CLIP: OnceLock<Clip> = OnceLock::new();
    CLIP.get_or_init(|| {
        let picture = format!("testsrc=size={WIDTH}x{HEIGHT}:rate=30");
        let video = ["-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency", "-bf", "0", "-g", "15"];
        let made = Command::new("ffmpeg")
            .args([
                "-v",
                "error",
                "-f",
                "lavfi",
                "-i",
                &picture,
                "-f",
                "lavfi",
                "-i",
                "sine=frequency=440:sample_rate=48000",
            ])
            .args(["-t", "4", "-pix_fmt", "yuv420p"])
            .args(video)
            .args(["-c:a", "aac", "-b:a", "64k", "-f", "flv", "-"])
            .output()
            .expect("ffmpeg is installed");
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let mut clip = parse_flv(&made.stdout);
        // What sounds beyond the end would go backwards where the clip begins again.
        clip.tags.retain(|tag| tag.time_ms < clip.length_ms);
        clip
    })
}

pub fn parse_flv(file: &[u8]) -> Clip {
    let mut clip = Clip { avc_config: Bytes::new(), aac_config: Bytes::new(), tags: Vec::new(), length_ms: 4_000 };
    let mut rest = &file[13..];
    while rest.len() >= 15 {
        let length = u32::from_be_bytes([0, rest[1], rest[2], rest[3]]) as usize;
        let time_ms = i64::from(u32::from_be_bytes([rest[7], rest[4], rest[5], rest[6]]));
        let body = &rest[11..11 + length];
        match (rest[0], body) {
            (9, [_, 0, _, _, _, config @ ..]) => clip.avc_config = Bytes::copy_from_slice(config),
            (9, [first, 1, composition @ ..]) => {
                assert_eq!(composition[..3], [0; 3], "no B-frames");
                let data = Bytes::copy_from_slice(&composition[3..]);
                clip.tags.push(Tag { track: Track::Video, time_ms, key: first >> 4 == 1, data });
            }
            (8, [_, 0, config @ ..]) => clip.aac_config = Bytes::copy_from_slice(config),
            (8, [_, 1, data @ ..]) => {
                clip.tags.push(Tag { track: Track::Audio, time_ms, key: true, data: Bytes::copy_from_slice(data) });
            }
            _ => {}
        }
        rest = &rest[11 + length + 4..];
    }
    clip
}

pub fn new_feed() -> Arc<Feed> {
    Feed::new(Headers {
        canvas: Canvas { width: WIDTH, height: HEIGHT },
        fps: Fps::new(30, 1).expect("a rate"),
        video_kbps: 500,
        audio_kbps: 64,
        avc_config: clip().avc_config.clone(),
        aac_config: clip().aac_config.clone(),
    })
}

/// Plays the clip into a feed again and again, in real time, until it is dropped.
pub struct Encoder {
    pub feed: Arc<Feed>,
    stop: StopFlag,
    thread: Option<JoinHandle<()>>,
}

impl Encoder {
    pub fn start(begins: ShowTime) -> Self {
        let (feed, stop) = (new_feed(), StopFlag::default());
        let thread = std::thread::spawn({
            let (feed, stop) = (feed.clone(), stop.clone());
            move || play_clip(&feed, begins, &stop)
        });
        Self { feed, stop, thread: Some(thread) }
    }
}

fn play_clip(feed: &Feed, begins: ShowTime, stop: &StopFlag) {
    let watch = Stopwatch::start();
    for round in 0.. {
        for tag in &clip().tags {
            let due = Duration::from_millis((round * clip().length_ms + tag.time_ms) as u64);
            std::thread::sleep(due.saturating_sub(watch.elapsed()));
            if stop.is_set() {
                return;
            }
            let (track, key, data) = (tag.track, tag.key, tag.data.clone());
            feed.post(Packet { track, at: begins.plus(due), duration_us: 33_333, key, data });
        }
    }
}

impl Drop for Encoder {
    fn drop(&mut self) {
        self.stop.stop();
        let ended = self.thread.take().is_none_or(|thread| thread.join().is_ok());
        self.feed.end();
        assert!(ended || std::thread::panicking(), "the feed's thread failed");
    }
}

pub struct Server {
    pub address: SocketAddr,
    pub program: watch::Sender<Option<Arc<Feed>>>,
    pub vitals: Arc<Vitals>,
    task: tokio::task::JoinHandle<()>,
}

impl Server {
    pub async fn start(feed: Option<Arc<Feed>>, adjust: impl FnOnce(&mut Env)) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (program, on_air) = watch::channel(feed);
        let vitals = Arc::new(Vitals::new());
        let mut env = Env::new(on_air, vitals.clone(), Arc::new(|_| true));
        adjust(&mut env);
        let task = tokio::spawn(serve(listener, env, std::future::pending()));
        Self { address, program, vitals, task }
    }

    pub fn url(&self) -> String {
        format!("rtmp://{}/live/program", self.address)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Runs a program with a deadline, beside the server.
pub async fn run(program: &str, arguments: &[&str]) -> Outcome {
    let mut command = Command::new("timeout");
    command.arg("-k1").arg("170").arg(program).args(arguments);
    tokio::task::spawn_blocking(move || command.output()).await.unwrap().expect("the program is installed")
}

#[track_caller]
pub fn succeeded(outcome: &Outcome) {
    let errors = String::from_utf8_lossy(&outcome.stderr);
    assert!(outcome.status.success(), "{}: {errors}", outcome.status);
}

/// Asks again and again, to a deadline.
#[track_caller]
pub fn eventually(what: &str, holds: impl Fn() -> bool) -> impl Future<Output = ()> {
    let (what, watch) = (what.to_owned(), Stopwatch::start());
    async move {
        while !holds() {
            assert!(watch.elapsed() < SOON, "{what}");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

/// A client that does as it is told.
pub struct Client {
    pub socket: TcpStream,
    pub input: Input,
    pub output: Output,
}

impl Client {
    pub async fn connect(server: &Server) -> Self {
        let mut socket = TcpStream::connect(server.address).await.unwrap();
        let mut hello = [7; 1537];
        hello[0] = 3;
        socket.write_all(&hello).await.unwrap();
        let mut answer = [0; 1 + 2 * 1536];
        socket.read_exact(&mut answer).await.unwrap();
        assert_eq!(answer[1537..], hello[1..], "the server echoes");
        socket.write_all(&answer[1..1537]).await.unwrap();
        Self { socket, input: Input::new(), output: Output::new() }
    }

    pub async fn say(&mut self, stream: u32, values: &[Value]) {
        self.output.message(3, message::COMMAND, stream, 0, &[], amf::encode(values));
        while !self.output.is_empty() {
            self.output.write_some(&mut self.socket).await.unwrap();
        }
    }

    pub async fn ask(&mut self, stream: u32, name: &'static str, argument: Value) {
        self.say(stream, &[Value::text(name), Value::Number(2.0), Value::Null, argument]).await;
    }

    pub async fn open(&mut self, app: &'static str) {
        let about = Value::object([("app", Value::text(app))]);
        self.say(0, &[Value::text("connect"), Value::Number(1.0), about]).await;
    }

    pub async fn play(server: &Server) -> Self {
        let mut client = Self::connect(server).await;
        client.open("live").await;
        client.ask(0, "createStream", Value::Null).await;
        client.ask(1, "play", Value::text("program")).await;
        client
    }

    /// The next message; None when the server has hung up.
    pub async fn next(&mut self) -> Option<Message> {
        loop {
            if let Some(message) = self.input.next().expect("the server speaks well") {
                return Some(message);
            }
            let received = tokio::time::timeout(SOON, self.input.receive(&mut self.socket)).await;
            received.expect("the server says something or hangs up").ok()?;
        }
    }

    /// The codes of all statuses until the server hangs up.
    pub async fn codes(&mut self) -> Vec<String> {
        let mut codes = Vec::new();
        while let Some(message) = self.next().await {
            codes.extend(code_of(&message));
        }
        codes
    }

    /// The next tag of a track: its first two bytes and its length.
    pub async fn next_tag(&mut self, kind: u8) -> Option<Bytes> {
        loop {
            let message = self.next().await?;
            if message.kind == kind {
                return Some(message.payload);
            }
        }
    }
}

pub fn code_of(message: &Message) -> Option<String> {
    if message.kind != message::COMMAND {
        return None;
    }
    let values = amf::decode(&message.payload).expect("the server writes well");
    Some(values.last()?.field("code")?.as_text()?.to_owned())
}
