//! Publishers that others wrote, and some that nobody should have written.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bytes::Bytes;
use tokio::io::AsyncWriteExt;

use super::support::{Client, Server, clip, eventually, run, succeeded};
use crate::frame::ingest::{Codec, Ingest, Next, Piece, Setup};
use crate::send::rtmp_server::amf::Value;
use crate::send::rtmp_server::{Publishing, message};

struct Door {
    server: Server,
    ingest: Arc<Ingest>,
    /// Whether an input has the key.
    is_open: Arc<AtomicBool>,
}

async fn door() -> Door {
    let (ingest, is_open) = (Ingest::new(), Arc::new(AtomicBool::new(true)));
    let server = Server::start(None, |env| {
        let is_open = is_open.clone();
        let may_publish = Arc::new(move |key: &str| key == "k3y" && is_open.load(Ordering::Relaxed));
        env.publishing = Some(Publishing { ingest: ingest.clone(), may_publish });
        env.patience.yield_after = Duration::from_millis(300);
        env.patience.refuse_after = Duration::from_millis(10);
    })
    .await;
    Door { server, ingest, is_open }
}

impl Door {
    fn url(&self, key: &str) -> String {
        format!("rtmp://{}/live/{key}", self.server.address)
    }

    async fn publish(&self, key: &'static str) -> Client {
        let mut client = Client::connect(&self.server).await;
        client.open("live").await;
        client.ask(0, "createStream", Value::Null).await;
        client.ask(1, "publish", Value::text(key)).await;
        client
    }

    /// One that was let in.
    async fn published(&self) -> Client {
        let mut client = self.publish("k3y").await;
        while client.code().await != "NetStream.Publish.Start" {}
        client
    }

    /// Everything that comes until the stream ends.
    async fn taken(&self) -> Vec<Piece> {
        eventually("somebody publishes", || self.ingest.stream("k3y").is_some_and(|stream| stream.came().0 > 0)).await;
        let stream = self.ingest.stream("k3y").expect("it was there");
        tokio::task::spawn_blocking(move || {
            let mut reader = stream.read();
            let mut pieces = Vec::new();
            loop {
                match reader.next() {
                    Next::Piece(piece) => pieces.push(piece),
                    Next::Missed(count) => panic!("{count} missed"),
                    Next::Pending => std::thread::park_timeout(Duration::from_millis(50)),
                    Next::Ended(_) => return pieces,
                }
            }
        })
        .await
        .expect("reading fails nowhere")
    }
}

impl Client {
    /// The next status or answer that has a code.
    async fn code(&mut self) -> String {
        loop {
            let message = self.next().await.expect("the server says something");
            if let Some(code) = super::support::code_of(&message) {
                return code;
            }
        }
    }

    async fn send(&mut self, kind: u8, time_ms: u32, body: &[u8]) {
        self.output.message(6, kind, 1, time_ms, &[], Bytes::copy_from_slice(body));
        while !self.output.is_empty() {
            // The server may have hung up.
            if self.output.write_some(&mut self.socket).await.is_err() {
                return;
            }
        }
    }

    async fn picture(&mut self, time_ms: u32) {
        self.send(message::VIDEO, time_ms, b"\x17\0\0\0\0avcC").await;
        self.send(message::VIDEO, time_ms, b"\x17\x01\0\0\0nal").await;
    }
}

fn track(pieces: &[Piece], codec: Codec) -> Vec<&Piece> {
    pieces.iter().filter(|piece| piece.setup.codec == codec).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_ffmpeg_publishes_comes_whole_and_in_time() {
    let door = door().await;
    let url = door.url("k3y");
    let source =
        ["-v", "error", "-re", "-f", "lavfi", "-i", "testsrc=size=320x180:rate=25", "-f", "lavfi", "-i", "sine=r=48000"];
    let codec =
        ["-t", "3", "-c:v", "libx264", "-pix_fmt", "yuv420p", "-g", "25", "-bf", "2", "-c:a", "aac", "-f", "flv", &url];
    let arguments = [&source[..], &codec].concat();
    let (sent, pieces) = tokio::join!(run("ffmpeg", &arguments), door.taken());
    succeeded(&sent);
    let pictures = track(&pieces, Codec::H264);
    // The first ones may have been replaced by the newest key picture before this reader came.
    assert!((50..=75).contains(&pictures.len()), "{}", pictures.len());
    let step = |pair: &[&Piece]| pair[1].decoded_at - pair[0].decoded_at;
    assert!(pictures.windows(2).all(|pair| step(pair) == 40_000), "each 40 ms after the one before");
    assert!(pictures.iter().any(|piece| piece.shown_at > piece.decoded_at), "shown in another order");
    let mut shown: Vec<i64> = pictures.iter().map(|piece| piece.shown_at).collect();
    shown.sort_unstable();
    assert!(shown.windows(2).all(|pair| pair[1] - pair[0] == 40_000));
    let sound = track(&pieces, Codec::Aac);
    assert!(sound.len() >= 90, "{}", sound.len());
    assert!(sound.windows(2).all(|pair| (step(pair) - 21_333).abs() < 100), "rounded times are made even");
    eventually("it is gone", || door.ingest.stream("k3y").is_none() && door.server.vitals.rtmp_publishers.get() == 0).await;
    assert!(door.server.vitals.rtmp_received.get() > 10_000);
    assert_eq!(door.server.vitals.rtmp_refused.get(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_gstreamer_publishes_comes_too() {
    let door = door().await;
    let pipeline = format!(
        "videotestsrc is-live=true num-buffers=60 ! video/x-raw,width=320,height=180,framerate=30/1 ! x264enc tune=zerolatency \
         key-int-max=30 ! h264parse ! flvmux name=mux streamable=true ! rtmp2sink location={} \
         audiotestsrc is-live=true num-buffers=90 ! audio/x-raw,rate=44100 ! avenc_aac ! aacparse ! mux.",
        door.url("k3y")
    );
    let arguments: Vec<&str> = ["-q"].into_iter().chain(pipeline.split_whitespace()).collect();
    let (sent, pieces) = tokio::join!(run("gst-launch-1.0", &arguments), door.taken());
    succeeded(&sent);
    assert!(track(&pieces, Codec::H264).len() >= 25, "{}", pieces.len());
    let sound = track(&pieces, Codec::Aac);
    let uneven = sound.windows(2).filter(|pair| (pair[1].decoded_at - pair[0].decoded_at - 23_219).abs() > 200).count();
    // As they are told, in milliseconds, none is within 0.2 ms of where it belongs. GStreamer leaves gaps on a busy machine.
    assert!(sound.len() >= 30 && uneven < sound.len() / 4, "{uneven} of {}", sound.len());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_key_is_refused_and_so_is_everyone_where_no_input_is() {
    let door = door().await;
    for key in ["wrong", "k3y2", ""] {
        let codes = door.publish(key).await.codes().await;
        assert_eq!(codes, ["NetConnection.Connect.Success", "NetStream.Publish.Denied"], "{key}");
    }
    let codes = Server::start(None, |env| env.patience.refuse_after = Duration::ZERO);
    let closed = codes.await;
    let mut client = Client::connect(&closed).await;
    client.open("live").await;
    client.ask(1, "publish", Value::text("k3y")).await;
    assert_eq!(client.codes().await.last().map(String::as_str), Some("NetStream.Publish.Denied"));
    // What real ones make of it.
    let url = door.url("wrong");
    let arguments = ["-v", "error", "-f", "lavfi", "-i", "testsrc", "-t", "5", "-c:v", "libx264", "-f", "flv", &url];
    assert!(!run("ffmpeg", &arguments).await.status.success());
    let url = format!("location={url}");
    let arguments = ["-q", "videotestsrc", "num-buffers=300", "!", "x264enc", "!", "flvmux", "!", "rtmp2sink", &url];
    assert!(!run("gst-launch-1.0", &arguments).await.status.success());
    eventually("all are counted", || door.server.vitals.rtmp_refused.get() >= 5).await;
    assert!(door.ingest.stream("wrong").is_none());
}

#[tokio::test]
async fn whoever_sends_keeps_the_place() {
    let door = door().await;
    let mut first = door.published().await;
    let stream = door.ingest.stream("k3y").expect("it is published");
    let second = async { door.publish("k3y").await.codes().await };
    tokio::pin!(second);
    let codes = loop {
        first.picture(stream.came().0 as u32 * 40).await;
        tokio::select! {
            codes = &mut second => break codes,
            () = tokio::time::sleep(Duration::from_millis(20)) => {}
        }
    };
    assert_eq!(codes, ["NetConnection.Connect.Success", "NetStream.Publish.BadName"]);
    assert_eq!(door.server.vitals.rtmp_publishers.get(), 1);
}

#[tokio::test]
async fn one_that_has_fallen_silent_makes_room() {
    let door = door().await;
    let mut first = door.published().await;
    first.picture(0).await;
    eventually("its picture came", || door.ingest.stream("k3y").is_some_and(|stream| stream.came().0 == 1)).await;
    let mut second = door.published().await;
    second.picture(0).await;
    eventually("its pictures come", || door.ingest.stream("k3y").is_some_and(|stream| stream.came().0 == 1)).await;
    assert_eq!(first.codes().await, ["NetStream.Publish.BadName"], "it is told, and cut");
    second.picture(40).await;
    eventually("the second goes on", || door.ingest.stream("k3y").is_some_and(|stream| stream.came().0 == 2)).await;
}

#[tokio::test]
async fn a_key_that_holds_no_longer_ends_it() {
    let door = door().await;
    let mut client = door.published().await;
    client.picture(0).await;
    door.is_open.store(false, Ordering::Relaxed);
    assert_eq!(client.codes().await, ["NetStream.Publish.Denied"]);
    eventually("it is gone", || door.ingest.stream("k3y").is_none()).await;
}

#[tokio::test]
async fn what_can_not_be_decoded_is_refused_with_a_word() {
    let door = door().await;
    for (kind, body) in [
        (message::VIDEO, &b"\x12\0\0\0\0Sorenson"[..]),
        (message::VIDEO, b"\x90hvc1\0\0\0\0"),
        (message::VIDEO, b"\x17"),
        (message::AUDIO, b"\x2f\xff\xfb\x90"),
        (message::AUDIO, b"\xaf"),
    ] {
        let mut client = door.published().await;
        client.send(kind, 0, body).await;
        assert_eq!(client.codes().await, ["NetStream.Publish.Failed"], "{body:?}");
    }
}

#[tokio::test]
async fn who_publishes_nothing_is_closed_in_time() {
    let ingest = Ingest::new();
    let server = Server::start(None, |env| {
        env.publishing = Some(Publishing { ingest: ingest.clone(), may_publish: Arc::new(|_| true) });
        env.patience.progress_within = Duration::from_millis(100);
    })
    .await;
    let door = Door { server, ingest, is_open: Arc::default() };
    let mut client = door.published().await;
    while client.next().await.is_some() {}
    eventually("it is gone", || door.ingest.stream("k3y").is_none()).await;
    assert_eq!(door.server.vitals.rtmp_refused.get(), 1);
}

/// Long messages are for those who were let in, and even they can not make the server keep more than a few.
#[tokio::test]
async fn bytes_that_no_publisher_sends_end_the_connection_and_no_more() {
    let door = door().await;
    fastrand::seed(4);
    for round in 0..40 {
        let mut client = door.published().await;
        let mut bytes: Vec<u8> = (0..20_000).map(|_| fastrand::u8(..)).collect();
        if round % 2 == 0 {
            // Well-formed headers, with bodies of noise.
            let head = |n: usize| [6, 0, 0, n as u8, 0, 0, 200, [8, 9][n % 2], 1, 0, 0, 0];
            bytes =
                (0..50).flat_map(|n| head(n).into_iter().chain([[0xaf, 0x17][n % 2], 1]).chain(vec![round; 126])).collect();
        }
        let _ = client.socket.write_all(&bytes).await;
    }
    // 5 MB are announced.
    let mut client = door.published().await;
    let _ = client.socket.write_all(&[6, 0, 0, 0, 0x50, 0, 0, 9, 1, 0, 0, 0]).await;
    while client.next().await.is_some() {}
    // Four messages of 4 MB begun, and none finished.
    let mut client = door.published().await;
    for id in 10..14 {
        let mut begun = vec![id, 0, 0, 0, 0x3f, 0xff, 0xff, 9, 1, 0, 0, 0];
        begun.extend([0; 128]);
        (0..20_000).for_each(|_| begun.extend(std::iter::once(0xc0 | id).chain([0; 128])));
        if client.socket.write_all(&begun).await.is_err() {
            break;
        }
    }
    while client.next().await.is_some() {}
    let mut good = door.published().await;
    good.picture(0).await;
    eventually("a good one is served", || door.ingest.stream("k3y").is_some_and(|stream| stream.came().0 == 1)).await;
}

#[tokio::test]
async fn a_description_is_new_only_when_it_differs() {
    let door = door().await;
    let mut client = door.published().await;
    let config = |bytes: &[u8]| [&[0x17, 0, 0, 0, 0], bytes].concat();
    for (time, bytes) in [(0, &clip().avc_config[..]), (40, &clip().avc_config), (80, b"another")] {
        client.send(message::VIDEO, time, &config(bytes)).await;
        client.send(message::VIDEO, time, b"\x17\x01\0\0\0nal").await;
    }
    let stream = door.ingest.stream("k3y").expect("it is published");
    // It begins at the newest key picture, so it is read before they come.
    eventually("three came", || stream.came().0 == 3).await;
    let Next::Piece(last) = stream.read().next() else { panic!("there is one") };
    assert_eq!(*last.setup, Setup { codec: Codec::H264, config: Bytes::from_static(b"another") });
}
