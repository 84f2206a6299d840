//! Clients that are broken, slow or mean no good, beside one that plays.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::support::{Client, Encoder, SOON, Server, clip, eventually, new_feed, run, succeeded};
use crate::frame::encoded::{Packet, Track};
use crate::send::rtmp_server::message;
use crate::show::time::ShowTime;

/// Whether the server hangs up (with or without a reset) before the deadline.
async fn is_closed(socket: &mut TcpStream) -> bool {
    let mut ignored = [0; 4096];
    let drained = async { while socket.read(&mut ignored).await.is_ok_and(|count| count > 0) {} };
    tokio::time::timeout(SOON, drained).await.is_ok()
}

/// Sends bytes after the handshake; the server must hang up and count it.
async fn check_refused(server: &Server, bytes: &[u8]) {
    let before = server.vitals.rtmp_refused.get();
    let mut client = Client::connect(server).await;
    // The server may hang up before it has taken all.
    let _ = client.socket.write_all(bytes).await;
    assert!(is_closed(&mut client.socket).await);
    eventually("it is counted", || server.vitals.rtmp_refused.get() > before).await;
}

#[tokio::test]
async fn garbage_is_refused_at_once() {
    let server = Server::start(None, |env| env.patience.open_within = SOON * 2).await;
    for garbage in [&b"GET / HTTP/1.1\r\n\r\n"[..], &[0xff; 5000]] {
        let mut socket = TcpStream::connect(server.address).await.unwrap();
        let _ = socket.write_all(garbage).await;
        assert!(is_closed(&mut socket).await);
    }
    // Type 3 with nothing to go on with.
    check_refused(&server, &[0xc3; 10]).await;
    // A command that is none.
    check_refused(&server, &[3, 0, 0, 0, 0, 0, 4, 20, 0, 0, 0, 0, 77, 77, 77, 77]).await;
    // Pictures from someone who may not publish.
    check_refused(&server, &[3, 0, 0, 0, 0, 0, 2, 9, 0, 0, 0, 0, 0x17, 0]).await;
}

#[tokio::test]
async fn absurd_sizes_are_refused_before_anything_is_set_aside() {
    let server = Server::start(None, |env| env.patience.open_within = SOON * 2).await;
    // 16 MB are announced.
    check_refused(&server, &[3, 0, 0, 0, 0xff, 0xff, 0xff, 20, 0, 0, 0, 0]).await;
    // Chunks of no size, and of more than 31 bits.
    check_refused(&server, &[2, 0, 0, 0, 0, 0, 4, 1, 0, 0, 0, 0, 0, 0, 0, 0]).await;
    check_refused(&server, &[2, 0, 0, 0, 0, 0, 4, 1, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff]).await;
    // More chunk streams than anyone needs.
    let many: Vec<u8> = (0..=255).flat_map(|id| [0, id, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0]).collect();
    check_refused(&server, &many).await;
    // A message of 60 KB begun on each of many chunk streams, and none finished.
    let head = |id: u8| [3 + id, 0, 0, 0, 0, 0xea, 0x60, 20, 0, 0, 0, 0];
    let begun = (0..50).flat_map(|id| head(id).into_iter().chain([0; 128]).chain([0xc3 + id]).chain([0; 128]));
    let mut bytes: Vec<u8> = begun.collect();
    for _ in 0..400 {
        bytes.extend((0..50).flat_map(|id| std::iter::once(0xc3 + id).chain([0; 128])));
    }
    check_refused(&server, &bytes).await;
}

#[tokio::test]
async fn whoever_asks_for_nothing_in_time_is_closed() {
    let server = Server::start(None, |env| env.patience.open_within = Duration::from_millis(100)).await;
    let mut silent = TcpStream::connect(server.address).await.unwrap();
    let mut half = TcpStream::connect(server.address).await.unwrap();
    half.write_all(&[3; 700]).await.unwrap();
    let mut idle = Client::connect(&server).await;
    idle.open("live").await;
    assert!(is_closed(&mut silent).await && is_closed(&mut half).await && is_closed(&mut idle.socket).await);
    eventually("all are counted", || server.vitals.rtmp_refused.get() == 3).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_silent_connections_disturb_no_player() {
    let encoder = Encoder::start(ShowTime(0));
    let server = Server::start(Some(encoder.feed.clone()), |env| env.max_connections = 202).await;
    let url = server.url();
    let play = ["-v", "error", "-i", &url, "-t", "3", "-f", "null", "-"];
    let (played, ()) = tokio::join!(run("ffmpeg", &play), async {
        eventually("it plays", || server.vitals.rtmp_players.get() == 1).await;
        let mut silent = Vec::new();
        for _ in 0..200 {
            silent.push(TcpStream::connect(server.address).await.unwrap());
        }
        let mut last = Client::play(&server).await;
        assert_eq!(last.next_tag(message::VIDEO).await.expect("headers")[5..], clip().avc_config[..]);
        let mut refused = TcpStream::connect(server.address).await.unwrap();
        assert!(is_closed(&mut refused).await, "one more than there are places for");
        assert_eq!(server.vitals.rtmp_refused.get(), 1);
        assert_eq!(server.vitals.rtmp_connections.get(), 202);
    });
    succeeded(&played);
    assert!(played.stderr.is_empty(), "{}", String::from_utf8_lossy(&played.stderr));
    assert_eq!(server.vitals.rtmp_dropped.get(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_never_reads_is_closed_and_the_others_get_everything() {
    let feed = new_feed();
    let post = |number: i64| {
        let data = number.to_be_bytes().repeat(5_000).into();
        let at = ShowTime(number * 40_000);
        feed.post(Packet { track: Track::Video, at, duration_us: 40_000, key: number % 25 == 0, data });
    };
    post(0);
    let server = Server::start(Some(feed.clone()), |env| env.patience.progress_within = Duration::from_millis(300)).await;
    let deaf = Client::play(&server).await;
    let mut player = Client::play(&server).await;
    eventually("both play", || server.vitals.rtmp_players.get() == 2).await;
    player.next_tag(message::VIDEO).await.expect("headers");
    let mut number = 0_i64;
    while server.vitals.rtmp_players.get() == 2 {
        let tag = player.next_tag(message::VIDEO).await.expect("the other player goes on");
        assert_eq!(tag.last_chunk(), Some(&number.to_be_bytes()), "in order, without a gap");
        number += 1;
        assert!(number < 50_000, "the one that never reads is still there");
        if number > 2_000 {
            // By now the sockets are full; what remains is a matter of patience.
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        post(number);
    }
    assert_eq!(player.next_tag(message::VIDEO).await.expect("still").last_chunk(), Some(&number.to_be_bytes()));
    eventually("it is counted", || server.vitals.rtmp_refused.get() == 1).await;
    drop(deaf);
}
