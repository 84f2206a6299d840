//! The program comes, goes, and starts anew.

use std::time::Duration;

use super::support::{Client, Encoder, SOON, Server, clip, code_of, eventually, new_feed};
use crate::frame::encoded::{Packet, Track};
use crate::frame::feed::Feed;
use crate::send::rtmp_server::amf::Value;
use crate::send::rtmp_server::message;
use crate::show::time::ShowTime;

/// Frames at 30 a second, a key frame each half second; the last four bytes say which they are.
fn post(feed: &Feed, frames: std::ops::Range<u32>, size: usize) {
    for number in frames {
        let mut data = vec![0; size];
        data.extend(number.to_be_bytes());
        let at = ShowTime(i64::from(number) * 1_000_000 / 30);
        feed.post(Packet { track: Track::Video, at, duration_us: 33_333, key: number % 15 == 0, data: data.into() });
    }
}

/// The number of the next frame.
async fn next_frame(client: &mut Client) -> Option<u32> {
    loop {
        let tag = client.next_tag(message::VIDEO).await?;
        if tag[1] == 1 {
            return Some(u32::from_be_bytes(*tag.last_chunk().expect("a number")));
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_comes_while_the_stream_is_starting_gets_it() {
    let server = Server::start(None, |env| env.patience.reopen_within = Duration::from_secs(30)).await;
    let encoder = Encoder::start(ShowTime(1_800_000_000_000_000));
    let (playing, ()) = tokio::join!(async { Client::play(&server).await.next_tag(message::VIDEO).await }, async {
        eventually("the player is there", || server.vitals.rtmp_connections.get() == 1).await;
        server.program.send_replace(Some(encoder.feed.clone()));
    });
    playing.expect("a configuration");
}

#[tokio::test]
async fn off_air_and_unknown_names_are_not_found() {
    let server = Server::start(None, |_| ()).await;
    assert_eq!(Client::play(&server).await.codes().await.last().unwrap(), "NetStream.Play.StreamNotFound");
    assert_eq!(server.vitals.rtmp_refused.get(), 0, "an early player did nothing wrong");

    let mut client = Client::connect(&server).await;
    client.open("live").await;
    client.ask(1, "play", Value::text("other")).await;
    assert_eq!(client.codes().await, ["NetConnection.Connect.Success", "NetStream.Play.StreamNotFound"]);

    let mut client = Client::connect(&server).await;
    client.open("vod").await;
    assert_eq!(client.codes().await, ["NetConnection.Connect.Rejected"]);

    let mut client = Client::connect(&server).await;
    client.open("live").await;
    client.ask(1, "publish", Value::text("program")).await;
    assert_eq!(client.codes().await, ["NetConnection.Connect.Success", "NetStream.Publish.Denied"]);
    eventually("nobody is left", || server.vitals.rtmp_connections.get() == 0).await;
}

#[tokio::test]
async fn a_player_begins_at_the_newest_key_frame_and_is_told_when_the_program_ends() {
    let feed = new_feed();
    post(&feed, 0..50, 100);
    let server = Server::start(Some(feed.clone()), |env| env.patience.reopen_within = Duration::from_millis(10)).await;
    let mut client = Client::play(&server).await;
    for expected in 45..50 {
        assert_eq!(next_frame(&mut client).await, Some(expected));
    }
    server.program.send_replace(None);
    feed.end();
    assert_eq!(client.codes().await, ["NetStream.Play.UnpublishNotify", "NetStream.Play.Stop"]);
}

#[tokio::test]
async fn a_feed_that_goes_without_a_word_ends_too() {
    let feed = new_feed();
    post(&feed, 0..5, 100);
    let server = Server::start(Some(feed), |env| env.patience.reopen_within = Duration::from_millis(10)).await;
    let mut client = Client::play(&server).await;
    assert_eq!(next_frame(&mut client).await, Some(0));
    server.program.send_replace(None);
    assert_eq!(client.codes().await.last().unwrap(), "NetStream.Play.Stop");
}

#[tokio::test]
async fn players_stay_when_the_encoder_starts_anew() {
    let first = new_feed();
    post(&first, 0..20, 100);
    let server = Server::start(Some(first.clone()), |env| env.patience.reopen_within = SOON).await;
    let mut client = Client::play(&server).await;
    for expected in 15..20 {
        assert_eq!(next_frame(&mut client).await, Some(expected));
    }
    first.end();
    server.program.send_replace(None);
    let second = new_feed();
    post(&second, 60..62, 100);
    server.program.send_replace(Some(second));
    let config = client.next_tag(message::VIDEO).await.expect("headers again");
    assert_eq!(config[5..], clip().avc_config[..]);
    assert_eq!((next_frame(&mut client).await, next_frame(&mut client).await), (Some(60), Some(61)));
    assert_eq!(server.vitals.rtmp_players.get(), 1);
}

#[tokio::test]
async fn a_slow_player_goes_on_at_a_key_frame_and_is_counted() {
    let feed = new_feed();
    post(&feed, 0..1, 30_000);
    let server = Server::start(Some(feed.clone()), |_| ()).await;
    let mut client = Client::play(&server).await;
    assert_eq!(next_frame(&mut client).await, Some(0));
    // A minute of frames at once: more than the feed keeps and the sockets hold.
    let mut posted = 1;
    while server.vitals.rtmp_dropped.get() == 0 {
        post(&feed, posted..posted + 600, 30_000);
        posted += 600;
        assert!(posted < 100_000, "it was never too slow");
        tokio::time::timeout(Duration::from_millis(50), next_frame(&mut client)).await.ok();
    }
    let (mut last, mut gaps) = (0, Vec::new());
    while last + 1 < posted {
        let frame = next_frame(&mut client).await.expect("it goes on");
        if frame != last + 1 {
            gaps.push(frame);
        }
        last = frame;
    }
    assert!(gaps.iter().skip(1).all(|frame| frame % 15 == 0), "after a gap comes a key frame: {gaps:?}");
}

#[tokio::test]
async fn pings_are_answered_and_bytes_acknowledged_while_playing() {
    let encoder = Encoder::start(ShowTime(0));
    let server = Server::start(Some(encoder.feed.clone()), |_| ()).await;
    let mut client = Client::play(&server).await;
    client.output.message(2, message::WINDOW_SIZE, 0, 0, &100u32.to_be_bytes(), Default::default());
    message::send_user_control(&mut client.output, message::PING, 4711);
    client.ask(1, "pause", Value::Boolean(true)).await;
    client.ask(1, "setBufferLength", Value::Number(3000.0)).await;
    let (mut pong, mut acknowledged) = (false, false);
    while !(pong && acknowledged) {
        let message = client.next().await.expect("the connection stays");
        pong |= message.kind == message::USER_CONTROL
            && message::read_user_control(&message.payload) == Some((message::PONG, 4711));
        acknowledged |= message.kind == message::ACKNOWLEDGEMENT;
    }
    client.ask(1, "deleteStream", Value::Number(1.0)).await;
    while let Some(message) = client.next().await {
        assert_ne!(code_of(&message).as_deref(), Some("NetStream.Play.UnpublishNotify"));
    }
    eventually("the player has gone", || server.vitals.rtmp_connections.get() == 0).await;
}
